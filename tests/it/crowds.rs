//! Many callers at the same moment: everybody gets an answer that is true, and nobody an error of ours.

use crate::support::app::both;
use crate::support::client::Answer;
use crate::support::shop::{phone, phones};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

both!(a_person_written_down_by_many_at_once_is_one, |app| {
    let shop = app.shop().await;
    let puts = (0..12).map(|n| {
        let body = json!({
            "phone": phone(n % 3), "tags": [format!("t{n}")], "attributes": {format!("a{n}"): n},
            "opt_in": {"state": "opted_in", "source": "checkout"},
        });
        shop.api.send(Method::PUT, "/api/v1/customers", body)
    });
    for answer in join_all(puts).await {
        answer.ok();
    }
    let all = shop.all("/api/v1/customers").await;
    assert_eq!(all.len(), 3);
    for customer in all {
        assert_eq!(customer["tags"].as_array().unwrap().len(), 4, "{customer:#}");
        assert_eq!(customer["attributes"].as_object().unwrap().len(), 4, "{customer:#}");
    }
});

both!(the_same_people_added_to_several_campaigns_at_once, |app| {
    let shop = app.shop().await;
    let mut campaigns = Vec::new();
    for _ in 0..3 {
        campaigns.push(shop.created("/api/v1/campaigns", shop.draft(json!({}))).await);
    }
    let people = phones(150);
    let adds = (0..9_usize).map(|n| {
        // each in an order of its own, which is how two of them come to wait for each other
        let mut people = people.clone();
        people.rotate_left(n * 17);
        if n % 2 == 1 {
            people.reverse();
        }
        let recipients: Vec<_> = people.iter().map(|phone| json!({"phone": phone, "name": "Ana"})).collect();
        let path = format!("/api/v1/campaigns/{}/recipients", campaigns[n % 3]);
        let api = shop.api.clone();
        async move { api.post(&path, json!({"recipients": recipients})).await }
    });
    let answers: Vec<Value> = join_all(adds).await.into_iter().map(Answer::ok).collect();
    let added: i64 = answers.iter().map(|answer| answer["added"].as_i64().unwrap()).sum();
    assert_eq!(added, 450);
    for campaign in &campaigns {
        assert_eq!(shop.stats(campaign).await["counts"]["planned"], 150);
    }
    assert_eq!(shop.all("/api/v1/customers?limit=200").await.len(), 150);
});

both!(who_is_added_while_it_is_launched_is_in_or_refused, |app| {
    let shop = app.shop().await;
    let template = json!({"template_id": shop.utility});
    let campaign = shop.campaign(app, template, &phones(20)).await;
    let path = format!("/api/v1/campaigns/{campaign}/recipients");
    let adds = (0..10).map(|n| {
        let body = json!({"recipients": [{"phone": phone(100 + n), "name": "Bea"}]});
        shop.api.post(&path, body)
    });
    let (launched, added) = tokio::join!(shop.steer(&campaign, "launch"), join_all(adds));
    launched.ok();
    let mut people = phones(20);
    for (n, answer) in added.into_iter().enumerate() {
        match answer.status {
            200 => people.push(phone(100 + n)),
            _ => answer.refused(409, "campaign_not_draft"),
        }
    }
    let wanted = people.len();
    shop.until_stats(&campaign, "everybody who is in", |stats| stats["funnel"]["delivered"] == wanted).await;
    assert_eq!(shop.recipients(&campaign).await.len(), wanted);
    app.assert_each_once(&shop, &people);
});

both!(a_draft_deleted_while_people_are_added_is_gone, |app| {
    let shop = app.shop().await;
    for _ in 0..4 {
        let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
        let path = format!("/api/v1/campaigns/{campaign}");
        let add = json!({"recipients": [{"phone": phone(1)}]});
        let recipients = format!("{path}/recipients");
        let (added, deleted, launched) = tokio::join!(
            shop.api.post(&recipients, add),
            shop.api.send(Method::DELETE, &path, Value::Null),
            shop.steer(&campaign, "launch"),
        );
        for answer in [&added, &deleted, &launched] {
            assert!(answer.status < 500, "{} {}", answer.status, answer.text);
        }
        if deleted.status == 204 {
            shop.api.get(&path).await.refused(404, "not_found");
        } else {
            deleted.refused(409, "campaign_not_draft");
            shop.until(&campaign, "completed").await;
        }
    }
});
