//! Every webhook we have ever seen documented: posted, signed, acknowledged, and each has the effect its type asks for.
//!
//! The table test makes every recorded body about things of ours, posts them all, and then looks for the effect of each
//! change through the API and in the tables. It prints type → effect → how many.

use super::effects;
use crate::support::app::{TestApp, both};
use crate::support::shop::Shop;
use bellbird_core::webhooks::WebhookStatus;
use bellbird_sandbox::sign;
use futures::FutureExt;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::path::Path;

/// The collection beside the repository; not everybody who builds Bellbird has it.
pub(super) fn collection() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures/meta/webhooks");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let files = entries.map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read(&path).expect("a readable file"))
    };
    let mut all: Vec<_> = files.filter(|path| path.is_file()).map(read).collect();
    all.sort();
    all
}

/// One recorded body, made to be about things of ours.
pub(super) struct Recorded {
    /// The file.
    pub(super) name: String,
    /// The body as it is posted.
    pub(super) body: Value,
    /// The account it is about: its own, or the shop's for statuses.
    pub(super) waba: String,
    /// The number of that account.
    pub(super) number: String,
    /// Our id of that number.
    pub(super) sender: String,
    /// How that number is shown.
    pub(super) shown: String,
}

impl Recorded {
    /// Every change in it, with its field.
    pub(super) fn changes(&self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for entry in self.body["entry"].as_array().into_iter().flatten() {
            for change in entry["changes"].as_array().into_iter().flatten() {
                let value = change["value"].clone();
                let field = [&change["field"], &entry["field"], &value["field"]];
                let field = field.into_iter().find_map(Value::as_str).unwrap_or_default().to_string();
                all.push((field, value));
            }
        }
        all
    }
}

/// All texts under any of `keys`, wherever they stand.
pub(super) fn texts_of(value: &Value, keys: &[&str], found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    Value::String(text) if keys.contains(&key.as_str()) && !text.is_empty() => {
                        found.insert(text.clone());
                    }
                    field => texts_of(field, keys, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, keys, found)),
        _ => {}
    }
}

/// Replaces ids by ones nobody else's body has, so that no file disturbs another.
fn made_unique(body: &Value, n: usize) -> Value {
    const PEOPLE: [&str; 7] =
        ["from", "to", "wa_id", "new_wa_id", "recipient_id", "recipient_participant_id", "customer"];
    const IDS: [&str; 6] = [
        "user_id",
        "from_user_id",
        "to_user_id",
        "recipient_user_id",
        "parent_user_id",
        "from_parent_user_id",
    ];
    let (mut people, mut ids, mut wamids) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    texts_of(body, &PEOPLE, &mut people);
    texts_of(body, &IDS, &mut ids);
    texts_of(body, &["id", "message_id", "original_message_id"], &mut wamids);
    if let Some(Value::Array(entries)) = body.get("entry") {
        // threads of a history are named by people
        entries
            .iter()
            .for_each(|entry| texts_of(&entry["changes"][0]["value"]["history"], &["id"], &mut people));
    }
    let mut text = body.to_string();
    for (i, old) in people.iter().filter(|old| is_number(old)).enumerate() {
        text = text.replace(old.as_str(), &format!("1415{n:04}{i:02}"));
    }
    for old in ids.iter().filter(|old| old.contains('.')) {
        text = text.replace(old.as_str(), &format!("{old}n{n}"));
    }
    for old in wamids.iter().filter(|old| !old.chars().all(|c| c.is_ascii_digit())) {
        text = text.replace(&format!("\"{old}\""), &format!("\"{old}.{n}\""));
    }
    serde_json::from_str(&text).expect("still JSON")
}

pub(super) fn is_number(text: &str) -> bool {
    (6..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Puts `new` wherever one of `keys` stands.
fn set_all(value: &mut Value, keys: &[&str], new: &Value) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                if keys.contains(&key.as_str()) {
                    *field = new.clone();
                } else {
                    set_all(field, keys, new);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set_all(item, keys, new)),
        _ => {}
    }
}

/// A number of the file's own, with a template and nothing else: what the file says is about them.
async fn stage(app: &TestApp, shop: &Shop, n: usize, name: String, body: &Value) -> Recorded {
    use bellbird_core::senders::Entity;
    let db = app.services.db.write();
    let model = Entity::find_by_id(shop.sender.parse::<bellbird_core::ids::SenderId>().expect("an id"));
    let model = model.one(db).await.expect("readable").expect("the shop's sender");
    let (waba, number, shown) = (format!("7700{n:04}"), format!("8800{n:04}"), format!("1555000{n:04}"));
    let id = bellbird_core::ids::SenderId::new(app.services.clock.as_ref());
    let mine = bellbird_core::senders::Sender {
        id,
        waba_id: waba.clone(),
        phone_number_id: number.clone(),
        phone: format!("+1 555-000-{n:04}"),
        mps: 80,
        mps_chosen: n.is_multiple_of(2),
        quality: None,
        quality_at: None,
        granted_at: None,
        ..model
    };
    Entity::insert(mine.into_active_model()).exec_without_returning(db).await.expect("inserted");
    let mut body = made_unique(body, n);
    let shown_before = {
        let mut shown = BTreeSet::new();
        texts_of(&body, &["display_phone_number"], &mut shown);
        shown.into_iter().find(|shown| is_number(shown))
    };
    if let Some(before) = shown_before {
        body = serde_json::from_str(&body.to_string().replace(&before, &shown)).expect("still JSON");
    }
    set_all(&mut body, &["phone_number_id"], &json!(number));
    set_all(&mut body, &["waba_id"], &json!(waba));
    for entry in body["entry"].as_array_mut().into_iter().flatten() {
        if entry.is_object() {
            entry["id"] = json!(waba);
        }
        for change in entry["changes"].as_array_mut().into_iter().flatten() {
            let value = &mut change["value"];
            if value["phone_number"].as_str().is_some_and(is_number) {
                value["phone_number"] = json!(shown);
            }
            if value.get("message_template_id").is_some() {
                effects::write_template(app, shop, n, &waba, value).await;
            }
        }
    }
    Recorded { name, body, waba, number, sender: id.to_string(), shown }
}

/// The statuses of a body are about messages that were really sent.
fn about_sent(app: &TestApp, recorded: &mut Recorded, shop: &Shop, sent: &mut Vec<(String, String)>) {
    let mut wamids = BTreeSet::new();
    for (field, value) in recorded.changes() {
        if field == "messages" {
            for status in value["statuses"].as_array().into_iter().flatten() {
                wamids.extend(status["id"].as_str().map(str::to_string));
            }
        }
    }
    if wamids.is_empty() {
        return;
    }
    (recorded.waba, recorded.number) = (shop.waba.clone(), shop.number.clone());
    recorded.sender.clone_from(&shop.sender);
    let mut text = recorded.body.to_string();
    for wamid in wamids {
        let (real, to) = sent.pop().expect("enough was sent");
        text = text.replace(&json!(wamid).to_string(), &json!(real).to_string());
        let mut body: Value = serde_json::from_str(&text).expect("still JSON");
        let mut recipients = BTreeSet::new();
        texts_of(&body, &["recipient_id"], &mut recipients);
        for recipient in recipients.iter().filter(|recipient| recipient.starts_with("1415")) {
            body =
                serde_json::from_str(&body.to_string().replace(recipient.as_str(), &to)).expect("still JSON");
        }
        text = body.to_string();
    }
    recorded.body = serde_json::from_str(&text).expect("still JSON");
    set_all(&mut recorded.body, &["phone_number_id"], &json!(shop.number));
    // of today: what is to be tried a day later would be tried at once, were it a year old
    let now = app.services.now().0 / 1_000;
    set_all(&mut recorded.body, &["timestamp"], &json!(now.to_string()));
}

both!(every_documented_webhook_has_the_effect_its_type_asks_for, |app| {
    let shop = app.shop().await;
    app.sandbox.pause_webhooks(true);
    let files = collection();
    let mut sent = effects::send(app, &shop, if files.is_empty() { 0 } else { 90 }).await;
    let mut all = Vec::new();
    for (n, (name, bytes)) in files.iter().enumerate() {
        let Ok(body) = serde_json::from_slice::<Value>(bytes) else { panic!("{name} is no JSON") };
        let mut recorded = stage(app, &shop, n, name.clone(), &body).await;
        about_sent(app, &mut recorded, &shop, &mut sent);
        all.push(recorded);
    }
    for recorded in &all {
        let bytes = serde_json::to_vec(&recorded.body).unwrap();
        // twice, as Meta does
        for _ in 0..2 {
            let answer = shop.hear_signed(bytes.clone(), Some(&sign(&shop.secret, &bytes))).await;
            assert_eq!(answer.status, 200, "{}: {}", recorded.name, answer.text);
        }
    }
    // Meta's own statuses are held back, so only what was posted here is waited for
    effects::applied(app).await;
    assert_eq!(app.webhooks(WebhookStatus::Failed).await, 0);
    assert_eq!(app.webhooks(WebhookStatus::Handled).await, 2 * all.len() as u64);
    let mut missing = Vec::new();
    let mut table: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
    for recorded in &all {
        let changes = recorded.changes();
        assert!(!changes.is_empty(), "{} says nothing", recorded.name);
        for (field, value) in changes {
            match AssertUnwindSafe(effects::check(app, &shop, recorded, &field, &value)).catch_unwind().await
            {
                Ok(seen) => seen.into_iter().for_each(|seen| *table.entry(seen).or_default() += 1),
                Err(_) => missing.push(format!("{} ({field})", recorded.name)),
            }
        }
    }
    for ((kind, effect), count) in &table {
        eprintln!("{count:4}  {kind:58} {effect}");
    }
    eprintln!("{:4}  files, each posted twice", all.len());
    assert!(missing.is_empty(), "without their effect: {missing:#?}");
    effects::invariants(app).await;
    app.sandbox.pause_webhooks(false);
});

both!(every_documented_webhook_is_taken_as_it_is, |app| {
    let shop = app.shop().await;
    let mut bodies = collection();
    bodies.push(("empty".into(), b"{}".to_vec()));
    for (name, bytes) in &bodies {
        let answer = shop.hear_signed(bytes.clone(), Some(&sign(&shop.secret, bytes))).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    }
    app.heard_everything().await;
    assert_eq!(app.webhooks(WebhookStatus::Handled).await, bodies.len() as u64);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0, "none of it is about anything of ours");
    assert_eq!(shop.all("/api/v1/alerts").await.len(), 0);
});
