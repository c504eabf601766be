//! Numbers and the apps that speak for them: proved by their token, and their secrets never shown.

use crate::support::app::both;
use bellbird_sandbox::{PhoneNumber, World};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/senders";

both!(a_number_is_proved_by_its_token_before_it_is_written, |app| {
    let shop = app.shop().await;
    let meta_app = app.sandbox.world().apps[0].id.clone();
    let number = PhoneNumber {
        display_phone_number: "+44 20 7946 0000".into(),
        verified_name: "Second Shop".into(),
        ..PhoneNumber::new("888", &shop.waba, &meta_app, "second token")
    };
    app.sandbox.apply(World { numbers: vec![number], ..World::default() }).unwrap();
    let connection = |changes: Value| {
        let mut connection = json!({
            "app_id": shop.app, "phone_number_id": "888", "waba_id": shop.waba, "access_token": "second token",
        });
        changes.as_object().unwrap().iter().for_each(|(key, value)| connection[key] = value.clone());
        connection
    };
    for (changes, field, code) in [
        (json!({"access_token": "guessed"}), "access_token", "token_refused"),
        (json!({"waba_id": "20999999"}), "waba_id", "number_of_other_account"),
        (json!({"mps": 0}), "mps", "invalid_mps"),
        (json!({"mps": 1001}), "mps", "invalid_mps"),
    ] {
        let answer = shop.api.post(PATH, connection(changes)).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)], "{}", answer.text);
    }
    let unknown = shop.api.post(PATH, connection(json!({"phone_number_id": "889"}))).await;
    unknown.refused(422, "invalid_input");
    assert_eq!(shop.all(PATH).await.len(), 1, "nothing was written");

    let made = shop.api.post(PATH, connection(json!({}))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((&made.json["name"], &made.json["mps"]), (&json!("Second Shop"), &json!(80)));
    assert_eq!((&made.json["phone"], &made.json["status"]), (&json!("+44 20 7946 0000"), &json!("active")));
    shop.api.post(PATH, connection(json!({}))).await.refused(409, "sender_exists");

    let other = app.shop().await;
    let theirs = connection(json!({"app_id": other.app}));
    other.api.post(PATH, theirs).await.refused(409, "sender_exists");
});

both!(a_new_token_replaces_one_that_expired, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let path = format!("{PATH}/{}/access-token", shop.sender);
    let mut number = app.sandbox.world().numbers.into_iter().find(|number| number.id == shop.number).unwrap();
    number.token = "a new token".into();
    app.sandbox.expire_token(&shop.token);
    app.sandbox.apply(World { numbers: vec![number], ..World::default() }).unwrap();
    let put = async |api: &crate::support::client::Client, token: &str| {
        api.send(reqwest::Method::PUT, &path, json!({"access_token": token})).await
    };
    let refused = put(&shop.api, "guessed").await;
    refused.refused(422, "invalid_input");
    assert_eq!(refused.fields(), [("access_token", "token_refused")]);
    put(&stranger.api, "a new token").await.refused(404, "not_found");

    let people = crate::support::shop::phones(1);
    let campaign = shop.launched(app, json!({}), &people).await;
    crate::support::wait::wait_until("the old token to pause the sender", async || {
        shop.api.get(&format!("{PATH}/{}", shop.sender)).await.ok()["status"] == "paused"
    })
    .await;
    let answer = put(&shop.api, "a new token").await;
    assert_eq!((answer.status, &answer.json["status"]), (200, &json!("paused")), "{}", answer.text);
    assert!(!answer.text.contains("a new token"));
    shop.api.post(&format!("{PATH}/{}/resume", shop.sender), Value::Null).await.ok();
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
});

both!(a_strangers_app_cannot_be_named, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let mut connection = shop.connection();
    connection["app_id"] = json!(stranger.app);
    connection["phone_number_id"] = json!("999");
    shop.api.post(PATH, connection).await.refused(404, "not_found");
});

both!(secrets_go_in_and_never_come_out, |app| {
    let shop = app.shop().await;
    let mut seen = String::new();
    for path in [
        PATH.to_string(),
        format!("{PATH}/{}", shop.sender),
        "/api/v1/apps".to_string(),
        format!("/api/v1/apps/{}", shop.app),
    ] {
        let answer = shop.api.get(&path).await;
        assert_eq!(answer.status, 200);
        seen.push_str(&answer.text);
    }
    for secret in [&shop.token, &shop.secret, &shop.verify_token] {
        assert!(!seen.contains(secret.as_str()), "a secret is shown");
    }
    assert!(seen.contains(&shop.webhook_url));
    let rows = format!(
        "{:?} {:?}",
        all::<bellbird_core::senders::entity::Entity>(app).await,
        all::<bellbird_core::senders::app_entity::Entity>(app).await,
    );
    for secret in [&shop.token, &shop.secret, &shop.verify_token] {
        assert!(!rows.contains(secret.as_str()), "a secret is stored in the clear");
    }
});

async fn all<E: sea_orm::EntityTrait>(app: &crate::support::app::TestApp) -> Vec<E::Model> {
    E::find().all(app.services.db.read()).await.unwrap()
}
