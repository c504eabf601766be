//! What a campaign would come to, before the first message is paid for.

use super::cost::RateCard;
use crate::Time;
use crate::auth::Auth;
use crate::error::ApiResult;
use crate::money::Money;
use crate::openapi::Tag;
use bellbird_core::campaigns::preflight::{self, Unfit};
use bellbird_core::campaigns::words_for;
use bellbird_core::ids::CampaignId;
use bellbird_core::messages::state::MessageStatus;
use bellbird_core::money;
use bellbird_core::pricing::{Card, Market};
use bellbird_core::senders::port::MessageSender;
use bellbird_core::{Problem, Timestamp};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// People of the audience who will not get a message, for one reason.
#[derive(Debug, Object)]
pub struct ExcludedPeople {
    /// The reason, in a sentence for people.
    pub reason: String,
    /// The reason as a stable word: `no_consent`, `opted_out`, `us_marketing`, ….
    pub reason_code: String,
    /// How many they are.
    pub people: u64,
}

/// A variable some of the audience have no value for.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MissingVariable {
    /// Which.
    pub variable: String,
    /// How many lack it; absent: nobody said where it comes from.
    pub people: Option<u64>,
    /// Numbers of some of them.
    pub examples: Vec<String>,
}

/// Somebody whose values do not fit in the template.
#[derive(Debug, Object)]
pub struct UnfitPerson {
    /// Their number, or our id of them.
    pub who: String,
    /// Which value.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl From<Unfit> for UnfitPerson {
    fn from(unfit: Unfit) -> Self {
        Self { who: unfit.who, field: unfit.field, message: unfit.message }
    }
}

/// Whether the values of some of the audience fit in the template.
#[derive(Debug, Object)]
pub struct TriedValues {
    /// How many people's values were tried.
    pub tried: u64,
    /// Of how many they do not fit.
    pub unfit: u64,
    /// Some of these.
    pub examples: Vec<UnfitPerson>,
}

/// What the messages to one market would cost.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MarketEstimate {
    /// A country (`IN`), a region (`NORTH_AMERICA`) or `OTHER`; absent when it is unknown.
    pub market: Option<String>,
    /// What people call it.
    pub market_name: Option<String>,
    /// How many messages.
    pub messages: u64,
    /// What they would cost; absent: the rate card has no rate, so it is unknown.
    pub cost: Option<Money>,
}

/// What a campaign would cost.
#[derive(Debug, Object)]
pub struct CostEstimate {
    /// By which prices.
    pub rate_card: RateCard,
    /// What is known to be charged.
    pub total: Money,
    /// How many messages have no known price; they are not in the total.
    pub unknown: u64,
    /// By market, the most messages first.
    pub markets: Vec<MarketEstimate>,
}

/// WhatsApp's limit of new people a day.
#[derive(Debug, Object)]
pub struct PortfolioRoom {
    /// The portfolio, or the account that stands for it.
    pub portfolio_id: String,
    /// So many people may be written to first within 24 hours.
    pub limit: u64,
    /// Written to in the last 24 hours.
    pub used: u64,
    /// Whether the campaign needs more than there is room for today; then `multi_day` has to be set.
    pub overrun: bool,
}

/// A thing that keeps a campaign from being launched.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LaunchProblem {
    /// Which field of the draft it is about.
    pub field: Option<String>,
    /// Stable machine code, as the launch would answer.
    pub code: String,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

impl From<Problem> for LaunchProblem {
    fn from(problem: Problem) -> Self {
        let field = Some(problem.field).filter(|field| !field.is_empty());
        Self { field, code: problem.code.into(), message: problem.message }
    }
}

/// What a campaign would come to.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Preflight {
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// When it was looked at.
    pub looked_at: Time,
    /// Everybody in the audience.
    pub people: u64,
    /// Who would get a message, now or when their time comes.
    pub reachable: u64,
    /// Those of them for whom it is outside the sending hours now.
    pub waiting: u64,
    /// People who are known twice by the same WhatsApp number, and would get it twice.
    pub duplicates: u64,
    /// Who would not get one, by reason, most first.
    pub excluded: Vec<ExcludedPeople>,
    /// Variables some of the audience lack.
    pub missing_variables: Vec<MissingVariable>,
    /// Whether values fit in the template, tried out with some of the audience.
    pub values: TriedValues,
    /// What it would cost; absent: there is no rate card.
    pub cost: Option<CostEstimate>,
    /// WhatsApp's limit of new people a day; absent where none is known.
    pub portfolio: Option<PortfolioRoom>,
    /// Messages a minute, as far as the rates allow.
    pub per_minute: u64,
    /// How many would be sent to on each day, counted from now.
    pub days: Vec<u64>,
    /// When the last one would be sent, an estimate; absent: in more than 60 days.
    pub finishes_at: Option<Time>,
    /// Everything the launch would be refused for now; empty: it can be launched.
    pub problems: Vec<LaunchProblem>,
}

impl Preflight {
    fn of(campaign_id: CampaignId, found: preflight::Preflight, provider: &dyn MessageSender) -> Self {
        let excluded = found.excluded.iter().map(|one| ExcludedPeople {
            reason: words_for::reason(provider, MessageStatus::Skipped, Some(one.reason), None)
                .unwrap_or_default(),
            reason_code: one.reason.into(),
            people: one.people,
        });
        let missing = found.lacking.into_iter().map(|one| MissingVariable {
            variable: one.variable,
            people: one.people,
            examples: one.examples,
        });
        let sample = found.sample;
        Self {
            campaign_id,
            looked_at: found.at.to_utc(),
            people: found.people,
            reachable: found.reachable,
            waiting: found.waiting,
            duplicates: found.duplicates,
            excluded: excluded.collect(),
            missing_variables: missing.collect(),
            values: TriedValues {
                tried: sample.tried,
                unfit: sample.unfit,
                examples: sample.examples.into_iter().map(Into::into).collect(),
            },
            cost: CostEstimate::of(&found.costs, found.at),
            portfolio: found.portfolio.map(|room| PortfolioRoom {
                portfolio_id: room.portfolio,
                limit: room.limit,
                used: room.used,
                overrun: room.overrun,
            }),
            per_minute: found.per_minute,
            days: found.plan.days,
            finishes_at: found.plan.finishes_at.map(Timestamp::to_utc),
            problems: found.problems.into_iter().map(Into::into).collect(),
        }
    }
}

impl CostEstimate {
    fn of(costs: &[preflight::MarketCost], at: Timestamp) -> Option<Self> {
        let card = Card::nearest(at)?;
        let money = |micros| money::Money { micros, currency: card.currency }.into();
        let known = costs.iter().filter_map(|one| one.cost);
        let unknown = costs.iter().filter(|one| one.cost.is_none()).map(|one| one.people).sum();
        let market = |one: &preflight::MarketCost| MarketEstimate {
            market: one.market.map(|market| market.as_str().into()),
            market_name: one.market.map(|market: Market| card.name(market).into()),
            messages: one.people,
            cost: one.cost.map(money),
        };
        Some(Self {
            rate_card: card.into(),
            total: money(known.fold(0, i64::saturating_add)),
            unknown,
            markets: costs.iter().map(market).collect(),
        })
    }
}

/// The pre-flight of a campaign.
#[derive(Debug, Clone, Copy)]
pub struct PreflightApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Campaigns")]
impl PreflightApi {
    /// See what a campaign would come to
    ///
    /// Counts the whole audience as it is now: who would get a message and why the others would not, whose values are
    /// missing, what it costs by market, how many days it takes and when it is done, and everything `launchCampaign`
    /// would refuse. Nothing is written and nobody is messaged. 409 `campaign_not_draft` after the launch.
    #[oai(path = "/campaigns/:campaign_id/preflight", method = "post", operation_id = "preflightCampaign")]
    async fn preflight(&self, auth: Auth, campaign_id: Path<CampaignId>) -> ApiResult<Json<Preflight>> {
        let found = preflight::preflight(&auth, campaign_id.0).await?;
        Ok(Json(Preflight::of(campaign_id.0, found, auth.provider.as_ref())))
    }
}
