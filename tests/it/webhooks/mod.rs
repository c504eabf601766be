//! What Meta posts: who is believed, what is kept, and what it changes.

mod content;
mod door;
mod fixtures;
mod people;
