//! A message somebody waits for: from the POST to the request at Meta, beside a campaign at full speed and with nothing
//! else to do. Times are whole milliseconds of the machine's clock, at both ends.

use crate::Outcome;
use crate::measured::Measured;
use crate::meta::Behaviour;
use crate::options::Options;
use crate::scene::Scene;
use crate::statistics::percentile;
use crate::wait::until;
use bellbird_core::clock::{Clock, SystemClock};
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;

const RECIPIENTS: usize = 100_000;
const SAMPLES: usize = 200;
const GAP: Duration = Duration::from_millis(40);
/// Bulk is at full speed by then.
const RUN_UP: Duration = Duration::from_millis(500);

pub(crate) async fn beside_bulk(options: &Options) -> Outcome<Measured> {
    let n = options.recipients_or(RECIPIENTS);
    let (wanted, limit) = (i64::try_from(n)?, options.limit());
    let mut scene = start(options).await?;
    scene.people(0..n).await?;
    scene.work_as_told().await?;
    let campaign = scene.shop.draft().await?;
    scene.shop.launch(&campaign).await?;
    scene.shop.watch(&campaign, limit, "the first recipient", |now| now.sent > 0).await?;
    tokio::time::sleep(RUN_UP).await;
    let asked = ask(&scene, n).await?;
    scene.shop.watch(&campaign, limit, "the last recipient", |now| now.sent >= wanted).await?;
    let (_, middle) = scene.meta.rates();
    let measured = Measured::new("lanes").with("recipients", n as f64);
    let measured = with_latencies(&scene, measured, &asked, limit).await?;
    let measured = measured.with_some("bulk_sends_per_second", middle);
    scene.end().await?;
    Ok(measured)
}

pub(crate) async fn idle(options: &Options) -> Outcome<Measured> {
    let mut scene = start(options).await?;
    scene.work_as_told().await?;
    let asked = ask(&scene, usize::MAX).await?;
    let measured = with_latencies(&scene, Measured::new("idle"), &asked, options.limit()).await?;
    scene.end().await?;
    Ok(measured)
}

async fn start(options: &Options) -> Outcome<Scene> {
    let behaviour = Behaviour { numbers: options.senders, latency: Duration::ZERO, statuses: None };
    Scene::start(options, behaviour).await
}

/// The `n`th person who waits; nobody a campaign goes to.
fn waiter(n: usize) -> String {
    format!("9197{:08}", 20_000_000 + n)
}

/// Posts messages one after another while fewer than `bulk` were taken; when each was asked for, by recipient.
async fn ask(scene: &Scene, bulk: usize) -> Outcome<HashMap<String, i64>> {
    let mut asked = HashMap::new();
    for n in 0..SAMPLES {
        if scene.meta.accepted() >= bulk {
            break;
        }
        let sender = &scene.shop.senders[n % scene.shop.senders.len()];
        let message = json!({
            "sender_id": sender, "to": format!("+{}", waiter(n)),
            "template": {"template_id": scene.shop.order, "variables": {"1": "Ana"}},
        });
        asked.insert(waiter(n), SystemClock.now().0);
        scene.shop.api.post("/api/v1/messages", &message).await?;
        tokio::time::sleep(GAP).await;
    }
    Ok(asked)
}

async fn with_latencies(
    scene: &Scene,
    measured: Measured,
    asked: &HashMap<String, i64>,
    limit: Duration,
) -> Outcome<Measured> {
    let mut latencies = until(limit, Duration::from_millis(50), "the last message", async || {
        let ledger = scene.meta.sandbox.ledger();
        let took = |to: &str, at_ms: i64| asked.get(to).map(|asked| (at_ms - asked) as f64);
        let found: Vec<f64> = ledger.iter().filter_map(|sent| took(&sent.to, sent.at_ms)).collect();
        Ok((found.len() >= asked.len()).then_some(found))
    })
    .await?;
    Ok(measured
        .with("samples", latencies.len() as f64)
        .with_some("latency_p50_ms", percentile(&mut latencies, 50.0))
        .with_some("latency_p99_ms", percentile(&mut latencies, 99.0)))
}
