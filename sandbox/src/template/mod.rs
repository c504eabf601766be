//! Message templates: what they are, what a send must fill in (`fill`), what may be created (`check`), and what becomes
//! of them (`life`).

mod check;
mod fill;
mod life;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::roll::Roll;

pub use self::life::{Review, TemplateKey};
pub(crate) use self::{check::check, fill::LiveTemplate, life::ReviewDesk};

/// A message template of one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its id.
    pub id: String,
    /// Its business account.
    pub waba_id: String,
    /// Its name.
    pub name: String,
    /// Its language, for instance `en_US`.
    pub language: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    pub category: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, `DISABLED`.
    pub status: String,
    /// `POSITIONAL` or `NAMED`.
    #[serde(default = "positional")]
    pub parameter_format: String,
    /// Components in the form the Graph API creates them with.
    pub components: Value,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    #[serde(default = "unknown")]
    pub quality: String,
    /// Why it was rejected, for instance `INVALID_FORMAT`.
    #[serde(default)]
    pub rejected_reason: Option<String>,
    /// The category it had before Meta changed it.
    #[serde(default)]
    pub previous_category: Option<String>,
    /// The category Meta will give it.
    #[serde(default)]
    pub correct_category: Option<String>,
    /// How long a message may wait for its recipient, in seconds.
    #[serde(default)]
    pub message_send_ttl_seconds: Option<i64>,
    /// How often it has been paused for low quality; the third time disables it.
    #[serde(default)]
    pub pauses: u32,
    /// When it was edited while approved, in milliseconds since 1970.
    #[serde(default)]
    pub edited_at_ms: Vec<i64>,
}

fn positional() -> String {
    "POSITIONAL".to_owned()
}

fn unknown() -> String {
    "UNKNOWN".to_owned()
}

impl Template {
    /// An approved template; its id follows from its account, name and language.
    pub fn approved(waba_id: &str, name: &str, language: &str, category: &str, components: Value) -> Self {
        let id = Roll::new(0, &[waba_id, name, language]).between(100_000_000_000_000, 999_999_999_999_999);
        Self {
            id: id.to_string(),
            waba_id: waba_id.to_owned(),
            name: name.to_owned(),
            language: language.to_owned(),
            category: category.to_owned(),
            status: "APPROVED".to_owned(),
            parameter_format: positional(),
            components,
            quality: unknown(),
            rejected_reason: None,
            previous_category: None,
            correct_category: None,
            message_send_ttl_seconds: None,
            pauses: 0,
            edited_at_ms: Vec::new(),
        }
    }

    /// What the Graph API shows of it.
    pub(crate) fn graph(&self) -> Value {
        let mut shown = json!({
            "name": self.name,
            "parameter_format": self.parameter_format,
            "components": self.components,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "quality_score": {"score": self.quality},
            "rejected_reason": self.rejected_reason.as_deref().unwrap_or("NONE"),
            "id": self.id,
        });
        if let Some(map) = shown.as_object_mut() {
            let optional = [
                ("previous_category", self.previous_category.as_deref().map(Value::from)),
                ("correct_category", self.correct_category.as_deref().map(Value::from)),
                ("message_send_ttl_seconds", self.message_send_ttl_seconds.map(Value::from)),
            ];
            let told = optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            map.extend(told);
        }
        shown
    }
}

/// A string field, or nothing.
pub(crate) fn string<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A list field, or nothing.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
