//! Templates on the wire: readable words instead of the provider's nested components.

use super::parts::*;
use crate::Time;
use bellbird_core::ids::TemplateId;
use bellbird_core::templates::create::NewTemplate;
use bellbird_core::templates::{self, Category, ParameterFormat, TemplateModel, TemplateStatus};
use bellbird_core::{Error, Problem, Result};
use poem_openapi::{Enum, Object};
use std::collections::BTreeMap;

/// What a template is for; decides its price and who may get it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum TemplateCategory {
    /// Offers and news; needs the person's opt-in.
    Marketing,
    /// About something the person ordered or asked for.
    Utility,
    /// One-time codes.
    Authentication,
}

/// How gaps are called.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum VariableFormat {
    /// `{{1}}`, `{{2}}`, …
    Positional,
    /// `{{first_name}}`.
    Named,
}

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
    /// A sample value for each gap, by the keys that `variables` lists; for a file its upload handle.
    #[oai(default)]
    pub examples: BTreeMap<String, String>,
    /// What the provider decided; `approved` when not given. The next release asks the provider itself.
    pub status: Option<DecidedStatus>,
}

/// A template in one language.
#[derive(Object, Debug)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Meta's id of the account it belongs to.
    pub waba_id: String,
    /// Its name there.
    pub name: String,
    /// Its language code.
    pub language: String,
    /// What it is for.
    pub category: TemplateCategory,
    /// Where it stands with the provider.
    pub status: TemplateStatus,
    /// How gaps are called.
    pub parameter_format: VariableFormat,
    /// Above the body.
    #[oai(skip_serializing_if_is_none)]
    pub header: Option<TemplateHeader>,
    /// The text.
    pub body: String,
    /// Small print below the body.
    #[oai(skip_serializing_if_is_none)]
    pub footer: Option<String>,
    /// Below everything, in this order.
    pub buttons: Vec<TemplateButton>,
    /// Cards to swipe through.
    pub cards: Vec<TemplateCard>,
    /// An offer that ends.
    #[oai(skip_serializing_if_is_none)]
    pub limited_time_offer: Option<TemplateOffer>,
    /// What WhatsApp writes around a one-time code.
    #[oai(skip_serializing_if_is_none)]
    pub authentication: Option<TemplateAuthentication>,
    /// It asks the person for leave to call them.
    pub call_permission: bool,
    /// How long WhatsApp tries to deliver a message, in seconds; -1: 30 days.
    #[oai(skip_serializing_if_is_none)]
    pub ttl_seconds: Option<i32>,
    /// A sample value for each gap.
    pub examples: BTreeMap<String, String>,
    /// The keys of everything that must be given per message: `1` or `first_name` (body), `header.1`,
    /// `header.image`, `button.0.1`, `card.0.header.image`. `docs/templates.md` lists all there are.
    pub variables: Vec<String>,
    /// The keys of what may be given per message besides: `button.1.payload`, `header.document.filename`.
    pub optional_variables: Vec<String>,
    /// When it was written.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl From<CreateTemplate> for NewTemplate {
    fn from(new: CreateTemplate) -> Self {
        let model = TemplateModel {
            name: new.name,
            language: new.language,
            category: match new.category {
                TemplateCategory::Marketing => Category::Marketing,
                TemplateCategory::Utility => Category::Utility,
                TemplateCategory::Authentication => Category::Authentication,
            },
            parameter_format: match new.parameter_format {
                Some(VariableFormat::Named) => ParameterFormat::Named,
                Some(VariableFormat::Positional) | None => ParameterFormat::Positional,
            },
            header: new.header.map(Into::into),
            body: new.body,
            footer: new.footer,
            buttons: new.buttons.into_iter().map(Into::into).collect(),
            cards: new.cards.into_iter().map(Into::into).collect(),
            limited_time_offer: new.limited_time_offer.map(Into::into),
            authentication: new.authentication.map(Into::into),
            call_permission: new.call_permission,
            ttl_seconds: new.ttl_seconds,
            examples: new.examples,
        };
        let status = match new.status {
            Some(DecidedStatus::Pending) => TemplateStatus::Pending,
            Some(DecidedStatus::Approved) | None => TemplateStatus::Approved,
        };
        Self { waba_id: new.waba_id, model, status }
    }
}

impl TryFrom<templates::Template> for Template {
    type Error = Error;
    fn try_from(row: templates::Template) -> Result<Self> {
        let model = row.model()?;
        Ok(Self {
            id: row.id,
            waba_id: row.waba_id,
            variables: model.variables(),
            optional_variables: model.optional_variables(),
            name: model.name,
            language: model.language,
            category: match model.category {
                Category::Marketing => TemplateCategory::Marketing,
                Category::Utility => TemplateCategory::Utility,
                Category::Authentication => TemplateCategory::Authentication,
            },
            status: row.status,
            parameter_format: match model.parameter_format {
                ParameterFormat::Positional => VariableFormat::Positional,
                ParameterFormat::Named => VariableFormat::Named,
            },
            header: model.header.map(Into::into),
            body: model.body,
            footer: model.footer,
            buttons: model.buttons.into_iter().map(Into::into).collect(),
            cards: model.cards.into_iter().map(Into::into).collect(),
            limited_time_offer: model.limited_time_offer.map(Into::into),
            authentication: model.authentication.map(Into::into),
            call_permission: model.call_permission,
            ttl_seconds: model.ttl_seconds,
            examples: model.examples,
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        })
    }
}

/// The domain writes `cards.1.buttons.0.url` where requests say `cards[1].buttons[0].url`.
pub(super) fn as_requested(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let path = |field: &str| {
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
            ("buttons", "buttons"),
        ] {
            let Error::Invalid(problems) = as_requested(Error::invalid(ours, "x", "y")) else {
                unreachable!()
            };
            assert_eq!(problems[0].field, theirs);
        }
    }
}
