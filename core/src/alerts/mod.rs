//! Alerts: what happened to an account or a number that people should know, in plain words, until somebody has seen it.

pub mod acknowledge;
pub mod entity;
pub mod queries;
pub mod raise;

pub use entity::{Entity, Model as Alert};
pub use raise::{NewAlert, raise};

use crate::words::words;

words! {
    /// How bad it is.
    pub enum Severity {
        /// Good to know.
        Info = "info",
        /// Something will go wrong if nobody looks.
        Warning = "warning",
        /// Something goes wrong now.
        Critical = "critical",
    }
}
