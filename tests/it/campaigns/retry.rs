//! Trying failed messages again, because somebody asked for it.

use crate::support::app::both;
use crate::support::shop::{phones, wa_id};
use bellbird_sandbox::{Behaviour, Match, Rule};
use serde_json::{Value, json};

fn refuse(code: u32) -> Behaviour {
    Behaviour::Refuse { code, http_status: None }
}

both!(failed_messages_are_tried_again_by_code, |app| {
    let (shop, people) = (app.shop().await, phones(4));
    let rules = [(&people[0], 131_026), (&people[1], 131_051), (&people[2], 131_051)]
        .map(|(person, code)| app.sandbox.add_rule(Rule::new(Match::to(wa_id(person)), refuse(code))));
    let campaign = shop.launched(app, json!({"max_attempts": 1}), &people).await;
    shop.until(&campaign, "completed").await;
    let stats = shop.until_stats(&campaign, "the last", |stats| stats["funnel"]["delivered"] == 1).await;
    assert_eq!(stats["counts"]["failed"], 3, "{stats:#}");
    rules.into_iter().for_each(|rule| assert!(app.sandbox.remove_rule(rule)));

    let path = format!("/api/v1/campaigns/{campaign}/retry");
    shop.api.post(&path, json!({"codes": [131_031]})).await.refused(409, "nothing_to_retry");
    let again = shop.api.post(&path, json!({"codes": [131_051]})).await.ok();
    assert_eq!(again, json!({"retried": 2}));
    shop.until_stats(&campaign, "two more", |stats| stats["funnel"]["delivered"] == 3).await;
    let stats = shop.until(&campaign, "completed").await;
    assert_eq!((&stats["counts"]["failed"], &stats["funnel"]["total"]), (&json!(1), &json!(4)));
    let other = shop.recipient(&campaign, &people[0]).await;
    assert_eq!((&other["status"], &other["code"]), (&json!("failed"), &json!(131_026)));

    // the first try is remembered with its code
    let row = shop.recipient(&campaign, &people[1]).await;
    assert_eq!(row["attempt"], 2);
    let message = shop.message(row["message_id"].as_str().unwrap()).await;
    let codes: Vec<_> = message["attempts"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, [&json!(131_051), &Value::Null], "{message:#}");

    assert_eq!(shop.api.post(&path, json!({})).await.ok(), json!({"retried": 1}), "all that failed");
    shop.until_stats(&campaign, "all", |stats| stats["funnel"]["delivered"] == 4).await;
    shop.until(&campaign, "completed").await;
    shop.api.post(&path, json!({})).await.refused(409, "nothing_to_retry");
    app.assert_each_once(&shop, &people);
});

both!(whoever_stopped_meanwhile_is_not_tried_again, |app| {
    let (shop, people) = (app.shop().await, phones(2));
    let rule = app.sandbox.add_rule(Rule::new(Match::all(), refuse(131_051)));
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until(&campaign, "completed").await;
    app.sandbox.remove_rule(rule);
    app.writes(&shop, &people[0], "STOP").await;
    let again = shop.api.post(&format!("/api/v1/campaigns/{campaign}/retry"), json!({})).await.ok();
    assert_eq!(again, json!({"retried": 2}));
    let stopped = shop.until_recipient(&campaign, &people[0], "skipped").await;
    assert_eq!(stopped["reason_code"], "no_consent");
    shop.until_recipient(&campaign, &people[1], "delivered").await;
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people[1..]);
});

both!(only_what_is_sending_or_completed_is_tried_again, |app| {
    let (shop, people) = (app.shop().await, phones(2));
    let campaign = shop.campaign(app, json!({}), &people).await;
    let path = format!("/api/v1/campaigns/{campaign}/retry");
    shop.api.post(&path, json!({})).await.refused(409, "campaign_not_retryable");
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])), refuse(131_051)));
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[1])), refuse(131_049)));
    shop.steer(&campaign, "launch").await.ok();
    shop.until_recipient(&campaign, &people[0], "failed").await;
    shop.until_recipient(&campaign, &people[1], "held").await;
    shop.steer(&campaign, "cancel").await.ok();
    shop.api.post(&path, json!({})).await.refused(409, "campaign_not_retryable");
    let empty = shop.api.post(&path, json!({"codes": []})).await;
    empty.refused(422, "invalid_input");
    assert_eq!(empty.fields(), [("codes", "too_few")]);
    shop.until_recipient(&campaign, &people[1], "cancelled").await;
});
