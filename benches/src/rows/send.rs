//! A bulk send, from the launch to the last recipient's row; with or without statuses posted while it runs.

use crate::Outcome;
use crate::measured::Measured;
use crate::meta::Behaviour;
use crate::options::Options;
use crate::scene::Scene;
use std::time::Duration;
use tokio::time::Instant;

/// Statuses of one POST, at most.
pub(crate) const BATCH: usize = 100;
const RECIPIENTS: usize = 100_000;

pub(crate) async fn measure(options: &Options, statuses: Option<usize>) -> Outcome<Measured> {
    let n = options.recipients_or(RECIPIENTS);
    let (wanted, limit) = (i64::try_from(n)?, options.limit());
    let behaviour = Behaviour { numbers: options.senders, latency: Duration::ZERO, statuses };
    let mut scene = Scene::start(options, behaviour).await?;
    scene.people(0..n).await?;
    scene.work_as_told().await?;
    let campaign = scene.shop.draft().await?;

    let (before, begun) = (scene.cpu()?, Instant::now());
    scene.shop.launch(&campaign).await?;
    let expanding = scene.shop.watch(&campaign, limit, "the expansion", |now| now.status != "preparing");
    expanding.await?;
    let expanded = begun.elapsed().as_secs_f64();
    scene.shop.watch(&campaign, limit, "the last recipient", |now| now.sent >= wanted).await?;
    let sent = begun.elapsed().as_secs_f64();
    let (api, workers) = scene.cpu()?.since(&before);
    let applied = match statuses {
        None => None,
        Some(_) => {
            scene.shop.watch(&campaign, limit, "the last status", |now| now.read >= wanted).await?;
            Some(begun.elapsed().as_secs_f64() - sent)
        }
    };
    if scene.meta.accepted() != n {
        return Err(format!("{n} recipients, but Meta took {}", scene.meta.accepted()).into());
    }
    let (all, middle) = scene.meta.rates();
    let row = if statuses.is_some() { "send-statuses" } else { "send" };
    let measured = Measured::new(row)
        .with("recipients", n as f64)
        .with("recipients_per_second", n as f64 / sent)
        .with("expansion_s", expanded)
        .with_some("sends_per_second", all)
        .with_some("sends_per_second_in_the_middle", middle)
        .with_some("applied_after_last_send_s", applied)
        .with("api_cpu_percent", api)
        .with("worker_cpu_percent", workers);
    let measured = scene.with_memory(measured)?;
    scene.end().await?;
    Ok(measured)
}
