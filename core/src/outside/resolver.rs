//! Looking names up, and refusing what they lead to.
//!
//! The client connects to the addresses this gives and to no others, so nothing happens between the look and the step.

use super::Allowed;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use std::sync::Arc;

/// Knows where names lead.
pub trait LookUp: Send + Sync {
    /// Everything `host` leads to; the ports do not matter.
    fn look_up(&self, host: String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>>;
}

struct System;

impl LookUp for System {
    fn look_up(&self, host: String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) })
    }
}

/// As this machine looks names up.
pub(super) fn system() -> Arc<dyn LookUp> {
    Arc::new(System)
}

struct Guarded {
    allowed: Allowed,
    look_up: Arc<dyn LookUp>,
}

/// A look-up for the client that gives only what is allowed.
pub(super) fn guarded(allowed: Allowed, look_up: Arc<dyn LookUp>) -> Arc<impl Resolve> {
    Arc::new(Guarded { allowed, look_up })
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, found) = (self.allowed, self.look_up.look_up(name.as_str().to_string()));
        Box::pin(async move {
            let found = found.await?;
            // one that leads inside, too, is not trusted with the rest
            for address in &found {
                allowed.address(address.ip())?;
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
