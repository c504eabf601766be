//! Submitting, changing and deleting templates: written down at once, asked of WhatsApp in the background.

use super::{PATH, until};
use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, phone};
use bellbird_core::outbox;
use bellbird_core::queue::{Due, LaneName, NewTask};
use bellbird_sandbox::{Review, Template, World};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::time::Duration;

const BODY: &str = "Hi {{1}}, your table is booked for tonight.";

fn new(shop: &Shop, name: &str) -> Value {
    let mut new = shop.template(name, "utility", BODY);
    new["submit"] = json!(true);
    new
}

/// Submits a template; it is written down at once.
async fn submitted(shop: &Shop, new: Value) -> String {
    let made = shop.api.post(PATH, new).await;
    assert_eq!((made.status, &made.json["status"]), (201, &json!("submitting")), "{}", made.text);
    assert_eq!(made.json["pending_change"], "create");
    made.json["id"].as_str().unwrap().to_string()
}

/// What the sandbox has of a template.
fn at_meta(app: &TestApp, shop: &Shop, name: &str) -> Option<Template> {
    app.sandbox.world().templates.into_iter().find(|one| one.waba_id == shop.waba && one.name == name)
}

async fn change(shop: &Shop, id: &str, changes: Value) -> Value {
    let answer = shop.api.send(Method::PATCH, &format!("{PATH}/{id}"), changes).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json
}

both!(a_new_template_is_submitted_and_approved, |app| {
    let shop = app.shop().await;
    let mut rich = new(&shop, "table_booked");
    rich["header"] = json!({"type": "location"});
    rich["buttons"] = json!([{"type": "quick_reply", "text": "Cancel it"}, {"type": "copy_code"}]);
    rich["examples"]["button.1.coupon_code"] = json!("TABLE7");
    rich["ttl_seconds"] = json!(600);
    app.sandbox.set_review(Review { category: Some("MARKETING".into()), ..Review::default() });
    let id = submitted(&shop, rich).await;
    let template = until(&shop, &id, "the approval", |one| one["status"] == "approved").await;
    assert_eq!(template["category"], "marketing", "as WhatsApp sees it");
    assert_eq!((&template["pending_change"], &template["change_error"]), (&Value::Null, &Value::Null));
    let there = at_meta(app, &shop, "table_booked").unwrap();
    assert_eq!(template["provider_id"], there.id);
    assert_eq!(there.message_send_ttl_seconds, Some(600));
    assert_eq!(there.components[0], json!({"type": "HEADER", "format": "LOCATION"}));
    let buttons =
        json!([{"type": "QUICK_REPLY", "text": "Cancel it"}, {"type": "COPY_CODE", "example": "TABLE7"}]);
    assert_eq!(there.components[2], json!({"type": "BUTTONS", "buttons": buttons}));
});

both!(a_refusal_is_told_in_words_and_can_be_mended, |app| {
    let shop = app.shop().await;
    let mut wordless = new(&shop, "wordless");
    wordless["body"] = json!("Hi {{1}} and {{2}} or {{3}} go");
    wordless["examples"] = json!({"1": "a", "2": "b", "3": "c"});
    let id = submitted(&shop, wordless).await;
    let refused = until(&shop, &id, "the refusal", |one| one["status"] == "refused").await;
    assert!(refused["status_reason"].as_str().unwrap().contains("too many variables"), "{refused}");
    assert_eq!(refused["status_reason"], refused["change_error"]);
    let message = json!({"sender_id": shop.sender, "to": phone(1), "template": {"template_id": id}});
    shop.api.post("/api/v1/messages", message).await.refused(409, "template_not_approved");

    let mended = change(&shop, &id, json!({"body": BODY})).await;
    assert_eq!((&mended["status"], &mended["pending_change"]), (&json!("submitting"), &json!("create")));
    let approved = until(&shop, &id, "the approval", |one| one["status"] == "approved").await;
    assert_eq!((&approved["body"], &approved["change_error"]), (&json!(BODY), &Value::Null));
});

both!(a_rejected_template_is_changed_and_reviewed_again, |app| {
    let shop = app.shop().await;
    let rejecting =
        Review { status: "REJECTED".into(), reason: Some("INVALID_FORMAT".into()), ..Review::default() };
    app.sandbox.set_review(rejecting);
    let id = submitted(&shop, new(&shop, "unlucky")).await;
    let rejected = until(&shop, &id, "the rejection", |one| one["status"] == "rejected").await;
    assert!(rejected["status_reason"].is_string(), "{rejected}");
    app.sandbox.set_review(Review::default());
    app.pass(Duration::from_secs(2));
    let changes = json!({"footer": "See you soon", "category": "marketing"});
    let waiting = change(&shop, &id, changes).await;
    assert_eq!(waiting["pending_change"], "edit");
    assert!(waiting.get("footer").is_none(), "not before WhatsApp has taken it");
    let wanted = |one: &Value| one["status"] == "approved" && one["pending_change"].is_null();
    let approved = until(&shop, &id, "the approval", wanted).await;
    assert_eq!((&approved["footer"], &approved["category"]), (&json!("See you soon"), &json!("marketing")));
    let there = at_meta(app, &shop, "unlucky").unwrap();
    assert_eq!(there.components[1], json!({"type": "FOOTER", "text": "See you soon"}));
});

both!(an_approved_template_is_changed_once_a_day, |app| {
    let shop = app.shop().await;
    let id = submitted(&shop, new(&shop, "daily")).await;
    until(&shop, &id, "the approval", |one| one["status"] == "approved").await;
    app.pass(Duration::from_secs(2));
    let other = "Hi {{1}}, your table is booked for tomorrow.";
    change(&shop, &id, json!({"body": other})).await;
    let again = shop.api.send(Method::PATCH, &format!("{PATH}/{id}"), json!({"body": BODY})).await;
    let taken = ["template_changing", "template_not_editable"];
    assert!(again.status == 202 || taken.contains(&again.code()), "{}", again.text);
    let wanted = |one: &Value| one["body"] == other && one["pending_change"].is_null();
    until(&shop, &id, "the new text", |one| wanted(one) && one["status"] == "approved").await;

    app.pass(Duration::from_secs(2));
    change(&shop, &id, json!({"body": BODY, "remove": ["footer"]})).await;
    let refused = until(&shop, &id, "the refusal", |one| one["change_error"].is_string()).await;
    assert!(refused["change_error"].as_str().unwrap().contains("once a day"), "{refused}");
    assert_eq!(
        (&refused["body"], &refused["status"]),
        (&json!(other), &json!("approved")),
        "it stays as it was"
    );
    let category = json!({"category": "marketing"});
    let fixed = shop.api.send(Method::PATCH, &format!("{PATH}/{id}"), category).await;
    assert_eq!(fixed.fields(), [("category", "category_fixed")]);
    let wrong = json!({"buttons": [{"type": "url", "text": "Go", "url": "nowhere"}]});
    let wrong = shop.api.send(Method::PATCH, &format!("{PATH}/{id}"), wrong).await;
    assert_eq!(wrong.fields(), [("buttons[0].url", "url_invalid")]);
});

both!(a_deleted_template_is_gone_and_its_name_is_taken, |app| {
    let shop = app.shop().await;
    let id = submitted(&shop, new(&shop, "short_lived")).await;
    until(&shop, &id, "the approval", |one| one["status"] == "approved").await;
    app.pass(Duration::from_secs(2));
    let path = format!("{PATH}/{id}");
    let answer = shop.api.send(Method::DELETE, &path, Value::Null).await;
    assert_eq!((answer.status, &answer.json["status"]), (202, &json!("pending_deletion")), "{}", answer.text);
    let message = json!({"sender_id": shop.sender, "to": phone(1), "template": {"template_id": id}});
    shop.api.post("/api/v1/messages", message).await.refused(409, "template_not_approved");
    let gone = |one: &Value| one["status"] == "deleted" && one["pending_change"].is_null();
    until(&shop, &id, "the deletion", gone).await;
    assert!(at_meta(app, &shop, "short_lived").is_none());
    shop.api.send(Method::DELETE, &path, Value::Null).await.refused(409, "template_not_deletable");
    shop.api.send(Method::PATCH, &path, json!({"body": BODY})).await.refused(409, "template_not_editable");

    let again = submitted(&shop, new(&shop, "short_lived")).await;
    assert_eq!(again, id, "the row makes room for its successor");
    let refused = until(&shop, &id, "the refusal", |one| one["status"] == "refused").await;
    assert!(refused["status_reason"].as_str().unwrap().contains("being deleted"), "{refused}");
});

both!(what_whatsapp_has_disabled_stays, |app| {
    let shop = app.shop().await;
    app.sandbox.set_template_status(&shop.waba, "offer", "en_US", "DISABLED", Some("DISABLED"));
    let offer = shop.marketing.clone();
    until(&shop, &offer, "the news", |one| one["status"] == "disabled").await;
    let path = format!("{PATH}/{offer}");
    shop.api.send(Method::DELETE, &path, Value::Null).await.refused(409, "template_not_deletable");
    shop.api.send(Method::PATCH, &path, json!({"body": BODY})).await.refused(409, "template_not_editable");
});

both!(a_creation_whose_answer_was_lost_is_not_made_twice, |app| {
    let shop = app.shop().await;
    let body = json!([{"type": "BODY", "text": BODY, "example": {"body_text": [["Someone"]]}}]);
    let there = Template::approved(&shop.waba, "lost_answer", "en_US", "UTILITY", body);
    let mut other = there.clone();
    (other.name, other.id) = ("foreign".into(), "77".into());
    other.components[0]["text"] = json!("Another text altogether.");
    let wanted = there.id.clone();
    app.sandbox.apply(World { templates: vec![there, other], ..World::default() }).unwrap();
    let id = submitted(&shop, new(&shop, "lost_answer")).await;
    let taken = until(&shop, &id, "it to be found", |one| one["status"] == "approved").await;
    assert_eq!(taken["provider_id"], wanted);

    let id = submitted(&shop, new(&shop, "foreign")).await;
    let refused = until(&shop, &id, "the refusal", |one| one["status"] == "refused").await;
    assert!(refused["change_error"].as_str().unwrap().contains("another content"), "{refused}");
});

both!(an_account_without_a_sender_cannot_be_asked, |app| {
    let shop = app.shop().await;
    let mut foreign = new(&shop, "nobody_asks");
    foreign["waba_id"] = json!("555");
    let id = submitted(&shop, foreign).await;
    let refused = until(&shop, &id, "the refusal", |one| one["status"] == "refused").await;
    assert!(refused["change_error"].as_str().unwrap().contains("Connect one"), "{refused}");
});

both!(a_change_is_carried_out_once_however_often_its_task_comes, |app| {
    let shop = app.shop().await;
    let id = submitted(&shop, new(&shop, "many_times")).await;
    let rows = outbox::entity::Entity::find().all(app.services.db.read()).await.unwrap();
    let body = json!({"id": "job_01kawz1m4cf0tr2v6x8yab3c5d", "job": "change_template", "template": id});
    let bodies = rows.into_iter().map(|row| row.body).chain([body.to_string()]);
    let tasks = bodies.enumerate().map(|(n, body)| NewTask { id: format!("again_{n}"), body, due: Due::Now });
    app.services.queues.push(LaneName::Maintenance, tasks.collect()).await.unwrap();
    app.start_worker().await;
    until(&shop, &id, "the approval", |one| one["status"] == "approved").await;
    let there = app.sandbox.world().templates.into_iter().filter(|one| one.name == "many_times").count();
    assert_eq!(there, 1);
});

both!(a_strangers_template_cannot_be_touched, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let path = format!("{PATH}/{}", shop.marketing);
    stranger.api.send(Method::PATCH, &path, json!({"body": BODY})).await.refused(404, "not_found");
    stranger.api.send(Method::DELETE, &path, Value::Null).await.refused(404, "not_found");
    stranger.api.post(&format!("{path}/preview"), json!({})).await.refused(404, "not_found");
});
