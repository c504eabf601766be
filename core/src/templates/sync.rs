//! Synchronisation: an account's templates as the provider has them.
//!
//! One row per account says how it went last. Whoever moves that row from rest to `queued` writes the job beside it, so
//! any number of workers and callers may ask at once. Pages are written one by one with the place of the next, so a
//! run that is cut short goes on where it was. What was not seen once the last page is read is gone.

use super::jobs::TemplateJob;
use super::port::{ListedTemplate, RegistryError};
use super::submit::{NO_SENDER, access, again_after};
use super::sync_entity::{Column, Entity, Model};
use super::{SyncStatus, take_over};
use crate::clock::Timestamp;
use crate::context::{Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{OrganizationId, OutboxId, TemplateSyncId};
use crate::outbox::{self, Progress};
use crate::queue::LaneName;
use crate::senders;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Statement,
    UpdateMany,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// Accounts looked at in one go of the schedule.
const MOST: usize = 100;

/// Asks for the synchronisation of one account, or of all that have a sender. One that is under way is not asked
/// for again.
///
/// # Errors
/// `Invalid` when no sender of the account is connected.
pub async fn request(tx: &Tx, ctx: &Ctx, waba_id: Option<&str>) -> Result<Vec<Model>> {
    let senders = senders::Entity::secure_find(ctx.organization).all(tx.conn()).await?;
    let accounts: BTreeSet<String> = senders.into_iter().map(|sender| sender.waba_id).collect();
    let wanted: Vec<_> = accounts.iter().filter(|id| waba_id.is_none_or(|wanted| wanted == *id)).collect();
    if let (Some(_), true) = (waba_id, wanted.is_empty()) {
        let message = "no sender of this account is connected; connect one first";
        return Err(Error::invalid("waba_id", "unknown_account", message));
    }
    let mut syncs = Vec::new();
    for account in wanted {
        syncs.push(request_one(tx, ctx.organization, account).await?);
    }
    Ok(syncs)
}

/// How the organization's accounts stand.
pub async fn list(ctx: &Ctx) -> Result<Vec<Model>> {
    Ok(Entity::secure_find(ctx.organization).order_by_asc(Column::WabaId).all(ctx.db.read()).await?)
}

/// Asks for every account whose last synchronisation ended longer ago than `every`, or that has templates known to
/// have changed.
pub async fn request_due(services: &Services, every: Duration) -> Result<()> {
    let now = services.now();
    let due = Statement::from_sql_and_values(
        services.db.backend(),
        "SELECT DISTINCT senders.organization_id AS organization_id, senders.waba_id AS waba_id
         FROM senders LEFT JOIN template_syncs AS s
           ON s.organization_id = senders.organization_id AND s.waba_id = senders.waba_id
         WHERE s.id IS NULL OR (s.status IN ('done', 'failed') AND (s.finished_at < $1
           OR (s.finished_at < $2 AND EXISTS (
             SELECT 1 FROM templates WHERE templates.organization_id = s.organization_id
               AND templates.waba_id = s.waba_id AND templates.provider_id IS NOT NULL
               AND templates.synced_at IS NULL AND templates.status <> 'deleted'))))",
        [now.minus(every).into(), now.minus(Duration::from_secs(60)).into()],
    );
    for row in services.db.read().query_all_raw(due).await?.into_iter().take(MOST) {
        let (organization, account): (OrganizationId, String) =
            (row.try_get("", "organization_id")?, row.try_get("", "waba_id")?);
        let tx = services.begin().await?;
        request_one(&tx, organization, &account).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn request_one(tx: &Tx, organization: OrganizationId, waba_id: &str) -> Result<Model> {
    let new = Model {
        id: TemplateSyncId::new(tx.clock()),
        organization_id: organization,
        waba_id: waba_id.to_owned(),
        status: SyncStatus::Queued,
        next_page: None,
        found: 0,
        error: None,
        requested_at: tx.now(),
        started_at: None,
        finished_at: None,
    };
    let conflict = OnConflict::columns([Column::OrganizationId, Column::WabaId]).do_nothing().to_owned();
    let inserted = Entity::insert(new.into_active_model())
        .on_conflict(conflict)
        .exec_without_returning(tx.conn())
        .await?;
    let moved = Entity::update_many()
        .col_expr(Column::Status, Expr::value(SyncStatus::Queued))
        .col_expr(Column::NextPage, Expr::value(Option::<String>::None))
        .col_expr(Column::Found, Expr::value(0))
        .col_expr(Column::Error, Expr::value(Option::<String>::None))
        .col_expr(Column::RequestedAt, Expr::value(tx.now()))
        .col_expr(Column::StartedAt, Expr::value(Option::<i64>::None))
        .col_expr(Column::FinishedAt, Expr::value(Option::<i64>::None))
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::WabaId.eq(waba_id))
        .filter(Column::Status.is_in([SyncStatus::Done, SyncStatus::Failed]))
        .exec(tx.conn())
        .await?;
    let row = Entity::secure_find(organization).filter(Column::WabaId.eq(waba_id)).one(tx.conn()).await?;
    let row = row.ok_or_else(|| Error::internal("a synchronisation vanished"))?;
    if inserted == 1 || moved.rows_affected == 1 {
        outbox::enqueue(tx, LaneName::Maintenance, &TemplateJob::SyncTemplates { sync: row.id }).await?;
    }
    Ok(row)
}

/// Reads one page and writes it down.
///
/// # Errors
/// The database's; what the provider says is written into the row.
pub async fn run(services: &Services, job: OutboxId, id: TemplateSyncId) -> Result<Progress> {
    let row = Entity::find_by_id(id).one(services.db.read()).await?;
    let open = |row: &Model| matches!(row.status, SyncStatus::Queued | SyncStatus::Running);
    let Some(row) = row.filter(open) else {
        outbox::settle(services.db.write(), job).await?;
        return Ok(Progress::Done);
    };
    let Some(access) = access(services, row.organization_id, &row.waba_id).await? else {
        fail(services, job, id, NO_SENDER).await?;
        return Ok(Progress::Done);
    };
    let asked_at = services.now();
    match services.registry.page(&access, row.next_page.as_deref()).await {
        Ok(page) => keep(services, job, &row, page.templates, page.next, asked_at).await,
        Err(error) => match again_after(&error) {
            Some(after) => {
                wait(services, &row, &error).await?;
                Ok(Progress::More { after })
            }
            None => {
                fail(services, job, id, &error.to_string()).await?;
                Ok(Progress::Done)
            }
        },
    }
}

async fn keep(
    services: &Services,
    job: OutboxId,
    row: &Model,
    listed: Vec<ListedTemplate>,
    next: Option<String>,
    asked_at: Timestamp,
) -> Result<Progress> {
    let started_at = row.started_at.unwrap_or(asked_at);
    let found = row.found.saturating_add(i32::try_from(listed.len()).unwrap_or(i32::MAX));
    let tx = services.begin().await?;
    take_over::templates(&tx, row.organization_id, &row.waba_id, listed, asked_at).await?;
    let set = at_page(row)
        .col_expr(Column::Found, Expr::value(found))
        .col_expr(Column::StartedAt, Expr::value(started_at))
        .col_expr(Column::NextPage, Expr::value(next.clone()))
        .col_expr(Column::Error, Expr::value(Option::<String>::None));
    let last = next.is_none();
    let set = match last {
        true => set
            .col_expr(Column::Status, Expr::value(SyncStatus::Done))
            .col_expr(Column::FinishedAt, Expr::value(tx.now())),
        false => set.col_expr(Column::Status, Expr::value(SyncStatus::Running)),
    };
    if set.exec(tx.conn()).await?.rows_affected != 1 {
        tx.rollback().await?; // another run was here meanwhile
        return Ok(Progress::More { after: Duration::ZERO });
    }
    if last {
        take_over::vanished(&tx, row.organization_id, &row.waba_id, started_at).await?;
        outbox::settle(tx.conn(), job).await?;
    }
    tx.commit().await?;
    Ok(if last { Progress::Done } else { Progress::More { after: Duration::ZERO } })
}

/// The row, if nobody has moved it on since it was read.
fn at_page(row: &Model) -> UpdateMany<Entity> {
    let page = match &row.next_page {
        Some(page) => Column::NextPage.eq(page),
        None => Column::NextPage.is_null(),
    };
    Entity::update_many()
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(row.status))
        .filter(Column::RequestedAt.eq(row.requested_at))
        .filter(page)
}

async fn wait(services: &Services, row: &Model, error: &RegistryError) -> Result<()> {
    tracing::warn!(sync = %row.id, %error, "a synchronisation of templates waits");
    let set = at_page(row).col_expr(Column::Error, Expr::value(error.to_string()));
    set.exec(services.db.write()).await?;
    Ok(())
}

/// Ends a synchronisation that cannot be done.
pub async fn fail(services: &Services, job: OutboxId, id: TemplateSyncId, why: &str) -> Result<()> {
    tracing::warn!(sync = %id, why, "templates could not be synchronised");
    let tx = services.begin().await?;
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(SyncStatus::Failed))
        .col_expr(Column::Error, Expr::value(why))
        .col_expr(Column::NextPage, Expr::value(Option::<String>::None))
        .col_expr(Column::FinishedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.is_in([SyncStatus::Queued, SyncStatus::Running]))
        .exec(tx.conn())
        .await?;
    outbox::settle(tx.conn(), job).await?;
    tx.commit().await
}
