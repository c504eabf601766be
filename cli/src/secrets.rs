//! `bellbird secrets status|rewrap|reencrypt`: the keys that encrypt secrets, changed while everything runs
//! (docs/operations.md, "Rotating keys"). API keys are another matter: `bellbird key`.

use crate::{Outcome, process};
use bellbird_core::Services;
use bellbird_core::secret::status::{self, Sealed};
use bellbird_core::secret::{FRESH, reencrypt, rewrap};
use clap::Subcommand;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Rows, or keys, done between two words to the person who waits.
const BATCH: u64 = 200;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Which keys are in use, and what still stands under old ones.
    Status {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Wrap every data key anew under the present secret key.
    Rewrap,
    /// Make new data keys and encrypt every secret anew; goes on where an earlier run stopped.
    Reencrypt {
        /// Data keys younger than this stay: they are taken for those an earlier run made.
        #[arg(long, default_value_t = 60)]
        older_than_minutes: u64,
    },
}

pub(crate) async fn run(config: Option<&Path>, verb: Verb) -> Outcome {
    let services = process::services(process::settings(config)?).await?;
    match verb {
        Verb::Status { json } => show(&services, json).await?,
        Verb::Rewrap => rewrap(&services).await?,
        Verb::Reencrypt { older_than_minutes } => {
            reencrypt(&services, Duration::from_secs(older_than_minutes * 60)).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
async fn show(services: &Services, as_json: bool) -> bellbird_core::Result<()> {
    let current = services.cipher.wrapper().current();
    let wrappings = status::wrappings(&services.cipher).await?;
    let columns = status::sealed(&services.cipher).await?;
    if as_json {
        let data_keys: Vec<_> =
            wrappings.iter().map(|one| json!({ "wrapped_by": one.by, "count": one.keys })).collect();
        let columns = columns.iter().map(|Sealed { column, active, retired, unreadable }| {
            json!({
                "column": column.to_string(), "active": active, "retired": retired, "unreadable": unreadable,
            })
        });
        let columns: Vec<_> = columns.collect();
        println!("{}", json!({ "secret_key": current, "data_keys": data_keys, "columns": columns }));
        return Ok(());
    }
    println!("secret key: {current}");
    for one in &wrappings {
        println!("{:>9} data keys wrapped by {}", one.keys, one.by);
    }
    println!("{:32} {:>9} {:>9} {:>9}", "rows", "new key", "old key", "no key");
    for Sealed { column, active, retired, unreadable } in columns {
        println!("{:32} {active:>9} {retired:>9} {unreadable:>9}", column.to_string());
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
async fn rewrap(services: &Services) -> bellbird_core::Result<()> {
    let (mut done, mut after) = (0, None);
    loop {
        let batch = rewrap::batch(services, after, BATCH).await?;
        done += batch.keys;
        if batch.next.is_none() {
            break;
        }
        println!("{done} data keys wrapped");
        after = batch.next;
    }
    println!("done: every data key is wrapped by {}", services.cipher.wrapper().current());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
async fn reencrypt(services: &Services, older: Duration) -> bellbird_core::Result<()> {
    let renewed = reencrypt::renew(services, services.now().minus(older)).await?;
    println!("{renewed} new data keys");
    let mut all = 0;
    let mut told = |column, moved: reencrypt::Moved| {
        all += moved.rows;
        println!("{all} rows encrypted anew, now in {column}");
    };
    let mut last = reencrypt::pass(services, BATCH, &mut told).await?;
    // by then nobody takes an old key for the active one any more
    if renewed + last.rows > 0 {
        tokio::time::sleep(FRESH * 2).await;
        last = reencrypt::pass(services, BATCH, &mut told).await?;
    }
    if last.unreadable > 0 {
        println!("{} rows do not open and were left as they are; the log names them", last.unreadable);
    }
    println!("done: {all} rows stand under new data keys");
    Ok(())
}
