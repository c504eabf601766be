//! The clients that are generated from `openapi.yaml`, against a running Bellbird.

mod quickstarts;
mod rust;
