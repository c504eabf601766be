//! Files: uploaded, sent, received, downloaded, forgotten.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use bellbird_sandbox::{PhoneNumber, SandboxConfig, WallClock, World};
use chrono::{Duration, Utc};
use serde_json::{Value, json};

use crate::support::{Answer, NUMBER, Setup, TOKEN, WABA, template};

const TO: &str = "4915112345678";
const APP: &str = "670843887433847";

impl Setup {
    async fn upload(&self, mime_type: &str, bytes: Vec<u8>) -> Answer {
        let head = format!(
            "--cut\r\ncontent-disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
             --cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\
             content-type: {mime_type}\r\n\r\n"
        );
        let body = [head.into_bytes(), bytes, b"\r\n--cut--\r\n".to_vec()].concat();
        let url = format!("{}/v24.0/{NUMBER}/media", self.sandbox.base_url());
        let post = self.client.post(url).bearer_auth(TOKEN);
        let post = post.header("content-type", "multipart/form-data; boundary=cut").body(body);
        let answer = post.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Uploads a picture and gives its id.
    async fn picture(&self, bytes: &[u8]) -> String {
        let (status, body) = self.upload("image/png", bytes.to_vec()).await;
        assert_eq!(status, 200, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    async fn bytes(&self, url: &str, token: &str) -> (u16, Vec<u8>) {
        let answer = self.client.get(url).bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }
}

fn image(to: &str, id: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "image", "image": {"id": id, "caption": "Look"}})
}

/// A clock that a test moves, and the hand to move it with.
fn clock() -> (WallClock, Arc<AtomicI64>) {
    let ahead = Arc::new(AtomicI64::new(0));
    let hand = Arc::clone(&ahead);
    #[expect(clippy::disallowed_methods, reason = "a fixed start would do as well")]
    let start = Utc::now();
    (WallClock::from_fn(move || start + Duration::seconds(ahead.load(Ordering::SeqCst))), hand)
}

#[tokio::test]
async fn a_file_goes_up_comes_down_and_can_be_deleted() {
    let setup = Setup::plain().await;
    let id = setup.picture(b"a picture").await;
    let (status, medium) = setup.call("GET", &format!("/v24.0/{id}"), Value::Null).await;
    assert_eq!((status, &medium["mime_type"], &medium["file_size"]), (200, &json!("image/png"), &json!("9")));
    assert_eq!(medium["sha256"].as_str().unwrap().len(), 64);
    let url = medium["url"].as_str().unwrap();
    assert_eq!(setup.bytes(url, TOKEN).await, (200, b"a picture".to_vec()));
    assert_eq!(setup.bytes(url, "wrong").await.0, 401);
    let bent = url.replace("hash=", "hash=0");
    assert_eq!(setup.bytes(&bent, TOKEN).await.0, 404);

    assert_eq!(setup.call("GET", &format!("/v24.0/{id}?phone_number_id={NUMBER}"), Value::Null).await.0, 200);
    assert_eq!(setup.call("GET", &format!("/v24.0/{id}?phone_number_id=1"), Value::Null).await.0, 400);
    assert_eq!(setup.call("DELETE", &format!("/v24.0/{id}"), Value::Null).await.1["success"], true);
    let (status, gone) = setup.call("GET", &format!("/v24.0/{id}"), Value::Null).await;
    assert_eq!((status, &gone["error"]["error_subcode"]), (400, &json!(33)));
    assert_eq!(setup.bytes(url, TOKEN).await.0, 404);
}

#[tokio::test]
async fn uploads_have_a_known_type_and_a_size() {
    let setup = Setup::plain().await;
    let (status, gif) = setup.upload("image/gif", vec![1]).await;
    assert_eq!((status, &gif["error"]["code"]), (400, &json!(100)));
    assert!(gif["error"]["message"].as_str().unwrap().contains("'image/gif'"), "{gif}");
    let (status, large) = setup.upload("image/webp", vec![1; 500 * 1_024 + 1]).await;
    assert_eq!((status, &large["error"]["code"]), (400, &json!(131_053)));
    assert_eq!(setup.upload("image/webp", vec![1; 500 * 1_024]).await.0, 200);
    assert_eq!(setup.upload("image/png", Vec::new()).await.0, 400);
    let (status, no_form) = setup.call("POST", &format!("/v24.0/{NUMBER}/media"), json!({"a": 1})).await;
    assert_eq!((status, &no_form["error"]["code"]), (400, &json!(100)));
}

#[tokio::test]
async fn ids_are_bound_to_their_number_and_their_kind() {
    let setup = Setup::plain().await;
    let id = setup.picture(b"a picture").await;
    setup.sandbox.open_window(NUMBER, TO);
    assert_eq!(setup.send(&image(TO, &id)).await.0, 200);
    assert_eq!(setup.send(&image(TO, "404")).await.1["error"]["code"], 100);
    let mut as_video = image(TO, &id);
    as_video["type"] = "video".into();
    as_video["video"] = json!({"id": id});
    assert_eq!(setup.send(&as_video).await.1["error"]["code"], 131_009);

    let other = PhoneNumber::new("77", WABA, APP, "other token");
    setup.sandbox.apply(World { numbers: vec![other], ..World::default() }).unwrap();
    let url = format!("{}/v24.0", setup.sandbox.base_url());
    let foreign = setup.client.post(format!("{url}/77/messages")).bearer_auth("other token");
    let foreign = foreign.json(&image(TO, &id)).send().await.unwrap();
    assert_eq!(foreign.status(), 400);
    assert_eq!(setup.bytes(&format!("{url}/{id}"), "other token").await.0, 400);
}

#[tokio::test]
async fn addresses_last_five_minutes_and_files_their_days() {
    let (clock, hand) = clock();
    let setup = Setup::new(SandboxConfig { clock, ..SandboxConfig::default() }).await;
    let id = setup.picture(b"a picture").await;
    let url = async || {
        let (_, medium) = setup.call("GET", &format!("/v24.0/{id}"), Value::Null).await;
        medium["url"].as_str().unwrap_or_default().to_owned()
    };
    let old = url().await;
    hand.fetch_add(301, Ordering::SeqCst);
    assert_eq!(setup.bytes(&old, TOKEN).await.0, 404);
    assert_eq!(setup.bytes(&url().await, TOKEN).await.0, 200);
    hand.fetch_add(30 * 24 * 60 * 60, Ordering::SeqCst);
    assert_eq!(url().await, "");
}

#[tokio::test]
async fn what_customers_send_can_be_downloaded() {
    let setup = Setup::plain().await;
    let path = format!("/_sandbox/media?phone_number_id={NUMBER}");
    let url = format!("{}{path}", setup.sandbox.base_url());
    let kept = setup.client.post(url).header("content-type", "image/jpeg").body("their picture").send().await;
    let id = kept.unwrap().json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let sent = |kind: &str, content: Value| json!({"from": TO, "phone_number_id": NUMBER, "message": {"type": kind, kind: content}});
    let named = sent("image", json!({"id": id, "caption": "Mine"}));
    assert_eq!(setup.call("POST", "/_sandbox/inbound", named).await.0, 200);
    setup.settled().await;
    let image = setup.inbox.posts()[0]["entry"][0]["changes"][0]["value"]["messages"][0]["image"].clone();
    assert_eq!((&image["id"], &image["mime_type"]), (&json!(id), &json!("image/jpeg")));
    assert!(image["sha256"].as_str().unwrap().ends_with('='), "base64 in webhooks: {image}");
    let url = image["url"].as_str().unwrap();
    assert_eq!(setup.bytes(url, TOKEN).await, (200, b"their picture".to_vec()));

    for kind in ["audio", "video", "document", "sticker"] {
        setup.call("POST", "/_sandbox/inbound", sent(kind, json!({}))).await;
        setup.settled().await;
        let posts = setup.inbox.posts();
        let content = &posts.last().unwrap()["entry"][0]["changes"][0]["value"]["messages"][0][kind];
        let (_, medium) =
            setup.call("GET", &format!("/v24.0/{}", content["id"].as_str().unwrap()), Value::Null).await;
        let (status, bytes) = setup.bytes(medium["url"].as_str().unwrap(), TOKEN).await;
        assert_eq!((status, bytes.is_empty()), (200, false), "{kind}");
    }
}

#[tokio::test]
async fn resumable_uploads_end_with_a_handle() {
    let setup = Setup::plain().await;
    let start = format!("/v24.0/{APP}/uploads?file_name=a.png&file_length=10&file_type=image/png");
    let (status, session) = setup.call("POST", &start, Value::Null).await;
    let id = session["id"].as_str().unwrap().to_owned();
    assert!(status == 200 && id.starts_with("upload:"), "{session}");
    let piece = async |offset: usize, bytes: &'static str| {
        let url = format!("{}/v24.0/{id}", setup.sandbox.base_url());
        let post = setup.client.post(url).header("authorization", format!("OAuth {TOKEN}"));
        let answer = post.header("file_offset", offset.to_string()).body(bytes).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(piece(0, "01234").await.1["file_offset"], 5);
    assert_eq!(piece(3, "5").await.0, 400);
    assert_eq!(setup.call("GET", &format!("/v24.0/{id}"), Value::Null).await.1["file_offset"], 5);
    assert_eq!(piece(5, "567890").await.0, 400, "longer than announced");
    let (status, done) = piece(5, "56789").await;
    assert!(status == 200 && done["h"].as_str().unwrap().starts_with("4::"), "{done}");
    assert_eq!(setup.call("GET", &format!("/v24.0/{id}"), Value::Null).await.0, 400);
    let wrong = format!("/v24.0/{APP}/uploads?file_length=10&file_type=image/gif");
    assert_eq!(setup.call("POST", &wrong, Value::Null).await.0, 400);
    assert_eq!(setup.send(&template(TO, "a")).await.0, 200);
}
