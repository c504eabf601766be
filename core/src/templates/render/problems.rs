//! What is wrong with a template's values, for whoever gave them.

use super::RenderError;
use crate::error::Problem;

impl RenderError {
    /// What is wrong with the values, field by field.
    pub fn problems(&self) -> Vec<Problem> {
        let field = |key: &str| format!("variables.{key}");
        let missing = self.missing.iter().map(|key| {
            Problem::new(field(key), "missing_variable", format!("the template needs a value for `{key}`"))
        });
        let unusable = self.unusable.iter().map(|one| {
            let message = format!("the value for `{}` cannot be used: {}", one.key, one.why);
            Problem::new(field(&one.key), "unusable_variable", message)
        });
        let extra = self.extra.iter().map(|key| {
            Problem::new(field(key), "extra_variable", format!("the template has no variable `{key}`"))
        });
        let long = self.too_long.iter().map(|one| {
            let message = format!("the filled {} has {} characters, over {}", one.part, one.length, one.most);
            Problem::new("variables", "body_too_long", message)
        });
        missing.chain(unusable).chain(extra).chain(long).collect()
    }
}
