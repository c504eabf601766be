//! The audit log: every write by a person or a key, kept in the transaction of the write itself, so that there is none
//! without the other. Append-only: the database refuses to change or delete a row.
//!
//! What is kept is who (an id), what (the operation's name), on what (an id), when, and, where a use case says so, what
//! stood there before and after. Never a secret, and nothing about a customer but their id.

pub mod entity;
pub mod queries;
pub mod record;

pub use entity::{Entity, Model as AuditEvent};
pub use record::{Asked, record};
