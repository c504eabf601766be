//! What people write.

use super::steps;
use crate::support::app::both;
use crate::support::shop::phone;
use crate::support::wait::wait_until;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

const SETTINGS: &str = "/api/v1/consent-settings";

both!(stop_is_understood_in_many_languages_and_proved_by_its_message, |app| {
    let shop = app.shop().await;
    for (n, word) in ["STOP", "baja", "Abmelden!", "बंद करो", "退订"].into_iter().enumerate() {
        let customer = shop.customer(app, &phone(n), Some("opted_in"), &[]).await;
        let message = app.writes(&shop, &phone(n), word).await;
        wait_until(word, async || shop.consent(&customer).await == "opted_out").await;
        let event = &shop.ledger(&customer).await[0];
        assert_eq!((&event["method"], &event["source"]), (&json!("keyword"), &json!(word)));
        assert_eq!((&event["evidence"], &event["actor"]), (&json!(message), &json!("person")));
        assert_eq!(shop.utility_consent(&customer).await, "unasked", "stopping offers stops no order");
    }
});

both!(stop_all_stops_everything_that_can_be_stopped_and_start_brings_it_back, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    app.writes(&shop, &phone(1), "Stop all").await;
    wait_until("both to be stopped", async || {
        shop.consent(&customer).await == "opted_out" && shop.utility_consent(&customer).await == "opted_out"
    })
    .await;
    app.pass(Duration::from_secs(60));
    app.writes(&shop, &phone(1), "START").await;
    wait_until("both to be back", async || {
        shop.consent(&customer).await == "opted_in" && shop.utility_consent(&customer).await == "opted_in"
    })
    .await;
    app.pass(Duration::from_secs(60));
    app.writes(&shop, &phone(1), "yes").await;
    app.heard_everything().await;
    let wanted = [("keyword", "opted_in"), ("keyword", "opted_out")];
    let found = shop.steps(&customer).await;
    assert_eq!(found.len(), 5, "a yes to no question is no word: {found:?}");
    assert!(steps(&wanted).iter().all(|step| found.contains(step)));
});

both!(an_organization_chooses_its_words, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let before = shop.api.get(SETTINGS).await.ok();
    assert!(before["stop_words"].as_array().unwrap().contains(&json!("stop")), "good words to begin with");
    assert_eq!(before["confirmation"], json!(null), "nothing has to be confirmed");
    let wanted = json!({"stop_words": ["halt", "Genug jetzt"]});
    let set = shop.api.send(Method::PUT, SETTINGS, wanted).await.ok();
    assert_eq!(set["stop_words"], json!(["halt", "Genug jetzt"]));
    assert_eq!(set["start_words"], before["start_words"], "what is left out is as it was by default");
    assert_eq!(shop.api.get(SETTINGS).await.ok(), set);
    assert_eq!(other.api.get(SETTINGS).await.ok(), before, "each for itself");
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    app.writes(&shop, &phone(1), "stop").await;
    app.writes(&shop, &phone(1), "genug  JETZT.").await;
    wait_until("the new word to be heard", async || shop.consent(&customer).await == "opted_out").await;
    assert_eq!(shop.ledger(&customer).await.len(), 2);
    for (settings, field, code) in [
        (json!({"stop_words": []}), "stop_words", "no_stop_word"),
        (json!({"stop_words": ["stop", " ! "]}), "stop_words[1]", "invalid_keyword"),
        (json!({"yes_words": ["y".repeat(41)]}), "yes_words[0]", "invalid_keyword"),
    ] {
        let answer = shop.api.send(Method::PUT, SETTINGS, settings).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)]);
    }
    assert_eq!(shop.api.get(SETTINGS).await.ok(), set, "a refusal writes nothing");
});
