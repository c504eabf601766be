//! An audience counted: one pass of the database over everybody, however many they are, in groups of people who are
//! judged alike. A number's first digits tell its country, its market and its zones, so no person has to be looked at alone.

use super::super::entity::Model;
use super::super::launch::attribute_column;
use super::super::whom::Whom;
use crate::clock::Timestamp;
use crate::consent::{ConsentState, Purpose};
use crate::db::Db;
use crate::error::Result;
use crate::ids::MessageId;
use crate::messages::claim::WINDOW;
use crate::phone::Phone;
use crate::policy::SendingPolicy;
use sea_orm::{FromQueryResult, Statement, Value};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// A message is sent at most so long after it was written; older ones are not looked at for the frequency cap.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// People who are judged alike.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Group {
    /// One of their numbers; `None` for people who hide theirs.
    pub(super) phone: Option<Phone>,
    /// The first letters of their BSUIDs, where they have no number.
    pub(super) country: Option<String>,
    /// Where they live, if somebody said.
    pub(super) time_zone: Option<String>,
    /// What they said about such messages; `unasked` where nobody needs to ask.
    pub(super) consent: ConsentState,
    /// 1: they wrote within the last 24 hours.
    pub(super) in_window: i32,
    /// 1: they have had as much marketing as one may get.
    pub(super) capped: i32,
    /// 1: a value for the template is missing.
    pub(super) lacking: i32,
    /// How many they are.
    pub(super) people: i64,
}

/// Counts an audience at `now`. `needed`: the attributes without which a message cannot be put together.
pub(super) async fn count(
    db: &Db,
    campaign: &Model,
    policy: &SendingPolicy,
    needed: &[&str],
    now: Timestamp,
) -> Result<Vec<Group>> {
    let whom = Whom::of(campaign)?;
    let consent = match campaign.purpose {
        Purpose::Marketing => "customers.marketing_consent",
        Purpose::Utility => "customers.utility_consent",
        Purpose::Authentication | Purpose::Service => "'unasked'",
    };
    let (capped, most, since) = match policy.frequency.filter(|_| campaign.purpose == Purpose::Marketing) {
        Some(cap) => ("COALESCE(lately.n, 0) >= $5", i64::from(cap.messages), now.minus(DAY * cap.days)),
        None => ("$5 < 0", 0, now),
    };
    let mut more: Vec<Value> = vec![
        now.minus(WINDOW).into(),
        campaign.organization_id.into(),
        most.into(),
        since.into(),
        MessageId::earliest(since.minus(LONGEST_WAIT)).into(),
    ];
    let mut lacking = vec!["1 = 0".to_string()];
    for attribute in needed {
        let (column, value) = attribute_column(db.backend(), attribute, more.len() + 3);
        lacking.push(format!("TRIM(COALESCE({column}, '')) = ''"));
        more.push(value);
    }
    let flag = |condition: &str| format!("CASE WHEN {condition} THEN 1 ELSE 0 END");
    // five characters: the plus, and enough digits for every country, market and area code
    let sql = format!(
        "SELECT MIN(phone) AS phone, country, time_zone, consent, in_window, capped, lacking,
            CAST(COUNT(*) AS BIGINT) AS people
         FROM (SELECT customers.phone AS phone, SUBSTR(customers.phone, 1, 5) AS prefix,
                CASE WHEN customers.phone IS NULL THEN SUBSTR(customers.bsuid, 1, 2) END AS country,
                customers.time_zone AS time_zone, {consent} AS consent, {} AS in_window, {} AS capped, {} AS lacking
            {}) AS people
         GROUP BY prefix, country, time_zone, consent, in_window, capped, lacking",
        flag("customers.last_inbound_at > $3"),
        flag(capped),
        flag(&lacking.join(" OR ")),
        joined(&whom),
    );
    let select = Statement::from_sql_and_values(db.backend(), sql, whom.params(more));
    Ok(Group::find_by_statement(select).all(db.read()).await?)
}

/// The audience with the marketing each of its people had lately.
fn joined(whom: &Whom) -> String {
    let lately = "LEFT JOIN (SELECT customer_id, COUNT(*) AS n FROM messages
            WHERE organization_id = $4 AND id >= $7 AND purpose = 'marketing' AND direction = 'out' AND claimed_at > $6
                AND status IN ('sending', 'accepted', 'sent', 'delivered', 'read', 'unknown')
            GROUP BY customer_id) AS lately ON lately.customer_id = customers.id WHERE";
    whom.from().replacen("WHERE", lately, 1)
}
