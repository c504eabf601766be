//! The servers that restart tests play with do what those tests believe.

use std::time::Duration;

use redis::AsyncCommands;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::support::servers::{PostgresServer, RedisServer};

const STALL: Duration = Duration::from_millis(600);

#[tokio::test]
async fn redis_with_appendonly_keeps_its_data_over_kill_and_stop() {
    let mut server = RedisServer::start(true).await;
    let url = server.url();
    let _: () = redis(&url).await.set("bird", "bell").await.unwrap();

    server.kill9().await;
    assert!(nobody_listens(&url).await);
    server.start_again().await;
    assert_eq!(server.url(), url, "the same port");
    let kept: Option<String> = redis(&url).await.get("bird").await.unwrap();
    assert_eq!(kept.as_deref(), Some("bell"));

    server.stop().await;
    server.start_again().await;
    let kept: Option<String> = redis(&url).await.get("bird").await.unwrap();
    assert_eq!(kept.as_deref(), Some("bell"));
}

#[tokio::test]
async fn redis_without_appendonly_forgets_when_killed() {
    let mut server = RedisServer::start(false).await;
    let _: () = redis(&server.url()).await.set("bird", "bell").await.unwrap();
    server.kill9().await;
    server.start_again().await;
    let kept: Option<String> = redis(&server.url()).await.get("bird").await.unwrap();
    assert_eq!(kept, None);
}

#[tokio::test]
async fn redis_answers_nothing_while_stalled_and_goes_on_afterwards() {
    let server = RedisServer::start(false).await;
    let mut connection = redis(&server.url()).await;
    let asked = async {
        // The freeze is in place once the other future waits in it.
        tokio::task::yield_now().await;
        let began = Instant::now();
        let _: () = redis::cmd("PING").query_async(&mut connection).await.unwrap();
        began.elapsed()
    };
    let ((), waited) = tokio::join!(server.stall(STALL), asked);
    assert!(waited > STALL / 2, "answered after {waited:?}");
}

#[tokio::test]
async fn postgres_keeps_its_data_over_kill_and_stop() {
    let mut server = PostgresServer::start().await;
    let url = server.url();
    let pool = postgres(&url).await;
    pool.execute_unprepared("CREATE TABLE birds (name text); INSERT INTO birds VALUES ('bell')")
        .await
        .unwrap();

    server.kill9().await;
    assert!(nobody_listens(&url).await);
    server.start_again().await;
    assert_eq!(server.url(), url, "the same port");
    assert_eq!(birds(&url).await, 1);

    // With a client still connected: a stop does not wait for it.
    let still_here = postgres(&url).await;
    server.stop().await;
    server.start_again().await;
    assert_eq!(birds(&url).await, 1);
    drop(still_here);
}

#[tokio::test]
async fn postgres_answers_nothing_while_stalled_and_goes_on_afterwards() {
    let server = PostgresServer::start().await;
    let pool = postgres(&server.url()).await;
    let asked = async {
        tokio::task::yield_now().await;
        let began = Instant::now();
        pool.execute_unprepared("SELECT 1").await.unwrap();
        began.elapsed()
    };
    let ((), waited) = tokio::join!(server.stall(STALL), asked);
    assert!(waited > STALL / 2, "answered after {waited:?}");
}

#[tokio::test]
async fn a_stall_that_is_given_up_does_not_leave_the_server_frozen() {
    let server = RedisServer::start(false).await;
    timeout(Duration::from_millis(50), server.stall(Duration::from_secs(3_600))).await.unwrap_err();
    let _: () = redis::cmd("PING").query_async(&mut redis(&server.url()).await).await.unwrap();
}

async fn redis(url: &str) -> redis::aio::MultiplexedConnection {
    // The default gives up on an answer after half a second, which is shorter than our stalls.
    let patient = redis::AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(10)));
    let client = redis::Client::open(url).unwrap();
    client.get_multiplexed_async_connection_with_config(&patient).await.unwrap()
}

async fn postgres(url: &str) -> DatabaseConnection {
    Database::connect(url).await.unwrap()
}

async fn birds(url: &str) -> usize {
    let names = Statement::from_string(DbBackend::Postgres, "SELECT name FROM birds");
    postgres(url).await.query_all_raw(names).await.unwrap().len()
}

/// The clients would go on trying for a while before they say so.
async fn nobody_listens(url: &str) -> bool {
    let address = url.split(['/', '@']).find(|part| part.starts_with("127.0.0.1:")).unwrap();
    TcpStream::connect(address).await.is_err()
}
