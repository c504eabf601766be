//! Token buckets, kept as the time at which the bucket would be full again (GCRA): one number of memory each.
//!
//! They follow wall time, so that a moved clock fills them. Times are microseconds since 1970.

const SECOND_US: i64 = 1_000_000;

/// How fast a bucket refills and how much it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// Time one token takes to come back.
    pub(crate) per_token_us: i64,
    /// Tokens a full bucket holds.
    pub(crate) burst: u32,
}

impl Rate {
    pub(crate) fn per_second(tokens: u32, burst: u32) -> Self {
        Self { per_token_us: (SECOND_US / i64::from(tokens.max(1))).max(1), burst: burst.max(1) }
    }
}

/// One bucket; new ones are full.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bucket {
    full_at_us: i64,
}

impl Bucket {
    /// Takes one token, or says how many microseconds until there is one.
    pub(crate) fn take(&mut self, rate: Rate, now_us: i64) -> Result<(), i64> {
        let full_at_us = self.full_at_us.max(now_us) + rate.per_token_us;
        let behind = full_at_us - now_us;
        let room = rate.per_token_us * i64::from(rate.burst);
        if behind > room {
            return Err(behind - room);
        }
        self.full_at_us = full_at_us;
        Ok(())
    }

    /// Whether forgetting this bucket would change nothing.
    pub(crate) fn is_full(&self, now_us: i64) -> bool {
        self.full_at_us <= now_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let rate = Rate::per_second(80, 80);
        let mut bucket = Bucket::default();
        let taken =
            |bucket: &mut Bucket, now| (0..1_000).take_while(|_| bucket.take(rate, now).is_ok()).count();
        assert_eq!(taken(&mut bucket, 0), 80);
        assert_eq!(taken(&mut bucket, 0), 0);
        assert_eq!(taken(&mut bucket, SECOND_US / 2), 40);
        assert!(!bucket.is_full(SECOND_US * 6 / 10));
        assert_eq!(taken(&mut bucket, 60 * SECOND_US), 80);
    }

    #[test]
    fn a_refusal_names_the_wait() {
        let rate = Rate { per_token_us: 6 * SECOND_US, burst: 1 };
        let mut bucket = Bucket::default();
        assert!(bucket.take(rate, 0).is_ok());
        assert_eq!(bucket.take(rate, 2 * SECOND_US), Err(4 * SECOND_US));
        assert!(bucket.take(rate, 6 * SECOND_US).is_ok());
    }
}
