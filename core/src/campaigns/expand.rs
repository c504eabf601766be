//! Expansion: every recipient made final, page by page. Variables are resolved and frozen, and who may not be messaged
//! becomes a `skipped` row with its reason, so that nobody is missing from the campaign's answer.
//!
//! Safe to run twice and to be killed: the cursor moves in the transaction that writes the page, by compare-and-set,
//! and a person is in a campaign once by a unique index.

use super::audience::Audience;
use super::control;
use super::entity::{Column, Entity, Model};
use super::outcome;
use super::recipients::{Judge, first_file};
use super::state::CampaignStatus;
use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::consent::{ConsentPurpose, ConsentState, Purpose, check, suppression};
use crate::context::{Services, Tx};
use crate::customers::{self, Customer, tag_entity};
use crate::error::{Error, Result};
use crate::events::{self, EventType};
use crate::ids::{CampaignId, CustomerId, MessageId, OutboxId};
use crate::messages::cost;
use crate::messages::counters::Deltas;
use crate::messages::judge::{self, Case, Ruling};
use crate::messages::state::MessageStatus;
use crate::outbox::{self, Progress};
use crate::policy::hours::{Places, WallTime, next_local};
use crate::policy::{SendingPolicy, settings};
use crate::pricing::Estimate;
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
        Audience::Tag { tag } => {
            let tagged = Query::select()
                .column(tag_entity::Column::CustomerId)
                .from(tag_entity::Entity)
                .and_where(tag_entity::Column::OrganizationId.eq(judge.campaign.organization_id))
                .and_where(tag_entity::Column::Tag.eq(tag))
                .to_owned();
            audience_page(tx, services, judge, customers::entity::Column::Id.in_subquery(tagged)).await
        }
        Audience::OptedIn => {
            let agreed = customers::entity::Column::MarketingConsent.eq(ConsentState::OptedIn);
            audience_page(tx, services, judge, agreed).await
        }
        Audience::Outcome { campaign, outcome } => {
            let came_to_it = outcome::people(campaign, outcome, judge.campaign.expand_cursor.as_deref());
            audience_page(tx, services, judge, came_to_it).await
        }
    }
}

/// What becomes of one person.
struct Final {
    status: MessageStatus,
    reason: Option<&'static str>,
    /// When somebody who waits comes up.
    until: Option<Timestamp>,
    variables: BTreeMap<String, String>,
    detail: Option<String>,
}

/// What a page's people are judged by, beside what is known about each.
struct Rules {
    policy: SendingPolicy,
    now: Timestamp,
    /// The time of their own day at which people are sent to.
    local: Option<WallTime>,
    /// Who is on the suppression list. Whoever was when they became a customer stands as opted out already; this is for
    /// the day somebody brings back rows past every use case.
    suppressed: HashSet<CustomerId>,
}

impl Rules {
    async fn of<'c>(
        tx: &Tx,
        services: &Services,
        judge: &Judge,
        people: impl IntoIterator<Item = &'c Customer>,
    ) -> Result<Self> {
        let organization = judge.campaign.organization_id;
        let policy = settings::of(tx.conn(), services, organization).await?;
        let purpose = match judge.campaign.purpose {
            Purpose::Marketing => Some(ConsentPurpose::Marketing),
            Purpose::Utility => Some(ConsentPurpose::Utility),
            Purpose::Authentication | Purpose::Service => None,
        };
        let suppressed = match purpose {
            Some(purpose) => suppression::among(tx, organization, purpose, people).await?,
            None => HashSet::new(),
        };
        let local = judge.campaign.send_at_local.as_deref().and_then(|time| WallTime::parse(time).ok());
        Ok(Self { policy, now: tx.now(), local, suppressed })
    }
}

fn decide(
    judge: &Judge,
    known: &KnownFiles,
    customer: &Customer,
    own: &BTreeMap<String, String>,
    rules: &Rules,
) -> Final {
    let skip = |reason, detail| Final {
        status: MessageStatus::Skipped,
        reason: Some(reason),
        until: None,
        variables: own.clone(),
        detail,
    };
    if let Some(reason) = check::refusal(judge.campaign.purpose, customer) {
        return skip(reason, None);
    }
    if rules.suppressed.contains(&customer.id) {
        return skip("suppressed", None);
    }
    if customer.phone.is_none() && customer.bsuid.is_none() {
        return skip("no_address", None);
    }
    let case = Case {
        purpose: judge.campaign.purpose,
        phone: customer.phone.as_ref(),
        bsuid: customer.bsuid.as_deref(),
        time_zone: customer.time_zone.as_deref(),
        // how the number is doing when it sends counts
        quality: None,
    };
    // in a campaign that keeps to a time of people's own day, their hours are asked of that moment
    let local = rules.local.map(|time| {
        let places = Places { zones: &case.places(), fallback: rules.policy.fallback() };
        next_local(time, places, rules.now)
    });
    let at = local.unwrap_or(rules.now);
    let ruling = match judge::judge(&rules.policy, &case, at) {
        Ruling::Send if at > rules.now => Ruling::Wait(at, "local_time"),
        other => other,
    };
    if let Ruling::Skip(reason) = ruling {
        return skip(reason, None);
    }
    match (judge.values(known, own, customer), ruling) {
        (Err(problems), _) => skip("bad_variables", problems.first().map(|p| p.message.clone())),
        (Ok(variables), Ruling::Wait(until, reason)) => {
            let (reason, until) = (Some(reason), Some(until));
            Final { status: MessageStatus::Held, reason, until, variables, detail: None }
        }
        (Ok(variables), _) => {
            Final { status: MessageStatus::Pending, reason: None, until: None, variables, detail: None }
        }
    }
}

/// What somebody's message is expected to cost; nothing is expected of one that is not sent.
fn estimate(judge: &Judge, verdict: &Final, customer: &Customer, now: Timestamp) -> Estimate {
    match verdict.status {
        MessageStatus::Skipped => Estimate::default(),
        _ => cost::expected(judge.campaign.purpose, customer, now),
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
    let rules = Rules::of(tx, services, judge, customers.values()).await?;
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("sender_id", Kind::Text),
        ("status", Kind::Text),
        ("reason", Kind::Text),
        ("variables", Kind::Text),
        ("media_id", Kind::Text),
        ("error_detail", Kind::Text),
        ("until_at", Kind::Int),
        ("market", Kind::Text),
        ("estimated_cost", Kind::Int),
        ("cost_currency", Kind::Text),
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
        let verdict = decide(judge, &known, customer, own, &rules);
        let [market, estimated, currency] = estimate(judge, &verdict, customer, tx.now()).cells();
        deltas.moved(Some(judge.campaign.id), MessageStatus::Planned, verdict.status);
        rows.push(vec![
            row.id.to_string().into(),
            // the draft's senders may have changed since this person was added
            judge.sender_for(customer).to_string().into(),
            verdict.status.as_str().into(),
            verdict.reason.map(str::to_string).into(),
            serde_json::to_string(&verdict.variables).map_err(Error::internal)?.into(),
            first_file(&verdict.variables),
            verdict.detail.into(),
            verdict.until.into(),
            market,
            estimated,
            currency,
        ]);
    }
    if !rows.is_empty() {
        let update = rows.statement(
            tx.backend(),
            "UPDATE messages SET sender_id = v.sender_id, status = v.status, reason = v.reason, variables = v.variables,
                media_id = v.media_id, error_detail = v.error_detail, next_attempt_at = v.until_at, market = v.market,
                estimated_cost = v.estimated_cost, cost_currency = v.cost_currency, purpose = $1, template_id = $2, max_attempts = CAST($3 AS INTEGER),
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

async fn audience_page(tx: &Tx, services: &Services, judge: &Judge, who: Expr) -> Result<Option<String>> {
    use customers::entity::Column;
    let campaign = &judge.campaign;
    let mut query = customers::Entity::find()
        .filter(Column::OrganizationId.eq(campaign.organization_id))
        .filter(who)
        .order_by_asc(Column::Id)
        .limit(PAGE);
    if let Some(cursor) = &campaign.expand_cursor {
        query = query.filter(Column::Id.gt(cursor.as_str()));
    }
    let people = query.all(tx.conn()).await?;
    let rules = Rules::of(tx, services, judge, &people).await?;
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
        ("until_at", Kind::Int),
        ("market", Kind::Text),
        ("estimated_cost", Kind::Int),
        ("cost_currency", Kind::Text),
    ]);
    let mut deltas = Deltas::default();
    let given: Vec<_> = people.iter().map(|customer| (BTreeMap::new(), customer)).collect();
    let known = judge.known_files(tx.conn(), &given).await?;
    for (own, customer) in &given {
        let verdict = decide(judge, &known, customer, own, &rules);
        let [market, estimated, currency] = estimate(judge, &verdict, customer, tx.now()).cells();
        rows.push(vec![
            MessageId::new(tx.clock()).to_string().into(),
            customer.id.to_string().into(),
            judge.sender_for(customer).to_string().into(),
            customer.phone.as_ref().map(ToString::to_string).into(),
            customer.bsuid.clone().into(),
            verdict.status.as_str().into(),
            verdict.reason.map(str::to_string).into(),
            serde_json::to_string(&verdict.variables).map_err(Error::internal)?.into(),
            first_file(&verdict.variables),
            verdict.detail.into(),
            verdict.until.into(),
            market,
            estimated,
            currency,
        ]);
    }
    if !rows.is_empty() {
        let insert = rows.statement(
            tx.backend(),
            "INSERT INTO messages (id, organization_id, direction, lane, kind, purpose, campaign_id, customer_id,
                sender_id, template_id, phone, bsuid, variables, media_id, status, reason, error_detail, next_attempt_at,
                market, estimated_cost, cost_currency, max_attempts, created_at, updated_at)
             SELECT v.id, $1, 'out', 'bulk', 'template', $2, $3, v.customer_id, v.sender_id, $4, v.phone, v.bsuid,
                v.variables, v.media_id, v.status, v.reason, v.error_detail, v.until_at, v.market,
                v.estimated_cost, v.cost_currency,
                CAST($5 AS INTEGER), CAST($6 AS BIGINT), CAST($6 AS BIGINT)
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
