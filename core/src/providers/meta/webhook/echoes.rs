//! Numbers that are also used in the WhatsApp Business app: what the shop types there, what was said before the number
//! came to us, and the phone's address book.

use serde_json::Value;

use super::super::fields::{Contacts, id, take_list, time, who, with_contact, word};
use super::messages::{context, kind_of};
use super::{NO_EFFECT, Origin, UNKNOWN, accounts, statuses};
use crate::messages::Origin as Written;
use crate::phone::Phone;
use crate::webhooks::change::{Change, ContactChange, EchoChange, Parsed, Person};

/// Messages somebody in the shop typed. One of Meta's samples has sender and recipient in each other's place, so whoever
/// is not the shop's number is the person.
pub(super) fn echoes(origin: &Origin, value: &mut Value, parsed: &mut Parsed) {
    let ours = own_number(value);
    let echoes = take_list(value, "message_echoes");
    let contacts = Contacts::new(take_list(value, "contacts"), echoes.len());
    if echoes.is_empty() {
        parsed.notes.push("smb_message_echoes: nothing in it that we know".into());
        parsed.changes.push(origin.other("", UNKNOWN, value.take()));
    }
    for message in echoes {
        let (to, user) = (id(&message, "to"), id(&message, "to_user_id"));
        let to = if user.is_none() && to.is_some() && to == ours { id(&message, "from") } else { to };
        let contact = contacts.of(to.as_deref(), user.as_deref());
        let person = with_contact(who(to, user, id(&message, "to_parent_user_id")), contact);
        parsed.changes.push(echo(origin, message, person, false, Written::PhoneApp, &mut parsed.notes));
    }
}

/// Conversations of the time before. Their messages are ours or the person's; media follow in bodies of their own.
pub(super) fn history(origin: &Origin, value: &mut Value, parsed: &mut Parsed) {
    let (before, ours) = (parsed.changes.len(), own_number(value));
    for mut chunk in take_list(value, "history") {
        for error in take_list(&mut chunk, "errors") {
            parsed.changes.push(accounts::error(origin, error));
        }
        for mut thread in take_list(&mut chunk, "threads") {
            let person = thread_person(&thread);
            for message in take_list(&mut thread, "messages") {
                let from = id(&message, "from");
                let from_person = from.is_some() && from != ours;
                parsed.changes.push(echo(
                    origin,
                    message,
                    person.clone(),
                    from_person,
                    Written::History,
                    &mut parsed.notes,
                ));
            }
        }
    }
    for message in take_list(value, "messages") {
        let from = id(&message, "from");
        let from_person = from.is_some() && from != ours;
        let person = who(if from_person { from } else { id(&message, "to") }, None, None);
        parsed.changes.push(echo(origin, message, person, from_person, Written::History, &mut parsed.notes));
    }
    if parsed.changes.len() == before {
        parsed.changes.push(origin.other("history", NO_EFFECT, value.take()));
    }
}

/// Entries of the phone's address book.
pub(super) fn contacts(origin: &Origin, value: &mut Value, parsed: &mut Parsed) {
    let entries = take_list(value, "state_sync");
    if entries.is_empty() {
        parsed.notes.push("smb_app_state_sync: nothing in it that we know".into());
        parsed.changes.push(origin.other("", UNKNOWN, value.take()));
    }
    for entry in entries {
        let contact = entry.get("contact").unwrap_or(&Value::Null);
        let mut person = who(id(contact, "phone_number"), id(contact, "user_id"), None);
        person.name = word(contact, "full_name").or_else(|| word(contact, "first_name"));
        if person.is_nobody() {
            parsed.changes.push(origin.other(word(&entry, "action").unwrap_or_default(), UNKNOWN, entry));
            continue;
        }
        parsed.changes.push(Change::Contact(ContactChange {
            phone_number_id: origin.phone_number_id.clone(),
            person,
            removed: word(&entry, "action").as_deref() == Some("remove"),
        }));
    }
}

fn thread_person(thread: &Value) -> Person {
    let context = thread.get("context").unwrap_or(&Value::Null);
    let mut person = who(
        id(thread, "id").or_else(|| id(context, "wa_id")),
        id(context, "user_id"),
        id(context, "parent_user_id"),
    );
    person.username = super::super::fields::username(context);
    person
}

/// The shop's own number as messages name it.
fn own_number(value: &Value) -> Option<String> {
    let shown = id(value.get("metadata")?, "display_phone_number")?;
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    Phone::from_wa_id(&digits).map(|phone| phone.digits().to_string())
}

fn echo(
    origin: &Origin,
    message: Value,
    person: Person,
    from_person: bool,
    written: Written,
    notes: &mut Vec<String>,
) -> Change {
    let Some(wamid) = id(&message, "id") else {
        notes.push("message without an id".into());
        return origin.other("message", UNKNOWN, message);
    };
    let kind = kind_of(&message);
    let reached = message.get("history_context").and_then(|context| word(context, "status"));
    Change::Echo(EchoChange {
        phone_number_id: origin.phone_number_id.clone(),
        from_person,
        person,
        origin: written,
        wamid,
        at: time(&message, notes),
        reached: reached.map(|word| statuses::kind(word.to_lowercase())),
        context_wamid: context(&message, &kind),
        kind,
        content: message,
    })
}
