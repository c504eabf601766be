//! Reads the shared fixtures: recorded and composed payloads that are not part of this repository.

use std::path::PathBuf;

use serde_json::Value;

/// Where the fixtures are, if this machine has them.
pub(crate) fn fixtures() -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta"));
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: the shared fixtures are not on this machine");
    None
}

/// One fixture as JSON.
pub(crate) fn fixture(name: &str) -> Option<Value> {
    let bytes = std::fs::read(fixtures()?.join(name)).unwrap();
    Some(serde_json::from_slice(&bytes).unwrap())
}

/// All files of one folder, sorted by name.
pub(crate) fn folder(name: &str) -> Vec<(String, Vec<u8>)> {
    let Some(root) = fixtures() else { return Vec::new() };
    let mut files: Vec<_> = std::fs::read_dir(root.join(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}
