//! Portfolios: Meta's owners of accounts, and the limit of different people they may write to first.
//!
//! The limit counts people in a rolling 24 hours whom a template reaches outside their window; all numbers of all
//! accounts of a portfolio share it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{SandboxError, handle::Control, shared::Shared};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long Meta takes to raise a limit.
const RAISE_MS: i64 = 6 * 60 * 60 * 1_000;

/// How many different people a portfolio may write to first in 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tier {
    /// 50, of portfolios that have broken the rules.
    #[serde(rename = "TIER_50")]
    Of50,
    /// 250, where everybody begins.
    #[serde(rename = "TIER_250")]
    Of250,
    /// 2,000.
    #[serde(rename = "TIER_2K")]
    Of2K,
    /// 10,000.
    #[serde(rename = "TIER_10K")]
    Of10K,
    /// 100,000.
    #[serde(rename = "TIER_100K")]
    Of100K,
    /// As many as they like.
    #[default]
    #[serde(rename = "TIER_UNLIMITED")]
    Unlimited,
}

impl Tier {
    /// Meta's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Of50 => "TIER_50",
            Self::Of250 => "TIER_250",
            Self::Of2K => "TIER_2K",
            Self::Of10K => "TIER_10K",
            Self::Of100K => "TIER_100K",
            Self::Unlimited => "TIER_UNLIMITED",
        }
    }

    /// People in 24 hours; none is no limit.
    pub fn people(self) -> Option<usize> {
        match self {
            Self::Of50 => Some(50),
            Self::Of250 => Some(250),
            Self::Of2K => Some(2_000),
            Self::Of10K => Some(10_000),
            Self::Of100K => Some(100_000),
            Self::Unlimited => None,
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Of50 => Self::Of250,
            Self::Of250 => Self::Of2K,
            Self::Of2K => Self::Of10K,
            Self::Of10K => Self::Of100K,
            Self::Of100K | Self::Unlimited => Self::Unlimited,
        }
    }
}

/// A portfolio. Accounts that are in none have no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    /// Its id.
    pub id: String,
    /// Its messaging limit.
    pub limit: Tier,
    /// Its accounts.
    pub waba_ids: Vec<String>,
}

/// A portfolio, and how much of its limit is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PortfolioReport {
    /// The portfolio.
    #[serde(flatten)]
    pub portfolio: Portfolio,
    /// Different people in the last 24 hours.
    pub used: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Portfolios(RwLock<HashMap<String, Live>>);

#[derive(Debug)]
struct Live {
    spec: Portfolio,
    reached: Arc<Mutex<Reached>>,
}

/// Whom a portfolio has written to first.
#[derive(Debug, Default)]
struct Reached {
    last_at: HashMap<String, i64>,
    /// In order of time; an entry older than `last_at` says has been renewed.
    order: VecDeque<(i64, String)>,
    raising: bool,
}

impl Reached {
    fn forget_before(&mut self, from_ms: i64) {
        while self.order.front().is_some_and(|(at, _)| *at <= from_ms) {
            if let Some((at, person)) = self.order.pop_front()
                && self.last_at.get(&person) == Some(&at)
            {
                self.last_at.remove(&person);
            }
        }
    }

    /// Counts a person, if there is room for them or they count already.
    fn admit(&mut self, person: &str, most: Option<usize>, now_ms: i64) -> bool {
        self.forget_before(now_ms - DAY_MS);
        if most.is_some_and(|most| self.last_at.len() >= most && !self.last_at.contains_key(person)) {
            return false;
        }
        if self.last_at.insert(person.to_owned(), now_ms) != Some(now_ms) {
            self.order.push_back((now_ms, person.to_owned()));
        }
        true
    }
}

impl Portfolios {
    pub(crate) fn put(&self, portfolio: Portfolio) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let reached = all.get(&portfolio.id).map(|live| Arc::clone(&live.reached)).unwrap_or_default();
        all.insert(portfolio.id.clone(), Live { spec: portfolio, reached });
    }

    pub(crate) fn all(&self) -> Vec<Portfolio> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = all.values().map(|live| live.spec.clone()).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// The portfolio an account is in.
    pub(crate) fn of(&self, waba_id: &str) -> Option<Portfolio> {
        self.find(waba_id).map(|(spec, _)| spec)
    }

    fn find(&self, waba_id: &str) -> Option<(Portfolio, Arc<Mutex<Reached>>)> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let live = all.values().find(|live| live.spec.waba_ids.iter().any(|id| id == waba_id))?;
        Some((live.spec.clone(), Arc::clone(&live.reached)))
    }
}

impl Shared {
    /// Counts a person towards the limit of an account's portfolio; false if it is used up.
    pub(crate) fn within_messaging_limit(&self, waba_id: &str, person: &str, now_ms: i64) -> bool {
        let Some((spec, reached)) = self.portfolios.find(waba_id) else { return true };
        let mut reached = reached.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = reached.admit(person, spec.limit.people(), now_ms);
        let half_used = spec.limit.people().is_some_and(|most| reached.last_at.len() * 2 >= most);
        if half_used && !reached.raising && self.limits.get().raise_messaging_limit {
            reached.raising = true;
            self.agenda.at(now_ms + RAISE_MS, move |shared| {
                shared.set_messaging_limit(&spec.id, spec.limit.next());
            });
        }
        admitted
    }

    /// Gives a portfolio another limit, and tells its accounts. False if there is no such portfolio.
    fn set_messaging_limit(&self, portfolio_id: &str, limit: Tier) -> bool {
        let found = self.portfolios.all().into_iter().find(|portfolio| portfolio.id == portfolio_id);
        let Some(portfolio) = found else { return false };
        let portfolio = Portfolio { limit, ..portfolio };
        for waba_id in &portfolio.waba_ids {
            let value = json!({
                "max_daily_conversations_per_business": limit.name(),
                "max_phone_numbers_per_business": 20,
                "max_phone_numbers_per_waba": 20,
            });
            self.post_change(waba_id, "business_capability_update", &value);
        }
        if let Some((_, reached)) =
            portfolio.waba_ids.first().and_then(|waba_id| self.portfolios.find(waba_id))
        {
            reached.lock().unwrap_or_else(PoisonError::into_inner).raising = false;
        }
        self.portfolios.put(portfolio);
        true
    }
}

impl Control {
    /// The portfolios, with how much of their limits is used.
    pub fn portfolios(&self) -> Vec<PortfolioReport> {
        let now_ms = self.shared.now_ms();
        let report = |portfolio: Portfolio| {
            let all = self.shared.portfolios.0.read().unwrap_or_else(PoisonError::into_inner);
            let used = all.get(&portfolio.id).map_or(0, |live| {
                let mut reached = live.reached.lock().unwrap_or_else(PoisonError::into_inner);
                reached.forget_before(now_ms - DAY_MS);
                reached.last_at.len()
            });
            PortfolioReport { portfolio, used }
        };
        self.shared.portfolios.all().into_iter().map(report).collect()
    }

    /// Gives a portfolio another limit, with the webhook about it.
    pub fn set_messaging_limit(&self, portfolio_id: &str, limit: Tier) -> Result<(), SandboxError> {
        let found = self.shared.set_messaging_limit(portfolio_id, limit);
        if found { Ok(()) } else { Err(SandboxError::Unknown(format!("portfolio {portfolio_id}"))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_count_for_a_day_after_the_last_message() {
        let mut reached = Reached::default();
        let mut admit = |person: &str, at: i64| reached.admit(person, Some(2), at);
        assert!(admit("a", 0) && admit("b", 10));
        assert!(!admit("c", 20), "two are enough");
        assert!(admit("a", 20), "who counts already costs nothing");
        assert!(!admit("c", DAY_MS), "a was written to again");
        assert!(admit("c", DAY_MS + 10), "b's day is over");
        assert!(!admit("b", DAY_MS + 11));
    }
}
