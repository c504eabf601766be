//! What people do with their accounts, in the audit log of the organizations they belong to.

use super::Visitor;
use super::users::memberships;
use crate::audit::{self, Asked};
use crate::context::{Actor, Ctx, Services, Tx};
use crate::error::Result;
use crate::ids::{OrganizationId, UserId};

/// Writes down in one organization what a person did. `action` is the operation's id, `subject` what it was done to.
pub(super) async fn note(
    tx: &Tx,
    services: &Services,
    place: (OrganizationId, UserId),
    visitor: &Visitor,
    action: &str,
    subject: String,
) -> Result<()> {
    let (organization, user) = place;
    let ctx = Ctx::trusted(services.clone(), organization, Actor::Person(user));
    let path = "/api/v1/auth".to_string();
    let asked = Asked { action: action.into(), path, request_id: visitor.request_id.clone() };
    audit::record(tx, &ctx, &asked, Some(subject)).await
}

/// The same where it concerns the account itself, whichever organization they work in.
pub(super) async fn note_everywhere(
    tx: &Tx,
    services: &Services,
    user: UserId,
    visitor: &Visitor,
    action: &str,
) -> Result<()> {
    for place in memberships(tx.conn(), user).await? {
        note(tx, services, (place.organization.id, user), visitor, action, user.to_string()).await?;
    }
    Ok(())
}
