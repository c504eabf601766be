//! Starting and stopping an import.

use super::entity::{Column, Entity, Model};
use super::jobs::ImportJob;
use super::mapping::Mapping;
use super::queries;
use super::state::ImportStatus;
use crate::campaigns::recipients::Judge;
use crate::consent::by;
use crate::context::{Ctx, Tx};
use crate::customers::edit::parse_tag;
use crate::error::{Error, Problem, Result};
use crate::ids::{CampaignId, ImportId, OutboxId};
use crate::outbox;
use crate::queue::LaneName;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

/// How a file is to be imported.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// The draft its people go into; `None`: they become customers only.
    pub campaign: Option<CampaignId>,
    /// Which column holds what; `None`: as guessed.
    pub mapping: Option<Mapping>,
    /// Judge every row and keep nothing.
    pub dry_run: bool,
    /// How everybody without a word of their own agreed to marketing, if they did.
    pub consent_source: Option<String>,
    /// Put on everybody.
    pub tags: Vec<String>,
}

/// An import that was started.
#[derive(Debug)]
pub struct Started {
    /// As it stands now.
    pub import: Model,
    /// The job that works it off.
    pub job: OutboxId,
}

/// Starts an uploaded import, or for real one that was a trial.
pub async fn start(tx: &Tx, ctx: &Ctx, id: ImportId, start: Start) -> Result<Started> {
    let import = queries::find(tx.conn(), ctx.organization, id).await?;
    import.status.check_start(import.dry_run)?;
    let columns = import.columns()?;
    let variables = match start.campaign {
        Some(campaign) => Some(Judge::of_draft(tx, ctx, campaign).await?.needed),
        None => None,
    };
    let mapping =
        start.mapping.unwrap_or_else(|| Mapping::guess(&columns, variables.as_deref().unwrap_or_default()));
    mapping.check(&columns, variables.as_deref())?;
    let tags = start.tags.iter().enumerate().map(|(n, tag)| parse_tag(&format!("tags[{n}]"), tag));
    let tags = tags.collect::<Result<Vec<_>, Problem>>().map_err(|problem| Error::Invalid(vec![problem]))?;
    let run = import.run + 1;
    let zero = || Expr::value(0_i64);
    let started = Entity::update_many()
        .col_expr(Column::Status, Expr::value(ImportStatus::Running))
        .col_expr(Column::CampaignId, Expr::value(start.campaign))
        .col_expr(Column::Mapping, Expr::value(json!(mapping)))
        .col_expr(Column::Tags, Expr::value(json!(tags)))
        .col_expr(Column::ConsentSource, Expr::value(start.consent_source))
        .col_expr(Column::StartedBy, Expr::value(by(ctx.actor)))
        .col_expr(Column::DryRun, Expr::value(start.dry_run))
        .col_expr(Column::Run, Expr::value(run))
        .col_expr(Column::ByteCursor, zero())
        .col_expr(Column::RowsRead, zero())
        .col_expr(Column::Added, zero())
        .col_expr(Column::Updated, zero())
        .col_expr(Column::Duplicates, zero())
        .col_expr(Column::Rejected, zero())
        .col_expr(Column::StartedAt, Expr::value(tx.now()))
        .col_expr(Column::FinishedAt, Expr::value(None::<i64>))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(import.status))
        .filter(Column::Run.eq(import.run))
        .exec(tx.conn())
        .await?;
    if started.rows_affected != 1 {
        return Err(changed());
    }
    let job = ImportJob::RunImport { import: id, run };
    let job = outbox::enqueue(tx, LaneName::Maintenance, &job).await?;
    Ok(Started { import: queries::find(tx.conn(), ctx.organization, id).await?, job })
}

/// Stops an import, also one that was never started. What went in stays.
pub async fn cancel(tx: &Tx, ctx: &Ctx, id: ImportId) -> Result<Model> {
    let import = queries::find(tx.conn(), ctx.organization, id).await?;
    import.status.check_cancel()?;
    let cancelled = Entity::update_many()
        .col_expr(Column::Status, Expr::value(ImportStatus::Cancelled))
        .col_expr(Column::FinishedAt, Expr::value(tx.now()))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(import.status))
        .filter(Column::Run.eq(import.run))
        .exec(tx.conn())
        .await?;
    if cancelled.rows_affected != 1 {
        return Err(changed());
    }
    if import.status == ImportStatus::Uploaded {
        // nobody works on it yet who would clear up
        let job = ImportJob::RunImport { import: id, run: import.run };
        outbox::enqueue(tx, LaneName::Maintenance, &job).await?;
    }
    queries::find(tx.conn(), ctx.organization, id).await
}

fn changed() -> Error {
    Error::conflict("import_changed", "the import changed at this very moment; look at it again")
}
