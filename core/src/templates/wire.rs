//! Template components as JSON, the way WhatsApp's template API takes and returns them (Meta: "Template components").
//!
//! Reading is lenient about upper and lower case, both of which occur; what we cannot send is refused by name, so that
//! a synchronised template of that kind can be shown with the reason.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::components::{
    Button, Category, HEADER_IMAGE, Header, ParameterFormat, TemplateModel, button_key, header_key,
};
use super::placeholders::variables;

/// A template that exists but that we cannot send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("templates with {what} cannot be used here yet")]
pub struct UnsupportedTemplate {
    /// The part we do not know, in words.
    pub what: String,
}

impl TemplateModel {
    /// The components, with their examples, as they are submitted for approval.
    pub fn to_components(&self) -> Vec<Value> {
        let mut components = Vec::new();
        match &self.header {
            Some(Header::Text(text)) => {
                let mut header = json!({"type": "HEADER", "format": "TEXT", "text": text});
                let names = variables(text);
                let example = |name: &&str| self.example(&header_key(name));
                if self.parameter_format == ParameterFormat::Named {
                    let params: Vec<_> = names
                        .iter()
                        .map(|name| json!({"param_name": name, "example": example(name)}))
                        .collect();
                    set_example(&mut header, "header_text_named_params", params);
                } else {
                    set_example(
                        &mut header,
                        "header_text",
                        names.iter().map(|name| json!(example(name))).collect(),
                    );
                }
                components.push(header);
            }
            Some(Header::Image) => {
                let mut header = json!({"type": "HEADER", "format": "IMAGE"});
                let handle = self.examples.get(HEADER_IMAGE).map(|handle| json!(handle));
                set_example(&mut header, "header_handle", handle.into_iter().collect());
                components.push(header);
            }
            None => {}
        }
        components.push(self.body_component());
        if let Some(footer) = &self.footer {
            components.push(json!({"type": "FOOTER", "text": footer}));
        }
        if !self.buttons.is_empty() {
            let buttons: Vec<_> =
                self.buttons.iter().enumerate().map(|(i, b)| self.button_json(i, b)).collect();
            components.push(json!({"type": "BUTTONS", "buttons": buttons}));
        }
        components
    }

    /// Reads components as they are returned by the template API.
    pub fn from_components(
        name: &str,
        language: &str,
        category: Category,
        parameter_format: ParameterFormat,
        components: &[Value],
    ) -> Result<Self, UnsupportedTemplate> {
        let mut model = Self {
            name: name.into(),
            language: language.into(),
            category,
            parameter_format,
            header: None,
            body: String::new(),
            footer: None,
            buttons: Vec::new(),
            examples: BTreeMap::new(),
        };
        for component in components {
            match word(component, "type").as_str() {
                "HEADER" => model.read_header(component)?,
                "BODY" => model.read_body(component),
                "FOOTER" => model.footer = text(component, "text"),
                "BUTTONS" => {
                    for button in list(component, "buttons") {
                        model.read_button(button)?;
                    }
                }
                other => return Err(unsupported("a part", other)),
            }
        }
        // One-time-code templates leave their text to WhatsApp.
        if model.body.is_empty() {
            return Err(UnsupportedTemplate { what: "a text that WhatsApp writes itself".into() });
        }
        Ok(model)
    }

    fn body_component(&self) -> Value {
        let mut body = json!({"type": "BODY", "text": self.body});
        let names = self.body_variables();
        if self.parameter_format == ParameterFormat::Named {
            let params =
                names.iter().map(|name| json!({"param_name": name, "example": self.example(name)})).collect();
            set_example(&mut body, "body_text_named_params", params);
        } else if !names.is_empty() {
            let row: Vec<_> = names.iter().map(|name| self.example(name)).collect();
            // A list of rows, of which one is enough.
            set_example(&mut body, "body_text", vec![json!(row)]);
        }
        body
    }

    fn button_json(&self, index: usize, button: &Button) -> Value {
        match button {
            Button::QuickReply { text } => json!({"type": "QUICK_REPLY", "text": text}),
            Button::PhoneNumber { text, phone_number } => {
                json!({"type": "PHONE_NUMBER", "text": text, "phone_number": phone_number})
            }
            Button::Url { text, url } => {
                let mut button = json!({"type": "URL", "text": text, "url": url});
                let examples: Vec<_> =
                    variables(url).into_iter().map(|name| self.example(&button_key(index, name))).collect();
                if !examples.is_empty() {
                    button["example"] = json!(examples);
                }
                button
            }
        }
    }

    fn example(&self, key: &str) -> &str {
        self.examples.get(key).map_or("", String::as_str)
    }

    fn read_header(&mut self, header: &Value) -> Result<(), UnsupportedTemplate> {
        let example = header.get("example").unwrap_or(&Value::Null);
        match word(header, "format").as_str() {
            // Meta's samples leave the format out at times.
            "TEXT" | "" => {
                let text = text(header, "text").unwrap_or_default();
                let samples = list(example, "header_text").iter().filter_map(Value::as_str);
                self.keep(variables(&text).into_iter().map(header_key), samples);
                self.keep_named(list(example, "header_text_named_params"), header_key);
                self.header = Some(Header::Text(text));
            }
            "IMAGE" => {
                let handle = list(example, "header_handle").iter().filter_map(Value::as_str);
                self.keep([HEADER_IMAGE.to_owned()].into_iter(), handle);
                self.header = Some(Header::Image);
            }
            other => return Err(unsupported("a heading", other)),
        }
        Ok(())
    }

    fn read_body(&mut self, body: &Value) {
        self.body = text(body, "text").unwrap_or_default();
        let example = body.get("example").unwrap_or(&Value::Null);
        let rows = list(example, "body_text");
        // One row of samples, sometimes not wrapped into a list of rows.
        let row = rows.first().and_then(Value::as_array).map_or(rows, Vec::as_slice);
        let keys: Vec<_> = self.body_variables().into_iter().map(str::to_owned).collect();
        self.keep(keys.into_iter(), row.iter().filter_map(Value::as_str));
        self.keep_named(list(example, "body_text_named_params"), str::to_owned);
    }

    fn read_button(&mut self, button: &Value) -> Result<(), UnsupportedTemplate> {
        let label = text(button, "text").unwrap_or_default();
        let read = match word(button, "type").as_str() {
            "QUICK_REPLY" => Button::QuickReply { text: label },
            "PHONE_NUMBER" => Button::PhoneNumber {
                text: label,
                phone_number: text(button, "phone_number").unwrap_or_default(),
            },
            "URL" => {
                let url = text(button, "url").unwrap_or_default();
                let index = self.buttons.len();
                let fixed = url.split("{{").next().unwrap_or_default().to_owned();
                // The sample is the missing end, or the whole address.
                let sample = list(button, "example").iter().filter_map(Value::as_str);
                let sample = sample.map(|sample| sample.strip_prefix(&fixed).unwrap_or(sample));
                let keys: Vec<_> = variables(&url).into_iter().map(|name| button_key(index, name)).collect();
                self.keep(keys.into_iter(), sample);
                Button::Url { text: label, url }
            }
            other => return Err(unsupported("a button", other)),
        };
        self.buttons.push(read);
        Ok(())
    }

    fn keep<'a>(&mut self, keys: impl Iterator<Item = String>, samples: impl Iterator<Item = &'a str>) {
        self.examples.extend(keys.zip(samples.map(str::to_owned)));
    }

    fn keep_named(&mut self, params: &[Value], key: impl Fn(&str) -> String) {
        for param in params {
            if let (Some(name), Some(example)) = (text(param, "param_name"), text(param, "example")) {
                self.examples.insert(key(&name), example);
            }
        }
    }
}

fn set_example(component: &mut Value, kind: &str, examples: Vec<Value>) {
    if !examples.is_empty() {
        component["example"] = json!({kind: examples});
    }
}

fn unsupported(part: &str, kind: &str) -> UnsupportedTemplate {
    let kind = if kind.is_empty() { "unnamed".into() } else { kind.to_lowercase().replace('_', " ") };
    UnsupportedTemplate { what: format!("{part} of the kind \"{kind}\"") }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn word(value: &Value, key: &str) -> String {
    text(value, key).unwrap_or_default().to_uppercase()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::super::components::tests::autumn;
    use super::*;

    fn read_back(model: &TemplateModel) -> TemplateModel {
        TemplateModel::from_components(
            &model.name,
            &model.language,
            model.category,
            model.parameter_format,
            &model.to_components(),
        )
        .unwrap()
    }

    #[test]
    fn what_is_written_can_be_read_back() {
        assert_eq!(read_back(&autumn()), autumn());

        let mut named = autumn();
        named.parameter_format = ParameterFormat::Named;
        named.header = Some(Header::Image);
        named.body = "Hi {{first_name}}, welcome!".into();
        named.buttons.push(Button::PhoneNumber { text: "Call".into(), phone_number: "+15550051310".into() });
        named.examples = [("header.image", "4::aW"), ("first_name", "Ada"), ("button.0.1", "fall")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        assert_eq!(read_back(&named), named);
    }

    #[test]
    fn the_json_is_the_documented_one() {
        assert_eq!(
            Value::from(autumn().to_components()),
            json!([
                {"type": "HEADER", "format": "TEXT", "text": "Our {{1}} is on!",
                 "example": {"header_text": ["autumn sale"]}},
                {"type": "BODY", "text": "Hi {{1}}, take {{2}} off everything until Sunday.",
                 "example": {"body_text": [["Ada", "20%"]]}},
                {"type": "FOOTER", "text": "Reply STOP and we stop."},
                {"type": "BUTTONS", "buttons": [
                    {"type": "URL", "text": "Shop", "url": "https://shop.example/?p={{1}}", "example": ["fall"]},
                    {"type": "QUICK_REPLY", "text": "No more"},
                ]},
            ])
        );
    }

    #[test]
    fn a_whole_address_as_example_is_cut_to_its_end() {
        let components = [
            json!({"type": "body", "text": "Hi there"}),
            json!({"type": "buttons", "buttons": [{"type": "url", "text": "Go",
                "url": "https://a.example/{{1}}", "example": ["https://a.example/x"]}]}),
        ];
        let model = TemplateModel::from_components(
            "n",
            "en",
            Category::Utility,
            ParameterFormat::Positional,
            &components,
        );
        assert_eq!(model.unwrap().examples["button.0.1"], "x");
    }
}
