//! Which values a template takes, under which keys.
//!
//! Values are a flat map of texts, so that a column of a file, an attribute of a customer and a field of a request can
//! each fill any of them. What has a structure is written as JSON into its text. `docs/templates.md` lists all keys.

use super::super::placeholders::{position, variables};
use super::{Button, Header, ParameterFormat, TemplateModel};

/// One value that a message may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Its key.
    pub key: String,
    /// Whether the message cannot go without it.
    pub required: bool,
}

pub(in crate::templates) fn header_key(name: &str) -> String {
    format!("header.{name}")
}

pub(in crate::templates) fn button_key(index: usize, name: &str) -> String {
    format!("button.{index}.{name}")
}

pub(in crate::templates) fn card_key(card: usize, key: &str) -> String {
    format!("card.{card}.{key}")
}

impl TemplateModel {
    /// Everything a message may supply. Header, body, offer, buttons, cards; numbered gaps come by number, named ones
    /// as they first appear.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut list = List { gaps: Vec::new(), prefix: String::new() };
        if let Some(header) = &self.header {
            list.header(header);
        }
        if self.authentication.is_some() {
            list.needs("code");
        } else {
            for name in self.ordered(&self.body) {
                list.needs(name);
                list.may(&format!("{name}.currency"));
                list.may(&format!("{name}.date_time"));
            }
        }
        if self.limited_time_offer.as_ref().is_some_and(|offer| offer.has_expiration) {
            list.needs("limited_time_offer.expires_at");
        }
        list.buttons(&self.buttons);
        if self.takes_tap_target() {
            list.may("tap_target.url");
            list.may("tap_target.title");
        }
        for (index, card) in self.cards.iter().enumerate() {
            list.prefix = card_key(index, "");
            list.header(&card.header);
            for name in card.body.as_deref().map(|body| self.ordered(body)).unwrap_or_default() {
                list.needs(name);
            }
            list.buttons(&card.buttons);
        }
        list.gaps
    }

    /// The gaps of a text, in the order in which they are sent.
    pub(in crate::templates) fn ordered<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let mut names = variables(text);
        if self.parameter_format == ParameterFormat::Positional {
            names.sort_by_key(|name| position(name));
        }
        names
    }

    /// A tap on the message itself can lead somewhere when there is a picture or video and no button.
    pub(in crate::templates) fn takes_tap_target(&self) -> bool {
        matches!(self.header, Some(Header::Image | Header::Video))
            && self.buttons.is_empty()
            && self.cards.is_empty()
    }
}

struct List {
    gaps: Vec<Gap>,
    prefix: String,
}

impl List {
    fn needs(&mut self, key: &str) {
        self.gaps.push(Gap { key: format!("{}{key}", self.prefix), required: true });
    }

    fn may(&mut self, key: &str) {
        self.gaps.push(Gap { key: format!("{}{key}", self.prefix), required: false });
    }

    fn header(&mut self, header: &Header) {
        match header {
            Header::Text(text) => {
                for name in variables(text) {
                    self.needs(&header_key(name));
                }
            }
            Header::Image | Header::Video => self.needs(&header_key(header.word())),
            Header::Document => {
                self.needs("header.document");
                self.may("header.document.filename");
            }
            Header::Location => {
                self.needs("header.location.latitude");
                self.needs("header.location.longitude");
                self.may("header.location.name");
                self.may("header.location.address");
            }
            Header::Product => {
                self.needs("header.product");
                self.needs("header.product.catalog_id");
            }
        }
    }

    fn buttons(&mut self, buttons: &[Button]) {
        for (index, button) in buttons.iter().enumerate() {
            let key = |name: &str| button_key(index, name);
            match button {
                Button::QuickReply { .. } => self.may(&key("payload")),
                Button::Url { url, .. } => {
                    for name in variables(url) {
                        self.needs(&key(name));
                    }
                }
                Button::CopyCode => self.needs(&key("coupon_code")),
                Button::Catalog { .. } => self.may(&key("thumbnail")),
                Button::MultiProduct { .. } => {
                    self.needs(&key("thumbnail"));
                    self.needs(&key("sections"));
                }
                Button::Flow { .. } => {
                    self.may(&key("flow_token"));
                    self.may(&key("flow_data"));
                }
                Button::OrderDetails { .. } => self.needs(&key("order_details")),
                Button::VoiceCall { .. } => {
                    self.may(&key("ttl_minutes"));
                    self.may(&key("payload"));
                }
                // the code goes along by itself
                Button::Otp { .. } | Button::PhoneNumber { .. } | Button::SingleProduct { .. } => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Card;
    use super::super::samples::{autumn, carousel};
    use super::*;

    #[test]
    fn variables_come_in_the_order_in_which_a_person_reads() {
        assert_eq!(autumn().variables(), ["header.1", "1", "2", "button.0.1"]);

        let mut picture = autumn();
        picture.header = Some(Header::Image);
        picture.body = "Take {{2}} off, {{1}}, all {{10}} of you, yes {{2}}.".into();
        assert_eq!(picture.variables(), ["header.image", "1", "2", "10", "button.0.1"]);

        let mut named = autumn();
        named.parameter_format = ParameterFormat::Named;
        named.header = Some(Header::Text("Our {{sale}} is on".into()));
        named.body = "Take {{percent}} off, {{first_name}}!".into();
        assert_eq!(named.variables(), ["header.sale", "percent", "first_name", "button.0.1"]);
    }

    #[test]
    fn cards_have_keys_of_their_own() {
        let mut model = carousel();
        model.cards[0] = Card { body: Some("Only {{1}} left!".into()), ..model.cards[0].clone() };
        assert_eq!(
            model.variables(),
            [
                "1",
                "card.0.header.image",
                "card.0.1",
                "card.0.button.1.1",
                "card.1.header.image",
                "card.1.button.1.1"
            ]
        );
        let optional = ["1.currency", "1.date_time", "card.0.button.0.payload", "card.1.button.0.payload"];
        assert_eq!(model.optional_variables(), optional);
    }

    #[test]
    fn every_kind_of_header_and_button_says_what_it_takes() {
        let takes = |header: Header| {
            let mut model = autumn();
            (model.header, model.body, model.buttons) = (Some(header), "Hello.".into(), Vec::new());
            model.keys()
        };
        let tap = ["tap_target.url", "tap_target.title"];
        assert_eq!(takes(Header::Video), ["header.video", tap[0], tap[1]]);
        assert_eq!(takes(Header::Document), ["header.document", "header.document.filename"]);
        assert_eq!(takes(Header::Product), ["header.product", "header.product.catalog_id"]);
        let place =
            ["latitude", "longitude", "name", "address"].map(|part| format!("header.location.{part}"));
        assert_eq!(takes(Header::Location), place);

        let mut model = autumn();
        let text = || "Go".to_owned();
        (model.header, model.body) = (None, "Hello.".into());
        model.buttons = vec![
            Button::CopyCode,
            Button::Catalog { text: text() },
            Button::MultiProduct { text: text() },
            Button::OrderDetails { text: text() },
            Button::VoiceCall { text: text() },
            Button::PhoneNumber { text: text(), phone_number: "+1".into() },
        ];
        assert_eq!(
            model.variables(),
            ["button.0.coupon_code", "button.2.thumbnail", "button.2.sections", "button.3.order_details"]
        );
        let optional = ["button.1.thumbnail", "button.4.ttl_minutes", "button.4.payload"];
        assert_eq!(model.optional_variables(), optional);
    }
}
