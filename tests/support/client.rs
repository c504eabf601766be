//! A thin HTTP client that knows our problems.

use reqwest::Method;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Speaks to the API, usually with a key.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    key: Option<String>,
}

/// What the API said.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Which request this answers, for messages.
    pub(crate) asked: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: reqwest::header::HeaderMap,
    /// The body as text.
    pub(crate) text: String,
    /// The body, where it is JSON.
    pub(crate) json: Value,
}

impl Client {
    /// A client of the API at `base`; `None`: without a key.
    pub(crate) fn new(base: &str, key: Option<&str>) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build();
        Self { http: http.expect("a client"), base: base.to_string(), key: key.map(str::to_string) }
    }

    /// The same API without a key, or with another one.
    pub(crate) fn with_key(&self, key: Option<&str>) -> Self {
        Self { key: key.map(str::to_string), ..self.clone() }
    }

    /// The same API, asked from another address of this machine.
    pub(crate) fn at_address(&self, address: std::net::IpAddr) -> Self {
        let http =
            reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).local_address(address);
        Self { http: http.build().expect("a client"), ..self.clone() }
    }

    /// The same through the client that is generated from `openapi.yaml`.
    pub(crate) fn generated(&self) -> bellbird_client::Client {
        let key = self.key.as_ref().map(|key| format!("Bearer {key}").parse().expect("a header's value"));
        let headers = key.map(|key| (reqwest::header::AUTHORIZATION, key)).into_iter().collect();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30));
        let http = http.default_headers(headers).build().expect("a client");
        bellbird_client::Client::new_with_client(&self.base, http)
    }

    /// Where the API listens, for lines of one's own.
    pub(crate) fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// What it says in `Authorization`.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.key.as_deref().unwrap_or_default())
    }

    /// A request to be completed by the caller. `path` begins with `/`, or is a whole address.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_string() };
        let request = self.http.request(method, url);
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// `GET path`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// `POST path` with a JSON body; null: without a body.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    /// Any method with a JSON body; null: without a body.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path);
        Answer::of(if body.is_null() { request } else { request.json(&body) }).await
    }

    /// `POST path` with an `Idempotency-Key`.
    pub(crate) async fn post_once(&self, path: &str, body: Value, key: &str) -> Answer {
        Answer::of(self.request(Method::POST, path).header("Idempotency-Key", key).json(&body)).await
    }

    /// Announces a JSON body of this length and sends none of it yet.
    pub(crate) async fn announce(&self, path: &str, length: usize) -> Line {
        let address = self.base.trim_start_matches("http://");
        let mut line = Line(TcpStream::connect(address).await.expect("the API listens"));
        let key = self.key.as_ref().map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\n{key}Content-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n"
        );
        line.write(head.as_bytes()).await;
        line
    }

    /// Uploads a file of any kind.
    pub(crate) async fn upload(&self, path: &str, file: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, path);
        Answer::of(request.header("content-type", "application/octet-stream").body(file)).await
    }

    /// Uploads a CSV file.
    pub(crate) async fn post_csv(&self, path: &str, file: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", "text/csv").body(file);
        Answer::of(request).await
    }
}

/// A connection spoken to byte by byte.
#[derive(Debug)]
pub(crate) struct Line(TcpStream);

impl Line {
    /// Sends these bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("somebody reads");
    }

    /// The next answer, whole.
    pub(crate) async fn answer(&mut self) -> String {
        let mut answer = Vec::new();
        let read = async {
            while !whole(&answer) {
                let mut some = [0; 4_096];
                let length = self.0.read(&mut some).await.expect("a readable answer");
                assert!(length > 0, "the line broke off after {}", String::from_utf8_lossy(&answer));
                answer.extend_from_slice(&some[..length]);
            }
        };
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("an answer in time");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Is this an answer with all of its body?
fn whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

impl Answer {
    /// Sends a request and reads all of its answer.
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.expect("a proper request");
        let asked = format!("{} {}", request.method(), request.url().path());
        let response = client.execute(request).await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { asked, status, headers, text, json }
    }

    /// The body of a success; panics with the problem otherwise.
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {} {}", self.asked, self.status, self.text);
        self.json
    }

    /// Asserts a refusal in the shape of RFC 9457 with this status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.code()),
            (status, code),
            "{} answered {} {}",
            self.asked,
            self.status,
            self.text
        );
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.asked);
        assert_eq!(self.json["status"], status);
        assert!(self.json["detail"].as_str().is_some_and(|text| !text.is_empty()), "a sentence for a person");
        assert_eq!(self.json["request_id"], self.header("x-request-id"), "the request's name");
    }

    /// The problem's code, or nothing.
    pub(crate) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// The problem's fields with their codes.
    pub(crate) fn fields(&self) -> Vec<(&str, &str)> {
        let errors = self.json["errors"].as_array().into_iter().flatten();
        let text = |value: &'_ Value, name: &str| value[name].as_str().map(str::len).unwrap_or_default();
        errors
            .filter(|error| text(error, "code") > 0)
            .map(|error| {
                (error["field"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default())
            })
            .collect()
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
