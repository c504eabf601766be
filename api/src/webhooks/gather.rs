//! Many webhooks in one commit. Meta posts a status at a time, thousands a second; a commit each would be the limit.

use bellbird_core::webhooks::keep::{Arrived, MOST, keep};
use bellbird_core::{Error, Result, Services};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// Webhooks waiting for the gathering task; when it is full, requests wait.
const WAITING: usize = 4 * MOST;

type Waiting = (Arrived, oneshot::Sender<bool>);

/// The way to the gathering task, which ends when the last of these is dropped.
#[derive(Debug, Clone)]
pub struct Gather(mpsc::Sender<Waiting>);

impl Gather {
    /// Starts the task.
    pub fn start(services: Services) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(gather(services, receiver));
        Self(sender)
    }

    /// Returns once the webhook is committed: it may be acknowledged then.
    ///
    /// # Errors
    /// `Unavailable` when it could not be committed; the provider will post it again.
    pub async fn keep(&self, arrived: Arrived) -> Result<()> {
        let (done, kept) = oneshot::channel();
        self.0.send((arrived, done)).await.map_err(|e| away(e.to_string()))?;
        match kept.await {
            Ok(true) => Ok(()),
            _ => Err(away("the webhook could not be kept".into())),
        }
    }
}

fn away(reason: String) -> Error {
    Error::Unavailable { what: "the database", source: reason.into() }
}

async fn gather(services: Services, mut arriving: mpsc::Receiver<Waiting>) {
    let pause = Duration::from_millis(services.config.webhooks.group_ms);
    while let Some(first) = arriving.recv().await {
        let mut group = vec![first];
        let until = Instant::now() + pause;
        while group.len() < MOST {
            match timeout_at(until, arriving.recv()).await {
                Ok(Some(next)) => group.push(next),
                Ok(None) | Err(_) => break,
            }
        }
        // commits overlap: the next group gathers while this one is written
        tokio::spawn(commit(services.clone(), group));
    }
}

async fn commit(services: Services, group: Vec<Waiting>) {
    let (arrived, waiting): (Vec<_>, Vec<_>) = group.into_iter().unzip();
    let count = arrived.len();
    let kept = keep(&services, arrived).await;
    if let Err(error) = &kept {
        tracing::warn!(%error, count, "webhooks could not be kept; the provider will post them again");
    }
    metrics::counter!("bellbird_webhooks", "kept" => kept.is_ok().to_string()).increment(count as u64);
    for done in waiting {
        // a caller that has hung up will ask again, and what it repeats is recognised
        let _ = done.send(kept.is_ok());
    }
}
