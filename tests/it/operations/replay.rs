//! Webhooks that could not be applied are seen by whose they are, and applied again once the cause is gone.

use crate::support::app::{Setup, TestApp, both};
use crate::support::post::text_from;
use bellbird_core::webhooks::WebhookStatus;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// What a bug of ours would leave behind: all webhooks that wait have failed.
async fn fail_all(app: &TestApp) {
    let sql = "UPDATE webhook_events SET status = 'failed', note = 'a bug of ours' WHERE status = 'pending'";
    app.services.db.write().execute_unprepared(sql).await.unwrap();
}

both!(
    a_failed_webhook_is_replayed_by_its_owner_only,
    Setup { without_worker: true, ..Setup::default() },
    |app| {
        let (shop, stranger) = (app.shop().await, app.shop().await);
        for n in [1, 2] {
            let said =
                text_from(&format!("91982000000{n}"), &format!("wamid.{n}"), "hello", 1_800_000_000_000);
            assert_eq!(shop.hear(&shop.webhook(&[shop.change(said)])).await.status, 200);
        }
        fail_all(app).await;
        let failed = shop.all("/api/v1/failed-webhooks?limit=1").await;
        assert_eq!(failed.len(), 2);
        assert_eq!((&failed[0]["note"], &failed[0]["app_id"]), (&json!("a bug of ours"), &json!(shop.app)));
        assert!(failed[0]["bytes"].as_i64() > Some(100));
        assert_eq!(stranger.all("/api/v1/failed-webhooks").await, Vec::<Value>::new());

        let path =
            |event: &Value| format!("/api/v1/failed-webhooks/{}/replay", event["id"].as_str().unwrap());
        stranger.api.post(&path(&failed[0]), Value::Null).await.refused(404, "not_found");
        let answer = shop.api.post(&path(&failed[0]), Value::Null).await.ok();
        assert_eq!(answer["status"], "pending");
        shop.api.post(&path(&failed[0]), Value::Null).await.refused(409, "webhook_not_failed");
        app.start_worker().await;
        app.heard_everything().await;
        assert_eq!(shop.all("/api/v1/customers").await.len(), 1);
        assert_eq!(app.webhooks(WebhookStatus::Failed).await, 1);

        shop.api.post(&path(&failed[1]), Value::Null).await.ok();
        app.heard_everything().await;
        assert_eq!(shop.all("/api/v1/customers").await.len(), 2);
        let handled = "SELECT COUNT(*) FROM webhook_events WHERE status = 'handled' AND note IS NOT NULL";
        let backend = app.services.db.backend();
        let row =
            app.services.db.read().query_one_raw(sea_orm::Statement::from_string(backend, handled)).await;
        assert_eq!(row.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap(), 0, "the old reason is gone");
    }
);
