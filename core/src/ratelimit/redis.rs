//! The shared scopes in Redis: one string per scope, the same arithmetic as `gcra.rs`, by Redis's clock.

use super::Rate;
use super::gcra::{Lease, TOLERANCE_US};
use crate::queue::QueueError;
use redis::Script;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use std::sync::LazyLock;
use std::time::Duration;

/// KEYS scope; ARGV interval us, most permits, tolerance us -> granted, wait us
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local interval, want, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if interval > tolerance then tolerance = interval end
local spent = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now - interval)
local granted = math.min(want, math.floor(math.max(0, now + tolerance - spent) / interval))
if granted == 0 then return {0, spent + interval - tolerance - now} end
spent = spent + granted * interval
redis.call('SET', KEYS[1], string.format('%.0f', spent), 'PX', math.ceil((spent - now + tolerance) / 1000) + 1000)
return {granted, 0}",
    )
});

/// KEYS scope; ARGV rest us, tolerance us
static REST: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
local t = redis.call('TIME')
local until_us = t[1] * 1000000 + t[2] + ARGV[1] + ARGV[2]
if tonumber(redis.call('GET', KEYS[1]) or 0) < until_us then
  redis.call('SET', KEYS[1], string.format('%.0f', until_us), 'PX', math.ceil(ARGV[1] / 1000) + 1000)
end
return 1",
    )
});

#[derive(Clone)]
pub(super) struct RedisGcra {
    connection: ConnectionManager,
    prefix: String,
}

impl std::fmt::Debug for RedisGcra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RedisGcra({})", self.prefix)
    }
}

impl RedisGcra {
    pub(super) async fn connect(url: &str, prefix: &str) -> Result<Self, QueueError> {
        let how = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(Some(Duration::from_secs(5)))
            .set_number_of_retries(1);
        let client = redis::Client::open(url).map_err(away)?;
        let connection = client.get_connection_manager_with_config(how).await.map_err(away)?;
        Ok(Self { connection, prefix: prefix.to_string() })
    }

    fn key(&self, scope: &str) -> String {
        format!("{}:rate:{{{scope}}}", self.prefix)
    }

    pub(super) async fn take(&self, scope: &str, rate: Rate, want: u32) -> Result<Lease, QueueError> {
        let mut call = TAKE.prepare_invoke();
        call.key(self.key(scope)).arg(rate.interval_us).arg(want).arg(TOLERANCE_US);
        let (granted, wait_us) = call.invoke_async(&mut self.connection.clone()).await.map_err(away)?;
        Ok(Lease { granted, wait_us })
    }

    pub(super) async fn rest(&self, scope: &str, rest_us: i64) -> Result<(), QueueError> {
        let mut call = REST.prepare_invoke();
        call.key(self.key(scope)).arg(rest_us).arg(TOLERANCE_US);
        call.invoke_async(&mut self.connection.clone()).await.map_err(away)
    }
}

fn away(error: redis::RedisError) -> QueueError {
    QueueError::Store { store: "redis", source: error.into() }
}
