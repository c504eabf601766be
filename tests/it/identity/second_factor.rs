//! The second factor.

use crate::support::app::{TestApp, both};
use crate::support::client::Answer;
use crate::support::people::{PASSWORD, Who};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use std::time::Duration;

const STEP: Duration = Duration::from_secs(30);

/// What an authenticator app shows.
fn code(app: &TestApp, secret: &str) -> String {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0, 0u32);
    for digit in secret.bytes().map(|c| if c.is_ascii_digit() { c - b'2' + 26 } else { c - b'A' }) {
        (held, bits) = ((held << 5) | u32::from(digit), bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&(app.services.now().0 / 30_000).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

async fn with_code(app: &TestApp, code: &str) -> Answer {
    let body = json!({"email": "asha@example.com", "password": PASSWORD, "code": code});
    app.anyone.post("/api/v1/auth/login", body).await
}

/// Switches it on; gives the secret and the recovery codes.
async fn switched_on(app: &TestApp, who: &Who) -> (String, Vec<String>) {
    let begun = who.api.post("/api/v1/auth/second-factor", json!({"password": PASSWORD})).await.ok();
    let secret = begun["secret"].as_str().unwrap().to_string();
    assert!(begun["uri"].as_str().unwrap().contains(&secret));
    let body = json!({"code": code(app, &secret)});
    let codes = who.api.post("/api/v1/auth/second-factor/confirm", body).await.ok();
    let codes = codes["recovery_codes"].as_array().unwrap().iter();
    (secret, codes.map(|code| code.as_str().unwrap().to_string()).collect())
}

both!(a_code_is_asked_for_and_good_once, |app| {
    let who = app.newcomer("asha@example.com").await;
    let other = app.signed_in("asha@example.com").await;
    let begin = async |password: &str| {
        who.api.post("/api/v1/auth/second-factor", json!({"password": password})).await
    };
    assert_eq!(begin("not this one").await.fields(), [("password", "wrong_password")]);
    let confirm =
        async |code: Value| who.api.post("/api/v1/auth/second-factor/confirm", json!({"code": code})).await;
    confirm("123456".into()).await.refused(409, "second_factor_not_begun");
    begin(PASSWORD).await.ok();
    app.signed_in("asha@example.com").await; // it does not count yet
    assert_eq!(confirm("12345".into()).await.fields(), [("code", "invalid_code")]);
    let (secret, codes) = switched_on(app, &who).await;
    assert_eq!(codes.len(), 10);
    begin(PASSWORD).await.refused(409, "second_factor_on");
    other.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    assert_eq!(who.api.get("/api/v1/auth/me").await.ok()["second_factor"], true);

    app.sign_in("asha@example.com", PASSWORD).await.refused(401, "second_factor_needed");
    app.sign_in("asha@example.com", "wrong password").await.refused(401, "invalid_credentials");
    with_code(app, "000000").await.refused(401, "invalid_code");
    with_code(app, &code(app, &secret)).await.refused(401, "invalid_code"); // it switched it on
    app.pass(STEP);
    let next = code(app, &secret);
    with_code(app, &next).await.ok();
    with_code(app, &next).await.refused(401, "invalid_code");
});

both!(a_recovery_code_is_good_once, |app| {
    let who = app.newcomer("asha@example.com").await;
    let (_, codes) = switched_on(app, &who).await;
    with_code(app, &codes[0]).await.ok();
    with_code(app, &codes[0]).await.refused(401, "invalid_code");
    with_code(app, &codes[1].to_uppercase().replace('-', " ")).await.ok();
    let off = async |password: &str, code: &str| {
        let body = json!({"password": password, "code": code});
        who.api.post("/api/v1/auth/second-factor/disable", body).await
    };
    assert_eq!(off("not this one", &codes[2]).await.fields(), [("password", "wrong_password")]);
    assert_eq!(off(PASSWORD, &codes[1]).await.fields(), [("code", "invalid_code")]);
    assert_eq!(off(PASSWORD, &codes[2]).await.status, 204);
    off(PASSWORD, &codes[3]).await.refused(409, "second_factor_off");
    app.signed_in("asha@example.com").await;
});

both!(of_many_at_once_with_one_code_one_gets_in, |app| {
    let who = app.newcomer("asha@example.com").await;
    let (secret, codes) = switched_on(app, &who).await;
    app.pass(STEP);
    for code in [code(app, &secret), codes[0].clone()] {
        let all = futures::future::join_all((0..4).map(|_| with_code(app, &code))).await;
        assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 1);
    }
});
