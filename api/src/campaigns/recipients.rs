//! A campaign's recipients: adding and reading them.

use super::recipient_objects::{AddedRecipients, NewRecipients, Recipient};
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::messages::filter::StatusFilter;
use crate::messages::objects::{DecideUnknown, DecidedUnknowns};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::campaigns::recipients;
use bellbird_core::ids::CampaignId;
use bellbird_core::messages::queries;
use bellbird_core::messages::unknown::{self, Which};
use bellbird_core::{campaigns, organizations};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on a campaign's recipients.
#[derive(Debug, Clone, Copy)]
pub struct RecipientsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Recipients")]
impl RecipientsApi {
    /// Add people to a draft
    ///
    /// 1 to 1,000 people. All go in or none: a 422 names everything wrong with everyone, like
    /// `recipients[3].phone`. Who is in the campaign already gets the new values. Who may not be messaged (no
    /// opt-in) can be added; they are skipped with that reason when the campaign is launched. 409
    /// `campaign_not_draft` after the launch, `audience_not_listed` when the audience is a tag or everyone.
    #[oai(path = "/campaigns/:campaign_id/recipients", method = "post", operation_id = "addRecipients")]
    async fn add(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<NewRecipients>,
    ) -> ApiResult<Answer<AddedRecipients>> {
        let guard = key.over(&body);
        let country = organizations::queries::get(&auth).await?.country;
        let people = body.value.recipients.into_iter();
        let given = people.map(|person| person.read(country.as_deref(), auth.actor)).collect();
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { Ok(recipients::add_given(tx, ctx, campaign_id.0, given).await?.into()) })
        })
        .await
    }

    /// Decide about all unknown outcomes of a campaign
    ///
    /// As `decideMessage` for each of them. Resending makes a completed campaign go on.
    #[oai(path = "/campaigns/:campaign_id/decide-unknown", method = "post", operation_id = "decideUnknowns")]
    async fn decide_unknowns(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<DecideUnknown>,
    ) -> ApiResult<Answer<DecidedUnknowns>> {
        let guard = key.over(&body);
        let decision = body.value.decision;
        campaigns::queries::get(&auth, campaign_id.0).await?;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move {
                let decided = unknown::settle(tx, ctx, Which::Campaign(campaign_id.0), decision).await?;
                Ok(DecidedUnknowns { decided })
            })
        })
        .await
    }

    /// List a campaign's recipients
    ///
    /// Oldest first, each with where their message stands and why, in words. Recipients found by a tag or by opt-in
    /// appear after the launch.
    #[oai(path = "/campaigns/:campaign_id/recipients", method = "get", operation_id = "listRecipients")]
    async fn list(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        /// Only those that stand here: `status=failed&status=skipped` or `status=failed,skipped`.
        status: Query<Option<StatusFilter>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Recipient>>> {
        let request = page::request(cursor.0.as_deref(), limit.0)?;
        campaigns::queries::get(&auth, campaign_id.0).await?;
        let standings = status.0.unwrap_or_default().standings();
        let found = queries::named_recipients(&auth, campaign_id.0, &standings, request).await?;
        let provider = auth.provider.as_ref();
        Ok(Json(List::of(found, |recipient| Recipient::of(provider, recipient))))
    }
}
