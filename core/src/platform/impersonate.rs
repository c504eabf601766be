//! Acting in somebody's name: a session of theirs that lasts an hour, leaves their account alone, and writes into the
//! audit log who it really was.

use super::Administrator;
use super::organizations::check_reason;
use crate::audit::{self, Asked};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::identity::login::{SignedIn, signed_in};
use crate::identity::member_entity::{Column, Entity};
use crate::identity::{Role, Visitor, sessions, users};
use crate::ids::{OrganizationId, UserId};
use crate::organizations::{self, OrganizationStatus};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

/// Begins a session in the name of a member; of the oldest owner when nobody is named.
///
/// # Errors
/// `NotFound` for an organization or a member that is not there; `Conflict("organization_suspended")`;
/// `Invalid("invalid_reason")`; `Forbidden("is_platform_admin")`: nobody acts for another administrator.
pub async fn impersonate(
    administrator: &Administrator,
    visitor: &Visitor,
    organization: OrganizationId,
    user: Option<UserId>,
    reason: &str,
) -> Result<SignedIn> {
    let reason = check_reason(reason)?;
    let ctx = administrator.over(organization).await?;
    if organizations::queries::status(&ctx, organization).await? == OrganizationStatus::Suspended {
        return Err(Error::conflict(
            "organization_suspended",
            "nobody gets in; resume the organization first",
        ));
    }
    let tx = ctx.begin().await?;
    let members = Entity::secure_find(organization);
    let member = match user {
        Some(user) => members.filter(Column::UserId.eq(user)),
        None => members.filter(Column::Role.eq(Role::Owner)).order_by_asc(Column::CreatedAt),
    };
    let member = member.one(tx.conn()).await?;
    let missing = || Error::not_found("member", user.map_or_else(|| "owner".into(), |user| user.to_string()));
    let user = users::get(tx.conn(), member.ok_or_else(missing)?.user_id).await?;
    if user.platform_admin {
        let message = "this is an administrator of the installation; nobody acts in their name";
        return Err(Error::forbidden("is_platform_admin", message));
    }
    let place = (user.id, organization);
    let (session, refresh) = sessions::impersonate(&tx, place, visitor, administrator.user).await?;
    tx.changed("reason", serde_json::Value::Null, reason);
    let path = format!("/api/v1/platform/organizations/{organization}/impersonate");
    let asked = Asked { action: "impersonateMember".into(), path, request_id: visitor.request_id.clone() };
    audit::record(&tx, &ctx, &asked, Some(user.id.to_string())).await?;
    tx.commit().await?;
    tracing::warn!(administrator = %administrator.user, user = %user.id, %organization, "a session in somebody's name");
    signed_in(&ctx, session, refresh).await
}
