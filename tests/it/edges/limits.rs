//! How often callers may ask.

use crate::support::app::{Setup, both};
use crate::support::client::{Answer, Client};
use crate::support::wait::wait_until;
use bellbird_core::identity;
use bellbird_core::secret::ExposeSecret;
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/api/v1/campaigns";

fn limited(key: &'static str, to: &'static str) -> Setup {
    Setup { settings: vec![(key, to)], without_worker: true, ..Setup::default() }
}

/// Asks until it is refused.
async fn exhaust(api: &Client, path: &str) -> Answer {
    for _ in 0..2_000 {
        let answer = api.get(path).await;
        if answer.status == 429 {
            return answer;
        }
    }
    panic!("{path} was never refused")
}

both!(
    a_key_that_asks_too_often_is_told_when_to_come_back,
    limited("THROTTLE__CALLER_PER_SECOND", "2"),
    |app| {
        let (organization, api) = app.organization().await;
        let first = api.get(PATH).await;
        assert_eq!(first.status, 200);
        assert_eq!(first.header("ratelimit-policy"), r#""caller";q=4;w=2,"organization";q=200000;w=2"#);
        assert!(first.header("ratelimit").starts_with(r#""caller";r=3;t=1,"organization";r="#), "{first:?}");
        let refused = exhaust(&api, PATH).await;
        refused.refused(429, "too_many_requests");
        assert_eq!(refused.json["type"], "https://iana.org/assignments/http-problem-types#quota-exceeded");
        assert_eq!(refused.json["violated-policies"], json!(["caller"]));
        assert_eq!(refused.header("retry-after"), "1");
        assert!(refused.header("ratelimit").starts_with(r#""caller";r=0;t=2"#), "{refused:?}");

        let tx = app.services.begin().await.unwrap();
        let other = identity::create_key(&tx, organization, "another").await.unwrap();
        tx.commit().await.unwrap();
        let other = api.with_key(Some(other.secret.expose_secret()));
        assert_eq!(other.get(PATH).await.status, 200, "another key of the organization is not held up");
        wait_until("the key to be served again", async || api.get(PATH).await.status == 200).await;
    }
);

both!(
    all_keys_of_an_organization_share_its_quota,
    limited("THROTTLE__ORGANIZATION_PER_SECOND", "3"),
    |app| {
        let (organization, api) = app.organization().await;
        let refused = exhaust(&api, PATH).await;
        assert_eq!(refused.json["violated-policies"], json!(["organization"]));
        let tx = app.services.begin().await.unwrap();
        let other = identity::create_key(&tx, organization, "another").await.unwrap();
        tx.commit().await.unwrap();
        let other = api.with_key(Some(other.secret.expose_secret()));
        exhaust(&other, PATH).await.refused(429, "too_many_requests");
        let (_, neighbour) = app.organization().await;
        assert_eq!(neighbour.get(PATH).await.status, 200, "and nobody else's");
    }
);

both!(
    an_address_that_guesses_keys_is_shut_out_and_valid_keys_are_not,
    limited("THROTTLE__FAILURES_PER_MINUTE", "5"),
    |app| {
        let (_, api) = app.organization().await;
        let guesser = app.anyone.with_key(Some("bb_0000000000000000000000000000000000000000"));
        for _ in 0..5 {
            guesser.get(PATH).await.refused(401, "unauthorized");
        }
        let refused = guesser.get(PATH).await;
        refused.refused(429, "too_many_requests");
        assert_eq!(refused.json["violated-policies"], json!(["address"]));
        assert_eq!(refused.header("ratelimit-policy"), r#""address";q=5;w=60"#);
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=12).contains(&wait), "{wait}");
        app.anyone.get(PATH).await.refused(429, "too_many_requests");
        for _ in 0..20 {
            assert_eq!(api.get(PATH).await.status, 200);
            assert_eq!(app.anyone.get("/health").await.status, 200);
        }
    }
);

both!(
    forged_webhooks_are_limited_and_signed_ones_never,
    limited("THROTTLE__FAILURES_PER_MINUTE", "5"),
    |app| {
        let shop = app.shop().await;
        let forged = async || {
            let post = app.anyone.request(Method::POST, &shop.webhook_url).json(&json!({"object": "x"}));
            Answer::of(post.header("X-Hub-Signature-256", format!("sha256={}", "0".repeat(64)))).await
        };
        for _ in 0..5 {
            forged().await.refused(401, "wrong_signature");
        }
        forged().await.refused(429, "too_many_requests");
        app.anyone.get("/webhooks/whatsapp/nobodys").await.refused(429, "too_many_requests");
        for _ in 0..20 {
            let taken = shop.hear(&json!({"object": "whatsapp_business_account", "entry": []})).await;
            assert_eq!((taken.status, taken.header("ratelimit")), (200, ""));
        }
        app.start_worker().await;
        app.heard_everything().await;
    }
);

both!(
    an_address_is_the_lines_other_end_unless_a_trusted_proxy_says_more,
    limited("THROTTLE__FAILURES_PER_MINUTE", "3"),
    |app| {
        let from = async |address: &str| {
            let asked = app.anyone.request(Method::GET, PATH).header("X-Forwarded-For", address);
            Answer::of(asked).await.status
        };
        for n in 0..3 {
            assert_eq!(from(&format!("198.51.100.{n}")).await, 401);
        }
        assert_eq!(from("198.51.100.9").await, 429, "a header of the caller's own changes nothing");
    }
);

both!(
    behind_a_trusted_proxy_each_client_counts_alone,
    Setup {
        settings: vec![("THROTTLE__FAILURES_PER_MINUTE", "3"), ("HTTP__TRUSTED_PROXIES", "127.0.0.0/8")],
        without_worker: true,
        ..Setup::default()
    },
    |app| {
        let from = async |addresses: &str| {
            let asked = app.anyone.request(Method::GET, PATH).header("X-Forwarded-For", addresses);
            Answer::of(asked).await.status
        };
        for n in 0..3 {
            assert_eq!(
                from(&format!("203.0.113.{n}, 198.51.100.1")).await,
                401,
                "what it wrote itself is ignored"
            );
        }
        assert_eq!(from("203.0.113.7, 198.51.100.1").await, 429);
        assert_eq!(from("198.51.100.2").await, 401);
    }
);

both!(an_error_tells_how_its_caller_stands_too, |app| {
    let (_, api) = app.organization().await;
    for path in ["/api/v1/campaigns/cmp_01kawz1m4cf0tr2v6x8yab3c5d", "/api/v1/campaigns?limit=x"] {
        let answer = api.get(path).await;
        assert!(answer.status >= 400);
        assert!(answer.header("ratelimit").starts_with(r#""caller";r="#), "{path}: {answer:?}");
    }
    assert_eq!(app.anyone.get("/health").await.header("ratelimit"), "");
});
