//! The template model against Meta's own samples.

use std::collections::BTreeMap;

use serde_json::Value;

use super::testing::folder;
use crate::templates::{Category, ParameterFormat, TemplateModel, validate};

fn model(request: &Value) -> Option<Result<TemplateModel, String>> {
    let components = request.get("components")?.as_array()?;
    let format = request.get("parameter_format").and_then(Value::as_str).unwrap_or_default();
    let format = match format.to_lowercase().as_str() {
        "named" => ParameterFormat::Named,
        _ => ParameterFormat::Positional,
    };
    let word = |key: &str| request.get(key)?.as_str();
    let (name, language) = (word("name")?, word("language")?);
    let read = TemplateModel::from_components(name, language, Category::Utility, format, components);
    Some(read.map_err(|unsupported| unsupported.what))
}

#[test]
fn documented_templates_are_read_or_refused_by_name() {
    let (mut read, mut refused) = (0, BTreeMap::<String, usize>::new());
    for (file, bytes) in folder("requests") {
        let Ok(request) = serde_json::from_slice::<Value>(&bytes) else { continue };
        match model(&request) {
            None => {}
            Some(Err(what)) => *refused.entry(what).or_default() += 1,
            Some(Ok(model)) => {
                let again = model.to_components();
                let (name, language, format) = (&model.name, &model.language, model.parameter_format);
                let back = TemplateModel::from_components(name, language, model.category, format, &again);
                assert_eq!(back.as_ref(), Ok(&model), "{file}");
                assert_eq!(validate(&model), [], "{file}");
                read += 1;
            }
        }
    }
    eprintln!("{read} read; refused: {refused:#?}");
}
