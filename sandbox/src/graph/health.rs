//! `health_status` of numbers, accounts and templates: whether a message could be sent, entity by entity.

use serde_json::{Value, json};

use crate::{graph::webhook_error, number::LiveNumber, template::LiveTemplate};

/// One entity; `code` is why it cannot send.
fn entity(kind: &str, id: &str, limited: bool, code: Option<u32>) -> Value {
    let word = match (code, limited) {
        (Some(_), _) => "BLOCKED",
        (None, true) => "LIMITED",
        (None, false) => "AVAILABLE",
    };
    let mut entity = json!({"entity_type": kind, "id": id, "can_send_message": word});
    if let Some(code) = code {
        let error = webhook_error(code);
        entity["errors"] = json!([{
            "error_code": code,
            "error_description": error["error_data"]["details"],
            "possible_solution": "See Meta's error codes.",
        }]);
    }
    entity
}

/// The worst of all entities decides.
fn whole(entities: Vec<Value>) -> Value {
    let worst = ["BLOCKED", "LIMITED", "AVAILABLE"]
        .into_iter()
        .find(|word| entities.iter().any(|entity| entity["can_send_message"] == *word));
    json!({"can_send_message": worst.unwrap_or("AVAILABLE"), "entities": entities})
}

pub(super) fn of_number(number: &LiveNumber) -> Value {
    let code = (!number.is_registered()).then_some(133_010);
    let limited = number.spec.quality_rating == "RED";
    let mut entities = vec![entity("PHONE_NUMBER", &number.id, limited, code)];
    entities.extend(around(&number.spec.waba_id, Some(&number.spec.app_id)));
    whole(entities)
}

pub(super) fn of_account(waba_id: &str) -> Value {
    whole(around(waba_id, None))
}

pub(super) fn of_template(template: &LiveTemplate) -> Value {
    let spec = &template.spec;
    let code = match spec.status.as_str() {
        "APPROVED" => None,
        "PAUSED" => Some(132_015),
        "DISABLED" => Some(132_016),
        _ => Some(132_001),
    };
    let mut entities = vec![entity("MESSAGE_TEMPLATE", &spec.id, spec.quality == "RED", code)];
    entities.extend(around(&spec.waba_id, None));
    whole(entities)
}

/// What stands above: account, business, app.
fn around(waba_id: &str, app_id: Option<&str>) -> Vec<Value> {
    let mut entities = vec![entity("WABA", waba_id, false, None), entity("BUSINESS", waba_id, false, None)];
    entities.extend(app_id.map(|app_id| entity("APP", app_id, false, None)));
    entities
}
