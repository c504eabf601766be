//! What a failure means for the message: the provider's table says what kind it is, this says what follows.
//!
//! One policy for both doors: a code means the same whether it came in the answer or in a later status.

use crate::clock::Timestamp;
use crate::config::SendingConfig;
use crate::ids::MessageId;
use crate::senders::port::{Action, Failure, Rule};
use std::time::Duration;

/// What becomes of a message that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Try again, not before `until`.
    Hold {
        /// Not before this moment.
        until: Timestamp,
        /// A machine word.
        reason: &'static str,
    },
    /// It will not arrive.
    Fail,
    /// The person stopped marketing messages.
    OptOut,
}

/// Reasons to hold that count against a message's tries; the others are the provider's or our own haste.
pub const COUNTED_HOLDS: [&str; 2] = ["unreachable", "marketing_limit"];

/// Haste is forgiven this often before the message fails: a day of throttling at the longest wait.
const MOST_HASTY_ATTEMPTS: i32 = 200;
const LONGEST_THROTTLE: Duration = Duration::from_secs(1_200);
const LONGEST_PAIR_HOLD: Duration = Duration::from_secs(3_600);

/// The message that failed, as far as the policy cares.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Spreads retries: the same message always gets the same jitter, so the verdict does not depend on who asks.
    pub message: MessageId,
    /// Number of the attempt that failed.
    pub attempt: i32,
    /// Counted failures before this one.
    pub tries: i32,
    /// Give up after so many.
    pub max_attempts: i32,
    /// When it failed.
    pub at: Timestamp,
}

/// Decides what becomes of a message.
pub fn verdict(settings: &SendingConfig, rule: &Rule, failure: &Failure, case: &Case) -> Verdict {
    let more_tries = case.tries + 1 < case.max_attempts;
    match rule.action {
        Action::SuppressMarketing => Verdict::OptOut,
        Action::Unreachable if settings.unreachable_wait_ms > 0 && more_tries => {
            let first = Duration::from_millis(settings.unreachable_wait_ms);
            case.hold("unreachable", backoff(first, 2, case.tries, Duration::MAX))
        }
        Action::RetryInDays if settings.marketing_limit_wait_hours >= 24 && more_tries => {
            let first = Duration::from_secs(settings.marketing_limit_wait_hours * 3_600);
            case.hold("marketing_limit", backoff(first, 2, case.tries, Duration::MAX))
        }
        Action::HoldPair if case.attempt < MOST_HASTY_ATTEMPTS => {
            let first = rule.wait.unwrap_or(Duration::from_secs(6)).max(Duration::from_secs(6));
            case.hold("pair_rate", backoff(first, 4, case.attempt - 1, LONGEST_PAIR_HOLD))
        }
        Action::RetrySoon | Action::Throttle if case.attempt < MOST_HASTY_ATTEMPTS => {
            let first = Duration::from_millis(settings.throttle_wait_ms).max(rule.wait.unwrap_or_default());
            let wait = backoff(first, 2, case.attempt - 1, LONGEST_THROTTLE);
            case.hold("too_fast", failure.retry_after.unwrap_or_default().max(wait))
        }
        // The number or the account may not send: nobody's message is to blame, so it waits for the sender.
        Action::StopAccount | Action::PauseSender => case.hold("sender_paused", Duration::ZERO),
        _ => Verdict::Fail,
    }
}

/// True when the sender must stop until someone has looked.
pub fn pauses_sender(action: Action) -> bool {
    matches!(action, Action::StopAccount | Action::PauseSender)
}

fn backoff(first: Duration, factor: u32, step: i32, most: Duration) -> Duration {
    let step = u32::try_from(step).unwrap_or(0).min(12);
    first.saturating_mul(factor.saturating_pow(step)).min(most)
}

impl Case {
    fn hold(&self, reason: &'static str, wait: Duration) -> Verdict {
        // up to a tenth later, so that a crowd refused at one moment does not come back at one moment
        let jitter = wait / 10 * u32::try_from(self.message.spread() % 100).unwrap_or(0) / 100;
        Verdict::Hold { until: self.at.plus(wait + jitter), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::config::Config;
    use crate::secret::{Cipher, ExposeSecret};
    use std::collections::HashMap;

    fn settings() -> SendingConfig {
        let key = Cipher::generate_key().expose_secret().to_string();
        Config::from_parts(None, &HashMap::from([("BELLBIRD_SECRET_KEY".to_string(), key)])).unwrap().sending
    }

    fn judge(action: Action, attempt: i32, tries: i32) -> Option<Duration> {
        let rule = Rule { code: 1, title: "t", action, wait: None, plain: "p" };
        let failure = Failure { code: 1, subcode: None, title: "t".into(), detail: None, retry_after: None };
        let message = MessageId::new(&ManualClock::new(Timestamp(1)));
        let case = Case { message, attempt, tries, max_attempts: 3, at: Timestamp(0) };
        match verdict(&settings(), &rule, &failure, &case) {
            Verdict::Hold { until, .. } => Some(until.since(Timestamp(0))),
            _ => None,
        }
    }

    fn about(wait: Option<Duration>, seconds: u64) -> bool {
        wait.is_some_and(|w| w >= Duration::from_secs(seconds) && w <= Duration::from_secs(seconds) * 11 / 10)
    }

    #[test]
    fn a_marketing_limit_is_never_retried_within_a_day_and_the_gaps_grow() {
        assert!(about(judge(Action::RetryInDays, 1, 0), 24 * 3_600));
        assert!(about(judge(Action::RetryInDays, 2, 1), 48 * 3_600));
        assert_eq!(judge(Action::RetryInDays, 3, 2), None);
    }

    #[test]
    fn an_unreachable_number_gets_three_tries_minutes_apart() {
        assert!(about(judge(Action::Unreachable, 1, 0), 60));
        assert!(about(judge(Action::Unreachable, 2, 1), 120));
        assert_eq!(judge(Action::Unreachable, 3, 2), None);
    }

    #[test]
    fn a_pair_is_held_six_seconds_and_then_four_times_as_long_each_time() {
        assert!(about(judge(Action::HoldPair, 1, 0), 6));
        assert!(about(judge(Action::HoldPair, 2, 0), 24));
        assert!(about(judge(Action::HoldPair, 3, 0), 96));
    }

    #[test]
    fn haste_does_not_use_up_tries_and_what_cannot_be_mended_fails() {
        assert!(about(judge(Action::Throttle, 9, 2), 256));
        assert_eq!(judge(Action::Fail, 1, 0), None);
        assert_eq!(judge(Action::WindowClosed, 1, 0), None);
        assert_eq!(judge(Action::SuppressMarketing, 1, 0), None);
    }
}
