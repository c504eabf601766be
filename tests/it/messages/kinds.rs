//! Every kind of message, from the API's door to what Meta received.

use crate::support::app::{Setup, both};
use crate::support::shop::phone;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/api/v1/messages";
const LINK: &str = "https://shop.example/a";

/// Each kind as it is given, and the object of its name as Meta wants it (`null`: the same).
fn kinds() -> Vec<(Value, Value)> {
    let body = |words: &str| json!({ "text": words });
    let button = |id: &str, title: &str| json!({"type": "reply", "reply": {"id": id, "title": title}});
    let cta = json!({"name": "cta_url", "parameters": {"display_text": "Open", "url": LINK}});
    let card = json!({"media": {"header": {"image": {"link": LINK}}, "display_text": "Open", "url": LINK}});
    let cards: Vec<_> = (0..2)
        .map(|index| {
            let header = json!({"type": "image", "image": {"link": LINK}});
            json!({"card_index": index, "type": "cta_url", "header": header, "action": cta})
        })
        .collect();
    let amount = |value: i64| json!({"value": value, "offset": 100});
    let named = |kind: &str, name: &str| {
        (
            json!({"interactive": {kind: {"body": "B"}}}),
            json!({"type": kind, "body": body("B"), "action": {"name": name}}),
        )
    };
    let row = json!({"id": "1", "title": "A", "description": "D"});
    vec![
        (
            json!({"text": {"body": "Hello", "preview_url": false}}),
            json!({"body": "Hello", "preview_url": false}),
        ),
        (json!({"image": {"link": LINK, "caption": "C"}}), Value::Null),
        (json!({"video": {"link": LINK}}), Value::Null),
        (json!({"audio": {"link": LINK, "voice": true}}), Value::Null),
        (json!({"document": {"link": LINK, "filename": "a.pdf", "caption": "C"}}), Value::Null),
        (json!({"sticker": {"link": LINK}}), Value::Null),
        (
            json!({"location": {"latitude": 18.5, "longitude": 73.75, "name": "N", "address": "A"}}),
            Value::Null,
        ),
        (
            json!({"contacts": [{"name": {"formatted_name": "Ana", "first_name": "Ana"}, "phones": [{"phone": "+1"}]}]}),
            Value::Null,
        ),
        (
            json!({"interactive": {"button": {
                "header": {"text": "H"}, "body": "B", "footer": "F", "buttons": [{"id": "1", "title": "Yes"}],
            }}}),
            json!({
                "type": "button", "header": {"type": "text", "text": "H"}, "body": body("B"), "footer": body("F"),
                "action": {"buttons": [button("1", "Yes")]},
            }),
        ),
        (
            json!({"interactive": {"list": {
                "body": "B", "button": "Choose", "sections": [{"title": "S", "rows": [row]}],
            }}}),
            json!({
                "type": "list", "body": body("B"),
                "action": {"button": "Choose", "sections": [{"title": "S", "rows": [row]}]},
            }),
        ),
        (
            json!({"interactive": {"cta_url": {"body": "B", "display_text": "Open", "url": LINK}}}),
            json!({"type": "cta_url", "body": body("B"), "action": cta}),
        ),
        (
            json!({"interactive": {"product": {"body": "B", "catalog_id": "1", "product_retailer_id": "a"}}}),
            json!({
                "type": "product", "body": body("B"), "action": {"catalog_id": "1", "product_retailer_id": "a"},
            }),
        ),
        (
            json!({"interactive": {"product_list": {
                "header": {"text": "H"}, "body": "B", "catalog_id": "1",
                "sections": [{"title": "S", "product_retailer_ids": ["a", "b"]}],
            }}}),
            json!({
                "type": "product_list", "header": {"type": "text", "text": "H"}, "body": body("B"),
                "action": {"catalog_id": "1", "sections": [{
                    "title": "S",
                    "product_items": [{"product_retailer_id": "a"}, {"product_retailer_id": "b"}],
                }]},
            }),
        ),
        (
            json!({"interactive": {"catalog_message": {"body": "B", "thumbnail_product_retailer_id": "a"}}}),
            json!({
                "type": "catalog_message", "body": body("B"),
                "action": {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "a"}},
            }),
        ),
        (
            json!({"interactive": {"flow": {"body": "B", "flow_id": "7", "button": "Book", "flow_token": "t"}}}),
            json!({
                "type": "flow", "body": body("B"),
                "action": {"name": "flow", "parameters": {
                    "flow_message_version": "3", "flow_id": "7", "flow_cta": "Book", "flow_token": "t",
                }},
            }),
        ),
        (
            json!({"interactive": {"carousel": {"body": "B", "cards": [card, card]}}}),
            json!({"type": "carousel", "body": body("B"), "action": {"cards": cards}}),
        ),
        (
            json!({"interactive": {"address_message": {"body": "B", "country": "IN"}}}),
            json!({
                "type": "address_message", "body": body("B"),
                "action": {"name": "address_message", "parameters": {"country": "IN"}},
            }),
        ),
        (
            json!({"interactive": {"order_details": {
                "body": "B", "reference_id": "o-1", "goods": "digital-goods", "currency": "INR",
                "payment_type": "upi", "payment_configuration": "mine",
                "items": [{"name": "bread", "amount": 100, "quantity": 2}],
                "subtotal": 200, "tax": {"amount": 10}, "total": 210,
            }}}),
            json!({
                "type": "order_details", "body": body("B"),
                "action": {"name": "review_and_pay", "parameters": {
                    "reference_id": "o-1", "type": "digital-goods", "currency": "INR", "payment_type": "upi",
                    "payment_configuration": "mine", "total_amount": amount(210),
                    "order": {
                        "status": "pending", "subtotal": amount(200), "tax": amount(10),
                        "items": [{"name": "bread", "amount": amount(100), "quantity": 2}],
                    },
                }},
            }),
        ),
        (
            json!({"interactive": {"order_status": {"body": "B", "reference_id": "o-1", "status": "shipped"}}}),
            json!({
                "type": "order_status", "body": body("B"),
                "action": {"name": "review_order", "parameters": {
                    "reference_id": "o-1", "order": {"status": "shipped"},
                }},
            }),
        ),
        (
            json!({"interactive": {"voice_call": {"body": "B", "display_text": "Call"}}}),
            json!({
                "type": "voice_call", "body": body("B"),
                "action": {"name": "voice_call", "parameters": {"display_text": "Call"}},
            }),
        ),
        named("location_request_message", "send_location"),
        named("call_permission_request", "call_permission_request"),
        named("contact_request", "request_contact_info"),
    ]
}

both!(every_kind_reaches_meta_as_it_was_given_and_is_shown_so, |app| {
    let shop = app.shop().await;
    let hello = app.writes(&shop, &phone(1), "Hello").await;
    for (ours, theirs) in kinds() {
        let (word, given) = ours.as_object().unwrap().iter().next().unwrap();
        let mut request = json!({"sender_id": shop.sender, "to": phone(1)});
        request[word] = given.clone();
        let answer = shop.api.post(PATH, request).await;
        assert_eq!(answer.status, 202, "{ours}: {}", answer.text);
        let message = shop.until_message(answer.json["id"].as_str().unwrap(), "delivered").await;
        assert_eq!((&message["kind"], &message["content"]), (&json!(word), &ours));
        let taken = app.sandbox.ledger().pop().unwrap();
        let theirs = if theirs.is_null() { given } else { &theirs };
        assert_eq!((taken.kind.as_str(), taken.content.as_ref().unwrap()), (word.as_str(), theirs));
    }
    // a reaction: WhatsApp says only that it was sent
    for (emoji, sent) in [(json!("👍"), "👍"), (Value::Null, "")] {
        let reaction = json!({"message_id": hello, "emoji": emoji});
        let id =
            shop.created(PATH, json!({"sender_id": shop.sender, "to": phone(1), "reaction": reaction})).await;
        shop.until_message(&id, "sent").await;
        let taken = app.sandbox.ledger().pop().unwrap().content.clone().unwrap();
        assert_eq!(taken["emoji"], sent);
        assert!(taken["message_id"].as_str().unwrap().starts_with("wamid."), "{taken}");
    }
    let listed = shop.all(&format!("{PATH}?direction=out&limit=10")).await;
    assert_eq!(listed.len(), kinds().len() + 2);
    assert!(listed.iter().all(|message| message["content"].is_object() && message["wamid"].is_string()));
    let heard = shop.all(&format!("{PATH}?direction=in")).await;
    assert_eq!((heard.len(), &heard[0]["received"]["text"]["body"]), (1, &json!("Hello")));
});

both!(every_limit_that_is_broken_is_told_and_nothing_is_written, |app| {
    let shop = app.shop().await;
    let buttons = json!({"body": "", "buttons": [{"id": "1", "title": "x".repeat(21)}]});
    for (content, fields) in [
        (
            json!({"interactive": {"button": buttons}}),
            vec![
                ("interactive.button.body", "too_short"),
                ("interactive.button.buttons[0].title", "too_long"),
            ],
        ),
        (json!({"interactive": {}}), vec![("interactive", "one_of")]),
        (json!({"interactive": {"button": {}, "list": {}}}), vec![("interactive", "one_of")]),
        (json!({"interactive": {"knob": {}}}), vec![("interactive.knob", "unknown_field")]),
        (json!({"image": {"caption": "C"}}), vec![("image", "one_of")]),
        (json!({"image": {"link": "x", "url": LINK}}), vec![("image.url", "unknown_field")]),
        (json!({"image": {"link": "x"}, "text": {"body": "B"}}), vec![("template", "one_of")]),
        (
            json!({"reaction": {"message_id": "42"}, "reply_to": "7"}),
            vec![("reaction.message_id", "invalid_id")],
        ),
    ] {
        let mut request = json!({"sender_id": shop.sender, "to": phone(1)});
        for (name, value) in content.as_object().unwrap() {
            request[name] = value.clone();
        }
        let answer = shop.api.post(PATH, request).await;
        answer.refused(422, "invalid_input");
        let told = answer.fields();
        assert!(fields.iter().all(|field| told.contains(field)), "{content}: {}", answer.text);
    }
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0, "a refusal writes nothing");
    assert_eq!(shop.all(PATH).await.len(), 0);
});

both!(only_templates_may_be_sent_outside_the_window, |app| {
    let shop = app.shop().await;
    for (content, _) in kinds() {
        let mut request = content;
        request["sender_id"] = shop.sender.clone().into();
        request["to"] = phone(1).into();
        shop.api.post(PATH, request).await.refused(409, "window_closed");
    }
    assert_eq!(app.sandbox.counts().requests, 0);
});

both!(
    a_window_that_closes_before_the_claim_fails_every_kind,
    Setup { without_worker: true, ..Setup::default() },
    |app| {
        let shop = app.shop().await;
        let worker = app.worker().await;
        app.writes(&shop, &phone(1), "Hello").await;
        worker.stop().await;
        let image = json!({"sender_id": shop.sender, "to": phone(1), "image": {"link": LINK}});
        let id = shop.created(PATH, image).await;
        app.pass(Duration::from_secs(24 * 3_600));
        app.start_worker().await;
        let failed = shop.until_message(&id, "failed").await;
        assert_eq!((&failed["reason_code"], &failed["attempts"]), (&json!("window_closed"), &json!([])));
        assert_eq!(app.sandbox.counts().requests, 0);
    }
);
