//! Writing a campaign: only drafts change.

use super::approvals;
use super::audience::{Audience, VariableSource};
use super::bounds::Bounds;
use super::entity::{Column, Entity, Model};
use super::files;
use super::outcome;
use super::pool::SenderChoice;
use super::recipients;
use super::state::{Action, CampaignStatus};
use crate::consent::Purpose;
use crate::context::{Ctx, Tx};
use crate::customers::edit::parse_tag;
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::{CampaignId, SenderId, TemplateId};
use crate::organizations::{self, UnknownPolicy};
use crate::senders;
use crate::templates::{self, Template};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Everything a draft says.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What people call it.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// What is sent.
    pub template: TemplateId,
    /// From which numbers, in turn; at least one.
    pub senders: Vec<SenderId>,
    /// Which of them a person is sent to from.
    pub sender_choice: SenderChoice,
    /// To whom.
    pub audience: Audience,
    /// Where the template's values come from.
    pub variables: BTreeMap<String, VariableSource>,
    /// At most so many messages a minute.
    pub rate_per_minute: Option<u32>,
    /// Whether it may take several days where the provider's limit of new people a day is smaller than it.
    pub multi_day: bool,
    /// Give up on a person after so many failures; 1 to 10, default 3.
    pub max_attempts: Option<u32>,
    /// For outcomes that stay unknown; `None`: the organization's.
    pub unknown_policy: Option<UnknownPolicy>,
    /// When in the day it sends, and when it stops by itself.
    pub bounds: Bounds,
}

/// Writes a new draft.
pub async fn create(tx: &Tx, ctx: &Ctx, draft: Draft) -> Result<Model> {
    let template = check(tx, ctx, &draft).await?;
    let model = Model {
        id: CampaignId::new(tx.clock()),
        organization_id: ctx.organization,
        name: String::new(),
        description: None,
        status: CampaignStatus::Draft,
        template_id: template.id,
        purpose: template.category,
        sender_ids: json!([]),
        sender_choice: SenderChoice::Spread,
        audience: json!({}),
        variables: json!({}),
        rate_per_minute: None,
        multi_day: false,
        max_attempts: 3,
        unknown_policy: UnknownPolicy::Leave,
        expand_cursor: None,
        expanded_at: None,
        failure: None,
        launched_at: None,
        paused_at: None,
        paused_reason: None,
        finished_at: None,
        recipients_erased_at: None,
        schedule_at: None,
        schedule_zone: None,
        schedule_rule: None,
        schedule_missed: None,
        next_run_at: None,
        runs: 0,
        repeats_id: None,
        send_at_local: None,
        stop_at: None,
        pause_at_failed_percent: None,
        pause_at_opted_out_percent: None,
        pause_seen: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let model = fill(tx, ctx, model, draft, &template).await?;
    Entity::insert(model.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(model)
}

/// Replaces what a draft says. People already added stay while the audience is `listed`, and must all have the values
/// the new template needs; with another audience the list is dropped.
pub async fn update(tx: &Tx, ctx: &Ctx, id: CampaignId, draft: Draft) -> Result<Model> {
    let old = lock(tx, ctx, id).await?;
    old.status.check(Action::Edit)?;
    approvals::void(tx, id).await?;
    let template = check(tx, ctx, &draft).await?;
    let model = fill(tx, ctx, Model { updated_at: tx.now(), ..old }, draft, &template).await?;
    let changed = model.clone().into_active_model().reset_all();
    changed.update(tx.conn()).await?;
    if model.audience()? == Audience::Listed {
        recipients::check_again(tx, ctx, model.clone()).await?;
    } else {
        recipients::clear(tx, id).await?;
    }
    Ok(model)
}

/// Deletes a draft and the people added to it.
pub async fn delete(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<()> {
    lock(tx, ctx, id).await?.status.check(Action::Edit)?;
    crate::messages::Entity::delete_many()
        .filter(crate::messages::entity::Column::CampaignId.eq(id))
        .exec(tx.conn())
        .await?;
    Entity::delete_by_id(id).exec(tx.conn()).await?;
    Ok(())
}

/// Reads a campaign of the organization and keeps others from changing it until the transaction ends.
pub(super) async fn lock(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<Model> {
    let mut query = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id));
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(tx.conn()).await?.ok_or_else(|| Error::not_found("campaign", id))
}

async fn fill(tx: &Tx, ctx: &Ctx, old: Model, draft: Draft, template: &Template) -> Result<Model> {
    let unknown_policy = match draft.unknown_policy {
        Some(policy) => policy,
        None => {
            let organization = organizations::Entity::find_by_id(ctx.organization).one(tx.conn()).await?;
            let organization =
                organization.ok_or_else(|| Error::not_found("organization", ctx.organization))?;
            let marketing = template.category == Purpose::Marketing;
            if marketing { organization.unknown_marketing } else { organization.unknown_transactional }
        }
    };
    Ok(Model {
        name: draft.name.trim().to_string(),
        description: draft.description,
        template_id: template.id,
        purpose: template.category,
        sender_ids: json!(draft.senders),
        sender_choice: draft.sender_choice,
        audience: json!(draft.audience),
        variables: json!(draft.variables),
        rate_per_minute: draft.rate_per_minute.map(|n| i32::try_from(n).unwrap_or(i32::MAX)),
        multi_day: draft.multi_day,
        max_attempts: i32::try_from(draft.max_attempts.unwrap_or(3)).unwrap_or(3),
        unknown_policy,
        ..draft.bounds.put(old)
    })
}

/// Finds everything wrong with a draft at once; returns its template.
async fn check(tx: &Tx, ctx: &Ctx, draft: &Draft) -> Result<Template> {
    let mut problems = Vec::new();
    let mut bad = |field: &str, code, message: String| problems.push(Problem::new(field, code, message));
    if !(1..=200).contains(&draft.name.trim().chars().count()) {
        bad("name", "invalid_name", "a campaign has a name of 1 to 200 characters".into());
    }
    if draft.rate_per_minute == Some(0) {
        bad(
            "rate_per_minute",
            "invalid_rate",
            "at least 1 message a minute; leave it out for no limit".into(),
        );
    }
    if draft.max_attempts.is_some_and(|n| !(1..=10).contains(&n)) {
        bad("max_attempts", "invalid_max_attempts", "between 1 and 10".into());
    }
    if let Audience::Tag { tag } = &draft.audience
        && let Err(problem) = parse_tag("audience.tag", tag)
    {
        problems.push(problem);
    }
    problems.extend(draft.bounds.problems(tx.now()));
    problems.extend(outcome::misfit(tx, ctx, &draft.audience).await?);
    let template = templates::Entity::secure_find(ctx.organization)
        .filter(templates::entity::Column::Id.eq(draft.template))
        .one(tx.conn())
        .await?;
    let unknown = || Problem::new("template_id", "unknown_template", "there is no such template");
    let Some(template) = template else {
        problems.push(unknown());
        return Err(Error::Invalid(problems));
    };
    check_senders(tx, ctx, draft, &template, &mut problems).await?;
    let known: BTreeSet<String> = template.model()?.keys().into_iter().collect();
    for key in draft.variables.keys().filter(|key| !known.contains(*key)) {
        let message = format!("the template has no variable `{key}`");
        problems.push(Problem::new(format!("variables.{key}"), "extra_variable", message));
    }
    for (key, source) in &draft.variables {
        let empty = source.value.is_none() && source.attribute.is_none() && source.default.is_none();
        if empty && !source.unsubscribe_link {
            let message =
                "say where the value comes from: `value`, `attribute`, `default` or `unsubscribe_link`";
            problems.push(Problem::new(format!("variables.{key}"), "empty_variable", message));
        }
    }
    problems.extend(files::misfits(tx.conn(), ctx.organization, &draft.variables).await?);
    if problems.is_empty() { Ok(template) } else { Err(Error::Invalid(problems)) }
}

async fn check_senders(
    tx: &Tx,
    ctx: &Ctx,
    draft: &Draft,
    template: &Template,
    problems: &mut Vec<Problem>,
) -> Result<()> {
    if draft.senders.is_empty() || draft.senders.len() > 100 {
        problems.push(Problem::new("sender_ids", "no_sender", "a campaign has 1 to 100 senders"));
    }
    let known = senders::Entity::secure_find(ctx.organization)
        .filter(senders::entity::Column::Id.is_in(draft.senders.iter().copied()))
        .all(tx.conn())
        .await?;
    for (index, id) in draft.senders.iter().enumerate() {
        let field = format!("sender_ids[{index}]");
        match known.iter().find(|sender| sender.id == *id) {
            None => problems.push(Problem::new(field, "unknown_sender", "there is no such sender")),
            Some(sender) if sender.waba_id != template.waba_id => problems.push(Problem::new(
                field,
                "template_of_other_account",
                "this sender belongs to another WhatsApp account than the template",
            )),
            Some(_) if draft.senders[..index].contains(id) => {
                problems.push(Problem::new(field, "duplicate_sender", "this sender is named twice"));
            }
            Some(_) => {}
        }
    }
    let most: u64 = known.iter().map(|sender| u64::from(sender.mps.unsigned_abs()) * 60).sum();
    if let Some(rate) = draft.rate_per_minute.filter(|rate| !known.is_empty() && u64::from(*rate) > most) {
        let message = format!(
            "its senders may send {most} a minute together, not {rate}; leave it out for all of that"
        );
        problems.push(Problem::new("rate_per_minute", "invalid_rate", message));
    }
    Ok(())
}
