//! Running an installation for many organizations: its administrators, plans, suspension, acting in somebody's name.

mod doors;
mod impersonating;
mod plans;
mod suspending;

use crate::support::app::TestApp;
use crate::support::people::Who;
use bellbird_core::identity::users;
use bellbird_core::ids::OrganizationId;
use reqwest::Method;
use serde_json::{Value, json};

/// Somebody who administers the installation.
async fn administrator(app: &TestApp) -> Who {
    let who = app.newcomer("platform@example.com").await;
    let user = app.person("platform@example.com").await;
    let tx = app.services.begin().await.unwrap();
    users::set_platform_admin(&tx, user.id, true).await.unwrap();
    tx.commit().await.unwrap();
    who
}

/// An organization's address below `/platform`.
fn at(organization: OrganizationId, rest: &str) -> String {
    format!("/api/v1/platform/organizations/{organization}{rest}")
}

/// Makes a plan.
async fn plan(administrator: &Who, name: &str, limits: Value) {
    let body = json!({"title": "Small", "limits": limits});
    administrator.api.send(Method::PUT, &format!("/api/v1/platform/plans/{name}"), body).await.ok();
}

/// Gives an organization a plan.
async fn give(administrator: &Who, organization: OrganizationId, body: Value) -> Value {
    administrator.api.send(Method::PUT, &at(organization, "/plan"), body).await.ok()
}

/// What an organization's audit log says of an operation.
async fn audited(who: &crate::support::client::Client, action: &str) -> Vec<Value> {
    let found = who.get(&format!("/api/v1/audit-events?action={action}")).await.ok();
    found["items"].as_array().unwrap().clone()
}
