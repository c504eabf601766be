//! Launching, pausing, resuming, cancelling and changing: also at the wrong moment, and while workers work.

use crate::support::app::{TestApp, both};
use crate::support::shop::{Shop, phone, phones};
use crate::support::wait::wait_until;
use bellbird_sandbox::{Gate, GateAt, GateRule, Match};
use reqwest::Method;
use serde_json::{Value, json};

/// Launches a campaign to so many people and holds its first requests at Meta's door.
async fn held_at_the_door(app: &TestApp, shop: &Shop, people: &[String]) -> (String, Gate) {
    let gate = app.sandbox.gate(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
    let campaign = shop.launched(app, json!({}), people).await;
    gate.wait_for(8).await;
    (campaign, gate)
}

both!(pause_bites_at_once_and_resume_goes_on, |app| {
    let (shop, people) = (app.shop().await, phones(120));
    let (campaign, gate) = held_at_the_door(app, &shop, &people).await;
    let paused = shop.steer(&campaign, "pause").await.ok();
    assert_eq!(paused["status"], "paused");
    assert!(paused["paused_at"].is_string());
    gate.release();
    let stats = shop
        .until_stats(&campaign, "nothing to be under way", |stats| {
            stats["counts"]["sending"] == 0 && stats["counts"]["queued"] == 0
        })
        .await;
    assert_eq!(stats["status"], "paused");
    let taken = app.sandbox.counts().accepted;
    assert!((8..=16).contains(&taken), "{taken} were under way: no more than a worker has hands");
    shop.until_stats(&campaign, "what was sent to be recorded", |stats| stats["funnel"]["sent"] == taken)
        .await;

    assert_eq!(shop.steer(&campaign, "resume").await.ok()["status"], "running");
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 120).await;
    app.assert_each_once(&shop, &people);
});

both!(cancel_stops_for_good_and_every_row_says_so, |app| {
    let (shop, people) = (app.shop().await, phones(120));
    let (campaign, gate) = held_at_the_door(app, &shop, &people).await;
    let cancelled = shop.steer(&campaign, "cancel").await.ok();
    assert_eq!(cancelled["status"], "cancelled");
    gate.release();
    let settled = |stats: &Value| {
        let counts = &stats["counts"];
        counts["cancelled"].as_i64().unwrap() + counts["delivered"].as_i64().unwrap() == 120
    };
    shop.until_stats(&campaign, "everybody to be delivered or cancelled", settled).await;
    let taken = app.taken(&shop);
    assert!(taken.len() <= 16, "only what was under way: {}", taken.len());
    for recipient in shop.recipients(&campaign).await {
        let sent = taken.get(recipient["phone"].as_str().unwrap()).map_or(0, Vec::len);
        let wanted = if sent == 1 { "delivered" } else { "cancelled" };
        assert_eq!(recipient["status"], wanted, "{recipient:#}");
    }
    shop.steer(&campaign, "resume").await.refused(409, "campaign_not_paused");
    shop.steer(&campaign, "cancel").await.refused(409, "campaign_not_active");
});

both!(pausing_and_resuming_all_the_time_neither_loses_nor_repeats, |app| {
    let (shop, people) = (app.shop().await, phones(200));
    app.start_worker().await;
    let campaign = shop.launched(app, json!({}), &people).await;
    for _ in 0..12 {
        let paused = shop.steer(&campaign, "pause").await;
        if paused.status == 200 {
            shop.steer(&campaign, "resume").await.ok();
        } else {
            paused.refused(409, "campaign_not_running"); // not yet, or done already
        }
    }
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 200).await;
    app.assert_each_once(&shop, &people);
});

both!(cancelling_in_full_flight_leaves_a_true_answer_for_everybody, |app| {
    let (shop, people) = (app.shop().await, phones(300));
    app.start_worker().await;
    let campaign = shop.launched(app, json!({}), &people).await;
    wait_until("sending to begin", async || app.sandbox.counts().accepted > 20).await;
    shop.steer(&campaign, "cancel").await.ok();
    let settled = |stats: &Value| {
        let counts = &stats["counts"];
        counts["cancelled"].as_i64().unwrap() + counts["delivered"].as_i64().unwrap() == 300
    };
    let stats = shop.until_stats(&campaign, "everybody to be delivered or cancelled", settled).await;
    let taken = app.taken(&shop);
    assert!(taken.values().all(|all| all.len() == 1), "nobody got it twice");
    assert_eq!(stats["counts"]["delivered"], taken.len(), "the numbers are Meta's numbers");
});

both!(of_two_who_launch_one_wins, |app| {
    let (shop, people) = (app.shop().await, phones(20));
    let campaign = shop.campaign(app, json!({}), &people).await;
    let launches = futures::future::join_all((0..6).map(|_| shop.steer(&campaign, "launch"))).await;
    let (won, lost): (Vec<_>, Vec<_>) = launches.into_iter().partition(|answer| answer.status == 202);
    assert_eq!((won.len(), lost.len()), (1, 5));
    lost.iter().for_each(|answer| answer.refused(409, "campaign_not_draft"));
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 20).await;
    shop.steer(&campaign, "launch").await.refused(409, "campaign_not_draft");
    app.assert_each_once(&shop, &people);
});

both!(a_launched_campaign_does_not_change, |app| {
    let (shop, people) = (app.shop().await, phones(3));
    let campaign = shop.launched(app, json!({}), &people).await;
    let path = format!("/api/v1/campaigns/{campaign}");
    let draft = shop.draft(json!({"name": "Another"}));
    shop.api.send(Method::PUT, &path, draft).await.refused(409, "campaign_not_draft");
    shop.api.send(Method::DELETE, &path, Value::Null).await.refused(409, "campaign_not_draft");
    let more = json!({"recipients": [{"phone": phone(99)}]});
    shop.api.post(&format!("{path}/recipients"), more).await.refused(409, "campaign_not_draft");
    let file = format!("phone\n{}\n", phone(99));
    shop.api.post_csv(&format!("{path}/recipients/import"), file).await.refused(409, "campaign_not_draft");
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 3).await;
    assert_eq!(shop.api.get(&path).await.ok()["name"], "Spring offer");
    app.assert_each_once(&shop, &people);
});

both!(a_draft_changes_and_goes, |app| {
    let shop = app.shop().await;
    let campaign = shop.campaign(app, json!({}), &phones(3)).await;
    let path = format!("/api/v1/campaigns/{campaign}");
    for (verb, code) in [
        ("pause", "campaign_not_running"),
        ("resume", "campaign_not_paused"),
        ("cancel", "campaign_not_active"),
    ] {
        shop.steer(&campaign, verb).await.refused(409, code);
    }
    let draft = shop.draft(json!({"name": "Another", "rate_per_minute": 60}));
    let changed = shop.api.send(Method::PUT, &path, draft).await.ok();
    assert_eq!((&changed["name"], &changed["rate_per_minute"]), (&json!("Another"), &json!(60)));
    assert_eq!(shop.stats(&campaign).await["counts"]["planned"], 3, "people stay");

    assert_eq!(shop.api.send(Method::DELETE, &path, Value::Null).await.status, 204);
    shop.api.get(&path).await.refused(404, "not_found");
    assert_eq!(shop.all("/api/v1/campaigns").await.len(), 0);
    assert_eq!(shop.all("/api/v1/customers").await.len(), 3, "as customers they stay");
});

both!(campaigns_are_listed_newest_first_by_status_and_page, |app| {
    let shop = app.shop().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(shop.created("/api/v1/campaigns", shop.draft(json!({"name": format!("No. {n}")}))).await);
    }
    ids.reverse();
    let listed = shop.all("/api/v1/campaigns?limit=2").await;
    assert_eq!(listed.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    shop.add(app, &ids[0], &phones(1)).await;
    shop.steer(&ids[0], "launch").await.ok();
    shop.until(&ids[0], "completed").await;
    assert_eq!(shop.all("/api/v1/campaigns?status=draft").await.len(), 4);
    assert_eq!(shop.all("/api/v1/campaigns?status=completed").await.len(), 1);
    shop.until_stats(&ids[0], "it to be delivered", |stats| stats["funnel"]["delivered"] == 1).await;
});
