//! Who customers are: a phone number, a business-scoped user id (BSUID), a username, or all of them.
//!
//! Since 2026 the phone number is one identity among others: people with a username may hide it, and webhooks then name
//! the BSUID alone.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{SandboxError, handle::Control, number::LiveNumber, payload::user_id, shared::Shared};

/// A customer one wants to know more about than their number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    /// Their number, as WhatsApp spells it.
    pub wa_id: Option<String>,
    /// Their BSUID; made up from the number if it is left out.
    pub user_id: Option<String>,
    /// Their id above several portfolios (`US.ENT.…`).
    pub parent_user_id: Option<String>,
    /// Their username, with its `@`.
    pub username: Option<String>,
    /// The name in their profile.
    pub name: Option<String>,
    /// Whether webhooks leave their number out.
    pub hides_phone: bool,
    /// The hash of their identity; sends that name another fail with 137000.
    pub identity_hash: Option<String>,
}

/// Customers by each of their addresses.
#[derive(Debug, Default)]
pub(crate) struct Persons {
    /// Spares every send the lock while nobody is known.
    any: AtomicBool,
    known: RwLock<HashMap<String, Arc<Person>>>,
}

impl Persons {
    pub(crate) fn put(&self, person: Person) {
        let person = Arc::new(person);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for address in [&person.wa_id, &person.user_id].into_iter().flatten() {
            known.insert(address.clone(), Arc::clone(&person));
        }
        self.any.store(true, Ordering::Release);
    }

    pub(crate) fn find(&self, address: &str) -> Option<Arc<Person>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(address).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Person> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = known.values().map(|person| (**person).clone()).collect();
        all.sort_by(|a, b| (&a.wa_id, &a.user_id).cmp(&(&b.wa_id, &b.user_id)));
        all.dedup();
        all
    }

    /// The one key a person is known by, whatever they were addressed with: their number if it is known.
    pub(crate) fn key(&self, address: &str) -> String {
        let known = self.find(address).and_then(|person| person.wa_id.clone());
        known.unwrap_or_else(|| address.to_owned())
    }
}

/// What webhooks tell of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    pub(crate) wa_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) parent_user_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) name: Option<String>,
}

impl Identity {
    /// The `contacts` entry of a message from them.
    pub(crate) fn contact(&self, name: &str) -> Value {
        let mut contact = json!({"profile": {"name": name}});
        if let Some(username) = &self.username {
            contact["profile"]["username"] = username.as_str().into();
        }
        self.write(&mut contact, ["wa_id", "user_id", "parent_user_id"]);
        contact
    }

    /// Writes number, BSUID and parent id under these names, as far as they are told.
    pub(crate) fn write(&self, into: &mut Value, names: [&str; 3]) {
        for (name, value) in names.iter().zip([&self.wa_id, &self.user_id, &self.parent_user_id]) {
            if let (Some(value), Some(map)) = (value, into.as_object_mut()) {
                map.insert((*name).to_owned(), value.as_str().into());
            }
        }
    }
}

impl Shared {
    /// What webhooks of an account tell about the person at this address.
    pub(crate) fn identity(&self, waba_id: &str, address: &str) -> Identity {
        let derived = |wa_id: &str| self.config.user_ids.then(|| user_id(waba_id, wa_id));
        if let Some(person) = self.persons.find(address) {
            return Identity {
                wa_id: person.wa_id.clone().filter(|_| !person.hides_phone),
                user_id: person.user_id.clone().or_else(|| derived(person.wa_id.as_deref()?)),
                parent_user_id: person.parent_user_id.clone(),
                username: person.username.clone(),
                name: person.name.clone(),
            };
        }
        if address.contains('.') {
            return Identity { user_id: Some(address.to_owned()), ..Identity::default() };
        }
        Identity { wa_id: Some(address.to_owned()), user_id: derived(address), ..Identity::default() }
    }

    /// Remembers whose BSUID webhooks have named, so that a send to it reaches the same person.
    pub(crate) fn learn(&self, waba_id: &str, wa_id: &str) {
        if self.config.user_ids && !wa_id.contains('.') && self.persons.find(wa_id).is_none() {
            let person = Person {
                wa_id: Some(wa_id.to_owned()),
                user_id: Some(user_id(waba_id, wa_id)),
                ..Person::default()
            };
            self.persons.put(person);
        }
    }
}

impl Control {
    /// Tells the sandbox about a customer.
    pub fn put_person(&self, person: Person) -> Result<(), SandboxError> {
        if person.wa_id.is_none() && person.user_id.is_none() {
            return Err(SandboxError::Invalid("wa_id or user_id is needed".to_owned()));
        }
        self.shared.persons.put(person);
        Ok(())
    }

    /// A customer takes another number: what Meta tells about it, and who they are from now on.
    pub fn change_number(&self, phone_number_id: &str, from: &str, to: &str) -> Result<(), SandboxError> {
        let number = self.number(phone_number_id)?;
        let waba_id = &number.spec.waba_id;
        let old = self.shared.identity(waba_id, from);
        let person = self.shared.persons.find(from).map(|person| (*person).clone()).unwrap_or_default();
        // Numbers and BSUIDs change together.
        let new_id = user_id(waba_id, to);
        let moved = Person { wa_id: Some(to.to_owned()), user_id: Some(new_id.clone()), ..person };
        let name = moved.name.clone().unwrap_or_else(|| "Sandbox Customer".to_owned());
        self.shared.persons.put(moved);
        let number_change = json!({
            "body": format!("User {name} changed from {from} to {to}"),
            "wa_id": to,
            "type": "user_changed_number",
        });
        self.system(&number, from, &old, number_change);
        if let Some(old_id) = &old.user_id {
            let id_change = json!({
                "body": format!("User {name} changed from {old_id} to {new_id}"),
                "wa_id": to,
                "user_id": new_id,
                "type": "user_changed_user_id",
            });
            self.system(&number, from, &old, id_change);
        }
        Ok(())
    }

    fn system(&self, number: &LiveNumber, from: &str, who: &Identity, system: Value) {
        let mut message = json!({
            "id": self.new_wamid(from),
            "timestamp": (self.shared.now_ms() / 1_000).to_string(),
            "type": "system",
            "system": system,
        });
        who.write(&mut message, ["from", "from_user_id", "from_parent_user_id"]);
        self.shared.post_number_change(number, "messages", [("messages", json!([message]))]);
    }
}
