//! `Idempotency-Key`: a repeated request is answered again and not done again.

use crate::support::app::both;
use crate::support::client::Answer;
use crate::support::shop::phone;
use bellbird_core::idempotency;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

both!(a_repeated_request_gets_the_first_answer_and_is_not_done_again, |app| {
    let shop = app.shop().await;
    let draft = shop.draft(json!({}));
    let first = shop.api.post_once("/api/v1/campaigns", draft.clone(), "order-1").await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (201, ""));
    for _ in 0..2 {
        let again = shop.api.post_once("/api/v1/campaigns", draft.clone(), "order-1").await;
        assert_eq!((again.status, &again.json), (201, &first.json));
        assert_eq!(again.header("idempotent-replayed"), "true");
    }
    assert_eq!(shop.all("/api/v1/campaigns").await.len(), 1);
    let second = shop.api.post_once("/api/v1/campaigns", draft, "order-2").await;
    assert_ne!(second.json["id"], first.json["id"]);
});

both!(a_key_belongs_to_one_request_of_one_organization, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    shop.api.post_once("/api/v1/campaigns", shop.draft(json!({})), "k").await.ok();
    let renamed = shop.draft(json!({"name": "Another"}));
    shop.api.post_once("/api/v1/campaigns", renamed, "k").await.refused(422, "idempotency_key_reused");
    let person = json!({"phone": phone(1)});
    let request = shop.api.request(Method::PUT, "/api/v1/customers").header("Idempotency-Key", "k");
    Answer::of(request.json(&person)).await.refused(422, "idempotency_key_reused");
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0);
    let theirs = other.api.post_once("/api/v1/campaigns", other.draft(json!({})), "k").await;
    assert_eq!((theirs.status, theirs.header("idempotent-replayed")), (201, ""));
});

both!(of_many_at_once_one_is_done, |app| {
    let shop = app.shop().await;
    let body = json!({
        "sender_id": shop.sender, "to": phone(1),
        "template": {"template_id": shop.utility, "variables": {"1": "Ana"}},
    });
    let all = futures::future::join_all(
        (0..8).map(|_| shop.api.post_once("/api/v1/messages", body.clone(), "at once")),
    )
    .await;
    let (done, waiting): (Vec<_>, Vec<_>) = all.into_iter().partition(|answer| answer.status == 202);
    waiting.iter().for_each(|answer| answer.refused(409, "idempotency_in_flight"));
    assert!(!done.is_empty() && done.iter().all(|answer| answer.json["id"] == done[0].json["id"]));
    shop.until_message(done[0].json["id"].as_str().unwrap(), "delivered").await;
    app.assert_each_once(&shop, &[phone(1)]);
});

both!(a_request_in_progress_is_a_conflict_until_its_holder_is_given_up, |app| {
    let shop = app.shop().await;
    let ctx = app.ctx(&shop);
    // somebody reserved the key for this very request and died before it was done
    let draft = shop.draft(json!({}));
    let first = shop.api.post_once("/api/v1/campaigns", draft.clone(), "probe").await;
    assert_eq!(first.status, 201);
    let fingerprint = stored_fingerprint(app, "probe").await;
    idempotency::reserve(&ctx, "dead", &fingerprint).await.unwrap();
    shop.api
        .post_once("/api/v1/campaigns", draft.clone(), "dead")
        .await
        .refused(409, "idempotency_in_flight");
    app.pass(Duration::from_secs(61));
    let taken_over = shop.api.post_once("/api/v1/campaigns", draft, "dead").await;
    assert_eq!((taken_over.status, taken_over.header("idempotent-replayed")), (201, ""));
    assert_eq!(shop.all("/api/v1/campaigns").await.len(), 2);
});

async fn stored_fingerprint(app: &crate::support::app::TestApp, key: &str) -> String {
    use sea_orm::{ConnectionTrait, Statement};
    let select = Statement::from_sql_and_values(
        app.services.db.backend(),
        "SELECT fingerprint FROM idempotency_keys WHERE key = $1",
        [key.into()],
    );
    let row = app.services.db.read().query_one_raw(select).await.unwrap().expect("the key is stored");
    row.try_get("", "fingerprint").unwrap()
}

both!(a_refused_request_leaves_its_key_free, |app| {
    let shop = app.shop().await;
    let wrong = shop.draft(json!({"name": ""}));
    assert_eq!(shop.api.post_once("/api/v1/campaigns", wrong, "k").await.status, 422);
    let answer = shop.api.post_once("/api/v1/campaigns", shop.draft(json!({})), "k").await;
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, ""));
});

both!(deletes_and_launches_are_repeated_safely, |app| {
    let shop = app.shop().await;
    let campaign = shop.campaign(app, json!({}), &[phone(1)]).await;
    let path = format!("/api/v1/campaigns/{campaign}/launch");
    for replayed in ["", "true"] {
        let request = shop.api.request(Method::POST, &path).header("Idempotency-Key", "launch it");
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.header("idempotent-replayed")), (202, replayed), "{}", answer.text);
    }
    shop.until_stats(&campaign, "it to be delivered", |stats| stats["funnel"]["delivered"] == 1).await;
    let draft = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    for _ in 0..2 {
        let request = shop.api.request(Method::DELETE, &format!("/api/v1/campaigns/{draft}"));
        assert_eq!(Answer::of(request.header("Idempotency-Key", "away")).await.status, 204);
    }
    let bad = shop.api.post_once("/api/v1/campaigns", Value::Null, &"x".repeat(256)).await;
    assert!((400..500).contains(&bad.status), "{}", bad.text);
});
