//! The last look at rows a claim has won, before anybody may send them: what the organization's sending policy says of the
//! person and the hour, how much marketing they had lately, and whether the portfolio may write to one more person today.
//!
//! All of it is read along by the claim's own statement; more is asked of the database only about rows that a cap or a
//! limit concerns.

use super::entity::Model;
use super::frequency;
use super::judge::{Case, Ruling, judge};
use super::over_limit;
use super::set_aside::Aside;
use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use crate::ids::MessageId;
use crate::policy::{SendingPolicy, settings};
use crate::senders::port::Quality;
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// What a row is judged by, beside its own columns: its organization's sending policy, how its number is doing, where its
/// person lives, and the portfolio whose limit it counts towards.
pub(super) const BESIDE: &str = "(SELECT policy FROM sending_policies
        WHERE sending_policies.organization_id = messages.organization_id) AS policy,
    (SELECT quality FROM senders WHERE senders.id = messages.sender_id) AS quality,
    (SELECT time_zone FROM customers WHERE customers.id = messages.customer_id) AS time_zone,
    (SELECT portfolios.portfolio FROM senders JOIN portfolios
            ON portfolios.organization_id = senders.organization_id
                AND portfolios.portfolio = COALESCE(senders.portfolio_id, senders.waba_id)
        WHERE senders.id = messages.sender_id AND messages.kind = 'template'
            AND portfolios.daily_people IS NOT NULL AND NOT portfolios.unlimited) AS limited";

/// A row a claim has won, with what it is judged by.
pub(super) struct Won {
    row: Model,
    policy: Option<String>,
    quality: Option<Quality>,
    time_zone: Option<String>,
    limited: Option<String>,
}

impl Won {
    /// Reads a row of `messages` with [`BESIDE`] beside it.
    pub(super) fn read(found: &QueryResult) -> Result<Self> {
        Ok(Self {
            row: Model::from_query_result(found, "")?,
            policy: found.try_get("", "policy")?,
            quality: found.try_get("", "quality")?,
            time_zone: found.try_get("", "time_zone")?,
            limited: found.try_get("", "limited")?,
        })
    }
}

/// Parts the rows that may be sent from those that are put aside. Who is put aside counts towards no cap and no limit.
pub(super) async fn winnow(
    conn: &impl ConnectionTrait,
    services: &Services,
    won: Vec<Won>,
    now: Timestamp,
) -> Result<(Vec<Model>, Vec<Aside>)> {
    let mut policies: HashMap<Option<String>, SendingPolicy> = HashMap::new();
    let (mut may, mut aside) = (Vec::with_capacity(won.len()), Vec::new());
    for Won { row, policy, quality, time_zone, limited } in won {
        let policy = match policies.entry(policy) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let read = settings::read(new.key().as_deref(), services)?;
                new.insert(read)
            }
        };
        let (phone, bsuid) = (row.phone.as_ref(), row.bsuid.as_deref());
        let case = Case { purpose: row.purpose, phone, bsuid, time_zone: time_zone.as_deref(), quality };
        match judge(policy, &case, now) {
            Ruling::Send => may.push((row, policy.frequency, limited)),
            Ruling::Wait(until, reason) => aside.push(Aside::held(row.id, reason, until)),
            Ruling::Skip(reason) => aside.push(Aside::skipped(row.id, reason)),
        }
    }
    let capped: Vec<_> = may.iter().filter_map(|(row, cap, _)| Some((row, (*cap)?))).collect();
    let over = frequency::over(conn, &capped, now).await?;
    take_out(&mut may, &over);
    aside.extend(over);
    let counted: Vec<_> =
        may.iter().filter_map(|(row, _, limited)| Some((row, limited.as_deref()?))).collect();
    let beyond = over_limit::beyond(conn, &counted, now).await?;
    take_out(&mut may, &beyond);
    aside.extend(beyond);
    Ok((may.into_iter().map(|(row, ..)| row).collect(), aside))
}

fn take_out<A, B>(may: &mut Vec<(Model, A, B)>, aside: &[Aside]) {
    if !aside.is_empty() {
        let aside: HashSet<MessageId> = aside.iter().map(|one| one.id).collect();
        may.retain(|(row, ..)| !aside.contains(&row.id));
    }
}
