//! What a caller says to send a message.

use bellbird_core::content::{
    Audio, ContactCard, Content, Document, Image, Interactive, Location, Reaction, Sticker, Text, Video,
};
use bellbird_core::ids::{CustomerId, SenderId, TemplateId};
use bellbird_core::messages::address::To;
use bellbird_core::messages::send::{NewMessage, What};
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

/// A message to send. To one person: `to`, `customer_id` or `bsuid`. With one content: `template`, or one of the others
/// while the person's 24-hour window is open.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
pub struct SendMessage {
    /// From which of your numbers.
    pub sender_id: SenderId,
    /// To which number. Without a country code it is read as one of the organization's country.
    pub to: Option<String>,
    /// To which customer.
    pub customer_id: Option<CustomerId>,
    /// To whom, by WhatsApp's id of somebody whose number is hidden.
    pub bsuid: Option<String>,
    /// The message it quotes: its id (`msg_…`), or WhatsApp's (`wamid.…`).
    pub reply_to: Option<String>,
    /// An approved template of the sender's WhatsApp account.
    pub template: Option<FilledTemplate>,
    /// Free text.
    pub text: Option<Text>,
    /// A picture.
    pub image: Option<Image>,
    /// A film.
    pub video: Option<Video>,
    /// A sound or a voice note.
    pub audio: Option<Audio>,
    /// Any other file.
    pub document: Option<Document>,
    /// A sticker.
    pub sticker: Option<Sticker>,
    /// A place.
    pub location: Option<Location>,
    /// Address-book cards.
    pub contacts: Option<Vec<ContactCard>>,
    /// An emoji under an earlier message.
    pub reaction: Option<Reaction>,
    /// Something to tap.
    pub interactive: Option<Interactive>,
}

/// What there is to send, not looked at closer yet.
enum Given {
    Template(FilledTemplate),
    FreeForm(Content),
}

impl SendMessage {
    /// Reads it; everything wrong with it is told at once.
    pub(super) async fn read(mut self, ctx: &Ctx) -> Result<NewMessage> {
        let to = self.address(ctx).await;
        let what = match self.content() {
            Ok(Given::Template(template)) => template.read(ctx, self.sender_id).await,
            Ok(Given::FreeForm(content)) => {
                let problems = content.check(ctx.now());
                if problems.is_empty() { Ok(What::FreeForm(content)) } else { Err(Error::Invalid(problems)) }
            }
            Err(error) => Err(error),
        };
        match (to, what) {
            (Ok(to), Ok(what)) => {
                Ok(NewMessage { sender: self.sender_id, to, what, reply_to: self.reply_to })
            }
            (Err(Error::Invalid(to)), Err(Error::Invalid(what))) => {
                Err(Error::Invalid(to.into_iter().chain(what).collect()))
            }
            (_, Err(error)) | (Err(error), _) => Err(error),
        }
    }

    async fn address(&mut self, ctx: &Ctx) -> Result<To> {
        match (self.to.take(), self.customer_id, self.bsuid.take()) {
            (Some(phone), None, None) => {
                let country = organizations::queries::get(ctx).await?.country;
                let phone = Phone::parse(&phone, country.as_deref());
                phone.map(To::Phone).map_err(|bad| Error::invalid("to", bad.code(), bad.to_string()))
            }
            (None, Some(customer), None) => Ok(To::Customer(customer)),
            (None, None, Some(bsuid)) => Ok(To::Bsuid(bsuid)),
            _ => Err(Error::invalid("to", "one_of", "give exactly one of `to`, `customer_id` and `bsuid`")),
        }
    }

    fn content(&mut self) -> Result<Given> {
        let free_form = [
            self.text.take().map(Content::Text),
            self.image.take().map(Content::Image),
            self.video.take().map(Content::Video),
            self.audio.take().map(Content::Audio),
            self.document.take().map(Content::Document),
            self.sticker.take().map(Content::Sticker),
            self.location.take().map(Content::Location),
            self.contacts.take().map(Content::Contacts),
            self.reaction.take().map(Content::Reaction),
            self.interactive.take().map(|it| Content::Interactive(Box::new(it))),
        ];
        let free_form = free_form.into_iter().flatten().map(Given::FreeForm);
        let mut given = self.template.take().map(Given::Template).into_iter().chain(free_form);
        match (given.next(), given.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(one_content("give what is to be sent: `template`, or `text`, `image`, …")),
            (Some(_), Some(_)) => {
                Err(one_content("give only one content: `template`, or `text`, `image`, …"))
            }
        }
    }
}

fn one_content(message: &str) -> Error {
    Error::invalid("template", "one_of", message)
}

impl FilledTemplate {
    async fn read(self, ctx: &Ctx, sender: SenderId) -> Result<What> {
        let variables = self.variables.unwrap_or_default();
        match (self.template_id, self.name, self.language) {
            (Some(template), None, None) => Ok(What::Template { template, variables }),
            (None, Some(name), Some(language)) => {
                // names are unique in an account only, and the sender says which
                let account = senders::connect::get(ctx, sender).await?.waba_id;
                match templates::queries::find(ctx, &account, &name, &language).await? {
                    Some(template) => Ok(What::Template { template: template.id, variables }),
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
