//! `bellbird demo` as people start it: it ends with the counts, and carries on where it was stopped.

use crate::support::process::Bellbird;
use std::collections::BTreeMap;
use tempfile::TempDir;

/// `demo` in a folder of its own, on a free port.
fn demo(folder: &TempDir, recipients: &str) -> Bellbird {
    let data = folder.path().display().to_string();
    let arguments = ["--port", "0", "--data-dir", &data, "--recipients", recipients, "--exit-when-done"];
    Bellbird::start_with("demo", &arguments, &BTreeMap::new())
}

/// The number before `word` in the last line.
fn number(log: &str, word: &str) -> u32 {
    let line = log.lines().rev().find(|line| line.starts_with("campaign cmp_")).expect("a last line");
    let before = line.split(word).next().expect("text before the word");
    let digits = before.trim().rsplit([' ', ',']).next().expect("a number before the word");
    digits.parse().unwrap_or_else(|_| panic!("no number before {word:?} in {line:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_has_a_final_state_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut demo = demo(&folder, "300");
    let status = demo.ended().await;
    assert!(status.success(), "{status}");
    let log = demo.log();
    assert_eq!(number(&log, "recipients"), 300);
    assert_eq!(number(&log, "without a final state"), 0);
    assert_eq!(number(&log, "delivered") + number(&log, "failed") + number(&log, "opted out"), 300);
    assert_eq!(log.matches("bb_").count(), 1, "the key is shown once");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_in_the_middle_it_carries_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = demo(&folder, "3000");
    first.says("3000 recipients: sent").await; // expanded, and not yet done: 1,000 a second at most
    let status = first.terminate().await;
    assert!(status.success(), "{status}");
    let before = first.log();
    assert!(number(&before, "without a final state") > 0, "stopped too late to show anything: {before}");
    let mut second = demo(&folder, "3000");
    second.says("carries on").await;
    let status = second.ended().await;
    assert!(status.success(), "{status}");
    let log = second.log();
    assert_eq!(number(&log, "recipients"), 3_000);
    assert_eq!(number(&log, "without a final state"), 0);
    assert_eq!(log.matches("bb_").count(), 0, "the key is not shown again");
}
