//! Who goes first, how often one person is written to, and what a sender learns from "too fast".

use crate::support::app::{Setup, both};
use crate::support::shop::{Shop, phone, phones};
use bellbird_core::ids::SenderId;
use bellbird_core::ratelimit::{Permit, Rate, Scope};
use bellbird_core::senders::pace;
use bellbird_sandbox::{Behaviour, Match, PhoneNumber, Rule, SandboxConfig, World};
use serde_json::{Value, json};
use std::time::Duration;

/// An order update to somebody, on the lane where a person waits.
fn update(shop: &Shop, sender: &str, to: usize) -> Value {
    json!({"sender_id": sender, "to": phone(to), "template":
        {"template_id": shop.utility, "variables": {"1": "Ana"}}})
}

async fn sender(shop: &Shop, id: &str) -> Value {
    shop.api.get(&format!("/api/v1/senders/{id}")).await.ok()
}

both!(whom_a_person_waits_for_finds_room_where_bulk_has_spent_everything, |app| {
    let limiter = &app.services.limiter;
    // so slow that nothing comes back while this runs
    let (scope, rate) = (Scope::Sender(SenderId::new(app.services.clock.as_ref())), Rate::per_minute(2));
    let mut bulk = 0;
    while limiter.permit(scope, rate).await.unwrap() == Permit::Granted {
        bulk += 1;
        assert!(bulk < 10, "bulk spends for ever");
    }
    assert_eq!(limiter.permit_ahead(scope, rate).await.unwrap(), Permit::Granted);
    let mut ahead = 1;
    while limiter.permit_ahead(scope, rate).await.unwrap() == Permit::Granted {
        ahead += 1;
    }
    assert!(ahead <= 3, "a head start ends: {ahead}");
    assert_ne!(limiter.permit(scope, rate).await.unwrap(), Permit::Granted, "bulk pays it back");

    let rested = Scope::Sender(SenderId::new(app.services.clock.as_ref()));
    limiter.rest(rested, Duration::from_secs(600)).await.unwrap();
    assert_ne!(limiter.permit_ahead(rested, Rate::per_second(80)).await.unwrap(), Permit::Granted);
    assert_ne!(limiter.permit(rested, Rate::per_second(80)).await.unwrap(), Permit::Granted);
});

both!(a_single_message_does_not_queue_behind_a_campaign, |app| {
    let shop = app.shop().await;
    let number = PhoneNumber {
        display_phone_number: "+1 555-099-5678".into(),
        ..PhoneNumber::new("779", &shop.waba, &app.sandbox.world().apps[0].id, "slow token")
    };
    app.sandbox.apply(World { numbers: vec![number], ..World::default() }).unwrap();
    let mut connection = shop.connection();
    connection["phone_number_id"] = json!("779");
    connection["access_token"] = json!("slow token");
    connection["mps"] = json!(1);
    let slow = shop.created("/api/v1/senders", connection).await;
    let campaign = shop.launched(app, json!({"sender_ids": [slow]}), &phones(30)).await;
    shop.until_stats(&campaign, "bulk to be under way", |stats| stats["counts"]["queued"] != 0).await;
    shop.until_stats(&campaign, "some to be sent", |stats| stats["funnel"]["delivered"] != 0).await;
    let before = app.sandbox.ledger().len();
    let single = shop.created("/api/v1/messages", update(&shop, &slow, 90)).await;
    shop.until_message(&single, "delivered").await;
    let taken = app.sandbox.ledger();
    let place = taken.iter().position(|one| phone(90).ends_with(&one.to)).unwrap();
    assert!(place <= before + 3, "{} of the campaign went before", place - before);
    assert!(taken.len() < 30, "the campaign was still at it");
    shop.steer(&campaign, "cancel").await.ok();
});

fn pairs_are_limited() -> Setup {
    Setup { sandbox: SandboxConfig { pair_rate: true, ..SandboxConfig::default() }, ..Setup::default() }
}

both!(the_forty_sixth_message_to_one_person_waits_for_its_turn, pairs_are_limited(), |app| {
    let shop = app.shop().await;
    app.start_worker().await;
    let mut last = String::new();
    for _ in 0..47 {
        last = shop.created("/api/v1/messages", update(&shop, &shop.sender, 1)).await;
    }
    let other = shop.created("/api/v1/messages", update(&shop, &shop.sender, 2)).await;
    shop.until_message(&other, "delivered").await;
    for message in shop.all("/api/v1/messages?direction=out&limit=200").await {
        shop.until_message(message["id"].as_str().unwrap(), "delivered").await;
    }
    let message = shop.message(&last).await;
    assert_eq!(message["attempts"].as_array().unwrap().len(), 1, "{message:#}");
    let taken = &app.taken(&shop)[&phone(1)];
    let mut moments: Vec<i64> = taken.iter().map(|one| one.at_ms).collect();
    moments.sort_unstable();
    assert_eq!(moments.len(), 47);
    assert!(moments[46] - moments[0] >= 12_000, "two turns after the burst: {moments:?}");
    assert!(!app.sandbox.counts().refused.contains_key(&131_056), "Meta never had to say so");
});

both!(too_fast_halves_the_rate_once_and_clean_minutes_raise_it, |app| {
    let (shop, people) = (app.shop().await, phones(6));
    let refuse = Behaviour::Refuse { code: 130_429, http_status: None };
    app.sandbox.add_rule(Rule::new(Match::all().first(3), refuse));
    let before = sender(&shop, &shop.sender).await;
    assert_eq!((&before["mps"], &before["effective_mps"]), (&json!(1_000), &json!(1_000)));
    assert_eq!(before["effective_since"], Value::Null);
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 6).await;
    assert_eq!(app.sandbox.counts().refused.get(&130_429), Some(&3));
    let slowed = sender(&shop, &shop.sender).await;
    assert_eq!((&slowed["mps"], &slowed["effective_mps"]), (&json!(1_000), &json!(500)), "halved once");
    assert!(slowed["effective_since"].is_string(), "{slowed:#}");

    let id: SenderId = shop.sender.parse().unwrap();
    app.pass(Duration::from_secs(11));
    assert!(pace::throttled(&app.services, id).await.unwrap());
    assert!(!pace::throttled(&app.services, id).await.unwrap(), "within ten seconds it is the same haste");
    assert_eq!(sender(&shop, &shop.sender).await["effective_mps"], 250);

    // the worker looks, too; whoever of us does it, a minute is worth a quarter
    for wanted in [312, 390, 487, 608, 760, 950, 1_000] {
        app.pass(Duration::from_secs(61));
        pace::recover(&app.services).await.unwrap();
        assert_eq!(sender(&shop, &shop.sender).await["effective_mps"], wanted);
    }
    assert_eq!(sender(&shop, &shop.sender).await["effective_since"], Value::Null);
});

fn rests_as_long_as_told() -> Setup {
    Setup { settings: vec![("SENDING__BREAKER_REST_MS", "30000")], ..Setup::default() }
}

both!(while_meta_works_on_a_number_it_rests_after_the_first_word_of_it, rests_as_long_as_told(), |app| {
    let (shop, people) = (app.shop().await, phones(60));
    let refuse = Behaviour::Refuse { code: 131_057, http_status: None };
    app.sandbox.add_rule(Rule::new(Match::all().first(1), refuse));
    let campaign = shop.launched(app, json!({}), &people).await;
    let all = |stats: &Value| stats["funnel"]["delivered"] == 59 && stats["counts"]["unknown"] == 1;
    shop.until_stats(&campaign, "all but the one in doubt", all).await;
    let mut moments: Vec<i64> = app.sandbox.ledger().iter().map(|one| one.at_ms).collect();
    moments.sort_unstable();
    let pause = moments.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(pause >= 15_000, "it rested for {pause} ms only");
    shop.steer(&campaign, "cancel").await.ok();
});

fn slower_than_meta_allows() -> Setup {
    Setup { settings: vec![("SENDING__MAX_MPS", "300")], ..Setup::default() }
}

both!(a_grant_is_taken_up_to_the_installations_ceiling, slower_than_meta_allows(), |app| {
    let mut shop = app.unconnected_shop().await;
    let mut connection = shop.connection();
    let refused = shop.api.post("/api/v1/senders", connection.clone()).await;
    refused.refused(422, "invalid_input");
    assert_eq!(refused.fields(), [("mps", "invalid_mps")]);
    connection.as_object_mut().unwrap().remove("mps");
    shop.sender = shop.created("/api/v1/senders", connection).await;
    let made = sender(&shop, &shop.sender).await;
    assert_eq!((&made["mps"], &made["granted_mps"]), (&json!(300), &json!(1_000)), "{made:#}");
});
