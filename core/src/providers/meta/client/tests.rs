//! Against a server that answers as told: what is proved by how a connection ends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;
use crate::content::{Content, Text};
use crate::senders::port::{DailyPeople, OutboundBody, Quality, Recipient};

/// What the server does once it has read a request.
enum Reply {
    Json(u16, &'static str),
    Raw(&'static str),
    HangUp,
    Silence,
}

/// Serves one connection per reply, and reports each request as it came.
async fn server(replies: Vec<Reply>) -> (MetaClient, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (seen, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        for reply in replies {
            let (mut stream, _) = listener.accept().await.unwrap();
            seen.send(request(&mut stream).await).unwrap();
            let answer = match reply {
                Reply::Json(status, body) => format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                ),
                Reply::Raw(answer) => answer.to_owned(),
                Reply::HangUp => continue,
                Reply::Silence => {
                    silent.push(stream);
                    continue;
                }
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        // Keeps silent connections open until the test is over.
        std::future::pending::<()>().await;
        drop(silent);
    });
    (client(&format!("http://{address}/")), requests)
}

async fn request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap();
        read.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return text;
        }
    }
}

fn client(graph_url: &str) -> MetaClient {
    let timeouts = Timeouts {
        connect: Duration::from_millis(300),
        request: Duration::from_millis(600),
        idle: Duration::from_secs(1),
    };
    MetaClient::new(&MetaOptions { graph_url: graph_url.into(), version: "v26.0".into(), timeouts }).unwrap()
}

fn access() -> SenderAccess {
    SenderAccess { phone_number_id: "106".into(), waba_id: "102".into(), token: "secret-token".into() }
}

fn hello() -> OutboundMessage {
    OutboundMessage {
        to: Recipient::Phone("+491701234567".into()),
        body: OutboundBody::FreeForm(Box::new(Content::Text(Text {
            body: "Grüße".into(),
            preview_url: Some(false),
        }))),
        reply_to: None,
        opaque: "msg_1.1".into(),
    }
}

async fn sent(reply: Reply) -> SendOutcome {
    let (client, _requests) = server(vec![reply]).await;
    client.send(&access(), &hello()).await
}

#[tokio::test]
async fn an_accepted_message_was_written_as_meta_wants_it() {
    let answer = r#"{"contacts": [{"wa_id": "491701234567"}], "messages": [{"id": "wamid.1"}]}"#;
    let (client, mut requests) = server(vec![Reply::Json(200, answer)]).await;
    let outcome = client.send(&access(), &hello()).await;
    let accepted = SendOutcome::Accepted {
        wamid: "wamid.1".into(),
        wa_id: Some("491701234567".into()),
        user_id: None,
        held: false,
    };
    assert_eq!(outcome, accepted);
    let request = requests.recv().await.unwrap();
    assert!(request.starts_with("POST /v26.0/106/messages HTTP/1.1"), "{request}");
    for part in [
        "authorization: Bearer secret-token",
        "content-type: application/json",
        "user-agent: bellbird/",
        r#""to":"+491701234567""#,
        r#""biz_opaque_callback_data":"msg_1.1""#,
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let nobody = client(&format!("http://{address}")).send(&access(), &hello()).await;
    assert!(matches!(nobody, SendOutcome::NotSent { .. }), "{nobody:?}");

    let nowhere = client("http://no-such-host.invalid").send(&access(), &hello()).await;
    assert!(matches!(nowhere, SendOutcome::NotSent { .. }), "{nowhere:?}");

    // A server that does not speak TLS: the handshake fails before any request.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
    });
    let no_tls = client(&format!("https://{address}")).send(&access(), &hello()).await;
    assert!(matches!(no_tls, SendOutcome::NotSent { .. }), "{no_tls:?}");
}

#[tokio::test]
async fn a_tls_handshake_that_hangs_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let outcome = client(&format!("https://{address}")).send(&access(), &hello()).await;
    assert!(matches!(outcome, SendOutcome::NotSent { .. }), "{outcome:?}");
}

#[tokio::test]
async fn once_the_request_is_out_silence_proves_nothing() {
    for reply in [
        Reply::HangUp,
        Reply::Silence,
        Reply::Raw("not http at all\r\n\r\n"),
        Reply::Raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"messages\": [{\"id\": \"wam"),
        Reply::Raw("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"),
        Reply::Json(500, "oops"),
        Reply::Json(200, "{}"),
    ] {
        let outcome = sent(reply).await;
        assert!(matches!(outcome, SendOutcome::Ambiguous { failure: None, .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn errors_are_told_apart_by_code_and_never_show_the_token() {
    let refused = sent(Reply::Json(400, r#"{"error": {"code": 131056, "message": "(#131056) pair"}}"#)).await;
    assert!(matches!(&refused, SendOutcome::Refused(failure) if failure.code == 131_056), "{refused:?}");
    let ambiguous = sent(Reply::Json(500, r#"{"error": {"code": 131016, "message": "unavailable"}}"#)).await;
    assert!(matches!(&ambiguous, SendOutcome::Ambiguous { failure: Some(_), .. }), "{ambiguous:?}");
    assert!(!format!("{:?}", access()).contains("secret-token"));
}

#[tokio::test]
async fn a_number_is_proved_by_its_token_and_its_account() {
    let number = r#"{"id": "106", "display_phone_number": "+1 631-555-5555", "verified_name": "Lucky Shrub",
        "quality_rating": "YELLOW", "status": "CONNECTED", "throughput": {"level": "STANDARD"},
        "whatsapp_business_manager_messaging_limit": "TIER_2K"}"#;
    let first = r#"{"data": [{"id": "7"}], "paging": {"cursors": {"after": "abc"}, "next": "http://x"}}"#;
    let last = r#"{"data": [{"id": "106"}], "paging": {"cursors": {"after": "def"}}}"#;
    let replies = vec![Reply::Json(200, number), Reply::Json(200, first), Reply::Json(200, last)];
    let (client, mut requests) = server(replies).await;
    let facts = client.prove(&access()).await.unwrap();
    assert_eq!(facts.quality, Quality::Yellow);
    assert_eq!(facts.daily_people, DailyPeople::Limited(2_000));
    assert_eq!(facts.messages_per_second, Some(80));
    assert!(requests.recv().await.unwrap().starts_with("GET /v26.0/106?fields=id"));
    assert!(requests.recv().await.unwrap().starts_with("GET /v26.0/102/phone_numbers?"));
    assert!(requests.recv().await.unwrap().contains("after=abc"));

    let (client, _requests) = server(vec![
        Reply::Json(200, r#"{"id": "106"}"#),
        Reply::Json(200, r#"{"data": [{"id": "7"}], "paging": {"cursors": {"after": "abc"}}}"#),
    ])
    .await;
    assert_eq!(client.prove(&access()).await, Err(ProveError::OtherAccount));
}

#[tokio::test]
async fn a_number_that_cannot_be_proved_says_why() {
    let proved = async |reply| server(vec![reply]).await.0.prove(&access()).await.unwrap_err();
    let expired = Reply::Json(401, r#"{"error": {"code": 190, "error_subcode": 463, "message": "expired"}}"#);
    assert!(matches!(proved(expired).await, ProveError::Token(_)));
    let gone = Reply::Json(400, r#"{"error": {"code": 100, "error_subcode": 33, "message": "unsupported"}}"#);
    assert!(matches!(proved(gone).await, ProveError::NoSuchNumber(_)));
    let busy = Reply::Json(400, r#"{"error": {"code": 80007, "message": "rate"}}"#);
    assert!(matches!(proved(busy).await, ProveError::Refused(_)));
    assert!(matches!(proved(Reply::Json(200, "[]")).await, ProveError::Unreadable(_)));
    assert!(matches!(proved(Reply::Json(502, "bad gateway")).await, ProveError::Unreadable(_)));
    assert!(matches!(proved(Reply::HangUp).await, ProveError::Unreachable(_)));
}

#[test]
fn ids_cannot_leave_their_place_in_the_address() {
    let client = client("https://graph.example/base/");
    let url = client.url(&["../1?x=", "messages"]);
    assert_eq!(url.as_str(), "https://graph.example/base/v26.0/..%2F1%3Fx=/messages");
    for bad in ["", "graph.facebook.com", "mailto:a@b", "file:///etc"] {
        let options = MetaOptions { graph_url: bad.into(), ..MetaOptions::default() };
        assert!(matches!(MetaClient::new(&options), Err(MetaClientError::Address(_))), "{bad}");
    }
}
