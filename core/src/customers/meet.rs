//! People who write to us: found by number in any of its spellings or by BSUID, added when new.
//!
//! What the provider tells together is proved to be one person: a BSUID belongs to one WhatsApp account, a number to one
//! account at a time. So whoever is found by either is the same customer, and two customers found by one message are
//! to be merged, unless the number has passed to another account: then it is taken from whom it no longer reaches.

use super::entity::{Column, Entity, Model};
use super::tell;
use crate::clock::Timestamp;
use crate::consent::{ConsentState, suppression};
use crate::context::Tx;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId, SenderId};
use crate::phone::Phone;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;

/// What the provider told us about a person; anything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Their number as WhatsApp spells it.
    pub phone: Option<Phone>,
    /// Their business-scoped user id.
    pub bsuid: Option<String>,
    /// The same across the portfolios of one owner.
    pub parent_bsuid: Option<String>,
    /// The name they chose to be found by, without the `@`.
    pub username: Option<String>,
}

/// Who an identity turned out to belong to.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// The customer: the oldest of those it was found to be.
    pub customer: Model,
    /// Others that are proved to be the same person; to be merged into `customer`.
    pub others: Vec<CustomerId>,
    /// Who had the number before; it reaches somebody else now.
    pub left: Vec<CustomerId>,
}

/// Everybody who is known by this number or this BSUID, oldest first.
pub async fn find_all(tx: &Tx, organization: OrganizationId, who: &Identity) -> Result<Vec<Model>> {
    let mut either = Condition::any();
    if let Some(phone) = &who.phone {
        let spellings = phone.spellings();
        let digits: Vec<String> = spellings.iter().map(|spelling| spelling.digits().to_string()).collect();
        either = either.add(Column::Phone.is_in(spellings)).add(Column::WaId.is_in(digits));
    }
    if let Some(bsuid) = &who.bsuid {
        either = either.add(Column::Bsuid.eq(bsuid));
    }
    if either.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::secure_find(organization)
        .filter(Column::MergedInto.is_null())
        .filter(either)
        .order_by_asc(Column::Id);
    Ok(query.all(tx.conn()).await?)
}

/// Finds the person or adds them; `None` when nothing identifies them. Merging is the caller's: it concerns messages.
pub async fn recognise(
    tx: &Tx,
    organization: OrganizationId,
    who: &Identity,
    name: Option<&str>,
) -> Result<Option<Recognised>> {
    if who.phone.is_none() && who.bsuid.is_none() {
        return Ok(None);
    }
    let known = find_all(tx, organization, who).await?;
    // asked once: who is written down by somebody else from here on is found below, and is nobody's former holder
    let holders: Vec<CustomerId> = known.iter().map(|one| one.id).collect();
    if let Some(found) = judge(who, known) {
        return Ok(Some(found));
    }
    for holder in holders {
        release_phone(tx, organization, holder).await?;
    }
    let stranger = Model {
        id: CustomerId::new(tx.clock()),
        organization_id: organization,
        wa_id: who.phone.as_ref().map(|phone| phone.digits().to_string()),
        phone: who.phone.as_ref().map(Phone::dialled),
        bsuid: who.bsuid.clone(),
        parent_bsuid: who.parent_bsuid.clone(),
        username: who.username.clone(),
        merged_into: None,
        name: name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_string),
        time_zone: None,
        attributes: json!({}),
        marketing_consent: ConsentState::Unasked,
        marketing_consent_at: None,
        marketing_consent_source: None,
        marketing_consent_method: None,
        utility_consent: ConsentState::Unasked,
        utility_consent_at: None,
        utility_consent_source: None,
        utility_consent_method: None,
        last_sender_id: None,
        last_inbound_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    // another worker may meet the same person at the same moment: whoever was first, there is one row
    let nothing = OnConflict::new().do_nothing().to_owned();
    let id = stranger.id;
    let inserted = Entity::insert(stranger.clone().into_active_model())
        .on_conflict(nothing)
        .exec_without_returning(tx.conn())
        .await?;
    if inserted == 1 {
        suppression::apply(tx, organization, [id]).await?;
        tell::created(tx, stranger).await?;
    }
    Ok(judge(who, find_all(tx, organization, who).await?))
}

/// Sorts those who were found into the person, others who are the same, and former holders of the number. `None` when
/// nobody found is the person.
fn judge(who: &Identity, found: Vec<Model>) -> Option<Recognised> {
    // an account that is not this one had the number before
    let other_account = |known: &Model| match (&who.bsuid, &known.bsuid) {
        (Some(told), Some(known)) => told != known,
        _ => false,
    };
    let (left, same): (Vec<Model>, Vec<Model>) = found.into_iter().partition(other_account);
    let bsuid = who.bsuid.clone().or_else(|| same.iter().find_map(|known| known.bsuid.clone()));
    // spellings of one number may have been two accounts' only if the provider says so
    let agrees = |known: &Model| known.bsuid.is_none() || known.bsuid == bsuid;
    let mut same = same.into_iter().filter(agrees);
    let customer = same.next()?;
    Some(Recognised {
        customer,
        others: same.map(|known| known.id).collect(),
        left: left.into_iter().map(|known| known.id).collect(),
    })
}

/// Takes the number from whom it no longer reaches; they stay known by their BSUID.
pub async fn release_phone(tx: &Tx, organization: OrganizationId, id: CustomerId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Phone, Expr::value(Option::<String>::None))
        .col_expr(Column::WaId, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    tell::updated(tx, organization, id).await
}

/// The customer of this id, unless it was merged into another.
pub async fn by_id(tx: &Tx, organization: OrganizationId, id: CustomerId) -> Result<Option<Model>> {
    let query =
        Entity::secure_find(organization).filter(Column::Id.eq(id)).filter(Column::MergedInto.is_null());
    Ok(query.one(tx.conn()).await?)
}

/// Writes down what was told about a customer that is new to us. The number as people dial it changes only when it is
/// another line; a name is kept as it was.
pub async fn learn(tx: &Tx, known: &Model, who: &Identity, name: Option<&str>) -> Result<()> {
    learn_over(tx, known, known.clone(), who, name).await
}

/// Like [`learn`], with `next` as what is held true until now.
pub async fn learn_over(
    tx: &Tx,
    known: &Model,
    mut next: Model,
    who: &Identity,
    name: Option<&str>,
) -> Result<()> {
    if let Some(told) = &who.phone {
        next.wa_id = Some(told.digits().to_string());
        if !next.phone.as_ref().is_some_and(|phone| told.spellings().contains(phone)) {
            next.phone = Some(told.dialled());
        }
    }
    let told = |told: &Option<String>, known: Option<String>| told.clone().or(known);
    next.bsuid = told(&who.bsuid, next.bsuid);
    next.parent_bsuid = told(&who.parent_bsuid, next.parent_bsuid);
    next.username = told(&who.username, next.username);
    let name = name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_string);
    next.name = next.name.or(name);
    if next == *known {
        return Ok(());
    }
    rewrite(tx, known.id, &next).await?;
    if next.phone != known.phone || next.bsuid != known.bsuid {
        suppression::settle(tx, known.organization_id, known.id).await?;
    }
    tell::updated(tx, known.organization_id, known.id).await
}

/// Writes who a customer is.
pub(crate) async fn rewrite(tx: &Tx, id: CustomerId, next: &Model) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Phone, Expr::value(next.phone.clone()))
        .col_expr(Column::WaId, Expr::value(next.wa_id.clone()))
        .col_expr(Column::Bsuid, Expr::value(next.bsuid.clone()))
        .col_expr(Column::ParentBsuid, Expr::value(next.parent_bsuid.clone()))
        .col_expr(Column::Username, Expr::value(next.username.clone()))
        .col_expr(Column::Name, Expr::value(next.name.clone()))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::MergedInto.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes when a person last wrote, and to which number; the window for free text opens from there.
pub async fn heard_from(tx: &Tx, customer: CustomerId, through: SenderId, at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LastInboundAt, Expr::value(at))
        .col_expr(Column::LastSenderId, Expr::value(through))
        .filter(Column::Id.eq(customer))
        .filter(Condition::any().add(Column::LastInboundAt.is_null()).add(Column::LastInboundAt.lt(at)))
        .exec(tx.conn())
        .await?;
    Ok(())
}
