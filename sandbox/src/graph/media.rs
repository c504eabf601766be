//! Files: `POST /{phone_number_id}/media`, `GET` and `DELETE /{media_id}`, and the download itself.

use std::sync::Arc;

use poem::{Response, http::StatusCode};
use serde_json::json;

use super::{Answer, GraphError, form, ok, success};
use crate::{
    media::{self, Medium, NewMedium, Origin, kinds},
    server::Call,
    shared::Shared,
};

/// `POST /{phone_number_id}/media`: a form with `messaging_product`, `file` and, if the file does not say, `type`.
pub(super) async fn upload(shared: &Arc<Shared>, call: &Call, number_id: &str) -> Answer {
    let number = shared.registry.authorised("post", number_id, call.token.as_deref())?;
    let form = form::read(call).await?;
    if form.text("messaging_product") != Some("whatsapp") {
        return Err(GraphError::required("messaging_product"));
    }
    let file = form.part("file").ok_or_else(|| GraphError::required("file"))?;
    let named = form.text("type").or(file.content_type.as_deref()).unwrap_or("application/octet-stream");
    let medium = NewMedium {
        phone_number_id: number.spec.id.clone(),
        origin: Origin::Business,
        mime_type: named.to_owned(),
        bytes: file.bytes.clone(),
    };
    let kept = keep(shared, medium)?;
    Ok(ok(&json!({"id": kept.id})))
}

/// Checks a business's file as Meta does, and keeps it.
fn keep(shared: &Shared, medium: NewMedium) -> Result<Arc<Medium>, GraphError> {
    let Some(kind) = kinds::kind_of(&medium.mime_type) else {
        let known = kinds::known_types();
        return Err(GraphError::titled(format!(
            "Param file must be a file with one of the following types: {known}. Received file of type '{}'.",
            medium.mime_type
        )));
    };
    if medium.bytes.is_empty() {
        return Err(GraphError::titled("Param file must not be empty."));
    }
    if medium.bytes.len() > kind.bytes_max {
        let details = format!(
            "Media file size too big. Max file size we currently support: {} bytes. Received file size is: {} bytes.",
            kind.bytes_max,
            medium.bytes.len()
        );
        return Err(GraphError::new(131_053).details(details));
    }
    Ok(shared.media.keep(medium, shared.id_salt, shared.now_ms(), shared.config.media_bytes_max))
}

/// The file `id`, if the token belongs to the number it is bound to.
pub(super) fn authorised(shared: &Shared, call: &Call, id: &str) -> Result<Arc<Medium>, GraphError> {
    let unknown = || GraphError::unknown_object(&call.verb(), id);
    let medium = shared.media.find(id, shared.now_ms()).ok_or_else(unknown)?;
    let number = shared.registry.authorised("get", &medium.phone_number_id, call.token.as_deref());
    number.map_err(|error| if error.code == 190 { error } else { unknown() })?;
    let asked = call.query("phone_number_id");
    // Meta says of this parameter: only the number the *business* uploaded the file with.
    if asked.is_some_and(|asked| medium.origin == Origin::Customer || asked != medium.phone_number_id) {
        let words = "Param phone_number_id is not a valid whatsapp business phone number id ID";
        return Err(GraphError::titled(words));
    }
    Ok(medium)
}

/// `GET /{media_id}`.
pub(super) fn show(shared: &Shared, call: &Call, id: &str) -> Answer {
    let medium = authorised(shared, call, id)?;
    Ok(ok(&json!({
        "messaging_product": "whatsapp",
        "url": media::url(&shared.base_url, &medium, shared.id_salt, shared.now_ms()),
        "mime_type": medium.mime_type,
        "sha256": medium.sha256_hex(),
        "file_size": medium.bytes.len().to_string(),
        "id": medium.id,
    })))
}

/// `DELETE /{media_id}`.
pub(super) fn delete(shared: &Shared, call: &Call, id: &str) -> Answer {
    let medium = authorised(shared, call, id)?;
    shared.media.delete(&medium.id);
    Ok(success())
}

/// `GET` of the address `GET /{media_id}` gave: the bytes, for five minutes and with the token only.
pub(super) fn download(shared: &Shared, call: &Call) -> Response {
    let gone = |status: StatusCode, words: &str| {
        Response::builder().status(status).content_type("text/html; charset=utf-8").body(words.to_owned())
    };
    let part = |name: &str| call.query(name).unwrap_or_default();
    let now = shared.now_ms();
    let Some(medium) = shared.media.find(part("mid"), now) else {
        return gone(StatusCode::NOT_FOUND, "Not Found");
    };
    let number = shared.registry.authorised("get", &medium.phone_number_id, call.token.as_deref());
    if number.is_err() {
        return gone(StatusCode::UNAUTHORIZED, "Authentication credentials are missing or wrong.");
    }
    if !media::url_is_good(&medium.id, part("ext"), part("hash"), shared.id_salt, now) {
        return gone(StatusCode::NOT_FOUND, "URL signature expired");
    }
    Response::builder().content_type(&medium.mime_type).body(medium.bytes.clone())
}

/// Refuses a send whose media id is unknown, or another number's, or a file of another kind.
pub(super) fn check_sent(
    shared: &Shared,
    phone_number_id: &str,
    kind: &str,
    id: &str,
) -> Result<(), GraphError> {
    let found = shared.media.find(id, shared.now_ms());
    let Some(medium) = found.filter(|medium| medium.phone_number_id == phone_number_id) else {
        let words =
            format!("Param {kind}['id'] is not a valid whatsapp business account media attachment ID");
        return Err(GraphError::titled(words));
    };
    // Anything may be sent as a document.
    if kind != "document" && kinds::kind_of(&medium.mime_type).is_none_or(|known| known.name != kind) {
        let details = format!("Media of type {} cannot be sent as {kind}.", medium.mime_type);
        return Err(GraphError::new(131_009).details(details));
    }
    Ok(())
}
