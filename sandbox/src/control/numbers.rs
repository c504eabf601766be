//! What Meta does to a number: `POST /_sandbox/number`.

use serde::Deserialize;
use serde_json::json;

use super::{Answer, done, read};
use crate::{SandboxError, handle::Control, server::Call};

/// A number, and what changes.
#[derive(Deserialize)]
struct Change {
    phone_number_id: String,
    quality_rating: Option<String>,
    mps: Option<u32>,
}

pub(super) fn answer(control: &Control, call: &Call) -> Answer {
    let change: Change = read(call)?;
    control.change_number_limits(&change.phone_number_id, change.quality_rating.as_deref(), change.mps)?;
    done()
}

impl Control {
    /// Gives a number another quality (`GREEN`, `YELLOW`, `RED`; Meta posts no webhook about it) or another throughput
    /// (above 80 with the webhook `THROUGHPUT_UPGRADE`).
    pub fn change_number_limits(
        &self,
        phone_number_id: &str,
        quality_rating: Option<&str>,
        mps: Option<u32>,
    ) -> Result<(), SandboxError> {
        let mut spec = self.number(phone_number_id)?.spec.clone();
        let raised = mps.is_some_and(|mps| mps > spec.mps && mps > 80);
        spec.mps = mps.unwrap_or(spec.mps);
        if let Some(quality) = quality_rating {
            if !["GREEN", "YELLOW", "RED", "UNKNOWN", "NA"].contains(&quality) {
                return Err(SandboxError::Invalid(
                    "quality_rating is GREEN, YELLOW, RED, UNKNOWN or NA".to_owned(),
                ));
            }
            quality.clone_into(&mut spec.quality_rating);
        }
        if raised {
            let value = json!({
                "display_phone_number": spec.digits(),
                "event": "THROUGHPUT_UPGRADE",
                "max_daily_conversations_per_business": "TIER_UNLIMITED",
            });
            self.shared.post_change(&spec.waba_id, "phone_number_quality_update", &value);
        }
        self.apply(crate::World { numbers: vec![spec], ..crate::World::default() })
    }
}
