//! The content: several accounts and fields in one body, foreign and future things, repeats, disorder, early statuses.

use crate::support::app::both;
use crate::support::post::{status, text_from};
use crate::support::shop::{phone, phones};
use crate::support::wait::wait_until;
use bellbird_core::webhooks::unrouted_entity;
use bellbird_sandbox::{GateAt, GateRule, Match};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

both!(one_body_speaks_of_many_things, |app| {
    let shop = app.shop().await;
    app.sandbox.pause_webhooks(true);
    let campaign = shop.launched(app, json!({}), &phones(2)).await;
    shop.until_stats(&campaign, "both to be taken", |stats| stats["funnel"]["sent"] == 2).await;
    let (taken, now) = (app.taken(&shop), app.services.now().0);
    let of = |n: usize| taken[&phone(n)][0].clone();
    let body = json!({
        "object": "whatsapp_business_account",
        "entry": [
            {"id": "a foreign account", "changes": [
                {"field": "messages", "value": {
                    "metadata": {"phone_number_id": "nobody's"},
                    "statuses": [{"id": "wamid.foreign", "status": "read", "timestamp": "1800000000"}],
                }},
                {"field": "a_field_of_the_future", "value": {"anything": [1, {"deep": null}]}},
            ]},
            shop.entry(&[
                shop.change(status(&of(0).wamid, "read", of(0).opaque.as_deref(), now)),
                json!({"field": "account_update", "value": {"event": "SOMETHING_NEW"}}),
                shop.change(json!({"statuses": [{"id": of(1).wamid, "status": "evaporated", "timestamp": 1}]})),
                shop.change(json!({"statuses": "not a list", "messages": [7, null, {"type": "hologram"}]})),
                json!({"value": null}),
                json!("not even an object"),
            ]),
            shop.entry(&[
                shop.change(status(&of(1).wamid, "delivered", None, now)),
                shop.change(text_from("919876500001", "wamid.in", "Hello", now)),
            ]),
            {"id": shop.waba},
        ],
        "unexpected": true,
    });
    assert_eq!(shop.hear(&body).await.status, 200);
    shop.until_recipient(&campaign, &phone(0), "read").await;
    shop.until_recipient(&campaign, &phone(1), "delivered").await;
    let found = shop.all("/api/v1/customers?search=919876500001").await;
    assert_eq!((found.len(), &found[0]["name"]), (1, &json!("Ána 🌼")), "escaped letters are read");
    let unrouted = unrouted_entity::Entity::find().count(app.services.db.read()).await.unwrap();
    assert!(unrouted >= 1, "the foreign status is kept to be looked at");
    app.sandbox.pause_webhooks(false);
});

both!(signed_nonsense_is_acknowledged_and_kept, |app| {
    let shop = app.shop().await;
    for body in [
        "",
        "null",
        "[]",
        "42",
        "{",
        "\u{feff}{}",
        r#"{"entry": {}}"#,
        r#"{"entry": [null, 3, []]}"#,
        "\\ud83d",
    ] {
        let signature = bellbird_sandbox::sign(&shop.secret, body.as_bytes());
        let answer = shop.hear_signed(body.into(), Some(&signature)).await;
        assert_eq!(answer.status, 200, "{body:?}: {}", answer.text);
    }
    app.heard_everything().await; // and `stop` looks for failed ones
});

both!(statuses_in_any_order_and_number_end_in_the_same_place, |app| {
    let shop = app.shop().await;
    app.sandbox.pause_webhooks(true);
    let campaign = shop.launched(app, json!({}), &phones(4)).await;
    shop.until_stats(&campaign, "all to be taken", |stats| stats["funnel"]["sent"] == 4).await;
    let (taken, now) = (app.taken(&shop), app.services.now().0);
    let orders: [&[&str]; 4] = [
        &["read", "delivered", "sent"],
        &["delivered", "delivered", "read", "read", "sent", "sent"],
        &["read"],
        &["sent", "read", "delivered", "played", "delivered"],
    ];
    for (n, order) in orders.into_iter().enumerate() {
        let one = &taken[&phone(n)][0];
        for (step, word) in order.iter().enumerate() {
            // with our mark or without, in one body or in several
            let mark = one.opaque.as_deref().filter(|_| step % 2 == 0);
            let body = shop.webhook(&[shop.change(status(&one.wamid, word, mark, now + 1_000))]);
            assert_eq!(shop.hear(&body).await.status, 200);
        }
    }
    let stats = shop.until_stats(&campaign, "all to be read", |stats| stats["counts"]["read"] == 4).await;
    assert_eq!(stats["funnel"]["delivered"], 4, "who read it got it");
    app.sandbox.pause_webhooks(false);
    app.heard_everything().await;
    let after = shop.stats(&campaign).await;
    assert_eq!(after["counts"], stats["counts"], "Meta's own late statuses change nothing");
});

both!(a_status_that_comes_before_the_answer_is_not_lost, |app| {
    let shop = app.shop().await;
    app.sandbox.pause_webhooks(true);
    let gate = app.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAnswer });
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    gate.wait_for(1).await;
    let one = app.taken(&shop)[&phone(1)][0].clone();
    let now = app.services.now().0;
    let body = shop.webhook(&[shop.change(status(&one.wamid, "delivered", one.opaque.as_deref(), now))]);
    assert_eq!(shop.hear(&body).await.status, 200);
    shop.until_recipient(&campaign, &phone(1), "delivered").await;
    gate.release();
    let id = shop.recipient(&campaign, &phone(1)).await["message_id"].as_str().unwrap().to_string();
    wait_until("the answer to be recorded", async || {
        let message = shop.message(&id).await;
        message["attempts"][0]["sent_at"].is_string() && message["status"] == "delivered"
    })
    .await;
    app.sandbox.pause_webhooks(false);
    app.assert_each_once(&shop, &[phone(1)]);
});
