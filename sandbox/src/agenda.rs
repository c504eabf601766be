//! What is to happen at a moment of the sandbox's wall time: a review's end, a pause's end, a batch's end.
//!
//! Wall time is a value that tests and `/_sandbox/clock` move, so the agenda looks at it again and again while there is
//! something to do.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use crate::shared::Shared;

/// How often the time is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

type Deed = Box<dyn FnOnce(&Arc<Shared>) + Send>;

/// Deeds by time and turn, and the last turn.
#[derive(Default)]
struct Pages {
    last: u64,
    deeds: BTreeMap<(i64, u64), Deed>,
}

#[derive(Default)]
pub(crate) struct Agenda {
    pages: Mutex<Pages>,
    news: Notify,
}

impl fmt::Debug for Agenda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Agenda")
    }
}

impl Agenda {
    /// Does something at `due_ms`, or as soon as can be if that is past; never before the caller has returned.
    pub(crate) fn at(&self, due_ms: i64, deed: impl FnOnce(&Arc<Shared>) + Send + 'static) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.last += 1;
        let turn = pages.last;
        pages.deeds.insert((due_ms, turn), Box::new(deed));
        drop(pages);
        self.news.notify_one();
    }

    fn next_due(&self, now_ms: i64) -> Option<Deed> {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let first = pages.deeds.first_entry()?;
        (first.key().0 <= now_ms).then(|| first.remove())
    }

    fn is_empty(&self) -> bool {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).deeds.is_empty()
    }
}

/// Runs until the sandbox stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    let stop = shared.stop.clone();
    loop {
        while let Some(deed) = shared.agenda.next_due(shared.now_ms()) {
            deed(&shared);
        }
        let wait = async {
            if shared.agenda.is_empty() {
                shared.agenda.news.notified().await;
            } else {
                let _ = tokio::time::timeout(LOOK_EVERY, shared.agenda.news.notified()).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = wait => {}
        }
    }
}
