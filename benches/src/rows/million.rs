//! One campaign of a million: how soon the launch is answered, how fast the audience is expanded, what workers and Redis
//! hold meanwhile, and whether a recipient costs more than in a campaign of ten thousand.

use crate::Outcome;
use crate::measured::Measured;
use crate::meta::Behaviour;
use crate::options::Options;
use crate::scene::Scene;
use crate::servers::Servers;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

const RECIPIENTS: usize = 1_000_000;
/// What it is compared with.
const FEW: usize = 10_000;

/// How one campaign went.
struct Went {
    launch: Duration,
    expansion: Duration,
    /// Time per recipient, in microseconds, from the end of the expansion to the last one.
    each_us: f64,
}

pub(crate) async fn measure(options: &Options) -> Outcome<Measured> {
    let n = options.recipients_or(RECIPIENTS);
    let few = FEW.min(n);
    let behaviour = Behaviour { numbers: options.senders, latency: Duration::ZERO, statuses: None };
    let mut scene = Scene::start(options, behaviour).await?;
    scene.work_as_told().await?;
    scene.people(0..few).await?;
    let small = campaign(&scene, few, options.limit()).await?;
    let all = n.max(few + 1);
    scene.people(few..all).await?;

    let before = scene.servers.redis_mb().await?;
    let most = Arc::new(AtomicU64::new(0));
    let watcher = tokio::spawn(highest(scene.servers.clone(), Arc::clone(&most)));
    let large = campaign(&scene, all, options.limit()).await;
    watcher.abort();
    let (large, redis) = (large?, most.load(Ordering::Relaxed) as f64 / 1e6);
    let measured = Measured::new("million")
        .with("recipients", all as f64)
        .with("launch_ms", large.launch.as_secs_f64() * 1_000.0)
        .with("expansion_rows_per_second", all as f64 / large.expansion.as_secs_f64())
        .with("redis_growth_mb", (redis - before).max(0.0))
        .with("time_per_recipient_us", large.each_us)
        .with("time_per_recipient_of_10k_us", small.each_us)
        .with("time_per_recipient_ratio", large.each_us / small.each_us);
    let measured = scene.with_memory(measured)?;
    scene.end().await?;
    Ok(measured)
}

async fn campaign(scene: &Scene, n: usize, limit: Duration) -> Outcome<Went> {
    let wanted = i64::try_from(n)?;
    let id = scene.shop.draft().await?;
    let begun = Instant::now();
    let launch = scene.shop.launch(&id).await?;
    scene.shop.watch(&id, limit, "the expansion", |now| now.status != "preparing").await?;
    let expansion = begun.elapsed() - launch;
    let sending = Instant::now();
    scene.shop.watch(&id, limit, "the last recipient", |now| now.sent >= wanted).await?;
    let each_us = sending.elapsed().as_secs_f64() * 1e6 / n as f64;
    Ok(Went { launch, expansion, each_us })
}

/// Notes the most Redis holds, in bytes.
async fn highest(servers: Servers, most: Arc<AtomicU64>) {
    loop {
        if let Ok(mb) = servers.redis_mb().await {
            most.fetch_max((mb * 1e6) as u64, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
