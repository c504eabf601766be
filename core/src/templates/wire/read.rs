//! Components as they are returned by the template API.

use serde_json::Value;

use super::{UnsupportedTemplate, flag, list, otp, samples, text, word};
use crate::templates::components::{
    AppLink, Authentication, Button, Card, Category, FlowAction, FlowRef, Header, LimitedTimeOffer,
    ParameterFormat, TemplateModel, button_key, card_key, header_key,
};
use crate::templates::placeholders::variables;

impl TemplateModel {
    /// Reads components as they are returned by the template API. With a part that we cannot send, the rest is read
    /// all the same, to be shown.
    pub fn from_components(
        name: &str,
        language: &str,
        category: Category,
        parameter_format: ParameterFormat,
        components: &[Value],
    ) -> (Self, Option<UnsupportedTemplate>) {
        let model = Self { parameter_format, ..Self::plain(name, language, category, "") };
        let mut reader = Reader { model, unknown: Vec::new() };
        for component in components {
            reader.component(component);
        }
        let Reader { model, mut unknown } = reader;
        if model.body.is_empty() && model.authentication.is_none() && unknown.is_empty() {
            unknown.push("no text".into());
        }
        let unsupported = (!unknown.is_empty()).then(|| UnsupportedTemplate { what: unknown.join(" and ") });
        (model, unsupported)
    }
}

struct Reader {
    model: TemplateModel,
    /// Parts we cannot send, in words.
    unknown: Vec<String>,
}

impl Reader {
    fn component(&mut self, component: &Value) {
        match word(component, "type").as_str() {
            "HEADER" => self.model.header = self.header(component, ""),
            "BODY" => {
                self.model.body = self.body(component, "");
                if component.get("add_security_recommendation").is_some() {
                    self.authentication().security_recommendation =
                        flag(component, "add_security_recommendation");
                }
            }
            "FOOTER" => {
                self.model.footer = text(component, "text");
                if let Some(minutes) = component.get("code_expiration_minutes").and_then(Value::as_u64) {
                    self.authentication().code_expires_minutes = u8::try_from(minutes).ok();
                }
            }
            "BUTTONS" => self.model.buttons = self.buttons(component, ""),
            "CAROUSEL" => {
                for (index, card) in list(component, "cards").iter().enumerate() {
                    let card = self.card(index, card);
                    self.model.cards.extend(card);
                }
            }
            "LIMITED_TIME_OFFER" => {
                let offer = component.get("limited_time_offer").unwrap_or(&Value::Null);
                self.model.limited_time_offer = Some(LimitedTimeOffer {
                    text: text(offer, "text").unwrap_or_default(),
                    has_expiration: flag(offer, "has_expiration"),
                });
            }
            "CALL_PERMISSION_REQUEST" => self.model.call_permission = true,
            other => self.unknown("a part", other),
        }
    }

    fn card(&mut self, index: usize, card: &Value) -> Option<Card> {
        let prefix = card_key(index, "");
        let (mut header, mut body, mut buttons) = (None, None, Vec::new());
        for component in list(card, "components") {
            match word(component, "type").as_str() {
                "HEADER" => header = self.header(component, &prefix),
                "BODY" => body = Some(self.body(component, &prefix)),
                "BUTTONS" => buttons = self.buttons(component, &prefix),
                other => self.unknown("a part", other),
            }
        }
        Some(Card { header: header?, body, buttons })
    }

    fn header(&mut self, header: &Value, prefix: &str) -> Option<Header> {
        let example = header.get("example").unwrap_or(&Value::Null);
        let read = match word(header, "format").as_str() {
            // Meta's samples leave the format out at times.
            "TEXT" | "" => {
                let text = text(header, "text").unwrap_or_default();
                let keys = variables(&text).into_iter().map(|name| format!("{prefix}{}", header_key(name)));
                self.keep(keys.collect(), &samples(example.get("header_text")));
                self.keep_named(list(example, "header_text_named_params"), |name| {
                    format!("{prefix}{}", header_key(name))
                });
                Header::Text(text)
            }
            "IMAGE" => Header::Image,
            "VIDEO" => Header::Video,
            "DOCUMENT" => Header::Document,
            "LOCATION" => Header::Location,
            "PRODUCT" => Header::Product,
            other => {
                self.unknown("a heading", other);
                return None;
            }
        };
        if read.is_file() {
            let key = format!("{prefix}{}", header_key(read.word()));
            self.keep(vec![key], &samples(example.get("header_handle")));
        }
        Some(read)
    }

    fn body(&mut self, body: &Value, prefix: &str) -> String {
        let read = text(body, "text").unwrap_or_default();
        let example = body.get("example").unwrap_or(&Value::Null);
        let rows = example.get("body_text");
        // One row of samples, sometimes not wrapped into a list of rows.
        let row = rows.and_then(|rows| rows.get(0)).filter(|row| row.is_array()).or(rows);
        let keys = self.model.ordered(&read).into_iter().map(|name| format!("{prefix}{name}")).collect();
        self.keep(keys, &samples(row));
        self.keep_named(list(example, "body_text_named_params"), |name| format!("{prefix}{name}"));
        read
    }

    fn buttons(&mut self, component: &Value, prefix: &str) -> Vec<Button> {
        let mut read = Vec::new();
        for (index, button) in list(component, "buttons").iter().enumerate() {
            let button = self.button(index, button, prefix);
            read.extend(button);
        }
        read
    }

    fn button(&mut self, index: usize, button: &Value, prefix: &str) -> Option<Button> {
        if otp::is_otp(button) {
            let read = otp::read(button);
            match read {
                Some(_) => _ = self.authentication(),
                None => self.unknown("a one-time code", &word(button, "otp_type")),
            }
            return read;
        }
        let key = |name: &str| format!("{prefix}{}", button_key(index, name));
        let label = text(button, "text").unwrap_or_default();
        Some(match word(button, "type").as_str() {
            "QUICK_REPLY" => Button::QuickReply { text: label },
            "PHONE_NUMBER" => Button::PhoneNumber {
                text: label,
                phone_number: text(button, "phone_number").unwrap_or_default(),
            },
            "URL" => {
                let url = text(button, "url").unwrap_or_default();
                let fixed = url.split("{{").next().unwrap_or_default().to_owned();
                // The sample is the missing end, or the whole address.
                let given = samples(button.get("example"));
                let ends: Vec<_> =
                    given.into_iter().map(|sample| sample.strip_prefix(&fixed).unwrap_or(sample)).collect();
                self.keep(variables(&url).into_iter().map(key).collect(), &ends);
                Button::Url { text: label, url, app_link: button.get("app_deep_link").and_then(app_link) }
            }
            "COPY_CODE" => {
                self.keep(vec![key("coupon_code")], &samples(button.get("example")));
                Button::CopyCode
            }
            "CATALOG" => Button::Catalog { text: label },
            "MPM" => Button::MultiProduct { text: label },
            "SPM" => Button::SingleProduct { text: label },
            "ORDER_DETAILS" => Button::OrderDetails { text: label },
            "VOICE_CALL" => Button::VoiceCall { text: label },
            "FLOW" => {
                let by_id = text(button, "flow_id").map(FlowRef::Id);
                let by_name = || text(button, "flow_name").map(FlowRef::Name);
                let Some(flow) =
                    by_id.or_else(by_name).or_else(|| text(button, "flow_json").map(FlowRef::Json))
                else {
                    self.unknown("a form", "unnamed");
                    return None;
                };
                let action = match word(button, "flow_action").as_str() {
                    "DATA_EXCHANGE" => FlowAction::DataExchange,
                    _ => FlowAction::Navigate,
                };
                Button::Flow { text: label, flow, action, screen: text(button, "navigate_screen") }
            }
            other => {
                self.unknown("a button", other);
                return None;
            }
        })
    }

    fn authentication(&mut self) -> &mut Authentication {
        self.model.authentication.get_or_insert_default()
    }

    fn unknown(&mut self, part: &str, kind: &str) {
        let kind = if kind.is_empty() { "unnamed".into() } else { kind.to_lowercase().replace('_', " ") };
        let what = format!("{part} of the kind \"{kind}\"");
        if !self.unknown.contains(&what) {
            self.unknown.push(what);
        }
    }

    fn keep(&mut self, keys: Vec<String>, samples: &[&str]) {
        self.model.examples.extend(keys.into_iter().zip(samples.iter().map(|sample| (*sample).to_owned())));
    }

    fn keep_named(&mut self, params: &[Value], key: impl Fn(&str) -> String) {
        for param in params {
            if let (Some(name), Some(example)) = (text(param, "param_name"), text(param, "example")) {
                self.model.examples.insert(key(&name), example);
            }
        }
    }
}

fn app_link(link: &Value) -> Option<AppLink> {
    let app = link.get("meta_app_id")?;
    Some(AppLink {
        meta_app_id: app.as_str().map_or_else(|| app.to_string(), str::to_owned),
        android_deep_link: text(link, "android_deep_link")?,
        android_fallback_url: text(link, "android_fallback_playstore_url"),
    })
}
