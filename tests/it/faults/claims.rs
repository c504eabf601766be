//! Moments too short to be hit by a kill, brought about by hand: a commit whose answer got lost, a row that moves while
//! it is swept, a task that was buried.

use std::time::Duration;

use bellbird_core::campaigns::{CampaignStatus, control, expand, queries};
use bellbird_core::clock::Timestamp;
use bellbird_core::ids::{MessageId, OutboxId, SenderId};
use bellbird_core::messages::{MessageStatus, claim, counters, feed};
use bellbird_core::outbox::Progress;
use bellbird_core::queue::{JobError, LaneName, run_lane};
use sea_orm::{ConnectionTrait, TransactionTrait};
use tokio_util::sync::CancellationToken;

use super::world::{Plan, World, until};

/// A campaign with its people queued, and no worker.
async fn queued(recipients: u32) -> (World, SenderId) {
    let world = World::start(Plan { recipients, ..Plan::default() }).await;
    world.launch().await;
    expand::expand(&world.ctx.services, outbox(&world).await, world.campaign).await.unwrap();
    let sender = queries::get(&world.ctx, world.campaign).await.unwrap().senders().unwrap()[0];
    feed_all(&world, sender).await;
    (world, sender)
}

async fn feed_all(world: &World, sender: SenderId) {
    let fed = feed::feed(&world.ctx.services, sender, Some(world.campaign), 1_000).await.unwrap();
    assert_eq!(fed, world.plan.recipients as usize);
}

/// The campaign's job that waits to be done.
async fn outbox(world: &World) -> OutboxId {
    let rows = world.ask("SELECT id FROM outbox WHERE body LIKE '%' || $1 || '%'").await;
    rows[0].try_get("", "id").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_whose_commit_nobody_heard_of_is_taken_back() {
    let (world, _) = queued(20).await;
    let services = &world.ctx.services;
    let rows = world.ask("SELECT id FROM messages WHERE campaign_id = $1").await;
    let ids: Vec<MessageId> = rows.iter().map(|row| row.try_get("", "id").unwrap()).collect();
    let at = services.now();
    assert_eq!(claim::claim(services, &ids[..10], at).await.unwrap().len(), 10);
    let other = Timestamp(at.0 + 1);
    assert_eq!(claim::undo(services, &ids, other).await.unwrap(), 0, "somebody else's claim");
    assert_eq!(claim::undo(services, &ids, at).await.unwrap(), 10);
    assert_eq!(claim::undo(services, &ids, at).await.unwrap(), 0, "twice is once");
    assert_eq!((world.count("status = 'pending'").await, world.count("status = 'queued'").await), (10, 10));
    let counts = counters::read(services.db.read(), world.campaign).await.unwrap();
    assert_eq!((counts.of(MessageStatus::Pending), counts.of(MessageStatus::Queued)), (10, 10));
    assert_eq!(counts.of(MessageStatus::Sending), 0);
}

/// Whoever brings a row back from `queued` to `pending` holds it just while the sweep passes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_moves_while_it_is_swept_is_swept_the_next_time() {
    let (world, _) = queued(1).await;
    assert!(world.steer(CampaignStatus::Cancelled).await);
    let job = outbox(&world).await;
    let mover = world.ctx.db.write().begin().await.unwrap();
    mover.execute_unprepared("UPDATE messages SET status = 'pending', queued_until = NULL").await.unwrap();
    let (services, campaign) = (world.ctx.services.clone(), world.campaign);
    let sweep =
        tokio::spawn(async move { control::cancel_recipients(&services, job, campaign).await.unwrap() });
    until("the sweep waits for the row", async || {
        let waits = "SELECT COUNT(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND $1 <> ''";
        world.ask(waits).await[0].try_get_by_index::<i64>(0).unwrap() > 0
    })
    .await;
    mover.commit().await.unwrap();
    assert!(matches!(sweep.await.unwrap(), Progress::More { .. }), "a row is still open");
    let services = &world.ctx.services;
    assert!(matches!(control::cancel_recipients(services, job, campaign).await.unwrap(), Progress::Done));
    assert_eq!(world.count("status = 'cancelled'").await, 1);
}

/// A task that used up its deliveries (an outage that outlasted them) is a dead letter; its row is fed again all the
/// same, or the campaign would never end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_whose_task_was_buried_is_queued_again() {
    let (world, sender) = queued(5).await;
    let queues = &world.ctx.queues;
    let stop = CancellationToken::new();
    let undertaker = run_lane(
        "undertaker",
        queues.lane(LaneName::Bulk),
        5,
        Duration::from_secs(1),
        async |_: serde_json::Value, _| Err(JobError::abort("no delivery left")),
        stop.clone().cancelled_owned(),
    );
    let undertaker = tokio::spawn(undertaker);
    until("all tasks are buried", async || queues.depth(LaneName::Bulk).await.unwrap().dead == 5).await;
    stop.cancel();
    undertaker.await.unwrap().unwrap();
    let overdue = "UPDATE messages SET queued_until = 1 WHERE status = 'queued'";
    world.ctx.db.write().execute_unprepared(overdue).await.unwrap();
    assert_eq!(feed::bring_back(&world.ctx.services).await.unwrap(), 5);
    feed_all(&world, sender).await;
    assert_eq!(queues.depth(LaneName::Bulk).await.unwrap().ready, 5, "tasks for the rows that are queued");
}
