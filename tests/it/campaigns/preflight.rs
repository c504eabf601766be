//! What a campaign would come to: every person of the audience in exactly one number, and nothing written.

use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, phone, phones};
use reqwest::Method;
use serde_json::{Value, json};

async fn preflight(shop: &Shop, campaign: &str) -> Value {
    shop.steer(campaign, "preflight").await.ok()
}

/// How many are left out for a reason.
fn excluded(found: &Value, reason: &str) -> i64 {
    let all = found["excluded"].as_array().expect("a list");
    let one = all.iter().find(|one| one["reason_code"] == reason);
    one.map_or(0, |one| one["people"].as_i64().expect("a number"))
}

/// A crowd of every kind, all with one tag.
async fn crowd(app: &TestApp, shop: &Shop) {
    for n in 0..6 {
        shop.customer(app, &phone(n), Some("opted_in"), &["all"]).await;
    }
    shop.customer(app, &phone(6), Some("opted_out"), &["all"]).await;
    shop.customer(app, &phone(7), None, &["all"]).await;
    shop.customer(app, "+12125550123", Some("opted_in"), &["all"]).await;
    shop.customer(app, "+14165550123", Some("opted_in"), &["all"]).await;
    shop.customer(app, "+4915112345678", Some("opted_in"), &["all"]).await;
}

both!(everybody_is_counted_once_with_the_reason, |app| {
    let shop = app.shop().await;
    crowd(app, &shop).await;
    let tagged = json!({"audience": {"kind": "tag", "tag": "all"}});
    let campaign = shop.created("/api/v1/campaigns", shop.draft(tagged)).await;
    let found = preflight(&shop, &campaign).await;
    assert_eq!((&found["people"], &found["reachable"]), (&json!(11), &json!(8)), "{found:#}");
    for (reason, people) in [("opted_out", 1), ("no_consent", 1), ("us_marketing", 1)] {
        assert_eq!(excluded(&found, reason), people, "{reason}: {found:#}");
    }
    assert_eq!((&found["problems"], &found["values"]["unfit"]), (&json!([]), &json!(0)));
    let markets = found["cost"]["markets"].as_array().unwrap();
    let total: i64 = markets.iter().map(|one| one["cost"]["micros"].as_i64().unwrap()).sum();
    assert_eq!(found["cost"]["total"]["micros"], total);
    let names: Vec<_> = markets.iter().map(|one| one["market"].as_str().unwrap()).collect();
    assert_eq!(names[0], "IN", "six of eight: {found:#}");
    assert_eq!(found["days"], json!([8]));
    assert!(found["finishes_at"].is_string());
    // what it says is what happens
    shop.steer(&campaign, "launch").await.ok();
    let stats = shop.until(&campaign, "completed").await;
    assert_eq!((&stats["funnel"]["sent"], &stats["counts"]["skipped"]), (&json!(8), &json!(3)));
    let over = shop.steer(&campaign, "preflight").await;
    assert_eq!((over.status, over.text.contains("campaign_not_draft")), (409, true), "{}", over.text);
});

both!(missing_values_are_counted_and_named, |app| {
    let shop = app.shop().await;
    for n in 0..4 {
        shop.customer(app, &phone(n), Some("opted_in"), &["all"]).await;
    }
    let city = json!({"phone": phone(0), "attributes": {"city": "Pune"}});
    shop.api.send(Method::PUT, "/api/v1/customers", city).await.ok();
    let draft = json!({
        "audience": {"kind": "tag", "tag": "all"}, "variables": {"1": {"attribute": "city"}},
    });
    let campaign = shop.created("/api/v1/campaigns", shop.draft(draft)).await;
    let found = preflight(&shop, &campaign).await;
    let missing = &found["missing_variables"][0];
    assert_eq!((&missing["variable"], &missing["people"]), (&json!("1"), &json!(3)), "{found:#}");
    assert_eq!(missing["examples"].as_array().map(Vec::len), Some(3));
    assert_eq!(excluded(&found, "bad_variables"), 3);
    assert_eq!((&found["values"]["tried"], &found["values"]["unfit"]), (&json!(4), &json!(3)));
    assert_eq!(found["problems"][0]["code"], "missing_variable");
});

both!(people_who_were_added_are_counted_too, |app| {
    let (shop, people) = (app.shop().await, phones(7));
    let campaign = shop.campaign(app, json!({"rate_per_minute": 2}), &people).await;
    let found = preflight(&shop, &campaign).await;
    assert_eq!(
        (&found["people"], &found["reachable"], &found["per_minute"]),
        (&json!(7), &json!(7), &json!(2))
    );
    assert_eq!(found["missing_variables"], json!([]));
    let empty = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let found = preflight(&shop, &empty).await;
    assert_eq!((&found["people"], &found["problems"][0]["code"]), (&json!(0), &json!("empty_audience")));
});

both!(a_campaign_beyond_the_portfolios_limit_shows_its_plan_and_needs_a_word, |app| {
    let (shop, people) = (app.shop().await, phones(120));
    let limit = json!({"daily_people": 50, "unlimited": false});
    shop.api.send(Method::PUT, &format!("/api/v1/portfolios/{}", shop.waba), limit).await.ok();
    let campaign = shop.campaign(app, json!({}), &people).await;
    let found = preflight(&shop, &campaign).await;
    assert_eq!(found["days"], json!([50, 50, 20]), "{found:#}");
    assert_eq!((&found["portfolio"]["limit"], &found["portfolio"]["overrun"]), (&json!(50), &json!(true)));
    assert_eq!(found["problems"][0]["code"], "plan_not_accepted");
    let refused = shop.steer(&campaign, "launch").await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.text.contains("plan_not_accepted"), "{}", refused.text);
    let accepted = shop.draft(json!({"multi_day": true}));
    shop.api.send(Method::PUT, &format!("/api/v1/campaigns/{campaign}"), accepted).await.ok();
    assert_eq!(preflight(&shop, &campaign).await["problems"], json!([]));
    shop.steer(&campaign, "launch").await.ok();
    let stats =
        shop.until_stats(&campaign, "the first day to be over", |stats| stats["counts"]["held"] == 70).await;
    assert_eq!(stats["funnel"]["sent"], 50);
});
