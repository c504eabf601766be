//! How much marketing one person gets, counted over campaigns.

use super::decides;
use crate::support::app::both;
use crate::support::shop::phones;
use serde_json::json;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

both!(the_third_offer_in_a_week_is_not_sent, |app| {
    let (shop, people) = (app.shop().await, phones(5));
    decides(&shop, json!({"frequency": {"messages": 2, "days": 7}})).await;
    for _ in 0..2 {
        let campaign = shop.launched(app, json!({}), &people).await;
        let stats = shop.until(&campaign, "completed").await;
        assert_eq!(stats["funnel"]["sent"], 5);
    }
    let third = shop.launched(app, json!({}), &people).await;
    let stats = shop.until(&third, "completed").await;
    assert_eq!(
        (&stats["counts"]["skipped"], &stats["reasons"][0]["reason_code"]),
        (&json!(5), &json!("frequency_cap"))
    );
    // about an order they are told
    let order = json!({"template_id": shop.utility, "variables": {"1": {"value": "Ana"}}});
    let order = shop.launched(app, order, &people).await;
    assert_eq!(shop.until(&order, "completed").await["funnel"]["sent"], 5);
    app.clock.advance(DAY * 7);
    let later = shop.launched(app, json!({}), &people).await;
    assert_eq!(shop.until(&later, "completed").await["funnel"]["sent"], 5);
});

both!(one_too_many_may_wait_for_its_day, |app| {
    let (shop, people) = (app.shop().await, phones(3));
    decides(&shop, json!({"frequency": {"messages": 1, "days": 3, "over": "wait"}})).await;
    let first = shop.launched(app, json!({}), &people).await;
    shop.until(&first, "completed").await;
    let second = shop.launched(app, json!({}), &people).await;
    let stats = shop.until_stats(&second, "all to wait", |stats| stats["counts"]["held"] == 3).await;
    assert_eq!(stats["reasons"][0]["reason_code"], "frequency_cap");
    app.clock.advance(DAY * 3);
    assert_eq!(shop.until(&second, "completed").await["funnel"]["sent"], 3);
    assert!(app.taken(&shop).values().all(|all| all.len() == 2));
});

both!(of_several_campaigns_at_once_a_person_gets_what_is_allowed, |app| {
    let (shop, people) = (app.shop().await, phones(60));
    decides(&shop, json!({"frequency": {"messages": 1, "days": 7}})).await;
    app.start_worker().await;
    let mut campaigns = Vec::new();
    for _ in 0..3 {
        campaigns.push(shop.campaign(app, json!({}), &people).await);
    }
    for campaign in &campaigns {
        shop.steer(campaign, "launch").await.ok();
    }
    let mut sent = 0;
    for campaign in &campaigns {
        sent += shop.until(campaign, "completed").await["funnel"]["sent"].as_i64().unwrap();
    }
    assert_eq!(sent, 60);
    app.assert_each_once(&shop, &people);
});

both!(what_failed_was_not_received_and_does_not_count, |app| {
    use bellbird_sandbox::{Behaviour, Match, Rule};
    let (shop, people) = (app.shop().await, phones(2));
    decides(&shop, json!({"frequency": {"messages": 1, "days": 7}})).await;
    app.sandbox
        .add_rule(Rule::new(Match::all().first(2), Behaviour::Refuse { code: 131_009, http_status: None }));
    let first = shop.launched(app, json!({}), &people).await;
    assert_eq!(shop.until(&first, "completed").await["counts"]["failed"], 2);
    let second = shop.launched(app, json!({}), &people).await;
    assert_eq!(shop.until(&second, "completed").await["funnel"]["sent"], 2);
});
