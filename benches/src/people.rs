//! Customers and messages by the million, straight into the tables: how fast they can be brought in is another question.

use crate::Outcome;
use bellbird_core::clock::{Clock, SystemClock};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use std::ops::Range;

/// Rows of one statement.
const CHUNK: usize = 200_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// The number of the `n`th person, as Meta writes it: an Indian mobile.
pub(crate) fn wa_id(n: usize) -> String {
    format!("9198{:08}", 20_000_000 + n)
}

/// An id whose time comes from `n` and whose end is random, as ours are.
fn id(prefix: &str, n: &str, backend: DbBackend) -> String {
    match backend {
        DbBackend::Postgres => {
            format!("'{prefix}01kb' || lpad(to_hex({n}), 8, '0') || substr(md5(({n})::text), 1, 14)")
        }
        _ => format!("'{prefix}01kb' || printf('%08x', {n}) || lower(hex(randomblob(7)))"),
    }
}

/// The numbers of a range, as `n` of `numbers`.
fn numbers(range: &Range<usize>, backend: DbBackend) -> String {
    let (first, last) = (range.start, range.end.saturating_sub(1));
    match backend {
        DbBackend::Postgres => format!("(SELECT n FROM generate_series({first}, {last}) AS n) AS numbers"),
        _ => format!(
            "(WITH RECURSIVE counted (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM counted WHERE n < {last})
              SELECT n FROM counted) AS numbers"
        ),
    }
}

async fn in_chunks(db: &DatabaseConnection, range: Range<usize>, sql: impl Fn(&str) -> String) -> Outcome {
    for from in range.clone().step_by(CHUNK) {
        let chunk = from..range.end.min(from + CHUNK);
        db.execute_unprepared(&sql(&numbers(&chunk, db.get_database_backend()))).await?;
    }
    Ok(())
}

/// Adds customers who agreed to marketing, known to WhatsApp under the number we have.
pub(crate) async fn add(db: &DatabaseConnection, organization: &str, range: Range<usize>) -> Outcome {
    let (at, backend) = (SystemClock.now().0 - DAY_MS, db.get_database_backend());
    let id = id("cus_", "n", backend);
    in_chunks(db, range, |numbers| {
        format!(
            "INSERT INTO customers (id, organization_id, phone, wa_id, name, attributes, marketing_consent,
                marketing_consent_at, marketing_consent_source, created_at, updated_at)
             SELECT {id}, '{organization}', '+9198' || (20000000 + n), '9198' || (20000000 + n), 'Customer ' || n, '{{}}',
                'opted_in', {at}, 'bench', {at}, {at}
             FROM {numbers}"
        )
    })
    .await?;
    // what autovacuum would do by and by
    db.execute_unprepared("ANALYZE customers").await?;
    Ok(())
}

/// What the messages of [`sent`] belong to.
#[derive(Debug)]
pub(crate) struct History<'a> {
    pub(crate) organization: &'a str,
    pub(crate) campaigns: &'a [String],
    pub(crate) sender: &'a str,
    pub(crate) template: &'a str,
    /// How many customers each campaign went to.
    pub(crate) customers: usize,
}

/// Adds messages of campaigns that are over: of a hundred 60 read, 30 delivered, 5 sent, 4 failed, one skipped. On
/// Postgres only.
pub(crate) async fn sent(db: &DatabaseConnection, history: &History<'_>, messages: usize) -> Outcome {
    let History { organization, campaigns, sender, template, customers } = history;
    let at = SystemClock.now().0 - DAY_MS;
    let (message, customer) =
        (id("msg_", "n", DbBackend::Postgres), id("cus_", &format!("n % {customers}"), DbBackend::Postgres));
    let names = campaigns.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
    let share =
        "CASE WHEN n % 100 < 60 THEN 'read' WHEN n % 100 < 90 THEN 'delivered' WHEN n % 100 < 95 THEN 'sent'
        WHEN n % 100 < 99 THEN 'failed' ELSE 'skipped' END";
    in_chunks(db, 0..messages, |numbers| {
        format!(
            "INSERT INTO messages (id, organization_id, direction, lane, kind, purpose, campaign_id, customer_id,
                sender_id, template_id, phone, variables, status, reason, code, attempt, wamid, claimed_at, accepted_at,
                sent_at, created_at, updated_at)
             SELECT {message}, '{organization}', 'out', 'bulk', 'template', 'marketing',
                (ARRAY[{names}])[1 + n / {customers}], {customer}, '{sender}', '{template}',
                '+9198' || (20000000 + n % {customers}), '{{\"1\":\"Ana\",\"2\":\"WELCOME20\"}}', {share},
                CASE WHEN n % 100 = 99 THEN 'no_consent' END, CASE WHEN n % 100 BETWEEN 95 AND 98 THEN 131026 END,
                CASE WHEN n % 100 = 99 THEN 0 ELSE 1 END, CASE WHEN n % 100 < 99 THEN 'wamid.' || n END,
                {at} + n / 1000, {at} + n / 1000, {at} + n / 1000, {at} + n / 1000, {at} + n / 1000
             FROM {numbers}"
        )
    })
    .await?;
    for statement in [
        format!("UPDATE campaigns SET status = 'completed', launched_at = {at}, expanded_at = {at}, finished_at = {at}"),
        "INSERT INTO campaign_counters (campaign_id, shard, status, n, bumps)
         SELECT campaign_id, 0, status, COUNT(*), 1 FROM messages WHERE campaign_id IS NOT NULL GROUP BY 1, 3"
            .to_string(),
        "VACUUM ANALYZE messages".to_string(),
        "VACUUM ANALYZE customers".to_string(),
    ] {
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}
