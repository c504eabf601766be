//! Customers with a number, a BSUID, a username, a hidden number, a new number.

use bellbird_sandbox::{Person, SandboxConfig};
use serde_json::{Value, json};

use crate::support::{NUMBER, Setup, template, text};

const TO: &str = "16505551234";
const ID: &str = "US.13491208655302741918";

impl Setup {
    /// Everything posted about messages, value by value.
    fn values(&self) -> Vec<Value> {
        let posts = self.inbox.posts().into_iter();
        posts.map(|post| post["entry"][0]["changes"][0]["value"].clone()).collect()
    }

    async fn known(&self, person: Value) {
        assert_eq!(self.call("POST", "/_sandbox/people", person).await.0, 200);
    }

    async fn writes(&self, from: &str) -> Value {
        let inbound = json!({"from": from, "phone_number_id": NUMBER, "text": "Hi"});
        assert_eq!(self.call("POST", "/_sandbox/inbound", inbound).await.0, 200);
        self.settled().await;
        self.values().last().unwrap().clone()
    }
}

fn by_id(id: &str, body: Value) -> Value {
    let mut body = body;
    body.as_object_mut().unwrap().remove("to");
    body["recipient"] = id.into();
    body
}

#[tokio::test]
async fn a_hidden_number_is_never_told() {
    let setup = Setup::plain().await;
    setup
        .known(json!({"wa_id": TO, "user_id": ID, "parent_user_id": "US.ENT.1", "username": "@sheena",
            "name": "Sheena", "hides_phone": true}))
        .await;
    let value = setup.writes(TO).await;
    assert_eq!(
        value["contacts"][0],
        json!({"profile": {"name": "Sheena", "username": "@sheena"}, "user_id": ID, "parent_user_id": "US.ENT.1"})
    );
    let message = &value["messages"][0];
    assert_eq!((message.get("from"), &message["from_user_id"]), (None, &json!(ID)));

    let (status, answer) = setup.send(&by_id(ID, text(""))).await;
    assert_eq!((status, &answer["contacts"][0]), (200, &json!({"input": ID, "user_id": ID})));
    setup.settled().await;
    let wamid = answer["messages"][0]["id"].as_str().unwrap();
    assert_eq!(setup.inbox.of(wamid), ["sent", "delivered"], "the window was opened by the number");
    let statuses: Vec<_> = setup.inbox.statuses().into_iter().filter(|s| s["id"] == wamid).collect();
    assert!(statuses.iter().all(|s| s.get("recipient_id").is_none() && s["recipient_user_id"] == ID));
    let told = setup.values().into_iter().filter(|value| value.get("statuses").is_some());
    let contacts: Vec<_> = told.flat_map(|value| value["contacts"].as_array().unwrap().clone()).collect();
    assert!(contacts.iter().any(|c| c["profile"]["username"] == "@sheena"), "{contacts:?}");

    // Who is sent to by number is named by number.
    let (_, answer) = setup.send(&text(TO)).await;
    setup.settled().await;
    let wamid = answer["messages"][0]["id"].as_str().unwrap();
    let status = setup.inbox.statuses().into_iter().find(|status| status["id"] == wamid).unwrap();
    assert_eq!((&status["recipient_id"], &status["recipient_user_id"]), (&json!(TO), &json!(ID)));
}

#[tokio::test]
async fn the_id_a_webhook_named_can_be_sent_to() {
    let setup = Setup::plain().await;
    let id = setup.writes(TO).await["messages"][0]["from_user_id"].as_str().unwrap().to_owned();
    let (_, answer) = setup.send(&by_id(&id, text(""))).await;
    setup.settled().await;
    let wamid = answer["messages"][0]["id"].as_str().unwrap();
    assert_eq!(setup.inbox.of(wamid), ["sent", "delivered"], "it is the same person, whose window is open");
}

#[tokio::test]
async fn people_can_be_known_by_number_alone() {
    let setup = Setup::new(SandboxConfig { user_ids: false, ..SandboxConfig::default() }).await;
    let value = setup.writes(TO).await;
    assert!(!value.to_string().contains("user_id"), "{value}");
    setup.accepted(TO, "a").await;
    setup.settled().await;
    assert!(!setup.inbox.statuses()[0].to_string().contains("user_id"));
}

#[tokio::test]
async fn codes_to_copy_are_not_sent_to_an_id() {
    let setup = Setup::plain().await;
    let mut world = setup.sandbox.world();
    world.templates[0].category = "AUTHENTICATION".to_owned();
    setup.sandbox.apply(world).unwrap();
    let (status, answer) = setup.send(&by_id(ID, template("", "a"))).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(131_062)));
    assert_eq!(setup.send(&template(TO, "a")).await.0, 200);
}

#[tokio::test]
async fn a_new_number_is_told_with_the_new_id() {
    let setup = Setup::plain().await;
    let old_id = setup.writes(TO).await["contacts"][0]["user_id"].clone();
    let change = json!({"phone_number_id": NUMBER, "from": TO, "to": "16505559999"});
    assert_eq!(setup.call("POST", "/_sandbox/number_change", change).await.0, 200);
    setup.settled().await;
    let systems: Vec<_> = setup
        .values()
        .iter()
        .map(|value| value["messages"][0].clone())
        .filter(|message| message["type"] == "system")
        .collect();
    let of = |kind: &str| systems.iter().find(|m| m["system"]["type"] == kind).unwrap().clone();
    let number = of("user_changed_number");
    assert_eq!((&number["from"], &number["system"]["wa_id"]), (&json!(TO), &json!("16505559999")));
    let id = of("user_changed_user_id");
    assert_eq!(id["from_user_id"], old_id);
    assert_ne!(id["system"]["user_id"], old_id);
    let now = setup.writes("16505559999").await;
    assert_eq!(now["messages"][0]["from_user_id"], id["system"]["user_id"]);
}

#[tokio::test]
async fn a_changed_identity_stops_what_asks_for_the_old_one() {
    let setup = Setup::plain().await;
    let person = Person { wa_id: Some(TO.into()), identity_hash: Some("new".into()), ..Person::default() };
    setup.sandbox.put_person(person).unwrap();
    let fates = async |hash: &str| {
        let mut body = template(TO, hash);
        body["recipient_identity_key_hash"] = hash.into();
        let wamid = setup.send(&body).await.1["messages"][0]["id"].as_str().unwrap().to_owned();
        setup.settled().await;
        setup.inbox.of(&wamid)
    };
    assert_eq!(fates("new").await, ["sent", "delivered"]);
    assert_eq!(fates("old").await, ["failed"]);
    assert_eq!(setup.inbox.statuses().last().unwrap()["errors"][0]["code"], 137_000);
}
