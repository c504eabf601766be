//! Scenarios, and the page that lists what the sandbox can do.

use bellbird_sandbox::{Scenario, Tier};
use serde_json::{Value, json};

use crate::support::{NUMBER, Setup, template};

#[tokio::test]
async fn an_outage_begins_and_ends() {
    let setup = Setup::plain().await;
    let play = async |name: &str| setup.call("POST", "/_sandbox/scenario", json!({"name": name})).await.0;
    assert_eq!(play("outage").await, 200);
    let status = async |path: &str| {
        let url = format!("{}/v24.0/{path}", setup.sandbox.base_url());
        setup.client.get(url).bearer_auth("x").send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(NUMBER).await, 503);
    let url = format!("{}/v24.0/{NUMBER}/messages", setup.sandbox.base_url());
    let sent =
        setup.client.post(url).bearer_auth(crate::support::TOKEN).json(&template("4915112345678", "a"));
    assert_eq!(sent.send().await.unwrap().status(), 503);
    assert_eq!(play("rush").await, 200);
    assert_eq!(setup.send(&template("4915112345678", "a")).await.0, 200);
    assert_eq!(status(NUMBER).await, 401, "no rule any more");
    assert_eq!(play("siesta").await, 400);
}

#[tokio::test]
async fn every_scenario_can_be_played() {
    for (name, scenario) in Scenario::ALL {
        let setup = Setup::plain().await;
        setup.sandbox.play(scenario).unwrap();
        assert_eq!(json!(scenario), json!(name));
        let strict = setup.sandbox.portfolios().first().map(|report| report.portfolio.limit);
        assert_eq!(strict, (scenario == Scenario::Strict).then_some(Tier::Of250), "{name}");
    }
}

#[tokio::test]
async fn the_page_lists_what_can_be_done() {
    let setup = Setup::plain().await;
    for path in ["/", "/_sandbox/"] {
        let url = format!("{}{path}", setup.sandbox.base_url());
        let text = setup.client.get(&url).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("/_sandbox/inbound") && text.contains(setup.sandbox.base_url()), "{text}");
        let html = setup.client.get(&url).header("accept", "text/html,*/*").send().await.unwrap();
        assert!(html.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    }
}

#[tokio::test]
async fn every_call_of_the_page_exists() {
    let setup = Setup::plain().await;
    let page = setup.client.get(setup.sandbox.base_url()).send().await.unwrap().text().await.unwrap();
    let calls: Vec<_> = page.lines().filter(|line| line.contains(" /_sandbox/")).collect();
    assert!(calls.len() > 30, "{}", calls.len());
    for call in calls {
        let mut words = call.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let (_, answer) = setup.call(method, path, Value::Null).await;
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(!error.contains(path), "{method} {path}: {error}");
    }
}
