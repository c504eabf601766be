//! Imports that are interrupted, repeated, raced and stopped.

use super::{counts, kept_files};
use crate::support::app::{Setup, TestApp, both};
use crate::support::shop::{Shop, phone, phones};
use crate::support::wait::wait_until;
use bellbird_core::ids::{ImportId, OutboxId};
use bellbird_core::imports::{self, ImportStatus, run, tidy};
use bellbird_core::outbox::{self, Progress};
use bellbird_core::queue::{Due, LaneName, NewTask};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use std::time::Duration;

fn nobody_works_yet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

/// 3,500 people, the first of them once more at the end, and somebody without a number.
fn large() -> String {
    let people: String = phones(3_500).iter().map(|phone| format!("{phone},A\n")).collect();
    format!("phone,1\n{people}{},B\n,C\n", phone(0))
}

const LARGE: [u64; 5] = [3_502, 3_500, 0, 1, 1];

/// The job of an import that nobody works on.
async fn job(app: &TestApp) -> OutboxId {
    let rows = outbox::entity::Entity::find().all(app.services.db.read()).await.unwrap();
    rows.last().unwrap().id
}

async fn row(app: &TestApp, import: &str) -> imports::Import {
    let found = imports::Entity::find_by_id(import.parse::<ImportId>().unwrap());
    found.one(app.services.db.read()).await.unwrap().unwrap()
}

/// Works on an import until so many rows are read, and dies in the midst of the next ones.
async fn killed_after(app: &TestApp, import: &str, rows: i64) {
    let (services, job, id) = (app.services.clone(), job(app).await, import.parse().unwrap());
    let handler = tokio::spawn(async move { run::work(&services, job, id, 1).await });
    wait_until("some portions", async || row(app, import).await.rows_read >= rows).await;
    handler.abort();
    let _ = handler.await;
}

async fn worked_off(app: &TestApp, import: &str) {
    let (job, id) = (job(app).await, import.parse().unwrap());
    while run::work(&app.services, job, id, 1).await.unwrap() != Progress::Done {}
}

async fn into_campaign(shop: &Shop) -> (String, String) {
    let draft = shop.draft(json!({"template_id": shop.utility}));
    let campaign = shop.created("/api/v1/campaigns", draft).await;
    let import = shop.uploaded(large()).await;
    shop.started(&import, json!({"campaign_id": campaign})).await;
    (campaign, import)
}

/// What an import leaves behind that only a running one needs.
async fn leftovers(app: &TestApp) -> (i64, usize, usize) {
    let count = "SELECT COUNT(*) AS n FROM import_numbers";
    let numbers = app
        .services
        .db
        .read()
        .query_one_raw(sea_orm::Statement::from_string(app.services.db.backend(), count));
    let n: i64 = numbers.await.unwrap().unwrap().try_get("", "n").unwrap();
    let jobs = outbox::entity::Entity::find().all(app.services.db.read()).await.unwrap().len();
    (n, jobs, kept_files(app).len())
}

both!(a_killed_import_goes_on_where_it_was_and_adds_nobody_twice, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let (campaign, import) = into_campaign(&shop).await;
    killed_after(app, &import, 1_000).await;
    assert_eq!(row(app, &import).await.status, ImportStatus::Running);
    killed_after(app, &import, 2_000).await;
    worked_off(app, &import).await;
    let done = shop.over(&import).await;
    assert_eq!(counts(&done), LARGE);
    let rejected = shop.rejects(&done).await;
    let expected = [(3_502, "duplicate_recipient".to_string()), (3_503, "missing_phone".to_string())];
    assert_eq!(rejected, expected, "a number of the first portion is known in the last one");
    assert_eq!(shop.stats(&campaign).await["counts"]["planned"], 3_500);
    assert_eq!(leftovers(app).await, (0, 0, 0));
    app.start_worker().await; // for the task in the lane
});

both!(two_workers_and_a_repeated_task_bring_everybody_once, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let (campaign, import) = into_campaign(&shop).await;
    let outbox = outbox::entity::Entity::find().all(app.services.db.read()).await.unwrap();
    let task = |n| NewTask { id: format!("again_{n}"), body: outbox[0].body.clone(), due: Due::Now };
    app.services.queues.push(LaneName::Maintenance, (0..3).map(task).collect()).await.unwrap();
    app.start_worker().await;
    app.start_worker().await;
    let done = shop.over(&import).await;
    assert_eq!((&done["status"], counts(&done)), (&json!("completed"), LARGE));
    app.services.queues.push(LaneName::Maintenance, (7..9).map(task).collect()).await.unwrap();
    wait_until("all to be cleared up", async || leftovers(app).await == (0, 0, 0)).await;
    assert_eq!(shop.stats(&campaign).await["counts"]["planned"], 3_500);
    assert_eq!(counts(&shop.over(&import).await), LARGE);
});

both!(a_cancelled_import_stops_and_who_went_in_stays, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let (campaign, import) = into_campaign(&shop).await;
    killed_after(app, &import, 1_000).await;
    let cancel = format!("/api/v1/imports/{import}/cancel");
    assert_eq!(shop.api.post(&cancel, json!(null)).await.ok()["status"], "cancelled");
    shop.api.post(&cancel, json!(null)).await.refused(409, "import_over");
    worked_off(app, &import).await;
    let read = row(app, &import).await;
    assert!(read.rows_read < 3_502 && read.added == read.rows_read, "{read:?}");
    assert_eq!(shop.stats(&campaign).await["counts"]["planned"], read.added);
    assert_eq!(leftovers(app).await, (0, 0, 0));
    let start = format!("/api/v1/imports/{import}/start");
    shop.api.post(&start, json!({})).await.refused(409, "import_not_startable");
    app.start_worker().await;
});

both!(an_upload_nobody_wants_is_cleared_away, |app| {
    let shop = app.shop().await;
    let import = shop.uploaded(format!("phone\n{}\n", phone(1))).await;
    shop.api.post(&format!("/api/v1/imports/{import}/cancel"), json!(null)).await.ok();
    wait_until("its rows to go", async || leftovers(app).await == (0, 0, 0)).await;
    let preview = format!("/api/v1/imports/{import}/preview");
    shop.api.get(&preview).await.refused(409, "import_not_startable");

    let import = shop.uploaded(format!("phone\n{}\n12\n", phone(1))).await;
    app.pass(Duration::from_secs(29 * 24 * 3_600));
    let month = app.services.now().minus(Duration::from_secs(30 * 24 * 3_600));
    assert_eq!(tidy::forget(&app.services, month).await.unwrap(), 0);
    assert_eq!(tidy::forget(&app.services, app.services.now()).await.unwrap(), 2);
    shop.api.get(&format!("/api/v1/imports/{import}")).await.refused(404, "not_found");
    assert!(kept_files(app).is_empty());
});

both!(a_launch_in_the_middle_ends_the_import_with_its_reason, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let (campaign, import) = into_campaign(&shop).await;
    killed_after(app, &import, 1_000).await;
    shop.steer(&campaign, "launch").await.ok();
    let before = row(app, &import).await.rows_read;
    let work = outbox::entity::Entity::find().all(app.services.db.read()).await.unwrap();
    let job = work.iter().find(|row| row.body.contains("run_import")).unwrap().id;
    while run::work(&app.services, job, import.parse().unwrap(), 1).await.unwrap() != Progress::Done {}
    let failed = shop.over(&import).await;
    assert_eq!((&failed["status"], &failed["rows_read"]), (&json!("failed"), &json!(before)));
    assert!(failed["failure"].as_str().unwrap().contains("draft"), "{failed:#}");
    app.start_worker().await;
    let stats = shop
        .until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == before)
        .await;
    assert_eq!(stats["funnel"]["total"], before);
});

both!(a_stop_said_after_the_upload_outlives_the_import, |app| {
    let shop = app.shop().await;
    let import = shop.uploaded(format!("phone,opt_in\n{},yes\n", phone(1))).await;
    // the shop's people said what they say an hour ago
    app.pass(Duration::from_secs(2 * 3_600));
    shop.customer(app, &phone(1), Some("opted_out"), &[]).await;
    app.pass(Duration::from_secs(60));
    shop.started(&import, json!({})).await;
    assert_eq!(counts(&shop.over(&import).await), [1, 0, 1, 0, 0]);
    assert_eq!(shop.all("/api/v1/customers").await[0]["marketing_consent"]["state"], "opted_out");
});
