//! Catalogs: `items_batch`, `check_batch_request_status`, `products`, `product_catalogs`, `whatsapp_commerce_settings`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Answer, GraphError, ok, success, trace};
use crate::{
    catalog::{Batch, Catalog, Request},
    server::Call,
    shared::Shared,
    template::{list, string},
};

/// Most requests of a batch.
const REQUESTS_MAX: usize = 5_000;

fn authorised(shared: &Shared, call: &Call, id: &str) -> Result<Catalog, GraphError> {
    let unknown = || GraphError::unknown_object(&call.verb(), id);
    let catalog = shared.catalogs.find(id);
    let number = shared.registry.opened_by(call.token.as_deref())?;
    let catalog = catalog.ok_or_else(unknown)?;
    shared
        .registry
        .authorised_waba("get", &catalog.waba_id, number.spec.token.as_str().into())
        .map_err(|_| unknown())?;
    Ok(catalog)
}

/// `GET /{catalog_id}`.
pub(super) fn show(shared: &Shared, call: &Call, id: &str) -> Answer {
    let catalog = authorised(shared, call, id)?;
    Ok(ok(&json!({"id": catalog.id, "name": catalog.name})))
}

/// `GET` and `POST /{waba_id}/product_catalogs`: an account has one.
pub(super) fn of_account(shared: &Shared, call: &Call, waba_id: &str) -> Answer {
    shared.registry.authorised_waba(&call.verb(), waba_id, call.token.as_deref())?;
    if call.method == "POST" {
        let body = call.json_or_null();
        let id = call.query("catalog_id").unwrap_or(string(&body, "catalog_id"));
        let catalog = shared.catalogs.find(id).ok_or_else(|| GraphError::unknown_object("post", id))?;
        shared.catalogs.put(Catalog { waba_id: waba_id.to_owned(), ..catalog });
        return Ok(success());
    }
    let ours = shared.catalogs.all().into_iter().filter(|catalog| catalog.waba_id == waba_id);
    let data: Vec<_> = ours.map(|catalog| json!({"id": catalog.id, "name": catalog.name})).collect();
    Ok(ok(&json!({"data": data})))
}

/// `POST /{catalog_id}/items_batch`: what is wrong at first sight, and a handle for the rest.
pub(super) fn take_batch(shared: &Arc<Shared>, call: &Call, id: &str) -> Answer {
    authorised(shared, call, id)?;
    let body: Value =
        serde_json::from_slice(&call.body).map_err(|_| GraphError::titled("The body is not valid JSON."))?;
    if string(&body, "item_type") != "PRODUCT_ITEM" {
        return Err(GraphError::titled("Param item_type must be one of {PRODUCT_ITEM}."));
    }
    let requests = list(&body, "requests");
    if !(1..=REQUESTS_MAX).contains(&requests.len()) {
        return Err(GraphError::titled(format!("Param requests must have 1 to {REQUESTS_MAX} entries.")));
    }
    let (mut good, mut status, mut batch) = (Vec::new(), Vec::new(), Batch::default());
    for (line, request) in requests.iter().enumerate() {
        let read = serde_json::from_value::<Request>(request.clone());
        let problem = read.as_ref().map_or_else(|error| Some(error.to_string()), Request::problem);
        match (problem, read) {
            (None, Ok(request)) => good.push(request),
            (problem, _) => {
                let message = problem.unwrap_or_default();
                let retailer_id = request.get("data").map(|data| string(data, "id")).unwrap_or_default();
                status.push(
                    json!({"retailer_id": retailer_id, "errors": [{"message": message}], "warnings": []}),
                );
                batch.errors.push(json!({"line": line + 1, "id": retailer_id, "message": message}));
                batch.invalid.push(retailer_id.to_owned());
            }
        }
    }
    if good.is_empty() {
        // Meta answers 200 all the same.
        return Ok(ok(&json!({"handles": [], "validation_status": status})));
    }
    let handle = format!("Acz{:x}", crate::roll::mix(trace(shared)));
    let upsert = body.get("allow_upsert").and_then(Value::as_bool).unwrap_or(true);
    shared.catalogs.open_batch(id, &handle, batch);
    let (catalog_id, ours) = (id.to_owned(), handle.clone());
    let wait = i64::try_from(shared.config.catalog_batch.as_millis()).unwrap_or(i64::MAX);
    shared.agenda.at(shared.now_ms().saturating_add(wait), move |shared| {
        shared.catalogs.finish(&catalog_id, &ours, good, upsert);
    });
    Ok(ok(&json!({"handles": [handle], "validation_status": status})))
}

/// `GET /{catalog_id}/check_batch_request_status?handle=`.
pub(super) fn batch_status(shared: &Shared, call: &Call, id: &str) -> Answer {
    authorised(shared, call, id)?;
    let handle = call.query("handle").ok_or_else(|| GraphError::required("handle"))?;
    let wrong = || GraphError::titled("Param handle is not a handle of this catalog.");
    let batch = shared.catalogs.batch(id, handle).ok_or_else(wrong)?;
    if !batch.finished {
        return Ok(ok(&json!({"data": [{"handle": handle, "status": "started"}]})));
    }
    let mut told = json!({
        "handle": handle,
        "status": "finished",
        "errors_total_count": batch.errors.len(),
        "errors": batch.errors,
        "warnings": [],
    });
    if call.query("load_ids_of_invalid_requests") == Some("true") {
        told["ids_of_invalid_requests"] = batch.invalid.into();
    }
    Ok(ok(&json!({"data": [told]})))
}

/// `GET /{catalog_id}/products`, in pages.
pub(super) fn products(shared: &Shared, call: &Call, id: &str) -> Answer {
    authorised(shared, call, id)?;
    let limit = call.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(25).clamp(1, 1_000);
    let page = shared.catalogs.products(id, call.query("after").unwrap_or_default(), limit);
    let shown = |product: &Value| {
        let mut shown = product.clone();
        shown["retailer_id"] = string(product, "id").into();
        shown["name"] = string(product, "title").into();
        shown
    };
    let data: Vec<_> = page.iter().map(shown).collect();
    let last = page.last().map(|product| string(product, "id"));
    Ok(ok(&json!({"data": data, "paging": {"cursors": {"after": last}}})))
}

/// `GET` and `POST /{phone_number_id}/whatsapp_commerce_settings`.
pub(super) fn settings(shared: &Shared, call: &Call, number_id: &str) -> Answer {
    let number = shared.registry.authorised(&call.verb(), number_id, call.token.as_deref())?;
    if call.method == "GET" {
        return Ok(ok(&json!({"data": [number.commerce()]})));
    }
    let body = call.json_or_null();
    for name in ["is_cart_enabled", "is_catalog_visible"] {
        let asked = call.query(name).map(|text| text == "true");
        if let Some(value) = asked.or_else(|| body.get(name).and_then(Value::as_bool)) {
            number.change_commerce(name, value);
        }
    }
    Ok(success())
}

/// Refuses a message of products none of which its catalog has; of a catalog that is not known here everything passes.
pub(super) fn check_products(shared: &Shared, content: &Value) -> Result<(), GraphError> {
    let action = content.get("action").unwrap_or(&Value::Null);
    let catalog_id = string(action, "catalog_id");
    if catalog_id.is_empty() || shared.catalogs.find(catalog_id).is_none() {
        return Ok(());
    }
    let single = Some(string(action, "product_retailer_id")).filter(|id| !id.is_empty());
    let sections = list(action, "sections").iter().flat_map(|section| list(section, "product_items"));
    let mut ids = sections.map(|item| string(item, "product_retailer_id")).chain(single);
    if ids.any(|id| shared.catalogs.has_product(catalog_id, id)) {
        return Ok(());
    }
    Err(GraphError::new(131_009).details("Products not found in FB Catalog."))
}
