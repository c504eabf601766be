//! What Meta does to templates: `POST /_sandbox/template_…`.

use serde::Deserialize;
use serde_json::Value;

use super::{Answer, done, read};
use crate::{SandboxError, handle::Control, server::Call, template::TemplateKey};

/// The template, and what is to happen to it.
#[derive(Deserialize)]
struct Change {
    #[serde(flatten)]
    key: TemplateKey,
    status: Option<String>,
    reason: Option<String>,
    quality: Option<String>,
    category: Option<String>,
    #[serde(default)]
    warn: bool,
    components: Option<Value>,
}

pub(super) fn answer(control: &Control, call: &Call, what: &str) -> Answer {
    let change: Change = read(call)?;
    let key = &change.key;
    let needed = |name: &str| SandboxError::Invalid(format!("{name} is needed"));
    match what {
        "template_status" => {
            let status = change.status.as_deref().ok_or_else(|| needed("status"))?;
            let reason = change.reason.as_deref();
            if !control.set_template_status(&key.waba_id, &key.name, &key.language, status, reason) {
                return Err(SandboxError::Unknown(format!("template {}", key.name)));
            }
        }
        "template_pause" => control.pause_template(key)?,
        "template_quality" => {
            control.set_template_quality(key, change.quality.as_deref().ok_or_else(|| needed("quality"))?)?;
        }
        "template_category" => {
            let category = change.category.as_deref().ok_or_else(|| needed("category"))?;
            control.set_template_category(key, category, change.warn)?;
        }
        "template_components" => {
            let components = change.components.clone().ok_or_else(|| needed("components"))?;
            control.set_template_components(key, components)?;
        }
        _ => return Err(SandboxError::Unknown(call.path.clone())),
    }
    done()
}
