//! Asking for the erasure of a person. The work is a job's ([`super::run`]).

use super::erasure_entity::{Column, Entity, Model};
use super::jobs::PrivacyJob;
use super::{ErasureCounts, ErasureStage, WorkStatus, word};
use crate::context::{Ctx, Tx};
use crate::customers;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{CustomerId, ErasureId};
use crate::outbox;
use crate::queue::LaneName;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

/// Begins to erase a person, or with `dry_run` to count what would go. Asked twice while it runs, it is the same
/// erasure.
///
/// # Errors
/// `NotFound`, also when they are gone already.
pub async fn request(tx: &Tx, ctx: &Ctx, id: CustomerId, dry_run: bool) -> Result<Model> {
    if let Some(running) = running(tx, ctx, id, dry_run).await? {
        return Ok(running);
    }
    let customer = customers::queries::get_in(tx, ctx.organization, id).await?.customer;
    let erasure = Model {
        id: ErasureId::new(tx.clock()),
        organization_id: ctx.organization,
        customer_id: customer.id,
        dry_run,
        status: WorkStatus::Running,
        // nothing is changed, so nothing has to be waited for
        stage: if dry_run { ErasureStage::Person } else { ErasureStage::Waiting },
        place: None,
        subject: None,
        fence: None,
        last_word: None,
        last_word_at: None,
        counts: json!(ErasureCounts::default()),
        requested_by: word(ctx.actor),
        requested_at: tx.now(),
        finished_at: None,
        updated_at: tx.now(),
    };
    // somebody else may ask at the same moment: whoever was first, there is one
    let inserted = Entity::insert(erasure.clone().into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    if inserted == 0 {
        let running = running(tx, ctx, customer.id, dry_run).await?;
        return running.ok_or_else(|| {
            Error::conflict("erasure_changed", "this person is being erased this moment; look again")
        });
    }
    outbox::enqueue(tx, LaneName::Maintenance, &PrivacyJob::ErasePerson { erasure: erasure.id }).await?;
    Ok(erasure)
}

async fn running(tx: &Tx, ctx: &Ctx, id: CustomerId, dry_run: bool) -> Result<Option<Model>> {
    let query = Entity::secure_find(ctx.organization)
        .filter(Column::CustomerId.eq(id))
        .filter(Column::DryRun.eq(dry_run))
        .filter(Column::Status.eq(WorkStatus::Running));
    Ok(query.one(tx.conn()).await?)
}
