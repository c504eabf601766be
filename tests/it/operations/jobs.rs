//! The jobs an organization sees through the API: its own, and nobody else's.

use super::dead_letters::bury;
use crate::support::app::{Setup, both};
use crate::support::post::text_from;
use crate::support::shop::phones;
use bellbird_core::queue::LaneName;
use serde_json::{Value, json};

fn nobody_works() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

fn ids(jobs: &[Value]) -> Vec<String> {
    jobs.iter().map(|job| job["id"].as_str().unwrap().to_string()).collect()
}

both!(an_organization_sees_and_requeues_its_own_jobs_only, nobody_works(), |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let campaign = shop.launched(app, json!({}), &phones(2)).await;
    let ready = shop.all("/api/v1/jobs?state=ready").await;
    assert_eq!(ready.len(), 1);
    assert_eq!((&ready[0]["lane"], &ready[0]["campaign_id"]), (&json!("maintenance"), &json!(campaign)));
    assert_eq!(shop.all("/api/v1/jobs").await, Vec::<Value>::new(), "nothing failed yet");

    assert_eq!(bury(app, LaneName::Maintenance).await, 1);
    let dead = shop.all("/api/v1/jobs").await;
    assert_eq!(
        (&dead[0]["state"], &dead[0]["reason"]),
        (&json!("dead"), &json!("the database was too slow"))
    );
    assert_eq!(stranger.all("/api/v1/jobs").await, Vec::<Value>::new());
    assert_eq!(stranger.all("/api/v1/jobs?state=ready").await, Vec::<Value>::new());

    let body = json!({"lane": "maintenance", "ids": [ids(&dead)[0], "job_nobody"]});
    let refused = stranger.api.post("/api/v1/jobs/requeue", body.clone()).await.ok();
    assert_eq!(refused, json!({"requeued": [], "not_found": body["ids"]}));
    assert_eq!(app.services.queues.depth(LaneName::Maintenance).await.unwrap().dead, 1);

    let done = shop.api.post_once("/api/v1/jobs/requeue", body.clone(), "once").await.ok();
    assert_eq!(done, json!({"requeued": ids(&dead), "not_found": ["job_nobody"]}));
    let again = shop.api.post_once("/api/v1/jobs/requeue", body, "once").await;
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &done));
    app.start_worker().await;
    shop.until(&campaign, "completed").await;
});

both!(a_webhook_job_is_whose_app_signed_it, nobody_works(), |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let said = text_from("919820000001", "wamid.1", "hello", 1_800_000_000_000);
    assert_eq!(shop.hear(&shop.webhook(&[shop.change(said)])).await.status, 200);
    bury(app, LaneName::Inbound).await;
    let dead = shop.all("/api/v1/jobs?lane=inbound").await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0]["webhook_event_ids"].as_array().unwrap().len(), 1);
    assert_eq!(stranger.all("/api/v1/jobs?lane=inbound").await, Vec::<Value>::new());
    shop.api.post("/api/v1/jobs/requeue", json!({"lane": "inbound", "ids": ids(&dead)})).await.ok();
    app.start_worker().await;
    app.heard_everything().await;
});

both!(jobs_come_in_pages, nobody_works(), |app| {
    let shop = app.shop().await;
    for _ in 0..5 {
        shop.launched(app, json!({}), &phones(1)).await;
    }
    let first = shop.api.get("/api/v1/jobs?state=ready&limit=2").await.ok();
    assert_eq!(
        (first["items"].as_array().unwrap().len(), &first["next_cursor"]),
        (2, &json!("maintenance.2"))
    );
    let mut all = ids(&shop.all("/api/v1/jobs?state=ready&limit=2").await);
    all.dedup();
    assert_eq!(all.len(), 5);
    for (query, field) in [
        ("cursor=nonsense", "cursor"),
        ("lane=bulk&cursor=maintenance.2", "cursor"),
        ("limit=0", "limit"),
        ("state=lost", "state"),
        ("lane=nowhere", "lane"),
    ] {
        let refused = shop.api.get(&format!("/api/v1/jobs?{query}")).await;
        refused.refused(400, "invalid_parameter");
        assert_eq!(refused.fields()[0].0, field, "{query}");
    }
    for body in [json!({"lane": "bulk", "ids": []}), json!({"lane": "bulk", "ids": vec!["x"; 201]})] {
        shop.api.post("/api/v1/jobs/requeue", body).await.refused(422, "invalid_input");
    }
    app.start_worker().await;
});
