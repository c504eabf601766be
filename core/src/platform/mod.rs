//! Running an installation for many organizations: who is there, which plan they have, keeping one out, and acting in
//! somebody's name to help.
//!
//! A platform's administrator is a person with an account like any other (`bellbird user platform-admin`). What they do
//! to an organization stands in that organization's audit log.

pub mod impersonate;
pub mod organizations;

use crate::context::{Actor, Ctx};
use crate::error::{Error, Result};
use crate::identity::{Person, users};
use crate::ids::OrganizationId;

/// A person who administers the installation.
#[derive(Clone)]
pub struct Administrator(Person);

impl std::ops::Deref for Administrator {
    type Target = Person;
    fn deref(&self) -> &Person {
        &self.0
    }
}

/// Whether a person is one.
///
/// # Errors
/// `Forbidden("platform_admin_needed")`, also for one whom somebody else acts for.
pub async fn administrator(person: Person) -> Result<Administrator> {
    let user = users::get(person.ctx.db.read(), person.user).await?;
    if !user.platform_admin || person.ctx.impersonator.is_some() {
        let message = "only an administrator of this installation may do this";
        return Err(Error::forbidden("platform_admin_needed", message));
    }
    Ok(Administrator(person))
}

impl Administrator {
    /// The authority to do something to an organization. Nothing of its people is read with it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn over(&self, organization: OrganizationId) -> Result<Ctx> {
        let ctx = Ctx::trusted(self.ctx.services.clone(), organization, Actor::Person(self.user));
        crate::organizations::queries::get(&ctx).await?;
        Ok(ctx)
    }
}
