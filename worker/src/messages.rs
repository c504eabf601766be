//! One attempt at one message: permit, claim, ask the provider, record.
//!
//! The order is what makes it safe. A permit before the claim, so that a claimed row is always about to be sent. The
//! claim before the request, so that nobody else sends it. The record whatever comes, so that only a dead process
//! leaves a row in doubt.

use crate::breaker::Pass;
use crate::cache::CachedSender;
use crate::copies::{self, Copies};
use crate::deps::Deps;
use crate::read_receipts;
use bellbird_core::content::Content;
use bellbird_core::customers::meet::Identity;
use bellbird_core::error::Error;
use bellbird_core::ids::SenderId;
use bellbird_core::messages::Message;
use bellbird_core::messages::jobs::{OutboundJob, SendMessage};
use bellbird_core::messages::ledger::{self, Details, Heard, News, Target};
use bellbird_core::messages::policy::Verdict;
use bellbird_core::messages::state::Fact;
use bellbird_core::phone::Phone;
use bellbird_core::queue::{JobError, LaneName};
use bellbird_core::ratelimit::pairs::Pair;
use bellbird_core::ratelimit::{Permit, Rate, Scope};
use bellbird_core::senders::port::{Action, Failure, OutboundBody, OutboundMessage, Recipient, SendOutcome};
use bellbird_core::senders::{pace, token};
use bellbird_core::templates::render;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// A request that never left is made again after this.
const NOT_SENT_WAIT: Duration = Duration::from_secs(2);
/// With every hand busy a task comes back after this.
const NO_HAND_WAIT: Duration = Duration::from_millis(200);
/// A sender told "too fast" rests this long; its messages wait longer each.
const THROTTLE_REST: Duration = Duration::from_millis(500);
/// What we find wrong ourselves has the code of the provider's whose sentence fits, and a title of our own.
const UNFIT: (i32, &str) = (132_000, "The message could not be put together");
const LOST: (i32, &str) = (131_053, "The file of this message is gone");

/// Handles one task of the interactive or bulk lane.
pub(crate) async fn handle(
    deps: Deps,
    hands: Arc<Semaphore>,
    lane: LaneName,
    job: OutboundJob,
) -> Result<(), JobError> {
    match job {
        OutboundJob::Send(job) => send(deps, hands, lane, job).await,
        OutboundJob::MarkRead(envelope) => read_receipts::mark_read(deps, hands, envelope).await,
    }
}

/// Makes one attempt. Whatever goes wrong before the claim is released, never counted:
/// the row says what is to be done, and a task must not be buried over its head.
async fn send(deps: Deps, hands: Arc<Semaphore>, lane: LaneName, job: SendMessage) -> Result<(), JobError> {
    // Normally as many as the lane runs handlers; fewer are free only while requests outlive theirs.
    let hand = take_hand(hands)?;
    let sender = deps.cache.sender(job.sender).await.map_err(before_claim)?;
    let files = match job.media && sender.active {
        true => copies::provide(&deps, &sender, &job).await?,
        false => Ok(Copies::default()),
    };
    // No permit where nothing will be asked of the provider: a paused sender's row is refused by the claim and put where
    // it belongs, and one whose file was refused has its answer.
    let pass = if sender.active && files.is_ok() {
        let rests = |wait| JobError::release(wait, "the sender rests");
        let pass = deps.breakers.enter(job.sender).map_err(rests)?;
        permits(&deps, lane, &job, sender.mps).await?;
        Some(pass)
    } else {
        None
    };
    // From here on it is not given up: the handler may run out of time, the answer is recorded all the same.
    let request = deps.requests.spawn({
        let deps = deps.clone();
        async move {
            let result = claim_and_ask(deps, sender, job, pass, files).await;
            drop(hand);
            result
        }
    });
    request.await.map_err(JobError::failed)?
}

/// A right to have a request under way.
pub(crate) fn take_hand(hands: Arc<Semaphore>) -> Result<OwnedSemaphorePermit, JobError> {
    hands.try_acquire_owned().map_err(|_| JobError::release(NO_HAND_WAIT, "every hand is busy"))
}

async fn claim_and_ask(
    deps: Deps,
    sender: Arc<CachedSender>,
    job: SendMessage,
    pass: Option<Pass>,
    files: Result<Copies, Unprepared>,
) -> Result<(), JobError> {
    let claimed = match deps.claims.ask(job.message).await {
        Some(Ok(row)) => Ok(row),
        Some(Err(error)) => Err(before_claim(error)),
        None => Err(JobError::release(Duration::ZERO, "the worker stops")),
    };
    if claimed.is_ok() {
        deps.refusals.forget(job.message);
    }
    let Ok(Some(row)) = claimed else {
        if pass.is_some() {
            give_back(&deps, &job);
        }
        return claimed.map(|_| ()); // not to be sent now, or not by us
    };
    let prepared = match &files {
        Ok(copies) => prepare(&deps, &row, copies).await,
        Err(unprepared) => Err(unprepared.clone()),
    };
    let outcome = match prepared {
        Ok(message) => {
            let asked = Instant::now();
            let outcome = deps.services.provider.send(&sender.access, &message).await;
            metrics::histogram!("bellbird_send_seconds").record(asked.elapsed().as_secs_f64());
            outcome
        }
        Err(Unprepared::NotNow(why)) => SendOutcome::NotSent { why },
        Err(Unprepared::Refused(failure)) => SendOutcome::Refused(failure),
        Err(Unprepared::Unfit(why)) => return give_up(&deps, &row, UNFIT, why).await,
        Err(Unprepared::Lost(why)) => return give_up(&deps, &row, LOST, why).await,
    };
    let outcome = match &files {
        Ok(copies) => copies.unless_gone(&deps, outcome).await,
        Err(_) => outcome,
    };
    let outcome = unless_replaced(&deps, job.sender, &sender, outcome).await;
    if let Some(pass) = pass {
        pass.ended(match &outcome {
            SendOutcome::Ambiguous { .. } => Some(true),
            SendOutcome::Accepted { .. } | SendOutcome::Refused(_) => Some(false),
            SendOutcome::NotSent { .. } => None,
        });
    }
    let recipient = recipient(&outcome);
    let held_for_quality = matches!(outcome, SendOutcome::Accepted { held: true, .. });
    let (wamid, heard) = learn(&deps, job.sender, outcome).await;
    let details = Details { recipient, held_for_quality, ..Details::default() };
    record(&deps, &row, wamid, heard, details).await;
    Ok(())
}

/// A refusal of a token that was replaced while it was asked with says nothing about the sender: it goes again with the
/// new one, and nobody is paused.
async fn unless_replaced(
    deps: &Deps,
    id: SenderId,
    sender: &CachedSender,
    outcome: SendOutcome,
) -> SendOutcome {
    let SendOutcome::Refused(failure) = &outcome else { return outcome };
    if deps.services.provider.rule(failure).action != Action::StopAccount {
        return outcome;
    }
    match token::is_replaced(&deps.services, id, &sender.access.token).await {
        Ok(true) => SendOutcome::NotSent { why: "the access token was replaced meanwhile".into() },
        // not known: the refusal stands, and people look at the sender
        Ok(false) | Err(_) => outcome,
    }
}

/// Nothing was sent and nothing is wrong with the message.
pub(crate) fn before_claim(error: impl std::borrow::Borrow<Error>) -> JobError {
    let error = error.borrow();
    if !error.is_transient() {
        tracing::error!(%error, "a message cannot be sent now; its task is tried again");
    }
    JobError::release(Duration::from_secs(if error.is_transient() { 1 } else { 5 }), error)
}

/// One permit of the campaign, one of the sender, and one to write to this person; all or none. The person's is asked for
/// last: there are as many pairs as messages, and only one that is about to leave needs its own.
async fn permits(deps: &Deps, lane: LaneName, job: &SendMessage, mps: u32) -> Result<(), JobError> {
    let limiter = &deps.services.limiter;
    let away = |error| JobError::release(Duration::from_secs(1), error);
    let rate = match job.campaign {
        Some(campaign) => deps.cache.rate(campaign).await.map_err(before_claim)?.map(|rate| (campaign, rate)),
        None => None,
    };
    if let Some((campaign, rate)) = rate {
        let permit = limiter.permit(Scope::Campaign(campaign), Rate::per_minute(rate)).await.map_err(away)?;
        if let Permit::Wait(wait) = permit {
            return Err(JobError::release(wait, "the campaign's rate is used up"));
        }
    }
    let (scope, mps) = (Scope::Sender(job.sender), Rate::per_second(mps));
    let permit = match lane {
        LaneName::Interactive => limiter.permit_ahead(scope, mps).await,
        _ => limiter.permit(scope, mps).await,
    };
    if let Permit::Wait(wait) = permit.map_err(away)? {
        if let Some((campaign, _)) = rate {
            limiter.give_back(Scope::Campaign(campaign));
        }
        return Err(JobError::release(wait, "the sender's rate is used up"));
    }
    let refused = match (&deps.pairs, job.customer) {
        (Some(pairs), Some(customer)) => match pairs.ask(Pair(job.sender, customer)).await {
            Some(Ok(Permit::Granted)) => return Ok(()),
            Some(Ok(Permit::Wait(wait))) => JobError::release(wait, "this person gets no more for a moment"),
            Some(Err(error)) => JobError::release(Duration::from_secs(1), error),
            None => JobError::release(Duration::ZERO, "the worker stops"),
        },
        _ => return Ok(()),
    };
    give_back(deps, job);
    Err(refused)
}

/// Gives back what was not used. Not the permit to write to the person: their next message may be a few seconds late.
fn give_back(deps: &Deps, job: &SendMessage) {
    deps.services.limiter.give_back(Scope::Sender(job.sender));
    if let Some(campaign) = job.campaign {
        deps.services.limiter.give_back(Scope::Campaign(campaign));
    }
}

/// Why there is nothing to ask the provider.
#[derive(Debug, Clone)]
pub(crate) enum Unprepared {
    /// It cannot be put together, now or ever.
    Unfit(String),
    /// A file of it is not there any more.
    Lost(String),
    /// The provider was asked to take a file of it, and refused: that is its answer to the message.
    Refused(Failure),
    /// The database did not say what is to be sent.
    NotNow(String),
}

impl From<String> for Unprepared {
    fn from(why: String) -> Self {
        Self::Unfit(why)
    }
}

/// What the provider is asked to send.
async fn prepare(deps: &Deps, row: &Message, copies: &Copies) -> Result<OutboundMessage, Unprepared> {
    let to = match (&row.phone, &row.bsuid) {
        (Some(phone), _) => Recipient::Phone(phone.to_string()),
        (None, Some(bsuid)) => Recipient::Bsuid(bsuid.clone()),
        (None, None) => {
            return Err(Unprepared::Unfit("neither a phone number nor a WhatsApp id is known".into()));
        }
    };
    let body = match row.template_id {
        Some(id) => {
            let template = deps.cache.template(id).await.map_err(|error| match error.is_transient() {
                true => Unprepared::NotNow(error.to_string()),
                false => Unprepared::Unfit(error.to_string()),
            })?;
            let values = row.variables.as_deref().unwrap_or("{}");
            let values = serde_json::from_str(values).map_err(|error| error.to_string())?;
            let rendered = render(&template, &values).map_err(|error| error.to_string())?;
            OutboundBody::Template {
                name: template.name.clone(),
                language: template.language.clone(),
                components: copies.in_template(rendered.components)?,
            }
        }
        None => {
            let content = row.content.as_deref().and_then(|stored| Content::from_stored(&row.kind, stored));
            let unreadable = || Unprepared::Unfit(format!("its content ({}) cannot be read", row.kind));
            OutboundBody::FreeForm(Box::new(copies.in_content(content.ok_or_else(unreadable)?)?))
        }
    };
    let (reply_to, opaque) = (row.context_wamid.clone(), ledger::opaque(row.id, row.attempt));
    Ok(OutboundMessage { to, body, reply_to, opaque })
}

/// Ends a message for which no request can be made, now or ever.
async fn give_up(
    deps: &Deps,
    row: &Message,
    (code, title): (i32, &str),
    why: String,
) -> Result<(), JobError> {
    let failed = Fact::Failed { code, title: title.into(), detail: Some(why), verdict: Verdict::Fail };
    record(deps, row, None, Heard::Fact(failed), Details::default()).await;
    Ok(())
}

/// Turns an outcome into news for the ledger, and slows a sender down that is told to.
async fn learn(deps: &Deps, sender: SenderId, outcome: SendOutcome) -> (Option<String>, Heard) {
    let word = match &outcome {
        SendOutcome::Accepted { .. } => "accepted",
        SendOutcome::Refused(_) => "refused",
        SendOutcome::Ambiguous { .. } => "ambiguous",
        SendOutcome::NotSent { .. } => "not_sent",
    };
    metrics::counter!("bellbird_sends", "outcome" => word).increment(1);
    match outcome {
        SendOutcome::Accepted { wamid, .. } => (Some(wamid), Heard::Fact(Fact::Accepted)),
        SendOutcome::Refused(failure) => {
            if deps.services.provider.rule(&failure).action == Action::Throttle {
                metrics::counter!("bellbird_sends_too_fast").increment(1);
                rest(deps, sender, failure.retry_after.unwrap_or(THROTTLE_REST)).await;
                slow_down(deps, sender).await;
            }
            (None, Heard::Failure(failure))
        }
        SendOutcome::Ambiguous { why, failure } => {
            tracing::warn!(why, code = failure.as_ref().map(|f| f.code), "a request ended in doubt");
            // While the provider changes something about the number, every answer leaves it open. It says how long that
            // takes, so the first one is enough to spare the others; no longer than an outage would make it rest.
            if let Some(wait) = failure.and_then(|failure| deps.services.provider.rule(&failure).wait) {
                let most = Duration::from_millis(deps.services.config.sending.breaker_rest_ms);
                rest(deps, sender, wait.min(most)).await;
            }
            (None, Heard::Fact(Fact::Ambiguous { why }))
        }
        SendOutcome::NotSent { why } => {
            tracing::warn!(why, "a request never reached the provider");
            let again_at = deps.services.clock.now().plus(NOT_SENT_WAIT);
            (None, Heard::Fact(Fact::NotSent { why, again_at }))
        }
    }
}

/// Nothing leaves from this sender for a while, from whichever worker.
async fn rest(deps: &Deps, sender: SenderId, rest: Duration) {
    if let Err(error) = deps.services.limiter.rest(Scope::Sender(sender), rest).await {
        tracing::warn!(%error, "cannot tell the other workers to slow down");
    }
}

/// Its rate was too high, and is lower from now on. That could not be written down: then the next "too fast" does it.
async fn slow_down(deps: &Deps, sender: SenderId) {
    match pace::throttled(&deps.services, sender).await {
        Ok(true) => deps.cache.forget_sender(sender),
        Ok(false) => {}
        Err(error) => tracing::warn!(%sender, %error, "the rate of a sender could not be lowered"),
    }
}

/// Who the provider says it took the message for.
fn recipient(outcome: &SendOutcome) -> Identity {
    let SendOutcome::Accepted { wa_id, user_id, .. } = outcome else { return Identity::default() };
    let phone = wa_id.as_deref().and_then(Phone::from_wa_id);
    Identity { phone, bsuid: user_id.clone(), ..Identity::default() }
}

async fn record(deps: &Deps, row: &Message, wamid: Option<String>, heard: Heard, details: Details) {
    let target = Target::Attempt(row.id, row.attempt);
    let at = deps.services.clock.now();
    deps.records.ask(News { target, through: None, at, wamid, heard, details }).await;
}

/// The world's fault, or the job's.
pub(crate) fn classify(error: Error) -> JobError {
    match error {
        Error::Unavailable { .. } | Error::Conflict { .. } => {
            JobError::release(Duration::from_secs(1), error)
        }
        Error::NotFound { .. } => JobError::abort(error),
        other => JobError::failed(other),
    }
}
