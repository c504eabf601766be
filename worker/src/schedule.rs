//! What is done every so often, by every worker; each is safe to run everywhere at once.

use crate::deps::Deps;
use bellbird_core::campaigns::{autopause, finish, retry, schedule};
use bellbird_core::consent::request;
use bellbird_core::error::Result;
use bellbird_core::identity::{sessions, token_keys};
use bellbird_core::messages::{confirm, feed, late, reap, unknown};
use bellbird_core::privacy::retention;
use bellbird_core::queue::LaneName;
use bellbird_core::senders::{pace, portfolio_room};
use bellbird_core::templates::sync;
use bellbird_core::webhooks::{apply, keep};
use bellbird_core::{alerts, idempotency, imports, outbox, subscriptions};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What the queue lost is pushed again after this; pushing what still waits there changes nothing.
const STALE: Duration = Duration::from_secs(5);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
/// How often slowed senders are looked at; they are raised a quarter a minute.
const RECOVER_EVERY: Duration = Duration::from_secs(15);
/// Answers to idempotent requests are remembered this long.
const KEYS_KEPT: Duration = Duration::from_secs(24 * 3_600);

pub(crate) async fn run(deps: &Deps, shutdown: &CancellationToken) {
    let config = &deps.services.config.worker;
    let (reap_every, finish_every) =
        (Duration::from_millis(config.reap_every_ms), Duration::from_millis(config.finish_every_ms));
    tokio::join!(
        every("finish", finish_every, shutdown, || async {
            finish::finish(&deps.services).await.map(|_| ())
        }),
        every("reap", reap_every, shutdown, || reap_all(deps)),
        every("schedules", SECOND, shutdown, || async {
            schedule::due::run(&deps.services).await.map(|_| ())
        }),
        every("bounds", SECOND, shutdown, || stop_campaigns(deps)),
        every("relay", STALE / 2, shutdown, || relay(deps)),
        every("recover", RECOVER_EVERY, shutdown, || async {
            pace::recover(&deps.services).await.map(|_| ())
        }),
        every("tidy", HOUR, shutdown, || tidy(deps)),
        every("templates", MINUTE, shutdown, || sync_templates(deps)),
    );
}

/// Campaigns whose time is over end, those that do harm are paused, and those that were ended by mistake go on.
async fn stop_campaigns(deps: &Deps) -> Result<()> {
    late::sweep(&deps.services).await?;
    autopause::look(&deps.services).await?;
    retry::reopen(&deps.services).await?;
    Ok(())
}

/// Asks for the accounts whose templates were read too long ago; of several workers one does it.
async fn sync_templates(deps: &Deps) -> Result<()> {
    let minutes = deps.services.config.templates.sync_every_minutes;
    if minutes == 0 {
        return Ok(());
    }
    sync::request_due(&deps.services, MINUTE.saturating_mul(u32::try_from(minutes).unwrap_or(u32::MAX))).await
}

/// Lost leases and due retries come back, lost claims become unknown, old unknowns are decided; people are asked to
/// confirm an opt-in, and not waited for for ever.
async fn reap_all(deps: &Deps) -> Result<()> {
    feed::bring_back(&deps.services).await?;
    reap::reap(&deps.services).await?;
    unknown::decide(&deps.services).await?;
    confirm::ask(&deps.services).await?;
    request::expire(&deps.services).await?;
    Ok(())
}

async fn relay(deps: &Deps) -> Result<()> {
    let stale = deps.services.clock.now().minus(STALE);
    outbox::relay(&deps.services, stale).await?;
    keep::relay(&deps.services, stale).await?;
    Ok(())
}

async fn tidy(deps: &Deps) -> Result<()> {
    let (services, day) = (&deps.services, HOUR * 24);
    let now = services.clock.now();
    let days = |n: u64| day.saturating_mul(u32::try_from(n).unwrap_or(u32::MAX));
    keep::forget(services, now.minus(days(services.config.webhooks.keep_days))).await?;
    let old = now.minus(days(services.config.webhooks.keep_days));
    apply::forget(services, old).await?;
    alerts::raise::forget(services, old).await?;
    idempotency::forget(services, now.minus(KEYS_KEPT)).await?;
    sessions::forget(services).await?;
    portfolio_room::forget(services).await?;
    if token_keys::rotate_due(services).await? {
        tracing::info!("access tokens are signed with a new key");
    }
    imports::tidy::forget(services, now.minus(days(services.config.imports.keep_days))).await?;
    subscriptions::tidy::forget(services, now.minus(days(services.config.subscriptions.keep_days))).await?;
    retention::start_due(services).await?;
    for lane in LaneName::ALL {
        let older_than = days(services.config.queue.keep_dead_days);
        services.queues.trim_dead(lane, older_than).await.map_err(outbox::unavailable)?;
    }
    Ok(())
}

/// Runs `work` every so often until shutdown. A failure is logged once and tried again next time.
async fn every<F, Fut>(name: &str, period: Duration, shutdown: &CancellationToken, work: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let mut failed = false;
    while !shutdown.is_cancelled() {
        match work().await {
            Ok(()) => failed = false,
            Err(error) if !failed => {
                failed = true;
                tracing::warn!(work = name, %error, "background work failed; it will be tried again");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(period.max(Duration::from_millis(10))) => {}
        }
    }
}
