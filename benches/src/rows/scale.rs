//! More workers, and one worker with more in flight, where Meta takes 100 ms for a request.

use crate::Outcome;
use crate::measured::Measured;
use crate::meta::Behaviour;
use crate::options::Options;
use crate::scene::Scene;
use std::time::Duration;

const LATENCY: Duration = Duration::from_millis(100);
/// What each worker has in flight: 320 a second are possible.
const IN_FLIGHT: usize = 32;
/// What the one wide worker has: 8,000 a second are possible.
const WIDE: usize = 800;
/// How long a measurement should take.
const SECONDS: usize = 15;

pub(crate) async fn workers(options: &Options, workers: usize) -> Outcome<Measured> {
    Box::pin(measure(options, &format!("scale-{workers}"), workers, IN_FLIGHT)).await
}

pub(crate) async fn wide(options: &Options) -> Outcome<Measured> {
    Box::pin(measure(options, "scale-wide", 1, WIDE)).await
}

async fn measure(options: &Options, row: &str, workers: usize, in_flight: usize) -> Outcome<Measured> {
    let possible = (workers * in_flight) as f64 / LATENCY.as_secs_f64();
    let n = options.recipients_or(possible as usize * SECONDS);
    let wanted = i64::try_from(n)?;
    let behaviour = Behaviour { numbers: options.senders, latency: LATENCY, statuses: None };
    let mut scene = Scene::start(options, behaviour).await?;
    scene.people(0..n).await?;
    for _ in 0..workers {
        scene.work(in_flight).await?;
    }
    let campaign = scene.shop.draft().await?;
    scene.shop.launch(&campaign).await?;
    scene.shop.watch(&campaign, options.limit(), "the last recipient", |now| now.sent >= wanted).await?;
    let (_, middle) = scene.meta.rates();
    let middle = middle.ok_or("too few recipients for a rate")?;
    let measured = Measured::new(row)
        .with("recipients", n as f64)
        .with("workers", workers as f64)
        .with("in_flight", in_flight as f64)
        .with("sends_per_second", middle)
        .with("of_possible_percent", middle * 100.0 / possible);
    let measured = scene.with_memory(measured)?;
    scene.end().await?;
    Ok(measured)
}
