//! The pre-flight: what a campaign would come to, before the first message is paid for. How many people it reaches and why
//! not the others, whose values are missing, what it costs in which market, how many days it takes and when it is done, and
//! everything a launch would be refused for.
//!
//! Counted, not guessed: every person of the audience is in exactly one number. Only whether values fit in the template
//! is tried out with some of them ([`sample`]), and the time is an estimate ([`plan`]).

mod groups;
mod plan;
mod sample;

pub use plan::Plan;
pub use sample::{Sample, Unfit};

use super::audience::Audience;
use super::entity::Model;
use super::launch;
use super::queries;
use crate::clock::Timestamp;
use crate::consent::{ConsentState, Purpose};
use crate::context::Ctx;
use crate::db::Owned;
use crate::error::{Problem, Result};
use crate::ids::CampaignId;
use crate::messages::judge::{Case, Ruling, judge};
use crate::policy::hours::{Places, next_local};
use crate::policy::{Over, SendingPolicy, settings};
use crate::pricing::{self, Market};
use crate::senders::{self, Sender, portfolio_room};
use crate::templates;
use groups::Group;
use plan::{Crowd, Pace, Room};
use sea_orm::{ColumnTrait, QueryFilter};
use std::collections::BTreeMap;

/// People of the audience who will not get a message, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// The machine word their messages would have.
    pub reason: &'static str,
    /// How many they are.
    pub people: u64,
}

/// What one market comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketCost {
    /// Which; `None`: the number belongs to no market we know.
    pub market: Option<Market>,
    /// Messages to it.
    pub people: u64,
    /// In millionths of the card's currency; `None`: the card has no rate.
    pub cost: Option<i64>,
}

/// The limit of new people a day, where one is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portfolio {
    /// The provider's id of the portfolio, or of the account that stands for it.
    pub portfolio: String,
    /// New people within 24 hours.
    pub limit: u64,
    /// Written to in the last 24 hours.
    pub used: u64,
    /// Whether the campaign needs more than there is room for today.
    pub overrun: bool,
}

/// What a campaign would come to.
#[derive(Debug, Clone)]
pub struct Preflight {
    /// When it was looked at.
    pub at: Timestamp,
    /// Everybody in the audience.
    pub people: u64,
    /// Who would get a message, now or when their time comes.
    pub reachable: u64,
    /// Those of them for whom it is outside the sending hours now.
    pub waiting: u64,
    /// Who would not, by reason, most first.
    pub excluded: Vec<Excluded>,
    /// Values some of the audience lack.
    pub lacking: Vec<sample::Lacking>,
    /// Whether the values fit in the template, tried with some of the audience.
    pub sample: Sample,
    /// People who are known twice by the same WhatsApp number.
    pub duplicates: u64,
    /// By market, most people first.
    pub costs: Vec<MarketCost>,
    /// The limit of new people a day, where one is known.
    pub portfolio: Option<Portfolio>,
    /// Messages a minute, as far as the rates allow.
    pub per_minute: u64,
    /// Day by day, and when it is done.
    pub plan: Plan,
    /// Everything a launch would be refused for.
    pub problems: Vec<Problem>,
}

/// Looks at a campaign that was not launched yet. Writes nothing.
///
/// # Errors
/// `NotFound`; `Conflict("campaign_not_draft")`.
pub async fn preflight(ctx: &Ctx, id: CampaignId) -> Result<Preflight> {
    let campaign = queries::get(ctx, id).await?;
    campaign.status.check(super::state::Action::Preflight)?;
    let template = templates::queries::get(ctx, campaign.template_id).await?;
    let campaign = Model { purpose: template.category, ..campaign };
    let (now, policy) = (ctx.now(), settings::of(ctx.db.read(), ctx, ctx.organization).await?);
    let senders = senders_of(ctx, &campaign).await?;
    let sources = campaign.variables()?;
    let listed = campaign.audience()? == Audience::Listed;
    // people who were added were judged with their own values when they were added
    let variables = if listed { Vec::new() } else { template.model()?.variables() };
    let needed: Vec<&str> = variables.iter().filter_map(|key| sources.get(key)?.only_attribute()).collect();
    let groups = groups::count(&ctx.db, &campaign, &policy, &needed, now).await?;
    let mut tally = Tally::default();
    for group in &groups {
        tally.add(&campaign, &policy, group, now);
    }
    let portfolio = portfolio(ctx, &senders, tally.new_people).await?;
    let per_minute = per_minute(&campaign, &senders);
    let room = portfolio.as_ref().map(|found| Room { limit: found.limit, used: found.used });
    let hours = policy.marketing_hours.as_ref().filter(|_| campaign.purpose == Purpose::Marketing);
    let pace = Pace { per_minute, people: room };
    let plan = plan::plan(tally.crowds(), pace, hours, policy.fallback(), now);
    let problems = launch::refusals(ctx, &campaign).await?;
    Ok(Preflight {
        at: now,
        people: tally.people,
        reachable: tally.reachable,
        waiting: tally.waiting,
        excluded: tally.excluded(),
        lacking: sample::lacking(ctx, &campaign, &variables, &sources).await?,
        sample: sample::try_out(ctx, &campaign).await?,
        duplicates: sample::duplicates(ctx, &campaign).await?,
        costs: tally.costs(),
        portfolio,
        per_minute,
        plan,
        problems,
    })
}

async fn senders_of(ctx: &Ctx, campaign: &Model) -> Result<Vec<Sender>> {
    let query = senders::Entity::secure_find(ctx.organization)
        .filter(senders::entity::Column::Id.is_in(campaign.senders()?));
    Ok(query.all(ctx.db.read()).await?)
}

/// The pace of a campaign: its own rate, or all that its senders may.
fn per_minute(campaign: &Model, senders: &[Sender]) -> u64 {
    let senders: u64 =
        senders.iter().map(|sender| u64::from(sender.effective_mps().unsigned_abs()) * 60).sum();
    let own = campaign.rate_per_minute.map_or(u64::MAX, |rate| u64::from(rate.unsigned_abs()));
    own.min(senders).max(1)
}

/// A campaign's senders are all of one account, so of one portfolio.
async fn portfolio(ctx: &Ctx, senders: &[Sender], new_people: u64) -> Result<Option<Portfolio>> {
    let Some(sender) = senders.first() else { return Ok(None) };
    let portfolio = senders::portfolios::of(sender);
    let room = portfolio_room::room(ctx.db.read(), ctx.organization, portfolio, ctx.now()).await?;
    Ok(room.map(|room| Portfolio {
        portfolio: portfolio.to_string(),
        limit: room.limit.unsigned_abs(),
        used: room.used.unsigned_abs(),
        overrun: new_people > room.left().unsigned_abs(),
    }))
}

/// Everybody, sorted.
#[derive(Debug, Default)]
struct Tally {
    people: u64,
    reachable: u64,
    waiting: u64,
    /// Those of the reachable who count towards the portfolio's limit.
    new_people: u64,
    excluded: BTreeMap<&'static str, u64>,
    crowds: Vec<Crowd>,
    costs: Vec<MarketCost>,
}

impl Tally {
    fn add(&mut self, campaign: &Model, policy: &SendingPolicy, group: &Group, now: Timestamp) {
        let people = u64::try_from(group.people).unwrap_or(0);
        self.people += people;
        let bsuid = group.country.as_ref().map(|country| format!("{country}.0"));
        let case = Case {
            purpose: campaign.purpose,
            phone: group.phone.as_ref(),
            bsuid: bsuid.as_deref(),
            time_zone: group.time_zone.as_deref(),
            quality: None,
        };
        let ruling = judge(policy, &case, now);
        if let Some(reason) = excluded(campaign.purpose, policy, group, ruling) {
            *self.excluded.entry(reason).or_default() += people;
            return;
        }
        self.reachable += people;
        if matches!(ruling, Ruling::Wait(..)) {
            self.waiting += people;
        }
        let free = group.in_window == 1;
        self.new_people += if free { 0 } else { people };
        let zones = case.places().to_vec();
        match self.crowds.iter_mut().find(|crowd| crowd.zones == zones && crowd.free == free) {
            Some(crowd) => crowd.people += people,
            None => {
                let places = Places { zones: &zones, fallback: policy.fallback() };
                let from = campaign.local_time().map_or(now, |time| next_local(time, places, now));
                self.crowds.push(Crowd { zones, people, from, free });
            }
        }
        let market = match (&group.phone, &bsuid) {
            (Some(phone), _) => Market::of_phone(phone, now),
            (None, bsuid) => bsuid.as_deref().and_then(|bsuid| Market::of_bsuid(bsuid, now)),
        };
        let each = pricing::estimate(campaign.purpose, market, free, now);
        let cost = each.map(|each| each.saturating_mul(group.people));
        match self
            .costs
            .iter_mut()
            .find(|known| known.market == market && known.cost.is_some() == cost.is_some())
        {
            Some(known) => {
                known.people += people;
                known.cost = known.cost.zip(cost).map(|(one, other)| one.saturating_add(other));
            }
            None => self.costs.push(MarketCost { market, people, cost }),
        }
    }

    fn crowds(&self) -> Vec<Crowd> {
        self.crowds.clone()
    }

    fn excluded(&self) -> Vec<Excluded> {
        let mut all: Vec<_> =
            self.excluded.iter().map(|(reason, people)| Excluded { reason, people: *people }).collect();
        all.sort_by(|a, b| b.people.cmp(&a.people).then(a.reason.cmp(b.reason)));
        all
    }

    fn costs(&self) -> Vec<MarketCost> {
        let mut all = self.costs.clone();
        all.sort_by_key(|market| std::cmp::Reverse(market.people));
        all
    }
}

/// Why these people would get nothing: the words, and their order, are those of expansion and of the claim.
fn excluded(purpose: Purpose, policy: &SendingPolicy, group: &Group, ruling: Ruling) -> Option<&'static str> {
    match (purpose, group.consent) {
        (Purpose::Marketing, ConsentState::OptedIn) => {}
        (Purpose::Marketing | Purpose::Utility, ConsentState::OptedOut) => return Some("opted_out"),
        (Purpose::Marketing, _) => return Some("no_consent"),
        _ => {}
    }
    if group.phone.is_none() && group.country.is_none() {
        return Some("no_address");
    }
    if let Ruling::Skip(reason) = ruling {
        return Some(reason);
    }
    if group.lacking == 1 {
        return Some("bad_variables");
    }
    let skips = policy.frequency.is_some_and(|cap| cap.over == Over::Skip);
    (group.capped == 1 && skips).then_some("frequency_cap")
}
