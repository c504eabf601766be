//! The floor: the least that could do the work. A loop that posts messages, as many at once as a worker has requests in
//! flight, and an endpoint that verifies webhooks and discards them. No database, no queue, no limiter, no memory of what
//! was sent. A process of its own, as a worker is.

use crate::options::FloorClient;
use crate::people::wa_id;
use crate::{Outcome, loopback, meta};
use bellbird_core::providers::meta::verify_signature;
use bellbird_core::secret::SecretString;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// Sends everything, prints a line of JSON, and takes webhooks until it is ended.
#[expect(clippy::print_stdout, reason = "its answer")]
pub(crate) async fn run(options: FloorClient) -> Outcome {
    loopback::check("--graph", &options.graph)?;
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let server = tokio::spawn(serve(listener));
    let http = reqwest::Client::builder()
        .no_proxy()
        .tcp_nodelay(true)
        .pool_max_idle_per_host(options.at_once)
        .timeout(Duration::from_secs(20))
        .build()?;
    let (options, next) = (Arc::new(options), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let senders: Vec<_> = (0..options.at_once)
        .map(|_| tokio::spawn(send(http.clone(), Arc::clone(&options), Arc::clone(&next))))
        .collect();
    for sender in senders {
        sender.await??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{}", json!({"seconds": seconds, "count": options.count}));
    server.await?
}

async fn send(http: reqwest::Client, options: Arc<FloorClient>, next: Arc<AtomicUsize>) -> Outcome {
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= options.count {
            return Ok(());
        }
        let number = options.numbers.get(n % options.numbers.len().max(1)).ok_or("no numbers")?;
        let name = format!("Customer {n}");
        let parameters = json!([{"type": "text", "text": name}, {"type": "text", "text": "WELCOME20"}]);
        let body = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": wa_id(n), "type": "template",
            "biz_opaque_callback_data": n.to_string(),
            "template": {"name": "offer", "language": {"code": "en_US"},
                "components": [{"type": "body", "parameters": parameters}]},
        });
        let url = format!("{}/v26.0/{number}/messages", options.graph);
        let answer = http.post(url).bearer_auth(meta::TOKEN).json(&body).send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        if !status.is_success() {
            return Err(
                format!("a send was answered with {status}: {}", String::from_utf8_lossy(&body)).into()
            );
        }
    }
}

async fn serve(listener: TcpListener) -> Outcome {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(discard));
            let _ = connection.await; // whoever hangs up has nothing more to say
        });
    }
}

async fn discard(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let answer = |status: StatusCode, text: &'static str| {
        let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
        *answer.status_mut() = status;
        Ok(answer)
    };
    if request.method() != Method::POST {
        return answer(StatusCode::METHOD_NOT_ALLOWED, "");
    }
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return answer(StatusCode::BAD_REQUEST, "") };
    let given = head.headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    let secret = SecretString::from(meta::SECRET);
    match given.is_some_and(|given| verify_signature(&[secret], &body.to_bytes(), given)) {
        true => answer(StatusCode::OK, "EVENT_RECEIVED"),
        false => answer(StatusCode::UNAUTHORIZED, ""),
    }
}
