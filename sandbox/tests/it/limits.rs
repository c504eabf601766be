//! Limits: the portfolio's people, the pair's rate, marketing, prices, and time that moves.

use std::time::Duration;

use bellbird_sandbox::{Behaviour, Limits, Portfolio, SandboxConfig, Tier, World};
use serde_json::{Value, json};

use crate::support::{NUMBER, Setup, WABA, template, text};

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn with_tier(limit: Tier) -> Setup {
    let setup = Setup::plain().await;
    let portfolio = Portfolio { id: "p".into(), limit, waba_ids: vec![WABA.into()] };
    setup.sandbox.apply(World { portfolios: vec![portfolio], ..World::default() }).unwrap();
    setup
}

impl Setup {
    /// Sends the template and gives the code it was refused or failed with; 0 if it arrived.
    async fn fate(&self, to: &str) -> u64 {
        let opaque = format!("{to}-{}", self.sandbox.counts().requests);
        let (status, body) = self.send(&template(to, &opaque)).await;
        if status != 200 {
            return body["error"]["code"].as_u64().unwrap();
        }
        self.settled().await;
        let ours = self.inbox.statuses().into_iter().filter(|s| s["id"] == body["messages"][0]["id"]);
        let failed = ours.into_iter().find(|status| status["status"] == "failed");
        failed.map_or(0, |status| status["errors"][0]["code"].as_u64().unwrap())
    }

    fn used(&self) -> usize {
        self.sandbox.portfolios()[0].used
    }
}

#[tokio::test]
async fn a_portfolio_reaches_so_many_people_a_day() {
    let setup = with_tier(Tier::Of50).await;
    let person = |n: usize| format!("49151{n:08}");
    for n in 0..50 {
        setup.accepted(&person(n), "a").await;
    }
    assert_eq!((setup.used(), setup.fate(&person(50)).await), (50, 131_048));
    assert_eq!(setup.fate(&person(0)).await, 0, "who was reached today costs nothing");
    setup.sandbox.open_window(NUMBER, &person(51));
    assert_eq!(setup.fate(&person(51)).await, 0, "inside the window nothing counts");
    setup.settled().await;

    let refuse = Behaviour::Refuse { code: 130_429, http_status: None };
    setup.sandbox.set_limits(Limits { over_messaging_limit: refuse, ..Limits::default() });
    assert_eq!(setup.fate(&person(52)).await, 130_429, "the error can be chosen");
    setup.sandbox.advance(24 * HOUR);
    assert_eq!((setup.used(), setup.fate(&person(52)).await), (0, 0));
    let (_, report) = setup.call("GET", "/_sandbox/portfolios", Value::Null).await;
    assert_eq!((&report[0]["limit"], &report[0]["used"]), (&json!("TIER_50"), &json!(1)));
}

#[tokio::test]
async fn tiers_are_shown_set_and_raised() {
    let setup = with_tier(Tier::Of50).await;
    let shown = async |id: &str| {
        let path = format!("/v24.0/{id}?fields=whatsapp_business_manager_messaging_limit");
        let (_, shown) = setup.call("GET", &path, Value::Null).await;
        shown["whatsapp_business_manager_messaging_limit"].as_str().unwrap().to_owned()
    };
    assert_eq!((shown(WABA).await, shown(NUMBER).await), ("TIER_50".into(), "TIER_50".into()));
    let raise = json!({"portfolio_id": "p", "limit": "TIER_2K"});
    assert_eq!(setup.call("POST", "/_sandbox/tier", raise).await.0, 200);
    assert_eq!(shown(NUMBER).await, "TIER_2K");
    setup.settled().await;
    let told = setup.inbox.posts()[0]["entry"][0]["changes"][0].clone();
    assert_eq!(told["field"], "business_capability_update");
    assert_eq!(told["value"]["max_daily_conversations_per_business"], "TIER_2K");

    setup.sandbox.set_messaging_limit("p", Tier::Of50).unwrap();
    setup.sandbox.set_limits(Limits { raise_messaging_limit: true, ..Limits::default() });
    for n in 0..25 {
        setup.accepted(&format!("49151{n:08}"), "a").await;
    }
    assert_eq!(shown(NUMBER).await, "TIER_50");
    setup.sandbox.advance(6 * HOUR);
    while shown(NUMBER).await != "TIER_250" {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        setup.call("POST", "/_sandbox/tier", json!({"portfolio_id": "x", "limit": "TIER_2K"})).await.0,
        404
    );
}

#[tokio::test]
async fn a_pair_recovers_as_time_passes() {
    let setup = Setup::new(SandboxConfig { pair_rate: true, ..SandboxConfig::default() }).await;
    for _ in 0..45 {
        setup.accepted("4915112345678", "a").await;
    }
    assert_eq!(setup.fate("4915112345678").await, 131_056);
    let body = json!({"advance_ms": 6_000});
    assert_eq!(setup.call("POST", "/_sandbox/clock", body).await.0, 200);
    assert_eq!((setup.fate("4915112345678").await, setup.fate("4915112345678").await), (0, 131_056));
    let limits = json!({"pair_rate": false});
    assert_eq!(setup.call("PUT", "/_sandbox/limits", limits).await.0, 200);
    assert_eq!(setup.fate("4915112345678").await, 0);
}

#[tokio::test]
async fn people_have_enough_of_marketing() {
    let setup = Setup::plain().await;
    let limits =
        Limits { marketing_per_person_per_day: Some(2), us_marketing_blocked: true, ..Limits::default() };
    setup.sandbox.set_limits(limits);
    let to = "4915112345678";
    assert_eq!((setup.fate(to).await, setup.fate(to).await, setup.fate(to).await), (0, 0, 131_049));
    setup.sandbox.advance(23 * HOUR);
    assert_eq!(setup.fate(to).await, 131_049, "trying again makes it longer");
    setup.sandbox.advance(2 * HOUR);
    assert_eq!(setup.fate(to).await, 131_049);
    setup.sandbox.advance(25 * HOUR);
    assert_eq!(setup.fate(to).await, 0);
    assert_eq!(
        (setup.fate("12125551234").await, setup.fate("14165551234").await),
        (131_049, 0),
        "US, Canada"
    );
}

#[tokio::test]
async fn prices_follow_window_advertisement_and_quota() {
    let setup = Setup::plain().await;
    setup.sandbox.set_limits(Limits { free_service_per_month: 1, ..Limits::default() });
    let to = "4915112345678";
    let price = async |body: Value| {
        let (_, answer) = setup.send(&body).await;
        setup.settled().await;
        let ours =
            setup.inbox.statuses().into_iter().find(|s| s["id"] == answer["messages"][0]["id"]).unwrap();
        let pricing = &ours["pricing"];
        let word = |key: &str| pricing[key].as_str().unwrap().to_owned();
        (pricing["billable"].as_bool().unwrap(), word("type"), word("category"))
    };
    setup.sandbox.open_window(NUMBER, to);
    let words = |billable, kind: &str, category: &str| (billable, kind.to_owned(), category.to_owned());
    assert_eq!(price(text(to)).await, words(false, "free_customer_service", "service"));
    assert_eq!(price(text(to)).await, words(true, "regular", "service"), "one a month is free here");
    let from_ad = json!({"from": to, "phone_number_id": NUMBER, "example": "referral"});
    setup.call("POST", "/_sandbox/inbound", from_ad).await;
    let free = words(false, "free_entry_point", "referral_conversion");
    assert_eq!((price(text(to)).await, price(template(to, "a")).await), (free.clone(), free));
    setup.sandbox.advance(72 * HOUR);
    assert_eq!(price(template(to, "b")).await, words(true, "regular", "marketing"));
}
