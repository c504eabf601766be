//! What asks for nothing yet: kept once, with the reason, and counted.

use super::super::change::OtherChange;
use super::super::entity::Model;
use super::super::{kept_entity, unrouted_entity};
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::{KeptChangeId, OrganizationId, SenderId};
use crate::messages::receive::Door;
use crate::senders::news;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Keeps it for everybody it concerns; gives what is to be noted.
pub(super) async fn keep(
    tx: &Tx,
    event: &Model,
    change: &OtherChange,
    door: Option<Door>,
) -> Result<Option<String>> {
    metrics::counter!("bellbird_webhook_changes_kept", "why" => change.note).increment(1);
    let mut whose: BTreeMap<OrganizationId, Option<SenderId>> = BTreeMap::new();
    match (door, &change.phone_number_id, &change.waba_id) {
        (Some(door), ..) => {
            whose.insert(door.organization, Some(door.sender));
        }
        // a number that is none of ours, or not of this app, is not guessed at by its account
        (None, Some(_), _) | (None, None, None) => {}
        (None, None, Some(account)) => {
            let senders = news::concerned(tx, event.app_id, account).await?;
            whose.extend(senders.into_iter().map(|sender| (sender.organization_id, None)));
        }
    }
    if whose.is_empty() {
        metrics::counter!("bellbird_webhook_changes_unattributed").increment(1);
        return Ok(Some(format!("{} {}: {}; nobody's", change.field, change.kind, change.note)));
    }
    let content = change.value.to_string();
    let digest = hex::encode(Sha256::digest(format!("{}\0{content}", change.field)));
    for (organization, sender) in whose {
        let row = kept_entity::Model {
            id: KeptChangeId::new(tx.clock()),
            organization_id: organization,
            sender_id: sender,
            waba_id: change.waba_id.clone(),
            field: change.field.clone(),
            kind: change.kind.clone(),
            note: change.note.to_string(),
            content: content.clone(),
            digest: digest.clone(),
            received_at: event.received_at,
        };
        let nothing = OnConflict::new().do_nothing().to_owned();
        let insert = kept_entity::Entity::insert(row.into_active_model()).on_conflict(nothing);
        insert.exec_without_returning(tx.conn()).await?;
    }
    Ok(Some(format!("{} {}: {}", change.field, change.kind, change.note)))
}

/// Drops what was kept before `before`, and statuses of messages that are none of ours: their ids have people's numbers
/// in them. Returns how many.
pub async fn forget(services: &Services, before: Timestamp) -> Result<u64> {
    let kept = kept_entity::Entity::delete_many()
        .filter(kept_entity::Column::ReceivedAt.lt(before))
        .exec(services.db.write())
        .await?;
    let unrouted = unrouted_entity::Entity::delete_many()
        .filter(unrouted_entity::Column::ReceivedAt.lt(before))
        .exec(services.db.write())
        .await?;
    Ok(kept.rows_affected + unrouted.rows_affected)
}
