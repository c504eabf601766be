//! Senders: the business numbers an organization sends from, and the door through which messages leave.

pub mod port;
