//! The key an organization's hashes are made with: random, sealed at rest, made when it is first needed. It is a value
//! of its own and not derived from the installation's key, so that it outlives a rotation of that.

use super::key_entity;
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use crate::phone::Phone;
use crate::secret::columns::SUPPRESSION_KEY;
use crate::secret::{Cipher, ExposeSecret, Place, SecretString};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use sha2::Sha256;

/// Makes keyed hashes for one organization; the same identity hashes differently for another.
#[derive(Debug, Clone)]
pub(in crate::consent) struct Key(SecretString);

fn place(organization: OrganizationId) -> Place {
    SUPPRESSION_KEY.place(organization, organization)
}

impl Key {
    /// The organization's key, made now if there is none.
    pub(in crate::consent) async fn of(tx: &Tx, organization: OrganizationId) -> Result<Self> {
        if let Some(key) = Self::find(tx, organization).await? {
            return Ok(key);
        }
        let secret = Cipher::generate_key();
        let sealed = tx.cipher().seal(tx.conn(), &place(organization), &secret).await?;
        let row = key_entity::Model { organization_id: organization, sealed, created_at: tx.now() };
        // another worker may need it for the first time at the same moment: whoever was first, there is one key
        let inserted = key_entity::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(tx.conn())
            .await?;
        if inserted == 1 {
            return Ok(Self(secret));
        }
        Self::find(tx, organization).await?.ok_or_else(|| Error::internal("a suppression key was not kept"))
    }

    /// The organization's key, if it has one.
    pub(in crate::consent) async fn find(tx: &Tx, organization: OrganizationId) -> Result<Option<Self>> {
        Self::open(tx.conn(), tx.cipher(), organization).await
    }

    /// The same, outside a transaction.
    pub(in crate::consent) async fn read(
        services: &Services,
        organization: OrganizationId,
    ) -> Result<Option<Self>> {
        Self::open(services.db.read(), &services.cipher, organization).await
    }

    async fn open(
        conn: &impl ConnectionTrait,
        cipher: &Cipher,
        organization: OrganizationId,
    ) -> Result<Option<Self>> {
        let row = key_entity::Entity::find_by_id(organization).one(conn).await?;
        match row {
            Some(row) => {
                cipher.open_within(conn, &place(organization), &row.sealed).await.map(|key| Some(Self(key)))
            }
            None => Ok(None),
        }
    }

    /// Of a number in any of its spellings.
    pub(in crate::consent) fn phone(&self, phone: &Phone) -> String {
        hex::encode(self.mac("phone", phone.dialled().as_str()))
    }

    /// Of a WhatsApp user id.
    pub(in crate::consent) fn bsuid(&self, bsuid: &str) -> String {
        hex::encode(self.mac("bsuid", bsuid))
    }

    /// For `use_`, so that what is made for one use fits no other.
    pub(in crate::consent) fn mac(&self, use_: &str, text: &str) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes()).expect("any key length");
        mac.update(use_.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_number_hash_alike_and_uses_and_keys_do_not() {
        let key = Key(SecretString::from("one"));
        let phone = |text: &str| Phone::from_wa_id(text).unwrap();
        assert_eq!(key.phone(&phone("5511987654321")), key.phone(&phone("551187654321")));
        assert_ne!(key.phone(&phone("5511987654321")), key.phone(&phone("5511987654322")));
        assert_ne!(key.mac("phone", "x"), key.mac("link", "x"));
        let other = Key(SecretString::from("two"));
        assert_ne!(key.bsuid("US.1"), other.bsuid("US.1"));
    }
}
