//! The people a shop knows.

use crate::support::app::both;
use crate::support::shop::phone;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/api/v1/customers";

both!(a_customer_is_found_by_phone_and_merged, |app| {
    let shop = app.shop().await;
    let first = json!({
        "phone": "98200 00001", "name": " Ana ", "tags": ["vip", "new"],
        "attributes": {"city": "Pune", "orders": 3, "member": true},
    });
    let made = shop.api.send(Method::PUT, PATH, first).await.ok();
    assert_eq!(
        (&made["phone"], &made["name"]),
        (&json!("+919820000001"), &json!("Ana")),
        "of the shop's country"
    );
    assert_eq!(made["marketing_consent"], json!({"state": "unasked"}));
    let second = json!({"phone": "+91 98200-00001", "tags": ["vip", "more"], "attributes": {"city": null, "orders": 4}});
    let merged = shop.api.send(Method::PUT, PATH, second).await.ok();
    assert_eq!(merged["id"], made["id"]);
    assert_eq!(merged["name"], "Ana", "what is not given stays");
    assert_eq!(merged["tags"], json!(["more", "new", "vip"]));
    assert_eq!(merged["attributes"], json!({"orders": 4, "member": true}));
    let id = made["id"].as_str().unwrap();
    assert_eq!(shop.api.get(&format!("{PATH}/{id}")).await.ok(), merged);
    assert_eq!(shop.all(PATH).await, [merged]);
});

both!(the_newest_word_on_marketing_counts, |app| {
    let shop = app.shop().await;
    let say = async |state: &str, ago: u64| {
        let at = app.ago(Duration::from_secs(ago));
        let body = json!({"phone": phone(1), "opt_in": {"state": state, "source": "paper", "at": at}});
        let customer = shop.api.send(Method::PUT, PATH, body).await.ok();
        customer["marketing_consent"]["state"].as_str().unwrap().to_string()
    };
    assert_eq!(say("opted_in", 300).await, "opted_in");
    assert_eq!(say("opted_out", 200).await, "opted_out");
    assert_eq!(say("opted_in", 250).await, "opted_out", "an older word told later");
    assert_eq!(say("opted_in", 100).await, "opted_in");
    let tomorrow = (app.services.now().to_utc() + chrono::TimeDelta::days(1)).to_rfc3339();
    let body = json!({"phone": phone(1), "opt_in": {"state": "opted_out", "source": "x", "at": tomorrow}});
    let answer = shop.api.send(Method::PUT, PATH, body).await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("opt_in.at", "time_in_future")]);
});

both!(tags_are_put_on_and_taken_off, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), None, &["a", "b"]).await;
    let path = format!("{PATH}/{}/tags", customer["id"].as_str().unwrap());
    let change = json!({"add": ["c", "d", "a"], "remove": ["b", "d"]});
    let changed = shop.api.send(Method::PATCH, &path, change).await.ok();
    assert_eq!(changed["tags"], json!(["a", "c"]));
    let bad = shop.api.send(Method::PATCH, &path, json!({"add": ["ok", " "], "remove": []})).await;
    bad.refused(422, "invalid_input");
    assert_eq!(bad.fields()[0].0, "add[1]");
    let id = customer["id"].as_str().unwrap();
    assert_eq!(shop.api.get(&format!("{PATH}/{id}")).await.ok()["tags"], json!(["a", "c"]));
});

both!(customers_are_searched_filtered_and_paged, |app| {
    let shop = app.shop().await;
    for n in 0..7 {
        let word = [Some("opted_in"), Some("opted_out"), None][n % 3];
        shop.customer(app, &phone(n), word, if n < 2 { &["vip"] } else { &[] }).await;
    }
    let named = json!({"phone": phone(3), "name": "100% Müller_x"});
    shop.api.send(Method::PUT, PATH, named).await.ok();
    let found = async |query: &str| {
        let all = shop.all(&format!("{PATH}?{query}")).await;
        all.iter().map(|one| one["phone"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        found("limit=3").await,
        (0..7).rev().map(phone).collect::<Vec<_>>(),
        "newest first, all pages"
    );
    assert_eq!(found("tag=vip").await, [phone(1), phone(0)]);
    assert_eq!(found("marketing_consent=opted_out").await, [phone(4), phone(1)]);
    assert_eq!(found("search=m%C3%BCller").await, [phone(3)]);
    assert_eq!(found("search=100%25").await, [phone(3)], "a percent sign is itself");
    assert_eq!(found("search=r_x").await, [phone(3)]);
    assert_eq!(found("search=a_a").await, [""; 0]);
    assert_eq!(found("search=20000002").await, [phone(2)]);
    assert_eq!(found("tag=vip&marketing_consent=opted_in").await, [phone(0)]);
    assert_eq!(found("search=nobody").await, [""; 0]);
});

both!(a_phone_is_parsed_once_at_the_edge, |app| {
    let shop = app.shop().await;
    for (written, code) in [
        ("hello", "invalid_phone"),
        ("", "invalid_phone"),
        ("+91 12345", "invalid_phone"),
        ("+91 22 2345 6789", "phone_not_mobile"),
        ("+919820000001;ext=5", "invalid_phone"),
    ] {
        let answer = shop.api.send(Method::PUT, PATH, json!({"phone": written})).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [("phone", code)], "{written:?}");
    }
    for written in ["00919820000001", "(+91) 98200 00001", "09820000001"] {
        let made = shop.api.send(Method::PUT, PATH, json!({"phone": written})).await.ok();
        assert_eq!(made["phone"], "+919820000001", "{written:?}");
    }
    assert_eq!(shop.all(PATH).await.len(), 1);
    let all: Vec<Value> = shop.all(PATH).await;
    assert_eq!(all[0]["phone"], "+919820000001");
});
