//! The pages of an expansion: the people of a list, who have their rows from the draft on, and those of an audience, who
//! get theirs now.

use super::verdict::{Final, Rules, decide, estimate};
use crate::bulk::{Cell, Kind, Rows};
use crate::campaigns::audience::Audience;
use crate::campaigns::outcome;
use crate::campaigns::recipients::{Judge, first_file};
use crate::consent::ConsentState;
use crate::context::{Services, Tx};
use crate::customers::{self, Customer, tag_entity};
use crate::error::{Error, Result};
use crate::ids::{CustomerId, MessageId};
use crate::messages::counters::Deltas;
use crate::messages::state::MessageStatus;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, HashMap};

const PAGE: u64 = 1_000;

/// What is written of a person, and then what only a new row needs.
const COLUMNS: &[(&str, Kind)] = &[
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
    ("customer_id", Kind::Text),
    ("phone", Kind::Text),
    ("bsuid", Kind::Text),
];
/// The columns of a row that is there.
const DECIDED: usize = 11;

/// Makes one page final; returns the cursor behind it, or `None` when nothing was left.
pub(super) async fn next(tx: &Tx, services: &Services, judge: &Judge) -> Result<Option<String>> {
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

/// The cells of a row that is there.
fn decided(tx: &Tx, judge: &Judge, id: MessageId, customer: &Customer, verdict: Final) -> Result<Vec<Cell>> {
    let [market, estimated, currency] = estimate(judge, &verdict, customer, tx.now()).cells();
    Ok(vec![
        id.to_string().into(),
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
    ])
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
    let mut rows = Rows::new(&COLUMNS[..DECIDED]);
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
        deltas.moved(Some(judge.campaign.id), MessageStatus::Planned, verdict.status);
        rows.push(decided(tx, judge, row.id, customer, verdict)?);
    }
    if !rows.is_empty() {
        let update = rows.statement(
            tx.backend(),
            "UPDATE messages SET sender_id = v.sender_id, status = v.status, reason = v.reason, variables = v.variables,
                media_id = v.media_id, error_detail = v.error_detail, next_attempt_at = v.until_at,
                market = v.market, estimated_cost = v.estimated_cost, cost_currency = v.cost_currency,
                purpose = $1, template_id = $2, max_attempts = CAST($3 AS INTEGER), updated_at = $4
             FROM {rows} WHERE messages.id = v.id AND messages.status = 'planned'",
            [
                judge.campaign.purpose.into(),
                judge.campaign.template_id.into(),
                judge.campaign.max_attempts.into(),
                tx.now().into(),
            ],
        );
        tx.conn().execute_raw(update).await?;
        deltas.write(tx.conn(), &services.shards).await?;
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
    let mut rows = Rows::new(COLUMNS);
    let mut deltas = Deltas::default();
    let given: Vec<_> = people.iter().map(|customer| (BTreeMap::new(), customer)).collect();
    let known = judge.known_files(tx.conn(), &given).await?;
    for (own, customer) in &given {
        let verdict = decide(judge, &known, customer, own, &rules);
        let mut cells = decided(tx, judge, MessageId::new(tx.clock()), customer, verdict)?;
        cells.extend([
            customer.id.to_string().into(),
            customer.phone.as_ref().map(ToString::to_string).into(),
            customer.bsuid.clone().into(),
        ]);
        rows.push(cells);
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
        deltas.write(tx.conn(), &services.shards).await?;
    }
    Ok(people.last().map(|customer| customer.id.to_string()))
}
