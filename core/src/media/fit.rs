//! Whether a file of ours may be named where a file of some kind is wanted.

use super::queries::{check_stored, some};
use super::{Medium, kinds};
use crate::error::{Error, Problem, Result};
use crate::ids::{MediaId, OrganizationId};
use sea_orm::ConnectionTrait;

/// A stored file that something names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Where it is named: `image.media_id`, `variables.header.image`.
    pub field: String,
    /// Which file.
    pub id: MediaId,
    /// The kind of file that is sent there.
    pub kind: &'static str,
}

impl Named {
    /// What is wrong with it; `found`: the organization's files of the ids that are named.
    pub fn misfit(&self, found: &[Medium]) -> Option<Problem> {
        let Some(medium) = found.iter().find(|medium| medium.id == self.id) else {
            let message = format!("there is no media {}; upload the file first", self.id);
            return Some(Problem::new(&self.field, "unknown_media", message));
        };
        if let Err(error) = check_stored(medium) {
            return Some(Problem::new(&self.field, "media_not_stored", error.to_string()));
        }
        let mime_type = medium.mime_type.as_deref().unwrap_or("of an unknown type");
        (!kinds::is_sent_as(mime_type, self.kind)).then(|| {
            let message =
                format!("the file {} is {mime_type}, which cannot be sent as {}", self.id, self.kind);
            Problem::new(&self.field, "wrong_media_type", message)
        })
    }
}

/// The files named are the organization's, are here, and are of the kind that is sent there.
///
/// # Errors
/// `Invalid` with everything wrong with them; `Conflict` (`media_not_stored`) for one that is not here.
pub async fn check(conn: &impl ConnectionTrait, organization: OrganizationId, named: &[Named]) -> Result<()> {
    if named.is_empty() {
        return Ok(());
    }
    let found = some(conn, organization, named.iter().map(|one| one.id).collect()).await?;
    found.iter().try_for_each(check_stored)?;
    let problems: Vec<_> = named.iter().filter_map(|one| one.misfit(&found)).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
