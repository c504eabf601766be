//! A template as Meta lists it.

use serde_json::Value;

use super::words;
use crate::providers::meta::fields::text;
use crate::templates::port::ListedTemplate;
use crate::templates::{Category, ParameterFormat, TemplateModel, TemplateQuality, TemplateStatus};

/// Reads one; nothing without an id and a name. What cannot be read is said in words.
pub(super) fn read(listed: &Value) -> Option<ListedTemplate> {
    let (provider_id, name) = (text(listed, "id")?, text(listed, "name")?);
    let language = text(listed, "language")?.replace('-', "_");
    let given = text(listed, "category").unwrap_or_default();
    let known = category(&given);
    let format = match text(listed, "parameter_format").unwrap_or_default().to_uppercase().as_str() {
        "NAMED" => ParameterFormat::Named,
        _ => ParameterFormat::Positional,
    };
    let none = Vec::new();
    let components = listed.get("components").and_then(Value::as_array).unwrap_or(&none);
    let (mut model, unsupported) = TemplateModel::from_components(
        &name,
        &language,
        known.unwrap_or(Category::Utility),
        format,
        components,
    );
    model.ttl_seconds =
        listed.get("message_send_ttl_seconds").and_then(Value::as_i64).and_then(|n| n.try_into().ok());
    let mut unsupported: Vec<String> = unsupported.into_iter().map(|one| one.what).collect();
    if known.is_none() {
        unsupported.push(format!("the category \"{}\"", given.to_lowercase()));
    }
    let (status, odd) = status(&text(listed, "status").unwrap_or_default());
    let quality = listed.get("quality_score");
    let quality =
        quality.and_then(|score| text(score, "score").or_else(|| score.as_str().map(str::to_owned)));
    let correct = text(listed, "correct_category").as_deref().and_then(category);
    Some(ListedTemplate {
        provider_id,
        status,
        status_reason: odd.or_else(|| text(listed, "rejected_reason").as_deref().and_then(words::rejection)),
        quality: quality
            .and_then(|word| word.to_lowercase().parse().ok())
            .unwrap_or(TemplateQuality::Unknown),
        next_category: correct.filter(|correct| Some(*correct) != known),
        model,
        unsupported: (!unsupported.is_empty()).then(|| unsupported.join(" and ")),
    })
}

/// Meta's word for where a template stands. One we do not know must not be sent, and is kept as the reason.
pub(super) fn status(word: &str) -> (TemplateStatus, Option<String>) {
    match word.to_lowercase().parse() {
        Ok(status) => (status, None),
        Err(_) => (TemplateStatus::Locked, Some(format!("WhatsApp calls this template \"{word}\"."))),
    }
}

pub(super) fn category(word: &str) -> Option<Category> {
    match word.to_uppercase().as_str() {
        "MARKETING" => Some(Category::Marketing),
        "UTILITY" => Some(Category::Utility),
        "AUTHENTICATION" => Some(Category::Authentication),
        _ => None,
    }
}
