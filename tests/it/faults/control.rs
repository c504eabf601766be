//! Pause, resume and cancel while two workers send.

use bellbird_core::campaigns::CampaignStatus;
use bellbird_core::queue::LaneName;
use bellbird_sandbox::{Behaviour, Match, Rule};

use super::audit::Damage;
use super::world::{IN_FLIGHT, Plan, World, until};

fn plan() -> Plan {
    Plan { recipients: 1_500, mps: 500, ..Plan::default() }
}

/// Waits until nothing is under way, and says how much was accepted by then.
async fn quiet(world: &World) -> u64 {
    // a task at work may hold a claim that is not committed yet, so those are looked at first
    until("nothing is under way", async || {
        let depth = world.ctx.queues.depth(LaneName::Bulk).await.unwrap();
        depth.leased == 0 && world.count("status = 'sending'").await == 0
    })
    .await;
    world.accepted()
}

/// Pauses as soon as some more were sent, five times: each time sending stops, and goes on where it stopped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paused_and_resumed() {
    let world = World::start(plan()).await;
    world.launch().await;
    let _workers = [world.worker().await, world.worker().await];
    for round in 1..=5 {
        world.accepts(round * 150).await;
        assert!(world.steer(CampaignStatus::Paused).await);
        let at_pause = world.accepted();
        let stopped = quiet(&world).await;
        let late = usize::try_from(stopped - at_pause).unwrap();
        assert!(late <= 2 * IN_FLIGHT, "{late} sends after the pause, more than were under way");
        // the queued ones come up, are refused and go back: then nothing would be left to send by mistake
        until("what was queued is back", async || world.count("status = 'queued'").await == 0).await;
        assert_eq!(world.accepted(), stopped, "sends while paused");
        assert_eq!(world.status().await, CampaignStatus::Paused);
        assert!(world.steer(CampaignStatus::Running).await);
    }
    let counts = world.audit("paused and resumed five times, 2 workers", Damage::default()).await;
    assert_eq!((counts.accepted, counts.delivered), (counts.recipients, counts.recipients));
}

/// Cancelled in full flight: only what was under way is still sent, and every row is cancelled or true.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled() {
    let world = World::start(plan()).await;
    world.launch().await;
    let _workers = [world.worker().await, world.worker().await];
    world.accepts(400).await;
    assert!(world.steer(CampaignStatus::Cancelled).await);
    let at_cancel = world.accepted();
    let stopped = quiet(&world).await;
    let late = usize::try_from(stopped - at_cancel).unwrap();
    assert!(late <= 2 * IN_FLIGHT, "{late} sends after the cancel, more than were under way");
    let counts = world.audit("cancelled, 2 workers", Damage::default()).await;
    assert_eq!(world.accepted(), stopped, "sends after the end");
    assert_eq!(counts.accepted + counts.cancelled, counts.recipients);
    assert_eq!(counts.delivered, counts.accepted);
    assert_eq!(world.status().await, CampaignStatus::Cancelled);
}

/// Some of those sent to before the cancel turn out to be unreachable after it: nobody tries them again, and their rows
/// say what happened rather than that they were never sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_with_failures_to_come() {
    let settings = vec![("BELLBIRD__SENDING__UNREACHABLE_WAIT_MS", "5000")];
    let world = World::start(Plan { settings, ..plan() }).await;
    // some fail at once and wait for another try when the cancel comes, some fail after it
    for (digit, after_ms) in [("3", 0), ("7", 3_000)] {
        let then = Behaviour::FailLater { code: 131_026, after_ms, sent_first: false };
        world.sandbox.add_rule(Rule::new(Match::suffix(digit), then));
    }
    world.launch().await;
    let _workers = [world.worker().await, world.worker().await];
    world.accepts(400).await;
    assert!(world.steer(CampaignStatus::Cancelled).await);
    let counts = world.audit("cancelled with failures to come, 2 workers", Damage::default()).await;
    assert!(counts.failed > 40, "a fifth of them was to fail");
    assert_eq!(counts.duplicates, 0, "tried again after the cancel");
    assert_eq!(counts.accepted, counts.delivered + counts.failed);
    assert_eq!(counts.accepted + counts.cancelled, counts.recipients);
}

/// All three at once from several callers: one order of events wins, and the rows fit it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steered_by_many_at_once() {
    let world = World::start(plan()).await;
    world.launch().await;
    let _workers = [world.worker().await, world.worker().await];
    world.accepts(100).await;
    let flip = async |to| {
        let mut won = 0;
        for _ in 0..40 {
            won += u32::from(world.steer(to).await);
        }
        won
    };
    use CampaignStatus::{Cancelled, Paused, Running};
    let (p1, p2, r1, r2) = tokio::join!(flip(Paused), flip(Paused), flip(Running), flip(Running));
    let (pauses, resumes) = (p1 + p2, r1 + r2);
    assert!(pauses >= resumes && pauses - resumes <= 1, "{pauses} pauses, {resumes} resumes");
    let cancels = tokio::join!(world.steer(Cancelled), world.steer(Paused), world.steer(Cancelled));
    assert!(cancels.0 ^ cancels.2, "one of two cancels wins");
    let stopped = quiet(&world).await;
    let counts = world.audit("pause, resume and cancel racing, 2 workers", Damage::default()).await;
    assert_eq!(world.accepted(), stopped, "sends after the end");
    assert_eq!(counts.accepted + counts.cancelled, counts.recipients);
}
