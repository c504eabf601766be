//! Every kind of send, read marks, reactions, the marketing API.

use bellbird_sandbox::{EXAMPLES, StatusProfile};
use serde_json::{Value, json};

use crate::support::{NUMBER, Setup, TOKEN, template, text};

const TO: &str = "16505551234";

impl Setup {
    async fn customer_says(&self, more: Value) -> String {
        let mut inbound = json!({"from": TO, "phone_number_id": NUMBER});
        inbound.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) = self.call("POST", "/_sandbox/inbound", inbound).await;
        assert_eq!(status, 200, "{answer}");
        answer["wamid"].as_str().unwrap().to_owned()
    }

    async fn sent(&self, body: &Value) -> String {
        let (status, answer) = self.send(body).await;
        assert_eq!(status, 200, "{body} gave {answer}");
        answer["messages"][0]["id"].as_str().unwrap().to_owned()
    }
}

fn reaction(to: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": TO, "type": "reaction",
        "reaction": {"message_id": to, "emoji": "👍"}})
}

#[tokio::test]
async fn the_documentations_sends_are_accepted() {
    let setup = Setup::plain().await;
    setup.sandbox.open_window(NUMBER, TO);
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/requests");
    let (mut kinds, mut refused) = (std::collections::BTreeSet::new(), Vec::new());
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_send =
            name.starts_with("send_") || name.starts_with("x_") || name.contains("_messages__send_");
        let mut body: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let kind = body["type"].as_str().unwrap_or("").to_owned();
        // Templates need their other half; placeholders are no values; groups are not simulated.
        let placeholder = ["<", "http(s)"].iter().any(|mark| body.to_string().contains(mark));
        let group = body["recipient_type"] == "group";
        if !is_send || kind.is_empty() || kind == "template" || placeholder || group {
            continue;
        }
        body["to"] = TO.into();
        body["messaging_product"] = "whatsapp".into();
        // The files they name are not here, so they are named by address.
        let header = body["interactive"]["header"]["type"].as_str().unwrap_or("").to_owned();
        for file in [format!("/{kind}"), format!("/interactive/header/{header}")] {
            if let Some(file) = body.pointer_mut(&file).filter(|file| file.get("id").is_some()) {
                *file = json!({"link": "https://example.com/file"});
            }
        }
        let (status, answer) = setup.send(&body).await;
        if status != 200 {
            refused.push(format!("{name}: {answer}"));
        }
        kinds.insert(format!("{kind} {}", body["interactive"]["type"].as_str().unwrap_or("")));
    }
    assert!(kinds.len() >= 15, "{kinds:?}");
    assert!(refused.is_empty(), "{refused:#?}");
}

#[tokio::test]
async fn what_was_sent_can_be_read_in_the_ledger() {
    let setup = Setup::plain().await;
    let theirs = setup.customer_says(json!({"text": "Hello?"})).await;
    let mut answer = text(TO);
    answer["context"] = json!({"message_id": theirs});
    setup.sent(&answer).await;
    let sent = &setup.sandbox.ledger()[0];
    assert_eq!(
        (sent.context.as_deref(), &sent.content),
        (Some(theirs.as_str()), &Some(answer["text"].clone()))
    );
    answer["context"] = json!({});
    assert_eq!(setup.send(&answer).await.1["error"]["code"], 131_008);
    answer["context"] = Value::Null;
    answer["recipient_type"] = "group".into();
    assert_eq!(setup.send(&answer).await.1["error"]["code"], 100);
}

#[tokio::test]
async fn read_marks_and_typing_are_kept() {
    let setup = Setup::plain().await;
    let theirs = setup.customer_says(json!({"text": "Hello?"})).await;
    let mark = |more: Value| {
        let mut mark = json!({"messaging_product": "whatsapp", "status": "read", "message_id": theirs});
        mark.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        mark
    };
    let typing = mark(json!({"typing_indicator": {"type": "text"}}));
    assert_eq!(setup.send(&typing).await, (200, json!({"success": true})));
    assert_eq!(setup.send(&mark(json!({"typing_indicator": {"type": "song"}}))).await.0, 400);
    assert_eq!(setup.send(&mark(json!({"status": "delivered"}))).await.0, 400);
    let (_, marks) = setup.call("GET", "/_sandbox/read", Value::Null).await;
    assert_eq!(marks.as_array().unwrap().len(), 1);
    assert_eq!((&marks[0]["message_id"], &marks[0]["typing"]), (&json!(theirs), &json!(true)));
    assert_eq!((setup.sandbox.counts().marked_read, setup.sandbox.counts().typing), (1, 1));
}

#[tokio::test]
async fn reactions_are_only_sent_and_need_a_message() {
    let setup = Setup::plain().await;
    let theirs = setup.customer_says(json!({"text": "Done"})).await;
    let good = setup.sent(&reaction(&theirs)).await;
    let unknown = setup.sent(&reaction("wamid.unknown")).await;
    let to_ours = setup.sent(&text(TO)).await;
    let to_ours = setup.sent(&reaction(&to_ours)).await;
    let to_reaction = setup.sent(&reaction(&to_ours)).await;
    setup.settled().await;
    assert_eq!(setup.inbox.of(&good), ["sent"]);
    assert_eq!(setup.inbox.of(&to_ours), ["sent"]);
    for failed in [unknown, to_reaction] {
        assert_eq!(setup.inbox.of(&failed), ["failed"]);
    }
    setup.sandbox.advance(std::time::Duration::from_secs(30 * 24 * 60 * 60));
    setup.sandbox.open_window(NUMBER, TO);
    let too_late = setup.sent(&reaction(&theirs)).await;
    setup.settled().await;
    assert_eq!(setup.inbox.of(&too_late), ["failed"]);
    assert_eq!(setup.inbox.statuses().last().unwrap()["errors"][0]["code"], 131_009);
}

#[tokio::test]
async fn the_marketing_api_takes_marketing_templates_only() {
    let setup = Setup::plain().await;
    let post = async |body: &Value| {
        let url = format!("{}/v24.0/{NUMBER}/marketing_messages", setup.sandbox.base_url());
        let answer = setup.client.post(url).bearer_auth(TOKEN).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let mut offer = template(TO, "a");
    offer["product_policy"] = "STRICT".into();
    assert_eq!(post(&offer).await.0, 200);
    setup.settled().await;
    assert_eq!(setup.inbox.statuses()[0]["pricing"]["category"], "marketing_lite");
    assert_eq!(post(&text(TO)).await.1["error"]["code"], 131_055);
    let mut world = setup.sandbox.world();
    world.templates[0].category = "UTILITY".to_owned();
    setup.sandbox.apply(world).unwrap();
    assert_eq!(post(&offer).await.1["error"]["code"], 134_100);
}

#[tokio::test]
async fn voice_notes_are_played() {
    let setup = Setup::plain().await;
    setup.sandbox.set_statuses(StatusProfile {
        read_ratio: 1.0,
        played_ratio: 1.0,
        ..StatusProfile::instant()
    });
    setup.sandbox.open_window(NUMBER, TO);
    let audio = |voice: bool| {
        json!({"messaging_product": "whatsapp", "to": TO, "type": "audio",
            "audio": {"link": "https://example.com/a.ogg", "voice": voice}})
    };
    let (voice, song) = (setup.sent(&audio(true)).await, setup.sent(&audio(false)).await);
    setup.settled().await;
    assert_eq!(setup.inbox.of(&voice), ["sent", "delivered", "read", "played"]);
    assert_eq!(setup.inbox.of(&song), ["sent", "delivered", "read"]);
}

#[tokio::test]
async fn customers_send_messages_of_every_kind() {
    let setup = Setup::plain().await;
    for example in EXAMPLES {
        setup.customer_says(json!({"example": example, "context_id": "wamid.ours"})).await;
        setup.settled().await;
        let posts = setup.inbox.posts();
        let value = &posts.last().unwrap()["entry"][0]["changes"][0]["value"];
        let message = &value["messages"][0];
        assert_eq!((&message["from"], &value["contacts"][0]["wa_id"]), (&json!(TO), &json!(TO)), "{example}");
        assert!(message["id"].is_string() && message["timestamp"].is_string(), "{example}");
    }
    let wrong = json!({"from": TO, "phone_number_id": NUMBER, "example": "hologram"});
    let (status, answer) = setup.call("POST", "/_sandbox/inbound", wrong).await;
    assert!(status == 400 && answer["error"].as_str().unwrap().contains("list_reply"), "{answer}");
    let nothing = json!({"from": TO, "phone_number_id": NUMBER, "message": {"type": "text"}});
    assert_eq!(setup.call("POST", "/_sandbox/inbound", nothing).await.0, 400);
}
