//! Resumable uploads: `POST /{app_id}/uploads`, then `POST /upload:…` with the bytes, which gives the handle.

use serde_json::json;

use super::{Answer, GraphError, ok};
use crate::{media::kinds::BODY_MAX, server::Call, shared::Shared};

/// What may be uploaded for templates and profiles.
const TYPES: &[&str] = &["application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"];

/// `POST /{app_id}/uploads?file_name&file_length&file_type`.
pub(super) fn begin(shared: &Shared, call: &Call, app_id: &str) -> Answer {
    let number = shared.registry.opened_by(call.token.as_deref())?;
    if number.spec.app_id != app_id && app_id != "app" {
        return Err(GraphError::unknown_object("post", app_id));
    }
    let body = call.json_or_null();
    let given = |name: &str| {
        let text = || body.get(name).and_then(|value| value.as_str().map(str::to_owned));
        let number = || body.get(name).and_then(|value| value.as_u64().map(|n| n.to_string()));
        call.query(name).map(str::to_owned).or_else(text).or_else(number)
    };
    let file_type = given("file_type").ok_or_else(|| GraphError::required("file_type"))?;
    let length = given("file_length").ok_or_else(|| GraphError::required("file_length"))?;
    let length = length.parse().ok().filter(|length| (1..=BODY_MAX).contains(length));
    let length = length
        .ok_or_else(|| GraphError::titled("Param file_length must be a number of bytes up to 100 MB."))?;
    if !TYPES.contains(&file_type.as_str()) {
        let words = format!("Param file_type must be one of {{{}}}.", TYPES.join(", "));
        return Err(GraphError::titled(words));
    }
    Ok(ok(&json!({"id": shared.uploads.begin(length, &file_type, shared.id_salt)})))
}

/// `POST /upload:…` with the header `file_offset` and raw bytes: the handle, or how far we are.
pub(super) fn take(shared: &Shared, call: &Call, id: &str) -> Answer {
    shared.registry.opened_by(call.token.as_deref())?;
    let unknown = || GraphError::unknown_object("post", id);
    let session = shared.uploads.session(id).ok_or_else(unknown)?;
    let offset: Option<usize> = call.header("file_offset").unwrap_or("0").parse().ok();
    if offset != Some(session.offset) {
        let words = format!("The file_offset must be {}, where the upload stands.", session.offset);
        return Err(GraphError::titled(words));
    }
    if call.body.is_empty() || session.offset + call.body.len() > session.file_length {
        return Err(GraphError::titled(format!("The file must have {} bytes.", session.file_length)));
    }
    let (upload, handle) = shared.uploads.take(id, &call.body).ok_or_else(unknown)?;
    Ok(ok(&handle
        .map_or_else(|| json!({"id": id, "file_offset": upload.offset}), |handle| json!({"h": handle}))))
}

/// `GET /upload:…`: where the upload stands.
pub(super) fn show(shared: &Shared, call: &Call, id: &str) -> Answer {
    shared.registry.opened_by(call.token.as_deref())?;
    let session = shared.uploads.session(id).ok_or_else(|| GraphError::unknown_object("get", id))?;
    Ok(ok(&json!({"id": id, "file_offset": session.offset})))
}
