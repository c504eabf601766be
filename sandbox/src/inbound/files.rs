//! Files that customers send.

use serde_json::Value;

use crate::{
    SandboxError,
    handle::Control,
    media::{self, NewMedium, Origin, kinds, samples},
    number::LiveNumber,
};

impl Control {
    /// Keeps a customer's file, so that a message can name it; gives the media id.
    pub fn customer_file(
        &self,
        phone_number_id: &str,
        mime_type: &str,
        bytes: Vec<u8>,
    ) -> Result<String, SandboxError> {
        let number = self.number(phone_number_id)?;
        if bytes.len() > kinds::BODY_MAX {
            return Err(SandboxError::Invalid(format!("a file has at most {} bytes", kinds::BODY_MAX)));
        }
        let shared = &self.shared;
        let medium = NewMedium {
            phone_number_id: number.spec.id.clone(),
            origin: Origin::Customer,
            mime_type: mime_type.to_owned(),
            bytes,
        };
        let kept = shared.media.keep(medium, shared.id_salt, shared.now_ms(), shared.config.media_bytes_max);
        Ok(kept.id.clone())
    }

    /// Puts a file behind a message of media: the one it names, or a sample.
    pub(super) fn attach_file(
        &self,
        number: &LiveNumber,
        kind: &str,
        content: &mut Value,
    ) -> Result<(), SandboxError> {
        let (Some((usual, sample)), Some(content)) = (samples::sample(kind), content.as_object_mut()) else {
            return Ok(());
        };
        let given = content.get("id").and_then(Value::as_str).map(str::to_owned);
        let mime_type = content.get("mime_type").and_then(Value::as_str).unwrap_or(usual).to_owned();
        let id = given.map_or_else(|| self.customer_file(&number.spec.id, &mime_type, sample), Ok)?;
        let shared = &self.shared;
        let now_ms = shared.now_ms();
        // An id that names no file is left as it is: such messages arrive, too.
        if let Some(medium) = shared.media.find(&id, now_ms) {
            content.insert("mime_type".into(), medium.mime_type.as_str().into());
            content.insert("sha256".into(), medium.sha256_base64().into());
            content
                .insert("url".into(), media::url(&shared.base_url, &medium, shared.id_salt, now_ms).into());
        }
        content.insert("id".into(), id.into());
        Ok(())
    }
}
