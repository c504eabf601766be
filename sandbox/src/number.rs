//! A number with what the running sandbox keeps about it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value, json};

use crate::{
    bucket::{Bucket, Rate},
    world::PhoneNumber,
};

/// Registrations count for so long, and so many are allowed.
const REGISTER_MS: i64 = 72 * 60 * 60 * 1_000;
const REGISTER_MAX: usize = 10;

#[derive(Debug)]
pub(crate) struct LiveNumber {
    pub(crate) id: Arc<str>,
    pub(crate) spec: PhoneNumber,
    bucket: Mutex<Bucket>,
    state: Mutex<State>,
}

/// What the business changes about its number.
#[derive(Debug, Default)]
struct State {
    deregistered: bool,
    pin: Option<String>,
    registered_at_ms: VecDeque<i64>,
    webhook: Option<Arc<str>>,
    profile: Map<String, Value>,
    commerce: Map<String, Value>,
}

impl LiveNumber {
    pub(crate) fn new(spec: PhoneNumber) -> Self {
        let id = spec.id.as_str().into();
        Self { id, spec, bucket: Mutex::default(), state: Mutex::default() }
    }

    /// Takes one message out of the number's throughput.
    pub(crate) fn take(&self, now_us: i64) -> bool {
        let rate = Rate::per_second(self.spec.mps, self.spec.burst.unwrap_or(self.spec.mps));
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(rate, now_us).is_ok()
    }

    pub(crate) fn is_registered(&self) -> bool {
        !self.state().deregistered
    }

    /// Registers the number, or says which code refuses it.
    pub(crate) fn register(&self, pin: &str, now_ms: i64) -> Result<(), u32> {
        let mut state = self.state();
        while state.registered_at_ms.front().is_some_and(|at| now_ms - at >= REGISTER_MS) {
            state.registered_at_ms.pop_front();
        }
        if state.registered_at_ms.len() >= REGISTER_MAX {
            return Err(133_016);
        }
        state.registered_at_ms.push_back(now_ms);
        if state.pin.as_deref().is_some_and(|known| known != pin) {
            return Err(133_005);
        }
        state.pin = Some(pin.to_owned());
        state.deregistered = false;
        Ok(())
    }

    pub(crate) fn deregister(&self) {
        self.state().deregistered = true;
    }

    pub(crate) fn set_pin(&self, pin: &str) {
        self.state().pin = Some(pin.to_owned());
    }

    /// Where webhooks of this number go instead of its account's or app's address.
    pub(crate) fn webhook(&self) -> Option<Arc<str>> {
        self.state().webhook.clone()
    }

    pub(crate) fn set_webhook(&self, url: Option<&str>) {
        self.state().webhook = url.map(Arc::from);
    }

    pub(crate) fn profile(&self) -> Map<String, Value> {
        let mut profile = self.state().profile.clone();
        profile.insert("messaging_product".into(), "whatsapp".into());
        profile
    }

    pub(crate) fn change_profile(&self, changes: Map<String, Value>) {
        self.state().profile.extend(changes);
    }

    /// The settings of its shop: a cart, as everybody has, and a catalog that nobody sees yet.
    pub(crate) fn commerce(&self) -> Value {
        let mut shown = json!({"is_cart_enabled": true, "is_catalog_visible": false, "id": &*self.id});
        if let Some(shown) = shown.as_object_mut() {
            shown.extend(self.state().commerce.clone());
        }
        shown
    }

    pub(crate) fn change_commerce(&self, name: &str, value: bool) {
        self.state().commerce.insert(name.to_owned(), value.into());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registering_needs_the_pin_and_has_a_limit() {
        let number = LiveNumber::new(PhoneNumber::new("1", "2", "3", "t"));
        assert_eq!(number.register("123456", 0), Ok(()));
        assert_eq!(number.register("654321", 0), Err(133_005));
        number.deregister();
        assert!(!number.is_registered());
        (0..8).for_each(|_| assert_eq!(number.register("123456", 0), Ok(())));
        assert_eq!(number.register("123456", 0), Err(133_016));
        assert_eq!(number.register("123456", REGISTER_MS), Ok(()));
    }
}
