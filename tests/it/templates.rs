//! Texts approved beforehand.

use crate::support::app::both;
use serde_json::json;

const PATH: &str = "/api/v1/templates";

both!(a_template_knows_its_variables, |app| {
    let shop = app.shop().await;
    let rich = json!({
        "waba_id": shop.waba, "name": "rich_offer", "language": "pt_BR", "category": "marketing",
        "parameter_format": "named",
        "header": {"type": "image"},
        "body": "Hi {{first_name}}, take {{discount}} off today.",
        "footer": "Reply stop to leave",
        "buttons": [
            {"type": "quick_reply", "text": "Stop promotions"},
            {"type": "url", "text": "Shop", "url": "https://shop.example/{{1}}"},
        ],
        "examples": {
            "first_name": "Ana", "discount": "10%", "header.image": "https://shop.example/a.jpg",
            "button.1.1": "spring",
        },
    });
    let made = shop.api.post(PATH, rich.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let mut variables: Vec<_> =
        made.json["variables"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    variables.sort_unstable();
    assert_eq!(variables, ["button.1.1", "discount", "first_name", "header.image"]);
    assert_eq!(made.json["status"], "approved");
    let id = made.json["id"].as_str().unwrap();
    assert_eq!(shop.api.get(&format!("{PATH}/{id}")).await.ok(), made.json);
    let listed = shop.all(&format!("{PATH}?limit=1")).await;
    assert_eq!((listed.len(), &listed[0]), (3, &made.json), "newest first, page by page");
    shop.api.post(PATH, rich).await.refused(409, "template_exists");
});

both!(what_meta_would_refuse_is_told_at_once, |app| {
    let shop = app.shop().await;
    let wrong = json!({
        "waba_id": shop.waba, "name": "Not A Name", "language": "english", "category": "authentication",
        "body": "{{1}} at the edge", "footer": "see {{1}}",
    });
    let answer = shop.api.post(PATH, wrong).await;
    answer.refused(422, "invalid_input");
    let fields: Vec<_> = answer.fields().iter().map(|(field, _)| (*field).to_string()).collect();
    for field in ["name", "language", "category", "body", "footer"] {
        assert!(fields.iter().any(|one| one == field), "{field} in {fields:?}");
    }
    assert_eq!(shop.all(PATH).await.len(), 2);
});

both!(a_template_that_is_not_approved_cannot_be_sent, |app| {
    let shop = app.shop().await;
    let mut pending = shop.template("pending_one", "utility", "Hi {{1}}, hello.");
    pending["status"] = json!("pending");
    let id = shop.created(PATH, pending).await;
    let campaign = shop.campaign(app, json!({"template_id": id}), &["+919820000001".to_string()]).await;
    shop.steer(&campaign, "launch").await.refused(409, "template_not_approved");
    let body = json!({
        "sender_id": shop.sender, "to": "+919820000001",
        "template": {"template_id": id, "variables": {"1": "Ana"}},
    });
    shop.api.post("/api/v1/messages", body).await.refused(409, "template_not_approved");
    assert_eq!(app.sandbox.counts().requests, 0);
});
