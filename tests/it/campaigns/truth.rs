//! Thousands of people and thirty codes: what the campaign says at the end is what happened, person by person.

use crate::support::app::{Setup, both};
use crate::support::shop::{Shop, phones};
use crate::support::wait::DEADLINE;
use bellbird_core::providers::meta::errors::TABLE;
use bellbird_core::senders::port::Action;
use bellbird_sandbox::{Behaviour, Match, Rule};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many, unless `BELLBIRD_TEST_PEOPLE` says otherwise: 10000 is what the rule of a campaign like this is shown with.
const PEOPLE: usize = 1_000;
/// The embedded database has one writer; the same in small shows the same.
const PEOPLE_EMBEDDED: usize = 500;

/// How a message ends, with the provider's code and how often it was tried.
#[derive(Debug)]
struct End {
    status: &'static str,
    code: Option<i32>,
    /// `None`: as often as it took until the provider was asked to take it.
    attempts: Option<i64>,
}

impl End {
    /// Whether a person's row says this.
    fn is(&self, told: &End) -> bool {
        let tried = self.attempts.is_none() || self.attempts == told.attempts;
        tried && (self.status, self.code) == (told.status, told.code)
    }
}

/// What is to be tried again waits for the test's clock.
fn patient() -> Setup {
    Setup { settings: vec![("SENDING__UNREACHABLE_WAIT_MS", "3600000")], ..Setup::default() }
}

/// Thirty codes that concern one message only, half of them in the answer and half in a status.
fn script() -> Vec<(i32, Action, bool)> {
    let wanted = |action: Action| TABLE.iter().filter(move |rule| rule.action == action);
    let several = [
        Action::RetryInDays,
        Action::Unreachable,
        Action::SuppressMarketing,
        Action::HoldPair,
        Action::RetrySoon,
    ];
    let retried = several.into_iter().flat_map(wanted);
    // those that make the number rest would make this long
    let ambiguous = wanted(Action::Ambiguous).filter(|rule| rule.wait.is_none()).take(1);
    let refused = wanted(Action::Fail).chain(wanted(Action::WindowClosed));
    let thirty: Vec<_> = retried.chain(ambiguous).chain(refused).take(30).collect();
    assert_eq!(thirty.len(), 30, "so many codes concern one message only");
    thirty.iter().enumerate().map(|(place, rule)| (rule.code, rule.action, place % 2 == 0)).collect()
}

fn end(fate: usize, script: &[(i32, Action, bool)]) -> End {
    let Some((code, action, answered)) = script.get(fate).copied() else {
        return End { status: "delivered", code: None, attempts: Some(1) };
    };
    let code = Some(code);
    match action {
        // three tries, all in vain
        Action::RetryInDays | Action::Unreachable => End { status: "failed", code, attempts: Some(3) },
        Action::SuppressMarketing => End { status: "opted_out", code, attempts: Some(1) },
        // refused once, and then taken
        Action::HoldPair | Action::RetrySoon => End { status: "delivered", code: None, attempts: None },
        Action::Ambiguous if answered => End { status: "unknown", code: None, attempts: Some(1) },
        _ => End { status: "failed", code, attempts: Some(1) },
    }
}

/// People whose numbers end alike meet the same fate.
fn fate(phone: &str) -> usize {
    phone[phone.len() - 2..].parse().expect("two digits")
}

/// Everything is done but what waits for its time.
fn at_rest(stats: &Value) -> bool {
    let n = |word: &str| stats["counts"][word].as_i64().unwrap_or_default();
    stats["status"] != "preparing" && n("planned") + n("pending") + n("queued") + n("sending") == 0
}

/// How often we look: a campaign of this size is counted each time.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until a campaign's numbers are as wanted, as long as anything happens.
async fn until(shop: &Shop, campaign: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let (mut last, mut since) = (Value::Null, Instant::now());
    loop {
        let stats = shop.stats(campaign).await;
        if wanted(&stats) {
            return stats;
        }
        if stats["counts"] != last {
            (last, since) = (stats["counts"].clone(), Instant::now());
        }
        assert!(since.elapsed() < DEADLINE, "waited in vain for {what}: {stats:#}");
        tokio::time::sleep(LOOK).await;
    }
}

async fn told(shop: &Shop, campaign: &str) -> BTreeMap<String, End> {
    let known = |word: &Value| {
        ["delivered", "failed", "opted_out", "unknown"].into_iter().find(|known| word == known)
    };
    let row = |row: Value| {
        let phone = row["phone"].as_str().expect("a number").to_string();
        let status = known(&row["status"]).unwrap_or_else(|| panic!("not at an end: {row}"));
        let code = row["code"].as_i64().and_then(|code| i32::try_from(code).ok());
        (phone, End { status, code, attempts: row["attempt"].as_i64() })
    };
    shop.recipients(campaign).await.into_iter().map(row).collect()
}

both!(thousands_of_people_and_thirty_codes_end_as_they_were_scripted, patient(), |app| {
    let usual = if app.services.db.is_embedded() { PEOPLE_EMBEDDED } else { PEOPLE };
    let many = std::env::var("BELLBIRD_TEST_PEOPLE").map_or(usual, |n| n.parse().expect("a number"));
    let (shop, people, script) = (app.shop().await, phones(many), script());
    app.start_worker().await;
    let mut passing = Vec::new();
    for (fate, (code, action, answered)) in script.iter().enumerate() {
        let code = u32::try_from(*code).expect("a code");
        let then = match answered {
            true => Behaviour::Refuse { code, http_status: None },
            false => Behaviour::FailLater { code, after_ms: 0, sent_first: false },
        };
        let rule = app.sandbox.add_rule(Rule::new(Match::suffix(format!("{fate:02}")), then));
        if matches!(action, Action::HoldPair | Action::RetrySoon) {
            passing.push(rule);
        }
    }
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    for some in people.chunks(250) {
        shop.add(app, &campaign, some).await;
    }
    shop.steer(&campaign, "launch").await.ok();
    let expected: BTreeMap<String, End> =
        people.iter().map(|phone| (phone.clone(), end(fate(phone), &script))).collect();
    let of = |status: &str| expected.values().filter(|end| end.status == status).count();
    until(&shop, &campaign, "the first round to be over", at_rest).await;
    for rule in passing {
        assert!(app.sandbox.remove_rule(rule), "the rule was there");
    }
    for _ in 0..8 {
        // longer than any wait, so that whoever waits is due whatever they wait for
        app.clock.advance(Duration::from_secs(60 * 3_600));
        let stats = until(&shop, &campaign, "what is due to be done", at_rest).await;
        if stats["counts"]["held"] == 0 && stats["counts"]["failed"] == of("failed") {
            break;
        }
    }
    let stats = until(&shop, &campaign, "the end", |stats| {
        stats["funnel"]["delivered"] == of("delivered") && stats["counts"]["failed"] == of("failed")
    })
    .await;
    assert_eq!(stats["counts"]["unknown"], of("unknown"));
    assert_eq!(stats["counts"]["opted_out"], of("opted_out"));
    let told = told(&shop, &campaign).await;
    assert_eq!(told.len(), many);
    let wrong = expected.iter().filter(|(phone, end)| !told.get(*phone).is_some_and(|told| end.is(told)));
    let wrong: Vec<_> = wrong.map(|(phone, end)| (phone, end, told.get(phone))).take(5).collect();
    assert!(wrong.is_empty(), "expected and told: {wrong:?}");
});
