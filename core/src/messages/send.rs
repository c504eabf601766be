//! One message to one person, on the interactive lane: a person waits for it.

use super::claim::WINDOW;
use super::entity::{Entity, Model};
use super::feed::QUEUED_FOR;
use super::jobs::{self, SendMessage};
use super::state::MessageStatus;
use super::{Direction, Purpose};
use crate::consent::ConsentState;
use crate::context::{Ctx, Tx};
use crate::customers::{self, Customer, Upsert};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{MessageId, OrganizationId, SenderId, TemplateId};
use crate::phone::Phone;
use crate::queue::LaneName;
use crate::senders::{self, Sender, SenderStatus};
use crate::templates;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::BTreeMap;

/// What is to be sent.
#[derive(Debug, Clone)]
pub enum Content {
    /// An approved template.
    Template {
        /// Which.
        template: TemplateId,
        /// A value for each of its gaps.
        variables: BTreeMap<String, String>,
    },
    /// Free text, while the person's 24-hour window is open.
    Text {
        /// 1 to 4,096 characters.
        body: String,
    },
}

/// A message to send.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// From which number.
    pub sender: SenderId,
    /// To whom.
    pub to: Phone,
    /// What.
    pub content: Content,
}

/// Longest free text. Meta's limit.
const LONGEST_TEXT: usize = 4_096;

/// A row with nothing in it but whose it is.
pub(crate) fn blank(tx: &Tx, organization: OrganizationId, sender: SenderId, purpose: Purpose) -> Model {
    Model {
        id: MessageId::new(tx.clock()),
        organization_id: organization,
        direction: Direction::Out,
        lane: LaneName::Interactive.as_str().into(),
        kind: "text".into(),
        purpose,
        campaign_id: None,
        customer_id: None,
        sender_id: sender,
        template_id: None,
        phone: None,
        bsuid: None,
        variables: None,
        content: None,
        status: MessageStatus::Pending,
        reason: None,
        code: None,
        error_title: None,
        error_detail: None,
        attempt: 0,
        tries: 0,
        max_attempts: 3,
        wamid: None,
        next_attempt_at: None,
        queued_until: None,
        claimed_at: None,
        accepted_at: None,
        sent_at: None,
        delivered_at: None,
        read_at: None,
        failed_at: None,
        unknown_at: None,
        decided_at: None,
        responded_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

/// Writes the message and queues it. Everything that would make the provider refuse it is found here, before anything
/// is written.
pub async fn send(tx: &Tx, ctx: &Ctx, new: NewMessage) -> Result<Model> {
    let sender = senders::Entity::secure_find(ctx.organization)
        .filter(senders::entity::Column::Id.eq(new.sender))
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::not_found("sender", new.sender))?;
    if sender.status == SenderStatus::Paused {
        let why = sender.paused_reason.as_deref().unwrap_or("no reason was noted");
        return Err(Error::conflict("sender_paused", format!("this sender is paused: {why}")));
    }
    let customer = customers::upsert(tx, ctx.organization, Upsert::phone(new.to.clone())).await?;
    let mut row = match new.content {
        Content::Template { template, variables } => {
            let mut row = blank(tx, ctx.organization, sender.id, Purpose::Utility);
            fill_template(tx, ctx, &mut row, &sender, template, &variables).await?;
            row
        }
        Content::Text { body } => {
            check_text(tx, &customer, &body)?;
            let mut row = blank(tx, ctx.organization, sender.id, Purpose::Service);
            row.content = Some(body);
            row
        }
    };
    if row.purpose == Purpose::Marketing && customer.marketing_consent != ConsentState::OptedIn {
        let message = "this person has not agreed to marketing messages; record their opt-in first";
        return Err(Error::invalid("to", "no_consent", message));
    }
    row.customer_id = Some(customer.id);
    row.phone = Some(new.to);
    row.status = MessageStatus::Queued;
    row.queued_until = Some(tx.now().plus(QUEUED_FOR));
    Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    let job = SendMessage { message: row.id, sender: row.sender_id, campaign: None };
    tx.push_after_commit(LaneName::Interactive, jobs::task(job, 0)?);
    Ok(row)
}

async fn fill_template(
    tx: &Tx,
    ctx: &Ctx,
    row: &mut Model,
    sender: &Sender,
    template: TemplateId,
    variables: &BTreeMap<String, String>,
) -> Result<()> {
    let found = templates::Entity::secure_find(ctx.organization)
        .filter(templates::entity::Column::Id.eq(template))
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::not_found("template", template))?;
    if found.waba_id != sender.waba_id {
        let message = "this template belongs to another WhatsApp account than the sender";
        return Err(Error::invalid("template_id", "template_of_other_account", message));
    }
    found.check_sendable()?;
    let rendered =
        templates::render(&found.model()?, variables).map_err(|error| Error::Invalid(error.problems()))?;
    if let Some(extra) = rendered.extra.first() {
        let message = format!("the template has no variable `{extra}`");
        return Err(Error::invalid(format!("variables.{extra}"), "extra_variable", message));
    }
    row.kind = "template".into();
    row.purpose = found.category;
    row.template_id = Some(found.id);
    row.variables = Some(serde_json::to_string(variables).map_err(Error::internal)?);
    Ok(())
}

fn check_text(tx: &Tx, customer: &Customer, body: &str) -> Result<()> {
    let length = body.chars().count();
    if body.trim().is_empty() || length > LONGEST_TEXT {
        return Err(Error::invalid(
            "text.body",
            "invalid_text",
            format!("a text has 1 to {LONGEST_TEXT} characters"),
        ));
    }
    let open = customer.last_inbound_at.is_some_and(|at| at > tx.now().minus(WINDOW));
    if !open {
        let message = "this person last wrote more than 24 hours ago; WhatsApp allows only templates now";
        return Err(Error::conflict("window_closed", message));
    }
    Ok(())
}
