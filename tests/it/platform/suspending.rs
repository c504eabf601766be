//! A suspended organization: nobody gets in, nothing is sent, nothing that its customers write is lost.

use super::{administrator, at, audited};
use crate::support::app::both;
use crate::support::shop::phones;
use crate::support::wait::wait_until;
use serde_json::{Value, json};

both!(a_suspended_organizations_campaign_waits_and_goes_on_when_it_is_resumed, |app| {
    let administrator = administrator(app).await;
    let shop = app.shop().await;
    let people = phones(60);
    let campaign = shop.launched(app, json!({"rate_per_minute": 600}), &people).await;
    shop.until(&campaign, "running").await;
    let reason = json!({"reason": "three invoices are open"});
    let suspended = administrator.api.post(&at(shop.organization, "/suspend"), reason.clone()).await.ok();
    assert_eq!(
        (&suspended["status"], &suspended["suspended_reason"]),
        (&json!("suspended"), &json!("three invoices are open"))
    );
    shop.api.get("/api/v1/campaigns").await.refused(403, "organization_suspended");
    administrator
        .api
        .post(&at(shop.organization, "/suspend"), reason)
        .await
        .refused(409, "organization_suspended");

    use bellbird_core::messages::{MessageStatus, entity};
    use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
    let standing = async |status: MessageStatus| {
        let all = entity::Entity::find().filter(entity::Column::Status.eq(status));
        all.count(app.services.db.read()).await.unwrap()
    };
    wait_until("what was queued to go back", async || {
        standing(MessageStatus::Queued).await + standing(MessageStatus::Sending).await == 0
    })
    .await;
    let sent = app.sandbox.counts().accepted;
    assert!(standing(MessageStatus::Pending).await > 0, "some still wait");
    let said = crate::support::post::text_from("919820000077", "wamid.77", "hello?", app.services.now().0);
    assert_eq!(shop.hear(&shop.webhook(&[shop.change(said)])).await.status, 200);
    app.heard_everything().await;
    assert_eq!(app.sandbox.counts().accepted, sent, "nothing is sent while it is suspended");

    let resumed = administrator.api.post(&at(shop.organization, "/resume"), Value::Null).await.ok();
    assert_eq!((&resumed["status"], &resumed["suspended_reason"]), (&json!("active"), &Value::Null));
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
    let heard = shop.api.get("/api/v1/messages?limit=200").await.ok();
    let heard =
        heard["items"].as_array().unwrap().iter().filter(|message| message["direction"] == "in").count();
    assert_eq!(heard, 1, "what customers wrote meanwhile is here");
    administrator
        .api
        .post(&at(shop.organization, "/resume"), Value::Null)
        .await
        .refused(409, "organization_active");
    let log = audited(&shop.api, "suspendOrganization").await;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0]["actor"], administrator.user().await.as_str());
    assert_eq!(log[0]["changes"]["status"], json!({"before": "active", "after": "suspended"}));
});

both!(a_reason_is_asked_for_and_strangers_ids_are_not_found, |app| {
    let administrator = administrator(app).await;
    let (organization, _) = app.organization().await;
    for reason in ["", "  ", "a\nb"] {
        let answer = administrator.api.post(&at(organization, "/suspend"), json!({"reason": reason})).await;
        assert_eq!(answer.fields(), [("reason", "invalid_reason")], "{reason:?}");
    }
    let nowhere = "/api/v1/platform/organizations/org_01kawz1m4cf0tr2v6x8yab3c5d";
    administrator.api.get(nowhere).await.refused(404, "not_found");
    administrator.api.post(&format!("{nowhere}/resume"), Value::Null).await.refused(404, "not_found");
});
