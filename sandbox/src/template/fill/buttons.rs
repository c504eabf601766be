//! Buttons, and the parameters given for them.

use serde_json::Value;

use super::super::string;
use super::{Parts, count_mismatch, parameters, value_of};
use crate::graph::GraphError;

#[derive(Debug)]
pub(super) struct Button {
    kind: String,
    wants_parameter: bool,
}

impl Button {
    pub(super) fn new(spec: &Value) -> Self {
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

impl Parts {
    pub(super) fn fill_buttons(&self, list: &[Value], values: &mut Vec<String>) -> Result<(), GraphError> {
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
