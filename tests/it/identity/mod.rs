//! Who may speak for an organization, and what they may do there.

mod audit;
mod keys;
mod permissions;
mod strangers;
