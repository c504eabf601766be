//! `bellbird webhooks list-failed|replay`: what providers posted and could not be applied.

use crate::{Outcome, process};
use bellbird_core::ids::WebhookEventId;
use bellbird_core::page::PageRequest;
use bellbird_core::webhooks::replay;
use clap::Subcommand;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Webhooks that could not be applied, newest first, each with the reason.
    ListFailed {
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u64,
        /// Only those older than this one.
        #[arg(long, value_name = "ID")]
        after: Option<WebhookEventId>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Apply failed webhooks again.
    Replay {
        /// All that failed.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// Which (whe_…).
        #[arg(required_unless_present = "all")]
        ids: Vec<WebhookEventId>,
    },
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(config: Option<&Path>, verb: Verb) -> Outcome {
    let services = process::services(process::settings(config)?).await?;
    match verb {
        Verb::ListFailed { limit, after, json } => {
            for event in replay::failed(&services, PageRequest { after, limit }).await?.items {
                let note = event.note.unwrap_or_default();
                if json {
                    let app = event.app_id.map(|app| app.to_string());
                    let received_at = event.received_at.to_string();
                    println!(
                        "{}",
                        json!({
                            "id": event.id, "app_id": app, "bytes": event.bytes,
                            "received_at": received_at, "note": note,
                        })
                    );
                } else {
                    println!("{}  {}  {} bytes\n  why: {note}", event.id, event.received_at, event.bytes);
                }
            }
        }
        Verb::Replay { all, mut ids } => {
            let mut replayed = 0;
            if all {
                let (mut after, limit) = (None, 500);
                loop {
                    let page = replay::failed(&services, PageRequest { after, limit }).await?;
                    ids = page.items.iter().map(|event| event.id).collect();
                    replayed += replay::replay(&services, &ids).await?.len();
                    after = ids.last().copied();
                    if page.next.is_none() {
                        break;
                    }
                }
                println!("{replayed} webhooks will be applied again");
            } else {
                replayed += replay::replay(&services, &ids).await?.len();
                println!("{replayed} of {} webhooks will be applied again", ids.len());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
