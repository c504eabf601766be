//! The peer's rows: `benches/peer-bullmq` in a process of its own, against the same sandbox, PostgreSQL and Redis.

use super::ingest::AT_ONCE;
use crate::Outcome;
use crate::measured::Measured;
use crate::meta::{Behaviour, Meta, SECRET, TOKEN};
use crate::options::Options;
use crate::poster::{Poster, Webhook};
use crate::process::{Env, Process};
use crate::scene::free_port;
use crate::servers::{Servers, number};
use crate::statistics::percentile;
use crate::wait::until;
use sea_orm::Database;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const RECIPIENTS: usize = 100_000;
const EVENTS: usize = 20_000;
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peer-bullmq");
const LOCK: &str = "package-lock.json";

/// One campaign, with or without statuses posted while it runs.
pub(crate) async fn send(options: &Options, variant: &str, statuses: Option<usize>) -> Outcome<Measured> {
    let n = options.recipients_or(RECIPIENTS);
    let behaviour = Behaviour { numbers: options.senders, latency: Duration::ZERO, statuses };
    let mut peer =
        Peer::start(options, variant, n, behaviour, if statuses.is_some() { 3 * n } else { 0 }).await?;
    let said = peer.process.ended(options.limit()).await?;
    let said: Value = serde_json::from_str(&said)?;
    let row = format!("peer-{variant}{}", if statuses.is_some() { "-statuses" } else { "" });
    let measured = Measured::new(row)
        .with("recipients", n as f64)
        .with_some("recipients_per_second", said["recipients_per_second"].as_f64())
        .with_some("applied_after_last_send_s", said["statuses_done_after_last_send_s"].as_f64())
        .with_some("worker_peak_mb", said["rss_mb"].as_f64());
    peer.end().await?;
    Ok(measured)
}

/// Webhooks, one status per POST, as fast as they are acknowledged.
pub(crate) async fn ingest(options: &Options, variant: &str) -> Outcome<Measured> {
    let n = options.recipients_or(EVENTS);
    let behaviour = Behaviour { numbers: options.senders, latency: Duration::ZERO, statuses: None };
    let mut peer = Peer::start(options, variant, n, behaviour, n).await?;
    let db = Database::connect(&peer.url).await?;
    until(options.limit(), Duration::from_millis(100), "the peer's messages", async || {
        peer.process.is_well()?;
        if peer.meta.accepted() < n {
            return Ok(None);
        }
        let open = "SELECT COUNT(*) FROM peer_bullmq.recipients WHERE status IN ('pending', 'queued')";
        Ok((number(&db, open).await? == 0).then_some(()))
    })
    .await?;
    db.close().await?;
    let ledger = peer.meta.sandbox.ledger();
    let webhooks = ledger.iter().map(|sent| Webhook::status(sent, "delivered")).collect();
    let poster = Poster::new(&peer.webhook_url)?;
    let seconds = poster.post_all(webhooks, AT_ONCE).await?;
    peer.process.ended(options.limit()).await?;
    let mut acks = poster.take_acks();
    let measured = Measured::new(format!("peer-{variant}-ingest"))
        .with("webhooks", n as f64)
        .with("webhooks_per_second", n as f64 / seconds)
        .with_some("ack_p50_ms", percentile(&mut acks, 50.0))
        .with_some("ack_p99_ms", percentile(&mut acks, 99.0));
    peer.end().await?;
    Ok(measured)
}

struct Peer {
    process: Process,
    meta: Meta,
    servers: Servers,
    database: String,
    url: String,
    webhook_url: String,
}

impl Peer {
    async fn start(
        options: &Options,
        variant: &str,
        recipients: usize,
        behaviour: Behaviour,
        statuses: usize,
    ) -> Outcome<Self> {
        install(&options.peer)?;
        let servers = Servers::given()?;
        servers.empty_redis().await?;
        let (meta, port) = (Meta::start(behaviour).await?, free_port()?);
        let webhook_url = format!("http://127.0.0.1:{port}/webhooks/whatsapp");
        meta.tell(&webhook_url, "unused")?;
        let (database, url) = servers.database().await?;
        let main = options.peer.join("peer.mjs").display().to_string();
        let numbers = meta.numbers.join(",");
        let [recipients, at_once, port, statuses, patience] = [
            recipients,
            options.in_flight * options.workers,
            usize::from(port),
            statuses,
            usize::try_from(options.limit)?,
        ]
        .map(|n| n.to_string());
        let words = [
            main.as_str(),
            "--variant",
            variant,
            "--recipients",
            &recipients,
            "--graph",
            meta.url(),
            "--numbers",
            &numbers,
            "--token",
            TOKEN,
            "--template",
            "offer",
            "--database",
            &url,
            "--redis",
            &servers.redis,
            "--app-secret",
            SECRET,
            "--concurrency",
            &at_once,
            "--port",
            &port,
            "--statuses",
            &statuses,
            "--patience",
            &patience,
        ];
        let env = Env::from([("NODE_ENV".to_string(), "production".to_string())]);
        let process = Process::start(Path::new("node"), &words, &env)?;
        Ok(Self { process, meta, servers, database, url, webhook_url })
    }

    async fn end(self) -> Outcome {
        drop(self.process);
        self.meta.sandbox.shutdown().await;
        self.servers.drop_database(&self.database).await
    }
}

/// Copies the sources, and installs the packages the lock file names when it has changed.
fn install(folder: &Path) -> Outcome {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(SOURCES)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    let (lock, installed) = (fs::read(folder.join(LOCK))?, folder.join("installed"));
    if fs::read(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    crate::say("installing the peer's packages with npm …");
    let mut npm = Command::new("npm");
    // scripts of packages are not run: nothing the peer uses needs them
    npm.args(["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel", "error"])
        .current_dir(folder);
    let ended = npm.status().map_err(|error| format!("npm does not start (package npm): {error}"))?;
    if !ended.success() {
        return Err("npm could not install the peer's packages (the reason stands above)".into());
    }
    Ok(fs::write(installed, lock)?)
}
