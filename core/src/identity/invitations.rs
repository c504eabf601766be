//! Inviting people into an organization.
//!
//! The token of an invitation goes by email to whom it is meant for; where the installation sends none, who invites is
//! given the link, once, to pass it on.

use super::email::EmailAddress;
use super::invitation_entity::{Column, Entity, Model};
use super::roles::Role;
use super::users::{self, NewUser};
use super::{Person, Visitor, letters, member_entity, members, passwords, throttle, trail};
use crate::context::{Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::{InvitationId, OrganizationId, UserId};
use crate::page::{Page, PageRequest};
use crate::plans::{Limit, limits};
use crate::secret::{ExposeSecret, SecretString, sha256_hex};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::time::Duration;

/// How long an invitation is good.
const LIVES: Duration = Duration::from_secs(7 * 24 * 3_600);

/// An invitation just made.
#[derive(Debug)]
pub struct Invited {
    /// Its row.
    pub row: Model,
    /// The link to pass on, where it was not sent by email.
    pub link: Option<SecretString>,
}

/// Invites somebody. An older invitation of the same address ends.
///
/// # Errors
/// `Invalid("invalid_email")`; `Conflict("member_exists")`; `Forbidden("owners_only")` for a future owner; `OverPlan`.
pub async fn invite(tx: &Tx, ctx: &Ctx, email: &str, role: Role) -> Result<Invited> {
    let email = EmailAddress::read(email)
        .map_err(|message| Error::Invalid(vec![EmailAddress::problem("email", message)]))?;
    if role == Role::Owner {
        members::owner(tx, ctx).await?;
    }
    if let Some(user) = users::by_email(tx.conn(), &email).await? {
        let place = member_entity::Entity::secure_find(ctx.organization)
            .filter(member_entity::Column::UserId.eq(user.id))
            .one(tx.conn())
            .await?;
        if place.is_some() {
            return Err(Error::conflict("member_exists", "this person is a member already"));
        }
    }
    open(ctx.organization, tx)
        .filter(Column::Email.eq(email.as_str()))
        .col_expr(Column::RevokedAt, Expr::value(tx.now()))
        .exec(tx.conn())
        .await?;
    limits::room(tx, ctx, Limit::Members, 1).await?;
    let token = hex::encode(rand::random::<[u8; 32]>());
    let row = Model {
        id: InvitationId::new(tx.clock()),
        organization_id: ctx.organization,
        email: email.to_string(),
        role,
        hash: sha256_hex(token.as_bytes()),
        invited_by: ctx.actor.to_string(),
        created_at: tx.now(),
        expires_at: tx.now().plus(LIVES),
        accepted_at: None,
        revoked_at: None,
    };
    Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    let link = letters::invite(tx, ctx, &email, &token).await?;
    Ok(Invited { row, link })
}

/// Invitations nobody has accepted or taken back yet; those that expired are among them no more.
fn open(organization: OrganizationId, tx: &Tx) -> sea_orm::UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(tx.now()))
}

/// The organization's invitations, newest first.
pub async fn list(ctx: &Ctx, page: PageRequest<InvitationId>) -> Result<Page<Model>> {
    let query = Entity::secure_find(ctx.organization);
    Page::newest(ctx.db.read(), query, Column::Id, page, |invitation| invitation.id.to_string()).await
}

/// Takes an invitation back.
///
/// # Errors
/// `NotFound`; `Conflict("invitation_over")` when it was accepted, taken back or has expired.
pub async fn revoke(tx: &Tx, ctx: &Ctx, id: InvitationId) -> Result<Model> {
    let find = || Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(tx.conn());
    let missing = || Error::not_found("invitation", id);
    find().await?.ok_or_else(missing)?;
    let done = open(ctx.organization, tx)
        .filter(Column::Id.eq(id))
        .col_expr(Column::RevokedAt, Expr::value(tx.now()))
        .exec(tx.conn())
        .await?;
    match done.rows_affected {
        1 => find().await?.ok_or_else(missing),
        _ => Err(Error::conflict("invitation_over", "this invitation is over already")),
    }
}

/// Uses an invitation up.
///
/// # Errors
/// `invalid_token`, whatever is wrong with it.
async fn spend(tx: &Tx, token: &SecretString) -> Result<Model> {
    let hash = sha256_hex(token.expose_secret().trim().as_bytes());
    let invalid = || Error::invalid("token", "invalid_token", "this invitation is over; ask for a new one");
    let row = Entity::find().filter(Column::Hash.eq(hash)).one(tx.conn()).await?.ok_or_else(invalid)?;
    let spent = open(row.organization_id, tx)
        .filter(Column::Id.eq(row.id))
        .col_expr(Column::AcceptedAt, Expr::value(tx.now()))
        .exec(tx.conn())
        .await?;
    if spent.rows_affected == 1 { Ok(row) } else { Err(invalid()) }
}

/// Accepts an invitation as somebody who has an account and is signed in with it; gives where they are a member now.
///
/// # Errors
/// `invalid_token`; `Forbidden("other_address")` when it is meant for another address; `Conflict("member_exists")`.
pub async fn accept(person: &Person, visitor: &Visitor, token: &SecretString) -> Result<OrganizationId> {
    let services = &person.ctx.services;
    throttle::token(services, visitor).await?;
    let tx = services.begin().await?;
    let invitation = spend(&tx, token).await?;
    let user = users::get(tx.conn(), person.user).await?;
    if user.email != invitation.email {
        let message = "this invitation is for another email address; sign in with that one";
        return Err(Error::forbidden("other_address", message));
    }
    join(&tx, services, &invitation, user.id, visitor).await?;
    tx.commit().await?;
    Ok(invitation.organization_id)
}

/// Accepts an invitation as somebody new. The address counts as confirmed where the token was sent to it.
///
/// # Errors
/// `invalid_token`; `Conflict("email_taken")` when the address has an account: sign in and accept; everything wrong with
/// name and password at once.
pub async fn register(
    services: &Services,
    visitor: &Visitor,
    token: &SecretString,
    name: &str,
    password: &SecretString,
) -> Result<OrganizationId> {
    throttle::token(services, visitor).await?;
    let named = users::name("name", name);
    // before the transaction: it takes its time
    let password_hash = passwords::hash(password).await?;
    let tx = services.begin().await?;
    let invitation = spend(&tx, token).await?;
    let email = EmailAddress::read(&invitation.email)
        .map_err(|message| Error::internal(format!("an invitation to {message}")))?;
    let mut problems: Vec<Problem> =
        passwords::check("password", password, &email, name).into_iter().collect();
    let name = match named {
        Ok(name) if problems.is_empty() => name,
        named => {
            problems.extend(named.err());
            return Err(Error::Invalid(problems));
        }
    };
    let verified = services.mailer.is_some();
    let user = users::insert(&tx, NewUser { email, name, password_hash, verified }).await?;
    join(&tx, services, &invitation, user.id, visitor).await?;
    tx.commit().await?;
    Ok(invitation.organization_id)
}

async fn join(
    tx: &Tx,
    services: &Services,
    invitation: &Model,
    user: UserId,
    visitor: &Visitor,
) -> Result<()> {
    users::join(tx, invitation.organization_id, user, invitation.role).await?;
    let place = (invitation.organization_id, user);
    trail::note(tx, services, place, visitor, "acceptInvitation", invitation.id.to_string()).await
}
