//! Taking one person out of what was kept as it came.

use super::WebhookStatus;
use super::entity::{Column, Entity};
use super::kept_entity;
use super::scrub::without;
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::customers::named::Named;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{AppId, KeptChangeId, OrganizationId, WebhookEventId};
use crate::senders::{self, AppEntity, app_entity};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement, Value,
};

/// Webhooks looked at in one transaction.
const PAGE: usize = 500;

/// What there is to see of a webhook: its bytes only where they name the person.
#[derive(FromQueryResult)]
struct Seen {
    id: WebhookEventId,
    app_id: Option<AppId>,
    body: Option<Vec<u8>>,
}

/// `body` holds one of the marks, as bytes; their values are `$from` and so on.
fn holds(backend: DbBackend, named: &Named, from: usize) -> (String, Vec<Value>) {
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    for (index, mark) in named.marks().enumerate() {
        let place = from + index;
        parts.push(match backend {
            DbBackend::Postgres => format!("position(CAST(${place} AS BYTEA) IN body) > 0"),
            _ => format!("instr(body, ${place}) > 0"),
        });
        values.push(mark.as_bytes().to_vec().into());
    }
    if parts.is_empty() {
        return ("FALSE".into(), values);
    }
    (format!("({})", parts.join(" OR ")), values)
}

/// True while a webhook that came before `until` and names the person waits to be applied.
pub async fn any_pending(tx: &Tx, named: &Named, until: Timestamp) -> Result<bool> {
    let (holds, marks) = holds(tx.backend(), named, 2);
    let mut values = vec![until.into()];
    values.extend(marks);
    let sql = format!(
        "SELECT 1 FROM webhook_events WHERE status = 'pending' AND received_at <= $1 AND {holds} LIMIT 1"
    );
    let found = Statement::from_sql_and_values(tx.backend(), sql, values);
    Ok(tx.conn().query_one_raw(found).await?.is_some())
}

/// Takes a person out of some of the webhooks kept for an organization, behind `after`; returns how many named them and
/// where to go on. What waits to be applied is left: it is dropped in its time.
pub async fn erase(
    tx: &Tx,
    organization: OrganizationId,
    named: &Named,
    after: Option<WebhookEventId>,
    dry_run: bool,
) -> Result<(u64, Option<WebhookEventId>)> {
    let (holds, marks) = holds(tx.backend(), named, 3);
    let mut values = vec![organization.into(), after.map(|id| id.to_string()).unwrap_or_default().into()];
    values.extend(marks);
    let select = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "SELECT id, app_id, CASE WHEN status <> 'pending' AND {holds} THEN body END AS body FROM webhook_events
             WHERE id > $2 AND (app_id IS NULL OR app_id IN (SELECT id FROM apps WHERE organization_id = $1))
             ORDER BY id LIMIT {PAGE}"
        ),
        values,
    );
    let page = Seen::find_by_statement(select).all(tx.conn()).await?;
    let ours = if page.iter().any(|event| event.app_id.is_none()) {
        of_default_app(tx, organization).await?
    } else {
        Vec::new()
    };
    let mut erased = 0;
    for event in &page {
        let only = event.app_id.is_none().then_some(ours.as_slice());
        let Some(left) = event.body.as_deref().and_then(|body| without(body, named, only)) else { continue };
        erased += 1;
        if !dry_run {
            Entity::update_many()
                .col_expr(Column::Body, Expr::value(left))
                .filter(Column::Id.eq(event.id))
                .filter(Column::Status.ne(WebhookStatus::Pending))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok((erased, page.last().map(|event| event.id)))
}

/// Numbers and accounts of an organization whose webhooks come through the installation's default app, with others'.
async fn of_default_app(tx: &Tx, organization: OrganizationId) -> Result<Vec<String>> {
    let senders = senders::Entity::secure_find(organization)
        .filter(senders::entity::Column::AppId.is_null())
        .all(tx.conn())
        .await?;
    Ok(senders.into_iter().flat_map(|sender| [sender.phone_number_id, sender.waba_id]).collect())
}

/// The same for the changes that ask for nothing yet.
pub async fn erase_kept(
    tx: &Tx,
    organization: OrganizationId,
    named: &Named,
    after: Option<KeptChangeId>,
    dry_run: bool,
) -> Result<(u64, Option<KeptChangeId>)> {
    use kept_entity::{Column, Entity};
    let mut query = Entity::secure_find(organization).order_by_asc(Column::Id).limit(PAGE as u64);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    let page = query.all(tx.conn()).await?;
    let mut erased = 0;
    for row in page.iter().filter(|row| named.in_text(&row.content)) {
        erased += 1;
        if !dry_run {
            Entity::update_many()
                .col_expr(Column::Content, Expr::value("{}"))
                .filter(Column::Id.eq(row.id))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok((erased, page.last().map(|row| row.id)))
}

/// The organization's own apps.
fn apps(organization: OrganizationId) -> SelectStatement {
    Query::select()
        .column(app_entity::Column::Id)
        .from(AppEntity)
        .and_where(app_entity::Column::OrganizationId.eq(organization))
        .to_owned()
}

/// Forgets up to `most` of the webhooks of an organization's own apps that came before `before`, those that failed
/// included, and of the kept changes; returns how many there were. Those of the default app belong to nobody alone, and
/// are dropped by the installation's own setting.
pub async fn forget_of(
    tx: &Tx,
    organization: OrganizationId,
    before: Timestamp,
    most: u64,
    dry_run: bool,
) -> Result<u64> {
    let events = Entity::find()
        .filter(Column::AppId.in_subquery(apps(organization)))
        .filter(Column::Status.ne(WebhookStatus::Pending))
        .filter(Column::ReceivedAt.lt(before));
    let kept =
        kept_entity::Entity::secure_find(organization).filter(kept_entity::Column::ReceivedAt.lt(before));
    if dry_run {
        return Ok(events.count(tx.conn()).await? + kept.count(tx.conn()).await?);
    }
    let events: Vec<WebhookEventId> =
        events.select_only().column(Column::Id).limit(most).into_tuple().all(tx.conn()).await?;
    let kept: Vec<KeptChangeId> =
        kept.select_only().column(kept_entity::Column::Id).limit(most).into_tuple().all(tx.conn()).await?;
    let events = Entity::delete_many().filter(Column::Id.is_in(events)).exec(tx.conn()).await?;
    let kept = kept_entity::Entity::delete_many()
        .filter(kept_entity::Column::Id.is_in(kept))
        .exec(tx.conn())
        .await?;
    Ok(events.rows_affected + kept.rows_affected)
}
