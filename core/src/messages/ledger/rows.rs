//! The ledger's statements: rows found, locked and written back, many at a time.

use super::details::{Charge, Conversation, Pricing};
use super::{News, Target};
use crate::bulk::{Cell, Kind, Rows};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::Result;
use crate::events::WANTED;
use crate::ids::{CampaignId, CustomerId, MessageId, OrganizationId, SenderId, TemplateId};
use crate::messages::cost::Charged;
use crate::messages::erase::faded;
use crate::messages::state::{Fact, MessageStatus, Report, Standing};
use crate::money::Currency;
use crate::pricing::Market;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Debug, FromQueryResult)]
pub(in crate::messages) struct Row {
    pub(in crate::messages) id: MessageId,
    pub(in crate::messages) organization_id: OrganizationId,
    pub(in crate::messages) campaign_id: Option<CampaignId>,
    pub(in crate::messages) customer_id: Option<CustomerId>,
    pub(in crate::messages) sender_id: SenderId,
    pub(in crate::messages) template_id: Option<TemplateId>,
    /// 1 when nothing is tried again: its campaign was cancelled, it was not we who sent it, or its person was erased.
    pub(in crate::messages) is_over: i32,
    /// 1 when the row names nobody any more, and must not begin to again.
    pub(in crate::messages) is_erased: i32,
    /// 1 when somebody wants to be told of it.
    pub(in crate::messages) wanted: i32,
    pub(in crate::messages) status: MessageStatus,
    pub(in crate::messages) attempt: i32,
    pub(in crate::messages) tries: i32,
    pub(in crate::messages) max_attempts: i32,
    pub(in crate::messages) reason: Option<String>,
    pub(in crate::messages) code: Option<i32>,
    pub(in crate::messages) error_title: Option<String>,
    pub(in crate::messages) error_detail: Option<String>,
    pub(in crate::messages) wamid: Option<String>,
    pub(in crate::messages) next_attempt_at: Option<Timestamp>,
    pub(in crate::messages) accepted_at: Option<Timestamp>,
    pub(in crate::messages) sent_at: Option<Timestamp>,
    pub(in crate::messages) delivered_at: Option<Timestamp>,
    pub(in crate::messages) read_at: Option<Timestamp>,
    pub(in crate::messages) failed_at: Option<Timestamp>,
    pub(in crate::messages) unknown_at: Option<Timestamp>,
    pub(in crate::messages) decided_at: Option<Timestamp>,
    pub(in crate::messages) pricing_category: Option<String>,
    pub(in crate::messages) pricing_type: Option<String>,
    pub(in crate::messages) pricing_model: Option<String>,
    pub(in crate::messages) billable: Option<bool>,
    pub(in crate::messages) conversation_id: Option<String>,
    pub(in crate::messages) conversation_origin: Option<String>,
    pub(in crate::messages) conversation_expires_at: Option<Timestamp>,
    pub(in crate::messages) market: Option<String>,
    /// The number it was sent to, and what is known of who it was sent to.
    pub(in crate::messages) phone: Option<String>,
    pub(in crate::messages) known_phone: Option<String>,
    pub(in crate::messages) known_wa_id: Option<String>,
    pub(in crate::messages) known_bsuid: Option<String>,
    pub(in crate::messages) known_username: Option<String>,
}

impl Row {
    pub(in crate::messages) fn standing(&self) -> Standing {
        Standing {
            status: self.status,
            attempt: self.attempt,
            reason: self.reason.clone(),
            code: self.code,
            error_title: self.error_title.clone(),
            error_detail: self.error_detail.clone(),
            wamid: self.wamid.clone(),
            next_attempt_at: self.next_attempt_at,
            accepted_at: self.accepted_at,
            sent_at: self.sent_at,
            delivered_at: self.delivered_at,
            read_at: self.read_at,
            failed_at: self.failed_at,
            unknown_at: self.unknown_at,
            decided_at: self.decided_at,
        }
    }

    pub(in crate::messages) fn charge(&self) -> Charge {
        Charge {
            pricing: Pricing {
                category: self.pricing_category.clone(),
                kind: self.pricing_type.clone(),
                model: self.pricing_model.clone(),
                billable: self.billable,
            },
            conversation: Conversation {
                id: self.conversation_id.clone().unwrap_or_default(),
                origin: self.conversation_origin.clone(),
                expires_at: self.conversation_expires_at,
            },
        }
    }
}

/// A row with what news made of it.
pub(in crate::messages) struct Changed {
    pub(in crate::messages) row: Row,
    pub(in crate::messages) standing: Standing,
    pub(in crate::messages) charge: Charge,
}

/// Which messages these ids of the provider belong to, with the attempt; also as erased rows know them.
pub(super) async fn find_wamids(tx: &Tx, news: &[News]) -> Result<HashMap<String, (MessageId, i32)>> {
    let mut rows = Rows::new(&[("wamid", Kind::Text)]);
    for item in news {
        if let Target::Wamid(wamid) = &item.target {
            rows.push(vec![wamid.as_str().into()]);
            rows.push(vec![faded(wamid).into()]);
        }
    }
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let select = rows.statement(
        tx.backend(),
        "SELECT wamid, id, attempt FROM messages
            WHERE direction = 'out' AND wamid IN (SELECT v.wamid FROM {rows})
         UNION ALL
         SELECT wamid, message_id, attempt FROM message_attempts WHERE wamid IN (SELECT v.wamid FROM {rows})",
        [],
    );
    let found = tx.conn().query_all_raw(select).await?;
    let found = found
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, (row.try_get_by_index(1)?, row.try_get_by_index(2)?))));
    Ok(found.collect::<Result<_, sea_orm::DbErr>>()?)
}

/// What is read of a row.
const READ: [&str; 31] = [
    "id",
    "organization_id",
    "campaign_id",
    "customer_id",
    "sender_id",
    "template_id",
    "status",
    "attempt",
    "tries",
    "max_attempts",
    "reason",
    "code",
    "error_title",
    "error_detail",
    "wamid",
    "next_attempt_at",
    "accepted_at",
    "sent_at",
    "delivered_at",
    "read_at",
    "failed_at",
    "unknown_at",
    "decided_at",
    "pricing_category",
    "pricing_type",
    "pricing_model",
    "billable",
    "conversation_id",
    "conversation_origin",
    "conversation_expires_at",
    "market",
];

/// Reads the rows and keeps others from changing them until the transaction ends.
pub(super) async fn lock(tx: &Tx, ids: &BTreeSet<MessageId>) -> Result<Vec<Row>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // one order for everybody who locks several rows: no deadlocks
    let lock = if tx.backend() == DbBackend::Postgres { "FOR UPDATE OF messages" } else { "" };
    let columns = READ.map(|column| format!("messages.{column}")).join(", ");
    let sql = format!(
        "SELECT {columns}, messages.phone, customers.phone AS known_phone, customers.wa_id AS known_wa_id,
            customers.bsuid AS known_bsuid, customers.username AS known_username,
            CASE WHEN messages.erased_at IS NULL THEN 0 ELSE 1 END AS is_erased,
            CASE WHEN origin IS NOT NULL OR messages.erased_at IS NOT NULL OR EXISTS (SELECT 1 FROM campaigns
                WHERE campaigns.id = messages.campaign_id AND campaigns.status = 'cancelled') THEN 1 ELSE 0 END AS is_over,
            {WANTED} AS wanted
         FROM messages LEFT JOIN customers ON customers.id = messages.customer_id
         WHERE messages.direction = 'out' AND messages.id IN (SELECT v.id FROM {{rows}})
         ORDER BY messages.id {lock}"
    );
    Ok(Row::find_by_statement(Rows::ids(ids).statement(tx.backend(), &sql, [])).all(tx.conn()).await?)
}

/// Writes back what changed.
pub(super) async fn write_rows(tx: &Tx, changed: &[&Changed]) -> Result<()> {
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("status", Kind::Text),
        ("reason", Kind::Text),
        ("code", Kind::Int),
        ("error_title", Kind::Text),
        ("error_detail", Kind::Text),
        ("wamid", Kind::Text),
        ("next_attempt_at", Kind::Int),
        ("accepted_at", Kind::Int),
        ("sent_at", Kind::Int),
        ("delivered_at", Kind::Int),
        ("read_at", Kind::Int),
        ("failed_at", Kind::Int),
        ("unknown_at", Kind::Int),
        ("pricing_category", Kind::Text),
        ("pricing_type", Kind::Text),
        ("pricing_model", Kind::Text),
        ("billable", Kind::Int),
        ("conversation_id", Kind::Text),
        ("conversation_origin", Kind::Text),
        ("conversation_expires_at", Kind::Int),
        ("market", Kind::Text),
        ("cost", Kind::Int),
        ("cost_currency", Kind::Text),
    ]);
    for Changed { row, standing: s, charge: Charge { pricing, conversation } } in changed {
        // a late status tells again what an erased row has forgotten
        let wamid =
            s.wamid.as_deref().map(|told| if row.is_erased == 1 { faded(told) } else { told.to_owned() });
        let detail = s.error_detail.clone().filter(|_| row.is_erased == 0);
        let charged = Charged::of(row, s, pricing);
        rows.push(vec![
            row.id.to_string().into(),
            s.status.as_str().into(),
            s.reason.clone().into(),
            s.code.map(i64::from).map_or(Cell::Null, Cell::Int),
            s.error_title.clone().into(),
            detail.into(),
            wamid.into(),
            s.next_attempt_at.into(),
            s.accepted_at.into(),
            s.sent_at.into(),
            s.delivered_at.into(),
            s.read_at.into(),
            s.failed_at.into(),
            s.unknown_at.into(),
            pricing.category.clone().into(),
            pricing.kind.clone().into(),
            pricing.model.clone().into(),
            pricing.billable.map(i32::from).into(),
            Some(conversation.id.clone()).filter(|id| !id.is_empty()).into(),
            conversation.origin.clone().into(),
            conversation.expires_at.into(),
            charged.market.map(Market::as_str).into(),
            charged.cost.into(),
            charged.currency.as_ref().map(Currency::as_str).into(),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let update = rows.statement(
        tx.backend(),
        "UPDATE messages SET status = v.status, reason = v.reason, code = v.code, error_title = v.error_title,
            error_detail = v.error_detail, wamid = v.wamid, next_attempt_at = v.next_attempt_at,
            accepted_at = v.accepted_at, sent_at = v.sent_at, delivered_at = v.delivered_at, read_at = v.read_at,
            failed_at = v.failed_at, unknown_at = v.unknown_at, updated_at = $1,
            pricing_category = v.pricing_category, pricing_type = v.pricing_type, pricing_model = v.pricing_model,
            billable = CASE v.billable WHEN 1 THEN TRUE WHEN 0 THEN FALSE END, conversation_id = v.conversation_id,
            conversation_origin = v.conversation_origin, conversation_expires_at = v.conversation_expires_at,
            market = COALESCE(v.market, messages.market), cost = v.cost,
            cost_currency = COALESCE(v.cost_currency, messages.cost_currency)
         FROM {rows} WHERE messages.id = v.id",
        [tx.now().into()],
    );
    tx.conn().execute_raw(update).await?;
    Ok(())
}

/// News about attempts that are over: kept with them, earliest moment first.
pub(super) async fn write_earlier(tx: &Tx, earlier: &[(MessageId, Report)]) -> Result<()> {
    let mut facts: BTreeMap<(MessageId, i32), [Option<Timestamp>; 5]> = BTreeMap::new();
    let mut codes: HashMap<(MessageId, i32), (i32, String)> = HashMap::new();
    for (message, report) in earlier {
        let slot = match &report.fact {
            Fact::Accepted => 0,
            Fact::Sent => 1,
            Fact::Delivered => 2,
            Fact::Read => 3,
            Fact::Failed { code, title, .. } => {
                codes.insert((*message, report.attempt), (*code, title.clone()));
                4
            }
            _ => continue,
        };
        let times = facts.entry((*message, report.attempt)).or_default();
        times[slot] = Some(times[slot].map_or(report.at, |at| at.min(report.at)));
    }
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("attempt", Kind::Int),
        ("accepted_at", Kind::Int),
        ("sent_at", Kind::Int),
        ("delivered_at", Kind::Int),
        ("read_at", Kind::Int),
        ("failed_at", Kind::Int),
        ("code", Kind::Int),
        ("error_title", Kind::Text),
    ]);
    for (key @ (message, attempt), times) in &facts {
        let code = codes.get(key);
        let mut cells: Vec<Cell> = vec![message.to_string().into(), (*attempt).into()];
        cells.extend(times.iter().map(|at| Cell::from(*at)));
        cells.push(code.map_or(Cell::Null, |(code, _)| (*code).into()));
        cells.push(code.map_or(Cell::Null, |(_, title)| title.as_str().into()));
        rows.push(cells);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let update = rows.statement(
        tx.backend(),
        "UPDATE message_attempts SET
            accepted_at = COALESCE(message_attempts.accepted_at, v.accepted_at),
            sent_at = COALESCE(message_attempts.sent_at, v.sent_at),
            delivered_at = COALESCE(message_attempts.delivered_at, v.delivered_at),
            read_at = COALESCE(message_attempts.read_at, v.read_at),
            failed_at = COALESCE(message_attempts.failed_at, v.failed_at),
            code = COALESCE(message_attempts.code, v.code),
            error_title = COALESCE(message_attempts.error_title, v.error_title)
         FROM {rows} WHERE message_attempts.message_id = v.id AND message_attempts.attempt = v.attempt",
        [],
    );
    tx.conn().execute_raw(update).await?;
    Ok(())
}
