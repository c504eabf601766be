//! The door: the challenge, the signature over the raw bytes, the size, and whose secret opens what.

use crate::support::app::{DEFAULT_APP_SECRET, DEFAULT_VERIFY_TOKEN, TestApp, both};
use crate::support::client::Answer;
use crate::support::post::{status, text_from};
use crate::support::shop::{Shop, phone};
use bellbird_core::webhooks::WebhookStatus;
use bellbird_sandbox::sign;
use reqwest::Method;
use serde_json::json;

both!(the_challenge_wants_the_apps_own_token, |app| {
    let shop = app.shop().await;
    let default = format!("{}/webhooks/whatsapp", app.services.config.http.public_url());
    let ask = async |url: &str, mode: &str, token: &str| {
        let asked = [("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", "1158201444")];
        Answer::of(app.anyone.request(Method::GET, url).query(&asked)).await
    };
    for (url, token) in [(&shop.webhook_url, shop.verify_token.as_str()), (&default, DEFAULT_VERIFY_TOKEN)] {
        let answer = ask(url, "subscribe", token).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "1158201444"));
        ask(url, "subscribe", "wrong").await.refused(403, "wrong_verify_token");
        ask(url, "subscribe", "").await.refused(403, "wrong_verify_token");
        ask(url, "unsubscribe", token).await.refused(403, "wrong_verify_token");
    }
    ask(&shop.webhook_url, "subscribe", DEFAULT_VERIFY_TOKEN).await.refused(403, "wrong_verify_token");
    ask(&format!("{default}/nobody"), "subscribe", "x").await.refused(404, "unknown_webhook");
    let meta_app = &app.sandbox.world().apps[0].id;
    assert!(app.sandbox.verify_webhook(meta_app).await.unwrap(), "as Meta does it");
});

/// Waits until everything that came was applied, and says how many that were.
async fn handled(app: &TestApp) -> u64 {
    app.heard_everything().await;
    app.webhooks(WebhookStatus::Handled).await
}

both!(only_the_right_signature_over_the_raw_bytes_is_let_in, |app| {
    let shop = app.shop().await;
    let body = shop.webhook(&[shop.change(text_from("919820000001", "wamid.1", "hello", 1_800_000_000_000))]);
    let bytes = serde_json::to_vec(&body).unwrap();
    let good = sign(&shop.secret, &bytes);
    let other_bytes = [&bytes[..], b" "].concat();
    for signature in [
        None,
        Some(""),
        Some("sha256="),
        Some("sha256=00"),
        Some("sha1=00"),
        Some(good.to_uppercase().as_str()),
    ]
    .into_iter()
    .chain([Some(sign("wrong secret", &bytes).as_str()), Some(sign(&shop.secret, &other_bytes).as_str())])
    {
        if signature == Some(good.as_str()) {
            continue;
        }
        shop.hear_signed(bytes.clone(), signature).await.refused(401, "wrong_signature");
    }
    assert_eq!(handled(app).await, 0, "nothing of it was kept");
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0);

    assert_eq!(shop.hear_signed(bytes.clone(), Some(&good)).await.status, 200);
    assert_eq!(handled(app).await, 1);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 1);
});

both!(three_megabytes_are_taken_and_not_a_byte_more, |app| {
    let shop = app.shop().await;
    let limit = 3 * 1_024 * 1_024;
    let mut bytes = br#"{"object":"whatsapp_business_account","entry":[]}"#.to_vec();
    bytes.resize(limit, b' ');
    let signature = sign(&shop.secret, &bytes);
    assert_eq!(shop.hear_signed(bytes, Some(&signature)).await.status, 200);
    let path = shop.webhook_url.split_once("/webhooks").map(|(_, rest)| format!("/webhooks{rest}")).unwrap();
    let answer = app.anyone.announce(&path, limit + 1).await.answer().await;
    assert!(answer.contains("413") && answer.contains("body_too_large"), "{answer}");
    assert_eq!(handled(app).await, 1);
});

both!(the_default_app_has_its_own_secret, |app| {
    let shop = app.shop().await;
    let url = format!("{}/webhooks/whatsapp", app.services.config.http.public_url());
    let body = shop.webhook(&[shop.change(text_from("919820000001", "wamid.1", "STOP", 1_800_000_000_000))]);
    let bytes = serde_json::to_vec(&body).unwrap();
    let post = async |secret: &str| {
        let request = app.anyone.request(Method::POST, &url).body(bytes.clone());
        Answer::of(request.header("X-Hub-Signature-256", sign(secret, &bytes))).await
    };
    post(&shop.secret).await.refused(401, "wrong_signature");
    assert_eq!(post(DEFAULT_APP_SECRET).await.status, 200);
    assert_eq!(handled(app).await, 1);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0, "the number is bound to the shop's own app");
});

/// A stranger with a good signature of their own.
async fn posts_about(stranger: &Shop, body: &serde_json::Value) {
    assert_eq!(stranger.hear(body).await.status, 200, "kept and acknowledged, as everything signed is");
}

both!(another_apps_secret_cannot_touch_our_messages, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    app.sandbox.pause_webhooks(true);
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    let sent = shop.until_recipient(&campaign, &phone(1), "sent").await;
    let taken = app.taken(&shop)[&phone(1)][0].clone();
    let now = app.services.now().0;
    let (wamid, opaque) = (taken.wamid.as_str(), taken.opaque.as_deref());
    // about our number, about their own number, and without any number
    let mut theirs = stranger.change(status(wamid, "read", opaque, now));
    posts_about(&stranger, &stranger.webhook(&[shop.change(status(wamid, "read", opaque, now))])).await;
    posts_about(&stranger, &stranger.webhook(&[theirs.clone()])).await;
    posts_about(&stranger, &stranger.webhook(&[stranger.change(status(wamid, "delivered", None, now))]))
        .await;
    theirs["value"].as_object_mut().unwrap().remove("metadata");
    posts_about(&stranger, &stranger.webhook(&[theirs])).await;
    let stop = text_from(&taken.to, "wamid.in", "STOP", now + 5_000);
    posts_about(&stranger, &stranger.webhook(&[shop.change(stop)])).await;
    crate::support::wait::wait_until("five to be handled", async || {
        app.webhooks(WebhookStatus::Handled).await == 5
    })
    .await;
    let after = shop.recipient(&campaign, &phone(1)).await;
    assert_eq!((&after["status"], &after["responded_at"]), (&sent["status"], &sent["responded_at"]));
    let customers = shop.all("/api/v1/customers").await;
    assert_eq!(customers[0]["marketing_consent"]["state"], "opted_in");
    app.sandbox.pause_webhooks(false);
    shop.until_recipient(&campaign, &phone(1), "delivered").await;
});
