//! What operators look at.

use crate::support::app::both;
use crate::support::shop::phones;
use serde_json::json;

both!(health_and_readiness_need_no_key, |app| {
    for path in ["/health", "/health/ready"] {
        let answer = app.anyone.get(path).await;
        assert_eq!((answer.status, &answer.json), (200, &json!({"status": "ok"})));
        assert!(!answer.header("x-request-id").is_empty());
    }
});

both!(metrics_count_what_happened, |app| {
    let (shop, people) = (app.shop().await, phones(5));
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 5).await;
    let answer = app.anyone.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("text/plain"));
    let value = |name: &str, labels: &[&str]| -> Option<f64> {
        let line = answer.text.lines().find(|line| {
            let named = line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
            named && labels.iter().all(|label| line.contains(label))
        });
        line?.rsplit(' ').next()?.parse().ok()
    };
    // other tests of this process count into the same numbers
    assert!(value("bellbird_sends", &[r#"outcome="accepted""#]) >= Some(5.0), "{}", answer.text);
    assert!(value("bellbird_statuses", &[]) >= Some(10.0));
    assert!(value("bellbird_webhooks", &[r#"kept="true""#]) >= Some(1.0));
    assert!(value("bellbird_http_requests", &[r#"method="POST""#, r#"status="202""#]) >= Some(1.0));
    assert!(value("bellbird_http_request_seconds_count", &[]) >= Some(1.0));
    for lane in ["interactive", "bulk", "inbound", "maintenance"] {
        let label = format!(r#"lane="{lane}""#);
        assert!(value("bellbird_queue_tasks", &[&label, r#"state="dead""#]).is_some(), "{lane}");
    }
    assert_eq!(value("bellbird_queue_up", &[]), Some(1.0));
    for secret in [&shop.token, &shop.secret, &people[0]] {
        assert!(!answer.text.contains(secret.as_str()));
    }
});

both!(every_answer_carries_the_requests_name, |app| {
    let (_, api) = app.organization().await;
    let named = api.request(reqwest::Method::GET, "/api/v1/campaigns").header("X-Request-Id", "mine-1");
    let answer = crate::support::client::Answer::of(named).await;
    assert_eq!(answer.header("x-request-id"), "mine-1");
    let other = api.get("/api/v1/campaigns/cmp_nonsense").await;
    assert!(!other.header("x-request-id").is_empty() && (400..500).contains(&other.status));
    assert_eq!(other.json["request_id"], other.header("x-request-id"));
});
