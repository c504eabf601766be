//! Running an installation for many organizations. These operations are for its administrators only (`PlatformAuth`).

pub mod objects;
pub mod organizations;
pub mod plans;
