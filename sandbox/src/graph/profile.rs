//! `GET` and `POST /{phone_number_id}/whatsapp_business_profile`.

use serde_json::{Map, Value, json};

use super::{Answer, GraphError, content::at_most, numbers::chosen, ok, success};
use crate::{server::Call, shared::Shared, template::list};

/// The texts of a profile, and the most letters of each.
const TEXTS: [(&str, usize); 4] = [("about", 139), ("address", 256), ("description", 512), ("email", 128)];
const VERTICALS: [&str; 21] = [
    "UNDEFINED",
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "NOT_A_BIZ",
    "ALCOHOL",
    "OTC_DRUGS",
];

pub(super) fn answer(shared: &Shared, call: &Call, number_id: &str) -> Answer {
    let number = shared.registry.authorised(&call.verb(), number_id, call.token.as_deref())?;
    if call.method == "GET" {
        let shown = Value::Object(number.profile());
        return Ok(ok(&json!({"data": [chosen(call, shown)]})));
    }
    let body = call.json_or_null();
    let Some(given) = body.as_object() else { return Err(GraphError::required("messaging_product")) };
    if given.get("messaging_product") != Some(&"whatsapp".into()) {
        return Err(GraphError::required("messaging_product"));
    }
    number.change_profile(checked(&body, given)?);
    Ok(success())
}

fn checked(body: &Value, given: &Map<String, Value>) -> Result<Map<String, Value>, GraphError> {
    let mut changes = Map::new();
    for (name, most) in TEXTS {
        if let Some(text) = given.get(name).and_then(Value::as_str) {
            at_most(name, text, most)?;
            changes.insert(name.to_owned(), text.into());
        }
    }
    if let Some(about) = changes.get("about")
        && about == ""
    {
        return Err(GraphError::titled("Param about must be at least 1 character long."));
    }
    if given.contains_key("websites") {
        let sites = list(body, "websites");
        if sites.len() > 2 || sites.iter().any(|site| site.as_str().is_none_or(|site| site.len() > 256)) {
            return Err(GraphError::titled("Param websites must have at most 2 addresses of 256 letters."));
        }
        changes.insert("websites".into(), sites.into());
    }
    if let Some(vertical) = given.get("vertical").and_then(Value::as_str) {
        if !VERTICALS.contains(&vertical) {
            let words = format!("Param vertical must be one of {{{}}}.", VERTICALS.join(", "));
            return Err(GraphError::titled(words));
        }
        changes.insert("vertical".into(), vertical.into());
    }
    if let Some(handle) = given.get("profile_picture_handle").and_then(Value::as_str) {
        changes.insert("profile_picture_url".into(), format!("https://example.com/{}", handle.len()).into());
    }
    Ok(changes)
}
