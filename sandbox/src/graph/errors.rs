//! Errors in the envelope Meta answers with, and in the form it puts into webhooks.

use poem::{Response, http::StatusCode};
use serde_json::{Value, json};

use super::error_table::error_row;
use crate::roll::mix;

/// An error about to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// Meta's code.
    pub code: u32,
    /// The HTTP status.
    pub http_status: u16,
    /// `error.message` without the `(#code)` in front.
    pub title: String,
    /// `error_data.details`; none leaves `error_data` out.
    pub details: Option<String>,
    /// `error_subcode`.
    pub subcode: Option<u32>,
    kind: &'static str,
    bare_message: bool,
    user_title: Option<&'static str>,
}

impl GraphError {
    /// The error Meta's table has for `code`.
    pub fn new(code: u32) -> Self {
        let row = error_row(code);
        Self {
            code,
            http_status: row.map_or(400, |row| row.http_status),
            title: row.map_or("Unknown error", |row| row.title).to_owned(),
            details: row.map(|row| row.details.to_owned()),
            subcode: row.and_then(|row| row.subcode),
            kind: "OAuthException",
            bare_message: false,
            user_title: None,
        }
    }

    /// The same with other details.
    #[must_use]
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// The same with another HTTP status.
    #[must_use]
    pub fn status(mut self, http_status: Option<u16>) -> Self {
        self.http_status = http_status.unwrap_or(self.http_status);
        self
    }

    /// A parameter of the request is wrong.
    pub(crate) fn invalid(details: impl Into<String>) -> Self {
        Self::new(100).details(details)
    }

    /// A parameter of the request is wrong; Meta says so in the message and adds no details.
    pub(crate) fn titled(words: impl Into<String>) -> Self {
        let mut error = Self::new(100);
        error.title = words.into();
        error.details = None;
        error
    }

    /// A parameter that must be there is not.
    pub(crate) fn required(name: &str) -> Self {
        Self::titled(format!("The parameter {name} is required."))
    }

    /// The token is unknown.
    pub(crate) fn bad_token() -> Self {
        Self::token("Invalid OAuth access token - Cannot parse access token", None)
    }

    /// The token was good once.
    pub(crate) fn expired_token() -> Self {
        Self::token("Error validating access token: Session has expired.", Some(463))
    }

    fn token(message: &str, subcode: Option<u32>) -> Self {
        let mut error = Self::new(190);
        error.title = message.to_owned();
        error.details = None;
        error.subcode = subcode;
        error.bare_message = true;
        error
    }

    /// The object does not exist, or the token may not see it: Meta tells nobody which.
    pub(crate) fn unknown_object(method: &str, id: &str) -> Self {
        let mut error = Self::new(100);
        error.title = format!(
            "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation"
        );
        error.details = None;
        error.subcode = Some(33);
        error.kind = "GraphMethodException";
        error.bare_message = true;
        error
    }

    /// A template cannot be created; `subcode` says why.
    pub(crate) fn template(subcode: u32, user_title: &'static str) -> Self {
        let mut error = Self::new(100);
        error.title = "Invalid parameter".to_owned();
        error.details = None;
        error.subcode = Some(subcode);
        error.bare_message = true;
        error.user_title = Some(user_title);
        error
    }

    /// The error of a call that is no send, where the codes of templates are subcodes of 100.
    pub(crate) fn managed(code: u32) -> Self {
        match error_row(code) {
            Some(row) if (2_388_000..2_389_000).contains(&code) => Self::template(code, row.title),
            _ => Self::new(code),
        }
    }

    /// The body of the answer.
    pub fn body(&self, trace: u64) -> Value {
        let message = if self.bare_message || matches!(self.code, 1 | 2) {
            self.title.clone()
        } else {
            format!("(#{}) {}", self.code, self.title)
        };
        let mut error = json!({
            "message": message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": format!("A{:016x}{:06x}", mix(trace), trace & 0xff_ffff),
        });
        if let Some(map) = error.as_object_mut() {
            if let Some(details) = &self.details {
                map.insert("error_data".into(), json!({"messaging_product": "whatsapp", "details": details}));
            }
            if let Some(subcode) = self.subcode {
                map.insert("error_subcode".into(), subcode.into());
            }
            if let Some(title) = self.user_title {
                map.insert("error_user_title".into(), title.into());
                map.insert("error_user_msg".into(), title.into());
            }
            if matches!(self.code, 2 | 4) {
                map.insert("is_transient".into(), true.into());
            }
        }
        json!({ "error": error })
    }

    /// The whole answer; `trace` makes its `fbtrace_id` its own.
    pub(crate) fn response(&self, trace: u64) -> Response {
        let status = StatusCode::from_u16(self.http_status).unwrap_or(StatusCode::BAD_REQUEST);
        super::json(status, &self.body(trace))
    }
}

/// An answer that does not come from the API but from something in front of it, so not in Meta's envelope.
pub(super) fn page(http_status: u16) -> Response {
    let status = StatusCode::from_u16(http_status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let page = "<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>";
    Response::builder().status(status).content_type("text/html").body(page)
}

/// The form an error takes in `statuses[].errors`.
pub(crate) fn webhook_error(code: u32) -> Value {
    let error = GraphError::new(code);
    let details = error.details.unwrap_or_else(|| error.title.clone());
    json!({
        "code": code,
        "title": error.title,
        "message": error.title,
        "error_data": {"details": details},
        "href": "/documentation/business-messaging/whatsapp/support/error-codes",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(path: &str) -> Value {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/");
        serde_json::from_slice(&std::fs::read(format!("{root}{path}")).unwrap()).unwrap()
    }

    #[test]
    fn every_code_of_the_reference_has_its_http_status() {
        let reference = shared("error_codes.json");
        let codes = reference["codes"].as_array().unwrap();
        assert_eq!(codes.len(), super::super::error_table::TABLE.len());
        for row in codes {
            let code = u32::try_from(row["code"].as_u64().unwrap()).unwrap();
            let error = GraphError::new(code);
            if let Some(status) = row["http_status"].as_u64() {
                assert_eq!(u64::from(error.http_status), status, "code {code}");
            }
            assert_eq!(error.body(1)["error"]["code"], code);
        }
    }

    #[test]
    fn the_samples_are_answered_word_for_word() {
        for code in
            [0, 130_429, 131_000, 131_016, 131_021, 131_030, 131_048, 131_056, 131_057, 132_015, 133_010]
        {
            let status = GraphError::new(code).http_status;
            let sample = shared(&format!("responses/x_error_{status}_{code}.json"));
            let mut ours = GraphError::new(code).body(1);
            ours["error"]["fbtrace_id"] = sample["body"]["error"]["fbtrace_id"].clone();
            assert_eq!(ours, sample["body"], "code {code}");
        }
    }

    #[test]
    fn an_unknown_object_looks_like_the_sample() {
        let sample = shared("responses/x_error_400_33.json");
        let ours = GraphError::unknown_object("post", "106540352242999").body(1);
        for field in ["type", "code", "error_subcode"] {
            assert_eq!(ours["error"][field], sample["body"]["error"][field]);
        }
    }
}
