//! The template model against Meta's own samples of templates that are created.

use serde_json::{Value, json};

use super::testing::folder;
use crate::templates::{Category, ParameterFormat, TemplateModel, UnsupportedTemplate, validate};

fn read(request: &Value) -> Option<(TemplateModel, Option<UnsupportedTemplate>)> {
    let components = request.get("components")?.as_array()?;
    let text = |key: &str| request.get(key).and_then(Value::as_str).unwrap_or_default();
    let format = match text("parameter_format").to_lowercase().as_str() {
        "named" => ParameterFormat::Named,
        _ => ParameterFormat::Positional,
    };
    let category = match text("category").to_lowercase().as_str() {
        "marketing" => Category::Marketing,
        "authentication" => Category::Authentication,
        _ => Category::Utility,
    };
    let language = if request.get("languages").is_some() { "en_US" } else { text("language") };
    Some(TemplateModel::from_components(text("name"), language, category, format, components))
}

/// Spelled as we spell it: Meta's samples do it either way.
fn usual(components: &mut Value) {
    for component in components.as_array_mut().into_iter().flatten() {
        for key in ["type", "format", "otp_type"] {
            if let Some(word) = component.get(key).and_then(Value::as_str).map(str::to_uppercase) {
                component[key] = json!(word);
            }
        }
        for key in ["buttons", "cards", "components"] {
            if let Some(inner) = component.get_mut(key) {
                usual(inner);
            }
        }
    }
}

/// Where what we submit differs from a sample, and why.
const ON_PURPOSE: &[(&str, &str)] = &[
    (
        "create_authentication_code_autofill_button_2",
        "the app beside the other fields: a list of apps is newer",
    ),
    ("w_otp_one_tap_autofill_button", "the same"),
    (
        "create_example_template_name",
        "a form named in all three ways; one is enough, and what it opens is spelled out",
    ),
    ("create_carousel_template_product_cards", "an example is a row of examples"),
    ("create_sample_cpr_template", "a heading says its format, and its example is under its own key"),
];

/// Samples that Meta itself would refuse.
const WRONG: &[(&str, &str)] = &[
    // its example is under a wrong key
    ("create_sample_cpr_template", "header example_missing"),
    // a placeholder for a name
    ("create_flow_template_message_by", "name name_invalid"),
    // escaped for a URL, which a body is not
    ("w_otp_one_tap_autofill_button", "buttons.0.apps.0.signature_hash hash_invalid"),
];

#[test]
fn documented_templates_are_read_validated_and_written_as_they_were() {
    let (mut same, mut differ) = (0, 0);
    for (file, bytes) in folder("requests") {
        let Ok(mut request) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let Some((model, unsupported)) = read(&request) else { continue };
        assert_eq!(unsupported, None, "{file}");
        let problems = validate(&model);
        let known = WRONG.iter().find(|(name, _)| file.contains(name)).map(|(_, problem)| *problem);
        let told: Vec<_> = problems.iter().map(|one| format!("{} {}", one.path, one.code)).collect();
        assert_eq!(told, known.into_iter().collect::<Vec<_>>(), "{file}");
        let again = model.to_components();
        let back = TemplateModel::from_components(
            &model.name,
            &model.language,
            model.category,
            model.parameter_format,
            &again,
        );
        if known != Some("header example_missing") {
            assert_eq!(back, (model, None), "{file}");
        }
        usual(&mut request["components"]);
        match ON_PURPOSE.iter().find(|(name, _)| file.contains(name)) {
            Some((_, why)) => {
                differ += 1;
                assert_ne!(json!(again), request["components"], "{file} is the same now");
                eprintln!("differs on purpose: {file}: {why}");
            }
            None => {
                same += 1;
                assert_eq!(json!(again), request["components"], "{file}");
            }
        }
    }
    eprintln!("{same} the same, {differ} differ on purpose");
}
