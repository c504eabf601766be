//! An integrator's receiver: takes what subscriptions post, remembers it, and answers as told.

use super::wait::wait_for;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::{Request, Response, Server, endpoint::make};
use serde_json::Value;
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What was posted once.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// The header `webhook-id`.
    pub(crate) id: String,
    /// The header `webhook-timestamp`.
    pub(crate) timestamp: String,
    /// The header `webhook-signature`.
    pub(crate) signatures: String,
    /// The body, to the byte.
    pub(crate) body: String,
    /// The body.
    pub(crate) json: Value,
}

impl Post {
    /// What the event is about.
    pub(crate) fn kind(&self) -> &str {
        self.json["type"].as_str().unwrap_or_default()
    }

    /// Which of the signatures this secret made, by the specification, in our own words.
    pub(crate) fn signed_by(&self, secret: &str) -> Option<usize> {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
        let wanted = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures.split(' ').position(|signature| signature == wanted)
    }
}

/// One way to answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// An answer with this status.
pub(crate) fn reply(status: u16) -> Reply {
    Reply { status, headers: Vec::new(), body: String::new() }
}

impl Reply {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }
}

#[derive(Debug, Default)]
struct State {
    posts: Mutex<Vec<Post>>,
    script: Mutex<VecDeque<Reply>>,
    always: Mutex<Option<Reply>>,
    closed: Mutex<bool>,
    opened: Notify,
}

/// A receiver on a port of its own.
#[derive(Debug)]
pub(crate) struct Receiver {
    /// Where it listens.
    pub(crate) url: String,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Receiver {
    /// Starts one that takes everything.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
        let state = Arc::new(State::default());
        let acceptor = TcpAcceptor::from_tokio(listener).expect("a listener");
        let seen = state.clone();
        let endpoint = make(move |request| answer(seen.clone(), request));
        let serving = tokio::spawn(async move {
            Server::new_with_acceptor(acceptor).run(endpoint).await.expect("it serves");
        });
        Self { url, state, serving }
    }

    /// Answers the next posts so, one after the other, and then as always.
    pub(crate) fn next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state.script.lock().unwrap().extend(replies);
    }

    /// Answers everything so from now on.
    pub(crate) fn always(&self, reply: Reply) {
        *self.state.always.lock().unwrap() = Some(reply);
    }

    /// Takes posts but answers none, until [`Receiver::open`].
    pub(crate) fn close(&self) {
        *self.state.closed.lock().unwrap() = true;
    }

    /// Answers again, also what waits.
    pub(crate) fn open(&self) {
        *self.state.closed.lock().unwrap() = false;
        self.state.opened.notify_waiters();
    }

    /// Everything posted so far.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.state.posts.lock().unwrap().clone()
    }

    /// Waits until so many were posted.
    pub(crate) async fn until(&self, posts: usize) -> Vec<Post> {
        wait_for(&format!("{posts} posts"), async || Some(self.posts()).filter(|all| all.len() >= posts))
            .await
    }

    /// Waits for an event of this type.
    pub(crate) async fn until_kind(&self, kind: &str) -> Post {
        wait_for(kind, async || self.posts().into_iter().find(|post| post.kind() == kind)).await
    }
}

async fn answer(state: Arc<State>, mut request: Request) -> poem::Result<Response> {
    let header = |name: &str| request.header(name).unwrap_or_default().to_string();
    let (id, timestamp, signatures) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let body = request.take_body().into_string().await.unwrap_or_default();
    let json = serde_json::from_str(&body).unwrap_or_default();
    state.posts.lock().unwrap().push(Post { id, timestamp, signatures, body, json });
    loop {
        let opened = state.opened.notified();
        if !*state.closed.lock().unwrap() {
            break;
        }
        opened.await;
    }
    let next = state.script.lock().unwrap().pop_front();
    let reply = next.or_else(|| state.always.lock().unwrap().clone()).unwrap_or_else(|| reply(204));
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).expect("a status"));
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    Ok(response.body(reply.body))
}
