//! Sealing and opening, with the data keys a process has unwrapped kept in memory: a message asks the database for its
//! sender's token, and nobody for a key.

use super::envelope::{self, DataKey};
use super::{KeyBytes, KeyWrapper, Place, SecretString, Whose, entity};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::ids::DataKeyId;
use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a process seals under a data key without looking whether another one is active by now.
pub const FRESH: Duration = Duration::from_secs(2);
/// More keys than this are not kept in memory; the others are unwrapped again.
const MOST: usize = 10_000;

/// Encrypts and decrypts secrets, each for its [`Place`]; cheap to clone.
#[derive(Clone)]
pub struct Cipher(Arc<Inner>);

struct Inner {
    wrapper: Arc<dyn KeyWrapper>,
    read: DatabaseConnection,
    write: DatabaseConnection,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<DataKeyId, Arc<DataKey>>>,
    /// Only keys whose row is certain to be committed.
    active: Mutex<HashMap<Whose, (Instant, Arc<DataKey>)>>,
}

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cipher(…)")
    }
}

impl Cipher {
    /// A cipher over the data keys of this database. `read` and `write` as in [`Db`](crate::db::Db).
    pub fn new(
        wrapper: Arc<dyn KeyWrapper>,
        (read, write): (DatabaseConnection, DatabaseConnection),
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (known, active) = Default::default();
        Self(Arc::new(Inner { wrapper, read, write, clock, known, active }))
    }

    /// A new random wrapping key, as base64.
    pub fn generate_key() -> SecretString {
        SecretString::from(STANDARD.encode(rand::random::<[u8; 32]>()))
    }

    /// Who wraps the data keys.
    pub fn wrapper(&self) -> &dyn KeyWrapper {
        self.0.wrapper.as_ref()
    }

    pub(super) fn reader(&self) -> &DatabaseConnection {
        &self.0.read
    }

    /// Sees to it that there is a data key for `whose` and that it is at hand, so that sealing asks nobody for a few
    /// seconds. Not inside a transaction: it may write by itself.
    pub async fn ready(&self, whose: impl Into<Whose>) -> Result<()> {
        let whose = whose.into();
        if self.at_hand(whose).is_none() {
            let key = self.active_now(whose).await?;
            let mut active = lock(&self.0.active);
            if active.len() >= MOST {
                active.clear();
            }
            active.insert(whose, (Instant::now(), key));
        }
        Ok(())
    }

    /// The key that seals for `whose` at this moment, as the database has it. Not inside a transaction.
    pub(super) async fn active_now(&self, whose: Whose) -> Result<Arc<DataKey>> {
        match entity::active(&self.0.read, whose).await? {
            Some(row) => self.unwrapped(&row).await,
            None => self.added(&self.0.write, whose).await,
        }
    }

    /// Encrypts `secret` for its place. `conn` is the transaction that writes it: if there is no data key yet, it is
    /// written by the same one.
    pub async fn seal(
        &self,
        conn: &impl ConnectionTrait,
        place: &Place,
        secret: &SecretString,
    ) -> Result<String> {
        // what the transaction shows may be its own and never be committed, so it is not remembered as active
        let key = match self.at_hand(place.whose) {
            Some(key) => key,
            None => match entity::active(conn, place.whose).await? {
                Some(row) => self.unwrapped(&row).await?,
                None => self.added(conn, place.whose).await?,
            },
        };
        self.seal_under(&key, place, secret)
    }

    pub(super) fn seal_under(&self, key: &DataKey, place: &Place, secret: &SecretString) -> Result<String> {
        envelope::seal(key, place, secret).ok_or_else(|| Error::internal(format!("cannot encrypt {place}")))
    }

    /// Decrypts what [`Cipher::seal`] made for the same place. A data key that is not known yet is read by a connection
    /// of its own: inside a transaction use [`Cipher::open_within`].
    pub async fn open(&self, place: &Place, sealed: &str) -> Result<SecretString> {
        self.open_within(&self.0.read, place, sealed).await
    }

    /// The same inside a transaction, `conn`: no second connection is waited for while it is open.
    pub async fn open_within(
        &self,
        conn: &impl ConnectionTrait,
        place: &Place,
        sealed: &str,
    ) -> Result<SecretString> {
        let strange = || Error::internal(format!("cannot decrypt {place}: it is in no known format"));
        let (id, text) = envelope::read(sealed).ok_or_else(strange)?;
        let known = lock(&self.0.known).get(&id).cloned();
        let key = match known {
            Some(key) => key,
            None => {
                let row = entity::Entity::find_by_id(id).one(conn).await?;
                let gone = || Error::internal(format!("cannot decrypt {place}: there is no data key {id}"));
                self.unwrapped(&row.ok_or_else(gone)?).await?
            }
        };
        envelope::open(&key, place, text).ok_or_else(|| {
            Error::internal(format!("cannot decrypt {place}: it was changed, or moved here from elsewhere"))
        })
    }

    /// A new data key, wrapped and not written yet.
    pub(super) async fn made(&self, whose: Whose) -> Result<(entity::Model, KeyBytes)> {
        let bytes = KeyBytes::init_with_mut(|bytes| *bytes = rand::random());
        let mut row = entity::Model {
            id: DataKeyId::new(self.0.clock.as_ref()),
            organization_id: whose.organization(),
            wrapped: String::new(),
            wrapped_by: String::new(),
            created_at: self.0.clock.now(),
            retired_at: None,
        };
        let wrapped = self.0.wrapper.wrap(&row.context(), &bytes).await?;
        (row.wrapped, row.wrapped_by) = (wrapped.text, wrapped.by);
        Ok((row, bytes))
    }

    /// Adds the first data key for `whose`; of two that do so at once, both get the one that was first.
    async fn added(&self, conn: &impl ConnectionTrait, whose: Whose) -> Result<Arc<DataKey>> {
        let (row, bytes) = self.made(whose).await?;
        if entity::add(conn, &row).await? {
            return Ok(self.keep(DataKey { id: row.id, bytes }));
        }
        let first = entity::active(conn, whose).await?;
        let first = first.ok_or_else(|| Error::internal(format!("there is no data key for {whose}")))?;
        self.unwrapped(&first).await
    }

    async fn unwrapped(&self, row: &entity::Model) -> Result<Arc<DataKey>> {
        let known = lock(&self.0.known).get(&row.id).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let bytes = self.0.wrapper.unwrap(&row.context(), &row.key()).await?;
        Ok(self.keep(DataKey { id: row.id, bytes }))
    }

    fn keep(&self, key: DataKey) -> Arc<DataKey> {
        let key = Arc::new(key);
        let mut known = lock(&self.0.known);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key.id, key.clone());
        key
    }

    fn at_hand(&self, whose: Whose) -> Option<Arc<DataKey>> {
        let active = lock(&self.0.active);
        active.get(&whose).filter(|(at, _)| at.elapsed() < FRESH).map(|(_, key)| key.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
