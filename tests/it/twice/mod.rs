//! Every handler run twice, at once and afterwards: the queue may deliver a task more than once, and nothing comes of
//! it.

mod files;

use crate::support::app::{Setup, TestApp, both};
use crate::support::shop::{phone, phones, wa_id};
use crate::support::wait::wait_until;
use bellbird_core::messages::jobs::SendMessage;
use bellbird_core::outbox;
use bellbird_core::queue::{Due, LaneName, NewTask};
use bellbird_core::webhooks::{self, WebhookStatus, keep::ApplyWebhooks};
use bellbird_sandbox::{GateAt, GateRule, Inbound, Match};
use sea_orm::EntityTrait;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// Pushes a job so many times, each a task of its own.
async fn push(app: &TestApp, lane: LaneName, times: usize, name: &str, job: &impl Serialize) {
    let body = serde_json::to_string(job).unwrap();
    let task = |n| NewTask { id: format!("again_{name}_{n}"), body: body.clone(), due: Due::Now };
    app.services.queues.push(lane, (0..times).map(task).collect()).await.unwrap();
}

/// The jobs that wait in the outbox, as their tasks carry them.
async fn waiting(app: &TestApp) -> Vec<Value> {
    let rows = outbox::entity::Entity::find().all(app.services.db.read()).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(&row.body).unwrap()).collect()
}

/// Waits until every repetition is handled.
async fn handled(app: &TestApp, lane: LaneName) {
    wait_until("the repetitions to be handled", async || {
        let depth = app.services.queues.depth(lane).await.unwrap();
        depth.ready + depth.leased + depth.delayed == 0
    })
    .await;
}

fn nobody_works_yet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

both!(an_audience_is_expanded_once, nobody_works_yet(), |app| {
    let (shop, people) = (app.shop().await, phones(40));
    for phone in &people {
        shop.customer(app, phone, Some("opted_in"), &["vip"]).await;
    }
    for audience in [json!({"kind": "tag", "tag": "vip"}), json!({"kind": "opted_in"})] {
        let draft = shop.draft(json!({"audience": audience, "template_id": shop.utility}));
        let campaign = shop.created("/api/v1/campaigns", draft).await;
        shop.steer(&campaign, "launch").await.ok();
        let jobs = waiting(app).await;
        assert_eq!(jobs.len(), 1);
        push(app, LaneName::Maintenance, 3, &campaign, &jobs[0]).await;
        let workers = [app.worker().await, app.worker().await];
        let stats = shop
            .until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 40)
            .await;
        push(app, LaneName::Maintenance, 2, &format!("{campaign}_late"), &jobs[0]).await;
        shop.until(&campaign, "completed").await;
        assert_eq!(stats["funnel"]["total"], 40);
        assert_eq!(waiting(app).await.len(), 0);
        for worker in workers {
            worker.stop().await;
        }
    }
    app.start_worker().await; // for what is left in the lanes
    assert_eq!(app.sandbox.counts().accepted, 80);
    assert!(app.taken(&shop).values().all(|all| all.len() == 2), "once for each campaign");
});

both!(a_message_is_sent_once_however_often_its_task_comes, |app| {
    let (shop, people) = (app.shop().await, phones(60));
    app.start_worker().await;
    let gate = app.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
    let campaign = shop.launched(app, json!({}), &people).await;
    gate.wait_for(8).await;
    for recipient in shop.recipients(&campaign).await {
        let id = recipient["message_id"].as_str().unwrap();
        let job = SendMessage {
            media: false,
            message: id.parse().unwrap(),
            sender: shop.sender.parse().unwrap(),
            campaign: Some(campaign.parse().unwrap()),
            customer: None,
        };
        push(app, LaneName::Bulk, 2, id, &job).await;
        push(app, LaneName::Interactive, 1, id, &job).await;
    }
    gate.release();
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 60).await;
    app.assert_each_once(&shop, &people);
    assert_eq!(app.sandbox.counts().requests, 60);
});

both!(a_webhook_is_applied_once, |app| {
    let (shop, people) = (app.shop().await, phones(10));
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 10).await;
    let says = Inbound {
        from: wa_id(&phone(1)),
        phone_number_id: shop.number.clone(),
        text: Some("Thank you".into()),
        ..Inbound::default()
    };
    app.sandbox.inbound(&says).unwrap();
    shop.until_stats(&campaign, "the answer", |stats| stats["funnel"]["responded"] == 1).await;
    app.heard_everything().await;
    let before = shop.stats(&campaign).await;
    let events = webhooks::entity::Entity::find().all(app.services.db.read()).await.unwrap();
    let events = events.iter().map(|event| event.id).collect();
    push(app, LaneName::Inbound, 3, "webhooks", &ApplyWebhooks { events }).await;
    handled(app, LaneName::Inbound).await;
    let after = shop.stats(&campaign).await;
    assert_eq!((&after["counts"], &after["funnel"]), (&before["counts"], &before["funnel"]));
    assert_eq!(app.webhooks(WebhookStatus::Pending).await, 0);
});

both!(a_campaign_is_swept_once, nobody_works_yet(), |app| {
    let (shop, people) = (app.shop().await, phones(30));
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.steer(&campaign, "cancel").await.ok();
    for (n, job) in waiting(app).await.iter().enumerate() {
        push(app, LaneName::Maintenance, 3, &n.to_string(), job).await;
    }
    app.start_worker().await;
    app.start_worker().await;
    let stats =
        shop.until_stats(&campaign, "all to be cancelled", |stats| stats["counts"]["cancelled"] == 30).await;
    assert_eq!((&stats["funnel"]["total"], &stats["status"]), (&json!(30), &json!("cancelled")));
    wait_until("the outbox to be empty", async || waiting(app).await.is_empty()).await;
    assert_eq!(shop.stats(&campaign).await["counts"], stats["counts"], "nobody is counted twice");
    assert_eq!(app.sandbox.counts().requests, 0);
});

both!(a_message_is_marked_as_read_once, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let worker = app.worker().await;
    let message = app.writes(&shop, &phone(1), "Hello").await;
    worker.stop().await;
    shop.api.post(&format!("/api/v1/messages/{message}/read"), json!({})).await.ok();
    let jobs = waiting(app).await;
    assert_eq!(jobs.len(), 1);
    push(app, LaneName::Interactive, 3, "read", &jobs[0]).await;
    app.start_worker().await;
    app.start_worker().await;
    handled(app, LaneName::Interactive).await;
    let read = shop.message(&message).await["read_at"].clone();
    assert!(read.is_string() && waiting(app).await.is_empty());
    let marks = app.sandbox.read_marks().len();
    assert!((1..=4).contains(&marks), "asked {marks} times: at once it may be, and does no harm");
    app.pass(Duration::from_secs(60));
    push(app, LaneName::Interactive, 2, "read_late", &jobs[0]).await;
    handled(app, LaneName::Interactive).await;
    assert_eq!(app.sandbox.read_marks().len(), marks, "what is done is not asked again");
    assert_eq!(shop.message(&message).await["read_at"], read);
});
