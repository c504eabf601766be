//! What every send needs to know about its sender, template and campaign, read at most once a second.

use bellbird_core::campaigns;
use bellbird_core::clock::Timestamp;
use bellbird_core::context::Services;
use bellbird_core::error::{Error, Result};
use bellbird_core::ids::{CampaignId, SenderId, TemplateId};
use bellbird_core::organizations::{self, OrganizationStatus};
use bellbird_core::senders::{self, SenderStatus, port::SenderAccess};
use bellbird_core::templates::{self, TemplateModel};
use sea_orm::EntityTrait;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const FRESH: Duration = Duration::from_secs(1);
/// More entries than this are not kept: nobody sends from so many at once.
const MOST: usize = 10_000;

/// A sender, ready to send.
#[derive(Debug)]
pub(crate) struct CachedSender {
    pub(crate) access: SenderAccess,
    /// What it sends now, which may be less than it may.
    pub(crate) mps: u32,
    /// It may send, and its organization may be worked in.
    pub(crate) active: bool,
}

type Shelf<K, V> = Mutex<HashMap<K, (Timestamp, Arc<V>)>>;

#[derive(Default)]
struct Shelves {
    senders: Shelf<SenderId, CachedSender>,
    templates: Shelf<TemplateId, TemplateModel>,
    rates: Shelf<CampaignId, Option<u32>>,
}

#[derive(Clone)]
pub(crate) struct Cache {
    services: Services,
    shelves: Arc<Shelves>,
}

impl Cache {
    pub(crate) fn new(services: Services) -> Self {
        Self { services, shelves: Arc::default() }
    }

    pub(crate) async fn sender(&self, id: SenderId) -> Result<Arc<CachedSender>> {
        self.get(&self.shelves.senders, id, async {
            let row = senders::Entity::find_by_id(id).one(self.services.db.read()).await?;
            let row = row.ok_or_else(|| Error::not_found("sender", id))?;
            let organization = organizations::queries::status(&self.services, row.organization_id).await?;
            let (sends, works) =
                (row.status == SenderStatus::Active, organization == OrganizationStatus::Active);
            Ok(CachedSender {
                access: row.access(&self.services.cipher).await?,
                mps: u32::try_from(row.effective_mps()).unwrap_or(1),
                active: sends && works,
            })
        })
        .await
    }

    /// Something of a sender changed that the next message is to know.
    pub(crate) fn forget_sender(&self, id: SenderId) {
        self.shelves.senders.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    pub(crate) async fn template(&self, id: TemplateId) -> Result<Arc<TemplateModel>> {
        self.get(&self.shelves.templates, id, async {
            let row = templates::Entity::find_by_id(id).one(self.services.db.read()).await?;
            row.ok_or_else(|| Error::not_found("template", id))?.model()
        })
        .await
    }

    /// A campaign's messages per minute, if it has a limit.
    pub(crate) async fn rate(&self, id: CampaignId) -> Result<Option<u32>> {
        let rate = self.get(&self.shelves.rates, id, async {
            let row = campaigns::Entity::find_by_id(id).one(self.services.db.read()).await?;
            Ok(row.and_then(|row| row.rate_per_minute).and_then(|n| u32::try_from(n).ok()))
        });
        rate.await.map(|rate| *rate)
    }

    async fn get<K: Copy + Eq + Hash, V>(
        &self,
        shelf: &Shelf<K, V>,
        key: K,
        load: impl Future<Output = Result<V>>,
    ) -> Result<Arc<V>> {
        let now = self.services.clock.now();
        {
            let shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, value)) = shelf.get(&key)
                && now.since(*at) < FRESH
            {
                return Ok(value.clone());
            }
        }
        let value = Arc::new(load.await?);
        let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.len() >= MOST {
            shelf.clear();
        }
        shelf.insert(key, (now, value.clone()));
        Ok(value)
    }
}
