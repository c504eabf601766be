//! Who people are, and whether they want marketing.

use serde_json::Value;

use super::super::fields::{Contacts, as_bsuid, id, take_list, time, who, with_contact, word};
use super::{NO_EFFECT, Origin, UNKNOWN};
use crate::webhooks::change::{Change, IdentityChange, Marketing, Moved, Parsed, Person, PreferenceChange};

pub(super) fn preference(origin: &Origin, preference: Value) -> Change {
    let category = word(&preference, "category").unwrap_or_default();
    let marketing = match word(&preference, "value").as_deref() {
        Some("stop") => Marketing::Stop,
        Some("resume") => Marketing::Resume,
        other => return origin.other(other.unwrap_or_default(), NO_EFFECT, preference),
    };
    if category != "marketing_messages" {
        return origin.other(category, UNKNOWN, preference);
    }
    Change::Preference(PreferenceChange {
        phone_number_id: origin.phone_number_id.clone(),
        person: who(id(&preference, "wa_id"), id(&preference, "user_id"), id(&preference, "parent_user_id")),
        marketing,
        at: time(&preference, &mut Vec::new()),
    })
}

/// `user_id_update`: `user_id` and `parent_user_id` are objects of `previous` and `current`. No sample of Meta's was
/// found; the shape is that of the reference's prose, read as tolerantly as all else.
pub(super) fn updates(origin: &Origin, mut value: Value, parsed: &mut Parsed) {
    let updates = take_list(&mut value, "user_id_update");
    let contacts = Contacts::new(take_list(&mut value, "contacts"), updates.len());
    if updates.is_empty() {
        parsed.notes.push("user_id_update: nothing in it that we know".into());
        parsed.changes.push(origin.other("", UNKNOWN, value));
    }
    for update in updates {
        let ids = |key: &str| {
            let pair = update.get(key).unwrap_or(&Value::Null);
            let side = |side: &str| id(pair, side).as_deref().and_then(as_bsuid);
            (side("previous"), side("current"))
        };
        let ((old, new), (old_parent, new_parent)) = (ids("user_id"), ids("parent_user_id"));
        let Some(new) = new else {
            parsed.notes.push("user_id_update without a current id".into());
            parsed.changes.push(origin.other("", UNKNOWN, update));
            continue;
        };
        let phone = id(&update, "wa_id");
        let contact = contacts.of(phone.as_deref(), Some(&new));
        let before = Person { bsuid: old, parent_bsuid: old_parent, ..who(phone.clone(), None, None) };
        let now = with_contact(who(phone, Some(new), new_parent), contact);
        parsed.changes.push(Change::Identity(IdentityChange {
            phone_number_id: origin.phone_number_id.clone(),
            moved: Moved { before, now },
            at: time(&update, &mut parsed.notes),
        }));
    }
}
