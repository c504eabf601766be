//! What people wrote, marked as read.

use crate::support::app::{Setup, both};
use crate::support::shop::phone;
use crate::support::wait::{wait_for, wait_until};
use bellbird_core::outbox;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use std::time::Duration;

both!(a_message_is_marked_as_read_once_by_a_worker, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let first = app.writes(&shop, &phone(1), "Hello").await;
    let second = app.writes(&shop, &phone(1), "Anybody?").await;
    let path = format!("/api/v1/messages/{second}/read");
    for _ in 0..2 {
        let answer = shop.api.post_once(&path, json!({"typing": true}), "read-1").await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    }
    let read = wait_for("it to be read", async || {
        let message = shop.message(&second).await;
        message["read_at"].is_string().then_some(message)
    })
    .await;
    assert_eq!(read["status"], "received");
    assert!(shop.message(&first).await["read_at"].is_string(), "what was written before is read, too");
    let marks = app.sandbox.read_marks();
    assert_eq!(marks.len(), 1, "once, whatever was asked twice");
    assert_eq!((&json!(marks[0].message_id), marks[0].typing), (&read["wamid"], true));

    stranger.api.post(&path, json!({})).await.refused(404, "not_found");
    app.writes(&stranger, &phone(1), "Hello").await;
    let text = json!({"sender_id": stranger.sender, "to": phone(1), "text": {"body": "Hi"}});
    let ours = stranger.created("/api/v1/messages", text).await;
    let path = format!("/api/v1/messages/{ours}/read");
    stranger.api.post(&path, json!({})).await.refused(409, "message_not_inbound");
    stranger.until_message(&ours, "delivered").await;
});

both!(
    a_receipt_waits_for_its_sender_and_is_given_up_when_nobody_cares,
    Setup { without_worker: true, ..Setup::default() },
    |app| {
        let shop = app.shop().await;
        let worker = app.worker().await;
        let message = app.writes(&shop, &phone(1), "Hello").await;
        worker.stop().await;
        let path = format!("/api/v1/messages/{message}/read");
        shop.api.post(&path, json!({"typing": true})).await.ok();
        app.pass(Duration::from_secs(30));
        let worker = app.worker().await;
        wait_until("the receipt", async || app.sandbox.read_marks().len() == 1).await;
        assert!(!app.sandbox.read_marks()[0].typing, "nobody is typing any more");
        worker.stop().await;

        shop.api.post(&path, json!({})).await.ok();
        app.pass(Duration::from_secs(3_600));
        app.start_worker().await;
        wait_until("the job to be given up", async || {
            outbox::entity::Entity::find().count(app.services.db.read()).await.unwrap() == 0
        })
        .await;
        assert_eq!(app.sandbox.read_marks().len(), 1);
    }
);
