//! Bellbird.
