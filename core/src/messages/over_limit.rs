//! Messages to people the portfolio may not write to first today: they wait for a place, with the reason, and are never
//! sent to be refused.
//!
//! Only templates outside the person's 24-hour window count, and only where a limit is known. Which rows those are, the
//! claim's own statement tells; where it tells of none, nothing more is asked.

use super::claim::WINDOW;
use super::entity::Model;
use super::set_aside::Aside;
use crate::bulk::Rows;
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::Result;
use crate::ids::{CustomerId, MessageId, OrganizationId};
use crate::senders::portfolio_room::{self, Candidate};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use std::collections::HashSet;

/// Why such a message is held.
pub(super) const REASON: &str = "portfolio_limit";
/// Told of more room, at most so many come back at once; the others come in their own time.
const MOST_RECALLED: i64 = 50_000;

/// Counts everybody there is room for, and puts the rows of the others aside. `counting`: rows that were won and count
/// towards a limit, each with its portfolio.
pub(super) async fn beyond(
    conn: &impl ConnectionTrait,
    counting: &[(&Model, &str)],
    now: Timestamp,
) -> Result<Vec<Aside>> {
    let candidate = |(row, portfolio): &(&Model, &str)| {
        let (organization, portfolio) = (row.organization_id, (*portfolio).to_string());
        let candidate = Candidate {
            organization,
            portfolio,
            customer: row.customer_id?,
            urgent: row.campaign_id.is_none(),
        };
        Some((row.id, candidate))
    };
    let all: Vec<_> = counting.iter().filter_map(candidate).collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let open = with_open_window(conn, all.iter().map(|(_, one)| one.customer), now).await?;
    let (ids, candidates): (Vec<MessageId>, Vec<Candidate>) =
        all.into_iter().filter(|(_, one)| !open.contains(&one.customer)).unzip();
    let beyond = portfolio_room::admit(conn, &candidates, now).await?;
    let aside = |(place, until): (usize, Timestamp)| Some(Aside::held(*ids.get(place)?, REASON, until));
    let aside: Vec<_> = beyond.into_iter().filter_map(aside).collect();
    metrics::counter!("bellbird_held_over_limit").increment(aside.len() as u64);
    Ok(aside)
}

#[derive(FromQueryResult)]
struct Found {
    id: CustomerId,
}

/// Who wrote within the last day: a message to them is an answer, and counts towards nothing.
async fn with_open_window(
    conn: &impl ConnectionTrait,
    customers: impl Iterator<Item = CustomerId>,
    now: Timestamp,
) -> Result<HashSet<CustomerId>> {
    let select = Rows::ids(customers).statement(
        conn.get_database_backend(),
        "SELECT id FROM customers WHERE id IN (SELECT v.id FROM {rows}) AND last_inbound_at > $1",
        [now.minus(WINDOW).into()],
    );
    let found = Found::find_by_statement(select).all(conn).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// Something new was told of a portfolio's limit: as many of its held messages as there is room for are due now.
pub async fn recall(tx: &Tx, organization: OrganizationId, portfolio: &str) -> Result<()> {
    let room = portfolio_room::room(tx.conn(), organization, portfolio, tx.now()).await?;
    let most = room.map_or(MOST_RECALLED, |room| room.left().min(MOST_RECALLED));
    let skip = if tx.backend() == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let update = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "WITH chosen AS MATERIALIZED (
                SELECT id FROM messages WHERE status = 'held' AND reason = '{REASON}' AND next_attempt_at > $1
                    AND sender_id IN (SELECT id FROM senders
                        WHERE organization_id = $2 AND COALESCE(portfolio_id, waba_id) = $3)
                ORDER BY next_attempt_at LIMIT $4 {skip})
             UPDATE messages SET next_attempt_at = $1, updated_at = $1
             WHERE id IN (SELECT id FROM chosen) AND status = 'held'"
        ),
        [tx.now().into(), organization.into(), portfolio.into(), most.into()],
    );
    tx.conn().execute_raw(update).await?;
    Ok(())
}
