//! Whether a template may be created, with the subcodes Meta refuses it with.

use serde_json::Value;

use super::{list, string};
use crate::graph::GraphError;

/// Longest name.
const NAME_MAX: usize = 512;
/// Longest body; with a limited-time offer, and on a carousel's card.
const BODY_MAX: usize = 1_024;
const OFFER_BODY_MAX: usize = 600;
const CARD_BODY_MAX: usize = 160;
/// Longest text of a header or footer.
const LINE_MAX: usize = 60;
/// Longest text on a button, longest address behind one.
const BUTTON_TEXT_MAX: usize = 25;
const URL_MAX: usize = 2_000;

/// The variables of a text (`{{1}}`, `{{name}}`) in order of appearance; those that come twice are named twice.
pub(crate) fn variables(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|part| Some(part.split_once("}}")?.0.trim())).collect()
}

/// Checks the body of a request to create or edit a template.
pub(crate) fn check(name: &str, language: &str, category: &str, body: &Value) -> Result<(), GraphError> {
    for (key, value) in [("name", name), ("language", language), ("category", category)] {
        if value.is_empty() {
            return Err(GraphError::required(key));
        }
    }
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.len() > NAME_MAX || !name.chars().all(letters) {
        let words = "Param name can only have lowercase letters, digits and underscores.";
        return Err(GraphError::invalid(words));
    }
    if !["MARKETING", "UTILITY", "AUTHENTICATION"].iter().any(|known| known.eq_ignore_ascii_case(category)) {
        return Err(GraphError::invalid(
            "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}.",
        ));
    }
    check_ttl(category, body)?;
    let named = string(body, "parameter_format").eq_ignore_ascii_case("named");
    check_components(category, list(body, "components"), named)
}

fn check_ttl(category: &str, body: &Value) -> Result<(), GraphError> {
    let Some(seconds) = body.get("message_send_ttl_seconds").and_then(Value::as_i64) else { return Ok(()) };
    let allowed = match category.to_ascii_uppercase().as_str() {
        "AUTHENTICATION" => seconds == -1 || (30..=900).contains(&seconds),
        "UTILITY" => seconds == -1 || (30..=43_200).contains(&seconds),
        _ => (43_200..=2_592_000).contains(&seconds),
    };
    let words = "Param message_send_ttl_seconds is outside the range of the template's category.";
    if allowed { Ok(()) } else { Err(GraphError::invalid(words)) }
}

fn check_components(category: &str, components: &[Value], named: bool) -> Result<(), GraphError> {
    let find = |kind: &str| components.iter().find(|c| string(c, "type").eq_ignore_ascii_case(kind));
    let text_of = |kind: &str| find(kind).map(|c| string(c, "text").trim()).unwrap_or_default();
    let body = text_of("body");
    if body.is_empty() && !category.eq_ignore_ascii_case("AUTHENTICATION") {
        return Err(GraphError::required("components"));
    }
    let most = if find("limited_time_offer").is_some() { OFFER_BODY_MAX } else { BODY_MAX };
    check_text(body, most, named)?;
    if let Some(header) = find("header") {
        check_header(header)?;
    }
    let footer = text_of("footer");
    if !variables(footer).is_empty() || footer.contains('\n') {
        return Err(GraphError::template(2_388_073, "Footer Format Incorrect"));
    }
    if footer.chars().count() > LINE_MAX {
        return Err(too_long());
    }
    check_buttons(find("buttons").map(|c| list(c, "buttons")).unwrap_or_default())?;
    check_cards(find("carousel").map(|c| list(c, "cards")), named)
}

fn too_long() -> GraphError {
    GraphError::template(2_388_040, "Character Limit Exceeded")
}

/// A text with variables.
fn check_text(text: &str, most: usize, named: bool) -> Result<(), GraphError> {
    if text.chars().count() > most {
        return Err(too_long());
    }
    if text.starts_with("{{") || text.ends_with("}}") {
        return Err(GraphError::template(2_388_299, "Leading or trailing parameters not allowed"));
    }
    let names = variables(text);
    let format = || GraphError::template(2_388_072, "Body Format Incorrect");
    if text.matches("{{").count() != names.len() || text.contains("\n\n\n") {
        return Err(format());
    }
    let numbered = |names: &[&str]| {
        let mut numbers: Vec<usize> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let all = numbers.len() == names.len();
        numbers.sort_unstable();
        numbers.dedup();
        all && numbers.iter().copied().eq(1..=numbers.len())
    };
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let well_named = if named { names.iter().all(|n| n.chars().all(letters)) } else { numbered(&names) };
    if !well_named {
        return Err(format());
    }
    // How many words Meta wants per variable is not published; this is what people have found.
    let words = text.split_whitespace().filter(|word| !word.contains("{{")).count();
    if !names.is_empty() && words < 2 * names.len() - 1 {
        return Err(GraphError::template(2_388_293, "Parameters words ratio exceeds limit"));
    }
    Ok(())
}

fn check_header(header: &Value) -> Result<(), GraphError> {
    let wrong = || GraphError::template(2_388_047, "Header Format Incorrect");
    match string(header, "format").to_ascii_uppercase().as_str() {
        "TEXT" => {
            let text = string(header, "text");
            if text.chars().count() > LINE_MAX {
                return Err(too_long());
            }
            let one_line = !text.is_empty() && !text.contains(['\n', '*', '_', '~']);
            if one_line && variables(text).len() <= 1 { Ok(()) } else { Err(wrong()) }
        }
        "IMAGE" | "VIDEO" | "DOCUMENT" => {
            let example = header.get("example").unwrap_or(&Value::Null);
            let shown = list(example, "header_handle").first().and_then(Value::as_str);
            if shown.is_some_and(|handle| !handle.is_empty()) { Ok(()) } else { Err(wrong()) }
        }
        "LOCATION" | "PRODUCT" => Ok(()),
        _ => Err(wrong()),
    }
}

fn check_buttons(buttons: &[Value]) -> Result<(), GraphError> {
    let wrong = |words: &str| {
        let mut error = GraphError::template(2_388_060, "Button Format Error");
        error.details = Some(words.to_owned());
        Err(error)
    };
    let kinds: Vec<_> = buttons.iter().map(|button| string(button, "type").to_ascii_uppercase()).collect();
    let count = |kind: &str| kinds.iter().filter(|known| *known == kind).count();
    if buttons.len() > 10 {
        return wrong("a template has at most 10 buttons");
    }
    if count("URL") > 2 || count("PHONE_NUMBER") > 1 || count("COPY_CODE") > 1 {
        return wrong("a template has at most two URLs, one phone number and one code to copy");
    }
    let changes = kinds.windows(2).filter(|pair| (pair[0] == "QUICK_REPLY") != (pair[1] == "QUICK_REPLY"));
    if changes.count() > 1 {
        return wrong("quick replies stand together");
    }
    for (button, kind) in buttons.iter().zip(&kinds) {
        let (text, url) = (string(button, "text"), string(button, "url"));
        // The text on these is Meta's own.
        let fixed =
            matches!(kind.as_str(), "COPY_CODE" | "OTP" | "SPM" | "MPM" | "CATALOG" | "ORDER_DETAILS");
        if text.chars().count() > BUTTON_TEXT_MAX
            || (text.is_empty() && !fixed)
            || !variables(text).is_empty()
        {
            return wrong("a button has a text of 1 to 25 letters without variables");
        }
        let places = variables(url).len();
        if kind == "URL" && (url.is_empty() || url.len() > URL_MAX || places > 1) {
            return wrong("a URL has at most 2,000 letters and one variable");
        }
        if places == 1 && !url.trim_end().ends_with("}}") {
            return wrong("a URL's variable stands at its end");
        }
    }
    Ok(())
}

fn check_cards(cards: Option<&[Value]>, named: bool) -> Result<(), GraphError> {
    let Some(cards) = cards else { return Ok(()) };
    if !(2..=10).contains(&cards.len()) {
        return Err(GraphError::invalid("A carousel has 2 to 10 cards."));
    }
    for card in cards {
        for part in list(card, "components") {
            match string(part, "type").to_ascii_uppercase().as_str() {
                "HEADER" => check_header(part)?,
                "BODY" => check_text(string(part, "text"), CARD_BODY_MAX, named)?,
                "BUTTONS" => check_buttons(list(part, "buttons"))?,
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn subcode(components: Value) -> Option<u32> {
        check("offer", "en_US", "UTILITY", &json!({"components": components})).err()?.subcode
    }

    #[test]
    fn every_mistake_has_its_subcode() {
        let body = |text: &str| json!([{"type": "BODY", "text": text}]);
        let with = |other: Value| json!([{"type": "BODY", "text": "Hello you"}, other]);
        let buttons = |buttons: Value| with(json!({"type": "BUTTONS", "buttons": buttons}));
        let reply = || json!({"type": "QUICK_REPLY", "text": "Yes"});
        let url = |url: &str| json!({"type": "URL", "text": "Open", "url": url});
        let cases = [
            (body("All is well with {{1}} here"), None),
            (body(&"x".repeat(1_025)), Some(2_388_040)),
            (body("{{1}} is here now"), Some(2_388_299)),
            (body("Here is {{2}} again"), Some(2_388_072)),
            (body("Here is {{name}} again"), Some(2_388_072)),
            (body("a {{1}} {{2}} {{3}} b"), Some(2_388_293)),
            (with(json!({"type": "HEADER", "format": "TEXT", "text": "{{1}} and {{2}}"})), Some(2_388_047)),
            (with(json!({"type": "HEADER", "format": "IMAGE"})), Some(2_388_047)),
            (with(json!({"type": "FOOTER", "text": "Bye {{1}}"})), Some(2_388_073)),
            (with(json!({"type": "FOOTER", "text": "x".repeat(61)})), Some(2_388_040)),
            (buttons(json!([reply(), url("https://e.com/{{1}}"), reply()])), Some(2_388_060)),
            (buttons(json!([url("https://e.com/{{1}}/x")])), Some(2_388_060)),
            (buttons(json!([url("a"), url("b"), url("c")])), Some(2_388_060)),
            (buttons(json!([reply(), reply(), url("https://e.com/{{1}}")])), None),
        ];
        for (components, wanted) in cases {
            assert_eq!(subcode(components.clone()), wanted, "{components}");
        }
    }

    #[test]
    fn the_templates_of_the_documentation_are_accepted() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/requests/");
        let mut seen = 0;
        for entry in std::fs::read_dir(root).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name.starts_with("template_create_") {
                let body: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
                let part = |key: &str| string(&body, key).to_ascii_lowercase();
                // Some of the samples create several languages at once, which is another endpoint.
                // One leaves a choice of categories to its reader.
                if part("language").is_empty() || part("category").contains('|') {
                    continue;
                }
                let checked = check(&part("name"), &part("language"), &part("category"), &body);
                assert!(checked.is_ok(), "{name}: {checked:?}");
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
    }
}
