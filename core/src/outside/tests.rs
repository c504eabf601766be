//! Hostile addresses, in the spellings people try.

use super::*;
use futures::future::BoxFuture;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const STRICT: Allowed = Allowed { http: false, private: false };
const OPEN: Allowed = Allowed { http: true, private: true };

#[test]
fn hostile_addresses_are_refused_in_every_spelling() {
    use Refused::{Credentials, Inside, NotHttps, Port, TooLong, Unreadable};
    let long = format!("https://example.com/{}", "x".repeat(2_000));
    for (url, why) in [
        ("", Unreadable),
        ("example.com/hooks", Unreadable),
        ("https://", Unreadable),
        ("https://exa mple.com/", Unreadable),
        ("https://example.com\\@10.0.0.1/", Unreadable),
        ("https://example.com/\r\nHost: x", Unreadable),
        ("\u{9}https://example.com/", Unreadable),
        (&long, TooLong),
        ("http://example.com/", NotHttps),
        ("ftp://example.com/", NotHttps),
        ("file:///etc/passwd", NotHttps),
        ("gopher://example.com/", NotHttps),
        ("https://user@example.com/", Credentials),
        ("https://user:secret@example.com/", Credentials),
        ("https://example.com@127.0.0.1/", Credentials),
        ("https://example.com:22/", Port),
        ("https://example.com:25/", Port),
        ("https://example.com:0/", Port),
        ("https://127.0.0.1/", Inside),
        ("https://127.1/", Inside),
        ("https://2130706433/", Inside),
        ("https://017700000001/", Inside),
        ("https://0x7f000001/", Inside),
        ("https://0x7f.0.0.1/", Inside),
        ("https://0177.0.0.1/", Inside),
        ("https://127.0.0.1./", Inside),
        ("https://①②⑦.0.0.1/", Inside),
        ("https://0/", Inside),
        ("https://0.0.0.0/", Inside),
        ("https://10.1.2.3/", Inside),
        ("https://100.64.0.1/", Inside),
        ("https://169.254.169.254/latest/meta-data/", Inside),
        ("https://2852039166/latest/meta-data/", Inside),
        ("https://172.31.255.255/", Inside),
        ("https://192.168.0.1:8443/", Inside),
        ("https://192.0.0.8/", Inside),
        ("https://198.18.0.1/", Inside),
        ("https://203.0.113.7/", Inside),
        ("https://224.0.0.1/", Inside),
        ("https://255.255.255.255/", Inside),
        ("https://[::]/", Inside),
        ("https://[::1]/", Inside),
        ("https://[::ffff:127.0.0.1]/", Inside),
        ("https://[::ffff:7f00:1]/", Inside),
        ("https://[::127.0.0.1]/", Inside),
        ("https://[64:ff9b::7f00:1]/", Inside),
        ("https://[64:ff9b:1::1]/", Inside),
        ("https://[2002:7f00:1::]/", Inside),
        ("https://[2001:0:7f00:1::]/", Inside),
        ("https://[2001:db8::1]/", Inside),
        ("https://[3fff::1]/", Inside),
        ("https://[fc00::1]/", Inside),
        ("https://[fd12:3456::1]/", Inside),
        ("https://[fe80::1]/", Inside),
        ("https://[ff02::1]/", Inside),
        ("https://localhost/", Inside),
        ("https://LOCALHOST./", Inside),
        ("https://db.localhost/", Inside),
    ] {
        assert_eq!(STRICT.check(url).unwrap_err(), why, "{url}");
    }
}

#[test]
fn addresses_of_the_public_internet_are_taken() {
    for url in [
        "https://example.com/hooks?tenant=7",
        "https://example.com:8443/",
        "https://bücher.example/",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
    ] {
        assert!(STRICT.check(url).is_ok(), "{url}");
    }
}

#[test]
fn what_development_may_ask_is_still_not_everything() {
    for url in
        ["http://127.0.0.1:9000/", "http://localhost:9000/", "http://192.168.1.5/", "https://[fd00::1]/"]
    {
        assert!(OPEN.check(url).is_ok(), "{url}");
    }
    for url in
        ["http://169.254.169.254/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://[fe80::1]/"]
    {
        assert_eq!(OPEN.check(url).unwrap_err(), Refused::Inside, "{url}");
    }
}

/// Answers each look-up with the next of its answers, and the last one from then on.
struct Changing(Mutex<Vec<Vec<SocketAddr>>>);

impl LookUp for Changing {
    fn look_up(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer) })
    }
}

fn outside(allowed: Allowed, answers: &[&[&str]]) -> Outside {
    let answers = answers.iter().map(|all| all.iter().map(|one| one.parse().unwrap()).collect()).collect();
    let look_up = Arc::new(Changing(Mutex::new(answers)));
    Outside::with_look_up(allowed, Duration::from_secs(5), look_up).unwrap()
}

async fn post(outside: &Outside, url: &str) -> Result<Reply, NoReply> {
    outside.post(url, HeaderMap::new(), "{}".into(), 16).await
}

/// A server that gives everybody the same answer; counts who came.
async fn server(answer: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, came) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counter = came.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    (address, came)
}

#[tokio::test]
async fn a_name_that_leads_inside_gets_nowhere() {
    let (server, came) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let http = Allowed { http: true, private: false };
    let url = format!("http://rebound.example:{}/", server.port());
    for answers in [
        &["127.0.0.1:0"][..],
        &["93.184.216.34:0", "127.0.0.1:0"], // one good address does not vouch for the other
        &["[::ffff:127.0.0.1]:0"],
        &["169.254.169.254:0"],
    ] {
        let refused = post(&outside(http, &[answers]), &url).await;
        assert!(matches!(refused, Err(NoReply::Refused(Refused::Inside))), "{answers:?}: {refused:?}");
    }
    assert_eq!(came.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gets_nowhere() {
    let (server, came) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let url = format!("http://rebound.example:{}/", server.port());
    let private = outside(OPEN, &[&["127.0.0.1:0"], &["169.254.169.254:0"]]);
    assert_eq!(post(&private, &url).await.unwrap().status, 200);
    let refused = post(&private, &url).await;
    assert!(matches!(refused, Err(NoReply::Refused(Refused::Inside))), "{refused:?}");
    assert_eq!(came.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_a_way() {
    let (inside, came) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{inside}/\r\ncontent-length: 0\r\n\r\n");
    let (door, _) = server(Box::leak(answer.into_boxed_str())).await;
    let reply = post(&outside(OPEN, &[&["127.0.0.1:0"]]), &format!("http://{door}/")).await.unwrap();
    assert_eq!((reply.status, came.load(Ordering::SeqCst)), (302, 0));
}

#[tokio::test]
async fn an_answer_is_read_only_so_far() {
    let (door, _) =
        server("HTTP/1.1 503 Later\r\nretry-after: 7\r\ncontent-length: 9999\r\n\r\n0123456789\0abcdefghij")
            .await;
    let reply = post(&outside(OPEN, &[&["127.0.0.1:0"]]), &format!("http://{door}/")).await.unwrap();
    assert_eq!((reply.status, reply.retry_after.as_deref()), (503, Some("7")));
    assert_eq!(reply.body, "0123456789\u{fffd}abcde");
}

#[tokio::test]
async fn who_never_answers_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let outside = Outside::new(OPEN, Duration::from_millis(200)).unwrap();
    let failed = post(&outside, &url).await;
    assert!(matches!(&failed, Err(NoReply::Failed(why)) if why == "no answer in time"), "{failed:?}");
}
