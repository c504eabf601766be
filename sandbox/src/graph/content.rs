//! What is in a message without a template: Meta's limits, and the words in it.

use reqwest::Url;
use serde_json::Value;

use super::{GraphError, interactive};
use crate::template::{list, string};

/// Most letters of a text and of a caption.
const TEXT_MAX: usize = 4_096;
const CAPTION_MAX: usize = 1_024;

/// The types that carry a file.
pub(super) const MEDIA: [&str; 5] = ["image", "video", "audio", "document", "sticker"];

type Words = Result<Vec<String>, GraphError>;

/// Something that must be there is not.
pub(super) fn missing(what: &str) -> GraphError {
    GraphError::new(131_008).details(format!("The parameter {what} is required."))
}

/// A value makes no sense.
pub(super) fn wrong(details: impl Into<String>) -> GraphError {
    GraphError::new(131_009).details(details)
}

/// Refuses a text that is too long.
pub(super) fn at_most(what: &str, text: &str, most: usize) -> Result<(), GraphError> {
    let details = format!("Param {what} must be at most {most} characters long.");
    if text.chars().count() > most { Err(GraphError::invalid(details)) } else { Ok(()) }
}

/// Refuses a text that is empty or too long, in the words Meta uses for parts of interactive messages.
pub(super) fn length(what: &str, text: &str, most: usize) -> Result<(), GraphError> {
    if (1..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(wrong(format!("{what} length invalid. Min length: 1, Max length: {most}")))
}

/// Refuses what is no web address.
pub(super) fn web_address(what: &str, url: &str) -> Result<(), GraphError> {
    let good = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if good { Ok(()) } else { Err(wrong(format!("Param {what} is not a valid URI."))) }
}

/// Checks the object named like the type; gives the words in it.
pub(super) fn check(kind: &str, content: &Value) -> Words {
    match kind {
        "text" => {
            let body = string(content, "body");
            if body.is_empty() {
                return Err(missing("text['body']"));
            }
            at_most("text['body']", body, TEXT_MAX)?;
            Ok(vec![body.to_owned()])
        }
        kind if MEDIA.contains(&kind) => file(kind, content),
        "location" => location(content),
        "contacts" => contacts(content),
        "reaction" => {
            if string(content, "message_id").is_empty() {
                return Err(missing("reaction['message_id']"));
            }
            let emoji = content.get("emoji").and_then(Value::as_str);
            let emoji = emoji.ok_or_else(|| missing("reaction['emoji']"))?;
            // One emoji may be many letters (skin, family, flag), but no sentence.
            if emoji.chars().count() > 12 || emoji.chars().any(|c| c.is_ascii_alphabetic() || c == ' ') {
                return Err(wrong("Param reaction['emoji'] must be a single emoji."));
            }
            Ok(vec![emoji.to_owned()])
        }
        "interactive" => interactive::check(content),
        _ => Err(GraphError::invalid(
            "Param type must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, \
             TEMPLATE, TEXT, VIDEO}.",
        )),
    }
}

/// A file: by id or by address, with a caption where there may be one.
pub(super) fn file(kind: &str, content: &Value) -> Words {
    let (id, link) = (string(content, "id"), string(content, "link"));
    if id.is_empty() && link.is_empty() {
        return Err(missing(&format!("{kind}['id'] or {kind}['link']")));
    }
    if !id.is_empty() && !link.is_empty() {
        return Err(GraphError::invalid(format!(
            "Only one of {kind}['id'] and {kind}['link'] may be given."
        )));
    }
    if !link.is_empty() {
        web_address(&format!("{kind}['link']"), link)?;
    }
    let caption = string(content, "caption");
    if !caption.is_empty() && matches!(kind, "audio" | "sticker") {
        return Err(GraphError::invalid(format!("Unexpected key \"caption\" on param \"{kind}\".")));
    }
    at_most("caption", caption, CAPTION_MAX)?;
    Ok(Some(caption).filter(|caption| !caption.is_empty()).map(str::to_owned).into_iter().collect())
}

fn location(content: &Value) -> Words {
    let coordinate = |name: &str, most: f64| {
        // Meta takes both numbers and texts.
        let value = content.get(name);
        let value = value.and_then(|v| v.as_f64().or_else(|| v.as_str()?.parse().ok()));
        let value = value.ok_or_else(|| missing(&format!("location['{name}']")))?;
        let details = format!("Param location['{name}'] is out of range.");
        if value.abs() <= most { Ok(()) } else { Err(wrong(details)) }
    };
    coordinate("latitude", 90.0)?;
    coordinate("longitude", 180.0)?;
    let named = ["name", "address"].map(|key| string(content, key));
    Ok(named.into_iter().filter(|text| !text.is_empty()).map(str::to_owned).collect())
}

fn contacts(content: &Value) -> Words {
    let cards = content.as_array().map(Vec::as_slice).unwrap_or_default();
    if cards.is_empty() {
        return Err(missing("contacts"));
    }
    let name = |card: &Value| {
        let name = card.get("name").unwrap_or(&Value::Null);
        let formatted = string(name, "formatted_name");
        if formatted.is_empty() {
            return Err(missing("contacts['name']['formatted_name']"));
        }
        let parts = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        if parts.iter().all(|part| string(name, part).is_empty()) {
            return Err(wrong("Besides formatted_name a contact's name needs one more part."));
        }
        if list(card, "phones").iter().any(|phone| string(phone, "phone").is_empty()) {
            return Err(missing("contacts['phones']['phone']"));
        }
        Ok(formatted.to_owned())
    };
    cards.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(kind: &str, content: Value) -> u32 {
        check(kind, &content).err().map_or(0, |error| error.code)
    }

    #[test]
    fn limits_are_metas() {
        assert_eq!(code("text", json!({"body": "x".repeat(4_096)})), 0);
        assert_eq!(code("text", json!({"body": "x".repeat(4_097)})), 100);
        assert_eq!(code("image", json!({"link": "https://e.com/a.jpg", "caption": "x".repeat(1_024)})), 0);
        assert_eq!(code("image", json!({"link": "https://e.com/a.jpg", "caption": "x".repeat(1_025)})), 100);
        assert_eq!(code("image", json!({"link": "a.jpg"})), 131_009);
        assert_eq!(code("audio", json!({"link": "https://e.com/a.ogg", "caption": "no"})), 100);
        assert_eq!(code("image", json!({})), 131_008);
        assert_eq!(code("location", json!({"latitude": 90, "longitude": "-180.0"})), 0);
        assert_eq!(code("location", json!({"latitude": 90.1, "longitude": 1})), 131_009);
        assert_eq!(code("location", json!({"latitude": 1})), 131_008);
        assert_eq!(code("contacts", json!([{"name": {"formatted_name": "Zoë", "first_name": "Zoë"}}])), 0);
        assert_eq!(code("contacts", json!([{"name": {"formatted_name": "Zoë"}}])), 131_009);
        assert_eq!(code("contacts", json!([])), 131_008);
        assert_eq!(code("reaction", json!({"message_id": "w", "emoji": "👍🏽"})), 0);
        assert_eq!(code("reaction", json!({"message_id": "w", "emoji": ""})), 0, "takes it away");
        assert_eq!(code("reaction", json!({"message_id": "w", "emoji": "yes"})), 131_009);
        assert_eq!(code("hologram", json!({})), 100);
    }
}
