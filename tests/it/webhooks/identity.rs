//! One person, one customer: by number in every spelling, by BSUID, by both; through changes of either; and two
//! customers who turn out to be one.

use super::effects::{applied, invariants};
use crate::support::app::{TestApp, both};
use crate::support::post::{status, text_from};
use crate::support::shop::{Shop, phone, wa_id};
use crate::support::wait::wait_until;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// A text of somebody named in any way Meta names people.
fn text_by(number: Option<&str>, bsuid: Option<&str>, wamid: &str, text: &str, at: i64) -> Value {
    let mut part = text_from(number.unwrap_or_default(), wamid, text, at);
    if number.is_none() {
        part["messages"][0].as_object_mut().unwrap().remove("from");
        part["contacts"][0].as_object_mut().unwrap().remove("wa_id");
    }
    if let Some(bsuid) = bsuid {
        part["messages"][0]["from_user_id"] = json!(bsuid);
        part["contacts"][0]["user_id"] = json!(bsuid);
    }
    part
}

impl Shop {
    /// Hears one `messages` change and waits until it is applied.
    async fn hears(&self, app: &TestApp, part: Value) {
        assert_eq!(self.hear(&self.webhook(&[self.change(part)])).await.status, 200);
        app.heard_everything().await;
    }

    async fn person(&self, id: &Value) -> Value {
        self.api.get(&format!("/api/v1/customers/{}", id.as_str().expect("an id"))).await.ok()
    }
}

both!(a_number_is_one_customer_in_every_spelling, |app| {
    let shop = app.shop().await;
    let now = app.services.now().0;
    for (dialled, spelled) in [
        ("+5511987654321", "551187654321"),
        ("+525512345678", "5215512345678"),
        ("+5491123456789", "541123456789"),
    ] {
        let known = shop.api.send(Method::PUT, "/api/v1/customers", json!({"phone": dialled})).await.ok();
        shop.hears(app, text_from(spelled, &format!("wamid.{spelled}"), "Hello", now)).await;
        let after = shop.person(&known["id"]).await;
        assert_eq!(
            (&after["phone"], &after["wa_id"]),
            (&json!(dialled), &json!(spelled)),
            "E.164 stays apart"
        );
        assert!(after["last_inbound_at"].is_string());
        // and a stranger met by WhatsApp's spelling is the one written down later by the dialled one
    }
    shop.hears(app, text_from("552187654321", "wamid.x", "Hello", now)).await;
    let later =
        shop.api.send(Method::PUT, "/api/v1/customers", json!({"phone": "+5521987654321"})).await.ok();
    assert_eq!((&later["wa_id"], &later["name"]), (&json!("552187654321"), &json!("Ána 🌼")));
    assert_eq!(shop.all("/api/v1/customers").await.len(), 4);
});

both!(two_customers_proved_the_same_become_the_older_one, |app| {
    let shop = app.shop().await;
    let at = app.ago(Duration::from_secs(7_200));
    let listed = json!({
        "phone": phone(1), "name": "Ana", "attributes": {"city": "Pune", "size": "M"}, "tags": ["vip", "old"],
        "opt_in": {"state": "opted_in", "source": "checkout", "at": at},
    });
    let older = shop.api.send(Method::PUT, "/api/v1/customers", listed).await.ok();
    let now = app.services.now().0;
    // she hides her number and says stop: a stranger so far
    shop.hears(app, text_by(None, Some("IN.77"), "wamid.1", "STOP", now - 60_000)).await;
    let all = shop.all("/api/v1/customers").await;
    let younger = all.iter().find(|one| one["bsuid"] == "IN.77").expect("a stranger").clone();
    assert_eq!((all.len(), &younger["marketing_consent"]["state"]), (2, &json!("opted_out")));
    let tags = format!("/api/v1/customers/{}/tags", younger["id"].as_str().unwrap());
    shop.api.send(Method::PATCH, &tags, json!({"add": ["chat", "vip"]})).await.ok();
    // then one message tells both
    shop.hears(app, text_by(Some(&wa_id(&phone(1))), Some("IN.77"), "wamid.2", "It is me", now)).await;
    let all = shop.all("/api/v1/customers").await;
    assert_eq!(all.len(), 1, "{all:?}");
    let one = shop.person(&older["id"]).await;
    assert_eq!((&one["id"], &one["bsuid"], &one["phone"]), (&older["id"], &json!("IN.77"), &json!(phone(1))));
    assert_eq!((&one["name"], &one["attributes"]), (&json!("Ana"), &json!({"city": "Pune", "size": "M"})));
    assert_eq!(one["tags"], json!(["chat", "old", "vip"]));
    assert_eq!(one["marketing_consent"]["state"], "opted_out", "the newest word counts");
    assert_eq!(one["merged_ids"], json!([younger["id"]]));
    assert_eq!(shop.person(&younger["id"]).await, one, "the old id leads to the new one");
    shop.api.send(Method::PATCH, &tags, json!({"remove": ["chat"]})).await.ok();
    assert_eq!(shop.person(&older["id"]).await["tags"], json!(["old", "vip"]), "also for changes");
    let stranger = app.shop().await;
    stranger
        .api
        .get(&format!("/api/v1/customers/{}", younger["id"].as_str().unwrap()))
        .await
        .refused(404, "not_found");
    invariants(app).await;
});

both!(who_was_a_recipient_twice_gets_one_message, |app| {
    let shop = app.shop().await;
    let now = app.services.now().0;
    let (dialled, spelled) = ("+5511987654321", "551187654321");
    // the same line in two spellings, both in one campaign
    let people = [dialled.to_string(), phone(1)];
    let campaign = shop.campaign(app, json!({}), &people).await;
    shop.hears(app, text_by(None, Some("BR.9"), "wamid.1", "Hi", now)).await;
    let hidden = shop.all("/api/v1/customers").await;
    let hidden = hidden.iter().find(|one| one["bsuid"] == "BR.9").unwrap().clone();
    let id: bellbird_core::ids::CustomerId = hidden["id"].as_str().unwrap().parse().unwrap();
    let row = {
        use bellbird_core::messages::entity::{Column, Entity};
        use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
        let found =
            Entity::find().filter(Column::Phone.eq(dialled)).one(app.services.db.read()).await.unwrap();
        let twin = bellbird_core::messages::Message {
            id: bellbird_core::ids::MessageId::new(app.services.clock.as_ref()),
            customer_id: Some(id),
            phone: None,
            bsuid: Some("BR.9".into()),
            ..found.unwrap()
        };
        let tx = app.services.begin().await.unwrap();
        Entity::insert(twin.clone().into_active_model()).exec_without_returning(tx.conn()).await.unwrap();
        let mut deltas = bellbird_core::messages::counters::Deltas::default();
        deltas.add(twin.campaign_id, "planned", 1);
        deltas.write(tx.conn(), &app.services.shards).await.unwrap();
        tx.commit().await.unwrap();
        twin
    };
    shop.hears(app, text_by(Some(spelled), Some("BR.9"), "wamid.2", "Hi", now)).await;
    let twin = shop.message(&row.id.to_string()).await;
    assert_eq!((&twin["status"], &twin["reason_code"]), (&json!("skipped"), &json!("duplicate_recipient")));
    invariants(app).await;
    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "the others to be sent", |stats| stats["funnel"]["sent"] == 2).await;
    assert_eq!(app.taken(&shop).len(), 2, "one message a person");
    invariants(app).await;
});

both!(a_new_number_or_id_is_the_same_customer, |app| {
    let shop = app.shop().await;
    let now = app.services.now().0;
    let known = shop.customer(app, &phone(1), Some("opted_in"), &["vip"]).await;
    let system = |wamid: &str, system: Value| {
        json!({"messages": [{"from": wa_id(&phone(1)), "id": wamid, "timestamp": (now / 1_000).to_string(),
            "type": "system", "system": system}]})
    };
    shop.hears(app, text_by(Some(&wa_id(&phone(1))), Some("IN.1"), "wamid.0", "Hi", now - 90_000)).await;
    let body = "User A changed from IN.1 to IN.2";
    shop.hears(
        app,
        system("wamid.1", json!({"type": "user_changed_user_id", "user_id": "IN.2", "body": body})),
    )
    .await;
    let after = shop.person(&known["id"]).await;
    assert_eq!((&after["phone"], &after["bsuid"]), (&json!(phone(1)), &json!("IN.2")));
    // the new number was a lead of the shop's before: nobody else's account, so it is the same person
    let lead = shop.customer(app, &phone(2), None, &["lead"]).await;
    shop.hears(app, system("wamid.2", json!({"type": "user_changed_number", "wa_id": wa_id(&phone(2))})))
        .await;
    let after = shop.person(&known["id"]).await;
    assert_eq!((&after["phone"], &after["tags"]), (&json!(phone(2)), &json!(["lead", "vip"])));
    assert!(after["bsuid"].is_null(), "ids are made anew with a number");
    assert_eq!(shop.person(&lead["id"]).await["id"], known["id"]);
    // told again, late, it changes nothing
    shop.hears(app, system("wamid.2", json!({"type": "user_changed_number", "wa_id": wa_id(&phone(2))})))
        .await;
    // her old number belongs to somebody else now
    shop.hears(app, text_by(Some(&wa_id(&phone(1))), Some("IN.3"), "wamid.3", "Who are you?", now)).await;
    let all = shop.all("/api/v1/customers").await;
    assert_eq!(all.len(), 2);
    let other = all.iter().find(|one| one["phone"] == json!(phone(1))).unwrap();
    assert_eq!(other["marketing_consent"]["state"], "unasked", "consent does not come with a number");
    // and so does her new one: a different account speaks from it
    shop.hears(app, text_by(Some(&wa_id(&phone(2))), Some("IN.4"), "wamid.4", "Hello", now)).await;
    shop.hears(app, text_by(Some(&wa_id(&phone(2))), Some("IN.5"), "wamid.5", "Hello", now)).await;
    let former = shop.person(&known["id"]).await;
    assert_eq!((&former["bsuid"], former.get("phone")), (&json!("IN.4"), None), "still known by her id");
    let update = json!({"entry": [{"id": shop.waba, "changes": [{"field": "user_id_update", "value": {
        "metadata": {"phone_number_id": shop.number},
        "user_id_update": [{"user_id": {"previous": "IN.4", "current": "IN.6"}, "timestamp": now / 1_000}],
    }}]}]});
    assert_eq!(shop.hear(&update).await.status, 200);
    app.heard_everything().await;
    assert_eq!(shop.person(&known["id"]).await["bsuid"], "IN.6");
    invariants(app).await;
});

both!(answers_and_statuses_tell_who_people_are, |app| {
    let shop = app.shop().await;
    app.sandbox.pause_webhooks(true);
    let now = app.services.now().0;
    shop.hears(app, text_by(None, Some("IN.1"), "wamid.in", "Hi", now)).await;
    let campaign = shop.launched(app, json!({}), &[phone(1), phone(2)]).await;
    shop.until_stats(&campaign, "both to be taken", |stats| stats["funnel"]["sent"] == 2).await;
    let taken = app.taken(&shop);
    let told = |n: usize, bsuid: &str, name: &str| {
        let one = &taken[&phone(n)][0];
        let mut part = status(&one.wamid, "delivered", one.opaque.as_deref(), now + 1_000);
        part["statuses"][0]["recipient_id"] = json!(wa_id(&phone(n)));
        part["statuses"][0]["recipient_user_id"] = json!(bsuid);
        part["statuses"][0]["pricing"] =
            json!({"billable": true, "pricing_model": "PMP", "category": "marketing"});
        part["contacts"] =
            json!([{"wa_id": wa_id(&phone(n)), "user_id": bsuid, "profile": {"username": name}}]);
        shop.change(part)
    };
    // the first turns out to be who wrote; the second is simply learned
    let body = shop.webhook(&[told(1, "IN.1", "@ana"), told(2, "IN.2", "@bea")]);
    for _ in 0..2 {
        assert_eq!(shop.hear(&body).await.status, 200);
    }
    applied(app).await;
    let all = shop.all("/api/v1/customers").await;
    assert_eq!(all.len(), 2, "{all:?}");
    for (n, bsuid, name) in [(1, "IN.1", "ana"), (2, "IN.2", "bea")] {
        let one = all.iter().find(|one| one["phone"] == json!(phone(n))).expect("a customer");
        assert_eq!((&one["bsuid"], &one["username"]), (&json!(bsuid), &json!(name)));
        assert_eq!(one["wa_id"], wa_id(&phone(n)), "told by the answer");
    }
    let recipient = shop.recipient(&campaign, &phone(1)).await;
    let message = shop.message(recipient["message_id"].as_str().unwrap()).await;
    assert_eq!(message["pricing"], json!({"billable": true, "model": "PMP", "category": "marketing"}));
    app.sandbox.pause_webhooks(false);
    invariants(app).await;
});

both!(a_crowd_of_first_words_makes_one_customer, |app| {
    let shop = app.shop().await;
    app.start_worker().await;
    let now = app.services.now().0;
    // by number only, by id only, by both, all at once, from many requests
    let bodies = (0..30).map(|n| {
        let (number, bsuid) = match n % 3 {
            0 => (Some(wa_id(&phone(1))), None),
            1 => (None, Some("IN.1")),
            _ => (Some(wa_id(&phone(1))), Some("IN.1")),
        };
        let part = text_by(number.as_deref(), bsuid, &format!("wamid.{n}"), "Hello", now);
        shop.webhook(&[shop.change(part)])
    });
    let bodies: Vec<_> = bodies.collect();
    let answers = join_all(bodies.iter().map(|body| shop.hear(body))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    app.heard_everything().await;
    wait_until("one customer", async || shop.all("/api/v1/customers").await.len() == 1).await;
    let one = &shop.all("/api/v1/customers").await[0];
    assert_eq!((&one["phone"], &one["bsuid"]), (&json!(phone(1)), &json!("IN.1")));
    invariants(app).await;
});
