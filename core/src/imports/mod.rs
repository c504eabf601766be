//! Imports: people out of the files that people make, CSV and XLSX in all their shapes.
//!
//! A file is read once when it comes ([`upload`]): what it is is seen in its bytes ([`reader`]), what cannot be read is
//! refused at once, and its rows are kept in one format of our own. Started ([`mod@start`]) with a [`mapping`] of its
//! columns, guessed or given, it is worked off by a job ([`run`]) in portions of a thousand rows, each in a transaction
//! that also moves the cursor, so that a million rows need no more memory than a thousand, and whoever dies in between
//! loses nothing and adds nobody twice. Rows that do not go in are kept with their reason and can be downloaded,
//! corrected and brought again. A dry run does all of it and keeps nothing.
//!
//! A small file may also go into a draft within one request ([`direct`]), by the same rules.

pub mod cells;
pub mod direct;
pub mod entity;
pub mod erase;
mod guess;
pub mod jobs;
pub mod mapping;
mod numbers;
mod portion;
pub mod preview;
pub mod queries;
pub mod reader;
pub mod reject_entity;
mod report;
mod rows;
pub mod run;
pub mod start;
pub mod state;
pub mod suppress;
pub mod tidy;
pub mod upload;
mod word;

pub use entity::{Entity, Model as Import};
pub use state::ImportStatus;
