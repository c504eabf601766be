//! The embedded database and queue: `bellbird demo`, one process with an SQLite file, with pooled senders of the sandbox's.

use crate::Outcome;
use crate::api::Api;
use crate::measured::Measured;
use crate::meta::{Behaviour, Meta};
use crate::options::Options;
use crate::process::Process;
use crate::scene::{free_port, organization, settings};
use crate::shop::Shop;
use crate::wait::until;
use crate::{meta, people};
use bellbird_sandbox::{DemoWorld, demo_world};
use sea_orm::Database;
use std::fs;
use std::time::Duration;
use tokio::time::Instant;

const RECIPIENTS: usize = 30_000;
/// What the demo brings along, at Meta's side.
const DEMO: [&str; 3] = ["100000000000001", "100000000000002", "100000000000003"];

pub(crate) async fn measure(options: &Options) -> Outcome<Measured> {
    let n = options.recipients_or(RECIPIENTS);
    let wanted = i64::try_from(n)?;
    let behaviour = Behaviour { numbers: options.senders, latency: Duration::ZERO, statuses: None };
    let meta = Meta::start(behaviour).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("bellbird.db");
    let (mut env, port) = (settings(), free_port()?);
    env.insert("DATABASE_URL".into(), format!("sqlite:{}", file.display()));
    env.insert("BELLBIRD__META__GRAPH_URL".into(), meta.url().to_string());
    env.insert("BELLBIRD__WORKER__BULK_CONCURRENCY".into(), options.in_flight.to_string());

    // The demo finds its secrets and its organization there, and an own number at Meta that its token opens.
    fs::write(folder.path().join("secret.key"), &env["BELLBIRD_SECRET_KEY"])?;
    fs::write(folder.path().join("app.secret"), meta::SECRET)?;
    fs::write(folder.path().join("access.token"), meta::TOKEN)?;
    meta.sandbox.apply(demo_world(DemoWorld {
        app_id: DEMO[0].into(),
        app_secret: meta::SECRET.into(),
        callback_url: format!("http://127.0.0.1:{port}/webhooks/whatsapp/unset"),
        verify_token: "demo".into(),
        waba_id: DEMO[1].into(),
        phone_number_id: DEMO[2].into(),
        display_phone_number: "+1 555-999-3881".into(),
        verified_name: "Demo".into(),
        token: meta::TOKEN.into(),
    }))?;
    let (organization, key) = organization(&options.bin, &env).await?;
    let db = Database::connect(format!("sqlite:{}?mode=rw", file.display())).await?;
    // the first is the demo's own customer, and not ours
    people::add(&db, &organization, 1..n + 1).await?;
    db.close().await?;

    let (data, port) = (folder.path().display().to_string(), port.to_string());
    let words = ["demo", "--data-dir", &data, "--port", &port, "--recipients", "1"];
    let mut demo = Process::start(&options.bin, &words, &env)?;
    let base = format!("http://127.0.0.1:{port}");
    demo.is_ready(&format!("{base}/health/ready")).await?;
    let api = Api::new(&base, &key)?;
    // its own campaign first: until then it takes whatever number there is for its own
    until(options.limit(), Duration::from_millis(100), "the demo's own campaign", async || {
        demo.is_well()?;
        let newest = api.get("/api/v1/campaigns?limit=1").await?;
        Ok((newest["items"][0]["status"] == "completed").then_some(()))
    })
    .await?;
    let shop = Shop::open(api, &meta).await?;
    let (campaign, others) = (shop.draft().await?, meta.accepted());
    let before = demo.cpu_s()?;
    let begun = Instant::now();
    shop.launch(&campaign).await?;
    // the demo's customer may or may not have agreed by now
    shop.watch(&campaign, options.limit(), "the last recipient", |now| now.sent >= wanted).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let (_, middle) = meta.rates();
    if meta.accepted() < others + n {
        return Err(format!("{n} recipients, but Meta took {}", meta.accepted() - others).into());
    }
    let measured = Measured::new("embedded")
        .with("recipients", n as f64)
        .with("recipients_per_second", n as f64 / seconds)
        .with_some("sends_per_second_in_the_middle", middle)
        .with("cpu_percent", (demo.cpu_s()? - before) * 100.0 / seconds)
        .with("peak_mb", demo.peak_mb()?);
    demo.terminate().await?;
    meta.sandbox.shutdown().await;
    Ok(measured)
}
