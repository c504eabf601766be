//! Launching: everything that can be known beforehand is checked for the whole audience, then one compare-and-set.

use super::approvals;
use super::audience::{Audience, VariableSource};
use super::bounds;
use super::control::not_sendable;
use super::edit::lock;
use super::entity::{Column, Entity, Model};
use super::files;
use super::jobs::CampaignJob;
use super::state::{Action, CampaignStatus};
use super::whom::Whom;
use crate::consent::Purpose;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::events::{self, EventType};
use crate::ids::CampaignId;
use crate::messages::claim::WINDOW;
use crate::outbox;
use crate::queue::LaneName;
use crate::senders::{self, Sender, SenderStatus, portfolio_room};
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
        .col_expr(Column::Failure, Expr::value(Option::<String>::None))
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
        failure: None,
        updated_at: now,
        ..campaign
    })
}

/// Everything a launch would be refused for now, for the pre-flight.
pub(super) async fn refusals(ctx: &Ctx, campaign: &Model) -> Result<Vec<Problem>> {
    let tx = ctx.begin().await?;
    let checked = check(&tx, ctx, campaign).await;
    tx.rollback().await?;
    match checked {
        Ok(_) => Ok(Vec::new()),
        Err(Error::Conflict { code, message }) => Ok(vec![Problem::new("", code, message)]),
        Err(Error::Invalid(problems)) => Ok(problems),
        Err(other) => Err(other),
    }
}

/// Everything that can be known beforehand; gives why the template is sent.
pub(super) async fn check(tx: &Tx, ctx: &Ctx, campaign: &Model) -> Result<Purpose> {
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
    bounds::check_launch(campaign, tx.now())?;
    let (audience, sources) = (campaign.audience()?, campaign.variables()?);
    let misfits = files::misfits(tx.conn(), ctx.organization, &sources).await?;
    if !misfits.is_empty() {
        return Err(Error::Invalid(misfits));
    }
    let whom = Whom::of(campaign)?;
    let anyone = format!("SELECT 1 AS one {} LIMIT 1", whom.from());
    let anyone = Statement::from_sql_and_values(tx.backend(), anyone, whom.params([]));
    if tx.conn().query_one_raw(anyone).await?.is_none() {
        return Err(Error::conflict("empty_audience", "nobody is in this campaign's audience"));
    }
    if !campaign.multi_day {
        check_room(tx, ctx, &senders, &whom).await?;
    }
    if audience != Audience::Listed {
        check_values(tx, &template.model()?.variables(), &sources, &whom).await?;
    }
    Ok(template.category)
}

/// A campaign that is larger than the provider's limit of new people a day needs somebody who wants it all the same: its
/// plan takes days. Counted only as far as the limit goes.
async fn check_room(tx: &Tx, ctx: &Ctx, senders: &[Sender], whom: &Whom) -> Result<()> {
    let Some(portfolio) = senders.first().map(senders::portfolios::of) else { return Ok(()) };
    let Some(room) = portfolio_room::room(tx.conn(), ctx.organization, portfolio, tx.now()).await? else {
        return Ok(());
    };
    let left = room.left();
    let sql = format!(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one {}
            AND (customers.last_inbound_at IS NULL OR customers.last_inbound_at <= $3) LIMIT $4) AS new",
        whom.from()
    );
    let most = left + 1;
    let params = whom.params([tx.now().minus(WINDOW).into(), most.into()]);
    let counted = tx.conn().query_one_raw(Statement::from_sql_and_values(tx.backend(), sql, params)).await?;
    let new: i64 = counted.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
    if new < most {
        return Ok(());
    }
    let message = format!(
        "WhatsApp lets these numbers write first to {} people a day, of whom {left} are left, and this campaign has more: \
         look at the plan in its pre-flight, and set `multi_day` to let it take several days",
        room.limit
    );
    Err(Error::conflict("plan_not_accepted", message))
}

/// Names the variables some of the audience have no value for, with examples.
async fn check_values(
    tx: &Tx,
    needed: &[String],
    sources: &BTreeMap<String, VariableSource>,
    whom: &Whom,
) -> Result<()> {
    let mut problems = Vec::new();
    for key in needed {
        let field = format!("variables.{key}");
        let Some(source) = sources.get(key) else {
            let message = format!("say where the value of `{key}` comes from");
            problems.push(Problem::new(field, "missing_variable", message));
            continue;
        };
        let Some(attribute) = source.only_attribute() else { continue };
        let (column, value) = attribute_column(tx.backend(), attribute, 3);
        let missing = Statement::from_sql_and_values(
            tx.backend(),
            format!(
                "SELECT customers.phone AS phone {} AND TRIM(COALESCE({column}, '')) = '' LIMIT {}",
                whom.from(),
                EXAMPLES + 1
            ),
            whom.params([value]),
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

/// What SQL calls one of a customer's attributes, with the parameter it needs as `$n`.
pub(super) fn attribute_column(backend: DbBackend, attribute: &str, n: usize) -> (String, Value) {
    match (attribute, backend) {
        ("name" | "phone", _) => (format!("customers.{attribute} || CAST(${n} AS TEXT)"), "".into()),
        (key, DbBackend::Postgres) => (format!("customers.attributes ->> ${n}"), key.into()),
        (key, _) => {
            (format!("customers.attributes ->> ${n}"), format!("$.\"{}\"", key.replace('"', "")).into())
        }
    }
}
