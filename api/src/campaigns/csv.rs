//! A campaign's recipients as lines of a CSV file.

use super::recipient_objects::Recipient;
use crate::Time;
use crate::csv::line;
use chrono::SecondsFormat;
use poem_openapi::types::ToJSON;

/// The columns of an export.
pub const HEADER: [&str; 13] = [
    "message_id",
    "customer_id",
    "phone",
    "name",
    "status",
    "reason",
    "code",
    "attempt",
    "sent_at",
    "delivered_at",
    "read_at",
    "failed_at",
    "responded_at",
];

/// A recipient's line, in the order of [`HEADER`].
pub fn line_of(recipient: &Recipient) -> String {
    let time = |at: Option<Time>| at.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
    let status = recipient.status.to_json().and_then(|word| word.as_str().map(str::to_string));
    line(&[
        Some(recipient.message_id.to_string()),
        recipient.customer_id.map(|id| id.to_string()),
        recipient.phone.clone(),
        recipient.name.clone(),
        status,
        recipient.reason.clone(),
        recipient.code.map(|code| code.to_string()),
        Some(recipient.attempt.to_string()),
        time(recipient.sent_at),
        time(recipient.delivered_at),
        time(recipient.read_at),
        time(recipient.failed_at),
        time(recipient.responded_at),
    ])
}
