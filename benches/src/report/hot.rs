//! What criterion measured.

use crate::Outcome;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Names and medians in nanoseconds, as criterion left them (`<name>/new/estimates.json`).
pub(super) fn read(folder: &Path) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    gather(folder, &mut found);
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn gather(folder: &Path, found: &mut Vec<(String, f64)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let json = |name: &str| -> Option<Value> {
            serde_json::from_str(&fs::read_to_string(path.join("new").join(name)).ok()?).ok()
        };
        let median = json("estimates.json").and_then(|all| all["median"]["point_estimate"].as_f64());
        let name = json("benchmark.json").and_then(|all| all["title"].as_str().map(str::to_string));
        match (name, median) {
            (Some(name), Some(median)) => found.push((name, median)),
            _ => gather(&path, found),
        }
    }
}

pub(super) fn table(hot: &[(String, f64)], text: &mut String) -> Outcome {
    writeln!(text, "\n## Hot functions\n\nOn one core, by criterion.\n\n| Function | Median |\n|---|---|")?;
    if hot.is_empty() {
        writeln!(text, "| all | not measured |")?;
    }
    for (name, ns) in hot {
        let time = match ns {
            ns if *ns >= 1e6 => format!("{:.2} ms", ns / 1e6),
            ns if *ns >= 1e3 => format!("{:.2} µs", ns / 1e3),
            ns => format!("{ns:.0} ns"),
        };
        writeln!(text, "| {name} | {time} |")?;
    }
    Ok(())
}
