//! Outside services: a slice declares the trait, the adapter lives here.
