//! The JSON of webhooks.

use std::{collections::HashSet, sync::Arc};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    graph::webhook_error,
    identity::Identity,
    ledger::Accepted,
    number::LiveNumber,
    pricing::Price,
    roll::Roll,
    statuses::{Kind, Planned},
};

/// An accepted message with what its statuses tell beside the ledger's facts.
#[derive(Debug)]
pub(crate) struct Tracked {
    pub(crate) sent: Arc<Accepted>,
    pub(crate) number: Arc<LiveNumber>,
    pub(crate) price: Price,
    /// Whether `conversation` is told, as it was before version 24.
    pub(crate) conversation: bool,
    /// Whom webhooks name.
    pub(crate) who: Identity,
    /// Whether the request named the id and not a phone number.
    pub(crate) by_user_id: bool,
}

/// One status ready to be posted.
#[derive(Debug, Clone)]
pub(crate) struct StatusEvent {
    pub(crate) message: Arc<Tracked>,
    pub(crate) planned: Planned,
}

#[derive(Serialize)]
struct Change<'a> {
    value: ChangeValue<'a>,
    field: &'static str,
}

#[derive(Serialize)]
struct ChangeValue<'a> {
    messaging_product: &'static str,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contacts: Vec<Contact<'a>>,
    statuses: Vec<Status<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    display_phone_number: String,
    phone_number_id: &'a str,
}

#[derive(Serialize, PartialEq, Eq, Hash, Clone)]
struct Contact<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Profile<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wa_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_user_id: Option<&'a str>,
}

#[derive(Serialize, PartialEq, Eq, Hash, Clone)]
struct Profile<'a> {
    username: &'a str,
}

#[derive(Serialize)]
struct Status<'a> {
    id: &'a str,
    status: &'static str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pricing: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    biz_opaque_callback_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Value>,
}

/// A body for many statuses, one change per number, numbers of one account together.
pub(crate) fn statuses_body(events: &[StatusEvent]) -> impl Serialize {
    let mut entries: Vec<(&str, Vec<(&LiveNumber, Change<'_>)>)> = Vec::new();
    for event in events {
        let number = &*event.message.number;
        let waba = number.spec.waba_id.as_str();
        let at = entries.iter().position(|(id, _)| *id == waba).unwrap_or_else(|| {
            entries.push((waba, Vec::new()));
            entries.len() - 1
        });
        let changes = &mut entries[at].1;
        let at = changes.iter().position(|(known, _)| known.id == number.id).unwrap_or_else(|| {
            changes.push((number, Change::new(number)));
            changes.len() - 1
        });
        changes[at].1.value.statuses.push(status(event));
    }
    let mut entry = Vec::new();
    for (id, changes) in entries {
        let changes: Vec<_> =
            changes.into_iter().map(|(number, change)| change.with_contacts(number, events)).collect();
        entry.push(EntryOf { id, changes });
    }
    Envelope { object: "whatsapp_business_account", entry }
}

#[derive(Serialize)]
struct Envelope<'a> {
    object: &'static str,
    entry: Vec<EntryOf<'a>>,
}

#[derive(Serialize)]
struct EntryOf<'a> {
    id: &'a str,
    changes: Vec<Change<'a>>,
}

impl<'a> Change<'a> {
    fn new(number: &'a LiveNumber) -> Self {
        let metadata = Metadata { display_phone_number: number.spec.digits(), phone_number_id: &number.id };
        let (contacts, statuses) = (Vec::new(), Vec::new());
        let value = ChangeValue { messaging_product: "whatsapp", metadata, contacts, statuses };
        Self { value, field: "messages" }
    }

    /// Meta names the people of the statuses, except of those that failed.
    fn with_contacts(mut self, number: &LiveNumber, events: &'a [StatusEvent]) -> Self {
        let mut seen = HashSet::new();
        for event in events.iter().filter(|event| event.message.number.id == number.id) {
            let message = &*event.message;
            // The username is told once the message has arrived.
            let arrived = !matches!(event.planned.kind, Kind::Sent);
            let username = message.who.username.as_deref().filter(|_| arrived);
            let contact = Contact {
                profile: username.map(|username| Profile { username }),
                wa_id: message.who.wa_id.as_deref(),
                user_id: message.who.user_id.as_deref(),
                parent_user_id: message.who.parent_user_id.as_deref(),
            };
            if !matches!(event.planned.kind, Kind::Failed(_)) && seen.insert(contact.clone()) {
                self.value.contacts.push(contact);
            }
        }
        self
    }
}

fn status(event: &StatusEvent) -> Status<'_> {
    let (message, planned) = (&*event.message, event.planned);
    let failed = match planned.kind {
        Kind::Failed(code) => Some(code),
        _ => None,
    };
    let told = planned.priced && failed.is_none();
    let happened_ms = message.sent.at_ms + i64::try_from(planned.happens.as_millis()).unwrap_or_default();
    let user_id = message.who.user_id.as_deref().filter(|_| failed.is_none() || message.by_user_id);
    Status {
        id: &message.sent.wamid,
        status: planned.kind.name(),
        timestamp: (happened_ms / 1_000).to_string(),
        recipient_id: message.who.wa_id.as_deref(),
        recipient_user_id: user_id,
        conversation: (told && message.conversation).then(|| message.conversation(planned.kind)),
        pricing: told.then(|| message.price.graph()),
        biz_opaque_callback_data: message.sent.opaque.as_deref(),
        errors: failed.map(webhook_error).into_iter().collect(),
    }
}

impl Tracked {
    fn conversation(&self, kind: Kind) -> Value {
        let mut roll = Roll::new(0, &[&self.sent.wamid]);
        let id = format!("{:016x}{:016x}", roll.next(), roll.next());
        let mut conversation = json!({"id": id, "origin": {"type": self.price.category}});
        if kind == Kind::Sent
            && let Some(map) = conversation.as_object_mut()
        {
            let expires = self.sent.at_ms / 1_000 + 24 * 60 * 60;
            map.insert("expiration_timestamp".into(), expires.to_string().into());
        }
        conversation
    }
}

/// A body with one change of one number or account.
pub(crate) fn change_body(waba_id: &str, now_s: i64, field: &str, value: &Value) -> Value {
    let mut entry = json!({"id": waba_id, "changes": [{"value": value, "field": field}]});
    // Messages have times of their own.
    if field != "messages" {
        entry["time"] = now_s.into();
    }
    json!({"object": "whatsapp_business_account", "entry": [entry]})
}

/// The part every change of a number starts with.
pub(crate) fn number_value(number: &LiveNumber) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.spec.digits(), "phone_number_id": &*number.id},
    })
}

/// The business-scoped user id of a phone number: the same for every number of one account.
pub(crate) fn user_id(waba_id: &str, wa_id: &str) -> String {
    let countries = [
        ("1", "US"),
        ("44", "GB"),
        ("49", "DE"),
        ("52", "MX"),
        ("54", "AR"),
        ("55", "BR"),
        ("62", "ID"),
        ("91", "IN"),
    ];
    let country = countries.iter().find(|(code, _)| wa_id.starts_with(code)).map_or("ES", |(_, iso)| iso);
    format!("{country}.{:020}", Roll::new(0, &[waba_id, wa_id]).next())
}
