//! Reading a send, and what is wrong with it.

use std::sync::Arc;

use serde_json::Value;

use super::{GraphError, catalogs, content, media};
use crate::{
    number::LiveNumber,
    shared::Shared,
    template::{LiveTemplate, list, string},
};

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
    pub(super) context: Option<String>,
    pub(super) content: Option<Value>,
    /// The identity the recipient must still have.
    pub(super) identity_hash: Option<String>,
}

impl Send {
    pub(super) fn read(shared: &Shared, number: &LiveNumber, body: &Value) -> Result<Self, GraphError> {
        if !matches!(body.get("recipient_type").and_then(Value::as_str), None | Some("individual")) {
            return Err(GraphError::invalid("Param recipient_type must be one of {INDIVIDUAL}."));
        }
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
                let components = content.get("components").unwrap_or(&Value::Null);
                let params = found.fill(components)?;
                check_header_files(shared, number, components)?;
                template = Some(found);
                params
            }
            (_, Some(parts)) => {
                let words = content::check(kind, parts)?;
                check_files(shared, number, kind, parts)?;
                if kind == "interactive" {
                    catalogs::check_products(shared, parts)?;
                }
                words
            }
            (_, None) => {
                return Err(GraphError::new(131_008).details(format!("The parameter {kind} is required.")));
            }
        };
        if by_user_id && template.as_ref().is_some_and(|t| t.spec.category == "AUTHENTICATION") {
            return Err(GraphError::new(131_062));
        }
        let given = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
        let context = match body.get("context") {
            None | Some(Value::Null) => None,
            Some(context) => {
                let quoted = given(string(context, "message_id"));
                Some(quoted.ok_or_else(|| content::missing("context['message_id']"))?)
            }
        };
        Ok(Self {
            input,
            to,
            by_user_id,
            kind: kind.into(),
            content: body.get(kind).filter(|_| template.is_none()).cloned(),
            template,
            params,
            opaque: opaque.map(str::to_owned),
            context,
            identity_hash: given(string(body, "recipient_identity_key_hash")),
        })
    }
}

/// Checks the ids of files in a message or in the header of an interactive one.
fn check_files(shared: &Shared, number: &LiveNumber, kind: &str, parts: &Value) -> Result<(), GraphError> {
    let header = parts.get("header").unwrap_or(&Value::Null);
    let (kind, file) = match kind {
        "interactive" => (string(header, "type"), header.get(string(header, "type"))),
        kind => (kind, Some(parts)),
    };
    let id = file.map(|file| string(file, "id")).unwrap_or_default();
    if content::MEDIA.contains(&kind) && !id.is_empty() {
        media::check_sent(shared, &number.spec.id, kind, id)?;
    }
    Ok(())
}

/// Checks the ids of the files in the headers of a template and of its cards.
fn check_header_files(shared: &Shared, number: &LiveNumber, components: &Value) -> Result<(), GraphError> {
    for part in components.as_array().into_iter().flatten() {
        let is = |kind: &str| string(part, "type").eq_ignore_ascii_case(kind);
        for parameter in list(part, "parameters").iter().filter(|_| is("header")) {
            let kind = string(parameter, "type");
            check_files(shared, number, kind, parameter.get(kind).unwrap_or(&Value::Null))?;
        }
        for card in list(part, "cards").iter().filter(|_| is("carousel")) {
            check_header_files(shared, number, card.get("components").unwrap_or(&Value::Null))?;
        }
    }
    Ok(())
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
/// codes; Mexican mobiles carry a 1 after the country code, Argentine ones a 9.
pub(crate) fn wa_id(digits: &str) -> String {
    match digits.as_bytes() {
        [b'5', b'5', b'3'..=b'9', _, b'9', ..] if digits.len() == 13 => {
            format!("{}{}", &digits[..4], &digits[5..])
        }
        [b'5', b'2', ..] if digits.len() == 12 => format!("521{}", &digits[2..]),
        [b'5', b'4', first, ..] if digits.len() == 12 && *first != b'9' => format!("549{}", &digits[2..]),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wa_ids_differ_where_metas_do() {
        assert_eq!(wa_id("5541998765432"), "554198765432");
        assert_eq!(wa_id("5511998765432"), "5511998765432");
        assert_eq!(wa_id("525512345678"), "5215512345678");
        assert_eq!(wa_id("541112345678"), "5491112345678");
        assert_eq!(wa_id("5491112345678"), "5491112345678");
        assert_eq!(wa_id("4915112345678"), "4915112345678");
    }
}
