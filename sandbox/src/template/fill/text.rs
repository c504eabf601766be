//! Texts with variables, and the values given for them.

use serde_json::Value;

use super::super::string;
use super::{count_mismatch, value_of};
use crate::graph::GraphError;

#[derive(Debug, Default)]
pub(super) struct Text {
    /// Distinct variables in order of appearance.
    pub(super) variables: Vec<String>,
    pub(super) named: bool,
    pub(super) length: usize,
}

impl Text {
    pub(super) fn new(text: &str, named: bool) -> Self {
        let mut variables: Vec<String> = Vec::new();
        for name in super::super::check::variables(text) {
            if !variables.iter().any(|known| known == name) {
                variables.push(name.to_owned());
            }
        }
        Self { variables, named, length: text.chars().count() }
    }

    pub(super) fn fill(
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
