//! Templates filled for people: previews, campaigns and single messages.

use super::{PATH, until};
use crate::support::app::both;
use crate::support::shop::{Shop, phone, wa_id};
use bellbird_sandbox::{Template, World};
use serde_json::{Value, json};

/// Registers a template under the same name as the sandbox has it.
async fn template(app: &crate::support::app::TestApp, shop: &Shop, name: &str, parts: Value) -> String {
    let there = Template::approved(&shop.waba, name, "en_US", "UTILITY", parts);
    app.sandbox.apply(World { templates: vec![there], ..World::default() }).unwrap();
    shop.api.post(&format!("{PATH}/sync"), json!({})).await.ok();
    crate::support::wait::wait_for("the template to be read", async || {
        let found = shop.all(&format!("{PATH}?name={name}")).await;
        found.first().map(|one| one["id"].as_str().unwrap().to_string())
    })
    .await
}

const TEXT: &str = "Hi {{1}}, this is for you.";

both!(a_campaign_sends_every_kind_of_header, |app| {
    let shop = app.shop().await;
    let link = |name: &str| json!({"value": format!("https://shop.example/{name}")});
    let kinds = [
        ("text", json!({"header.1": {"value": "the sale"}}), "the sale".to_string()),
        ("image", json!({"header.image": link("a.jpg")}), "https://shop.example/a.jpg".into()),
        ("video", json!({"header.video": link("a.mp4")}), "https://shop.example/a.mp4".into()),
        (
            "document",
            json!({"header.document": link("a.pdf"), "header.document.filename": {"value": "Your bill.pdf"}}),
            "https://shop.example/a.pdf".into(),
        ),
        (
            "location",
            json!({
                "header.location.latitude": {"value": "52.52"}, "header.location.longitude": {"value": "13.405"},
                "header.location.name": {"attribute": "name", "default": "Us"},
            }),
            json!({"latitude": "52.52", "longitude": "13.405", "name": "Ana"}).to_string(),
        ),
    ];
    for (n, (kind, sources, seen)) in kinds.into_iter().enumerate() {
        let mut header = json!({"type": "HEADER", "format": kind.to_uppercase()});
        if kind == "text" {
            header["text"] = json!("About {{1}}");
        }
        let buttons = json!([{"type": "QUICK_REPLY", "text": "More"},
            {"type": "URL", "text": "Go", "url": "https://shop.example/{{1}}"}]);
        let parts = json!([header, {"type": "BODY", "text": TEXT}, {"type": "BUTTONS", "buttons": buttons}]);
        let id = template(app, &shop, &format!("with_{kind}"), parts).await;
        let mut variables = json!({
            "1": {"attribute": "name", "default": "friend"},
            "button.0.payload": {"value": "more"}, "button.1.1": {"value": "spring"},
        });
        for (key, source) in sources.as_object().unwrap() {
            variables[key] = source.clone();
        }
        let changes = json!({"template_id": id, "variables": variables});
        let campaign = shop.launched(app, changes, &[phone(n)]).await;
        shop.until_stats(&campaign, "it to be delivered", |stats| stats["funnel"]["delivered"] == 1).await;
        let taken = app.sandbox.ledger().into_iter().find(|one| one.to == wa_id(&phone(n))).unwrap();
        let header: Value = serde_json::from_str(&taken.params[0]).unwrap_or(json!(taken.params[0]));
        let seen: Value = serde_json::from_str(&seen).unwrap_or(json!(seen));
        assert_eq!(header, seen, "{kind}");
        assert_eq!(taken.params[1..], ["Ana", "more", "spring"], "{kind}");
    }
});

both!(a_preview_shows_what_is_sent_and_all_that_is_wrong, |app| {
    let shop = app.shop().await;
    let parts = json!([
        {"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": TEXT},
        {"type": "FOOTER", "text": "Bye"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Go", "url": "https://shop.example/{{1}}"}]},
    ]);
    let id = template(app, &shop, "seen_before", parts).await;
    let path = format!("{PATH}/{id}/preview");
    let wrong = json!({"variables": {"header.image": "x.jpg", "1": " ", "2": "?", "1.currency": "much"}});
    let wrong = shop.api.post(&path, wrong).await.ok();
    assert_eq!(wrong["sendable"], false);
    let mut told: Vec<_> = wrong["problems"].as_array().unwrap().iter().collect();
    told.sort_by_key(|one| one["field"].as_str().unwrap().to_string());
    let told: Vec<_> =
        told.iter().map(|one| (one["field"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("variables.1", "missing_variable"),
            ("variables.1.currency", "unusable_variable"),
            ("variables.2", "extra_variable"),
            ("variables.button.0.1", "missing_variable"),
            ("variables.header.image", "unusable_variable"),
        ]
    );
    assert!(wrong.get("request").is_none());

    let good = json!({"header.image": "https://shop.example/a.jpg", "1": "Ana", "button.0.1": "spring"});
    let good = shop.api.post(&path, json!({"variables": good})).await.ok();
    assert_eq!((&good["sendable"], &good["problems"]), (&json!(true), &json!([])));
    assert_eq!(
        good["message"],
        json!({
            "header": {"kind": "image", "text": "https://shop.example/a.jpg"},
            "body": "Hi Ana, this is for you.", "footer": "Bye",
            "buttons": [{"kind": "url", "label": "Go", "value": "https://shop.example/spring"}], "cards": [],
        })
    );
    assert_eq!(
        good["request"]["template"],
        json!({"name": "seen_before", "language": {"code": "en_US"}, "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://shop.example/a.jpg"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "spring"}]},
        ]})
    );
    assert_eq!(app.sandbox.counts().accepted, 0, "nothing is sent");

    app.sandbox.set_template_status(&shop.waba, "seen_before", "en_US", "PAUSED", None);
    until(&shop, &id, "the pause", |one| one["status"] == "paused").await;
    let paused = shop.api.post(&path, json!({"variables": {}})).await.ok();
    assert_eq!(paused["problems"][0]["code"], "template_not_approved");
});

both!(carousels_and_one_time_codes_can_be_written_and_sent, |app| {
    let shop = app.shop().await;
    let card = |page: &str| {
        json!({"header": {"type": "image"}, "buttons": [
            {"type": "url", "text": "Look", "url": format!("https://shop.example/{page}/{{{{1}}}}")}]})
    };
    let carousel = json!({
        "waba_id": shop.waba, "name": "flowers", "language": "en_US", "category": "marketing", "submit": true,
        "body": "Flowers for {{1}}, just in.", "cards": [card("red"), card("blue")],
        "examples": {"1": "Ana", "card.0.header.image": "4::a", "card.0.button.0.1": "rose",
            "card.1.header.image": "4::b", "card.1.button.0.1": "iris"},
    });
    let made = shop.api.post(PATH, carousel).await.ok();
    let keys = ["1", "card.0.header.image", "card.0.button.0.1", "card.1.header.image", "card.1.button.0.1"];
    assert_eq!(made["variables"], json!(keys));
    let code = json!({
        "waba_id": shop.waba, "name": "sign_in", "language": "en_US", "category": "authentication",
        "submit": true, "authentication": {"security_recommendation": true, "code_expires_minutes": 10},
        "buttons": [{"type": "otp", "kind": "copy_code"}],
    });
    let code = shop.created(PATH, code).await;
    let approved = until(&shop, &code, "the approval", |one| one["status"] == "approved").await;
    assert_eq!(approved["variables"], json!(["code"]));
    // as WhatsApp lists it: with its own text
    let parts = json!([
        {"type": "BODY", "text": "*{{1}}* is your verification code.", "add_security_recommendation": false},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}]},
    ]);
    let there = template(app, &shop, "sign_in_there", parts).await;
    let body = json!({
        "sender_id": shop.sender, "to": phone(1),
        "template": {"template_id": there, "variables": {"code": "J$Fpn"}},
    });
    let sent = shop.created("/api/v1/messages", body).await;
    shop.until_message(&sent, "delivered").await;
    let taken = app.sandbox.ledger().into_iter().find(|one| one.to == wa_id(&phone(1))).unwrap();
    assert_eq!(taken.params, ["J$Fpn", "J$Fpn"], "in the text and in the button");
    let id = made["id"].as_str().unwrap();
    until(&shop, id, "the approval", |one| one["status"] == "approved").await;
});
