//! Who works in an organization: invited, made something else, let go.

use crate::support::app::{TestApp, both};
use crate::support::client::Client;
use crate::support::people::{PASSWORD, Who};
use reqwest::Method;
use serde_json::{Value, json};

/// Invites somebody and gives the link's token; no email is sent here, so the link comes with the answer.
async fn invited(by: &Client, email: &str, role: &str) -> String {
    let made = by.post("/api/v1/invitations", json!({"email": email, "role": role})).await.ok();
    let link = made["link"].as_str().expect("a link");
    link.split_once("#token=").expect("a token").1.to_string()
}

/// Invites somebody new, who accepts and signs in.
async fn hired(app: &TestApp, by: &Client, email: &str, role: &str) -> Who {
    let token = invited(by, email, role).await;
    let body = json!({"token": token, "name": "Ravi", "password": PASSWORD});
    app.anyone.post("/api/v1/auth/register-by-invitation", body).await.ok();
    app.signed_in(email).await
}

async fn path(who: &Who) -> String {
    format!("/api/v1/members/{}", who.user().await)
}

both!(somebody_new_is_invited_and_works_within_their_role, |app| {
    let owner = app.newcomer("owner@example.com").await;
    let agent = hired(app, &owner.api, "agent@example.com", "agent").await;
    assert_eq!(agent.organization(), owner.organization());
    agent.api.get("/api/v1/customers").await.ok();
    agent.api.post("/api/v1/campaigns", json!({})).await.refused(403, "missing_permission");
    let answer =
        agent.api.post("/api/v1/invitations", json!({"email": "x@example.com", "role": "agent"})).await;
    answer.refused(403, "missing_permission");
    let seen = agent.api.get("/api/v1/members").await.ok();
    let roles: Vec<&str> =
        seen["items"].as_array().unwrap().iter().map(|member| member["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["owner", "agent"]);
    let again =
        owner.api.post("/api/v1/invitations", json!({"email": "agent@example.com", "role": "agent"})).await;
    again.refused(409, "member_exists");
});

both!(an_invitation_is_good_once_and_for_whom_it_is_meant, |app| {
    let (owner, other) = (app.newcomer("owner@example.com").await, app.newcomer("other@example.com").await);
    let token = invited(&owner.api, "other@example.com", "viewer").await;
    let thief = app.newcomer("thief@example.com").await;
    let accept = async |who: &Who, token: &str| {
        who.api.post("/api/v1/auth/accept-invitation", json!({"token": token})).await
    };
    accept(&thief, &token).await.refused(403, "other_address");
    let body = json!({"token": token, "name": "Again", "password": PASSWORD});
    app.anyone.post("/api/v1/auth/register-by-invitation", body).await.refused(409, "email_taken");
    let joined = accept(&other, &token).await.ok();
    assert_eq!(joined["organization_id"], owner.organization().to_string());
    assert_eq!(accept(&other, &token).await.fields(), [("token", "invalid_token")]);
    let replaced = invited(&owner.api, "late@example.com", "viewer").await;
    let newer = invited(&owner.api, "late@example.com", "viewer").await;
    let body = |token: &str| json!({"token": token, "name": "Late", "password": PASSWORD});
    let answer = app.anyone.post("/api/v1/auth/register-by-invitation", body(&replaced)).await;
    assert_eq!(answer.fields(), [("token", "invalid_token")]);
    app.pass(std::time::Duration::from_secs(8 * 24 * 3_600));
    let answer = app.anyone.post("/api/v1/auth/register-by-invitation", body(&newer)).await;
    assert_eq!(answer.fields(), [("token", "invalid_token")], "after a week");
});

both!(an_invitation_is_taken_back, |app| {
    let owner = app.newcomer("owner@example.com").await;
    let token = invited(&owner.api, "x@example.com", "admin").await;
    let listed = owner.api.get("/api/v1/invitations").await.ok();
    assert!(listed["items"][0].get("link").is_none(), "shown once");
    let at = format!("/api/v1/invitations/{}", listed["items"][0]["id"].as_str().unwrap());
    owner.api.send(Method::DELETE, &at, Value::Null).await.ok();
    owner.api.send(Method::DELETE, &at, Value::Null).await.refused(409, "invitation_over");
    let body = json!({"token": token, "name": "X", "password": PASSWORD});
    let answer = app.anyone.post("/api/v1/auth/register-by-invitation", body).await;
    assert_eq!(answer.fields(), [("token", "invalid_token")]);
});

both!(there_is_always_an_owner_and_only_owners_decide_about_owners, |app| {
    let owner = app.newcomer("owner@example.com").await;
    let admin = hired(app, &owner.api, "admin@example.com", "admin").await;
    let role = |role: &str| json!({"role": role});
    let (at_owner, at_admin) = (path(&owner).await, path(&admin).await);
    owner.api.send(Method::PATCH, &at_owner, role("viewer")).await.refused(409, "last_owner");
    owner.api.send(Method::DELETE, &at_owner, Value::Null).await.refused(409, "last_owner");
    for change in [&at_owner, &at_admin] {
        admin.api.send(Method::PATCH, change, role("owner")).await.refused(403, "owners_only");
    }
    admin.api.send(Method::DELETE, &at_owner, Value::Null).await.refused(403, "owners_only");
    let invite = json!({"email": "x@example.com", "role": "owner"});
    admin.api.post("/api/v1/invitations", invite).await.refused(403, "owners_only");
    owner.api.send(Method::PATCH, &at_admin, role("owner")).await.ok();
    owner.api.send(Method::PATCH, &at_owner, role("viewer")).await.ok();
    owner.api.send(Method::PATCH, &at_admin, role("viewer")).await.refused(403, "missing_permission");
    let events = admin.api.get("/api/v1/audit-events?action=changeMember").await.ok();
    assert_eq!(events["items"][0]["changes"], json!({"role": {"before": "owner", "after": "viewer"}}));
});

both!(whoever_is_let_go_sees_nothing_from_the_next_request_on, |app| {
    let owner = app.newcomer("owner@example.com").await;
    let agent = hired(app, &owner.api, "agent@example.com", "agent").await;
    agent.api.get("/api/v1/customers").await.ok();
    let at_agent = path(&agent).await;
    assert_eq!(owner.api.send(Method::DELETE, &at_agent, Value::Null).await.status, 204);
    agent.api.get("/api/v1/customers").await.refused(401, "unauthorized");
    owner.api.send(Method::DELETE, &at_agent, Value::Null).await.refused(404, "not_found");
});
