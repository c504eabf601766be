//! Words that come in files.

use crate::support::app::both;
use crate::support::shop::{Shop, phone};
use serde_json::{Value, json};
use std::time::Duration;

async fn found(shop: &Shop, phone: &str) -> Value {
    shop.all(&format!("/api/v1/customers?search={}", &phone[3..])).await.remove(0)
}

both!(a_row_says_about_what_when_and_how, |app| {
    let shop = app.shop().await;
    let next_year = (app.services.now().to_utc() + chrono::TimeDelta::days(400)).format("%Y-%m-%d");
    let file = format!(
        "phone,Consent,Consent type,Consent date,Consent source\n\
         {},yes,both,2024-01-15,trade fair\n{},no,utility,15.01.2024 10:30,letter\n{},yes,calls,,\n\
         {},yes,marketing,03/04/2024,\n{},yes,,{next_year},\n",
        phone(1),
        phone(2),
        phone(3),
        phone(4),
        phone(5)
    );
    let import = shop.imported(file).await;
    let rejects = shop.rejects(&import).await;
    let wanted = [(4, "invalid_opt_in_purpose"), (5, "invalid_opt_in_at"), (6, "time_in_future")];
    assert_eq!(rejects, wanted.map(|(line, code)| (line, code.to_string())));
    let first = found(&shop, &phone(1)).await;
    for purpose in ["marketing_consent", "utility_consent"] {
        let standing = json!({
            "state": "opted_in", "source": "trade fair", "method": "import",
            "at": "2024-01-15T00:00:00+00:00",
        });
        assert_eq!(first[purpose], standing, "{purpose}");
    }
    let second = found(&shop, &phone(2)).await;
    assert_eq!(second["utility_consent"]["state"], "opted_out");
    assert_eq!(second["marketing_consent"]["state"], "unasked");
    let ledger = shop.ledger(&first).await;
    assert_eq!(ledger.len(), 2);
    assert!(ledger.iter().all(|event| event["evidence"] == import["id"]));
    assert!(ledger[0]["actor"].as_str().unwrap().starts_with("key_"), "who brought it: {ledger:?}");
});

both!(a_yes_without_a_date_never_lifts_a_no_and_a_newer_one_does, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), Some("opted_out"), &[]).await;
    app.pass(Duration::from_secs(60));
    shop.imported(format!("phone,opt in\n{},yes\n", phone(1))).await;
    assert_eq!(shop.consent(&customer).await, "opted_out");
    let ledger = shop.ledger(&customer).await;
    assert_eq!((&ledger[0]["method"], &ledger[0]["counted"]), (&json!("import"), &json!(false)));
    let long_ago = app.ago(Duration::from_secs(90 * 24 * 3_600));
    shop.imported(format!("phone,opt in,opt in at\n{},yes,{long_ago}\n", phone(1))).await;
    assert_eq!(shop.consent(&customer).await, "opted_out", "older than the no");
    app.pass(Duration::from_secs(60));
    let just_now = app.ago(Duration::from_secs(30));
    shop.imported(format!("phone,opt in,opt in at\n{},yes,{just_now}\n", phone(1))).await;
    assert_eq!(shop.consent(&customer).await, "opted_in");
});
