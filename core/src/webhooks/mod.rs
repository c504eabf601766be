//! What messaging providers tell us, in our own words.

pub mod change;
