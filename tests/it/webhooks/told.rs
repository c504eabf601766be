//! Effects of what Meta tells about templates, numbers and accounts.

use super::fixtures::Recorded;
use crate::support::app::TestApp;
use crate::support::shop::Shop;
use bellbird_core::templates;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

pub(super) async fn template(
    app: &TestApp,
    recorded: &Recorded,
    field: &str,
    value: &Value,
) -> (String, &'static str) {
    use templates::entity::{Column, Entity};
    let id = value["message_template_id"].to_string();
    let found = Entity::find().filter(Column::ProviderId.eq(id)).one(app.services.db.read()).await.unwrap();
    let row = found.unwrap_or_else(|| panic!("{}: no template", recorded.name));
    let word = |key: &str| value[key].as_str().unwrap_or_default().to_lowercase();
    let column = |text: Option<String>| text.unwrap_or_default();
    if value["new_quality_score"].is_string() {
        assert_eq!(
            column(row.quality.map(|q| q.to_string())),
            word("new_quality_score"),
            "{}",
            recorded.name
        );
        return (format!("{field}: quality"), "template's quality");
    }
    match field {
        "message_template_status_update" if word("event") == "flagged" => {
            assert_eq!(
                (row.status.as_str(), column(row.quality.map(|q| q.to_string())).as_str()),
                ("approved", "red")
            );
        }
        "message_template_status_update" => {
            assert_eq!(row.status.as_str(), word("event"), "{}", recorded.name);
            let reason = row.status_reason.unwrap_or_default();
            for part in [&value["rejection_info"]["reason"], &value["other_info"]["title"]] {
                assert!(reason.contains(part.as_str().unwrap_or_default()), "{}: {reason}", recorded.name);
            }
        }
        "template_category_update" if value["correct_category"].is_string() => {
            assert_eq!(column(row.next_category.map(|c| c.to_string())), word("correct_category"));
            return (format!("{field}: announced"), "template's next category, alert");
        }
        "template_category_update" => {
            assert_eq!(row.category.as_str(), word("new_category"), "{}", recorded.name);
            assert_eq!(row.next_category, None);
        }
        _ => assert_eq!(row.components["body"], value["message_template_element"], "{}", recorded.name),
    }
    (format!("{field} {}", word("event")), "template changed")
}

pub(super) async fn number(
    shop: &Shop,
    recorded: &Recorded,
    field: &str,
    value: &Value,
) -> (String, &'static str) {
    let sender = shop.api.get(&format!("/api/v1/senders/{}", recorded.sender)).await.ok();
    let event = value["event"].as_str().unwrap_or_default();
    match field {
        "phone_number_name_update" => {
            assert_eq!(sender["name_status"], value["decision"], "{}", recorded.name);
            assert_eq!(sender["name"], value["requested_verified_name"], "{}", recorded.name);
            return (field.into(), "sender's name");
        }
        "business_username_update" => {
            assert_eq!(sender["username"], value["username"], "{}", recorded.name);
            assert_eq!(sender["username_status"], value["status"]);
            return (field.into(), "sender's username");
        }
        _ => {}
    }
    let portfolios = shop.api.get("/api/v1/portfolios").await.ok();
    let portfolios = portfolios["items"].as_array().unwrap();
    let limit = portfolios.iter().find(|one| one["id"] == json!(recorded.waba)).expect("a limit");
    assert_eq!(limit["source"], field);
    let told = [&value["max_daily_conversations_per_business"], &value["current_limit"]];
    let told = told.into_iter().find(|told| !told.is_null()).unwrap();
    let people = match told.as_str() {
        Some("TIER_UNLIMITED") => None,
        Some("TIER_250") => Some(250),
        Some("TIER_2K") => Some(2_000),
        Some("TIER_10K") => Some(10_000),
        _ => told.as_i64(),
    };
    assert_eq!((limit["daily_people"].as_i64(), &limit["unlimited"]), (people, &json!(people.is_none())));
    match event {
        "FLAGGED" => {
            assert_eq!(sender["quality"], "red", "{}", recorded.name);
            alert(shop, recorded, "phone_number_quality_update.flagged").await;
        }
        "THROUGHPUT_UPGRADE" => {
            assert_eq!(sender["granted_mps"], 1_000);
            // what a person chose is not raised
            let n: usize = recorded.number.trim_start_matches("8800").parse().unwrap();
            assert_eq!(sender["mps"], if n.is_multiple_of(2) { 80 } else { 1_000 });
        }
        _ => {}
    }
    (format!("{field} {}", event.to_lowercase()), "sender and portfolio limit")
}

pub(super) async fn account(
    shop: &Shop,
    recorded: &Recorded,
    field: &str,
    value: &Value,
) -> (String, &'static str) {
    let event = ["event", "decision", "status"].into_iter().find_map(|key| value[key].as_str());
    let event =
        event.or_else(|| value["alert_info"]["alert_type"].as_str()).unwrap_or_default().to_lowercase();
    let alert = alert(shop, recorded, &format!("{field}.{event}")).await;
    assert!(alert["message"].as_str().is_some_and(|words| words.len() > 10), "{}", recorded.name);
    assert_eq!(
        (&alert["details"], &alert["times"]),
        (value, &json!(1)),
        "{}: told twice, once an alert",
        recorded.name
    );
    let said = value.to_string();
    let stops = match event.as_str() {
        "account_violation" => !said.contains("CALLING"),
        "account_restriction" => said.contains("_MESSAGING"),
        "account_deleted" | "account_offboarded" | "partner_removed" => true,
        "disabled_update" => value["ban_info"]["waba_ban_state"] == "DISABLE",
        _ => false,
    };
    let sender = shop.api.get(&format!("/api/v1/senders/{}", recorded.sender)).await.ok();
    assert_eq!(sender["status"], if stops { "paused" } else { "active" }, "{}", recorded.name);
    if stops {
        assert_eq!(sender["paused_reason"], alert["message"], "{}", recorded.name);
        return (format!("{field} {event}"), "alert, senders paused");
    }
    (format!("{field} {event}"), "alert")
}

pub(super) async fn alert(shop: &Shop, recorded: &Recorded, kind: &str) -> Value {
    let all = shop.all("/api/v1/alerts?acknowledged=false").await;
    let mut found =
        all.into_iter().filter(|one| one["waba_id"] == json!(recorded.waba) && one["kind"] == json!(kind));
    found.next().unwrap_or_else(|| panic!("{}: no alert {kind}", recorded.name))
}
