//! One number at Meta's ceiling: 1,000 messages a second, held, and three statuses for each, one per POST.

use crate::Outcome;
use crate::measured::Measured;
use crate::meta::{Behaviour, MPS};
use crate::options::Options;
use crate::poster::{Poster, Webhook};
use crate::scene::Scene;
use crate::statistics::percentile;
use bellbird_sandbox::Control;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// POSTs under way at most.
const AT_ONCE: usize = 64;
const WORDS: [&str; 3] = ["sent", "delivered", "read"];
/// A second counts as held from so many on: the limiter's slices and the clock's seconds do not begin together.
const HELD: usize = 950;

pub(crate) async fn measure(options: &Options) -> Outcome<Measured> {
    let n = options.recipients_or(MPS as usize * options.seconds as usize);
    let (wanted, limit) = (i64::try_from(n)?, options.limit());
    let mut scene =
        Scene::start(options, Behaviour { numbers: 1, latency: Duration::ZERO, statuses: None }).await?;
    scene.people(0..n).await?;
    scene.work_as_told().await?;
    let campaign = scene.shop.draft().await?;
    let poster = Poster::new(&scene.shop.webhook_url)?;
    scene.shop.launch(&campaign).await?;
    scene.shop.watch(&campaign, limit, "the expansion", |now| now.status != "preparing").await?;

    let before = scene.cpu()?;
    let telling = tokio::spawn(tell(scene.meta.sandbox.control(), poster.clone(), n));
    scene.shop.watch(&campaign, limit, "the last recipient", |now| now.sent >= wanted).await?;
    let (api, workers) = scene.cpu()?.since(&before);
    telling.await??;
    scene.shop.watch(&campaign, limit, "the last status", |now| now.read >= wanted).await?;

    let (all, _) = scene.meta.rates();
    let mut acks = poster.take_acks();
    let refused = scene.meta.sandbox.counts().refused.values().sum::<u64>();
    let measured = Measured::new("one-number")
        .with("recipients", n as f64)
        .with_some("sends_per_second", all)
        .with_some("seconds_held_percent", held(&scene))
        .with("refused_too_fast", refused as f64)
        .with("statuses", acks.len() as f64)
        .with_some("ack_p50_ms", percentile(&mut acks, 50.0))
        .with_some("ack_p99_ms", percentile(&mut acks, 99.0))
        .with("api_cpu_percent", api)
        .with("worker_cpu_percent", workers)
        .with("cpu_percent_together", api + workers);
    let measured = scene.with_memory(measured)?;
    scene.end().await?;
    Ok(measured)
}

/// Tells of every message that is taken, as it is taken.
async fn tell(meta: Control, poster: Poster, n: usize) -> Outcome {
    let (lines, mut posts) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::<Outcome>::new());
    let (mut told, mut last) = (0, 0);
    while told < n {
        let page = meta.ledger_page(last, 1_000);
        for sent in &page {
            (told, last) = (told + 1, sent.seq);
            let webhooks = WORDS.map(|word| Webhook::status(sent, word));
            let (line, poster) = (Arc::clone(&lines).acquire_owned().await?, poster.clone());
            posts.spawn(async move {
                // of one message in order, as they happen
                for webhook in webhooks {
                    poster.post(webhook).await?;
                }
                drop(line);
                Ok(())
            });
        }
        while let Some(posted) = posts.try_join_next() {
            posted??;
        }
        if page.is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    while let Some(posted) = posts.join_next().await {
        posted??;
    }
    Ok(())
}

/// In how many of a hundred seconds the rate was held; the first and the last are not whole.
fn held(scene: &Scene) -> Option<f64> {
    let mut seconds: BTreeMap<i64, usize> = BTreeMap::new();
    for sent in scene.meta.sandbox.ledger() {
        *seconds.entry(sent.at_ms / 1_000).or_default() += 1;
    }
    let whole: Vec<usize> = seconds.into_values().skip(1).collect();
    let (_, whole) = whole.split_last()?;
    let held = whole.iter().filter(|n| **n >= HELD).count();
    (!whole.is_empty()).then(|| held as f64 * 100.0 / whole.len() as f64)
}
