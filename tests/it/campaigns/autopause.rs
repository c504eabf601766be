//! Campaigns that pause themselves before they do more harm.

use crate::support::app::both;
use crate::support::shop::{phones, wa_id};
use bellbird_sandbox::{Behaviour, Match, Rule};
use serde_json::{Value, json};

fn refuse(code: u32) -> Behaviour {
    Behaviour::Refuse { code, http_status: None }
}

both!(too_many_failures_pause_a_campaign_and_a_person_decides, |app| {
    let (shop, people) = (app.shop().await, phones(150));
    let rule = app.sandbox.add_rule(Rule::new(Match::all(), refuse(131_051)));
    // slow enough that most wait when the fiftieth has failed
    let cautious = json!({"pause_at_failed_percent": 30, "rate_per_minute": 900});
    let campaign = shop.launched(app, cautious, &people).await;
    let stats = shop.until(&campaign, "paused").await;
    let failed = stats["counts"]["failed"].as_i64().unwrap();
    assert!((50..150).contains(&failed), "{stats:#}");
    let told = shop.api.get(&format!("/api/v1/campaigns/{campaign}")).await.ok();
    let why = told["paused_reason"].as_str().unwrap();
    assert!(why.starts_with("100% of the first ") && why.ends_with("paused as you asked (at 30%)"), "{why}");

    // who resumes it has looked at it: what failed before does not pause it again
    app.sandbox.remove_rule(rule);
    shop.steer(&campaign, "resume").await.ok();
    shop.until(&campaign, "completed").await;
    let all = |stats: &Value| {
        stats["funnel"]["delivered"].as_i64().unwrap() + stats["counts"]["failed"].as_i64().unwrap() == 150
    };
    shop.until_stats(&campaign, "everybody", all).await;
});

both!(too_many_who_stop_pause_a_campaign, |app| {
    let (shop, people) = (app.shop().await, phones(120));
    for person in &people[..60] {
        app.sandbox.add_rule(Rule::new(Match::to(wa_id(person)), refuse(131_050)));
    }
    let cautious = json!({"pause_at_opted_out_percent": 5, "rate_per_minute": 900});
    let campaign = shop.launched(app, cautious, &people).await;
    shop.until(&campaign, "paused").await;
    let told = shop.api.get(&format!("/api/v1/campaigns/{campaign}")).await.ok();
    assert!(told["paused_reason"].as_str().unwrap().contains("stopping"), "{told:#}");
    shop.steer(&campaign, "cancel").await.ok();

    shop.until_stats(&campaign, "nothing under way", |stats| {
        stats["counts"]["pending"] == 0 && stats["counts"]["queued"] == 0
    })
    .await;
});
