//! A sender whose requests keep ending in doubt rests, so that an outage at the provider costs a handful of unknown
//! outcomes and not thousands.

use bellbird_core::clock::{Clock, Timestamp};
use bellbird_core::config::SendingConfig;
use bellbird_core::ids::SenderId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long to stay away while another request finds out how the provider is.
const PROBE_WAIT: Duration = Duration::from_millis(200);

#[derive(Debug, Default, Clone, Copy)]
struct State {
    in_a_row: u32,
    /// Requests under way.
    under_way: u32,
    rests_until: Option<Timestamp>,
}

/// One breaker per sender, in this process.
#[derive(Clone)]
pub(crate) struct Breakers {
    states: Arc<Mutex<HashMap<SenderId, State>>>,
    clock: Arc<dyn Clock>,
    after: u32,
    rest: Duration,
}

/// The right to make one request; dropped without a word, it says nothing about the provider.
pub(crate) struct Pass {
    breakers: Breakers,
    sender: SenderId,
    in_doubt: Option<bool>,
}

impl Pass {
    /// Tells how the request ended; `None`: nothing was learned about the provider.
    pub(crate) fn ended(mut self, in_doubt: Option<bool>) {
        self.in_doubt = in_doubt;
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.breakers.leave(self.sender, self.in_doubt);
    }
}

impl Breakers {
    pub(crate) fn new(clock: Arc<dyn Clock>, settings: &SendingConfig) -> Self {
        Self {
            states: Arc::default(),
            clock,
            after: settings.breaker_after.max(1),
            rest: Duration::from_millis(settings.breaker_rest_ms),
        }
    }

    /// Asks to make a request; `Err`: how long to stay away. After doubt, no more requests are under way at once than
    /// are left before the breaker opens.
    pub(crate) fn enter(&self, sender: SenderId) -> Result<Pass, Duration> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(sender).or_default();
        if let Some(until) = state.rests_until {
            let left = until.since(self.clock.now());
            if !left.is_zero() {
                return Err(left);
            }
            // one request finds out whether it is over
            state.rests_until = None;
            state.in_a_row = self.after - 1;
        }
        if state.in_a_row > 0 && state.under_way >= self.after.saturating_sub(state.in_a_row).max(1) {
            return Err(PROBE_WAIT);
        }
        state.under_way += 1;
        Ok(Pass { breakers: self.clone(), sender, in_doubt: None })
    }

    fn leave(&self, sender: SenderId, in_doubt: Option<bool>) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(sender).or_default();
        state.under_way = state.under_way.saturating_sub(1);
        match in_doubt {
            Some(true) => state.in_a_row += 1,
            Some(false) => state.in_a_row = 0,
            None => {}
        }
        if state.in_a_row >= self.after && state.rests_until.is_none() {
            state.rests_until = Some(self.clock.now().plus(self.rest));
            tracing::warn!(%sender, rest_ms = self.rest.as_millis(), "answers in doubt in a row: the sender rests");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellbird_core::clock::ManualClock;

    #[test]
    fn doubt_narrows_then_opens_and_one_good_answer_closes() {
        let clock = Arc::new(ManualClock::new(Timestamp(1_000)));
        let sender = SenderId::new(clock.as_ref());
        let breakers = Breakers {
            states: Arc::default(),
            clock: clock.clone(),
            after: 5,
            rest: Duration::from_secs(30),
        };
        for _ in 0..5 {
            breakers.enter(sender).unwrap_or_else(|_| panic!("closed")).ended(Some(true));
        }
        assert_eq!(breakers.enter(sender).err(), Some(Duration::from_secs(30)));
        clock.advance(Duration::from_secs(30));
        let probe = breakers.enter(sender).unwrap_or_else(|_| panic!("closed"));
        assert!(breakers.enter(sender).is_err(), "one probe at a time");
        probe.ended(Some(false));
        let passes: Vec<_> = (0..50).map(|_| breakers.enter(sender)).collect();
        assert!(passes.iter().all(Result::is_ok));
        drop(passes);
        assert!(breakers.enter(sender).is_ok(), "dropped passes leave nothing behind");
    }
}
