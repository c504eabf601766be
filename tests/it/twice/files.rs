//! The jobs of files: copied to Meta, fetched from there, and files of people.

use super::{handled, nobody_works_yet, push, waiting};
use crate::imports::{counts, kept_files};
use crate::media::{PNG, upload};
use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, phone, phones, wa_id};
use crate::support::wait::{wait_for, wait_until};
use bellbird_core::media::inbound;
use bellbird_core::messages::jobs::SendMessage;
use bellbird_core::queue::LaneName;
use bellbird_core::secret::sha256_hex;
use bellbird_sandbox::{Behaviour, Inbound, Match, Rule};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Counts calls of an endpoint at Meta; each takes a while, so that others may come meanwhile.
fn slow(app: &TestApp, endpoint: &str) -> u64 {
    let when = Match { endpoint: Some(endpoint.into()), ..Match::all() };
    app.sandbox.add_rule(Rule::new(when, Behaviour::Latency { ms: 300, after_accept: false }))
}

fn calls(app: &TestApp, rule: u64) -> u64 {
    app.sandbox.rules().into_iter().find(|one| one.id == rule).unwrap().hits
}

/// The only file of a shop.
async fn file(shop: &Shop) -> Value {
    let all = shop.all("/api/v1/media").await;
    assert_eq!(all.len(), 1);
    all[0].clone()
}

both!(a_file_is_copied_and_sent_once_however_often_its_messages_task_comes, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let worker = app.worker().await;
    app.writes(&shop, &phone(1), "Hello").await;
    worker.stop().await;
    let copies = slow(app, "media");
    let media = upload(&shop, "photo.png", PNG).await.ok();
    let send = json!({"sender_id": shop.sender, "to": phone(1), "image": {"media_id": media["id"]}});
    let id = shop.created("/api/v1/messages", send).await;
    let (message, sender) = (id.parse().unwrap(), shop.sender.parse().unwrap());
    let job = SendMessage { media: true, message, sender, campaign: None, customer: None };
    push(app, LaneName::Bulk, 2, &id, &job).await;
    push(app, LaneName::Interactive, 2, &id, &job).await;
    app.start_worker().await;
    app.start_worker().await;
    shop.until_message(&id, "delivered").await;
    push(app, LaneName::Interactive, 2, &format!("{id}_late"), &job).await;
    for lane in [LaneName::Bulk, LaneName::Interactive] {
        handled(app, lane).await;
    }
    assert_eq!((calls(app, copies), app.sandbox.counts().requests), (1, 1));
    app.assert_each_once(&shop, &[phone(1)]);
});

both!(a_customers_file_is_fetched_by_one_and_twice_is_the_same_file, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let worker = app.worker().await;
    // it stays to be fetched until nobody works any more
    let when = Match { endpoint: Some("object".into()), ..Match::all() };
    let away = app.sandbox.add_rule(Rule::new(when, Behaviour::ErrorBeforeAccept { http_status: 503 }));
    let message = Some(json!({"type": "image", "image": {"caption": "look"}}));
    let from = wa_id(&phone(1));
    let says = Inbound { from, phone_number_id: shop.number.clone(), message, ..Inbound::default() };
    app.sandbox.inbound(&says).unwrap();
    wait_for("the file to be asked for", async || {
        shop.all("/api/v1/media").await.pop().filter(|medium| medium["reason"].is_string())
    })
    .await;
    worker.stop().await;
    app.sandbox.remove_rule(away);
    app.pass(Duration::from_secs(10));

    let downloads = slow(app, "download");
    let taken = inbound::take(&app.services, 9).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(inbound::take(&app.services, 9).await.unwrap().len(), 0, "it is somebody's");
    let fetch = || inbound::fetch(&app.services, &taken[0]);
    let (first, second) = tokio::join!(fetch(), fetch());
    first.unwrap();
    second.unwrap();
    let stored = file(&shop).await;
    fetch().await.unwrap();
    assert_eq!((&stored["status"], &file(&shop).await), (&json!("stored"), &stored));
    assert_eq!(calls(app, downloads), 3);
    let path = format!("/api/v1/media/{}", stored["id"].as_str().unwrap());
    let content = shop.api.request(Method::GET, &format!("{path}/content")).send().await.unwrap();
    let bytes = content.bytes().await.unwrap();
    assert_eq!(json!(sha256_hex(&bytes)), stored["sha256"]);
    assert_eq!(kept_files(app).len(), 1, "one file, and no part of another");

    let deleted = shop.api.send(Method::DELETE, &path, Value::Null).await;
    assert_eq!(deleted.status, 204);
    fetch().await.unwrap();
    assert!(kept_files(app).is_empty(), "a late fetch brings nothing back");
    app.start_worker().await;
});

both!(an_import_is_tried_and_brought_in_once, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let people: String = phones(2_500).iter().map(|phone| format!("{phone},A\n")).collect();
    let import = shop.uploaded(format!("phone,name\n{people}{},B\n,C\n", phone(0))).await;
    let mut workers = Vec::new();
    for dry_run in [true, false] {
        shop.started(&import, json!({"dry_run": dry_run})).await;
        let jobs = waiting(app).await;
        assert_eq!(jobs.len(), 1);
        push(app, LaneName::Maintenance, 3, &format!("import_{dry_run}"), &jobs[0]).await;
        for _ in 0..2 {
            workers.push(app.worker().await);
        }
        let done = shop.over(&import).await;
        assert_eq!(counts(&done), [2_502, 2_500, 0, 1, 1], "dry_run: {dry_run}");
        push(app, LaneName::Maintenance, 2, &format!("import_{dry_run}_late"), &jobs[0]).await;
        wait_until("the outbox to be empty", async || waiting(app).await.is_empty()).await;
        handled(app, LaneName::Maintenance).await;
        assert_eq!(counts(&shop.over(&import).await), [2_502, 2_500, 0, 1, 1]);
        let rejected = shop.rejects(&done).await;
        let expected = [(2_502, "duplicate_recipient".into()), (2_503, "missing_phone".into())];
        assert_eq!(rejected, expected, "each row is reported once");
        for worker in workers.drain(..) {
            worker.stop().await;
        }
    }
    assert_eq!(shop.all("/api/v1/customers?limit=200").await.len(), 2_500);
    app.start_worker().await; // for what is left in the lanes
});
