//! The limits that can be changed while the sandbox runs.

use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use crate::{behaviour::Behaviour, handle::Control};

/// Meta's limits beside the throughput, which belongs to each number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Whether the pair rate (one message per 6 s to one person, 45 borrowed) is enforced, with 131056.
    pub pair_rate: bool,
    /// What happens to sends to one more new person than the portfolio's limit allows. Meta does not say which error it
    /// is: 131048 in a later status is a guess.
    pub over_messaging_limit: Behaviour,
    /// Whether a portfolio that has used half of its limit gets the next one six hours later.
    pub raise_messaging_limit: bool,
    /// Calls per hour, app and account beside sends: 5,000 for an account in use, 200 for others. None counts only.
    pub management_calls_per_hour: Option<u32>,
    /// Marketing messages one person gets per 24 hours outside their window, from everybody; more fail with 131049, and
    /// trying again within a day makes it longer. None sets no limit.
    pub marketing_per_person_per_day: Option<u32>,
    /// Whether marketing to numbers of the United States fails with 131049, as it has since April 2025.
    pub us_marketing_blocked: bool,
    /// Service messages a number sends free of charge per month since October 2026.
    pub free_service_per_month: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pair_rate: false,
            over_messaging_limit: Behaviour::FailLater { code: 131_048, after_ms: 0, sent_first: false },
            raise_messaging_limit: false,
            management_calls_per_hour: Some(5_000),
            marketing_per_person_per_day: None,
            us_marketing_blocked: false,
            free_service_per_month: 1_000,
        }
    }
}

/// The limits in force.
#[derive(Debug, Default)]
pub(crate) struct LimitsInForce(RwLock<Arc<Limits>>);

impl LimitsInForce {
    pub(crate) fn new(limits: Limits) -> Self {
        Self(RwLock::new(Arc::new(limits)))
    }

    pub(crate) fn get(&self) -> Arc<Limits> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Control {
    /// The limits in force.
    pub fn limits(&self) -> Limits {
        (*self.shared.limits.get()).clone()
    }

    /// The limits from now on.
    pub fn set_limits(&self, limits: Limits) {
        *self.shared.limits.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limits);
    }
}
