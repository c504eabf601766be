//! Taking people out of the ledger. A row stays and counts on: status, times, price, campaign. To whom it went, what it
//! said and how the provider calls it are gone.
//!
//! The provider's ids have the person's number in them (base64), so they are replaced by their SHA-256: late statuses
//! are still found by what they tell, and nobody can read the number off. There is more randomness in such an id than
//! could be guessed.

use super::counters::Deltas;
use super::state::MessageStatus;
use crate::bulk::{Kind, Rows};
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::{CampaignId, CustomerId, MessageId};
use crate::secret::sha256_hex;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    Statement, Value,
};

/// Why a message was cancelled whose person was erased.
pub const ERASED: &str = "erased";
/// What the ids of erased rows begin with.
const FADED: &str = "sha256:";
/// Rows that somebody still works on, or that are waited for.
pub(super) const OPEN: &str = "('planned', 'pending', 'queued', 'sending', 'held')";

/// The provider's id as an erased row knows it. Fading what has faded changes nothing.
pub fn faded(wamid: &str) -> String {
    if wamid.starts_with(FADED) {
        return wamid.to_owned();
    }
    format!("{FADED}{}", sha256_hex(wamid.as_bytes()))
}

/// How many rows were changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Anonymised {
    /// Of the ledger.
    pub messages: u64,
    /// Attempts before the current ones.
    pub attempts: u64,
}

/// `($from, …)` for so many ids, and the ids.
fn list(ids: &[CustomerId], from: usize) -> (String, Vec<Value>) {
    let places: Vec<_> = (from..from + ids.len()).map(|n| format!("${n}")).collect();
    (format!("({})", places.join(", ")), ids.iter().map(|id| (*id).into()).collect())
}

#[derive(FromQueryResult)]
struct Ended {
    campaign_id: Option<CampaignId>,
    status: MessageStatus,
}

/// Cancels what waits to be sent to these people, with the reason; whoever was sent to before without success has
/// failed. Off the list of a draft they are simply taken. Requests under way are left: they end first.
///
/// Campaigns are locked before their planned rows, as the expansion does: it counts what it is about to move.
pub async fn cancel_open(tx: &Tx, services: &Services, people: &[CustomerId]) -> Result<u64> {
    if people.is_empty() {
        return Ok(0);
    }
    let backend = tx.backend();
    let (these, ids) = list(people, 1);
    let lock = if backend == DbBackend::Postgres { "FOR UPDATE" } else { "" };
    let lists = Statement::from_sql_and_values(
        backend,
        format!(
            "SELECT id FROM campaigns WHERE id IN (SELECT campaign_id FROM messages
                WHERE customer_id IN {these} AND status = 'planned') ORDER BY id {lock}"
        ),
        ids.clone(),
    );
    tx.conn().query_all_raw(lists).await?;
    let mut deltas = Deltas::default();
    let drafts = Statement::from_sql_and_values(
        backend,
        format!(
            "DELETE FROM messages WHERE customer_id IN {these} AND status = 'planned' AND campaign_id IN
                (SELECT id FROM campaigns WHERE status IN ('draft', 'scheduled'))
             RETURNING campaign_id, status"
        ),
        ids,
    );
    let mut ended = 0;
    for row in Ended::find_by_statement(drafts).all(tx.conn()).await? {
        deltas.add(row.campaign_id, row.status.as_str(), -1);
        ended += 1;
    }
    use MessageStatus::{Held, Pending, Planned, Queued};
    for from in [Planned, Pending, Queued, Held] {
        let (these, ids) = list(people, 3);
        let mut values = vec![tx.now().into(), ERASED.into()];
        values.extend(ids);
        let update = Statement::from_sql_and_values(
            backend,
            format!(
                "UPDATE messages SET status = CASE WHEN wamid IS NULL THEN 'cancelled' ELSE 'failed' END,
                    reason = CASE WHEN wamid IS NULL THEN $2 END, queued_until = NULL, next_attempt_at = NULL,
                    updated_at = $1
                 WHERE customer_id IN {these} AND status = '{from}'
                 RETURNING campaign_id, status"
            ),
            values,
        );
        for row in Ended::find_by_statement(update).all(tx.conn()).await? {
            deltas.moved(row.campaign_id, from, row.status);
            ended += 1;
        }
    }
    deltas.write(tx.conn(), &services.shards).await?;
    Ok(ended)
}

#[derive(FromQueryResult)]
struct Row {
    id: MessageId,
    wamid: Option<String>,
}

/// Anonymises up to `most` rows of these people that nobody works on.
pub async fn anonymise_people(tx: &Tx, people: &[CustomerId], most: u64) -> Result<Anonymised> {
    if people.is_empty() {
        return Ok(Anonymised::default());
    }
    let (these, ids) = list(people, 1);
    anonymise(tx, &format!("customer_id IN {these} AND status NOT IN {OPEN}"), ids, most).await
}

/// Anonymises up to `most` recipients of a campaign that is over.
pub async fn anonymise_recipients(tx: &Tx, campaign: CampaignId, most: u64) -> Result<Anonymised> {
    let which = format!("campaign_id = $1 AND erased_at IS NULL AND status NOT IN {OPEN}");
    anonymise(tx, &which, vec![campaign.into()], most).await
}

async fn anonymise(tx: &Tx, which: &str, values: Vec<Value>, most: u64) -> Result<Anonymised> {
    let lock = if tx.backend() == DbBackend::Postgres { "FOR UPDATE" } else { "" };
    let select = Statement::from_sql_and_values(
        tx.backend(),
        format!("SELECT id, wamid FROM messages WHERE {which} ORDER BY id LIMIT {most} {lock}"),
        values,
    );
    let found = Row::find_by_statement(select).all(tx.conn()).await?;
    if found.is_empty() {
        return Ok(Anonymised::default());
    }
    let mut rows = Rows::new(&[("id", Kind::Text), ("wamid", Kind::Text)]);
    for row in &found {
        rows.push(vec![row.id.to_string().into(), row.wamid.as_deref().map(faded).into()]);
    }
    // an outcome nobody knows is left: to be sent again it would need somebody to go to
    let update = rows.statement(
        tx.backend(),
        "UPDATE messages SET customer_id = NULL, phone = NULL, bsuid = NULL, variables = NULL, content = NULL,
            context_wamid = NULL, error_detail = NULL, wamid = v.wamid, erased_at = $1, updated_at = $1,
            decided_at = CASE WHEN status = 'unknown' AND decided_at IS NULL THEN $1 ELSE decided_at END
         FROM {rows} WHERE messages.id = v.id",
        [tx.now().into()],
    );
    tx.conn().execute_raw(update).await?;
    let attempts = anonymise_attempts(tx, &found).await?;
    Ok(Anonymised { messages: found.len() as u64, attempts })
}

#[derive(FromQueryResult)]
struct Earlier {
    message_id: MessageId,
    attempt: i32,
    wamid: Option<String>,
}

async fn anonymise_attempts(tx: &Tx, of: &[Row]) -> Result<u64> {
    let select = Rows::ids(of.iter().map(|row| row.id)).statement(
        tx.backend(),
        "SELECT message_id, attempt, wamid FROM message_attempts WHERE message_id IN (SELECT v.id FROM {rows})",
        [],
    );
    let mut rows = Rows::new(&[("id", Kind::Text), ("attempt", Kind::Int), ("wamid", Kind::Text)]);
    for row in Earlier::find_by_statement(select).all(tx.conn()).await? {
        rows.push(vec![
            row.message_id.to_string().into(),
            row.attempt.into(),
            row.wamid.as_deref().map(faded).into(),
        ]);
    }
    if rows.is_empty() {
        return Ok(0);
    }
    let update = rows.statement(
        tx.backend(),
        "UPDATE message_attempts SET wamid = v.wamid, error_detail = NULL
         FROM {rows} WHERE message_attempts.message_id = v.id AND message_attempts.attempt = v.attempt",
        [],
    );
    tx.conn().execute_raw(update).await?;
    Ok(rows.len() as u64)
}

/// How many messages wait to be sent to these people.
pub async fn count_open(conn: &impl ConnectionTrait, people: &[CustomerId]) -> Result<u64> {
    use super::entity::{Column, Entity};
    use MessageStatus::{Held, Pending, Planned, Queued};
    let waiting = Entity::find()
        .filter(Column::CustomerId.is_in(people.iter().copied()))
        .filter(Column::Status.is_in([Planned, Pending, Queued, Held]));
    Ok(waiting.count(conn).await?)
}

/// How many rows are left of these people.
pub async fn count(conn: &impl ConnectionTrait, people: &[CustomerId]) -> Result<Anonymised> {
    if people.is_empty() {
        return Ok(Anonymised::default());
    }
    let (these, ids) = list(people, 1);
    let number = async |sql: String| -> Result<u64> {
        let count = Statement::from_sql_and_values(conn.get_database_backend(), sql, ids.clone());
        let row = conn.query_one_raw(count).await?;
        let n: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
        Ok(n.unsigned_abs())
    };
    Ok(Anonymised {
        messages: number(format!("SELECT COUNT(*) AS n FROM messages WHERE customer_id IN {these}")).await?,
        attempts: number(format!(
            "SELECT COUNT(*) AS n FROM message_attempts
             WHERE message_id IN (SELECT id FROM messages WHERE customer_id IN {these})"
        ))
        .await?,
    })
}

#[cfg(test)]
mod tests {
    use super::faded;

    #[test]
    fn a_faded_id_is_found_again_and_does_not_fade_twice() {
        let once = faded("wamid.HBgMOTE5ODIwMDAwMDAxFQIAERgSNTU");
        assert_eq!(once, faded("wamid.HBgMOTE5ODIwMDAwMDAxFQIAERgSNTU"));
        assert_eq!(once, faded(&once));
        assert_ne!(once, faded("wamid.HBgMOTE5ODIwMDAwMDAyFQIAERgSNTU"));
        assert!(!once.contains("HBgM"));
    }
}
