//! Every write is written down, once, and stays.

use crate::support::app::both;
use crate::support::shop::phone;
use sea_orm::ConnectionTrait;
use serde_json::json;

both!(a_write_is_in_the_log_with_who_and_what, |app| {
    let shop = app.shop().await;
    let campaign = shop.campaign(app, json!({}), &[phone(1)]).await;
    shop.steer(&campaign, "launch").await.ok();
    shop.until(&campaign, "completed").await;
    let of = format!("/api/v1/audit-events?subject={campaign}");
    let events = shop.all(&of).await;
    let actions: Vec<&str> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["launchCampaign", "addRecipients", "createCampaign"], "newest first");
    for event in &events {
        assert!(event["actor"].as_str().unwrap().starts_with("key_"), "{event}");
        assert!(event["request_id"].is_string());
    }
    let actor = events[0]["actor"].as_str().unwrap();
    let launched = shop.all(&format!("/api/v1/audit-events?actor={actor}&action=launchCampaign")).await;
    assert_eq!(launched.len(), 1);
    let (_, stranger) = app.organization().await;
    let seen = stranger.get(&of).await.ok();
    assert_eq!(seen["items"], json!([]));
});

both!(what_was_refused_or_repeated_is_not_in_the_log_twice, |app| {
    let shop = app.shop().await;
    let draft = shop.draft(json!({}));
    shop.api.post_once("/api/v1/campaigns", draft.clone(), "once").await.ok();
    shop.api.post_once("/api/v1/campaigns", draft, "once").await.ok();
    shop.api
        .post("/api/v1/campaigns", shop.draft(json!({"sender_ids": []})))
        .await
        .refused(422, "invalid_input");
    assert_eq!(shop.all("/api/v1/audit-events?action=createCampaign").await.len(), 1);
});

both!(nobody_rewrites_the_log, |app| {
    let shop = app.shop().await;
    shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let db = app.services.db.write();
    for sql in ["UPDATE audit_events SET actor = 'nobody'", "DELETE FROM audit_events"] {
        let refused = db.execute_unprepared(sql).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    assert_eq!(shop.all("/api/v1/audit-events?action=createCampaign").await.len(), 1);
});
