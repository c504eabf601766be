//! A sandbox with a demo world, and a receiver that keeps what it is sent.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bellbird_sandbox::{DemoWorld, Sandbox, SandboxConfig, SandboxHandle, demo_world, sign};
use poem::{Endpoint, Request, Response, Result, Server, http::StatusCode, listener::TcpAcceptor};
use serde_json::{Value, json};

pub(crate) const NUMBER: &str = "106540352242922";
pub(crate) const WABA: &str = "102290129340398";
pub(crate) const TOKEN: &str = "EAAsandbox";
pub(crate) const SECRET: &str = "app_secret_1";
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// What arrived at the receiver.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inbox {
    pub(crate) bodies: Arc<Mutex<Vec<String>>>,
    /// Answers this many POSTs with 500 first.
    pub(crate) failing: Arc<Mutex<u32>>,
}

impl Inbox {
    pub(crate) fn posts(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    /// All statuses in the order they came.
    pub(crate) fn statuses(&self) -> Vec<Value> {
        let posts = self.posts();
        let values = posts.iter().flat_map(|post| post["entry"].as_array().unwrap());
        let changes = values.flat_map(|entry| entry["changes"].as_array().unwrap());
        changes
            .flat_map(|change| change["value"]["statuses"].as_array().cloned().unwrap_or_default())
            .collect()
    }

    /// The names of one message's statuses in the order they came.
    pub(crate) fn of(&self, wamid: &str) -> Vec<String> {
        let all = self.statuses();
        let ours = all.iter().filter(|status| status["id"] == wamid);
        ours.map(|status| status["status"].as_str().unwrap().to_owned()).collect()
    }
}

impl Endpoint for Inbox {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        if request.method() == "GET" {
            let query: HashMap<String, String> = request.params()?;
            return Ok(Response::builder().body(query["hub.challenge"].clone()));
        }
        let signature = request.header("x-hub-signature-256").unwrap_or_default().to_owned();
        let body = request.take_body().into_string().await?;
        assert_eq!(signature, sign(SECRET, body.as_bytes()), "every POST is signed over its bytes");
        assert!(body.is_ascii(), "Meta escapes everything else");
        let mut failing = self.failing.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Ok(Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish());
        }
        self.bodies.lock().unwrap().push(body);
        Ok(Response::default())
    }
}

pub(crate) struct Setup {
    pub(crate) sandbox: SandboxHandle,
    pub(crate) inbox: Inbox,
    pub(crate) client: reqwest::Client,
}

/// An answer: status and body.
pub(crate) type Answer = (u16, Value);

impl Setup {
    pub(crate) async fn new(config: SandboxConfig) -> Self {
        let inbox = Inbox::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback_url = format!("http://{}/webhooks/whatsapp", listener.local_addr().unwrap());
        let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap());
        tokio::spawn(server.run(inbox.clone()));
        let sandbox = Sandbox::start(config).await.unwrap();
        let world = demo_world(DemoWorld {
            app_id: "670843887433847".into(),
            app_secret: SECRET.into(),
            callback_url,
            verify_token: "verify".into(),
            waba_id: WABA.into(),
            phone_number_id: NUMBER.into(),
            display_phone_number: "+1 555-078-3881".into(),
            verified_name: "Bellbird Café".into(),
            token: TOKEN.into(),
        });
        sandbox.apply(world).unwrap();
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { sandbox, inbox, client }
    }

    pub(crate) async fn plain() -> Self {
        Self::new(SandboxConfig::default()).await
    }

    pub(crate) async fn try_send(&self, body: &Value) -> reqwest::Result<Answer> {
        let url = format!("{}/v24.0/{NUMBER}/messages", self.sandbox.base_url());
        let answer = self.client.post(url).bearer_auth(TOKEN).json(body).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    pub(crate) async fn send(&self, body: &Value) -> Answer {
        self.try_send(body).await.unwrap()
    }

    /// Sends the template and gives the message id.
    pub(crate) async fn accepted(&self, to: &str, opaque: &str) -> String {
        let (status, body) = self.send(&template(to, opaque)).await;
        assert_eq!(status, 200, "{body}");
        body["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request =
            self.client.request(method, format!("{}{path}", self.sandbox.base_url())).bearer_auth(TOKEN);
        let answer =
            if body.is_null() { request.send().await } else { request.json(&body).send().await }.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn settled(&self) {
        assert!(self.sandbox.settled(PATIENCE).await, "{:?}", self.sandbox.counts());
    }
}

pub(crate) fn template(to: &str, opaque: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "to": to,
        "type": "template",
        "biz_opaque_callback_data": opaque,
        "template": {
            "name": "welcome_offer",
            "language": {"code": "en_US"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Zoë"}, {"type": "text", "text": "A/B 20"}]},
                {"type": "button", "sub_type": "quick_reply", "index": "0",
                    "parameters": [{"type": "payload", "payload": "STOP"}]},
            ],
        },
    })
}

pub(crate) fn text(to: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "Hello"}})
}
