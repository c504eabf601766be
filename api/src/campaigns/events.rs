//! Watching a campaign.

use super::numbers::CampaignSnapshot;
use crate::auth::Auth;
use crate::error::ApiResult;
use crate::openapi::Tag;
use bellbird_core::campaigns::CampaignStatus;
use bellbird_core::campaigns::stats::{self, Snapshot};
use bellbird_core::ids::CampaignId;
use bellbird_core::{Ctx, Error, Timestamp};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use poem::web::Data;
use poem::web::sse::Event;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::EventStream;
use poem_openapi::types::ToJSON;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often the numbers are looked at: two small queries, and nothing is sent when nothing changed.
const LOOK: Duration = Duration::from_millis(250);
/// A comment is sent after so long a silence, so that nothing between us and the watcher takes it for a dead line.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// People read for days. A stream about a campaign that is over ends after so long a silence.
const LINGER: Duration = Duration::from_secs(60);

/// The event stream of a campaign.
#[derive(Debug, Clone, Copy)]
pub struct CampaignEventsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Campaigns")]
impl CampaignEventsApi {
    /// Watch a campaign
    ///
    /// Server-sent events: one snapshot at once, then one whenever something changed, at most four a second. A
    /// snapshot holds everything, so missing some is no loss. Each event's `id` names the state it shows; a client
    /// that comes back with `Last-Event-ID` hears nothing until the state is another one. The stream stays open
    /// while messages are still being delivered, read and answered after the end, and closes after 60 seconds
    /// without a change once the campaign is completed, cancelled or failed.
    #[oai(path = "/campaigns/:campaign_id/events", method = "get", operation_id = "streamCampaignEvents")]
    async fn events(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        /// The `id` of the last event that was seen.
        #[oai(name = "Last-Event-ID")]
        last: Header<Option<String>>,
        stop: Data<&CancellationToken>,
    ) -> ApiResult<EventStream<BoxStream<'static, CampaignSnapshot>>> {
        // a campaign that is not there is a 404, not an empty stream
        stats::snapshot(&auth, campaign_id.0).await?;
        let watch = Watch::new(auth.0, campaign_id.0, last.0);
        // a process that stops does not wait for watchers; they come back to another one
        let stream = stream::unfold(watch, Watch::next).take_until(stop.0.clone().cancelled_owned()).boxed();
        let event =
            |snapshot: CampaignSnapshot| Event::message(snapshot.to_json_string()).id(snapshot.version);
        Ok(EventStream::new(stream).to_event(event).keep_alive(KEEP_ALIVE))
    }
}

/// One watcher.
struct Watch {
    ctx: Ctx,
    campaign: CampaignId,
    seen: Option<String>,
    changed_at: Timestamp,
    looks: Interval,
}

impl Watch {
    fn new(ctx: Ctx, campaign: CampaignId, seen: Option<String>) -> Self {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { changed_at: ctx.now(), ctx, campaign, seen, looks }
    }

    /// Waits for the next state; `None` when there is nothing more to wait for.
    async fn next(mut self) -> Option<(CampaignSnapshot, Self)> {
        loop {
            self.looks.tick().await;
            match stats::snapshot(&self.ctx, self.campaign).await {
                Ok(now) if self.seen.as_ref() != Some(&now.version()) => {
                    self.seen = Some(now.version());
                    self.changed_at = self.ctx.now();
                    return Some((CampaignSnapshot::from(&now), self));
                }
                Ok(now) if over(&now) && self.ctx.now().since(self.changed_at) >= LINGER => return None,
                Ok(_) => {}
                // the next look may succeed, and the watcher's line is kept alive meanwhile
                Err(error) if error.is_transient() => {
                    tracing::debug!(campaign = %self.campaign, %error, "a watcher waits for the database");
                }
                Err(Error::NotFound { .. }) => return None, // a deleted draft
                Err(error) => {
                    tracing::error!(campaign = %self.campaign, %error, "an event stream ended");
                    return None;
                }
            }
        }
    }
}

fn over(snapshot: &Snapshot) -> bool {
    use CampaignStatus::{Cancelled, Completed, Failed};
    matches!(snapshot.campaign.status, Completed | Cancelled | Failed)
}
