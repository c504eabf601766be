//! A campaign on a good day: everybody gets it once, and the numbers say so.

use crate::support::app::{Setup, both};
use crate::support::shop::phones;
use bellbird_sandbox::{SandboxConfig, StatusProfile};
use serde_json::json;

fn everybody_reads() -> Setup {
    let statuses = StatusProfile { read_ratio: 1.0, ..StatusProfile::instant() };
    Setup { sandbox: SandboxConfig { statuses, ..SandboxConfig::default() }, ..Setup::default() }
}

both!(everyone_gets_it_once_and_the_numbers_say_so, everybody_reads(), |app| {
    let (shop, people) = (app.shop().await, phones(250));
    let campaign = shop.launched(app, json!({}), &people).await;
    let stats = shop.until_stats(&campaign, "all to be read", |stats| stats["funnel"]["read"] == 250).await;
    shop.until(&campaign, "completed").await;
    app.assert_each_once(&shop, &people);
    assert!(app.taken(&shop).values().flatten().all(|sent| sent.params == ["Ana"]), "values are filled in");

    assert_eq!(stats["counts"]["read"], 250);
    for (step, n) in [("total", 250), ("sent", 250), ("delivered", 250), ("failed", 0), ("responded", 0)] {
        assert_eq!(stats["funnel"][step], n, "{step}");
    }
    let sum: i64 = stats["counts"].as_object().unwrap().values().filter_map(serde_json::Value::as_i64).sum();
    assert_eq!(sum, 250, "each is counted once: {stats:#}");
    let recipients = shop.recipients(&campaign).await;
    assert_eq!(recipients.len(), 250);
    for recipient in &recipients {
        assert_eq!((&recipient["status"], &recipient["attempt"]), (&json!("read"), &json!(1)));
        for moment in ["sent_at", "delivered_at", "read_at"] {
            assert!(recipient[moment].is_string(), "{moment} of {recipient:#}");
        }
    }
    let export = shop.api.get(&format!("/api/v1/campaigns/{campaign}/recipients/export")).await;
    assert!(export.header("content-type").starts_with("text/csv"), "{export:?}");
    assert_eq!(export.text.lines().count(), 251);
    let finished = shop.api.get(&format!("/api/v1/campaigns/{campaign}")).await.ok();
    assert!(finished["finished_at"].is_string() && finished["launched_at"].is_string(), "{finished:#}");
});

both!(two_workers_share_a_campaign, |app| {
    let (shop, people) = (app.shop().await, phones(300));
    app.start_worker().await;
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 300).await;
    app.assert_each_once(&shop, &people);
});

both!(two_campaigns_of_two_shops_do_not_touch_each_other, |app| {
    let (one, two) = (app.shop().await, app.shop().await);
    let people = phones(40);
    let (a, b) = (
        one.launched(app, json!({}), &people[..30]).await,
        two.launched(app, json!({}), &people[20..]).await,
    );
    one.until_stats(&a, "the first", |stats| stats["funnel"]["delivered"] == 30).await;
    two.until_stats(&b, "the second", |stats| stats["funnel"]["delivered"] == 20).await;
    app.assert_each_once(&one, &people[..30]);
    app.assert_each_once(&two, &people[20..]);
});

/// Duplicates, disorder, early statuses, skipped `delivered`, failures after delivery: the truth comes out the same.
fn chaos() -> Setup {
    let sandbox = SandboxConfig { statuses: StatusProfile::chaotic(), ..SandboxConfig::default() };
    Setup { sandbox, ..Setup::default() }
}

both!(chaotic_statuses_end_in_one_truth, chaos(), |app| {
    let (shop, people) = (app.shop().await, phones(150));
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until(&campaign, "completed").await;
    app.heard_everything().await;
    app.assert_each_once(&shop, &people);
    let recipients = shop.recipients(&campaign).await;
    let with = |status: &str| recipients.iter().filter(|person| person["status"] == status).count();
    assert_eq!(with("sent") + with("delivered") + with("read"), 150, "nobody is in doubt or failed");
    assert!(with("read") > 50 && with("delivered") > 5, "the sandbox made it interesting");
    let counts = &shop.stats(&campaign).await["counts"];
    for status in ["sent", "delivered", "read"] {
        assert_eq!(counts[status], with(status), "the counter of {status} agrees with the rows");
    }
});

both!(a_hurried_listener_sees_early_statuses_settle, |app| {
    let (shop, people) = (app.shop().await, phones(40));
    app.sandbox.set_statuses(StatusProfile { early_ratio: 1.0, ..StatusProfile::instant() });
    let campaign = shop.launched(app, json!({}), &people).await;
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 40).await;
    app.assert_each_once(&shop, &people);
});
