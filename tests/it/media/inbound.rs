//! Files customers send, and those the shop sends from its phone: fetched while Meta keeps them.

use super::PNG;
use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, phone, wa_id};
use crate::support::wait::wait_for;
use bellbird_sandbox::Inbound;
use serde_json::{Value, json};
use std::time::Duration;

/// Somebody sends a file; gives our description of it, once it stands so.
async fn received(app: &TestApp, shop: &Shop, message: Value, status: &str) -> Value {
    let inbound = Inbound {
        from: wa_id(&phone(1)),
        phone_number_id: shop.number.clone(),
        message: Some(message),
        ..Inbound::default()
    };
    app.sandbox.inbound(&inbound).unwrap();
    until(shop, status).await
}

async fn until(shop: &Shop, status: &str) -> Value {
    wait_for(&format!("the newest file to be {status}"), async || {
        let newest = shop.all("/api/v1/media").await.into_iter().next()?;
        (newest["status"] == status).then_some(newest)
    })
    .await
}

both!(what_a_customer_sends_is_fetched_and_linked_to_the_message, |app| {
    let shop = app.shop().await;
    for (kind, mime) in [
        ("image", "image/png"),
        ("sticker", "image/webp"),
        ("video", "video/mp4"),
        ("audio", "audio/ogg"),
        ("document", "application/pdf"),
    ] {
        let seen = shop.all("/api/v1/media").await.len();
        let message = json!({"type": kind, kind: {"caption": "look", "filename": "a b.bin"}});
        app.sandbox
            .inbound(&Inbound {
                from: wa_id(&phone(1)),
                phone_number_id: shop.number.clone(),
                message: Some(message),
                ..Inbound::default()
            })
            .unwrap();
        let media = wait_for("the file", async || {
            let all = shop.all("/api/v1/media?origin=inbound").await;
            let stored = |newest: &Value| newest["status"] == "stored" && newest["mime_type"] == mime;
            all.into_iter().next().filter(stored)
        })
        .await;
        assert_eq!(shop.all("/api/v1/media").await.len(), seen + 1);
        let message = shop.message(media["message_id"].as_str().unwrap()).await;
        assert_eq!((&message["media_id"], &message["kind"]), (&media["id"], &json!(kind)));
        assert!(message["received"][kind]["id"].is_string(), "the provider's JSON stays whole: {message:#}");
        let path = format!("/api/v1/media/{}/content", media["id"].as_str().unwrap());
        let bytes =
            shop.api.request(reqwest::Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(json!(bellbird_core::secret::sha256_hex(&bytes)), media["sha256"]);
    }
});

both!(a_file_whose_content_differs_is_never_kept, |app| {
    let shop = app.shop().await;
    let file = app.sandbox.customer_file(&shop.number, "image/png", PNG.to_vec()).unwrap();
    let message = json!({
        "from": wa_id(&phone(1)), "id": "wamid.FORGED", "timestamp": (app.services.now().0 / 1_000).to_string(),
        "type": "image", "image": {"id": file, "mime_type": "image/png", "sha256": "A".repeat(43) + "="},
    });
    shop.hear(&shop.webhook(&[shop.change(json!({"messages": [message]}))])).await.ok();
    let (mut failed, mut tried) = (Value::Null, Value::Null);
    while failed["status"] != "failed" {
        failed = wait_for("the next try", async || {
            let newest = shop.all("/api/v1/media").await.into_iter().next()?;
            (newest["reason"].is_string() && newest["updated_at"] != tried).then_some(newest)
        })
        .await;
        tried = failed["updated_at"].clone();
        app.pass(Duration::from_secs(3_600));
    }
    assert!(failed["reason"].as_str().unwrap().contains("SHA-256"), "{failed:#}");
    let path = format!("/api/v1/media/{}/content", failed["id"].as_str().unwrap());
    shop.api.get(&path).await.refused(409, "media_not_stored");
});

both!(a_file_that_cannot_be_fetched_for_a_week_is_expired_and_says_so, |app| {
    let shop = app.shop().await;
    let lost = json!({"type": "image", "image": {"id": "999999", "mime_type": "image/png"}});
    let waiting = received(app, &shop, lost, "pending").await;
    assert!(waiting["expires_at"].is_string(), "{waiting:#}");
    app.pass(Duration::from_secs(7 * 24 * 3_600));
    let expired = until(&shop, "expired").await;
    assert!(expired["reason"].as_str().unwrap().contains("seven days"), "{expired:#}");
});

both!(what_the_shop_sends_from_its_phone_is_fetched_like_what_customers_send, |app| {
    let shop = app.shop().await;
    let file = app.sandbox.customer_file(&shop.number, "image/png", PNG.to_vec()).unwrap();
    let echo = json!({
        "from": "15550003881", "to": wa_id(&phone(1)), "id": "wamid.ECHO",
        "timestamp": (app.services.now().0 / 1_000).to_string(),
        "type": "image", "image": {"id": file, "mime_type": "image/png", "caption": "Look"},
    });
    let mut change = shop.change(json!({"message_echoes": [echo]}));
    change["field"] = json!("smb_message_echoes");
    let webhook = shop.webhook(&[change]);
    shop.hear(&webhook).await.ok();
    let media = until(&shop, "stored").await;
    assert_eq!((&media["origin"], &media["mime_type"]), (&json!("echo"), &json!("image/png")));
    assert_eq!(media["sha256"], bellbird_core::secret::sha256_hex(PNG));
    let message = shop.message(media["message_id"].as_str().unwrap()).await;
    assert_eq!((&message["media_id"], &message["origin"]), (&media["id"], &json!("phone_app")));
    assert_eq!((&message["direction"], &message["kind"]), (&json!("out"), &json!("image")));

    // told twice it is one message with one file
    shop.hear(&webhook).await.ok();
    app.heard_everything().await;
    assert_eq!(shop.all("/api/v1/media?origin=echo").await, [media]);
    assert_eq!(shop.all("/api/v1/media?origin=inbound").await.len(), 0);
});

both!(a_picture_of_the_time_before_is_fetched_when_its_body_comes, |app| {
    let shop = app.shop().await;
    let at = (app.services.now().0 / 1_000).to_string();
    let file = app.sandbox.customer_file(&shop.number, "image/png", PNG.to_vec()).unwrap();
    let hear = async |field: &str, part: Value| {
        let mut change = shop.change(part);
        change["field"] = json!(field);
        shop.hear(&shop.webhook(&[change])).await.ok();
        app.heard_everything().await;
    };
    let placeholder =
        json!({"from": wa_id(&phone(1)), "id": "wamid.OLD", "timestamp": at, "type": "media_placeholder"});
    let threads = json!([{"id": wa_id(&phone(1)), "messages": [placeholder]}]);
    hear("history", json!({"history": [{"metadata": {"phase": 0, "chunk_order": 1, "progress": 100}, "threads": threads}]})).await;
    assert_eq!(shop.all("/api/v1/media").await.len(), 0);
    let body = json!({"from": wa_id(&phone(1)), "id": "wamid.OLD", "timestamp": at,
        "type": "image", "image": {"id": file, "mime_type": "image/png"}});
    hear("history", json!({"messages": [body]})).await;
    let media = until(&shop, "stored").await;
    assert_eq!(media["origin"], "inbound", "a customer sent it");
    let message = shop.message(media["message_id"].as_str().unwrap()).await;
    assert_eq!((&message["media_id"], &message["kind"]), (&media["id"], &json!("image")));
});
