//! Statuses of a batch: gathered, then written together.

use super::super::change::{Aside, StatusChange, StatusKind};
use super::super::unrouted_entity;
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::Result;
use crate::ids::UnroutedStatusId;
use crate::messages::ledger::{self, Details, Heard, News, Outcome, Target};
use crate::messages::receipt;
use crate::messages::receive::Door;
use crate::messages::state::Fact;
use crate::senders::port::Failure;
use sea_orm::{EntityTrait, IntoActiveModel};

/// Rows of one insert.
const CHUNK: usize = 200;

/// The statuses of a batch, sorted by what is done about them.
#[derive(Default)]
pub(super) struct Statuses<'a> {
    /// For the ledger.
    pub(super) news: Vec<News>,
    /// The status behind each piece of news.
    behind: Vec<&'a StatusChange>,
    /// Those that do not move their message.
    pub(super) asides: Vec<(Door, &'a StatusChange, Aside)>,
    /// Those that came through no number of ours.
    strange: Vec<&'a StatusChange>,
}

impl<'a> Statuses<'a> {
    pub(super) fn add(&mut self, status: &'a StatusChange, door: Option<Door>, received_at: Timestamp) {
        match (door, status.aside) {
            (None, _) => self.strange.push(status),
            (Some(door), Some(aside)) => self.asides.push((door, status, aside)),
            (Some(door), None) => {
                let Some(news) = heard(status, door, received_at) else { return };
                self.news.push(news);
                self.behind.push(status);
            }
        }
    }

    /// Keeps those that are about no message of ours; `unrouted` are places in `news`.
    pub(super) async fn keep_unrouted(&self, tx: &Tx, unrouted: &[usize]) -> Result<()> {
        let unrouted = unrouted.iter().map(|index| self.behind[*index]);
        let all: Vec<&StatusChange> = self.strange.iter().copied().chain(unrouted).collect();
        for chunk in all.chunks(CHUNK) {
            let rows = chunk.iter().map(|status| unrouted_row(tx, status).into_active_model());
            unrouted_entity::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        }
        metrics::counter!("bellbird_statuses_unrouted").increment(all.len() as u64);
        Ok(())
    }

    pub(super) fn report(&self, outcome: &Outcome) {
        metrics::counter!("bellbird_statuses").increment(self.news.len() as u64);
        if !outcome.unrouted.is_empty() {
            tracing::debug!(unrouted = outcome.unrouted.len(), "statuses of messages that are none of ours");
        }
    }
}

/// A status as news for the ledger; `None` for words that say nothing about the message.
fn heard(status: &StatusChange, door: Door, received_at: Timestamp) -> Option<News> {
    let heard = match &status.kind {
        StatusKind::Sent => Heard::Fact(Fact::Sent),
        StatusKind::Delivered => Heard::Fact(Fact::Delivered),
        StatusKind::Read | StatusKind::Played => Heard::Fact(Fact::Read),
        StatusKind::Failed => Heard::Failure(status.failure.clone().unwrap_or_else(no_reason)),
        StatusKind::Other(_) => return None,
    };
    let ours = status.opaque.as_deref().and_then(ledger::parse_opaque);
    Some(News {
        target: ours.map_or_else(
            || Target::Wamid(status.wamid.clone()),
            |(id, attempt)| Target::Attempt(id, attempt),
        ),
        through: Some(door.sender),
        at: status.at.map_or(received_at, Timestamp::from),
        wamid: Some(status.wamid.clone()),
        heard,
        details: Details {
            pricing: status.pricing.clone(),
            conversation: status.conversation.clone(),
            recipient: status.recipient.identity(),
            held_for_quality: false,
        },
    })
}

/// It failed, and that is all that was said.
fn no_reason() -> Failure {
    let title = "no reason was given".to_string();
    Failure { code: Failure::NO_CODE, subcode: None, title, detail: None, retry_after: None }
}

fn unrouted_row(tx: &Tx, status: &StatusChange) -> unrouted_entity::Model {
    unrouted_entity::Model {
        id: UnroutedStatusId::new(tx.clock()),
        phone_number_id: status.phone_number_id.clone(),
        wamid: Some(status.wamid.clone()),
        opaque: status.opaque.clone(),
        status: receipt::word(&status.kind),
        occurred_at: status.at.map(Timestamp::from),
        received_at: tx.now(),
    }
}
