//! A thin client of the API under measurement.

use crate::Outcome;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// Speaks to one API with one key.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl Api {
    pub(crate) fn new(base: &str, key: &str) -> Outcome<Self> {
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).timeout(Duration::from_secs(60));
        Ok(Self { http: http.build()?, base: base.to_string(), key: key.to_string() })
    }

    /// `GET path`.
    pub(crate) async fn get(&self, path: &str) -> Outcome<Value> {
        self.answer(path, self.request(Method::GET, path)).await
    }

    /// `POST path` with a JSON body; null: without a body.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let request = self.request(Method::POST, path);
        self.answer(path, if body.is_null() { request } else { request.json(body) }).await
    }

    /// Posts something and gives its id.
    pub(crate) async fn created(&self, path: &str, body: &Value) -> Outcome<String> {
        let made = self.post(path, body).await?;
        Ok(made["id"].as_str().ok_or("the answer has no id")?.to_string())
    }

    /// The status of `GET path` and how long its whole answer took, in milliseconds.
    pub(crate) async fn timed(&self, path: &str) -> Outcome<(u16, f64)> {
        let begun = Instant::now();
        let answer = self.request(Method::GET, path).send().await?;
        let status = answer.status().as_u16();
        answer.bytes().await?;
        Ok((status, begun.elapsed().as_secs_f64() * 1_000.0))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key)
    }

    async fn answer(&self, path: &str, request: RequestBuilder) -> Outcome<Value> {
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(format!("{path} answered {status}: {text}").into());
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}
