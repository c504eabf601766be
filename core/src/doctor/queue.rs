//! Redis: whether it answers, and whether it keeps what it is told.

use super::{Finding, Patient, patiently, skew};
use crate::clock::Timestamp;
use redis::{AsyncConnectionConfig, Client, RedisError};
use std::collections::HashMap;

/// The oldest version with all our scripts use (`ZRANGE … BYSCORE` came with 6.2).
const OLDEST: (u32, u32) = (6, 2);
const SUBJECT: &str = "redis";

pub(super) async fn examine(patient: &Patient) -> Vec<Finding> {
    let url = &patient.config.redis.url;
    if url.is_empty() {
        return vec![Finding::good("queue", "in the SQLite file; no Redis is needed")];
    }
    match patiently(ask(url)).await {
        Ok(answer) => {
            let mut findings = judge(&answer.info);
            findings.push(skew("Redis's clock", patient.clock.now(), answer.now));
            findings
        }
        Err(why) => {
            let cure = "start Redis, or correct redis.url (REDIS_URL); until then nothing is sent, and nothing is lost";
            vec![Finding::bad(SUBJECT, format!("cannot be asked: {why}"), cure)]
        }
    }
}

struct Answer {
    info: HashMap<String, String>,
    now: Timestamp,
}

/// `INFO` rather than `CONFIG GET`: managed services forbid the latter.
async fn ask(url: &str) -> Result<Answer, String> {
    // the client's words do not repeat the address, which may hold a password
    let words = |error: RedisError| error.to_string();
    let how = AsyncConnectionConfig::new().set_response_timeout(Some(super::PATIENCE));
    let how = how.set_connection_timeout(Some(super::PATIENCE));
    let client = Client::open(url).map_err(words)?;
    let mut redis = client.get_multiplexed_async_connection_with_config(&how).await.map_err(words)?;
    let text: String = redis::cmd("INFO").query_async(&mut redis).await.map_err(words)?;
    let (seconds, micros): (i64, i64) = redis::cmd("TIME").query_async(&mut redis).await.map_err(words)?;
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    let info = pairs.map(|(key, value)| (key.to_string(), value.trim().to_string())).collect();
    Ok(Answer { info, now: Timestamp(seconds * 1_000 + micros / 1_000) })
}

fn judge(info: &HashMap<String, String>) -> Vec<Finding> {
    let get = |key: &str| info.get(key).map_or("", String::as_str);
    let number = |key: &str| get(key).parse::<u64>().unwrap_or_default();
    let version = get("redis_version");
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or_default());
    let found: (u32, u32) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut findings = vec![if found >= OLDEST {
        Finding::good(SUBJECT, format!("answers, version {version}"))
    } else {
        Finding::bad(SUBJECT, format!("answers, version {version}"), "update it to version 7 or newer")
    }];
    if get("role") == "slave" {
        let cure = "point redis.url (REDIS_URL) at the primary: a replica takes no writes";
        findings.push(Finding::bad(SUBJECT, "it is a replica", cure));
    }
    findings.push(match get("aof_enabled") {
        "1" => Finding::good("redis appendonly", "on"),
        _ => Finding::warning(
            "redis appendonly",
            "off: a crash of Redis empties the queue, which the database fills again within seconds",
            "set appendonly yes and appendfsync everysec",
        ),
    });
    let (most, used, policy) = (number("maxmemory"), number("used_memory"), get("maxmemory_policy"));
    findings.push(match (policy, most) {
        ("noeviction", _) => Finding::good("redis maxmemory-policy", "noeviction"),
        (policy, 0) => Finding::warning(
            "redis maxmemory-policy",
            format!("{policy}, without effect while maxmemory is not set"),
            "set maxmemory-policy noeviction: a queue must never be thrown away to make room",
        ),
        (policy, _) => Finding::bad(
            "redis maxmemory-policy",
            format!("{policy}: tasks are thrown away when memory runs out"),
            "set maxmemory-policy noeviction",
        ),
    });
    if most > 0 && used > most / 5 * 4 {
        let says = format!("{} of {} MiB used", used >> 20, most >> 20);
        findings.push(Finding::warning(
            "redis memory",
            says,
            "give it more memory, or find out what fills it",
        ));
    }
    if get("cluster_enabled") == "1" {
        let cure = "use a single primary: Bellbird was not tried on a cluster";
        findings.push(Finding::warning(SUBJECT, "it runs as a cluster", cure));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::FindingState::{Bad, Good, Warning};

    #[test]
    fn what_redis_says_is_judged() {
        let info = |pairs: &[(&str, &str)]| {
            let mut info = HashMap::from(
                [
                    ("redis_version", "7.2.4"),
                    ("role", "master"),
                    ("aof_enabled", "1"),
                    ("maxmemory", "0"),
                    ("used_memory", "900"),
                    ("maxmemory_policy", "noeviction"),
                ]
                .map(|(key, value)| (key.to_string(), value.to_string())),
            );
            info.extend(pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())));
            info
        };
        let worst = |pairs: &[(&str, &str)]| judge(&info(pairs)).iter().map(|found| found.state).max();
        assert_eq!(worst(&[]), Some(Good));
        for (pairs, state) in [
            (vec![("redis_version", "6.0.16")], Bad),
            (vec![("redis_version", "")], Bad),
            (vec![("role", "slave")], Bad),
            (vec![("aof_enabled", "0")], Warning),
            (vec![("maxmemory_policy", "allkeys-lru")], Warning),
            (vec![("maxmemory_policy", "allkeys-lru"), ("maxmemory", "5000")], Bad),
            (vec![("maxmemory", "1000")], Warning),
            (vec![("cluster_enabled", "1")], Warning),
        ] {
            assert_eq!(worst(&pairs), Some(state), "{pairs:?}");
        }
    }
}
