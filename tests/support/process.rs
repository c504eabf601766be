//! `bellbird` as processes of their own: started with settings of the test's, killed, terminated, and asked what
//! they said.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::time::{Instant, sleep};

/// How often we look.
const GLANCE: Duration = Duration::from_millis(10);
/// Nothing a process is asked to do takes this long unless it never happens.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many lines of its log a failing test shows.
const LAST_LINES: usize = 60;

/// A running (or ended) `bellbird`. It is killed when the value goes, and shows its last words if the test fails.
pub(crate) struct Bellbird {
    child: Child,
    name: String,
    log: NamedTempFile,
}

impl Bellbird {
    /// Starts `bellbird <verb>` with these environment variables and nothing else of ours.
    pub(crate) fn start(verb: &str, env: &BTreeMap<String, String>) -> Self {
        Self::start_with(verb, &[], env)
    }

    /// Starts `bellbird <verb> <arguments>`.
    pub(crate) fn start_with(verb: &str, arguments: &[&str], env: &BTreeMap<String, String>) -> Self {
        let log = tempfile::Builder::new().prefix("bellbird-").suffix(".log").tempfile();
        let log = log.expect("a log file can be made");
        let output = || Stdio::from(File::options().append(true).open(log.path()).expect("the log opens"));
        let child = Command::new(program())
            .arg(verb)
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("NO_COLOR", "1")
            .env("RUST_BACKTRACE", "1")
            .envs(env)
            .stdin(Stdio::null())
            .stdout(output())
            .stderr(output())
            .spawn()
            .unwrap_or_else(|error| panic!("bellbird {verb} does not start: {error}"));
        let name = format!("{verb} {}", child.id());
        Self { child, name, log }
    }

    /// Everything it has said so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap_or_default()
    }

    /// Waits until it has said `words`.
    pub(crate) async fn says(&mut self, words: &str) {
        self.says_times(words, 1).await;
    }

    /// How often it has said `words`.
    pub(crate) fn said(&self, words: &str) -> usize {
        self.log().matches(words).count()
    }

    /// Waits until it has said `words` so often.
    pub(crate) async fn says_times(&mut self, words: &str, times: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.said(words) < times {
            assert!(self.is_running(), "{} ended before it said {words:?}", self.name);
            assert!(Instant::now() < deadline, "{} never said {words:?}", self.name);
            sleep(GLANCE).await;
        }
    }

    /// True until it has ended.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL: no handler runs, no connection says goodbye. Returns when it is gone.
    pub(crate) async fn kill9(&mut self) {
        assert!(self.is_running(), "{} had ended before it was killed", self.name);
        self.child.kill().expect("a running child can be killed");
        let status = self.ended().await;
        assert_eq!(status.signal(), Some(9), "{} ended otherwise: {status}", self.name);
    }

    /// SIGTERM, as service managers send it, and the way it ended.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        // Std sends no signal but KILL; `kill` is everywhere.
        let mut kill = Command::new("kill");
        kill.arg("-TERM").arg(self.child.id().to_string());
        assert!(kill.status().expect("the kill command exists").success(), "{} is gone", self.name);
        self.ended().await
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status;
            }
            assert!(Instant::now() < deadline, "{} does not end", self.name);
            sleep(GLANCE).await;
        }
    }
}

impl Drop for Bellbird {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
            let _ = writeln!(std::io::stderr(), "---- last words of {} ----\n{last}", self.name);
        }
    }
}

/// The folder everything is built into, `target`.
pub(crate) fn target() -> PathBuf {
    program().ancestors().nth(2).expect("the binary lies in target/<profile>").to_path_buf()
}

/// The binary under test: what `./dev test` built, else what lies beside this test program.
fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("BELLBIRD_TEST_BIN") {
        return path.into();
    }
    let beside = std::env::current_exe().expect("a test program has a path");
    let folder = beside.ancestors().nth(2).expect("test programs lie in target/<profile>/deps");
    let path = folder.join("bellbird");
    assert!(
        path.is_file(),
        "{} is missing: run the tests with `./dev test`, which builds it",
        path.display()
    );
    path
}
