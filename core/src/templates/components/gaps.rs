//! Which values a template takes, under which keys.
//!
//! Values are a flat map of texts, so that a column of a file, an attribute of a customer and a field of a request can
//! each fill any of them. What has a structure is written as JSON into its text.

use super::super::placeholders::{position, variables};
use super::{Button, Header, ParameterFormat, TemplateModel};

/// All keys there are, with what is put there. `N` is a number from 0, `X` the name or number of a gap.
pub const KEYS: &[(&str, &str)] = &[
    ("X", "a gap of the body: `1`, `first_name`"),
    ("X.currency", "makes that value an amount of money: `12.50 EUR`; the text above is what people read"),
    (
        "X.date_time",
        "makes that value a moment: `2026-11-30T18:30`, or `text` for nothing but the text above",
    ),
    ("code", "the one-time code"),
    ("header.X", "the gap of a text header"),
    ("header.image", "a public link, or the provider's id of an uploaded file"),
    ("header.video", "the same"),
    ("header.document", "the same"),
    ("header.document.filename", "the name people see"),
    ("header.location.latitude", "degrees: `52.52`"),
    ("header.location.longitude", "degrees: `13.405`"),
    ("header.location.name", "what the place is called"),
    ("header.location.address", "its postal address"),
    ("header.product", "the shop's own id of the product"),
    ("header.product.catalog_id", "the catalog it is in"),
    (
        "limited_time_offer.expires_at",
        "when the offer ends: `2026-11-30T18:30:00Z`, or milliseconds since 1970",
    ),
    ("button.N.X", "the end of a link's address: `button.0.1`"),
    ("button.N.payload", "what a quick reply or a call button sends back when tapped"),
    ("button.N.coupon_code", "the code to copy"),
    ("button.N.thumbnail", "the product whose picture stands for the catalog or the products"),
    ("button.N.sections", "JSON: `[{\"title\": \"Popular\", \"products\": [\"sku-1\", \"sku-2\"]}]`"),
    ("button.N.flow_token", "comes back with the answers of the form"),
    ("button.N.flow_data", "JSON object: what the form begins with"),
    ("button.N.order_details", "JSON object: the order, as WhatsApp's payments API has it"),
    ("button.N.ttl_minutes", "how long a call button works"),
    ("tap_target.url", "where a tap on the message leads"),
    ("tap_target.title", "what people read there"),
    ("card.N.…", "the same keys for a card of a carousel: `card.0.header.image`, `card.0.button.1.1`"),
];

/// One value that a message may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Its key.
    pub key: String,
    /// What is put there.
    pub kind: GapKind,
    /// Whether the message cannot go without it.
    pub required: bool,
}

/// What is put into a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapKind {
    /// A text.
    Text,
    /// A public link, or an id.
    File,
    /// A number, a moment, an amount: something that is parsed.
    Parsed,
    /// A JSON text.
    Json,
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
            list.needs("code", GapKind::Text);
        } else {
            for name in self.ordered(&self.body) {
                list.needs(name, GapKind::Text);
                list.may(&format!("{name}.currency"), GapKind::Parsed);
                list.may(&format!("{name}.date_time"), GapKind::Parsed);
            }
        }
        if self.limited_time_offer.as_ref().is_some_and(|offer| offer.has_expiration) {
            list.needs("limited_time_offer.expires_at", GapKind::Parsed);
        }
        list.buttons(&self.buttons);
        if self.takes_tap_target() {
            list.may("tap_target.url", GapKind::Text);
            list.may("tap_target.title", GapKind::Text);
        }
        for (index, card) in self.cards.iter().enumerate() {
            list.prefix = card_key(index, "");
            list.header(&card.header);
            for name in card.body.as_deref().map(|body| self.ordered(body)).unwrap_or_default() {
                list.needs(name, GapKind::Text);
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
    fn needs(&mut self, key: &str, kind: GapKind) {
        self.gaps.push(Gap { key: format!("{}{key}", self.prefix), kind, required: true });
    }

    fn may(&mut self, key: &str, kind: GapKind) {
        self.gaps.push(Gap { key: format!("{}{key}", self.prefix), kind, required: false });
    }

    fn header(&mut self, header: &Header) {
        match header {
            Header::Text(text) => {
                for name in variables(text) {
                    self.needs(&header_key(name), GapKind::Text);
                }
            }
            Header::Image | Header::Video => self.needs(&header_key(header.word()), GapKind::File),
            Header::Document => {
                self.needs("header.document", GapKind::File);
                self.may("header.document.filename", GapKind::Text);
            }
            Header::Location => {
                self.needs("header.location.latitude", GapKind::Parsed);
                self.needs("header.location.longitude", GapKind::Parsed);
                self.may("header.location.name", GapKind::Text);
                self.may("header.location.address", GapKind::Text);
            }
            Header::Product => {
                self.needs("header.product", GapKind::Text);
                self.needs("header.product.catalog_id", GapKind::Text);
            }
        }
    }

    fn buttons(&mut self, buttons: &[Button]) {
        for (index, button) in buttons.iter().enumerate() {
            let key = |name: &str| button_key(index, name);
            match button {
                Button::QuickReply { .. } => self.may(&key("payload"), GapKind::Text),
                Button::Url { url, .. } => {
                    for name in variables(url) {
                        self.needs(&key(name), GapKind::Text);
                    }
                }
                Button::CopyCode => self.needs(&key("coupon_code"), GapKind::Text),
                Button::Catalog { .. } => self.may(&key("thumbnail"), GapKind::Text),
                Button::MultiProduct { .. } => {
                    self.needs(&key("thumbnail"), GapKind::Text);
                    self.needs(&key("sections"), GapKind::Json);
                }
                Button::Flow { .. } => {
                    self.may(&key("flow_token"), GapKind::Text);
                    self.may(&key("flow_data"), GapKind::Json);
                }
                Button::OrderDetails { .. } => self.needs(&key("order_details"), GapKind::Json),
                Button::VoiceCall { .. } => {
                    self.may(&key("ttl_minutes"), GapKind::Parsed);
                    self.may(&key("payload"), GapKind::Text);
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
