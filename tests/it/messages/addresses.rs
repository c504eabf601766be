//! To whom a message goes, and which one it quotes.

use crate::support::app::both;
use crate::support::shop::phone;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/messages";

both!(a_customer_or_a_bsuid_is_as_good_as_a_number, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    app.writes(&shop, &phone(1), "Hello").await;
    let customer = shop.all("/api/v1/customers").await[0]["id"].clone();
    let send = |to: Value| {
        let mut request = json!({"sender_id": shop.sender, "text": {"body": "Yes"}});
        for (name, value) in to.as_object().unwrap() {
            request[name] = value.clone();
        }
        request
    };
    let id = shop.created(PATH, send(json!({"customer_id": customer}))).await;
    assert_eq!(shop.until_message(&id, "delivered").await["phone"], phone(1));

    let bsuid = "US.13491208655302741918";
    let template = json!({"template_id": shop.utility, "variables": {"1": "Ana"}});
    let to_bsuid = json!({"sender_id": shop.sender, "bsuid": bsuid, "template": template});
    let id = shop.created(PATH, to_bsuid).await;
    let message = shop.until_message(&id, "delivered").await;
    assert!(message["phone"].is_null(), "{message:#}");
    assert_eq!(app.sandbox.ledger().pop().unwrap().input, bsuid);
    let met = shop.message(&id).await["customer_id"].clone();
    let again = json!({"sender_id": shop.sender, "customer_id": met, "template": template});
    let again = shop.created(PATH, again).await;
    assert_eq!(shop.until_message(&again, "delivered").await["customer_id"], met, "one person, one customer");

    for (to, code) in [
        (json!({}), "one_of"),
        (json!({"to": phone(1), "customer_id": customer}), "one_of"),
        (json!({"to": "12"}), "invalid_phone"),
    ] {
        let answer = shop.api.post(PATH, send(to)).await;
        answer.refused(422, "invalid_input");
        assert!(answer.fields().contains(&("to", code)), "{}", answer.text);
    }
    for bad in ["", "US", "USA.1", "US.ä", "US.1.2"] {
        let answer = shop.api.post(PATH, send(json!({"bsuid": bad}))).await;
        assert_eq!(answer.fields(), [("bsuid", "invalid_bsuid")], "{bad}");
    }
    let theirs = json!({"sender_id": stranger.sender, "customer_id": customer, "text": {"body": "Hi"}});
    stranger.api.post(PATH, theirs).await.refused(404, "not_found");
});

both!(a_message_quotes_one_of_its_own_conversation, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let question = app.writes(&shop, &phone(1), "Are you open?").await;
    let elsewhere = app.writes(&shop, &phone(2), "Hello").await;
    let reply = |to: &str, quoted: &str| json!({"sender_id": shop.sender, "to": to, "reply_to": quoted, "text": {"body": "Until six."}});
    let wamid = shop.message(&question).await["wamid"].as_str().unwrap().to_string();
    for quoted in [&question, &wamid] {
        let id = shop.created(PATH, reply(&phone(1), quoted)).await;
        let message = shop.until_message(&id, "delivered").await;
        assert_eq!(message["reply_to"], json!(wamid));
        assert_eq!(app.sandbox.ledger().pop().unwrap().context.as_ref(), Some(&wamid));
    }
    let answer = shop.api.post(PATH, reply(&phone(1), &elsewhere)).await;
    assert_eq!(answer.fields(), [("reply_to", "other_conversation")], "{}", answer.text);
    for bad in ["", "42", "wamid.\u{7f}"] {
        let answer = shop.api.post(PATH, reply(&phone(1), bad)).await;
        assert_eq!(answer.fields(), [("reply_to", "invalid_id")], "{bad}");
    }
    app.writes(&stranger, &phone(1), "Hello").await;
    let theirs =
        json!({"sender_id": stranger.sender, "to": phone(1), "reply_to": question, "text": {"body": "Hi"}});
    stranger.api.post(PATH, theirs).await.refused(404, "not_found");
});
