//! Raising an alert: once for what happened once, however often it is told.

use super::Severity;
use super::entity::{Column, Entity, Model};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::Result;
use crate::ids::{AlertId, OrganizationId, SenderId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Statement};
use sha2::{Digest, Sha256};

/// Something people should know.
#[derive(Debug, Clone)]
pub struct NewAlert {
    /// Whom it concerns.
    pub organization: OrganizationId,
    /// The sender it is about, if it is about one.
    pub sender: Option<SenderId>,
    /// The account it is about.
    pub waba_id: Option<String>,
    /// A stable word.
    pub kind: String,
    /// How bad.
    pub severity: Severity,
    /// In plain words.
    pub message: String,
    /// As the provider told it, JSON.
    pub raw: String,
    /// When it happened; `None`: nobody said, so telling it again is no news.
    pub at: Option<Timestamp>,
}

/// Keeps an alert; true when it is news: not told before, or happened once more since. What happened again after it was
/// acknowledged is open again; what is merely told again is not.
pub async fn raise(tx: &Tx, new: NewAlert) -> Result<bool> {
    let digest = digest(&new);
    let seen = new.at.unwrap_or_else(|| tx.now());
    let row = Model {
        id: AlertId::new(tx.clock()),
        organization_id: new.organization,
        sender_id: new.sender,
        waba_id: new.waba_id,
        kind: new.kind,
        severity: new.severity,
        message: new.message,
        raw: new.raw,
        digest: digest.clone(),
        times: 1,
        first_seen_at: seen,
        last_seen_at: seen,
        acknowledged_at: None,
    };
    let nothing = OnConflict::new().do_nothing().to_owned();
    let inserted = Entity::insert(row.into_active_model()).on_conflict(nothing);
    if inserted.exec_without_returning(tx.conn()).await? == 1 {
        return Ok(true);
    }
    let Some(at) = new.at else { return Ok(false) };
    let again = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE alerts SET times = times + 1, last_seen_at = $3,
            acknowledged_at = CASE WHEN acknowledged_at < $3 THEN NULL ELSE acknowledged_at END
         WHERE organization_id = $1 AND digest = $2 AND last_seen_at < $3",
        [new.organization.into(), digest.into(), at.into()],
    );
    Ok(tx.conn().execute_raw(again).await?.rows_affected() == 1)
}

fn digest(new: &NewAlert) -> String {
    let mut hash = Sha256::new();
    let sender = new.sender.map(|id| id.to_string()).unwrap_or_default();
    for part in [&sender, new.waba_id.as_deref().unwrap_or_default(), &new.kind, &new.message, &new.raw] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}

/// Drops what was acknowledged before `before`; returns how many.
pub async fn forget(services: &crate::Services, before: Timestamp) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::AcknowledgedAt.lt(before))
        .filter(Column::LastSeenAt.lt(before))
        .exec(services.db.write())
        .await?;
    Ok(done.rows_affected)
}
