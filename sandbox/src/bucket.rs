//! Token buckets, kept as the time at which the bucket would be full again (GCRA): one instant of memory each.

use std::time::Duration;

use tokio::time::Instant;

/// How fast a bucket refills and how much it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// Time one token takes to come back.
    pub(crate) per_token: Duration,
    /// Tokens a full bucket holds.
    pub(crate) burst: u32,
}

impl Rate {
    pub(crate) fn per_second(tokens: u32, burst: u32) -> Self {
        Self { per_token: Duration::from_secs(1) / tokens.max(1), burst: burst.max(1) }
    }
}

/// One bucket; new ones are full.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bucket {
    full_at: Option<Instant>,
}

impl Bucket {
    /// Takes one token, or says how long until there is one.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.map_or(now, |at| at.max(now)) + rate.per_token;
        let behind = full_at - now;
        let room = rate.per_token * rate.burst;
        if behind > room {
            return Err(behind - room);
        }
        self.full_at = Some(full_at);
        Ok(())
    }

    /// Whether forgetting this bucket would change nothing.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.full_at.is_none_or(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let rate = Rate::per_second(80, 80);
        let start = Instant::now();
        let mut bucket = Bucket::default();
        let taken =
            |bucket: &mut Bucket, now| (0..1_000).take_while(|_| bucket.take(rate, now).is_ok()).count();
        assert_eq!(taken(&mut bucket, start), 80);
        assert_eq!(taken(&mut bucket, start), 0);
        assert_eq!(taken(&mut bucket, start + Duration::from_millis(500)), 40);
        assert!(!bucket.is_full(start + Duration::from_millis(600)));
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(60)), 80);
    }

    #[test]
    fn a_refusal_names_the_wait() {
        let rate = Rate { per_token: Duration::from_secs(6), burst: 1 };
        let start = Instant::now();
        let mut bucket = Bucket::default();
        assert!(bucket.take(rate, start).is_ok());
        assert_eq!(bucket.take(rate, start + Duration::from_secs(2)), Err(Duration::from_secs(4)));
        assert!(bucket.take(rate, start + Duration::from_secs(6)).is_ok());
    }
}
