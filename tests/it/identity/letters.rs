//! What people are told by email, and what the links in it do.

use crate::support::app::both;
use crate::support::people::PASSWORD;
use bellbird_core::emails;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use std::time::Duration;

const NEW: &str = "vier blaue Fahrräder";

fn with_email() -> crate::support::app::Setup {
    crate::support::app::Setup { with_email: true, ..crate::support::app::Setup::default() }
}

both!(an_address_is_confirmed_before_anybody_signs_in, with_email(), |app| {
    let mailbox = app.mailbox.as_ref().unwrap();
    let answer = app.register("asha@example.com").await;
    assert_eq!((answer.status, &answer.json), (202, &json!({"next": "confirm_email"})));
    app.sign_in("asha@example.com", PASSWORD).await.refused(401, "invalid_credentials");
    let letter = mailbox.nth("asha@example.com", 1).await;
    assert_eq!(letter.subject(), "Confirm your email address");
    assert!(letter.text.contains("<no-reply@bellbird.example>"), "{}", letter.text);
    assert!(!letter.text.contains("Asha"), "until then a stranger may have written the name");
    let confirm =
        async |token: &str| app.anyone.post("/api/v1/auth/confirm-email", json!({"token": token})).await;
    assert_eq!(confirm("0123").await.fields(), [("token", "invalid_token")]);
    assert_eq!(confirm(&letter.token()).await.status, 204);
    assert_eq!(confirm(&letter.token()).await.fields(), [("token", "invalid_token")]);
    let who = app.signed_in("asha@example.com").await;
    assert_eq!(who.api.get("/api/v1/auth/me").await.ok()["email_confirmed"], true);
    who.api.post("/api/v1/auth/confirm-email/send", Value::Null).await.refused(409, "email_confirmed");
});

both!(only_its_owner_learns_that_an_address_is_taken, with_email(), |app| {
    let mailbox = app.mailbox.as_ref().unwrap();
    let first = app.register("asha@example.com").await;
    mailbox.nth("asha@example.com", 1).await;
    let again = app.register("Asha@Example.com").await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    let letter = mailbox.nth("asha@example.com", 2).await;
    assert_eq!(letter.subject(), "You have an account already");
    assert!(!letter.text.contains("token="), "it lets nobody in");
    assert_eq!(bellbird_core::organizations::queries::all(&app.services).await.unwrap().len(), 1);
});

both!(a_forgotten_password_is_set_anew_once, with_email(), |app| {
    let mailbox = app.mailbox.as_ref().unwrap();
    let who = app.newcomer("asha@example.com").await;
    let ask =
        async |email: &str| app.anyone.post("/api/v1/auth/password-reset", json!({"email": email})).await;
    let (known, unknown) = (ask("asha@example.com").await, ask("nobody@example.com").await);
    assert_eq!((known.status, &known.text), (202, &unknown.text));
    let older = mailbox.nth("asha@example.com", 2).await.token();
    ask(" ASHA@example.com").await.ok();
    let token = mailbox.nth("asha@example.com", 3).await.token();
    assert!(mailbox.of("nobody@example.com").is_empty());
    let set = async |token: &str, password: &str| {
        let body = json!({"token": token, "password": password});
        app.anyone.post("/api/v1/auth/password-reset/confirm", body).await
    };
    assert_eq!(set(&older, NEW).await.fields(), [("token", "invalid_token")], "the newest counts");
    assert_eq!(set(&token, "too short").await.fields(), [("password", "password_too_short")]);
    assert_eq!(set(&token, NEW).await.status, 204, "an unusable password did not use the link up");
    assert_eq!(set(&token, "fünf rote Fahrräder").await.fields(), [("token", "invalid_token")]);
    who.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    app.refresh(who.refresh_token()).await.refused(401, "invalid_refresh_token");
    app.sign_in("asha@example.com", PASSWORD).await.refused(401, "invalid_credentials");
    app.sign_in("asha@example.com", NEW).await.ok();
    let told = mailbox.nth("asha@example.com", 4).await;
    assert!(told.text.contains("your password was set anew"), "{}", told.text);
});

both!(a_link_ends, with_email(), |app| {
    let mailbox = app.mailbox.as_ref().unwrap();
    app.newcomer("asha@example.com").await;
    let body = json!({"email": "asha@example.com"});
    app.anyone.post("/api/v1/auth/password-reset", body).await.ok();
    let token = mailbox.nth("asha@example.com", 2).await.token();
    // one purpose is not the other
    let answer = app.anyone.post("/api/v1/auth/confirm-email", json!({"token": token})).await;
    assert_eq!(answer.fields(), [("token", "invalid_token")]);
    app.pass(Duration::from_secs(3_601));
    let body = json!({"token": token, "password": NEW});
    let answer = app.anyone.post("/api/v1/auth/password-reset/confirm", body).await;
    assert_eq!(answer.fields(), [("token", "invalid_token")]);
    app.sign_in("asha@example.com", PASSWORD).await.ok();
});

both!(whoever_asks_for_many_emails_is_refused, with_email(), |app| {
    app.newcomer("asha@example.com").await;
    for account in ["asha@example.com", "nobody@example.com"] {
        let body = json!({"email": account});
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(app.anyone.post("/api/v1/auth/password-reset", body.clone()).await.status);
        }
        assert!(statuses.contains(&429), "{account}: {statuses:?}");
        assert_eq!(statuses[0], 202);
    }
});

both!(an_email_waits_sealed_while_the_mail_server_is_busy, with_email(), |app| {
    let mailbox = app.mailbox.as_ref().unwrap();
    mailbox.set_busy(true);
    app.register("asha@example.com").await.ok();
    let waiting = async || emails::Entity::find().one(app.services.db.read()).await.unwrap();
    crate::support::wait::wait_until("the server to be asked once", async || {
        waiting().await.is_some_and(|email| email.attempts > 0)
    })
    .await;
    let row = waiting().await.unwrap();
    assert!(!row.body.contains("token") && row.body.starts_with("v"), "{}", row.body);
    mailbox.set_busy(false);
    app.pass(Duration::from_secs(10));
    mailbox.nth("asha@example.com", 1).await;
    crate::support::wait::wait_until("the row to be gone", async || {
        emails::Entity::find().count(app.services.db.read()).await.unwrap() == 0
    })
    .await;
});

both!(without_a_mail_server_nobody_is_promised_an_email, |app| {
    let who = app.newcomer("asha@example.com").await;
    let body = json!({"email": "asha@example.com"});
    app.anyone.post("/api/v1/auth/password-reset", body).await.refused(409, "email_off");
    who.api.post("/api/v1/auth/confirm-email/send", Value::Null).await.refused(409, "email_off");
    assert_eq!(emails::Entity::find().count(app.services.db.read()).await.unwrap(), 0);
});
