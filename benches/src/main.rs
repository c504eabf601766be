//! The end-to-end benches: real `bellbird` processes against the sandbox, beside the least that could do the work (the
//! floor) and what others would build (the peer).
//!
//! `./dev bench` starts private servers and runs every row; `docs/performance.md` says what the numbers mean. Nothing here
//! is a test: what it measures is the machine, too.

mod api;
mod floor;
mod loopback;
mod machine;
mod measured;
mod meta;
mod options;
mod people;
mod poster;
mod process;
mod report;
mod rows;
mod scene;
mod servers;
mod shop;
mod statistics;
mod wait;

use clap::Parser;
use options::{Bench, Command};
use std::process::ExitCode;

/// Whatever goes wrong is told in a sentence.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
/// What a measurement comes to.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match Box::pin(run(Bench::parse())).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("{error}"));
            ExitCode::FAILURE
        }
    }
}

/// True when every row could be measured.
async fn run(Bench { options, command }: Bench) -> Outcome<bool> {
    match command {
        Command::FloorClient(client) => floor::run(client).await.map(|()| true),
        Command::Report { out } => report::write(&options.results, &out).map(|()| true),
        Command::All => Box::pin(rows::measure(&options, options::Row::ALL)).await,
        Command::Row(row) => Box::pin(rows::measure(&options, &[row])).await,
    }
}

/// Progress, for who waits.
#[expect(clippy::print_stderr, reason = "a program for the command line")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
