//! Acting in somebody's name: for an hour, in one organization, not on their account, and never unseen.

use super::{administrator, at, audited};
use crate::support::app::both;
use crate::support::people::PASSWORD;
use bellbird_core::identity::Role;
use bellbird_core::identity::users;
use serde_json::{Value, json};
use std::time::Duration;

const WHY: &str = "asked us to look at a stuck campaign";

both!(an_administrator_acts_in_an_owners_name_and_everybody_can_see_it, |app| {
    let administrator = administrator(app).await;
    let owner = app.newcomer("owner@example.com").await;
    let begin = at(owner.organization(), "/impersonate");
    let acting = app.who(administrator.api.post(&begin, json!({"reason": WHY})).await);
    let me = acting.api.get("/api/v1/auth/me").await.ok();
    assert_eq!((&me["email"], &me["role"]), (&json!("owner@example.com"), &json!("owner")));
    assert_eq!(me["impersonator"], administrator.user().await.as_str(), "the banner's line");
    assert_eq!(owner.api.get("/api/v1/auth/me").await.ok()["impersonator"], Value::Null);

    let tags = json!({"phone": "+919820000001", "name": "Ravi"});
    acting.api.send(reqwest::Method::PUT, "/api/v1/customers", tags).await.ok();
    let log = audited(&owner.api, "upsertCustomer").await;
    assert_eq!(
        (&log[0]["actor"], &log[0]["impersonator"]),
        (&json!(owner.user().await), &json!(administrator.user().await))
    );
    let begun = audited(&owner.api, "impersonateMember").await;
    assert_eq!(
        (&begun[0]["actor"], &begun[0]["subject"], &begun[0]["changes"]["reason"]["after"]),
        (&json!(administrator.user().await), &json!(owner.user().await), &json!(WHY))
    );
    let sessions = owner.api.get("/api/v1/auth/sessions").await.ok();
    let theirs = sessions["items"].as_array().unwrap().iter().filter(|one| one["impersonator"].is_string());
    assert_eq!(theirs.count(), 1, "the owner sees the session, and can end it");
});

both!(who_acts_in_somebodys_name_leaves_their_account_and_other_organizations_alone, |app| {
    let administrator = administrator(app).await;
    let owner = app.newcomer("owner@example.com").await;
    let other = app.newcomer("other@example.com").await;
    app.joins(other.organization(), "owner@example.com", Role::Viewer).await;
    let begin = at(owner.organization(), "/impersonate");
    let acting = app.who(administrator.api.post(&begin, json!({"reason": WHY})).await);
    let new = json!({"password": PASSWORD, "new_password": "four blue bicycles"});
    acting.api.post("/api/v1/auth/change-password", new).await.refused(403, "impersonated");
    acting.api.get("/api/v1/auth/sessions").await.refused(403, "impersonated");
    acting.api.post("/api/v1/auth/sessions/end-others", Value::Null).await.refused(403, "impersonated");
    let into =
        json!({"refresh_token": acting.refresh_token(), "organization_id": other.organization().to_string()});
    app.anyone.post("/api/v1/auth/refresh", into).await.refused(404, "not_found");
    owner.api.get("/api/v1/auth/me").await.ok();
});

both!(acting_in_somebodys_name_ends_after_an_hour_or_with_the_administrator, |app| {
    let administrator = administrator(app).await;
    let owner = app.newcomer("owner@example.com").await;
    let begin = at(owner.organization(), "/impersonate");
    let acting = app.who(administrator.api.post(&begin, json!({"reason": WHY})).await);
    app.pass(Duration::from_secs(50 * 60));
    let acting = app.who(app.refresh(acting.refresh_token()).await);
    acting.api.get("/api/v1/customers").await.ok();
    app.pass(Duration::from_secs(11 * 60));
    acting.api.get("/api/v1/customers").await.refused(401, "unauthorized");
    app.refresh(acting.refresh_token()).await.refused(401, "invalid_refresh_token");

    let administrator = app.signed_in("platform@example.com").await;
    let acting = app.who(administrator.api.post(&begin, json!({"reason": WHY})).await);
    acting.api.get("/api/v1/customers").await.ok();
    let user = app.person("platform@example.com").await;
    let tx = app.services.begin().await.unwrap();
    users::set_platform_admin(&tx, user.id, false).await.unwrap();
    tx.commit().await.unwrap();
    acting.api.get("/api/v1/customers").await.refused(401, "unauthorized");
});

both!(nobody_acts_for_another_administrator_or_into_a_suspended_organization, |app| {
    let administrator = administrator(app).await;
    let owner = app.newcomer("owner@example.com").await;
    let own = at(administrator.organization(), "/impersonate");
    administrator.api.post(&own, json!({"reason": WHY})).await.refused(403, "is_platform_admin");
    let begin = at(owner.organization(), "/impersonate");
    let stranger = json!({"user_id": administrator.user().await, "reason": WHY});
    administrator.api.post(&begin, stranger).await.refused(404, "not_found");
    let acting = app.who(administrator.api.post(&begin, json!({"reason": WHY})).await);
    acting.api.get("/api/v1/platform/plans").await.refused(403, "impersonated");
    administrator.api.post(&at(owner.organization(), "/suspend"), json!({"reason": "unpaid"})).await.ok();
    acting.api.get("/api/v1/customers").await.refused(403, "organization_suspended");
    administrator.api.post(&begin, json!({"reason": WHY})).await.refused(409, "organization_suspended");
});
