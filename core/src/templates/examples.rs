//! Example files of templates. A stored file may be given as one (`"header.image": "med_…"`); when the template is
//! submitted, the provider gets a copy to look at, and its handle is what is submitted.

use super::TemplateModel;
use super::entity::{Column, Entity, Model};
use super::files::{file, named_in};
use super::port::RegistryError;
use crate::context::Services;
use crate::error::{Error, Problem, Result};
use crate::ids::{MediaId, OrganizationId};
use crate::media::fit::Named;
use crate::media::{Medium, handle, queries};
use crate::senders::port::SenderAccess;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What the provider looks at (Graph API, "Resumable Upload": supported types).
const TYPES: [&str; 4] = ["image/jpeg", "image/png", "video/mp4", "application/pdf"];

/// No file is begun after so long; the job lets others have the worker and comes back.
const SLICE: Duration = Duration::from_secs(2);
/// One file is given so long, well under the time a job has.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is wrong with the stored files among a template's examples.
pub(super) async fn problems(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    model: &TemplateModel,
) -> Result<Vec<Problem>> {
    let named = named_in("examples", &model.examples);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let found = queries::some(conn, organization, named.iter().map(|one| one.id).collect()).await?;
    let looked_at = |medium: &Medium| medium.mime_type.as_deref().is_some_and(|mime| TYPES.contains(&mime));
    let problem = |one: &Named| {
        one.misfit(&found).or_else(|| {
            let medium = found.iter().find(|medium| medium.id == one.id)?;
            let message =
                format!("as an example WhatsApp takes JPEG, PNG, MP4 and PDF, which {} is not", one.id);
            (!looked_at(medium)).then(|| Problem::new(&one.field, "wrong_media_type", message))
        })
    };
    Ok(named.iter().filter_map(problem).collect())
}

/// The template with the provider's handles in place of our files. `None`: some are handed over, and there is more to do;
/// what was done is kept in the row, so that neither a carousel of films nor a lost worker begins all over.
///
/// # Errors
/// `Refused` in words when a file is gone or the provider will not have it; `Unclear` when it cannot be asked now.
pub(super) async fn hand_over(
    services: &Services,
    row: &Model,
    access: &SenderAccess,
    mut model: TemplateModel,
) -> Result<Option<TemplateModel>, RegistryError> {
    let begun = Instant::now();
    let mut made = handles(row);
    for (key, value) in &mut model.examples {
        let Some((id, _)) = file(key, value) else { continue };
        if let Some(handle) = made.get(&id) {
            value.clone_from(handle);
            continue;
        }
        if begun.elapsed() > SLICE {
            return Ok(None);
        }
        let handle = handle::handle(services, row.organization_id, access, id);
        let late = |_| RegistryError::Unclear(format!("handing over the example file {id} took too long"));
        let handle = tokio::time::timeout(PATIENCE, handle).await.map_err(late)?.map_err(told)?;
        value.clone_from(&handle);
        made.insert(id, handle);
        keep(services, row, &made).await.map_err(told)?;
    }
    Ok(Some(model))
}

/// What was handed over before.
fn handles(row: &Model) -> BTreeMap<MediaId, String> {
    let kept = row.example_handles.as_deref();
    kept.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

async fn keep(services: &Services, row: &Model, made: &BTreeMap<MediaId, String>) -> Result<()> {
    let json = serde_json::to_string(made).map_err(Error::internal)?;
    let update = Entity::update_many().col_expr(Column::ExampleHandles, Expr::value(json));
    update.filter(Column::Id.eq(row.id)).exec(services.db.write()).await?;
    Ok(())
}

/// Keeps our files as examples where the provider lists copies of its own, which it does not take back.
pub(super) fn keep_files(ours: &TemplateModel, listed: &mut TemplateModel) {
    for (key, value) in &ours.examples {
        if let (Some(_), Some(example)) = (file(key, value), listed.examples.get_mut(key)) {
            example.clone_from(value);
        }
    }
}

fn told(error: Error) -> RegistryError {
    match error {
        Error::NotFound { id, .. } => RegistryError::Refused(format!(
            "The example file {id} was deleted before the template was submitted. Upload it again and change the \
             template's examples."
        )),
        Error::Unavailable { what, source } => RegistryError::Unclear(format!("{what}: {source}")),
        other => RegistryError::Refused(format!("The example file could not be handed to WhatsApp: {other}")),
    }
}
