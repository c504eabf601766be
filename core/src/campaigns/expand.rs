//! Expansion: every recipient made final, page by page. Variables are resolved and frozen, and who may not be messaged
//! becomes a `skipped` row with its reason, so that nobody is missing from the campaign's answer.
//!
//! Safe to run twice and to be killed: the cursor moves in the transaction that writes the page, by compare-and-set,
//! and a person is in a campaign once by a unique index.

use super::audience::Audience;
use super::control;
use super::entity::{Column, Entity, Model};
use super::recipients::{Judge, first_file};
use super::state::CampaignStatus;
use crate::bulk::{Kind, Rows};
use crate::consent::{ConsentPurpose, ConsentState, Purpose, check, suppression};
use crate::context::{Services, Tx};
use crate::customers::{self, Customer, tag_entity};
use crate::error::{Error, Result};
use crate::events::{self, EventType};
use crate::ids::{CampaignId, CustomerId, MessageId, OutboxId};
use crate::messages::counters::Deltas;
use crate::messages::state::MessageStatus;
use crate::outbox::{self, Progress};
use crate::templates::files::KnownFiles;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

const PAGE: u64 = 1_000;
/// One run of the job works for so long, then lets others have the worker.
const SLICE: Duration = Duration::from_secs(4);

/// Works on a campaign's expansion for a while.
pub async fn expand(services: &Services, job: OutboxId, id: CampaignId) -> Result<Progress> {
    let begun = Instant::now();
    while begun.elapsed() < SLICE {
        let tx = services.begin().await?;
        let mut query = Entity::find_by_id(id);
        if tx.backend() == DbBackend::Postgres {
            query = query.lock_exclusive();
        }
        let campaign = query.one(tx.conn()).await?;
        let Some(campaign) = campaign.filter(|c| c.status == CampaignStatus::Preparing) else {
            outbox::settle(tx.conn(), job).await?;
            tx.commit().await?;
            return Ok(Progress::Done);
        };
        let judge = Judge::of(tx.conn(), campaign).await?.with_links(&tx, services).await?;
        let last = page(&tx, services, &judge).await?;
        let done = last.is_none();
        move_cursor(&tx, &judge.campaign, last).await?;
        if done {
            outbox::settle(tx.conn(), job).await?;
        }
        tx.commit().await?;
        if done {
            tracing::info!(campaign = %id, "campaign expanded; sending begins");
            return Ok(Progress::Done);
        }
    }
    Ok(Progress::More { after: Duration::ZERO })
}

/// Gives up a campaign that cannot be prepared, with the reason; true when this call did it.
pub async fn fail(services: &Services, job: OutboxId, id: CampaignId, why: &str) -> Result<bool> {
    let tx = services.begin().await?;
    let failed = Entity::update_many()
        .col_expr(Column::Status, Expr::value(CampaignStatus::Failed))
        .col_expr(Column::Failure, Expr::value(why))
        .col_expr(Column::FinishedAt, Expr::value(tx.now()))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(CampaignStatus::Preparing))
        .exec(tx.conn())
        .await?;
    outbox::settle(tx.conn(), job).await?;
    if failed.rows_affected == 1 {
        events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignFailed, &[id]).await?;
    }
    tx.commit().await?;
    Ok(failed.rows_affected == 1)
}

async fn move_cursor(tx: &Tx, campaign: &Model, last: Option<String>) -> Result<()> {
    let mut paused = false;
    let mut update = Entity::update_many()
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(campaign.id))
        .filter(Column::Status.eq(CampaignStatus::Preparing));
    update = match last {
        Some(cursor) => update.col_expr(Column::ExpandCursor, Expr::value(cursor)),
        None => {
            // a template that was paused meanwhile found no running campaign to take along
            let refused = control::not_sendable(tx, campaign.template_id).await?;
            paused = refused.is_some();
            let status = if refused.is_some() { CampaignStatus::Paused } else { CampaignStatus::Running };
            update
                .col_expr(Column::Status, Expr::value(status))
                .col_expr(Column::PausedAt, Expr::value(refused.as_ref().map(|_| tx.now())))
                .col_expr(Column::PausedReason, Expr::value(refused.map(|problem| problem.message)))
                .col_expr(Column::ExpandedAt, Expr::value(tx.now()))
        }
    };
    match update.exec(tx.conn()).await?.rows_affected {
        1 if paused => {
            events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignPaused, &[campaign.id]).await
        }
        1 => Ok(()),
        _ => Err(Error::conflict("campaign_changed", "the campaign changed while it was expanded")),
    }
}

/// Makes one page final; returns the cursor behind it, or `None` when nothing was left.
async fn page(tx: &Tx, services: &Services, judge: &Judge) -> Result<Option<String>> {
    match judge.campaign.audience()? {
        Audience::Listed => listed_page(tx, services, judge).await,
        Audience::Tag { tag } => audience_page(tx, services, judge, Some(&tag)).await,
        Audience::OptedIn => audience_page(tx, services, judge, None).await,
    }
}

/// What becomes of one person.
struct Final {
    status: MessageStatus,
    reason: Option<&'static str>,
    variables: BTreeMap<String, String>,
    detail: Option<String>,
}

/// Who of a page is on the suppression list. Whoever was when they became a customer stands as opted out already; this
/// is for the day somebody brings back rows past every use case.
async fn suppressed<'c>(
    tx: &Tx,
    judge: &Judge,
    people: impl IntoIterator<Item = &'c Customer>,
) -> Result<HashSet<CustomerId>> {
    let purpose = match judge.campaign.purpose {
        Purpose::Marketing => ConsentPurpose::Marketing,
        Purpose::Utility => ConsentPurpose::Utility,
        Purpose::Authentication | Purpose::Service => return Ok(HashSet::new()),
    };
    suppression::among(tx, judge.campaign.organization_id, purpose, people).await
}

fn decide(
    judge: &Judge,
    known: &KnownFiles,
    customer: &Customer,
    own: &BTreeMap<String, String>,
    suppressed: &HashSet<CustomerId>,
) -> Final {
    let skip = |reason, detail| Final {
        status: MessageStatus::Skipped,
        reason: Some(reason),
        variables: own.clone(),
        detail,
    };
    if let Some(reason) = check::refusal(judge.campaign.purpose, customer) {
        return skip(reason, None);
    }
    if suppressed.contains(&customer.id) {
        return skip("suppressed", None);
    }
    if customer.phone.is_none() && customer.bsuid.is_none() {
        return skip("no_address", None);
    }
    match judge.values(known, own, customer) {
        Ok(variables) => Final { status: MessageStatus::Pending, reason: None, variables, detail: None },
        Err(problems) => skip("bad_variables", problems.first().map(|p| p.message.clone())),
    }
}

#[derive(FromQueryResult)]
struct Planned {
    id: MessageId,
    customer_id: CustomerId,
    variables: Option<String>,
}

#[derive(FromQueryResult)]
struct Inserted {
    status: MessageStatus,
}

async fn listed_page(tx: &Tx, services: &Services, judge: &Judge) -> Result<Option<String>> {
    use crate::messages::entity::{Column, Entity};
    let mut query = Entity::find()
        .select_only()
        .columns([Column::Id, Column::CustomerId, Column::Variables])
        .filter(Column::CampaignId.eq(judge.campaign.id))
        .filter(Column::Status.eq(MessageStatus::Planned))
        .order_by_asc(Column::Id)
        .limit(PAGE);
    if let Some(cursor) = &judge.campaign.expand_cursor {
        query = query.filter(Column::Id.gt(cursor.as_str()));
    }
    let planned = query.into_model::<Planned>().all(tx.conn()).await?;
    let customers = by_id(tx, planned.iter().map(|row| row.customer_id).collect()).await?;
    let suppressed = suppressed(tx, judge, customers.values()).await?;
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("sender_id", Kind::Text),
        ("status", Kind::Text),
        ("reason", Kind::Text),
        ("variables", Kind::Text),
        ("media_id", Kind::Text),
        ("error_detail", Kind::Text),
    ]);
    let mut deltas = Deltas::default();
    let (mut found, mut people) = (Vec::new(), Vec::new());
    for row in &planned {
        let Some(customer) = customers.get(&row.customer_id) else { continue };
        let own = row.variables.as_deref().map(serde_json::from_str).transpose().map_err(Error::internal)?;
        found.push(row);
        people.push((own.unwrap_or_default(), customer));
    }
    let known = judge.known_files(tx.conn(), &people).await?;
    for (row, (own, customer)) in found.into_iter().zip(&people) {
        let verdict = decide(judge, &known, customer, own, &suppressed);
        deltas.moved(Some(judge.campaign.id), MessageStatus::Planned, verdict.status);
        rows.push(vec![
            row.id.to_string().into(),
            // the draft's senders may have changed since this person was added
            judge.sender_for(row.customer_id).to_string().into(),
            verdict.status.as_str().into(),
            verdict.reason.map(str::to_string).into(),
            serde_json::to_string(&verdict.variables).map_err(Error::internal)?.into(),
            first_file(&verdict.variables),
            verdict.detail.into(),
        ]);
    }
    if !rows.is_empty() {
        let update = rows.statement(
            tx.backend(),
            "UPDATE messages SET sender_id = v.sender_id, status = v.status, reason = v.reason, variables = v.variables,
                media_id = v.media_id, error_detail = v.error_detail, purpose = $1, template_id = $2, max_attempts = CAST($3 AS INTEGER),
                updated_at = $4
             FROM {rows} WHERE messages.id = v.id AND messages.status = 'planned'",
            [
                judge.campaign.purpose.into(),
                judge.campaign.template_id.into(),
                judge.campaign.max_attempts.into(),
                tx.now().into(),
            ],
        );
        tx.conn().execute_raw(update).await?;
        deltas.write(tx.conn(), services.shard).await?;
    }
    Ok(planned.last().map(|row| row.id.to_string()))
}

async fn by_id(tx: &Tx, ids: Vec<CustomerId>) -> Result<HashMap<CustomerId, Customer>> {
    let found =
        customers::Entity::find().filter(customers::entity::Column::Id.is_in(ids)).all(tx.conn()).await?;
    Ok(found.into_iter().map(|customer| (customer.id, customer)).collect())
}

async fn audience_page(
    tx: &Tx,
    services: &Services,
    judge: &Judge,
    tag: Option<&str>,
) -> Result<Option<String>> {
    use customers::entity::Column;
    let campaign = &judge.campaign;
    let mut query = customers::Entity::find()
        .filter(Column::OrganizationId.eq(campaign.organization_id))
        .order_by_asc(Column::Id)
        .limit(PAGE);
    if let Some(cursor) = &campaign.expand_cursor {
        query = query.filter(Column::Id.gt(cursor.as_str()));
    }
    query = match tag {
        None => query.filter(Column::MarketingConsent.eq(ConsentState::OptedIn)),
        Some(tag) => {
            let carriers = Query::select()
                .column(tag_entity::Column::CustomerId)
                .from(tag_entity::Entity)
                .and_where(tag_entity::Column::OrganizationId.eq(campaign.organization_id))
                .and_where(tag_entity::Column::Tag.eq(tag))
                .to_owned();
            query.filter(Column::Id.in_subquery(carriers))
        }
    };
    let people = query.all(tx.conn()).await?;
    let suppressed = suppressed(tx, judge, &people).await?;
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("customer_id", Kind::Text),
        ("sender_id", Kind::Text),
        ("phone", Kind::Text),
        ("bsuid", Kind::Text),
        ("status", Kind::Text),
        ("reason", Kind::Text),
        ("variables", Kind::Text),
        ("media_id", Kind::Text),
        ("error_detail", Kind::Text),
    ]);
    let mut deltas = Deltas::default();
    let given: Vec<_> = people.iter().map(|customer| (BTreeMap::new(), customer)).collect();
    let known = judge.known_files(tx.conn(), &given).await?;
    for (own, customer) in &given {
        let verdict = decide(judge, &known, customer, own, &suppressed);
        rows.push(vec![
            MessageId::new(tx.clock()).to_string().into(),
            customer.id.to_string().into(),
            judge.sender_for(customer.id).to_string().into(),
            customer.phone.as_ref().map(ToString::to_string).into(),
            customer.bsuid.clone().into(),
            verdict.status.as_str().into(),
            verdict.reason.map(str::to_string).into(),
            serde_json::to_string(&verdict.variables).map_err(Error::internal)?.into(),
            first_file(&verdict.variables),
            verdict.detail.into(),
        ]);
    }
    if !rows.is_empty() {
        let insert = rows.statement(
            tx.backend(),
            "INSERT INTO messages (id, organization_id, direction, lane, kind, purpose, campaign_id, customer_id,
                sender_id, template_id, phone, bsuid, variables, media_id, status, reason, error_detail, max_attempts,
                created_at, updated_at)
             SELECT v.id, $1, 'out', 'bulk', 'template', $2, $3, v.customer_id, v.sender_id, $4, v.phone, v.bsuid,
                v.variables, v.media_id, v.status, v.reason, v.error_detail, CAST($5 AS INTEGER), CAST($6 AS BIGINT),
                CAST($6 AS BIGINT)
             FROM {rows} WHERE true
             ON CONFLICT (campaign_id, customer_id) WHERE campaign_id IS NOT NULL DO NOTHING
             RETURNING status",
            [
                campaign.organization_id.into(),
                campaign.purpose.into(),
                campaign.id.into(),
                campaign.template_id.into(),
                campaign.max_attempts.into(),
                tx.now().into(),
            ],
        );
        // counted is what went in: a person is in a campaign once
        for row in Inserted::find_by_statement(insert).all(tx.conn()).await? {
            deltas.add(Some(campaign.id), row.status.as_str(), 1);
        }
        deltas.write(tx.conn(), services.shard).await?;
    }
    Ok(people.last().map(|customer| customer.id.to_string()))
}
