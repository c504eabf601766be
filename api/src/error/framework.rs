//! The framework's own errors, in our shape.

use super::{ApiError, Problem};
use poem::error::{MethodNotAllowedError, NotFoundError, ReadBodyError};
use poem::http::StatusCode;
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseMultipartError, ParseParamError, ParsePathError,
    ParseRequestPayloadError,
};

/// Turns an error of the framework into the same shape as ours. Never a 500 for what a caller did.
pub fn from_framework(error: &poem::Error) -> ApiError {
    let status = error.status();
    let refused = |code: &str, detail: &str| ApiError::refused(status, code, detail);
    if error.is::<NotFoundError>() {
        return refused("unknown_address", "there is nothing at this address; /docs lists what there is");
    }
    if error.is::<MethodNotAllowedError>() {
        return refused(
            "method_not_allowed",
            "this address does not know this method; /docs lists what it knows",
        );
    }
    if error.is::<AuthorizationError>() {
        return unauthorized();
    }
    if let Some(ParseParamError { name, reason }) = error.downcast_ref() {
        return bad_parameter(name, reason);
    }
    if let Some(ParsePathError { name, reason }) = error.downcast_ref() {
        return bad_parameter(name, reason);
    }
    if let Some(ReadBodyError::PayloadTooLarge) = error.downcast_ref() {
        return refused("body_too_large", "the body is larger than this address takes");
    }
    if error.is::<ContentTypeError>() {
        return refused("unsupported_content_type", &error.to_string());
    }
    if let Some(ParseRequestPayloadError { reason }) = error.downcast_ref() {
        return ApiError::refused(StatusCode::BAD_REQUEST, "unreadable_body", reason);
    }
    if error.is::<ParseMultipartError>() || error.is::<poem::error::ParseMultipartError>() {
        return refused("unreadable_body", &error.to_string());
    }
    if status.is_client_error() {
        return refused("bad_request", &error.to_string());
    }
    if error.is::<ReadBodyError>() {
        return ApiError::refused(StatusCode::BAD_REQUEST, "unreadable_body", "the body ended too early");
    }
    tracing::error!(%error, "answered 500");
    ApiError::internal()
}

/// No key or token, or one that is unknown, ended or revoked: callers must not learn which.
pub fn unauthorized() -> ApiError {
    let detail = "send an API key, or the access token of a session, as `Authorization: Bearer …`";
    ApiError::refused(StatusCode::UNAUTHORIZED, "unauthorized", detail)
}

/// A parameter that cannot be read, in words that do not quote our types.
pub fn bad_parameter(name: &str, reason: &str) -> ApiError {
    let reason = reason.split(" (occurred while").next().unwrap_or_default();
    let (kind, reason) = match reason.strip_prefix("failed to parse \"").and_then(|r| r.split_once("\": ")) {
        Some((kind, reason)) => (kind, reason),
        None => ("", reason),
    };
    let message = match reason {
        "Expect a valid enumeration value." => "must be one of the documented words",
        _ if kind.starts_with("integer") => "must be a whole number",
        reason => reason,
    };
    // the framework numbers the parts of a path; the id's type has a better name
    let numbered = name.strip_prefix("param").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    let name = if numbered && kind.ends_with("Id") { snake_case(kind) } else { name.to_string() };
    let status = StatusCode::BAD_REQUEST;
    let problem = Problem::new(status, "invalid_parameter", format!("{name}: {message}"));
    ApiError::Refused(status, problem.with_field(name, "invalid_parameter", message).into())
}

fn snake_case(name: &str) -> String {
    name.chars().enumerate().fold(String::new(), |mut snake, (at, c)| {
        if c.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
        snake
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_parameter_is_told_without_our_types() {
        let id = r#"failed to parse "CampaignId": not an id of this kind"#;
        let number =
            r#"failed to parse "integer(uint64)": invalid digit (occurred while parsing "optional")"#;
        for (name, reason, detail) in [
            ("param0", id, "campaign_id: not an id of this kind"),
            ("limit", number, "limit: must be a whole number"),
            ("cursor", "use another", "cursor: use another"),
        ] {
            assert_eq!(bad_parameter(name, reason).problem().detail, detail);
        }
    }

    #[test]
    fn the_frameworks_errors_have_our_shape() {
        for (error, code) in [
            (poem::Error::from(NotFoundError), "unknown_address"),
            (MethodNotAllowedError.into(), "method_not_allowed"),
            (AuthorizationError.into(), "unauthorized"),
            (ReadBodyError::PayloadTooLarge.into(), "body_too_large"),
            (ContentTypeError::ExpectContentType.into(), "unsupported_content_type"),
            (ParseParamError { name: "limit", reason: "no".into() }.into(), "invalid_parameter"),
        ] {
            assert_eq!(from_framework(&error).problem().code, code);
        }
    }
}
