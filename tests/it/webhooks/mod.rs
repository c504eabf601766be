//! What Meta posts: who is believed, what is kept, and what it changes.

mod content;
mod door;
mod effects;
mod fixtures;
mod hostile;
mod identity;
mod people;
mod standing;
mod told;
