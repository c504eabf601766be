//! Stored files above templates: in single messages, campaigns and cards.

use super::{MP4, PDF, PNG, upload};
use crate::support::app::{Setup, TestApp, both};
use crate::support::client::Client;
use crate::support::shop::{Shop, phone, phones, wa_id};
use crate::support::wait::wait_for;
use bellbird_sandbox::{Template, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const MESSAGES: &str = "/api/v1/messages";
const TEMPLATES: &str = "/api/v1/templates";
const CAMPAIGNS: &str = "/api/v1/campaigns";
const TEXT: &str = "Hi {{1}}, this is for you.";

/// A template with these components, at Meta and read from there.
async fn template(app: &TestApp, shop: &Shop, name: &str, parts: Value) -> String {
    let there = Template::approved(&shop.waba, name, "en_US", "UTILITY", parts);
    app.sandbox.apply(World { templates: vec![there], ..World::default() }).unwrap();
    shop.api.post(&format!("{TEMPLATES}/sync"), json!({})).await.ok();
    wait_for("the template to be read", async || {
        let found = shop.all(&format!("{TEMPLATES}?name={name}")).await;
        found.first().map(|one| one["id"].as_str().unwrap().to_string())
    })
    .await
}

/// A template with a file of this kind above its text.
async fn with_header(app: &TestApp, shop: &Shop, kind: &str) -> String {
    let header = json!({"type": "HEADER", "format": kind.to_uppercase()});
    template(app, shop, &format!("with_{kind}"), json!([header, {"type": "BODY", "text": TEXT}])).await
}

async fn stored(shop: &Shop, name: &str, bytes: &[u8]) -> String {
    upload(shop, name, bytes).await.ok()["id"].as_str().unwrap().to_string()
}

fn message(shop: &Shop, template: &str, variables: Value) -> Value {
    json!({"sender_id": shop.sender, "to": phone(1),
        "template": {"template_id": template, "variables": variables}})
}

/// Somebody of whom we know which picture is theirs.
async fn with_photo(shop: &Shop, phone: &str, file: &str) {
    let customer = json!({"phone": phone, "tags": ["photos"], "attributes": {"photo": file}});
    shop.api.send(Method::PUT, "/api/v1/customers", customer).await.ok();
}

/// What stood in the headers of everything Meta took.
fn headers(app: &TestApp) -> Vec<String> {
    app.sandbox.ledger().iter().map(|taken| taken.params[0].clone()).collect()
}

both!(a_stored_file_is_the_header_of_a_message_and_copied_once_per_sender, |app| {
    let shop = app.shop().await;
    for (kind, name, bytes) in
        [("image", "photo.png", PNG), ("video", "film.mp4", MP4), ("document", "menu.pdf", PDF)]
    {
        let template = with_header(app, &shop, kind).await;
        let media = stored(&shop, name, bytes).await;
        let variables = json!({"1": "Ana", (format!("header.{kind}")): media});
        let mut copies = BTreeSet::new();
        for _ in 0..2 {
            let id = shop.created(MESSAGES, message(&shop, &template, variables.clone())).await;
            let sent = shop.until_message(&id, "delivered").await;
            assert_eq!((&sent["media_id"], &sent["variables"]), (&json!(media), &variables), "{sent:#}");
            assert_eq!(sent["attempts"].as_array().unwrap().len(), 1, "{sent:#}");
            copies.insert(headers(app).pop().unwrap());
        }
        assert_eq!(copies.len(), 1, "one copy serves many messages: {copies:?}");
        assert!(!copies.contains(&media), "{copies:?}");

        app.pass(Duration::from_secs(29 * 24 * 3_600));
        let id = shop.created(MESSAGES, message(&shop, &template, variables)).await;
        shop.until_message(&id, "delivered").await;
        assert!(copies.insert(headers(app).pop().unwrap()), "the copy ran out");
    }
});

both!(a_campaign_sends_files_given_for_all_by_attribute_and_by_person, |app| {
    let shop = app.shop().await;
    let template = with_header(app, &shop, "image").await;
    let mut files = Vec::new();
    for name in ["all.png", "theirs.png", "own.png"] {
        files.push(stored(&shop, name, PNG).await);
    }
    let [all, theirs, own] = &files[..] else { unreachable!() };
    let draft = json!({"template_id": template, "variables": {
        "1": {"value": "friend"}, "header.image": {"attribute": "photo", "default": all}}});
    let id = shop.created(CAMPAIGNS, shop.draft(draft)).await;
    with_photo(&shop, &phone(3), theirs).await;
    let people = json!({"recipients": [
        {"phone": phone(1)}, {"phone": phone(2)},
        {"phone": phone(3)},
        {"phone": phone(4), "variables": {"header.image": own}},
    ]});
    shop.api.post(&format!("{CAMPAIGNS}/{id}/recipients"), people).await.ok();
    shop.steer(&id, "launch").await.ok();
    shop.until_stats(&id, "all to be delivered", |stats| stats["funnel"]["delivered"] == 4).await;
    let sent = |n: usize| {
        let ledger = app.sandbox.ledger();
        ledger.iter().find(|taken| taken.to == wa_id(&phone(n))).unwrap().params[0].clone()
    };
    assert_eq!(sent(1), sent(2), "one copy for everyone");
    let copies: BTreeSet<_> = (1..=4).map(sent).collect();
    assert_eq!(copies.len(), 3, "{copies:?}");
    assert!(files.iter().all(|file| !copies.contains(file)));
    for (n, file) in [(1, all), (3, theirs), (4, own)] {
        let id = shop.recipient(&id, &phone(n)).await["message_id"].as_str().unwrap().to_string();
        assert_eq!(shop.message(&id).await["media_id"], json!(file));
    }
});

both!(a_copy_that_meta_lost_is_made_again_and_nobody_of_a_campaign_is_left_out, |app| {
    let shop = app.shop().await;
    let template = with_header(app, &shop, "image").await;
    let media = stored(&shop, "photo.png", PNG).await;
    let id =
        shop.created(MESSAGES, message(&shop, &template, json!({"1": "Ana", "header.image": media}))).await;
    shop.until_message(&id, "delivered").await;
    let first = headers(app).pop().unwrap();
    let meta = Client::new(app.sandbox.base_url(), Some(&shop.token));
    let gone = meta.request(Method::DELETE, &format!("/v26.0/{first}")).send().await.unwrap();
    assert_eq!(gone.status(), 200);
    app.pass(Duration::from_secs(2 * 3_600));
    let changes = json!({"template_id": template,
        "variables": {"1": {"value": "friend"}, "header.image": {"value": media}}});
    let campaign = shop.launched(app, changes, &phones(20)).await;
    // those under way with the lost copy wait for another try
    app.pass(Duration::from_secs(10));
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 20).await;
    let copies: BTreeSet<_> = headers(app).into_iter().skip(1).collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert!(!copies.contains(&first));
});

both!(files_in_cards_are_copied_and_each_only_once, |app| {
    let shop = app.shop().await;
    let card = |page: &str| {
        json!({"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "Look", "url": format!("https://shop.example/{page}")}]}]})
    };
    let cards = json!([card("a"), card("b"), card("c")]);
    let parts = json!([{"type": "BODY", "text": TEXT}, {"type": "CAROUSEL", "cards": cards}]);
    let template = template(app, &shop, "flowers", parts).await;
    let (rose, iris) = (stored(&shop, "rose.png", PNG).await, stored(&shop, "iris.png", PNG).await);
    let variables = json!({"1": "Ana", "card.0.header.image": rose, "card.1.header.image": iris,
        "card.2.header.image": rose});
    let id = shop.created(MESSAGES, message(&shop, &template, variables)).await;
    let sent = shop.until_message(&id, "delivered").await;
    assert_eq!(sent["attempts"].as_array().unwrap().len(), 1, "{sent:#}");
    let taken = app.sandbox.ledger().pop().unwrap();
    let copies: Vec<_> = taken.params.iter().skip(1).collect();
    assert_eq!(copies[0], copies[2], "one copy for both cards: {copies:?}");
    assert!(copies[0] != copies[1] && !copies.contains(&&rose), "{copies:?}");
});

both!(a_preview_shows_a_stored_file_and_what_is_wrong_with_it, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let template = with_header(app, &shop, "image").await;
    let media = stored(&shop, "photo.png", PNG).await;
    let path = format!("{TEMPLATES}/{template}/preview");
    let seen = shop.api.post(&path, json!({"variables": {"1": "Ana", "header.image": media}})).await.ok();
    assert_eq!((&seen["sendable"], &seen["problems"]), (&json!(true), &json!([])), "{seen:#}");
    assert_eq!(seen["message"]["header"], json!({"kind": "image", "text": media}));
    let header = &seen["request"]["template"]["components"][0];
    assert_eq!(header["parameters"], json!([{"type": "image", "image": {"id": media}}]));
    for (file, code) in [
        (stored(&stranger, "photo.png", PNG).await, "unknown_media"),
        (stored(&shop, "menu.pdf", PDF).await, "wrong_media_type"),
        ("med_1".to_string(), "unusable_variable"),
    ] {
        let seen = shop.api.post(&path, json!({"variables": {"1": "Ana", "header.image": file}})).await.ok();
        assert_eq!(seen["sendable"], false);
        let problem = &seen["problems"][0];
        assert_eq!((&problem["field"], &problem["code"]), (&json!("variables.header.image"), &json!(code)));
    }
    assert_eq!(app.sandbox.counts().accepted, 0);
});

both!(files_that_cannot_stand_above_a_template_are_refused_wherever_they_are_named, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let template = with_header(app, &shop, "image").await;
    let good = stored(&shop, "photo.png", PNG).await;
    let field = "variables.header.image";
    for (file, code) in [
        (stored(&stranger, "photo.png", PNG).await, "unknown_media"),
        (stored(&shop, "film.mp4", MP4).await, "wrong_media_type"),
    ] {
        let single = message(&shop, &template, json!({"1": "Ana", "header.image": file}));
        let answer = shop.api.post(MESSAGES, single).await;
        assert_eq!(answer.fields(), [(format!("template.{field}").as_str(), code)], "{}", answer.text);
        for place in ["value", "default"] {
            let draft = json!({"template_id": template, "variables": {
                "1": {"value": "friend"}, "header.image": {(place): file}}});
            let answer = shop.api.post(CAMPAIGNS, shop.draft(draft)).await;
            answer.refused(422, "invalid_input");
            assert_eq!(answer.fields(), [(field, code)], "{}", answer.text);
        }
        let draft = json!({"template_id": template, "variables": {
            "1": {"value": "friend"}, "header.image": {"attribute": "photo", "default": good}}});
        let campaign = shop.created(CAMPAIGNS, shop.draft(draft)).await;
        with_photo(&shop, &phone(2), &file).await;
        let people = json!({"recipients": [{"phone": phone(1)}, {"phone": phone(2)},
            {"phone": phone(3), "variables": {"header.image": file}}]});
        let answer = shop.api.post(&format!("{CAMPAIGNS}/{campaign}/recipients"), people).await;
        let wanted = [1, 2].map(|n| format!("recipients[{n}].{field}"));
        assert_eq!(
            answer.fields(),
            [(wanted[0].as_str(), code), (wanted[1].as_str(), code)],
            "{}",
            answer.text
        );
    }
    // an audience that is no list is judged when it is known
    shop.customer(app, &phone(5), None, &["photos"]).await;
    with_photo(&shop, &phone(6), &stored(&shop, "film.mp4", MP4).await).await;
    let draft = json!({"template_id": template, "audience": {"kind": "tag", "tag": "photos"}, "variables": {
        "1": {"value": "friend"}, "header.image": {"attribute": "photo", "default": good}}});
    let campaign = shop.created(CAMPAIGNS, shop.draft(draft)).await;
    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "the good one", |stats| stats["funnel"]["delivered"] == 1).await;
    let skipped = shop.until_recipient(&campaign, &phone(6), "skipped").await;
    assert_eq!(skipped["reason_code"], "bad_variables", "{skipped:#}");
});

both!(
    a_file_in_use_is_not_deleted_unless_it_is_insisted_on,
    Setup { without_worker: true, ..Setup::default() },
    |app| {
        let shop = app.shop().await;
        let worker = app.worker().await;
        let template = with_header(app, &shop, "image").await;
        worker.stop().await;
        let delete = async |media: &str, force: bool| {
            let force = if force { "?force=true" } else { "" };
            shop.api.send(Method::DELETE, &format!("/api/v1/media/{media}{force}"), Value::Null).await
        };
        let words = |answer: &crate::support::client::Answer| answer.json["detail"].to_string();

        let poster = stored(&shop, "poster.png", PNG).await;
        let draft = json!({"name": "Roses", "template_id": template, "variables": {
            "1": {"value": "friend"}, "header.image": {"value": poster}}});
        let campaign = shop.campaign(app, draft, &[phone(2)]).await;
        let refused = delete(&poster, false).await;
        refused.refused(409, "media_in_use");
        assert!(words(&refused).contains("Roses"), "{}", refused.text);

        let own = stored(&shop, "own.png", PNG).await;
        let person = json!({"recipients": [{"phone": phone(3), "variables": {"header.image": own}}]});
        shop.api.post(&format!("{CAMPAIGNS}/{campaign}/recipients"), person).await.ok();
        delete(&own, false).await.refused(409, "media_in_use");

        let single = stored(&shop, "single.png", PNG).await;
        let variables = json!({"1": "Ana", "header.image": single});
        let waiting = shop.created(MESSAGES, message(&shop, &template, variables)).await;
        let refused = delete(&single, false).await;
        refused.refused(409, "media_in_use");
        assert!(words(&refused).contains(&waiting), "{}", refused.text);

        let example = stored(&shop, "example.png", PNG).await;
        let mut new = shop.template("shown_before", "utility", TEXT);
        (new["header"], new["submit"]) = (json!({"type": "image"}), json!(true));
        new["examples"]["header.image"] = json!(example);
        let submitted = shop.created(TEMPLATES, new).await;
        let refused = delete(&example, false).await;
        refused.refused(409, "media_in_use");
        assert!(words(&refused).contains("shown_before"), "{}", refused.text);

        // insisted on, each says in words what became of it
        for file in [&poster, &single, &example] {
            assert_eq!(delete(file, true).await.status, 204);
        }
        let launch = shop.steer(&campaign, "launch").await;
        launch.refused(422, "invalid_input");
        assert_eq!(launch.fields(), [("variables.header.image", "unknown_media")], "{}", launch.text);
        app.start_worker().await;
        let failed = shop.until_message(&waiting, "failed").await;
        assert!(failed["attempts"][0]["title"].is_string(), "{failed:#}");
        let refused = wait_for("the refusal", async || {
            let template = shop.api.get(&format!("{TEMPLATES}/{submitted}")).await.ok();
            (template["status"] == "refused").then_some(template)
        })
        .await;
        assert!(refused["status_reason"].as_str().unwrap().contains("deleted"), "{refused:#}");
        assert_eq!(app.sandbox.counts().accepted, 0);

        // with the draft gone, nothing holds the file any more
        let gone = shop.api.send(Method::DELETE, &format!("{CAMPAIGNS}/{campaign}"), Value::Null).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        assert_eq!(delete(&own, false).await.status, 204);
    }
);
