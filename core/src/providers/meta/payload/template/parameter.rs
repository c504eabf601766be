//! A single value, as Meta wants to read it.

use chrono::{Datelike, NaiveDateTime, Timelike};
use serde::Serialize;
use serde_json::Value;

use super::super::file::File;
use crate::senders::port::{ButtonValue, HeaderValue, Meaning, Place, ProductSection, TextValue};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Parameter<'a> {
    Text {
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter_name: Option<&'a str>,
        text: &'a str,
    },
    Currency {
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter_name: Option<&'a str>,
        currency: Currency<'a>,
    },
    DateTime {
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter_name: Option<&'a str>,
        date_time: DateTime<'a>,
    },
    Image {
        image: File<'a>,
    },
    Video {
        video: File<'a>,
    },
    Document {
        document: Document<'a>,
    },
    Location {
        location: Location<'a>,
    },
    Product {
        product: Product<'a>,
    },
    Payload {
        payload: &'a str,
    },
    CouponCode {
        coupon_code: &'a str,
    },
    TtlMinutes {
        ttl_minutes: u32,
    },
    Action {
        action: Action<'a>,
    },
    LimitedTimeOffer {
        limited_time_offer: Offer,
    },
    TapTargetConfiguration {
        tap_target_configuration: [TapTarget<'a>; 1],
    },
}

#[derive(Serialize)]
pub(super) struct Currency<'a> {
    fallback_value: &'a str,
    code: &'a str,
    amount_1000: i64,
}

#[derive(Serialize)]
pub(super) struct DateTime<'a> {
    fallback_value: &'a str,
    #[serde(flatten)]
    calendar: Option<Calendar>,
}

#[derive(Serialize)]
struct Calendar {
    calendar: &'static str,
    year: i32,
    month: u32,
    day_of_month: u32,
    /// From 1, Monday.
    day_of_week: u32,
    hour: u32,
    minute: u32,
}

#[derive(Serialize)]
pub(super) struct Document<'a> {
    #[serde(flatten)]
    file: File<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Location<'a> {
    /// Degrees as text, as in Meta's samples.
    latitude: String,
    longitude: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Product<'a> {
    product_retailer_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog_id: Option<&'a str>,
}

#[derive(Default, Serialize)]
pub(super) struct Action<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_product_retailer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sections: Vec<Section<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_action_data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_details: Option<&'a Value>,
}

#[derive(Serialize)]
struct Section<'a> {
    title: &'a str,
    product_items: Vec<Product<'a>>,
}

#[derive(Serialize)]
pub(super) struct Offer {
    expiration_time_ms: i64,
}

#[derive(Serialize)]
pub(super) struct TapTarget<'a> {
    url: &'a str,
    title: &'a str,
}

impl<'a> Parameter<'a> {
    pub(super) fn offer(expiration_time_ms: i64) -> Self {
        Self::LimitedTimeOffer { limited_time_offer: Offer { expiration_time_ms } }
    }

    pub(super) fn tap_target(url: &'a str, title: &'a str) -> Self {
        Self::TapTargetConfiguration { tap_target_configuration: [TapTarget { url, title }] }
    }

    pub(super) fn of_button(value: &'a ButtonValue) -> Vec<Self> {
        let action = |action| vec![Self::Action { action }];
        match value {
            ButtonValue::UrlSuffix(text) => vec![Self::Text { parameter_name: None, text }],
            ButtonValue::Payload(payload) => vec![Self::Payload { payload }],
            ButtonValue::CouponCode(coupon_code) => vec![Self::CouponCode { coupon_code }],
            ButtonValue::Catalog { thumbnail } => {
                action(Action { thumbnail_product_retailer_id: thumbnail.as_deref(), ..Action::default() })
            }
            ButtonValue::Products { thumbnail, sections } => action(Action {
                thumbnail_product_retailer_id: Some(thumbnail),
                sections: sections.iter().map(Section::from).collect(),
                ..Action::default()
            }),
            ButtonValue::Flow { token, data } => action(Action {
                flow_token: token.as_deref(),
                flow_action_data: data.as_ref(),
                ..Action::default()
            }),
            ButtonValue::OrderDetails(order) => {
                action(Action { order_details: Some(order), ..Action::default() })
            }
            ButtonValue::VoiceCall { ttl_minutes, payload } => {
                let ttl = ttl_minutes.map(|ttl_minutes| Self::TtlMinutes { ttl_minutes });
                let payload = payload.as_deref().map(|payload| Self::Payload { payload });
                ttl.into_iter().chain(payload).collect()
            }
        }
    }
}

impl<'a> From<&'a TextValue> for Parameter<'a> {
    fn from(value: &'a TextValue) -> Self {
        let (parameter_name, text) = (value.name.as_deref(), value.text.as_str());
        match &value.meaning {
            None => Self::Text { parameter_name, text },
            Some(Meaning::Currency { code, amount_1000 }) => Self::Currency {
                parameter_name,
                currency: Currency { fallback_value: text, code, amount_1000: *amount_1000 },
            },
            Some(Meaning::DateTime(at)) => Self::DateTime {
                parameter_name,
                date_time: DateTime { fallback_value: text, calendar: at.map(Calendar::from) },
            },
        }
    }
}

impl From<NaiveDateTime> for Calendar {
    fn from(at: NaiveDateTime) -> Self {
        Self {
            calendar: "GREGORIAN",
            year: at.year(),
            month: at.month(),
            day_of_month: at.day(),
            day_of_week: at.weekday().number_from_monday(),
            hour: at.hour(),
            minute: at.minute(),
        }
    }
}

impl<'a> From<&'a HeaderValue> for Parameter<'a> {
    fn from(value: &'a HeaderValue) -> Self {
        match value {
            HeaderValue::Text(text) => text.into(),
            HeaderValue::Image(file) => Self::Image { image: file.into() },
            HeaderValue::Video(file) => Self::Video { video: file.into() },
            HeaderValue::Document { file, filename } => {
                Self::Document { document: Document { file: file.into(), filename: filename.as_deref() } }
            }
            HeaderValue::Location(Place { latitude, longitude, name, address }) => Self::Location {
                location: Location {
                    latitude: latitude.to_string(),
                    longitude: longitude.to_string(),
                    name: name.as_deref(),
                    address: address.as_deref(),
                },
            },
            HeaderValue::Product { catalog_id, retailer_id } => Self::Product {
                product: Product { product_retailer_id: retailer_id, catalog_id: Some(catalog_id) },
            },
        }
    }
}

impl<'a> From<&'a ProductSection> for Section<'a> {
    fn from(section: &'a ProductSection) -> Self {
        let item = |id: &'a String| Product { product_retailer_id: id, catalog_id: None };
        Self { title: &section.title, product_items: section.products.iter().map(item).collect() }
    }
}
