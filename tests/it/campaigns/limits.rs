//! How fast: the campaign's own rate, the sender's, and what Meta says about haste.

use crate::support::app::{Setup, TestApp, both};
use crate::support::shop::{OFFER, Shop, phones};
use bellbird_core::messages::feed;
use bellbird_core::{campaigns, outbox};
use bellbird_sandbox::{Behaviour, Match, PhoneNumber, Rule, World};
use sea_orm::EntityTrait;
use serde_json::json;

/// Milliseconds between the first and the last message Meta took.
fn span(app: &TestApp, shop: &Shop) -> i64 {
    let taken = app.taken(shop);
    let moments = || taken.values().flatten().map(|one| one.at_ms);
    moments().max().unwrap() - moments().min().unwrap()
}

both!(a_campaigns_rate_is_kept_by_all_workers_together, |app| {
    let (shop, people) = (app.shop().await, phones(10));
    app.start_worker().await;
    // 4 a second: the tenth may leave after nine quarters of a second
    let campaign = shop.launched(app, json!({"rate_per_minute": 240}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 10).await;
    let span = span(app, &shop);
    assert!(span >= 2_000, "ten messages within {span} ms");
    app.assert_each_once(&shop, &people);
});

fn nobody_works_yet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

both!(no_more_is_queued_than_was_asked_for, nobody_works_yet(), |app| {
    let shop = app.shop().await;
    let id = shop.launched(app, json!({}), &phones(60)).await;
    let (campaign, sender) = (id.parse().unwrap(), shop.sender.parse().unwrap());
    let job = outbox::entity::Entity::find().one(app.services.db.read()).await.unwrap().unwrap().id;
    campaigns::expand::expand(&app.services, job, campaign).await.unwrap();
    for wanted in [4, 1, 7] {
        let fed = feed::feed(&app.services, sender, Some(campaign), wanted).await.unwrap();
        assert_eq!(fed, usize::try_from(wanted).unwrap());
    }
    assert_eq!(shop.stats(&id).await["counts"]["queued"], 12);
    app.start_worker().await;
    shop.until(&id, "completed").await;
});

both!(a_senders_rate_is_kept_by_all_workers_together, |app| {
    let shop = app.shop().await;
    app.start_worker().await;
    let number = PhoneNumber {
        mps: 1_000,
        display_phone_number: "+1 555-099-1234".into(),
        ..PhoneNumber::new("777", &shop.waba, &app.sandbox.world().apps[0].id, "slow token")
    };
    app.sandbox.apply(World { numbers: vec![number], ..World::default() }).unwrap();
    let mut connection = shop.connection();
    connection["phone_number_id"] = json!("777");
    connection["access_token"] = json!("slow token");
    connection["mps"] = json!(10);
    let slow = shop.created("/api/v1/senders", connection).await;
    let people = phones(25);
    let campaign = shop.launched(app, json!({"sender_ids": [slow]}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 25).await;
    let moments: Vec<_> = app.sandbox.ledger().iter().map(|one| one.at_ms).collect();
    let span = moments.iter().max().unwrap() - moments.iter().min().unwrap();
    // 10 a second: 24 more take 2.4 s, less what a burst may borrow
    assert!(span >= 1_500, "25 messages within {span} ms");
});

both!(several_senders_share_a_campaign, |app| {
    let shop = app.shop().await;
    let second = shop.second_number(app, "778").await;
    let people = phones(60);
    let campaign = shop.launched(app, json!({"sender_ids": [shop.sender, second]}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 60).await;
    let ledger = app.sandbox.ledger();
    let from_second = ledger.iter().filter(|one| one.phone_number_id == "778").count();
    assert_eq!(ledger.len(), 60);
    assert!((15..=45).contains(&from_second), "{from_second} of 60 left from the second number");
});

both!(a_slow_number_holds_up_nobody_elses, |app| {
    let mut slow = app.unconnected_shop().await;
    let mut connection = slow.connection();
    connection["mps"] = json!(1);
    slow.sender = slow.created("/api/v1/senders", connection).await;
    slow.marketing = slow.created("/api/v1/templates", slow.template("offer", "marketing", OFFER)).await;
    let fast = app.shop().await;
    app.start_worker().await;
    let endless = slow.launched(app, json!({}), &phones(1_000)).await;
    let campaign = fast.launched(app, json!({}), &phones(200)).await;
    fast.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 200).await;
    app.assert_each_once(&fast, &phones(200));
    // at its own rate it would have taken until the deadline
    assert!(app.taken(&slow).len() < 100, "{} from the slow number", app.taken(&slow).len());
    slow.steer(&endless, "cancel").await.ok();
});

both!(a_number_slower_than_we_think_throttles_and_everyone_gets_it_once, |app| {
    let (shop, people) = (app.shop().await, phones(40));
    let mut number = app.sandbox.world().numbers.into_iter().find(|one| one.id == shop.number).unwrap();
    (number.mps, number.burst) = (20, Some(5));
    app.sandbox.apply(World { numbers: vec![number], ..World::default() }).unwrap();
    let campaign = shop.launched(app, json!({}), &people).await;
    let stats =
        shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 40).await;
    assert_eq!(stats["counts"]["failed"], 0);
    assert!(app.sandbox.counts().refused.contains_key(&130_429), "Meta's own bucket refused some");
    app.assert_each_once(&shop, &people);
});

both!(every_word_for_too_fast_means_later, |app| {
    let (shop, people) = (app.shop().await, phones(12));
    for code in [4, 80_007, 130_429] {
        app.sandbox.add_rule(Rule::new(Match::all().first(2), Behaviour::Refuse { code, http_status: None }));
    }
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 12).await;
    let refused = app.sandbox.counts().refused;
    assert_eq!([4, 80_007, 130_429].map(|code| refused.get(&code).copied()), [Some(2); 3]);
    assert!(span(app, &shop) > 0);
    app.assert_each_once(&shop, &people);
});
