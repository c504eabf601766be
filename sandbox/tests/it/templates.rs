//! The life of templates: created, reviewed, edited, paused, recategorised, deleted.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use bellbird_sandbox::{Behaviour, Match, Rule, SandboxConfig, WallClock};
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use crate::support::{NUMBER, PATIENCE, Setup, WABA, template, text};

const TO: &str = "4915112345678";

/// A sandbox whose time the test moves, in seconds.
async fn with_clock() -> (Setup, Arc<AtomicI64>) {
    let ahead = Arc::new(AtomicI64::new(0));
    let hand = Arc::clone(&ahead);
    let start = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let clock = WallClock::from_fn(move || start + TimeDelta::seconds(ahead.load(Ordering::SeqCst)));
    (Setup::new(SandboxConfig { clock, ..SandboxConfig::default() }).await, hand)
}

fn path() -> String {
    format!("/v24.0/{WABA}/message_templates")
}

fn order(name: &str) -> Value {
    json!({"name": name, "language": "en_US", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Order {{1}} is on its way."}]})
}

impl Setup {
    async fn created(&self, body: Value) -> String {
        let (status, created) = self.call("POST", &path(), body).await;
        assert_eq!(status, 200, "{created}");
        created["id"].as_str().unwrap().to_owned()
    }

    /// Waits for a change of this field whose value has this under this name, and gives the value.
    async fn change(&self, field: &str, key: &str, wanted: &str) -> Value {
        let found = async {
            loop {
                let changes =
                    self.inbox.posts().into_iter().map(|post| post["entry"][0]["changes"][0].clone());
                let mut ours = changes.filter(|c| c["field"] == field && c["value"][key] == wanted);
                if let Some(change) = ours.next() {
                    return change["value"].clone();
                }
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, found).await;
        assert!(waited.is_ok(), "no {field} with {key} = {wanted}");
        waited.unwrap()
    }

    async fn status_of(&self, id: &str) -> String {
        let (_, shown) = self.call("GET", &format!("/v24.0/{id}?fields=status"), Value::Null).await;
        shown["status"].as_str().unwrap_or_default().to_owned()
    }

    async fn event(&self, event: &str) -> Value {
        self.change("message_template_status_update", "event", event).await
    }
}

#[tokio::test]
async fn reviews_approve_reject_and_recategorise() {
    let setup = Setup::plain().await;
    let id = setup.created(order("plain")).await;
    let approved = setup.event("APPROVED").await;
    assert_eq!((&approved["message_template_name"], &approved["reason"]), (&json!("plain"), &json!("NONE")));
    assert_eq!(approved["message_template_category"], "UTILITY");
    assert_eq!(setup.status_of(&id).await, "APPROVED");

    let mut advert = order("advert");
    advert["components"][0]["text"] = "Your order {{1}} comes with a discount of 20% off.".into();
    let id = setup.created(advert).await;
    while setup.status_of(&id).await == "PENDING" {
        tokio::task::yield_now().await;
    }
    let (_, shown) = setup.call("GET", &format!("/v24.0/{id}"), Value::Null).await;
    assert_eq!(
        (&shown["category"], &shown["previous_category"]),
        (&json!("MARKETING"), &json!("UTILITY")),
        "a misfit is approved as marketing"
    );

    let mut neighbours = order("neighbours");
    neighbours["components"][0]["text"] = "Hello dear {{1}} {{2}}, your order is here.".into();
    setup.created(neighbours).await;
    let rejected = setup.event("REJECTED").await;
    assert_eq!(rejected["reason"], "INVALID_FORMAT");
    assert!(rejected["rejection_info"]["recommendation"].is_string());

    let review = json!({"after_ms": 0, "status": "REJECTED", "reason": "ABUSIVE_CONTENT"});
    assert_eq!(setup.call("PUT", "/_sandbox/review", review).await.0, 200);
    let id = setup.created(order("abusive")).await;
    setup.change("message_template_status_update", "reason", "ABUSIVE_CONTENT").await;
    let (_, shown) = setup.call("GET", &format!("/v24.0/{id}?fields=rejected_reason"), Value::Null).await;
    assert_eq!(shown["rejected_reason"], "ABUSIVE_CONTENT");
}

#[tokio::test]
async fn edits_are_reviewed_again_and_limited() {
    let (setup, hand) = with_clock().await;
    let id = setup.created(order("order")).await;
    setup.event("APPROVED").await;
    let edit = |text: &str| json!({"components": [{"type": "BODY", "text": text}]});
    let node = format!("/v24.0/{id}");
    let (status, done) = setup.call("POST", &node, edit("Order {{1}} has been sent.")).await;
    assert_eq!((status, &done["success"]), (200, &json!(true)));
    while setup.status_of(&id).await != "APPROVED" {
        tokio::task::yield_now().await;
    }
    let subcode = async |body: Value| {
        let (status, body) = setup.call("POST", &node, body).await;
        (status, body["error"]["error_subcode"].as_u64().unwrap_or_default())
    };
    assert_eq!(subcode(edit("Order {{1}} was sent.")).await, (400, 2_388_039), "once a day");
    hand.fetch_add(24 * 60 * 60, Ordering::SeqCst);
    assert_eq!(subcode(edit("Order {{1}}")).await, (400, 2_388_299));
    assert_eq!(subcode(json!({"category": "MARKETING"})).await, (400, 2_388_039), "fixed once approved");
    assert_eq!(subcode(edit("Order {{1}} was sent.")).await.0, 200);
    let foreign = setup.client.get(format!("{}{node}", setup.sandbox.base_url())).bearer_auth("x");
    assert_eq!(foreign.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn deleted_names_are_blocked_and_cannot_be_sent() {
    let (setup, hand) = with_clock().await;
    let mut german = order("order");
    german["language"] = "de".into();
    let english = setup.created(order("order")).await;
    setup.created(german).await;
    while setup.status_of(&english).await != "APPROVED" {
        tokio::task::yield_now().await;
    }
    let one = format!("{}?name=order&hsm_id={english}", path());
    assert_eq!(setup.call("DELETE", &one, Value::Null).await.1["success"], true);
    setup.event("DELETED").await;
    let (_, left) = setup.call("GET", &format!("{}?name=order", path()), Value::Null).await;
    assert_eq!((left["data"].as_array().unwrap().len(), &left["data"][0]["language"]), (1, &json!("de")));
    let (_, blocked) = setup.call("POST", &path(), order("order")).await;
    assert_eq!(blocked["error"]["error_subcode"], 2_388_023);
    hand.fetch_add(30 * 24 * 60 * 60, Ordering::SeqCst);
    setup.created(order("order")).await;

    let all = format!("{}?name=welcome_offer", path());
    assert_eq!(setup.call("DELETE", &all, Value::Null).await.0, 200);
    assert_eq!(setup.send(&template(TO, "a")).await.1["error"]["code"], 132_001);
    assert_eq!(setup.call("DELETE", &all, Value::Null).await.0, 400);
    assert_eq!(setup.call("DELETE", &path(), Value::Null).await.0, 400);
}

#[tokio::test]
async fn pauses_grow_and_the_third_is_for_good() {
    let (setup, hand) = with_clock().await;
    let key = json!({"waba_id": WABA, "name": "welcome_offer", "language": "en_US"});
    let send = async || setup.send(&template(TO, "a")).await.1["error"]["code"].as_u64().unwrap_or_default();
    for (title, hours) in [("FIRST_PAUSE", 3), ("SECOND_PAUSE", 6)] {
        assert_eq!(setup.call("POST", "/_sandbox/template_pause", key.clone()).await.0, 200);
        assert_eq!(send().await, 132_015);
        hand.fetch_add(hours * 60 * 60, Ordering::SeqCst);
        while send().await != 0 {
            tokio::task::yield_now().await;
        }
        let told = setup.inbox.clone();
        let titles = async || {
            while !told.bodies.lock().unwrap().iter().any(|body| body.contains(title)) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, titles()).await.unwrap();
    }
    setup.call("POST", "/_sandbox/template_pause", key).await;
    assert_eq!(send().await, 132_016);
    let disabled = setup.event("DISABLED").await;
    assert!(disabled["disable_info"]["disable_date"].is_i64());
    let all = format!("{}?name=welcome_offer", path());
    assert_eq!(setup.call("DELETE", &all, Value::Null).await.0, 400, "disabled ones cannot be deleted");
}

#[tokio::test]
async fn quality_category_and_words_change_with_a_webhook() {
    let (setup, hand) = with_clock().await;
    let id = setup.created(order("order")).await;
    setup.event("APPROVED").await;
    let key = |more: Value| {
        let mut key = json!({"waba_id": WABA, "name": "order", "language": "en_US"});
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key
    };
    let post =
        async |what: &str, more: Value| setup.call("POST", &format!("/_sandbox/{what}"), key(more)).await.0;
    assert_eq!(post("template_quality", json!({"quality": "YELLOW"})).await, 200);
    let quality = setup.change("message_template_quality_update", "new_quality_score", "YELLOW").await;
    assert_eq!(quality["previous_quality_score"], "UNKNOWN");
    let (_, list) = setup.call("GET", &format!("{}?quality_score=YELLOW", path()), Value::Null).await;
    assert_eq!(list["data"][0]["quality_score"]["score"], "YELLOW");

    assert_eq!(post("template_category", json!({"category": "MARKETING", "warn": true})).await, 200);
    let warned = setup.change("template_category_update", "correct_category", "MARKETING").await;
    assert_eq!(warned["new_category"], "UTILITY");
    hand.fetch_add(24 * 60 * 60, Ordering::SeqCst);
    let done = setup.change("template_category_update", "new_category", "MARKETING").await;
    assert_eq!(done["previous_category"], "UTILITY");
    let (_, shown) = setup.call("GET", &format!("/v24.0/{id}"), Value::Null).await;
    assert_eq!(shown["category"], "MARKETING");

    let words = json!([{"type": "BODY", "text": "Order {{1}}, sent."},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "See", "url": "https://example.com"}]}]);
    assert_eq!(post("template_components", json!({"components": words})).await, 200);
    let changed = setup.change("message_template_components_update", "message_template_name", "order").await;
    assert_eq!(changed["message_template_element"], "Order {{1}}, sent.");
    assert_eq!(changed["message_template_buttons"][0]["message_template_button_url"], "https://example.com");
    assert_eq!(post("template_quality", json!({"quality": "BLUE"})).await, 400);
}

#[tokio::test]
async fn pacing_holds_messages_and_then_lets_them_go_or_fail() {
    let setup = Setup::plain().await;
    let held = |fails| Rule::new(Match::all().first(1), Behaviour::HeldForQuality { after_ms: 30, fails });
    setup.sandbox.add_rule(held(false));
    let (_, answer) = setup.send(&template(TO, "a")).await;
    assert_eq!(answer["messages"][0]["message_status"], "held_for_quality_assessment");
    setup.settled().await;
    assert_eq!(setup.inbox.of(answer["messages"][0]["id"].as_str().unwrap()), ["sent", "delivered"]);

    setup.sandbox.add_rule(held(true));
    let (_, answer) = setup.send(&template(TO, "b")).await;
    let paused = setup.event("PAUSED").await;
    assert_eq!(paused["other_info"]["title"], "RATE_LIMITING_PAUSE");
    setup.settled().await;
    assert_eq!(setup.inbox.of(answer["messages"][0]["id"].as_str().unwrap()), ["failed"]);
    assert!(setup.inbox.statuses().iter().any(|status| status["errors"][0]["code"] == 132_015));
    assert_eq!(setup.send(&template(TO, "c")).await.1["error"]["code"], 132_015);
    let id = setup.sandbox.world().templates[0].id.clone();
    let unpause = format!("/v24.0/{id}/unpause");
    assert_eq!(setup.call("POST", &unpause, json!({})).await.1["success"], true);
    assert_eq!(setup.call("POST", &unpause, json!({})).await.0, 400);
    assert_eq!(setup.send(&template(TO, "d")).await.0, 200);
    setup.sandbox.open_window(NUMBER, TO);
    assert_eq!(setup.send(&text(TO)).await.0, 200, "free text has no template");
}

#[tokio::test]
async fn pages_go_both_ways() {
    let setup = Setup::plain().await;
    for name in ["a", "b", "c", "d"] {
        setup.created(order(&format!("order_{name}"))).await;
    }
    let names = |page: &Value| {
        let data = page["data"].as_array().unwrap().iter();
        data.map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let get = async |query: &str| setup.call("GET", &format!("{}?{query}", path()), Value::Null).await.1;
    let first = get("name=order_&limit=3&fields=name").await;
    assert_eq!(names(&first), ["order_a", "order_b", "order_c"]);
    assert!(first["data"][0].get("components").is_none(), "only what was asked for");
    let next = first["paging"]["next"].as_str().unwrap().strip_prefix(setup.sandbox.base_url()).unwrap();
    let rest = setup.call("GET", next, Value::Null).await.1;
    assert_eq!((names(&rest), rest["paging"].get("next")), (vec!["order_d".to_owned()], None));
    let before = rest["paging"]["cursors"]["before"].as_str().unwrap();
    let back = get(&format!("name=order_&limit=2&before={before}")).await;
    assert_eq!(names(&back), ["order_b", "order_c"]);
    assert_eq!(setup.call("GET", &format!("{}?after=7", path()), Value::Null).await.0, 400);
}
