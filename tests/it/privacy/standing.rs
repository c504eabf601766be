//! Erasures at the wrong moment: two at once, a request under way, a webhook on its way in, a worker that dies.

use super::places;
use super::plant::{PHONE, plant};
use crate::support::app::{Setup, both};
use crate::support::post::text_from;
use crate::support::shop::{phone, wa_id};
use crate::support::wait::wait_until;
use bellbird_core::ids::{ErasureId, OutboxId};
use bellbird_core::privacy::run;
use bellbird_core::webhooks::WebhookStatus;
use bellbird_sandbox::{GateAt, GateRule, Match};
use serde_json::{Value, json};

both!(two_erasures_at_once_are_one, |app| {
    let shop = app.shop().await;
    app.start_worker().await;
    let planted = plant(app, &shop).await;
    let (one, other) =
        tokio::join!(shop.erase(&planted.customer, false), shop.erase(&planted.customer, false));
    let (one, other) = (one.ok(), other.ok());
    assert_eq!(one["id"], other["id"]);
    let erasure = shop.completed("erasures", &one).await;
    assert_eq!(erasure["counts"]["customers"], 1);
    assert_eq!(shop.all("/api/v1/erasures").await.len(), 1);
    assert_eq!(places(app, PHONE, &[]).await, []);
    shop.api.post(&format!("/api/v1/failed-webhooks/{}/replay", planted.failed), Value::Null).await.ok();
    app.heard_everything().await;
});

both!(a_request_under_way_ends_before_its_row_is_anonymised, |app| {
    let (shop, person) = (app.shop().await, phone(3));
    let gate = app.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
    let campaign = shop.launched(app, json!({}), std::slice::from_ref(&person)).await;
    gate.wait_for(1).await;
    let recipient = shop.recipient(&campaign, &person).await;
    let customer = recipient["customer_id"].as_str().unwrap();
    let erasure = shop.erase(customer, false).await.ok();
    let path = format!("/api/v1/erasures/{}", erasure["id"].as_str().unwrap());
    wait_until("the erasure to wait for the ledger", async || {
        shop.api.get(&path).await.ok()["stage"] == "messages"
    })
    .await;
    assert_eq!(shop.recipient(&campaign, &person).await["status"], "sending", "still under way");
    gate.release();
    shop.completed("erasures", &erasure).await;
    let stats = shop.until_stats(&campaign, "it to arrive", |stats| stats["funnel"]["delivered"] == 1).await;
    assert_eq!(stats["counts"]["cancelled"], 0, "what was under way arrived, and counts");
    assert_eq!(app.sandbox.counts().accepted, 1);
    // its statuses may have come after the search, and are kept for some days as they came
    assert_eq!(places(app, &wa_id(&person), &["webhook_events"]).await, []);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0, "its statuses brought nobody back");
});

both!(what_came_before_is_applied_before, Setup { without_worker: true, ..Setup::default() }, |app| {
    let (shop, person) = (app.shop().await, phone(3));
    let customer = shop.customer(app, &person, None, &[]).await;
    let said = text_from(&wa_id(&person), "wamid.EARLY", "before", app.services.now().0);
    assert_eq!(shop.hear(&shop.webhook(&[shop.change(said)])).await.status, 200);
    let erasure = shop.erase(customer["id"].as_str().unwrap(), false).await.ok();
    // as if a worker had this job and nobody the webhook
    let id: ErasureId = erasure["id"].as_str().unwrap().parse().unwrap();
    let job = OutboxId::new(app.services.clock.as_ref());
    run::work(&app.services, job, id).await.unwrap();
    assert_eq!(shop.api.get(&format!("/api/v1/erasures/{id}")).await.ok()["stage"], "waiting");
    app.start_worker().await;
    shop.completed("erasures", &erasure).await;
    app.heard_everything().await;
    assert_eq!(app.webhooks(WebhookStatus::Pending).await, 0);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 0, "applied before, so nobody came back");
    assert_eq!(places(app, &wa_id(&person), &[]).await, []);
});

both!(
    an_erasure_may_be_done_twice_by_several_at_once,
    Setup { without_worker: true, ..Setup::default() },
    |app| {
        let (shop, person) = (app.shop().await, phone(3));
        let customer = shop.customer(app, &person, Some("opted_in"), &["vip"]).await;
        let draft = shop.campaign(app, json!({}), std::slice::from_ref(&person)).await;
        let erasure = shop.erase(customer["id"].as_str().unwrap(), false).await.ok();
        let id: ErasureId = erasure["id"].as_str().unwrap().parse().unwrap();
        let job = || OutboxId::new(app.services.clock.as_ref());
        for _ in 0..20 {
            let (one, other) =
                tokio::join!(run::work(&app.services, job(), id), run::work(&app.services, job(), id));
            one.unwrap();
            other.unwrap();
        }
        let done = shop.api.get(&format!("/api/v1/erasures/{id}")).await.ok();
        assert_eq!(
            (&done["status"], &done["counts"]["customers"]),
            (&json!("completed"), &json!(1)),
            "{done:#}"
        );
        assert_eq!(shop.stats(&draft).await["counts"]["planned"], 0);
        assert_eq!(places(app, &person, &[]).await, []);
        app.start_worker().await; // for the job itself: it finds nothing to do
    }
);
