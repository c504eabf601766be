//! Redis and PostgreSQL servers of a test's own, to be stopped, killed, stalled and started again.
//!
//! Tests that only need *a* server share the ones `./dev test` starts (`BELLBIRD_TEST_POSTGRES_URL`,
//! `BELLBIRD_TEST_REDIS_URL`); these here are for tests which do to a server what would disturb the others.
//! Each lives in a temporary folder and on a loopback port that it keeps over restarts, and ends with its value.

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// How often we look whether a server has started or ended.
const GLANCE: Duration = Duration::from_millis(10);
/// How often we look before giving up: thirty seconds, for a machine that is busy with other tests.
const GLANCES: usize = 3_000;

/// A Redis server of the test's own.
pub(crate) struct RedisServer {
    // Dropped in this order: the process ends before its folder goes.
    process: Process,
    folder: TempDir,
    port: u16,
    appendonly: bool,
}

impl RedisServer {
    /// Starts a server and waits until it answers. With `appendonly` it keeps its data over restarts and kills
    /// (as production has it), without it forgets everything.
    pub(crate) async fn start(appendonly: bool) -> Self {
        for _ in 0..5 {
            let (folder, port) = (new_folder("redis"), free_port());
            let process = Self::launch(folder.path(), port, appendonly);
            let mut server = Self { process, folder, port, appendonly };
            // Between our look and its start, somebody else may have taken the port: try another.
            if server.becomes_ready().await {
                return server;
            }
        }
        panic!(
            "Redis ended right after its start, five times; is {} a Redis server?",
            redis_program().display()
        )
    }

    /// The address to connect to, with database 0.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends the server as an operator would: it closes its connections and writes down what it has to.
    pub(crate) async fn stop(&mut self) {
        self.process.signal("TERM");
        self.process.ends().await;
    }

    /// Ends the server at once, as the kernel does when memory runs out.
    pub(crate) async fn kill9(&mut self) {
        self.process.signal("KILL");
        self.process.ends().await;
    }

    /// Starts the server again after [`stop`](Self::stop) or [`kill9`](Self::kill9), on the same port and data.
    pub(crate) async fn start_again(&mut self) {
        assert!(self.process.has_ended(), "the Redis to start again is still running");
        self.process = Self::launch(self.folder.path(), self.port, self.appendonly);
        assert!(self.becomes_ready().await, "Redis did not come back:\n{}", self.process.last_words());
    }

    /// Freezes the server for a while: connections stay open, nothing is answered.
    pub(crate) async fn stall(&self, time: Duration) {
        self.process.stall(time).await;
    }

    fn launch(folder: &Path, port: u16, appendonly: bool) -> Process {
        let mut command = Command::new(redis_program());
        command
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--daemonize", "no", "--save", ""])
            .args(["--appendonly", if appendonly { "yes" } else { "no" }, "--appendfsync", "everysec"])
            // `./dev test` stops by this file what a crashed test leaves running.
            .arg("--pidfile")
            .arg(folder.join("redis.pid"))
            .arg("--dir")
            .arg(folder);
        Process::spawn(command, folder.join("server.log"), "KILL")
    }

    async fn becomes_ready(&mut self) -> bool {
        for _ in 0..GLANCES {
            if answers_ping(self.port).await.unwrap_or(false) {
                return true;
            }
            if self.process.has_ended() {
                return false;
            }
            sleep(GLANCE).await;
        }
        panic!("Redis did not answer in time:\n{}", self.process.last_words())
    }
}

/// A PostgreSQL server of the test's own.
pub(crate) struct PostgresServer {
    // Dropped in this order: the process ends before its folder goes.
    process: Process,
    folder: TempDir,
    port: u16,
}

impl PostgresServer {
    /// Makes a new cluster, starts its server and waits until it takes connections.
    pub(crate) async fn start() -> Self {
        for _ in 0..5 {
            let (folder, port) = (new_folder("postgres"), free_port());
            Self::init(folder.path()).await;
            let process = Self::launch(folder.path(), port);
            let mut server = Self { process, folder, port };
            // Between our look and its start, somebody else may have taken the port: try another.
            if server.becomes_ready().await {
                return server;
            }
        }
        panic!("PostgreSQL ended right after its start, five times")
    }

    /// The superuser's address of the database `postgres`.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends the server as an operator would. PostgreSQL's SIGTERM waits until every client has left, which a
    /// connection pool never does; service managers send SIGINT ("fast"), and so do we.
    pub(crate) async fn stop(&mut self) {
        self.process.signal("INT");
        self.process.ends().await;
    }

    /// Ends the server and its children at once, as a power cut would.
    pub(crate) async fn kill9(&mut self) {
        self.process.signal_family("KILL");
        self.process.ends().await;
    }

    /// Starts the server again after [`stop`](Self::stop) or [`kill9`](Self::kill9), on the same port and data.
    pub(crate) async fn start_again(&mut self) {
        assert!(self.process.has_ended(), "the PostgreSQL to start again is still running");
        self.process = Self::launch(self.folder.path(), self.port);
        assert!(self.becomes_ready().await, "PostgreSQL did not come back:\n{}", self.process.last_words());
    }

    /// Freezes the server and its children for a while: connections stay open, nothing is answered.
    pub(crate) async fn stall(&self, time: Duration) {
        self.process.stall(time).await;
    }

    async fn init(folder: &Path) {
        if let Some((user, group)) = postgres_account() {
            chown(folder, Some(user), Some(group)).expect("root gives the folder to PostgreSQL's account");
        }
        let mut command = postgres_program("initdb");
        command
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg("--pgdata")
            .arg(folder.join("data"));
        let made = tokio::process::Command::from(command).output().await.expect("initdb starts");
        assert!(made.status.success(), "initdb failed:\n{}", String::from_utf8_lossy(&made.stderr));
    }

    fn launch(folder: &Path, port: u16) -> Process {
        let mut command = postgres_program("postgres");
        command
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args(["-c", "max_connections=100", "-c", "shared_buffers=32MB", "-c"])
            .arg(format!("port={port}"))
            .arg("-D")
            .arg(folder.join("data"));
        // QUIT ends the children too, without a farewell to the clients.
        Process::spawn(command, folder.join("server.log"), "QUIT")
    }

    async fn becomes_ready(&mut self) -> bool {
        let status = self.folder.path().join("data/postmaster.pid");
        for _ in 0..GLANCES {
            // As pg_ctl does: the first line is the process, the last says "ready". A killed server leaves its
            // file behind, so the first line must be about this one.
            let text = fs::read_to_string(&status).unwrap_or_default();
            if text.lines().next() == Some(&self.process.id())
                && text.lines().last().is_some_and(|line| line.trim_end() == "ready")
            {
                return true;
            }
            if self.process.has_ended() {
                return false;
            }
            sleep(GLANCE).await;
        }
        panic!("PostgreSQL was not ready in time:\n{}", self.process.last_words())
    }
}

/// A server's process; ended on drop.
struct Process {
    child: Child,
    log: PathBuf,
    /// Ends it and its children for good, without ado.
    farewell: &'static str,
}

impl Process {
    fn spawn(mut command: Command, log: PathBuf, farewell: &'static str) -> Self {
        let output = File::options().create(true).append(true).open(&log).expect("a log file can be opened");
        let errors = output.try_clone().expect("a log file can be opened twice");
        let child =
            command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn().unwrap_or_else(|error| {
                panic!("{} does not start: {error}", command.get_program().display())
            });
        Self { child, log, farewell }
    }

    fn id(&self) -> String {
        self.child.id().to_string()
    }

    fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    async fn ends(&mut self) {
        for _ in 0..GLANCES {
            if self.has_ended() {
                return;
            }
            sleep(GLANCE).await;
        }
        panic!("the server did not end in time:\n{}", self.last_words())
    }

    async fn stall(&self, time: Duration) {
        // A test may give up waiting for us: the server must not stay frozen then.
        let _thaw = Thaw(self);
        self.signal_family("STOP");
        sleep(time).await;
    }

    fn signal(&self, signal: &str) {
        send(signal, &[self.id()]);
    }

    /// The parent first, so that it starts no child we don't know of (nor, stopped, reacts to a child's end).
    fn signal_family(&self, signal: &str) {
        let children = self.children();
        self.signal(signal);
        send(signal, &children);
        if signal == "STOP" {
            send(signal, &self.children());
        }
    }

    fn children(&self) -> Vec<String> {
        let list = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().expect("ps lists processes");
        let parent = self.id();
        String::from_utf8_lossy(&list.stdout)
            .lines()
            .filter_map(|line| line.trim().split_once(char::is_whitespace))
            .filter(|(_, of)| of.trim() == parent)
            .map(|(child, _)| child.to_owned())
            .collect()
    }

    fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.has_ended() {
            return;
        }
        self.signal(self.farewell);
        // Drop cannot await; five seconds at most, usually one glance.
        for _ in 0..500 {
            if self.has_ended() {
                return;
            }
            std::thread::sleep(GLANCE);
        }
        self.signal_family("KILL");
        let _ = self.child.wait();
    }
}

/// Lets a stopped process and its children go on.
struct Thaw<'a>(&'a Process);

impl Drop for Thaw<'_> {
    fn drop(&mut self) {
        self.0.signal_family("CONT");
    }
}

/// Std sends no signal but KILL, and a library for one call would be one more to keep: `kill` is everywhere.
/// That a process has ended in the meantime is no error.
fn send(signal: &str, processes: &[String]) {
    if processes.is_empty() {
        return;
    }
    let mut kill = Command::new("kill");
    kill.arg(format!("-{signal}")).args(processes).stderr(Stdio::null());
    kill.status().expect("the kill command exists");
}

async fn answers_ping(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await?;
    // While it reads its data back in, it answers -LOADING.
    Ok(&answer == b"+PONG")
}

/// A port nobody listens on. Below the range from which systems pick the ports of outgoing connections: while
/// the server is down, a client that tries to reconnect must not be able to meet itself there.
fn free_port() -> u16 {
    loop {
        let random = RandomState::new().hash_one(());
        let port = 20_000 + u16::try_from(random % 12_000).unwrap_or_default();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

fn new_folder(name: &str) -> TempDir {
    tempfile::Builder::new().prefix(name).tempdir().expect("a temporary folder can be made")
}

fn redis_program() -> PathBuf {
    from_environment("BELLBIRD_TEST_REDIS_SERVER")
}

/// One of PostgreSQL's programs, run as an account it accepts and in a folder that account may enter.
fn postgres_program(name: &str) -> Command {
    let mut command = Command::new(from_environment("BELLBIRD_TEST_PG_BIN").join(name));
    command.current_dir("/");
    if let Some((user, group)) = postgres_account() {
        command.uid(user).gid(group);
    }
    command
}

/// PostgreSQL refuses to run as root. When we are root, it runs as the account that its package made, or as
/// nobody.
fn postgres_account() -> Option<(u32, u32)> {
    static ACCOUNT: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    *ACCOUNT.get_or_init(|| {
        let number = |arguments: &[&str]| -> Option<u32> {
            let id = Command::new("id").args(arguments).output().expect("the id command exists");
            String::from_utf8_lossy(&id.stdout).trim().parse().ok()
        };
        if number(&["-u"]) != Some(0) {
            return None;
        }
        let account = |user| Some((number(&["-u", user])?, number(&["-g", user])?));
        let found = ["postgres", "nobody"].into_iter().find_map(account);
        Some(found.expect("root has an account named postgres or nobody to run PostgreSQL as"))
    })
}

fn from_environment(name: &str) -> PathBuf {
    match std::env::var_os(name) {
        Some(path) => PathBuf::from(path),
        None => {
            panic!("{name} is not set: run the tests with `./dev test`, which finds or installs the servers")
        }
    }
}
