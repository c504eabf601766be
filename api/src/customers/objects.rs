//! Customers on the wire.

use crate::Time;
use bellbird_core::consent::{ConsentMethod, ConsentPurpose, ConsentState};
use bellbird_core::context::Actor;
use bellbird_core::customers::edit::{GivenConsent, Upsert, check_attributes, parse_tag, parse_time_zone};
use bellbird_core::customers::queries::Tagged;
use bellbird_core::ids::CustomerId;
use bellbird_core::phone::Phone;
use bellbird_core::{Error, Problem, Result, Timestamp};
use poem_openapi::{Enum, Object};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a person said.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum OptInState {
    /// Yes.
    OptedIn,
    /// No.
    OptedOut,
}

impl From<OptInState> for ConsentState {
    fn from(state: OptInState) -> Self {
        match state {
            OptInState::OptedIn => Self::OptedIn,
            OptInState::OptedOut => Self::OptedOut,
        }
    }
}

/// A person's word on messages, and how you know.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct OptIn {
    /// About what; marketing when not given.
    pub purpose: Option<ConsentPurpose>,
    /// Yes or no.
    pub state: OptInState,
    /// Where and how it was said, like `website checkout`.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub source: String,
    /// What proves it: the number of a form, the name of a recording.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub evidence: Option<String>,
    /// When it was said; now when not given. The newest word counts, whenever you tell us.
    pub at: Option<Time>,
}

/// What is known about a person. What is not given stays as it is.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct UpsertCustomer {
    /// The key. With the country code, like `+919876543210`; without it the organization's country is assumed.
    #[oai(validator(max_length = 64))]
    pub phone: String,
    /// What they are called.
    #[oai(validator(max_length = 200))]
    pub name: Option<String>,
    /// Where they live, as an IANA time zone like Asia/Kolkata. Without it their number tells.
    #[oai(validator(max_length = 64))]
    pub time_zone: Option<String>,
    /// Texts, numbers and true/false by name, merged into what is stored; a null removes its name.
    #[oai(default)]
    pub attributes: BTreeMap<String, Value>,
    /// Added to the stored ones.
    #[oai(default, validator(max_items = 100))]
    pub tags: Vec<String>,
    /// Their word on messages. Recorded in the consent ledger.
    pub opt_in: Option<OptIn>,
}

/// Tags to put on and to take off.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct ChangeTags {
    /// To put on.
    #[oai(default, validator(max_items = 100))]
    pub add: Vec<String>,
    /// To take off; wins over `add`.
    #[oai(default, validator(max_items = 100))]
    pub remove: Vec<String>,
}

/// Where a person stands about one purpose.
#[derive(Object, Debug)]
pub struct ConsentStanding {
    /// What they last said.
    pub state: ConsentState,
    /// Where and how they said it.
    #[oai(skip_serializing_if_is_none)]
    pub source: Option<String>,
    /// The door it came through.
    #[oai(skip_serializing_if_is_none)]
    pub method: Option<ConsentMethod>,
    /// When they said it.
    #[oai(skip_serializing_if_is_none)]
    pub at: Option<Time>,
}

/// A person who can be messaged.
#[derive(Object, Debug)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// In E.164; absent for people who hide their number.
    #[oai(skip_serializing_if_is_none)]
    pub phone: Option<String>,
    /// WhatsApp's business-scoped user id, when known.
    #[oai(skip_serializing_if_is_none)]
    pub bsuid: Option<String>,
    /// Their number as WhatsApp spells it, digits only; differs from `phone` in Brazil, Mexico and Argentina.
    #[oai(skip_serializing_if_is_none)]
    pub wa_id: Option<String>,
    /// The name they chose to be found by on WhatsApp, without the `@`.
    #[oai(skip_serializing_if_is_none)]
    pub username: Option<String>,
    /// Ids of customers that turned out to be this one; they lead here. Only told for a single customer.
    #[oai(default, skip_serializing_if_is_empty)]
    pub merged_ids: Vec<CustomerId>,
    /// What they are called.
    #[oai(skip_serializing_if_is_none)]
    pub name: Option<String>,
    /// Where they live, if you told us.
    #[oai(skip_serializing_if_is_none)]
    pub time_zone: Option<String>,
    /// Anything you told us: texts, numbers and true/false by name.
    pub attributes: BTreeMap<String, Value>,
    /// In order of the alphabet.
    pub tags: Vec<String>,
    /// Whether they want marketing.
    pub marketing_consent: ConsentStanding,
    /// Whether they stopped messages about what they did, like orders; who did not gets them.
    pub utility_consent: ConsentStanding,
    /// When they last wrote; free text may be sent for 24 hours from then.
    #[oai(skip_serializing_if_is_none)]
    pub last_inbound_at: Option<Time>,
    /// When we first knew them.
    pub created_at: Time,
    /// When they last changed.
    pub updated_at: Time,
}

impl From<Tagged> for Customer {
    fn from(Tagged { customer, tags }: Tagged) -> Self {
        let attributes = match customer.attributes {
            Value::Object(attributes) => attributes.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        Self {
            id: customer.id,
            phone: customer.phone.map(|phone| phone.to_string()),
            bsuid: customer.bsuid,
            wa_id: customer.wa_id,
            username: customer.username,
            merged_ids: Vec::new(),
            name: customer.name,
            time_zone: customer.time_zone,
            attributes,
            tags,
            marketing_consent: ConsentStanding {
                state: customer.marketing_consent,
                source: customer.marketing_consent_source,
                method: customer.marketing_consent_method,
                at: customer.marketing_consent_at.map(Timestamp::to_utc),
            },
            utility_consent: ConsentStanding {
                state: customer.utility_consent,
                source: customer.utility_consent_source,
                method: customer.utility_consent_method,
                at: customer.utility_consent_at.map(Timestamp::to_utc),
            },
            last_inbound_at: customer.last_inbound_at.map(Timestamp::to_utc),
            created_at: customer.created_at.to_utc(),
            updated_at: customer.updated_at.to_utc(),
        }
    }
}

impl UpsertCustomer {
    /// Reads everything at once, so that everything wrong is told at once.
    pub(super) fn read(self, country: Option<&str>, now: Timestamp, actor: Actor) -> Result<Upsert> {
        let mut problems = Vec::new();
        let phone = Phone::parse(&self.phone, country)
            .map_err(|bad| problems.push(Problem::new("phone", bad.code(), bad.to_string())))
            .ok();
        let attributes = self.attributes.into_iter().collect();
        problems.extend(check_attributes("attributes", &attributes).err().into_iter().flatten());
        let tags = tags("tags", &self.tags, &mut problems);
        let consent = self.opt_in.map(|word| word.read(now, actor, &mut problems)).into_iter().collect();
        let time_zone = self.time_zone.and_then(|zone| {
            parse_time_zone("time_zone", &zone).map_err(|problem| problems.push(problem)).ok()
        });
        let name = self.name.map(|name| name.trim().to_string()).filter(|name| !name.is_empty());
        match phone {
            Some(phone) if problems.is_empty() => {
                Ok(Upsert { phone, name, time_zone, attributes, tags, consent })
            }
            _ => Err(Error::Invalid(problems)),
        }
    }
}

impl OptIn {
    fn read(self, now: Timestamp, actor: Actor, problems: &mut Vec<Problem>) -> GivenConsent {
        let word = GivenConsent {
            purpose: self.purpose.unwrap_or(ConsentPurpose::Marketing),
            evidence: self.evidence,
            at: self.at.map(Timestamp::from),
            ..GivenConsent::new(self.state.into(), ConsentMethod::Api, self.source.trim(), actor)
        };
        problems.extend(word.check("opt_in.at", now).err());
        word
    }
}

impl ChangeTags {
    /// The tags to put on and those to take off.
    pub(super) fn read(&self) -> Result<(Vec<String>, Vec<String>)> {
        let mut problems = Vec::new();
        let read = (tags("add", &self.add, &mut problems), tags("remove", &self.remove, &mut problems));
        if problems.is_empty() { Ok(read) } else { Err(Error::Invalid(problems)) }
    }
}

fn tags(field: &str, given: &[String], problems: &mut Vec<Problem>) -> Vec<String> {
    let read = given.iter().enumerate().map(|(i, tag)| parse_tag(&format!("{field}[{i}]"), tag));
    read.filter_map(|tag| tag.map_err(|problem| problems.push(problem)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> UpsertCustomer {
        UpsertCustomer {
            phone: "98765 43210".into(),
            name: Some(" Ada ".into()),
            time_zone: None,
            attributes: BTreeMap::new(),
            tags: vec![" vip ".into()],
            opt_in: None,
        }
    }

    #[test]
    fn a_customer_is_read_with_the_organizations_country() {
        let person = given().read(Some("IN"), Timestamp(0), Actor::Operator).unwrap();
        assert_eq!((person.phone.as_str(), person.name.as_deref()), ("+919876543210", Some("Ada")));
        assert_eq!(person.tags, ["vip"]);
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_its_path() {
        let mut person = given();
        person.tags = vec!["ok".into(), " ".into()];
        person.attributes.insert("size".into(), serde_json::json!([1]));
        let at = Some(Timestamp(86_400_000).to_utc());
        let (state, source) = (OptInState::OptedIn, "shop".to_string());
        person.opt_in = Some(OptIn { purpose: None, state, source, evidence: None, at });
        let Err(Error::Invalid(problems)) = person.read(None, Timestamp(0), Actor::Operator) else {
            unreachable!()
        };
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["phone", "attributes.size", "tags[1]", "opt_in.at"]);
    }
}
