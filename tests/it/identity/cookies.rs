//! Sessions of a browser.

use crate::support::app::{TestApp, both};
use crate::support::client::Answer;
use crate::support::people::PASSWORD;
use reqwest::Method;
use serde_json::{Value, json};

/// A browser: what it keeps, and what its requests say.
#[derive(Default)]
struct Browser {
    kept: Vec<(String, String)>,
}

impl Browser {
    /// Asks as a page of `origin` would, with or without the header that only our pages send.
    async fn ask(
        &mut self,
        app: &TestApp,
        (method, path, body): (Method, &str, Value),
        csrf: bool,
        origin: Option<&str>,
    ) -> Answer {
        let mut request = app.anyone.request(method, path);
        let kept: Vec<_> = self.kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !kept.is_empty() {
            request = request.header("cookie", kept.join("; "));
        }
        if csrf {
            request = request.header("x-bellbird-csrf", "1");
        }
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = Answer::of(if body.is_null() { request } else { request.json(&body) }).await;
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, rest) = set.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.kept.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.kept.push((name.to_string(), value.to_string()));
            }
            assert!(set.contains("; HttpOnly; SameSite=Strict"), "{set}");
        }
        answer
    }
}

fn login() -> (Method, &'static str, Value) {
    let body = json!({"email": "asha@example.com", "password": PASSWORD, "cookies": true});
    (Method::POST, "/api/v1/auth/login", body)
}

both!(a_browser_works_with_cookies_no_script_can_read, |app| {
    app.register("asha@example.com").await.ok();
    let mut browser = Browser::default();
    browser.ask(app, login(), false, None).await.refused(403, "csrf_refused");
    assert!(browser.kept.is_empty());
    let tokens = browser.ask(app, login(), true, None).await.ok();
    assert!(tokens.get("access_token").is_none() && tokens.get("refresh_token").is_none(), "{tokens}");
    assert_eq!(browser.kept.len(), 2);

    let me = (Method::GET, "/api/v1/auth/me", Value::Null);
    assert_eq!(browser.ask(app, me.clone(), false, None).await.ok()["email"], "asha@example.com");
    let before = browser.kept.clone();
    app.pass(std::time::Duration::from_secs(2)); // a token tells whole seconds
    let refresh = (Method::POST, "/api/v1/auth/refresh", json!({}));
    browser.ask(app, refresh.clone(), false, None).await.refused(403, "csrf_refused");
    let refreshed = browser.ask(app, refresh, true, None).await.ok();
    assert!(refreshed.get("access_token").is_none());
    assert!(browser.kept.iter().all(|cookie| !before.contains(cookie)), "both are new");
    browser.ask(app, me.clone(), false, None).await.ok();

    let logout = (Method::POST, "/api/v1/auth/logout", Value::Null);
    browser.ask(app, logout.clone(), false, None).await.refused(403, "csrf_refused");
    assert_eq!(browser.ask(app, logout, true, None).await.status, 204);
    assert!(browser.kept.is_empty(), "{:?}", browser.kept);
    browser.ask(app, me, false, None).await.refused(401, "unauthorized");
});

both!(another_sites_page_cannot_act_for_who_is_signed_in, |app| {
    app.register("asha@example.com").await.ok();
    let mut browser = Browser::default();
    browser.ask(app, login(), true, None).await.ok();
    let ours = app.services.config.http.public_url();
    let customer = (Method::PUT, "/api/v1/customers", json!({"phone": "+919820000001"}));
    for (csrf, origin, taken) in [
        (false, None, false),
        (false, Some(ours.as_str()), false),
        (true, Some("https://evil.example"), false),
        (true, Some("null"), false),
        (true, None, true),
        (true, Some(ours.as_str()), true),
    ] {
        let answer = browser.ask(app, customer.clone(), csrf, origin).await;
        let code = if taken { "" } else { "csrf_refused" };
        assert_eq!(
            (answer.status == 200, answer.code()),
            (taken, code),
            "{csrf} {origin:?}: {}",
            answer.text
        );
    }
    // a header of its own speaks for itself, and the cookies do not count
    let (_, api) = app.organization().await;
    let cookies: Vec<_> = browser.kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = api.request(Method::PUT, "/api/v1/customers").header("cookie", cookies.join("; "));
    Answer::of(request.json(&json!({"phone": "+919820000002"}))).await.ok();
});

both!(
    pages_of_the_console_may_use_cookies,
    crate::support::app::Setup {
        settings: vec![("AUTH__CONSOLE_URL", "https://console.example")],
        ..Default::default()
    },
    |app| {
        app.register("asha@example.com").await.ok();
        let mut browser = Browser::default();
        browser.ask(app, login(), true, Some("https://console.example")).await.ok();
        browser.ask(app, login(), true, Some("https://other.example")).await.refused(403, "csrf_refused");
    }
);
