//! Reading a send, and what is wrong with it.

use std::sync::Arc;

use serde_json::Value;

use super::{GraphError, media};
use crate::{
    shared::Shared,
    template::{LiveTemplate, string},
    world::LiveNumber,
};

/// The types that carry a file.
const MEDIA: [&str; 5] = ["image", "video", "audio", "document", "sticker"];

/// A send that has been understood.
#[derive(Debug)]
pub(super) struct Send {
    pub(super) input: String,
    pub(super) to: String,
    pub(super) by_user_id: bool,
    pub(super) kind: String,
    pub(super) template: Option<Arc<LiveTemplate>>,
    pub(super) params: Vec<String>,
    pub(super) opaque: Option<String>,
}

impl Send {
    pub(super) fn read(shared: &Shared, number: &LiveNumber, body: &Value) -> Result<Self, GraphError> {
        let (input, to, by_user_id) = recipient(shared, number, body)?;
        let opaque = body.get("biz_opaque_callback_data").and_then(Value::as_str);
        if opaque.is_some_and(|opaque| opaque.chars().count() > 512) {
            let details = "Param biz_opaque_callback_data must be at most 512 characters long.";
            return Err(GraphError::invalid(details));
        }
        let kind = Some(string(body, "type")).filter(|kind| !kind.is_empty()).unwrap_or("text");
        let mut template = None;
        let params = match (kind, body.get(kind)) {
            ("template", Some(content)) => {
                let found = usable_template(shared, number, content)?;
                let params = found.fill(content.get("components").unwrap_or(&Value::Null))?;
                template = Some(found);
                params
            }
            (_, Some(content)) => {
                let words = free_form(kind, content)?;
                if MEDIA.contains(&kind) && !string(content, "id").is_empty() {
                    media::check_sent(shared, &number.spec.id, kind, string(content, "id"))?;
                }
                words
            }
            (_, None) => {
                return Err(GraphError::new(131_008).details(format!("The parameter {kind} is required.")));
            }
        };
        let opaque = opaque.map(str::to_owned);
        Ok(Self { input, to, by_user_id, kind: kind.into(), template, params, opaque })
    }
}

/// The recipient as given, as Meta knows it, and whether it is a business-scoped id.
fn recipient(
    shared: &Shared,
    number: &LiveNumber,
    body: &Value,
) -> Result<(String, String, bool), GraphError> {
    let input = match body.get("to") {
        Some(Value::String(to)) => to.clone(),
        Some(Value::Number(to)) => to.to_string(),
        _ => String::new(),
    };
    if input.is_empty() {
        let user_id = string(body, "recipient");
        let (country, id) = user_id.split_once('.').unwrap_or_default();
        if country.len() == 2 && !id.is_empty() {
            return Ok((user_id.to_owned(), user_id.to_owned(), true));
        }
        return Err(GraphError::required("to"));
    }
    let bad = || GraphError::new(131_009).details("Parameter value is not valid: to");
    if input.chars().any(|c| !(c.is_ascii_digit() || "+ -()".contains(c))) {
        return Err(bad());
    }
    let mut digits: String = input.chars().filter(char::is_ascii_digit).collect();
    if let Some(country) = &number.spec.country_code
        && !input.starts_with('+')
    {
        digits.insert_str(0, country);
    }
    if !(7..=15).contains(&digits.len()) {
        return Err(bad());
    }
    if digits == number.spec.digits() {
        return Err(GraphError::new(131_021));
    }
    if let Some(allowed) = &number.spec.allowed_recipients
        && !allowed.contains(&digits)
    {
        return Err(GraphError::new(131_030));
    }
    let wa_id = if shared.config.normalise_wa_ids { wa_id(&digits) } else { digits };
    Ok((input, wa_id, false))
}

/// WhatsApp's own idea of a number. Older accounts in Brazil have no ninth digit outside the south-east's area
/// codes; Mexican mobiles carry a 1 after the country code.
pub(crate) fn wa_id(digits: &str) -> String {
    match digits.as_bytes() {
        [b'5', b'5', b'3'..=b'9', _, b'9', ..] if digits.len() == 13 => {
            format!("{}{}", &digits[..4], &digits[5..])
        }
        [b'5', b'2', ..] if digits.len() == 12 => format!("521{}", &digits[2..]),
        _ => digits.to_owned(),
    }
}

fn usable_template(
    shared: &Shared,
    number: &LiveNumber,
    content: &Value,
) -> Result<Arc<LiveTemplate>, GraphError> {
    let name = string(content, "name");
    let language = content.get("language").map(|language| string(language, "code")).unwrap_or_default();
    if name.is_empty() {
        return Err(GraphError::new(131_008).details("The parameter template['name'] is required."));
    }
    if language.is_empty() {
        return Err(
            GraphError::new(131_008).details("The parameter template['language']['code'] is required.")
        );
    }
    let missing =
        || GraphError::new(132_001).details(format!("template name ({name}) does not exist in {language}"));
    let template = shared.registry.template(&number.spec.waba_id, name, language).ok_or_else(missing)?;
    match template.spec.status.as_str() {
        "APPROVED" => Ok(template),
        "PAUSED" => Err(GraphError::new(132_015)),
        "DISABLED" => Err(GraphError::new(132_016)),
        _ => Err(missing()),
    }
}

/// Checks a message without template; gives the words in it.
fn free_form(kind: &str, content: &Value) -> Result<Vec<String>, GraphError> {
    let missing = |what: &str| GraphError::new(131_008).details(format!("The parameter {what} is required."));
    let limit = |what: &str, text: &str, most: usize| {
        let details = format!("Param {what} must be at most {most} characters long.");
        if text.chars().count() > most { Err(GraphError::invalid(details)) } else { Ok(()) }
    };
    match kind {
        "text" => {
            let body = string(content, "body");
            if body.is_empty() {
                return Err(missing("text['body']"));
            }
            limit("text['body']", body, 4_096)?;
            Ok(vec![body.to_owned()])
        }
        "image" | "video" | "audio" | "document" | "sticker" => {
            if string(content, "id").is_empty() && string(content, "link").is_empty() {
                return Err(missing(&format!("{kind}['id'] or {kind}['link']")));
            }
            let caption = string(content, "caption");
            limit("caption", caption, 1_024)?;
            Ok(Some(caption).filter(|c| !c.is_empty()).map(str::to_owned).into_iter().collect())
        }
        "reaction" => {
            if string(content, "message_id").is_empty() {
                return Err(missing("reaction['message_id']"));
            }
            Ok(vec![string(content, "emoji").to_owned()])
        }
        "interactive" => interactive(content),
        "location" | "contacts" => Ok(Vec::new()),
        _ => Err(GraphError::invalid(
            "Param type must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, \
             TEMPLATE, TEXT, VIDEO}.",
        )),
    }
}

fn interactive(content: &Value) -> Result<Vec<String>, GraphError> {
    let kind = string(content, "type");
    let action = content.get("action").unwrap_or(&Value::Null);
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    match kind {
        "" => return Err(GraphError::new(131_008).details("The parameter interactive['type'] is required.")),
        "button" if !(1..=3).contains(&list(action, "buttons").len()) => {
            let details = "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3";
            return Err(GraphError::invalid(details));
        }
        "button" => {
            for button in list(action, "buttons") {
                let title = button.get("reply").map(|reply| string(reply, "title").chars().count());
                if !(1..=20).contains(&title.unwrap_or_default()) {
                    let details = "Button title length invalid. Min length: 1, Max length: 20";
                    return Err(GraphError::new(131_009).details(details));
                }
            }
        }
        "list" => {
            let rows: usize =
                list(action, "sections").iter().map(|section| list(section, "rows").len()).sum();
            if !(1..=10).contains(&rows) {
                let details = "Total row count exceed max allowed count: 10";
                return Err(GraphError::new(131_009).details(details));
            }
        }
        _ => {}
    }
    let body = content.get("body").map(|body| string(body, "text")).unwrap_or_default();
    Ok(vec![body.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wa_ids_differ_where_metas_do() {
        assert_eq!(wa_id("5541998765432"), "554198765432");
        assert_eq!(wa_id("5511998765432"), "5511998765432");
        assert_eq!(wa_id("525512345678"), "5215512345678");
        assert_eq!(wa_id("4915112345678"), "4915112345678");
    }
}
