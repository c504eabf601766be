//! Which word counts, per purpose, and what follows from it.

use super::id;
use crate::support::app::both;
use crate::support::shop::phone;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use std::time::Duration;

const PURPOSES: [&str; 2] = ["marketing", "utility"];

/// A word: about which purpose, yes or no, and how many tenths of a second after the first one could be said.
type Word = (usize, bool, i64);

/// Where the words leave a person: by second, then the no, then the moment.
fn standing(words: &[Word], purpose: usize) -> &'static str {
    let about = words.iter().filter(|(about, ..)| *about == purpose);
    match about.max_by_key(|(_, yes, at)| (at / 10, !yes, *at)) {
        None => "unasked",
        Some((_, true, _)) => "opted_in",
        Some((_, false, _)) => "opted_out",
    }
}

both!(the_newest_word_wins_and_a_no_beats_a_yes_of_the_same_second_for_each_purpose, |app| {
    let shop = app.shop().await;
    let begin = (app.services.now().0 / 1_000 - 3_600) * 1_000;
    let mut runner = TestRunner::deterministic();
    let words = prop::collection::vec((0..2_usize, any::<bool>(), 0..40_i64), 1..7);
    for n in 0..30 {
        let words: Vec<Word> = words.new_tree(&mut runner).unwrap().current();
        let customer = shop.bring(&phone(n)).await;
        let path = format!("/api/v1/customers/{}/consent", id(&customer));
        for (purpose, yes, at) in &words {
            let at = chrono::DateTime::from_timestamp_millis(begin + at * 100).unwrap();
            let state = if *yes { "opted_in" } else { "opted_out" };
            let body = json!({
                "purpose": PURPOSES[*purpose], "state": state, "source": "paper", "at": at.to_rfc3339(),
            });
            shop.api.post(&path, body).await.ok();
        }
        let wanted = (standing(&words, 0).to_string(), standing(&words, 1).to_string());
        let found = (shop.consent(&customer).await, shop.utility_consent(&customer).await);
        assert_eq!(found, wanted, "{words:?}");
    }
});

both!(a_word_is_recorded_with_all_that_proves_it, |app| {
    let shop = app.shop().await;
    let customer = shop.bring(&phone(1)).await;
    let path = format!("/api/v1/customers/{}/consent", id(&customer));
    let at = app.ago(Duration::from_secs(600));
    let word = json!({
        "purpose": "marketing", "state": "opted_in", "source": " on the phone ", "method": "agent",
        "evidence": "call 4711", "at": at,
    });
    let answer = shop.api.post_once(&path, word.clone(), "a call").await.ok();
    assert_eq!(answer["marketing_consent"]["state"], "opted_in");
    assert_eq!(answer["marketing_consent"]["method"], "agent");
    assert_eq!(shop.api.post_once(&path, word.clone(), "a call").await.ok(), answer);
    shop.api.post(&path, word).await.ok();
    let ledger = shop.ledger(&customer).await;
    assert_eq!(ledger.len(), 1, "the same word told again is no second one");
    let event = &ledger[0];
    assert_eq!((&event["source"], &event["evidence"]), (&json!("on the phone"), &json!("call 4711")));
    assert!(event["actor"].as_str().unwrap().starts_with("key_"), "{event:#}");
    assert_eq!(event["counted"], true);
    let older = json!({
        "purpose": "marketing", "state": "opted_out", "source": "paper", "at": app.ago(Duration::from_secs(900)),
    });
    assert_eq!(shop.api.post(&path, older).await.ok()["marketing_consent"]["state"], "opted_in");
    let ledger = shop.ledger(&customer).await;
    assert_eq!((ledger.len(), &ledger[0]["counted"]), (2, &json!(false)), "kept, though it changes nothing");
});

both!(a_word_that_cannot_be_is_refused_by_its_code, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let customer = shop.bring(&phone(1)).await;
    let path = format!("/api/v1/customers/{}/consent", id(&customer));
    let word = json!({"purpose": "marketing", "state": "opted_in", "source": "x"});
    let with = |key: &str, value: &str| {
        let mut word = word.clone();
        word[key] = json!(value);
        word
    };
    let tomorrow = (app.services.now().to_utc() + chrono::TimeDelta::days(1)).to_rfc3339();
    for (body, field, code) in
        [(with("source", "  "), "source", "missing_source"), (with("at", &tomorrow), "at", "time_in_future")]
    {
        let answer = shop.api.post(&path, body).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)]);
    }
    shop.api.post(&path, with("purpose", "authentication")).await.refused(422, "invalid_input");
    shop.api.post(&path, with("state", "unasked")).await.refused(422, "invalid_input");
    stranger.api.post(&path, word).await.refused(404, "not_found");
    stranger.api.get(&path).await.refused(404, "not_found");
    assert_eq!(shop.ledger(&customer).await.len(), 0);
});

both!(each_purpose_has_its_own_rule, |app| {
    let shop = app.shop().await;
    let customer = shop.bring(&phone(1)).await;
    let send = async |template: &str| {
        let body = json!({
            "sender_id": shop.sender, "customer_id": id(&customer),
            "template": {"template_id": template, "variables": {"1": "Ana"}},
        });
        shop.api.post("/api/v1/messages", body).await
    };
    let refused = async |template: &str, code: &str| {
        let answer = send(template).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [("to", code)]);
    };
    refused(&shop.marketing, "no_consent").await;
    assert_eq!(send(&shop.utility).await.status, 202, "what somebody ordered they are told about");
    shop.say(&customer, "marketing", "opted_in").await;
    assert_eq!(send(&shop.marketing).await.status, 202);
    shop.say(&customer, "utility", "opted_out").await;
    refused(&shop.utility, "opted_out").await;
    assert_eq!(send(&shop.marketing).await.status, 202, "one purpose is not the other");
});

both!(a_campaign_skips_whoever_stopped_its_purpose, |app| {
    let shop = app.shop().await;
    let stopped = shop.bring(&phone(1)).await;
    shop.say(&stopped, "utility", "opted_out").await;
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({"template_id": shop.utility}))).await;
    let people = json!({"recipients": [{"phone": phone(1)}, {"phone": phone(2)}]});
    shop.api.post(&format!("/api/v1/campaigns/{campaign}/recipients"), people).await.ok();
    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "one to be delivered", |stats| stats["funnel"]["delivered"] == 1).await;
    let skipped = shop.until_recipient(&campaign, &phone(1), "skipped").await;
    assert_eq!(skipped["reason"], "This person stopped such messages from you.");
    app.assert_each_once(&shop, &[phone(2)]);
});
