//! Generates the client from the committed `openapi.yaml`, on a copy that says it the way progenitor can read it.

use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::Value;
use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The published document, seen from this crate.
const DOCUMENT: &str = "../../openapi.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    println!("cargo::rerun-if-changed=build.rs");
    let mut document: Value = serde_yaml_ng::from_str(&fs::read_to_string(DOCUMENT)?)?;
    say_it_for_progenitor(&mut document);
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder).with_map_type("::std::collections::BTreeMap");
    let code = Generator::new(&settings).generate_tokens(&serde_json::from_value(document)?)?;
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    fs::write(Path::new(&out).join("client.rs"), code.to_string())?;
    Ok(())
}

/// Progenitor types an error's body only where it is `application/json`. The media type of an answer is never looked at
/// by what it generates, so the server may go on sending `application/problem+json`. And it stops at an operation
/// that takes a file, so those are left out.
fn say_it_for_progenitor(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(say_it_for_progenitor),
        Value::Object(object) => {
            if let Some(Value::Object(content)) = object.get_mut("content")
                && let Some(problem) = content.remove("application/problem+json")
            {
                content.insert("application/json".into(), problem);
            }
            if let Some(Value::Object(paths)) = object.get_mut("paths") {
                for operations in paths.values_mut().filter_map(Value::as_object_mut) {
                    operations.retain(|_, operation| match operation.pointer("/requestBody/content") {
                        Some(content) => content.get("application/json").is_some(),
                        None => true,
                    });
                }
            }
            object.values_mut().for_each(say_it_for_progenitor);
        }
        _ => {}
    }
}
