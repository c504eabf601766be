//! Every code Meta documents, in an answer and in a status: the same consequence by both ways.

use crate::support::app::both;
use crate::support::shop::{Shop, phone, phones, wa_id};
use crate::support::wait::wait_until;
use bellbird_core::providers::meta::errors::TABLE;
use bellbird_core::senders::port::{Action, Rule as Meaning};
use bellbird_sandbox::{Behaviour, Match, Rule};
use serde_json::{Value, json};

/// By which way a code comes.
const WAYS: [&str; 2] = ["answer", "status"];

fn by(way: &str, code: i32) -> Behaviour {
    let code = u32::try_from(code).unwrap();
    match way {
        "answer" => Behaviour::Refuse { code, http_status: None },
        _ => Behaviour::FailLater { code, after_ms: 0, sent_first: false },
    }
}

/// Where a message stands after a code that concerns nobody else.
fn standing(action: Action, way: &str) -> (&'static str, Option<&'static str>) {
    match action {
        Action::Fail | Action::WindowClosed => ("failed", None),
        Action::SuppressMarketing => ("opted_out", None),
        Action::Unreachable => ("held", Some("unreachable")),
        Action::RetryInDays => ("held", Some("marketing_limit")),
        Action::HoldPair => ("held", Some("pair_rate")),
        Action::RetrySoon => ("held", Some("too_fast")),
        Action::Ambiguous if way == "answer" => ("unknown", None),
        Action::Ambiguous => ("failed", None),
        other => panic!("{other:?} concerns others"),
    }
}

fn concerns_others(action: Action) -> bool {
    use Action::{PauseSender, StopAccount, StopTemplate, Throttle};
    matches!(action, PauseSender | StopAccount | StopTemplate | Throttle)
}

/// The codes with this consequence, by both ways.
fn codes(wanted: impl Fn(Action) -> bool) -> Vec<(&'static Meaning, &'static str)> {
    let rules = TABLE.iter().filter(|rule| wanted(rule.action));
    rules.flat_map(|rule| WAYS.map(|way| (rule, way))).collect()
}

#[test]
fn the_page_of_codes_is_what_the_table_says() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/meta-errors.md");
    let written =
        std::fs::read_to_string(file).expect("docs/meta-errors.md; write it with ./dev meta-errors");
    let same = written == bellbird_core::providers::meta::errors_page::page();
    assert!(same, "docs/meta-errors.md is not what the table says; write it again with ./dev meta-errors");
}

both!(a_code_about_one_message_concerns_that_message, |app| {
    let shop = app.shop().await;
    let codes = codes(|action| !concerns_others(action));
    let people = phones(codes.len());
    for ((rule, way), person) in codes.iter().zip(&people) {
        app.sandbox.add_rule(Rule::new(Match::to(wa_id(person)), by(way, rule.code)));
    }
    let campaign = shop.launched(app, json!({}), &people).await;
    for ((rule, way), person) in codes.iter().zip(&people) {
        let (status, reason) = standing(rule.action, way);
        let row = shop.until_recipient(&campaign, person, status).await;
        if status != "unknown" {
            assert_eq!(row["code"], rule.code, "{way}: {row:#}");
        }
        match reason {
            Some(reason) => assert_eq!(row["reason_code"], reason, "{} by {way}: {row:#}", rule.code),
            None if status == "failed" => assert_eq!(row["reason"], rule.plain, "{} by {way}", rule.code),
            None => {}
        }
    }
    assert_eq!(shop.api.get(&format!("/api/v1/senders/{}", shop.sender)).await.ok()["status"], "active");
    eprintln!("codes about one message: {} told by {} ways", codes.len() / WAYS.len(), WAYS.len());
    shop.steer(&campaign, "cancel").await.ok();
});

both!(a_code_about_the_template_stops_its_campaigns, |app| {
    let shop = app.shop().await;
    let codes = codes(|action| action == Action::StopTemplate);
    let people = phones(9);
    for (rule, way) in &codes {
        let place = app.sandbox.add_rule(Rule::new(Match::all(), by(way, rule.code)));
        // slow enough that some wait when the first is refused
        let campaign = shop.launched(app, json!({"rate_per_minute": 60}), &people).await;
        let paused = shop.until(&campaign, "paused").await;
        let about = shop.api.get(&format!("/api/v1/campaigns/{campaign}")).await.ok();
        let why = about["paused_reason"].as_str().unwrap_or_default().to_string();
        assert!(
            why.contains(rule.plain) && why.contains(&rule.code.to_string()),
            "{way} {}: {why}",
            rule.code
        );
        assert!((1..=3).contains(&paused["counts"]["failed"].as_i64().unwrap()), "{paused:#}");
        app.sandbox.remove_rule(place);
        shop.steer(&campaign, "cancel").await.ok();
    }
    eprintln!("codes about the template: {}", codes.len() / WAYS.len());
    assert!(codes.len() >= 20, "{}", codes.len());
});

async fn status(shop: &Shop) -> Value {
    shop.api.get(&format!("/api/v1/senders/{}", shop.sender)).await.ok()
}

both!(a_code_about_the_number_or_the_account_pauses_the_sender, |app| {
    let shop = app.shop().await;
    let codes = codes(|action| matches!(action, Action::PauseSender | Action::StopAccount));
    for (n, (rule, way)) in codes.iter().enumerate() {
        let hit = phone(n);
        let place = app.sandbox.add_rule(Rule::new(Match::to(wa_id(&hit)), by(way, rule.code)));
        let campaign = shop.launched(app, json!({}), std::slice::from_ref(&hit)).await;
        wait_until("the sender to be paused", async || status(&shop).await["status"] == "paused").await;
        let why = status(&shop).await["paused_reason"].as_str().unwrap_or_default().to_string();
        assert!(
            why.contains(rule.plain) && why.contains(&rule.code.to_string()),
            "{way} {}: {why}",
            rule.code
        );
        app.sandbox.remove_rule(place);
        shop.api.post(&format!("/api/v1/senders/{}/resume", shop.sender), Value::Null).await.ok();
        shop.until_recipient(&campaign, &hit, "delivered").await;
    }
    eprintln!("codes about the number or the account: {}", codes.len() / WAYS.len());
    assert!(codes.len() >= 20, "{}", codes.len());
});

both!(a_code_about_haste_slows_down_and_delivers, |app| {
    let shop = app.shop().await;
    let codes = codes(|action| action == Action::Throttle);
    for (n, (rule, way)) in codes.iter().enumerate() {
        let hit = phone(n);
        app.sandbox.add_rule(Rule::new(Match::to(wa_id(&hit)).first(1), by(way, rule.code)));
        let campaign = shop.launched(app, json!({}), std::slice::from_ref(&hit)).await;
        let delivered = shop.until_recipient(&campaign, &hit, "delivered").await;
        assert_eq!(delivered["attempt"], 2, "{way} {}: {delivered:#}", rule.code);
    }
    eprintln!("codes about haste: {}", codes.len() / WAYS.len());
});

both!(a_template_whose_campaign_was_looked_at_is_not_stopped_by_older_news, |app| {
    let shop = app.shop().await;
    let people = phones(40);
    let place = app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])), by("answer", 132_000)));
    let campaign = shop.launched(app, json!({"rate_per_minute": 600}), &people).await;
    let paused = shop.until(&campaign, "paused").await;
    assert_eq!(paused["counts"]["failed"], 1, "the others wait, or were sent: {paused:#}");
    app.sandbox.remove_rule(place);
    shop.steer(&campaign, "resume").await.ok();
    let done = shop.until(&campaign, "completed").await;
    assert_eq!((&done["counts"]["failed"], &done["counts"]["pending"]), (&json!(1), &json!(0)));
});
