//! Scenarios: sandboxes that behave in a certain way from the first request on.

use serde::{Deserialize, Serialize};

use crate::{
    SandboxError,
    behaviour::{Behaviour, Rule},
    handle::Control,
    limits::Limits,
    matcher::Match,
    portfolio::{Portfolio, Tier},
    statuses::StatusProfile,
    world::World,
};

/// A way to behave. Each takes the rules away and sets statuses and limits; the world stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// An ordinary day: statuses at a human pace, a few duplicates.
    Calm,
    /// As fast as can be: 1,000 messages per second and number, statuses at once.
    Rush,
    /// Everything goes wrong now and then: lost answers, server errors, throttling, people who are not there,
    /// statuses late, twice and out of order.
    Flaky,
    /// Nothing is accepted: every call is answered with 503.
    Outage,
    /// Every limit is on: 250 people a day, the pair rate, caps on marketing, 200 calls per hour.
    Strict,
}

impl Scenario {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("calm", Self::Calm),
        ("rush", Self::Rush),
        ("flaky", Self::Flaky),
        ("outage", Self::Outage),
        ("strict", Self::Strict),
    ];

    fn statuses(self) -> StatusProfile {
        match self {
            Self::Calm | Self::Outage | Self::Strict => StatusProfile::realistic(),
            Self::Rush => StatusProfile { read_ratio: 0.5, ..StatusProfile::instant() },
            Self::Flaky => StatusProfile::chaotic(),
        }
    }

    fn rules(self) -> Vec<Rule> {
        let some = |percent: f64, then| Rule::new(Match { percent: Some(percent), ..Match::all() }, then);
        let at = |endpoint: &str, then| {
            Rule::new(Match { endpoint: Some(endpoint.to_owned()), ..Match::all() }, then)
        };
        match self {
            Self::Calm | Self::Rush | Self::Strict => Vec::new(),
            Self::Flaky => vec![
                some(5.0, Behaviour::Latency { ms: 800, after_accept: false }),
                some(3.0, Behaviour::FailLater { code: 131_026, after_ms: 200, sent_first: false }),
                some(2.0, Behaviour::FailLater { code: 131_049, after_ms: 200, sent_first: false }),
                some(1.0, Behaviour::Refuse { code: 130_429, http_status: None }),
                some(1.0, Behaviour::AcceptThenDrop),
                some(1.0, Behaviour::DropBeforeAccept),
                some(1.0, Behaviour::ErrorAfterAccept { http_status: 500, code: 131_000 }),
                some(1.0, Behaviour::ErrorBeforeAccept { http_status: 502 }),
            ],
            Self::Outage => {
                let away = || Behaviour::ErrorBeforeAccept { http_status: 503 };
                let others = ["object", "media", "message_templates", "phone_numbers", "subscribed_apps"];
                let others = others.into_iter().map(|endpoint| at(endpoint, away()));
                others.chain([Rule::new(Match::all(), away())]).collect()
            }
        }
    }

    fn limits(self) -> Limits {
        if self != Self::Strict {
            return Limits::default();
        }
        Limits {
            pair_rate: true,
            management_calls_per_hour: Some(200),
            marketing_per_person_per_day: Some(2),
            us_marketing_blocked: true,
            ..Limits::default()
        }
    }
}

impl Control {
    /// Behaves like a scenario from now on.
    pub fn play(&self, scenario: Scenario) -> Result<(), SandboxError> {
        self.clear_rules();
        for rule in scenario.rules() {
            self.add_rule(rule);
        }
        self.set_statuses(scenario.statuses());
        self.set_limits(scenario.limits());
        let world = self.world();
        if scenario == Scenario::Rush {
            let mut numbers = world.numbers;
            numbers.iter_mut().for_each(|number| number.mps = 1_000);
            return self.apply(World { numbers, ..World::default() });
        }
        if scenario == Scenario::Strict {
            let waba_ids = world.wabas.into_iter().map(|waba| waba.id).collect();
            let portfolio = Portfolio { id: "sandbox".to_owned(), limit: Tier::Of250, waba_ids };
            return self.apply(World { portfolios: vec![portfolio], ..World::default() });
        }
        Ok(())
    }
}
