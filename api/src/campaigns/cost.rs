//! What a campaign costs.

use crate::auth::Auth;
use crate::error::ApiResult;
use crate::money::Money;
use crate::openapi::Tag;
use bellbird_core::campaigns::cost::{self, Amounts, Cost, Line};
use bellbird_core::ids::CampaignId;
use bellbird_core::money::{self, Currency};
use bellbird_core::pricing::{Card, Market};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// Where prices come from.
#[derive(Debug, Object)]
pub struct RateCard {
    /// What all amounts are in, by ISO 4217.
    pub currency: String,
    /// The day from which it holds, like `2026-10-01`.
    pub effective_from: String,
    /// Who says so.
    pub source: String,
    /// How sure that is.
    pub confidence: String,
}

impl From<&Card> for RateCard {
    fn from(card: &Card) -> Self {
        Self {
            currency: card.currency.as_str().into(),
            effective_from: card.effective_on.into(),
            source: card.source.into(),
            confidence: card.confidence.into(),
        }
    }
}

/// Messages and what they cost.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CostAmounts {
    /// How many were or are to be sent, those that failed among them.
    pub messages: i64,
    /// What they were expected to cost before they were sent; absent when that is unknown of all.
    pub estimated: Option<Money>,
    /// What the delivered ones cost; absent when that is unknown of all.
    pub actual: Option<Money>,
    /// How many were charged.
    pub charged: i64,
    /// How many were delivered free of charge.
    pub free: i64,
    /// Of how many it was unknown what they would cost; they are not in `estimated`.
    pub estimate_unknown: i64,
    /// Of how many delivered ones it is unknown what they cost; they are not in `actual`.
    pub cost_unknown: i64,
}

impl CostAmounts {
    fn of(currency: Currency, amounts: &Amounts) -> Self {
        let money = |micros: Option<i64>| Some(money::Money { micros: micros?, currency }.into());
        Self {
            messages: amounts.messages,
            estimated: money(amounts.estimated),
            actual: money(amounts.actual),
            charged: amounts.charged,
            free: amounts.free,
            estimate_unknown: amounts.estimate_unknown,
            cost_unknown: amounts.cost_unknown,
        }
    }
}

/// The messages of one market and category.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CostLine {
    /// A country (`IN`), a region (`NORTH_AMERICA`) or `OTHER`; absent when it is unknown.
    pub market: Option<String>,
    /// What people call it.
    pub market_name: Option<String>,
    /// As what WhatsApp charges them, in its own words; why they are sent, while it has not said.
    pub category: String,
    /// What they cost.
    pub amounts: CostAmounts,
}

/// What a campaign is expected to cost, and what it cost so far.
#[derive(Debug, Object)]
pub struct CampaignCost {
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// By which prices.
    pub rate_card: RateCard,
    /// All of it.
    pub totals: CostAmounts,
    /// By market and category, the most messages first.
    pub markets: Vec<CostLine>,
}

impl CampaignCost {
    fn of(campaign_id: CampaignId, cost: &Cost) -> Self {
        let currency = cost.card.currency;
        let line = |line: &Line| CostLine {
            market: line.market.clone(),
            market_name: line.market.as_deref().map(|code| {
                Market::named(code).map_or_else(|| code.into(), |market| cost.card.name(market).into())
            }),
            category: line.category.clone(),
            amounts: CostAmounts::of(currency, &line.amounts),
        };
        Self {
            campaign_id,
            rate_card: cost.card.into(),
            totals: CostAmounts::of(currency, &cost.totals),
            markets: cost.lines.iter().map(line).collect(),
        }
    }
}

/// What a campaign costs.
#[derive(Debug, Clone, Copy)]
pub struct CampaignCostApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Campaigns")]
impl CampaignCostApi {
    /// Get what a campaign costs
    ///
    /// What it was expected to cost when its recipients were made final, and what WhatsApp charged so far, by market and
    /// category. WhatsApp charges for what is delivered, so a message that fails costs nothing in the end, though it
    /// stays in the estimate. Its statuses tell whether a message is charged, never how much: the amounts are those of
    /// `rate_card`. What it does not know is counted as unknown, and is in no sum.
    #[oai(path = "/campaigns/:campaign_id/cost", method = "get", operation_id = "getCampaignCost")]
    async fn cost(&self, auth: Auth, campaign_id: Path<CampaignId>) -> ApiResult<Json<CampaignCost>> {
        Ok(Json(CampaignCost::of(campaign_id.0, &cost::cost(&auth, campaign_id.0).await?)))
    }
}
