//! The door: how files come in.

use super::counts;
use crate::support::app::{Setup, both};
use crate::support::client::Answer;
use crate::support::shop::phone;
use futures::stream;
use reqwest::{Body, Method};
use serde_json::json;

fn at_most_fifty_megabytes() -> Setup {
    Setup { settings: vec![("IMPORTS__MAX_BYTES", "50000000")], ..Setup::default() }
}

/// So many bytes of rows, made while they are sent.
fn rows_of(bytes: usize) -> Body {
    let chunk = "+919876543210,somebody\n".repeat(2_850);
    let chunks = (0..bytes / chunk.len()).map(move |_| Ok::<_, std::io::Error>(chunk.clone()));
    Body::wrap_stream(stream::iter(chunks))
}

both!(a_file_that_is_too_large_is_refused_as_it_comes, at_most_fifty_megabytes(), |app| {
    let shop = app.shop().await;
    let declared = shop.api.announce("/api/v1/imports", 200_000_000).await.answer().await;
    assert!(declared.starts_with("HTTP/1.1 413") && declared.contains("body_too_large"), "{declared}");
    // without its length: refused while it is still being sent, which a client may take for a broken line
    let request = shop.api.request(Method::POST, "/api/v1/imports");
    let request = request.header("content-type", "text/csv").body(rows_of(200_000_000));
    if let Ok(response) = request.send().await {
        assert_eq!(response.status(), 413);
    }
    assert_eq!(shop.all("/api/v1/imports").await.len(), 0);
    assert!(crate::imports::kept_files(app).is_empty());
    let import = shop.uploaded(format!("phone\n{}\n", phone(1))).await;
    assert!(import.starts_with("imp_"), "and the door still works");
});

both!(a_file_larger_than_other_bodies_may_be_is_taken, |app| {
    let shop = app.shop().await;
    let mut file = String::from("phone,note\n");
    (0..30).for_each(|n| file.push_str(&format!("{},{}\n", phone(n), "n".repeat(900_000))));
    let import = shop.api.upload("/api/v1/imports", file).await.ok();
    assert!(import["size"].as_u64().unwrap() > 25 << 20, "more than a CSV within a request may have");
    let other = shop.api.upload("/api/v1/campaigns", "x".repeat(2 << 20)).await;
    other.refused(413, "body_too_large");
    shop.started(import["id"].as_str().unwrap(), json!({})).await;
    let import = shop.over(import["id"].as_str().unwrap()).await;
    assert_eq!(counts(&import), [30, 0, 0, 0, 30], "notes that are too long are told row by row");
    assert_eq!(shop.rejects(&import).await[0], (2, "invalid_attribute".to_string()));
});

both!(an_upload_repeated_with_its_key_is_one_import, |app| {
    let shop = app.shop().await;
    let file = |n| format!("phone\n{}\n", phone(n));
    let post = async |path: &str, file: String| {
        let request = shop.api.request(Method::POST, path).header("Idempotency-Key", "once");
        Answer::of(request.header("content-type", "text/csv").body(file)).await
    };
    let first = post("/api/v1/imports?start=true", file(1)).await;
    let again = post("/api/v1/imports?start=true", file(1)).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((&first.json["id"], again.header("idempotent-replayed")), (&again.json["id"], "true"));
    post("/api/v1/imports?start=true", file(2)).await.refused(422, "idempotency_key_reused");
    post("/api/v1/imports?start=true&dry_run=true", file(1)).await.refused(422, "idempotency_key_reused");
    shop.over(first.json["id"].as_str().unwrap()).await;
    assert_eq!(shop.all("/api/v1/imports").await.len(), 1);
});

both!(what_only_a_start_needs_is_refused_without_one, |app| {
    let shop = app.shop().await;
    let answer = shop.api.upload("/api/v1/imports?dry_run=true", "phone\n1\n").await;
    answer.refused(400, "invalid_parameter");
    let answer = shop.api.upload("/api/v1/imports?start=true", "name\nAsha\n").await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("file", "no_phone_column")]);
    let answer = shop
        .api
        .upload("/api/v1/imports?start=true&campaign_id=cmp_01kawz1m4cf0tr2v6x8yab3c5d", "phone\n1\n");
    answer.await.refused(404, "not_found");
    assert_eq!(shop.all("/api/v1/imports").await.len(), 0);
    assert!(crate::imports::kept_files(app).is_empty());
});
