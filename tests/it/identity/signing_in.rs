//! Registering, signing in, and what counts from the next request on.

use crate::support::app::{Setup, both};
use crate::support::people::PASSWORD;
use bellbird_core::identity::Role;
use serde_json::{Value, json};

both!(an_organization_registers_and_its_owner_works_in_it, |app| {
    let body = json!({
        "organization": " Starling Market ", "name": "Asha Patel", "email": " Asha@Example.COM ", "password": PASSWORD,
        "phone": "98765 43210", "whatsapp_number": "+91 98765 43211", "slug": "Starling", "country": "in",
    });
    let answer = app.anyone.post("/api/v1/auth/register", body).await;
    assert_eq!((answer.status, &answer.json), (202, &json!({"next": "sign_in"})));
    let who = app.signed_in("asha@example.com").await;
    let me = who.api.get("/api/v1/auth/me").await.ok();
    assert_eq!(
        (&me["email"], &me["name"], &me["role"]),
        (&"asha@example.com".into(), &"Asha Patel".into(), &"owner".into())
    );
    assert_eq!(me["memberships"][0]["name"], "Starling Market");
    assert_eq!(me["memberships"][0]["slug"], "starling");
    assert_eq!((&me["second_factor"], &me["platform_admin"]), (&false.into(), &false.into()));
    assert!(me["permissions"].as_array().unwrap().contains(&"campaigns:launch".into()));
    let organization = bellbird_core::organizations::queries::all(&app.services).await.unwrap().remove(0);
    assert_eq!(organization.phone.as_deref(), Some("+919876543210"));
    assert_eq!(organization.whatsapp_number.as_deref(), Some("+919876543211"));
    assert_eq!(
        (organization.email.as_deref(), organization.country.as_deref()),
        (Some("asha@example.com"), Some("IN"))
    );
    let customer = json!({"phone": "98200 00001", "name": "Ravi"});
    assert_eq!(
        who.api.send(reqwest::Method::PUT, "/api/v1/customers", customer).await.ok()["phone"],
        "+919820000001"
    );

    who.api.post("/api/v1/auth/logout", Value::Null).await.ok();
    who.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    who.api.get("/api/v1/campaigns").await.refused(401, "unauthorized");
    app.refresh(who.refresh_token()).await.refused(401, "invalid_refresh_token");
});

both!(everything_wrong_with_a_registration_is_told_at_once, |app| {
    let body = json!({
        "organization": " ", "name": "", "email": "asha", "password": "short", "slug": "www", "country": "XX",
        "phone": "12",
    });
    let answer = app.anyone.post("/api/v1/auth/register", body).await;
    answer.refused(422, "invalid_input");
    let mut fields = answer.fields();
    fields.sort_unstable();
    let fields: Vec<_> = fields.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, ["country", "email", "name", "organization", "phone", "slug"]);
    for (password, code) in [
        ("too short", "password_too_short"),
        ("password123", "password_common"),
        ("asha@example.com", "password_is_name"),
    ] {
        let body =
            json!({"organization": "A", "name": "Asha", "email": "asha@example.com", "password": password});
        let answer = app.anyone.post("/api/v1/auth/register", body).await;
        assert_eq!(answer.fields(), [("password", code)], "{password}");
        assert!(!answer.text.contains("password123"), "{}", answer.text);
    }
    let injected = json!({"organization": "A", "name": "A\r\nBcc: b@example.com", "email": "asha@example.com",
        "password": PASSWORD});
    let answer = app.anyone.post("/api/v1/auth/register", injected).await;
    assert_eq!(answer.fields(), [("name", "invalid_name")]);
});

both!(an_address_has_one_account_in_whatever_spelling, |app| {
    app.register("asha@example.com").await.ok();
    for same in ["ASHA@example.com", " asha@EXAMPLE.com ", "ａｓｈａ@example.com"] {
        app.register(same).await.refused(409, "email_taken");
        app.sign_in(same, PASSWORD).await.ok();
    }
    // a Cyrillic а looks the same and is none of ours
    let answer = app.register("аsha@example.com").await;
    assert_eq!(answer.fields(), [("email", "invalid_email")]);
    app.sign_in("аsha@example.com", PASSWORD).await.refused(401, "invalid_credentials");
    app.register("asha@exаmple.com").await.ok();
    assert!(app.person("asha@exаmple.com").await.email.starts_with("asha@xn--"), "plainly another one");
});

both!(a_slug_belongs_to_one_organization, |app| {
    let body = |email: &str| json!({"organization": "A", "name": "A", "email": email, "password": PASSWORD, "slug": "starling"});
    app.anyone.post("/api/v1/auth/register", body("a@example.com")).await.ok();
    let answer = app.anyone.post("/api/v1/auth/register", body("b@example.com")).await;
    answer.refused(409, "slug_taken");
    app.sign_in("b@example.com", PASSWORD).await.refused(401, "invalid_credentials");
});

both!(
    a_closed_installation_registers_nobody,
    Setup { settings: vec![("AUTH__REGISTRATION", "closed")], ..Setup::default() },
    |app| {
        app.register("asha@example.com").await.refused(403, "registration_closed");
    }
);

both!(a_stranger_cannot_tell_unknown_wrong_and_disabled_apart, |app| {
    app.register("asha@example.com").await.ok();
    app.register("ravi@example.com").await.ok();
    app.by_hand("UPDATE users SET disabled_at = 1 WHERE email = 'ravi@example.com'").await;
    let mut told = Vec::new();
    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        ("asha@example.com", "drei grüne Fahrräder"),
        ("ravi@example.com", PASSWORD),
        ("no address at all", PASSWORD),
    ] {
        let answer = app.sign_in(email, password).await;
        answer.refused(401, "invalid_credentials");
        told.push(answer.json["detail"].clone());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
});

both!(a_person_of_several_organizations_chooses_one, |app| {
    let first = app.newcomer("asha@example.com").await;
    let other = app.newcomer("ravi@example.com").await;
    app.joins(other.organization(), "asha@example.com", Role::Viewer).await;
    let stranger = app.newcomer("eve@example.com").await.organization();
    let choose = async |organization: &str| {
        let body =
            json!({"email": "asha@example.com", "password": PASSWORD, "organization_id": organization});
        app.anyone.post("/api/v1/auth/login", body).await
    };
    choose(&stranger.to_string()).await.refused(404, "not_found");
    let there = app.who(choose(&other.organization().to_string()).await);
    assert_eq!(there.api.get("/api/v1/auth/me").await.ok()["role"], "viewer");
    assert_eq!(app.signed_in("asha@example.com").await.organization(), other.organization(), "the last one");
    let body = json!({"refresh_token": there.refresh_token(), "organization_id": first.organization()});
    let back = app.who(app.anyone.post("/api/v1/auth/refresh", body).await);
    assert_eq!(back.api.get("/api/v1/auth/me").await.ok()["role"], "owner");
    there.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    let body = json!({"refresh_token": back.refresh_token(), "organization_id": stranger});
    app.anyone.post("/api/v1/auth/refresh", body).await.refused(404, "not_found");
    app.refresh(back.refresh_token()).await.ok();
});

both!(another_role_counts_from_the_next_request_on, |app| {
    let who = app.newcomer("asha@example.com").await;
    let empty = json!({});
    who.api.post("/api/v1/campaigns", empty.clone()).await.refused(422, "invalid_input");
    app.by_hand("UPDATE members SET role = 'viewer'").await;
    who.api.post("/api/v1/campaigns", empty).await.refused(403, "missing_permission");
    who.api.get("/api/v1/campaigns").await.ok();
    app.by_hand("DELETE FROM members").await;
    who.api.get("/api/v1/campaigns").await.refused(401, "unauthorized");
    app.sign_in("asha@example.com", PASSWORD).await.refused(403, "no_organization");
});

both!(a_suspended_organization_lets_nobody_in, |app| {
    let who = app.newcomer("asha@example.com").await;
    let made = who.api.post("/api/v1/api-keys", json!({"name": "Shop"})).await.ok();
    let key = app.anyone.with_key(made["key"].as_str());
    key.get("/api/v1/campaigns").await.ok();
    app.by_hand("UPDATE organizations SET status = 'suspended'").await;
    who.api.get("/api/v1/campaigns").await.refused(403, "organization_suspended");
    who.api.get("/api/v1/auth/me").await.refused(403, "organization_suspended");
    key.get("/api/v1/campaigns").await.refused(403, "organization_suspended");
    app.sign_in("asha@example.com", PASSWORD).await.refused(403, "organization_suspended");
    app.refresh(who.refresh_token()).await.refused(403, "organization_suspended");
    app.by_hand("UPDATE organizations SET status = 'active'").await;
    who.api.get("/api/v1/campaigns").await.ok();
    app.refresh(who.refresh_token()).await.ok();
});

both!(a_key_has_no_account, |app| {
    let (_, api) = app.organization().await;
    api.get("/api/v1/auth/me").await.refused(403, "person_needed");
    api.post("/api/v1/auth/logout", Value::Null).await.refused(403, "person_needed");
});
