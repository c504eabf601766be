//! Consent: what people say through every door, what it changes, and what is left when they are gone.

mod confirmation;
mod files;
mod keywords;
mod link;
mod proof;
mod suppression;
mod words;

use crate::support::app::TestApp;
use crate::support::shop::{Shop, wa_id};
use bellbird_sandbox::{Inbound, InboundButton};
use reqwest::Method;
use serde_json::{Value, json};

/// A customer's id.
fn id(customer: &Value) -> &str {
    customer["id"].as_str().expect("an id")
}

impl Shop {
    /// Records a word, said now.
    async fn say(&self, customer: &Value, purpose: &str, state: &str) -> Value {
        let body = json!({"purpose": purpose, "state": state, "source": "on the phone", "method": "agent"});
        self.api.post(&format!("/api/v1/customers/{}/consent", id(customer)), body).await.ok()
    }

    /// Where a customer stands about utility messages.
    async fn utility_consent(&self, customer: &Value) -> String {
        let customer = self.api.get(&format!("/api/v1/customers/{}", id(customer))).await.ok();
        customer["utility_consent"]["state"].as_str().expect("a state").to_string()
    }

    /// What the ledger holds of a customer, newest first.
    async fn ledger(&self, customer: &Value) -> Vec<Value> {
        self.all(&format!("/api/v1/customers/{}/consent", id(customer))).await
    }

    /// The same as (method, state), oldest first.
    async fn steps(&self, customer: &Value) -> Vec<(String, String)> {
        let text = |event: &Value, key: &str| event[key].as_str().expect("a word").to_string();
        let mut events = self.ledger(customer).await;
        events.reverse();
        events.iter().map(|event| (text(event, "method"), text(event, "state"))).collect()
    }

    /// Brings a customer in by their number and nothing else.
    async fn bring(&self, phone: &str) -> Value {
        self.api.send(Method::PUT, "/api/v1/customers", json!({"phone": phone})).await.ok()
    }

    /// The token of a customer's own page.
    async fn token(&self, customer: &Value) -> String {
        let link = self.api.get(&format!("/api/v1/customers/{}/unsubscribe-link", id(customer))).await.ok();
        link["token"].as_str().expect("a token").to_string()
    }
}

/// Steps as they are written in a test.
fn steps(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(method, state)| ((*method).to_string(), (*state).to_string())).collect()
}

impl TestApp {
    /// Somebody taps a quick reply.
    fn taps(&self, shop: &Shop, phone: &str, text: &str, payload: &str) {
        let inbound = Inbound {
            from: wa_id(phone),
            phone_number_id: shop.number.clone(),
            button: Some(InboundButton { payload: payload.into(), text: text.into() }),
            ..Inbound::default()
        };
        self.sandbox.inbound(&inbound).expect("the sandbox knows the number");
    }

    /// The person is gone, with everything that names them.
    async fn erase(&self, customer: &Value) {
        use bellbird_core::{customers, ids::CustomerId, messages};
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        let id: CustomerId = id(customer).parse().expect("an id");
        let db = self.services.db.write();
        let theirs = messages::entity::Column::CustomerId.eq(id);
        messages::Entity::delete_many().filter(theirs).exec(db).await.expect("their messages go");
        customers::Entity::delete_by_id(id).exec(db).await.expect("the customer goes");
    }
}
