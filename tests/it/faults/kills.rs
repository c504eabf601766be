//! Workers killed: between claim and request, between Meta's answer and our record, and idle; and one that is asked
//! to stop.

use bellbird_sandbox::{Gate, GateAt, GateRule, Match};

use super::audit::Damage;
use super::tap::Tap;
use super::world::{IN_FLIGHT, Plan, World, until};

/// A worker begins, and is killed once every request it may have under way is held at the gate.
async fn kill_at_the_gate(world: &World, at: GateAt) -> Gate {
    let gate = world.sandbox.gate(GateRule { when: Match { skip_first: 60, ..Match::all() }, at });
    let mut worker = world.worker().await;
    gate.wait_for(IN_FLIGHT).await;
    worker.kill9().await;
    until("the dead worker's requests are gone", async || gate.waiting() == 0).await;
    gate.release();
    gate
}

/// (a) Requests that had left and were not accepted: nobody can know, so they stay unknown, and only they.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_meta_accepts() {
    let world = World::start(Plan::default()).await;
    world.launch().await;
    for _ in 0..2 {
        kill_at_the_gate(&world, GateAt::BeforeAccept).await;
    }
    let _second = world.worker().await;
    let counts = world.audit("killed before Meta accepts", Damage::kills(2, IN_FLIGHT)).await;
    assert_eq!(counts.duplicates, 0);
    assert_eq!(counts.left_unknown, counts.unknown, "nothing can settle what Meta never saw");
    assert_eq!(counts.accepted, counts.recipients - counts.unknown, "everyone else exactly once");
}

/// (a) With the policy to send again, everyone gets it, and nobody twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_meta_accepts_and_sent_again() {
    let world = World::start(Plan { resend: true, ..Plan::default() }).await;
    world.launch().await;
    kill_at_the_gate(&world, GateAt::BeforeAccept).await;
    let _second = world.worker().await;
    let counts = world.audit("killed before Meta accepts, policy: resend", Damage::kills(1, IN_FLIGHT)).await;
    assert_eq!((counts.duplicates, counts.left_unknown), (0, 0));
    assert_eq!(counts.accepted, counts.recipients, "everyone exactly once");
}

/// (a) Claimed, and killed before any request reached Meta.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_claim_and_request() {
    let world = World::start(Plan::default()).await;
    let tap = Tap::to(world.sandbox.base_url()).await;
    world.launch().await;
    let mut worker = world.worker_through(&tap.base_url()).await;
    world.accepts(60).await;
    tap.shut();
    until("rows claimed and no request under way", async || {
        let claimed = world.count("status = 'sending'").await;
        claimed == i64::try_from(IN_FLIGHT).unwrap() && world.sandbox.counts().requests == world.accepted()
    })
    .await;
    worker.kill9().await;
    let _second = world.worker().await;
    let counts = world.audit("killed between claim and request", Damage::kills(1, IN_FLIGHT)).await;
    assert_eq!(counts.duplicates, 0);
    assert_eq!(counts.accepted, counts.recipients - counts.unknown, "everyone else exactly once");
}

/// (b) Accepted by Meta, never recorded by us: unknown, until the status webhook tells.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_metas_answer() {
    let settings = vec![("BELLBIRD__SENDING__UNKNOWN_QUIET_MS", "60000")];
    let world = World::start(Plan { settings, ..Plan::default() }).await;
    world.sandbox.pause_webhooks(true);
    world.launch().await;
    kill_at_the_gate(&world, GateAt::BeforeAnswer).await;
    let _second = world.worker().await;
    let in_flight = i64::try_from(IN_FLIGHT).unwrap();
    until("what was under way is unknown", async || world.count("status = 'unknown'").await == in_flight)
        .await;
    world.sandbox.pause_webhooks(false);
    let counts = world.audit("killed after Meta's answer", Damage::kills(1, IN_FLIGHT)).await;
    assert_eq!(counts.unknown, IN_FLIGHT);
    assert_eq!((counts.duplicates, counts.left_unknown), (0, 0), "their statuses settle them");
    assert_eq!(counts.delivered, counts.recipients);
}

/// (b) When statuses are late and the policy says so, what is unknown is sent again: twice, but only those.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_metas_answer_and_sent_again() {
    let world = World::start(Plan { resend: true, ..Plan::default() }).await;
    world.sandbox.pause_webhooks(true);
    world.launch().await;
    kill_at_the_gate(&world, GateAt::BeforeAnswer).await;
    let _second = world.worker().await;
    let all = u64::try_from(IN_FLIGHT).unwrap() + u64::from(world.plan.recipients);
    world.accepts(all).await;
    world.sandbox.pause_webhooks(false);
    let counts = world.audit("killed after Meta's answer, policy: resend", Damage::kills(1, IN_FLIGHT)).await;
    assert_eq!(counts.duplicates, counts.unknown, "sent again by the policy, and nobody else");
    assert_eq!(counts.delivered, counts.recipients);
}

/// (c) A worker that does nothing is killed: nobody notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_idle() {
    let world = World::start(Plan::default()).await;
    let (mut idle, _second) = (world.worker().await, world.worker().await);
    idle.kill9().await;
    world.launch().await;
    let counts = world.audit("killed idle", Damage::kills(1, 0)).await;
    assert_eq!((counts.accepted, counts.delivered), (counts.recipients, counts.recipients));
}

/// Kills at moments nobody chose, one worker after the other, with a second one working on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment() {
    let world = World::start(Plan { recipients: 1_500, mps: 400, ..Plan::default() }).await;
    world.launch().await;
    let _second = world.worker().await;
    for kill in 1..=4 {
        let mut worker = world.worker().await;
        world.accepts(kill * 250).await;
        worker.kill9().await;
    }
    let counts = world.audit("killed at any moment", Damage::kills(4, IN_FLIGHT)).await;
    assert_eq!(counts.duplicates, 0);
    assert_eq!(counts.accepted, counts.recipients - counts.left_unknown, "everyone else exactly once");
}

/// SIGTERM: what was claimed is finished, the rest is left to others, and nothing is in doubt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminated() {
    let world = World::start(Plan { recipients: 1_000, ..Plan::default() }).await;
    world.launch().await;
    let mut worker = world.worker().await;
    world.accepts(200).await;
    let status = worker.terminate().await;
    assert_eq!(status.code(), Some(0), "{status}");
    assert_eq!(world.count("status IN ('sending', 'unknown')").await, 0, "nothing is left in the middle");
    let sent = i64::try_from(world.accepted()).unwrap();
    assert_eq!(world.count("accepted_at IS NOT NULL").await, sent, "every answer is recorded");
    let left = world.count("status IN ('pending', 'queued')").await;
    assert!(left > 0, "it left nothing to others");
    let _second = world.worker().await;
    let counts = world.audit("terminated", Damage::default()).await;
    assert_eq!((counts.accepted, counts.delivered), (counts.recipients, counts.recipients));
}
