//! Processes that are measured: started with settings of ours and nothing else, watched through `/proc`, stopped.

use crate::wait::until;
use crate::{Failure, Outcome};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::NamedTempFile;

/// How often we look.
const GLANCE: Duration = Duration::from_millis(10);
/// Nothing a process is asked to do takes this long unless it never happens.
const PATIENCE: Duration = Duration::from_secs(60);
/// The kernel counts processor time in hundredths of a second (`USER_HZ`, proc(5)).
const TICKS: f64 = 100.0;

/// Settings of a process.
pub(crate) type Env = BTreeMap<String, String>;

/// A running process; it is killed when the value goes.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: String,
    said: NamedTempFile,
    log: NamedTempFile,
}

impl Process {
    pub(crate) fn start(program: &Path, arguments: &[&str], env: &Env) -> Outcome<Self> {
        let (said, log) = (NamedTempFile::new()?, NamedTempFile::new()?);
        let output = |file: &NamedTempFile| -> Outcome<Stdio> {
            Ok(File::options().append(true).open(file.path())?.into())
        };
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("NO_COLOR", "1")
            .envs(env)
            .stdin(Stdio::null())
            .stdout(output(&said)?)
            .stderr(output(&log)?)
            .spawn()
            .map_err(|error| missing(program, &error))?;
        let name = format!("{} {}", program.display(), arguments.first().unwrap_or(&""));
        Ok(Self { child, name, said, log })
    }

    /// What it wrote to its standard output so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.said.path()).unwrap_or_default()
    }

    /// Fails with its last words when it has ended.
    pub(crate) fn is_well(&mut self) -> Outcome {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(self.last_words(&format!("ended with {status}"))),
        }
    }

    /// Waits until a process of ours answers 200 there.
    pub(crate) async fn is_ready(&mut self, url: &str) -> Outcome {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
        until(PATIENCE, GLANCE, "a process to be ready", async || {
            self.is_well()?;
            let answer = http.get(url).send().await;
            Ok(answer.is_ok_and(|answer| answer.status().is_success()).then_some(()))
        })
        .await
    }

    /// Waits until it has ended by itself, and gives what it wrote.
    pub(crate) async fn ended(&mut self, limit: Duration) -> Outcome<String> {
        let status = until(limit, GLANCE, "a process to end", async || Ok(self.child.try_wait()?)).await?;
        if status.success() { Ok(self.said()) } else { Err(self.last_words(&format!("ended with {status}"))) }
    }

    /// SIGTERM, and waits until it is gone.
    pub(crate) async fn terminate(&mut self) -> Outcome {
        if self.child.try_wait()?.is_none() {
            // std sends no signal but KILL; `kill` is everywhere
            Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status()?;
        }
        until(PATIENCE, GLANCE, "a process to stop", async || Ok(self.child.try_wait()?)).await?;
        Ok(())
    }

    /// Processor time so far, in seconds.
    pub(crate) fn cpu_s(&self) -> Outcome<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // the name, in brackets, may hold spaces
        let (_, rest) = stat.rsplit_once(')').ok_or("an odd /proc/<pid>/stat")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks =
            |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
        Ok((ticks(11) + ticks(12)) / TICKS)
    }

    /// The most memory it has held, in MB.
    pub(crate) fn peak_mb(&self) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1_024.0 / 1e6)
    }

    fn last_words(&self, what: &str) -> Failure {
        let log = fs::read_to_string(self.log.path()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        format!("{} {what}:\n{}", self.name, lines[lines.len().saturating_sub(20)..].join("\n")).into()
    }
}

fn missing(program: &Path, error: &std::io::Error) -> String {
    let hint = match program.file_name().and_then(|name| name.to_str()) {
        Some("node") => "; Node.js 20 or newer is needed (package nodejs)",
        Some("bellbird") => "; build it with `cargo build --release --bins`",
        _ => "",
    };
    format!("{} does not start: {error}{hint}", program.display())
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}
