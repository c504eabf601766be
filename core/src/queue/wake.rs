//! Waking idle workers of this process.

use std::sync::{Mutex, PoisonError};
use std::task::{Context, Waker};

/// Wakes every idle worker of one lane in this process.
///
/// A generation number makes a lost wake-up impossible: a worker that was busy when the call came sees that the
/// number has moved when it next looks, instead of having missed an edge.
#[derive(Debug, Default)]
pub struct Wake(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    generation: u64,
    sleepers: Vec<Waker>,
}

impl Wake {
    /// Wakes all sleepers and lets the busy ones look once more before they sleep.
    pub fn notify(&self) {
        let sleepers = {
            // The state is a counter and a list: whole after any panic, so poison carries no news.
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.generation += 1;
            std::mem::take(&mut state.sleepers)
        };
        sleepers.into_iter().for_each(Waker::wake);
    }

    /// True when somebody called since `seen`; otherwise the task of `cx` is remembered for the next call.
    pub(super) fn changed(&self, cx: &Context<'_>, seen: &mut u64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.generation != *seen {
            *seen = state.generation;
            return true;
        }
        if !state.sleepers.iter().any(|sleeper| sleeper.will_wake(cx.waker())) {
            state.sleepers.push(cx.waker().clone());
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_before_the_look_is_not_lost() {
        let wake = Wake::default();
        let cx = Context::from_waker(Waker::noop());
        let mut seen = 0;
        assert!(!wake.changed(&cx, &mut seen));
        wake.notify();
        assert!(wake.changed(&cx, &mut seen));
        assert!(!wake.changed(&cx, &mut seen));
    }
}
