//! Campaigns that go out by themselves: once, again and again, late, and not at all.

use crate::support::app::{Setup, TestApp, both};
use crate::support::client::Answer;
use crate::support::shop::{Shop, phone, phones, wa_id};
use crate::support::wait::wait_for;
use bellbird_sandbox::{Behaviour, Match, Rule};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What a clock in UTC shows after this time.
fn wall(app: &TestApp, after: Duration) -> String {
    app.services.now().plus(after).to_utc().format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A schedule in UTC, this far ahead; `changes` replace parts of it.
fn ahead(app: &TestApp, after: Duration, changes: Value) -> Value {
    let mut schedule = json!({"at": wall(app, after), "time_zone": "UTC"});
    for (key, value) in changes.as_object().unwrap() {
        schedule[key] = value.clone();
    }
    schedule
}

async fn schedule(shop: &Shop, campaign: &str, schedule: Value) -> Answer {
    shop.api.post(&format!("/api/v1/campaigns/{campaign}/schedule"), schedule).await
}

async fn get(shop: &Shop, campaign: &str) -> Value {
    shop.api.get(&format!("/api/v1/campaigns/{campaign}")).await.ok()
}

/// The runs of a campaign that repeats, oldest first, once there are so many.
async fn runs(shop: &Shop, campaign: &str, n: usize) -> Vec<Value> {
    wait_for(&format!("{n} runs"), async || {
        let all = shop.all("/api/v1/campaigns").await;
        let mut runs: Vec<_> = all.into_iter().filter(|one| one["repeats_id"] == campaign).collect();
        runs.reverse();
        (runs.len() >= n).then_some(runs)
    })
    .await
}

fn id(campaign: &Value) -> &str {
    campaign["id"].as_str().unwrap()
}

both!(a_scheduled_campaign_goes_out_at_its_time_and_not_before, |app| {
    let (shop, people) = (app.shop().await, phones(3));
    let campaign = shop.campaign(app, json!({}), &people).await;
    let told = schedule(&shop, &campaign, ahead(app, 60 * MINUTE, json!({}))).await.ok();
    assert_eq!((&told["status"], &told["schedule"]["runs"]), (&json!("scheduled"), &json!(0)), "{told:#}");
    assert_eq!(told["schedule"]["missed"], "run_late");
    let next = told["schedule"]["next_run_at"].as_str().unwrap();
    assert_eq!(&next[..19], told["schedule"]["at"].as_str().unwrap());

    app.pass(58 * MINUTE);
    // whoever is launched now goes through, which shows that workers had their turn and left the other
    let other = shop.launched(app, json!({"name": "At once"}), &[phone(9)]).await;
    shop.until(&other, "completed").await;
    assert_eq!(get(&shop, &campaign).await["status"], "scheduled");

    app.pass(2 * MINUTE);
    shop.until_stats(&campaign, "all to be delivered", |stats| stats["funnel"]["delivered"] == 3).await;
    shop.until(&campaign, "completed").await;
    let done = get(&shop, &campaign).await;
    assert_eq!(done["schedule"]["runs"], 1);
    assert!(done["schedule"]["next_run_at"].is_null(), "{done:#}");
    app.assert_each_once(&shop, &[people, vec![phone(9)]].concat());
});

both!(several_workers_let_it_go_out_once, |app| {
    let (shop, people) = (app.shop().await, phones(20));
    app.start_worker().await;
    app.start_worker().await;
    let campaign = shop.campaign(app, json!({}), &people).await;
    let weekly = ahead(app, 10 * MINUTE, json!({"repeat": "FREQ=WEEKLY"}));
    schedule(&shop, &campaign, weekly).await.ok();
    app.pass(11 * MINUTE);
    let run = runs(&shop, &campaign, 1).await.remove(0);
    shop.until_stats(id(&run), "all to be delivered", |stats| stats["funnel"]["delivered"] == 20).await;
    shop.until(id(&run), "completed").await;
    assert_eq!(runs(&shop, &campaign, 1).await.len(), 1);
    app.assert_each_once(&shop, &people);
});

both!(a_rule_makes_a_campaign_of_each_run_and_ends_as_a_draft, |app| {
    let (shop, people) = (app.shop().await, phones(4));
    // with values of their own, which each run takes along
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({"name": "Daily"}))).await;
    shop.add(app, &campaign, &people).await;
    let own = json!({"recipients": [{"phone": people[0], "variables": {"1": "Ms. First"}}]});
    shop.api.post(&format!("/api/v1/campaigns/{campaign}/recipients"), own).await.ok();
    let daily = ahead(app, 10 * MINUTE, json!({"repeat": "FREQ=DAILY;COUNT=2"}));
    let told = schedule(&shop, &campaign, daily).await.ok();
    let first_day = told["schedule"]["at"].as_str().unwrap()[..10].to_string();

    app.pass(11 * MINUTE);
    let first = runs(&shop, &campaign, 1).await.remove(0);
    assert_eq!(first["name"], format!("Daily ({first_day})"));
    shop.until_stats(id(&first), "the first run", |stats| stats["funnel"]["delivered"] == 4).await;
    shop.until(id(&first), "completed").await;
    let between = get(&shop, &campaign).await;
    assert_eq!((&between["status"], &between["schedule"]["runs"]), (&json!("scheduled"), &json!(1)));
    assert_eq!(shop.stats(&campaign).await["counts"]["planned"], 4, "its own people stay planned");

    app.pass(DAY);
    let second = runs(&shop, &campaign, 2).await.remove(1);
    shop.until_stats(id(&second), "the second run", |stats| stats["funnel"]["delivered"] == 4).await;
    shop.until(id(&second), "completed").await;
    let over = get(&shop, &campaign).await;
    assert_eq!((&over["status"], &over["schedule"]["runs"]), (&json!("draft"), &json!(2)), "{over:#}");
    assert!(over["schedule"]["next_run_at"].is_null());
    let taken = app.taken(&shop);
    assert_eq!(taken.len(), 4);
    assert!(taken.values().all(|all| all.len() == 2), "once each day");
    assert!(taken[&people[0]].iter().all(|one| one.params == ["Ms. First"]));
});

fn nobody_works_yet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

both!(times_missed_while_nobody_worked_are_one_late_run, nobody_works_yet(), |app| {
    let (shop, people) = (app.shop().await, phones(2));
    let campaign = shop.campaign(app, json!({}), &people).await;
    schedule(&shop, &campaign, ahead(app, 10 * MINUTE, json!({"repeat": "FREQ=DAILY"}))).await.ok();
    app.pass(3 * DAY + 60 * MINUTE);
    app.start_worker().await;
    let run = runs(&shop, &campaign, 1).await.remove(0);
    shop.until_stats(id(&run), "the late run", |stats| stats["funnel"]["delivered"] == 2).await;
    shop.until(id(&run), "completed").await;
    assert_eq!(get(&shop, &campaign).await["schedule"]["runs"], 1);
    assert_eq!(runs(&shop, &campaign, 1).await.len(), 1);
    app.assert_each_once(&shop, &people);
});

both!(times_missed_are_skipped_where_that_was_asked_for, nobody_works_yet(), |app| {
    let (shop, people) = (app.shop().await, phones(2));
    let once = shop.campaign(app, json!({}), &people).await;
    schedule(&shop, &once, ahead(app, 10 * MINUTE, json!({"missed": "skip"}))).await.ok();
    let daily = shop.campaign(app, json!({"name": "Daily"}), &people).await;
    let wish = ahead(app, 10 * MINUTE, json!({"missed": "skip", "repeat": "FREQ=DAILY"}));
    let at = schedule(&shop, &daily, wish).await.ok()["schedule"]["at"].clone();
    app.pass(2 * DAY + 60 * MINUTE);
    app.start_worker().await;
    let draft = wait_for("the one-off to be a draft", async || {
        let found = get(&shop, &once).await;
        (found["status"] == "draft").then_some(found)
    })
    .await;
    assert!(draft["failure"].as_str().unwrap().contains("skipped"), "{draft:#}");
    let moved = wait_for("the daily one to move on", async || {
        let found = get(&shop, &daily).await;
        found["failure"].is_string().then_some(found)
    })
    .await;
    let next = moved["schedule"]["next_run_at"].as_str().unwrap();
    assert_eq!(next[11..19], at.as_str().unwrap()[11..19], "the same time of another day");
    assert!(next > app.ago(Duration::ZERO).as_str(), "{next}");

    // it goes on from there, a minute after its time, and a one-off can be launched after all
    app.pass(DAY - 49 * MINUTE);
    let run = runs(&shop, &daily, 1).await.remove(0);
    shop.until_stats(id(&run), "the next run", |stats| stats["funnel"]["delivered"] == 2).await;
    shop.until(id(&run), "completed").await;
    shop.steer(&once, "launch").await.ok();
    shop.until_stats(&once, "the one-off", |stats| stats["funnel"]["delivered"] == 2).await;
    shop.until(&once, "completed").await;
    assert!(get(&shop, &once).await["failure"].is_null());
});

both!(what_cannot_be_launched_then_says_why_and_a_rule_goes_on, |app| {
    let shop = app.shop().await;
    let tag = json!({"audience": {"kind": "tag", "tag": "vip"}});
    let member = shop.customer(app, &phone(1), Some("opted_in"), &["vip"]).await;
    let (once, daily) = (
        shop.created("/api/v1/campaigns", shop.draft(tag.clone())).await,
        shop.created("/api/v1/campaigns", shop.draft(tag)).await,
    );
    schedule(&shop, &once, ahead(app, 10 * MINUTE, json!({}))).await.ok();
    let wish = ahead(app, 10 * MINUTE, json!({"repeat": "FREQ=DAILY"}));
    schedule(&shop, &daily, wish).await.ok();
    let tags = format!("/api/v1/customers/{}/tags", member["id"].as_str().unwrap());
    shop.api.send(Method::PATCH, &tags, json!({"remove": ["vip"]})).await.ok();
    app.pass(11 * MINUTE);
    let failed = wait_for("the one-off to fail", async || {
        let found = get(&shop, &once).await;
        (found["status"] == "failed").then_some(found)
    })
    .await;
    assert!(failed["failure"].as_str().unwrap().contains("nobody"), "{failed:#}");
    let run = runs(&shop, &daily, 1).await.remove(0);
    assert_eq!(run["status"], "failed", "{run:#}");
    assert_eq!(get(&shop, &daily).await["status"], "scheduled", "tomorrow there may be somebody");

    shop.api.send(Method::PATCH, &tags, json!({"add": ["vip"]})).await.ok();
    app.pass(DAY);
    let second = runs(&shop, &daily, 2).await.remove(1);
    shop.until_stats(id(&second), "the second run", |stats| stats["funnel"]["delivered"] == 1).await;
    shop.until(id(&second), "completed").await;
});

both!(a_scheduled_campaign_is_left_as_it_is_until_it_is_unscheduled, |app| {
    let (shop, people) = (app.shop().await, phones(2));
    let campaign = shop.campaign(app, json!({}), &people).await;
    shop.steer(&campaign, "unschedule").await.refused(409, "campaign_not_scheduled");
    let wish = ahead(app, 60 * MINUTE, json!({}));
    schedule(&shop, &campaign, wish.clone()).await.ok();
    let path = format!("/api/v1/campaigns/{campaign}");
    let draft = shop.draft(json!({"name": "Another"}));
    shop.api.send(Method::PUT, &path, draft.clone()).await.refused(409, "campaign_scheduled");
    shop.api.send(Method::DELETE, &path, Value::Null).await.refused(409, "campaign_scheduled");
    let more = json!({"recipients": [{"phone": phone(9)}]});
    shop.api.post(&format!("{path}/recipients"), more).await.refused(409, "campaign_scheduled");
    shop.steer(&campaign, "launch").await.refused(409, "campaign_scheduled");
    schedule(&shop, &campaign, wish).await.refused(409, "campaign_scheduled");
    assert_eq!(shop.all("/api/v1/campaigns?status=scheduled").await.len(), 1);

    let freed = shop.steer(&campaign, "unschedule").await.ok();
    assert_eq!(freed["status"], "draft");
    assert!(freed["schedule"].is_null(), "{freed:#}");
    shop.api.send(Method::PUT, &path, draft).await.ok();
    app.pass(2 * DAY);
    let other = shop.launched(app, json!({"name": "At once"}), &[phone(8)]).await;
    shop.until(&other, "completed").await;
    assert_eq!(get(&shop, &campaign).await["status"], "draft");
    shop.until_stats(&other, "the other", |stats| stats["funnel"]["delivered"] == 1).await;
});

both!(a_schedule_that_cannot_be_is_refused_with_the_field_and_the_fix, |app| {
    let shop = app.shop().await;
    let campaign = shop.campaign(app, json!({}), &phones(1)).await;
    let (soon, before) = (wall(app, 60 * MINUTE), wall(app, Duration::ZERO));
    for (wish, field, code) in [
        (json!({"at": soon, "time_zone": "Asia/Calcuta"}), "time_zone", "unknown_time_zone"),
        (json!({"at": "2099-13-01T10:00", "time_zone": "UTC"}), "at", "invalid_time"),
        (json!({"at": format!("{soon}Z"), "time_zone": "UTC"}), "at", "invalid_time"),
        (json!({"at": before, "time_zone": "UTC"}), "at", "time_in_past"),
        (json!({"at": "2099-01-01T10:00", "time_zone": "UTC"}), "at", "too_far_ahead"),
        (json!({"at": soon, "time_zone": "UTC", "repeat": "every monday"}), "repeat", "invalid_rule"),
        (json!({"at": soon, "time_zone": "UTC", "repeat": "FREQ=MINUTELY"}), "repeat", "rule_too_frequent"),
        (
            json!({"at": before, "time_zone": "UTC", "repeat": "FREQ=DAILY;COUNT=1"}),
            "repeat",
            "no_occurrence",
        ),
        (
            json!({"at": soon, "time_zone": "UTC", "repeat": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}),
            "repeat",
            "no_occurrence",
        ),
        (json!({"at": soon, "time_zone": "UTC", "missed": "never"}), "missed", "unknown_word"),
    ] {
        let refused = schedule(&shop, &campaign, wish).await;
        refused.refused(422, "invalid_input");
        assert_eq!(refused.fields(), [(field, code)]);
    }
    let both = schedule(&shop, &campaign, json!({"at": "noon", "time_zone": "Mars"})).await;
    assert_eq!(both.fields(), [("time_zone", "unknown_time_zone"), ("at", "invalid_time")]);

    // the campaign's own moments
    let at = |after: Duration| app.services.now().plus(after).to_string();
    for (change, field, code) in [
        (json!({"stop_at": app.ago(MINUTE)}), "stop_at", "time_in_past"),
        (json!({"send_at_local": "25:00"}), "send_at_local", "invalid_time"),
        (json!({"pause_at_failed_percent": 0}), "pause_at_failed_percent", "too_small"),
        (json!({"pause_at_opted_out_percent": 101}), "pause_at_opted_out_percent", "too_large"),
    ] {
        let refused = shop.api.post("/api/v1/campaigns", shop.draft(change)).await;
        refused.refused(422, "invalid_input");
        assert_eq!(refused.fields(), [(field, code)]);
    }
    let stops = shop.campaign(app, json!({"stop_at": at(30 * MINUTE)}), &phones(1)).await;
    let refused = schedule(&shop, &stops, ahead(app, 60 * MINUTE, json!({}))).await;
    assert_eq!(refused.fields(), [("at", "stop_before_schedule")]);
    app.pass(DAY);
    let refused = shop.steer(&stops, "launch").await;
    assert_eq!(refused.fields(), [("stop_at", "time_in_past")]);
    assert_eq!(get(&shop, &campaign).await["status"], "draft", "nothing was written");
});

both!(scheduling_needs_the_same_word_as_launching, |app| {
    let shop = app.shop().await;
    let everything = json!({"launch_needs_approval": true});
    shop.api.send(Method::PATCH, "/api/v1/organization", everything).await.ok();
    let scopes =
        json!({"name": "launcher", "scopes": ["campaigns:read", "campaigns:write", "campaigns:launch"]});
    let made = shop.api.post("/api/v1/api-keys", scopes).await.ok();
    let launcher = shop.api.with_key(made["key"].as_str());
    let campaign = shop.campaign(app, json!({}), &phones(1)).await;
    let path = format!("/api/v1/campaigns/{campaign}");
    let wish = ahead(app, 10 * MINUTE, json!({}));
    launcher.post(&format!("{path}/schedule"), wish.clone()).await.refused(403, "approval_needed");
    launcher.post(&format!("{path}/approval"), Value::Null).await.ok();
    shop.api.send(Method::PUT, &format!("{path}/approval"), json!({"decision": "approved"})).await.ok();
    launcher.post(&format!("{path}/schedule"), wish).await.ok();
    app.pass(11 * MINUTE);
    shop.until_stats(&campaign, "it to be delivered", |stats| stats["funnel"]["delivered"] == 1).await;
    shop.until(&campaign, "completed").await;
});

both!(what_waits_beyond_the_stop_is_not_sent_any_more, |app| {
    let (shop, people) = (app.shop().await, phones(3));
    let refuse = |code| Behaviour::Refuse { code, http_status: None };
    app.sandbox.add_rule(Rule::new(Match::to(wa_id(&people[0])).first(1), refuse(131_049)));
    let stop = app.services.now().plus(60 * MINUTE).to_string();
    let campaign = shop.launched(app, json!({"stop_at": stop}), &people).await;
    shop.until_recipient(&campaign, &people[0], "held").await;
    shop.until(&campaign, "settling").await;
    app.pass(61 * MINUTE);
    let late = shop.until_recipient(&campaign, &people[0], "skipped").await;
    assert_eq!(late["reason_code"], "too_late", "{late:#}");
    assert!(late["next_attempt_at"].is_null(), "{late:#}");
    shop.until(&campaign, "completed").await;
    shop.until_stats(&campaign, "the others", |stats| stats["funnel"]["delivered"] == 2).await;
    let path = format!("/api/v1/campaigns/{campaign}/retry");
    shop.api.post(&path, json!({})).await.refused(409, "campaign_stopped");
});

both!(a_slow_campaign_stops_in_the_middle_and_every_row_says_so, |app| {
    let (shop, people) = (app.shop().await, phones(40));
    let stop = app.services.now().plus(60 * MINUTE).to_string();
    let slow = json!({"stop_at": stop, "rate_per_minute": 60});
    let campaign = shop.launched(app, slow, &people).await;
    shop.until_stats(&campaign, "sending to begin", |stats| stats["funnel"]["sent"].as_i64() >= Some(2))
        .await;
    app.pass(61 * MINUTE);
    let stats = shop.until(&campaign, "completed").await;
    assert!(stats["counts"]["skipped"].as_i64() > Some(0), "{stats:#}");
    let over = |stats: &Value| {
        stats["counts"]["skipped"].as_i64().unwrap() + stats["funnel"]["delivered"].as_i64().unwrap() == 40
    };
    shop.until_stats(&campaign, "everybody to be delivered or skipped", over).await;
    let taken = app.taken(&shop);
    for recipient in shop.recipients(&campaign).await {
        let sent = taken.contains_key(recipient["phone"].as_str().unwrap());
        let wanted = if sent { ("delivered", Value::Null) } else { ("skipped", json!("too_late")) };
        assert_eq!((&recipient["status"], &recipient["reason_code"]), (&json!(wanted.0), &wanted.1));
    }
});

both!(what_whatsapp_holds_back_to_judge_the_template_says_so, |app| {
    let shop = app.shop().await;
    let held = Behaviour::HeldForQuality { after_ms: 3_000, fails: false };
    app.sandbox.add_rule(Rule::new(Match::all().first(1), held));
    let campaign = shop.launched(app, json!({}), &[phone(1)]).await;
    let row = wait_for("the reason", async || {
        let row = shop.recipient(&campaign, &phone(1)).await;
        (row["reason_code"] == "held_for_quality").then_some(row)
    })
    .await;
    assert_eq!(row["status"], "sent", "WhatsApp took it: {row:#}");
    assert!(row["reason"].as_str().unwrap().contains("template"), "{row:#}");
    let gone_out = shop.until_recipient(&campaign, &phone(1), "delivered").await;
    assert!(gone_out["reason_code"].is_null(), "{gone_out:#}");
    shop.until(&campaign, "completed").await;
});
