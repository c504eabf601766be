//! Plans: how much an organization may use. An organization without a plan may use everything, which is what an
//! installation of one's own wants; whoever runs Bellbird for others gives each organization a plan.
//!
//! A limit is asked in the transaction that would use more, with the organization's row locked, so that of two who take
//! the last place at once one is refused. What is there already stays, whatever plan comes.

pub mod catalog;
pub mod entity;
pub mod limits;
pub mod trial;
pub mod usage;

pub use entity::{Entity, Model as Plan};

crate::words::words! {
    /// What a plan counts.
    pub enum Limit {
        /// People, those invited included.
        Members = "members",
        /// WhatsApp numbers.
        Senders = "senders",
        /// Working API keys.
        ApiKeys = "api_keys",
        /// Products of the catalog.
        Products = "products",
        /// Bytes of files kept. What customers send is kept in any case, and counts.
        StorageBytes = "storage_bytes",
    }
}
