//! What the benches can be told.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Measures Bellbird end to end, on this machine only. Start it with `./dev bench`, which also starts the servers.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub(crate) struct Bench {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// For every row.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// The release build to measure.
    #[arg(long, global = true, default_value = "target/release/bellbird")]
    pub(crate) bin: PathBuf,
    /// How often each row is measured; the report shows medians.
    #[arg(long, global = true, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) runs: u32,
    /// Recipients instead of each row's own number; small ones make a quick look.
    #[arg(long, global = true)]
    pub(crate) recipients: Option<usize>,
    /// Pooled senders, each with 1,000 messages a second: the limiter runs and does not bind.
    #[arg(long, global = true, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) senders: u32,
    /// Requests in flight: per worker, of the floor, and of the peer.
    #[arg(long, global = true, default_value_t = 64)]
    pub(crate) in_flight: usize,
    /// Workers, where a row does not say how many.
    #[arg(long, global = true, default_value_t = 1)]
    pub(crate) workers: usize,
    /// How long `one-number` holds its rate, in seconds.
    #[arg(long, global = true, default_value_t = 60)]
    pub(crate) seconds: u32,
    /// Customers of `big-tables`.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    pub(crate) customers: usize,
    /// Messages of `big-tables`.
    #[arg(long, global = true, default_value_t = 5_000_000)]
    pub(crate) messages: usize,
    /// The longest one run of a row may take, in seconds; then it counts as failed.
    #[arg(long, global = true, default_value_t = 1_200)]
    pub(crate) limit: u64,
    /// Where results are added, a line of JSON per run and row.
    #[arg(long, global = true, default_value = "target/bench/results.jsonl")]
    pub(crate) results: PathBuf,
    /// Where the peer's packages are installed.
    #[arg(long, global = true, default_value = "target/tools/peer-bullmq")]
    pub(crate) peer: PathBuf,
}

impl Options {
    pub(crate) fn limit(&self) -> Duration {
        Duration::from_secs(self.limit)
    }

    /// The number of recipients, unless a row's own is meant.
    pub(crate) fn recipients_or(&self, own: usize) -> usize {
        self.recipients.unwrap_or(own).max(1)
    }
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Every row, one after another, as often as `--runs` says.
    All,
    /// Write the report from the results so far.
    Report {
        /// The file.
        #[arg(long, default_value = "docs/benchmarks.md")]
        out: PathBuf,
    },
    #[command(flatten)]
    Row(Row),
    /// The floor's own process.
    #[command(hide = true)]
    FloorClient(FloorClient),
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum Row {
    /// A bulk send without statuses.
    Send,
    /// The same with sent, delivered and read posted while it runs.
    SendStatuses,
    /// The least that could do both: a loop that posts, an endpoint that verifies and discards.
    Floor,
    /// What others would build, straight and tuned.
    Peer,
    /// One number at Meta's ceiling, one status per POST.
    OneNumber,
    /// Webhooks, one status per POST, durable before the 200; and those that came while no worker ran.
    Ingest,
    /// A message somebody waits for while a campaign runs at full speed.
    Lanes,
    /// The same with nothing else to do.
    Idle,
    /// One campaign of a million.
    Million,
    /// One, two and four workers with 100 ms latency at Meta; and one with 800 requests in flight.
    Scale,
    /// Every read of the API on millions of rows.
    BigTables,
    /// The embedded database and queue, as `bellbird demo` runs them.
    Embedded,
}

impl Row {
    /// In the order of the report. Those that are compared come next to each other.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Send,
        Self::SendStatuses,
        Self::Floor,
        Self::Peer,
        Self::Ingest,
        Self::OneNumber,
        Self::Lanes,
        Self::Idle,
        Self::Scale,
        Self::Embedded,
        Self::Million,
        Self::BigTables,
    ];

    /// What it is called in results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::SendStatuses => "send-statuses",
            Self::Floor => "floor",
            Self::Peer => "peer",
            Self::OneNumber => "one-number",
            Self::Ingest => "ingest",
            Self::Lanes => "lanes",
            Self::Idle => "idle",
            Self::Million => "million",
            Self::Scale => "scale",
            Self::BigTables => "big-tables",
            Self::Embedded => "embedded",
        }
    }
}

/// See [`crate::floor`].
#[derive(Debug, Clone, Args)]
pub(crate) struct FloorClient {
    /// Where to send.
    #[arg(long)]
    pub(crate) graph: String,
    /// From which numbers, in turn.
    #[arg(long, value_delimiter = ',')]
    pub(crate) numbers: Vec<String>,
    /// How many messages.
    #[arg(long)]
    pub(crate) count: usize,
    /// Requests at once.
    #[arg(long)]
    pub(crate) at_once: usize,
    /// Where webhooks are taken.
    #[arg(long)]
    pub(crate) port: u16,
}
