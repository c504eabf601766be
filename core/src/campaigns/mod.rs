//! Campaigns: one template to many people, ending with a true answer for every one of them.
//!
//! A campaign's recipients are rows of the ledger (`messages`), one per person. Drafting writes them as `planned`;
//! launching is one compare-and-set; [`expand`] resolves and freezes every recipient's variables; from then on the
//! ledger alone knows what is to be done, and [`finish`] notices when nothing is.

pub mod approval_entity;
pub mod approvals;
pub mod audience;
pub mod autopause;
pub mod bounds;
pub mod control;
pub mod cost;
pub mod edit;
pub mod entity;
pub mod expand;
mod files;
pub mod finish;
pub mod forget;
pub mod jobs;
pub mod launch;
pub mod outcome;
pub mod pool;
pub mod preflight;
pub mod queries;
pub mod recipients;
pub mod retarget;
pub mod retry;
pub mod schedule;
pub mod state;
pub mod stats;
mod whom;
pub mod words_for;

pub use entity::{Entity, Model as Campaign};
pub use state::CampaignStatus;
