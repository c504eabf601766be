//! Who may speak for an organization, and what they may do there.

mod accounts;
mod approvals;
mod audit;
mod cookies;
mod guesses;
mod keys;
mod letters;
mod members;
mod permissions;
mod refreshing;
mod second_factor;
mod signing_in;
mod strangers;
mod tokens;
