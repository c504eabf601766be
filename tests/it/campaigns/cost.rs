//! What a campaign costs: expected, charged, free, and unknown, which is never 0.

use crate::support::app::both;
use crate::support::post::status;
use crate::support::shop::{Shop, phones, wa_id};
use crate::support::wait::wait_for;
use bellbird_sandbox::{Behaviour, Match, Rule};
use reqwest::Method;
use serde_json::{Value, json};

/// Micro-USD for a marketing message, from the card of 2026-10-01.
const INDIA: i64 = 11_800;
const GERMANY: i64 = 136_500;
const KAZAKHSTAN: i64 = 60_400;
const OTHER: i64 = 60_400;
/// And for a utility or service message to India.
const INDIA_UTILITY: i64 = 1_400;

async fn cost(shop: &Shop, campaign: &str) -> Value {
    shop.api.get(&format!("/api/v1/campaigns/{campaign}/cost")).await.ok()
}

fn usd(micros: i64, amount: &str) -> Value {
    json!({"micros": micros, "amount": amount, "currency": "USD"})
}

/// The amounts of one market and category.
fn line(cost: &Value, market: Option<&str>, category: &str) -> Value {
    let lines = cost["markets"].as_array().expect("lines").iter();
    let found = lines.filter(|line| line["market"].as_str() == market && line["category"] == category);
    let found: Vec<_> = found.collect();
    assert_eq!(found.len(), 1, "{market:?} {category}: {cost:#}");
    found[0]["amounts"].clone()
}

both!(a_campaign_costs_what_its_people_cost_and_an_unknown_market_is_not_free, |app| {
    let shop = app.shop().await;
    // Malta is on no list of Meta's, so it is "other"; Kazakhstan shares +7 with Russia, which costs more
    let mut people = phones(3);
    people.extend(["+4915123456789", "+4915123456780", "+77710009998", "+35696961234"].map(String::from));
    for person in &people {
        shop.customer(app, person, Some("opted_in"), &["vip"]).await;
    }
    // somebody known by their BSUID, from a country the table of markets does not name
    let template = json!({"template_id": shop.utility, "variables": {"1": "Ana"}});
    let bsuid = json!({"sender_id": shop.sender, "bsuid": "GG.13491208655302741918", "template": template});
    let single = shop.created("/api/v1/messages", bsuid).await;
    let customer =
        shop.until_message(&single, "delivered").await["customer_id"].as_str().unwrap().to_string();
    let customer = format!("/api/v1/customers/{customer}");
    let word = json!({"purpose": "marketing", "state": "opted_in", "source": "checkout"});
    shop.api.post(&format!("{customer}/consent"), word).await.ok();
    shop.api.send(Method::PATCH, &format!("{customer}/tags"), json!({"add": ["vip"]})).await.ok();

    let audience = json!({"audience": {"kind": "tag", "tag": "vip"}});
    let campaign = shop.created("/api/v1/campaigns", shop.draft(audience)).await;
    let before = cost(&shop, &campaign).await;
    assert_eq!((&before["totals"]["messages"], &before["markets"]), (&json!(0), &json!([])), "{before:#}");
    assert_eq!(before["totals"]["estimated"], usd(0, "0.00"));

    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 8).await;
    app.heard_everything().await;
    let cost = cost(&shop, &campaign).await;
    assert_eq!(cost["campaign_id"], campaign);
    let card = &cost["rate_card"];
    assert_eq!((&card["currency"], &card["effective_from"]), (&json!("USD"), &json!("2026-10-01")));
    assert!(["source", "confidence"].iter().all(|said| card[said].is_string()), "{card:#}");

    let sum = 3 * INDIA + 2 * GERMANY + KAZAKHSTAN + OTHER;
    let totals = &cost["totals"];
    assert_eq!(totals["estimated"], usd(sum, "0.4292"), "{cost:#}");
    assert_eq!(totals["actual"], usd(sum, "0.4292"), "{cost:#}");
    for (field, wanted) in
        [("messages", 8), ("charged", 7), ("free", 0), ("estimate_unknown", 1), ("cost_unknown", 1)]
    {
        assert_eq!(totals[field], wanted, "{field}: {cost:#}");
    }
    for (market, messages, micros, amount) in [
        ("IN", 3, 3 * INDIA, "0.0354"),
        ("DE", 2, 2 * GERMANY, "0.273"),
        ("KZ", 1, KAZAKHSTAN, "0.0604"),
        ("OTHER", 1, OTHER, "0.0604"),
    ] {
        let amounts = line(&cost, Some(market), "marketing");
        assert_eq!((&amounts["messages"], &amounts["charged"]), (&json!(messages), &json!(messages)));
        assert_eq!((&amounts["estimated"], &amounts["actual"]), (&usd(micros, amount), &usd(micros, amount)));
    }
    let unknown = line(&cost, None, "marketing");
    assert_eq!((&unknown["messages"], &unknown["cost_unknown"]), (&json!(1), &json!(1)));
    assert!(unknown["estimated"].is_null() && unknown["actual"].is_null(), "{unknown:#}");
    assert_eq!(cost["markets"].as_array().unwrap().len(), 5, "{cost:#}");
    let names = cost["markets"].as_array().unwrap().iter().filter_map(|line| line["market_name"].as_str());
    assert!(names.clone().any(|name| name == "India") && names.count() == 4, "{cost:#}");

    let stranger = app.shop().await;
    stranger.api.get(&format!("/api/v1/campaigns/{campaign}/cost")).await.refused(404, "not_found");
});

both!(what_is_told_of_a_price_decides_what_was_charged, |app| {
    let (shop, people) = (app.shop().await, phones(3));
    app.sandbox.pause_webhooks(true);
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to be taken", |stats| stats["funnel"]["sent"] == 3).await;
    let (now, taken) = (app.services.now().0, app.taken(&shop));
    let told = |n: usize, word: &str, billable: bool, kind: &str, category: &str| {
        let one = &taken[&people[n]][0];
        let mut part = status(&one.wamid, word, one.opaque.as_deref(), now);
        part["statuses"][0]["recipient_id"] = json!(wa_id(&people[n]));
        part["statuses"][0]["pricing"] =
            json!({"billable": billable, "pricing_model": "PMP", "type": kind, "category": category});
        shop.change(part)
    };
    let body = shop.webhook(&[
        told(0, "delivered", false, "free_entry_point", "referral_conversion"),
        told(1, "delivered", true, "regular", "authentication-international"),
        told(2, "sent", true, "regular", "marketing"),
    ]);
    assert_eq!(shop.hear(&body).await.status, 200);
    let told = wait_for("the prices to be told", async || {
        let mut all = Vec::new();
        for person in &people {
            let id = shop.recipient(&campaign, person).await["message_id"].as_str()?.to_string();
            all.push(shop.message(&id).await);
        }
        all.iter().all(|message| message["pricing"].is_object()).then_some(all)
    })
    .await;
    for message in &told {
        assert_eq!((&message["market"], &message["estimated_cost"]), (&json!("IN"), &usd(INDIA, "0.0118")));
    }
    assert_eq!(told[0]["cost"], usd(0, "0.00"), "{:#}", told[0]);
    assert!(told[1]["cost"].is_null(), "the card has no rate: {:#}", told[1]);
    assert!(told[2]["cost"].is_null(), "it has not arrived: {:#}", told[2]);

    let cost = cost(&shop, &campaign).await;
    let totals = &cost["totals"];
    assert_eq!(totals["estimated"], usd(3 * INDIA, "0.0354"), "{cost:#}");
    assert_eq!(totals["actual"], usd(0, "0.00"), "{cost:#}");
    for (field, wanted) in
        [("messages", 3), ("charged", 0), ("free", 1), ("estimate_unknown", 0), ("cost_unknown", 1)]
    {
        assert_eq!(totals[field], wanted, "{field}: {cost:#}");
    }
    let international = line(&cost, Some("IN"), "authentication-international");
    assert!(international["actual"].is_null(), "{international:#}");
    assert_eq!(line(&cost, Some("IN"), "referral_conversion")["free"], 1);
    assert_eq!(line(&cost, Some("IN"), "marketing")["actual"], usd(0, "0.00"), "nothing is charged yet");
    app.sandbox.pause_webhooks(false);
});

both!(what_did_not_arrive_costs_nothing, |app| {
    let (shop, people) = (app.shop().await, phones(2));
    // it leaves, with its price, and then fails
    let fails = Behaviour::FailLater { code: 131_051, after_ms: 0, sent_first: true };
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])), fails));
    let campaign = shop.launched(app, json!({}), &people).await;
    let failed = shop.until_recipient(&campaign, &people[0], "failed").await;
    shop.until(&campaign, "completed").await;
    app.heard_everything().await;
    let failed = shop.message(failed["message_id"].as_str().unwrap()).await;
    assert_eq!(failed["estimated_cost"], usd(INDIA, "0.0118"));
    assert!(failed["pricing"].is_object() && failed["cost"].is_null(), "{failed:#}");
    let totals = &cost(&shop, &campaign).await["totals"];
    assert_eq!((&totals["messages"], &totals["charged"]), (&json!(2), &json!(1)), "{totals:#}");
    assert_eq!((&totals["free"], &totals["cost_unknown"]), (&json!(0), &json!(0)), "{totals:#}");
    assert_eq!(totals["estimated"], usd(2 * INDIA, "0.0236"), "the estimate stays as it was");
    assert_eq!(totals["actual"], usd(INDIA, "0.0118"));
});

both!(whoever_is_left_out_is_not_expected_to_cost_anything, |app| {
    let (shop, people) = (app.shop().await, phones(2));
    let campaign = shop.campaign(app, json!({}), &people).await;
    let word = json!({"phone": people[0], "opt_in": {"state": "opted_out", "source": "a letter"}});
    shop.api.send(Method::PUT, "/api/v1/customers", word).await.ok();
    shop.steer(&campaign, "launch").await.ok();
    let skipped = shop.until_recipient(&campaign, &people[0], "skipped").await;
    shop.until(&campaign, "completed").await;
    let skipped = shop.message(skipped["message_id"].as_str().unwrap()).await;
    assert!(skipped["estimated_cost"].is_null() && skipped["market"].is_null(), "{skipped:#}");
    let totals = &cost(&shop, &campaign).await["totals"];
    assert_eq!((&totals["messages"], &totals["estimate_unknown"]), (&json!(1), &json!(0)), "{totals:#}");
    assert_eq!(totals["estimated"], usd(INDIA, "0.0118"));
});

both!(a_single_message_shows_its_price, |app| {
    let (shop, person) = (app.shop().await, phones(1).remove(0));
    let template = json!({"template_id": shop.utility, "variables": {"1": "Ana"}});
    let order = json!({"sender_id": shop.sender, "to": person, "template": template});
    let made = shop.api.post("/api/v1/messages", order).await.ok();
    let expected = usd(INDIA_UTILITY, "0.0014");
    assert_eq!((&made["market"], &made["estimated_cost"]), (&json!("IN"), &expected), "{made:#}");
    assert!(made["cost"].is_null(), "nothing was charged yet: {made:#}");
    let cost = async |id: &Value, wanted: Value| {
        let path = id.as_str().unwrap();
        let message = shop.until_message(path, "delivered").await;
        assert_eq!((&message["estimated_cost"], &message["cost"]), (&expected, &wanted), "{message:#}");
    };
    cost(&made["id"], expected.clone()).await;
    // an answer: one of the thousand of the month that are free, which only WhatsApp counts
    app.writes(&shop, &person, "Where is it?").await;
    let answer = json!({"sender_id": shop.sender, "to": person, "text": {"body": "At your door."}});
    let made = shop.api.post("/api/v1/messages", answer).await.ok();
    cost(&made["id"], usd(0, "0.00")).await;
});
