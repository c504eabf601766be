//! Who works in an organization, and who is invited to.

use crate::Time;
use crate::auth::{Auth, PersonAuth};
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::identity::Seen;
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::identity::invitation_entity::Model;
use bellbird_core::identity::invitations::{self, Invited};
use bellbird_core::identity::{Role, members};
use bellbird_core::ids::{InvitationId, OrganizationId, UserId};
use bellbird_core::page::Page;
use bellbird_core::secret::ExposeSecret;
use bellbird_core::{Services, Timestamp};
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::{Any, Example};
use poem_openapi::{Object, OpenApi};

/// Somebody who works here.
#[derive(Object)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they are here.
    pub role: Role,
    /// Since when.
    pub created_at: Time,
}

impl From<members::Member> for Member {
    fn from(member: members::Member) -> Self {
        Self {
            user_id: member.user.id,
            name: member.user.name,
            email: member.user.email,
            role: member.place.role,
            created_at: member.place.created_at.to_utc(),
        }
    }
}

/// What a member is to be.
#[derive(Object)]
#[oai(deny_unknown_fields, example)]
pub struct ChangeMember {
    /// Their new role.
    pub role: Role,
}

impl Example for ChangeMember {
    fn example() -> Self {
        Self { role: Role::Marketer }
    }
}

/// Whom to invite.
#[derive(Object)]
#[oai(deny_unknown_fields, example)]
pub struct CreateInvitation {
    /// Their email address.
    pub email: String,
    /// What they will be here.
    pub role: Role,
}

impl Example for CreateInvitation {
    fn example() -> Self {
        Self { email: "ravi@example.com".into(), role: Role::Agent }
    }
}

/// An invitation.
#[derive(Object)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// To whom.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// Who invited: the id of a person or a key.
    pub invited_by: String,
    /// The link to pass on, shown this once, where the installation sends no email.
    #[oai(skip_serializing_if_is_none)]
    pub link: Option<String>,
    /// When.
    pub created_at: Time,
    /// Until when it is good.
    pub expires_at: Time,
    /// When it was accepted.
    #[oai(skip_serializing_if_is_none)]
    pub accepted_at: Option<Time>,
    /// When it was taken back, or replaced by a newer one.
    #[oai(skip_serializing_if_is_none)]
    pub revoked_at: Option<Time>,
}

impl From<Model> for Invitation {
    fn from(row: Model) -> Self {
        let time = |at: Option<Timestamp>| at.map(Timestamp::to_utc);
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            invited_by: row.invited_by,
            link: None,
            created_at: row.created_at.to_utc(),
            expires_at: row.expires_at.to_utc(),
            accepted_at: time(row.accepted_at),
            revoked_at: time(row.revoked_at),
        }
    }
}

impl From<Invited> for Invitation {
    fn from(invited: Invited) -> Self {
        let link = invited.link.map(|link| link.expose_secret().to_string());
        Self { link, ..invited.row.into() }
    }
}

/// Accepting an invitation with the account one has.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// What stands behind `token=` in the link.
    #[oai(write_only)]
    pub token: String,
}

/// Accepting an invitation with a new account.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RegisterByInvitation {
    /// What stands behind `token=` in the link.
    #[oai(write_only)]
    pub token: String,
    /// One's own name.
    pub name: String,
    /// 10 to 200 characters.
    #[oai(write_only)]
    pub password: String,
}

/// Where somebody is a member now.
#[derive(Object)]
pub struct Joined {
    /// Sign in, or refresh, with this `organization_id` to work there.
    pub organization_id: OrganizationId,
}

/// The operations on members.
#[derive(Debug, Clone, Copy)]
pub struct MembersApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::People")]
impl MembersApi {
    /// List members
    ///
    /// Who has been here longest first, all in one page.
    #[oai(path = "/members", method = "get", operation_id = "listMembers")]
    async fn list(&self, auth: Auth) -> ApiResult<Json<List<Member>>> {
        let page = Page { items: members::list(&auth).await?, next: None };
        Ok(Json(List::of(page, Member::from)))
    }

    /// Change a member's role
    ///
    /// It counts from their next request on. 403 `owners_only` when it is about an owner, 409 `last_owner`.
    #[oai(path = "/members/:user_id", method = "patch", operation_id = "changeMember")]
    async fn change(
        &self,
        auth: Auth,
        user_id: Path<UserId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<ChangeMember>,
    ) -> ApiResult<Answer<Member>> {
        let guard = key.over(&body);
        let role = body.role;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { Ok(members::change_role(tx, ctx, user_id.0, role).await?.into()) })
        })
        .await
    }

    /// Let a member go
    ///
    /// From their next request on they see nothing here; their account stays. 403 `owners_only`, 409 `last_owner`.
    #[oai(path = "/members/:user_id", method = "delete", operation_id = "removeMember")]
    async fn remove(
        &self,
        auth: Auth,
        user_id: Path<UserId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Any<()>, 204>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { members::remove(tx, ctx, user_id.0).await.map(Any) })
        })
        .await
    }
}

/// The operations on invitations.
#[derive(Debug, Clone, Copy)]
pub struct InvitationsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::People")]
impl InvitationsApi {
    /// Invite somebody
    ///
    /// By email; where the installation sends none, the answer holds the link to pass on. An older invitation of the same
    /// address ends. 409 `member_exists`; 403 `owners_only` for a future owner.
    #[oai(path = "/invitations", method = "post", operation_id = "createInvitation")]
    async fn create(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<CreateInvitation>,
    ) -> ApiResult<Answer<Invitation, 201>> {
        let guard = key.over(&body);
        let CreateInvitation { email, role } = body.value;
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move { Ok(invitations::invite(tx, ctx, &email, role).await?.into()) })
        })
        .await
    }

    /// List invitations
    ///
    /// Newest first, also those that are over.
    #[oai(path = "/invitations", method = "get", operation_id = "listInvitations")]
    async fn list(
        &self,
        auth: Auth,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Invitation>>> {
        let found = invitations::list(&auth, page::request(cursor.0.as_deref(), limit.0)?).await?;
        Ok(Json(List::of(found, Invitation::from)))
    }

    /// Take an invitation back
    ///
    /// 409 `invitation_over` when it was accepted, taken back or has expired.
    #[oai(path = "/invitations/:invitation_id", method = "delete", operation_id = "revokeInvitation")]
    async fn revoke(
        &self,
        auth: Auth,
        invitation_id: Path<InvitationId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Invitation>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { Ok(invitations::revoke(tx, ctx, invitation_id.0).await?.into()) })
        })
        .await
    }

    /// Accept an invitation
    ///
    /// As the person who is signed in, whose address it must be for (403 `other_address`). 422 `invalid_token`, 409
    /// `member_exists`, 429 `too_many_requests`.
    #[oai(path = "/auth/accept-invitation", method = "post", operation_id = "acceptInvitation")]
    async fn accept(
        &self,
        auth: PersonAuth,
        seen: Seen,
        body: Body<AcceptInvitation>,
    ) -> ApiResult<Json<Joined>> {
        let organization_id = invitations::accept(&auth, &seen, &body.value.token.into()).await?;
        Ok(Json(Joined { organization_id }))
    }

    /// Accept an invitation with a new account
    ///
    /// Then sign in. 409 `email_taken` when the address has an account: sign in and accept with it. 422 `invalid_token`, 429
    /// `too_many_requests`.
    #[oai(path = "/auth/register-by-invitation", method = "post", operation_id = "registerByInvitation")]
    async fn register(
        &self,
        services: Data<&Services>,
        seen: Seen,
        body: Body<RegisterByInvitation>,
    ) -> ApiResult<Json<Joined>> {
        let RegisterByInvitation { token, name, password } = body.value;
        let (token, password) = (token.into(), password.into());
        let organization_id = invitations::register(services.0, &seen, &token, &name, &password).await?;
        Ok(Json(Joined { organization_id }))
    }
}
