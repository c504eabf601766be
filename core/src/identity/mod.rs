//! Who may speak for an organization. So far: API keys.

pub mod api_keys;
pub mod entity;

pub use api_keys::{NewKey, authenticate, create_key};
