//! Codes after which a person is tried again: when, how often, and that nobody gets it twice.

use crate::support::app::both;
use crate::support::shop::{phone, phones, wa_id};
use bellbird_sandbox::{Behaviour, Match, Rule};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

fn refuse(code: u32) -> Behaviour {
    Behaviour::Refuse { code, http_status: None }
}

/// How long a recipient has to wait, seen from the moment it failed.
fn wait(recipient: &Value) -> Duration {
    let moment = |name: &str| -> DateTime<Utc> {
        recipient[name].as_str().unwrap_or_else(|| panic!("{name}: {recipient:#}")).parse().unwrap()
    };
    (moment("next_attempt_at") - moment("failed_at")).to_std().unwrap()
}

both!(a_marketing_limit_waits_a_day_and_then_delivers, |app| {
    let (shop, people) = (app.shop().await, phones(3));
    let (at_once, later) = (wa_id(&people[0]), wa_id(&people[1]));
    app.sandbox.add_rule(Rule::new(Match::to(at_once).first(1), refuse(131_049)));
    let fails = Behaviour::FailLater { code: 131_049, after_ms: 0, sent_first: false };
    app.sandbox.add_rule(Rule::new(Match::to(later).first(1), fails));
    let campaign = shop.launched(app, json!({}), &people).await;
    for person in &people[..2] {
        let held = shop.until_recipient(&campaign, person, "held").await;
        assert_eq!((&held["reason_code"], &held["code"]), (&json!("marketing_limit"), &json!(131_049)));
        assert!(held["reason"].as_str().unwrap().contains("day"), "{held:#}");
        assert!((24 * HOUR..27 * HOUR).contains(&wait(&held)), "{held:#}");
    }
    shop.until(&campaign, "settling").await;

    app.pass(23 * HOUR);
    // whoever is added now goes through at once, which shows that the reaper had its turn and left the others
    let today = shop.launched(app, json!({"name": "Next day"}), &[phone(9)]).await;
    shop.until_stats(&today, "today's", |stats| stats["funnel"]["delivered"] == 1).await;
    assert_eq!(shop.stats(&campaign).await["counts"]["held"], 2);

    app.pass(4 * HOUR);
    let stats =
        shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 3).await;
    assert_eq!(stats["counts"]["held"], 0);
    shop.until(&campaign, "completed").await;
    let again = shop.recipient(&campaign, &people[1]).await;
    let message = shop.message(again["message_id"].as_str().unwrap()).await;
    let codes: Vec<_> = message["attempts"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, [&json!(131_049), &Value::Null], "{message:#}");
    let taken = app.taken(&shop);
    assert_eq!((taken[&people[0]].len(), taken[&people[2]].len()), (1, 1));
    assert_eq!(taken[&people[1]].len(), 2, "the one that failed afterwards, and the one that arrived");
});

both!(a_marketing_limit_gives_up_after_the_campaigns_tries, |app| {
    let shop = app.shop().await;
    app.sandbox.add_rule(Rule::new(Match::all(), refuse(131_049)));
    let campaign = shop.launched(app, json!({"max_attempts": 2}), &[phone(1)]).await;
    shop.until_recipient(&campaign, &phone(1), "held").await;
    app.pass(27 * HOUR);
    let failed = shop.until_recipient(&campaign, &phone(1), "failed").await;
    assert_eq!((&failed["code"], &failed["attempt"]), (&json!(131_049), &json!(2)));
    shop.until(&campaign, "completed").await;
});

both!(an_unreachable_number_gets_three_tries, |app| {
    let shop = app.shop().await;
    let person = phone(1);
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&person)), refuse(131_026)));
    let campaign = shop.launched(app, json!({}), &phones(3)).await;
    for (attempt, minutes) in [(1, 1), (2, 2)] {
        let held = shop.until_recipient(&campaign, &person, "held").await;
        assert_eq!((&held["reason_code"], &held["attempt"]), (&json!("unreachable"), &json!(attempt)));
        let wait = wait(&held);
        assert!(wait >= minutes * MINUTE && wait <= minutes * MINUTE * 11 / 10, "{wait:?}");
        app.pass(wait);
        shop.until_stats(&campaign, "the next try", |_| app.sandbox.counts().refused[&131_026] > attempt)
            .await;
    }
    let failed = shop.until_recipient(&campaign, &person, "failed").await;
    assert_eq!((&failed["code"], &failed["attempt"]), (&json!(131_026), &json!(3)));
    assert_eq!(failed["reason"], "This person could not be reached on WhatsApp.");
    shop.until(&campaign, "completed").await;
    assert_eq!(app.sandbox.counts().refused[&131_026], 3);
    shop.until_stats(&campaign, "the others", |stats| stats["funnel"]["delivered"] == 2).await;
});

both!(a_number_reported_unreachable_later_is_tried_again_too, |app| {
    let shop = app.shop().await;
    let fails = Behaviour::FailLater { code: 131_026, after_ms: 0, sent_first: true };
    app.sandbox.add_rule(Rule::new(Match::all().first(1), fails));
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    shop.until_recipient(&campaign, &phone(1), "held").await;
    app.pass(2 * MINUTE);
    shop.until_recipient(&campaign, &phone(1), "delivered").await;
    shop.until(&campaign, "completed").await;
});

both!(a_pair_limit_waits_six_seconds, |app| {
    let shop = app.shop().await;
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&phone(1))).first(1), refuse(131_056)));
    let campaign = shop.launched(app, json!({}), &phones(4)).await;
    let held = shop.until_recipient(&campaign, &phone(1), "held").await;
    assert_eq!(held["reason_code"], "pair_rate");
    assert!((6_000..=6_600).contains(&wait(&held).as_millis()), "{held:#}");
    app.pass(Duration::from_secs(7));
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 4).await;
    app.assert_each_once(&shop, &phones(4));
});

both!(cancelling_ends_the_waiting, |app| {
    let shop = app.shop().await;
    app.sandbox.add_rule(Rule::new(Match::all().first(1), refuse(131_049)));
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    shop.until_recipient(&campaign, &phone(1), "held").await;
    shop.steer(&campaign, "cancel").await.ok();
    shop.until_recipient(&campaign, &phone(1), "cancelled").await;
    app.pass(72 * HOUR);
    let next = shop.launched(app, json!({"name": "Next"}), &[phone(2)]).await;
    shop.until_stats(&next, "the next", |stats| stats["funnel"]["delivered"] == 1).await;
    assert_eq!(app.taken(&shop).len(), 1, "nothing is tried again after a cancel");
});

both!(a_failure_reported_after_the_end_reopens_the_campaign, |app| {
    let shop = app.shop().await;
    let fails = Behaviour::FailLater { code: 131_049, after_ms: 0, sent_first: true };
    app.sandbox.add_rule(Rule::new(Match::all().first(1), fails));
    app.sandbox.pause_webhooks(true);
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    shop.until(&campaign, "completed").await;
    app.sandbox.pause_webhooks(false);
    shop.until_recipient(&campaign, &phone(1), "held").await;
    shop.until(&campaign, "settling").await;
    app.pass(27 * HOUR);
    shop.until_recipient(&campaign, &phone(1), "delivered").await;
    shop.until(&campaign, "completed").await;
});
