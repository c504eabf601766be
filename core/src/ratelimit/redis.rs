//! The shared scopes in Redis: one string per scope, the same arithmetic as `gcra.rs`, by Redis's clock.

use super::gcra::Lease;
use super::pairs::{Pair, PairRate};
use super::throttle::{Allowance, Counted, Left};
use super::{Permit, Rate};
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
local rest, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local until_us = t[1] * 1000000 + t[2] + rest + tolerance
if tonumber(redis.call('GET', KEYS[1]) or 0) < until_us then
  redis.call('SET', KEYS[1], string.format('%.0f', until_us), 'PX', math.ceil(math.max(rest, rest + tolerance) / 1000) + 1000)
end
return 1",
    )
});

/// KEYS pairs; ARGV interval us, tolerance us -> wait us of each, 0: granted. A pair may be named twice: what the first
/// took, the second finds taken.
static PAIRS: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local waits = {}
for i = 1, #KEYS do
  local spent = math.max(tonumber(redis.call('GET', KEYS[i]) or 0), now - interval)
  waits[i] = math.max(0, spent + interval - tolerance - now)
  if waits[i] == 0 then
    spent = spent + interval
    local lives = math.ceil((spent + interval - now) / 1000)
    redis.call('SET', KEYS[i], string.format('%.0f', spent), 'PX', lives)
  end
end
return waits",
    )
});

/// KEYS buckets; ARGV interval us and window us of each -> granted, now us, spent until us of each
static THROTTLE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local found = redis.call('MGET', unpack(KEYS))
local spent, granted = {}, 1
for i = 1, #KEYS do
  local interval, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  spent[i] = math.max(tonumber(found[i] or 0), now - interval)
  if now + window - interval - spent[i] < interval then granted = 0 end
end
local answer = {granted, now}
for i = 1, #KEYS do
  local interval = tonumber(ARGV[2 * i - 1])
  if granted == 1 then
    spent[i] = spent[i] + interval
    local lives = math.ceil((spent[i] - now + interval) / 1000) + 1000
    redis.call('SET', KEYS[i], string.format('%.0f', spent[i]), 'PX', lives)
  end
  answer[i + 2] = spent[i]
end
return answer",
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

    /// Takes up to `want` permits, running ahead of the rate by no more than `tolerance` microseconds.
    pub(super) async fn take(
        &self,
        scope: &str,
        rate: Rate,
        want: u32,
        tolerance: i64,
    ) -> Result<Lease, QueueError> {
        let mut call = TAKE.prepare_invoke();
        call.key(self.key(scope)).arg(rate.interval_us).arg(want).arg(tolerance);
        let (granted, wait_us) = call.invoke_async(&mut self.connection.clone()).await.map_err(away)?;
        Ok(Lease { granted, wait_us })
    }

    /// A permit for each of the pairs, in one round trip.
    pub(super) async fn pairs(&self, asked: &[Pair], rate: PairRate) -> Result<Vec<Permit>, QueueError> {
        let mut call = PAIRS.prepare_invoke();
        for pair in asked {
            call.key(self.key(&pair.scope().to_string()));
        }
        call.arg(rate.interval_us()).arg(rate.tolerance_us());
        let waits: Vec<i64> = call.invoke_async(&mut self.connection.clone()).await.map_err(away)?;
        Ok(waits.into_iter().map(Permit::after_us).collect())
    }

    /// All quotas of a request in one round trip.
    pub(super) async fn throttle(&self, counted: &[Counted]) -> Result<Allowance, QueueError> {
        let mut call = THROTTLE.prepare_invoke();
        for one in counted {
            call.key(format!("{}:throttle:{}", self.prefix, one.key));
        }
        for one in counted {
            call.arg(one.quota.interval_us()).arg(one.quota.window_us());
        }
        let said: Vec<i64> = call.invoke_async(&mut self.connection.clone()).await.map_err(away)?;
        let (granted, now_us) = (said.first() == Some(&1), said.get(1).copied().unwrap_or_default());
        let spent = said.into_iter().skip(2);
        let left = counted.iter().zip(spent).map(|(one, spent)| Left::at(one.quota, spent, now_us)).collect();
        Ok(Allowance { granted, left })
    }

    /// Spends everything up to `rest_us` from now, also for one who may run ahead by `tolerance`.
    pub(super) async fn rest(&self, scope: &str, rest_us: i64, tolerance: i64) -> Result<(), QueueError> {
        let mut call = REST.prepare_invoke();
        call.key(self.key(scope)).arg(rest_us).arg(tolerance);
        call.invoke_async(&mut self.connection.clone()).await.map_err(away)
    }
}

fn away(error: redis::RedisError) -> QueueError {
    QueueError::Store { store: "redis", source: error.into() }
}
