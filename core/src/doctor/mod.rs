//! The doctor: what an installation needs, looked at all at once, each finding with its cure. Parts that are away cost a
//! few seconds and only what depends on them. Nothing is changed anywhere, and no secret is said.

mod database;
mod files;
mod host;
mod provider;
mod queue;
mod secrets;
mod senders;

use crate::clock::Clock;
use crate::config::Config;
use crate::secret::{Cipher, EnvironmentKeys};
use crate::senders::inspection::SenderInspector;
use crate::words::words;
use sea_orm::DatabaseConnection;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// No part is waited for longer than this.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Clocks further apart than this are worth a word, than [`SKEW_BAD`] trouble: leases and claims compare them.
const SKEW_ODD: Duration = Duration::from_secs(2);
const SKEW_BAD: Duration = Duration::from_secs(30);

words! {
    /// How good a finding is.
    pub enum FindingState {
        /// As it should be.
        Good = "good",
        /// It works, but may not for long, or not as expected.
        Warning = "warning",
        /// It does not work.
        Bad = "bad",
    }
}

/// One thing the doctor looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What was looked at: a short name, with an id where there are several.
    pub subject: String,
    /// How good it is.
    pub state: FindingState,
    /// What was seen.
    pub says: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Finding {
    fn good(subject: impl Into<String>, says: impl Into<String>) -> Self {
        Self { subject: subject.into(), state: FindingState::Good, says: says.into(), cure: None }
    }

    fn warning(subject: impl Into<String>, says: impl Into<String>, cure: impl Into<String>) -> Self {
        let (says, cure) = (says.into(), Some(cure.into()));
        Self { subject: subject.into(), state: FindingState::Warning, says, cure }
    }

    /// Something that does not work; also for what was found before there was anybody to examine, like bad settings.
    pub fn bad(subject: impl Into<String>, says: impl Into<String>, cure: impl Into<String>) -> Self {
        let (says, cure) = (says.into(), Some(cure.into()));
        Self { subject: subject.into(), state: FindingState::Bad, says, cure }
    }
}

/// Who is examined: an installation by its settings. [`Patient::new`] makes one.
pub struct Patient {
    /// The settings.
    pub config: Config,
    /// The file they came from, if any: it may hold secrets.
    pub file: Option<PathBuf>,
    /// False when the secret key is missing or wrong and a made-up one stands in its place.
    pub has_key: bool,
    /// The migrations this build knows.
    pub migrations: Vec<String>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    pub(crate) inspector: Arc<dyn SenderInspector>,
    pub(crate) http: reqwest::Client,
}

/// Looks at everything. Database first, then what is in it; all else at the same time.
pub async fn examine(patient: &Patient) -> Vec<Finding> {
    let inside = async {
        let (mut findings, db) = database::examine(patient).await;
        if let Some(db) = db {
            findings.extend(secrets::examine(patient, &db).await);
            findings.extend(senders::examine(patient, &db).await);
        } else {
            let cure = "mend the database, then ask again";
            findings.push(Finding::warning("senders", "not looked at: they stand in the database", cure));
        }
        findings
    };
    let (inside, files, queue, provider, address) = tokio::join!(
        inside,
        files::examine(patient),
        queue::examine(patient),
        provider::examine(patient),
        provider::public_address(patient),
    );
    let mut findings = host::examine(patient);
    findings.extend(queue);
    findings.push(files);
    findings.extend(provider);
    findings.extend(address);
    findings.extend(inside);
    findings
}

/// Waits for one part, but not for ever.
async fn patiently<T>(what: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, what).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

/// Judges how far another clock is from ours.
fn skew(whose: &str, ours: crate::Timestamp, theirs: crate::Timestamp) -> Finding {
    let apart = ours.since(theirs).max(theirs.since(ours));
    let says = format!("{whose} is {:.1} s from this machine's", apart.as_secs_f64());
    let cure = "let every machine follow a time server (chrony, systemd-timesyncd)";
    match apart {
        apart if apart > SKEW_BAD => Finding::bad("clock", says, cure),
        apart if apart > SKEW_ODD => Finding::warning("clock", says, cure),
        _ => Finding::good("clock", says),
    }
}

/// The cipher of the settings' keys. They were checked, so there is one.
fn cipher(patient: &Patient, db: &DatabaseConnection) -> Option<Cipher> {
    let keys = EnvironmentKeys::of(&patient.config.secrets).ok().filter(|_| patient.has_key)?;
    Some(Cipher::new(Arc::new(keys), (db.clone(), db.clone()), patient.clock.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn clocks_apart_are_judged_in_both_directions() {
        for (theirs, state) in [
            (100_000, FindingState::Good),
            (98_500, FindingState::Good),
            (96_000, FindingState::Warning),
            (104_000, FindingState::Warning),
            (60_000, FindingState::Bad),
            (140_000, FindingState::Bad),
        ] {
            assert_eq!(skew("it", Timestamp(100_000), Timestamp(theirs)).state, state, "{theirs}");
        }
    }
}
