//! Profiles, registration, blocks, health, catalogs, the hourly limit, rules about calls that are no sends.

use bellbird_sandbox::{Behaviour, Catalog, Limits, Match, Rule, World};
use serde_json::{Value, json};

use crate::support::{NUMBER, Setup, TOKEN, WABA, template};

const TO: &str = "16505551234";
const CATALOG: &str = "194836987003835";

fn on(endpoint: &str, then: Behaviour) -> Rule {
    Rule::new(Match { endpoint: Some(endpoint.to_owned()), ..Match::all() }, then)
}

impl Setup {
    async fn get(&self, path: &str) -> Value {
        self.call("GET", &format!("/v24.0/{path}"), Value::Null).await.1
    }

    async fn post(&self, path: &str, body: Value) -> (u16, u64) {
        let (status, body) = self.call("POST", &format!("/v24.0/{path}"), body).await;
        (status, body["error"]["code"].as_u64().unwrap_or_default())
    }
}

#[tokio::test]
async fn a_profile_is_changed_field_by_field() {
    let setup = Setup::plain().await;
    let path = format!("{NUMBER}/whatsapp_business_profile");
    let body =
        json!({"messaging_product": "whatsapp", "about": "Plants", "websites": ["https://example.com/"]});
    assert_eq!(setup.post(&path, body).await.0, 200);
    assert_eq!(
        setup.post(&path, json!({"messaging_product": "whatsapp", "vertical": "RETAIL"})).await.0,
        200
    );
    let profile = setup.get(&format!("{path}?fields=about,vertical,websites")).await;
    assert_eq!(
        profile["data"][0],
        json!({"about": "Plants", "vertical": "RETAIL", "websites": ["https://example.com/"]})
    );
    for wrong in [
        json!({"about": "no product"}),
        json!({"messaging_product": "whatsapp", "vertical": "PLANTS"}),
        json!({"messaging_product": "whatsapp", "about": "x".repeat(140)}),
        json!({"messaging_product": "whatsapp", "websites": ["a", "b", "c"]}),
    ] {
        assert_eq!(setup.post(&path, wrong).await, (400, 100));
    }
}

#[tokio::test]
async fn numbers_are_registered_with_their_pin() {
    let setup = Setup::plain().await;
    let register = |pin: &str| json!({"messaging_product": "whatsapp", "pin": pin});
    let to = format!("{NUMBER}/register");
    assert_eq!(setup.post(&to, register("123")).await, (400, 100));
    assert_eq!(setup.post(&to, register("123456")).await.0, 200);
    assert_eq!(setup.post(&to, register("000000")).await, (400, 133_005));
    assert_eq!(setup.post(&format!("{NUMBER}/deregister"), json!({})).await.0, 200);
    assert_eq!(setup.send(&template(TO, "a")).await.1["error"]["code"], 133_010);
    let health = setup.get(&format!("{NUMBER}?fields=health_status,status")).await;
    assert_eq!(
        (&health["health_status"]["can_send_message"], &health["status"]),
        (&json!("BLOCKED"), &json!("DISCONNECTED"))
    );
    assert_eq!(setup.post(&to, register("123456")).await.0, 200);
    assert_eq!(setup.send(&template(TO, "a")).await.0, 200);
    let health = setup.get(&format!("{NUMBER}?fields=health_status")).await;
    assert_eq!(health["health_status"]["can_send_message"], "AVAILABLE");
    let code = json!({"code_method": "SMS", "language": "en"});
    assert_eq!(setup.post(&format!("{NUMBER}/request_code"), code).await.0, 200);
    assert_eq!(setup.post(&format!("{NUMBER}/verify_code"), json!({"code": "123-456"})).await.0, 200);
    assert_eq!(setup.post(&format!("{NUMBER}/verify_code"), json!({"code": "000000"})).await, (400, 136_025));
}

#[tokio::test]
async fn only_who_wrote_today_can_be_blocked() {
    let setup = Setup::plain().await;
    let path = format!("/v24.0/{NUMBER}/block_users");
    setup.sandbox.open_window(NUMBER, TO);
    let users = json!({"messaging_product": "whatsapp", "block_users": [{"user": "+1 650 555 1234"}, {"user": "+4915112345678"}]});
    let (_, answer) = setup.call("POST", &path, users.clone()).await;
    assert_eq!(answer["block_users"]["added_users"][0]["wa_id"], TO);
    assert_eq!(answer["block_users"]["failed_users"][0]["errors"][0]["code"], 139_101);
    assert_eq!(answer["errors"]["code"], 139_100);
    assert_eq!(setup.get(&format!("{NUMBER}/block_users")).await["data"][0]["wa_id"], TO);
    let blocked = setup.accepted(TO, "a").await;
    setup.settled().await;
    assert_eq!(setup.inbox.of(&blocked), ["failed"]);
    assert_eq!(setup.inbox.statuses()[0]["errors"][0]["code"], 130_403);
    assert_eq!(setup.call("DELETE", &path, users).await.0, 200);
    let free = setup.accepted(TO, "b").await;
    setup.settled().await;
    assert_eq!(setup.inbox.of(&free), ["sent", "delivered"]);
}

#[tokio::test]
async fn calls_are_counted_by_the_hour() {
    let setup = Setup::plain().await;
    setup.sandbox.set_limits(Limits { management_calls_per_hour: Some(4), ..Limits::default() });
    let url = format!("{}/v24.0/{WABA}/phone_numbers", setup.sandbox.base_url());
    let call = async || setup.client.get(&url).bearer_auth(TOKEN).send().await.unwrap();
    let header = |answer: &reqwest::Response, name: &str| {
        serde_json::from_str::<Value>(answer.headers()[name].to_str().unwrap()).unwrap()
    };
    let first = call().await;
    assert_eq!(header(&first, "x-app-usage")["call_count"], 25);
    let usage = &header(&first, "x-business-use-case-usage")[WABA][0];
    assert_eq!((&usage["type"], &usage["estimated_time_to_regain_access"]), (&json!("whatsapp"), &json!(0)));
    for _ in 0..3 {
        assert_eq!(call().await.status(), 200);
    }
    let over = call().await;
    let minutes =
        header(&over, "x-business-use-case-usage")[WABA][0]["estimated_time_to_regain_access"].clone();
    assert!((59..=60).contains(&minutes.as_i64().unwrap()), "{minutes}");
    assert_eq!(
        (over.status().as_u16(), &over.json::<Value>().await.unwrap()["error"]["code"]),
        (400, &json!(80_007))
    );
    assert_eq!(setup.send(&template(TO, "a")).await.0, 200, "sends do not count");
    setup.sandbox.advance(std::time::Duration::from_secs(60 * 60));
    assert_eq!(call().await.status(), 200);
}

#[tokio::test]
async fn rules_can_be_about_any_call() {
    let setup = Setup::plain().await;
    setup.sandbox.add_rule(on("message_templates", Behaviour::Refuse { code: 2_388_019, http_status: None }));
    setup.sandbox.add_rule(on("object", Behaviour::Refuse { code: 131_016, http_status: None }));
    let path = format!("/v24.0/{WABA}/message_templates");
    let (status, answer) = setup.call("GET", &path, Value::Null).await;
    assert_eq!(
        (status, &answer["error"]["code"], &answer["error"]["error_subcode"]),
        (400, &json!(100), &json!(2_388_019))
    );
    assert_eq!(setup.call("GET", &format!("/v24.0/{NUMBER}"), Value::Null).await.0, 500);
    assert_eq!(setup.send(&template(TO, "a")).await.0, 200, "sends are another matter");
    setup.sandbox.clear_rules();
    setup.sandbox.add_rule(on("media", Behaviour::DropBeforeAccept));
    let url = format!("{}/v24.0/{NUMBER}/media", setup.sandbox.base_url());
    assert!(setup.client.post(url).bearer_auth(TOKEN).body("x").send().await.unwrap_err().is_request());
}

#[tokio::test]
async fn a_number_can_have_an_address_of_its_own() {
    let setup = Setup::plain().await;
    let dead = json!({"webhook_configuration": {"override_callback_uri": "http://example.com/"}});
    assert_eq!(setup.post(NUMBER, dead).await, (400, 100));
    let nowhere = json!({"webhook_configuration": {"override_callback_uri": "http://127.0.0.1:9/hooks"}});
    assert_eq!(setup.post(NUMBER, nowhere).await.0, 200);
    setup.accepted(TO, "a").await;
    while setup.sandbox.counts().webhook_failures == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(setup.inbox.posts().len(), 0);
    let back = json!({"webhook_configuration": {"override_callback_uri": ""}});
    assert_eq!(setup.post(NUMBER, back).await.0, 200);
    setup.accepted(TO, "b").await;
    while setup.inbox.statuses().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn throughput_and_quality_change() {
    let setup = Setup::plain().await;
    let change = json!({"phone_number_id": NUMBER, "quality_rating": "RED", "mps": 2_000});
    assert_eq!(setup.call("POST", "/_sandbox/number", change).await.0, 200);
    let number = setup.get(&format!("{NUMBER}?fields=quality_rating,health_status")).await;
    assert_eq!(
        (&number["quality_rating"], &number["health_status"]["can_send_message"]),
        (&json!("RED"), &json!("LIMITED"))
    );
    setup.settled().await;
    assert_eq!(setup.inbox.posts()[0]["entry"][0]["changes"][0]["value"]["event"], "THROUGHPUT_UPGRADE");
    let wrong = json!({"phone_number_id": NUMBER, "quality_rating": "BLUE"});
    assert_eq!(setup.call("POST", "/_sandbox/number", wrong).await.0, 400);
}

#[tokio::test]
async fn products_come_in_batches() {
    let setup = Setup::plain().await;
    let catalog = Catalog { id: CATALOG.into(), name: "Plants".into(), waba_id: WABA.into() };
    setup.sandbox.apply(World { catalogs: vec![catalog], ..World::default() }).unwrap();
    let item = |id: &str| {
        json!({"id": id, "title": "Succulent", "description": "Small", "availability": "in stock", "condition": "new",
            "price": "9.99 USD", "link": "https://example.com", "brand": "Ours", "image_link": "https://example.com/1.jpg"})
    };
    let batch =
        |requests: Value| json!({"item_type": "PRODUCT_ITEM", "allow_upsert": true, "requests": requests});
    let post = async |body: Value| setup.call("POST", &format!("/v24.0/{CATALOG}/items_batch"), body).await;
    let mixed = json!([{"method": "CREATE", "data": item("sku-1")}, {"method": "UPDATE", "data": item("sku-2")},
        {"method": "CREATE", "data": {"id": "sku-9"}}]);
    let (status, answer) = post(batch(mixed)).await;
    assert_eq!((status, &answer["validation_status"][0]["retailer_id"]), (200, &json!("sku-9")));
    let handle = answer["handles"][0].as_str().unwrap().to_owned();
    let path =
        format!("{CATALOG}/check_batch_request_status?handle={handle}&load_ids_of_invalid_requests=true");
    let finished = loop {
        let told = setup.get(&path).await["data"][0].clone();
        if told["status"] == "finished" {
            break told;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(
        (&finished["errors_total_count"], &finished["ids_of_invalid_requests"]),
        (&json!(1), &json!(["sku-9"]))
    );
    let all_bad = post(batch(json!([{"method": "CREATE", "data": {"id": "sku-9"}}]))).await;
    assert_eq!((all_bad.0, &all_bad.1["handles"]), (200, &json!([])));
    let products = setup.get(&format!("{CATALOG}/products?limit=1")).await;
    assert_eq!(products["data"][0]["retailer_id"], "sku-1");
    let rest = setup.get(&format!("{CATALOG}/products?after=sku-1")).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["data"][0]["name"]), (1, &json!("Succulent")));
    assert_eq!(setup.get(&format!("{WABA}/product_catalogs")).await["data"][0]["id"], CATALOG);

    setup.sandbox.open_window(NUMBER, TO);
    let product = |id: &str| {
        json!({"messaging_product": "whatsapp", "to": TO, "type": "interactive", "interactive": {"type": "product",
            "action": {"catalog_id": CATALOG, "product_retailer_id": id}}})
    };
    assert_eq!(setup.send(&product("sku-1")).await.0, 200);
    assert_eq!(setup.send(&product("sku-9")).await.1["error"]["code"], 131_009);
    let settings = format!("{NUMBER}/whatsapp_commerce_settings");
    assert_eq!(setup.get(&settings).await["data"][0]["is_catalog_visible"], false);
    assert_eq!(setup.post(&settings, json!({"is_catalog_visible": true})).await.0, 200);
    assert_eq!(setup.get(&settings).await["data"][0]["is_catalog_visible"], true);
    assert_eq!(post(json!({"requests": []})).await.0, 400);
    let foreign = setup.client.get(format!("{}/v24.0/{CATALOG}", setup.sandbox.base_url())).bearer_auth("x");
    assert_eq!(foreign.send().await.unwrap().status(), 401);
}
