//! Message templates: `GET`, `POST` and `DELETE /{waba_id}/message_templates`, `GET` and `POST /{template_id}`, and
//! `POST /{template_id}/unpause`.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Url;
use serde_json::{Value, json};

use super::{Answer, GraphError, health, numbers::chosen, ok, success};
use crate::{
    server::Call,
    shared::Shared,
    template::{LiveTemplate, Template, TemplateKey, check, string},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// The name of an approved template that was deleted is not free again before.
const NAME_BLOCKED_MS: i64 = 30 * DAY_MS;

/// `GET /{waba_id}/message_templates`, filtered and in pages.
pub(super) fn list(shared: &Arc<Shared>, call: &Call, waba_id: &str) -> Answer {
    shared.registry.authorised_waba("get", waba_id, call.token.as_deref())?;
    let wanted =
        |name: &str, value: &str| call.query(name).is_none_or(|want| want.eq_ignore_ascii_case(value));
    let mut found: Vec<_> = shared.registry.templates_of(waba_id);
    found.retain(|template| {
        let spec = &template.spec;
        call.query("name").is_none_or(|part| spec.name.contains(part))
            && call
                .query("name_or_content")
                .is_none_or(|part| spec.name.contains(part) || spec.components.to_string().contains(part))
            && wanted("status", &spec.status)
            && wanted("category", &spec.category)
            && wanted("language", &spec.language)
            && wanted("quality_score", &spec.quality)
    });
    let limit = call.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(25).clamp(1, 1_000);
    let (page, more) = page_of(&found, call, limit)?;
    let mut paging = json!({});
    if let (Some(first), Some(last), Some(map)) = (page.first(), page.last(), paging.as_object_mut()) {
        map.insert("cursors".into(), json!({"before": cursor(first), "after": cursor(last)}));
        if more {
            let kept = call.query.iter().filter(|(name, _)| !["after", "before"].contains(&name.as_str()));
            let after = ("after".to_owned(), cursor(last));
            let query = kept.chain([&after]).map(|(name, value)| (name.as_str(), value.as_str()));
            let next = Url::parse_with_params(&format!("{}{}", shared.base_url, call.path), query);
            map.insert("next".into(), next.map(String::from).unwrap_or_default().into());
        }
    }
    let data: Vec<_> = page.iter().map(|template| chosen(call, template.spec.graph())).collect();
    Ok(ok(&json!({"data": data, "paging": paging})))
}

/// The part of the list a cursor asks for, and whether more comes after it.
fn page_of<'a>(
    found: &'a [Arc<LiveTemplate>],
    call: &Call,
    limit: usize,
) -> Result<(&'a [Arc<LiveTemplate>], bool), GraphError> {
    let place = |name: &str| match call.query(name) {
        None => Ok(None),
        Some(text) => {
            let key = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let key = key.filter(|key| key.contains('/'));
            key.map(Some).ok_or_else(|| GraphError::titled("Invalid cursors values"))
        }
    };
    if let Some(before) = place("before")? {
        let end = found.partition_point(|template| place_of(template) < before);
        return Ok((&found[end.saturating_sub(limit)..end], end < found.len()));
    }
    let from = place("after")?.map_or(0, |after| found.partition_point(|t| place_of(t) <= after));
    let end = found.len().min(from + limit);
    Ok((&found[from..end], end < found.len()))
}

/// Where a template stands in the list, which is ordered by this.
fn place_of(template: &LiveTemplate) -> String {
    format!("{}/{}", template.spec.name, template.spec.language)
}

fn cursor(template: &Arc<LiveTemplate>) -> String {
    URL_SAFE_NO_PAD.encode(place_of(template))
}

/// `POST /{waba_id}/message_templates`.
pub(super) fn create(shared: &Arc<Shared>, call: &Call, waba_id: &str) -> Answer {
    shared.registry.authorised_waba("post", waba_id, call.token.as_deref())?;
    let body = read(call)?;
    let (name, language, category) =
        (string(&body, "name"), string(&body, "language"), string(&body, "category"));
    check(name, language, category, &body)?;
    if shared.registry.template(waba_id, name, language).is_some() {
        return Err(GraphError::template(2_388_024, "Content in This Language Already Exists"));
    }
    let deleted = shared.registry.deleted_at(waba_id, name);
    if deleted.is_some_and(|at| shared.now_ms() - at < NAME_BLOCKED_MS) {
        return Err(GraphError::template(2_388_023, "Message Template Language is Being Deleted"));
    }
    if shared.registry.templates_of(waba_id).len() >= shared.config.templates_max {
        return Err(GraphError::template(2_388_019, "Template Limit Exceeded"));
    }
    let components = body.get("components").cloned().unwrap_or_default();
    let mut template =
        Template::approved(waba_id, name, language, &category.to_ascii_uppercase(), components);
    "PENDING".clone_into(&mut template.status);
    if let Some(format) = body.get("parameter_format").and_then(Value::as_str) {
        template.parameter_format = format.to_ascii_uppercase();
    }
    template.message_send_ttl_seconds = body.get("message_send_ttl_seconds").and_then(Value::as_i64);
    let answer = json!({"id": template.id, "status": template.status, "category": template.category});
    shared.registry.put_template(template.clone());
    shared.submit(&template);
    Ok(ok(&answer))
}

/// `GET /{template_id}`.
pub(super) fn show(call: &Call, template: &LiveTemplate) -> Answer {
    let mut shown = template.spec.graph();
    if call.query("fields").is_some_and(|fields| fields.contains("health_status")) {
        shown["health_status"] = health::of_template(template);
    }
    Ok(ok(&chosen(call, shown)))
}

/// `POST /{template_id}`: other components, category or time to live; then it is reviewed again.
pub(super) fn edit(shared: &Arc<Shared>, call: &Call, template: &LiveTemplate) -> Answer {
    let body = read(call)?;
    let mut spec = template.spec.clone();
    let approved = spec.status == "APPROVED";
    let locked = || GraphError::template(2_388_039, "Message Template Cannot Be Edited");
    let since = |days: i64| {
        let from = shared.now_ms() - days * DAY_MS;
        spec.edited_at_ms.iter().filter(|at| **at > from).count()
    };
    if !["APPROVED", "REJECTED", "PAUSED"].contains(&spec.status.as_str())
        || (approved && (since(1) >= 1 || since(30) >= 10))
    {
        return Err(locked());
    }
    let category = Some(string(&body, "category")).filter(|given| !given.is_empty());
    if category.is_some_and(|given| approved && !given.eq_ignore_ascii_case(&spec.category)) {
        return Err(locked());
    }
    if let Some(category) = category {
        spec.category = category.to_ascii_uppercase();
    }
    if let Some(components) = body.get("components") {
        spec.components = components.clone();
    }
    if let Some(seconds) = body.get("message_send_ttl_seconds").and_then(Value::as_i64) {
        spec.message_send_ttl_seconds = Some(seconds);
    }
    let whole = json!({
        "components": spec.components,
        "parameter_format": spec.parameter_format,
        "message_send_ttl_seconds": spec.message_send_ttl_seconds,
    });
    check(&spec.name, &spec.language, &spec.category, &whole)?;
    if approved {
        spec.edited_at_ms.push(shared.now_ms());
    }
    "PENDING".clone_into(&mut spec.status);
    shared.registry.put_template(spec.clone());
    shared.submit(&spec);
    Ok(ok(&json!({"success": true, "id": spec.id, "name": spec.name, "category": spec.category})))
}

/// `DELETE /{waba_id}/message_templates?name=` (every language), or `?name=&hsm_id=` (one).
pub(super) fn delete(shared: &Arc<Shared>, call: &Call, waba_id: &str) -> Answer {
    shared.registry.authorised_waba("delete", waba_id, call.token.as_deref())?;
    let name = call.query("name").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| GraphError::required("name"))?;
    let id = call.query("hsm_id");
    let mut found = shared.registry.templates_of(waba_id);
    found.retain(|template| template.spec.name == name && id.is_none_or(|id| template.spec.id == id));
    if found.is_empty() {
        return Err(GraphError::template(2_593_002, "Message Template Not Found"));
    }
    if found.iter().any(|template| template.spec.status == "DISABLED") {
        return Err(GraphError::template(2_388_039, "Disabled Message Templates Cannot Be Deleted"));
    }
    for template in found {
        let spec = &template.spec;
        shared.registry.remove_template(&TemplateKey::of(spec), shared.now_ms());
        let more = json!({"event": "DELETED", "reason": "NONE", "message_template_category": spec.category});
        shared.post_template(spec, "message_template_status_update", more);
    }
    Ok(success())
}

/// `POST /{template_id}/unpause`, which is needed after a pause by pacing.
pub(super) fn unpause(shared: &Arc<Shared>, call: &Call, id: &str) -> Answer {
    let template = authorised(shared, call, id)?;
    if shared.unpause_template(&TemplateKey::of(&template.spec), |_| true) {
        return Ok(success());
    }
    Err(GraphError::titled("The template is not paused."))
}

/// The template `id`, if the token may see its account.
pub(super) fn authorised(shared: &Shared, call: &Call, id: &str) -> Result<Arc<LiveTemplate>, GraphError> {
    let unknown = || GraphError::unknown_object(&call.verb(), id);
    let template = shared.registry.template_by_id(id).ok_or_else(unknown)?;
    let waba = shared.registry.authorised_waba(&call.verb(), &template.spec.waba_id, call.token.as_deref());
    waba.map_err(|error| if error.code == 190 { error } else { unknown() })?;
    Ok(template)
}

fn read(call: &Call) -> Result<Value, GraphError> {
    let body: Value =
        serde_json::from_slice(&call.body).map_err(|_| GraphError::invalid("The body is not valid JSON."))?;
    if body.is_object() { Ok(body) } else { Err(GraphError::invalid("The body is not a JSON object.")) }
}
