//! One message to one person, on the interactive lane: a person waits for it.

use super::address::{self, To};
use super::claim::WINDOW;
use super::entity::{Entity, Model};
use super::feed::QUEUED_FOR;
use super::jobs::{self, SendMessage};
use super::state::MessageStatus;
use super::{Direction, Purpose, cost, quote};
use crate::consent::check;
use crate::content::Content;
use crate::context::{Ctx, Tx};
use crate::customers::Customer;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{MessageId, OrganizationId, SenderId, TemplateId};
use crate::media::fit::{self, Named};
use crate::queue::LaneName;
use crate::senders::{self, Sender, SenderStatus};
use crate::templates;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::BTreeMap;

/// What is to be sent.
#[derive(Debug, Clone)]
pub enum What {
    /// An approved template.
    Template {
        /// Which.
        template: TemplateId,
        /// A value for each of its gaps.
        variables: BTreeMap<String, String>,
    },
    /// Anything else, while the person's 24-hour window is open.
    FreeForm(Content),
}

/// A message to send.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// From which number.
    pub sender: SenderId,
    /// To whom.
    pub to: To,
    /// What.
    pub what: What,
    /// The message it quotes, by our id or the provider's.
    pub reply_to: Option<String>,
}

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
        media_id: None,
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
        pricing_category: None,
        pricing_type: None,
        pricing_model: None,
        billable: None,
        conversation_id: None,
        conversation_origin: None,
        conversation_expires_at: None,
        market: None,
        estimated_cost: None,
        cost: None,
        cost_currency: None,
        origin: None,
        context_wamid: None,
        edited_at: None,
        revoked_at: None,
        erased_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

/// Writes the message and queues it. Everything that would make the provider refuse it is found here, before anything
/// is written.
///
/// # Errors
/// `Invalid` with everything wrong with it, each with its path; `NotFound` for what it names; `Conflict` when the sender
/// is paused, the template not approved or the window closed.
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
    let customer = address::resolve(tx, ctx.organization, new.to).await?;
    let talk =
        quote::Conversation { organization: ctx.organization, sender: sender.id, customer: customer.id };
    let mut row = match new.what {
        What::Template { template, variables } => {
            let mut row = blank(tx, ctx.organization, sender.id, Purpose::Utility);
            fill_template(tx, ctx, &mut row, &sender, template, &variables).await?;
            row
        }
        What::FreeForm(content) => {
            let mut row = blank(tx, ctx.organization, sender.id, Purpose::Service);
            fill_content(tx, &mut row, talk, &customer, content).await?;
            row
        }
    };
    match (row.purpose, check::refusal(row.purpose, &customer)) {
        (_, None) => {}
        (Purpose::Marketing, Some(_)) => {
            let message = "this person has not agreed to marketing messages; record their opt-in first";
            return Err(Error::invalid("to", "no_consent", message));
        }
        (_, Some(_)) => {
            let message = "this person stopped messages from you; only they can ask for them again";
            return Err(Error::invalid("to", "opted_out", message));
        }
    }
    if let Some(quoted) = &new.reply_to {
        row.context_wamid = Some(quote::resolve(tx, talk, "reply_to", quoted).await?);
    }
    cost::expected(row.purpose, &customer, tx.now()).note(&mut row);
    row.customer_id = Some(customer.id);
    // where both are known the number wins: sending to it is what keeps it in the provider's webhooks
    row.bsuid = if customer.phone.is_none() { customer.bsuid } else { None };
    row.phone = customer.phone;
    row.status = MessageStatus::Queued;
    row.queued_until = Some(tx.now().plus(QUEUED_FOR));
    Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    let (customer, media) = (row.customer_id, row.media_id.is_some());
    let job = SendMessage { message: row.id, sender: row.sender_id, campaign: None, customer, media };
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
    let named = templates::files::named(variables);
    fit::check(tx.conn(), ctx.organization, &named).await?;
    row.media_id = named.first().map(|one| one.id);
    row.kind = "template".into();
    row.purpose = found.category;
    row.template_id = Some(found.id);
    row.variables = Some(serde_json::to_string(variables).map_err(Error::internal)?);
    Ok(())
}

async fn fill_content(
    tx: &Tx,
    row: &mut Model,
    talk: quote::Conversation,
    customer: &Customer,
    mut content: Content,
) -> Result<()> {
    let problems = content.check(tx.now());
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    if let Content::Reaction(reaction) = &mut content {
        reaction.message_id = quote::resolve(tx, talk, "reaction.message_id", &reaction.message_id).await?;
    }
    let open = customer.last_inbound_at.is_some_and(|at| at > tx.now().minus(WINDOW));
    if !open {
        let message = "this person last wrote more than 24 hours ago; WhatsApp allows only templates now";
        return Err(Error::conflict("window_closed", message));
    }
    let field = format!("{}.media_id", content.word());
    let name = |(id, kind)| Named { field: field.clone(), id, kind };
    let named: Vec<_> = content.media().into_iter().map(name).collect();
    fit::check(tx.conn(), row.organization_id, &named).await?;
    row.media_id = named.first().map(|one| one.id);
    row.kind = content.word().into();
    row.content = Some(content.to_stored()?);
    Ok(())
}
