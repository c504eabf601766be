//! Errors as callers see them: one RFC 9457 problem for everything, whoever noticed.
//!
//! The domain's errors arrive through `From`, the framework's through [`from_framework`]; both end as an [`ApiError`],
//! which is the only error type an operation may declare.

use crate::edge::throttle;
use crate::middleware::request_id;
use bellbird_core::Error;
use poem::http::StatusCode;
use poem::{IntoResponse, Response};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaResponses, MetaSchemaRef, Registry};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

mod framework;

pub use framework::{bad_parameter, from_framework, unauthorized};

/// What an operation answers: its object, or a problem.
pub type ApiResult<T> = Result<T, ApiError>;

/// Seconds after which a caller may try again when something we stand on is away.
const RETRY_AFTER: u32 = 2;

/// The type of a 429, registered with the `RateLimit` headers.
const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";

/// What went wrong (RFC 9457).
#[derive(Object, Clone, Debug, PartialEq)]
pub struct Problem {
    /// `about:blank`: the meaning is in `code`. Of a 429, the type the IETF gave it.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable word for programs, like `campaign_not_draft`; docs/api-design.md lists them.
    pub code: String,
    /// One sentence for a person.
    pub detail: String,
    /// Which fields are wrong, when the input is.
    #[oai(default, skip_serializing_if_is_empty)]
    pub errors: Vec<FieldProblem>,
    /// Of a 429: which quotas are used up, by their names in `RateLimit-Policy`.
    #[oai(rename = "violated-policies", default, skip_serializing_if_is_empty)]
    pub violated_policies: Vec<String>,
    /// Quote it when you ask us about this answer.
    #[oai(skip_serializing_if_is_none)]
    pub request_id: Option<String>,
}

/// What is wrong with one field.
#[derive(Object, Clone, Debug, PartialEq)]
pub struct FieldProblem {
    /// Where, like `recipients[3].phone`.
    pub field: String,
    /// Stable word for programs, like `invalid_phone`.
    pub code: String,
    /// One sentence for a person.
    pub message: String,
}

impl Problem {
    /// A problem without fields.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            r#type: "about:blank".into(),
            title: status.canonical_reason().unwrap_or("Error").into(),
            status: status.as_u16(),
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            violated_policies: Vec::new(),
            request_id: None,
        }
    }

    /// The same problem, with what is wrong with one field.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        self.errors.push(FieldProblem { field: field.into(), code: code.into(), message: message.into() });
        self
    }
}

/// A problem as `application/problem+json`.
#[derive(Debug, Clone)]
pub struct ProblemJson(pub Box<Problem>);

impl From<Problem> for ProblemJson {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl Payload for ProblemJson {
    const CONTENT_TYPE: &'static str = "application/problem+json";
    fn schema_ref() -> MetaSchemaRef {
        Problem::schema_ref()
    }
    fn register(registry: &mut Registry) {
        Problem::register(registry);
    }
}

impl IntoResponse for ProblemJson {
    fn into_response(mut self) -> Response {
        self.0.request_id = request_id();
        Response::builder().content_type(Self::CONTENT_TYPE).body(self.0.to_json_string())
    }
}

impl ApiResponse for ProblemJson {
    fn meta() -> MetaResponses {
        MetaResponses { responses: vec![] }
    }
    fn register(registry: &mut Registry) {
        <Self as Payload>::register(registry);
    }
}

/// Every refusal and failure of the API.
#[derive(ApiResponse, Debug, Clone)]
pub enum ApiError {
    /// The request cannot be done as it is; the problem's `code` says why.
    #[oai(status_range = "4XX")]
    Refused(StatusCode, ProblemJson),
    /// Our fault, or something we stand on is away; a 503 may be repeated after `Retry-After` seconds.
    #[oai(status_range = "5XX")]
    Failed(StatusCode, ProblemJson, #[oai(header = "Retry-After")] Option<u32>),
}

impl ApiError {
    /// A refusal (4xx) without fields.
    pub fn refused(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self::Refused(status, Problem::new(status, code, detail).into())
    }

    /// An answer for what should not happen; the reason was logged already.
    pub fn internal() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let problem =
            Problem::new(status, "internal", "something went wrong on our side; it was written down");
        Self::Failed(status, problem.into(), None)
    }

    /// Something we stand on is away.
    pub fn unavailable(what: &str) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let problem =
            Problem::new(status, "unavailable", format!("{what} is not available; try again in a moment"));
        Self::Failed(status, problem.into(), Some(RETRY_AFTER))
    }

    /// The request did not arrive in its time.
    pub fn arrived_too_slowly() -> Self {
        let detail = "the request did not arrive in time";
        Self::refused(StatusCode::REQUEST_TIMEOUT, "request_timeout", detail)
    }

    /// No answer could be made in its time. What was begun is undone, or was done and can be read.
    pub fn took_too_long() -> Self {
        tracing::error!("no answer within its time");
        Self::unavailable("the answer")
    }

    /// More requests than these quotas allow; when to come back stands in the headers.
    pub fn too_many(quotas: &[&str]) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let detail = "too many requests; the header Retry-After says in how many seconds to come back";
        let problem = Problem {
            r#type: QUOTA_EXCEEDED.into(),
            violated_policies: quotas.iter().map(ToString::to_string).collect(),
            ..Problem::new(status, "too_many_requests", detail)
        };
        Self::Refused(status, problem.into())
    }

    /// Wrong input, field by field.
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let detail = match errors.as_slice() {
            [] => "the input is not valid".to_string(),
            [one] => one.message.clone(),
            [first, rest @ ..] => format!("{} (and {} more)", first.message, rest.len()),
        };
        Self::Refused(status, Problem { errors, ..Problem::new(status, "invalid_input", detail) }.into())
    }

    /// The problem inside.
    pub fn problem(&self) -> &Problem {
        match self {
            Self::Refused(_, problem) | Self::Failed(_, problem, _) => &problem.0,
        }
    }
}

impl From<Error> for ApiError {
    /// The one place where the domain meets HTTP. What an operator needs is logged here, once, and never shown.
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { .. } => Self::refused(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            Error::Conflict { code, message } => Self::refused(StatusCode::CONFLICT, code, message),
            Error::Forbidden { code, message } => Self::refused(StatusCode::FORBIDDEN, code, message),
            Error::OverPlan { code, message } => Self::refused(StatusCode::PAYMENT_REQUIRED, code, message),
            Error::Invalid(problems) => {
                let key = problems.iter().find(|p| p.field == "Idempotency-Key").map(|p| p.code);
                let field = |p: bellbird_core::Problem| FieldProblem {
                    field: p.field,
                    code: p.code.into(),
                    message: p.message,
                };
                let mut answer = Self::invalid(problems.into_iter().map(field).collect());
                if let (Some(code), Self::Refused(_, problem)) = (key, &mut answer) {
                    problem.0.code = code.into(); // about the request as a whole, not about its content
                }
                answer
            }
            Error::Unproved { code, message } => Self::refused(StatusCode::UNAUTHORIZED, code, message),
            Error::TooOften(allowance) => {
                let refusal = throttle::refused(&allowance);
                throttle::note(allowance);
                refusal
            }
            Error::Unavailable { what, source } => {
                tracing::warn!(what, error = %source, "answered 503");
                Self::unavailable(what)
            }
            Error::Internal(what) => {
                tracing::error!(error = what, "answered 500");
                Self::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_domain_error_has_its_status_and_code() {
        let away = Error::Unavailable { what: "the database", source: "secret host".into() };
        for (error, status, code) in [
            (Error::not_found("campaign", "cmp_1"), 404, "not_found"),
            (Error::conflict("campaign_not_draft", "no"), 409, "campaign_not_draft"),
            (Error::forbidden("missing_permission", "no"), 403, "missing_permission"),
            (Error::unproved("invalid_credentials", "no"), 401, "invalid_credentials"),
            (Error::invalid("name", "invalid_name", "no"), 422, "invalid_input"),
            (
                Error::invalid("Idempotency-Key", "idempotency_key_reused", "no"),
                422,
                "idempotency_key_reused",
            ),
            (away, 503, "unavailable"),
            (Error::internal("secret"), 500, "internal"),
        ] {
            let answer = ApiError::from(error);
            let problem = answer.problem();
            assert_eq!((problem.status, problem.code.as_str()), (status, code));
            assert!(!problem.to_json_string().contains("secret"), "{problem:?}");
            assert_eq!(answer.clone().into_response().status().as_u16(), status);
        }
    }

    #[test]
    fn a_503_says_when_to_come_back() {
        let answer = ApiError::unavailable("the database").into_response();
        assert_eq!(answer.headers()["retry-after"], "2");
        assert_eq!(answer.content_type(), Some("application/problem+json"));
    }
}
