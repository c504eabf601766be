use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::providers::meta::testing::{fixture, folder};
use crate::webhooks::change::{Aside, InboundChange, Marketing, StatusChange, StatusKind};

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
                Change::Echo(echo) => format!("echo {} {}", echo.origin, echo.kind),
                Change::Preference(preference) => format!("preference {:?}", preference.marketing),
                Change::Identity(_) => "identity".into(),
                Change::Contact(_) => "contact".into(),
                Change::Template(template) => format!("template {:?}", template.news.matter),
                Change::Account(account) => format!("account {}.{}", account.field, account.kind),
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
    assert!(payment.aside == Some(Aside::Payment) && payment.kind == StatusKind::Other("pending".into()));
    assert_eq!(payment.content["payment"]["reference_id"], "order-1001");

    let group = status("x_status_group_participant").unwrap();
    assert_eq!(group.aside, Some(Aside::Participant));
    assert_eq!(group.recipient.phone.map(|phone| phone.to_string()).as_deref(), Some("+16505551234"));

    let strange = status("courier_invalid_status").unwrap();
    assert_eq!((strange.kind, strange.aside), (StatusKind::Other("in_orbit".into()), Some(Aside::Unknown)));

    let free = status("x_status_sent_free_customer_service_service").unwrap().pricing.unwrap();
    assert_eq!((free.category.as_deref(), free.billable), (Some("service"), Some(false)));
    let counted = status("courier_error_status").unwrap().conversation.unwrap();
    assert_eq!(counted.origin.as_deref(), Some("referral_conversion"));

    let both = parsed("x_status_delivered_then_failed_same_message").unwrap();
    assert_eq!(both.changes.len(), 2);
}

#[test]
fn people_are_known_by_number_or_user_id() {
    let Some(hidden) = inbound("x_text_username_no_phone") else { return };
    assert_eq!(hidden.from.phone, None);
    assert_eq!(hidden.from.bsuid.as_deref(), Some("US.13491208655302741918"));
    assert_eq!(hidden.from.parent_bsuid.as_deref(), Some("US.ENT.11815799212886844830"));
    assert_eq!(hidden.from.username.as_deref(), Some("realsheenanelson"));
    assert_eq!(hidden.from.name.as_deref(), Some("Sheena Nelson"));

    let both = inbound("x_text_username_with_phone").unwrap();
    assert!(both.from.phone.is_some() && both.from.bsuid.is_some());

    let misplaced = inbound("courier_hello_bsuid_in_from").unwrap();
    assert_eq!((misplaced.from.phone, misplaced.from.bsuid.as_deref()), (None, Some("US.1234")));

    let garbage = inbound("courier_hello_invalid_user_id").unwrap();
    assert_eq!((garbage.from.phone, garbage.from.bsuid), (None, None), "neither looks like one");

    let nobody = parsed("courier_no_from").unwrap();
    assert!(nobody.notes.iter().any(|note| note.contains("nobody")));

    let nameless = messages(json!({
        "contacts": [{"profile": {"name": ""}, "wa_id": "49301234"}],
        "messages": [{"from": "49301234", "id": "wamid.1", "type": "text", "text": {"body": "hi"}}],
    }));
    let Change::Inbound(nameless) = only(nameless) else { panic!() };
    assert_eq!(nameless.from.name, None);
}

#[test]
fn a_contact_is_never_lent_to_somebody_else() {
    let failed = json!({"id": "wamid.1", "status": "failed", "recipient_id": "16505550001", "timestamp": "1750000000"});
    let sent =
        json!({"id": "wamid.2", "status": "sent", "recipient_id": "16505550002", "timestamp": "1750000000"});
    let contact = json!({"wa_id": "16505550002", "user_id": "US.2", "profile": {"username": "@two"}});
    let told = |statuses: serde_json::Value, contact: &serde_json::Value| {
        let value =
            json!({"metadata": {"phone_number_id": "1"}, "statuses": statuses, "contacts": [contact]});
        let bsuid = |change| match change {
            Change::Status(status) => status.recipient.bsuid,
            other => panic!("{other:?}"),
        };
        messages(value).changes.into_iter().map(bsuid).collect::<Vec<_>>()
    };
    let two = || Some("US.2".to_owned());
    assert_eq!(told(json!([failed, sent]), &contact), [None, two()]);
    // a contact that hides its number belongs to whom the change is about, if it is about one person
    let hidden = json!({"user_id": "US.2", "profile": {"username": "@two"}});
    assert_eq!(told(json!([sent]), &hidden), [two()]);
    assert_eq!(told(json!([failed, sent]), &hidden), [None, None]);
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
    assert_eq!(resume.person.phone.map(|phone| phone.to_string()).as_deref(), Some("+16505551234"));
    assert!(resume.at.is_some() && resume.phone_number_id.is_some());

    let Change::Other(signup) = only(parsed("pywa_user_marketing_preferences_signup").unwrap()) else {
        panic!()
    };
    assert_eq!((signup.field.as_str(), signup.kind.as_str()), ("user_preferences", "signup"));
}

#[test]
fn what_the_shop_typed_on_its_phone_is_not_inbound() {
    for name in ["smb_message_echoes_text", "pywa_outgoing_message_edit", "history", "history_2"] {
        let Some(parsed) = parsed(name) else { return };
        let echo = |change: &Change| match change {
            Change::Echo(echo) => echo.clone(),
            other => panic!("{name}: {other:?}"),
        };
        let echoes: Vec<_> = parsed.changes.iter().map(echo).collect();
        assert!(echoes.iter().all(|echo| !echo.person.is_nobody()), "{name}");
        let theirs = echoes.iter().filter(|echo| echo.from_person).count();
        assert_eq!(theirs, usize::from(name.starts_with("history")), "{name}");
    }
    // this sample has sender and recipient in each other's place
    let Change::Echo(edit) = only(parsed("pywa_outgoing_message_edit").unwrap()) else { panic!() };
    assert_eq!(edit.person.phone.map(|phone| phone.to_string()).as_deref(), Some("+972987654321"));
}

#[test]
fn who_somebody_is_now_is_read_from_the_end_of_the_sentence() {
    let Some(changed) = inbound("x_system_user_changed_user_id") else { return };
    let moved = changed.moved.unwrap();
    assert_eq!(moved.before.bsuid.as_deref(), Some("US.13491208655302741918"));
    assert_eq!(moved.now.bsuid.as_deref(), Some("US.98765432109876543210"));
    assert_eq!(moved.now.phone.map(|phone| phone.to_string()).as_deref(), Some("+16505559999"));
    for name in ["msg_system_user_changed_number", "go_msg_system_user_changed_number"] {
        let moved = inbound(name).unwrap().moved.unwrap();
        assert!(
            moved.before.phone.is_some()
                && moved.now.phone.is_some()
                && moved.before.phone != moved.now.phone
        );
    }
    assert_eq!(inbound("pywa_system_identity_change").unwrap().moved, None);
    // a name that pretends to be somebody else's id
    let hostile =
        messages(json!({"messages": [{"from": "16505551234", "id": "w", "type": "system", "system": {
            "type": "user_changed_user_id", "user_id": "US.222",
            "body": "User x changed from US.999 to US.222 changed from US.111 to US.222",
        }}]}));
    let Change::Inbound(hostile) = only(hostile) else { panic!() };
    assert_eq!(hostile.moved.unwrap().before.bsuid.as_deref(), Some("US.111"));
}

#[test]
fn new_user_ids_are_read() {
    let update = json!({"entry": [{"id": "1", "changes": [{"field": "user_id_update", "value": {
        "metadata": {"phone_number_id": "2"},
        "contacts": [{"profile": {"username": "@ada"}, "user_id": "US.2"}],
        "user_id_update": [{"wa_id": "16505551234", "timestamp": 1_750_030_073,
            "user_id": {"previous": "US.1", "current": "US.2"}}, {"user_id": 7}],
    }}]}]});
    let parsed = parse(update.to_string().as_bytes()).unwrap();
    let [Change::Identity(first), Change::Other(_)] = parsed.changes.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(first.moved.before.bsuid.as_deref(), Some("US.1"));
    assert_eq!(first.moved.now.bsuid.as_deref(), Some("US.2"));
    assert_eq!(first.moved.now.username.as_deref(), Some("ada"));
}

#[test]
fn what_would_not_fit_anywhere_is_cut_or_dropped() {
    let long = "x".repeat(100_000);
    let parsed = messages(json!({
        "contacts": [{"profile": {"name": long}, "wa_id": "16505551234"}],
        "statuses": [{"id": long, "status": "sent"}, {"id": "w", "status": long, "biz_opaque_callback_data": long}],
        "messages": [{"id": "w\u{0}", "from": "16505551234", "type": long}],
        "errors": [{"code": 1, "title": long, "error_data": {"details": long}}],
    }));
    for change in &parsed.changes {
        match change {
            Change::Status(status) => assert!(status.wamid.len() < 1_000 && status.opaque.is_none()),
            Change::Inbound(inbound) => {
                assert!(inbound.kind.len() <= 100 && !inbound.wamid.contains('\0'));
                assert!(inbound.from.name.as_ref().is_some_and(|name| name.len() <= 100));
            }
            Change::Account(account) => {
                assert!(account.notice.as_ref().is_some_and(|notice| notice.message.len() < 3_000));
            }
            _ => {}
        }
    }
    assert!(parsed.notes.iter().all(|note| note.len() < 1_000));
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

/// Every value of every recorded webhook, replaced by everything else in turn.
#[test]
fn no_field_can_bring_it_down() {
    let junk = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}ü{{"),
        json!("9".repeat(600)),
        json!([[]]),
        json!([null, 1, "x", {}]),
        json!({}),
        json!({"id": {"id": []}}),
    ];
    let mut tried = 0;
    for (name, bytes) in folder("webhooks") {
        let Ok(body) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let mut places = Vec::new();
        places_in(&body, String::new(), &mut places);
        for place in places {
            for junk in &junk {
                let mut changed = body.clone();
                *changed.pointer_mut(&place).unwrap() = junk.clone();
                let parsed = parse(changed.to_string().as_bytes());
                assert!(parsed.is_ok() || !changed.is_object(), "{name}{place}: {parsed:?}");
                tried += 1;
            }
        }
        // and cut short anywhere
        let whole = body.to_string().into_bytes();
        for cut in (0..whole.len()).step_by(17) {
            assert!(parse(&whole[..cut]).is_err(), "{name} cut at {cut}");
        }
    }
    eprintln!("{tried} changed bodies");
}

#[test]
fn depth_is_refused_and_size_alone_is_not() {
    let deep = format!(r#"{{"entry": {}{}}}"#, "[".repeat(500_000), "]".repeat(500_000));
    assert!(parse(deep.as_bytes()).is_err());
    let many = json!({"entry": [{"id": "1", "changes": [{"field": "messages", "value": {
        "statuses": (0..20_000).map(|n| json!({"id": format!("w{n}"), "status": "sent"})).collect::<Vec<_>>(),
    }}]}]});
    assert_eq!(parse(many.to_string().as_bytes()).unwrap().changes.len(), 20_000);
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
