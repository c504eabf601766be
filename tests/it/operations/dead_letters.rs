//! A row says what is to be done, and a dead letter keeps it from that only for a while.

use crate::support::app::{Setup, TestApp, both};
use crate::support::post::text_from;
use crate::support::shop::phones;
use bellbird_core::queue::{Claimer, LaneName, Settle, Store, Verdict};
use bellbird_core::webhooks::WebhookStatus;
use serde_json::json;

/// Nobody works until the test says so, and dead letters rest for a moment only.
fn short_rest() -> Setup {
    Setup { settings: vec![("QUEUE__DEAD_REST_MS", "50")], without_worker: true, ..Setup::default() }
}

/// Buries everything that is due in a lane, as five time-outs in a row would; returns how much that was.
pub(super) async fn bury(app: &TestApp, lane: LaneName) -> usize {
    let store = app.services.queues.lane(lane);
    let claimer = Claimer { name: "an unlucky worker".into(), asked: 1, answered: 0, limit: 100 };
    let tasks = store.claim(&claimer).await.unwrap().tasks;
    let settle = |task: &bellbird_core::queue::Leased| Settle {
        id: task.id.clone(),
        claim: task.claim,
        verdict: Verdict::Dead("the database was too slow".into()),
    };
    store.settle(&tasks.iter().map(settle).collect::<Vec<_>>()).await.unwrap();
    tasks.len()
}

both!(a_buried_campaign_job_is_done_after_all, short_rest(), |app| {
    let (shop, people) = (app.shop().await, phones(3));
    let campaign = shop.launched(app, json!({}), &people).await;
    assert_eq!(bury(app, LaneName::Maintenance).await, 1);
    assert_eq!(app.services.queues.depth(LaneName::Maintenance).await.unwrap().dead, 1);
    app.start_worker().await;
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(buried_webhooks_are_applied_after_all, short_rest(), |app| {
    let shop = app.shop().await;
    for n in 1..=3 {
        let said = text_from(&format!("91982000000{n}"), &format!("wamid.{n}"), "hello", 1_800_000_000_000);
        assert_eq!(shop.hear(&shop.webhook(&[shop.change(said)])).await.status, 200);
    }
    assert!(bury(app, LaneName::Inbound).await >= 1);
    assert_eq!(app.webhooks(WebhookStatus::Pending).await, 3);
    app.start_worker().await;
    app.heard_everything().await;
    assert_eq!(shop.all("/api/v1/customers").await.len(), 3);
});

/// The dead letter rests for an hour; what came with it and after it goes on all the same.
fn long_rest() -> Setup {
    Setup { settings: vec![("QUEUE__DEAD_REST_MS", "3600000")], without_worker: true, ..Setup::default() }
}

both!(a_resting_dead_letter_holds_up_nobody_else, long_rest(), |app| {
    let shop = app.shop().await;
    let hear = async |n: usize| {
        let said = text_from(&format!("91982000000{n}"), &format!("wamid.{n}"), "hello", 1_800_000_000_000);
        assert_eq!(shop.hear(&shop.webhook(&[shop.change(said)])).await.status, 200);
    };
    hear(1).await;
    assert_eq!(bury(app, LaneName::Inbound).await, 1);
    // the tasks of two more are lost with a Redis that forgot
    for n in [2, 3] {
        hear(n).await;
    }
    let store = app.services.queues.lane(LaneName::Inbound);
    let claimer = Claimer { name: "who forgets".into(), asked: 1, answered: 0, limit: 100 };
    let lost = store.claim(&claimer).await.unwrap().tasks;
    let lost: Vec<_> = lost
        .iter()
        .map(|task| Settle { id: task.id.clone(), claim: task.claim, verdict: Verdict::Done })
        .collect();
    store.settle(&lost).await.unwrap();
    app.start_worker().await;
    crate::support::wait::wait_until("the two behind it to be applied", async || {
        app.webhooks(WebhookStatus::Handled).await == 2
    })
    .await;
    assert_eq!(app.webhooks(WebhookStatus::Pending).await, 1, "the buried one rests");
    assert_eq!(app.services.queues.requeue_all(LaneName::Inbound).await.unwrap(), 1);
    app.heard_everything().await;
    assert_eq!(shop.all("/api/v1/customers").await.len(), 3);
});
