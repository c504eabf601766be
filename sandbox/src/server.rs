//! From an HTTP request to the part that answers it.

use std::sync::Arc;

use poem::{
    Endpoint, Request, Response, Result,
    http::{HeaderMap, Method},
};
use serde_json::Value;

use crate::{connection::Connections, control, graph, media::kinds, shared::Shared};

/// Bodies beyond this are nobody's honest send.
const BODY_MAX: usize = 8 * 1024 * 1024;

/// A request taken apart.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) token: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// A query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; null if it is none.
    pub(crate) fn json_or_null(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The path cut at its slashes.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// `get`, `post` … as Meta's messages write it.
    pub(crate) fn verb(&self) -> String {
        self.method.as_str().to_ascii_lowercase()
    }
}

/// What becomes of a request.
pub(crate) enum Reply {
    Answer(Response),
    /// The connection is closed without an answer.
    HangUp,
}

pub(crate) struct Api {
    pub(crate) shared: Arc<Shared>,
    pub(crate) connections: Connections,
}

impl Endpoint for Api {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let line = self.connections.line(request.remote_addr());
        let bearer = request.header("authorization").and_then(|value| {
            // Meta's guide to uploads writes the second form.
            value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("OAuth "))
        });
        let mut call = Call {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: if request.uri().query().is_some() { request.params()? } else { Vec::new() },
            token: bearer.map(str::to_owned),
            headers: HeaderMap::new(),
            body: Vec::new(),
        };
        if call.token.is_none() {
            call.token = call.query("access_token").map(str::to_owned);
        }
        let most = if takes_files(&call.path) { kinds::BODY_MAX } else { BODY_MAX };
        call.body = request.take_body().into_bytes_limit(most).await?.to_vec();
        call.headers = std::mem::take(request.headers_mut());
        let reply = async {
            if call.path == "/" || call.path.starts_with("/_sandbox") {
                Reply::Answer(control::answer(&self.shared, &call).await)
            } else {
                graph::answer(&self.shared, &call).await
            }
        };
        let reply = tokio::select! {
            reply = reply => reply,
            () = line.gone() => Reply::HangUp,
        };
        match reply {
            Reply::Answer(response) => Ok(response),
            Reply::HangUp => {
                line.cut();
                // Never reaches the client: writing it is what closes the connection.
                Ok(Response::default())
            }
        }
    }
}

/// Whether a path takes whole files or catalogues.
fn takes_files(path: &str) -> bool {
    path.ends_with("/media") || path.ends_with("/items_batch") || path.contains("/upload:")
}
