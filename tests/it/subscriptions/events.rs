//! What happens is told: signed, in the words of the API, to whom it matters and to nobody else.

use super::subscribe;
use crate::support::app::{Setup, both};
use crate::support::receiver::{Post, Receiver};
use crate::support::shop::{phone, phones, wa_id};
use bellbird_core::customers::tell;
use bellbird_core::phone::Phone;
use bellbird_core::{campaigns, outbox};
use bellbird_sandbox::{Behaviour, Match, Rule};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::time::Duration;

const MESSAGES: [&str; 5] =
    ["message.sent", "message.delivered", "message.read", "message.failed", "message.received"];

fn kinds(posts: &[Post]) -> Vec<&str> {
    let mut kinds: Vec<_> = posts.iter().map(Post::kind).collect();
    kinds.sort_unstable();
    kinds
}

both!(a_message_is_told_at_each_step_and_signed, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &MESSAGES).await;
    subscribe(&other, &elsewhere, &MESSAGES).await;
    let body = json!({
        "sender_id": shop.sender, "to": phone(1),
        "template": {"template_id": shop.utility, "variables": {"1": "Ana"}},
    });
    let message = shop.created("/api/v1/messages", body).await;
    shop.until_message(&message, "delivered").await;
    let posts = receiver.until(2).await;
    assert_eq!(kinds(&posts), ["message.delivered", "message.sent"]);
    for post in &posts {
        assert_eq!(post.signed_by(&subscribed.secret), Some(0), "{}", post.signatures);
        assert_eq!(post.json["id"], post.id);
        assert_eq!(
            (&post.json["version"], &post.json["organization_id"]),
            (&json!(1), &json!(shop.organization))
        );
        let data = &post.json["data"];
        assert_eq!(
            (&data["id"], &data["direction"], &data["phone"]),
            (&json!(message), &json!("out"), &json!(phone(1)))
        );
        assert!(
            data["wamid"].is_string() && data["customer_id"].is_string() && data["code"].is_null(),
            "{data}"
        );
    }
    let delivered = receiver.until_kind("message.delivered").await;
    assert_eq!(delivered.json["data"]["status"], "delivered");
    assert_eq!(delivered.json["timestamp"], delivered.json["data"]["delivered_at"], "when it happened");

    app.writes(&shop, &phone(1), "Thank you").await;
    let received = receiver.until_kind("message.received").await;
    assert_eq!(received.json["data"]["received"]["text"]["body"], "Thank you");
    assert_eq!(received.json["data"]["status"], "received");
    assert_eq!(elsewhere.posts().len(), 0, "nobody else's business");
});

both!(a_campaign_is_told_from_launch_to_end, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let types = [
        "campaign.launched",
        "campaign.paused",
        "campaign.resumed",
        "campaign.completed",
        "campaign.cancelled",
        "message.failed",
    ];
    subscribe(&shop, &receiver, &types).await;
    let campaign = shop.launched(app, json!({}), &phones(3)).await;
    shop.until(&campaign, "completed").await;
    let posts = receiver.until(2).await;
    assert_eq!(kinds(&posts), ["campaign.completed", "campaign.launched"]);
    let done = &receiver.until_kind("campaign.completed").await.json["data"];
    assert_eq!(
        (&done["id"], &done["status"], &done["name"]),
        (&json!(campaign), &json!("completed"), &json!("Spring offer"))
    );
    assert_eq!(
        done["counts"].as_object().unwrap().values().filter_map(Value::as_i64).sum::<i64>(),
        3,
        "{done}"
    );

    // slow enough to be steered
    let campaign = shop.launched(app, json!({"rate_per_minute": 120}), &phones(60)).await;
    shop.until(&campaign, "running").await;
    for verb in ["pause", "resume", "cancel"] {
        shop.steer(&campaign, verb).await.ok();
    }
    let posts = receiver.until(6).await;
    let told: Vec<_> =
        posts.iter().filter(|post| post.json["data"]["id"] == campaign.as_str()).cloned().collect();
    let wanted = ["campaign.cancelled", "campaign.launched", "campaign.paused", "campaign.resumed"];
    assert_eq!(kinds(&told), wanted);
    shop.until_stats(&campaign, "the rest to be cancelled", |stats| {
        stats["counts"]["cancelled"].as_i64() >= Some(2)
    })
    .await;
    assert_eq!(receiver.posts().len(), 6, "those left with it are not told one by one");
});

both!(a_template_that_may_not_be_sent_pauses_its_campaign_and_that_is_told, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    subscribe(&shop, &receiver, &["campaign.paused"]).await;
    let campaign = shop.launched(app, json!({"rate_per_minute": 120}), &phones(60)).await;
    shop.until(&campaign, "running").await;
    let value = json!({
        "event": "PAUSED", "message_template_id": 4_711, "message_template_name": "offer",
        "message_template_language": "en-US", "reason": "NONE",
    });
    let body = json!({"object": "whatsapp_business_account", "entry": [{
        "id": shop.waba, "time": app.services.now().0 / 1_000,
        "changes": [{"field": "message_template_status_update", "value": value}],
    }]});
    assert_eq!(shop.hear(&body).await.status, 200);
    shop.until(&campaign, "paused").await;
    let paused = receiver.until_kind("campaign.paused").await;
    let data = &paused.json["data"];
    assert_eq!((&data["id"], &data["status"]), (&json!(campaign), &json!("paused")));
    assert!(data["paused_reason"].as_str().is_some_and(|why| !why.is_empty()), "{data}");
    shop.steer(&campaign, "cancel").await.ok();
});

fn nobody_works_yet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

both!(a_message_that_is_refused_at_the_last_moment_is_told_with_its_reason, nobody_works_yet(), |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    subscribe(&shop, &receiver, &["message.failed"]).await;
    let campaign = shop.launched(app, json!({}), &phones(2)).await;
    let job = outbox::entity::Entity::find().one(app.services.db.read()).await.unwrap().unwrap().id;
    campaigns::expand::expand(&app.services, job, campaign.parse().unwrap()).await.unwrap();
    // they are to be sent to, and say "stop" before they are
    for person in phones(2) {
        let word = json!({"phone": person, "opt_in": {"state": "opted_out", "source": "call"}});
        shop.api.send(Method::PUT, "/api/v1/customers", word).await.ok();
    }
    app.start_worker().await;
    shop.until(&campaign, "completed").await;
    let posts = receiver.until(2).await;
    for post in &posts {
        let data = &post.json["data"];
        assert_eq!((post.kind(), &data["status"]), ("message.failed", &json!("skipped")));
        assert_eq!((&data["reason_code"], &data["campaign_id"]), (&json!("no_consent"), &json!(campaign)));
    }
    assert_eq!(app.sandbox.counts().requests, 0);
});

both!(a_message_that_meta_refuses_is_told_with_its_code, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    subscribe(&shop, &receiver, &["message.failed", "message.sent"]).await;
    let refuse = Behaviour::Refuse { code: 100, http_status: Some(400) };
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&phone(1))), refuse));
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    shop.until(&campaign, "completed").await;
    let data = &receiver.until_kind("message.failed").await.json["data"];
    assert_eq!((&data["status"], &data["code"]), (&json!("failed"), &json!(100)));
    assert!(data["failed_at"].is_string() && data["title"].is_string(), "{data}");
});

both!(customers_and_their_word_are_told, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let types =
        ["customer.created", "customer.updated", "customer.merged", "customer.deleted", "consent.changed"];
    subscribe(&shop, &receiver, &types).await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &["vip"]).await;
    let id = customer["id"].as_str().unwrap();
    let posts = receiver.until(2).await;
    assert_eq!(kinds(&posts), ["consent.changed", "customer.created"]);
    let told = &receiver.until_kind("customer.created").await.json["data"];
    for field in ["id", "phone", "name", "tags", "attributes"] {
        assert_eq!(told[field], customer[field], "{field}");
    }
    assert_eq!(told["marketing_consent"]["state"], "opted_in");
    let word = &receiver.until_kind("consent.changed").await.json["data"];
    assert_eq!(
        (&word["customer_id"], &word["state"], &word["source"], &word["purpose"]),
        (&json!(id), &json!("opted_in"), &json!("checkout"), &json!("marketing"))
    );
    // named again without a word is no change; tags are
    shop.api.send(Method::PUT, "/api/v1/customers", json!({"phone": phone(1)})).await.ok();
    let tags = json!({"add": ["new"], "remove": ["vip"]});
    shop.api.send(Method::PATCH, &format!("/api/v1/customers/{id}/tags"), tags).await.ok();
    let updated = receiver.until_kind("customer.updated").await;
    assert_eq!(updated.json["data"]["tags"], json!(["new"]));
    app.writes(&shop, &phone(1), "STOP").await;
    // their number as WhatsApp spells it is news, too
    let posts = receiver.until(5).await;
    let wanted =
        ["consent.changed", "consent.changed", "customer.created", "customer.updated", "customer.updated"];
    assert_eq!(kinds(&posts), wanted);

    // what was kept about somebody leaves with them
    let tx = app.services.begin().await.unwrap();
    tell::deleted(&tx, shop.organization, id.parse().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let gone = receiver.until_kind("customer.deleted").await;
    assert_eq!(gone.json["data"], json!({"id": id}));
    let kept = bellbird_core::events::entity::Entity::find().all(app.services.db.read()).await.unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
});

both!(what_nobody_wants_is_not_kept_and_what_was_undone_is_not_told, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["customer.created"]).await;
    let message = shop
        .created(
            "/api/v1/messages",
            json!({
                "sender_id": shop.sender, "to": phone(1),
                "template": {"template_id": shop.utility, "variables": {"1": "Ana"}},
            }),
        )
        .await;
    shop.until_message(&message, "delivered").await;
    let posts = receiver.until(1).await;
    assert_eq!(kinds(&posts), ["customer.created"], "the person the message was to");
    let kept = bellbird_core::events::entity::Entity::find().all(app.services.db.read()).await.unwrap();
    assert_eq!(kept.len(), 1, "nothing of the message");
    // a transaction that is undone tells nothing
    let tx = app.services.begin().await.unwrap();
    let person = bellbird_core::customers::Upsert::phone(Phone::parse(&phone(2), None).unwrap());
    bellbird_core::customers::upsert(&tx, shop.organization, person).await.unwrap();
    tx.rollback().await.unwrap();
    // switched off, nothing is kept for it
    shop.api.send(Method::PATCH, &subscribed.path(""), json!({"enabled": false})).await.ok();
    shop.customer(app, &phone(3), None, &[]).await;
    shop.api.send(Method::PATCH, &subscribed.path(""), json!({"enabled": true})).await.ok();
    shop.customer(app, &phone(4), None, &[]).await;
    let posts = receiver.until(2).await;
    assert_eq!(posts[1].json["data"]["phone"], phone(4));
    app.pass(Duration::from_secs(31 * 24 * 3_600));
    let before = app.services.now().minus(Duration::from_secs(30 * 24 * 3_600));
    assert_eq!(bellbird_core::subscriptions::tidy::forget(&app.services, before).await.unwrap(), 2);
    assert_eq!(shop.all(&subscribed.path("/deliveries")).await.len(), 0);
});
