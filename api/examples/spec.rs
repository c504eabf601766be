//! Prints the OpenAPI document: `cargo run -p bellbird-api --example spec > openapi.yaml`.

use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(std::io::stdout().write_all(bellbird_api::spec_yaml()?.as_bytes())?)
}
