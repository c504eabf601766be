//! Taking one person out of a webhook that was kept. What is left is still a webhook: what it tells of others can be
//! applied again.
//!
//! Nothing is known here of the provider's fields. Whatever names the person takes along the item of the list it stands
//! in: their status among many, their message, their contact.

use crate::customers::named::Named;
use serde_json::Value;

/// The body without the person; `None` when it does not name them. `only`: leave alone what names none of these (of a
/// body that belongs to several organizations). A body that names the person and cannot be read is emptied.
pub(super) fn without(body: &[u8], named: &Named, only: Option<&[String]>) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(body);
    if !named.marks().any(|mark| text.contains(mark)) {
        return None;
    }
    let Ok(mut read) = serde_json::from_slice::<Value>(body) else { return Some(b"{}".to_vec()) };
    let before = read.clone();
    let whole = match (only, read.get_mut("entry").and_then(Value::as_array_mut)) {
        (Some(only), Some(entries)) => {
            let ours = |entry: &Value| {
                let text = entry.to_string();
                only.iter().any(|id| text.contains(&format!("\"{id}\"")))
            };
            entries.retain_mut(|entry| !ours(entry) || !scrub(entry, named));
            false
        }
        (Some(_), None) => false,
        (None, _) => scrub(&mut read, named),
    };
    if whole {
        return Some(b"{}".to_vec());
    }
    (read != before).then(|| read.to_string().into_bytes())
}

/// Takes what names the person out of every list below; true when the value itself is about them.
fn scrub(value: &mut Value, named: &Named) -> bool {
    match value {
        Value::String(text) => named.in_text(text),
        Value::Number(number) => named.in_text(&number.to_string()),
        Value::Array(items) => {
            items.retain_mut(|item| !scrub(item, named));
            false
        }
        Value::Object(fields) => {
            // every field is looked at: there may be lists in each
            fields.iter_mut().fold(false, |theirs, (name, field)| {
                let about = scrub(field, named);
                theirs || about || named.in_text(name)
            })
        }
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Phone;
    use serde_json::json;

    fn ana() -> Named {
        let mut named = Named::default();
        named.add_phone(&Phone::from_wa_id("919820000001").unwrap());
        named
    }

    fn status(of: &str) -> Value {
        json!({"id": format!("wamid.{of}"), "status": "read", "recipient_id": of, "timestamp": "1"})
    }

    fn of(account: &str, statuses: &[Value]) -> Value {
        json!({"id": account, "changes": [{"field": "messages", "value": {"statuses": statuses}}]})
    }

    #[test]
    fn only_their_items_go_and_others_stay_as_they_were() {
        let both = [status("919820000001"), status("919820000002")];
        let body = json!({"object": "x", "entry": [of("1", &both)]}).to_string();
        let left = without(body.as_bytes(), &ana(), None).unwrap();
        let left: Value = serde_json::from_slice(&left).unwrap();
        assert_eq!(left, json!({"object": "x", "entry": [of("1", &both[1..])]}));
    }

    #[test]
    fn somebody_elses_webhook_is_left_alone() {
        let body = json!({"entry": [of("1", &[status("919820000002")])]}).to_string();
        assert_eq!(without(body.as_bytes(), &ana(), None), None);
        let theirs = json!({"entry": [of("1", &[status("919820000001")])]}).to_string();
        assert_eq!(without(theirs.as_bytes(), &ana(), Some(&["2".into()])), None, "another organization's");
        assert!(without(theirs.as_bytes(), &ana(), Some(&["1".into()])).is_some());
    }

    #[test]
    fn what_cannot_be_taken_apart_is_emptied() {
        assert_eq!(without(b"{\"from\": 919820000001", &ana(), None).unwrap(), b"{}");
        assert_eq!(without(b"{\"from\": 919820000001}", &ana(), None).unwrap(), b"{}");
    }
}
