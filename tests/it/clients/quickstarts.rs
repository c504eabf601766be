//! The quickstarts of `docs/clients`, run as people run them: against `./dev demo`, with its address and its key.
//! `scripts/clients.sh` has generated the clients they speak through; `./dev test` calls it.

use crate::support::process::{Bellbird, target};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio::process::Command;

/// A quickstart takes two seconds, and longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Starts the demo, runs a quickstart against it, and looks at what it says.
async fn succeeds(mut quickstart: Command) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let arguments = ["--port", "0", "--data-dir", &data, "--recipients", "5"];
    let mut demo = Bellbird::start_with("demo", &arguments, &BTreeMap::new());
    demo.says("Still serving").await;
    let said = demo.log();
    let word = |part: &str| said.split_whitespace().find(|word| word.contains(part)).expect(part);
    let (url, _) = word("/api/v1/").split_once("/api/v1/").expect("an address of the API");

    quickstart.env("BELLBIRD_URL", url).env("BELLBIRD_KEY", word("bb_")).env("NO_PROXY", "127.0.0.1");
    quickstart.kill_on_drop(true);
    let ended = tokio::time::timeout(PATIENCE, quickstart.output()).await.expect("it ends");
    let ended = ended.unwrap_or_else(|error| panic!("{quickstart:?}: {error}; ./dev clients makes it"));
    let (told, wrong) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{}:\n{told}\n{wrong}", ended.status);
    for line in [
        "refused with 422: recipients[0].phone invalid_phone",
        "added 5 people",
        "completed: 5 sent, 5 delivered",
    ] {
        assert!(told.lines().any(|told| told == line), "it never said {line:?}:\n{told}");
    }
    assert_eq!(told.lines().filter(|line| line.contains("(+91")).count(), 5, "everybody, once:\n{told}");
    assert_eq!(told.lines().last(), Some("completed: 5 recipients, 5 delivered"));
    assert!(demo.terminate().await.success());
}

fn document(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../docs/clients", name].iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rust() {
    succeeds(Command::new(target().join("debug/examples/quickstart"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript() {
    let mut node = Command::new("node");
    node.arg(target().join("clients/typescript/quickstart.js"));
    succeeds(node).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn python() {
    let mut python = Command::new(target().join("tools/clients/python/bin/python"));
    python.arg(document("quickstart.py")).env("PYTHONPATH", target().join("clients/python"));
    succeeds(python).await;
}

#[test]
fn what_the_page_shows_is_what_the_quickstarts_say() {
    let read = |name: &str| std::fs::read_to_string(document(name)).expect("a file of docs/clients");
    let (page, mut shown) = (read("README.md"), 0);
    for language in ["ts", "py", "rs"] {
        let quickstart = read(&format!("quickstart.{language}"));
        let quickstart: Vec<_> = quickstart.lines().map(str::trim).collect();
        for block in page.split(&format!("```{language}\n")).skip(1) {
            for line in block.split("```").next().unwrap_or_default().lines().map(str::trim) {
                assert!(quickstart.contains(&line), "quickstart.{language} does not say {line:?}");
                shown += 1;
            }
        }
    }
    assert!(shown > 5, "the page shows {shown} lines");
}
