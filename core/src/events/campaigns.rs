//! What is told of campaigns. It lies here because the slices above and below `campaigns` move them, too: a template
//! that may not be sent any more takes its campaigns along.

use super::{EventType, NewEvent, about, record};
use crate::bulk::Rows;
use crate::clock::{Clock, Timestamp};
use crate::error::Result;
use crate::ids::{CampaignId, OrganizationId, TemplateId};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

#[derive(FromQueryResult)]
struct Moved {
    id: CampaignId,
    organization_id: OrganizationId,
    name: String,
    status: String,
    template_id: TemplateId,
    purpose: String,
    failure: Option<String>,
    paused_reason: Option<String>,
    launched_at: Option<Timestamp>,
    paused_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    updated_at: Timestamp,
}

/// Tells of campaigns that were just moved, in the transaction that moved them: as they stand now, with their numbers.
/// One statement when nobody wants to know.
pub async fn tell(
    conn: &impl ConnectionTrait,
    clock: &dyn Clock,
    kind: EventType,
    ids: &[CampaignId],
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let select = Rows::ids(ids).statement(
        conn.get_database_backend(),
        "SELECT id, organization_id, name, status, template_id, purpose, failure, paused_reason, launched_at, paused_at,
            finished_at, updated_at
         FROM campaigns WHERE id IN (SELECT v.id FROM {rows}) AND EXISTS (SELECT 1 FROM subscription_types
            WHERE subscription_types.organization_id = campaigns.organization_id AND subscription_types.type = $1)",
        [kind.into()],
    );
    let moved = Moved::find_by_statement(select).all(conn).await?;
    if moved.is_empty() {
        return Ok(());
    }
    let counts = counts(conn, ids).await?;
    let event = |campaign: Moved| NewEvent {
        organization: campaign.organization_id,
        kind,
        customer: None,
        at: campaign.updated_at,
        data: data(&campaign, counts.get(&campaign.id)),
    };
    record(conn, clock, &moved.into_iter().map(event).collect::<Vec<_>>()).await
}

fn data(campaign: &Moved, counts: Option<&Map<String, Value>>) -> Value {
    let paused = campaign.status == "paused";
    about(json!({
        "id": campaign.id, "name": campaign.name, "status": campaign.status, "template_id": campaign.template_id,
        "purpose": campaign.purpose, "failure": campaign.failure,
        "paused_reason": campaign.paused_reason.as_ref().filter(|_| paused),
        "paused_at": campaign.paused_at.filter(|_| paused).map(|at| at.to_string()),
        "launched_at": campaign.launched_at.map(|at| at.to_string()),
        "finished_at": campaign.finished_at.map(|at| at.to_string()),
        "counts": counts.cloned().unwrap_or_default(),
    }))
}

/// How many messages of each campaign stand where, as far as any do.
async fn counts(
    conn: &impl ConnectionTrait,
    ids: &[CampaignId],
) -> Result<HashMap<CampaignId, Map<String, Value>>> {
    let select = Rows::ids(ids).statement(
        conn.get_database_backend(),
        "SELECT campaign_id, status, CAST(SUM(n) AS BIGINT) AS n FROM campaign_counters
         WHERE campaign_id IN (SELECT v.id FROM {rows}) GROUP BY campaign_id, status",
        [],
    );
    let mut counts: HashMap<CampaignId, Map<String, Value>> = HashMap::new();
    for row in conn.query_all_raw(select).await? {
        let (campaign, word, n) = read(&row)?;
        if n != 0 {
            // "the provider took it" and "it left the provider" are one thing to people
            let word = if word == "accepted" { "sent".to_string() } else { word };
            let of = counts.entry(campaign).or_default();
            let before = of.get(&word).and_then(Value::as_i64).unwrap_or(0);
            of.insert(word, json!(before + n));
        }
    }
    Ok(counts)
}

fn read(row: &QueryResult) -> Result<(CampaignId, String, i64)> {
    Ok((row.try_get("", "campaign_id")?, row.try_get("", "status")?, row.try_get("", "n")?))
}
