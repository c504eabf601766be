//! Portfolios: how many people may be written to first within 24 hours.

use crate::Time;
use crate::auth::Auth;
use crate::error::ApiResult;
use crate::openapi::Tag;
use crate::page::List;
use bellbird_core::page::Page;
use bellbird_core::senders::portfolios::{self, entity};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// What WhatsApp last said of a portfolio's limit.
#[derive(Object)]
pub struct Portfolio {
    /// Meta's id of the portfolio; of the account, where the portfolio is not known.
    pub id: String,
    /// So many people may be written to first within 24 hours; absent when unlimited.
    #[oai(skip_serializing_if_is_none)]
    pub daily_people: Option<i64>,
    /// As many as you like.
    pub unlimited: bool,
    /// How we know: `connected`, or the name of Meta's webhook.
    pub source: String,
    /// Since when.
    pub known_at: Time,
}

impl From<entity::Model> for Portfolio {
    fn from(row: entity::Model) -> Self {
        Self {
            id: row.portfolio,
            daily_people: row.daily_people,
            unlimited: row.unlimited,
            source: row.source,
            known_at: row.known_at.to_utc(),
        }
    }
}

/// The operations on portfolios.
pub struct PortfoliosApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Senders")]
impl PortfoliosApi {
    /// List portfolios
    ///
    /// With the limit of people they may write to first within 24 hours, as WhatsApp last told it. All in one page.
    #[oai(path = "/portfolios", method = "get", operation_id = "listPortfolios")]
    async fn list(&self, auth: Auth) -> ApiResult<Json<List<Portfolio>>> {
        let page = Page { items: portfolios::list(&auth).await?, next: None };
        Ok(Json(List::of(page, Portfolio::from)))
    }
}
