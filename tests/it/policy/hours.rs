//! Quiet hours: marketing waits for the morning where each person lives.

use super::{daylight, decides, until_utc};
use crate::support::app::both;
use crate::support::shop::phones;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

both!(a_campaign_launched_at_night_goes_out_in_the_morning, |app| {
    let (shop, people) = (app.shop().await, phones(20));
    decides(&shop, daylight()).await;
    until_utc(app, 17, 0); // half past ten at night in India
    let campaign = shop.launched(app, json!({}), &people).await;
    let waits = |stats: &Value| stats["counts"]["held"] == 20 && stats["status"] != "preparing";
    let stats = shop.until_stats(&campaign, "all to wait", waits).await;
    assert_eq!(stats["status"], "running", "nobody was sent to yet");
    assert_eq!(stats["reasons"][0]["reason_code"], "quiet_hours");
    for one in shop.recipients(&campaign).await {
        let next = one["next_attempt_at"].as_str().unwrap_or_default();
        assert!(next.contains("T03:30:00"), "nine in the morning: {one}");
    }
    assert!(app.taken(&shop).is_empty());
    until_utc(app, 3, 31);
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(evening_comes_while_a_campaign_runs, |app| {
    let (shop, people) = (app.shop().await, phones(30));
    until_utc(app, 12, 0);
    // slow enough to be in the middle of it
    let campaign = shop.launched(app, json!({"rate_per_minute": 120}), &people).await;
    shop.until_stats(&campaign, "some to be delivered", |stats| stats["funnel"]["delivered"] != 0).await;
    decides(&shop, daylight()).await;
    until_utc(app, 15, 31);
    let stats = shop
        .until_stats(&campaign, "the others to wait", |stats| {
            let counts = &stats["counts"];
            let open = ["pending", "queued", "sending"].iter().map(|word| counts[word].as_i64().unwrap());
            open.sum::<i64>() == 0
        })
        .await;
    let (held, delivered) =
        (stats["counts"]["held"].as_i64().unwrap(), stats["funnel"]["sent"].as_i64().unwrap());
    assert!(held > 0 && held + delivered == 30, "{stats}");
    until_utc(app, 3, 31);
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(what_is_said_about_a_person_counts_more_than_their_number, |app| {
    let (shop, people) = (app.shop().await, phones(2));
    decides(&shop, daylight()).await;
    until_utc(app, 18, 0); // night in India, evening in London
    let moved = json!({"phone": people[0], "time_zone": "Europe/London"});
    let customer = shop.api.send(Method::PUT, "/api/v1/customers", moved).await.ok();
    assert_eq!(customer["time_zone"], "Europe/London");
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_recipient(&campaign, &people[0], "delivered").await;
    let waits = shop.recipient(&campaign, &people[1]).await;
    assert_eq!((&waits["status"], &waits["reason_code"]), (&json!("held"), &json!("quiet_hours")));
});

both!(other_hours_let_those_who_wait_go, |app| {
    let (shop, people) = (app.shop().await, phones(5));
    decides(&shop, daylight()).await;
    until_utc(app, 17, 0);
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to wait", |stats| stats["counts"]["held"] == 5).await;
    app.clock.advance(Duration::from_millis(5));
    decides(&shop, json!({})).await;
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(only_marketing_waits, |app| {
    let shop = app.shop().await;
    decides(&shop, daylight()).await;
    until_utc(app, 17, 0);
    let people = phones(3);
    let order = json!({"template_id": shop.utility, "variables": {"1": {"value": "Ana"}}});
    let campaign = shop.launched(app, order, &people).await;
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(a_single_offer_waits_like_a_campaigns, |app| {
    let shop = app.shop().await;
    let phone = &phones(1)[0];
    decides(&shop, daylight()).await;
    until_utc(app, 17, 0);
    shop.customer(app, phone, Some("opted_in"), &[]).await;
    let body = json!({
        "sender_id": shop.sender, "to": phone,
        "template": {"template_id": shop.marketing, "variables": {"1": "Ana"}},
    });
    let id = shop.created("/api/v1/messages", body).await;
    let waits = shop.until_message(&id, "held").await;
    assert_eq!(waits["reason_code"], "quiet_hours");
    assert!(waits["reason"].as_str().is_some_and(|said| said.contains("night")), "{waits}");
    until_utc(app, 3, 31);
    shop.until_message(&id, "delivered").await;
});

both!(people_of_one_number_in_several_zones_wait_for_all_of_them, |app| {
    let shop = app.shop().await;
    decides(&shop, daylight()).await;
    // Indonesia has three zones: at one in the morning UTC it is eight in the west and ten in the east
    until_utc(app, 1, 0);
    let phone = "+6281234567890".to_string();
    let campaign = shop.launched(app, json!({}), std::slice::from_ref(&phone)).await;
    let waits = shop.until_recipient(&campaign, &phone, "held").await;
    let next = waits["next_attempt_at"].as_str().unwrap_or_default();
    assert!(next.contains("T02:00:00"), "nine in Jakarta, eleven in Jayapura: {waits}");
    let nobody: Vec<Value> = Vec::new();
    assert_eq!(shop.all("/api/v1/messages?direction=in").await, nobody);
});
