//! Batches that make themselves: while one statement runs, the next one's rows gather. Nobody waits for a timer, and
//! the more there is to do, the more of it goes into one statement.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

type Asked<T, R> = (T, oneshot::Sender<R>);
/// Taken out when it is closed.
type Closable<V> = Arc<Mutex<Option<V>>>;

/// Gathers requests of many handlers into one call.
pub(crate) struct Batcher<T, R> {
    ask: Closable<mpsc::Sender<Asked<T, R>>>,
    task: Closable<JoinHandle<()>>,
}

impl<T, R> Clone for Batcher<T, R> {
    fn clone(&self) -> Self {
        Self { ask: self.ask.clone(), task: self.task.clone() }
    }
}

impl<T: Send + 'static, R: Send + 'static> Batcher<T, R> {
    /// Starts gathering; `run` answers each batch of up to `most` requests, in order.
    pub(crate) fn start<F, Fut>(most: usize, run: F) -> Self
    where
        F: Fn(Vec<T>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Vec<R>> + Send,
    {
        let (ask, mut asked) = mpsc::channel::<Asked<T, R>>(most * 4);
        let task = tokio::spawn(async move {
            let mut inbox = Vec::with_capacity(most);
            while asked.recv_many(&mut inbox, most).await > 0 {
                let (requests, replies): (Vec<T>, Vec<_>) = inbox.drain(..).unzip();
                for (answer, reply) in run(requests).await.into_iter().zip(replies) {
                    let _ = reply.send(answer); // who no longer waits does not need it
                }
            }
        });
        Self { ask: Arc::new(Mutex::new(Some(ask))), task: Arc::new(Mutex::new(Some(task))) }
    }

    /// Asks and waits for the answer; `None` after [`Batcher::close`].
    pub(crate) async fn ask(&self, request: T) -> Option<R> {
        let ask = self.ask.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let (reply, answer) = oneshot::channel();
        ask.send((request, reply)).await.ok()?;
        answer.await.ok()
    }

    /// Takes no more requests and waits until all are answered.
    pub(crate) async fn close(&self) {
        drop(self.ask.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn everyone_gets_their_own_answer_and_few_calls_are_made() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let batcher = Batcher::start(100, move |numbers: Vec<u32>| {
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                tokio::task::yield_now().await;
                numbers.into_iter().map(|n| n * 2).collect()
            }
        });
        let answers = futures::future::join_all((0..1_000).map(|n| {
            let batcher = batcher.clone();
            async move { batcher.ask(n).await }
        }));
        let answers = answers.await;
        assert!((0..1_000).zip(answers).all(|(n, answer)| answer == Some(n * 2)));
        assert!(calls.load(Ordering::SeqCst) < 100);
        batcher.close().await;
        assert_eq!(batcher.ask(1).await, None);
    }
}
