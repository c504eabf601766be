//! What people say: replies, "stop", and choices made in WhatsApp's own settings.

use crate::support::app::both;
use crate::support::post::text_from;
use crate::support::shop::{phone, phones, wa_id};
use crate::support::wait::wait_until;
use bellbird_core::messages;
use bellbird_sandbox::{Inbound, InboundButton, Preference};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use std::time::Duration;

both!(a_reply_is_credited_to_the_message_it_answers, |app| {
    let (shop, people) = (app.shop().await, phones(3));
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 3).await;
    let quoted = app.taken(&shop)[&people[0]][0].wamid.clone();
    app.pass(Duration::from_secs(60));
    for (from, context_id) in [(&people[0], Some(quoted)), (&people[1], None)] {
        let inbound = Inbound {
            from: wa_id(from),
            phone_number_id: shop.number.clone(),
            text: Some("Is it still there?".into()),
            context_id,
            ..Inbound::default()
        };
        app.sandbox.inbound(&inbound).unwrap();
        app.sandbox.inbound(&inbound).unwrap(); // a second message is no second answer
    }
    shop.until_stats(&campaign, "two answers", |stats| stats["funnel"]["responded"] == 2).await;
    app.heard_everything().await;
    assert_eq!(shop.stats(&campaign).await["funnel"]["responded"], 2);
    for (person, answered) in people.iter().zip([true, true, false]) {
        let recipient = shop.recipient(&campaign, person).await;
        assert_eq!(recipient["responded_at"].is_string(), answered, "{recipient:#}");
        assert_eq!(recipient["status"], "delivered");
    }
});

both!(an_inbound_message_told_twice_is_kept_once, |app| {
    let shop = app.shop().await;
    let now = app.services.now().0;
    let body = shop.webhook(&[shop.change(text_from("919820000001", "wamid.same", "Hello", now))]);
    for _ in 0..3 {
        assert_eq!(shop.hear(&body).await.status, 200);
    }
    app.heard_everything().await;
    let inbound = messages::Entity::find().filter(messages::entity::Column::Wamid.eq("wamid.same"));
    assert_eq!(inbound.count(app.services.db.read()).await.unwrap(), 1);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 1);
});

both!(stop_withdraws_consent_and_a_new_word_gives_it_back, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    let bystander = shop.customer(app, &phone(2), Some("opted_in"), &[]).await;
    let says = |from: &str, text: Option<&str>, button: Option<&str>| Inbound {
        from: wa_id(from),
        phone_number_id: shop.number.clone(),
        text: text.map(str::to_string),
        button: button.map(|text| InboundButton { payload: text.into(), text: text.into() }),
        ..Inbound::default()
    };
    app.sandbox.inbound(&says(&phone(2), Some("I cannot stop thinking of it"), None)).unwrap();
    app.sandbox.inbound(&says(&phone(1), Some(" Stop! "), None)).unwrap();
    wait_until("the consent to be withdrawn", async || shop.consent(&customer).await == "opted_out").await;
    app.heard_everything().await;
    assert_eq!(shop.consent(&bystander).await, "opted_in", "a word inside a sentence is no wish");
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let path = format!("/api/v1/campaigns/{campaign}/recipients");
    shop.api.post(&path, json!({"recipients": [{"phone": phone(1)}]})).await.ok();
    shop.steer(&campaign, "launch").await.ok();
    shop.until_recipient(&campaign, &phone(1), "skipped").await;

    app.pass(Duration::from_secs(60));
    let word = json!({"phone": phone(1), "opt_in": {"state": "opted_in", "source": "checkout"}});
    shop.api.send(reqwest::Method::PUT, "/api/v1/customers", word).await.ok();
    assert_eq!(shop.consent(&customer).await, "opted_in");
    app.pass(Duration::from_secs(60));
    app.sandbox.inbound(&says(&phone(1), None, Some("Stop promotions"))).unwrap();
    wait_until("the button to be heard", async || shop.consent(&customer).await == "opted_out").await;
});

both!(a_choice_in_whatsapps_settings_counts, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    for (value, state) in [("stop", "opted_out"), ("resume", "opted_in")] {
        app.pass(Duration::from_secs(60));
        let preference =
            Preference { wa_id: wa_id(&phone(1)), phone_number_id: shop.number.clone(), value: value.into() };
        app.sandbox.preference(&preference).unwrap();
        wait_until(value, async || shop.consent(&customer).await == state).await;
    }
    let id = customer["id"].as_str().unwrap();
    let customer = shop.api.get(&format!("/api/v1/customers/{id}")).await.ok();
    assert_eq!(customer["marketing_consent"]["source"], "whatsapp_preference");
});

both!(a_stop_in_the_same_second_as_the_yes_is_heard, |app| {
    // Meta's timestamps are whole seconds: a "stop" half a second after the "yes" bears an earlier one
    let shop = app.shop().await;
    let body = json!({"phone": phone(1), "opt_in": {"state": "opted_in", "source": "checkout"}});
    let customer = shop.api.send(reqwest::Method::PUT, "/api/v1/customers", body).await.ok();
    let said: chrono::DateTime<chrono::Utc> =
        customer["marketing_consent"]["at"].as_str().unwrap().parse().unwrap();
    let second = said.timestamp_millis() / 1_000 * 1_000;
    let stop = shop.change(text_from(&wa_id(&phone(1)), "wamid.stop", "STOP", second));
    assert_eq!(shop.hear(&shop.webhook(&[stop])).await.status, 200);
    wait_until("the stop to be heard", async || shop.consent(&customer).await == "opted_out").await;
});
