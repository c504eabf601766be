//! Codes that end a message, stop a person's marketing, or stop the sender.

use crate::support::app::both;
use crate::support::shop::{phone, phones, wa_id};
use crate::support::wait::wait_until;
use bellbird_sandbox::{Behaviour, Match, Rule};
use serde_json::{Value, json};

fn refuse(code: u32) -> Behaviour {
    Behaviour::Refuse { code, http_status: Some(400) }
}

both!(who_stopped_marketing_is_left_alone_at_once, |app| {
    let shop = app.shop().await;
    let people = phones(3);
    let customer = shop.customer(app, &people[0], Some("opted_in"), &[]).await;
    let fails = Behaviour::FailLater { code: 131_050, after_ms: 0, sent_first: false };
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])), fails));
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[1])), refuse(131_050)));
    let campaign = shop.launched(app, json!({}), &people).await;
    for person in &people[..2] {
        let stopped = shop.until_recipient(&campaign, person, "opted_out").await;
        assert_eq!(stopped["reason"], "This person stopped marketing messages from you.", "{stopped:#}");
    }
    assert_eq!(shop.consent(&customer).await, "opted_out");
    shop.until(&campaign, "completed").await;

    let audience = json!({"audience": {"kind": "opted_in"}});
    let next = shop.created("/api/v1/campaigns", shop.draft(audience)).await;
    shop.steer(&next, "launch").await.ok();
    shop.until(&next, "completed").await;
    assert_eq!(shop.stats(&next).await["funnel"]["total"], 1, "nobody but the third");
    let named = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let path = format!("/api/v1/campaigns/{named}/recipients");
    shop.api.post(&path, json!({"recipients": [{"phone": people[0]}]})).await.ok();
    shop.steer(&named, "launch").await.ok();
    let skipped = shop.until_recipient(&named, &people[0], "skipped").await;
    assert_eq!(skipped["reason_code"], "opted_out");
    assert_eq!(app.sandbox.counts().refused.get(&131_050), Some(&1), "it was asked once and never again");
});

both!(a_refused_request_fails_with_a_sentence_and_others_go_on, |app| {
    let shop = app.shop().await;
    let people = phones(4);
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])), refuse(100)));
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[1])), refuse(131_999)));
    let fails = Behaviour::FailLater { code: 130_472, after_ms: 0, sent_first: true };
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[2])), fails));
    let campaign = shop.launched(app, json!({}), &people).await;
    for (person, code) in people.iter().zip([100, 131_999, 130_472]) {
        let failed = shop.until_recipient(&campaign, person, "failed").await;
        assert_eq!((&failed["code"], &failed["attempt"]), (&json!(code), &json!(1)), "{failed:#}");
        let words = failed["reason"].as_str().unwrap();
        assert!(words.ends_with('.') && words.contains("WhatsApp"), "{words}");
        let message = shop.message(failed["message_id"].as_str().unwrap()).await;
        assert!(message["title"].as_str().is_some_and(|title| !title.is_empty()), "{message:#}");
        assert!(failed["failed_at"].is_string() && failed["next_attempt_at"].is_null());
    }
    shop.until_recipient(&campaign, &people[3], "delivered").await;
    let stats = shop.until(&campaign, "completed").await;
    assert_eq!(stats["counts"]["failed"], 3);
    let mut codes: Vec<_> =
        stats["reasons"].as_array().unwrap().iter().map(|one| one["code"].as_i64()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some(100), Some(130_472), Some(131_999)]);
});

both!(an_expired_token_pauses_the_sender_and_nobody_is_lost, |app| {
    let (shop, people) = (app.shop().await, phones(60));
    let rule = app.sandbox.add_rule(Rule::new(Match::all(), refuse(190)));
    let campaign = shop.launched(app, json!({}), &people).await;
    let path = format!("/api/v1/senders/{}", shop.sender);
    let stats = shop
        .until_stats(&campaign, "all to wait", |stats| {
            let counts = &stats["counts"];
            app.sandbox.counts().refused.contains_key(&190) && counts["sending"] == 0 && counts["queued"] == 0
        })
        .await;
    let sender = shop.api.get(&path).await.ok();
    assert_eq!(sender["status"], "paused");
    let why = sender["paused_reason"].as_str().unwrap();
    assert!(why.contains("expired") && why.contains("190"), "in words: {why}");
    assert_eq!(
        (&stats["counts"]["failed"], &stats["counts"]["unknown"]),
        (&json!(0), &json!(0)),
        "{stats:#}"
    );
    assert!(app.sandbox.counts().refused[&190] <= 16, "one round of requests, then silence");
    let other = shop.created("/api/v1/campaigns", shop.draft(json!({"name": "Other"}))).await;
    shop.add(app, &other, &[phone(99)]).await;
    shop.steer(&other, "launch").await.refused(409, "sender_paused");

    app.sandbox.remove_rule(rule);
    let resumed = shop.api.post(&format!("{path}/resume"), Value::Null).await.ok();
    assert_eq!((&resumed["status"], &resumed["paused_reason"]), (&json!("active"), &Value::Null));
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 60).await;
    app.assert_each_once(&shop, &people);
    shop.api.post(&format!("{path}/resume"), Value::Null).await.refused(409, "sender_not_paused");
});

both!(a_refusal_of_the_sender_that_comes_later_pauses_it_too, |app| {
    let shop = app.shop().await;
    // a payment method missing is told in a status, after the message was taken
    let fails = Behaviour::FailLater { code: 131_042, after_ms: 0, sent_first: false };
    app.sandbox.add_rule(Rule::new(Match::all().first(1), fails));
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    let path = format!("/api/v1/senders/{}", shop.sender);
    wait_until("the sender to be paused", async || shop.api.get(&path).await.ok()["status"] == "paused")
        .await;
    shop.until_stats(&campaign, "its message to wait", |stats| stats["counts"]["pending"] == 1).await;
    shop.api.post(&format!("{path}/resume"), Value::Null).await.ok();
    shop.until_recipient(&campaign, &phone(1), "delivered").await;
    shop.until(&campaign, "completed").await;
});

both!(a_template_meta_does_not_know_stops_its_campaign_with_the_reason, |app| {
    let shop = app.shop().await;
    let path = "/api/v1/templates";
    let unknown = shop.created(path, shop.template("only_here", "utility", "Hi {{1}}, hello.")).await;
    let slowly = json!({"template_id": unknown, "rate_per_minute": 60});
    let campaign = shop.launched(app, slowly, &phones(9)).await;
    let stats = shop.until(&campaign, "paused").await;
    let failed = stats["counts"]["failed"].as_i64().unwrap();
    assert!((1..=3).contains(&failed), "the first tells, and the others wait: {stats:#}");
    assert_eq!(stats["reasons"][0]["code"], 132_001);
    assert_eq!(stats["reasons"][0]["reason"], "WhatsApp does not know this template in this language.");
    shop.steer(&campaign, "cancel").await.ok();
});
