//! The keys that sign access tokens: sealed in the database, rotated, remembered for a minute by every process.
//!
//! The newest key signs. One that was retired proves tokens for as long as one it signed can live, and is deleted
//! then. A process may sign with a key for a minute after another one has retired it, because it remembers; the same
//! minute is added to the time the key still proves.

use crate::clock::{Clock, Timestamp};
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::secret::columns::TOKEN_KEY;
use crate::secret::{Cipher, ExposeSecret, Place, SecretString};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a process knows of a key is looked up again after this.
const REMEMBERED: Duration = Duration::from_secs(60);
/// A key signs for so long; then the worker makes a new one.
pub const SIGNS_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Rows of `token_keys`.
pub mod entity {
    use crate::clock::Timestamp;
    use sea_orm::entity::prelude::*;

    /// A key that signs access tokens, or did.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "token_keys")]
    pub struct Model {
        /// Its name, which tokens carry.
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: String,
        /// Its bytes as hex, sealed.
        pub secret: String,
        /// Since when it signs.
        pub created_at: Timestamp,
        /// Since when it does not.
        pub retired_at: Option<Timestamp>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity, Model};

/// A key in clear.
#[derive(Clone)]
pub(super) struct TokenKey {
    pub(super) kid: String,
    secret: SecretString,
    retired_at: Option<Timestamp>,
    known_since: Timestamp,
}

impl TokenKey {
    async fn open(cipher: &Cipher, row: &Model, now: Timestamp) -> Result<Self> {
        let secret = cipher.open(&place(&row.kid), &row.secret).await?;
        Ok(Self { kid: row.kid.clone(), secret, retired_at: row.retired_at, known_since: now })
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Result<Vec<u8>> {
        hex::decode(self.secret.expose_secret()).map_err(|_| Error::internal("a token key is no hex"))
    }

    fn proves(&self, now: Timestamp, lives: Duration) -> bool {
        self.retired_at.is_none_or(|retired| now < retired.plus(lives + REMEMBERED * 2))
    }
}

/// What a process remembers of the keys; cheap to clone.
#[derive(Clone, Default)]
pub struct TokenKeys(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    by_kid: HashMap<String, TokenKey>,
    signs: Option<String>,
}

impl TokenKeys {
    /// The key that signs, made if there is none.
    pub(super) async fn signing(&self, services: &Services) -> Result<TokenKey> {
        let now = services.now();
        if let Some(key) = self.remembered(now, |known| known.signs.clone()) {
            return Ok(key);
        }
        let newest = Entity::find().filter(Column::RetiredAt.is_null()).order_by_desc(Column::CreatedAt);
        let row = match newest.one(services.db.read()).await? {
            Some(row) => row,
            None => make(services.db.write(), &services.cipher, services.clock.as_ref()).await?,
        };
        let key = TokenKey::open(&services.cipher, &row, now).await?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.signs = Some(key.kid.clone());
        known.by_kid.insert(key.kid.clone(), key.clone());
        Ok(key)
    }

    /// The key of this name, if it may still prove tokens that live so long.
    pub(super) async fn proving(
        &self,
        services: &Services,
        kid: &str,
        lives: Duration,
    ) -> Result<Option<TokenKey>> {
        let now = services.now();
        let known = self.remembered(now, |_| Some(kid.to_string()));
        let key = match known {
            Some(key) => Some(key),
            // a name nobody gave is not worth a query
            None if kid.len() == KID && kid.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let row = Entity::find_by_id(kid).one(services.db.read()).await?;
                let key = match row {
                    Some(row) => Some(TokenKey::open(&services.cipher, &row, now).await?),
                    None => None,
                };
                let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                match &key {
                    Some(key) => known.by_kid.insert(kid.to_string(), key.clone()),
                    None => known.by_kid.remove(kid),
                };
                key
            }
            None => None,
        };
        Ok(key.filter(|key| key.proves(now, lives)))
    }

    fn remembered(&self, now: Timestamp, which: impl FnOnce(&Known) -> Option<String>) -> Option<TokenKey> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = known.by_kid.get(&which(&known)?)?;
        (now.since(key.known_since) < REMEMBERED).then(|| key.clone())
    }
}

/// A name's length: enough that no two are the same.
const KID: usize = 16;

fn place(kid: &str) -> Place {
    TOKEN_KEY.place(None, kid)
}

async fn make(conn: &impl sea_orm::ConnectionTrait, cipher: &Cipher, clock: &dyn Clock) -> Result<Model> {
    let kid = hex::encode(rand::random::<[u8; KID / 2]>());
    let secret = SecretString::from(hex::encode(rand::random::<[u8; 32]>()));
    let secret = cipher.seal(conn, &place(&kid), &secret).await?;
    let row = Model { kid, secret, created_at: clock.now(), retired_at: None };
    Entity::insert(row.clone().into_active_model()).exec_without_returning(conn).await?;
    Ok(row)
}

/// Makes a new key that signs from now on and retires the others. With `at_once` these prove nothing any more, as
/// soon as every process has forgotten them (a minute): everybody signs in anew, or refreshes.
pub async fn rotate(tx: &Tx, services: &Services, at_once: bool) -> Result<String> {
    if at_once {
        Entity::delete_many().exec(tx.conn()).await?;
    } else {
        let retire = Entity::update_many().col_expr(Column::RetiredAt, Expr::value(tx.now()));
        retire.filter(Column::RetiredAt.is_null()).exec(tx.conn()).await?;
    }
    Ok(make(tx.conn(), &services.cipher, tx.clock()).await?.kid)
}

/// Rotates when the newest key has signed long enough; of several workers one does it. Deletes what proves nothing.
pub async fn rotate_due(services: &Services) -> Result<bool> {
    let now = services.now();
    let day = Duration::from_secs(24 * 3_600);
    let lives = Duration::from_secs(60 * services.config.auth.access_minutes) + day;
    Entity::delete_many().filter(Column::RetiredAt.lt(now.minus(lives))).exec(services.db.write()).await?;
    let tx = services.begin().await?;
    let retired = Entity::update_many()
        .col_expr(Column::RetiredAt, Expr::value(now))
        .filter(Column::RetiredAt.is_null())
        .filter(Column::CreatedAt.lt(now.minus(SIGNS_FOR)))
        .exec(tx.conn())
        .await?;
    let due = retired.rows_affected > 0;
    if due {
        make(tx.conn(), &services.cipher, tx.clock()).await?;
    }
    tx.commit().await?;
    Ok(due)
}
