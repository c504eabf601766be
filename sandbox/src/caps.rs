//! Marketing that Meta does not deliver: to people who have had enough, and to the United States.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Area codes of +1 outside the United States: Canada, the Caribbean, and those of no country.
const NOT_US: &[u16] = &[
    204, 226, 236, 242, 246, 249, 250, 257, 263, 264, 268, 284, 289, 306, 343, 345, 354, 365, 367, 368, 382,
    387, 403, 416, 418, 428, 431, 437, 438, 441, 450, 460, 468, 473, 474, 506, 514, 519, 548, 579, 581, 584,
    587, 600, 604, 613, 622, 633, 639, 644, 647, 649, 655, 658, 664, 672, 677, 683, 688, 705, 709, 721, 742,
    753, 758, 767, 778, 780, 782, 784, 807, 809, 819, 825, 829, 849, 867, 868, 869, 873, 876, 879, 902, 905,
    942,
];

/// Whether a number is one of the United States.
pub(crate) fn is_us(wa_id: &str) -> bool {
    let area = wa_id.strip_prefix('1').filter(|rest| rest.len() == 10).and_then(|rest| rest.get(..3));
    area.and_then(|area| area.parse().ok()).is_some_and(|area: u16| NOT_US.binary_search(&area).is_err())
}

/// How much marketing people have had.
#[derive(Debug, Default)]
pub(crate) struct MarketingCap(Mutex<HashMap<String, Had>>);

#[derive(Debug, Default)]
struct Had {
    at_ms: VecDeque<i64>,
    /// Nothing is delivered before.
    blocked_until_ms: i64,
}

impl MarketingCap {
    /// Counts a message to a person; false if they have had enough. Each refusal makes it longer.
    pub(crate) fn admit(&self, person: &str, per_day: u32, now_ms: i64) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let had = all.entry(person.to_owned()).or_default();
        while had.at_ms.front().is_some_and(|at| now_ms - at >= DAY_MS) {
            had.at_ms.pop_front();
        }
        if now_ms < had.blocked_until_ms || had.at_ms.len() >= usize::try_from(per_day).unwrap_or(usize::MAX)
        {
            had.blocked_until_ms = now_ms + DAY_MS;
            return false;
        }
        had.at_ms.push_back(now_ms);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_codes_tell_the_united_states_from_the_rest() {
        assert!(NOT_US.is_sorted());
        assert!(is_us("12125551234") && is_us("16505551234"));
        assert!(!is_us("14165551234"), "Toronto");
        assert!(!is_us("18765551234"), "Jamaica");
        assert!(!is_us("4915112345678") && !is_us("1"));
    }

    #[test]
    fn trying_again_makes_it_longer() {
        let cap = MarketingCap::default();
        assert!(cap.admit("49", 2, 0) && cap.admit("49", 2, 1));
        assert!(!cap.admit("49", 2, DAY_MS - 1));
        assert!(cap.admit("50", 2, 2));
        assert!(!cap.admit("49", 2, DAY_MS + 10), "the try before was less than a day ago");
        assert!(cap.admit("49", 2, 2 * DAY_MS + 11));
    }
}
