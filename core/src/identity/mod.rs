//! Who may speak for an organization, and what they may do there: API keys and their scopes, people and their roles.

pub mod api_keys;
pub mod entity;
mod key_text;
pub mod roles;

pub use api_keys::{NewKey, authenticate, create_key};
pub use roles::{Grants, Permission, Role};
