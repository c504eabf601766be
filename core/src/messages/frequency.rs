//! How much marketing one person gets, over all campaigns and single messages: asked of rows a claim has won, before they
//! are sent.
//!
//! Two workers may win two messages for the same person at the same moment, and neither sees the other's before it is
//! committed. So the person's row is locked first (on Postgres; SQLite has one writer): whoever comes second counts the
//! first one.

use super::Purpose;
use super::entity::Model;
use super::set_aside::Aside;
use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::CustomerId;
use crate::policy::{Frequency, Over};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};
use std::collections::BTreeMap;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[derive(FromQueryResult)]
struct Reached {
    customer_id: CustomerId,
    claimed_at: Timestamp,
}

/// Which of these rows, each with what holds for it, are one too many for their person.
pub(super) async fn over(
    conn: &impl ConnectionTrait,
    rows: &[(&Model, Frequency)],
    now: Timestamp,
) -> Result<Vec<Aside>> {
    let marketing = |(row, cap): &(&Model, Frequency)| {
        let customer = row.customer_id.filter(|_| row.purpose == Purpose::Marketing)?;
        Some((customer, row.id, *cap))
    };
    let mut won: Vec<_> = rows.iter().filter_map(marketing).collect();
    if won.is_empty() {
        return Ok(Vec::new());
    }
    won.sort_by_key(|(customer, message, _)| (*customer, *message));
    let mut reached = reached(conn, &won, now).await?;
    let mut aside = Vec::new();
    for (customer, message, cap) in won {
        let since = now.minus(DAY * cap.days);
        let earlier = reached.entry(customer).or_default();
        let counted: Vec<_> = earlier.iter().copied().filter(|at| *at > since).collect();
        let most = usize::try_from(cap.messages).unwrap_or(usize::MAX);
        if counted.len() < most {
            earlier.push(now); // the next one of this batch for the same person counts it
            continue;
        }
        aside.push(match cap.over {
            Over::Skip => Aside::skipped(message, "frequency_cap"),
            // when the one that fills the last place is old enough
            Over::Wait => {
                let frees = counted[counted.len() - most].plus(DAY * cap.days);
                Aside::held(message, "frequency_cap", frees)
            }
        });
    }
    Ok(aside)
}

/// When each of these people was last sent marketing, oldest first. What certainly did not arrive does not count.
async fn reached(
    conn: &impl ConnectionTrait,
    won: &[(CustomerId, crate::ids::MessageId, Frequency)],
    now: Timestamp,
) -> Result<BTreeMap<CustomerId, Vec<Timestamp>>> {
    let backend = conn.get_database_backend();
    let longest = won.iter().map(|(_, _, cap)| cap.days).max().unwrap_or(0);
    let mut rows = Rows::new(&[("id", Kind::Text), ("customer_id", Kind::Text)]);
    for (customer, message, _) in won {
        rows.push(vec![message.to_string().into(), customer.to_string().into()]);
    }
    if backend == DbBackend::Postgres {
        let lock = rows.statement(
            backend,
            "SELECT id FROM customers WHERE id IN (SELECT v.customer_id FROM {rows})
             ORDER BY id FOR NO KEY UPDATE",
            [],
        );
        conn.query_all_raw(lock).await?;
    }
    let count = rows.statement(
        backend,
        "SELECT customer_id, claimed_at FROM messages
         WHERE customer_id IN (SELECT v.customer_id FROM {rows}) AND id NOT IN (SELECT v.id FROM {rows})
            AND purpose = 'marketing' AND direction = 'out' AND claimed_at > $1
            AND status IN ('sending', 'accepted', 'sent', 'delivered', 'read', 'unknown')
         ORDER BY claimed_at",
        [now.minus(DAY * longest).into()],
    );
    let mut reached: BTreeMap<CustomerId, Vec<Timestamp>> = BTreeMap::new();
    for row in Reached::find_by_statement(count).all(conn).await? {
        reached.entry(row.customer_id).or_default().push(row.claimed_at);
    }
    Ok(reached)
}
