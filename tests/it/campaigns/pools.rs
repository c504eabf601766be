//! Several numbers in one campaign: a person sticks to one, and moves only when somebody says so.

use crate::support::app::both;
use crate::support::shop::phones;
use crate::support::wait::wait_until;
use serde_json::json;

both!(people_get_it_from_the_number_they_last_wrote_to, |app| {
    let shop = app.shop().await;
    let second = shop.second_number(app, "779").await;
    let people = phones(12);
    for phone in &people {
        app.writes(&shop, phone, "Hello").await;
    }
    let choice = json!({"sender_ids": [shop.sender, second], "sender_choice": "last_talked"});
    let campaign = shop.launched(app, choice, &people).await;
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(the_people_of_a_paused_number_wait_until_they_are_moved, |app| {
    let shop = app.shop().await;
    let second = shop.second_number(app, "779").await;
    let people = phones(60);
    let pool = json!({"sender_ids": [shop.sender, second], "rate_per_minute": 1_200});
    let campaign = shop.launched(app, pool, &people).await;
    shop.until_stats(&campaign, "some to be sent", |stats| stats["funnel"]["sent"].as_i64() > Some(3)).await;
    bellbird_core::senders::pause::pause(&app.services, second.parse().unwrap(), "a test").await.unwrap();
    // whoever is the first number's gets it; the others wait
    let waiting = || async {
        let rows = shop.recipients(&campaign).await;
        rows.iter().filter(|row| row["status"] != "delivered" && row["status"] != "pending").count()
    };
    wait_until("the first number's people to have it", async || waiting().await == 0).await;
    let left = shop.recipients(&campaign).await.iter().filter(|row| row["status"] == "pending").count();
    assert!(left > 0, "some were the second number's");
    let path = format!("/api/v1/campaigns/{campaign}/move");
    let to_itself = json!({"from_sender_id": second, "to_sender_id": second});
    assert_eq!(shop.api.post(&path, to_itself).await.status, 422);
    let to_paused = json!({"from_sender_id": shop.sender, "to_sender_id": second});
    assert_eq!(shop.api.post(&path, to_paused).await.status, 422);
    let moved =
        shop.api.post(&path, json!({"from_sender_id": second, "to_sender_id": shop.sender})).await.ok();
    assert_eq!(moved["moved"], left);
    shop.until(&campaign, "completed").await;
    let ledger = app.sandbox.ledger();
    assert_eq!(ledger.len(), 60, "everybody once");
});

both!(a_number_of_another_organization_is_none, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let draft = shop.draft(json!({"sender_ids": [shop.sender, other.sender]}));
    let answer = shop.api.post("/api/v1/campaigns", draft).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("sender_ids"), "{}", answer.text);
});
