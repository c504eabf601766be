//! Two customers that are proved to be one person: what both knew is known of the older, and the younger becomes a
//! signpost, so that an id once given out leads somewhere.
//!
//! Only what lies in this slice's tables; consent and messages follow in `messages::merge`.

use super::entity::{Column, Entity, Model};
use super::meet::rewrite;
use crate::context::Tx;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::Value;

/// Locks the two, in one order for everybody; `None` when one of them is no customer (any more).
pub async fn lock(
    tx: &Tx,
    organization: OrganizationId,
    keep: CustomerId,
    gone: CustomerId,
) -> Result<Option<(Model, Model)>> {
    let mut query = Entity::secure_find(organization)
        .filter(Column::Id.is_in([keep, gone]))
        .filter(Column::MergedInto.is_null())
        .order_by_asc(Column::Id);
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let mut found = query.all(tx.conn()).await?;
    let mut take = |id| found.iter().position(|row| row.id == id).map(|place| found.remove(place));
    Ok(take(keep).zip(take(gone)))
}

/// Gives `keep` what only `gone` knew, and makes `gone` a signpost. Where both know something, the older keeps its own.
pub async fn absorb(tx: &Tx, keep: &Model, gone: &Model) -> Result<()> {
    let signpost = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE customers SET merged_into = $1, phone = NULL, wa_id = NULL, bsuid = NULL, parent_bsuid = NULL,
            username = NULL, marketing_consent = 'unasked', marketing_consent_at = NULL,
            marketing_consent_source = NULL, marketing_consent_method = NULL, utility_consent = 'unasked',
            utility_consent_at = NULL, utility_consent_source = NULL, utility_consent_method = NULL, updated_at = $3
         WHERE id = $2 OR merged_into = $2",
        [keep.id.into(), gone.id.into(), tx.now().into()],
    );
    tx.conn().execute_raw(signpost).await?;
    let next = Model {
        phone: keep.phone.clone().or_else(|| gone.phone.clone()),
        wa_id: keep.wa_id.clone().or_else(|| gone.wa_id.clone()),
        bsuid: keep.bsuid.clone().or_else(|| gone.bsuid.clone()),
        parent_bsuid: keep.parent_bsuid.clone().or_else(|| gone.parent_bsuid.clone()),
        username: keep.username.clone().or_else(|| gone.username.clone()),
        name: keep.name.clone().or_else(|| gone.name.clone()),
        ..keep.clone()
    };
    rewrite(tx, keep.id, &next).await?;
    let mut attributes = gone.attributes.as_object().cloned().unwrap_or_default();
    attributes.extend(keep.attributes.as_object().cloned().unwrap_or_default());
    Entity::update_many()
        .col_expr(Column::TimeZone, Expr::value(keep.time_zone.clone().or_else(|| gone.time_zone.clone())))
        .col_expr(Column::Attributes, Expr::value(Value::Object(attributes)))
        .col_expr(Column::LastInboundAt, Expr::value(keep.last_inbound_at.max(gone.last_inbound_at)))
        .filter(Column::Id.eq(keep.id))
        .exec(tx.conn())
        .await?;
    let pair = [keep.id.into(), gone.id.into(), keep.organization_id.into()];
    for sql in [
        "INSERT INTO customer_tags (organization_id, tag, customer_id)
         SELECT organization_id, tag, $1 FROM customer_tags WHERE customer_id = $2 AND organization_id = $3
         ON CONFLICT DO NOTHING",
        "DELETE FROM customer_tags WHERE customer_id = $2 AND organization_id = $3 AND customer_id <> $1",
    ] {
        tx.conn().execute_raw(Statement::from_sql_and_values(tx.backend(), sql, pair.clone())).await?;
    }
    Ok(())
}
