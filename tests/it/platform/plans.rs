//! Plans: what goes beyond one is refused in words, what is there stays, and a trial ends.

use super::{administrator, at, audited, give, plan};
use crate::imports::kept_files;
use crate::media::PNG;
use crate::support::app::{Setup, both};
use crate::support::client::Answer;
use crate::support::shop::phone;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

both!(what_goes_beyond_a_plan_is_refused_and_what_is_there_stays, |app| {
    let administrator = administrator(app).await;
    let owner = app.newcomer("owner@example.com").await;
    let invite = async |email: &str| {
        owner.api.post("/api/v1/invitations", json!({"email": email, "role": "agent"})).await
    };
    invite("one@example.com").await.ok();
    plan(&administrator, "small", json!({"members": 2, "api_keys": 0})).await;
    let given = give(&administrator, owner.organization(), json!({"plan": "small"})).await;
    assert_eq!((&given["plan"], &given["trial_ends_at"]), (&json!("small"), &Value::Null));

    let refused = invite("two@example.com").await;
    refused.refused(402, "plan_limit_reached");
    assert!(refused.text.contains("2 members"), "{}", refused.text);
    invite("one@example.com").await.ok(); // the same person, so no more than before
    let key = owner.api.post("/api/v1/api-keys", json!({"name": "Web shop"})).await;
    key.refused(402, "plan_limit_reached");

    let usage = owner.api.get("/api/v1/organization/usage").await.ok();
    assert_eq!((&usage["plan"], &usage["plan_title"]), (&json!("small"), &json!("Small")));
    let of =
        |what: &str| usage["limits"].as_array().unwrap().iter().find(|one| one["limit"] == what).cloned();
    assert_eq!(of("members"), Some(json!({"limit": "members", "used": 2, "most": 2})));
    assert_eq!(of("senders"), Some(json!({"limit": "senders", "used": 0})));
    assert_eq!(administrator.api.get(&at(owner.organization(), "/usage")).await.ok(), usage);

    plan(&administrator, "small", json!({"members": 1})).await;
    invite("two@example.com").await.refused(402, "plan_limit_reached");
    let usage = owner.api.get("/api/v1/organization/usage").await.ok();
    assert_eq!(usage["limits"][0], json!({"limit": "members", "used": 2, "most": 1}), "what is there stays");
    give(&administrator, owner.organization(), json!({})).await;
    invite("two@example.com").await.ok();
    assert_eq!(audited(&owner.api, "setOrganizationPlan").await.len(), 2);
});

both!(of_two_who_take_the_last_place_at_once_one_is_refused, |app| {
    let administrator = administrator(app).await;
    let owner = app.newcomer("owner@example.com").await;
    plan(&administrator, "small", json!({"members": 2})).await;
    give(&administrator, owner.organization(), json!({"plan": "small"})).await;
    let invite = async |n: usize| {
        let body = json!({"email": format!("p{n}@example.com"), "role": "agent"});
        owner.api.post("/api/v1/invitations", body).await.status
    };
    let all = tokio::join!(invite(1), invite(2), invite(3), invite(4));
    let mut all = [all.0, all.1, all.2, all.3];
    all.sort_unstable();
    assert_eq!(all, [201, 402, 402, 402]);
});

both!(a_full_storage_takes_no_upload_and_keeps_no_file_of_it, |app| {
    let administrator = administrator(app).await;
    let shop = app.shop().await;
    plan(&administrator, "tiny", json!({"storage_bytes": PNG.len(), "senders": 1})).await;
    give(&administrator, shop.organization, json!({"plan": "tiny"})).await;
    let upload = async |name: &str| {
        let request = shop.api.request(Method::POST, &format!("/api/v1/media?file_name={name}"));
        Answer::of(request.header("content-type", "application/octet-stream").body(PNG)).await
    };
    upload("a.png").await.ok();
    upload("b.png").await.refused(402, "plan_limit_reached");
    assert_eq!(kept_files(app).len(), 1, "what was refused is not kept");
    shop.api.post("/api/v1/senders", shop.connection()).await.refused(409, "sender_exists");
});

fn with_a_trial() -> Setup {
    Setup { settings: vec![("PLANS__DEFAULT", "start"), ("PLANS__TRIAL_DAYS", "14")], ..Setup::default() }
}

both!(a_trial_begins_with_registering_and_ends_with_reading_only, with_a_trial(), |app| {
    let administrator = administrator(app).await; // before the plan is there: they have none
    plan(&administrator, "start", json!({"members": 3})).await;
    let owner = app.newcomer("owner@example.com").await;
    let usage = owner.api.get("/api/v1/organization/usage").await.ok();
    assert_eq!(usage["plan"], "start");
    assert!(usage["trial_ends_at"].is_string(), "{usage}");
    let send = json!({"sender_id": "snd_01kawz1m4cf0tr2v6x8yab3c5d", "to": phone(1), "text": {"body": "Hi"}});
    owner.api.post("/api/v1/messages", send.clone()).await.refused(404, "not_found");
    app.pass(Duration::from_secs(14 * 24 * 3_600 + 60));
    let owner = app.signed_in("owner@example.com").await;
    let refused = owner.api.post("/api/v1/messages", send.clone()).await;
    refused.refused(402, "trial_over");
    owner.api.get("/api/v1/customers").await.ok();
    let administrator = app.signed_in("platform@example.com").await;
    give(&administrator, owner.organization(), json!({"plan": "start"})).await;
    owner.api.post("/api/v1/messages", send).await.refused(404, "not_found");
});

both!(a_plan_is_checked_as_a_whole_and_stays_while_somebody_has_it, |app| {
    let administrator = administrator(app).await;
    let put = async |name: &str, body: Value| {
        administrator.api.send(Method::PUT, &format!("/api/v1/platform/plans/{name}"), body).await
    };
    let wrong = json!({"title": " ", "limits": {"members": -1}, "order_fee_basis_points": 1001});
    let answer = put("Large!", wrong).await;
    let fields: Vec<_> = answer.fields().into_iter().map(|(field, _)| field.to_string()).collect();
    assert_eq!(fields, ["plan", "title", "members", "order_fee_basis_points"], "{}", answer.text);
    put("pro", json!({"title": "Pro", "order_fee_basis_points": 50})).await.ok();
    give(&administrator, administrator.organization(), json!({"plan": "pro"})).await;
    let remove =
        async || administrator.api.send(Method::DELETE, "/api/v1/platform/plans/pro", Value::Null).await;
    remove().await.refused(409, "plan_in_use");
    let unknown = json!({"plan": "gold"});
    let answer =
        administrator.api.send(Method::PUT, &at(administrator.organization(), "/plan"), unknown).await;
    assert_eq!(answer.fields(), [("plan", "unknown_plan")]);
    give(&administrator, administrator.organization(), json!({})).await;
    assert_eq!(remove().await.status, 204);
    remove().await.refused(404, "not_found");
    assert_eq!(administrator.api.get("/api/v1/platform/plans").await.ok(), json!({"items": []}));
});
