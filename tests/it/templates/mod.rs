//! Texts approved beforehand.

use crate::support::app::both;
use crate::support::shop::Shop;
use crate::support::wait::wait_for;
use serde_json::{Value, json};

mod changes;
mod examples;
mod filling;
mod sync;

const PATH: &str = "/api/v1/templates";

/// Waits until a template is as wanted.
async fn until(shop: &Shop, id: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    wait_for(what, async || {
        let template = shop.api.get(&format!("{PATH}/{id}")).await.ok();
        wanted(&template).then_some(template)
    })
    .await
}

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
        "waba_id": shop.waba, "name": "Not A Name", "language": "english", "category": "utility",
        "body": "{{1}} at the edge", "footer": "see {{1}}", "ttl_seconds": 1,
        "buttons": [{"type": "flow", "text": "Go"}], "cards": [{"header": {"type": "location"}, "buttons": []}],
    });
    let answer = shop.api.post(PATH, wrong).await;
    answer.refused(422, "invalid_input");
    let fields: Vec<_> = answer.fields().iter().map(|(field, _)| (*field).to_string()).collect();
    let cards = ["cards", "category", "buttons", "cards[0].header", "cards[0].buttons"];
    for field in
        ["name", "language", "body", "footer", "ttl_seconds", "buttons[0].flow"].into_iter().chain(cards)
    {
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

both!(templates_are_found_by_what_they_are, |app| {
    let shop = app.shop().await;
    let mut other = shop.template("offer", "utility", "Hallo {{1}}, deine Bestellung ist da.");
    (other["language"], other["status"]) = (json!("de_DE"), json!("pending"));
    let other = shop.created(PATH, other).await;
    for (filter, wanted) in [
        ("name=offer", vec![&other, &shop.marketing]),
        ("name=offer&language=de_DE", vec![&other]),
        ("category=marketing", vec![&shop.marketing]),
        ("status=pending", vec![&other]),
        ("status=rejected", vec![]),
        ("waba_id=1", vec![]),
    ] {
        let found = shop.all(&format!("{PATH}?{filter}")).await;
        let ids: Vec<_> = found.iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, wanted, "{filter}");
    }
    shop.api.get(&format!("{PATH}?status=gone")).await.refused(400, "invalid_parameter");
});
