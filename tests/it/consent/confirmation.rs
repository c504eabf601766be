//! Double opt-in.

use super::{id, steps};
use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, phone, wa_id};
use crate::support::wait::{wait_for, wait_until};
use bellbird_sandbox::{Template, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const SETTINGS: &str = "/api/v1/consent-settings";
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A question with two quick replies, at Meta and here.
async fn question(app: &TestApp, shop: &Shop) -> String {
    let buttons =
        json!([{"type": "QUICK_REPLY", "text": "Sure"}, {"type": "QUICK_REPLY", "text": "Rather not"}]);
    let parts =
        json!([{"type": "BODY", "text": "Do you want our offers?"}, {"type": "BUTTONS", "buttons": buttons}]);
    let there = Template::approved(&shop.waba, "confirm_offers", "en_US", "UTILITY", parts);
    app.sandbox.apply(World { templates: vec![there], ..World::default() }).unwrap();
    shop.api.post("/api/v1/templates/sync", json!({})).await.ok();
    wait_for("the template to be read", async || {
        let found = shop.all("/api/v1/templates?name=confirm_offers").await;
        found.first().map(|one| one["id"].as_str().unwrap().to_string())
    })
    .await
}

async fn confirming(app: &TestApp, methods: Value) -> Shop {
    let shop = app.shop().await;
    let template = question(app, &shop).await;
    let confirmation =
        json!({"methods": methods, "template_id": template, "sender_id": shop.sender, "days": 3});
    shop.api.send(Method::PUT, SETTINGS, json!({"confirmation": confirmation})).await.ok();
    shop
}

async fn asked(app: &TestApp, shop: &Shop, phone: &str) {
    let what = format!("{phone} to be asked");
    wait_until(&what, async || app.taken(shop).get(phone).is_some_and(|taken| !taken.is_empty())).await;
}

both!(an_opt_in_waits_for_the_persons_yes_and_every_step_is_kept, |app| {
    let shop = confirming(app, json!(["api"])).await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    assert_eq!(customer["marketing_consent"]["state"], "pending");
    asked(app, &shop, &phone(1)).await;
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    let skipped = shop.until_recipient(&campaign, &phone(1), "skipped").await;
    assert_eq!(skipped["reason"], "This person has not agreed to marketing messages.");
    app.pass(Duration::from_secs(60));
    let answer = app.writes(&shop, &phone(1), "Yes!").await;
    wait_until("the yes to be heard", async || shop.consent(&customer).await == "opted_in").await;
    let found = shop.steps(&customer).await;
    let wanted =
        steps(&[("api", "pending"), ("confirmation_request", "pending"), ("confirmation", "opted_in")]);
    assert_eq!(found.iter().filter(|step| wanted.contains(step)).count(), found.len(), "{found:?}");
    assert!(wanted.iter().all(|step| found.contains(step)), "{found:?}");
    let ledger = shop.ledger(&customer).await;
    assert_eq!((&ledger[0]["evidence"], &ledger[0]["source"]), (&json!(answer), &json!("Yes!")));
    let request = ledger.iter().find(|event| event["method"] == "confirmation_request").unwrap();
    let message = shop.message(request["evidence"].as_str().unwrap()).await;
    assert_eq!((&message["direction"], &message["purpose"]), (&json!("out"), &json!("utility")));
    app.assert_each_once(&shop, &[phone(1)]);
    // whoever confirmed once is not asked again
    let again = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    assert_eq!(again["marketing_consent"]["state"], "opted_in");
    app.heard_everything().await;
    app.assert_each_once(&shop, &[phone(1)]);
});

both!(the_buttons_of_the_question_answer_it_whatever_they_say, |app| {
    let shop = confirming(app, json!(["api"])).await;
    for (n, (button, payload, state)) in
        [("Sure", "bellbird.consent.yes", "opted_in"), ("Rather not", "bellbird.consent.no", "opted_out")]
            .into_iter()
            .enumerate()
    {
        let customer = shop.customer(app, &phone(n), Some("opted_in"), &[]).await;
        asked(app, &shop, &phone(n)).await;
        let sent = &app.taken(&shop)[&phone(n)][0].params;
        assert!(sent.iter().any(|param| param == payload), "{sent:?}");
        app.pass(Duration::from_secs(60));
        app.taps(&shop, &phone(n), button, payload);
        wait_until(button, async || shop.consent(&customer).await == state).await;
    }
});

both!(whoever_does_not_answer_is_where_they_were, |app| {
    let shop = confirming(app, json!(["api", "agent"])).await;
    let silent = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    let stopped = shop.customer(app, &phone(2), Some("opted_out"), &[]).await;
    app.pass(Duration::from_secs(60));
    shop.say(&stopped, "marketing", "opted_in").await;
    assert_eq!(shop.consent(&stopped).await, "pending");
    for n in [1, 2] {
        asked(app, &shop, &phone(n)).await;
    }
    app.pass(DAY * 3 + DAY / 2);
    wait_until("the questions to lapse", async || {
        shop.consent(&silent).await == "unasked" && shop.consent(&stopped).await == "opted_out"
    })
    .await;
    assert_eq!(shop.steps(&silent).await.last().unwrap(), &("confirmation_lapse".into(), "unasked".into()));
    app.writes(&shop, &phone(1), "yes").await;
    app.heard_everything().await;
    assert_eq!(shop.consent(&silent).await, "unasked", "a yes after the end answers nothing");
});

both!(a_stop_ends_the_question, |app| {
    let shop = confirming(app, json!(["api"])).await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    asked(app, &shop, &phone(1)).await;
    app.pass(Duration::from_secs(60));
    app.writes(&shop, &phone(1), "stop").await;
    wait_until("the stop to be heard", async || shop.consent(&customer).await == "opted_out").await;
    app.pass(Duration::from_secs(60));
    app.writes(&shop, &phone(1), "yes").await;
    app.heard_everything().await;
    assert_eq!(shop.consent(&customer).await, "opted_out");
});

both!(a_question_waits_for_a_sender_that_rests, |app| {
    let shop = confirming(app, json!(["api"])).await;
    bellbird_core::senders::pause::pause(&app.services, shop.sender.parse().unwrap(), "a test")
        .await
        .unwrap();
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    app.pass(Duration::from_secs(60));
    assert_eq!(shop.consent(&customer).await, "pending");
    shop.api.post(&format!("/api/v1/senders/{}/resume", shop.sender), Value::Null).await.ok();
    app.pass(Duration::from_secs(1_200));
    asked(app, &shop, &phone(1)).await;
});

both!(other_doors_are_not_asked_and_settings_are_judged, |app| {
    let (shop, stranger) = (confirming(app, json!(["import"])).await, app.shop().await);
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    assert_eq!(customer["marketing_consent"]["state"], "opted_in");
    let import = shop.imported(format!("phone,opt in\n{},yes\n", phone(2))).await;
    asked(app, &shop, &phone(2)).await;
    let found = shop.all(&format!("/api/v1/customers?search={}", &wa_id(&phone(2))[2..])).await;
    assert_eq!(found[0]["marketing_consent"]["state"], "pending");
    let ledger = shop.ledger(&found[0]).await;
    assert_eq!(ledger.last().unwrap()["evidence"], import["id"]);
    assert_eq!(id(&found[0]), ledger[0]["customer_id"]);

    let good = shop.api.get(SETTINGS).await.ok()["confirmation"].clone();
    for (key, value, field, code) in [
        ("template_id", json!(shop.marketing), "confirmation.template_id", "template_not_utility"),
        ("template_id", json!(stranger.utility), "confirmation.template_id", "unknown_template"),
        ("template_id", json!(shop.utility), "confirmation.variables.1", "missing_variable"),
        ("sender_id", json!(stranger.sender), "confirmation.sender_id", "unknown_sender"),
        ("methods", json!(["provider_refusal"]), "confirmation.methods", "invalid_method"),
        ("template_id", Value::Null, "confirmation.template_id", "missing_template"),
        ("sender_id", Value::Null, "confirmation.sender_id", "missing_sender"),
    ] {
        let mut confirmation = good.clone();
        confirmation[key] = value;
        let answer = shop.api.send(Method::PUT, SETTINGS, json!({"confirmation": confirmation})).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)], "{key}");
    }
});
