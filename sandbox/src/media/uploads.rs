//! Resumable uploads: files whose handle (`4::…`) stands as the example in a template's header or as a profile's
//! picture.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::roll::mix;

/// Sessions kept; older ones are forgotten.
const KEPT: usize = 1_000;

/// A file on its way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Upload {
    pub(crate) file_length: usize,
    pub(crate) file_type: String,
    /// How much of it has arrived.
    pub(crate) offset: usize,
    digest: Sha256,
}

#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<Desk>);

#[derive(Debug, Default)]
struct Desk {
    sessions: HashMap<String, Upload>,
    order: VecDeque<String>,
    last: u64,
}

impl Uploads {
    /// Begins a session; gives its id.
    pub(crate) fn begin(&self, file_length: usize, file_type: &str, salt: u64) -> String {
        self.with(|desk| {
            desk.last += 1;
            let id =
                format!("upload:{}", URL_SAFE_NO_PAD.encode(mix(salt.wrapping_add(desk.last)).to_be_bytes()));
            let upload = Upload { file_length, file_type: file_type.to_owned(), ..Upload::default() };
            desk.sessions.insert(id.clone(), upload);
            desk.remember(id.clone());
            id
        })
    }

    pub(crate) fn session(&self, id: &str) -> Option<Upload> {
        self.with(|desk| desk.sessions.get(id).cloned())
    }

    /// Takes a piece; gives the handle when it was the last one. `None` if there is no such session.
    pub(crate) fn take(&self, id: &str, piece: &[u8]) -> Option<(Upload, Option<String>)> {
        self.with(|desk| {
            let upload = desk.sessions.get_mut(id)?;
            upload.digest.update(piece);
            upload.offset += piece.len();
            if upload.offset < upload.file_length {
                return Some((upload.clone(), None));
            }
            let done = desk.sessions.remove(id)?;
            let coded = URL_SAFE_NO_PAD.encode(done.digest.clone().finalize());
            let handle = format!("4::{}:{coded}:e:{}", URL_SAFE_NO_PAD.encode(&done.file_type), id.len());
            Some((done, Some(handle)))
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Desk) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Desk {
    fn remember(&mut self, id: String) {
        self.order.push_back(id);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.sessions.remove(&oldest);
        }
    }
}
