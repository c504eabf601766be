//! Reproducible chance.
//!
//! Requests arrive in an order no seed can fix, so one shared generator would still differ from run to run.
//! Instead every decision is drawn from the seed *and* what it is about (number, recipient, opaque data).

/// A small deterministic generator (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Roll(u64);

impl Roll {
    /// A generator for the decision about `subject`.
    pub(crate) fn new(seed: u64, subject: &[&str]) -> Self {
        // FNV-1a over the parts, with a separator so that ("ab","c") and ("a","bc") differ.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ mix(seed);
        for part in subject {
            for byte in part.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Self(hash)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// True with the probability `ratio`; never for 0, always for 1.
    pub(crate) fn chance(&mut self, ratio: f64) -> bool {
        // 53 bits are what a double holds exactly.
        ((self.next() >> 11) as f64) < ratio * (1_u64 << 53) as f64
    }

    /// A number between `low` and `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        if high <= low { low } else { low + self.next() % (high - low + 1) }
    }
}

/// The output step of splitmix64: a bijection, so different inputs never collide.
pub(crate) fn mix(input: u64) -> u64 {
    let mut z = input;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_keeps_its_ratio_and_its_seed() {
        let hits = |seed| {
            (0..10_000).filter(|n| Roll::new(seed, &["to", &n.to_string()]).chance(0.25)).collect::<Vec<_>>()
        };
        assert!((2_300..2_700).contains(&hits(7).len()), "{}", hits(7).len());
        assert_eq!(hits(7), hits(7));
        assert_ne!(hits(7), hits(8));
        assert!(!Roll::new(1, &[]).chance(0.0));
        assert!(Roll::new(1, &[]).chance(1.0));
    }
}
