//! Erasing a person: they are nowhere afterwards, everything else is where it was, and nobody brings them back.

use super::places;
use super::plant::{NAME, PHONE, WAMID, WORD, WRITTEN, other, plant};
use crate::support::app::{TestApp, both};
use crate::support::post::{status, text_from};
use crate::support::shop::{Shop, phone, wa_id};
use bellbird_core::webhooks::WebhookStatus;
use serde_json::{Value, json};

/// Makes the failed webhook go its way, so that nothing is left behind.
async fn replay(app: &TestApp, shop: &Shop, event: &str) {
    shop.api.post(&format!("/api/v1/failed-webhooks/{event}/replay"), Value::Null).await.ok();
    app.heard_everything().await;
    assert_eq!(app.webhooks(WebhookStatus::Failed).await, 0);
}

both!(a_person_who_is_erased_is_found_nowhere_and_every_number_stays, |app| {
    let shop = app.shop().await;
    let planted = plant(app, &shop).await;
    for mark in [NAME, PHONE, &wa_id(PHONE), WORD, WRITTEN, WAMID] {
        assert!(!places(app, mark, &[]).await.is_empty(), "{mark} is planted");
    }
    let (before, messages) = (shop.stats(&planted.campaign).await, app.ledger_rows().await);

    let erasure = shop.erased(&planted.customer, false).await;
    let marks = [NAME, PHONE, &wa_id(PHONE), WORD, WRITTEN, WAMID, &planted.customer];
    for mark in marks.into_iter().chain(planted.wamids.iter().map(String::as_str)) {
        // who asked for the erasure of whom stands there and in the audit log, by an id that leads nowhere
        assert_eq!(places(app, mark, &["erasures", "audit_events"]).await, [], "{mark} is left");
    }
    assert_eq!(shop.stats(&planted.campaign).await, before, "every number stays");
    assert_eq!(app.ledger_rows().await, messages - 1, "rows stay, but for the one of a draft");
    let recipients = shop.recipients(&planted.campaign).await;
    assert_eq!(recipients.len(), 2, "{recipients:#?}");
    assert!(!places(app, &other(), &[]).await.is_empty(), "somebody else is still there");
    let counts = &erasure["counts"];
    for (kind, n) in [("customers", 1), ("tags", 1), ("cancelled", 2), ("media", 1), ("receipts", 1)] {
        assert_eq!(counts[kind], n, "{kind}: {erasure:#}");
    }
    for (kind, n) in [("import_rejects", 1), ("import_rows", 1), ("kept_changes", 1)] {
        assert_eq!(counts[kind], n, "{kind}: {erasure:#}");
    }
    assert!(counts["webhooks"].as_i64() > Some(3), "{erasure:#}");
    assert_eq!((&erasure["last_word"], &erasure["stage"]), (&json!("opted_out"), &Value::Null));
    assert!(erasure["requested_by"].as_str().unwrap().starts_with("key_"));

    shop.api.get(&format!("/api/v1/customers/{}", planted.customer)).await.refused(404, "not_found");
    shop.api.get(&format!("/api/v1/customers/{}/export", planted.customer)).await.refused(404, "not_found");
    shop.erase(&planted.customer, false).await.refused(404, "not_found");
    // what others wrote in the same webhook is still applied
    replay(app, &shop, &planted.failed).await;
    let heard = shop.all("/api/v1/messages?direction=in").await;
    assert!(heard.iter().any(|message| message["wamid"] == "wamid.OTHER2"), "{heard:#?}");
    assert_eq!(places(app, PHONE, &[]).await, []);
});

both!(what_waits_is_cancelled_with_the_reason_and_off_drafts_they_are_taken, |app| {
    let shop = app.shop().await;
    let planted = plant(app, &shop).await;
    shop.erased(&planted.customer, false).await;
    let waiting = shop.recipients(&planted.waiting).await;
    assert_eq!((&waiting[0]["status"], waiting.len()), (&json!("cancelled"), 1), "{waiting:#?}");
    assert_eq!(waiting[0]["reason"], "This person was erased before it was sent.");
    let stats = shop.until(&planted.waiting, "completed").await;
    assert_eq!((&stats["counts"]["cancelled"], &stats["counts"]["held"]), (&json!(1), &json!(0)));
    let draft = shop.stats(&planted.draft).await;
    assert_eq!((&draft["counts"]["planned"], &draft["funnel"]["total"]), (&json!(0), &json!(0)), "{draft:#}");
    // the file that waits brings in everybody else
    shop.started(&planted.import, json!({})).await;
    let import = shop.over(&planted.import).await;
    assert_eq!((&import["status"], &import["added"]), (&json!("completed"), &json!(2)), "{import:#}");
    assert_eq!(places(app, PHONE, &[]).await, []);
    replay(app, &shop, &planted.failed).await;
});

both!(a_dry_run_counts_and_changes_nothing, |app| {
    let shop = app.shop().await;
    let planted = plant(app, &shop).await;
    let before = (shop.stats(&planted.waiting).await, places(app, PHONE, &[]).await.len());
    let trial = shop.erased(&planted.customer, true).await;
    assert_eq!(before, (shop.stats(&planted.waiting).await, places(app, PHONE, &[]).await.len()));
    let real = shop.erased(&planted.customer, false).await;
    let counts = |erasure: &Value| {
        let mut counts = erasure["counts"].clone();
        // the row of the draft is deleted, and not anonymised
        counts["messages"] =
            json!(counts["messages"].as_i64().unwrap() - i64::from(erasure["dry_run"] == true));
        counts
    };
    assert_eq!(counts(&trial), counts(&real));
    assert_eq!(shop.all("/api/v1/erasures").await.len(), 2);
    replay(app, &shop, &planted.failed).await;
});

both!(late_news_about_somebody_erased_applies_and_brings_nobody_back, |app| {
    let shop = app.shop().await;
    let planted = plant(app, &shop).await;
    replay(app, &shop, &planted.failed).await;
    let sent = shop.message(&planted.message).await;
    let wamid = sent["wamid"].as_str().unwrap();
    let read = |stats: &Value| stats["funnel"]["read"].as_i64().unwrap();
    let before = shop.stats(&planted.campaign).await;
    let others = shop.all("/api/v1/customers").await.len();
    shop.erased(&planted.customer, false).await;

    let now = app.services.now().0;
    // a status by Meta's id alone, one by our mark, a message told again, an edit of one
    let mut by_id = status(wamid, "read", None, now);
    by_id["statuses"][0]["recipient_id"] = json!(wa_id(PHONE));
    let mut by_mark = status(wamid, "read", Some(&format!("{}:1", planted.message)), now);
    by_mark["statuses"][0]["recipient_id"] = json!(wa_id(PHONE));
    let again = text_from(&wa_id(PHONE), WAMID, "told again", now);
    let news = [by_id, by_mark, again].map(|part| shop.change(part));
    assert_eq!(shop.hear(&shop.webhook(&news)).await.status, 200);
    app.heard_everything().await;
    assert_eq!(shop.all("/api/v1/customers").await.len(), others - 1, "nobody came back");
    let after = shop.stats(&planted.campaign).await;
    let more = i64::from(sent["status"] != "read");
    assert_eq!(read(&after), read(&before) + more, "the status counts: {after:#}");
    let row = shop.message(&planted.message).await;
    assert_eq!((&row["status"], &row["phone"]), (&json!("read"), &Value::Null), "{row:#}");
    assert_eq!(places(app, PHONE, &[]).await, []);
    // what was just posted is kept for some days as it came, and no other place knows them
    assert_eq!(places(app, &wa_id(PHONE), &["webhook_events"]).await, []);

    // who writes anew is somebody new
    app.writes(&shop, PHONE, "hello again").await;
    let found = shop.all(&format!("/api/v1/customers?search={}", wa_id(PHONE))).await;
    assert_eq!(found.len(), 1);
    let (id, consent) = (found[0]["id"].as_str().unwrap(), &found[0]["marketing_consent"]["state"]);
    assert_ne!(id, planted.customer);
    assert_eq!(consent, "opted_out", "an old yes does not hold, and a no outlives the person");
    assert_eq!(shop.all(&format!("/api/v1/messages?customer_id={id}")).await.len(), 1, "and has no past");
});

both!(another_organizations_webhooks_and_people_are_left_alone, |app| {
    let (shop, neighbour) = (app.shop().await, app.shop().await);
    let planted = plant(app, &shop).await;
    let theirs = plant(app, &neighbour).await;
    neighbour.erase(&planted.customer, false).await.refused(404, "not_found");
    neighbour
        .api
        .get(&format!("/api/v1/customers/{}/export", planted.customer))
        .await
        .refused(404, "not_found");
    let kept = places(app, WORD, &[]).await.len();
    let erasure = shop.erased(&planted.customer, false).await;
    let id = erasure["id"].as_str().unwrap();
    neighbour.api.get(&format!("/api/v1/erasures/{id}")).await.refused(404, "not_found");
    assert_eq!(neighbour.all("/api/v1/erasures").await, Vec::<Value>::new());
    let left = places(app, WORD, &[]).await.len();
    assert!(left > 8 && left <= kept / 2 + 1, "the neighbour keeps theirs: {left} of {kept}");
    let customer = neighbour.api.get(&format!("/api/v1/customers/{}", theirs.customer)).await.ok();
    assert_eq!((&customer["phone"], &customer["name"]), (&json!(PHONE), &json!(NAME)));
    let first = format!("/api/v1/failed-webhooks/{}/replay", planted.failed);
    shop.api.post(&first, Value::Null).await.ok();
    replay(app, &neighbour, &theirs.failed).await;
});

both!(what_an_erasure_is_asked_with_is_checked, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), None, &[]).await;
    let id = customer["id"].as_str().unwrap();
    let path = format!("/api/v1/customers/{id}/erasures");
    shop.api.post(&path, json!({"dryrun": true})).await.refused(422, "invalid_input");
    shop.api.get("/api/v1/erasures/ers_nonsense").await.refused(400, "invalid_parameter");
    let first = shop.api.post_once(&path, json!({"dry_run": true}), "once").await;
    let again = shop.api.post_once(&path, json!({"dry_run": true}), "once").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json["id"], again.json["id"]);
    shop.completed("erasures", &first.json).await;
});
