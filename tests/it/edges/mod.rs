//! The outer edge: how often one may ask, how long one may take, whose pages may ask, and what giants get.

mod browsers;
mod giants;
mod limits;
mod lookalikes;
mod slow;
mod stores;

use crate::support::client::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends bytes as they are and reads what comes until the line is closed.
async fn raw(client: &Client, bytes: &[u8]) -> String {
    let mut line = TcpStream::connect(client.host()).await.unwrap();
    // a server that refuses need not read to the end, so a failed write is no failure
    let _ = line.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(std::time::Duration::from_secs(20), line.read_to_end(&mut answer)).await;
    let _ = read.expect("the line is closed");
    String::from_utf8_lossy(&answer).into_owned()
}
