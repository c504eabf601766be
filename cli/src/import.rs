//! `bellbird import`: a file of people, brought in by this very process.

use crate::{Outcome, process};
use bellbird_core::context::{Actor, Ctx};
use bellbird_core::ids::{CampaignId, ImportId, OrganizationId};
use bellbird_core::imports::mapping::{Mapping, Use};
use bellbird_core::imports::start::{self, Start, Started};
use bellbird_core::imports::{Import, ImportStatus, queries, run, upload};
use bellbird_core::outbox::Progress;
use bellbird_core::{Error, Result};
use clap::Args;
use futures::stream;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;

#[derive(Args)]
pub(crate) struct Options {
    /// CSV or XLSX, whatever its name says.
    file: PathBuf,
    /// Whose people they are (org_…).
    #[arg(long, value_name = "ID")]
    org: OrganizationId,
    /// The draft they go into (cmp_…); without it they become customers only.
    #[arg(long, value_name = "ID")]
    campaign: Option<CampaignId>,
    /// Judge every row and keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where and how the people in the file agreed to marketing, if they did.
    #[arg(long, value_name = "TEXT")]
    consent_source: Option<String>,
    /// Put on everybody; may be given several times.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// What a column is good for: phone, name, tags, opt_in, attribute:<name> or variable:<name>. May be given several
    /// times; without it columns are guessed.
    #[arg(long, value_name = "COLUMN=USE", value_parser = column)]
    mapping: Vec<(String, Use)>,
}

const CHUNK: usize = 256 << 10;
const LOOK_EVERY: Duration = Duration::from_millis(200);

fn column(text: &str) -> Result<(String, Use), String> {
    let (column, use_) = text.rsplit_once('=').ok_or("write it like Mobile=phone")?;
    Ok((column.to_string(), use_.parse()?))
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(config: Option<&Path>, options: Options) -> Outcome {
    let services = process::services(process::settings(config)?).await?;
    let ctx = Ctx::trusted(services, options.org, Actor::Operator);
    let begun = Instant::now();
    let Started { import, job } = begin(&ctx, options).await?;
    println!("{}: {} rows, read in {:.1?}", import.id, import.rows_total, begun.elapsed());
    let begun = Instant::now();
    let services = ctx.services.clone();
    // a worker of another process may help: they share the work
    let mut working = tokio::spawn(async move {
        while run::work(&services, job, import.id, import.run).await? != Progress::Done {}
        Ok::<_, Error>(())
    });
    let done = watch(&ctx, import.id, &mut working).await?;
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{}: {} added, {} updated, {} duplicates, {} rejected of {} rows in {seconds:.1} s ({:.0} rows/s)",
        done.status,
        done.added,
        done.updated,
        done.duplicates,
        done.rejected,
        done.rows_read,
        done.rows_read as f64 / seconds
    );
    match done.status {
        ImportStatus::Completed => Ok(ExitCode::SUCCESS),
        _ => Err(done.failure.unwrap_or_else(|| "the import was stopped".into()).into()),
    }
}

async fn begin(ctx: &Ctx, options: Options) -> Result<Started, Box<dyn std::error::Error + Send + Sync>> {
    let file = tokio::fs::File::open(&options.file)
        .await
        .map_err(|error| format!("{}: {error}", options.file.display()))?;
    let chunks = stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let n = file.read(&mut chunk).await.map_err(Error::internal)?;
        chunk.truncate(n);
        Ok((n > 0).then(|| (chunk.into(), file)))
    });
    let received = upload::receive(ctx, chunks).await?;
    let id = ImportId::new(ctx.clock.as_ref());
    let kept = upload::keep(ctx, id, received).await?;
    let name = options.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut mapping: BTreeMap<String, Vec<Use>> = BTreeMap::new();
    for (column, use_) in options.mapping {
        mapping.entry(column).or_default().push(use_);
    }
    let how = Start {
        campaign: options.campaign,
        mapping: (!mapping.is_empty()).then_some(Mapping(mapping)),
        dry_run: options.dry_run,
        consent_source: options.consent_source,
        tags: options.tag,
    };
    let tx = ctx.begin().await?;
    upload::add(&tx, ctx, kept, name.as_deref()).await?;
    match start::start(&tx, ctx, id, how).await {
        Ok(started) => {
            tx.commit().await?;
            Ok(started)
        }
        Err(error) => {
            tx.rollback().await?;
            upload::discard(ctx, id).await;
            Err(error.into())
        }
    }
}

/// Shows how far the import is until the work on it ends.
async fn watch(
    ctx: &Ctx,
    id: ImportId,
    working: &mut tokio::task::JoinHandle<Result<()>>,
) -> Result<Import, Box<dyn std::error::Error + Send + Sync>> {
    let import = queries::get(ctx, id).await?;
    let bar = ProgressBar::new(import.rows_total.unsigned_abs());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} rows {per_sec} {eta}") {
        bar.set_style(style);
    }
    loop {
        tokio::select! {
            ended = &mut *working => {
                ended??;
                bar.finish_and_clear();
                return Ok(queries::get(ctx, id).await?);
            }
            () = tokio::time::sleep(LOOK_EVERY) => {
                bar.set_position(queries::get(ctx, id).await?.rows_read.unsigned_abs());
            }
        }
    }
}
