//! Redis emptied, Redis and Postgres killed and started again, the API killed: workers outlive all of it, and nobody
//! is left out or sent to twice.

use std::time::Duration;

use super::audit::{Counts, Damage};
use super::world::{Plan, World};
use crate::support::process::Bellbird;

/// What workers say while one is away.
const REDIS_AWAY: &str = "queue store redis";
const DATABASE_AWAY: &str = "the database is not available";

/// A campaign of some seconds on servers of its own. The leases are longer than Postgres may be waited for.
fn plan() -> Plan {
    let settings =
        vec![("BELLBIRD__QUEUE__LEASE_MS", "14000"), ("BELLBIRD__SENDING__CLAIM_EXPIRES_MS", "14000")];
    Plan { recipients: 1_500, mps: 300, own_servers: true, settings, ..Plan::default() }
}

/// Two workers, in the middle of a campaign.
async fn mid_campaign(world: &World) -> [Bellbird; 2] {
    world.launch().await;
    let workers = [world.worker().await, world.worker().await];
    world.accepts(300).await;
    assert!(world.accepted() < 1_400, "the campaign is nearly over before anything happens to it");
    workers
}

fn nobody_left_out(workers: [Bellbird; 2], counts: &Counts) {
    for mut worker in workers {
        assert!(worker.is_running(), "a worker did not outlive it");
    }
    assert_eq!((counts.duplicates, counts.left_unknown, counts.failed), (0, 0, 0));
    assert_eq!(counts.accepted, counts.recipients, "everyone exactly once");
    assert_eq!(counts.delivered, counts.recipients);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_emptied() {
    let world = World::start(plan()).await;
    let workers = mid_campaign(&world).await;
    let client = redis::Client::open(world.redis.as_ref().unwrap().url()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    redis::cmd("FLUSHALL").query_async::<()>(&mut redis).await.unwrap();
    let counts = world.audit("FLUSHALL mid-campaign", Damage::default()).await;
    nobody_left_out(workers, &counts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_killed_and_restarted() {
    let mut world = World::start(plan()).await;
    let mut workers = mid_campaign(&world).await;
    for sends in [600, 900] {
        let said = workers.each_ref().map(|worker| worker.said(REDIS_AWAY));
        world.redis.as_mut().unwrap().kill9().await;
        for (worker, before) in workers.iter_mut().zip(said) {
            worker.says_times(REDIS_AWAY, before + 1).await;
        }
        world.redis.as_mut().unwrap().start_again().await;
        world.accepts(sends).await;
    }
    let counts = world.audit("Redis killed and restarted mid-campaign, twice", Damage::default()).await;
    nobody_left_out(workers, &counts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_killed_and_restarted() {
    let mut world = World::start(plan()).await;
    let mut workers = mid_campaign(&world).await;
    for (sends, politely) in [(600, false), (900, true), (1_200, false)] {
        let said = workers.each_ref().map(|worker| worker.said(DATABASE_AWAY));
        let postgres = world.postgres.as_mut().unwrap();
        if politely {
            postgres.stop().await;
        } else {
            postgres.kill9().await;
        }
        for (worker, before) in workers.iter_mut().zip(said) {
            worker.says_times(DATABASE_AWAY, before + 1).await;
        }
        world.postgres.as_mut().unwrap().start_again().await;
        world.accepts(sends).await;
    }
    let counts =
        world.audit("Postgres killed, stopped, killed and restarted mid-campaign", Damage::default()).await;
    nobody_left_out(workers, &counts);
}

/// Frozen for longer than a permit is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_frozen() {
    let world = World::start(plan()).await;
    let workers = mid_campaign(&world).await;
    world.redis.as_ref().unwrap().stall(Duration::from_secs(6)).await;
    let counts = world.audit("Redis frozen mid-campaign", Damage::default()).await;
    nobody_left_out(workers, &counts);
}

/// Frozen for longer than a handler may take: whoever waited for a claim is gone when it comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_frozen() {
    let world = World::start(plan()).await;
    let workers = mid_campaign(&world).await;
    world.postgres.as_ref().unwrap().stall(Duration::from_secs(8)).await;
    let counts = world.audit("Postgres frozen mid-campaign", Damage::default()).await;
    nobody_left_out(workers, &counts);
}

/// The API dies and comes back: what it had not acknowledged is posted again, what it had is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn api_killed_and_restarted() {
    let mut world = World::start(Plan { own_servers: false, ..plan() }).await;
    let workers = mid_campaign(&world).await;
    world.api.kill9().await;
    super::world::until("webhooks are refused", async || world.sandbox.counts().webhook_failures >= 5).await;
    world.restart_api().await;
    let counts = world.audit("API killed and restarted mid-campaign", Damage::default()).await;
    nobody_left_out(workers, &counts);
}
