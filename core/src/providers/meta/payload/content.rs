//! The part of a message that is free-form (Cloud API, "Messages": one page per type).
//!
//! Built as JSON values: the shapes are many, each is small, and such messages go out one by one. Where a part of ours
//! has Meta's own shape (address-book cards, places) it is written as it is, without what was not given.

use serde::Serialize;
use serde_json::{Map, Value, json};

use self::interactive::interactive;
use crate::content::{Content, Document, File, Image, Video};

mod interactive;
mod orders;

/// The type's word and the object of the same name.
pub(super) fn content(content: &Content) -> (&'static str, Value) {
    let body = match content {
        Content::Text(text) => json!({"preview_url": text.preview_url.unwrap_or(true), "body": text.body}),
        Content::Image(it) => image(it),
        Content::Video(it) => video(it),
        Content::Audio(audio) => with(file(&audio.file()), [("voice", audio.voice.map(Value::from))]),
        Content::Document(it) => document(it),
        Content::Sticker(sticker) => file(&sticker.file()),
        Content::Location(location) => plain(location),
        Content::Contacts(cards) => plain(cards),
        // an empty emoji takes the reaction away
        Content::Reaction(reaction) => {
            json!({"message_id": reaction.message_id, "emoji": reaction.emoji.as_deref().unwrap_or_default()})
        }
        Content::Interactive(it) => interactive(it),
    };
    (content.word(), body)
}

/// By its address, or by the id it got when it was uploaded for this number.
fn file(file: &File<'_>) -> Value {
    match (file.provider_id, file.link) {
        (Some(id), _) => json!({ "id": id }),
        (None, link) => json!({ "link": link }),
    }
}

fn image(it: &Image) -> Value {
    with(file(&it.file()), [("caption", text(it.caption.as_ref()))])
}

fn video(it: &Video) -> Value {
    with(file(&it.file()), [("caption", text(it.caption.as_ref()))])
}

fn document(it: &Document) -> Value {
    with(file(&it.file()), [("caption", text(it.caption.as_ref())), ("filename", text(it.filename.as_ref()))])
}

/// Adds what is given to an object.
fn with<const N: usize>(mut object: Value, fields: [(&str, Option<Value>); N]) -> Value {
    if let Some(map) = object.as_object_mut() {
        map.extend(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    object
}

fn text(text: Option<&String>) -> Option<Value> {
    text.map(|text| Value::from(text.as_str()))
}

/// A part of ours that has Meta's shape.
fn plain(part: &impl Serialize) -> Value {
    // our own structs always serialise
    let mut value = serde_json::to_value(part).unwrap_or_default();
    drop_nulls(&mut value);
    value
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Object(fields) => {
            *fields = std::mem::take(fields)
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect::<Map<_, _>>();
            fields.values_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}
