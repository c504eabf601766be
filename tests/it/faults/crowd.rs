//! Several workers on one campaign: each person once, and a share of the work for each.

use std::io::Write;

use super::audit::Damage;
use super::tap::Tap;
use super::world::{Plan, World};

async fn share(workers: usize) {
    let world = World::start(Plan { recipients: 3_000, mps: 800, ..Plan::default() }).await;
    let (mut taps, mut processes) = (Vec::new(), Vec::new());
    for _ in 0..workers {
        let tap = Tap::to(world.sandbox.base_url()).await;
        processes.push(world.worker_through(&tap.base_url()).await);
        taps.push(tap);
    }
    world.launch().await;
    let counts = world.audit(&format!("{workers} workers on one campaign"), Damage::default()).await;
    let all: u64 = taps.iter().map(Tap::bytes).sum();
    let shares: Vec<u64> = taps.iter().map(|tap| tap.bytes() * 100 / all.max(1)).collect();
    let _ = writeln!(std::io::stderr(), "{workers} workers on one campaign: shares in percent {shares:?}");
    assert!(shares.iter().all(|share| *share > 0), "a worker did nothing: {shares:?}");
    assert_eq!((counts.duplicates, counts.unknown), (0, 0));
    assert_eq!((counts.accepted, counts.delivered), (counts.recipients, counts.recipients));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers() {
    share(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_workers() {
    share(4).await;
}
