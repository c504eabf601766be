//! What the queue holds for an organization, and trying again what could not be done.

use crate::Time;
use crate::auth::Auth;
use crate::body::Body;
use crate::error::{ApiResult, bad_parameter};
use crate::idempotency::{Answer, Key, prepared};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::ids::{CampaignId, ImportId, MessageId, WebhookEventId};
use bellbird_core::jobs::{self, JobState, Place};
use bellbird_core::queue::LaneName;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// A piece of background work.
#[derive(Object, Debug)]
pub struct Job {
    /// Its id in the queue.
    pub id: String,
    /// Which queue it is in.
    pub lane: LaneName,
    /// Where it stands.
    pub state: JobState,
    /// The message it sends.
    #[oai(skip_serializing_if_is_none)]
    pub message_id: Option<MessageId>,
    /// The campaign it belongs to or works on.
    #[oai(skip_serializing_if_is_none)]
    pub campaign_id: Option<CampaignId>,
    /// The import it runs.
    #[oai(skip_serializing_if_is_none)]
    pub import_id: Option<ImportId>,
    /// The webhooks it applies.
    #[oai(default, skip_serializing_if_is_empty)]
    pub webhook_event_ids: Vec<WebhookEventId>,
    /// `ready`, `delayed`: when it is due. `leased`: when its worker loses it. `dead`: when it was given up.
    pub at: Time,
    /// Which try it is at.
    #[oai(skip_serializing_if_is_none)]
    pub attempt: Option<u64>,
    /// Why it could not be done.
    #[oai(skip_serializing_if_is_none)]
    pub reason: Option<String>,
}

impl From<jobs::Job> for Job {
    fn from(job: jobs::Job) -> Self {
        Self {
            id: job.id,
            lane: job.lane,
            state: job.state,
            message_id: job.subject.messages.first().copied(),
            campaign_id: job.subject.campaigns.first().copied(),
            import_id: job.subject.imports.first().copied(),
            webhook_event_ids: job.subject.webhook_events,
            at: job.at.to_utc(),
            attempt: job.attempt,
            reason: job.reason,
        }
    }
}

/// Dead jobs to try again.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, example)]
pub struct RequeueJobs {
    /// The lane they are in.
    pub lane: LaneName,
    /// Their ids, at most 200.
    #[oai(validator(min_items = 1, max_items = 200))]
    pub ids: Vec<String>,
}

impl poem_openapi::types::Example for RequeueJobs {
    fn example() -> Self {
        Self { lane: LaneName::Maintenance, ids: vec!["job_01kawz1m4cf0tr2v6x8yab3c5d".into()] }
    }
}

/// What was tried again.
#[derive(Object, Debug)]
pub struct RequeuedJobs {
    /// These will be done again, with all their tries.
    pub requeued: Vec<String>,
    /// These are not dead, or are no jobs of this organization.
    pub not_found: Vec<String>,
}

/// Background work.
pub struct JobsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Jobs")]
impl JobsApi {
    /// List background jobs
    ///
    /// The jobs about this organization's messages, campaigns and webhooks, lane by lane, the longest waiting first. Jobs
    /// come and go while you page, and a page may be short, even empty, although `next_cursor` says that there is more.
    #[oai(path = "/jobs", method = "get", operation_id = "listJobs")]
    async fn list(
        &self,
        auth: Auth,
        /// Jobs in this state; `dead` when not given: what could not be done.
        state: Query<Option<JobState>>,
        /// Jobs in this lane only.
        lane: Query<Option<LaneName>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Job>>> {
        let page = page::request::<Place>(cursor.as_deref(), limit.0)?;
        if page.after.zip(lane.0).is_some_and(|(place, lane)| place.lane() != lane) {
            return Err(bad_parameter("cursor", "it belongs to another lane; begin without a cursor"));
        }
        let state = state.0.unwrap_or(JobState::Dead);
        Ok(Json(List::of(jobs::list(&auth, state, lane.0, page).await?, Job::from)))
    }

    /// Try dead jobs again
    ///
    /// Gives them all their tries again. Worth it once the cause is gone; what can be done later is tried again by itself,
    /// after a minute at first, then less and less often.
    #[oai(path = "/jobs/requeue", method = "post", operation_id = "requeueJobs")]
    async fn requeue(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<RequeueJobs>,
    ) -> ApiResult<Answer<RequeuedJobs>> {
        let guard = key.over(&body);
        let RequeueJobs { lane, mut ids } = body.value;
        let requeued = async {
            let requeued = jobs::requeue(&auth, lane, &ids).await?;
            ids.retain(|id| !requeued.contains(id));
            Ok(RequeuedJobs { requeued, not_found: ids })
        };
        // before the transaction: an embedded queue and the database share one writer
        prepared(&auth, guard, requeued, |_, _, done| Box::pin(async move { Ok(done) })).await
    }
}
