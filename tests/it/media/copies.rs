//! Copies that Meta does not take: now, ever, or from us. The message waits, fails in words, or waits for its sender, and
//! whatever is asked again, nobody gets anything twice.

use super::{PNG, upload};
use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, phone};
use crate::support::wait::wait_until;
use bellbird_sandbox::{Behaviour, Match, Rule};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/messages";

/// What happens to so many uploads of files; the first rule with room left decides.
fn uploads(app: &TestApp, times: u64, then: Behaviour) -> u64 {
    let when = Match { endpoint: Some("media".into()), limit: Some(times), ..Match::all() };
    app.sandbox.add_rule(Rule::new(when, then))
}

/// How often this rule has decided.
fn hits(app: &TestApp, rule: u64) -> u64 {
    app.sandbox.rules().into_iter().find(|one| one.id == rule).unwrap().hits
}

/// Somebody who wrote is sent a picture; gives the message's id.
async fn picture(app: &TestApp, shop: &Shop, to: &str) -> String {
    app.writes(shop, to, "Hello").await;
    let media = upload(shop, "photo.png", PNG).await.ok()["id"].clone();
    shop.created(PATH, json!({"sender_id": shop.sender, "to": to, "image": {"media_id": media}})).await
}

both!(a_file_meta_cannot_take_now_waits_and_is_sent_once, |app| {
    let shop = app.shop().await;
    let page = uploads(app, 1, Behaviour::ErrorBeforeAccept { http_status: 503 });
    let down = uploads(app, 1, Behaviour::Refuse { code: 131_016, http_status: Some(503) });
    // taken, and we do not hear of it: Meta keeps a copy nobody asks for
    let lost = uploads(app, 1, Behaviour::AcceptThenDrop);
    let id = picture(app, &shop, &phone(1)).await;
    wait_until("an upload to be refused", async || hits(app, page) == 1).await;
    let waiting = shop.message(&id).await;
    assert!(["pending", "queued"].iter().any(|status| waiting["status"] == *status), "{waiting:#}");
    let message = shop.until_message(&id, "delivered").await;
    assert_eq!([page, down, lost].map(|rule| hits(app, rule)), [1, 1, 1], "each was met on the way");
    assert_eq!(message["attempts"].as_array().unwrap().len(), 1, "no attempt was used up: {message:#}");
    assert_eq!((app.sandbox.counts().requests, app.sandbox.counts().accepted), (1, 1));
});

both!(a_file_meta_refuses_fails_its_message_in_words_and_others_go_on, |app| {
    let shop = app.shop().await;
    let refused = uploads(app, 9, Behaviour::Refuse { code: 131_053, http_status: Some(400) });
    let id = picture(app, &shop, &phone(1)).await;
    let failed = shop.until_message(&id, "failed").await;
    let attempts = failed["attempts"].as_array().unwrap();
    assert_eq!((attempts.len(), &attempts[0]["code"]), (1, &json!(131_053)), "{failed:#}");
    assert!(attempts[0]["title"].as_str().unwrap().contains("Media upload error"), "{failed:#}");
    let reason = attempts[0]["reason"].as_str().unwrap();
    assert!(reason.contains("picture or file"), "a sentence for people: {reason}");
    assert_eq!(hits(app, refused), 1, "what is refused for good is not asked again");
    assert_eq!(app.sandbox.counts().requests, 0, "nothing was sent");

    let text = json!({"sender_id": shop.sender, "to": phone(1), "text": {"body": "Hi"}});
    let text = shop.created(PATH, text).await;
    shop.until_message(&text, "delivered").await;
});

both!(a_file_lost_from_our_storage_fails_its_message_in_words, |app| {
    let shop = app.shop().await;
    let worked = picture(app, &shop, &phone(1)).await;
    shop.until_message(&worked, "delivered").await;
    let media = upload(&shop, "other.png", PNG).await.ok()["id"].clone();
    let key = bellbird_core::media::key(shop.organization, media.as_str().unwrap().parse().unwrap());
    app.services.files.delete(&key).await.unwrap();
    let lost = json!({"sender_id": shop.sender, "to": phone(1), "image": {"media_id": media}});
    let id = shop.created(PATH, lost).await;
    let failed = shop.until_message(&id, "failed").await;
    let attempt = &failed["attempts"][0];
    assert_eq!(
        (&attempt["code"], &attempt["title"]),
        (&json!(131_053), &json!("The file of this message is gone"))
    );
    assert!(
        attempt["reason"].as_str().unwrap().contains("picture or file"),
        "not about a template: {failed:#}"
    );
    assert_eq!(app.sandbox.counts().requests, 1);
});

both!(a_token_refused_for_a_file_pauses_the_sender_and_no_message_is_lost, |app| {
    let shop = app.shop().await;
    let refused = uploads(app, 9, Behaviour::Refuse { code: 190, http_status: None });
    let id = picture(app, &shop, &phone(1)).await;
    let path = format!("/api/v1/senders/{}", shop.sender);
    wait_until("the sender to be paused", async || shop.api.get(&path).await.ok()["status"] == "paused")
        .await;
    let sender = shop.api.get(&path).await.ok();
    assert!(sender["paused_reason"].as_str().unwrap().contains("190"), "{sender:#}");
    wait_until("the message to wait", async || shop.message(&id).await["status"] == "pending").await;
    assert_eq!(hits(app, refused), 1, "a refused token is not tried again");

    app.sandbox.remove_rule(refused);
    shop.api.post(&format!("{path}/resume"), Value::Null).await.ok();
    let message = shop.until_message(&id, "delivered").await;
    assert_eq!(message["attempts"].as_array().unwrap().len(), 2, "{message:#}");
    assert_eq!(app.sandbox.counts().accepted, 1);
});
