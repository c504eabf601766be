//! Templates on the wire: readable words instead of the provider's nested components.

use crate::Time;
use bellbird_core::ids::TemplateId;
use bellbird_core::templates::create::NewTemplate;
use bellbird_core::templates::{self, Category, ParameterFormat, TemplateModel, TemplateStatus};
use bellbird_core::{Error, Problem, Result};
use poem_openapi::{Enum, Object, Union};
use std::collections::BTreeMap;

/// What a template is for; decides its price and who may get it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum TemplateCategory {
    /// Offers and news; needs the person's opt-in.
    Marketing,
    /// About something the person ordered or asked for.
    Utility,
    /// One-time codes; cannot be written here yet.
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

/// A line of text above the body.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct TextHeader {
    /// The line; at most one gap.
    pub text: String,
}

/// A picture above the body, given per message as `header.image`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct ImageHeader {}

/// What stands above the body.
#[derive(Union, Debug, Clone, PartialEq, Eq)]
#[oai(discriminator_name = "type", one_of)]
pub enum TemplateHeader {
    /// A line of text.
    #[oai(mapping = "text")]
    Text(TextHeader),
    /// A picture.
    #[oai(mapping = "image")]
    Image(ImageHeader),
}

/// Answers with its own text.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct QuickReplyButton {
    /// The label.
    pub text: String,
}

/// Opens a page.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct UrlButton {
    /// The label.
    pub text: String,
    /// The address; may end in one gap, `{{1}}`.
    pub url: String,
}

/// Calls a number.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumberButton {
    /// The label.
    pub text: String,
    /// The number, with `+`.
    pub phone_number: String,
}

/// Something to tap.
#[derive(Union, Debug, Clone, PartialEq, Eq)]
#[oai(discriminator_name = "type", one_of)]
pub enum TemplateButton {
    /// Answers with its own text.
    #[oai(mapping = "quick_reply")]
    QuickReply(QuickReplyButton),
    /// Opens a page.
    #[oai(mapping = "url")]
    Url(UrlButton),
    /// Calls a number.
    #[oai(mapping = "phone_number")]
    PhoneNumber(PhoneNumberButton),
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
    /// The text.
    pub body: String,
    /// Small print below the body.
    pub footer: Option<String>,
    /// Below everything, in this order.
    #[oai(default, validator(max_items = 10))]
    pub buttons: Vec<TemplateButton>,
    /// A sample value for each gap, by the keys that `variables` lists.
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
    /// A sample value for each gap.
    pub examples: BTreeMap<String, String>,
    /// The keys of everything that must be given per message: `1` or `first_name` (body), `header.1`,
    /// `header.image`, `button.0.1`.
    pub variables: Vec<String>,
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
            header: new.header.map(|header| match header {
                TemplateHeader::Text(TextHeader { text }) => templates::Header::Text(text),
                TemplateHeader::Image(ImageHeader {}) => templates::Header::Image,
            }),
            body: new.body,
            footer: new.footer,
            buttons: new.buttons.into_iter().map(Into::into).collect(),
            examples: new.examples,
        };
        let status = match new.status {
            Some(DecidedStatus::Pending) => TemplateStatus::Pending,
            Some(DecidedStatus::Approved) | None => TemplateStatus::Approved,
        };
        Self { waba_id: new.waba_id, model, status }
    }
}

impl From<TemplateButton> for templates::Button {
    fn from(button: TemplateButton) -> Self {
        match button {
            TemplateButton::QuickReply(QuickReplyButton { text }) => Self::QuickReply { text },
            TemplateButton::Url(UrlButton { text, url }) => Self::Url { text, url },
            TemplateButton::PhoneNumber(PhoneNumberButton { text, phone_number }) => {
                Self::PhoneNumber { text, phone_number }
            }
        }
    }
}

impl From<templates::Button> for TemplateButton {
    fn from(button: templates::Button) -> Self {
        match button {
            templates::Button::QuickReply { text } => Self::QuickReply(QuickReplyButton { text }),
            templates::Button::Url { text, url } => Self::Url(UrlButton { text, url }),
            templates::Button::PhoneNumber { text, phone_number } => {
                Self::PhoneNumber(PhoneNumberButton { text, phone_number })
            }
        }
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
            header: model.header.map(|header| match header {
                templates::Header::Text(text) => TemplateHeader::Text(TextHeader { text }),
                templates::Header::Image => TemplateHeader::Image(ImageHeader {}),
            }),
            body: model.body,
            footer: model.footer,
            buttons: model.buttons.into_iter().map(Into::into).collect(),
            examples: model.examples,
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        })
    }
}

/// The domain writes `buttons.0.url` where requests say `buttons[0].url`; `header` is the text inside it.
pub(super) fn as_requested(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let path = |field: &str| match field
        .strip_prefix("buttons.")
        .map(|rest| rest.split_once('.').unwrap_or((rest, "")))
    {
        Some((index, "")) => format!("buttons[{index}]"),
        Some((index, rest)) => format!("buttons[{index}].{rest}"),
        None => field.to_string(),
    };
    Error::Invalid(problems.into_iter().map(|p| Problem { field: path(&p.field), ..p }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_where_the_caller_wrote_them() {
        for (ours, theirs) in [("buttons.0.url", "buttons[0].url"), ("body", "body"), ("buttons", "buttons")]
        {
            let Error::Invalid(problems) = as_requested(Error::invalid(ours, "x", "y")) else {
                unreachable!()
            };
            assert_eq!(problems[0].field, theirs);
        }
    }
}
