//! `GET` and `POST /{waba_id}/message_templates`.

use std::sync::Arc;

use poem::{Response, http::StatusCode};
use serde_json::{Value, json};

use super::{GraphError, json as answer_json};
use crate::{
    server::Call,
    shared::Shared,
    template::{Template, string},
};

type Answer = Result<Response, GraphError>;

pub(super) fn list(shared: &Arc<Shared>, call: &Call, waba_id: &str) -> Answer {
    shared.registry.authorised_waba("get", waba_id, call.token.as_deref())?;
    let wanted =
        |name: &str, value: &str| call.query(name).is_none_or(|want| want.eq_ignore_ascii_case(value));
    let mut found: Vec<_> = shared.registry.templates_of(waba_id);
    found.retain(|template| {
        let spec = &template.spec;
        let named = call.query("name").is_none_or(|part| spec.name.contains(part));
        named
            && wanted("status", &spec.status)
            && wanted("category", &spec.category)
            && wanted("language", &spec.language)
    });
    // Cursors are positions: the list is ordered and templates are never removed.
    let from: usize = call.query("after").and_then(|after| after.parse().ok()).unwrap_or_default();
    let limit: usize = call.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(25);
    let page: Vec<_> = found.iter().skip(from).take(limit).map(|template| shown(&template.spec)).collect();
    let end = from + page.len();
    let mut paging = json!({"cursors": {"before": from.to_string(), "after": end.to_string()}});
    if end < found.len()
        && let Some(map) = paging.as_object_mut()
    {
        map.insert("next".into(), format!("{}?after={end}&limit={limit}", call.path).into());
    }
    Ok(answer_json(StatusCode::OK, &json!({"data": page, "paging": paging})))
}

pub(super) fn create(shared: &Arc<Shared>, call: &Call, waba_id: &str) -> Answer {
    shared.registry.authorised_waba("post", waba_id, call.token.as_deref())?;
    let body: Value =
        serde_json::from_slice(&call.body).map_err(|_| GraphError::invalid("The body is not valid JSON."))?;
    let (name, language, category) =
        (string(&body, "name"), string(&body, "language"), string(&body, "category"));
    check(name, language, category, &body)?;
    if shared.registry.template(waba_id, name, language).is_some() {
        return Err(GraphError::template(2_388_024, "Content in This Language Already Exists"));
    }
    let components = body.get("components").cloned().unwrap_or_default();
    let mut template =
        Template::approved(waba_id, name, language, &category.to_ascii_uppercase(), components);
    "PENDING".clone_into(&mut template.status);
    if let Some(format) = body.get("parameter_format").and_then(Value::as_str) {
        template.parameter_format = format.to_ascii_uppercase();
    }
    let answer = json!({"id": template.id, "status": template.status, "category": template.category});
    shared.registry.put_template(template.clone());
    if let Some(wait) = shared.config.template_review {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            shared.set_template_status(
                &template.waba_id,
                &template.name,
                &template.language,
                "APPROVED",
                None,
            );
        });
    }
    Ok(answer_json(StatusCode::OK, &answer))
}

fn check(name: &str, language: &str, category: &str, body: &Value) -> Result<(), GraphError> {
    for (key, value) in [("name", name), ("language", language), ("category", category)] {
        if value.is_empty() {
            return Err(GraphError::required(key));
        }
    }
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.len() > 512 || !name.chars().all(letters) {
        return Err(GraphError::invalid(
            "Param name can only have lowercase letters, digits and underscores.",
        ));
    }
    let categories = ["MARKETING", "UTILITY", "AUTHENTICATION"];
    if !categories.iter().any(|known| known.eq_ignore_ascii_case(category)) {
        return Err(GraphError::invalid(
            "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}.",
        ));
    }
    let list = body.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text =
        list.iter().find(|c| string(c, "type").eq_ignore_ascii_case("body")).map(|c| string(c, "text"));
    let text = text.unwrap_or_default().trim();
    if text.is_empty() && !category.eq_ignore_ascii_case("AUTHENTICATION") {
        return Err(GraphError::required("components"));
    }
    if text.chars().count() > 1_024 {
        return Err(GraphError::template(2_388_040, "Character Limit Exceeded"));
    }
    if text.starts_with("{{") || text.ends_with("}}") {
        return Err(GraphError::template(2_388_299, "Leading or trailing parameters not allowed"));
    }
    Ok(())
}

fn shown(template: &Template) -> Value {
    json!({
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "quality_score": {"score": "UNKNOWN"},
    })
}
