//! Where templates, accounts and originals stand after what Meta tells, late and twice included.

use crate::support::app::{Setup, both};
use crate::support::post::{status, text_from};
use crate::support::shop::{phone, phones, wa_id};
use crate::support::wait::wait_until;
use bellbird_core::messages::entity::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::time::Duration;

fn template(event: &str, name: &str) -> Value {
    json!({
        "event": event, "message_template_id": 4_711, "message_template_name": name,
        "message_template_language": "en-US", "reason": "NONE",
        "other_info": {"title": "FIRST_PAUSE", "description": "paused for 3 hours"},
    })
}

const FIELD: &str = "message_template_status_update";

both!(a_template_that_is_paused_stops_its_campaigns_before_people_are_refused, |app| {
    let shop = app.shop().await;
    let people = phones(60);
    let slow = json!({"rate_per_minute": 600});
    let campaign = shop.launched(app, slow, &people).await;
    shop.until_stats(&campaign, "some to be sent", |stats| stats["funnel"]["sent"].as_i64() >= Some(1)).await;
    let now = app.services.now().0;
    shop.told(app, FIELD, template("PAUSED", "offer"), now).await;
    let path = format!("/api/v1/campaigns/{campaign}");
    let stopped = shop.api.get(&path).await.ok();
    assert_eq!(stopped["status"], "paused");
    assert!(stopped["paused_reason"].as_str().unwrap().contains("FIRST_PAUSE"), "{stopped}");
    let alerts = shop.all("/api/v1/alerts").await;
    assert_eq!((alerts.len(), &alerts[0]["kind"]), (1, &json!("template.status")));
    assert!(alerts[0]["message"].as_str().unwrap().contains("1 running campaign"));
    shop.steer(&campaign, "resume").await.refused(409, "template_not_approved");
    let single = json!({"sender_id": shop.sender, "to": phone(1), "template": {"template_id": shop.marketing, "variables": {"1": "A"}}});
    shop.api.post("/api/v1/messages", single).await.refused(409, "template_not_approved");
    // older news that comes late changes nothing; newer does
    shop.told(app, FIELD, template("APPROVED", "offer"), now - 60_000).await;
    shop.steer(&campaign, "resume").await.refused(409, "template_not_approved");
    app.pass(Duration::from_secs(4 * 3_600));
    shop.told(app, FIELD, template("APPROVED", "offer"), app.services.now().0).await;
    shop.steer(&campaign, "resume").await.ok();
    assert!(shop.api.get(&path).await.ok().get("paused_reason").is_none());
    shop.until_stats(&campaign, "all to be sent", |stats| stats["funnel"]["sent"] == 60).await;
    let stats = shop.stats(&campaign).await;
    assert_eq!(stats["counts"]["failed"].as_i64().unwrap_or(0), 0, "nobody was refused: {stats}");
    app.assert_each_once(&shop, &people);
});

both!(
    a_template_paused_while_a_campaign_is_prepared_pauses_it_at_the_end,
    Setup { without_worker: true, ..Setup::default() },
    |app| {
        let shop = app.shop().await;
        let campaign = shop.launched(app, json!({}), &phones(3)).await;
        let single = json!({"sender_id": shop.sender, "to": phone(9), "template": {"template_id": shop.utility, "variables": {"1": "A"}}});
        let single = shop.created("/api/v1/messages", single).await;
        for name in ["offer", "order_update"] {
            let mut value = template("DISABLED", name);
            value.as_object_mut().unwrap().remove("message_template_id");
            let body = json!({"entry": [{"id": shop.waba, "changes": [{"field": FIELD, "value": value}]}]});
            assert_eq!(shop.hear(&body).await.status, 200);
        }
        // the webhooks first, then whatever else lies in the lanes
        let pending =
            bellbird_core::webhooks::entity::Entity::find().all(app.services.db.read()).await.unwrap();
        let ids: Vec<_> = pending.iter().map(|event| event.id).collect();
        bellbird_core::webhooks::apply::apply(&app.services, bellbird_core::providers::meta::parse, &ids)
            .await
            .unwrap();
        app.start_worker().await;
        wait_until("the campaign to be paused", async || {
            let campaign = shop.api.get(&format!("/api/v1/campaigns/{campaign}")).await.ok();
            campaign["status"] == "paused" && campaign["paused_reason"].is_string()
        })
        .await;
        let refused = shop.until_message(&single, "failed").await;
        assert_eq!(refused["reason_code"], "template_not_approved", "whoever waits for it knows");
        assert!(app.taken(&shop).is_empty());
    }
);

both!(what_was_obeyed_once_is_not_obeyed_again_when_it_is_told_again, |app| {
    let shop = app.shop().await;
    let now = app.services.now().0;
    let violation = json!({"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ALCOHOL"}});
    shop.told(app, "account_update", violation.clone(), now).await;
    let sender = format!("/api/v1/senders/{}", shop.sender);
    let paused = shop.api.get(&sender).await.ok();
    assert_eq!(paused["status"], "paused");
    let alert = shop.all("/api/v1/alerts?acknowledged=false").await[0].clone();
    assert_eq!((&alert["severity"], &alert["message"]), (&json!("critical"), &paused["paused_reason"]));
    let path = format!("/api/v1/alerts/{}", alert["id"].as_str().unwrap());
    let seen = shop.api.post(&format!("{path}/acknowledge"), Value::Null).await.ok();
    assert!(seen["acknowledged_at"].is_string());
    shop.api.post(&format!("{sender}/resume"), Value::Null).await.ok();
    // a repeated delivery, days later
    app.pass(Duration::from_secs(3 * 24 * 3_600));
    shop.told(app, "account_update", violation.clone(), now).await;
    assert_eq!(shop.api.get(&sender).await.ok()["status"], "active");
    assert_eq!(shop.api.get(&path).await.ok(), seen);
    // it happened once more
    shop.told(app, "account_update", violation, app.services.now().0).await;
    assert_eq!(shop.api.get(&sender).await.ok()["status"], "paused");
    let again = shop.api.get(&path).await.ok();
    assert_eq!((&again["times"], again.get("acknowledged_at")), (&json!(2), None), "open again");
    let stranger = app.shop().await;
    stranger.api.get(&path).await.refused(404, "not_found");
    assert_eq!(stranger.all("/api/v1/alerts").await.len(), 0);
    // another app may not speak for this account
    let other = json!({"entry": [{"id": shop.waba, "changes": [{"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}]}]});
    assert_eq!(stranger.hear(&other).await.status, 200);
    app.heard_everything().await;
    assert_eq!(shop.all("/api/v1/alerts").await.len(), 1);
});

both!(originals_say_when_they_were_changed_or_taken_back, |app| {
    let shop = app.shop().await;
    let (now, from) = (app.services.now().0, wa_id(&phone(1)));
    let change = |kind: &str, wamid: &str, original: &str| {
        let mut part = text_from(&from, wamid, "", now);
        part["messages"][0]["type"] = json!(kind);
        part["messages"][0][kind] =
            json!({"original_message_id": original, "message": {"type": "text", "text": {"body": "new"}}});
        shop.change(part)
    };
    let said = |wamid: &str| shop.change(text_from(&from, wamid, "old", now - 5_000));
    // in either order
    let body = shop.webhook(&[
        said("w.1"),
        change("edit", "w.2", "w.1"),
        change("revoke", "w.4", "w.3"),
        said("w.3"),
    ]);
    assert_eq!(shop.hear(&body).await.status, 200);
    app.heard_everything().await;
    let shown = async |wamid: &str| {
        let row = Entity::find()
            .filter(Column::Wamid.eq(wamid))
            .one(app.services.db.read())
            .await
            .unwrap()
            .unwrap();
        shop.message(&row.id.to_string()).await
    };
    let (edited, revoked) = (shown("w.1").await, shown("w.3").await);
    assert!(edited["edited_at"].is_string() && edited.get("revoked_at").is_none(), "{edited}");
    assert!(revoked["revoked_at"].is_string() && revoked.get("edited_at").is_none(), "{revoked}");
    assert_eq!(shown("w.2").await["received"]["edit"]["message"]["text"]["body"], "new");
});

both!(what_the_shop_typed_is_followed_and_never_sent, |app| {
    let shop = app.shop().await;
    let now = app.services.now().0;
    let echo = json!({"field": "smb_message_echoes", "value": {
        "metadata": {"display_phone_number": "15550003881", "phone_number_id": shop.number},
        "message_echoes": [{"from": "15550003881", "to": wa_id(&phone(1)), "id": "w.echo", "type": "text",
            "timestamp": (now / 1_000).to_string(), "text": {"body": "Typed by hand"}}],
    }});
    let failed = json!({"statuses": [{"id": "w.echo", "status": "failed", "timestamp": (now / 1_000).to_string(),
        "errors": [{"code": 131_026, "title": "Message undeliverable"}]}]});
    let body = shop.webhook(&[echo, shop.change(failed)]);
    for _ in 0..2 {
        assert_eq!(shop.hear(&body).await.status, 200);
    }
    app.heard_everything().await;
    let all = Entity::find().filter(Column::Wamid.eq("w.echo")).all(app.services.db.read()).await.unwrap();
    assert_eq!(all.len(), 1);
    let id = all[0].id.to_string();
    let shown = shop.message(&id).await;
    assert_eq!(
        (&shown["status"], &shown["code"]),
        (&json!("failed"), &json!(131_026)),
        "never tried again by us"
    );
    // it did arrive on another device
    assert_eq!(
        shop.hear(&shop.webhook(&[shop.change(status("w.echo", "read", None, now))])).await.status,
        200
    );
    shop.until_message(&id, "read").await;
    assert!(app.taken(&shop).is_empty());
    assert_eq!(shop.all("/api/v1/customers").await[0]["marketing_consent"]["state"], "unasked");
});
