//! From an HTTP request to the part that answers it.

use std::sync::Arc;

use poem::{Endpoint, Request, Response, Result, http::Method};

use crate::{connection::Connections, control, graph, shared::Shared};

/// Bodies beyond this are nobody's honest send.
const BODY_MAX: usize = 8 * 1024 * 1024;

/// A request taken apart.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) token: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// A query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
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
        let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let mut call = Call {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: if request.uri().query().is_some() { request.params()? } else { Vec::new() },
            token: bearer.map(str::to_owned),
            body: Vec::new(),
        };
        if call.token.is_none() {
            call.token = call.query("access_token").map(str::to_owned);
        }
        call.body = request.take_body().into_bytes_limit(BODY_MAX).await?.to_vec();
        let reply = async {
            if call.path.starts_with("/_sandbox") {
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
