//! What events cost those who send: nothing at all where nobody wants them, two statements a batch where somebody does.

use super::subscribe;
use crate::support::app::{Setup, TestApp, both};
use crate::support::receiver::Receiver;
use crate::support::shop::{Shop, phones};
use bellbird_core::ids::{CampaignId, MessageId, OutboxId};
use bellbird_core::messages::ledger::{self, Details, Heard, News, Target};
use bellbird_core::messages::state::Fact;
use bellbird_core::messages::{claim, feed};
use bellbird_core::{campaigns, outbox};
use sea_orm::EntityTrait;
use serde_json::json;

fn nobody_works_yet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

const PEOPLE: usize = 50;

/// Statements of one batch of claims, of answers, of statuses.
async fn statements(app: &TestApp, shop: &Shop) -> [u64; 3] {
    let services = &app.services;
    let id = shop.launched(app, json!({}), &phones(PEOPLE)).await;
    let campaign: CampaignId = id.parse().unwrap();
    let job: OutboxId = outbox::entity::Entity::find().one(services.db.read()).await.unwrap().unwrap().id;
    campaigns::expand::expand(services, job, campaign).await.unwrap();
    let sender = shop.sender.parse().unwrap();
    assert_eq!(feed::feed(services, sender, Some(campaign), 1_000).await.unwrap(), PEOPLE);
    let ids: Vec<MessageId> = shop
        .recipients(&id)
        .await
        .iter()
        .map(|one| one["message_id"].as_str().unwrap().parse().unwrap())
        .collect();
    let made = || services.db.statements();
    let begun = made();
    assert_eq!(claim::claim(services, &ids, services.now()).await.unwrap().len(), PEOPLE);
    let claims = made() - begun;
    let news = |fact: Fact| -> Vec<News> {
        let one = |id: &MessageId| News {
            target: Target::Attempt(*id, 1),
            through: None,
            at: services.now(),
            wamid: Some(format!("wamid.{id}")),
            heard: Heard::Fact(fact.clone()),
            details: Details::default(),
        };
        ids.iter().map(one).collect()
    };
    let begun = made();
    assert!(ledger::record(services, &news(Fact::Accepted)).await.unwrap().unrouted.is_empty());
    let answers = made() - begun;
    let begun = made();
    assert!(ledger::record(services, &news(Fact::Delivered)).await.unwrap().unrouted.is_empty());
    let statuses = made() - begun;
    [claims, answers, statuses]
}

both!(
    a_batch_costs_nothing_more_when_nobody_wants_to_know_and_two_statements_when_somebody_does,
    nobody_works_yet(),
    |app| {
        let [quiet, elsewhere, told] = [app.shop().await, app.shop().await, app.shop().await];
        let receiver = Receiver::start().await;
        let without = statements(app, &quiet).await;
        assert_eq!(without, [2, 3, 3], "claim and counters; lock, write and counters");
        subscribe(&elsewhere, &receiver, &["customer.created", "message.received"]).await;
        assert_eq!(statements(app, &elsewhere).await, without, "other types of events");
        assert_eq!(statements(app, &quiet).await, without, "somebody else's subscription");
        let subscribed = subscribe(&told, &receiver, &["message.sent", "message.delivered"]).await;
        assert_eq!(
            statements(app, &told).await,
            [without[0], without[1] + 2, without[2] + 2],
            "whatever the batch's size"
        );
        assert_eq!(told.all(&subscribed.path("/deliveries?limit=200")).await.len(), 2 * PEOPLE);
        // the tasks that were queued find their rows sent, and the deliveries go out
        app.start_worker().await;
        receiver.until(2 * PEOPLE).await;
    }
);
