//! Giant and malformed requests: refused in our words, or closed, and never a 500.

use super::raw;
use crate::support::app::both;
use crate::support::client::Answer;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/campaigns";

both!(giant_heads_are_refused_by_what_is_giant_in_them, |app| {
    let (_, api) = app.organization().await;
    let asked = |name: &str, value: String| api.request(Method::GET, PATH).header(name, value);
    Answer::of(asked("X-Big", "x".repeat(20_000))).await.refused(431, "headers_too_large");
    let many = (0..80).fold(api.request(Method::GET, PATH), |asked, n| asked.header(format!("x-{n}"), "1"));
    Answer::of(many).await.refused(431, "headers_too_large");
    let long = format!("{PATH}?cursor={}", "a".repeat(9_000));
    api.get(&long).await.refused(414, "address_too_long");
    // beyond what is read at all
    for head in [
        format!("GET {PATH} HTTP/1.1\r\nHost: a\r\nX-Big: {}\r\n\r\n", "x".repeat(200_000)),
        format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(200_000)),
        format!("GET {PATH} HTTP/1.1\r\nHost: a\r\n{}\r\n", "a: b\r\n".repeat(1_000)),
    ] {
        let said = raw(&app.anyone, head.as_bytes()).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
    assert_eq!(api.get(PATH).await.status, 200);
});

both!(what_is_no_http_is_no_request, |app| {
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nX-A: b\r\n folded\r\nConnection: close\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nBad Name: b\r\nConnection: close\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nX-Nul: a\0b\r\nConnection: close\r\n\r\n",
        b"POST /api/v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
        b"POST /api/v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"\0\0\0\0\r\n\r\n",
    ] {
        let said = raw(&app.anyone, bytes).await;
        assert!(!said.starts_with("HTTP/1.1 5"), "{}: {said}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(app.anyone.get("/health").await.status, 200);
});

both!(a_header_cannot_be_smuggled_into_an_answer, |app| {
    let (_, api) = app.organization().await;
    for name in ["a%0d%0aSet-Cookie:%20x=1", "%0aX-Evil:1", "\u{e5}\u{12a}"] {
        for path in [format!("/api/v1/customers/{name}"), format!("{PATH}?cursor={name}"), format!("/{name}")]
        {
            let answer = api.get(&path).await;
            assert!((400..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
            assert!(answer.headers.get("set-cookie").is_none() && answer.headers.get("x-evil").is_none());
        }
    }
    let upload = format!("/api/v1/imports?file_name={}", "a%0d%0aX-Evil:%201%22.csv");
    let import = api.upload(&upload, "phone\nnonsense\n").await;
    assert!(import.status < 500, "{import:?}");
    if let Some(id) = import.json["id"].as_str() {
        let report = api.get(&format!("/api/v1/imports/{id}/report")).await;
        assert!(report.status < 500 && report.headers.get("x-evil").is_none(), "{report:?}");
    }
    for id in ["bad id", "x\ty", &"x".repeat(200), "ä"] {
        let bytes = reqwest::header::HeaderValue::from_bytes(id.as_bytes()).unwrap();
        let answer = Answer::of(api.request(Method::GET, PATH).header("X-Request-Id", bytes)).await;
        assert_ne!(answer.header("x-request-id"), id, "only a decent name is taken over");
    }
});

both!(deep_and_wide_json_is_refused_without_effort, |app| {
    let (_, api) = app.organization().await;
    let post = async |body: String| {
        let asked = api.request(Method::POST, PATH).header("content-type", "application/json").body(body);
        Answer::of(asked).await
    };
    for body in [
        "[".repeat(500_000),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)),
        format!("{{\"name\":{}{}}}", "[".repeat(127), "]".repeat(127)),
        format!("{{\"name\":\"x\",\"audience\":{}}}", "[{}],".repeat(1_000)),
        "\u{feff}{}".to_string(),
        "\"\\ud800\"".to_string(),
        "1e999999".to_string(),
        format!("{{{}\"a\":1}}", "\"a\":1,".repeat(100_000)),
    ] {
        let answer = post(body.clone()).await;
        assert!([400, 422].contains(&answer.status), "{} …: {answer:?}", &body[..body.len().min(40)]);
        assert!(answer.json["errors"].as_array().is_none_or(|errors| errors.len() <= 100));
    }
    let wide: serde_json::Map<String, Value> = (0..20_000).map(|n| (format!("k{n}"), json!(n))).collect();
    let customer = json!({"phone": "+919876543210", "attributes": wide});
    let answer = api.send(Method::PUT, "/api/v1/customers", customer).await;
    answer.refused(422, "invalid_input");
});
