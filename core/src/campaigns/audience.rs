//! To whom, and with which values.

use super::outcome::Outcome;
use crate::consent::link::Links;
use crate::customers::Customer;
use crate::ids::CampaignId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// To whom a campaign is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Audience {
    /// The people added to it, by hand, by API or from a file.
    Listed,
    /// Everyone who carries a tag when it is launched.
    Tag {
        /// Which.
        tag: String,
    },
    /// Everyone who has agreed to marketing when it is launched.
    OptedIn,
    /// Everyone whom another campaign came to this with, when it is launched.
    Outcome {
        /// Which campaign.
        campaign: CampaignId,
        /// What it came to.
        outcome: Outcome,
    },
}

/// Where the value of one of the template's variables comes from. A value given with a recipient comes before all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableSource {
    /// The same for everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The customer's `name`, `phone`, or attribute of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// For those who have neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The person's own link to stop messages; at the end of a button's address only its token, for the address's
    /// beginning stands in the template.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsubscribe_link: bool,
}

impl VariableSource {
    /// The attribute the value comes from, where nothing stands in for people who lack it.
    pub(super) fn only_attribute(&self) -> Option<&str> {
        let alone = self.value.is_none() && self.default.is_none() && !self.unsubscribe_link;
        self.attribute.as_deref().filter(|_| alone)
    }

    fn resolve(&self, key: &str, customer: &Customer, links: Option<&Links>) -> Option<String> {
        if let (true, Some(links)) = (self.unsubscribe_link, links) {
            let ends_an_address = key.starts_with("button.") || key.contains(".button.");
            return Some(if ends_an_address { links.token(customer.id) } else { links.url(customer.id) });
        }
        let known = self.attribute.as_deref().and_then(|key| attribute(customer, key));
        self.value.clone().or(known).or_else(|| self.default.clone())
    }
}

fn attribute(customer: &Customer, key: &str) -> Option<String> {
    let text = match key {
        "name" => customer.name.clone(),
        "phone" => customer.phone.as_ref().map(ToString::to_string),
        key => match customer.attributes.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        },
    };
    text.filter(|text| !text.trim().is_empty())
}

/// The values for one person: their own first, then where the campaign says. Values nobody has are left out; rendering
/// names them.
pub fn resolve(
    needed: &[String],
    own: &BTreeMap<String, String>,
    sources: &BTreeMap<String, VariableSource>,
    customer: &Customer,
    links: Option<&Links>,
) -> BTreeMap<String, String> {
    let value = |key: &String| {
        let own = own.get(key).filter(|text| !text.trim().is_empty()).cloned();
        own.or_else(|| sources.get(key)?.resolve(key, customer, links))
    };
    needed.iter().filter_map(|key| Some((key.clone(), value(key)?))).collect()
}
