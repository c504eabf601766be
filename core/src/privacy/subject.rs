//! Who an erasure is about, while it runs. The customer is gone after the first step, and what is still to be searched
//! needs their number: it is kept with the erasure, sealed like a secret, until the end.

use super::Erasure;
use crate::context::{Services, Tx};
use crate::customers::Customer;
use crate::customers::named::Named;
use crate::error::{Error, Result};
use crate::ids::{CustomerId, ErasureId, OrganizationId};
use crate::messages;
use crate::phone::Phone;
use crate::secret::columns::ERASURE_SUBJECT;
use crate::secret::{ExposeSecret, SecretString};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};

/// Numbers a person had before that are looked for, at most.
const MOST: u64 = 50;

/// Who, and by what they are recognised.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Subject {
    /// The customer, and those that were merged into it.
    pub(super) customers: Vec<CustomerId>,
    /// Their numbers and ids.
    pub(super) named: Named,
}

impl Subject {
    /// Gathers what is known of a person. Numbers that messages to them went to count too, unless somebody else has one
    /// of them now.
    pub(super) async fn gather(conn: &impl ConnectionTrait, rows: &[Customer]) -> Result<Self> {
        use messages::entity::{Column, Entity};
        let customers: Vec<CustomerId> = rows.iter().map(|row| row.id).collect();
        let mut named = Named::default();
        rows.iter().for_each(|row| named.add(row));
        let used: Vec<(Option<Phone>, Option<String>)> = Entity::find()
            .select_only()
            .columns([Column::Phone, Column::Bsuid])
            .distinct()
            .filter(Column::CustomerId.is_in(customers.iter().copied()))
            .limit(MOST)
            .into_tuple()
            .all(conn)
            .await?;
        for (phone, bsuid) in used {
            bsuid.iter().for_each(|id| named.add_bsuid(id));
            let Some(phone) = phone else { continue };
            if !passed_on(conn, rows, &phone).await? {
                named.add_phone(&phone);
            }
        }
        Ok(Self { customers, named })
    }

    /// For the erasure's row.
    pub(super) async fn seal(
        &self,
        tx: &Tx,
        services: &Services,
        organization: OrganizationId,
        erasure: ErasureId,
    ) -> Result<String> {
        let text = serde_json::to_string(self).map_err(Error::internal)?;
        let place = ERASURE_SUBJECT.place(organization, erasure);
        services.cipher.seal(tx.conn(), &place, &SecretString::from(text)).await
    }

    /// From the erasure's row.
    pub(super) async fn open(services: &Services, erasure: &Erasure) -> Result<Self> {
        let sealed = erasure.subject.as_deref();
        let sealed = sealed.ok_or_else(|| Error::internal("an erasure has forgotten whom it is about"))?;
        let place = ERASURE_SUBJECT.place(erasure.organization_id, erasure.id);
        let text = services.cipher.open(&place, sealed).await?;
        serde_json::from_str(text.expose_secret()).map_err(Error::internal)
    }
}

/// A number that reaches another customer now.
async fn passed_on(conn: &impl ConnectionTrait, rows: &[Customer], phone: &Phone) -> Result<bool> {
    use crate::customers::entity::{Column, Entity};
    let Some(organization) = rows.first().map(|row| row.organization_id) else { return Ok(false) };
    let spellings = phone.spellings();
    let digits: Vec<String> = spellings.iter().map(|spelling| spelling.digits().to_owned()).collect();
    let other = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Id.is_not_in(rows.iter().map(|row| row.id)))
        .filter(Condition::any().add(Column::Phone.is_in(spellings)).add(Column::WaId.is_in(digits)));
    Ok(other.one(conn).await?.is_some())
}
