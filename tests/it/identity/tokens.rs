//! Access tokens: which count, and which do not, however well they are made.

use crate::support::app::{Setup, TestApp, both};
use crate::support::people::Who;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bellbird_core::identity::token_keys::{self, entity};
use bellbird_core::secret::ExposeSecret;
use bellbird_core::secret::columns::TOKEN_KEY;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;

/// What an access token is made of.
struct Parts {
    header: Value,
    claims: Value,
    /// The key that signed it.
    key: Vec<u8>,
}

impl Parts {
    /// Takes a token apart, with the key from the database.
    async fn of(app: &TestApp, who: &Who) -> Self {
        let parts: Vec<_> = who.access_token().split('.').collect();
        let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        let header: Value = json(parts[0]);
        let kid = header["kid"].as_str().unwrap();
        let row = entity::Entity::find_by_id(kid).one(app.services.db.read()).await.unwrap().unwrap();
        let place = TOKEN_KEY.place(None, kid);
        let key = app.services.cipher.open(&place, &row.secret).await.unwrap();
        let key = hex::decode(key.expose_secret()).unwrap();
        Self { claims: json(parts[1]), header, key }
    }

    /// Signs them, with some of them changed.
    fn with(&self, header: Value, claims: Value, key: &[u8]) -> String {
        let merged = |base: &Value, more: Value| {
            let mut all = base.clone();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            URL_SAFE_NO_PAD.encode(all.to_string())
        };
        let signed = format!("{}.{}", merged(&self.header, header), merged(&self.claims, claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}

both!(a_token_counts_only_as_it_was_made, |app| {
    let who = app.newcomer("asha@example.com").await;
    let eve = app.newcomer("eve@example.com").await;
    let parts = Parts::of(app, &who).await;
    let key = parts.key.clone();
    let asked = async |token: &str| app.anyone.with_key(Some(token)).get("/api/v1/campaigns").await;
    // made by hand like ours it counts: what is refused below is refused for what is changed in it
    assert_eq!(asked(&parts.with(json!({}), json!({}), &key)).await.status, 200);
    let now = parts.claims["iat"].as_i64().unwrap();
    let other = |claims: Value| parts.with(json!({}), claims, &key);
    let unsigned = |header: Value| {
        let token = parts.with(header, json!({}), &key);
        token.rsplit_once('.').unwrap().0.to_string()
    };
    for (what, token) in [
        ("expired", other(json!({"exp": now - 1}))),
        ("from the future", other(json!({"iat": now + 3_600, "exp": now + 7_200}))),
        ("for another audience", other(json!({"aud": "another-api"}))),
        ("for another installation", other(json!({"aud": "bellbird-api:https://elsewhere.example"}))),
        ("by another issuer", other(json!({"iss": "https://elsewhere.example"}))),
        ("with another's person", other(json!({"sub": app.person("eve@example.com").await.id}))),
        ("with another's session", other(json!({"sid": eve.session()}))),
        ("for another's organization", other(json!({"org": eve.organization()}))),
        ("without an end", other(json!({"exp": null}))),
        ("by a key nobody has", parts.with(json!({"kid": "0123456789abcdef"}), json!({}), &key)),
        ("by another key of that name", parts.with(json!({}), json!({}), b"another key altogether")),
        ("without a signature", format!("{}.", unsigned(json!({"alg": "none"})))),
        ("without even the place for one", unsigned(json!({"alg": "none"}))),
        ("with another algorithm, signed all the same", parts.with(json!({"alg": "none"}), json!({}), &key)),
        ("with a public key's algorithm", parts.with(json!({"alg": "RS256"}), json!({}), &key)),
        ("with a longer hash", parts.with(json!({"alg": "HS512"}), json!({}), &key)),
        ("with a key of its own", parts.with(json!({"jwk": {"kty": "oct", "k": "AAAA"}}), json!({}), &key)),
        ("that is no token", "eyJ.eyJ.sig".to_string()),
        ("that never ends", "a".repeat(9_000)),
        ("that is for refreshing", who.refresh_token().to_string()),
    ] {
        let answer = asked(&token).await;
        assert_eq!((answer.status, answer.code()), (401, "unauthorized"), "a token {what}: {}", answer.text);
    }
    assert_eq!(asked(who.access_token()).await.status, 200);
});

both!(a_token_lives_for_minutes_and_its_session_for_days, |app| {
    let who = app.newcomer("asha@example.com").await;
    app.pass(Duration::from_secs(14 * 60));
    who.api.get("/api/v1/campaigns").await.ok();
    app.pass(Duration::from_secs(2 * 60));
    who.api.get("/api/v1/campaigns").await.refused(401, "unauthorized");
    let next = app.who(app.refresh(who.refresh_token()).await);
    next.api.get("/api/v1/campaigns").await.ok();
    app.pass(Duration::from_secs(29 * 24 * 3_600));
    let later = app.who(app.refresh(next.refresh_token()).await);
    app.pass(Duration::from_secs(31 * 24 * 3_600));
    app.refresh(later.refresh_token()).await.refused(401, "invalid_refresh_token");
});

fn kid(who: &Who) -> String {
    let header = who.access_token().split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_string()
}

both!(keys_are_rotated_without_anybody_noticing, |app| {
    let old = app.newcomer("asha@example.com").await;
    let rotate = async |at_once: bool| {
        let tx = app.services.begin().await.unwrap();
        let kid = token_keys::rotate(&tx, &app.services, at_once).await.unwrap();
        tx.commit().await.unwrap();
        kid
    };
    let new = rotate(false).await;
    app.pass(Duration::from_secs(61)); // what processes remember
    let who = app.signed_in("asha@example.com").await;
    assert_eq!(kid(&who), new);
    assert_ne!(kid(&old), new);
    old.api.get("/api/v1/campaigns").await.ok();
    who.api.get("/api/v1/campaigns").await.ok();

    let newest = rotate(true).await;
    app.pass(Duration::from_secs(61));
    who.api.get("/api/v1/campaigns").await.refused(401, "unauthorized");
    let again = app.who(app.refresh(who.refresh_token()).await);
    assert_eq!(kid(&again), newest);
    again.api.get("/api/v1/campaigns").await.ok();
});

both!(
    a_key_signs_for_a_month_and_one_worker_makes_the_next,
    Setup { without_worker: true, ..Setup::default() },
    |app| {
        app.newcomer("asha@example.com").await;
        let due = async || token_keys::rotate_due(&app.services).await.unwrap();
        assert!(!due().await);
        app.pass(token_keys::SIGNS_FOR + Duration::from_secs(1));
        let (one, two) = tokio::join!(due(), due());
        assert!(one != two, "one of two workers");
        let keys = async || entity::Entity::find().count(app.services.db.read()).await.unwrap();
        assert_eq!(keys().await, 2);
        app.pass(Duration::from_secs(3 * 24 * 3_600));
        due().await;
        assert_eq!(keys().await, 1, "what proves nothing is deleted");
        let newest = entity::Entity::find().order_by_desc(entity::Column::CreatedAt);
        let newest = newest.one(app.services.db.read()).await.unwrap().unwrap();
        assert_eq!(kid(&app.signed_in("asha@example.com").await), newest.kid);
    }
);
