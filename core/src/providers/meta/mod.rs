//! Meta's WhatsApp Cloud API: the only place that knows its addresses, JSON and codes.
//!
//! [`client`] sends, `payload` writes what is sent, `answer` reads what comes back, [`webhook`] reads what Meta
//! posts to us after [`signature`] has vouched for it, and [`errors`] says what every code asks of us.

mod answer;
pub mod client;
pub mod errors;
pub mod errors_page;
mod fields;
mod inspect;
mod media;
mod numbers;
mod payload;
pub mod signature;
#[cfg(test)]
mod template_tests;
mod templates;
#[cfg(test)]
mod testing;
pub mod webhook;

pub use client::{MetaClient, MetaOptions};
pub use errors::rule;
pub use signature::{sign, verify_signature};
pub use webhook::parse;
