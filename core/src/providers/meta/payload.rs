//! A message as Meta wants to read it (Cloud API, `POST /{phone-number-id}/messages`).
//!
//! Borrowing structs, serialised straight into the request body.

use serde::Serialize;

use crate::senders::port::{OutboundBody, OutboundMessage, Recipient, TemplatePart, TextValue};

#[derive(Serialize)]
pub(super) struct Payload<'a> {
    messaging_product: &'static str,
    recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    /// Business-scoped user ids have a field of their own; `to` would win if both were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Context<'a>>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Template<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    biz_opaque_callback_data: &'a str,
}

#[derive(Serialize)]
struct Context<'a> {
    message_id: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    preview_url: bool,
    body: &'a str,
}

#[derive(Serialize)]
struct Template<'a> {
    name: &'a str,
    language: Language<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component<'a>>,
}

#[derive(Serialize)]
struct Language<'a> {
    code: &'a str,
}

#[derive(Serialize)]
struct Component<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_type: Option<&'static str>,
    /// Meta's samples write it as text and as a number; text is the older and more widely accepted form.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    parameters: Vec<Parameter<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Parameter<'a> {
    Text {
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter_name: Option<&'a str>,
        text: &'a str,
    },
    Image {
        image: Link<'a>,
    },
    Payload {
        payload: &'a str,
    },
}

#[derive(Serialize)]
struct Link<'a> {
    link: &'a str,
}

impl<'a> From<&'a OutboundMessage> for Payload<'a> {
    fn from(message: &'a OutboundMessage) -> Self {
        let (to, recipient) = match &message.to {
            Recipient::Phone(phone) => (Some(phone.as_str()), None),
            Recipient::Bsuid(bsuid) => (None, Some(bsuid.as_str())),
        };
        let (r#type, text, template) = match &message.body {
            OutboundBody::Text { body, preview_url } => {
                ("text", Some(Text { preview_url: *preview_url, body }), None)
            }
            OutboundBody::Template { name, language, components } => {
                let components = components.iter().map(Component::from).collect();
                ("template", None, Some(Template { name, language: Language { code: language }, components }))
            }
        };
        Self {
            messaging_product: "whatsapp",
            recipient_type: "individual",
            to,
            recipient,
            context: message.reply_to.as_deref().map(|message_id| Context { message_id }),
            r#type,
            text,
            template,
            biz_opaque_callback_data: &message.opaque,
        }
    }
}

impl<'a> From<&'a TemplatePart> for Component<'a> {
    fn from(part: &'a TemplatePart) -> Self {
        let plain = |r#type, parameters| Self { r#type, sub_type: None, index: None, parameters };
        let button = |sub_type, index: &u8, parameter| Self {
            r#type: "button",
            sub_type: Some(sub_type),
            index: Some(index.to_string()),
            parameters: vec![parameter],
        };
        match part {
            TemplatePart::HeaderText(value) => plain("header", vec![value.into()]),
            TemplatePart::HeaderImage { link } => {
                plain("header", vec![Parameter::Image { image: Link { link } }])
            }
            TemplatePart::Body(values) => plain("body", values.iter().map(Parameter::from).collect()),
            TemplatePart::ButtonUrl { index, suffix } => {
                button("url", index, Parameter::Text { parameter_name: None, text: suffix })
            }
            TemplatePart::ButtonPayload { index, payload } => {
                button("quick_reply", index, Parameter::Payload { payload })
            }
        }
    }
}

impl<'a> From<&'a TextValue> for Parameter<'a> {
    fn from(value: &'a TextValue) -> Self {
        Self::Text { parameter_name: value.name.as_deref(), text: &value.text }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::providers::meta::testing::fixture;

    fn message(to: Recipient, body: OutboundBody) -> OutboundMessage {
        OutboundMessage { to, body, reply_to: None, opaque: String::new() }
    }

    fn phone(number: &str) -> Recipient {
        Recipient::Phone(number.into())
    }

    fn written(message: &OutboundMessage) -> Value {
        serde_json::to_value(Payload::from(message)).unwrap()
    }

    fn values(values: &[(&str, &str)]) -> Vec<TextValue> {
        let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        values.iter().map(|(n, text)| TextValue { name: name(n), text: (*text).into() }).collect()
    }

    fn template(name: &str, language: &str, components: Vec<TemplatePart>) -> OutboundBody {
        OutboundBody::Template { name: name.into(), language: language.into(), components }
    }

    #[test]
    fn text_and_quoted_text_are_written_as_documented() {
        let Some(plain) = fixture("requests/send_text.json") else { return };
        let body = plain["text"]["body"].as_str().unwrap().to_owned();
        let sent = message(phone("+16505555555"), OutboundBody::Text { body, preview_url: true });
        assert_eq!(written(&sent), plain);

        let mut quoted = fixture("requests/send_text_3.json").unwrap();
        let body = quoted["text"]["body"].as_str().unwrap().to_owned();
        let mut sent = message(phone("+16505551234"), OutboundBody::Text { body, preview_url: false });
        sent.reply_to = quoted["context"]["message_id"].as_str().map(str::to_owned);
        quoted["text"]["preview_url"] = json!(false); // We always say it.
        assert_eq!(written(&sent), quoted);
    }

    #[test]
    fn templates_are_written_as_documented() {
        let Some(named) = fixture("requests/doc_send_template_overview.json") else { return };
        let body =
            TemplatePart::Body(values(&[("first_name", "Jessica"), ("order_number", "SKBUP2-4CPIG9")]));
        let sent = message(phone("+16505551234"), template("order_confirmation", "en_US", vec![body]));
        assert_eq!(written(&sent), named);

        let code = || "J$FpnYnP".to_owned();
        let parts = vec![
            TemplatePart::Body(values(&[("", &code())])),
            TemplatePart::ButtonUrl { index: 0, suffix: code() },
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
            TemplatePart::HeaderImage { link: "https://shop.example/a.jpg".into() },
            TemplatePart::ButtonPayload { index: 1, payload: "more".into() },
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
}
