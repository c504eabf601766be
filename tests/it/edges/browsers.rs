//! What browsers are told: whose pages may ask, and to come by https.

use crate::support::app::{Setup, TestApp, both};
use crate::support::client::Answer;
use reqwest::Method;

const PATH: &str = "/api/v1/campaigns";
const PAGE: &str = "https://app.example.com";

fn origins(origins: &'static str) -> Setup {
    let settings = vec![("HTTP__CORS_ORIGINS", origins)];
    Setup { settings, without_worker: true, ..Setup::default() }
}

async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let asked = app.anyone.request(Method::OPTIONS, PATH).header("Origin", origin);
    let asked = asked.header("Access-Control-Request-Method", "POST");
    Answer::of(asked.header("Access-Control-Request-Headers", "authorization, idempotency-key")).await
}

async fn asked_from(app: &TestApp, origin: &str) -> Answer {
    Answer::of(app.anyone.request(Method::GET, PATH).header("Origin", origin)).await
}

const ALLOWED: &str = "access-control-allow-origin";
const COOKIES: &str = "access-control-allow-credentials";

both!(a_listed_origin_may_ask_and_others_are_told_nothing, origins("https://app.example.com"), |app| {
    let answer = preflight(app, PAGE).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!((answer.header(ALLOWED), answer.header(COOKIES)), (PAGE, "true"));
    assert_eq!(answer.header("access-control-allow-methods"), "GET, POST");
    for header in ["authorization", "idempotency-key", "content-type"] {
        assert!(answer.header("access-control-allow-headers").contains(header), "{header}");
    }
    assert!(answer.header("vary").contains("origin"));
    // refusals can be read by the page, too
    let answer = asked_from(app, PAGE).await;
    answer.refused(401, "unauthorized");
    assert_eq!(answer.header(ALLOWED), PAGE);
    assert!(answer.header("access-control-expose-headers").contains("retry-after"));
    for stranger in ["https://evil.example", "null", "http://app.example.com", "https://app.example.com:444"]
    {
        let answer = preflight(app, stranger).await;
        assert_eq!(
            (answer.status, answer.header(ALLOWED), answer.header(COOKIES)),
            (204, "", ""),
            "{stranger}"
        );
        assert_eq!(answer.header("access-control-allow-methods"), "");
        let answer = asked_from(app, stranger).await;
        assert_eq!(answer.header(ALLOWED), "");
        assert!(answer.header("vary").contains("origin"), "a cache must not mix them up");
    }
});

both!(a_star_lets_every_page_ask_without_cookies, origins("*"), |app| {
    for answer in [preflight(app, PAGE).await, asked_from(app, PAGE).await] {
        assert_eq!((answer.header(ALLOWED), answer.header(COOKIES)), ("*", ""));
    }
});

both!(without_the_setting_no_page_may_ask, origins(""), |app| {
    preflight(app, PAGE).await.refused(405, "method_not_allowed");
    let answer = asked_from(app, PAGE).await;
    assert_eq!((answer.header(ALLOWED), answer.header("vary")), ("", ""));
});

both!(every_answer_is_dressed_against_browsers_mistakes, |app| {
    for path in ["/", "/docs", "/health", PATH, "/nothing"] {
        let answer = app.anyone.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("strict-transport-security"), "", "by http nobody may promise https");
    }
});

both!(
    where_the_outside_is_https_browsers_stay_there,
    Setup {
        settings: vec![("HTTP__PUBLIC_URL", "https://bellbird.example.com")],
        without_worker: true,
        ..Setup::default()
    },
    |app| {
        for path in ["/health", PATH] {
            assert_eq!(app.anyone.get(path).await.header("strict-transport-security"), "max-age=31536000");
        }
    }
);
