//! How often callers may ask: by key or person, by organization, and by address for those who fail to say who they are.
//!
//! Who is let in is counted once they are known, in one round trip. An address pays only for what fails (no valid key,
//! a webhook without its signature), so that a neighbour who guesses keys shuts nobody out, and what Meta signed is
//! always taken. Health, metrics and the documentation are not counted.

use super::address::ClientAddress;
use crate::error::ApiError;
use bellbird_core::ratelimit::throttle::{Allowance, Counted, Left, Quota, throttle};
use bellbird_core::{Ctx, Services};
use poem::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How a caller stands, as the IETF's draft has it.
const STANDS: HeaderName = HeaderName::from_static("ratelimit");
/// What the quotas are.
const QUOTAS: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What callers may use up at once: two seconds' worth.
const BURST: u32 = 2;
/// Failures count for so long.
const MINUTE: Duration = Duration::from_secs(60);

tokio::task_local! {
    /// What the request being answered was allowed; told with its answer.
    static ALLOWED: Mutex<Option<Allowance>>;
}

/// Runs one request, so that what it is allowed can be told with its answer.
pub async fn watch<T>(request: impl Future<Output = T>) -> T {
    ALLOWED.scope(Mutex::default(), request).await
}

/// Remembers what the request being answered was allowed, for the headers of its answer.
pub fn note(allowance: Allowance) {
    let _ = ALLOWED.try_with(|slot| *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(allowance));
}

/// The quotas of the settings.
#[derive(Clone)]
pub struct Throttle {
    services: Services,
    caller: Option<Quota>,
    organization: Option<Quota>,
    failures: Option<Quota>,
}

fn quota(name: &'static str, requests: u32, window: Duration) -> Option<Quota> {
    (requests > 0).then_some(Quota { name, requests, window })
}

fn per_second(name: &'static str, n: u32) -> Option<Quota> {
    quota(name, n.saturating_mul(BURST), Duration::from_secs(BURST.into()))
}

impl Throttle {
    /// Those of the settings.
    pub fn new(services: &Services) -> Self {
        let settings = &services.config.throttle;
        Self {
            services: services.clone(),
            caller: per_second("caller", settings.caller_per_second),
            organization: per_second("organization", settings.organization_per_second),
            failures: quota("address", settings.failures_per_minute, MINUTE),
        }
    }

    /// Counts a request whose caller is known.
    ///
    /// # Errors
    /// 429 when a quota is used up; nothing is counted then.
    pub async fn admit(&self, ctx: &Ctx) -> Result<(), ApiError> {
        let caller = self.caller.map(|quota| quota.of(format!("{:?}", ctx.actor)));
        let organization = self.organization.map(|quota| quota.of(ctx.organization));
        let counted: Vec<Counted> = caller.into_iter().chain(organization).collect();
        if counted.is_empty() {
            return Ok(());
        }
        let allowance = throttle(&self.services.limiter, &counted).await;
        let refusal = (!allowance.granted).then(|| refused(&allowance));
        note(allowance);
        refusal.map_or(Ok(()), Err)
    }

    /// Counts a failure against its address: the answer as it was, or a 429 once there were too many.
    pub async fn failed(&self, path: &str, address: ClientAddress, answer: Response) -> Response {
        let counts = match answer.status() {
            StatusCode::UNAUTHORIZED => path.starts_with("/api/") || path.starts_with("/webhooks/"),
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => path.starts_with("/webhooks/"),
            _ => false,
        };
        let Some(quota) = self.failures.filter(|_| counts) else { return answer };
        let allowance = throttle(&self.services.limiter, &[quota.of(address.subscriber())]).await;
        if allowance.granted {
            return answer;
        }
        let refused = refused(&allowance);
        note(allowance);
        refused.into_response()
    }
}

/// The refusal of what was not granted.
pub fn refused(allowance: &Allowance) -> ApiError {
    let quotas: Vec<_> = allowance.violated().collect();
    for quota in &quotas {
        metrics::counter!("bellbird_http_throttled", "quota" => *quota).increment(1);
    }
    ApiError::too_many(&quotas)
}

/// Tells a caller how they stand.
pub fn dress(headers: &mut HeaderMap) {
    let allowance = ALLOWED.try_with(|slot| slot.lock().unwrap_or_else(PoisonError::into_inner).take());
    let Ok(Some(allowance)) = allowance else { return };
    let list = |item: fn(&Left) -> String| allowance.left.iter().map(item).collect::<Vec<_>>().join(",");
    let policy = list(|left| {
        let Quota { name, requests, window } = left.quota;
        format!("\"{name}\";q={requests};w={}", window.as_secs().max(1))
    });
    let stands =
        list(|left| format!("\"{}\";r={};t={}", left.quota.name, left.requests, seconds(left.full_in)));
    for (name, value) in [(QUOTAS, policy), (STANDS, stands)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    if let Some(wait) = allowance.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait).max(1)));
    }
}

/// Whole seconds after which it is certainly true.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
