//! The suppression list.

use super::id;
use crate::support::app::both;
use crate::support::shop::{Shop, phone};
use crate::support::wait::wait_until;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/api/v1/suppressions";

async fn check(shop: &Shop, phone: &str) -> Vec<Value> {
    let answer = shop.api.post(&format!("{PATH}/check"), json!({"phone": phone})).await.ok();
    answer["items"].as_array().unwrap().clone()
}

both!(a_no_outlives_the_person_until_a_newer_yes, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    app.writes(&shop, &phone(1), "stop").await;
    wait_until("the stop to be heard", async || shop.consent(&customer).await == "opted_out").await;
    app.heard_everything().await;
    app.erase(&customer).await;
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0);
    assert_eq!(check(&shop, &phone(1)).await[0]["reason"], "stop");

    app.pass(Duration::from_secs(60));
    shop.imported(format!("phone,opt in\n{},yes\n", phone(1))).await;
    let back = shop.all("/api/v1/customers").await.remove(0);
    assert_ne!(back["id"], customer["id"]);
    assert_eq!(back["marketing_consent"]["state"], "opted_out");
    assert_eq!(back["marketing_consent"]["method"], "suppression_list");
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let people = json!({"recipients": [{"phone": phone(1), "name": "Ana"}]});
    shop.api.post(&format!("/api/v1/campaigns/{campaign}/recipients"), people).await.ok();
    shop.steer(&campaign, "launch").await.ok();
    shop.until_recipient(&campaign, &phone(1), "skipped").await;

    app.pass(Duration::from_secs(60));
    shop.say(&back, "marketing", "opted_in").await;
    assert_eq!(shop.consent(&back).await, "opted_in");
    assert_eq!(check(&shop, &phone(1)).await, [] as [Value; 0]);
    let listed = shop.all(&format!("{PATH}?removed=true")).await;
    let entry = |kind: &str| listed.iter().find(|entry| entry["kind"] == kind).unwrap();
    assert_eq!(entry("phone")["removed_reason"], "on the phone");
    assert!(entry("bsuid")["removed_at"].is_null(), "nobody knows yet that this id is theirs");
    // once they write it is known, and their newer yes holds for all they go by
    app.writes(&shop, &phone(1), "Hello again").await;
    app.heard_everything().await;
    assert_eq!(shop.consent(&back).await, "opted_in");
    assert_eq!(shop.all(PATH).await.len(), 0);
});

both!(whoever_is_put_on_the_list_is_stopped_now_and_later, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let known = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    for n in [1, 2] {
        let body = json!({"phone": phone(n), "reason": "asked by letter"});
        let added = shop.api.post_once(PATH, body.clone(), &format!("letter {n}")).await;
        assert_eq!(added.status, 201, "{}", added.text);
        assert_eq!(shop.api.post_once(PATH, body, &format!("letter {n}")).await.json, added.json);
    }
    assert_eq!(shop.consent(&known).await, "opted_out");
    let stranger = shop.bring(&phone(2)).await;
    assert_eq!(stranger["marketing_consent"]["state"], "opted_out");
    assert_eq!(stranger["utility_consent"]["state"], "unasked");
    // somebody on the list who writes stays on it
    shop.api.post(PATH, json!({"phone": phone(3), "reason": "a court order"})).await.ok();
    app.writes(&shop, &phone(3), "Hello?").await;
    app.heard_everything().await;
    let wrote = shop.all(&format!("/api/v1/customers?search={}", &phone(3)[3..])).await.remove(0);
    assert_eq!(wrote["marketing_consent"]["state"], "opted_out");

    assert_eq!(other.all(PATH).await.len(), 0);
    assert_eq!(check(&other, &phone(1)).await.len(), 0, "each list is its own");
    assert_eq!(other.bring(&phone(1)).await["marketing_consent"]["state"], "unasked");
    let listed = shop.all(&format!("{PATH}?purpose=marketing")).await;
    assert_eq!(listed.len(), 4, "three numbers, and the id of the one who wrote: {listed:#?}");
    let text = serde_json::to_string(&listed).unwrap();
    assert!((1..4).all(|n| !text.contains(&phone(n)[3..])), "no number is told: {text}");
    assert_eq!(listed[0]["hint"].as_str().unwrap().len(), 12);
});

both!(an_entry_is_taken_off_with_a_reason_and_opts_nobody_in, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let customer = shop.bring(&phone(1)).await;
    let entry =
        shop.created(PATH, json!({"phone": phone(1), "reason": "a mistake", "purpose": "utility"})).await;
    assert_eq!(shop.utility_consent(&customer).await, "opted_out");
    let remove = format!("{PATH}/{entry}/remove");
    other.api.post(&remove, json!({"reason": "x"})).await.refused(404, "not_found");
    other.api.get(&format!("{PATH}/{entry}")).await.refused(404, "not_found");
    let answer = shop.api.post(&remove, json!({"reason": "  "})).await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("reason", "missing_reason")]);
    let removed = shop.api.post(&remove, json!({"reason": "the wrong number"})).await.ok();
    assert_eq!(removed["removed_reason"], "the wrong number");
    assert!(removed["removed_by"].as_str().unwrap().starts_with("key_"));
    shop.api.post(&remove, json!({"reason": "again"})).await.refused(409, "suppression_removed");
    assert_eq!(shop.api.get(&format!("{PATH}/{entry}")).await.ok(), removed);
    assert_eq!(shop.all(PATH).await.len(), 0);
    assert_eq!(shop.utility_consent(&customer).await, "opted_out", "that the list forgets is no yes");
    assert_eq!(id(&customer), shop.bring(&phone(1)).await["id"]);
});

both!(a_file_of_numbers_goes_onto_the_list, |app| {
    let shop = app.shop().await;
    let known = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    let file = format!("Mobile,opt in\n{},yes\nnonsense,\n{},\n{},\n", phone(1), phone(2), phone(2));
    let done = shop.api.post_csv(&format!("{PATH}/import?reason=robinson%20list"), file).await.ok();
    assert_eq!((&done["rows"], &done["suppressed"]), (&json!(4), &json!(2)), "{done:#}");
    let rejected: Vec<_> =
        done["rejected"].as_array().unwrap().iter().map(|row| (&row["line"], &row["code"])).collect();
    let wanted = [(json!(3), json!("invalid_phone")), (json!(5), json!("duplicate_recipient"))];
    assert_eq!(rejected, wanted.iter().map(|(line, code)| (line, code)).collect::<Vec<_>>());
    assert_eq!(shop.consent(&known).await, "opted_out");
    assert_eq!(check(&shop, &phone(2)).await[0]["reason"], "robinson list");
    shop.api.post_csv(&format!("{PATH}/import"), "phone\n").await.refused(400, "invalid_parameter");
    shop.api.post_csv(&format!("{PATH}/import?reason=x"), "name\nAna\n").await.refused(422, "invalid_input");
});

both!(who_to_list_is_read_at_the_edge, |app| {
    let shop = app.shop().await;
    for (body, field, code) in [
        (json!({"reason": "x"}), "phone", "one_identity"),
        (json!({"reason": "x", "phone": phone(1), "bsuid": "US.1"}), "phone", "one_identity"),
        (json!({"reason": "x", "phone": "hello"}), "phone", "invalid_phone"),
        (json!({"reason": "x", "bsuid": "hello"}), "bsuid", "invalid_bsuid"),
        (json!({"reason": " ", "phone": phone(1)}), "reason", "missing_reason"),
    ] {
        let answer = shop.api.post(PATH, body).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)]);
    }
    let bsuid = "US.13491208655302741918";
    shop.api.post(PATH, json!({"bsuid": bsuid, "reason": "asked"})).await.ok();
    let found = shop.api.post(&format!("{PATH}/check"), json!({"bsuid": bsuid})).await.ok();
    assert_eq!(found["items"][0]["kind"], "bsuid");
});
