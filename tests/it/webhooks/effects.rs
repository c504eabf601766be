//! What each type of change asks for, looked for where people would look.

use super::fixtures::{Recorded, is_number};
use super::told::{account, alert, number, template};
use crate::support::app::TestApp;
use crate::support::shop::{Shop, phone, wa_id};
use bellbird_core::messages::{self, receipt_entity};
use bellbird_core::templates;
use bellbird_core::webhooks::kept_entity;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait, QueryFilter, Statement,
};
use serde_json::{Value, json};

/// Waits until everything that was kept is applied, whatever Meta still holds back.
pub(super) async fn applied(app: &TestApp) {
    use bellbird_core::webhooks::WebhookStatus::Pending;
    crate::support::wait::wait_until("all to be applied", async || app.webhooks(Pending).await == 0).await;
}

type Seen = Vec<(String, &'static str)>;

/// Sends messages to `n` people; gives Meta's ids with the numbers as WhatsApp writes them.
pub(super) async fn send(app: &TestApp, shop: &Shop, n: usize) -> Vec<(String, String)> {
    let mut people = Vec::new();
    for i in 0..n {
        let body = json!({
            "sender_id": shop.sender, "to": phone(i),
            "template": {"template_id": shop.utility, "variables": {"1": "Ana"}},
        });
        shop.api.post("/api/v1/messages", body).await.ok();
        people.push(phone(i));
    }
    crate::support::wait::wait_until("all to be taken", async || app.taken(shop).len() == n).await;
    let taken = app.taken(shop);
    let one = |person: &String| (taken[person][0].wamid.clone(), wa_id(person));
    people.iter().map(one).collect()
}

/// The file's template: known by Meta's id in every other file, and else found by name and language.
pub(super) async fn write_template(app: &TestApp, shop: &Shop, n: usize, waba: &str, value: &mut Value) {
    use templates::{Entity, Template};
    let db = app.services.db.write();
    let id: bellbird_core::ids::TemplateId = shop.utility.parse().expect("an id");
    let model = Entity::find_by_id(id).one(db).await.expect("readable").expect("the shop's template");
    value["message_template_id"] = json!(9_000_000 + n);
    let mut components = model.components.clone();
    if let Some(text) = value["message_template_element"].as_str() {
        // the same gaps as in the new text, so that it can be taken over
        components["body"] = json!(format!("Before: {text}"));
    }
    let buttons = value["message_template_buttons"].as_array().map_or(0, Vec::len);
    components["buttons"] =
        (0..buttons).map(|i| json!({"type": "quick_reply", "text": format!("B{i}")})).collect();
    let language = value["message_template_language"].as_str().unwrap_or("en").replace('-', "_");
    let row = Template {
        id: bellbird_core::ids::TemplateId::new(app.services.clock.as_ref()),
        waba_id: waba.to_string(),
        name: value["message_template_name"].as_str().unwrap_or("a").to_string(),
        language,
        provider_id: n.is_multiple_of(2).then(|| (9_000_000 + n).to_string()),
        components,
        ..model
    };
    Entity::insert(row.into_active_model()).exec_without_returning(db).await.expect("inserted");
}

/// Looks for the effects of one change; gives its types, each with what was found.
pub(super) async fn check(
    app: &TestApp,
    shop: &Shop,
    recorded: &Recorded,
    field: &str,
    value: &Value,
) -> Seen {
    let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    let mut seen = Seen::new();
    match field {
        "messages" => {
            for one in list("statuses") {
                // one sample names no number: nobody may be believed about it
                if value["metadata"]["phone_number_id"].is_null() {
                    seen.push(unrouted(app, &one).await);
                    continue;
                }
                seen.push(status(app, shop, recorded, &one).await);
            }
            for one in list("messages") {
                // one sample has two messages of one id: the second is a repetition
                let all = recorded.changes().into_iter().map(|(_, value)| value["messages"].clone());
                let all: Vec<Value> =
                    all.flat_map(|list| list.as_array().cloned().unwrap_or_default()).collect();
                match all.iter().find(|other| other["id"] == one["id"]) == Some(&one) {
                    true => seen.push(inbound(app, shop, recorded, &one, value).await),
                    false => seen.push(("message told twice".into(), "kept once")),
                }
            }
            for one in list("errors") {
                let alert = alert(shop, recorded, &format!("messages.error_{}", one["code"])).await;
                assert!(alert["message"].as_str().unwrap().contains(one["title"].as_str().unwrap()));
                seen.push(("messages: error".into(), "alert"));
            }
            for _ in list("user_actions") {
                seen.push(kept(app, recorded, field, "no effect").await);
            }
        }
        "user_preferences" => {
            for one in list("user_preferences") {
                seen.push(preference(app, shop, recorded, &one).await);
            }
        }
        "smb_message_echoes" => {
            for one in list("message_echoes") {
                seen.push(echo(app, shop, recorded, &one, "phone_app").await);
            }
        }
        "history" => {
            let chunks = list("history");
            let threads = chunks.iter().flat_map(|chunk| chunk["threads"].as_array().unwrap());
            let old = threads.flat_map(|thread| thread["messages"].as_array().unwrap().clone());
            for one in old.chain(list("messages")) {
                seen.push(echo(app, shop, recorded, &one, "history").await);
            }
        }
        "smb_app_state_sync" => {
            for one in list("state_sync") {
                let number = one["contact"]["phone_number"].as_str().unwrap();
                let found = shop.all(&format!("/api/v1/customers?search={number}")).await;
                assert_eq!(found[0]["name"], one["contact"]["full_name"], "{}", recorded.name);
                seen.push(("smb_app_state_sync: add".into(), "customer with the shop's name for them"));
            }
        }
        field if value.get("message_template_id").is_some() => {
            seen.push(template(app, recorded, field, value).await);
        }
        "phone_number_quality_update"
        | "phone_number_name_update"
        | "business_capability_update"
        | "business_username_update" => seen.push(number(shop, recorded, field, value).await),
        "account_update"
        | "account_alerts"
        | "account_review_update"
        | "security"
        | "payment_configuration_update"
        | "flows"
        | "partner_solutions" => {
            seen.push(account(shop, recorded, field, value).await);
        }
        "calls"
        | "automatic_events"
        | "account_settings_update"
        | "group_lifecycle_update"
        | "group_participants_update"
        | "group_settings_update"
        | "group_status_update" => {
            seen.push(kept(app, recorded, field, "no effect is asked").await);
        }
        unknown => {
            assert_eq!(unknown, "unknown_field_xyz", "a field this test does not know");
            seen.push(kept(app, recorded, field, "do not know").await);
        }
    }
    assert!(!seen.is_empty(), "{}: {field} says nothing", recorded.name);
    seen
}

async fn unrouted(app: &TestApp, one: &Value) -> (String, &'static str) {
    use bellbird_core::webhooks::unrouted_entity::{Column, Entity};
    let found = Entity::find().filter(Column::Wamid.eq(one["id"].as_str().unwrap()));
    assert!(found.count(app.services.db.read()).await.unwrap() > 0, "kept to be looked at");
    ("status of no number".into(), "kept as unrouted")
}

async fn row(
    app: &TestApp,
    recorded: &Recorded,
    wamid: &str,
    direction: messages::Direction,
) -> messages::Message {
    use messages::entity::{Column, Entity};
    let sender: bellbird_core::ids::SenderId = recorded.sender.parse().expect("an id");
    let query = Entity::find().filter(Column::Wamid.eq(wamid)).filter(Column::Direction.eq(direction));
    let found = query.filter(Column::SenderId.eq(sender)).all(app.services.db.read()).await.unwrap();
    assert_eq!(found.len(), 1, "{}: {wamid} once", recorded.name);
    found.into_iter().next().unwrap()
}

async fn status(app: &TestApp, shop: &Shop, recorded: &Recorded, one: &Value) -> (String, &'static str) {
    let (wamid, word) = (one["id"].as_str().unwrap(), one["status"].as_str().unwrap());
    let row = row(app, recorded, wamid, messages::Direction::Out).await;
    let shown = shop.message(&row.id.to_string()).await;
    let name = &recorded.name;
    let aside = if one["recipient_type"] == "group" { Some("participant") } else { None };
    let aside = aside.or((one["type"] == "payment").then_some("payment"));
    let known = matches!(word, "sent" | "delivered" | "read" | "played" | "failed");
    if let Some(about) = aside.or((!known).then_some("unknown")) {
        let receipts = shown["receipts"].as_array().unwrap_or_else(|| panic!("{name}: {shown}"));
        assert_eq!((receipts.len(), &receipts[0]["about"]), (1, &json!(about)), "{name}");
        assert_eq!((&receipts[0]["status"], &receipts[0]["content"]), (&json!(word), one), "{name}");
        assert_eq!(shown["status"], "sent", "{name}: it does not move the message");
        return (format!("status {word} ({about})"), "receipt kept, message not moved");
    }
    match word {
        "sent" => assert!(shown["sent_at"].is_string(), "{name}: {shown}"),
        "delivered" => assert!(shown["delivered_at"].is_string(), "{name}: {shown}"),
        "read" | "played" => assert_eq!(shown["status"], "read", "{name}: {shown}"),
        _ => {
            let attempts = shown["attempts"].as_array().unwrap();
            assert_eq!(attempts[0]["code"], one["errors"][0]["code"], "{name}: {shown}");
            assert_eq!(attempts[0]["title"], one["errors"][0]["title"], "{name}");
        }
    }
    if one["pricing"].is_object() {
        for (ours, theirs) in
            [("category", "category"), ("kind", "type"), ("model", "pricing_model"), ("billable", "billable")]
        {
            assert_eq!(shown["pricing"][ours], one["pricing"][theirs], "{name}: {shown}");
        }
    }
    if let Some(conversation) = one["conversation"]["id"].as_str() {
        assert_eq!(row.conversation_id.as_deref(), Some(conversation), "{name}");
    }
    let customer = shop.api.get(&format!("/api/v1/customers/{}", row.customer_id.unwrap())).await.ok();
    if let Some(bsuid) = one["recipient_user_id"].as_str() {
        assert_eq!(customer["bsuid"], bsuid, "{name}");
    }
    (
        format!("status {word}"),
        if word == "failed" { "failure with code and words" } else { "message moved, price kept" },
    )
}

async fn inbound(
    app: &TestApp,
    shop: &Shop,
    recorded: &Recorded,
    one: &Value,
    value: &Value,
) -> (String, &'static str) {
    let name = &recorded.name;
    let row = row(app, recorded, one["id"].as_str().unwrap(), messages::Direction::In).await;
    let shown = shop.message(&row.id.to_string()).await;
    assert_eq!(&shown["received"], one, "{name}: the whole message is kept");
    let kind = one["type"].as_str().unwrap_or("location");
    assert_eq!(shown["kind"], kind, "{name}");
    for original in [
        &one["reaction"]["message_id"],
        &one["edit"]["original_message_id"],
        &one["revoke"]["original_message_id"],
    ] {
        if original.is_string() {
            assert_eq!(&shown["context_wamid"], original, "{name}");
        }
    }
    let contact = &value["contacts"][0];
    let told = |key: &str, also: &str| {
        [&one[key], &contact[also]].into_iter().find_map(|v| v.as_str().map(str::to_string))
    };
    let (number, bsuid) = (told("from", "wa_id").filter(|n| is_number(n)), told("from_user_id", "user_id"));
    // two samples write the id short, with dots
    let whole =
        |id: &String| id.split_once('.').is_some_and(|(_, id)| id.bytes().all(|b| b.is_ascii_alphanumeric()));
    let bsuid = bsuid.filter(whole);
    let Some(customer) = row.customer_id else {
        assert!(number.is_none() && bsuid.is_none(), "{name}: somebody could be named");
        return (format!("message {kind} from nobody"), "kept as nobody's");
    };
    let customer = shop.api.get(&format!("/api/v1/customers/{customer}")).await.ok();
    if kind == "system" && one["system"]["type"] != "customer_identity_changed" {
        let now = ["wa_id", "new_wa_id"].into_iter().find_map(|key| one["system"][key].as_str());
        assert_eq!(customer["wa_id"].as_str(), now, "{name}: known by the new number");
        assert_eq!(customer["bsuid"], one["system"]["user_id"], "{name}: and only by the new id");
        assert!(customer["last_inbound_at"].is_null(), "{name}: nobody wrote");
        return (format!("system {}", one["system"]["type"].as_str().unwrap()), "customer re-keyed");
    }
    if let Some(number) = &number {
        assert_eq!(customer["wa_id"].as_str(), Some(number.as_str()), "{name}");
    }
    if let Some(bsuid) = &bsuid {
        assert_eq!(customer["bsuid"].as_str(), Some(bsuid.as_str()), "{name}");
    }
    if let Some(username) = contact["profile"]["username"].as_str() {
        assert_eq!(customer["username"].as_str(), Some(username.trim_start_matches('@')), "{name}");
    }
    let speaks = !matches!(kind, "system" | "edit" | "revoke") && one.get("group_id").is_none();
    let whole = value["messages"].as_array().unwrap().len() == 1 && !name.contains("__");
    if whole {
        assert_eq!(customer["last_inbound_at"].is_string(), speaks, "{name}: the window");
    }
    if name.ends_with("_stop.json") && one["type"] != "user_preferences" && !name.contains("preferences") {
        assert_eq!(customer["marketing_consent"]["state"], "opted_out", "{name}");
        return (format!("message {kind}: stop"), "kept, consent withdrawn");
    }
    (format!("message {kind}"), "kept with its content")
}

async fn preference(app: &TestApp, shop: &Shop, recorded: &Recorded, one: &Value) -> (String, &'static str) {
    let word = one["value"].as_str().unwrap();
    if !matches!(word, "stop" | "resume") {
        return kept(app, recorded, "user_preferences", "no effect").await;
    }
    let number = one["wa_id"].as_str().unwrap();
    let found = shop.all(&format!("/api/v1/customers?search={number}")).await;
    let state = if word == "stop" { "opted_out" } else { "opted_in" };
    assert_eq!(found[0]["marketing_consent"]["state"], state, "{}", recorded.name);
    (format!("user_preferences {word}"), "consent recorded")
}

async fn echo(
    app: &TestApp,
    shop: &Shop,
    recorded: &Recorded,
    one: &Value,
    origin: &str,
) -> (String, &'static str) {
    let theirs = origin == "history" && one["from"] != json!(recorded.shown);
    let direction = if theirs { messages::Direction::In } else { messages::Direction::Out };
    let row = row(app, recorded, one["id"].as_str().unwrap(), direction).await;
    let shown = shop.message(&row.id.to_string()).await;
    assert_eq!((&shown["origin"], &shown["kind"], &shown["received"]), (&json!(origin), &one["type"], one));
    assert!(
        shown["attempts"].as_array().unwrap().is_empty(),
        "{}: not counted as ours to send",
        recorded.name
    );
    let reached = match one["history_context"]["status"].as_str() {
        _ if theirs => "received",
        Some("READ" | "PLAYED") => "read",
        Some("DELIVERED") => "delivered",
        _ => "sent",
    };
    assert_eq!(shown["status"], reached, "{}", recorded.name);
    (format!("{origin} {}", one["type"].as_str().unwrap()), "conversation kept, nothing sent")
}

async fn kept(app: &TestApp, recorded: &Recorded, field: &str, note: &str) -> (String, &'static str) {
    use kept_entity::{Column, Entity};
    let query = Entity::find().filter(Column::WabaId.eq(&recorded.waba)).filter(Column::Field.eq(field));
    let found = query.all(app.services.db.read()).await.unwrap();
    assert!(!found.is_empty() && found[0].note.contains(note), "{}: {found:?}", recorded.name);
    (format!("{field} {}", found[0].kind), "kept with a note, counted")
}

#[derive(FromQueryResult)]
struct Odd {
    n: i64,
}

/// What holds whatever was posted: counters are the rows, nobody is known twice, signposts lead somewhere.
pub(super) async fn invariants(app: &TestApp) {
    let db = app.services.db.read();
    for (what, sql) in [
        (
            "counters that are not the rows",
            "SELECT COUNT(*) AS n FROM (SELECT campaign_id, status, SUM(n) AS n FROM campaign_counters
                WHERE status <> 'responded' GROUP BY campaign_id, status) AS counted
             WHERE counted.n <> (SELECT COUNT(*) FROM messages WHERE messages.campaign_id = counted.campaign_id
                AND messages.status = counted.status)",
        ),
        (
            "campaigns' rows that were not counted",
            "SELECT COUNT(*) AS n FROM (SELECT campaign_id, status, COUNT(*) AS n FROM messages
                WHERE campaign_id IS NOT NULL GROUP BY campaign_id, status) AS rows_there
             WHERE rows_there.n <> (SELECT COALESCE(SUM(n), 0) FROM campaign_counters
                WHERE campaign_counters.campaign_id = rows_there.campaign_id
                AND campaign_counters.status = rows_there.status)",
        ),
        (
            "signposts that lead nowhere, or to a signpost",
            "SELECT COUNT(*) AS n FROM customers WHERE merged_into IS NOT NULL AND (phone IS NOT NULL
                OR bsuid IS NOT NULL OR NOT EXISTS (SELECT 1 FROM customers AS there
                WHERE there.id = customers.merged_into AND there.merged_into IS NULL))",
        ),
        (
            "customers nobody could find",
            "SELECT COUNT(*) AS n FROM customers WHERE merged_into IS NULL AND phone IS NULL AND bsuid IS NULL
                AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.customer_id = customers.id)
                AND last_inbound_at IS NULL AND name IS NULL",
        ),
        (
            "messages of nobody's customers",
            "SELECT COUNT(*) AS n FROM messages WHERE customer_id IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM customers WHERE customers.id = messages.customer_id
                AND customers.organization_id = messages.organization_id)",
        ),
    ] {
        let found = Odd::find_by_statement(Statement::from_string(app.services.db.backend(), sql)).one(db).await;
        assert_eq!(found.unwrap().unwrap().n, 0, "{what}");
    }
    let receipts = receipt_entity::Entity::find().count(db).await.unwrap();
    assert!(receipts < 10_000, "receipts of one status are one");
}
