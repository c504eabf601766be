//! Single messages, on the lane where a person waits.

use crate::support::app::both;
use crate::support::shop::{phone, phones, wa_id};
use crate::support::wait::wait_for;
use bellbird_sandbox::{Behaviour, GateAt, GateRule, Inbound, Match, Rule};
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/api/v1/messages";

both!(a_template_goes_out_now, |app| {
    let shop = app.shop().await;
    for template in [
        json!({"template_id": shop.utility, "variables": {"1": "Ana"}}),
        json!({"name": "order_update", "language": "en_US", "variables": {"1": "Ana"}}),
    ] {
        let body = json!({"sender_id": shop.sender, "to": phone(1), "template": template});
        let answer = shop.api.post(PATH, body).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let message = shop.until_message(answer.json["id"].as_str().unwrap(), "delivered").await;
        let attempts = message["attempts"].as_array().unwrap();
        assert_eq!((attempts.len(), &attempts[0]["number"]), (1, &json!(1)), "{message:#}");
        assert!(attempts[0]["requested_at"].is_string() && attempts[0]["delivered_at"].is_string());
        assert_eq!((&message["direction"], &message["kind"]), (&json!("out"), &json!("template")));
    }
    let taken = app.sandbox.ledger();
    assert_eq!((taken.len(), taken[0].params.as_slice()), (2, &["Ana".to_string()][..]));
    assert_eq!(shop.all("/api/v1/customers").await.len(), 1, "a person who was not known became a customer");
});

both!(a_text_needs_an_open_window, |app| {
    let shop = app.shop().await;
    let text = json!({"sender_id": shop.sender, "to": phone(1), "text": {"body": "Yes, until six. 🌼"}});
    shop.api.post(PATH, text.clone()).await.refused(409, "window_closed");
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0, "a refusal writes nothing");

    let hello = Inbound {
        from: wa_id(&phone(1)),
        phone_number_id: shop.number.clone(),
        text: Some("Are you open today?".into()),
        ..Inbound::default()
    };
    app.sandbox.inbound(&hello).unwrap();
    let sent = wait_for("the window to open", async || {
        let answer = shop.api.post(PATH, text.clone()).await;
        (answer.status == 202).then_some(answer.json)
    })
    .await;
    let message = shop.until_message(sent["id"].as_str().unwrap(), "delivered").await;
    assert_eq!((&message["text"], &message["kind"]), (&json!("Yes, until six. 🌼"), &json!("text")));
    assert_eq!(app.taken(&shop)[&phone(1)][0].kind, "text");

    app.pass(Duration::from_secs(24 * 3_600));
    shop.api.post(PATH, text).await.refused(409, "window_closed");
});

both!(a_window_that_closed_at_meta_fails_with_the_reason, |app| {
    let shop = app.shop().await;
    let hello = Inbound {
        from: wa_id(&phone(1)),
        phone_number_id: shop.number.clone(),
        text: Some("Hello".into()),
        ..Inbound::default()
    };
    app.sandbox.inbound(&hello).unwrap();
    app.heard_everything().await;
    app.sandbox.close_window(&shop.number, &wa_id(&phone(1)));
    let text = json!({"sender_id": shop.sender, "to": phone(1), "text": {"body": "Hello"}});
    let id = shop.created(PATH, text).await;
    let failed = shop.until_message(&id, "failed").await;
    assert_eq!(failed["code"], 131_047);
    assert!(failed["reason"].as_str().unwrap().contains("template"), "{failed:#}");
});

both!(marketing_needs_a_yes_and_nothing_is_written_without, |app| {
    let shop = app.shop().await;
    let body = json!({
        "sender_id": shop.sender, "to": phone(1),
        "template": {"template_id": shop.marketing, "variables": {"1": "Ana"}},
    });
    let answer = shop.api.post(PATH, body.clone()).await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("to", "no_consent")]);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0);
    shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    let id = shop.created(PATH, body).await;
    shop.until_message(&id, "delivered").await;
});

both!(every_attempt_is_shown, |app| {
    let shop = app.shop().await;
    app.sandbox
        .add_rule(Rule::new(Match::all().first(2), Behaviour::Refuse { code: 130_429, http_status: None }));
    let body = json!({
        "sender_id": shop.sender, "to": phone(1),
        "template": {"template_id": shop.utility, "variables": {"1": "Ana"}},
    });
    let id = shop.created(PATH, body).await;
    let message = shop.until_message(&id, "delivered").await;
    let attempts: Vec<_> = message["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["number"].as_i64().unwrap(), one["code"].as_i64()))
        .collect();
    assert_eq!(attempts, [(1, Some(130_429)), (2, Some(130_429)), (3, None)]);
});

both!(a_person_who_waits_does_not_wait_for_a_campaign, |app| {
    let (shop, people) = (app.shop().await, phones(200));
    // the campaign holds all hands of the bulk lane at Meta's door
    let of_campaign = Match { template: Some("offer".into()), ..Match::all() };
    let gate = app.sandbox.gate(GateRule { when: of_campaign, at: GateAt::BeforeAccept });
    let campaign = shop.launched(app, json!({}), &people).await;
    gate.wait_for(16).await;
    let body = json!({
        "sender_id": shop.sender, "to": phone(999),
        "template": {"template_id": shop.utility, "variables": {"1": "Ana"}},
    });
    let id = shop.created(PATH, body).await;
    shop.until_message(&id, "delivered").await;
    assert_eq!(app.sandbox.counts().accepted, 1, "nobody of the campaign was first");
    shop.steer(&campaign, "cancel").await.ok();
    gate.release();
    shop.until_stats(&campaign, "nothing under way", |stats: &Value| {
        ["sending", "queued", "pending", "sent"].iter().all(|status| stats["counts"][status] == 0)
    })
    .await;
});

both!(consent_withdrawn_before_the_claim_skips_a_single_message_too, |app| {
    let shop = app.shop().await;
    shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    // all hands of the interactive lane are held at Meta's door
    let gate = app.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
    let to = |n: usize, template: &str| {
        let template = json!({"template_id": template, "variables": {"1": "Ana"}});
        json!({"sender_id": shop.sender, "to": phone(n), "template": template})
    };
    for n in 10..14 {
        shop.created(PATH, to(n, &shop.utility)).await;
    }
    gate.wait_for(4).await;
    let id = shop.created(PATH, to(1, &shop.marketing)).await;
    shop.customer(app, &phone(1), None, &[]).await;
    let word = json!({"phone": phone(1), "opt_in": {"state": "opted_out", "source": "counter"}});
    shop.api.send(reqwest::Method::PUT, "/api/v1/customers", word).await.ok();
    gate.release();
    let skipped = shop.until_message(&id, "skipped").await;
    assert_eq!((&skipped["reason_code"], &skipped["attempts"]), (&json!("no_consent"), &json!([])));
});
