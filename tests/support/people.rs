//! People who sign in.

use super::app::TestApp;
use super::client::{Answer, Client};
use bellbird_core::identity::email::EmailAddress;
use bellbird_core::identity::{Role, User, users};
use bellbird_core::ids::OrganizationId;
use serde_json::{Value, json};

/// A password nobody tries first.
pub(crate) const PASSWORD: &str = "drei gelbe Fahrräder";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    /// Speaks to the API with their access token.
    pub(crate) api: Client,
    /// What signing in answered.
    pub(crate) tokens: Value,
}

impl Who {
    /// Their refresh token.
    pub(crate) fn refresh_token(&self) -> &str {
        self.tokens["refresh_token"].as_str().expect("a refresh token")
    }

    /// Their access token.
    pub(crate) fn access_token(&self) -> &str {
        self.tokens["access_token"].as_str().expect("an access token")
    }

    /// Their id.
    pub(crate) async fn user(&self) -> String {
        let me = self.api.get("/api/v1/auth/me").await.ok();
        me["id"].as_str().expect("an id").to_string()
    }

    /// The organization they work in.
    pub(crate) fn organization(&self) -> OrganizationId {
        self.tokens["organization_id"].as_str().and_then(|id| id.parse().ok()).expect("an organization")
    }

    /// Their session.
    pub(crate) fn session(&self) -> &str {
        self.tokens["session_id"].as_str().expect("a session")
    }
}

impl TestApp {
    /// Registers an organization with this owner.
    pub(crate) async fn register(&self, email: &str) -> Answer {
        let body =
            json!({"organization": "Starling Market", "name": "Asha", "email": email, "password": PASSWORD});
        self.anyone.post("/api/v1/auth/register", body).await
    }

    /// Tries to sign in.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.anyone.post("/api/v1/auth/login", json!({"email": email, "password": password})).await
    }

    /// Signs in somebody who is registered.
    pub(crate) async fn signed_in(&self, email: &str) -> Who {
        self.who(self.sign_in(email, PASSWORD).await)
    }

    /// Registers somebody and signs them in.
    pub(crate) async fn newcomer(&self, email: &str) -> Who {
        self.register(email).await.ok();
        if let Some(mailbox) = &self.mailbox {
            let token = mailbox.nth(email, 1).await.token();
            self.anyone.post("/api/v1/auth/confirm-email", json!({"token": token})).await.ok();
        }
        self.signed_in(email).await
    }

    /// Somebody by the answer that let them in.
    pub(crate) fn who(&self, answer: Answer) -> Who {
        let tokens = answer.ok();
        Who { api: self.anyone.with_key(tokens["access_token"].as_str()), tokens }
    }

    /// Exchanges a refresh token.
    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.anyone.post("/api/v1/auth/refresh", json!({"refresh_token": token})).await
    }

    /// Makes somebody a member, as inviting them will.
    pub(crate) async fn joins(&self, organization: OrganizationId, email: &str, role: Role) {
        let user = self.person(email).await;
        let tx = self.services.begin().await.expect("a transaction");
        users::join(&tx, organization, user.id, role).await.expect("a member");
        tx.commit().await.expect("committed");
    }

    /// Somebody's row.
    pub(crate) async fn person(&self, email: &str) -> User {
        let email = EmailAddress::read(email).expect("an address");
        users::by_email(self.services.db.read(), &email).await.expect("an answer").expect("an account")
    }

    /// Changes rows for which there is no door yet.
    pub(crate) async fn by_hand(&self, sql: &str) {
        use sea_orm::ConnectionTrait;
        self.services.db.write().execute_unprepared(sql).await.expect("a statement that runs");
    }
}
