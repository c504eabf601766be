//! Answers an operator's questions about Meta, a token, a number and an account.

use async_trait::async_trait;
use chrono::DateTime;
use reqwest::header::DATE;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::client::{MetaClient, cause};
use super::numbers;
use crate::clock::Timestamp;
use crate::senders::inspection::{SenderInspector, SubscribedApp, TokenFacts};
use crate::senders::port::{NumberFacts, ProveError, SenderAccess};

/// What sending, and hearing what became of it, take (Meta: "Permissions reference").
const SCOPES: [&str; 2] = ["whatsapp_business_messaging", "whatsapp_business_management"];

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

/// `GET /debug_token`.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    is_valid: bool,
    /// Seconds since 1970; 0: never.
    #[serde(default)]
    expires_at: i64,
    #[serde(default)]
    scopes: Vec<String>,
    app_id: Option<String>,
}

/// `GET /{waba}/subscribed_apps`.
#[derive(Deserialize)]
struct Subscription {
    whatsapp_business_api_data: App,
    override_callback_uri: Option<String>,
}

#[derive(Deserialize)]
struct App {
    id: String,
    #[serde(default)]
    name: String,
    override_callback_uri: Option<String>,
}

#[async_trait]
impl SenderInspector for MetaClient {
    /// Any answer will do: without a token it is a refusal.
    async fn reach(&self) -> Result<Option<Timestamp>, String> {
        let answer = self.anonymous(self.url(&[])).send().await.map_err(cause)?;
        let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        Ok(date.map(|date| date.to_utc().into()))
    }

    /// The token asks about itself: that needs no other right. Meta takes it in the address only.
    async fn token(&self, from: &SenderAccess) -> Result<TokenFacts, ProveError> {
        let mut url = self.url(&["debug_token"]);
        url.query_pairs_mut().append_pair("input_token", from.token.expose_secret());
        let Data { data: token } = numbers::get::<Data<Token>>(self, from, url).await?;
        let lacks = |scope: &&str| !token.scopes.iter().any(|has| has == scope);
        Ok(TokenFacts {
            is_valid: token.is_valid,
            expires_at: (token.expires_at > 0).then(|| Timestamp(token.expires_at.saturating_mul(1_000))),
            missing: SCOPES.iter().filter(|scope| lacks(scope)).map(ToString::to_string).collect(),
            app_id: token.app_id,
        })
    }

    async fn number(&self, from: &SenderAccess) -> Result<NumberFacts, ProveError> {
        numbers::prove(self, from).await
    }

    async fn subscriptions(&self, from: &SenderAccess) -> Result<Vec<SubscribedApp>, ProveError> {
        let url = self.url(&[&from.waba_id, "subscribed_apps"]);
        let Data { data } = numbers::get::<Data<Vec<Subscription>>>(self, from, url).await?;
        let app = |Subscription { whatsapp_business_api_data: app, override_callback_uri }| SubscribedApp {
            id: app.id,
            name: app.name,
            override_url: override_callback_uri.or(app.override_callback_uri),
        };
        Ok(data.into_iter().map(app).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::meta::testing::{fixture, fixtures};

    #[test]
    fn documented_subscriptions_are_read() {
        if fixtures().is_none() {
            return;
        }
        let given = fixture("responses/openapi_get_waba_id_subscribed_apps__200_multiple_subscriptions.json");
        let apps: Data<Vec<Subscription>> = serde_json::from_value(given.unwrap()).unwrap();
        assert!(apps.data.len() > 1);
        assert!(apps.data.iter().all(|app| !app.whatsapp_business_api_data.id.is_empty()));
    }

    #[test]
    fn a_token_that_says_little_is_worth_little() {
        let token: Token = serde_json::from_str(r#"{"error": {"code": 190}, "is_valid": false}"#).unwrap();
        assert!(!token.is_valid && token.scopes.is_empty() && token.app_id.is_none());
    }
}
