//! Who may know whom: `web → openapi.yaml → api → core ← worker`; inside core, slices name no provider.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file below a folder, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    assert!(!paths.is_empty(), "{folder} has no sources");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).expect("below the root").display().to_string();
        (name, fs::read_to_string(&path).expect("a readable file"))
    };
    paths.into_iter().map(read).collect()
}

/// The code of a file: without comments, and without its own tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// What a crate's manifest lets it use, outside its tests.
fn dependencies(package: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).expect("a manifest");
    let mut section = String::new();
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_string();
        } else if (section == "dependencies" || section.ends_with(".dependencies"))
            && let Some((name, _)) = line.split_once('=')
        {
            found.insert(name.trim().split('.').next().unwrap_or_default().to_string());
        }
    }
    assert!(!found.is_empty(), "{package} depends on nothing?");
    found
}

fn ours(package: &str) -> Vec<String> {
    dependencies(package).into_iter().filter(|name| name.starts_with("bellbird")).collect()
}

#[test]
fn crates_know_only_those_the_arrows_point_at() {
    assert_eq!(ours("migration"), [""; 0], "migrations depend on nothing of ours");
    assert_eq!(ours("core"), [""; 0], "core knows neither api nor worker");
    assert_eq!(ours("sandbox"), [""; 0], "the sandbox judges us from outside");
    assert_eq!(ours("clients/rust"), [""; 0], "a client knows openapi.yaml and nothing else");
    assert_eq!(ours("api"), ["bellbird-core"]);
    assert_eq!(ours("worker"), ["bellbird-core"]);
    let core = dependencies("core");
    assert!(!core.contains("poem"), "core knows no HTTP framework");
}

#[test]
fn no_crate_names_one_it_may_not_know() {
    for (package, forbidden) in [
        (
            "core/src",
            ["bellbird_api", "bellbird_worker", "bellbird_sandbox", "bellbird_migration"].as_slice(),
        ),
        ("api/src", &["bellbird_worker", "bellbird_sandbox", "bellbird_migration"]),
        ("worker/src", &["bellbird_api", "bellbird_sandbox", "bellbird_migration", "poem"]),
        ("sandbox/src", &["bellbird_core", "bellbird_api", "bellbird_worker"]),
        ("migration/src", &["bellbird_core"]),
    ] {
        for (file, text) in sources(package) {
            let code = code(&text);
            for name in forbidden {
                assert!(!code.contains(name), "{file} names {name}");
            }
        }
    }
}

#[test]
fn core_speaks_of_http_documents_only_behind_its_feature() {
    let manifest = fs::read_to_string(root().join("core/Cargo.toml")).unwrap();
    let line = manifest.lines().find(|line| line.starts_with("poem-openapi")).expect("the dependency");
    assert!(line.contains("optional = true"), "{line}");
    for (file, text) in sources("core/src") {
        let behind = file.ends_with("openapi.rs") || code(&text).contains("feature = \"openapi\"");
        assert!(!code(&text).contains("poem") || behind, "{file} names poem outside the feature openapi");
    }
}

#[test]
fn no_slice_names_a_provider() {
    for (file, text) in sources("core/src") {
        let shared = ["core/src/providers", "core/src/startup.rs", "core/src/lib.rs"];
        if shared.iter().any(|path| file.starts_with(path)) {
            continue;
        }
        assert!(!code(&text).contains("providers::"), "{file} names a provider");
    }
}

#[test]
fn the_api_holds_no_query() {
    for (file, text) in sources("api/src") {
        let code = code(&text);
        for word in ["sea_orm", "SELECT ", "UPDATE ", "INSERT INTO"] {
            assert!(!code.contains(word), "{file} holds a query: {word}");
        }
    }
}

#[test]
fn time_comes_from_the_clock() {
    for package in ["core/src", "api/src", "worker/src"] {
        for (file, text) in sources(package) {
            let code = code(&text);
            let reads = ["Utc::now", "SystemTime::now"].iter().any(|word| code.contains(word));
            assert!(!reads || file == "core/src/clock.rs", "{file} reads the machine's clock");
        }
    }
}

#[test]
fn a_slice_does_not_reach_up() {
    // core/src/lib.rs names this order; a slice may use those before it
    let order = [
        "identity",
        "organizations",
        "plans",
        "policy",
        "customers",
        "consent",
        "pricing",
        "alerts",
        "senders",
        "templates",
        "messages",
        "webhooks",
        "campaigns",
        "imports",
        "jobs",
        "subscriptions",
        "platform",
        "audit",
    ];
    let allowed = [
        // the ledger is told about changes in the webhook's own words, and the opposite way they are applied
        ("messages", "webhooks"),
        // who is written down may bring their word on marketing along
        ("customers", "consent"),
        // a key belongs to an organization that must be there
        ("identity", "organizations"),
        // a plan counts people and keys, and who registers begins with one
        ("identity", "plans"),
        // what people do with their accounts is in the audit log, too
        ("identity", "audit"),
        // so is who acts in somebody's name
        ("platform", "audit"),
    ];
    for (place, slice) in order.iter().enumerate() {
        for (file, text) in sources(&format!("core/src/{slice}")) {
            let code = code(&text);
            for higher in &order[place + 1..] {
                let named = code.contains(&format!("crate::{higher}::"))
                    || code.contains(&format!("use crate::{higher};"));
                assert!(!named || allowed.contains(&(slice, higher)), "{file} reaches up to {higher}");
            }
        }
    }
}
