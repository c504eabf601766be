//! A campaign's numbers: how many of its messages stand where, kept as deltas in the transaction that moves them.

use super::state::MessageStatus;
use crate::bulk::{Kind, Rows};
use crate::error::Result;
use crate::ids::CampaignId;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The pseudo-status under which answers of customers are counted.
pub const RESPONDED: &str = "responded";

/// As many processes can commit counts without waiting for one another.
const PROCESSES: u32 = 16;
/// And as many transactions of one process: claims, records, webhooks and the feeder are at it at once.
const EACH: u32 = 4;

/// The shards a process adds to, one transaction after another the next one. Whoever adds to a row keeps it until their
/// commit, so with one shard all commits of a process would go one by one. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shards(Option<(u32, Arc<AtomicU32>)>);

impl Shards {
    /// Those of a process by chance.
    pub fn random() -> Self {
        Self(Some((rand::random::<u32>() % PROCESSES, Arc::default())))
    }

    fn next(&self) -> i32 {
        let Some((process, turn)) = &self.0 else { return 0 };
        (process * EACH + turn.fetch_add(1, Ordering::Relaxed) % EACH).cast_signed()
    }
}

/// What a transaction changes about the numbers; written once, last, in one order.
#[derive(Debug, Default)]
pub struct Deltas(BTreeMap<(CampaignId, &'static str), i64>);

impl Deltas {
    /// A message of `campaign` went from one status to another.
    pub fn moved(&mut self, campaign: Option<CampaignId>, from: MessageStatus, to: MessageStatus) {
        if from != to {
            self.many(campaign, from, to, 1);
        }
    }

    /// `n` messages of `campaign` went from one status to another.
    pub fn many(&mut self, campaign: Option<CampaignId>, from: MessageStatus, to: MessageStatus, n: i64) {
        self.add(campaign, from.as_str(), -n);
        self.add(campaign, to.as_str(), n);
    }

    /// Adds `n` under `word`.
    pub fn add(&mut self, campaign: Option<CampaignId>, word: &'static str, n: i64) {
        if let Some(campaign) = campaign {
            *self.0.entry((campaign, word)).or_default() += n;
        }
    }

    /// Writes everything to one of this process's shards.
    pub async fn write(&self, conn: &impl ConnectionTrait, shards: &Shards) -> Result<()> {
        let mut rows = Rows::new(&[("campaign_id", Kind::Text), ("status", Kind::Text), ("n", Kind::Int)]);
        for ((campaign, word), n) in self.0.iter().filter(|(_, n)| **n != 0) {
            rows.push(vec![campaign.to_string().into(), (*word).into(), (*n).into()]);
        }
        if rows.is_empty() {
            return Ok(());
        }
        let upsert = rows.statement(
            conn.get_database_backend(),
            "INSERT INTO campaign_counters (campaign_id, shard, status, n, bumps)
             SELECT v.campaign_id, CAST($1 AS INTEGER), v.status, v.n, 1 FROM {rows} WHERE true
             ON CONFLICT (campaign_id, shard, status) DO UPDATE SET
                n = campaign_counters.n + excluded.n, bumps = campaign_counters.bumps + 1",
            [shards.next().into()],
        );
        conn.execute_raw(upsert).await?;
        Ok(())
    }
}

/// A campaign's numbers at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_word: BTreeMap<String, i64>,
    /// Grows with every change.
    pub version: i64,
}

impl Counts {
    /// Messages that stand at `status`.
    pub fn of(&self, status: MessageStatus) -> i64 {
        self.by_word.get(status.as_str()).copied().unwrap_or(0)
    }

    /// Messages the customer answered.
    pub fn responded(&self) -> i64 {
        self.by_word.get(RESPONDED).copied().unwrap_or(0)
    }

    /// All of them.
    pub fn total(&self) -> i64 {
        MessageStatus::ALL.iter().map(|status| self.of(*status)).sum()
    }

    /// Those still to be worked on by us.
    pub fn open(&self) -> i64 {
        MessageStatus::ALL.iter().filter(|status| status.is_open()).map(|status| self.of(*status)).sum()
    }
}

#[derive(FromQueryResult)]
struct CountRow {
    status: String,
    n: i64,
    bumps: i64,
}

/// Reads a campaign's numbers: a handful of rows, however many recipients.
pub async fn read(conn: &impl ConnectionTrait, campaign: CampaignId) -> Result<Counts> {
    let sum = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT status, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(bumps) AS BIGINT) AS bumps
         FROM campaign_counters WHERE campaign_id = $1 GROUP BY status",
        [campaign.into()],
    );
    let rows = CountRow::find_by_statement(sum).all(conn).await?;
    let version = rows.iter().map(|row| row.bumps).sum();
    Ok(Counts { by_word: rows.into_iter().map(|row| (row.status, row.n)).collect(), version })
}
