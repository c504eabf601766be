//! Files sent: copied to Meta when they are first needed, and again when the copy is gone.

use super::{PNG, upload};
use crate::support::app::{Setup, TestApp, both};
use crate::support::client::Client;
use crate::support::shop::{Shop, phone};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/api/v1/messages";

async fn image(shop: &Shop, to: &str, media: &Value) -> Value {
    let request = json!({"sender_id": shop.sender, "to": to, "image": {"media_id": media, "caption": "C"}});
    let id = shop.created(PATH, request).await;
    shop.until_message(&id, "delivered").await
}

/// Meta's id of the picture in the message it took last.
fn copy(app: &TestApp) -> String {
    let taken = app.sandbox.ledger().pop().unwrap();
    taken.content.as_ref().unwrap()["id"].as_str().unwrap().to_string()
}

both!(a_file_is_copied_once_per_sender_and_anew_when_the_copy_ran_out, |app| {
    let shop = app.shop().await;
    app.writes(&shop, &phone(1), "Hello").await;
    let media = upload(&shop, "photo.png", PNG).await.ok()["id"].clone();
    let message = image(&shop, &phone(1), &media).await;
    assert_eq!((&message["media_id"], &message["content"]["image"]["media_id"]), (&media, &media));
    let first = copy(app);
    assert_ne!(json!(first), media);
    image(&shop, &phone(1), &media).await;
    assert_eq!(copy(app), first, "one copy serves many messages");

    app.pass(Duration::from_secs(29 * 24 * 3_600));
    app.writes(&shop, &phone(1), "Hello again").await;
    image(&shop, &phone(1), &media).await;
    assert_ne!(copy(app), first);
});

both!(a_copy_that_meta_lost_is_made_again_and_the_message_arrives, |app| {
    let shop = app.shop().await;
    app.writes(&shop, &phone(1), "Hello").await;
    let media = upload(&shop, "photo.png", PNG).await.ok()["id"].clone();
    image(&shop, &phone(1), &media).await;
    let first = copy(app);
    let meta = Client::new(app.sandbox.base_url(), Some(&shop.token));
    let gone = meta.request(Method::DELETE, &format!("/v26.0/{first}")).send().await.unwrap();
    assert_eq!(gone.status(), 200);
    app.pass(Duration::from_secs(2 * 3_600));
    let message = image(&shop, &phone(1), &media).await;
    assert_eq!(message["attempts"].as_array().unwrap().len(), 2, "{message:#}");
    assert_ne!(copy(app), first);
});

both!(
    files_that_cannot_be_sent_are_refused_or_fail_with_words,
    Setup { without_worker: true, ..Setup::default() },
    |app| {
        let (shop, stranger) = (app.shop().await, app.shop().await);
        let worker = app.worker().await;
        app.writes(&shop, &phone(1), "Hello").await;
        worker.stop().await;
        let media = upload(&shop, "photo.png", PNG).await.ok()["id"].clone();
        let theirs = upload(&stranger, "photo.png", PNG).await.ok()["id"].clone();
        let send = |content: Value| {
            let mut request = json!({"sender_id": shop.sender, "to": phone(1)});
            let (word, content) = content.as_object().unwrap().iter().next().unwrap();
            request[word] = content.clone();
            request
        };
        for (content, field, code) in [
            (json!({"image": {"media_id": theirs}}), "image.media_id", "unknown_media"),
            (json!({"video": {"media_id": media}}), "video.media_id", "wrong_media_type"),
        ] {
            let answer = shop.api.post(PATH, send(content)).await;
            assert_eq!(answer.fields(), [(field, code)], "{}", answer.text);
        }
        let header = json!({"image": {"media_id": media}});
        let buttons = json!({"header": header, "body": "B", "buttons": [{"id": "1", "title": "Yes"}]});
        let id = shop.created(PATH, send(json!({"interactive": {"button": buttons}}))).await;
        let path = format!("/api/v1/media/{}", media.as_str().unwrap());
        shop.api.send(Method::DELETE, &path, Value::Null).await.refused(409, "media_in_use");
        let path = format!("{path}?force=true");
        assert_eq!(shop.api.send(Method::DELETE, &path, Value::Null).await.status, 204);
        app.start_worker().await;
        let failed = shop.until_message(&id, "failed").await;
        assert!(failed["attempts"][0]["title"].is_string(), "{failed:#}");
        assert_eq!(app.sandbox.counts().accepted, 0);
    }
);

both!(files_inside_cards_are_copied_too_and_each_only_once, |app| {
    let shop = app.shop().await;
    app.writes(&shop, &phone(1), "Hello").await;
    let media = upload(&shop, "photo.png", PNG).await.ok()["id"].clone();
    let header = json!({"image": {"media_id": media}});
    let card = json!({"media": {"header": header, "display_text": "Open", "url": "https://shop.example"}});
    let carousel = json!({"carousel": {"body": "B", "cards": [card, card]}});
    let send = json!({"sender_id": shop.sender, "to": phone(1), "interactive": carousel});
    let id = shop.created(PATH, send).await;
    let message = shop.until_message(&id, "delivered").await;
    assert_eq!(message["attempts"].as_array().unwrap().len(), 1, "{message:#}");
    let taken = app.sandbox.ledger().pop().unwrap().content.clone().unwrap();
    let cards = taken["action"]["cards"].as_array().unwrap();
    assert_eq!(
        cards[0]["header"]["image"]["id"], cards[1]["header"]["image"]["id"],
        "one copy for both cards"
    );
});
