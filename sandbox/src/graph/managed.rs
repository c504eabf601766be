//! Every call but a send: rules about it, the hourly limit, and its headers.

use std::sync::Arc;

use poem::{Response, http::StatusCode};

use super::{GraphError, errors, pause, routes, trace};
use crate::{
    behaviour::{Behaviour, Decision},
    matcher::Subject,
    server::{Call, Reply},
    shared::Shared,
};

/// What rules call a path: the last part that is no id.
fn endpoint<'a>(path: &[&'a str]) -> &'a str {
    match path {
        ["debug_token"] => "debug_token",
        ["whatsapp_business", ..] => "download",
        [id] if id.starts_with("upload:") => "uploads",
        [_, name, ..] => name,
        _ => "object",
    }
}

/// Answers a call, unless a rule says otherwise.
pub(super) async fn answer(shared: &Arc<Shared>, call: &Call, path: &[&str]) -> Reply {
    let first = path.first().copied().unwrap_or_default();
    let subject = Subject { endpoint: endpoint(path), ..shared.subject(first, "", None, None) };
    let Decision { latency_before, latency_after, verdict } = shared.rules.decide(subject, false);
    pause(latency_before).await;
    match &verdict {
        Some(Behaviour::Refuse { code, http_status }) => {
            return Reply::Answer(GraphError::managed(*code).status(*http_status).response(trace(shared)));
        }
        Some(Behaviour::ErrorBeforeAccept { http_status }) => {
            return Reply::Answer(errors::page(*http_status));
        }
        Some(Behaviour::DropBeforeAccept) => return Reply::HangUp,
        Some(Behaviour::Timeout { accepted: false }) => return std::future::pending().await,
        _ => {}
    }
    let response = limited(shared, call, path).await;
    pause(latency_after).await;
    match verdict {
        Some(Behaviour::AcceptThenDrop) => Reply::HangUp,
        Some(Behaviour::Timeout { .. }) => std::future::pending().await,
        Some(Behaviour::ErrorAfterAccept { http_status, code }) => {
            Reply::Answer(GraphError::managed(code).status(Some(http_status)).response(trace(shared)))
        }
        _ => Reply::Answer(response),
    }
}

/// The answer with its headers, or 80007 once the hour's calls are used up.
async fn limited(shared: &Arc<Shared>, call: &Call, path: &[&str]) -> Response {
    if path.first() == Some(&"whatsapp_business") {
        return super::media::download(shared, call);
    }
    let standing = shared.registry.opened_by(call.token.as_deref()).ok().map(|number| {
        let limit = shared.limits.get().management_calls_per_hour;
        shared.usage.count(&number.spec.app_id, &number.spec.waba_id, limit, shared.now_ms())
    });
    let answer = match &standing {
        Some(standing) if standing.is_over() => Err(GraphError::new(80_007)),
        _ => routes::answer(shared, call, path).await,
    };
    let mut response = answer.unwrap_or_else(|error| error.response(trace(shared)));
    if let Some(standing) = standing.filter(|_| response.status() != StatusCode::UNAUTHORIZED) {
        standing.write(&mut response);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_the_names_rules_use() {
        assert_eq!(endpoint(&["1", "message_templates"]), "message_templates");
        assert_eq!(endpoint(&["1"]), "object");
        assert_eq!(endpoint(&["upload:x"]), "uploads");
        assert_eq!(endpoint(&["whatsapp_business", "attachments"]), "download");
    }
}
