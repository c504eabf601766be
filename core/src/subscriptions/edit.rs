//! Adding, changing and removing subscriptions.

use super::entity::{Entity, Model};
use super::{MOST, SubscriptionStatus, delivery_entity, queries, secrets};
use crate::bulk::{Kind, Rows};
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::events::EventType;
use crate::ids::SubscriptionId;
use crate::secret::SecretString;
use crate::secret::columns::SUBSCRIPTION_SECRET;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, Statement,
};
use std::collections::BTreeSet;

/// What is needed to add a subscription.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// Where it is posted to.
    pub url: String,
    /// For people.
    pub description: Option<String>,
    /// What is wanted.
    pub types: Vec<EventType>,
}

/// What is to be different; empty fields leave what is stored alone.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Where it is posted to.
    pub url: Option<String>,
    /// For people; an empty one removes it.
    pub description: Option<String>,
    /// What is wanted, all of it.
    pub types: Option<Vec<EventType>>,
    /// Whether it is posted to.
    pub enabled: Option<bool>,
}

/// Adds a subscription. The answer holds its secret in the clear, once. It is told what happens from the commit on.
///
/// # Errors
/// `Invalid` with everything wrong with it; `Conflict` when the organization has too many.
pub async fn add(tx: &Tx, ctx: &Ctx, new: NewSubscription) -> Result<(Model, SecretString)> {
    check(ctx, Some(&new.url), Some(&new.types))?;
    if Entity::secure_find(ctx.organization).count(tx.conn()).await? >= MOST {
        let message = format!("an organization has at most {MOST} subscriptions; remove one first");
        return Err(Error::conflict("too_many_subscriptions", message));
    }
    let (id, secret) = (SubscriptionId::new(tx.clock()), secrets::generate());
    let place = SUBSCRIPTION_SECRET.place(ctx.organization, id);
    let subscription = Model {
        id,
        organization_id: ctx.organization,
        url: new.url,
        description: trimmed(new.description),
        event_types: list(&new.types)?,
        status: SubscriptionStatus::Active,
        disabled_reason: None,
        disabled_at: None,
        secret: ctx.cipher.seal(tx.conn(), &place, &secret).await?,
        previous_secret: None,
        previous_expires_at: None,
        rotated_at: None,
        failures: 0,
        failing_since: None,
        rests_until: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    Entity::insert(subscription.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    write_types(tx, &subscription).await?;
    Ok((subscription, secret))
}

/// Changes a subscription. One that is switched on again, or gets another address, begins afresh: its failures are
/// forgotten, and what waited for it goes out.
///
/// # Errors
/// `NotFound`; `Invalid`.
pub async fn update(tx: &Tx, ctx: &Ctx, id: SubscriptionId, change: Change) -> Result<Model> {
    let found = queries::lock(tx, ctx.organization, id).await?;
    check(ctx, change.url.as_deref(), change.types.as_deref())?;
    let mut next = Model { updated_at: tx.now(), ..found.clone() };
    if let Some(url) = change.url {
        next.url = url;
    }
    if let Some(description) = change.description {
        next.description = trimmed(Some(description));
    }
    if let Some(types) = change.types {
        next.event_types = list(&types)?;
    }
    match change.enabled {
        Some(true) if found.status == SubscriptionStatus::Disabled => {
            next.status = SubscriptionStatus::Active;
            (next.disabled_reason, next.disabled_at) = (None, None);
        }
        Some(false) if found.status == SubscriptionStatus::Active => {
            next.status = SubscriptionStatus::Disabled;
            (next.disabled_reason, next.disabled_at) = (None, Some(tx.now()));
        }
        _ => {}
    }
    if next.url != found.url
        || (next.status, found.status) == (SubscriptionStatus::Active, SubscriptionStatus::Disabled)
    {
        (next.failures, next.failing_since, next.rests_until) = (0, None, None);
    }
    let row = next.clone().into_active_model().reset_all();
    row.update(tx.conn()).await?;
    write_types(tx, &next).await?;
    Ok(next)
}

/// Removes a subscription with everything that was or was to be posted to it.
///
/// # Errors
/// `NotFound`.
pub async fn remove(tx: &Tx, ctx: &Ctx, id: SubscriptionId) -> Result<()> {
    let found = queries::lock(tx, ctx.organization, id).await?;
    delivery_entity::Entity::delete_many()
        .filter(delivery_entity::Column::SubscriptionId.eq(found.id))
        .exec(tx.conn())
        .await?;
    Entity::delete_by_id(found.id).exec(tx.conn()).await?;
    Ok(())
}

fn check(ctx: &Ctx, url: Option<&str>, types: Option<&[EventType]>) -> Result<()> {
    let mut problems = Vec::new();
    if let Some(Err(refused)) = url.map(|url| ctx.outside.check(url)) {
        problems.push(refused.problem("url"));
    }
    if types.is_some_and(<[EventType]>::is_empty) {
        problems.push(Problem::new("event_types", "too_few", "name at least one type of events"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn trimmed(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_string()).filter(|text| !text.is_empty())
}

/// As it is stored: each once, in the order of the documentation.
fn list(types: &[EventType]) -> Result<String> {
    let types: BTreeSet<_> = types.iter().collect();
    serde_json::to_string(&types).map_err(Error::internal)
}

/// Writes down where events look: the types of an active subscription, none of one that is switched off.
pub(super) async fn write_types(tx: &Tx, subscription: &Model) -> Result<()> {
    forget_types(tx, subscription.id).await?;
    if subscription.status == SubscriptionStatus::Disabled {
        return Ok(());
    }
    let mut rows = Rows::new(&[("type", Kind::Text)]);
    subscription.types()?.iter().for_each(|kind| rows.push(vec![kind.as_str().into()]));
    let insert = rows.statement(
        tx.backend(),
        "INSERT INTO subscription_types (organization_id, type, subscription_id) SELECT $1, v.type, $2 FROM {rows}",
        [subscription.organization_id.into(), subscription.id.into()],
    );
    tx.conn().execute_raw(insert).await?;
    Ok(())
}

/// From here on nothing is kept for this subscription.
pub(super) async fn forget_types(tx: &Tx, id: SubscriptionId) -> Result<()> {
    let delete = "DELETE FROM subscription_types WHERE subscription_id = $1";
    tx.conn().execute_raw(Statement::from_sql_and_values(tx.backend(), delete, [id.into()])).await?;
    Ok(())
}
