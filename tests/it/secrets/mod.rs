//! Secrets: they open in their place only, their keys change while everything runs, and nothing ever says them.

mod leaks;
mod places;
mod registry;
mod rotation;
mod starting;
