//! Whatever is wrong with a request: which status, which code, which field; never a 500, and nothing half-written.

use crate::support::app::{TestApp, both};
use crate::support::client::Answer;
use crate::support::shop::{Shop, phone};
use reqwest::Method;
use serde_json::{Value, json};

/// One wrong request: path, body, status, code, and the field with its code (empty: none).
type Case = (&'static str, Value, u16, &'static str, (&'static str, &'static str));

const NONE: (&str, &str) = ("", "");

fn cases(shop: &Shop, campaign: &str) -> Vec<(Method, String, Case)> {
    let draft = |changes: Value| shop.draft(changes);
    let campaigns: Vec<Case> = vec![
        ("campaigns", draft(json!({"name": "  "})), 422, "invalid_input", ("name", "invalid_name")),
        ("campaigns", draft(json!({"name": ["x"]})), 422, "invalid_input", ("name", "wrong_type")),
        ("campaigns", draft(json!({"name": null})), 422, "invalid_input", ("name", "missing")),
        ("campaigns", draft(json!({"nmae": "x"})), 422, "invalid_input", ("nmae", "unknown_field")),
        (
            "campaigns",
            draft(json!({"template_id": "tpl_nonsense"})),
            422,
            "invalid_input",
            ("template_id", ""),
        ),
        ("campaigns", draft(json!({"template_id": campaign})), 422, "invalid_input", ("template_id", "")),
        ("campaigns", draft(json!({"sender_ids": []})), 422, "invalid_input", ("sender_ids", "")),
        (
            "campaigns",
            draft(json!({"sender_ids": [shop.sender, shop.sender]})),
            422,
            "invalid_input",
            ("sender_ids[1]", "duplicate_sender"),
        ),
        (
            "campaigns",
            draft(json!({"variables": {"1": {"value": "x"}, "2": {"value": "y"}}})),
            422,
            "invalid_input",
            ("variables.2", "extra_variable"),
        ),
        (
            "campaigns",
            draft(json!({"variables": {"1": {}}})),
            422,
            "invalid_input",
            ("variables.1", "empty_variable"),
        ),
        ("campaigns", draft(json!({"rate_per_minute": 0})), 422, "invalid_input", ("rate_per_minute", "")),
        ("campaigns", draft(json!({"rate_per_minute": -1})), 422, "invalid_input", ("rate_per_minute", "")),
        (
            "campaigns",
            draft(json!({"rate_per_minute": 60_001})),
            422,
            "invalid_input",
            ("rate_per_minute", "invalid_rate"),
        ),
        ("campaigns", draft(json!({"max_attempts": 11})), 422, "invalid_input", ("max_attempts", "")),
        (
            "campaigns",
            draft(json!({"audience": {"kind": "all"}})),
            422,
            "invalid_input",
            ("audience.kind", ""),
        ),
        (
            "campaigns",
            draft(json!({"audience": {"kind": "tag"}})),
            422,
            "invalid_input",
            ("audience.tag", ""),
        ),
        (
            "campaigns",
            draft(json!({"audience": {"kind": "listed", "tag": "x"}})),
            422,
            "invalid_input",
            ("audience.tag", "unexpected_tag"),
        ),
        ("campaigns", json!([]), 422, "invalid_input", ("", "wrong_type")),
        ("campaigns", json!({}), 422, "invalid_input", ("name", "missing")),
    ];
    let recipients: Vec<Case> = vec![
        ("", json!({"recipients": []}), 422, "invalid_input", ("recipients", "")),
        (
            "",
            json!({"recipients": [{"phone": phone(1)}, {"phone": "12"}]}),
            422,
            "invalid_input",
            ("recipients[1].phone", "invalid_phone"),
        ),
        (
            "",
            json!({"recipients": [{"phone": "+91 22 2345 6789"}]}),
            422,
            "invalid_input",
            ("recipients[0].phone", "phone_not_mobile"),
        ),
        (
            "",
            json!({"recipients": [{"phone": phone(1)}, {"phone": phone(2)}, {"phone": phone(1)}]}),
            422,
            "invalid_input",
            ("recipients[2].phone", "duplicate_recipient"),
        ),
        (
            "",
            json!({"recipients": [{"phone": phone(1), "variables": {"7": "x"}}]}),
            422,
            "invalid_input",
            ("recipients[0].variables.7", "extra_variable"),
        ),
        (
            "",
            json!({"recipients": [{"phone": phone(1), "variables": {"1": "x".repeat(2_000)}}]}),
            422,
            "invalid_input",
            ("recipients[0].variables", "body_too_long"),
        ),
        (
            "",
            json!({"recipients": [{"phone": phone(1), "opt_in": {"state": "maybe", "source": "x"}}]}),
            422,
            "invalid_input",
            ("recipients[0].opt_in.state", ""),
        ),
        (
            "",
            json!({"recipients": vec![json!({"phone": phone(1)}); 1_001]}),
            422,
            "invalid_input",
            ("recipients", ""),
        ),
    ];
    let template = |variables: Value| json!({"template_id": shop.utility, "variables": variables});
    let to = |to: &str, template: Value| json!({"sender_id": shop.sender, "to": to, "template": template});
    let messages: Vec<Case> = vec![
        (
            "messages",
            to(&phone(1), template(json!({}))),
            422,
            "invalid_input",
            ("template.variables.1", "missing_variable"),
        ),
        (
            "messages",
            to(&phone(1), template(json!({"1": "x", "2": "y"}))),
            422,
            "invalid_input",
            ("template.variables.2", "extra_variable"),
        ),
        (
            "messages",
            to("nobody", template(json!({"1": "x"}))),
            422,
            "invalid_input",
            ("to", "invalid_phone"),
        ),
        (
            "messages",
            to(&phone(1), json!({"name": "nothing", "language": "en_US"})),
            422,
            "invalid_input",
            ("template.name", "unknown_template"),
        ),
        (
            "messages",
            to(&phone(1), json!({"name": "order_update", "language": "de"})),
            422,
            "invalid_input",
            ("template.name", "unknown_template"),
        ),
        (
            "messages",
            json!({"sender_id": shop.sender, "to": phone(1)}),
            422,
            "invalid_input",
            ("template", "one_of"),
        ),
        (
            "messages",
            json!({"sender_id": shop.sender, "to": phone(1), "text": {"body": ""}}),
            422,
            "invalid_input",
            ("text.body", ""),
        ),
    ];
    let apps: Vec<Case> = vec![
        ("apps", json!({"name": "x"}), 422, "invalid_input", ("app_secret", "missing")),
        ("senders", json!({"phone_number_id": "1"}), 422, "invalid_input", ("waba_id", "missing")),
        ("templates", json!({"name": "x"}), 422, "invalid_input", ("waba_id", "missing")),
    ];
    let own = campaigns.into_iter().chain(messages).chain(apps);
    let own = own.map(|case| (Method::POST, format!("/api/v1/{}", case.0), case));
    let people = recipients
        .into_iter()
        .map(|case| (Method::POST, format!("/api/v1/campaigns/{campaign}/recipients"), case));
    own.chain(people).collect()
}

/// How much there is of everything.
async fn everything(shop: &Shop, campaign: &str) -> Vec<usize> {
    let mut counts = Vec::new();
    for list in ["campaigns", "customers", "senders", "templates", "apps"] {
        counts.push(shop.all(&format!("/api/v1/{list}")).await.len());
    }
    counts.push(shop.recipients(campaign).await.len());
    counts
}

both!(every_wrong_body_is_told_by_code_and_field, |app| {
    let shop = app.shop().await;
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let before = everything(&shop, &campaign).await;
    let mut wrong = Vec::new();
    for (method, path, (_, body, status, code, field)) in cases(&shop, &campaign) {
        let answer = shop.api.send(method, &path, body.clone()).await;
        let told = answer.fields();
        let fits = field == NONE
            || told.iter().any(|(name, code)| *name == field.0 && (field.1.is_empty() || *code == field.1));
        if (answer.status, answer.code()) != (status, code) || !fits {
            let mut body = body.to_string();
            body.truncate(200);
            wrong.push(format!(
                "{path} {body}\n  wanted {status} {code} {field:?}\n  got {} {}",
                answer.status, answer.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(everything(&shop, &campaign).await, before, "nothing was half-written");
    assert_eq!(app.sandbox.counts().requests, 0);
});

both!(what_is_no_proper_request_is_told_before_anything_is_done, |app| {
    let shop = app.shop().await;
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let post = |path: &str, kind: &'static str, body: Vec<u8>| {
        Answer::of(shop.api.request(Method::POST, path).header("content-type", kind).body(body))
    };
    let path = "/api/v1/campaigns";
    post(path, "application/json", b"{\"name\": ".to_vec()).await.refused(400, "invalid_json");
    post(path, "application/json", b"\xff\xfe".to_vec()).await.refused(400, "invalid_json");
    post(path, "application/json", Vec::new()).await.refused(400, "invalid_json");
    post(path, "text/plain", b"{}".to_vec()).await.refused(415, "unsupported_content_type");
    post(path, "application/xml", b"<x/>".to_vec()).await.refused(415, "unsupported_content_type");
    let deep = "[".repeat(100_000).into_bytes();
    post(path, "application/json", deep).await.refused(400, "invalid_json");
    let large = shop.api.announce(path, (1 << 20) + 1).await.answer().await;
    assert!(large.contains("413") && large.contains("body_too_large"), "{large}");
    let import = format!("{path}/{campaign}/recipients/import");
    post(&import, "application/json", b"{}".to_vec()).await.refused(415, "unsupported_content_type");

    for query in ["limit=0", "limit=201", "limit=x", "cursor=nonsense", "status=flying"] {
        let answer = shop.api.get(&format!("{path}?{query}")).await;
        answer.refused(400, "invalid_parameter");
        assert_eq!(answer.fields()[0].0, query.split_once('=').unwrap().0);
    }
    let recipients = format!("{path}/{campaign}/recipients?status=accepted");
    shop.api.get(&recipients).await.refused(400, "invalid_parameter");
    shop.api.get("/api/v1/nothing").await.refused(404, "unknown_address");
    let patched = shop.api.send(Method::PATCH, path, json!({})).await;
    patched.refused(405, "method_not_allowed");
    assert_eq!(patched.header("allow"), "GET, POST");
    assert_eq!(shop.all(path).await.len(), 1);
});

/// Ids that are no ids, ids of other kinds, and ids that nobody has.
async fn strange_ids(app: &TestApp, shop: &Shop) {
    let _ = app;
    for id in [
        "cmp_nonsense",
        "1",
        "%00",
        "cmp_",
        "..%2f..",
        "ümlaut",
        shop.sender.as_str(),
        "cmp_01kawz1m4cf0tr2v6x8yab3c5d",
    ] {
        for kind in ["campaigns", "customers", "messages", "templates", "apps"] {
            let answer = shop.api.get(&format!("/api/v1/{kind}/{id}")).await;
            assert!([400, 404].contains(&answer.status), "{kind}/{id}: {} {}", answer.status, answer.text);
            assert!(!answer.code().is_empty(), "{kind}/{id}: {}", answer.text);
        }
    }
}

both!(strange_ids_find_nothing_and_break_nothing, |app| {
    let shop = app.shop().await;
    strange_ids(app, &shop).await;
    let nul =
        json!({"phone": phone(1), "name": "a\u{0}b", "attributes": {"k\u{0}": "v\u{0}"}, "tags": ["t\u{0}"]});
    let answer = shop.api.send(Method::PUT, "/api/v1/customers", nul).await;
    assert!(answer.status < 500, "a NUL is no reason to fall over: {} {}", answer.status, answer.text);
    for text in ["'; DROP TABLE messages; --", "🌼", "\u{202e}abc", "%", "\\"] {
        let draft = shop.draft(json!({"name": text}));
        assert_eq!(shop.api.post("/api/v1/campaigns", draft).await.ok()["name"], text);
        let query: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(shop.api.get(&format!("/api/v1/customers?search={query}")).await.status, 200, "{text}");
    }
});

both!(whoever_still_writes_a_refused_body_gets_the_answer, |app| {
    let shop = app.shop().await;
    let mut line = shop.api.announce("/api/v1/campaigns", 3 << 20).await;
    let refused = line.answer().await;
    assert!(refused.starts_with("HTTP/1.1 413") && refused.contains("body_too_large"), "{refused}");
    line.write(&vec![b'x'; 3 << 20]).await;
    line.write(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n").await;
    let next = line.answer().await;
    assert!(next.starts_with("HTTP/1.1 200"), "the connection lives on: {next}");
    // an upload that nobody looked at, because nobody may upload without a key
    for _ in 0..5 {
        let answer = shop.api.with_key(None).upload("/api/v1/imports", vec![b'x'; 8 << 20]).await;
        answer.refused(401, "unauthorized");
    }
});
