//! Writing and changing templates.

use super::objects::{TemplateCategory, VariableFormat};
use super::parts::*;
use bellbird_core::templates::create::{NewTemplate, Origin};
use bellbird_core::templates::{ParameterFormat, TemplateModel, TemplateStatus};
use bellbird_core::{Error, Problem};
use poem_openapi::{Enum, Object};
use std::collections::BTreeMap;

/// What the provider decided about a template.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum DecidedStatus {
    /// It may be sent.
    Approved,
    /// It is not decided yet.
    Pending,
}

/// A template to write down.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct CreateTemplate {
    /// Meta's id of the WhatsApp business account it belongs to.
    #[oai(validator(max_length = 64))]
    pub waba_id: String,
    /// Lower-case letters, digits and underscores.
    pub name: String,
    /// Language code, like `en_US`.
    pub language: String,
    /// What it is for.
    pub category: TemplateCategory,
    /// How gaps are called; `positional` when not given.
    pub parameter_format: Option<VariableFormat>,
    /// Above the body.
    pub header: Option<TemplateHeader>,
    /// The text. Empty for one-time codes: WhatsApp writes theirs.
    #[oai(default)]
    pub body: String,
    /// Small print below the body.
    pub footer: Option<String>,
    /// Below everything, in this order.
    #[oai(default, validator(max_items = 10))]
    pub buttons: Vec<TemplateButton>,
    /// Cards to swipe through, 2 to 10.
    #[oai(default, validator(max_items = 10))]
    pub cards: Vec<TemplateCard>,
    /// An offer that ends.
    pub limited_time_offer: Option<TemplateOffer>,
    /// For one-time codes: what WhatsApp is to write around them. There is no `body` then.
    pub authentication: Option<TemplateAuthentication>,
    /// Asks the person for leave to call them.
    #[oai(default)]
    pub call_permission: bool,
    /// How long WhatsApp tries to deliver a message, in seconds; -1: 30 days.
    pub ttl_seconds: Option<i32>,
    /// A sample value for each gap, by the keys that `variables` lists; for a file one of yours (`med_…`, JPEG, PNG,
    /// MP4 or PDF), or the handle of an upload to Meta.
    #[oai(default)]
    pub examples: BTreeMap<String, String>,
    /// It is new: submit it to WhatsApp. Its status tells what becomes of it. When not given, it must exist there
    /// under the same name and language.
    #[oai(default)]
    pub submit: bool,
    /// What WhatsApp has decided about one that exists there; `approved` when not given. The next synchronisation
    /// asks WhatsApp itself.
    pub status: Option<DecidedStatus>,
}

/// A part of a template that can be taken out.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum RemovablePart {
    /// What stands above the body.
    Header,
    /// The small print.
    Footer,
    /// All buttons.
    Buttons,
    /// All cards.
    Cards,
    /// The offer that ends.
    LimitedTimeOffer,
    /// The provider's own default counts.
    TtlSeconds,
}

/// What is to be different; what is not given stays. Name and language cannot be changed, nor the category once it is
/// approved.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct UpdateTemplate {
    /// What it is for.
    pub category: Option<TemplateCategory>,
    /// Above the body.
    pub header: Option<TemplateHeader>,
    /// The text.
    pub body: Option<String>,
    /// Small print below the body.
    pub footer: Option<String>,
    /// All buttons, in this order.
    #[oai(validator(max_items = 10))]
    pub buttons: Option<Vec<TemplateButton>>,
    /// All cards.
    #[oai(validator(max_items = 10))]
    pub cards: Option<Vec<TemplateCard>>,
    /// An offer that ends.
    pub limited_time_offer: Option<TemplateOffer>,
    /// What WhatsApp is to write around a one-time code.
    pub authentication: Option<TemplateAuthentication>,
    /// It asks the person for leave to call them.
    pub call_permission: Option<bool>,
    /// How long WhatsApp tries to deliver a message, in seconds; -1: 30 days.
    pub ttl_seconds: Option<i32>,
    /// Sample values, added to those there are.
    #[oai(default)]
    pub examples: BTreeMap<String, String>,
    /// What is to be taken out.
    #[oai(default, validator(max_items = 10))]
    pub remove: Vec<RemovablePart>,
}

impl From<CreateTemplate> for NewTemplate {
    fn from(new: CreateTemplate) -> Self {
        let model = TemplateModel {
            parameter_format: match new.parameter_format {
                Some(VariableFormat::Named) => ParameterFormat::Named,
                Some(VariableFormat::Positional) | None => ParameterFormat::Positional,
            },
            header: new.header.map(Into::into),
            footer: new.footer,
            buttons: new.buttons.into_iter().map(Into::into).collect(),
            cards: new.cards.into_iter().map(Into::into).collect(),
            limited_time_offer: new.limited_time_offer.map(Into::into),
            authentication: new.authentication.map(Into::into),
            call_permission: new.call_permission,
            ttl_seconds: new.ttl_seconds,
            examples: new.examples,
            ..TemplateModel::plain(&new.name, &new.language, new.category.into(), &new.body)
        };
        let origin = match (new.submit, new.status) {
            (true, _) => Origin::Submitted,
            (false, Some(DecidedStatus::Pending)) => Origin::Registered(TemplateStatus::Pending),
            (false, Some(DecidedStatus::Approved) | None) => Origin::Registered(TemplateStatus::Approved),
        };
        Self { waba_id: new.waba_id, model, origin }
    }
}

impl UpdateTemplate {
    /// Makes the difference.
    pub(super) fn apply(self, model: &mut TemplateModel) {
        for part in self.remove {
            match part {
                RemovablePart::Header => model.header = None,
                RemovablePart::Footer => model.footer = None,
                RemovablePart::Buttons => model.buttons.clear(),
                RemovablePart::Cards => model.cards.clear(),
                RemovablePart::LimitedTimeOffer => model.limited_time_offer = None,
                RemovablePart::TtlSeconds => model.ttl_seconds = None,
            }
        }
        fn set<T>(place: &mut T, value: Option<impl Into<T>>) {
            if let Some(value) = value {
                *place = value.into();
            }
        }
        fn put<T>(place: &mut Option<T>, value: Option<impl Into<T>>) {
            if let Some(value) = value {
                *place = Some(value.into());
            }
        }
        set(&mut model.category, self.category);
        put(&mut model.header, self.header);
        set(&mut model.body, self.body);
        put(&mut model.footer, self.footer);
        put(&mut model.limited_time_offer, self.limited_time_offer);
        put(&mut model.authentication, self.authentication);
        set(&mut model.call_permission, self.call_permission);
        put(&mut model.ttl_seconds, self.ttl_seconds);
        if let Some(buttons) = self.buttons {
            model.buttons = buttons.into_iter().map(Into::into).collect();
        }
        if let Some(cards) = self.cards {
            model.cards = cards.into_iter().map(Into::into).collect();
        }
        model.examples.extend(self.examples);
    }
}

/// The domain writes `cards.1.buttons.0.url` where requests say `cards[1].buttons[0].url`.
pub(super) fn as_requested(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let path = |field: &str| {
        if field.starts_with("examples.") {
            return field.to_owned(); // the rest is the key of an example
        }
        let mut path = String::with_capacity(field.len() + 2);
        for part in field.split('.') {
            match part.parse::<usize>() {
                Ok(index) => path.push_str(&format!("[{index}]")),
                Err(_) if path.is_empty() => path.push_str(part),
                Err(_) => path.push_str(&format!(".{part}")),
            }
        }
        path
    };
    Error::Invalid(problems.into_iter().map(|p| Problem { field: path(&p.field), ..p }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_where_the_caller_wrote_them() {
        for (ours, theirs) in [
            ("buttons.0.url", "buttons[0].url"),
            ("cards.1.buttons.0.url", "cards[1].buttons[0].url"),
            ("body", "body"),
            ("examples.card.0.header.image", "examples.card.0.header.image"),
            ("buttons", "buttons"),
        ] {
            let Error::Invalid(problems) = as_requested(Error::invalid(ours, "x", "y")) else {
                unreachable!()
            };
            assert_eq!(problems[0].field, theirs);
        }
    }
}
