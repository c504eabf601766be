//! How many calls an app makes about an account, per hour: the limit beside sends, and the headers that tell of it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use poem::{Response, http::HeaderValue};
use serde_json::json;

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// Calls by (app, account).
#[derive(Debug, Default)]
pub(crate) struct Usage(Mutex<HashMap<(String, String), Hour>>);

#[derive(Debug, Clone, Copy)]
struct Hour {
    since_ms: i64,
    calls: u32,
}

/// Where an app stands with an account.
#[derive(Debug)]
pub(crate) struct Standing {
    waba_id: String,
    percent: u32,
    /// Minutes until calls are answered again; nought while they are.
    minutes: i64,
}

impl Standing {
    pub(crate) fn is_over(&self) -> bool {
        self.minutes > 0
    }

    /// Puts `x-app-usage` and `x-business-use-case-usage` on an answer.
    pub(crate) fn write(&self, response: &mut Response) {
        let app =
            json!({"call_count": self.percent, "total_time": self.percent, "total_cputime": self.percent});
        let account = json!({&self.waba_id: [{
            "type": "whatsapp",
            "call_count": self.percent,
            "total_cputime": self.percent,
            "total_time": self.percent,
            "estimated_time_to_regain_access": self.minutes,
        }]});
        for (name, value) in [("x-app-usage", app), ("x-business-use-case-usage", account)] {
            if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
                response.headers_mut().insert(name, value);
            }
        }
    }
}

impl Usage {
    /// Counts a call. A limit of none is as good as a very large one.
    pub(crate) fn count(&self, app_id: &str, waba_id: &str, limit: Option<u32>, now_ms: i64) -> Standing {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (app_id.to_owned(), waba_id.to_owned());
        let hour = all.entry(key).or_insert(Hour { since_ms: now_ms, calls: 0 });
        if now_ms - hour.since_ms >= HOUR_MS {
            *hour = Hour { since_ms: now_ms, calls: 0 };
        }
        hour.calls = hour.calls.saturating_add(1);
        let most = limit.unwrap_or(5_000).max(1);
        let over = limit.is_some() && hour.calls > most;
        let left_ms = hour.since_ms + HOUR_MS - now_ms;
        Standing {
            waba_id: waba_id.to_owned(),
            percent: u32::try_from(u64::from(hour.calls) * 100 / u64::from(most))
                .unwrap_or(u32::MAX)
                .min(100),
            minutes: if over { (left_ms + 59_999) / 60_000 } else { 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_its_calls_and_the_next_one_too() {
        let usage = Usage::default();
        let call = |now: i64| usage.count("app", "waba", Some(2), now);
        assert_eq!((call(0).percent, call(1).is_over()), (50, false));
        let over = call(60_000);
        assert!(over.is_over());
        assert_eq!((over.percent, over.minutes), (100, 59));
        assert!(!usage.count("app", "other", Some(2), 1).is_over());
        assert!(!call(HOUR_MS).is_over());
    }
}
