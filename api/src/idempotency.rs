//! `Idempotency-Key`: a repeated request gets the first one's answer and is not done again.
//!
//! The answer is stored in the transaction of the write, so either both happened or neither. It is sealed like any
//! secret: some answers hold one (a new app's verify token), all may hold a person's data.
//!
//! Every write goes through here, so this is also where the audit log learns of it: in the same transaction, once.

use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::middleware::request_id;
use crate::operations::Operations;
use bellbird_core::audit::{self, Asked};
use bellbird_core::idempotency::{self, Reserved};
use bellbird_core::secret::{ExposeSecret, SecretString, sha256_hex};
use bellbird_core::{Ctx, Error, Result, Tx};
use futures::future::BoxFuture;
use poem::http::StatusCode;
use poem::{IntoResponse, Request, RequestBody, Response};
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaParamIn, MetaResponse, MetaResponses, MetaSchemaRef, Registry,
};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// The header of a repeated answer.
pub const REPLAYED: &str = "Idempotent-Replayed";

/// The `Idempotency-Key` of a request and what it was sent with. Take it as
/// `#[oai(name = "Idempotency-Key")] key: Key` and say with [`Key::over`] which body it guards.
#[derive(Debug, Clone)]
pub struct Key {
    key: Option<String>,
    /// Method and address.
    target: String,
    asked: Asked,
}

/// A key together with the fingerprint of its whole request.
#[derive(Debug, Clone)]
pub struct Guard {
    key: Option<String>,
    fingerprint: String,
    asked: Asked,
}

impl Key {
    /// For a request with a JSON body.
    pub fn over<T>(self, body: &Body<T>) -> Guard {
        self.fingerprint(&body.digest)
    }

    /// For a request with any other body.
    pub fn over_bytes(self, bytes: &[u8]) -> Guard {
        let digest = sha256_hex(bytes);
        self.fingerprint(&digest)
    }

    /// For a request without a body.
    pub fn alone(self) -> Guard {
        self.fingerprint("")
    }

    fn fingerprint(self, digest: &str) -> Guard {
        let fingerprint = sha256_hex(format!("{}\n{digest}", self.target).as_bytes());
        Guard { key: self.key, fingerprint, asked: self.asked }
    }
}

impl<'a> ApiExtractor<'a> for Key {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = false;
    type ParamType = Option<String>;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(String::schema_ref())
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let path = request.original_uri().path().to_string();
        let target = format!("{} {path}", request.method());
        let action = Operations::asked(request).unwrap_or_default();
        let asked = Asked { action, path, request_id: request_id() };
        let Some(value) = request.headers().get(options.name) else {
            return Ok(Self { key: None, target, asked });
        };
        match value.to_str() {
            Ok(key) => Ok(Self { key: Some(key.to_string()), target, asked }),
            Err(_) => Err(ApiError::from(Error::invalid(
                options.name,
                "invalid_idempotency_key",
                "use 1 to 255 printable ASCII characters",
            ))
            .into()),
        }
    }
}

/// The answer of a write, new or repeated: `Answer<Campaign, 201>`.
#[derive(Debug)]
pub struct Answer<T, const STATUS: u16 = 200> {
    json: String,
    status: u16,
    replayed: bool,
    of: PhantomData<fn() -> T>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    status: u16,
    body: String,
}

impl<T: ToJSON, const STATUS: u16> Answer<T, STATUS> {
    /// An answer given for the first time.
    pub fn new(value: &T) -> Self {
        Self { json: value.to_json_string(), status: STATUS, replayed: false, of: PhantomData }
    }
}

impl<T, const STATUS: u16> IntoResponse for Answer<T, STATUS> {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = Response::builder().status(status);
        if self.replayed {
            response = response.header(REPLAYED, "true");
        }
        match status {
            StatusCode::NO_CONTENT => response.finish(),
            _ => response.content_type("application/json").body(self.json),
        }
    }
}

impl<T: ToJSON, const STATUS: u16> ApiResponse for Answer<T, STATUS> {
    fn meta() -> MetaResponses {
        let content = MetaMediaType { content_type: "application/json", schema: <T as Type>::schema_ref() };
        let replayed = MetaHeader {
            name: REPLAYED.into(),
            description: Some(
                "`true` when this is the stored answer of an earlier request with the same key".into(),
            ),
            required: false,
            deprecated: false,
            schema: String::schema_ref(),
        };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "Done.",
                status: Some(STATUS),
                status_range: None,
                content: if STATUS == 204 { vec![] } else { vec![content] },
                headers: vec![replayed],
            }],
        }
    }

    fn register(registry: &mut Registry) {
        if STATUS != 204 {
            T::register(registry);
        }
    }
}

/// Does a write once per key: reserves the key, runs `work` in a transaction, stores the answer in it, commits.
///
/// `work` may be given nothing it does not own besides the transaction and the context.
pub async fn idempotent<T, F, const STATUS: u16>(
    ctx: &Ctx,
    guard: Guard,
    work: F,
) -> ApiResult<Answer<T, STATUS>>
where
    T: ToJSON,
    F: for<'t> FnOnce(&'t Tx, &'t Ctx) -> BoxFuture<'t, Result<T>> + Send,
{
    prepared(ctx, guard, std::future::ready(Ok(())), |tx, ctx, ()| work(tx, ctx)).await
}

/// Like [`idempotent`], with a first step that takes its time and must not hold a transaction open, like asking a
/// provider. A repeated request skips it too.
pub async fn prepared<T, P, F, const STATUS: u16>(
    ctx: &Ctx,
    guard: Guard,
    first: impl Future<Output = Result<P>> + Send,
    work: F,
) -> ApiResult<Answer<T, STATUS>>
where
    T: ToJSON,
    P: Send,
    F: for<'t> FnOnce(&'t Tx, &'t Ctx, P) -> BoxFuture<'t, Result<T>> + Send,
{
    let key = guard.key.as_deref();
    if let Some(key) = key
        && let Reserved::Replay(sealed) = idempotency::reserve(ctx, key, &guard.fingerprint).await?
    {
        return Ok(replay(ctx, key, &sealed)?);
    }
    let done = async {
        let found = first.await?;
        write(ctx, key, &guard.asked, |tx, ctx| work(tx, ctx, found)).await
    };
    match done.await {
        Ok(answer) => Ok(answer),
        Err(error) => {
            if let Some(key) = key
                && let Err(error) = idempotency::release(ctx, key).await
            {
                tracing::warn!(%error, "an idempotency key stays reserved until its reservation expires");
            }
            Err(error.into())
        }
    }
}

async fn write<T, F, const STATUS: u16>(
    ctx: &Ctx,
    key: Option<&str>,
    asked: &Asked,
    work: F,
) -> Result<Answer<T, STATUS>>
where
    T: ToJSON,
    F: for<'t> FnOnce(&'t Tx, &'t Ctx) -> BoxFuture<'t, Result<T>> + Send,
{
    let tx = ctx.begin().await?;
    let done = async {
        let answer = Answer::<T, STATUS>::new(&work(&tx, ctx).await?);
        audit::record(&tx, ctx, asked, id_in(&answer.json)).await?;
        if let Some(key) = key {
            idempotency::complete(&tx, ctx, key, &seal(ctx, key, STATUS, &answer.json)?).await?;
        }
        Ok(answer)
    };
    match done.await {
        Ok(answer) => {
            tx.commit().await?;
            Ok(answer)
        }
        Err(error) => {
            // a failed rollback is a dead connection, whose transaction is gone with it
            let _ = tx.rollback().await;
            Err(error)
        }
    }
}

/// The id of what an answer is about.
fn id_in(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Made {
        id: Option<String>,
    }
    serde_json::from_str::<Made>(json).ok()?.id
}

fn place(ctx: &Ctx, key: &str) -> String {
    format!("idempotency_keys.answer:{}:{key}", ctx.organization)
}

fn seal(ctx: &Ctx, key: &str, status: u16, json: &str) -> Result<String> {
    let stored = Stored { status, body: json.to_string() };
    let text = serde_json::to_string(&stored).map_err(Error::internal)?;
    ctx.cipher.seal(&place(ctx, key), &SecretString::from(text))
}

fn replay<T, const STATUS: u16>(ctx: &Ctx, key: &str, sealed: &str) -> Result<Answer<T, STATUS>> {
    let text = ctx.cipher.open(&place(ctx, key), sealed)?;
    let stored: Stored = serde_json::from_str(text.expose_secret()).map_err(Error::internal)?;
    Ok(Answer { json: stored.body, status: stored.status, replayed: true, of: PhantomData })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(target: &str) -> Key {
        Key { key: Some("k".into()), target: target.into(), asked: Asked::default() }
    }

    #[test]
    fn a_fingerprint_covers_method_address_and_body() {
        let first = key("POST /a").over_bytes(b"1").fingerprint;
        assert_eq!(first, key("POST /a").over_bytes(b"1").fingerprint);
        for other in
            [key("PUT /a").over_bytes(b"1"), key("POST /b").over_bytes(b"1"), key("POST /a").over_bytes(b"2")]
        {
            assert_ne!(first, other.fingerprint);
        }
        assert_ne!(first, key("POST /a").alone().fingerprint);
    }
}
