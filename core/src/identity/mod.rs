//! Who may speak for an organization, and what they may do there: API keys and their scopes, people and their roles.
//!
//! A person has an account (an address, a password, perhaps a second factor) and is a member of organizations. Signing
//! in begins a *session* in one of them. A session is used with access tokens that live for minutes, and with refresh
//! tokens that are each exchanged once for the next. `docs/authentication.md` tells the whole story.

pub mod api_keys;
pub mod authenticate;
pub mod change_password;
pub mod confirm_email;
pub mod email;
pub mod entity;
pub mod invitation_entity;
pub mod invitations;
mod jwt;
mod key_text;
mod letters;
pub mod login;
pub mod member_entity;
pub mod members;
pub mod passwords;
pub mod refresh;
pub mod refresh_token_entity;
pub mod register;
pub mod reset;
pub mod roles;
pub mod second_factor;
pub mod session_entity;
pub mod sessions;
mod throttle;
pub mod token_keys;
mod totp;
mod trail;
pub mod user_entity;
pub mod user_tokens;
pub mod users;

pub use api_keys::{NewKey, authenticate, create_key};
pub use key_text::KEY_PREFIX;
pub use roles::{Grants, Permission, Role};
pub use session_entity::{Ended, Model as Session};
pub use user_entity::Model as User;

use crate::context::Ctx;
use crate::error::Result;
use crate::ids::{SessionId, UserId};
use std::net::IpAddr;

/// Where somebody comes from, as far as it can be seen.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// Their address.
    pub address: Option<IpAddr>,
    /// The program they use, in its own words.
    pub user_agent: Option<String>,
    /// The name of the request they make.
    pub request_id: Option<String>,
}

/// The longest of a program's own words that is kept.
const USER_AGENT: usize = 200;

impl Visitor {
    /// A visitor with this address and this `User-Agent`, of which the beginning is kept.
    pub fn new(address: Option<IpAddr>, user_agent: Option<&str>, request_id: Option<String>) -> Self {
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).take(USER_AGENT).collect();
        Self { address, user_agent: user_agent.map(plain), request_id }
    }
}

/// A person who is signed in.
#[derive(Clone)]
pub struct Person {
    /// What they may do in the organization they work in.
    pub ctx: Ctx,
    /// Who they are.
    pub user: UserId,
    /// The session they use.
    pub session: SessionId,
    /// What they are in that organization.
    pub role: Role,
}

impl Person {
    /// What is known of them, and where they belong.
    pub async fn profile(&self) -> Result<(User, Vec<users::Membership>)> {
        let read = self.ctx.db.read();
        Ok((users::get(read, self.user).await?, users::memberships(read, self.user).await?))
    }
}
