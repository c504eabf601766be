//! Faults: real processes on Postgres and Redis are killed, their servers restarted and emptied, and campaigns steered
//! while several workers send. Afterwards every row is compared with the sandbox's ledger of what it accepted.
//!
//! What is promised, and asserted by [`audit`]: of those whose request was under way at a kill the outcome may stay
//! unknown, never more; everyone else is accepted exactly once; and when all is settled every row says the truth.
//! Each test prints its counts, also when it passes.

mod audience;
mod audit;
mod claims;
mod control;
mod crowd;
mod imports;
mod keys;
mod kills;
mod stores;
mod tap;
mod world;
