//! Asks the provider for the change a template's row waits for, and writes down what came of it.
//!
//! Safe to run twice: a creation whose answer was lost is refused as existing the second time, and taken over if it is
//! the same; an edit and a deletion done twice are what they were.

use super::create::purpose;
use super::entity::{Column, Entity, Model};
use super::port::{ListedTemplate, RegistryError};
use super::take_over::told_at;
use super::{TemplateChange, TemplateModel, TemplateStatus, examples, stop};
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::context::Services;
use crate::error::Result;
use crate::ids::{OrganizationId, OutboxId, TemplateId};
use crate::outbox::{self, Progress};
use crate::senders::{self, SenderStatus, port::SenderAccess};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use std::time::Duration;

/// The provider is asked again after this when its answer was unclear.
const UNCLEAR_WAIT: Duration = Duration::from_secs(10);
/// The same when it asked us to wait and did not say how long.
const TOO_MANY_WAIT: Duration = Duration::from_secs(5 * 60);
/// A change nobody answered clearly for so long is given up.
const PATIENCE: Duration = Duration::from_secs(24 * 3_600);

/// Said when no sender's token can be used.
pub(super) const NO_SENDER: &str =
    "No sender of this account is connected, so WhatsApp cannot be asked. Connect one.";

/// What came of a change.
enum Outcome {
    /// The provider took the new template; `Some`: with another category than asked for.
    Created {
        provider_id: String,
        status: TemplateStatus,
        category: Option<Purpose>,
    },
    Edited {
        provider_id: String,
        status: Option<TemplateStatus>,
    },
    Deleted,
    /// It stays as it was, or where the provider says it stands.
    Refused {
        why: String,
        status: Option<TemplateStatus>,
    },
}

/// The token of some sender of an account, of an active one if there is.
pub(super) async fn access(
    services: &Services,
    organization: OrganizationId,
    waba_id: &str,
) -> Result<Option<SenderAccess>> {
    use crate::db::Owned;
    use senders::entity::Column;
    let senders = senders::Entity::secure_find(organization)
        .filter(Column::WabaId.eq(waba_id))
        .order_by_desc(Column::Id)
        .all(services.db.read())
        .await?;
    let active = senders.iter().find(|sender| sender.status == SenderStatus::Active);
    active.or(senders.first()).map(|sender| sender.access(&services.cipher)).transpose()
}

/// How long to wait before the provider is asked again; `None`: it has answered for good.
pub(super) fn again_after(error: &RegistryError) -> Option<Duration> {
    match error {
        RegistryError::TooMany(wait) => {
            Some(wait.unwrap_or(TOO_MANY_WAIT).clamp(UNCLEAR_WAIT, Duration::from_secs(3_600)))
        }
        RegistryError::Unclear(_) => Some(UNCLEAR_WAIT),
        RegistryError::Refused(_) | RegistryError::Exists | RegistryError::Missing => None,
    }
}

/// Carries out one change.
///
/// # Errors
/// The database's; what the provider says is written into the row.
pub async fn carry_out(services: &Services, job: OutboxId, id: TemplateId) -> Result<Progress> {
    let asked_at = services.now();
    let row = Entity::find_by_id(id).one(services.db.read()).await?;
    let Some((row, change)) = row.and_then(|row| row.pending_change.map(|change| (row, change))) else {
        outbox::settle(services.db.write(), job).await?;
        return Ok(Progress::Done);
    };
    let outcome = match access(services, row.organization_id, &row.waba_id).await? {
        None => Ok(Outcome::Refused { why: NO_SENDER.into(), status: None }),
        Some(access) => match ask(services, &access, &row, change).await {
            Ok(None) => return Ok(Progress::More { after: Duration::ZERO }),
            Ok(Some(outcome)) => Ok(outcome),
            Err(error) => Err(error),
        },
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => match again_after(&error) {
            Some(after) if services.now().since(row.updated_at) < PATIENCE => {
                tracing::warn!(template = %id, %change, %error, "a template's change waits");
                return Ok(Progress::More { after });
            }
            _ => Outcome::Refused { why: error.to_string(), status: None },
        },
    };
    record(services, job, &row, change, outcome, asked_at).await?;
    Ok(Progress::Done)
}

/// Ends a change that cannot be carried out.
pub async fn give_up(services: &Services, job: OutboxId, id: TemplateId, why: &str) -> Result<()> {
    let row = Entity::find_by_id(id).one(services.db.read()).await?;
    match row.and_then(|row| row.pending_change.map(|change| (row, change))) {
        Some((row, change)) => {
            let outcome = Outcome::Refused { why: why.into(), status: None };
            record(services, job, &row, change, outcome, services.now()).await
        }
        None => outbox::settle(services.db.write(), job).await.map(|_| ()),
    }
}

/// Asks for one change; `None`: its examples are not handed over yet.
async fn ask(
    services: &Services,
    access: &SenderAccess,
    row: &Model,
    change: TemplateChange,
) -> Result<Option<Outcome>, RegistryError> {
    let model = match change {
        TemplateChange::Create => row.model(),
        TemplateChange::Edit => row.next_model(),
        TemplateChange::Delete => return delete(services, access, row).await.map(Some),
    };
    let model = model.map_err(|error| RegistryError::Refused(error.to_string()))?;
    let Some(shown) = examples::hand_over(services, row, access, model).await? else { return Ok(None) };
    let asked = match change {
        TemplateChange::Create => create(services, access, &shown).await,
        _ => edit(services, access, row, &shown).await,
    };
    asked.map(Some)
}

async fn create(
    services: &Services,
    access: &SenderAccess,
    model: &TemplateModel,
) -> Result<Outcome, RegistryError> {
    match services.registry.create(access, model).await {
        Ok(made) => Ok(Outcome::Created {
            provider_id: made.provider_id,
            status: made.status,
            category: made.category.map(purpose),
        }),
        // perhaps by us, and the answer was lost
        Err(RegistryError::Exists) => {
            match services.registry.find(access, &model.name, &model.language).await? {
                Some(found) if same(&found.model, model) => Ok(Outcome::Created {
                    provider_id: found.provider_id,
                    status: found.status,
                    category: Some(purpose(found.model.category)),
                }),
                _ => {
                    let why = "WhatsApp has a template with this name in this language already, with another \
                               content. Synchronise to get it, or choose another name.";
                    Ok(Outcome::Refused { why: why.into(), status: None })
                }
            }
        }
        Err(RegistryError::Refused(why)) => Ok(Outcome::Refused { why, status: None }),
        Err(error) => Err(error),
    }
}

async fn edit(
    services: &Services,
    access: &SenderAccess,
    row: &Model,
    next: &TemplateModel,
) -> Result<Outcome, RegistryError> {
    let Some(provider_id) = provider_id(services, access, row).await? else {
        return Err(RegistryError::Missing);
    };
    match services.registry.edit(access, &provider_id, next).await {
        Ok(()) => {
            let now = services.registry.find(access, &row.name, &row.language).await?;
            Ok(Outcome::Edited { provider_id, status: now.map(|found| found.status) })
        }
        Err(RegistryError::Refused(why)) => Ok(Outcome::Refused { why, status: None }),
        Err(error) => Err(error),
    }
}

async fn delete(services: &Services, access: &SenderAccess, row: &Model) -> Result<Outcome, RegistryError> {
    let Some(provider_id) = provider_id(services, access, row).await? else { return Ok(Outcome::Deleted) };
    match services.registry.delete(access, &provider_id, &row.name).await {
        Ok(()) | Err(RegistryError::Missing) => Ok(Outcome::Deleted),
        Err(RegistryError::Refused(why)) => {
            let found = services.registry.find(access, &row.name, &row.language).await?;
            Ok(Outcome::Refused { why, status: found.map(|found| found.status) })
        }
        Err(error) => Err(error),
    }
}

/// A template written down by hand gets to know its id only here.
async fn provider_id(
    services: &Services,
    access: &SenderAccess,
    row: &Model,
) -> Result<Option<String>, RegistryError> {
    if row.provider_id.is_some() {
        return Ok(row.provider_id.clone());
    }
    let found = services.registry.find(access, &row.name, &row.language).await?;
    Ok(found.map(|ListedTemplate { provider_id, .. }| provider_id))
}

/// Whether two say the same. Examples come back as other addresses, one-time codes with WhatsApp's own text.
fn same(found: &TemplateModel, ours: &TemplateModel) -> bool {
    let core = |model: &TemplateModel| {
        let mut model = TemplateModel { category: ours.category, ttl_seconds: None, ..model.clone() };
        model.examples.clear();
        if model.authentication.is_some() {
            (model.body, model.footer) = (String::new(), None);
            model.buttons.truncate(0);
        }
        model
    };
    core(found) == core(ours)
}

/// Writes the outcome down and ends the job, in one transaction.
async fn record(
    services: &Services,
    job: OutboxId,
    row: &Model,
    change: TemplateChange,
    outcome: Outcome,
    asked_at: Timestamp,
) -> Result<()> {
    let tx = services.begin().await?;
    if !outbox::settle(tx.conn(), job).await? {
        return tx.rollback().await; // another run was first
    }
    let set = Entity::update_many()
        .col_expr(Column::PendingChange, Expr::value(Option::<String>::None))
        .col_expr(Column::NextComponents, Expr::value(Option::<serde_json::Value>::None))
        .col_expr(Column::ExampleHandles, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(row.id))
        .filter(Column::PendingChange.eq(change));
    let (set, status, category) = match outcome {
        Outcome::Created { provider_id, status, category } => (
            set.col_expr(Column::ProviderId, Expr::value(provider_id))
                .col_expr(Column::SyncedAt, Expr::value(asked_at)),
            Some(status),
            category,
        ),
        Outcome::Edited { provider_id, status } => {
            let next = row.next_model()?;
            let set = set
                .col_expr(Column::ProviderId, Expr::value(provider_id))
                .col_expr(Column::Components, Expr::value(row.next_components.clone()));
            (set, Some(status.unwrap_or(TemplateStatus::Pending)), Some(purpose(next.category)))
        }
        Outcome::Deleted => (set, Some(TemplateStatus::Deleted), None),
        Outcome::Refused { why, status } => {
            tracing::warn!(template = %row.id, %change, why, "a template's change was refused");
            let set = set.col_expr(Column::ChangeError, Expr::value(why.clone()));
            match change {
                TemplateChange::Create => (
                    set.col_expr(Column::StatusReason, Expr::value(why)),
                    Some(TemplateStatus::Refused),
                    None,
                ),
                TemplateChange::Edit | TemplateChange::Delete => (set, status, None),
            }
        }
    };
    // a webhook may have told a newer status meanwhile; then that one stays
    let older = Column::StatusAt.is_null().or(Column::StatusAt.lt(told_at(asked_at)));
    let written = match status {
        Some(status) => set
            .clone()
            .col_expr(Column::Status, Expr::value(status))
            .col_expr(Column::Category, Expr::value(category.unwrap_or(row.category)))
            .filter(older),
        None => set.clone(),
    };
    if written.exec(tx.conn()).await?.rows_affected == 0 {
        set.exec(tx.conn()).await?;
    }
    if status.is_some_and(|status| status != TemplateStatus::Approved) && change != TemplateChange::Create {
        stop::campaigns(
            &tx,
            row.id,
            &format!("the template `{}` was changed and is reviewed again, or deleted", row.name),
        )
        .await?;
    }
    tx.commit().await
}
