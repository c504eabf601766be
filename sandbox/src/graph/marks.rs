//! `POST /{phone_number_id}/messages` with `status`: messages marked as read, and the sign that somebody is typing.

use serde_json::Value;

use super::{GraphError, content, success};
use crate::{ledger::ReadMark, shared::Shared, template::string};

/// Marks a customer's message, and all before it, as read.
pub(super) fn mark(shared: &Shared, body: &Value, number_id: &str) -> super::Answer {
    if string(body, "status") != "read" {
        return Err(GraphError::invalid("Param status must be one of {READ}."));
    }
    let message_id = string(body, "message_id");
    if message_id.is_empty() {
        return Err(GraphError::required("message_id"));
    }
    let typing = match body.get("typing_indicator") {
        None | Some(Value::Null) => false,
        Some(indicator) if string(indicator, "type") == "text" => true,
        Some(_) => return Err(content::wrong("Param typing_indicator['type'] must be one of {TEXT}.")),
    };
    shared.ledger.mark_read(ReadMark {
        phone_number_id: number_id.to_owned(),
        message_id: message_id.to_owned(),
        typing,
        at_ms: shared.now_ms(),
    });
    Ok(success())
}
