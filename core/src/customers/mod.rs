//! Customers: the people an organization can message. A person is known by phone, by BSUID, or by both.

pub mod edit;
pub mod entity;
pub mod erase;
pub mod meet;
pub mod merge;
pub mod named;
pub mod queries;
pub mod tag_entity;
pub mod tell;

pub use edit::{Upsert, upsert};
pub use entity::{Entity, Model as Customer};
