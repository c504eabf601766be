//! The floor's rows: see [`crate::floor`].

use super::send;
use crate::Outcome;
use crate::measured::Measured;
use crate::meta::{Behaviour, Meta};
use crate::options::Options;
use crate::process::{Env, Process};
use crate::scene::free_port;
use crate::wait::until;
use std::time::Duration;

const RECIPIENTS: usize = 100_000;

pub(crate) async fn measure(options: &Options, statuses: Option<usize>) -> Outcome<Measured> {
    let n = options.recipients_or(RECIPIENTS);
    let behaviour = Behaviour { numbers: options.senders, latency: Duration::ZERO, statuses };
    let (meta, port) = (Meta::start(behaviour).await?, free_port()?);
    meta.tell(&format!("http://127.0.0.1:{port}/"), "unused")?;
    let (count, at_once, numbers) =
        (n.to_string(), (options.in_flight * options.workers).to_string(), meta.numbers.join(","));
    let port = port.to_string();
    let words = [
        "floor-client",
        "--graph",
        meta.url(),
        "--numbers",
        &numbers,
        "--count",
        &count,
        "--at-once",
        &at_once,
        "--port",
        &port,
    ];
    let mut client = Process::start(&std::env::current_exe()?, &words, &Env::new())?;
    let said = until(options.limit(), Duration::from_millis(20), "the floor's answer", async || {
        client.is_well()?;
        Ok(Some(client.said()).filter(|said| said.ends_with('\n')))
    });
    let answer: serde_json::Value = serde_json::from_str(&said.await?)?;
    let seconds = answer["seconds"].as_f64().ok_or("the floor does not say how long it took")?;
    if !meta.sandbox.settled(options.limit()).await {
        return Err("the floor's webhooks were not all acknowledged".into());
    }
    let row = if statuses == Some(send::BATCH) { "floor-statuses" } else { "floor" };
    let measured = Measured::new(row)
        .with("recipients", n as f64)
        .with("recipients_per_second", n as f64 / seconds)
        .with("floor_cpu_s", client.cpu_s()?)
        .with("floor_peak_mb", client.peak_mb()?);
    drop(client);
    meta.sandbox.shutdown().await;
    Ok(measured)
}
