//! The model as it is submitted for approval.

use serde_json::{Map, Value, json};

use super::otp;
use crate::templates::components::{
    AppLink, Button, Card, FlowAction, FlowRef, Header, ParameterFormat, TemplateModel, button_key, card_key,
    header_key,
};
use crate::templates::placeholders::variables;

impl TemplateModel {
    /// The components, with their examples, as they are submitted for approval.
    pub fn to_components(&self) -> Vec<Value> {
        let mut components = Vec::new();
        if let Some(wanted) = &self.authentication {
            components.push(json!({
                "type": "BODY", "add_security_recommendation": wanted.security_recommendation,
            }));
            if let Some(minutes) = wanted.code_expires_minutes {
                components.push(json!({"type": "FOOTER", "code_expiration_minutes": minutes}));
            }
            components.extend(self.write_buttons(&self.buttons, ""));
            return components;
        }
        components.extend(self.header.as_ref().map(|header| self.write_header(header, "")));
        if let Some(offer) = &self.limited_time_offer {
            components.push(json!({
                "type": "LIMITED_TIME_OFFER",
                "limited_time_offer": {"text": offer.text, "has_expiration": offer.has_expiration},
            }));
        }
        components.push(self.write_body(&self.body, ""));
        if let Some(footer) = &self.footer {
            components.push(json!({"type": "FOOTER", "text": footer}));
        }
        components.extend(self.write_buttons(&self.buttons, ""));
        if !self.cards.is_empty() {
            let cards: Vec<_> =
                self.cards.iter().enumerate().map(|(i, card)| self.write_card(i, card)).collect();
            components.push(json!({"type": "CAROUSEL", "cards": cards}));
        }
        if self.call_permission {
            components.push(json!({"type": "CALL_PERMISSION_REQUEST"}));
        }
        components
    }

    fn write_card(&self, index: usize, card: &Card) -> Value {
        let prefix = card_key(index, "");
        let mut components = vec![self.write_header(&card.header, &prefix)];
        components.extend(card.body.as_deref().map(|body| self.write_body(body, &prefix)));
        components.extend(self.write_buttons(&card.buttons, &prefix));
        json!({"components": components})
    }

    fn write_header(&self, header: &Header, prefix: &str) -> Value {
        let mut json = json!({"type": "HEADER", "format": header.word().to_uppercase()});
        match header {
            Header::Text(text) => {
                json["text"] = json!(text);
                let names = variables(text);
                let example = |name: &&str| self.example(&format!("{prefix}{}", header_key(name)));
                let (kind, examples): (_, Vec<_>) = match self.parameter_format {
                    ParameterFormat::Named => ("header_text_named_params", self.named(&names, &example)),
                    ParameterFormat::Positional => {
                        ("header_text", names.iter().map(|name| json!(example(name))).collect())
                    }
                };
                set_example(&mut json, kind, examples);
            }
            file if file.is_file() => {
                let handle = self.examples.get(&format!("{prefix}{}", header_key(file.word())));
                set_example(
                    &mut json,
                    "header_handle",
                    handle.map(|handle| json!(handle)).into_iter().collect(),
                );
            }
            _ => {}
        }
        json
    }

    fn write_body(&self, text: &str, prefix: &str) -> Value {
        let mut body = json!({"type": "BODY", "text": text});
        let names = self.ordered(text);
        let example = |name: &&str| self.example(&format!("{prefix}{name}"));
        if self.parameter_format == ParameterFormat::Named {
            set_example(&mut body, "body_text_named_params", self.named(&names, &example));
        } else if !names.is_empty() {
            let row: Vec<_> = names.iter().map(example).collect();
            // A list of rows, of which one is enough.
            set_example(&mut body, "body_text", vec![json!(row)]);
        }
        body
    }

    fn named<'a>(&self, names: &[&str], example: &impl Fn(&&str) -> &'a str) -> Vec<Value> {
        names.iter().map(|name| json!({"param_name": name, "example": example(name)})).collect()
    }

    fn write_buttons(&self, buttons: &[Button], prefix: &str) -> Option<Value> {
        let write = |(index, button)| self.write_button(index, button, prefix);
        let buttons: Vec<_> = buttons.iter().enumerate().map(write).collect();
        (!buttons.is_empty()).then(|| json!({"type": "BUTTONS", "buttons": buttons}))
    }

    fn write_button(&self, index: usize, button: &Button, prefix: &str) -> Value {
        let example = |name: &str| self.example(&format!("{prefix}{}", button_key(index, name)));
        match button {
            Button::QuickReply { text } => json!({"type": "QUICK_REPLY", "text": text}),
            Button::PhoneNumber { text, phone_number } => {
                json!({"type": "PHONE_NUMBER", "text": text, "phone_number": phone_number})
            }
            Button::Url { text, url, app_link } => {
                let mut button = json!({"type": "URL", "text": text, "url": url});
                let examples: Vec<_> = variables(url).into_iter().map(example).collect();
                if !examples.is_empty() {
                    button["example"] = json!(examples);
                }
                if let Some(link) = app_link {
                    button["app_deep_link"] = write_app_link(link);
                }
                button
            }
            Button::CopyCode => json!({"type": "COPY_CODE", "example": example("coupon_code")}),
            Button::Catalog { text } => json!({"type": "CATALOG", "text": text}),
            Button::MultiProduct { text } => json!({"type": "MPM", "text": text}),
            Button::SingleProduct { text } => json!({"type": "SPM", "text": text}),
            Button::OrderDetails { text } => json!({"type": "ORDER_DETAILS", "text": text}),
            Button::VoiceCall { text } => json!({"type": "VOICE_CALL", "text": text}),
            Button::Flow { text, flow, action, screen } => write_flow(text, flow, *action, screen.as_deref()),
            Button::Otp { kind, text, autofill_text, apps, terms_accepted } => {
                otp::write(*kind, text.as_deref(), autofill_text.as_deref(), apps, *terms_accepted)
            }
        }
    }

    fn example(&self, key: &str) -> &str {
        self.examples.get(key).map_or("", String::as_str)
    }
}

fn write_flow(label: &str, flow: &FlowRef, action: FlowAction, screen: Option<&str>) -> Value {
    let mut button = json!({"type": "FLOW", "text": label});
    match flow {
        FlowRef::Id(id) => button["flow_id"] = json!(id),
        FlowRef::Name(name) => button["flow_name"] = json!(name),
        FlowRef::Json(form) => button["flow_json"] = json!(form),
    }
    button["flow_action"] = match action {
        FlowAction::Navigate => json!("navigate"),
        FlowAction::DataExchange => json!("data_exchange"),
    };
    if let Some(screen) = screen {
        button["navigate_screen"] = json!(screen);
    }
    button
}

fn write_app_link(link: &AppLink) -> Value {
    // Meta writes ids of apps as numbers here.
    let app = link.meta_app_id.parse::<u64>().map_or_else(|_| json!(link.meta_app_id), |id| json!(id));
    let mut json = Map::from_iter([
        ("meta_app_id".to_owned(), app),
        ("android_deep_link".to_owned(), json!(link.android_deep_link)),
    ]);
    if let Some(url) = &link.android_fallback_url {
        json.insert("android_fallback_playstore_url".to_owned(), json!(url));
    }
    Value::Object(json)
}

fn set_example(component: &mut Value, kind: &str, examples: Vec<Value>) {
    if !examples.is_empty() {
        component["example"] = json!({kind: examples});
    }
}
