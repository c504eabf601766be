//! WhatsApp's webhooks: the challenge that proves an address, and the posts.
//!
//! A post is checked against the secret of the app whose address it came to, and of no other; then kept, committed
//! and answered. What it says is the worker's business: anything signed is taken.

use super::gather::Gather;
use crate::error::{ApiError, ApiResult};
use crate::openapi::Tag;
use bellbird_core::providers::meta::verify_signature;
use bellbird_core::secret::{ExposeSecret, SecretString, sha256_hex};
use bellbird_core::senders::apps::{self, WebhookApp};
use bellbird_core::webhooks::keep::Arrived;
use bellbird_core::{Error, Services};
use poem::http::StatusCode;
use poem::web::Data;
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::PlainText;
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, OpenApi};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A changed secret is noticed after this long.
const FRESH: Duration = Duration::from_secs(2);
/// Apps remembered at most; strangers may ask for any key.
const REMEMBERED: usize = 1_000;

/// The raw bytes of a request, whatever it calls them: the signature is over them as they were sent.
pub struct Raw(Vec<u8>);

impl<'a> ApiExtractor<'a> for Raw {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let example = serde_json::json!({ "object": "whatsapp_business_account", "entry": [] });
        let schema = MetaSchema { example: Some(example), ..MetaSchema::new("object") };
        let schema = MetaSchemaRef::Inline(Box::new(schema));
        let content = vec![MetaMediaType { content_type: "application/json", schema }];
        Some(MetaRequest { description: Some("As Meta posts it."), content, required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self(<Vec<u8> as FromRequest>::from_request(request, body).await?))
    }
}

type Remembered = HashMap<Option<String>, (Instant, Option<Arc<WebhookApp>>)>;

/// What the webhook addresses need: the gathering task and the apps looked up lately.
pub struct Webhooks {
    services: Services,
    gather: Gather,
    apps: Mutex<Remembered>,
}

impl Webhooks {
    /// Starts the gathering task.
    pub fn start(services: Services) -> Self {
        Self { gather: Gather::start(services.clone()), services, apps: Mutex::default() }
    }

    async fn app(&self, key: Option<&str>) -> ApiResult<Arc<WebhookApp>> {
        let key = key.map(str::to_string);
        let known = self.apps.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let app = match known.filter(|(at, _)| at.elapsed() < FRESH) {
            Some((_, app)) => app,
            None => {
                let app = apps::for_webhook(&self.services, key.as_deref()).await?.map(Arc::new);
                let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
                if apps.len() >= REMEMBERED {
                    apps.clear();
                }
                apps.insert(key, (Instant::now(), app.clone()));
                app
            }
        };
        app.ok_or_else(|| {
            ApiError::refused(StatusCode::NOT_FOUND, "unknown_webhook", "no app has this webhook address")
        })
    }

    async fn challenge(&self, key: Option<&str>, asked: Challenge) -> ApiResult<PlainText<String>> {
        let app = self.app(key).await?;
        let token = SecretString::from(asked.token.unwrap_or_default());
        if asked.mode.as_deref() != Some("subscribe") || !same(&app.verify_token, &token) {
            let detail = "hub.mode must be subscribe and hub.verify_token the app's verify token";
            return Err(ApiError::refused(StatusCode::FORBIDDEN, "wrong_verify_token", detail));
        }
        Ok(PlainText(asked.challenge.unwrap_or_default()))
    }

    async fn receive(
        &self,
        key: Option<&str>,
        signature: Option<&str>,
        body: Vec<u8>,
    ) -> ApiResult<PlainText<String>> {
        let app = self.app(key).await?;
        let secrets = std::slice::from_ref(&app.secret);
        if !signature.is_some_and(|signature| verify_signature(secrets, &body, signature)) {
            metrics::counter!("bellbird_webhooks_refused").increment(1);
            let detail = "X-Hub-Signature-256 is not this body's signature with this app's secret";
            return Err(ApiError::refused(StatusCode::UNAUTHORIZED, "wrong_signature", detail));
        }
        // the task has logged why: one line a group, not one a webhook
        self.gather.keep(Arrived { app: app.id, body }).await.map_err(|error| match error {
            Error::Unavailable { what, .. } => ApiError::unavailable(what),
            other => other.into(),
        })?;
        Ok(PlainText("EVENT_RECEIVED".into()))
    }
}

/// Compared as hashes, so that the time taken tells nothing about the token. An empty token never matches.
fn same(token: &SecretString, given: &SecretString) -> bool {
    let hash = |secret: &SecretString| sha256_hex(secret.expose_secret().as_bytes());
    !token.expose_secret().is_empty() && hash(token) == hash(given)
}

struct Challenge {
    mode: Option<String>,
    token: Option<String>,
    challenge: Option<String>,
}

/// WhatsApp's webhooks.
pub struct WhatsAppApi;

#[OpenApi(prefix_path = "/webhooks", tag = "Tag::Webhooks")]
impl WhatsAppApi {
    /// Prove the address of the installation's default app
    ///
    /// Meta's challenge: the answer is the text it sent, if it knows the verify token.
    #[oai(path = "/whatsapp", method = "get", operation_id = "verifyDefaultWhatsappWebhook")]
    async fn verify_default(
        &self,
        webhooks: Data<&Arc<Webhooks>>,
        #[oai(name = "hub.mode")] mode: Query<Option<String>>,
        #[oai(name = "hub.verify_token")] token: Query<Option<String>>,
        #[oai(name = "hub.challenge")] challenge: Query<Option<String>>,
    ) -> ApiResult<PlainText<String>> {
        webhooks.challenge(None, Challenge { mode: mode.0, token: token.0, challenge: challenge.0 }).await
    }

    /// Take a webhook of the installation's default app
    ///
    /// As `receiveWhatsappWebhook`, for the app of the settings.
    #[oai(path = "/whatsapp", method = "post", operation_id = "receiveDefaultWhatsappWebhook")]
    async fn receive_default(
        &self,
        webhooks: Data<&Arc<Webhooks>>,
        #[oai(name = "X-Hub-Signature-256")] signature: Header<Option<String>>,
        body: Raw,
    ) -> ApiResult<PlainText<String>> {
        webhooks.receive(None, signature.as_deref(), body.0).await
    }

    /// Prove the address of an app
    ///
    /// Meta's challenge: the answer is the text it sent, if it knows the app's verify token.
    #[oai(path = "/whatsapp/:app_key", method = "get", operation_id = "verifyWhatsappWebhook")]
    async fn verify(
        &self,
        webhooks: Data<&Arc<Webhooks>>,
        app_key: Path<String>,
        #[oai(name = "hub.mode")] mode: Query<Option<String>>,
        #[oai(name = "hub.verify_token")] token: Query<Option<String>>,
        #[oai(name = "hub.challenge")] challenge: Query<Option<String>>,
    ) -> ApiResult<PlainText<String>> {
        let asked = Challenge { mode: mode.0, token: token.0, challenge: challenge.0 };
        webhooks.challenge(Some(&app_key), asked).await
    }

    /// Take a webhook of an app
    ///
    /// Answered once it is committed. Numbers of other apps, unknown fields and future types are no errors.
    #[oai(path = "/whatsapp/:app_key", method = "post", operation_id = "receiveWhatsappWebhook")]
    async fn receive(
        &self,
        webhooks: Data<&Arc<Webhooks>>,
        app_key: Path<String>,
        #[oai(name = "X-Hub-Signature-256")] signature: Header<Option<String>>,
        body: Raw,
    ) -> ApiResult<PlainText<String>> {
        webhooks.receive(Some(&app_key), signature.as_deref(), body.0).await
    }
}
