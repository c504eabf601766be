//! The queue's conformance suite: one meaning, two stores, and the stock backend's known failures beside it.

mod conformance;
mod faults;
mod lab;
mod lanes;
mod server;
mod stock;
