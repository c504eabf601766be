//! Secrets and phone numbers are planted everywhere they can come from, and real processes are driven through success,
//! refusal and nonsense at the log level of production: none of it stands in a log, and no secret in an answer.

use crate::support::app::{DEFAULT_APP_SECRET, DEFAULT_VERIFY_TOKEN, Setup, TestApp};
use crate::support::backend::Backend;
use crate::support::client::{Answer, Client};
use crate::support::process::Bellbird;
use crate::support::shop::{Shop, phone, phones, wa_id};
use crate::support::wait::{wait_for, wait_until};
use bellbird_core::identity;
use bellbird_core::secret::ExposeSecret;
use bellbird_sandbox::{Behaviour, Inbound, Match, Rule, World, sign};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Given to the API, taken.
const APP_SECRET: &str = "planted-app-secret-4711";
const VERIFY_TOKEN: &str = "planted-verify-token-4712";
/// Given to the API and to the webhooks' door, refused.
const GUESSED_TOKEN: &str = "planted-access-token-4713";
const GUESSED_KEY: &str = "bb_4714471447144714471447144714471447144714";
const GUESSED_VERIFY: &str = "planted-guess-4715";
/// What a person wrote.
const TEXT: &str = "planted words of a person";
/// What all planted numbers have in common, however they are written.
const NUMBERS: [&str; 2] = ["98200000", "98200 000"];

/// `serve` and `work` as processes of their own, and everything the API has answered.
struct Watched {
    api: Bellbird,
    worker: Bellbird,
    base: String,
    client: Client,
    key: String,
    answers: Vec<String>,
}

impl Watched {
    async fn start(app: &TestApp, shop: &Shop) -> Self {
        let mut env = app.env();
        env.insert("BELLBIRD_HTTP_ADDR".into(), "127.0.0.1:0".into());
        env.insert("BELLBIRD__LOG__LEVEL".into(), "info".into());
        let mut api = Bellbird::start("serve", &env);
        api.says("api started").await;
        let addr = wait_for("the address in the log", async || {
            let log = api.log();
            let rest = log.split("addr=").nth(1)?;
            rest.contains('\n').then(|| rest.split_whitespace().next().unwrap_or_default().to_string())
        })
        .await;
        let mut worker = Bellbird::start("work", &env);
        worker.says("worker started").await;
        let tx = app.services.begin().await.unwrap();
        let key = identity::create_key(&tx, shop.organization, "planted").await.unwrap();
        tx.commit().await.unwrap();
        let (base, key) = (format!("http://{addr}"), key.secret.expose_secret().to_string());
        Self { api, worker, client: Client::new(&base, Some(&key)), base, key, answers: Vec::new() }
    }

    /// An answer, remembered.
    async fn asked(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let answer = Answer::of(request).await;
        self.answers.push(answer.text.clone());
        answer
    }

    async fn send(&mut self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.client.request(method, path);
        self.asked(if body.is_null() { request } else { request.json(&body) }).await
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, Value::Null).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }
}

/// What an integrator does right.
async fn good(app: &TestApp, shop: &Shop, watched: &mut Watched) {
    let new = json!({"name": "Another", "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN});
    // the one answer that shows a verify token
    let made = watched.client.post_once("/api/v1/apps", new.clone(), &phone(1)).await;
    assert!(!made.text.contains(APP_SECRET), "{}", made.text);
    let made = made.ok();
    assert_eq!(
        watched.client.post_once("/api/v1/apps", new, &phone(1)).await.ok(),
        made,
        "and its repetition"
    );
    let id = made["id"].as_str().unwrap();
    for path in ["apps", &format!("apps/{id}"), "senders", &format!("senders/{}", shop.sender), "portfolios"]
    {
        watched.get(&format!("/api/v1/{path}")).await.ok();
    }
    let token = json!({"access_token": shop.token});
    watched.send(Method::PUT, &format!("/api/v1/senders/{}/access-token", shop.sender), token).await.ok();

    let people = phones(6);
    let refuse = |code| Behaviour::Refuse { code, http_status: Some(400) };
    let later = Behaviour::FailLater { code: 131_026, after_ms: 0, sent_first: false };
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])), refuse(100)));
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[1])), later));
    app.sandbox.add_rule(Rule::new(
        Match::to(wa_id(&people[2])),
        Behaviour::ErrorAfterAccept { http_status: 500, code: 1 },
    ));
    let campaign = shop.launched(app, json!({"max_attempts": 1}), &people).await;
    shop.until_stats(&campaign, "three to be delivered", |stats| {
        stats["funnel"]["delivered"].as_u64() >= Some(3)
    })
    .await;
    shop.until_recipient(&campaign, &people[0], "failed").await;
    for path in ["", "/recipients", "/stats", "/recipients/export"] {
        watched.get(&format!("/api/v1/campaigns/{campaign}{path}")).await;
    }
    let inbound = Inbound {
        from: wa_id(&people[3]),
        phone_number_id: shop.number.clone(),
        text: Some(TEXT.into()),
        ..Inbound::default()
    };
    app.sandbox.inbound(&inbound).unwrap();
    wait_until("the message to be known", async || {
        let all = watched.client.get("/api/v1/messages?direction=in").await.ok();
        !all["items"].as_array().unwrap().is_empty()
    })
    .await;
    let message = json!({"sender_id": shop.sender, "to": people[3], "content": {"type": "text", "text": {"body": TEXT}}});
    watched.post("/api/v1/messages", message).await;
}

/// What an integrator does wrong.
async fn bad(shop: &Shop, watched: &mut Watched) {
    let connection = json!({
        "app_id": shop.app, "phone_number_id": "39999999", "waba_id": shop.waba, "access_token": GUESSED_TOKEN,
    });
    watched.post("/api/v1/senders", connection).await.refused(422, "invalid_input");
    let path = format!("/api/v1/senders/{}/access-token", shop.sender);
    let guessed = json!({"access_token": GUESSED_TOKEN});
    watched.send(Method::PUT, &path, guessed).await.refused(422, "invalid_input");
    let strange = json!({"name": "x", "app_secret": [APP_SECRET], "verify_token": {"a": VERIFY_TOKEN}});
    watched.post("/api/v1/apps", strange).await.refused(422, "invalid_input");
    let number = json!({"recipients": [{"phone": format!("{}{}", phone(4), "0000000000")}]});
    let draft = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    watched
        .post(&format!("/api/v1/campaigns/{draft}/recipients"), number)
        .await
        .refused(422, "invalid_input");
    let cut = format!(r#"{{"app_secret": "{APP_SECRET}", "phone": "{}"#, phone(4));
    let request =
        watched.client.request(Method::POST, "/api/v1/apps").header("content-type", "application/json");
    watched.asked(request.body(cut)).await.refused(400, "invalid_json");
    for path in [
        format!("/api/v1/customers/{}", phone(4)),
        format!("/api/v1/customers?phone={}", phone(4).replace('+', "%2B")),
        format!("/api/v1/messages?limit={}", phone(4).replace('+', "%2B")),
        format!("/{}", shop.token.replace(' ', "%20")),
    ] {
        watched.get(&path).await;
    }
    let stranger = watched.client.with_key(Some(GUESSED_KEY));
    let request = stranger.request(Method::GET, "/api/v1/senders").header("X-Request-Id", phone(4));
    watched.asked(request).await.refused(401, "unauthorized");
    let import = watched.client.request(Method::POST, "/api/v1/imports");
    let file = format!("phone;name\n{};Ana\n98200000;Bo\n", phone(5));
    watched.asked(import.header("content-type", "text/csv").body(file)).await;
}

/// What comes to the webhooks' door.
async fn webhooks(shop: &Shop, watched: &mut Watched) {
    let path = shop.webhook_url.split_once("/webhooks").map(|(_, path)| format!("/webhooks{path}")).unwrap();
    let asked = [("hub.mode", "subscribe"), ("hub.challenge", "1")];
    for token in [GUESSED_VERIFY, &shop.verify_token] {
        let request = watched.client.with_key(None).request(Method::GET, &path).query(&asked);
        watched.asked(request.query(&[("hub.verify_token", token)])).await;
    }
    let message = json!({"messages": [{"from": wa_id(&phone(5)), "id": "wamid.x", "text": TEXT, "type": 5}]});
    let status = json!({"statuses": [{"id": "wamid.y", "status": "sent", "recipient_id": wa_id(&phone(5))}]});
    let change = json!({"field": "account_update", "value": {"phone_number": phone(5), "event": TEXT}});
    let whole = shop.webhook(&[shop.change(message), shop.change(status), change]).to_string();
    for body in [whole.clone(), whole[..whole.len() / 2].to_string(), format!("\"{}\"", phone(5))] {
        for secret in [&shop.secret, APP_SECRET] {
            let request = watched.client.with_key(None).request(Method::POST, &path);
            let request = request.header("X-Hub-Signature-256", sign(secret, body.as_bytes()));
            watched.asked(request.header("content-type", "application/json").body(body.clone())).await;
        }
    }
}

/// The token is refused in the middle of sending.
async fn refused_token(app: &TestApp, shop: &Shop, watched: &mut Watched) {
    app.sandbox.clear_rules();
    app.sandbox.expire_token(&shop.token);
    let message = json!({
        "sender_id": shop.sender, "to": phone(5),
        "template": {"template_id": shop.utility, "variables": {"1": "Ana"}},
    });
    watched.post("/api/v1/messages", message).await.ok();
    let path = format!("/api/v1/senders/{}", shop.sender);
    wait_until("the sender to be paused", async || {
        watched.client.get(&path).await.ok()["status"] == "paused"
    })
    .await;
    watched.get(&path).await;
    watched.get("/api/v1/messages").await.ok();
    watched.get("/api/v1/jobs").await.ok();
    watched.get("/api/v1/alerts").await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_says_a_secret_or_a_number_and_no_answer_a_secret() {
    let setup = Setup { without_worker: true, ..Setup::default() };
    let app = Box::pin(TestApp::start_with(Backend::Postgres, setup)).await;
    let shop = app.shop().await;
    let mut watched = Box::pin(Watched::start(&app, &shop)).await;
    // what Meta posts goes to the process that is watched
    let mut apps = app.sandbox.world().apps;
    for one in &mut apps {
        let (_, path) = one.callback_url.as_ref().unwrap().split_once("/webhooks").unwrap();
        one.callback_url = Some(format!("{}/webhooks{path}", watched.base));
    }
    app.sandbox.apply(World { apps, ..World::default() }).unwrap();

    Box::pin(good(&app, &shop, &mut watched)).await;
    Box::pin(bad(&shop, &mut watched)).await;
    Box::pin(webhooks(&shop, &mut watched)).await;
    Box::pin(refused_token(&app, &shop, &mut watched)).await;
    app.heard_everything().await;
    tokio::time::timeout(Duration::from_secs(60), async {
        watched.worker.terminate().await;
        watched.api.terminate().await;
    })
    .await
    .expect("both stop");

    let env = app.env();
    let ours = [&shop.token, &shop.secret, &shop.verify_token, &watched.key, &env["BELLBIRD_SECRET_KEY"]];
    let planted = [APP_SECRET, VERIFY_TOKEN, GUESSED_TOKEN, GUESSED_KEY, GUESSED_VERIFY];
    let secrets: Vec<&str> = ours
        .into_iter()
        .map(String::as_str)
        .chain(planted)
        .chain([DEFAULT_APP_SECRET, DEFAULT_VERIFY_TOKEN])
        .collect();
    assert!(watched.answers.len() > 30, "{} answers", watched.answers.len());
    for answer in &watched.answers {
        for secret in &secrets {
            assert!(!answer.contains(*secret), "an answer says {secret}: {answer}");
        }
    }
    let webhook_key = shop.webhook_url.rsplit('/').next().unwrap();
    for (log, sign) in [(watched.api.log(), "answered"), (watched.worker.log(), "sender paused")] {
        assert!(log.contains("INFO") && log.contains(sign), "nothing was logged: {log}");
        for word in secrets.iter().copied().chain(NUMBERS).chain([TEXT, webhook_key]) {
            let line = log.lines().find(|line| line.contains(word));
            assert!(line.is_none(), "a log says {word}: {line:?}");
        }
    }
    drop(watched);
    Box::pin(app.stop()).await;
}
