//! Single messages: sent, quoted, reacted to, and marked as read.

mod addresses;
mod kinds;
mod receipts;
mod sending;
