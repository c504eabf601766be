//! `bellbird jobs depth|list|dead|requeue`: what the queue holds, and what could not be done. All organizations' work;
//! the API shows each organization its own (docs/adr/0012).

use crate::{Outcome, process};
use bellbird_core::queue::{DeadLetter, LaneName, Listed, Queues, TaskState};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// How many tasks each lane holds, and how long its oldest has been due.
    Depth {
        /// One JSON object a lane.
        #[arg(long)]
        json: bool,
    },
    /// The tasks of a lane: what is due, what waits for its time, what is being worked on.
    List {
        /// Which lane.
        lane: Lane,
        /// Only those in this state.
        #[arg(long)]
        state: Option<State>,
        #[command(flatten)]
        page: Paging,
    },
    /// The oldest dead letters of a lane: tasks that could not be done, with the reason.
    Dead {
        /// Which lane.
        lane: Lane,
        #[command(flatten)]
        page: Paging,
    },
    /// Give dead letters all their tries again.
    Requeue {
        /// Which lane.
        lane: Lane,
        /// All dead letters of the lane.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// Which tasks.
        #[arg(required_unless_present = "all")]
        ids: Vec<String>,
    },
}

#[derive(clap::Args)]
pub(crate) struct Paging {
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Leave out so many first.
    #[arg(long, default_value_t = 0)]
    skip: usize,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
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

/// A state, as typed.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum State {
    Ready,
    Delayed,
    Leased,
}

impl From<State> for TaskState {
    fn from(state: State) -> Self {
        match state {
            State::Ready => Self::Ready,
            State::Delayed => Self::Delayed,
            State::Leased => Self::Leased,
        }
    }
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(config: Option<&Path>, verb: Verb) -> Outcome {
    let queues = process::services(process::settings(config)?).await?.queues;
    match verb {
        Verb::Depth { json } => depth(&queues, json).await?,
        Verb::List { lane, state, page } => {
            let states = state.map_or_else(|| TaskState::ALL.to_vec(), |state| vec![state.into()]);
            for state in states {
                for task in queues.list(lane.into(), state, page.skip, page.limit).await? {
                    println!(
                        "{}",
                        if page.json { listed(state, &task).to_string() } else { line(state, &task) }
                    );
                }
            }
        }
        Verb::Dead { lane, page } => {
            for letter in queues.dead_after(lane.into(), page.skip, page.limit).await? {
                if page.json {
                    println!("{}", dead(&letter));
                } else {
                    let ago = span(letter.ago);
                    println!(
                        "{}  buried {ago} ago\n  why:  {}\n  body: {}",
                        letter.id, letter.reason, letter.body
                    );
                }
            }
        }
        Verb::Requeue { lane, all: true, .. } => {
            println!("{} tasks will be tried again", queues.requeue_all(lane.into()).await?);
        }
        Verb::Requeue { lane, ids, .. } => {
            let found = queues.requeue(lane.into(), &ids).await?;
            println!("{found} of {} tasks will be tried again", ids.len());
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
async fn depth(queues: &Queues, json: bool) -> Result<(), bellbird_core::queue::QueueError> {
    if !json {
        println!(
            "{:12} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "lane", "ready", "delayed", "leased", "dead", "oldest"
        );
    }
    for lane in LaneName::ALL {
        let (depth, oldest) = (queues.depth(lane).await?, queues.oldest_age(lane).await?);
        if json {
            println!(
                "{}",
                json!({
                    "lane": lane.as_str(), "ready": depth.ready, "delayed": depth.delayed,
                    "leased": depth.leased, "dead": depth.dead,
                    "oldest_seconds": oldest.map(|age| age.as_secs_f64()),
                })
            );
            continue;
        }
        println!(
            "{lane:12} {:>9} {:>9} {:>9} {:>9} {:>9}",
            depth.ready,
            depth.delayed,
            depth.leased,
            depth.dead,
            oldest.map_or_else(|| "-".to_string(), span)
        );
    }
    Ok(())
}

fn listed(state: TaskState, task: &Listed) -> Value {
    json!({
        "id": task.id, "state": state, "due_in_seconds": task.due_in_ms as f64 / 1_000.0,
        "attempt": task.deliveries, "body": body(&task.body),
    })
}

fn dead(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id, "reason": letter.reason, "buried_seconds_ago": letter.ago.as_secs_f64(),
        "body": body(&letter.body),
    })
}

/// A body as JSON where it is, else as text.
fn body(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn line(state: TaskState, task: &Listed) -> String {
    let time = span(Duration::from_millis(task.due_in_ms.unsigned_abs()));
    let when = match state {
        TaskState::Ready => format!("due {time} ago"),
        TaskState::Delayed => format!("due in {time}"),
        TaskState::Leased => format!("lease ends in {time}"),
    };
    format!("{}  {state}, {when}, attempt {}\n  body: {}", task.id, task.deliveries, task.body)
}

/// A time as people say it: `250 ms`, `42 s`, `5 min`, `3 h`, `2 d`.
fn span(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}
