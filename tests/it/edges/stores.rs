//! Counts are shared by all processes, and no process stands still when they cannot be.

use crate::support::servers::RedisServer;
use bellbird_core::clock::SystemClock;
use bellbird_core::ratelimit::Limiter;
use bellbird_core::ratelimit::throttle::{Quota, throttle};
use std::sync::Arc;
use std::time::{Duration, Instant};

const QUOTA: Quota = Quota { name: "tries", requests: 6, window: Duration::from_secs(3_600) };

async fn limiter(redis: &RedisServer) -> Limiter {
    Limiter::redis(&redis.url(), "edges", Arc::new(SystemClock)).await.expect("Redis answers")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_processes_count_together() {
    let redis = RedisServer::start(false).await;
    let (one, two) = (limiter(&redis).await, limiter(&redis).await);
    for left in (0..6).rev() {
        let by = if left % 2 == 0 { &one } else { &two };
        let allowance = throttle(by, &[QUOTA.of("somebody")]).await;
        assert!(allowance.granted);
        assert_eq!(allowance.left[0].requests, left);
    }
    let refused = throttle(&two, &[QUOTA.of("somebody")]).await;
    assert_eq!(refused.violated().collect::<Vec<_>>(), ["tries"]);
    let wait = refused.retry_after().unwrap();
    assert!(wait > Duration::from_secs(590) && wait <= Duration::from_secs(600), "{wait:?}");
    assert!(throttle(&one, &[QUOTA.of("somebody else")]).await.granted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_each_process_counts_alone_and_at_once() {
    let mut redis = RedisServer::start(false).await;
    let limiter = limiter(&redis).await;
    assert!(throttle(&limiter, &[QUOTA.of("somebody")]).await.granted);
    redis.kill9().await;
    let begun = Instant::now();
    let mut granted = 0;
    for _ in 0..200 {
        granted += u32::from(throttle(&limiter, &[QUOTA.of("somebody")]).await.granted);
    }
    assert_eq!(granted, 6, "callers are served, and guessing does not become free");
    assert!(begun.elapsed() < Duration::from_secs(5), "nobody waits for what is away: {:?}", begun.elapsed());
    redis.start_again().await;
    crate::support::wait::wait_until("Redis to count again", async || {
        throttle(&limiter, &[QUOTA.of("somebody")]).await.left[0].requests == 5
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_redis_holds_nobody_up() {
    let redis = RedisServer::start(false).await;
    let limiter = limiter(&redis).await;
    assert!(throttle(&limiter, &[QUOTA.of("somebody")]).await.granted);
    let asked = async {
        let begun = Instant::now();
        for n in 0..50 {
            assert!(throttle(&limiter, &[QUOTA.of(n)]).await.granted);
        }
        begun.elapsed()
    };
    let (took, ()) = tokio::join!(asked, redis.stall(Duration::from_secs(2)));
    assert!(took < Duration::from_secs(2), "{took:?}");
}
