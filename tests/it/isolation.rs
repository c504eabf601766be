//! A stranger's key sees nothing of ours, and cannot tell whether it is there.

use crate::support::app::both;
use crate::support::shop::phone;
use bellbird_core::identity::{self, api_keys};
use bellbird_core::secret::ExposeSecret;
use reqwest::Method;
use serde_json::{Value, json};

both!(a_strangers_key_finds_nothing, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    shop.until_stats(&campaign, "it to be delivered", |stats| stats["funnel"]["delivered"] == 1).await;
    let draft = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let message = shop.recipient(&campaign, &phone(1)).await["message_id"].as_str().unwrap().to_string();
    let customer = shop.all("/api/v1/customers").await[0]["id"].as_str().unwrap().to_string();

    let import = shop.api.upload("/api/v1/imports", format!("phone\n{}\n", phone(3))).await.ok();
    let import = import["id"].as_str().unwrap().to_string();
    for path in [
        format!("/api/v1/imports/{import}"),
        format!("/api/v1/imports/{import}/preview"),
        format!("/api/v1/imports/{import}/report"),
        format!("/api/v1/campaigns/{campaign}"),
        format!("/api/v1/campaigns/{campaign}/stats"),
        format!("/api/v1/campaigns/{campaign}/events"),
        format!("/api/v1/campaigns/{campaign}/recipients"),
        format!("/api/v1/campaigns/{campaign}/recipients/export"),
        format!("/api/v1/messages/{message}"),
        format!("/api/v1/customers/{customer}"),
        format!("/api/v1/senders/{}", shop.sender),
        format!("/api/v1/templates/{}", shop.marketing),
        format!("/api/v1/apps/{}", shop.app),
    ] {
        stranger.api.get(&path).await.refused(404, "not_found");
        if !path.ends_with("/events") {
            assert_eq!(shop.api.get(&path).await.status, 200, "ours: {path}");
        }
    }
    let (people, tags) = (json!({"recipients": [{"phone": phone(2)}]}), json!({"add": ["x"], "remove": []}));
    for (method, path, body) in [
        (Method::PUT, format!("/api/v1/campaigns/{draft}"), stranger.draft(json!({}))),
        (Method::DELETE, format!("/api/v1/campaigns/{draft}"), Value::Null),
        (Method::POST, format!("/api/v1/campaigns/{draft}/launch"), Value::Null),
        (Method::POST, format!("/api/v1/campaigns/{campaign}/pause"), Value::Null),
        (Method::POST, format!("/api/v1/campaigns/{campaign}/resume"), Value::Null),
        (Method::POST, format!("/api/v1/campaigns/{campaign}/cancel"), Value::Null),
        (Method::POST, format!("/api/v1/campaigns/{draft}/recipients"), people),
        (Method::PATCH, format!("/api/v1/customers/{customer}/tags"), tags),
        (Method::POST, format!("/api/v1/senders/{}/resume", shop.sender), Value::Null),
        (Method::POST, format!("/api/v1/imports/{import}/start"), json!({})),
        (Method::POST, format!("/api/v1/imports/{import}/cancel"), Value::Null),
    ] {
        stranger.api.send(method, &path, body).await.refused(404, "not_found");
    }
    let into = format!("/api/v1/imports?start=true&campaign_id={draft}");
    stranger.api.upload(&into, format!("phone\n{}\n", phone(2))).await.refused(404, "not_found");
    let import = format!("/api/v1/campaigns/{draft}/recipients/import");
    stranger.api.post_csv(&import, format!("phone\n{}\n", phone(2))).await.refused(404, "not_found");

    for (list, own) in
        [("campaigns", 0), ("customers", 0), ("imports", 0), ("senders", 1), ("templates", 2), ("apps", 1)]
    {
        let seen = stranger.all(&format!("/api/v1/{list}")).await;
        assert_eq!(seen.len(), own, "{list}: only the stranger's own");
    }
    assert_eq!(shop.all("/api/v1/campaigns").await.len(), 2, "and nothing of ours changed");
    assert_eq!(shop.stats(&draft).await["counts"]["planned"], 0);
});

both!(what_is_not_ours_cannot_be_used, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    for (changes, field, code) in [
        (json!({"template_id": shop.marketing}), "template_id", "unknown_template"),
        (json!({"sender_ids": [shop.sender]}), "sender_ids[0]", "unknown_sender"),
        (json!({"sender_ids": [stranger.sender, shop.sender]}), "sender_ids[1]", "unknown_sender"),
    ] {
        let answer = stranger.api.post("/api/v1/campaigns", stranger.draft(changes)).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)]);
    }
    let template = json!({"template_id": shop.utility, "variables": {"1": "Ana"}});
    for (sender, template) in [(&shop.sender, &template), (&stranger.sender, &template)] {
        let body = json!({"sender_id": sender, "to": phone(1), "template": template});
        let answer = stranger.api.post("/api/v1/messages", body).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{}", answer.text);
    }
    assert_eq!(app.sandbox.counts().requests, 0);
    assert_eq!(stranger.all("/api/v1/customers").await.len(), 0);
});

both!(without_a_good_key_there_is_no_way_in, |app| {
    let (organization, api) = app.organization().await;
    assert_eq!(api.get("/api/v1/campaigns").await.status, 200);
    for key in [None, Some(""), Some("bb_"), Some("bb_0123456789"), Some("nonsense"), Some("bb_ü")] {
        let key = key.filter(|key| key.is_ascii());
        for (method, path) in [
            (Method::GET, "/api/v1/campaigns"),
            (Method::POST, "/api/v1/campaigns"),
            (Method::GET, "/api/v1/campaigns/cmp_nonsense"),
            (Method::PUT, "/api/v1/customers"),
            (Method::POST, "/api/v1/messages"),
        ] {
            let answer = api.with_key(key).send(method, path, Value::Null).await;
            answer.refused(401, "unauthorized");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    let tx = app.services.begin().await.unwrap();
    let key = identity::create_key(&tx, organization, "to be revoked").await.unwrap();
    tx.commit().await.unwrap();
    let revoked = api.with_key(Some(key.secret.expose_secret()));
    assert_eq!(revoked.get("/api/v1/campaigns").await.status, 200);
    let tx = app.services.begin().await.unwrap();
    api_keys::revoke(&tx, key.row.id).await.unwrap();
    tx.commit().await.unwrap();
    revoked.get("/api/v1/campaigns").await.refused(401, "unauthorized");
});
