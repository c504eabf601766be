//! What a caller says to send a message.

use bellbird_core::ids::{SenderId, TemplateId};
use bellbird_core::messages::send::{Content, NewMessage};
use bellbird_core::phone::Phone;
use bellbird_core::{Ctx, Error, Problem, Result, organizations, senders, templates};
use poem_openapi::Object;
use std::collections::BTreeMap;

/// A template filled for one person; named by its id, or by name and language.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct FilledTemplate {
    /// Which.
    pub template_id: Option<TemplateId>,
    /// Its name, when no id is given.
    pub name: Option<String>,
    /// Its language, like `en_US`, when no id is given.
    pub language: Option<String>,
    /// A value for each of its variables. Positional variables are called `1`, `2`, ….
    pub variables: Option<BTreeMap<String, String>>,
}

/// Free text.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct FreeText {
    /// What it says.
    #[oai(validator(min_length = 1, max_length = 4096))]
    pub body: String,
}

/// A message to send: either a template or a text.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
pub struct SendMessage {
    /// From which of your numbers.
    pub sender_id: SenderId,
    /// To which number. Without a country code it is read as one of the organization's country.
    pub to: String,
    /// An approved template of the sender's WhatsApp account.
    pub template: Option<FilledTemplate>,
    /// Free text, while the person's 24-hour window is open.
    pub text: Option<FreeText>,
}

impl SendMessage {
    /// Reads it; everything wrong with it is told at once.
    pub(super) async fn read(self, ctx: &Ctx) -> Result<NewMessage> {
        let country = organizations::queries::get(ctx).await?.country;
        let to = Phone::parse(&self.to, country.as_deref())
            .map_err(|bad| Error::invalid("to", bad.code(), bad.to_string()));
        let content = match (self.template, self.text) {
            (Some(template), None) => template.read(ctx, self.sender_id).await,
            (None, Some(text)) => Ok(Content::Text { body: text.body }),
            (None, None) => Err(one_of_two("give either `template` or `text`")),
            (Some(_), Some(_)) => Err(one_of_two("give `template` or `text`, not both")),
        };
        match (to, content) {
            (Ok(to), Ok(content)) => Ok(NewMessage { sender: self.sender_id, to, content }),
            (Err(Error::Invalid(to)), Err(Error::Invalid(content))) => {
                Err(Error::Invalid(to.into_iter().chain(content).collect()))
            }
            (_, Err(error)) | (Err(error), _) => Err(error),
        }
    }
}

fn one_of_two(message: &str) -> Error {
    Error::invalid("template", "template_or_text", message)
}

impl FilledTemplate {
    async fn read(self, ctx: &Ctx, sender: SenderId) -> Result<Content> {
        let variables = self.variables.unwrap_or_default();
        match (self.template_id, self.name, self.language) {
            (Some(template), None, None) => Ok(Content::Template { template, variables }),
            (None, Some(name), Some(language)) => {
                // names are unique in an account only, and the sender says which
                let account = senders::connect::get(ctx, sender).await?.waba_id;
                match templates::queries::find(ctx, &account, &name, &language).await? {
                    Some(template) => Ok(Content::Template { template: template.id, variables }),
                    None => {
                        let message = format!(
                            "this sender's account has no template `{name}` in the language `{language}`"
                        );
                        Err(Error::invalid("template.name", "unknown_template", message))
                    }
                }
            }
            _ => {
                let message = "name the template by `template_id`, or by `name` and `language`";
                Err(Error::invalid("template", "template_not_named", message))
            }
        }
    }
}

/// The domain's problems with their paths in our body.
pub(super) fn in_body(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let of_template = |field: &str| field == "template_id" || field.starts_with("variables");
    let placed = problems.into_iter().map(|problem| match of_template(&problem.field) {
        true => Problem { field: format!("template.{}", problem.field), ..problem },
        false => problem,
    });
    Error::Invalid(placed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_with_the_template_is_told_with_its_path_in_the_body() {
        let problems = ["variables.name", "template_id", "to", "text.body"]
            .map(|field| Problem::new(field, "code", "message"))
            .to_vec();
        let Error::Invalid(placed) = in_body(Error::Invalid(problems)) else { panic!("still invalid") };
        let fields: Vec<_> = placed.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["template.variables.name", "template.template_id", "to", "text.body"]);
    }
}
