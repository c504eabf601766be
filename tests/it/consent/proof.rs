//! The ledger as it leaves the house.

use super::id;
use crate::support::app::both;
use crate::support::shop::phone;
use serde_json::{Value, json};

both!(the_ledger_is_exported_for_one_and_for_all, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let mut people = Vec::new();
    for n in 0..3 {
        people.push(shop.customer(app, &phone(n), Some("opted_in"), &[]).await);
    }
    let formula = json!({"purpose": "utility", "state": "opted_out", "source": "=1+1", "evidence": "form 7"});
    let path = format!("/api/v1/customers/{}/consent", id(&people[0]));
    shop.api.post(&path, formula).await.ok();

    let all = shop.api.get("/api/v1/consent-events/export").await;
    assert!(all.header("content-type").starts_with("text/csv"));
    assert_eq!(all.text.lines().count(), 5, "{}", all.text);
    assert!(all.text.contains("\"'=1+1\"") && all.text.contains(&phone(2)), "{}", all.text);
    let one = format!("/api/v1/consent-events/export-json?customer_id={}", id(&people[0]));
    let answer = shop.api.get(&one).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    let word = &lines[0];
    assert_eq!((&word["source"], &word["evidence"]), (&json!("=1+1"), &json!("form 7")));
    assert_eq!((&word["phone"], &word["counted"]), (&json!(phone(0)), &json!(true)));
    for key in ["purpose", "state", "method", "actor", "occurred_at", "recorded_at", "customer_id"] {
        assert!(word[key].is_string(), "{key}: {word:#}");
    }
    assert_eq!(shop.all("/api/v1/consent-events?limit=2").await.len(), 4);
    assert_eq!(shop.all("/api/v1/consent-events?purpose=utility").await.len(), 1);
    assert_eq!(shop.all("/api/v1/consent-events?state=opted_in").await.len(), 3);

    stranger.api.get(&one).await.refused(404, "not_found");
    assert_eq!(stranger.all("/api/v1/consent-events").await.len(), 0);
    let theirs = format!("/api/v1/consent-events?customer_id={}", id(&people[0]));
    assert_eq!(stranger.all(&theirs).await.len(), 0);
    assert_eq!(stranger.api.get("/api/v1/consent-events/export").await.text.lines().count(), 1);
});
