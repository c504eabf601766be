//! Media: files that businesses have uploaded and files that customers have sent, in memory.
//!
//! An id belongs to one business number. It lives for 30 days if the business uploaded it and for 7 if a customer sent
//! it; the address it is downloaded from lives for five minutes and wants the token.

pub(crate) mod kinds;
pub(crate) mod samples;
mod uploads;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

pub(crate) use self::uploads::Uploads;
use crate::roll::mix;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long an address may be used.
const URL_MS: i64 = 5 * 60 * 1_000;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Business,
    Customer,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Medium {
    pub(crate) id: String,
    /// The business number it belongs to.
    pub(crate) phone_number_id: String,
    pub(crate) origin: Origin,
    pub(crate) mime_type: String,
    pub(crate) bytes: Vec<u8>,
    digest: [u8; 32],
    expires_ms: i64,
}

impl Medium {
    /// The digest as the Graph API writes it.
    pub(crate) fn sha256_hex(&self) -> String {
        hex::encode(self.digest)
    }

    /// The digest as webhooks write it.
    pub(crate) fn sha256_base64(&self) -> String {
        STANDARD.encode(self.digest)
    }
}

/// A file about to be kept.
#[derive(Debug)]
pub(crate) struct NewMedium {
    pub(crate) phone_number_id: String,
    pub(crate) origin: Origin,
    pub(crate) mime_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// All files; the oldest go when there is no room for a new one.
#[derive(Debug, Default)]
pub(crate) struct Media(Mutex<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    files: HashMap<String, Arc<Medium>>,
    /// Ids in the order they came; may name files that have been deleted.
    order: VecDeque<String>,
    bytes: usize,
    last: u64,
}

impl Media {
    /// Keeps a file; `salt` makes its id unlike those of other runs.
    pub(crate) fn keep(&self, new: NewMedium, salt: u64, now_ms: i64, room: usize) -> Arc<Medium> {
        let digest = Sha256::digest(&new.bytes).into();
        let days = if new.origin == Origin::Business { 30 } else { 7 };
        self.with(|shelf| {
            shelf.last += 1;
            let medium = Arc::new(Medium {
                id: (1_000_000_000_000_000 + mix(salt.wrapping_add(shelf.last)) % 9_000_000_000_000_000)
                    .to_string(),
                phone_number_id: new.phone_number_id,
                origin: new.origin,
                mime_type: new.mime_type,
                bytes: new.bytes,
                digest,
                expires_ms: now_ms + days * DAY_MS,
            });
            shelf.bytes += medium.bytes.len();
            shelf.order.push_back(medium.id.clone());
            shelf.files.insert(medium.id.clone(), Arc::clone(&medium));
            while shelf.bytes > room
                && let Some(oldest) = shelf.order.pop_front()
            {
                shelf.remove(&oldest);
            }
            medium
        })
    }

    /// The file, unless it never was, was deleted or is too old.
    pub(crate) fn find(&self, id: &str, now_ms: i64) -> Option<Arc<Medium>> {
        self.with(|shelf| {
            let found = shelf.files.get(id)?.clone();
            if found.expires_ms > now_ms {
                return Some(found);
            }
            shelf.remove(id);
            None
        })
    }

    pub(crate) fn delete(&self, id: &str) {
        self.with(|shelf| shelf.remove(id));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Shelf) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shelf {
    fn remove(&mut self, id: &str) {
        if let Some(gone) = self.files.remove(id) {
            self.bytes -= gone.bytes.len();
        }
        // What is left of short lives must not pile up.
        if self.order.len() > 2 * self.files.len() + 64 {
            self.order.retain(|id| self.files.contains_key(id));
        }
    }
}

/// The address of a file, good until `ext`.
pub(crate) fn url(base_url: &str, medium: &Medium, salt: u64, now_ms: i64) -> String {
    let until = (now_ms + URL_MS) / 1_000;
    let hash = url_hash(&medium.id, until, salt);
    format!("{base_url}/whatsapp_business/attachments/?mid={}&ext={until}&hash={hash}", medium.id)
}

/// Whether an address was made by [`url`] and is still good.
pub(crate) fn url_is_good(id: &str, until: &str, hash: &str, salt: u64, now_ms: i64) -> bool {
    let fresh = until.parse::<i64>().ok().filter(|until| now_ms < until.saturating_mul(1_000));
    fresh.is_some_and(|until| url_hash(id, until, salt) == hash)
}

fn url_hash(id: &str, until: i64, salt: u64) -> String {
    hex::encode(&Sha256::digest(format!("{salt}/{id}/{until}"))[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: usize, origin: Origin) -> NewMedium {
        let (phone_number_id, mime_type) = ("1".to_owned(), "image/png".to_owned());
        NewMedium { phone_number_id, origin, mime_type, bytes: vec![0; bytes] }
    }

    #[test]
    fn files_live_as_long_as_metas() {
        let media = Media::default();
        let ours = media.keep(file(1, Origin::Business), 1, 0, 99);
        let theirs = media.keep(file(1, Origin::Customer), 1, 0, 99);
        assert_ne!(ours.id, theirs.id);
        assert!(media.find(&theirs.id, 7 * DAY_MS - 1).is_some());
        assert!(media.find(&theirs.id, 7 * DAY_MS).is_none());
        assert!(media.find(&ours.id, 30 * DAY_MS - 1).is_some());
        assert!(media.find(&ours.id, 30 * DAY_MS).is_none());
    }

    #[test]
    fn the_oldest_make_room() {
        let media = Media::default();
        let ids: Vec<_> =
            (0..4).map(|_| media.keep(file(10, Origin::Business), 1, 0, 25).id.clone()).collect();
        let there: Vec<_> = ids.iter().map(|id| media.find(id, 0).is_some()).collect();
        assert_eq!(there, [false, false, true, true]);
        media.delete(&ids[3]);
        assert!(media.find(&ids[3], 0).is_none());
    }

    #[test]
    fn addresses_run_out_and_cannot_be_made_up() {
        let media = Media::default();
        let medium = media.keep(file(1, Origin::Business), 1, 0, 99);
        let address = url("http://x", &medium, 7, 0);
        let (_, query) = address.split_once('?').unwrap();
        let part = |name: &str| {
            query.split('&').find_map(|p| p.strip_prefix(&format!("{name}="))).unwrap().to_owned()
        };
        let good = |salt, now| url_is_good(&medium.id, &part("ext"), &part("hash"), salt, now);
        assert!(good(7, 0) && good(7, URL_MS - 1));
        assert!(!good(7, URL_MS) && !good(8, 0));
        assert!(!url_is_good(&medium.id, "999999999999999999", &part("hash"), 7, 0));
    }
}
