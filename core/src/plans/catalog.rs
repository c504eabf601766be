//! The plans there are.

use super::Limit;
use super::entity::{ActiveModel, Column, Entity, Model};
use crate::context::{Services, Tx};
use crate::error::{Error, Problem, Result};
use crate::organizations;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

/// A tenth of the sum of an order is the most a fee may be.
const HIGHEST_FEE: i32 = 1_000;

/// What a plan is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name for people.
    pub title: String,
    /// Its limits; what is left out has none.
    pub limits: Vec<(Limit, i64)>,
    /// What every order costs, in hundredths of a percent of its sum.
    pub order_fee_basis_points: i32,
}

/// All plans by name.
pub async fn list(services: &Services) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_asc(Column::Name).all(services.db.read()).await?)
}

/// Makes a plan, or changes it for everybody who has it.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub async fn put(tx: &Tx, name: &str, wanted: Wanted) -> Result<Model> {
    check(name, &wanted)?;
    let limit = |limit| wanted.limits.iter().find(|(named, _)| *named == limit).map(|(_, most)| *most);
    let old = Entity::find_by_id(name).one(tx.conn()).await?;
    let plan = Model {
        name: name.to_string(),
        title: wanted.title.trim().to_string(),
        members: limit(Limit::Members),
        senders: limit(Limit::Senders),
        api_keys: limit(Limit::ApiKeys),
        products: limit(Limit::Products),
        storage_bytes: limit(Limit::StorageBytes),
        order_fee_basis_points: wanted.order_fee_basis_points,
        created_at: old.as_ref().map_or(tx.now(), |old| old.created_at),
        updated_at: tx.now(),
    };
    for limit in Limit::ALL {
        let before = old.as_ref().and_then(|old| old.most(*limit));
        if before != plan.most(*limit) {
            tx.changed(limit.as_str(), before, plan.most(*limit));
        }
    }
    let columns = [
        Column::Title,
        Column::Members,
        Column::Senders,
        Column::ApiKeys,
        Column::Products,
        Column::StorageBytes,
        Column::OrderFeeBasisPoints,
        Column::UpdatedAt,
    ];
    let again = OnConflict::column(Column::Name).update_columns(columns).to_owned();
    let row: ActiveModel = plan.clone().into_active_model();
    Entity::insert(row).on_conflict(again).exec_without_returning(tx.conn()).await?;
    Ok(plan)
}

/// Removes a plan nobody has.
///
/// # Errors
/// `NotFound`; `Conflict("plan_in_use")`.
pub async fn remove(tx: &Tx, name: &str) -> Result<()> {
    let used = organizations::Entity::find()
        .filter(organizations::entity::Column::Plan.eq(name))
        .one(tx.conn())
        .await?;
    if used.is_some() {
        return Err(Error::conflict(
            "plan_in_use",
            "give the organizations that have this plan another one first",
        ));
    }
    match Entity::delete_by_id(name).exec(tx.conn()).await?.rows_affected {
        0 => Err(Error::not_found("plan", name)),
        _ => Ok(()),
    }
}

fn check(name: &str, wanted: &Wanted) -> Result<()> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, code, message: &str| problems.push(Problem::new(field, code, message));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 40 || !name.chars().all(plain) {
        wrong("plan", "invalid_name", "a plan's name has 1 to 40 small letters, digits and hyphens");
    }
    let title = wanted.title.trim();
    if title.is_empty() || title.chars().count() > 100 || title.chars().any(char::is_control) {
        wrong("title", "invalid_title", "a plan has a title of 1 to 100 characters");
    }
    for (limit, most) in &wanted.limits {
        if *most < 0 {
            wrong(limit.as_str(), "invalid_limit", "a limit is 0 or more; leave it out for none");
        }
    }
    if !(0..=HIGHEST_FEE).contains(&wanted.order_fee_basis_points) {
        wrong("order_fee_basis_points", "invalid_fee", "0 to 1000 hundredths of a percent");
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
