//! A second message to those with whom a first one came to something.

use crate::support::app::both;
use crate::support::shop::{phones, wa_id};
use bellbird_sandbox::{Behaviour, Match, Rule};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The phones of everybody in a campaign.
fn of(recipients: &[Value]) -> BTreeSet<String> {
    recipients.iter().map(|one| one["phone"].as_str().unwrap().to_string()).collect()
}

both!(each_outcome_finds_its_people, |app| {
    let (shop, people) = (app.shop().await, phones(5));
    let rule = |person: &String, behaviour| {
        app.sandbox.add_rule(Rule::new(Match::to(wa_id(person)).first(1), behaviour))
    };
    rule(&people[0], Behaviour::Refuse { code: 131_051, http_status: None });
    rule(&people[1], Behaviour::Silent);
    let first = shop.launched(app, json!({"template_id": shop.utility}), &people).await;
    let arrived = |stats: &Value| {
        stats["funnel"]["delivered"] == 3 && stats["counts"]["failed"] == 1 && stats["counts"]["sent"] == 1
    };
    shop.until_stats(&first, "three to arrive", arrived).await;
    app.heard_everything().await;
    app.writes(&shop, &people[4], "Thank you!").await;
    shop.until_stats(&first, "the answer", |stats| stats["funnel"]["responded"] == 1).await;

    let rows = shop.recipients(&first).await;
    let read: BTreeSet<_> = rows
        .iter()
        .filter(|row| row["status"] == "read")
        .map(|row| row["phone"].as_str().unwrap().to_string())
        .collect();
    let set = |wanted: &[&String]| wanted.iter().map(|one| (*one).clone()).collect::<BTreeSet<_>>();
    let not_read: BTreeSet<_> = people[2..].iter().filter(|one| !read.contains(*one)).cloned().collect();
    for (outcome, wanted) in [
        ("failed", set(&[&people[0]])),
        ("not_delivered", set(&[&people[0], &people[1]])),
        ("not_replied", set(&[&people[2], &people[3]])),
        ("not_read", not_read),
    ] {
        let draft = json!({"outcome": outcome, "name": format!("Again: {outcome}")});
        let path = format!("/api/v1/campaigns/{first}/retarget");
        let second = shop.api.post(&path, draft).await.ok();
        assert_eq!((&second["status"], &second["template_id"]), (&json!("draft"), &json!(shop.utility)));
        assert_eq!(second["audience"], json!({"kind": "outcome", "campaign_id": first, "outcome": outcome}));
        let second = second["id"].as_str().unwrap();
        if wanted.is_empty() {
            shop.steer(second, "launch").await.refused(409, "empty_audience");
            continue;
        }
        shop.steer(second, "launch").await.ok();
        shop.until(second, "completed").await;
        assert_eq!(of(&shop.recipients(second).await), wanted, "{outcome}");
        let n = wanted.len();
        shop.until_stats(second, "all to be delivered", |stats| stats["funnel"]["delivered"] == n).await;
    }
});

both!(it_is_asked_when_the_second_is_launched, |app| {
    let (shop, people) = (app.shop().await, phones(2));
    let rule = Rule::new(Match::all(), Behaviour::Refuse { code: 131_051, http_status: None });
    let rule = app.sandbox.add_rule(rule);
    let first = shop.launched(app, json!({}), &people).await;
    shop.until(&first, "completed").await;
    app.sandbox.remove_rule(rule);
    let audience = json!({"kind": "outcome", "campaign_id": first, "outcome": "failed"});
    let second = shop.created("/api/v1/campaigns", shop.draft(json!({"audience": audience}))).await;
    shop.api.post(&format!("/api/v1/campaigns/{first}/retry"), json!({})).await.ok();
    shop.until_stats(&first, "all to be delivered", |stats| stats["funnel"]["delivered"] == 2).await;
    shop.steer(&second, "launch").await.refused(409, "empty_audience");
    shop.until(&first, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(a_first_campaign_that_came_to_nothing_is_refused, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let draft = shop.campaign(app, json!({}), &phones(1)).await;
    let theirs = other.launched(app, json!({}), &phones(1)).await;
    other.until_stats(&theirs, "theirs", |stats| stats["funnel"]["delivered"] == 1).await;
    other.until(&theirs, "completed").await;
    let again = json!({"outcome": "failed", "name": "Again"});
    let path = |id: &str| format!("/api/v1/campaigns/{id}/retarget");
    shop.api.post(&path(&draft), again.clone()).await.refused(409, "campaign_not_launched");
    shop.api.post(&path(&theirs), again).await.refused(404, "not_found");
    for (audience, field, code) in [
        (
            json!({"kind": "outcome", "campaign_id": draft, "outcome": "failed"}),
            "audience.campaign_id",
            "campaign_not_launched",
        ),
        (
            json!({"kind": "outcome", "campaign_id": theirs, "outcome": "failed"}),
            "audience.campaign_id",
            "unknown_campaign",
        ),
        (json!({"kind": "outcome", "outcome": "failed"}), "audience.campaign_id", "missing"),
        (json!({"kind": "outcome", "campaign_id": theirs}), "audience.outcome", "missing"),
        (json!({"kind": "listed", "outcome": "failed"}), "audience.outcome", "unexpected_outcome"),
    ] {
        let refused = shop.api.post("/api/v1/campaigns", shop.draft(json!({"audience": audience}))).await;
        refused.refused(422, "invalid_input");
        assert_eq!(refused.fields(), [(field, code)]);
    }
});
