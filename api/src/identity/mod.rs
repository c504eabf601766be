//! People: registering, signing in, their account and sessions. `docs/authentication.md` tells the whole story.
//!
//! These operations take no `Idempotency-Key`: done twice they do no harm, and most answers hold a secret that is
//! better not kept.

pub mod account;
pub mod objects;
pub mod second_factor;
pub mod sessions;
pub mod sign_in;

use crate::edge::address::ClientAddress;
use crate::middleware::request_id;
use bellbird_core::identity::Visitor;
use poem::{FromRequest, Request, RequestBody};

/// Where a request comes from.
pub struct Seen(pub Visitor);

impl std::ops::Deref for Seen {
    type Target = Visitor;
    fn deref(&self) -> &Visitor {
        &self.0
    }
}

impl<'a> FromRequest<'a> for Seen {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let address = request.data::<ClientAddress>().map(|address| address.0);
        let agent = request.headers().get("user-agent").and_then(|value| value.to_str().ok());
        Ok(Self(Visitor::new(address, agent, request_id())))
    }
}
