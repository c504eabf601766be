//! Which column holds what.

use super::counts;
use crate::support::app::both;
use crate::support::shop::{phone, phones};
use serde_json::json;

both!(a_preview_shows_how_a_file_is_understood, |app| {
    let shop = app.shop().await;
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let file = format!("Name;WhatsApp;Phone;1;City\nAsha;{};022 2345 6789;Ash;Pune\nBo;12;;;\n", phone(1));
    let import = shop.uploaded(file).await;
    let path = format!("/api/v1/imports/{import}/preview");
    let seen = shop.api.get(&path).await.ok();
    let mapping = json!({"Name": ["name"], "WhatsApp": ["phone"], "Phone": ["attribute:phone"], "1": ["attribute:1"],
        "City": ["attribute:city"]});
    assert_eq!((&seen["mapping"], &seen["problems"]), (&mapping, &json!([])));
    let rows = seen["rows"].as_array().unwrap();
    assert_eq!((&rows[0]["line"], &rows[0]["phone"]), (&json!(2), &json!(phone(1))));
    assert_eq!((&rows[1]["line"], &rows[1]["code"]), (&json!(3), &json!("invalid_phone")));
    let seen = shop.api.get(&format!("{path}?campaign_id={campaign}")).await.ok();
    assert_eq!(seen["mapping"]["1"], json!(["variable:1"]), "the template's variable");

    let nameless = shop.uploaded(format!("{}\n{}\n", phone(1), phone(2))).await;
    let seen = shop.api.get(&format!("/api/v1/imports/{nameless}/preview")).await.ok();
    assert_eq!(seen["problems"][0]["code"], "no_phone_column", "{seen:#}");
});

both!(a_file_goes_into_a_draft_with_its_values, |app| {
    let shop = app.shop().await;
    let campaign = shop
        .created("/api/v1/campaigns", shop.draft(json!({"variables": {"1": {"attribute": "name"}}})))
        .await;
    let file = format!("phone,1,City\n{},Bee,Pune\n{},,Goa\n", phone(1), phone(2));
    let query = format!("?start=true&campaign_id={campaign}&consent_source=till%20slip&file_name=a.csv");
    let import = shop.api.upload(&format!("/api/v1/imports{query}"), file).await.ok();
    let import = shop.over(import["id"].as_str().unwrap()).await;
    assert_eq!(counts(&import), [2, 1, 0, 0, 1], "one lacks a value and has no name to stand in for it");
    assert_eq!(import["campaign_id"], campaign);
    let rejected = shop.rejects(&import).await;
    assert_eq!(rejected, [(3, "missing_variable".to_string())]);
    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "it to be delivered", |stats| stats["funnel"]["delivered"] == 1).await;
    assert_eq!(app.taken(&shop)[&phone(1)][0].params, ["Bee"]);
    let people = shop.all("/api/v1/customers").await;
    let bee = people.iter().find(|person| person["phone"] == phone(1)).unwrap();
    assert_eq!(
        (&bee["attributes"]["city"], &bee["marketing_consent"]["source"]),
        (&json!("Pune"), &json!("till slip"))
    );
});

both!(what_the_caller_says_counts_more_than_a_guess, |app| {
    let shop = app.shop().await;
    let import = shop.uploaded(format!("a,b,c\n{},Asha,Pune\n", phone(1))).await;
    let start = format!("/api/v1/imports/{import}/start");
    for (mapping, field, code) in [
        (json!({}), "file", "no_phone_column"),
        (json!({"a": ["phone"], "d": ["name"]}), "mapping.d", "unknown_column"),
        (json!({"a": ["fone"]}), "mapping.a", "unknown_word"),
        (json!({"a": ["phone"], "b": ["variable:1"]}), "mapping.b", "extra_variable"),
        (json!({"a": ["phone"], "b": ["phone"]}), "file", "duplicate_column"),
    ] {
        let answer = shop.api.post(&start, json!({"mapping": mapping})).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)], "{mapping}");
    }
    let mapping = json!({"a": ["phone"], "b": ["name", "attribute:nick"]});
    shop.started(&import, json!({"mapping": mapping, "tags": ["fair 2026"]})).await;
    let import = shop.over(&import).await;
    assert_eq!((counts(&import), &import["mapping"]), ([1, 1, 0, 0, 0], &mapping));
    let person = &shop.all("/api/v1/customers").await[0];
    assert_eq!((&person["name"], &person["attributes"]), (&json!("Asha"), &json!({"nick": "Asha"})));
    assert_eq!(person["tags"], json!(["fair 2026"]));
});

both!(a_dry_run_judges_everything_and_keeps_nothing, |app| {
    let shop = app.shop().await;
    let people = phones(1_200);
    let draft = shop.draft(json!({"template_id": shop.utility, "variables": {"1": {"attribute": "name"}}}));
    let campaign = shop.created("/api/v1/campaigns", draft).await;
    let mut file: String = people.iter().map(|phone| format!("{phone},A\n")).collect();
    file = format!("phone,1\n{file}{},B\n{},\nx,C\n", phone(3), phone(2_000));
    let import = shop.uploaded(file).await;
    let options = |dry_run| json!({"campaign_id": campaign, "dry_run": dry_run, "consent_source": "till"});
    shop.started(&import, options(true)).await;
    let tried = shop.over(&import).await;
    let report = shop.rejects(&tried).await;
    assert_eq!(counts(&tried), [1_203, 1_200, 0, 1, 2]);
    let codes: Vec<_> = report.iter().map(|(line, code)| (*line, code.as_str())).collect();
    let expected = [(1_202, "duplicate_recipient"), (1_203, "missing_variable"), (1_204, "invalid_phone")];
    assert_eq!(codes, expected);
    assert_eq!(shop.stats(&campaign).await["counts"]["planned"], 0);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0);

    let again = shop.started(&import, options(false)).await;
    assert_eq!(
        (&again["status"], &again["dry_run"], counts(&again)),
        (&json!("running"), &json!(false), [0; 5])
    );
    let done = shop.over(&import).await;
    assert_eq!((counts(&done), shop.rejects(&done).await), (counts(&tried), report));
    assert_eq!(shop.stats(&campaign).await["counts"]["planned"], 1_200);
    let start = format!("/api/v1/imports/{import}/start");
    shop.api.post(&start, json!({})).await.refused(409, "import_not_startable");
});
