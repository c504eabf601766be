//! The rows of the table, a file for each kind. A row is measured as often as asked, each time in a scene of its own and
//! under a hard time limit; what cannot be measured is told, and the next row goes on.

mod big_tables;
mod embedded;
mod floor;
mod ingest;
mod million;
mod one_number;
mod peer;
mod scale;
mod send;
mod waiting;

use crate::machine::Machine;
use crate::measured::{Measured, Record, append};
use crate::options::{Options, Row};
use crate::servers::Servers;
use crate::{Outcome, say};
use bellbird_core::clock::{Clock, SystemClock};
use std::path::Path;

/// Measures rows, all of them once before any of them again, so that whatever is compared was measured under the same
/// weather. True when all could be.
pub(crate) async fn measure(options: &Options, rows: &[Row]) -> Outcome<bool> {
    if !options.bin.is_file() {
        let missing = options.bin.display();
        return Err(format!("{missing} is missing: build it with `cargo build --release --bins`").into());
    }
    // the embedded row needs no servers; those that do say so
    let (session, machine) = (SystemClock.now().0, Machine::look(Servers::given().ok().as_ref()).await);
    let mut all_well = true;
    for run in 1..=options.runs {
        for row in rows {
            say(&format!("run {run} of {}: {} …", options.runs, row.name()));
            let (measured, failed) = once(options, *row).await;
            if let Some(why) = &failed {
                say(&format!("  {} could not be measured: {why}", row.name()));
                all_well = false;
            }
            for measured in measured {
                say(&format!("  {}", measured.line()));
                keep(&options.results, session, run, &machine, measured, None)?;
            }
            if failed.is_some() {
                let row = Measured::new(row.name());
                keep(&options.results, session, run, &machine, row, failed)?;
            }
        }
    }
    say(&format!("results are in {}; `bench report` makes a table of them", options.results.display()));
    Ok(all_well)
}

fn keep(
    path: &Path,
    session: i64,
    run: u32,
    machine: &Machine,
    measured: Measured,
    failed: Option<String>,
) -> Outcome {
    let at = SystemClock.now().to_string();
    append(path, &Record { at, session, run, machine: machine.clone(), measured, failed })
}

/// One run: what was measured, and why there is not more.
async fn once(options: &Options, row: Row) -> (Vec<Measured>, Option<String>) {
    let mut measured = Vec::new();
    let ended = tokio::time::timeout(options.limit(), Box::pin(dispatch(options, row, &mut measured))).await;
    let failed = match ended {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("it took longer than {} s", options.limit)),
    };
    (measured, failed)
}

/// Boxed one by one: a scene makes a large future.
async fn dispatch(options: &Options, row: Row, measured: &mut Vec<Measured>) -> Outcome {
    match row {
        Row::Send => measured.push(Box::pin(send::measure(options, None)).await?),
        Row::SendStatuses => measured.push(Box::pin(send::measure(options, Some(send::BATCH))).await?),
        Row::Floor => {
            measured.push(Box::pin(floor::measure(options, None)).await?);
            measured.push(Box::pin(floor::measure(options, Some(send::BATCH))).await?);
        }
        Row::Peer => {
            for variant in ["straight", "tuned"] {
                measured.push(Box::pin(peer::send(options, variant, None)).await?);
                measured.push(Box::pin(peer::send(options, variant, Some(send::BATCH))).await?);
                measured.push(Box::pin(peer::ingest(options, variant)).await?);
            }
        }
        Row::Ingest => measured.push(Box::pin(ingest::measure(options)).await?),
        Row::OneNumber => measured.push(Box::pin(one_number::measure(options)).await?),
        Row::Lanes => measured.push(Box::pin(waiting::beside_bulk(options)).await?),
        Row::Idle => measured.push(Box::pin(waiting::idle(options)).await?),
        Row::Scale => {
            for workers in [1, 2, 4] {
                measured.push(Box::pin(scale::workers(options, workers)).await?);
            }
            measured.push(Box::pin(scale::wide(options)).await?);
        }
        Row::Embedded => measured.push(Box::pin(embedded::measure(options)).await?),
        Row::Million => measured.push(Box::pin(million::measure(options)).await?),
        Row::BigTables => measured.push(Box::pin(big_tables::measure(options)).await?),
    }
    Ok(())
}
