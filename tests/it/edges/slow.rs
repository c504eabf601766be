//! Those who take their time.

use crate::support::app::{Setup, TestApp, both};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn patience() -> Setup {
    let settings = vec![("HTTP__IDLE_TIMEOUT_MS", "700"), ("HTTP__REQUEST_TIMEOUT_MS", "700")];
    Setup { settings, without_worker: true, ..Setup::default() }
}

/// Writes the beginning, then a byte now and then, until the server closes the line; what it said, and how long it
/// took.
async fn trickle(app: &TestApp, beginning: &str) -> (String, Duration) {
    let begun = Instant::now();
    let line = TcpStream::connect(app.anyone.host()).await.unwrap();
    let (mut read, mut write) = line.into_split();
    let beginning = beginning.to_string();
    let writing = tokio::spawn(async move {
        let mut next = write.write_all(beginning.as_bytes()).await;
        while next.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
            next = write.write_all(b"x").await;
        }
    });
    let mut said = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), read.read_to_end(&mut said)).await;
    let _ = read.expect("the line is closed");
    writing.abort();
    (String::from_utf8_lossy(&said).into_owned(), begun.elapsed())
}

both!(a_head_that_trickles_in_is_cut_off, patience(), |app| {
    let (said, took) = trickle(app, "GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
    assert!(!said.contains("200 OK"), "{said}");
    assert!(took < Duration::from_secs(10), "{took:?}");
});

both!(a_body_that_trickles_in_is_cut_off_in_words, patience(), |app| {
    let (_, api) = app.organization().await;
    let key = api.bearer();
    let head = format!(
        "POST /api/v1/campaigns HTTP/1.1\r\nHost: a\r\nAuthorization: {key}\r\nContent-Type: application/json\r\n\
         Content-Length: 1000\r\n\r\n"
    );
    let (said, took) = trickle(app, &head).await;
    assert!(said.starts_with("HTTP/1.1 408") && said.contains("request_timeout"), "{said}");
    assert!(took < Duration::from_secs(10), "{took:?}");
});

both!(an_idle_line_is_closed_and_a_used_one_is_kept, patience(), |app| {
    let mut line = TcpStream::connect(app.anyone.host()).await.unwrap();
    let mut answer = [0; 4_096];
    for _ in 0..3 {
        line.write_all(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let read = line.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "the same line serves again");
    }
    let closed = tokio::time::timeout(Duration::from_secs(20), line.read(&mut answer)).await;
    assert_eq!(closed.expect("the line is closed").unwrap(), 0);
});

both!(
    who_waits_for_a_place_gets_one,
    Setup {
        settings: vec![("HTTP__MAX_CONNECTIONS", "2"), ("HTTP__IDLE_TIMEOUT_MS", "700")],
        without_worker: true,
        ..Setup::default()
    },
    |app| {
        let mut hogs = Vec::new();
        for _ in 0..6 {
            hogs.push(TcpStream::connect(app.anyone.host()).await.unwrap());
        }
        assert_eq!(app.anyone.get("/health").await.status, 200, "the hogs' time ends");
    }
);
