//! The JSON we write against the JSON Meta documents.

use serde_json::{Value, json};

use super::*;
use crate::content::{Content, Text};
use crate::providers::meta::testing::fixture;
use crate::senders::port::{ButtonValue, HeaderValue, MediaRef, TemplatePart, TextValue};

fn message(to: Recipient, body: OutboundBody) -> OutboundMessage {
    OutboundMessage { to, body, reply_to: None, opaque: String::new() }
}

fn phone(number: &str) -> Recipient {
    Recipient::Phone(number.into())
}

fn written(message: &OutboundMessage) -> Value {
    serde_json::to_value(Payload::from(message)).unwrap()
}

fn text(body: String, preview_url: bool) -> OutboundBody {
    OutboundBody::FreeForm(Box::new(Content::Text(Text { body, preview_url: Some(preview_url) })))
}

fn values(values: &[(&str, &str)]) -> Vec<TextValue> {
    let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    values.iter().map(|(n, text)| TextValue { name: name(n), ..TextValue::plain(*text) }).collect()
}

fn template(name: &str, language: &str, components: Vec<TemplatePart>) -> OutboundBody {
    OutboundBody::Template { name: name.into(), language: language.into(), components }
}

#[test]
fn text_and_quoted_text_are_written_as_documented() {
    let Some(plain) = fixture("requests/send_text.json") else { return };
    let body = plain["text"]["body"].as_str().unwrap().to_owned();
    let sent = message(phone("+16505555555"), text(body, true));
    assert_eq!(written(&sent), plain);

    let mut quoted = fixture("requests/send_text_3.json").unwrap();
    let body = quoted["text"]["body"].as_str().unwrap().to_owned();
    let mut sent = message(phone("+16505551234"), text(body, false));
    sent.reply_to = quoted["context"]["message_id"].as_str().map(str::to_owned);
    quoted["text"]["preview_url"] = json!(false); // We always say it.
    assert_eq!(written(&sent), quoted);
}

#[test]
fn templates_are_written_as_documented() {
    let Some(named) = fixture("requests/doc_send_template_overview.json") else { return };
    let body = TemplatePart::Body(values(&[("first_name", "Jessica"), ("order_number", "SKBUP2-4CPIG9")]));
    let sent = message(phone("+16505551234"), template("order_confirmation", "en_US", vec![body]));
    assert_eq!(written(&sent), named);

    let code = || "J$FpnYnP".to_owned();
    let parts = vec![
        TemplatePart::Body(values(&[("", &code())])),
        TemplatePart::Button { index: 0, value: ButtonValue::UrlSuffix(code()) },
    ];
    let sent = message(phone("12015553931"), template("verification_code", "en_US", parts));
    assert_eq!(written(&sent), fixture("requests/send_template_verification_code.json").unwrap());

    let mut bare = fixture("requests/send_template_welcome_template.json").unwrap();
    bare["recipient_type"] = json!("individual");
    let sent = message(phone("5511999999999"), template("welcome_template", "pt_BR", vec![]));
    assert_eq!(written(&sent), bare);
}

#[test]
fn pictures_replies_and_user_ids_have_their_own_fields() {
    let parts = vec![
        TemplatePart::Header(HeaderValue::Image(MediaRef::Link("https://shop.example/a.jpg".into()))),
        TemplatePart::Button { index: 1, value: ButtonValue::Payload("more".into()) },
    ];
    let mut sent = message(Recipient::Bsuid("US.1349".into()), template("autumn", "en", parts));
    sent.opaque = "msg_1.2".into();
    assert_eq!(
        written(&sent),
        json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "recipient": "US.1349",
            "type": "template",
            "template": {"name": "autumn", "language": {"code": "en"}, "components": [
                {"type": "header", "parameters": [
                    {"type": "image", "image": {"link": "https://shop.example/a.jpg"}}]},
                {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [
                    {"type": "payload", "payload": "more"}]},
            ]},
            "biz_opaque_callback_data": "msg_1.2",
        })
    );
}
