//! Copies of our files at the provider: made before a message that names them is claimed, put into its request, and made
//! anew when the provider has lost them.
//!
//! Making one may take longer than a handler is given, so a task does it that a stopping worker waits for
//! (`Deps::requests`).

use crate::cache::CachedSender;
use crate::deps::Deps;
use crate::messages::{Unprepared, before_claim};
use bellbird_core::content::Content;
use bellbird_core::ids::MediaId;
use bellbird_core::media::provide::{self, NoCopy};
use bellbird_core::media::upload_entity::Model as Copy;
use bellbird_core::messages::jobs::SendMessage;
use bellbird_core::messages::queries;
use bellbird_core::queue::JobError;
use bellbird_core::senders::port::{MediaRef, SendOutcome, TemplatePart, files_mut};
use std::sync::Arc;
use std::time::Duration;

/// A handler waits so long for a copy to be made; the copy is made all the same.
const PATIENCE: Duration = Duration::from_secs(4);
/// A message whose file is not ready comes back after this.
const SOON: Duration = Duration::from_millis(300);
/// With the provider away it comes back after this.
const AWAY: Duration = Duration::from_secs(2);

/// The copies of a message's files.
#[derive(Debug, Default)]
pub(crate) struct Copies(Vec<Copy>);

/// Makes sure that the provider has a copy of every file of a message, before its row is touched: if it takes too long
/// or fails, the row still stands where it stood. `Ok(Err(…))` gives the reason when there will be none.
pub(crate) async fn provide(
    deps: &Deps,
    sender: &Arc<CachedSender>,
    job: &SendMessage,
) -> Result<Result<Copies, Unprepared>, JobError> {
    let services = &deps.services;
    if let Some(failure) = deps.refusals.of(job.message) {
        return Ok(Err(Unprepared::Refused(failure)));
    }
    let named = queries::named_media(services, job.message).await.map_err(before_claim)?;
    let mut copies = provide::copies(services, job.sender, &named).await.map_err(before_claim)?;
    let there = |copies: &[Copy], id: &MediaId| copies.iter().any(|copy| copy.media_id == *id);
    let missing: Vec<_> = named.iter().copied().filter(|id| !there(&copies, id)).collect();
    for id in &missing {
        match make(deps, sender, job, *id).await? {
            Ok(()) => {}
            Err(NoCopy::Gone(why)) => return Ok(Err(Unprepared::Lost(why))),
            Err(NoCopy::Refused(failure)) => return Ok(Err(Unprepared::Refused(failure))),
            Err(NoCopy::BeingMade) => return Err(JobError::release(SOON, "its file is being copied")),
            Err(NoCopy::NotNow(why)) => return Err(JobError::release(AWAY, why)),
        }
    }
    if !missing.is_empty() {
        copies.extend(provide::copies(services, job.sender, &missing).await.map_err(before_claim)?);
    }
    Ok(Ok(Copies(copies)))
}

async fn make(
    deps: &Deps,
    sender: &Arc<CachedSender>,
    job: &SendMessage,
    media: MediaId,
) -> Result<Result<(), NoCopy>, JobError> {
    let room = deps.uploads.clone().try_acquire_owned();
    let room = room.map_err(|_| JobError::release(SOON, "too many files are being copied"))?;
    let made = deps.requests.spawn({
        let (deps, sender, job) = (deps.clone(), sender.clone(), *job);
        async move {
            let made = provide::make(&deps.services, job.sender, &sender.access, media).await;
            if let Err(NoCopy::Refused(failure)) = &made {
                deps.refusals.keep(job.message, failure.clone(), deps.services.now());
            }
            drop(room);
            made
        }
    });
    match tokio::time::timeout(PATIENCE, made).await {
        Ok(made) => made.map_err(JobError::failed),
        Err(_) => Err(JobError::release(SOON, "its file is still being copied")),
    }
}

impl Copies {
    /// Puts the provider's copies in place of our files in a filled template.
    pub(crate) fn in_template(&self, mut parts: Vec<TemplatePart>) -> Result<Vec<TemplatePart>, Unprepared> {
        for file in files_mut(&mut parts) {
            if let MediaRef::Stored(id) = file {
                *file = MediaRef::Id(self.of(*id)?);
            }
        }
        Ok(parts)
    }

    /// The same in a free-form content.
    pub(crate) fn in_content(&self, mut content: Content) -> Result<Content, Unprepared> {
        for file in content.files_mut() {
            if let Some(id) = *file.media_id {
                (*file.media_id, *file.provider_id) = (None, Some(self.of(id)?));
            }
        }
        Ok(content)
    }

    /// It was there before the claim, unless the sender was resumed in between; then it is made before the next one.
    fn of(&self, id: MediaId) -> Result<String, Unprepared> {
        let copy = self.0.iter().find(|copy| copy.media_id == id).and_then(|copy| copy.provider_id.clone());
        copy.ok_or_else(|| Unprepared::NotNow("the provider has no copy of its file".into()))
    }

    /// A refusal because the provider lost its copy of a file is nobody's fault: nothing was sent, and the next attempt
    /// makes a new one. If the copy was new, the refusal stands.
    pub(crate) async fn unless_gone(&self, deps: &Deps, outcome: SendOutcome) -> SendOutcome {
        let SendOutcome::Refused(failure) = &outcome else { return outcome };
        if self.0.is_empty() || !deps.services.media.may_be_gone(failure) {
            return outcome;
        }
        match provide::forget(&deps.services, &self.0).await {
            Ok(true) => {
                SendOutcome::NotSent { why: format!("code {}: its file is copied anew", failure.code) }
            }
            Ok(false) | Err(_) => outcome,
        }
    }
}
