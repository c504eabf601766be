//! The filled gaps of a template, in words no provider owns.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::outbound::MediaRef;

/// One filled part of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// What stands above the text.
    Header(HeaderValue),
    /// All variables of the body, in order.
    Body(Vec<TextValue>),
    /// Until when an offer holds, in milliseconds since 1970.
    LimitedTimeOffer {
        /// The moment.
        expires_at_ms: i64,
    },
    /// Where a tap on the message leads.
    TapTarget {
        /// The page.
        url: String,
        /// What people read.
        title: String,
    },
    /// What a button needs.
    Button {
        /// Position among all buttons, from 0.
        index: u8,
        /// What it is given.
        value: ButtonValue,
    },
    /// Cards to swipe through.
    Carousel(Vec<CardValue>),
}

/// The places of files in a filled template, to be changed: a stored file becomes the provider's when it was uploaded
/// there.
pub fn files_mut(parts: &mut [TemplatePart]) -> Vec<&mut MediaRef> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            TemplatePart::Header(
                HeaderValue::Image(file) | HeaderValue::Video(file) | HeaderValue::Document { file, .. },
            ) => found.push(file),
            TemplatePart::Carousel(cards) => {
                found.extend(cards.iter_mut().flat_map(|card| files_mut(&mut card.parts)));
            }
            _ => {}
        }
    }
    found
}

/// A filled card of a carousel.
#[derive(Debug, Clone, PartialEq)]
pub struct CardValue {
    /// Position, from 0.
    pub index: u8,
    /// Its header, body and buttons.
    pub parts: Vec<TemplatePart>,
}

/// What is put above a template's text.
#[derive(Debug, Clone, PartialEq)]
pub enum HeaderValue {
    /// The variable of a text header.
    Text(TextValue),
    /// A picture.
    Image(MediaRef),
    /// A video.
    Video(MediaRef),
    /// A file to read.
    Document {
        /// The file.
        file: MediaRef,
        /// The name people see.
        filename: Option<String>,
    },
    /// A place on the map.
    Location(Place),
    /// A product of a catalog.
    Product {
        /// Which catalog.
        catalog_id: String,
        /// Which product, by the shop's own id.
        retailer_id: String,
    },
}

/// A place on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// What it is called.
    pub name: Option<String>,
    /// Its postal address.
    pub address: Option<String>,
}

/// What a button is given.
#[derive(Debug, Clone, PartialEq)]
pub enum ButtonValue {
    /// The end of a link's address.
    UrlSuffix(String),
    /// What a quick reply sends back when tapped, if not its own text.
    Payload(String),
    /// A code to copy.
    CouponCode(String),
    /// A whole catalog.
    Catalog {
        /// The product whose picture is shown, by the shop's own id.
        thumbnail: Option<String>,
    },
    /// Products to choose from.
    Products {
        /// The product whose picture is shown, by the shop's own id.
        thumbnail: String,
        /// The products, under titles.
        sections: Vec<ProductSection>,
    },
    /// A form.
    Flow {
        /// Comes back with the answers.
        token: Option<String>,
        /// What the form begins with: a JSON object.
        data: Option<Value>,
    },
    /// An order to look at and pay: the provider's JSON object.
    OrderDetails(Value),
    /// A call to the business.
    VoiceCall {
        /// How long the button works.
        ttl_minutes: Option<u32>,
        /// Comes back with the call.
        payload: Option<String>,
    },
}

/// Products under a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductSection {
    /// The title.
    pub title: String,
    /// The shop's own ids of the products.
    pub products: Vec<String>,
}

/// The value of one variable of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextValue {
    /// Name of the variable in templates with named variables; `None` where order counts.
    pub name: Option<String>,
    /// The value; for an amount or a moment, how people read it.
    pub text: String,
    /// What it is, if more than a text.
    pub meaning: Option<Meaning>,
}

impl TextValue {
    /// A plain text for a numbered variable.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { name: None, text: text.into(), meaning: None }
    }
}

/// What a value is, if more than a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// An amount of money.
    Currency {
        /// ISO 4217.
        code: String,
        /// In thousandths.
        amount_1000: i64,
    },
    /// A moment on the customer's calendar; `None`: nothing but the text.
    DateTime(Option<chrono::NaiveDateTime>),
}
