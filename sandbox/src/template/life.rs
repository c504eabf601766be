//! What becomes of a template after it is created: review, quality, pauses, categories; each with its webhook.

use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Template, check::variables, list, string};
use crate::{SandboxError, handle::Control, shared::Shared};

const HOUR_MS: i64 = 60 * 60 * 1_000;
/// Meta warns of a new category so long before.
const WARNING_MS: i64 = 24 * HOUR_MS;

/// Names one template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateKey {
    /// Its business account.
    pub waba_id: String,
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
}

impl TemplateKey {
    /// The key of a template.
    pub fn of(template: &Template) -> Self {
        let (waba_id, name) = (template.waba_id.clone(), template.name.clone());
        Self { waba_id, name, language: template.language.clone() }
    }
}

/// How templates that are created or edited through the API are reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Review {
    /// How long it takes; none leaves them pending until the status is set by hand.
    pub after_ms: Option<u64>,
    /// `APPROVED` or `REJECTED`. A text with two variables side by side is rejected anyway.
    pub status: String,
    /// Why they are rejected.
    pub reason: Option<String>,
    /// The category they are approved in instead of the one asked for. Without it a `UTILITY` text that advertises
    /// becomes `MARKETING`, as at Meta.
    pub category: Option<String>,
}

impl Default for Review {
    fn default() -> Self {
        Self { after_ms: Some(0), status: "APPROVED".to_owned(), reason: None, category: None }
    }
}

/// The review in force.
#[derive(Debug, Default)]
pub(crate) struct ReviewDesk(RwLock<Review>);

impl ReviewDesk {
    pub(crate) fn new(review: Review) -> Self {
        Self(RwLock::new(review))
    }

    pub(crate) fn get(&self) -> Review {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, review: Review) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = review;
    }
}

impl Review {
    /// The category a template gets.
    fn category_for(&self, template: &Template) -> String {
        if let Some(category) = &self.category {
            return category.to_ascii_uppercase();
        }
        let advertises = template.category == "UTILITY" && advertises(&template.components);
        if advertises { "MARKETING".to_owned() } else { template.category.clone() }
    }
}

/// Whether a text sells something; Meta's own judgement is not published.
fn advertises(components: &Value) -> bool {
    const WORDS: [&str; 6] = ["% off", "discount", "promo", "special offer", "shop now", "on sale"];
    let text = components.to_string().to_ascii_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// Whether two variables stand side by side, which reviewers reject.
fn has_neighbours(components: &Value) -> bool {
    let texts = components.as_array().into_iter().flatten().map(|part| string(part, "text"));
    texts.into_iter().any(|text| {
        let without_names = variables(text).iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
        without_names.replace(' ', "").contains("{{}}{{}}")
    })
}

impl Shared {
    /// Lets a pending template be reviewed in time.
    pub(crate) fn submit(&self, template: &Template) {
        let Some(after_ms) = self.review.get().after_ms else { return };
        let key = TemplateKey::of(template);
        let due_ms = self.now_ms().saturating_add_unsigned(after_ms);
        self.agenda.at(due_ms, move |shared| shared.decide_on(&key));
    }

    fn decide_on(&self, key: &TemplateKey) {
        let Some(live) = self.registry.template(&key.waba_id, &key.name, &key.language) else { return };
        if live.spec.status != "PENDING" {
            return;
        }
        let (review, mut spec) = (self.review.get(), live.spec.clone());
        if has_neighbours(&spec.components) {
            return self.move_template(spec, "REJECTED", Some("INVALID_FORMAT"), None);
        }
        let category = review.category_for(&spec);
        if review.status == "APPROVED" && category != spec.category {
            spec.previous_category = Some(std::mem::replace(&mut spec.category, category));
        }
        self.move_template(spec, &review.status, review.reason.as_deref(), None);
    }

    /// Gives a template another status, and says so; `title` is `other_info.title`.
    fn move_template(&self, mut spec: Template, status: &str, reason: Option<&str>, title: Option<&str>) {
        status.clone_into(&mut spec.status);
        spec.rejected_reason = (status == "REJECTED").then(|| reason.unwrap_or("NONE").to_owned());
        let mut more = json!({
            "event": status,
            "reason": reason.unwrap_or("NONE"),
            "message_template_category": spec.category,
        });
        if let Some(more) = more.as_object_mut() {
            if let Some(title) = title {
                let words = title.to_ascii_lowercase().replace('_', " ");
                more.insert("other_info".into(), json!({"title": title, "description": words}));
            }
            if status == "REJECTED" && reason == Some("INVALID_FORMAT") {
                let info = json!({
                    "reason": "Parameters stand next to each other without text between them.",
                    "recommendation": "Put words between the parameters.",
                });
                more.insert("rejection_info".into(), info);
            }
            if status == "DISABLED" {
                more.insert("disable_info".into(), json!({"disable_date": self.now_ms() / 1_000}));
            }
        }
        self.post_template(&spec, "message_template_status_update", more);
        self.registry.put_template(spec);
    }

    /// Posts a change about a template: what names it, and more.
    pub(crate) fn post_template(&self, spec: &Template, field: &str, more: Value) {
        let mut value = json!({
            "message_template_id": spec.id.parse::<u64>().unwrap_or_default(),
            "message_template_name": spec.name,
            // Here Meta writes a hyphen where the API has an underscore.
            "message_template_language": spec.language.replace('_', "-"),
        });
        if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
            value.extend(more);
        }
        self.post_change(&spec.waba_id, field, &value);
    }

    /// Pauses a template for low quality: 3 hours, then 6, the third time for good.
    pub(crate) fn pause_template(&self, key: &TemplateKey) -> bool {
        let Some(live) = self.registry.template(&key.waba_id, &key.name, &key.language) else { return false };
        let mut spec = live.spec.clone();
        spec.pauses += 1;
        let pauses = spec.pauses;
        let (title, hours) = match pauses {
            1 => ("FIRST_PAUSE", 3),
            2 => ("SECOND_PAUSE", 6),
            _ => {
                self.move_template(spec, "DISABLED", None, Some("DISABLED"));
                return true;
            }
        };
        self.move_template(spec, "PAUSED", None, Some(title));
        let key = key.clone();
        self.agenda.at(self.now_ms() + hours * HOUR_MS, move |shared| {
            shared.unpause_template(&key, |spec| spec.pauses == pauses);
        });
        true
    }

    /// Pauses a template whose pacing went wrong; this pause has no end of its own.
    pub(crate) fn fail_pacing(&self, key: &TemplateKey) {
        let found = self.registry.template(&key.waba_id, &key.name, &key.language);
        if let Some(live) = found.filter(|live| live.spec.status == "APPROVED") {
            self.move_template(live.spec.clone(), "PAUSED", None, Some("RATE_LIMITING_PAUSE"));
        }
    }

    /// Ends a pause; false if there is none, or none that `is_meant`.
    pub(crate) fn unpause_template(
        &self,
        key: &TemplateKey,
        is_meant: impl FnOnce(&Template) -> bool,
    ) -> bool {
        let found = self.registry.template(&key.waba_id, &key.name, &key.language);
        let paused = found.filter(|live| live.spec.status == "PAUSED" && is_meant(&live.spec));
        let Some(live) = paused else { return false };
        self.move_template(live.spec.clone(), "APPROVED", None, Some("UNPAUSE"));
        true
    }

    fn recategorise(&self, mut spec: Template, category: String) {
        let more = json!({"previous_category": spec.category, "new_category": category});
        spec.previous_category = Some(std::mem::replace(&mut spec.category, category));
        spec.correct_category = None;
        self.post_template(&spec, "template_category_update", more);
        self.registry.put_template(spec);
    }
}

impl Control {
    /// How templates are reviewed.
    pub fn review(&self) -> Review {
        self.shared.review.get()
    }

    /// How templates are reviewed from now on.
    pub fn set_review(&self, review: Review) {
        self.shared.review.set(review);
    }

    /// Changes a template's status and posts the webhook about it. False if there is no such template.
    pub fn set_template_status(
        &self,
        waba_id: &str,
        name: &str,
        language: &str,
        status: &str,
        reason: Option<&str>,
    ) -> bool {
        let found = self.shared.registry.template(waba_id, name, language);
        if let Some(live) = &found {
            self.shared.move_template(live.spec.clone(), status, reason, None);
        }
        found.is_some()
    }

    /// Pauses a template for low quality, as Meta does after bad feedback.
    pub fn pause_template(&self, key: &TemplateKey) -> Result<(), SandboxError> {
        self.template(key)?;
        self.shared.pause_template(key);
        Ok(())
    }

    /// Gives a template another quality score (`GREEN`, `YELLOW`, `RED`, `UNKNOWN`), with the webhook.
    pub fn set_template_quality(&self, key: &TemplateKey, score: &str) -> Result<(), SandboxError> {
        if !["GREEN", "YELLOW", "RED", "UNKNOWN"].contains(&score) {
            return Err(SandboxError::Invalid("quality is GREEN, YELLOW, RED or UNKNOWN".to_owned()));
        }
        let mut spec = self.template(key)?;
        let more = json!({"previous_quality_score": spec.quality, "new_quality_score": score});
        score.clone_into(&mut spec.quality);
        self.shared.post_template(&spec, "message_template_quality_update", more);
        self.shared.registry.put_template(spec);
        Ok(())
    }

    /// Gives a template another category: at once, or announced and done a day later.
    pub fn set_template_category(
        &self,
        key: &TemplateKey,
        category: &str,
        warn: bool,
    ) -> Result<(), SandboxError> {
        let mut spec = self.template(key)?;
        let category = category.to_ascii_uppercase();
        if !warn {
            self.shared.recategorise(spec, category);
            return Ok(());
        }
        let due_ms = self.shared.now_ms() + WARNING_MS;
        let more = json!({
            "new_category": spec.category,
            "correct_category": category,
            "category_update_timestamp": due_ms / 1_000,
        });
        spec.correct_category = Some(category);
        self.shared.post_template(&spec, "template_category_update", more);
        self.shared.registry.put_template(spec);
        let key = key.clone();
        self.shared.agenda.at(due_ms, move |shared| {
            let found = shared.registry.template(&key.waba_id, &key.name, &key.language);
            if let Some((live, category)) =
                found.and_then(|l| Some((Arc::clone(&l), l.spec.correct_category.clone()?)))
            {
                shared.recategorise(live.spec.clone(), category);
            }
        });
        Ok(())
    }

    /// Changes what a template says, as somebody does in Meta's own manager, with the webhook.
    pub fn set_template_components(&self, key: &TemplateKey, components: Value) -> Result<(), SandboxError> {
        let mut spec = self.template(key)?;
        spec.components = components;
        let part = |kind: &str| {
            let parts = spec.components.as_array().into_iter().flatten();
            parts.into_iter().find(|part| string(part, "type").eq_ignore_ascii_case(kind))
        };
        let mut more = serde_json::Map::new();
        for (kind, name) in [("header", "title"), ("body", "element"), ("footer", "footer")] {
            let text = part(kind).map(|part| string(part, "text")).filter(|text| !text.is_empty());
            if let Some(text) = text {
                more.insert(format!("message_template_{name}"), text.into());
            }
        }
        if let Some(buttons) = part("buttons") {
            let buttons: Vec<_> = list(buttons, "buttons").iter().map(button_shown).collect();
            more.insert("message_template_buttons".into(), buttons.into());
        }
        self.shared.post_template(&spec, "message_template_components_update", more.into());
        self.shared.registry.put_template(spec);
        Ok(())
    }

    fn template(&self, key: &TemplateKey) -> Result<Template, SandboxError> {
        let found = self.shared.registry.template(&key.waba_id, &key.name, &key.language);
        let unknown = || SandboxError::Unknown(format!("template {} in {}", key.name, key.language));
        found.map(|live| live.spec.clone()).ok_or_else(unknown)
    }
}

fn button_shown(button: &Value) -> Value {
    let names = ["type", "text", "url", "phone_number"].iter();
    let told = names.filter_map(|name| {
        Some((format!("message_template_button_{name}"), Value::from(button.get(*name)?.as_str()?)))
    });
    told.collect()
}
