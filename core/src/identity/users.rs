//! Finding people and writing them down.

use super::email::EmailAddress;
use super::roles::Role;
use super::session_entity::Ended;
use super::user_entity::{Column, Entity, Model};
use super::{member_entity, sessions};
use crate::context::{Services, Tx};
use crate::error::{Error, Problem, Result};
use crate::ids::{OrganizationId, UserId};
use crate::organizations;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

/// A person to be written down; the password was checked and hashed before.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their address.
    pub email: EmailAddress,
    /// Their name.
    pub name: String,
    /// Argon2id over their password.
    pub password_hash: String,
    /// Whether somebody else vouches for the address.
    pub verified: bool,
}

/// A person's name as it is kept.
pub(super) fn name(field: &str, text: &str) -> Result<String, Problem> {
    let name = text.trim();
    let plain = !name.chars().any(char::is_control);
    match (1..=200).contains(&name.chars().count()) && plain {
        true => Ok(name.to_string()),
        false => Err(Problem::new(field, "invalid_name", "a name has 1 to 200 characters")),
    }
}

/// Writes a person down.
///
/// # Errors
/// `email_taken`.
pub async fn insert(tx: &Tx, new: NewUser) -> Result<Model> {
    let row = Model {
        id: UserId::new(tx.clock()),
        email: new.email.as_str().to_string(),
        name: new.name,
        password_hash: new.password_hash,
        email_verified_at: new.verified.then(|| tx.now()),
        totp_secret: None,
        totp_enabled_at: None,
        totp_last_step: None,
        recovery_codes: String::new(),
        platform_admin: false,
        created_at: tx.now(),
        updated_at: tx.now(),
        disabled_at: None,
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx.conn())
        .await
        .map_err(|error| Error::unless_taken(error, "email_taken", TAKEN))?;
    Ok(row)
}

/// What is said of an address that has an account.
pub(super) const TAKEN: &str = "there is an account with this email address; sign in, or reset its password";

/// Makes a person a member of an organization.
///
/// # Errors
/// `member_exists`.
pub async fn join(tx: &Tx, organization: OrganizationId, user: UserId, role: Role) -> Result<()> {
    let row =
        member_entity::Model { organization_id: organization, user_id: user, role, created_at: tx.now() };
    member_entity::Entity::insert(row.into_active_model())
        .exec_without_returning(tx.conn())
        .await
        .map_err(|error| Error::unless_taken(error, "member_exists", "this person is a member already"))?;
    Ok(())
}

/// The person with this address.
pub async fn by_email(conn: &impl ConnectionTrait, email: &EmailAddress) -> Result<Option<Model>> {
    Ok(Entity::find().filter(Column::Email.eq(email.as_str())).one(conn).await?)
}

/// The person with this id.
pub(crate) async fn get(conn: &impl ConnectionTrait, id: UserId) -> Result<Model> {
    Entity::find_by_id(id).one(conn).await?.ok_or_else(|| Error::not_found("person", id))
}

/// Everybody, oldest first; for the operator.
pub async fn all(services: &Services) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_asc(Column::Id).all(services.db.read()).await?)
}

/// A person's place in one organization.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Which.
    pub organization: organizations::Organization,
    /// What they are there.
    pub role: Role,
}

/// Where a person belongs, oldest first.
pub async fn memberships(conn: &impl ConnectionTrait, user: UserId) -> Result<Vec<Membership>> {
    let rows = member_entity::Entity::find()
        .filter(member_entity::Column::UserId.eq(user))
        .order_by_asc(member_entity::Column::CreatedAt)
        .order_by_asc(member_entity::Column::OrganizationId)
        .all(conn)
        .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.organization_id).collect();
    let found =
        organizations::Entity::find().filter(organizations::entity::Column::Id.is_in(ids)).all(conn).await?;
    let place = |row: &member_entity::Model| {
        let organization = found.iter().find(|organization| organization.id == row.organization_id)?;
        Some(Membership { organization: organization.clone(), role: row.role })
    };
    Ok(rows.iter().filter_map(place).collect())
}

/// Changes some columns of a person.
pub(super) async fn change<const N: usize>(
    tx: &Tx,
    user: UserId,
    columns: [(Column, SimpleExpr); N],
) -> Result<()> {
    let mut update = Entity::update_many().col_expr(Column::UpdatedAt, Expr::value(tx.now()));
    for (column, value) in columns {
        update = update.col_expr(column, value);
    }
    update.filter(Column::Id.eq(user)).exec(tx.conn()).await?;
    Ok(())
}

/// Sets a password that was checked and hashed (before the transaction: it takes its time), and ends every session
/// that began with the old one.
pub async fn set_password(tx: &Tx, user: UserId, password_hash: String) -> Result<()> {
    change(tx, user, [(Column::PasswordHash, Expr::value(password_hash))]).await?;
    sessions::end_all(tx, user, Ended::PasswordReset, None).await
}

/// Keeps a person from signing in, and ends their sessions; or lets them in again.
pub async fn disable(tx: &Tx, user: UserId, disabled: bool) -> Result<()> {
    let since = disabled.then(|| tx.now());
    change(tx, user, [(Column::DisabledAt, Expr::value(since))]).await?;
    match disabled {
        true => sessions::end_all(tx, user, Ended::Disabled, None).await,
        false => Ok(()),
    }
}

/// Makes a person an administrator of the installation, or not any more.
pub async fn set_platform_admin(tx: &Tx, user: UserId, is: bool) -> Result<()> {
    change(tx, user, [(Column::PlatformAdmin, Expr::value(is))]).await
}
