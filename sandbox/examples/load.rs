//! How many sends per second the sandbox takes, with their statuses posted to a receiver: everything on this machine,
//! in this process.
//!
//! ```text
//! cargo run --release -p bellbird-sandbox --example load -- [seconds] [connections]
//! ```

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the command line, with nobody to tell"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bellbird_sandbox::{DemoWorld, PhoneNumber, Sandbox, SandboxConfig, StatusProfile, World, demo_world};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

const NUMBER: &str = "100000000000003";
/// What the fastest of the engine's own tests and benches ask of it: one number at its highest rate.
const NEEDED: f64 = 1_000.0;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<u64>().unwrap());
    let seconds = arguments.next().unwrap_or(10);
    let connections = arguments.next().unwrap_or(64);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(Duration::from_secs(seconds), connections));
}

async fn run(time: Duration, connections: u64) {
    let posts = Arc::new(AtomicU64::new(0));
    let callback_url = receiver(Arc::clone(&posts)).await;
    let statuses = StatusProfile { read_ratio: 0.5, ..StatusProfile::instant() };
    let sandbox = Sandbox::start(SandboxConfig { statuses, ..SandboxConfig::default() }).await.unwrap();
    let world = demo_world(DemoWorld {
        app_id: "1".into(),
        app_secret: "secret".into(),
        callback_url,
        verify_token: "verify".into(),
        waba_id: "2".into(),
        phone_number_id: NUMBER.into(),
        display_phone_number: "15550783881".into(),
        verified_name: "Load".into(),
        token: "token".into(),
    });
    let number = PhoneNumber { mps: 1_000_000, ..PhoneNumber::new(NUMBER, "2", "1", "token") };
    sandbox.apply(World { numbers: vec![number], ..world }).unwrap();

    let address = sandbox.base_url().strip_prefix("http://").unwrap().to_owned();
    let started = Instant::now();
    let senders: Vec<_> =
        (0..connections).map(|n| tokio::spawn(sender(address.clone(), n, started + time))).collect();
    let mut waits = Vec::new();
    for sender in senders {
        waits.extend(sender.await.unwrap());
    }
    let taken = started.elapsed().as_secs_f64();
    let settled = sandbox.settled(Duration::from_secs(60)).await;
    let all = started.elapsed().as_secs_f64();
    waits.sort_unstable();
    let percentile = |part: usize| waits[(waits.len() - 1) * part / 100].as_secs_f64() * 1_000.0;
    let counts = sandbox.counts();
    let rate = waits.len() as f64 / taken;
    println!("{} sends in {taken:.1} s over {connections} connections: {rate:.0}/s", waits.len());
    println!("  {:.1} times what the engine's tests need ({NEEDED:.0}/s)", rate / NEEDED);
    println!("  answered in {:.1} ms (median), {:.1} ms (99 of 100)", percentile(50), percentile(99));
    let statuses: u64 = counts.statuses.values().sum();
    println!(
        "  {statuses} statuses in {} posts, all acknowledged: {settled}, after {all:.1} s",
        posts.load(Ordering::Relaxed)
    );
    sandbox.shutdown().await;
}

/// Sends until it is time to stop; gives how long each answer took. Speaks HTTP by hand, so that what is measured is
/// the sandbox and not a client.
async fn sender(address: String, number: u64, until: Instant) -> Vec<Duration> {
    let stream = TcpStream::connect(&address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::new(stream);
    let mut waits = Vec::new();
    for n in 0_u64.. {
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        let body = format!(
            r#"{{"messaging_product":"whatsapp","to":"91{number:03}{n:07}","type":"template","biz_opaque_callback_data":"msg_{number}_{n}:1","template":{{"name":"welcome_offer","language":{{"code":"en_US"}},"components":[{{"type":"body","parameters":[{{"type":"text","text":"Ana"}},{{"type":"text","text":"WELCOME20"}}]}}]}}}}"#
        );
        let head = format!(
            "POST /v24.0/{NUMBER}/messages HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer token\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.get_mut().write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let answer = message(&mut stream).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        waits.push(begun.elapsed());
    }
    waits
}

/// A receiver that acknowledges everything.
async fn receiver(posts: Arc<AtomicU64>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let posts = Arc::clone(&posts);
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                while message(&mut stream).await.is_some() {
                    posts.fetch_add(1, Ordering::Relaxed);
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    if stream.get_mut().write_all(answer).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    format!("http://{address}/webhooks")
}

/// Reads one message with its body; gives its head.
async fn message(stream: &mut BufReader<TcpStream>) -> Option<String> {
    use tokio::io::AsyncBufReadExt;
    let mut head = String::new();
    let mut length = 0;
    loop {
        let from = head.len();
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
        let line = head[from..].trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(head)
}
