//! People who write to us: found by number, by WhatsApp's spelling of it, or by BSUID; added when new.

use super::entity::{Column, Entity, Model};
use crate::clock::Timestamp;
use crate::consent::ConsentState;
use crate::context::Tx;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId};
use crate::phone::Phone;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;

/// What the provider told us about who wrote; either may be missing.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Their number.
    pub phone: Option<Phone>,
    /// Their business-scoped user id.
    pub bsuid: Option<String>,
}

/// Finds the person.
pub async fn find(tx: &Tx, organization: OrganizationId, who: &Identity) -> Result<Option<Model>> {
    let mut either = Condition::any();
    if let Some(phone) = &who.phone {
        let wa_id = phone.as_str().trim_start_matches('+');
        either = either.add(Column::Phone.eq(phone.clone())).add(Column::WaId.eq(wa_id));
    }
    if let Some(bsuid) = &who.bsuid {
        either = either.add(Column::Bsuid.eq(bsuid));
    }
    if either.is_empty() {
        return Ok(None);
    }
    let query = Entity::secure_find(organization).filter(either).order_by_asc(Column::Id);
    Ok(query.one(tx.conn()).await?)
}

/// Finds the person or adds them; `None` when nothing identifies them.
pub async fn meet(
    tx: &Tx,
    organization: OrganizationId,
    who: &Identity,
    name: Option<&str>,
) -> Result<Option<CustomerId>> {
    if let Some(known) = find(tx, organization, who).await? {
        return Ok(Some(known.id));
    }
    if who.phone.is_none() && who.bsuid.is_none() {
        return Ok(None);
    }
    let stranger = Model {
        id: CustomerId::new(tx.clock()),
        organization_id: organization,
        wa_id: who.phone.as_ref().map(|phone| phone.as_str().trim_start_matches('+').to_string()),
        phone: who.phone.clone(),
        bsuid: who.bsuid.clone(),
        name: name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_string),
        attributes: json!({}),
        marketing_consent: ConsentState::Unasked,
        marketing_consent_at: None,
        marketing_consent_source: None,
        last_inbound_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    // another worker may meet the same person at the same moment: whoever was first, there is one row
    let nothing = OnConflict::new().do_nothing().to_owned();
    Entity::insert(stranger.into_active_model())
        .on_conflict(nothing)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(find(tx, organization, who).await?.map(|known| known.id))
}

/// Notes when a person last wrote; the window for free text opens from there.
pub async fn heard_from(tx: &Tx, customer: CustomerId, at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LastInboundAt, Expr::value(at))
        .filter(Column::Id.eq(customer))
        .filter(Condition::any().add(Column::LastInboundAt.is_null()).add(Column::LastInboundAt.lt(at)))
        .exec(tx.conn())
        .await?;
    Ok(())
}
