//! Which part answers a call that is no send.

use std::sync::Arc;

use super::{
    Answer, GraphError, blocked, catalogs, media, numbers, profile, registration, templates, uploads,
};
use crate::{server::Call, shared::Shared};

pub(super) async fn answer(shared: &Arc<Shared>, call: &Call, path: &[&str]) -> Answer {
    let unknown = || GraphError::unknown_object(&call.verb(), path.first().copied().unwrap_or_default());
    match (call.method.as_str(), path) {
        ("GET", ["debug_token"]) => numbers::debug_token(shared, call),
        ("GET", [id]) if id.starts_with("upload:") => uploads::show(shared, call, id),
        ("POST", [id]) if id.starts_with("upload:") => uploads::take(shared, call, id),
        ("GET", [id]) => object(shared, call, id),
        ("POST", [id]) => change(shared, call, id),
        ("DELETE", [id]) => media::delete(shared, call, id),
        ("POST", [app, "uploads"]) => uploads::begin(shared, call, app),
        ("POST", [number, "media"]) => media::upload(shared, call, number).await,
        (_, [number, "whatsapp_business_profile"]) => profile::answer(shared, call, number),
        (_, [number, "block_users"]) => blocked::answer(shared, call, number),
        ("POST", [number, "register"]) => registration::register(shared, call, number),
        ("POST", [number, "deregister"]) => registration::deregister(shared, call, number),
        ("POST", [number, "request_code"]) => registration::request_code(shared, call, number),
        ("POST", [number, "verify_code"]) => registration::verify_code(shared, call, number),
        (_, [number, "whatsapp_commerce_settings"]) => catalogs::settings(shared, call, number),
        ("GET", [waba, "phone_numbers"]) => numbers::list(shared, call, waba),
        ("GET" | "POST" | "DELETE", [waba, "subscribed_apps"]) => {
            numbers::subscribed_apps(shared, call, waba)
        }
        ("GET", [waba, "message_templates"]) => templates::list(shared, call, waba),
        ("POST", [waba, "message_templates"]) => templates::create(shared, call, waba),
        ("DELETE", [waba, "message_templates"]) => templates::delete(shared, call, waba),
        ("POST", [template, "unpause"]) => templates::unpause(shared, call, template),
        ("GET" | "POST", [waba, "product_catalogs"]) => catalogs::of_account(shared, call, waba),
        ("POST", [catalog, "items_batch"]) => catalogs::take_batch(shared, call, catalog),
        ("GET", [catalog, "check_batch_request_status"]) => catalogs::batch_status(shared, call, catalog),
        ("GET", [catalog, "products"]) => catalogs::products(shared, call, catalog),
        _ => Err(unknown()),
    }
}

/// `GET /{id}`: whatever has that id.
fn object(shared: &Arc<Shared>, call: &Call, id: &str) -> Answer {
    if shared.media.find(id, shared.now_ms()).is_some() {
        media::show(shared, call, id)
    } else if shared.registry.template_by_id(id).is_some() {
        templates::authorised(shared, call, id).and_then(|template| templates::show(call, &template))
    } else if shared.catalogs.find(id).is_some() {
        catalogs::show(shared, call, id)
    } else {
        numbers::get(shared, call, id)
    }
}

/// `POST /{id}`: a template is edited, a number's webhook or PIN set.
fn change(shared: &Arc<Shared>, call: &Call, id: &str) -> Answer {
    if shared.registry.number(id).is_some() {
        return registration::change(shared, call, id);
    }
    let template = templates::authorised(shared, call, id)?;
    templates::edit(shared, call, &template)
}
