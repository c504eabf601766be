//! Files of ours as examples of templates: handed to Meta when the template is submitted.

use super::{PATH, until};
use crate::media::{MP4, PDF, PNG, upload};
use crate::support::app::{TestApp, both};
use crate::support::shop::Shop;
use bellbird_sandbox::{App, PhoneNumber, Subscription, Waba, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const BODY: &str = "Hi {{1}}, this is what came in today.";

async fn stored(shop: &Shop, name: &str, bytes: &[u8]) -> String {
    upload(shop, name, bytes).await.ok()["id"].as_str().unwrap().to_string()
}

/// A template with this kind of header and this example.
fn new(shop: &Shop, name: &str, kind: &str, example: &str) -> Value {
    let mut new = shop.template(name, "marketing", BODY);
    (new["header"], new["submit"]) = (json!({"type": kind}), json!(true));
    new["examples"][format!("header.{kind}").as_str()] = json!(example);
    new
}

/// The components Meta has of a template.
fn at_meta(app: &TestApp, shop: &Shop, name: &str) -> Value {
    let all = app.sandbox.world().templates;
    all.into_iter().find(|one| one.waba_id == shop.waba && one.name == name).unwrap().components
}

/// A handle begins with what the file is, in base64.
fn is_handle(example: &Value, mime: &str) -> bool {
    let coded = match mime {
        "image/png" => "aW1hZ2UvcG5n",
        "video/mp4" => "dmlkZW8vbXA0",
        _ => "YXBwbGljYXRpb24vcGRm",
    };
    example["header_handle"][0].as_str().is_some_and(|handle| handle.starts_with(&format!("4::{coded}")))
}

both!(a_stored_file_is_handed_over_and_its_handle_submitted, |app| {
    let shop = app.shop().await;
    for (kind, name, bytes, mime) in [
        ("image", "photo.png", PNG, "image/png"),
        ("video", "film.mp4", MP4, "video/mp4"),
        ("document", "menu.pdf", PDF, "application/pdf"),
    ] {
        let media = stored(&shop, name, bytes).await;
        let name = format!("shown_{kind}");
        let id = shop.created(PATH, new(&shop, &name, kind, &media)).await;
        let approved = until(&shop, &id, "the approval", |one| one["status"] == "approved").await;
        assert_eq!(approved["examples"][format!("header.{kind}").as_str()], json!(media));
        let header = &at_meta(app, &shop, &name)[0];
        assert!(is_handle(&header["example"], mime), "{header:#}");
    }
});

both!(the_cards_of_a_carousel_are_handed_over_too, |app| {
    let shop = app.shop().await;
    let (rose, iris) = (stored(&shop, "rose.png", PNG).await, stored(&shop, "iris.png", PNG).await);
    let card = json!({"header": {"type": "image"}, "buttons": [{"type": "quick_reply", "text": "More"}]});
    let carousel = json!({
        "waba_id": shop.waba, "name": "flowers", "language": "en_US", "category": "marketing", "submit": true,
        "body": BODY, "cards": [card, card, card],
        "examples": {"1": "Ana", "card.0.header.image": rose, "card.1.header.image": iris,
            "card.2.header.image": rose},
    });
    let id = shop.created(PATH, carousel).await;
    until(&shop, &id, "the approval", |one| one["status"] == "approved").await;
    let parts = at_meta(app, &shop, "flowers");
    let cards = parts.as_array().unwrap().iter().find(|part| part["type"] == "CAROUSEL").unwrap();
    let examples: Vec<_> = (0..3).map(|n| &cards["cards"][n]["components"][0]["example"]).collect();
    assert!(examples.iter().all(|example| is_handle(example, "image/png")), "{examples:?}");
    assert_eq!(examples[0], examples[2], "a file is handed over once");
});

both!(an_example_outlasts_a_synchronisation_and_serves_the_next_change, |app| {
    let shop = app.shop().await;
    let media = stored(&shop, "photo.png", PNG).await;
    let id = shop.created(PATH, new(&shop, "changed_later", "image", &media)).await;
    until(&shop, &id, "the approval", |one| one["status"] == "approved").await;
    app.pass(Duration::from_secs(2));
    shop.api.post(&format!("{PATH}/sync"), json!({})).await.ok();
    let synced = until(&shop, &id, "the synchronisation", |one| one["synced_at"].is_string()).await;
    assert_eq!(synced["examples"]["header.image"], json!(media));
    app.pass(Duration::from_secs(2));
    let text = "Hi {{1}}, this is what came in yesterday.";
    let change = shop.api.send(Method::PATCH, &format!("{PATH}/{id}"), json!({"body": text})).await;
    assert_eq!(change.status, 202, "{}", change.text);
    let wanted = |one: &Value| one["body"] == text && one["status"] == "approved";
    let changed =
        until(&shop, &id, "the new text", |one| wanted(one) && one["pending_change"].is_null()).await;
    assert_eq!(changed["change_error"], Value::Null);
    let header = &at_meta(app, &shop, "changed_later")[0];
    assert!(is_handle(&header["example"], "image/png"), "{header:#}");
});

both!(examples_that_meta_would_not_look_at_are_refused, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let text = stored(&shop, "menu.txt", b"Soup and bread").await;
    for (kind, file, code) in [
        ("image", stored(&stranger, "photo.png", PNG).await, "unknown_media"),
        ("image", stored(&shop, "film.mp4", MP4).await, "wrong_media_type"),
        ("document", text, "wrong_media_type"),
    ] {
        let answer = shop.api.post(PATH, new(&shop, "never", kind, &file)).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(format!("examples.header.{kind}").as_str(), code)], "{}", answer.text);
    }
    assert!(shop.all(&format!("{PATH}?name=never")).await.is_empty());
});

both!(a_token_of_an_unknown_app_is_told_with_what_to_do, |app| {
    let shop = app.unconnected_shop().await;
    // a number whose token Meta names no app for
    let (waba, number, token) = ("209999", "309999", "a token of no app");
    let subscription = Subscription { app_id: String::new(), override_callback_uri: None };
    let world = World {
        apps: vec![App {
            id: String::new(),
            name: "None".into(),
            secret: "s".into(),
            callback_url: None,
            verify_token: None,
        }],
        wabas: vec![Waba { id: waba.into(), name: "A shop".into(), subscriptions: vec![subscription] }],
        numbers: vec![PhoneNumber::new(number, waba, "", token)],
        ..World::default()
    };
    app.sandbox.apply(world).expect("the sandbox takes the number");
    let connection =
        json!({"app_id": shop.app, "phone_number_id": number, "waba_id": waba, "access_token": token});
    shop.created("/api/v1/senders", connection).await;
    let media = stored(&shop, "photo.png", PNG).await;
    let mut template = new(&shop, "of_no_app", "image", &media);
    template["waba_id"] = json!(waba);
    let id = shop.created(PATH, template).await;
    let refused = until(&shop, &id, "the refusal", |one| one["status"] == "refused").await;
    let why = refused["status_reason"].as_str().unwrap();
    assert!(why.contains("which app") && why.contains("/access-token"), "{why}");
});
