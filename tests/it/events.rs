//! Watching a campaign: snapshots as they come, and none twice.

use crate::support::app::both;
use crate::support::shop::{Shop, phones};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// An open stream of a campaign's events.
struct Watch {
    answer: reqwest::Response,
    seen: String,
}

impl Watch {
    async fn open(shop: &Shop, campaign: &str, last: Option<&str>) -> Self {
        let mut request = shop.api.request(Method::GET, &format!("/api/v1/campaigns/{campaign}/events"));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
        Self { answer, seen: String::new() }
    }

    /// The next event with its id; `None` after so long a silence, or at the end.
    async fn next(&mut self, patience: Duration) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.seen.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = event.lines().filter_map(|line| line.strip_prefix(name));
                    lines.map(str::trim_start).collect::<Vec<_>>().join("\n")
                };
                let (id, data) = (field("id:"), field("data:"));
                self.seen = rest.to_string();
                if !data.is_empty() {
                    return Some((id, serde_json::from_str(&data).unwrap()));
                }
                continue;
            }
            let part = tokio::time::timeout(patience, self.answer.chunk()).await.ok()?.unwrap()?;
            self.seen.push_str(std::str::from_utf8(&part).unwrap());
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_millis(900);

both!(a_watcher_sees_it_from_draft_to_done, |app| {
    let (shop, people) = (app.shop().await, phones(50));
    let campaign = shop.campaign(app, json!({}), &people).await;
    let mut watch = Watch::open(&shop, &campaign, None).await;
    let (first_id, first) = watch.next(PATIENCE).await.expect("a snapshot at once");
    assert_eq!((&first["status"], &first["counts"]["planned"]), (&json!("draft"), &json!(50)));
    assert_eq!(first["version"], first_id.as_str());
    assert!(watch.next(SILENCE).await.is_none(), "nothing changed, nothing is said");

    shop.steer(&campaign, "launch").await.ok();
    let (mut last_id, mut delivered) = (first_id, 0);
    let last = loop {
        let (id, snapshot) = watch.next(PATIENCE).await.expect("another snapshot");
        assert_ne!(id, last_id, "each state once");
        let now = snapshot["funnel"]["delivered"].as_i64().unwrap();
        assert!(now >= delivered, "the numbers only grow");
        (last_id, delivered) = (id, now);
        if snapshot["status"] == "completed" && delivered == 50 {
            break snapshot;
        }
    };
    let stats = shop.stats(&campaign).await;
    assert_eq!((&stats["counts"], &stats["version"]), (&last["counts"], &last["version"]));

    let mut back = Watch::open(&shop, &campaign, Some(&last_id)).await;
    assert!(back.next(SILENCE).await.is_none(), "who has seen the last state hears nothing");
    let mut missed = Watch::open(&shop, &campaign, Some("0-0")).await;
    let (id, now) = missed.next(PATIENCE).await.expect("who missed something gets the present state");
    assert_eq!((id, &now["counts"]), (last_id, &last["counts"]));
});

both!(a_stream_of_what_is_over_ends_by_itself, |app| {
    let shop = app.shop().await;
    let campaign = shop.launched(app, json!({}), &phones(1)).await;
    shop.until_stats(&campaign, "the end", |stats| {
        stats["status"] == "completed" && stats["funnel"]["delivered"] == 1
    })
    .await;
    let mut watch = Watch::open(&shop, &campaign, None).await;
    watch.next(PATIENCE).await.expect("a snapshot");
    app.pass(Duration::from_secs(61));
    let ended =
        tokio::time::timeout(PATIENCE, async { while watch.answer.chunk().await.unwrap().is_some() {} })
            .await;
    assert!(ended.is_ok(), "the stream ends after a minute's silence");
});
