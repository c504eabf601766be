//! Writing an export: `{"customer": …, "messages": [` and so on, a page of rows at a time. A person of a hundred thousand
//! messages costs the memory of two hundred.

use super::document::{CampaignOfPerson, ExportDownload, FileOfPerson, RejectOfPerson};
use crate::consent::objects::ConsentEvent;
use crate::customers::Customer;
use crate::messages::objects::Message;
use crate::messages::receipts::Receipt;
use bellbird_core::ids::{CampaignId, ConsentEventId, MediaId, MessageId};
use bellbird_core::imports::erase::Place;
use bellbird_core::privacy::export::{self, Person, Told};
use bellbird_core::{Ctx, Result};
use futures::stream::{self, Stream, StreamExt};
use poem::Body;
use poem_openapi::types::ToJSON;
use std::io;

/// Where the next page begins.
#[derive(Debug)]
enum At {
    Consent(Option<ConsentEventId>),
    Messages(Option<MessageId>),
    Campaigns(Option<CampaignId>),
    Files(Option<MediaId>),
    Rejects(Option<Place>),
    End,
}

/// Something being written: whose, and how far it is.
struct Writing {
    ctx: Ctx,
    person: Person,
    at: At,
    /// True before the first thing of a list.
    first: bool,
}

/// The download of everything about a person.
pub(super) fn download(ctx: Ctx, person: Person) -> ExportDownload {
    let id = person.customer.customer.id;
    let customer = Customer { merged_ids: person.merged_ids.clone(), ..person.customer.clone().into() };
    let head = format!("{{\"customer\":{},\"consent_events\":[", customer.to_json_string());
    let begun = stream::once(async { Ok(head.into_bytes()) });
    let writing = Writing { ctx, person, at: At::Consent(None), first: true };
    let content = Body::from_bytes_stream(begun.chain(pages(writing)));
    ExportDownload { file_name: format!("{id}.json"), content }
}

fn pages(writing: Writing) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    stream::try_unfold(writing, |mut writing| async move {
        if matches!(writing.at, At::End) {
            return Ok(None);
        }
        let text = writing.next().await.map_err(|error| {
            tracing::error!(customer = %writing.person.customer.customer.id, %error, "an export was cut");
            io::Error::other("the export was cut")
        })?;
        Ok(Some((text.into_bytes(), writing)))
    })
}

impl Writing {
    /// The next page, or the end of a list and the beginning of the next one.
    async fn next(&mut self) -> Result<String> {
        let (ctx, person) = (&self.ctx, &self.person);
        let (text, at) = match &self.at {
            At::Consent(after) => {
                let page = export::consent_events(ctx, person, *after).await?;
                match page.last().map(|row| row.id) {
                    Some(last) => (self.items(page, ConsentEvent::from), At::Consent(Some(last))),
                    None => (list("messages"), At::Messages(None)),
                }
            }
            At::Messages(after) => {
                let page = export::messages(ctx, person, *after).await?;
                match page.last().map(|told| told.message.message.id) {
                    Some(last) => (self.items(page, |told| message(ctx, told)), At::Messages(Some(last))),
                    None => (list("campaigns"), At::Campaigns(None)),
                }
            }
            At::Campaigns(after) => {
                let page = export::campaigns(ctx, person, *after).await?;
                match page.last().map(|row| row.id) {
                    Some(last) => (self.items(page, CampaignOfPerson::from), At::Campaigns(Some(last))),
                    None => (list("files"), At::Files(None)),
                }
            }
            At::Files(after) => {
                let page = export::media(ctx, person, *after).await?;
                match page.last().map(|row| row.id) {
                    Some(last) => (self.items(page, FileOfPerson::from), At::Files(Some(last))),
                    None => (list("import_rejects"), At::Rejects(None)),
                }
            }
            At::Rejects(after) => {
                let (page, next) = export::import_rejects(ctx, person, after.as_ref()).await?;
                let text = self.items(page, RejectOfPerson::from);
                match next {
                    Some(place) => (text, At::Rejects(Some(place))),
                    None => (text + "]}", At::End),
                }
            }
            At::End => (String::new(), At::End),
        };
        // a new list begins without a comma; one that goes on does so once it has something
        let same = std::mem::discriminant(&self.at) == std::mem::discriminant(&at);
        self.first = if same { self.first && text.is_empty() } else { true };
        self.at = at;
        Ok(text)
    }

    fn items<M, T: ToJSON>(&self, page: Vec<M>, item: impl Fn(M) -> T) -> String {
        let mut text = String::new();
        for one in page {
            if !(self.first && text.is_empty()) {
                text.push(',');
            }
            text.push_str(&item(one).to_json_string());
        }
        text
    }
}

/// The end of a list, and the beginning of the next one.
fn list(name: &str) -> String {
    format!("],\"{name}\":[")
}

fn message(ctx: &Ctx, told: Told) -> Message {
    let receipts = told.receipts.into_iter().map(Receipt::from).collect();
    Message { receipts, ..Message::of(ctx.provider.as_ref(), told.message) }
}
