//! Whom a portfolio may write to first within 24 hours: who does not fit waits for a place, and nobody is refused.

use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, phone, phones};
use crate::support::wait::wait_for;
use bellbird_sandbox::{Portfolio, Tier, World};
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A shop whose portfolio has this limit at Meta, too.
async fn limited(app: &TestApp, limit: Tier) -> Shop {
    let mut shop = app.unconnected_shop().await;
    let portfolio = Portfolio { id: format!("90{}", shop.waba), limit, waba_ids: vec![shop.waba.clone()] };
    app.sandbox.apply(World { portfolios: vec![portfolio], ..World::default() }).unwrap();
    shop.sender = shop.created("/api/v1/senders", shop.connection()).await;
    let offer = shop.template("offer", "marketing", crate::support::shop::OFFER);
    shop.marketing = shop.created("/api/v1/templates", offer).await;
    shop.utility = shop
        .created(
            "/api/v1/templates",
            shop.template("order_update", "utility", "Hi {{1}}, your order is on its way."),
        )
        .await;
    shop
}

/// Sets the limit of the shop's portfolio by hand.
async fn set(shop: &Shop, limit: Value) -> crate::support::client::Answer {
    shop.api.send(Method::PUT, &format!("/api/v1/portfolios/{}", shop.waba), limit).await
}

async fn portfolio(shop: &Shop) -> Value {
    shop.api.get("/api/v1/portfolios").await.ok()["items"][0].clone()
}

fn delivered(wanted: usize) -> impl Fn(&Value) -> bool {
    move |stats| stats["funnel"]["delivered"] == wanted
}

both!(a_campaign_larger_than_the_limit_takes_two_days_and_nobody_is_refused, |app| {
    let (shop, people) = (limited(app, Tier::Of250).await, phones(300));
    let begun = app.services.now();
    let campaign = shop.launched(app, json!({"multi_day": true}), &people).await;
    let today = |stats: &Value| stats["funnel"]["delivered"] == 250 && stats["counts"]["held"] == 50;
    shop.until_stats(&campaign, "what fits today", today).await;
    let known = portfolio(&shop).await;
    assert_eq!(
        (&known["daily_people"], &known["used"], &known["room"]),
        (&json!(250), &json!(250), &json!(0))
    );
    for held in shop.recipients(&campaign).await.iter().filter(|one| one["status"] == "held") {
        assert_eq!(held["reason_code"], "portfolio_limit", "{held:#}");
        assert!(held["reason"].as_str().unwrap().contains("as soon as there is room"), "{held:#}");
        let next: DateTime<Utc> = held["next_attempt_at"].as_str().unwrap().parse().unwrap();
        let next = (next - begun.to_utc()).to_std().unwrap();
        assert!((DAY..DAY + HOUR).contains(&next), "in a day: {held:#}");
        assert_eq!(
            shop.message(held["message_id"].as_str().unwrap()).await["attempts"],
            json!([]),
            "no attempt"
        );
    }
    assert_eq!(app.sandbox.portfolios()[0].used, 250);

    app.pass(23 * HOUR);
    // an answer to somebody who wrote counts towards nothing, and shows that everybody had their turn
    app.writes(&shop, &phone(900), "Are you open?").await;
    let answer = json!({"sender_id": shop.sender, "to": phone(900), "template":
        {"template_id": shop.utility, "variables": {"1": "Ana"}}});
    let answer = shop.created("/api/v1/messages", answer).await;
    shop.until_message(&answer, "delivered").await;
    assert_eq!(shop.stats(&campaign).await["counts"]["held"], 50);

    app.pass(2 * HOUR);
    let stats = shop.until_stats(&campaign, "everybody", delivered(300)).await;
    assert_eq!((&stats["counts"]["held"], &stats["counts"]["failed"]), (&json!(0), &json!(0)));
    shop.until(&campaign, "completed").await;
    app.heard_everything().await;
    assert!(!app.sandbox.counts().refused.contains_key(&131_048));
    for recipient in shop.recipients(&campaign).await {
        assert_eq!((&recipient["code"], &recipient["attempt"]), (&Value::Null, &json!(1)), "{recipient:#}");
    }
    let taken = app.taken(&shop);
    assert_eq!(taken.len(), 301);
    assert!(taken.values().all(|all| all.len() == 1), "each once");
});

both!(who_counts_already_costs_nothing_and_more_room_lets_the_others_go, |app| {
    let shop = app.shop().await;
    assert_eq!(portfolio(&shop).await["unlimited"], true);
    let known = set(&shop, json!({"daily_people": 5})).await.ok();
    assert_eq!((&known["source"], &known["used"], &known["room"]), (&json!("set"), &json!(0), &json!(5)));
    let first = shop.launched(app, json!({"multi_day": true}), &phones(8)).await;
    let full = |stats: &Value| stats["funnel"]["delivered"] == 5 && stats["counts"]["held"] == 3;
    shop.until_stats(&first, "five of eight", full).await;

    let all = shop.recipients(&first).await;
    let who = |status: &str| -> Vec<String> {
        let with = all.iter().filter(|one| one["status"] == status);
        with.map(|one| one["phone"].as_str().unwrap().to_string()).collect()
    };
    let again = shop.launched(app, json!({"name": "Again", "multi_day": true}), &who("delivered")).await;
    shop.until_stats(&again, "those who count already", delivered(5)).await;

    // a single message to one more person waits, too, and says so
    let single = json!({"sender_id": shop.sender, "to": phone(50), "template":
        {"template_id": shop.utility, "variables": {"1": "Ana"}}});
    let single = shop.created("/api/v1/messages", single).await;
    let held = shop.until_message(&single, "held").await;
    assert!(held["reason"].as_str().unwrap().contains("as soon as there is room"), "{held:#}");

    let more = set(&shop, json!({"daily_people": 9})).await.ok();
    assert_eq!((&more["used"], &more["room"]), (&json!(5), &json!(4)));
    shop.until_message(&single, "delivered").await;
    shop.until_stats(&first, "the other three", delivered(8)).await;
    assert_eq!(portfolio(&shop).await["used"], 9);

    set(&shop, json!({"unlimited": true})).await.ok();
    let free = shop.launched(app, json!({"name": "Free", "multi_day": true}), &[phone(60)]).await;
    shop.until_stats(&free, "no limit any more", delivered(1)).await;
    assert_eq!(portfolio(&shop).await["room"], Value::Null);
});

both!(the_last_place_is_given_away_once, |app| {
    let shop = app.shop().await;
    app.start_worker().await;
    set(&shop, json!({"daily_people": 20})).await.ok();
    let campaigns = [
        shop.launched(app, json!({"name": "One", "multi_day": true}), &phones(40)[..20]).await,
        shop.launched(app, json!({"name": "Two", "multi_day": true}), &phones(40)[20..]).await,
    ];
    wait_for("all to be sent or held", async || {
        let (mut sent, mut held) = (0, 0);
        for campaign in &campaigns {
            let stats = shop.stats(campaign).await;
            sent += stats["funnel"]["delivered"].as_i64().unwrap();
            held += stats["counts"]["held"].as_i64().unwrap();
        }
        (sent == 20 && held == 20).then_some(())
    })
    .await;
    assert_eq!(app.taken(&shop).len(), 20);
    for campaign in &campaigns {
        // one that got all the places is completed
        shop.steer(campaign, "cancel").await;
    }
});

both!(a_newer_word_of_metas_counts_again, |app| {
    let shop = limited(app, Tier::Of250).await;
    set(&shop, json!({"daily_people": 3})).await.ok();
    let campaign = shop.launched(app, json!({"multi_day": true}), &phones(10)).await;
    let full = |stats: &Value| stats["funnel"]["delivered"] == 3 && stats["counts"]["held"] == 7;
    shop.until_stats(&campaign, "three of ten", full).await;
    app.pass(HOUR);
    app.sandbox.set_messaging_limit(&format!("90{}", shop.waba), Tier::Of2K).unwrap();
    shop.until_stats(&campaign, "the others, at once", delivered(10)).await;
    let known = portfolio(&shop).await;
    assert_eq!(
        (&known["daily_people"], &known["source"]),
        (&json!(2_000), &json!("business_capability_update"))
    );
});

both!(a_limit_that_makes_no_sense_is_refused, |app| {
    let shop = app.shop().await;
    for (limit, field, code) in [
        (json!({"daily_people": 0}), "daily_people", "invalid_daily_people"),
        (json!({"daily_people": 10, "unlimited": true}), "unlimited", "contradictory_limit"),
    ] {
        let answer = set(&shop, limit).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)]);
    }
    let stranger = shop.api.send(Method::PUT, "/api/v1/portfolios/4711", json!({"daily_people": 10})).await;
    stranger.refused(404, "not_found");
    assert_eq!(portfolio(&shop).await["unlimited"], true, "nothing was written");
});
