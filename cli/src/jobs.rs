//! `bellbird jobs depth|dead|requeue`: what the queue holds, and what could not be done.

use crate::{Outcome, process};
use bellbird_core::queue::LaneName;
use clap::{Subcommand, ValueEnum};
use std::path::Path;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// How many tasks each lane holds.
    Depth,
    /// The oldest dead letters of a lane: tasks that could not be done, with the reason.
    Dead {
        /// Which lane.
        lane: Lane,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Give dead letters all their tries again.
    Requeue {
        /// Which lane.
        lane: Lane,
        /// Which tasks.
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// A lane, as typed.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Lane {
    Interactive,
    Bulk,
    Inbound,
    Maintenance,
}

impl From<Lane> for LaneName {
    fn from(lane: Lane) -> Self {
        match lane {
            Lane::Interactive => Self::Interactive,
            Lane::Bulk => Self::Bulk,
            Lane::Inbound => Self::Inbound,
            Lane::Maintenance => Self::Maintenance,
        }
    }
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(config: Option<&Path>, verb: Verb) -> Outcome {
    let queues = process::services(process::settings(config)?).await?.queues;
    match verb {
        Verb::Depth => {
            println!("{:12} {:>9} {:>9} {:>9} {:>9}", "lane", "ready", "delayed", "leased", "dead");
            for lane in LaneName::ALL {
                let depth = queues.depth(lane).await?;
                println!(
                    "{lane:12} {:>9} {:>9} {:>9} {:>9}",
                    depth.ready, depth.delayed, depth.leased, depth.dead
                );
            }
        }
        Verb::Dead { lane, limit } => {
            for letter in queues.dead(lane.into(), limit).await? {
                println!("{}\n  why:  {}\n  body: {}", letter.id, letter.reason, letter.body);
            }
        }
        Verb::Requeue { lane, ids } => {
            let found = queues.requeue(lane.into(), &ids).await?;
            println!("{found} of {} tasks will be tried again", ids.len());
        }
    }
    Ok(ExitCode::SUCCESS)
}
