//! Answers that prove nothing: never sent again blindly, settled by a status, or by the policy after a quiet time.

use crate::support::app::{Setup, both};
use crate::support::shop::{phone, phones, wa_id};
use bellbird_core::providers::Timeouts;
use bellbird_core::providers::meta::{MetaClient, MetaOptions};
use bellbird_sandbox::{Behaviour, Match, Rule, SandboxConfig};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const QUIET: Duration = Duration::from_secs(11 * 60);

both!(an_answer_that_got_lost_is_settled_by_the_status, |app| {
    let (shop, people) = (app.shop().await, phones(6));
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])), Behaviour::AcceptThenDrop));
    let error = Behaviour::ErrorAfterAccept { http_status: 500, code: 131_000 };
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[1])), error));
    app.sandbox.pause_webhooks(true);
    let campaign = shop.launched(app, json!({}), &people).await;
    for person in &people[..2] {
        let unknown = shop.until_recipient(&campaign, person, "unknown").await;
        assert_eq!(unknown["reason"], "No clear answer came back: it may or may not have arrived.");
    }
    shop.until(&campaign, "settling").await;
    app.sandbox.pause_webhooks(false);
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 6).await;
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(what_stays_silent_is_left_in_marketing, |app| {
    let (shop, people) = (app.shop().await, phones(5));
    let silent = Rule::new(Match::to(wa_id(&people[0])), Behaviour::DropBeforeAccept);
    app.sandbox.add_rule(silent);
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_recipient(&campaign, &people[0], "unknown").await;
    shop.until(&campaign, "settling").await;
    app.pass(QUIET);
    let stats = shop.until(&campaign, "completed").await;
    assert_eq!(stats["counts"]["unknown"], 1, "{stats:#}");
    shop.until_stats(&campaign, "the others", |stats| stats["funnel"]["delivered"] == 4).await;
    assert_eq!(app.sandbox.counts().requests, 5, "asked once each");
    assert_eq!(shop.recipient(&campaign, &people[0]).await["attempt"], 1);
});

both!(what_stays_silent_is_sent_again_in_utility, |app| {
    let (shop, people) = (app.shop().await, phones(5));
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])).first(1), Behaviour::DropBeforeAccept));
    let campaign = shop.launched(app, json!({"template_id": shop.utility}), &people).await;
    shop.until_recipient(&campaign, &people[0], "unknown").await;
    app.pass(QUIET);
    let sent = shop.until_recipient(&campaign, &people[0], "delivered").await;
    assert_eq!(sent["attempt"], 2);
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(the_campaigns_own_policy_comes_first, |app| {
    let shop = app.shop().await;
    app.sandbox.add_rule(Rule::new(Match::all().first(1), Behaviour::DropBeforeAccept));
    let campaign = shop.launched(app, json!({"unknown_policy": "resend"}), &[phone(1)]).await;
    shop.until_recipient(&campaign, &phone(1), "unknown").await;
    app.pass(QUIET);
    shop.until_recipient(&campaign, &phone(1), "delivered").await;
});

both!(a_late_delivery_of_the_first_attempt_ends_the_second, |app| {
    let shop = app.shop().await;
    app.sandbox.add_rule(Rule::new(Match::all().first(1), Behaviour::AcceptThenDrop));
    // the first attempt's statuses come late, after the second one was refused for a day
    app.sandbox.pause_webhooks(true);
    let campaign = shop
        .launched(app, json!({"template_id": shop.utility, "unknown_policy": "resend"}), &[phone(1)])
        .await;
    shop.until_recipient(&campaign, &phone(1), "unknown").await;
    let refuse = Behaviour::Refuse { code: 131_026, http_status: None };
    app.sandbox.add_rule(Rule::new(Match::all(), refuse));
    app.pass(QUIET);
    let held = shop.until_recipient(&campaign, &phone(1), "held").await;
    assert_eq!(held["attempt"], 2);
    app.sandbox.pause_webhooks(false);
    let done = shop.until_recipient(&campaign, &phone(1), "delivered").await;
    assert!(done["next_attempt_at"].is_null(), "{done:#}");
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &[phone(1)]);
});

both!(a_time_out_is_in_doubt_and_settled_by_the_status, |app| {
    let (shop, people) = (app.shop().await, phones(4));
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])), Behaviour::Timeout { accepted: true }));
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[1])), Behaviour::Timeout { accepted: false }));
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_recipient(&campaign, &people[1], "unknown").await;
    // its status may be faster than our patience: the late time-out must not take it back
    shop.until_stats(&campaign, "all but one", |stats| stats["funnel"]["delivered"] == 3).await;
    shop.until_stats(&campaign, "nothing under way", |stats| stats["counts"]["sending"] == 0).await;
    app.heard_everything().await;
    assert_eq!(shop.recipient(&campaign, &people[0]).await["status"], "delivered");
    app.assert_each_once(&shop, &[&people[..1], &people[2..]].concat());
});

both!(an_outage_costs_a_handful_of_doubts_and_not_everybody, |app| {
    let (shop, people) = (app.shop().await, phones(60));
    let outage = Behaviour::ErrorBeforeAccept { http_status: 503 };
    let rule = app.sandbox.add_rule(Rule::new(Match::all(), outage));
    let campaign = shop.launched(app, json!({}), &people).await;
    // the breaker opens after five in a row; who was under way at the first is in doubt as well
    shop.until_stats(&campaign, "five in doubt", |stats| stats["counts"]["unknown"].as_i64() >= Some(5))
        .await;
    app.sandbox.remove_rule(rule);
    let all = |stats: &Value| {
        let (unknown, delivered) = (&stats["counts"]["unknown"], &stats["funnel"]["delivered"]);
        unknown.as_i64().unwrap() + delivered.as_i64().unwrap() == 60
    };
    let stats = shop.until_stats(&campaign, "everybody else to be delivered", all).await;
    let unknown = stats["counts"]["unknown"].as_i64().unwrap();
    assert!((5..=16 + 5).contains(&unknown), "{unknown} in doubt");
    assert_eq!(app.taken(&shop).len() as i64, 60 - unknown);
    assert!(app.taken(&shop).values().all(|all| all.len() == 1), "nobody got it twice");
});

fn nobody_works_yet() -> Setup {
    Setup { without_worker: true, sandbox: SandboxConfig::default(), ..Setup::default() }
}

both!(a_refused_connection_is_certainly_not_sent, nobody_works_yet(), |app| {
    let (shop, people) = (app.shop().await, phones(12));
    let campaign = shop.launched(app, json!({}), &people).await;
    // nobody listens on port 1
    let timeouts = Timeouts { connect: Duration::from_secs(2), ..Timeouts::default() };
    let nowhere = MetaOptions { graph_url: "http://127.0.0.1:1".into(), timeouts, ..MetaOptions::default() };
    let mut cut_off = app.services.clone();
    cut_off.provider = Arc::new(MetaClient::new(&nowhere).unwrap());
    let worker = app.worker_with(cut_off);
    let tried = |recipients: &[Value]| recipients.iter().any(|one| one["attempt"].as_i64() > Some(0));
    crate::support::wait::wait_until("a first try", async || tried(&shop.recipients(&campaign).await)).await;
    worker.stop().await;
    let recipients = shop.recipients(&campaign).await;
    for one in &recipients {
        assert!(["pending", "queued"].contains(&one["status"].as_str().unwrap()), "{one:#}");
    }
    app.start_worker().await;
    app.pass(Duration::from_secs(11));
    let stats =
        shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 12).await;
    assert_eq!((&stats["counts"]["failed"], &stats["counts"]["unknown"]), (&json!(0), &json!(0)));
    app.assert_each_once(&shop, &people);
});

both!(people_decide_about_what_stays_unknown_without_waiting, |app| {
    let (shop, people) = (app.shop().await, phones(4));
    let rules: Vec<_> = people[..3]
        .iter()
        .map(|person| app.sandbox.add_rule(Rule::new(Match::to(wa_id(person)), Behaviour::DropBeforeAccept)))
        .collect();
    let campaign = shop.launched(app, json!({}), &people).await;
    for person in &people[..3] {
        shop.until_recipient(&campaign, person, "unknown").await;
    }
    shop.until_recipient(&campaign, &people[3], "delivered").await;
    for rule in rules {
        app.sandbox.remove_rule(rule);
    }
    let unknown = shop.api.get("/api/v1/messages?unknown=true").await.ok();
    let ids: Vec<String> = unknown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["id"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(ids.len(), 3, "{unknown:#}");
    let decide = async |id: &str, decision: &str| {
        shop.api.post(&format!("/api/v1/messages/{id}/decide"), json!({"decision": decision})).await
    };
    assert_eq!(decide(&ids[0], "leave").await.ok()["status"], "unknown");
    decide(&ids[0], "leave").await.refused(409, "message_not_unknown");
    decide(&ids[1], "resend").await.ok();
    shop.until_message(&ids[1], "delivered").await;
    decide(&ids[1], "resend").await.refused(409, "message_not_unknown");
    let all = format!("/api/v1/campaigns/{campaign}/decide-unknown");
    let left = shop.api.post(&all, json!({"decision": "leave"})).await.ok();
    assert_eq!(left, json!({"decided": 1}), "one was left before, one was sent again");
    shop.until(&campaign, "completed").await;

    let again = shop.api.post(&all, json!({"decision": "resend"})).await.ok();
    assert_eq!(again, json!({"decided": 2}), "who was left can be sent to after all");
    let done =
        shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 4).await;
    assert_eq!(done["counts"]["unknown"], 0);
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
    assert_eq!(shop.api.get("/api/v1/messages?unknown=true").await.ok()["items"], json!([]));
});
