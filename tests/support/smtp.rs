//! A mail server that keeps everything and delivers nothing.

use super::wait::wait_for;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One email as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// Whom the envelope names.
    pub(crate) to: String,
    /// Headers and text, decoded.
    pub(crate) text: String,
}

impl Letter {
    /// The token of the link it holds.
    pub(crate) fn token(&self) -> String {
        let (_, rest) = self.text.split_once("#token=").expect("a link with a token");
        rest.chars().take_while(char::is_ascii_alphanumeric).collect()
    }

    /// Its subject.
    pub(crate) fn subject(&self) -> &str {
        self.text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default()
    }
}

/// The server, and what it keeps.
#[derive(Debug)]
pub(crate) struct Mailbox {
    /// Where it listens, as the settings want it.
    pub(crate) url: String,
    kept: Arc<Mutex<State>>,
    listening: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    letters: Vec<Letter>,
    /// Every email is put off until then.
    busy: bool,
}

impl Mailbox {
    /// Starts a server on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let kept = Arc::new(Mutex::new(State::default()));
        let state = kept.clone();
        let listening = tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(speak(line, state.clone()));
            }
        });
        Self { url, kept, listening }
    }

    /// Lets the server say "later" to everybody, or not any more.
    pub(crate) fn set_busy(&self, busy: bool) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).busy = busy;
    }

    /// Everything that came for this address.
    pub(crate) fn of(&self, address: &str) -> Vec<Letter> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.letters.iter().filter(|letter| letter.to == address).cloned().collect()
    }

    /// Waits for the `n`th email to this address, from 1.
    pub(crate) async fn nth(&self, address: &str, n: usize) -> Letter {
        wait_for(&format!("email {n} to {address}"), async || self.of(address).into_iter().nth(n - 1)).await
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// As much of RFC 5321 as a client needs to be content.
async fn speak(line: TcpStream, state: Arc<Mutex<State>>) {
    let (read, mut write) = line.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut to, mut body, mut inside) = (String::new(), Vec::new(), false);
    if write.write_all(b"220 sink\r\n").await.is_err() {
        return;
    }
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.to_uppercase() {
            _ if inside && line != "." => {
                body.push(line.strip_prefix('.').unwrap_or(&line).to_string());
                continue;
            }
            _ if inside => {
                inside = false;
                let letter =
                    Letter { to: std::mem::take(&mut to), text: decoded(&std::mem::take(&mut body)) };
                state.lock().unwrap_or_else(PoisonError::into_inner).letters.push(letter);
                "250 kept\r\n"
            }
            said if said.starts_with("EHLO") => "250-sink\r\n250 8BITMIME\r\n",
            said if said.starts_with("MAIL") && state.lock().unwrap_or_else(PoisonError::into_inner).busy => {
                "451 later\r\n"
            }
            said if said.starts_with("RCPT") => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_string();
                "250 ok\r\n"
            }
            said if said == "DATA" => {
                inside = true;
                "354 go on\r\n"
            }
            said if said == "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Quoted-printable taken back: soft line ends go, `=3D` is `=`.
fn decoded(lines: &[String]) -> String {
    let text = lines.join("\n");
    if !text.contains("Content-Transfer-Encoding: quoted-printable") {
        return text;
    }
    let text = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
