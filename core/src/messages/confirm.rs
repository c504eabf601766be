//! Double opt-in, as far as it is messages: the question is sent once to whoever is to confirm an opt-in, and what an
//! organization decides about it is checked here, because it names a template and a sender.

use super::address::To;
use super::send::{NewMessage, What, send};
use crate::consent::keywords::{NO_PAYLOAD, YES_PAYLOAD};
use crate::consent::request::{is_due, lapse, take_due};
use crate::consent::request_entity::{Column, Entity, Model, RequestStatus};
use crate::consent::settings::{self, Confirmation, Settings};
use crate::consent::{ConsentMethod, ConsentState, Purpose, Said, record};
use crate::context::{Actor, Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::{MessageId, OrganizationId};
use crate::senders;
use crate::templates::{self, Button, Template, TemplateModel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::BTreeMap;
use std::time::Duration;

/// A question that cannot be sent now, because the sender is paused or the template not approved, waits for so long.
const LATER: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Replaces what an organization decides about consent.
///
/// # Errors
/// `Invalid` with everything wrong with it, each with its field.
pub async fn configure(tx: &Tx, ctx: &Ctx, wanted: &Settings) -> Result<()> {
    let mut problems = wanted.problems();
    let confirmation = &wanted.confirmation;
    let mut template = None;
    if let Some(id) = confirmation.template {
        let query = templates::Entity::secure_find(ctx.organization);
        let found = query.filter(templates::entity::Column::Id.eq(id)).one(tx.conn()).await?;
        problems.extend(judge(found.as_ref(), confirmation)?);
        template = found;
    }
    if let Some(id) = confirmation.sender {
        let query = senders::Entity::secure_find(ctx.organization);
        let found = query.filter(senders::entity::Column::Id.eq(id)).one(tx.conn()).await?;
        let field = "confirmation.sender_id";
        match (&found, &template) {
            (None, _) => problems.push(Problem::new(field, "unknown_sender", "there is no such sender")),
            (Some(sender), Some(template)) if sender.waba_id != template.waba_id => {
                let message = "this sender belongs to another WhatsApp account than the template";
                problems.push(Problem::new(field, "template_of_other_account", message));
            }
            _ => {}
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    settings::write(tx, ctx.organization, wanted).await
}

fn judge(template: Option<&Template>, confirmation: &Confirmation) -> Result<Vec<Problem>> {
    let field = "confirmation.template_id";
    let Some(template) = template else {
        return Ok(vec![Problem::new(field, "unknown_template", "there is no such template")]);
    };
    if template.category != Purpose::Utility {
        let message = "only a utility template may ask: whoever is asked has not agreed to marketing yet";
        return Ok(vec![Problem::new(field, "template_not_utility", message)]);
    }
    let model = template.model()?;
    Ok(match templates::render(&model, &values(&model, &confirmation.variables)) {
        Ok(_) => Vec::new(),
        Err(error) => error
            .problems()
            .into_iter()
            .map(|p| Problem { field: format!("confirmation.{}", p.field), ..p })
            .collect(),
    })
}

/// The values of the question. Its first quick reply sends back a yes, its second a no, whatever they say on them.
fn values(model: &TemplateModel, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut values = given.clone();
    let quick = model.buttons.iter().enumerate().filter(|(_, b)| matches!(b, Button::QuickReply { .. }));
    for ((place, _), payload) in quick.zip([YES_PAYLOAD, NO_PAYLOAD]) {
        values.entry(format!("button.{place}.payload")).or_insert_with(|| payload.to_string());
    }
    values
}

/// Sends the questions that are due; returns how many were dealt with.
pub async fn ask(services: &Services) -> Result<usize> {
    if !is_due(services, RequestStatus::Waiting).await? {
        return Ok(0);
    }
    let tx = services.begin().await?;
    let due = take_due(&tx, RequestStatus::Waiting).await?;
    let mut known: BTreeMap<OrganizationId, Confirmation> = BTreeMap::new();
    for request in &due {
        let organization = request.organization_id;
        if let std::collections::btree_map::Entry::Vacant(place) = known.entry(organization) {
            place.insert(settings::of(tx.conn(), organization).await?.confirmation);
        }
        let Some(confirmation) = known.get(&organization) else { continue };
        if request.created_at.plus(DAY * confirmation.days) <= tx.now() {
            lapse(&tx, request, RequestStatus::Expired, "the question could not be sent in time").await?;
            continue;
        }
        let ctx = Ctx::trusted(services.clone(), organization, Actor::Worker);
        match question(&tx, &ctx, request, confirmation).await {
            Ok(message) => asked(&tx, request, message, confirmation.days).await?,
            // not this person's fault: the sender rests, or the template is looked at again
            Err(Error::Conflict { message, .. }) => wait(&tx, request, &message).await?,
            Err(error @ (Error::Invalid(_) | Error::NotFound { .. })) => {
                let why = format!("the question could not be sent: {error}");
                lapse(&tx, request, RequestStatus::Failed, &why).await?;
            }
            Err(error) => return Err(error),
        }
    }
    tx.commit().await?;
    Ok(due.len())
}

async fn question(tx: &Tx, ctx: &Ctx, request: &Model, confirmation: &Confirmation) -> Result<MessageId> {
    let (Some(template), Some(sender)) = (confirmation.template, confirmation.sender) else {
        let message = "no template or sender is set for questions";
        return Err(Error::invalid("confirmation", "not_configured", message));
    };
    let found = templates::Entity::secure_find(ctx.organization)
        .filter(templates::entity::Column::Id.eq(template))
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::not_found("template", template))?;
    let variables = values(&found.model()?, &confirmation.variables);
    let what = What::Template { template, variables };
    let new = NewMessage { sender, to: To::Customer(request.customer_id), what, reply_to: None };
    Ok(send(tx, ctx, new).await?.id)
}

/// Notes that the question is on its way, in the transaction that writes it: nobody is asked twice.
async fn asked(tx: &Tx, request: &Model, message: MessageId, days: u32) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(RequestStatus::Asked))
        .col_expr(Column::MessageId, Expr::value(message))
        .col_expr(Column::Note, Expr::value(Option::<String>::None))
        .col_expr(Column::AskedAt, Expr::value(tx.now()))
        .col_expr(Column::DueAt, Expr::value(tx.now().plus(DAY * days)))
        .filter(Column::Id.eq(request.id))
        .filter(Column::Status.eq(RequestStatus::Waiting))
        .exec(tx.conn())
        .await?;
    let step = Said {
        customer: request.customer_id,
        purpose: request.purpose,
        state: ConsentState::Pending,
        method: ConsentMethod::ConfirmationRequest,
        source: None,
        evidence: Some(message.to_string()),
        actor: "worker".into(),
        at: tx.now(),
        dated: true,
    };
    record::step(tx, request.organization_id, step).await
}

async fn wait(tx: &Tx, request: &Model, why: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(tx.now().plus(LATER)))
        .col_expr(Column::Note, Expr::value(why))
        .filter(Column::Id.eq(request.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
