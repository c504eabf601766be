//! Writing facts into the ledger: answers of the provider and later statuses alike, many in one transaction.
//!
//! The rows are locked in order of id, the facts folded in memory by [`super::state`], and what changed is written
//! back in one statement; a message named twenty times in a batch is written once.

mod details;
mod rows;
mod seen;

use super::counters::Deltas;
use super::erase::faded;
use super::policy::{self, Case, Verdict};
use super::state::{Fact, MessageStatus, Report};
use super::tell;
use crate::bulk::Rows;
use crate::clock::Timestamp;
use crate::consent::{self, ConsentMethod, ConsentPurpose, ConsentState, Said};
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::events;
use crate::ids::{CampaignId, CustomerId, MessageId, OrganizationId, SenderId, TemplateId};
use crate::ratelimit::pairs::{Pair, PairRate};
use crate::senders::port::{Action, Failure};
use crate::templates;
use rows::{find_wamids, lock, write_earlier, write_rows};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, BTreeSet};

pub(super) use details::Charge;
pub use details::{Conversation, Details, Pricing};
pub(super) use rows::{Changed, Row};
pub use seen::{Seen, learn};

/// Which message a piece of news is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// By our own mark, which every request carries.
    Attempt(MessageId, i32),
    /// By the provider's id: for what lost its mark.
    Wamid(String),
}

/// What was heard, before the policy has spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Taken, sent, delivered, read, ambiguous, or not sent.
    Fact(Fact),
    /// It failed with this.
    Failure(Failure),
}

/// One piece of news about one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// About what.
    pub target: Target,
    /// The number it came through; news about a message of another sender is not believed. `None`: our own.
    pub through: Option<SenderId>,
    /// When it happened.
    pub at: Timestamp,
    /// The provider's id, where told.
    pub wamid: Option<String>,
    /// What happened.
    pub heard: Heard,
    /// What else was said.
    pub details: Details,
}

/// What came of a batch of news.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Places in the batch of news about messages we do not know.
    pub unrouted: Vec<usize>,
    /// Senders the provider refused, with the reason in words; pause them after the commit.
    pub refused_senders: BTreeMap<SenderId, String>,
    /// Who got too many messages from a number, and until when they get no other either; likewise.
    pub held_pairs: Vec<(Pair, Timestamp)>,
    /// People of whom something new was told; to be learned.
    pub seen: Vec<Seen>,
}

/// The mark a request carries: message and attempt.
pub fn opaque(message: MessageId, attempt: i32) -> String {
    format!("{message}:{attempt}")
}

/// Reads a mark of ours; `None` for anything else.
pub fn parse_opaque(text: &str) -> Option<(MessageId, i32)> {
    let (message, attempt) = text.split_once(':')?;
    Some((message.parse().ok()?, attempt.parse().ok().filter(|attempt| *attempt > 0)?))
}

/// Adds news to the ledger, inside the caller's transaction.
pub async fn write(tx: &Tx, services: &Services, news: &[News]) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let by_wamid = find_wamids(tx, news).await?;
    let place = |news: &News| match &news.target {
        Target::Attempt(message, attempt) => Some((*message, *attempt)),
        Target::Wamid(wamid) => by_wamid.get(wamid).or_else(|| by_wamid.get(&faded(wamid))).copied(),
    };
    let ids: BTreeSet<MessageId> = news.iter().filter_map(place).map(|(message, _)| message).collect();
    let with_standing = |row: Row| (row.id, Changed { standing: row.standing(), charge: row.charge(), row });
    let mut rows: BTreeMap<_, _> = lock(tx, &ids).await?.into_iter().map(with_standing).collect();
    let mut said: BTreeMap<(OrganizationId, CustomerId), (Timestamp, MessageId)> = BTreeMap::new();
    let mut refused_templates: BTreeMap<TemplateId, (Timestamp, String)> = BTreeMap::new();
    let mut earlier: Vec<(MessageId, Report)> = Vec::new();
    let mut touched: BTreeSet<MessageId> = BTreeSet::new();
    for (index, item) in news.iter().enumerate() {
        let found = place(item).and_then(|(message, attempt)| Some((rows.get_mut(&message)?, attempt)));
        let believed = found.filter(|(Changed { row, .. }, attempt)| {
            *attempt <= row.attempt && item.through.is_none_or(|sender| sender == row.sender_id)
        });
        let Some((Changed { row, standing, charge }, attempt)) = believed else {
            outcome.unrouted.push(index);
            continue;
        };
        let before = charge.clone();
        charge.add(&item.details);
        if *charge != before {
            touched.insert(row.id);
        }
        outcome.seen.extend(Seen::new(row, &item.details.recipient));
        let fact = match &item.heard {
            Heard::Fact(fact) => fact.clone(),
            Heard::Failure(failure) => {
                let rule = services.provider.rule(failure);
                // An answer with such a code leaves it open whether the message went; a status that says "failed" does not.
                if rule.action == Action::Ambiguous && item.through.is_none() {
                    Fact::Ambiguous { why: failure.title.clone() }
                } else {
                    if let (Action::SuppressMarketing, Some(customer)) = (rule.action, row.customer_id) {
                        let first = said.entry((row.organization_id, customer)).or_insert((item.at, row.id));
                        *first = (item.at, row.id).min(*first);
                    }
                    let reason = || format!("{} (code {}: {})", rule.plain, failure.code, failure.title);
                    if policy::pauses_sender(rule.action) && attempt == row.attempt {
                        outcome.refused_senders.insert(row.sender_id, reason());
                    }
                    if let (Action::StopTemplate, Some(template)) = (rule.action, row.template_id)
                        && attempt == row.attempt
                        && row.campaign_id.is_some()
                    {
                        refused_templates.insert(template, (item.at, reason()));
                    }
                    let case = Case {
                        message: row.id,
                        attempt,
                        tries: row.tries,
                        max_attempts: row.max_attempts,
                        at: item.at,
                    };
                    let verdict = match policy::verdict(&services.config.sending, rule, failure, &case) {
                        Verdict::Hold { .. } if row.is_over == 1 => Verdict::Fail,
                        verdict => verdict,
                    };
                    if let (Action::HoldPair, Some(customer), Verdict::Hold { until, .. }) =
                        (rule.action, row.customer_id, &verdict)
                    {
                        outcome.held_pairs.push((Pair(row.sender_id, customer), *until));
                    }
                    let (title, detail) = (failure.title.clone(), failure.detail.clone());
                    Fact::Failed { code: failure.code, title, detail, verdict }
                }
            }
        };
        let report = Report { attempt, at: item.at, wamid: item.wamid.clone(), fact };
        if standing.add(&report) {
            touched.insert(row.id);
        }
        if item.details.held_for_quality && attempt == row.attempt {
            standing.held_for_quality();
        }
        if attempt < row.attempt {
            earlier.push((row.id, report));
        }
    }
    let mut deltas = Deltas::default();
    let changed: Vec<_> = rows.values().filter(|changed| touched.contains(&changed.row.id)).collect();
    for Changed { row, standing, .. } in &changed {
        deltas.moved(row.campaign_id, row.status, standing.status);
    }
    write_rows(tx, &changed).await?;
    write_earlier(tx, &earlier).await?;
    let wanted = changed.iter().filter(|changed| changed.row.wanted == 1);
    let told: Vec<_> = wanted.flat_map(|changed| tell::facts(changed, tx.now())).collect();
    events::record(tx.conn(), tx.clock(), &told).await?;
    let waiting = changed.iter().filter(|changed| changed.standing.status == MessageStatus::Held);
    reopen(tx.conn(), waiting.filter_map(|changed| changed.row.campaign_id).collect(), tx.now()).await?;
    let mut by_organization: BTreeMap<OrganizationId, Vec<Said>> = BTreeMap::new();
    for ((organization, customer), (at, message)) in said {
        let (purpose, method) = (ConsentPurpose::Marketing, ConsentMethod::ProviderRefusal);
        let word = Said::by_person(customer, purpose, ConsentState::OptedOut, method, at);
        let said = Said { evidence: Some(message.to_string()), ..word };
        by_organization.entry(organization).or_default().push(said);
    }
    for (organization, said) in by_organization {
        consent::record(tx, organization, &said).await?;
    }
    for (template, (at, why)) in refused_templates {
        templates::stop::refused(tx, template, &why, at).await?;
    }
    deltas.write(tx.conn(), &services.shards).await?;
    Ok(outcome)
}

/// A failure that comes late and is to be retried reopens a campaign that was over. Asked when a row begins to wait,
/// and again when it comes back: in between, a campaign may have been completed by who did not see the row yet.
pub(super) async fn reopen(
    conn: &impl ConnectionTrait,
    campaigns: BTreeSet<CampaignId>,
    now: Timestamp,
) -> Result<()> {
    if campaigns.is_empty() {
        return Ok(());
    }
    let reopen = Rows::ids(campaigns).statement(
        conn.get_database_backend(),
        "UPDATE campaigns SET status = 'settling', finished_at = NULL, updated_at = $1
         WHERE id IN (SELECT v.id FROM {rows}) AND status = 'completed'",
        [now.into()],
    );
    conn.execute_raw(reopen).await?;
    Ok(())
}

/// Writes news in a transaction of its own, then pauses the senders the provider refused.
pub async fn record(services: &Services, news: &[News]) -> Result<Outcome> {
    let tx = services.begin().await?;
    let outcome = write(&tx, services, news).await?;
    tx.commit().await?;
    pause_refused(services, &outcome).await?;
    // Who somebody is may be learned another time; that an answer was recorded may not depend on it.
    if let Err(error) = learn_apart(services, &outcome.seen).await {
        tracing::warn!(%error, "what an answer told about its recipients was not learned; statuses tell it again");
    }
    Ok(outcome)
}

async fn learn_apart(services: &Services, seen: &[Seen]) -> Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    let tx = services.begin().await?;
    learn(&tx, services, seen).await?;
    tx.commit().await
}

/// Pauses the senders the provider refused, with the reason in words, and lets those rest who got too many messages.
pub async fn pause_refused(services: &Services, outcome: &Outcome) -> Result<()> {
    for (sender, reason) in &outcome.refused_senders {
        if crate::senders::pause::pause(services, *sender, reason).await? {
            tracing::warn!(%sender, reason, "sender paused; its messages wait");
        }
    }
    let Some(rate) = PairRate::of(&services.config.sending) else { return Ok(()) };
    // what is over by the time we hear of it asks for nothing any more
    for (pair, until) in outcome.held_pairs.iter().filter(|(_, until)| *until > services.now()) {
        let rest = until.since(services.now());
        if let Err(error) = services.limiter.rest_pair(*pair, rest, rate).await {
            tracing::warn!(%error, "cannot let a person rest; should there be more for them, it may be refused, too");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn a_mark_survives_its_text_and_foreign_marks_are_ignored() {
        let message = MessageId::new(&SystemClock);
        assert_eq!(parse_opaque(&opaque(message, 3)), Some((message, 3)));
        for foreign in [
            "",
            "order-17",
            "msg_x:1",
            &format!("{message}"),
            &format!("{message}:0"),
            &format!("{message}:x"),
        ] {
            assert_eq!(parse_opaque(foreign), None, "{foreign}");
        }
    }
}
