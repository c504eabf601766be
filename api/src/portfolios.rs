//! Portfolios: how many people may be written to first within 24 hours.

use crate::Time;
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::List;
use bellbird_core::messages::over_limit;
use bellbird_core::page::Page;
use bellbird_core::senders::portfolios::{self, Known};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// What WhatsApp last said of a portfolio's limit, or a person set.
#[derive(Object)]
pub struct Portfolio {
    /// Meta's id of the portfolio; of the account, where the portfolio is not known.
    pub id: String,
    /// So many people may be written to first within 24 hours; absent when unlimited.
    #[oai(skip_serializing_if_is_none)]
    pub daily_people: Option<i64>,
    /// As many as you like.
    pub unlimited: bool,
    /// So many of them were written to within the last 24 hours; absent when there is no limit.
    #[oai(skip_serializing_if_is_none)]
    pub used: Option<i64>,
    /// So many more can be written to now; absent when there is no limit.
    #[oai(skip_serializing_if_is_none)]
    pub room: Option<i64>,
    /// How we know: `connected`, `set`, or the name of Meta's webhook.
    pub source: String,
    /// Since when.
    pub known_at: Time,
}

impl From<Known> for Portfolio {
    fn from(Known { portfolio: row, room }: Known) -> Self {
        Self {
            id: row.portfolio,
            daily_people: row.daily_people,
            unlimited: row.unlimited,
            used: room.map(|room| room.used),
            room: room.map(|room| room.left()),
            source: row.source,
            known_at: row.known_at.to_utc(),
        }
    }
}

/// A portfolio's limit, set by hand.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SetPortfolioLimit {
    /// So many people may be written to first within 24 hours. Not given, and not unlimited: no limit is kept, and WhatsApp
    /// is left to judge.
    pub daily_people: Option<i64>,
    /// As many as you like; `false` when not given.
    #[oai(default)]
    pub unlimited: bool,
}

/// The operations on portfolios.
pub struct PortfoliosApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Senders")]
impl PortfoliosApi {
    /// List portfolios
    ///
    /// With the limit of people they may write to first within 24 hours, as WhatsApp last told it or you set it, and how much
    /// of it is left. All in one page.
    #[oai(path = "/portfolios", method = "get", operation_id = "listPortfolios")]
    async fn list(&self, auth: Auth) -> ApiResult<Json<List<Portfolio>>> {
        let page = Page { items: portfolios::list(&auth).await?, next: None };
        Ok(Json(List::of(page, Portfolio::from)))
    }
    /// Set a portfolio's limit
    ///
    /// For what WhatsApp does not tell us. Messages to more people wait until there is room; a higher limit lets those that
    /// wait go at once. What WhatsApp tells later counts again. 404 when none of your senders belongs to the portfolio.
    #[oai(path = "/portfolios/:portfolio_id", method = "put", operation_id = "setPortfolioLimit")]
    async fn set(
        &self,
        auth: Auth,
        /// Meta's id of the portfolio; of the account, where the portfolio is not known.
        portfolio_id: Path<String>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<SetPortfolioLimit>,
    ) -> ApiResult<Answer<Portfolio>> {
        let guard = key.over(&body);
        let SetPortfolioLimit { daily_people, unlimited } = body.value;
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move {
                let known = portfolios::set(tx, ctx, &portfolio_id.0, daily_people, unlimited).await?;
                over_limit::recall(tx, ctx.organization, &portfolio_id.0).await?;
                Ok(known.into())
            })
        })
        .await
    }
}
