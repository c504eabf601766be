//! Launching: everything that can be known beforehand is checked for the whole audience, then one compare-and-set.

use super::approvals;
use super::audience::{Audience, VariableSource};
use super::control::not_sendable;
use super::edit::lock;
use super::entity::{Column, Entity, Model};
use super::files;
use super::jobs::CampaignJob;
use super::state::{Action, CampaignStatus};
use crate::consent::Purpose;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::events::{self, EventType};
use crate::ids::CampaignId;
use crate::outbox;
use crate::queue::LaneName;
use crate::senders::{self, SenderStatus};
use crate::templates;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement, Value};
use std::collections::BTreeMap;

/// How many people are named as examples of a problem.
const EXAMPLES: usize = 3;

/// Launches a draft; of two who launch it at once one wins and the other gets a conflict.
pub async fn launch(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<Model> {
    let campaign = lock(tx, ctx, id).await?;
    campaign.status.check(Action::Launch)?;
    approvals::check(tx, ctx, id).await?;
    // the provider may have moved the template to another category since the draft was written
    let purpose = check(tx, ctx, &campaign).await?;
    let now = tx.now();
    let won = Entity::update_many()
        .col_expr(Column::Status, Expr::value(CampaignStatus::Preparing))
        .col_expr(Column::Purpose, Expr::value(purpose))
        .col_expr(Column::LaunchedAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(CampaignStatus::Draft))
        .exec(tx.conn())
        .await?;
    if won.rows_affected == 0 {
        return Err(Error::conflict(
            "campaign_not_draft",
            "somebody else launched this campaign a moment ago",
        ));
    }
    outbox::enqueue(tx, LaneName::Maintenance, &CampaignJob::ExpandAudience { campaign: id }).await?;
    events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignLaunched, &[id]).await?;
    Ok(Model {
        status: CampaignStatus::Preparing,
        purpose,
        launched_at: Some(now),
        updated_at: now,
        ..campaign
    })
}

/// Everything that can be known beforehand; gives why the template is sent.
async fn check(tx: &Tx, ctx: &Ctx, campaign: &Model) -> Result<Purpose> {
    let template = templates::Entity::secure_find(ctx.organization)
        .filter(templates::entity::Column::Id.eq(campaign.template_id))
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::not_found("template", campaign.template_id))?;
    if let Some(problem) = not_sendable(tx, template.id).await? {
        return Err(Error::conflict(problem.code, problem.message));
    }
    let senders = senders::Entity::secure_find(ctx.organization)
        .filter(senders::entity::Column::Id.is_in(campaign.senders()?))
        .all(tx.conn())
        .await?;
    if let Some(paused) = senders.iter().find(|sender| sender.status == SenderStatus::Paused) {
        let why = paused.paused_reason.as_deref().unwrap_or("no reason was noted");
        return Err(Error::conflict(
            "sender_paused",
            format!("the sender {} is paused: {why}", paused.phone),
        ));
    }
    let (audience, sources) = (campaign.audience()?, campaign.variables()?);
    let misfits = files::misfits(tx.conn(), ctx.organization, &sources).await?;
    if !misfits.is_empty() {
        return Err(Error::Invalid(misfits));
    }
    let from = match &audience {
        // people added to a draft were judged when they were added
        Audience::Listed => "FROM messages WHERE campaign_id = $1 AND $2 IS NOT NULL AND status = 'planned'",
        Audience::Tag { .. } => {
            "FROM customers JOIN customer_tags ON customer_tags.customer_id = customers.id
             WHERE customers.organization_id = $1 AND customer_tags.organization_id = $1 AND customer_tags.tag = $2"
        }
        Audience::OptedIn => {
            "FROM customers WHERE customers.organization_id = $1 AND $2 IS NOT NULL
             AND customers.marketing_consent = 'opted_in'"
        }
    };
    let from = from.replace("$2 IS NOT NULL", "CAST($2 AS TEXT) IS NOT NULL");
    let params: [Value; 2] = match &audience {
        Audience::Listed => [campaign.id.into(), "".into()],
        Audience::Tag { tag } => [ctx.organization.into(), tag.as_str().into()],
        Audience::OptedIn => [ctx.organization.into(), "".into()],
    };
    let anyone =
        Statement::from_sql_and_values(tx.backend(), format!("SELECT 1 {from} LIMIT 1"), params.clone());
    if tx.conn().query_one_raw(anyone).await?.is_none() {
        return Err(Error::conflict("empty_audience", "nobody is in this campaign's audience"));
    }
    if audience != Audience::Listed {
        check_values(tx, &template.model()?.variables(), &sources, &from, &params).await?;
    }
    Ok(template.category)
}

/// Names the variables some of the audience have no value for, with examples.
async fn check_values(
    tx: &Tx,
    needed: &[String],
    sources: &BTreeMap<String, VariableSource>,
    from: &str,
    params: &[Value; 2],
) -> Result<()> {
    let mut problems = Vec::new();
    for key in needed {
        let field = format!("variables.{key}");
        let Some(source) = sources.get(key) else {
            let message = format!("say where the value of `{key}` comes from");
            problems.push(Problem::new(field, "missing_variable", message));
            continue;
        };
        let Some(attribute) = source
            .attribute
            .as_deref()
            .filter(|_| source.value.is_none() && source.default.is_none() && !source.unsubscribe_link)
        else {
            continue;
        };
        let (column, value): (&str, Value) = match (attribute, tx.backend()) {
            ("name", _) => ("customers.name || CAST($3 AS TEXT)", "".into()),
            ("phone", _) => ("customers.phone || CAST($3 AS TEXT)", "".into()),
            (key, DbBackend::Postgres) => ("customers.attributes ->> $3", key.into()),
            (key, _) => ("customers.attributes ->> $3", format!("$.\"{}\"", key.replace('"', "")).into()),
        };
        let missing = Statement::from_sql_and_values(
            tx.backend(),
            format!(
                "SELECT customers.phone AS phone {from} AND TRIM(COALESCE({column}, '')) = '' LIMIT {}",
                EXAMPLES + 1
            ),
            [params[0].clone(), params[1].clone(), value],
        );
        let found = tx.conn().query_all_raw(missing).await?;
        let examples: Vec<String> =
            found.iter().filter_map(|row| row.try_get("", "phone").ok()).take(EXAMPLES).collect();
        if !found.is_empty() {
            let more = if found.len() > EXAMPLES { " and others" } else { "" };
            let message = format!(
                "no `{attribute}` is known for {}{more}; set it, or give the variable a default",
                examples.join(", ")
            );
            problems.push(Problem::new(field, "missing_variable", message));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
