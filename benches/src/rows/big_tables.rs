//! Every read of the API, on millions of messages and customers.

use crate::Outcome;
use crate::measured::Measured;
use crate::meta::Behaviour;
use crate::options::Options;
use crate::people::{self, History};
use crate::scene::Scene;
use crate::statistics::percentile;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// How often each is asked.
const TIMES: usize = 40;
/// Pages into a list that are followed.
const PAGES: usize = 3;
/// Streams have no end to time.
const STREAMS: [&str; 1] = ["/api/v1/campaigns/{campaign_id}/events"];

pub(crate) async fn measure(options: &Options) -> Outcome<Measured> {
    let customers = options.recipients.map_or(options.customers, |n| n.min(options.customers)).max(100);
    let messages = options.recipients.map_or(options.messages, |n| (n * 5).min(options.messages));
    let scene =
        Scene::start(options, Behaviour { numbers: 1, latency: Duration::ZERO, statuses: None }).await?;
    scene.people(0..customers).await?;
    let mut campaigns = Vec::new();
    for _ in 0..messages.div_ceil(customers) {
        campaigns.push(scene.shop.draft().await?);
    }
    let history = History {
        organization: scene.organization(),
        campaigns: &campaigns,
        sender: &scene.shop.senders[0],
        template: &scene.shop.order,
        customers,
    };
    people::sent(&scene.db, &history, messages).await?;

    let mut measured =
        Measured::new("big-tables").with("customers", customers as f64).with("messages", messages as f64);
    let (mut slowest, mut not_asked, mut refused) = ((0.0, String::new()), Vec::new(), Vec::new());
    for path in reads()? {
        let Some(mut address) = filled(&scene, &path, &campaigns[0]).await? else {
            not_asked.push(path);
            continue;
        };
        let mut times = Vec::new();
        for page in 0..PAGES {
            let mut well = true;
            for _ in 0..TIMES {
                let (status, ms) = scene.shop.api.timed(&address).await?;
                well &= (200..300).contains(&status);
                times.push(ms);
            }
            if !well {
                refused.push(path.clone());
                break;
            }
            let next = scene.shop.api.get(&address).await.unwrap_or_default();
            match next["next_cursor"].as_str() {
                Some(cursor) if page + 1 < PAGES => address = with_cursor(&address, cursor),
                _ => break,
            }
        }
        let p95 = percentile(&mut times, 95.0).unwrap_or_default();
        if p95 > slowest.0 {
            slowest = (p95, path.clone());
        }
        measured = measured.with(&format!("GET {path} p95_ms"), p95);
    }
    let mut measured = measured.with("slowest_p95_ms", slowest.0);
    measured.notes.push(format!("the slowest is {}", slowest.1));
    for (what, paths) in [("not asked", not_asked), ("not answered with 200", refused)] {
        if !paths.is_empty() {
            measured.notes.push(format!("{what}: {}", paths.join(", ")));
        }
    }
    scene.end().await?;
    Ok(measured)
}

/// What a key may read, as `openapi.yaml` tells it, and the lists with the filters that are used most.
fn reads() -> Outcome<Vec<String>> {
    let text = include_str!("../../../openapi.yaml");
    let document: Value = serde_yaml_ng::from_str(text)?;
    let paths = document["paths"].as_object().ok_or("openapi.yaml has no paths")?;
    let by_key = |said: &Value| {
        said["security"].as_array().is_some_and(|needs| needs.iter().any(|need| need["ApiKey"].is_array()))
    };
    let mut reads: Vec<String> = paths
        .iter()
        .filter(|(path, item)| by_key(&item["get"]) && !STREAMS.contains(&path.as_str()))
        .map(|(path, _)| path.clone())
        .collect();
    for filtered in [
        "/api/v1/messages?customer_id={customer_id}",
        "/api/v1/messages?sender_id={sender_id}",
        "/api/v1/messages?direction=in",
        "/api/v1/campaigns/{campaign_id}/recipients?status=failed",
        "/api/v1/campaigns/{campaign_id}/recipients?status=read",
    ] {
        reads.push(filtered.to_string());
    }
    Ok(reads)
}

/// The address with ids that exist, or nothing when we have made no such thing.
async fn filled(scene: &Scene, path: &str, campaign: &str) -> Outcome<Option<String>> {
    let first = async |list: &str| -> Outcome<String> {
        let found = scene.shop.api.get(&format!("/api/v1/{list}?limit=1")).await?;
        Ok(found["items"][0]["id"].as_str().unwrap_or_default().to_string())
    };
    let mut ids = BTreeMap::from([("campaign_id", campaign.to_string())]);
    for (name, list) in [
        ("customer_id", "customers"),
        ("message_id", "messages"),
        ("sender_id", "senders"),
        ("template_id", "templates"),
        ("app_id", "apps"),
        ("api_key_id", "api-keys"),
    ] {
        if path.contains(name) {
            ids.insert(name, first(list).await?);
        }
    }
    let known = ids.iter().filter(|(_, id)| !id.is_empty());
    let address = known.fold(path.to_string(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
    Ok((!address.contains('{')).then_some(address))
}

fn with_cursor(address: &str, cursor: &str) -> String {
    let bare = address.split(['?', '&']).filter(|part| !part.starts_with("cursor="));
    let parts: Vec<&str> = bare.collect();
    let (path, filters) =
        parts.split_first().map_or((address, [].as_slice()), |(path, filters)| (*path, filters));
    let filters: String = filters.iter().map(|filter| format!("&{filter}")).collect();
    format!("{path}?cursor={cursor}{filters}")
}
