//! What a send must fill into a template, and whether it does.

use serde_json::Value;

use super::{Template, list, string};
use crate::graph::GraphError;

/// What a send must fill in, read from the components once.
#[derive(Debug)]
pub(crate) struct LiveTemplate {
    pub(crate) spec: Template,
    category: String,
    parts: Parts,
    /// The cards of a carousel.
    cards: Vec<Parts>,
}

/// What people see of a template, or of one card.
#[derive(Debug, Default)]
struct Parts {
    header: Header,
    body: Text,
    buttons: Vec<Button>,
}

#[derive(Debug, Default)]
enum Header {
    #[default]
    Absent,
    Text(Text),
    /// `IMAGE`, `VIDEO`, `DOCUMENT`, `LOCATION`.
    Media(String),
}

#[derive(Debug, Default)]
struct Text {
    /// Distinct variables in order of appearance.
    variables: Vec<String>,
    named: bool,
    length: usize,
}

#[derive(Debug)]
struct Button {
    kind: String,
    wants_parameter: bool,
}

impl LiveTemplate {
    pub(crate) fn new(spec: Template) -> Self {
        let named = spec.parameter_format.eq_ignore_ascii_case("named");
        let components = spec.components.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut parts = Parts::new(components, named);
        let category = spec.category.to_ascii_lowercase();
        if category == "authentication" && parts.body.length == 0 {
            // The words are Meta's own, around the code.
            parts.body.variables = vec!["1".to_owned()];
        }
        let carousel = components.iter().find(|c| string(c, "type").eq_ignore_ascii_case("carousel"));
        let cards = carousel.map(|carousel| list(carousel, "cards")).unwrap_or_default();
        let cards = cards.iter().map(|card| Parts::new(list(card, "components"), named)).collect();
        Self { category, spec, parts, cards }
    }

    /// The category as prices name it: in lower case.
    pub(crate) fn category(&self) -> &str {
        &self.category
    }

    /// Checks what a send fills in; gives the values in the order header, body, buttons, then card by card.
    pub(crate) fn fill(&self, components: &Value) -> Result<Vec<String>, GraphError> {
        let mut values = Vec::new();
        let components = components.as_array().map(Vec::as_slice).unwrap_or_default();
        self.parts.fill(components, &mut values)?;
        let carousel = components.iter().find(|c| string(c, "type").eq_ignore_ascii_case("carousel"));
        let given = carousel.map(|carousel| list(carousel, "cards")).unwrap_or_default();
        // Cards of products are all alike, and a send has as many as it likes; others are sent as they were created.
        let products =
            matches!(self.cards.first().map(|card| &card.header), Some(Header::Media(f)) if f == "PRODUCT");
        let fits = if products { (2..=10).contains(&given.len()) } else { given.len() == self.cards.len() };
        if !fits {
            return Err(count_mismatch("carousel", given.len(), self.cards.len()));
        }
        for (card, given) in self.cards.iter().cycle().zip(given) {
            card.fill(list(given, "components"), &mut values)?;
        }
        Ok(values)
    }
}

impl Parts {
    fn new(components: &[Value], named: bool) -> Self {
        let mut parts = Self::default();
        for component in components {
            let text = || Text::new(string(component, "text"), named);
            match string(component, "type").to_ascii_uppercase().as_str() {
                "HEADER" => {
                    let format = string(component, "format").to_ascii_uppercase();
                    parts.header =
                        if format == "TEXT" { Header::Text(text()) } else { Header::Media(format) };
                }
                "BODY" => parts.body = text(),
                "BUTTONS" => parts.buttons = list(component, "buttons").iter().map(Button::new).collect(),
                _ => {}
            }
        }
        parts
    }

    fn fill(&self, given: &[Value], values: &mut Vec<String>) -> Result<(), GraphError> {
        let of =
            |kind: &str| given.iter().find(|c| string(c, "type").eq_ignore_ascii_case(kind)).map(parameters);
        self.fill_header(of("header").unwrap_or_default(), values)?;
        self.body.fill("body", of("body").unwrap_or_default(), 1_024, values)?;
        self.fill_buttons(given, values)
    }

    fn fill_header(&self, given: &[Value], values: &mut Vec<String>) -> Result<(), GraphError> {
        let received = given.first().map_or("UNKNOWN".to_owned(), |p| string(p, "type").to_ascii_uppercase());
        let mismatch = |expected: &str| {
            let details = format!("header: Format mismatch, expected {expected}, received {received}");
            Err(GraphError::new(132_012).details(details))
        };
        match &self.header {
            Header::Absent if given.is_empty() => Ok(()),
            Header::Absent => Err(count_mismatch("header", given.len(), 0)),
            Header::Text(_) if !given.is_empty() && received != "TEXT" => mismatch("TEXT"),
            Header::Text(text) => text.fill("header", given, 60, values),
            Header::Media(expected) if *expected != received => mismatch(expected),
            Header::Media(_) => {
                let value = given.first().map(value_of).unwrap_or_default();
                if value.is_empty() {
                    return Err(GraphError::new(131_008).details("header: media id or link is required"));
                }
                values.push(value);
                Ok(())
            }
        }
    }

    fn fill_buttons(&self, list: &[Value], values: &mut Vec<String>) -> Result<(), GraphError> {
        let mut given: Vec<Option<&Value>> = vec![None; self.buttons.len()];
        for component in list.iter().filter(|c| string(c, "type").eq_ignore_ascii_case("button")) {
            let index = match component.get("index") {
                Some(Value::String(text)) => text.parse().ok(),
                Some(number) => number.as_u64(),
                None => Some(0),
            };
            let slot = index.and_then(|index| given.get_mut(usize::try_from(index).ok()?));
            let Some(slot) = slot else {
                return Err(GraphError::new(131_009).details("buttons: Button index is not in the template"));
            };
            *slot = Some(component);
        }
        for (button, component) in self.buttons.iter().zip(given) {
            let parameters = component.map(parameters).unwrap_or_default();
            let wrong_kind =
                component.is_some_and(|c| !string(c, "sub_type").eq_ignore_ascii_case(&button.kind));
            if wrong_kind {
                let details = format!("buttons: Format mismatch, expected {}", button.kind);
                return Err(GraphError::new(132_012).details(details));
            }
            let expected = usize::from(button.wants_parameter);
            let fixed_url = button.kind == "URL" && !button.wants_parameter && !parameters.is_empty();
            if fixed_url || (button.wants_parameter && parameters.len() != expected) {
                return Err(count_mismatch("buttons", parameters.len(), expected));
            }
            values.extend(parameters.iter().map(value_of));
        }
        Ok(())
    }
}

impl Text {
    fn new(text: &str, named: bool) -> Self {
        let mut variables: Vec<String> = Vec::new();
        for name in super::check::variables(text) {
            if !variables.iter().any(|known| known == name) {
                variables.push(name.to_owned());
            }
        }
        Self { variables, named, length: text.chars().count() }
    }

    fn fill(
        &self,
        place: &str,
        given: &[Value],
        limit: usize,
        values: &mut Vec<String>,
    ) -> Result<(), GraphError> {
        if given.len() != self.variables.len() {
            return Err(count_mismatch(place, given.len(), self.variables.len()));
        }
        let mut length = self.length;
        for parameter in given {
            let value = value_of(parameter);
            if value.is_empty() {
                let details = format!("{place}: Parameter of type text is missing text value");
                return Err(GraphError::new(131_008).details(details));
            }
            if value.contains(['\n', '\t']) || value.contains("     ") {
                let details =
                    "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
                return Err(GraphError::new(132_018).details(details));
            }
            let name = string(parameter, "parameter_name");
            if self.named && !self.variables.iter().any(|known| known == name) {
                let details = format!("{place}: parameter name ({name}) is not in the template");
                return Err(GraphError::new(132_012).details(details));
            }
            length += value.chars().count();
            values.push(value);
        }
        // The marks of the variables themselves are not part of what people read.
        let marks: usize = self.variables.iter().map(|name| name.chars().count() + 4).sum();
        if length.saturating_sub(marks) > limit {
            return Err(GraphError::new(132_005).details(format!("Translated text too long: {place}")));
        }
        Ok(())
    }
}

impl Button {
    fn new(spec: &Value) -> Self {
        let mut kind = string(spec, "type").to_ascii_uppercase();
        let wants_parameter = match kind.as_str() {
            // One-time codes are created as OTP buttons and filled as URL buttons.
            "OTP" => {
                kind = "URL".to_owned();
                true
            }
            "URL" => string(spec, "url").contains("{{"),
            "COPY_CODE" => true,
            _ => false,
        };
        Self { kind, wants_parameter }
    }
}

fn count_mismatch(place: &str, given: usize, expected: usize) -> GraphError {
    GraphError::new(132_000).details(format!(
        "{place}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
    ))
}

fn parameters(component: &Value) -> &[Value] {
    component.get("parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The text a parameter puts into the message; for media its id or link.
fn value_of(parameter: &Value) -> String {
    match string(parameter, "type") {
        kind @ ("currency" | "date_time") => {
            parameter.get(kind).map(|v| string(v, "fallback_value")).unwrap_or_default().to_owned()
        }
        kind @ ("text" | "payload" | "coupon_code") => string(parameter, kind).to_owned(),
        kind => {
            let Some(inner) = parameter.get(kind) else { return String::new() };
            let named = ["id", "link"].iter().map(|key| string(inner, key)).find(|text| !text.is_empty());
            named.map_or_else(|| inner.to_string(), str::to_owned)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(components: Value) -> LiveTemplate {
        LiveTemplate::new(Template::approved("1", "promo", "en_US", "MARKETING", components))
    }

    fn everything() -> LiveTemplate {
        template(json!([
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "{{1}} pays {{2}} on {{3}}"},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "Yes"},
                {"type": "URL", "text": "Open", "url": "https://example.com/{{1}}"},
                {"type": "COPY_CODE"},
            ]},
        ]))
    }

    fn sample(name: &str) -> Value {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/requests/");
        let text = std::fs::read(format!("{root}{name}")).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap()["template"]["components"].clone()
    }

    fn refused(template: &LiveTemplate, components: &Value) -> (u32, String) {
        let error = template.fill(components).unwrap_err();
        (error.code, error.details.unwrap())
    }

    #[test]
    fn a_full_send_gives_its_values_in_order() {
        let values =
            everything().fill(&sample("x_template_positional_image_header_all_buttons.json")).unwrap();
        let wanted = ["2871834006348767", "Pablo", "$100.99", "February 25, 1977", "YES", "abc123", "SAVE20"];
        assert_eq!(values, wanted);
    }

    #[test]
    fn counts_that_differ_are_132000_in_metas_words() {
        let plain = template(json!([{"type": "BODY", "text": "Hello"}]));
        let two = json!([{"type": "body", "parameters": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]);
        let words = "body: number of localizable_params (2) does not match the expected number of params (0)";
        assert_eq!(refused(&plain, &two), (132_000, words.to_owned()));

        let header = template(json!([{"type": "HEADER", "format": "TEXT", "text": "Hi {{1}}"}]));
        assert_eq!(refused(&header, &Value::Null).0, 132_000);

        let mut without_url = sample("x_template_positional_image_header_all_buttons.json");
        without_url.as_array_mut().unwrap().remove(3);
        assert_eq!(refused(&everything(), &without_url).0, 132_000);
    }

    #[test]
    fn a_wrong_header_is_132012() {
        let words = |received| format!("header: Format mismatch, expected IMAGE, received {received}");
        assert_eq!(refused(&everything(), &json!([])), (132_012, words("UNKNOWN")));
        let video = json!([{"type": "header", "parameters": [{"type": "video", "video": {"id": "1"}}]}]);
        assert_eq!(refused(&everything(), &video), (132_012, words("VIDEO")));
    }

    #[test]
    fn named_variables_are_matched_by_name() {
        let spec = Template {
            parameter_format: "named".to_owned(),
            ..Template::approved(
                "1",
                "order",
                "en_US",
                "UTILITY",
                json!([
                    {"type": "HEADER", "format": "VIDEO"},
                    {"type": "BODY", "text": "{{customer_name}}: order {{order_number}}, {{customer_name}}!"},
                ]),
            )
        };
        let named = LiveTemplate::new(spec);
        let mut components = sample("x_template_named_params_video_header.json");
        assert_eq!(
            named.fill(&components).unwrap(),
            ["https://example.com/v.mp4", "Jessica", "SKBUP2-4CPIG9"]
        );
        components[1]["parameters"][0]["parameter_name"] = "who".into();
        assert_eq!(refused(&named, &components).0, 132_012);
    }

    #[test]
    fn the_documentations_sends_fit_its_templates() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/requests/");
        let read = |name: String| {
            let text = std::fs::read(format!("{root}{name}")).unwrap();
            serde_json::from_slice::<Value>(&text).unwrap()
        };
        for name in [
            "abandoned_cart",
            "carousel_template_media_cards_v1",
            "carousel_template_product_cards_v1",
            "coupon_code_fall2023_25off",
            "intro_catalog_offer",
            "limited_time_offer_caribbean_pkg_2023",
            "reservation_confirmation",
            "spm_template_named_params",
            "welcome_discount_template",
        ] {
            let created = read(format!("template_create_{name}.json"));
            let format = string(&created, "parameter_format").to_owned();
            let category = string(&created, "category").to_owned();
            let components = created["components"].clone();
            let spec = Template::approved("1", name, "en_US", &category, components);
            let live = LiveTemplate::new(Template { parameter_format: format, ..spec });
            let sent = read(format!("send_template_{name}.json"));
            let filled = live.fill(&sent["template"]["components"]);
            assert!(filled.is_ok(), "{name}: {filled:?}");
        }
    }

    #[test]
    fn a_code_fills_metas_own_words() {
        let components = json!([{"type": "BODY", "add_security_recommendation": true},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}]}]);
        let code = LiveTemplate::new(Template::approved("1", "code", "en_US", "AUTHENTICATION", components));
        let text = json!([{"type": "text", "text": "123456"}]);
        let sent = json!([{"type": "body", "parameters": text},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": text}]);
        assert_eq!(code.fill(&sent).unwrap(), ["123456", "123456"]);
        assert_eq!(refused(&code, &json!([])).0, 132_000);
    }

    #[test]
    fn texts_that_cannot_be_shown_are_refused() {
        let one = template(json!([{"type": "BODY", "text": "Hi {{1}}"}]));
        let with = |text: &str| json!([{"type": "body", "parameters": [{"type": "text", "text": text}]}]);
        assert_eq!(refused(&one, &with("a\nb")).0, 132_018);
        assert_eq!(refused(&one, &with("")).0, 131_008);
        assert_eq!(refused(&one, &with(&"x".repeat(1_030))).0, 132_005);
        assert!(one.fill(&with(&"x".repeat(1_000))).is_ok());
    }
}
