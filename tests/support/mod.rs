//! Helpers of the integration tests.

pub(crate) mod acts;
pub(crate) mod app;
pub(crate) mod backend;
pub(crate) mod client;
pub(crate) mod operations;
pub(crate) mod post;
pub(crate) mod process;
pub(crate) mod servers;
pub(crate) mod shop;
pub(crate) mod wait;
