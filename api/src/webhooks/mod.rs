//! What providers post to us: verified, kept, acknowledged; applied later by the worker.

pub mod failed;
pub mod gather;
pub mod whatsapp;
