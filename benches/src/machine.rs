//! On what it was measured.

use crate::servers::Servers;
use serde::{Deserialize, Serialize};
use std::fs;
use std::process::Command;

/// The facts a number is worth nothing without.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// Of the processor.
    pub(crate) processor: String,
    /// For everything: servers, sandbox, processes.
    pub(crate) cores: usize,
    /// In GiB.
    pub(crate) memory_gib: u64,
    /// The operating system's.
    pub(crate) kernel: String,
    pub(crate) postgres: String,
    pub(crate) redis: String,
    pub(crate) rustc: String,
    /// The peer's.
    pub(crate) node: String,
    /// What was built.
    pub(crate) commit: String,
}

impl Machine {
    pub(crate) async fn look(servers: Option<&Servers>) -> Self {
        let (postgres, redis) = match servers {
            Some(servers) => servers.versions().await,
            None => Default::default(),
        };
        Self {
            processor: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".into()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: memory_gib(),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_string(),
            postgres,
            redis,
            rustc: said("rustc", &["--version"]),
            node: said("node", &["--version"]),
            commit: said("git", &["rev-parse", "--short", "HEAD"]),
        }
    }

    /// Whether that is this one, as far as `other` says.
    pub(crate) fn is_also(&self, other: &Self) -> bool {
        let known = |text: &String, mine: &String| if text.is_empty() { mine.clone() } else { text.clone() };
        let whole = Self {
            postgres: known(&other.postgres, &self.postgres),
            redis: known(&other.redis, &self.redis),
            node: known(&other.node, &self.node),
            ..other.clone()
        };
        *self == whole
    }
}

fn memory_gib() -> u64 {
    let total = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kib: u64 = total.trim_end_matches("kB").trim().parse().unwrap_or_default();
    (kib + 512 * 1_024) / (1_024 * 1_024)
}

/// The value of the first line `name: value`.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_string())
    })
}

/// What a command answers, or nothing when it is not here.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string()).unwrap_or_default()
}
