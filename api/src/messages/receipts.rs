//! What is told of a message past how far it got: its price, and what participants of a group or payments say.

use crate::Time;
use bellbird_core::Timestamp;
use bellbird_core::messages::{Message as Row, receipt_entity};
use poem_openapi::Object;
use serde_json::Value;
use std::collections::BTreeMap;

/// What WhatsApp charges for a message, in its own words.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Pricing {
    /// As what it is charged: `marketing`, `utility`, `authentication`, `service`, ….
    pub category: Option<String>,
    /// Why it costs something or not: `regular`, `free_customer_service`, `free_entry_point`.
    pub kind: Option<String>,
    /// How it is charged: `PMP`, per message.
    pub model: Option<String>,
    /// Whether it is charged.
    pub billable: Option<bool>,
}

impl Pricing {
    /// Reads it off the row; `None` as long as nothing was told.
    pub(super) fn of(row: &Row) -> Option<Self> {
        let told = row.pricing_category.is_some() || row.billable.is_some();
        told.then(|| Self {
            category: row.pricing_category.clone(),
            kind: row.pricing_type.clone(),
            model: row.pricing_model.clone(),
            billable: row.billable,
        })
    }
}

/// A status that does not move the message.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Receipt {
    /// `participant` of a group, `payment` inside the message, or `unknown`.
    pub about: String,
    /// WhatsApp's word: `delivered`, `read`, `captured`, `pending`, ….
    pub status: String,
    /// Whose, by number.
    pub phone: Option<String>,
    /// Whose, by business-scoped user id.
    pub bsuid: Option<String>,
    /// The whole status, as WhatsApp tells it.
    pub content: BTreeMap<String, Value>,
    /// When it happened.
    pub at: Option<Time>,
}

impl From<receipt_entity::Model> for Receipt {
    fn from(row: receipt_entity::Model) -> Self {
        Self {
            about: row.about,
            status: row.status,
            phone: row.phone,
            bsuid: row.bsuid,
            content: serde_json::from_str(&row.content).unwrap_or_default(),
            at: row.occurred_at.map(Timestamp::to_utc),
        }
    }
}
