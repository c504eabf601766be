//! Webhooks, one status per POST, each in the database before its 200; and those that came while no worker ran.

use crate::Outcome;
use crate::measured::Measured;
use crate::meta::Behaviour;
use crate::options::Options;
use crate::poster::{Poster, Webhook};
use crate::scene::Scene;
use crate::servers::number;
use crate::statistics::percentile;
use crate::wait::until;
use std::time::Duration;
use tokio::time::Instant;

/// Events of each half.
const EVENTS: usize = 20_000;
/// Connections of whoever posts.
pub(super) const AT_ONCE: usize = 64;

pub(crate) async fn measure(options: &Options) -> Outcome<Measured> {
    let n = options.recipients_or(EVENTS);
    let (wanted, limit) = (i64::try_from(n)?, options.limit());
    let behaviour = Behaviour { numbers: options.senders, latency: Duration::ZERO, statuses: None };
    let mut scene = Scene::start(options, behaviour).await?;
    scene.people(0..n).await?;
    scene.work_as_told().await?;
    let campaign = scene.shop.draft().await?;
    scene.shop.launch(&campaign).await?;
    scene.shop.watch(&campaign, limit, "the messages to tell of", |now| now.sent >= wanted).await?;
    let ledger = scene.meta.sandbox.ledger();
    let told = |word| ledger.iter().map(|sent| Webhook::status(sent, word)).collect::<Vec<_>>();
    let (delivered, read) = (told("delivered"), told("read"));
    let poster = Poster::new(&scene.shop.webhook_url)?;

    let before = scene.cpu()?;
    let seconds = poster.post_all(delivered, AT_ONCE).await?;
    let (api, workers) = scene.cpu()?.since(&before);
    let mut acks = poster.take_acks();
    let measured = Measured::new("ingest")
        .with("webhooks", n as f64)
        .with("webhooks_per_second", n as f64 / seconds)
        .with_some("ack_p50_ms", percentile(&mut acks, 50.0))
        .with_some("ack_p99_ms", percentile(&mut acks, 99.0))
        .with("api_cpu_percent", api)
        .with("worker_cpu_percent", workers);
    let applied = Instant::now();
    is_applied(&scene, limit).await?;
    let measured = measured.with("applied_after_last_post_s", applied.elapsed().as_secs_f64());

    scene.rest().await?;
    let seconds = poster.post_all(read, AT_ONCE).await?;
    let kept = number(&scene.db, "SELECT COUNT(*) FROM webhook_events").await?;
    if kept != 2 * wanted {
        return Err(format!("{} webhooks were acknowledged, {kept} are kept", 2 * wanted).into());
    }
    let begun = Instant::now();
    scene.work_as_told().await?;
    is_applied(&scene, limit).await?;
    let caught_up = begun.elapsed().as_secs_f64();
    scene.shop.watch(&campaign, limit, "the counters", |now| now.read >= wanted).await?;
    let measured = measured
        .with("webhooks_per_second_without_workers", n as f64 / seconds)
        .with("caught_up_after_s", caught_up)
        .with("applied_per_second_afterwards", n as f64 / caught_up);
    let measured = scene.with_memory(measured)?;
    scene.end().await?;
    Ok(measured)
}

/// Waits until no webhook waits any more, and none failed.
async fn is_applied(scene: &Scene, limit: Duration) -> Outcome {
    until(limit, Duration::from_millis(20), "webhooks to be applied", async || {
        let waiting = "SELECT COUNT(*) FROM webhook_events WHERE status = 'pending'";
        Ok((number(&scene.db, waiting).await? == 0).then_some(()))
    })
    .await?;
    match number(&scene.db, "SELECT COUNT(*) FROM webhook_events WHERE status = 'failed'").await? {
        0 => Ok(()),
        failed => Err(format!("{failed} webhooks could not be applied").into()),
    }
}
