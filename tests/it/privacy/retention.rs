//! What an organization does not want to keep goes in time; what was counted stays.

use super::places;
use super::plant::{PHONE, WORD, plant};
use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, wa_id};
use crate::support::wait::wait_for;
use reqwest::Method;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn set(shop: &Shop, policy: Value) {
    let answer = shop.api.send(Method::PUT, "/api/v1/organization/retention", policy.clone()).await.ok();
    assert_eq!(answer, policy);
    assert_eq!(shop.api.get("/api/v1/organization/retention").await.ok(), policy);
}

async fn apply(shop: &Shop, dry_run: bool) -> Value {
    let run = shop.api.post("/api/v1/organization/retention/runs", json!({"dry_run": dry_run})).await.ok();
    shop.completed("organization/retention/runs", &run).await
}

/// Lets the failed webhook go its way.
async fn replay(app: &TestApp, shop: &Shop, event: &str) {
    shop.api.post(&format!("/api/v1/failed-webhooks/{event}/replay"), Value::Null).await.ok();
    app.heard_everything().await;
}

impl TestApp {
    /// Rows of the ledger.
    pub(super) async fn ledger_rows(&self) -> i64 {
        let db = self.services.db.read();
        let count = Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) AS n FROM messages");
        db.query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap()
    }
}

both!(what_messages_said_is_forgotten_in_time_and_to_whom_is_not, |app| {
    let shop = app.shop().await;
    let planted = plant(app, &shop).await;
    replay(app, &shop, &planted.failed).await;
    set(&shop, json!({"content_months": 1})).await;
    assert_eq!(apply(&shop, false).await["counts"]["messages"], 0, "nothing is old enough");
    app.pass(DAY * 40);
    shop.until_recipient(&planted.waiting, PHONE, "skipped").await; // they said no meanwhile
    app.writes(&shop, PHONE, "a word of today").await;
    let (before, rows) = (shop.stats(&planted.campaign).await, app.ledger_rows().await);
    let trial = apply(&shop, true).await;
    assert!(trial["counts"]["messages"].as_i64() > Some(4), "{trial:#}");
    let said = |line: &str| line.contains("do you have") || line.contains("is here");
    let found = |places: Vec<(String, String)>| places.iter().filter(|(_, line)| said(line)).count();
    assert!(found(places(app, WORD, &["webhook_events"]).await) > 0, "a dry run changes nothing");
    let run = apply(&shop, false).await;
    assert_eq!(run["counts"], trial["counts"]);
    assert_eq!(found(places(app, WORD, &["webhook_events"]).await), 0);
    assert_eq!((shop.stats(&planted.campaign).await, app.ledger_rows().await), (before, rows));
    let message = shop.message(&planted.message).await;
    assert_eq!((&message["phone"], &message["variables"]), (&json!(PHONE), &Value::Null), "{message:#}");
    assert!(!places(app, "a word of today", &["webhook_events"]).await.is_empty());
    assert_eq!(apply(&shop, false).await["counts"]["messages"], 0, "done once");
});

both!(to_whom_a_campaign_went_is_forgotten_after_its_end_and_its_numbers_stay, |app| {
    let shop = app.shop().await;
    let planted = plant(app, &shop).await;
    replay(app, &shop, &planted.failed).await;
    set(&shop, json!({"recipients_months": 2})).await;
    app.pass(DAY * 70);
    let before = shop.stats(&planted.campaign).await;
    let trial = apply(&shop, true).await;
    let run = apply(&shop, false).await;
    assert_eq!(run["counts"], trial["counts"]);
    assert!(run["counts"]["recipients"].as_i64() >= Some(2), "{run:#}");
    assert_eq!(shop.stats(&planted.campaign).await, before);
    let recipients = shop.recipients(&planted.campaign).await;
    assert_eq!(recipients.len(), 2);
    for recipient in &recipients {
        assert_eq!((&recipient["phone"], &recipient["customer_id"]), (&Value::Null, &Value::Null));
    }
    // the person is still a customer, and so is what they wrote
    assert_eq!(shop.api.get(&format!("/api/v1/customers/{}", planted.customer)).await.status, 200);
    assert_eq!(apply(&shop, false).await["counts"]["recipients"], 0, "done once");
});

both!(files_and_webhooks_go_in_time, |app| {
    let shop = app.shop().await;
    let planted = plant(app, &shop).await;
    set(&shop, json!({"media_months": 1, "webhooks_months": 1})).await;
    app.pass(DAY * 40);
    let run = apply(&shop, false).await;
    assert_eq!(run["counts"]["media"], 1, "{run:#}");
    assert!(run["counts"]["webhooks"].as_i64() > Some(3), "{run:#}");
    let file = shop.all("/api/v1/media").await.remove(0);
    assert_eq!((&file["status"], &file["size"]), (&json!("erased"), &Value::Null), "{file:#}");
    let path = format!("/api/v1/media/{}/content", file["id"].as_str().unwrap());
    shop.api.get(&path).await.refused(409, "media_not_stored");
    assert_eq!(shop.all("/api/v1/failed-webhooks").await, Vec::<Value>::new(), "failed ones too");
    for table in ["webhook_events", "kept_changes", "receipts"] {
        let left = places(app, &wa_id(PHONE), &[]).await;
        assert!(left.iter().all(|(place, _)| place != table), "{table}: {left:#?}");
    }
    assert_eq!(shop.api.get(&format!("/api/v1/customers/{}", planted.customer)).await.status, 200);
});

both!(a_policy_is_applied_daily_without_being_asked, |app| {
    let shop = app.shop().await;
    set(&shop, json!({"media_months": 6})).await;
    let days = async |n: usize| {
        let worker = app.worker().await; // looks at once, as every worker does every hour
        wait_for("the policy to be applied", async || {
            let runs = shop.all("/api/v1/organization/retention/runs").await;
            let over = runs.iter().filter(|run| run["status"] == "completed").count();
            (over == n && runs.len() == n).then_some(runs)
        })
        .await
        .into_iter()
        .for_each(|run| assert_eq!(run["requested_by"], "schedule"));
        worker.stop().await;
    };
    days(1).await;
    app.pass(DAY);
    days(2).await;
    set(&shop, json!({})).await;
    app.pass(DAY);
    days(2).await;
});

both!(a_policy_is_checked_and_belongs_to_one_organization, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    assert_eq!(shop.api.get("/api/v1/organization/retention").await.ok(), json!({}));
    let wrong = json!({"content_months": 0, "media_months": 121});
    let answer = shop.api.send(Method::PUT, "/api/v1/organization/retention", wrong).await;
    answer.refused(422, "invalid_input");
    let fields = answer.fields();
    assert_eq!(fields, [("content_months", "invalid_months"), ("media_months", "invalid_months")]);
    set(&shop, json!({"content_months": 12})).await;
    assert_eq!(stranger.api.get("/api/v1/organization/retention").await.ok(), json!({}));
    let run = apply(&shop, true).await;
    assert_eq!(run["policy"], json!({"content_months": 12}));
    let path = format!("/api/v1/organization/retention/runs/{}", run["id"].as_str().unwrap());
    stranger.api.get(&path).await.refused(404, "not_found");
    assert_eq!(stranger.all("/api/v1/organization/retention/runs").await, Vec::<Value>::new());
});
