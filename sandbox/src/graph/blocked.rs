//! `GET`, `POST` and `DELETE /{phone_number_id}/block_users`: only who wrote in the last 24 hours can be blocked.

use poem::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, GraphError, json as answer_json, ok, trace};
use crate::{
    number::LiveNumber,
    server::Call,
    shared::Shared,
    template::{list, string},
};

pub(super) fn answer(shared: &Shared, call: &Call, number_id: &str) -> Answer {
    let number = shared.registry.authorised(&call.verb(), number_id, call.token.as_deref())?;
    match call.method.as_str() {
        "GET" => {
            let all = shared.registry.people.blocked_by(&number);
            let data: Vec<_> =
                all.iter().map(|wa_id| json!({"messaging_product": "whatsapp", "wa_id": wa_id})).collect();
            Ok(ok(&json!({"data": data, "paging": {"cursors": {"before": "", "after": ""}}})))
        }
        "POST" => change(shared, call, &number, true),
        "DELETE" => change(shared, call, &number, false),
        _ => Err(GraphError::unknown_object(&call.verb(), number_id)),
    }
}

fn change(shared: &Shared, call: &Call, number: &LiveNumber, block: bool) -> Answer {
    let body = call.json_or_null();
    let users = list(&body, "block_users");
    if users.is_empty() {
        return Err(GraphError::required("block_users"));
    }
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for user in users {
        let input = string(user, "user");
        let wa_id: String = input.chars().filter(char::is_ascii_digit).collect();
        let person = shared.persons.key(if wa_id.is_empty() { input } else { &wa_id });
        let people = &shared.registry.people;
        if block && !people.window_is_open(number, &person, shared.now_ms()) {
            failed.push(json!({"input": input, "wa_id": wa_id, "errors": [{
                "message": "User re-engagement required",
                "code": 139_101,
                "error_data": {"details": "User has not messaged in the last 24 hours"},
            }]}));
            continue;
        }
        people.block(number, &person, block);
        done.push(json!({"input": input, "wa_id": wa_id}));
    }
    let name = if block { "added_users" } else { "removed_users" };
    let mut answer = json!({"messaging_product": "whatsapp", "block_users": {name: done}});
    if failed.is_empty() {
        return Ok(ok(&answer));
    }
    answer["block_users"]["failed_users"] = failed.into();
    let mut error = GraphError::new(139_100).body(trace(shared));
    let details = "Failed to block some users, see the block_users response list for details";
    error["error"]["message"] = "(#139100) Failed to block/unblock users".into();
    error["error"]["error_data"] = json!({"details": details});
    answer["errors"] = error["error"].clone();
    let none_done = answer["block_users"][name].as_array().is_none_or(Vec::is_empty);
    let status = if none_done { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(answer_json(status, &Value::clone(&answer)))
}
