//! What Meta answers to a message, and what that proves.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::{errors, fields};
use crate::senders::port::{Action, Failure, SendOutcome};

#[derive(Deserialize)]
struct Accepted {
    #[serde(default)]
    contacts: Vec<Contact>,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Contact {
    wa_id: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    message_status: Option<String>,
}

/// Judges the answer to a send request.
///
/// The body decides, not the status line: Meta no longer documents HTTP statuses per code. An answer that cannot be
/// read proves nothing, so it is ambiguous, as is a server error whose code nobody has documented.
pub(super) fn outcome(status: u16, headers: &HeaderMap, waba_id: &str, body: &[u8]) -> SendOutcome {
    if (200..300).contains(&status)
        && let Ok(accepted) = serde_json::from_slice::<Accepted>(body)
        && let Some(message) = accepted.messages.into_iter().next()
        && !message.id.is_empty()
    {
        let contact = accepted.contacts.into_iter().next();
        let (wa_id, user_id) = contact.map_or((None, None), |contact| (contact.wa_id, contact.user_id));
        return SendOutcome::Accepted {
            wamid: message.id,
            wa_id: wa_id.filter(|id| !id.is_empty()),
            user_id: user_id.filter(|id| !id.is_empty()),
            held: message.message_status.as_deref() == Some("held_for_quality_assessment"),
        };
    }
    let Some(Refusal { mut failure, transient }) = refusal(body) else {
        return SendOutcome::Ambiguous {
            why: format!("unreadable answer with HTTP status {status}"),
            failure: None,
        };
    };
    let known = errors::known(failure.code);
    if matches!(known.map(|rule| rule.action), Some(Action::Throttle | Action::RetrySoon)) {
        failure.retry_after = retry_after(headers, waba_id);
    }
    let undecided = match known {
        Some(rule) => rule.action == Action::Ambiguous,
        None => status >= 500 || transient,
    };
    if undecided {
        let why = format!("code {} with HTTP status {status}", failure.code);
        return SendOutcome::Ambiguous { why, failure: Some(failure) };
    }
    SendOutcome::Refused(failure)
}

/// Meta's error envelope.
pub(super) struct Refusal {
    pub(super) failure: Failure,
    transient: bool,
}

/// Reads `{"error": {…}}`, if that is what it is.
pub(super) fn refusal(body: &[u8]) -> Option<Refusal> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get_mut("error").map(Value::take).filter(Value::is_object)?;
    let transient = error.get("is_transient").and_then(Value::as_bool).unwrap_or(false);
    Some(Refusal { failure: failure(&error), transient })
}

/// Reads one error object, from an answer or from a webhook. The shapes differ a little: `error_data` may be an object
/// or plain text, and details have been seen directly in the error.
pub(super) fn failure(error: &Value) -> Failure {
    let text =
        |value: Option<&Value>| value.and_then(Value::as_str).filter(|s| !s.is_empty()).map(fields::plain);
    let number = |value: Option<&Value>| {
        let value = value?;
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
        i32::try_from(number).ok()
    };
    let data = error.get("error_data");
    Failure {
        code: number(error.get("code")).unwrap_or(Failure::NO_CODE),
        subcode: number(error.get("error_subcode")),
        title: text(error.get("title")).or_else(|| text(error.get("message"))).unwrap_or_default(),
        detail: text(data.and_then(|data| data.get("details")))
            .or_else(|| text(data))
            .or_else(|| text(error.get("details")))
            .or_else(|| text(error.get("error_user_msg"))),
        retry_after: None,
    }
}

/// How long Meta asks us to stay away: `estimated_time_to_regain_access`, in minutes, from the usage headers.
///
/// The business header has an entry per account; ours counts if it is there, else the longest of all.
pub(super) fn retry_after(headers: &HeaderMap, waba_id: &str) -> Option<Duration> {
    let parse = |name: &str| serde_json::from_slice::<Value>(headers.get(name)?.as_bytes()).ok();
    let business = parse("x-business-use-case-usage");
    let ours = business.as_ref().and_then(|usage| longest(usage.get(waba_id)?));
    let minutes = ours
        .or_else(|| business.as_ref()?.as_object()?.values().filter_map(longest).max())
        .or_else(|| longest(&parse("x-app-usage")?));
    let seconds = || headers.get("retry-after")?.to_str().ok()?.trim().parse().ok();
    minutes.map(|minutes| minutes.saturating_mul(60)).or_else(seconds).map(Duration::from_secs)
}

fn longest(usage: &Value) -> Option<u64> {
    let wait =
        |entry: &Value| entry.get("estimated_time_to_regain_access")?.as_u64().filter(|wait| *wait > 0);
    match usage {
        Value::Array(entries) => entries.iter().filter_map(wait).max(),
        entry => wait(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::meta::testing::{fixture, folder};

    fn judge(status: u16, body: &Value) -> SendOutcome {
        outcome(status, &HeaderMap::new(), "1", &serde_json::to_vec(body).unwrap())
    }

    #[test]
    fn documented_acceptances_are_read() {
        let Some(held) = fixture("responses/x_send_template_200_held_for_quality_assessment.json") else {
            return;
        };
        assert!(matches!(judge(200, &held), SendOutcome::Accepted { held: true, .. }));
        let brazil = fixture("responses/x_send_template_200_brazil_wa_id_differs.json").unwrap();
        let SendOutcome::Accepted { wa_id, held: false, .. } = judge(200, &brazil) else { panic!() };
        assert_eq!(wa_id.as_deref(), Some("554198765432"));
        for number in ["", "_2", "_3", "_4", "_5", "_6", "_7"] {
            let body = fixture(&format!("responses/send_business_scoped_user_ids{number}.json")).unwrap();
            let SendOutcome::Accepted { wa_id, user_id, .. } = judge(200, &body) else { panic!("{number}") };
            assert!(wa_id.is_some() || user_id.is_some(), "{number}");
            assert_ne!(wa_id.as_deref(), Some(""));
        }
    }

    #[test]
    fn every_documented_error_is_judged_by_its_code() {
        for (name, bytes) in folder("responses") {
            if !name.starts_with("x_error_") {
                continue;
            }
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            let status = answer["http_status"].as_u64().unwrap() as u16;
            let code = answer["body"]["error"]["code"].as_i64().unwrap() as i32;
            match judge(status, &answer["body"]) {
                SendOutcome::Refused(failure) => {
                    assert_eq!(failure.code, code, "{name}");
                    assert_ne!(errors::rule(code).action, Action::Ambiguous, "{name}");
                }
                SendOutcome::Ambiguous { failure, .. } => {
                    assert_eq!(failure.unwrap().code, code, "{name}");
                    assert_eq!(errors::rule(code).action, Action::Ambiguous, "{name}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_read_proves_nothing() {
        let headers = HeaderMap::new();
        for (status, body) in [
            (200, "{}"),
            (200, r#"{"messages": []}"#),
            (200, r#"{"messages": [{"id": ""}]}"#),
            (200, "<html>"),
            (302, ""),
            (403, "<html>"),
            (500, ""),
            (503, r#"{"error": "busy"}"#),
            (500, r#"{"error": {"code": 987654}}"#),
            (500, r#"{"error": {"message": "no code"}}"#),
            (400, r#"{"error": {"code": 987654, "is_transient": true}}"#),
        ] {
            let outcome = outcome(status, &headers, "1", body.as_bytes());
            assert!(matches!(outcome, SendOutcome::Ambiguous { .. }), "{status} {body}: {outcome:?}");
        }
        let unknown = br#"{"error": {"code": "987654", "error_data": "text"}}"#;
        let SendOutcome::Refused(failure) = outcome(400, &headers, "1", unknown) else { panic!() };
        assert_eq!((failure.code, failure.detail.as_deref()), (987_654, Some("text")));
    }

    #[test]
    fn a_server_error_with_a_documented_code_is_judged_by_the_code() {
        let permission = br#"{"error": {"code": 3, "message": "no"}}"#;
        assert!(matches!(outcome(500, &HeaderMap::new(), "1", permission), SendOutcome::Refused(_)));
    }

    #[test]
    fn usage_headers_say_how_long_to_stay_away() {
        let Some(usage) = fixture("responses/x_rate_headers.json") else { return };
        let mut headers = HeaderMap::new();
        for name in ["x-app-usage", "x-business-use-case-usage"] {
            headers.insert(name, usage["headers"][name].to_string().parse().unwrap());
        }
        assert_eq!(retry_after(&headers, "102290129340398"), Some(Duration::from_secs(19 * 60)));
        assert_eq!(retry_after(&headers, "other"), Some(Duration::from_secs(19 * 60)));

        let throttled = br#"{"error": {"code": 80007}}"#;
        let SendOutcome::Refused(failure) = outcome(400, &headers, "1", throttled) else { panic!() };
        assert_eq!(failure.retry_after, Some(Duration::from_secs(19 * 60)));
        let unrelated = br#"{"error": {"code": 131026}}"#;
        let SendOutcome::Refused(failure) = outcome(400, &headers, "1", unrelated) else { panic!() };
        assert_eq!(failure.retry_after, None);

        headers.clear();
        headers.insert("x-app-usage", "not json".parse().unwrap());
        assert_eq!(retry_after(&headers, "1"), None);
        headers.insert("retry-after", "7".parse().unwrap());
        assert_eq!(retry_after(&headers, "1"), Some(Duration::from_secs(7)));
    }
}
