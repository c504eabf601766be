//! Every refusal, with Meta's code and HTTP status.

use bellbird_sandbox::{Behaviour, Match, PhoneNumber, Rule, SandboxConfig, World};
use serde_json::{Value, json};

use crate::support::{NUMBER, Setup, TOKEN, WABA, template, text};

/// (HTTP status, code) of an answer.
fn code((status, body): &(u16, Value)) -> (u16, u64) {
    (*status, body["error"]["code"].as_u64().unwrap_or_default())
}

#[tokio::test]
async fn a_wrong_token_or_number_is_told_apart_as_meta_does() {
    let setup = Setup::plain().await;
    let post = async |number: &str, token: &str| {
        let url = format!("{}/v24.0/{number}/messages", setup.sandbox.base_url());
        let answer =
            setup.client.post(url).bearer_auth(token).json(&template("4915112345678", "a")).send().await;
        let answer = answer.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let bad_token = post(NUMBER, "wrong").await;
    assert_eq!(code(&bad_token), (401, 190));
    assert_eq!(bad_token.1["error"]["type"], "OAuthException");
    let unknown = post("999", TOKEN).await;
    assert_eq!(code(&unknown), (400, 100));
    assert_eq!(unknown.1["error"]["error_subcode"], 33);
    assert_eq!(unknown.1["error"]["type"], "GraphMethodException");
    setup.sandbox.expire_token(TOKEN);
    let expired = post(NUMBER, TOKEN).await;
    assert_eq!((code(&expired), &expired.1["error"]["error_subcode"]), ((401, 190), &json!(463)));
    assert_eq!(setup.sandbox.counts().refused[&190], 2);
    assert_eq!(setup.sandbox.counts().accepted, 0);
}

#[tokio::test]
async fn requests_that_are_wrong_are_refused_with_their_code() {
    let setup = Setup::plain().await;
    let changed = |pointer: &str, value: Value| {
        let mut body = template("4915112345678", "a");
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let cases = [
        (changed("/messaging_product", json!("sms")), (400, 100)),
        (changed("/to", json!("")), (400, 100)),
        (changed("/to", json!("not a number")), (400, 131_009)),
        (changed("/to", json!("12")), (400, 131_009)),
        (changed("/to", json!("+1 (555) 078-3881")), (400, 131_021)),
        (changed("/biz_opaque_callback_data", json!("x".repeat(513))), (400, 100)),
        (changed("/template/name", json!("nothing")), (404, 132_001)),
        (changed("/template/language/code", json!("pt_BR")), (404, 132_001)),
        (changed("/template/components/0/parameters", json!([])), (400, 132_000)),
        (changed("/template/components/0/parameters/0/text", json!("a\nb")), (400, 132_018)),
        (changed("/template/components/1/index", json!(5)), (400, 131_009)),
        (changed("/type", json!("hologram")), (400, 131_008)),
        (
            json!({"messaging_product": "whatsapp", "to": "4915112345678", "text": {"body": ""}}),
            (400, 131_008),
        ),
        (
            json!({"messaging_product": "whatsapp", "to": "4915112345678", "type": "interactive",
                "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": []}}}),
            (400, 100),
        ),
    ];
    for (body, wanted) in cases {
        let answer = setup.send(&body).await;
        assert_eq!(code(&answer), wanted, "{body} gave {}", answer.1);
    }
    assert_eq!(code(&setup.call("POST", &format!("/v24.0/{NUMBER}/messages"), json!([])).await), (400, 100));
    assert_eq!((setup.sandbox.counts().accepted, setup.sandbox.refused().len()), (0, 15));
    assert_eq!(setup.send(&changed("/biz_opaque_callback_data", json!("x".repeat(512)))).await.0, 200);
}

#[tokio::test]
async fn templates_that_may_not_be_sent_are_refused() {
    let setup = Setup::plain().await;
    for (status, wanted) in [
        ("PAUSED", (400, 132_015)),
        ("DISABLED", (400, 132_016)),
        ("PENDING", (404, 132_001)),
        ("APPROVED", (200, 0)),
    ] {
        assert!(setup.sandbox.set_template_status(WABA, "welcome_offer", "en_US", status, None));
        assert_eq!(code(&setup.send(&template("4915112345678", "a")).await), wanted, "{status}");
    }
    setup.settled().await;
    let events: Vec<_> = setup.inbox.posts().iter().map(|p| p["entry"][0]["changes"][0].clone()).collect();
    let paused = events.iter().find(|change| change["value"]["event"] == "PAUSED").unwrap();
    assert_eq!(paused["field"], "message_template_status_update");
    assert_eq!(paused["value"]["message_template_language"], "en-US");
}

#[tokio::test]
async fn every_code_can_be_answered_at_once() {
    let setup = Setup::plain().await;
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/error_codes.json");
    let reference: Value = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
    for row in reference["codes"].as_array().unwrap() {
        let wanted = u32::try_from(row["code"].as_u64().unwrap()).unwrap();
        setup.sandbox.clear_rules();
        setup
            .sandbox
            .add_rule(Rule::new(Match::all(), Behaviour::Refuse { code: wanted, http_status: None }));
        let answer = setup.send(&template("4915112345678", "a")).await;
        let status = row["http_status"].as_u64().unwrap_or(400);
        assert_eq!(
            (u64::from(answer.0), answer.1["error"]["code"].as_u64().unwrap()),
            (status, u64::from(wanted))
        );
        assert!(answer.1["error"]["fbtrace_id"].is_string());
    }
    assert_eq!(setup.sandbox.counts().accepted, 0);
}

#[tokio::test]
async fn every_code_can_be_reported_later() {
    let setup = Setup::plain().await;
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/error_codes.json");
    let reference: Value = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
    let mut sent = Vec::new();
    for row in reference["codes"].as_array().unwrap() {
        let code = u32::try_from(row["code"].as_u64().unwrap()).unwrap();
        setup.sandbox.clear_rules();
        let later = Behaviour::FailLater { code, after_ms: 0, sent_first: false };
        setup.sandbox.add_rule(Rule::new(Match::all(), later));
        sent.push((setup.accepted("4915112345678", &code.to_string()).await, code));
    }
    setup.settled().await;
    let statuses = setup.inbox.statuses();
    assert_eq!(statuses.len(), sent.len());
    for (wamid, code) in sent {
        let failed = statuses.iter().find(|status| status["id"] == wamid).unwrap();
        assert_eq!((&failed["status"], &failed["errors"][0]["code"]), (&json!("failed"), &json!(code)));
        assert_eq!(failed["errors"][0]["title"], failed["errors"][0]["message"]);
        assert!(failed["errors"][0]["error_data"]["details"].is_string());
    }
}

#[tokio::test]
async fn a_number_passes_no_more_than_its_throughput() {
    let setup = Setup::plain().await;
    let mut slow = PhoneNumber::new(NUMBER, WABA, "670843887433847", TOKEN);
    slow.mps = 1;
    slow.burst = Some(5);
    setup.sandbox.apply(World { numbers: vec![slow], ..World::default() }).unwrap();
    let mut answers = Vec::new();
    for n in 0..8 {
        answers.push(setup.send(&template(&format!("49151123456{n:02}"), "a")).await);
    }
    let limited: Vec<_> = answers.iter().filter(|answer| answer.0 != 200).collect();
    assert!((2..=3).contains(&limited.len()), "{answers:?}");
    assert_eq!(code(limited[0]), (400, 130_429));
    assert_eq!(limited[0].1["error"]["error_subcode"], 2_494_055);
}

#[tokio::test]
async fn a_pair_has_its_own_rate_when_asked_for() {
    let setup = Setup::new(SandboxConfig { pair_rate: true, ..SandboxConfig::default() }).await;
    for _ in 0..45 {
        setup.accepted("4915112345678", "a").await;
    }
    assert_eq!(code(&setup.send(&template("4915112345678", "a")).await), (400, 131_056));
    setup.accepted("4915112345679", "a").await;
}

#[tokio::test]
async fn text_outside_the_window_is_accepted_and_fails_later() {
    let setup = Setup::plain().await;
    let closed = setup.send(&text("4915112345678")).await;
    assert_eq!(closed.0, 200);
    setup.settled().await;
    let failed = &setup.inbox.statuses()[0];
    assert_eq!((&failed["status"], &failed["errors"][0]["code"]), (&json!("failed"), &json!(131_047)));
    setup.sandbox.open_window(NUMBER, "4915112345678");
    let open = setup.send(&text("4915112345678")).await.1["messages"][0]["id"].as_str().unwrap().to_owned();
    setup.settled().await;
    assert_eq!(setup.inbox.of(&open), ["sent", "delivered"]);
}
