//! A number's registration: `register`, `deregister`, `request_code`, `verify_code`, and `POST /{phone_number_id}`.

use serde_json::Value;

use super::{Answer, GraphError, success};
use crate::{registry::loopback_url, server::Call, shared::Shared, template::string};

fn is_six_digits(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|letter| letter.is_ascii_digit())
}

/// `POST /{phone_number_id}/register`: ten attempts in 72 hours, and the PIN that was set before.
pub(super) fn register(shared: &Shared, call: &Call, number_id: &str) -> Answer {
    let number = shared.registry.authorised("post", number_id, call.token.as_deref())?;
    let body = call.json_or_null();
    if string(&body, "messaging_product") != "whatsapp" {
        return Err(GraphError::required("messaging_product"));
    }
    let pin = string(&body, "pin");
    if !is_six_digits(pin) {
        return Err(GraphError::titled("Param pin must be 6 characters long."));
    }
    number.register(pin, shared.now_ms()).map_err(GraphError::new)?;
    Ok(success())
}

/// `POST /{phone_number_id}/deregister`: from now on sends are refused with 133010.
pub(super) fn deregister(shared: &Shared, call: &Call, number_id: &str) -> Answer {
    let number = shared.registry.authorised("post", number_id, call.token.as_deref())?;
    if !number.is_registered() {
        return Err(GraphError::new(133_010));
    }
    number.deregister();
    Ok(success())
}

/// `POST /{phone_number_id}/request_code`.
pub(super) fn request_code(shared: &Shared, call: &Call, number_id: &str) -> Answer {
    shared.registry.authorised("post", number_id, call.token.as_deref())?;
    let body = call.json_or_null();
    if !["SMS", "VOICE"].contains(&string(&body, "code_method")) {
        return Err(GraphError::titled("Param code_method must be one of {SMS, VOICE}."));
    }
    if string(&body, "language").is_empty() {
        return Err(GraphError::required("language"));
    }
    Ok(success())
}

/// `POST /{phone_number_id}/verify_code`: every code of six digits is right but 000000.
pub(super) fn verify_code(shared: &Shared, call: &Call, number_id: &str) -> Answer {
    shared.registry.authorised("post", number_id, call.token.as_deref())?;
    let body = call.json_or_null();
    let code: String = string(&body, "code").chars().filter(char::is_ascii_digit).collect();
    if !is_six_digits(&code) || code == "000000" {
        return Err(GraphError::new(136_025));
    }
    Ok(success())
}

/// `POST /{phone_number_id}`: another PIN, or an address for this number's webhooks alone.
pub(super) fn change(shared: &Shared, call: &Call, number_id: &str) -> Answer {
    let number = shared.registry.authorised("post", number_id, call.token.as_deref())?;
    let body = call.json_or_null();
    if let Some(pin) = body.get("pin").and_then(Value::as_str) {
        if !is_six_digits(pin) {
            return Err(GraphError::titled("Param pin must be 6 characters long."));
        }
        number.set_pin(pin);
    }
    if let Some(configuration) = body.get("webhook_configuration") {
        let url = string(configuration, "override_callback_uri");
        if !url.is_empty() {
            let refused = |_| GraphError::invalid("Invalid callback URI: the sandbox posts to loopback only");
            loopback_url(url).map_err(refused)?;
        }
        number.set_webhook(Some(url).filter(|url| !url.is_empty()));
    }
    Ok(success())
}
