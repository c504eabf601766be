//! One's own account: the password, the sessions; and what of it can be read anywhere.

use crate::support::app::both;
use crate::support::people::PASSWORD;
use reqwest::Method;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use std::time::Duration;

const NEW: &str = "vier blaue Fahrräder";

both!(a_person_sees_their_sessions_and_ends_them, |app| {
    let one = app.newcomer("asha@example.com").await;
    let (two, three) = (app.signed_in("asha@example.com").await, app.signed_in("asha@example.com").await);
    let eve = app.newcomer("eve@example.com").await;
    let seen = one.api.get("/api/v1/auth/sessions").await.ok();
    let ids: Vec<_> = seen["items"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [three.session(), two.session(), one.session()]);
    let current: Vec<_> = seen["items"].as_array().unwrap().iter().map(|s| s["current"] == true).collect();
    assert_eq!(current, [false, false, true]);
    assert_eq!(seen["items"][0]["address"], "127.0.0.1");
    let path = |session: &str| format!("/api/v1/auth/sessions/{session}");
    eve.api.send(Method::DELETE, &path(one.session()), Value::Null).await.refused(404, "not_found");
    one.api.send(Method::DELETE, &path(two.session()), Value::Null).await.ok();
    two.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    app.refresh(two.refresh_token()).await.refused(401, "invalid_refresh_token");
    one.api.send(Method::DELETE, &path(two.session()), Value::Null).await.refused(404, "not_found");
    one.api.post("/api/v1/auth/sessions/end-others", Value::Null).await.ok();
    three.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    one.api.get("/api/v1/auth/me").await.ok();
    eve.api.get("/api/v1/auth/me").await.ok();
    let seen = one.api.get("/api/v1/audit-events").await.ok();
    let actions: Vec<_> =
        seen["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["endOtherSessions", "endSession", "signIn", "signIn", "signIn"]);
});

both!(the_last_use_of_a_session_is_noted_to_the_minute, |app| {
    let who = app.newcomer("asha@example.com").await;
    let used = async || who.api.get("/api/v1/auth/sessions").await.ok()["items"][0]["last_used_at"].clone();
    let first = used().await;
    app.pass(Duration::from_secs(30));
    assert_eq!(used().await, first);
    app.pass(Duration::from_secs(31));
    assert!(used().await.as_str() > first.as_str());
});

both!(a_changed_password_ends_the_other_sessions, |app| {
    let one = app.newcomer("asha@example.com").await;
    let two = app.signed_in("asha@example.com").await;
    let change = async |old: &str, new: &str| {
        one.api.post("/api/v1/auth/change-password", json!({"password": old, "new_password": new})).await
    };
    assert_eq!(change("not this one", NEW).await.fields(), [("password", "wrong_password")]);
    assert_eq!(change(PASSWORD, "password123").await.fields(), [("new_password", "password_common")]);
    two.api.get("/api/v1/auth/me").await.ok();
    assert_eq!(change(PASSWORD, NEW).await.status, 204);
    two.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    one.api.get("/api/v1/auth/me").await.ok();
    app.sign_in("asha@example.com", PASSWORD).await.refused(401, "invalid_credentials");
    app.sign_in("asha@example.com", NEW).await.ok();
});

both!(a_disabled_person_is_out_at_once, |app| {
    let who = app.newcomer("asha@example.com").await;
    let user = app.person("asha@example.com").await;
    let tx = app.services.begin().await.unwrap();
    bellbird_core::identity::users::disable(&tx, user.id, true).await.unwrap();
    tx.commit().await.unwrap();
    who.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    app.refresh(who.refresh_token()).await.refused(401, "invalid_refresh_token");
});

/// Every row of the tables people have, as text.
async fn rows(app: &crate::support::app::TestApp) -> String {
    let mut all = String::new();
    for table in
        ["users", "sessions", "refresh_tokens", "user_tokens", "token_keys", "emails", "audit_events"]
    {
        let sql = match app.services.db.backend() {
            DbBackend::Postgres => format!("SELECT CAST(t AS TEXT) AS line FROM {table} t"),
            _ => {
                let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                let asked = Statement::from_string(DbBackend::Sqlite, columns);
                let found = app.services.db.read().query_all_raw(asked).await.unwrap();
                let names: Vec<String> = found.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
                let cells: Vec<_> = names.iter().map(|name| format!("COALESCE({name}, '')")).collect();
                format!("SELECT {} AS line FROM {table}", cells.join(" || ' ' || "))
            }
        };
        let asked = Statement::from_string(app.services.db.backend(), sql);
        for row in app.services.db.read().query_all_raw(asked).await.unwrap() {
            all.push_str(&row.try_get_by_index::<String>(0).unwrap());
            all.push('\n');
        }
    }
    all
}

both!(no_secret_can_be_read_from_rows_or_answers, |app| {
    let who = app.newcomer("asha@example.com").await;
    let begun = who.api.post("/api/v1/auth/second-factor", json!({"password": PASSWORD})).await.ok();
    let next = app.who(app.refresh(who.refresh_token()).await);
    let secrets = [
        PASSWORD,
        begun["secret"].as_str().unwrap(),
        who.refresh_token(),
        next.refresh_token(),
        next.access_token(),
    ];
    let mut seen = rows(app).await;
    assert!(seen.contains("asha@example.com") && seen.contains("$argon2id$"), "the rows were read");
    for path in ["me", "sessions"] {
        seen += &next.api.get(&format!("/api/v1/auth/{path}")).await.text;
    }
    seen += &next.api.get("/api/v1/audit-events").await.text;
    for secret in secrets {
        assert!(!seen.contains(secret), "{secret} can be read");
    }
    let told = next.api.get("/api/v1/auth/me").await.text;
    assert!(!told.contains("argon2") && !told.contains("totp_secret"), "{told}");
});
