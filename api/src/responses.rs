//! Answers of operations that are not repeated by `Idempotency-Key`.

use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use poem_openapi::types::{ParseFromJSON, ToJSON};

/// It was understood, and will be done.
#[derive(ApiResponse)]
pub enum Accepted<T: ParseFromJSON + ToJSON + Send + Sync> {
    /// It was understood, and will be done.
    #[oai(status = 202)]
    Accepted(Json<T>),
}

/// It is done, and there is nothing to say.
#[derive(ApiResponse, Debug, Clone, Copy)]
pub enum Gone {
    /// It is done, and there is nothing to say.
    #[oai(status = 204)]
    Gone,
}
