//! A Redis server of a test's own, on a free port and in a directory that goes away with it.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::lab::eventually;

/// Ends its process when dropped.
pub(super) struct RedisServer {
    child: Child,
    port: u16,
    dir: tempfile::TempDir,
}

impl RedisServer {
    /// Starts a server that keeps what it is told.
    pub(super) async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dir = tempfile::tempdir().unwrap();
        let server = Self { child: launch(port, &dir), port, dir };
        server.ready().await;
        server
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// A connection that answers late rather than never.
    pub(super) async fn connection(&self) -> redis::aio::MultiplexedConnection {
        let patience =
            redis::AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(10)));
        let client = redis::Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection_with_config(&patience).await.unwrap()
    }

    pub(super) async fn keys(&self) -> u64 {
        redis::cmd("DBSIZE").query_async(&mut self.connection().await).await.unwrap()
    }

    /// kill -9.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts again on the same port with what was kept.
    pub(super) async fn revive(&mut self) {
        self.child = launch(self.port, &self.dir);
        self.ready().await;
    }

    async fn ready(&self) {
        let client = redis::Client::open(self.url()).unwrap();
        eventually("the private Redis answers", async || {
            let mut connection = client.get_multiplexed_async_connection().await.ok()?;
            redis::cmd("PING").query_async::<String>(&mut connection).await.ok()
        })
        .await;
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn launch(port: u16, dir: &tempfile::TempDir) -> Child {
    let mut server = Command::new("redis-server");
    server.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
    server.args(["--appendonly", "yes", "--appendfsync", "everysec", "--dir"]).arg(dir.path());
    server.stdout(Stdio::null()).stderr(Stdio::null());
    server.spawn().expect("redis-server is not installed: run ./dev test, which brings it")
}
