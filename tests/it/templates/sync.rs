//! Templates as WhatsApp has them.

use super::{PATH, until};
use crate::support::app::{Setup, both};
use crate::support::shop::{Shop, phone};
use crate::support::wait::wait_for;
use bellbird_sandbox::{GateAt, GateRule, Match, Template, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// An account's templates in a world of their own.
fn world(templates: Vec<Template>) -> World {
    World { templates, ..World::default() }
}

fn hello(shop: &Shop, name: &str) -> Template {
    let body = json!([{"type": "BODY", "text": "Hello you, nice to see you."}]);
    Template::approved(&shop.waba, name, "en_US", "UTILITY", body)
}

async fn ended(shop: &Shop) -> Value {
    wait_for("the synchronisation to end", async || {
        let syncs = shop.api.get(&format!("{PATH}/sync")).await.ok();
        let sync = syncs["items"][0].clone();
        ["done", "failed"].contains(&sync["status"].as_str()?).then_some(sync)
    })
    .await
}

async fn synchronised(shop: &Shop) -> Value {
    let asked = shop.api.post(&format!("{PATH}/sync"), json!({})).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    ended(shop).await
}

async fn named(shop: &Shop, name: &str) -> Value {
    let mut found = shop.all(&format!("{PATH}?name={name}")).await;
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

both!(an_accounts_templates_are_read_page_by_page, |app| {
    let shop = app.shop().await;
    let mut templates: Vec<_> = (0..250).map(|n| hello(&shop, &format!("bulk_{n:03}"))).collect();
    templates[0].status = "REJECTED".into();
    templates[0].rejected_reason = Some("ABUSIVE_CONTENT".into());
    templates[1].language = "pt-BR".into();
    templates[2].components = json!([{"type": "BODY", "text": "Hello."}, {"type": "HOLOGRAM"}]);
    templates[3].quality = "YELLOW".into();
    templates[4].correct_category = Some("MARKETING".into());
    templates[5].status = "ON_HOLIDAY".into();
    app.sandbox.apply(world(templates)).unwrap();
    let gone = shop.created(PATH, shop.template("never_there", "utility", "Hi {{1}}, hello.")).await;
    app.pass(Duration::from_secs(2));

    let sync = synchronised(&shop).await;
    assert_eq!((&sync["status"], &sync["found"]), (&json!("done"), &json!(252)));
    assert_eq!(shop.all(PATH).await.len(), 253, "each once, and the one that is gone");

    let rejected = named(&shop, "bulk_000").await;
    assert_eq!(rejected["status"], "rejected");
    assert!(rejected["status_reason"].as_str().unwrap().contains("abusive"));
    assert_eq!(named(&shop, "bulk_001").await["language"], "pt_BR");
    assert_eq!(named(&shop, "bulk_003").await["quality"], "yellow");
    assert_eq!(named(&shop, "bulk_004").await["next_category"], "marketing");
    assert_eq!(named(&shop, "bulk_005").await["status"], "locked", "a word we do not know is not sent");
    let ours = shop.api.get(&format!("{PATH}/{}", shop.marketing)).await.ok();
    assert_eq!((&ours["status"], ours["provider_id"].is_string()), (&json!("approved"), true));
    let gone = shop.api.get(&format!("{PATH}/{gone}")).await.ok();
    assert_eq!(gone["status"], "deleted");
    assert!(gone["status_reason"].as_str().unwrap().contains("no template of this name"));

    let odd = named(&shop, "bulk_002").await;
    assert_eq!(odd["body"], "Hello.");
    assert!(odd["unsupported"].as_str().unwrap().contains("hologram"));
    let body = json!({"sender_id": shop.sender, "to": phone(1), "template": {"template_id": odd["id"]}});
    shop.api.post("/api/v1/messages", body).await.refused(409, "template_unsupported");

    let before = shop.all(PATH).await;
    app.pass(Duration::from_secs(2));
    assert_eq!(synchronised(&shop).await["found"], 252);
    let changed = |all: Vec<Value>| all.iter().map(|one| one["updated_at"].clone()).collect::<Vec<_>>();
    assert_eq!(changed(shop.all(PATH).await), changed(before), "read again, nothing has changed");
});

both!(what_was_told_meanwhile_is_not_undone, |app| {
    let shop = app.shop().await;
    synchronised(&shop).await;
    let gate = app.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    gate.wait_for(1).await; // it runs
    app.sandbox.pause_webhooks(true); // nobody tells us
    app.sandbox.set_template_status(&shop.waba, "offer", "en_US", "PAUSED", None);
    app.pass(Duration::from_secs(2));
    synchronised(&shop).await;
    assert_eq!(named(&shop, "offer").await["status"], "paused");
    assert_eq!(shop.until(&campaign, "paused").await["status"], "paused", "its campaigns wait with it");
    gate.release();
    app.sandbox.set_template_status(&shop.waba, "offer", "en_US", "APPROVED", None);
    app.sandbox.pause_webhooks(false);
    let offer = shop.marketing.clone();
    until(&shop, &offer, "the webhooks to be heard", |one| one["status"] == "approved").await;
});

both!(an_account_is_synchronised_once_at_a_time, Setup { without_worker: true, ..Setup::default() }, |app| {
    let shop = app.shop().await;
    let path = format!("{PATH}/sync");
    let first = shop.api.post(&path, json!({"waba_id": shop.waba})).await.ok();
    let second = shop.api.post(&path, json!({})).await.ok();
    assert_eq!((&first["items"][0]["status"], &first), (&json!("queued"), &second));
    let jobs = app.services.queues.depth(bellbird_core::queue::LaneName::Maintenance).await.unwrap();
    assert_eq!(jobs.ready, 1);
    shop.api.post(&path, json!({"waba_id": "1"})).await.refused(422, "invalid_input");
    let stranger = app.shop().await;
    stranger.api.post(&path, json!({"waba_id": shop.waba})).await.refused(422, "invalid_input");
    assert_eq!(stranger.api.get(&path).await.ok(), json!({"items": []}));
    app.start_worker().await;
    assert_eq!(ended(&shop).await["status"], "done");
});

both!(a_token_that_is_refused_is_told_in_words, |app| {
    let shop = app.shop().await;
    app.sandbox.expire_token(&shop.token);
    let sync = synchronised(&shop).await;
    assert_eq!(sync["status"], "failed");
    assert!(sync["error"].as_str().unwrap().contains("access token"), "{sync}");
    assert!(shop.all(PATH).await.iter().all(|one| one["status"] == "approved"), "nothing is taken for gone");
});

both!(
    templates_are_read_by_themselves,
    Setup {
        settings: vec![("TEMPLATES__SYNC_EVERY_MINUTES", "60")],
        without_worker: true,
        ..Setup::default()
    },
    |app| {
        let shop = app.shop().await;
        app.sandbox.apply(world(vec![hello(&shop, "by_itself")])).unwrap();
        app.start_worker().await;
        app.start_worker().await;
        let sync = wait_for("the first synchronisation", async || {
            let syncs = shop.api.get(&format!("{PATH}/sync")).await.ok();
            (syncs["items"][0]["status"] == "done").then(|| syncs["items"][0].clone())
        })
        .await;
        assert_eq!(sync["found"], 3);
        assert_eq!(named(&shop, "by_itself").await["status"], "approved");
        shop.api
            .send(Method::PUT, &format!("{PATH}/sync"), json!({}))
            .await
            .refused(405, "method_not_allowed");
    }
);
