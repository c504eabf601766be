use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::providers::meta::testing::{fixture, folder};

fn parsed(name: &str) -> Option<Parsed> {
    let body = fixture(&format!("webhooks/{name}.json"))?;
    Some(parse(&serde_json::to_vec(&body).unwrap()).unwrap())
}

fn only(parsed: Parsed) -> Change {
    let [change] = <[Change; 1]>::try_from(parsed.changes).unwrap();
    change
}

fn status(name: &str) -> Option<StatusChange> {
    match only(parsed(name)?) {
        Change::Status(status) => Some(status),
        other => panic!("{other:?}"),
    }
}

fn inbound(name: &str) -> Option<InboundChange> {
    match only(parsed(name)?) {
        Change::Inbound(inbound) => Some(inbound),
        other => panic!("{other:?}"),
    }
}

fn messages(value: serde_json::Value) -> Parsed {
    let body = json!({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]});
    parse(body.to_string().as_bytes()).unwrap()
}

#[test]
fn every_recorded_webhook_is_read() {
    let files = folder("webhooks");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, bytes) in &files {
        let is_object = serde_json::from_slice::<Value>(bytes).is_ok_and(|body| body.is_object());
        let parsed = parse(bytes);
        assert_eq!(parsed.is_ok(), is_object, "{name}: {parsed:?}");
        let Ok(parsed) = parsed else { continue };
        assert!(!parsed.changes.is_empty() || !parsed.notes.is_empty(), "{name} said nothing");
        for change in &parsed.changes {
            let kind = match change {
                Change::Status(status) => format!("status {:?}", status.kind),
                Change::Inbound(inbound) => format!("inbound {}", inbound.kind),
                Change::Preference(preference) => format!("preference {:?}", preference.marketing),
                Change::Other(other) => format!("other {} {}", other.field, other.kind),
            };
            *counts.entry(kind).or_default() += 1;
        }
    }
    for (kind, count) in &counts {
        eprintln!("{count:4} {kind}");
    }
    eprintln!("{:4} files", files.len());
}

#[test]
fn only_what_is_no_object_is_refused() {
    for body in ["", "null", "[]", "\"text\"", "{", "<html>"] {
        assert!(parse(body.as_bytes()).is_err(), "{body}");
    }
    for body in [
        "{}",
        r#"{"entry": 1}"#,
        r#"{"entry": [1, null, {"changes": 1}, {"changes": [1, {"value": [], "field": "messages"}]}]}"#,
        r#"{"entry": [{"changes": [{"field": "messages", "value": {"statuses": [1, {}], "messages": [[], {}]}}]}]}"#,
        r#"{"entry": [{"changes": [{"field": "user_preferences", "value": {"user_preferences": [1]}}]}]}"#,
    ] {
        let parsed = parse(body.as_bytes()).unwrap();
        assert!(parsed.changes.iter().all(|change| matches!(change, Change::Other(_))), "{body}: {parsed:?}");
    }
}

#[test]
fn statuses_carry_what_the_ledger_needs() {
    let Some(failed) = status("x_status_failed_opaque_131049") else {
        return;
    };
    assert_eq!(failed.kind, StatusKind::Failed);
    assert!(failed.failure.is_some_and(|failure| failure.code > 131_000 && !failure.title.is_empty()));

    let tracked = status("pywa_message_status_with_tracker").unwrap();
    assert!(tracked.opaque.is_some());

    let played = status("x_status_played_voice").unwrap();
    assert_eq!(played.kind, StatusKind::Played);

    let read = status("x_status_read_pricing_without_delivered").unwrap();
    assert!(read.kind == StatusKind::Read && read.pricing.is_some());

    let payment = status("x_payment_status_pending_failed_txn").unwrap();
    assert!(payment.is_payment && payment.kind == StatusKind::Other("pending".into()));

    let group = status("x_status_group_participant").unwrap();
    assert!(group.is_group && group.recipient_phone.as_deref() == Some("+16505551234"));

    let strange = status("courier_invalid_status").unwrap();
    assert_eq!(strange.kind, StatusKind::Other("in_orbit".into()));

    let both = parsed("x_status_delivered_then_failed_same_message").unwrap();
    assert_eq!(both.changes.len(), 2);
}

#[test]
fn people_are_known_by_number_or_user_id() {
    let Some(hidden) = inbound("x_text_username_no_phone") else { return };
    assert_eq!(hidden.from_phone, None);
    assert_eq!(hidden.from_bsuid.as_deref(), Some("US.13491208655302741918"));
    assert_eq!(hidden.profile_name.as_deref(), Some("Sheena Nelson"));

    let both = inbound("x_text_username_with_phone").unwrap();
    assert!(both.from_phone.is_some() && both.from_bsuid.is_some());

    let misplaced = inbound("courier_hello_bsuid_in_from").unwrap();
    assert_eq!((misplaced.from_phone, misplaced.from_bsuid.as_deref()), (None, Some("US.1234")));

    let garbage = inbound("courier_hello_invalid_user_id").unwrap();
    assert_eq!((garbage.from_phone.as_deref(), garbage.from_bsuid), (Some("+5678"), None));

    let nobody = parsed("courier_no_from").unwrap();
    assert!(nobody.notes.iter().any(|note| note.contains("nobody")));

    let nameless = messages(json!({
        "contacts": [{"profile": {"name": ""}, "wa_id": "49301"}],
        "messages": [{"from": "49301", "id": "wamid.1", "type": "text", "text": {"body": "hi"}}],
    }));
    let Change::Inbound(nameless) = only(nameless) else { panic!() };
    assert_eq!(nameless.profile_name, None);
}

#[test]
fn what_was_said_is_found_wherever_it_stands() {
    let Some(stop) = inbound("x_button_reply_template_quick_reply_stop") else { return };
    assert_eq!(stop.kind, "button");
    assert_eq!(stop.text.as_deref(), Some("Stop promotions"));
    assert_eq!(stop.payload.as_deref(), Some("STOP_PROMO"));
    assert!(stop.context_wamid.is_some_and(|id| id.starts_with("wamid.")));

    let chosen = inbound("pywa_callback_selection_description").unwrap();
    assert_eq!((chosen.text.as_deref(), chosen.payload.as_deref()), (Some("title"), Some("callback_data")));

    let form = inbound("x_interactive_nfm_reply_flow").unwrap();
    assert!(
        form.text.as_deref() == Some("Sent") && form.payload.is_some_and(|answers| answers.starts_with('{'))
    );

    let edited = inbound("msg_edit").unwrap();
    assert_eq!(edited.text.as_deref(), Some("Updated image caption"));

    let reaction = inbound("pywa_message_unreaction_no_emoji").unwrap();
    assert!(reaction.text.is_none() && reaction.context_wamid.is_some());

    let group = inbound("courier_group_message").unwrap();
    assert_eq!(group.group_id.as_deref(), Some("555555555"));

    let unsupported = inbound("courier_error_msg").unwrap();
    assert_eq!((unsupported.kind.as_str(), unsupported.text), ("unsupported", None));
}

#[test]
fn times_are_read_as_text_and_number_and_garbage_is_survived() {
    let Some(garbage) = parsed("courier_invalid_timestamp") else { return };
    assert!(garbage.notes.iter().any(|note| note.contains("timestamp")));
    let Change::Inbound(garbage) = only(garbage) else { panic!() };
    assert_eq!(garbage.at, None);

    for timestamp in [json!("1750030073"), json!(1_750_030_073)] {
        let Change::Status(status) =
            only(messages(json!({"statuses": [{"id": "w", "status": "sent", "timestamp": timestamp}]})))
        else {
            panic!()
        };
        assert_eq!(status.at.map(|at| at.timestamp()), Some(1_750_030_073));
    }
    for timestamp in [json!("1750030073000"), json!(-1), json!(null), json!([]), json!("9".repeat(40))] {
        let Change::Status(status) =
            only(messages(json!({"statuses": [{"id": "w", "status": "sent", "timestamp": timestamp}]})))
        else {
            panic!()
        };
        assert_eq!(status.at, None);
    }
}

#[test]
fn preferences_are_read_and_new_words_are_kept() {
    let Some(resume) = parsed("user_preferences_resume") else { return };
    let Change::Preference(resume) = only(resume) else { panic!() };
    assert_eq!(resume.marketing, Marketing::Resume);
    assert_eq!(resume.wa_id.as_deref(), Some("+16505551234"));
    assert!(resume.at.is_some() && resume.phone_number_id.is_some() && resume.waba_id.is_some());

    let Change::Other(signup) = only(parsed("pywa_user_marketing_preferences_signup").unwrap()) else {
        panic!()
    };
    assert_eq!((signup.field.as_str(), signup.kind.as_str()), ("user_preferences", "signup"));
}

#[test]
fn what_the_shop_typed_on_its_phone_is_not_inbound() {
    for name in ["smb_message_echoes_text", "pywa_outgoing_message_text", "history", "calls"] {
        let Some(parsed) = parsed(name) else { return };
        assert!(parsed.changes.iter().all(|change| matches!(change, Change::Other(_))), "{name}");
    }
}

#[test]
fn one_bad_neighbour_costs_nobody_else() {
    let parsed = messages(json!({
        "statuses": [{"status": "sent"}, 7, {"id": "wamid.1", "status": "delivered"}],
        "messages": [{"type": "text"}, {"id": "wamid.2", "from": "49301234", "type": "text", "text": {"body": "Hi"}}],
    }));
    let good = parsed.changes.iter().filter(|change| !matches!(change, Change::Other(_))).count();
    assert_eq!((parsed.changes.len(), good), (5, 2));
}

/// Every value of every recorded webhook, replaced by something else in turn.
#[test]
fn no_field_can_bring_it_down() {
    let junk =
        [json!(null), json!(-1.5e300), json!(""), json!("\u{0}ü{{"), json!([[]]), json!({"id": {"id": []}})];
    let mut tried = 0;
    for (_, bytes) in folder("webhooks") {
        let Ok(body) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let mut places = Vec::new();
        places_in(&body, String::new(), &mut places);
        for place in places {
            let mut changed = body.clone();
            *changed.pointer_mut(&place).unwrap() = junk[tried % junk.len()].clone();
            assert!(parse(changed.to_string().as_bytes()).is_ok() || place.is_empty(), "{place}");
            tried += 1;
        }
    }
    eprintln!("{tried} changed bodies");
}

fn places_in(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, field)| {
                places_in(field, format!("{place}/{}", key.replace('/', "~1")), places)
            });
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| places_in(item, format!("{place}/{i}"), places));
        }
        _ => {}
    }
    places.push(place);
}
