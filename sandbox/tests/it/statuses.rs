//! Statuses: their shape, order, batches, repeats, and what a receiver that fails gets.

use bellbird_sandbox::{Behaviour, Match, Rule, SandboxConfig, StatusProfile, WebhookConfig};
use serde_json::json;

use crate::support::{NUMBER, Setup, WABA, template};

#[tokio::test]
async fn an_accepted_template_is_sent_delivered_and_read() {
    let profile = StatusProfile { read_ratio: 1.0, ..StatusProfile::instant() };
    let setup = Setup::new(SandboxConfig { statuses: profile, ..SandboxConfig::default() }).await;
    let (status, body) = setup.send(&template("+49 151 12345678", "msg_1:1/ä")).await;
    assert_eq!(status, 200);
    assert_eq!(body["contacts"], json!([{"input": "+49 151 12345678", "wa_id": "4915112345678"}]));
    let wamid = body["messages"][0]["id"].as_str().unwrap();
    setup.settled().await;

    assert_eq!(setup.inbox.of(wamid), ["sent", "delivered", "read"]);
    let post = &setup.inbox.posts()[0];
    assert_eq!(
        (&post["object"], &post["entry"][0]["id"]),
        (&json!("whatsapp_business_account"), &json!(WABA))
    );
    let change = &post["entry"][0]["changes"][0];
    assert_eq!(change["field"], "messages");
    let metadata = json!({"display_phone_number": "15550783881", "phone_number_id": NUMBER});
    assert_eq!(change["value"]["metadata"], metadata);
    assert_eq!(change["value"]["contacts"][0]["wa_id"], "4915112345678");
    let sent = &setup.inbox.statuses()[0];
    assert_eq!((&sent["status"], &sent["recipient_id"]), (&json!("sent"), &json!("4915112345678")));
    assert_eq!(sent["biz_opaque_callback_data"], "msg_1:1/ä");
    let pricing =
        json!({"billable": true, "pricing_model": "PMP", "type": "regular", "category": "marketing"});
    assert_eq!(sent["pricing"], pricing);
    assert!(sent["timestamp"].as_str().unwrap().parse::<i64>().unwrap() > 1_700_000_000);
    assert!(sent.get("conversation").is_none(), "gone since v24");
    let raw = setup.inbox.bodies.lock().unwrap()[0].clone();
    assert!(raw.contains(r"msg_1:1\/\u00e4"), "{raw}");

    let booked = &setup.sandbox.ledger()[0];
    assert_eq!(
        (booked.seq, booked.wamid.as_str(), booked.params.join("|")),
        (1, wamid, "Zoë|A/B 20|STOP".into())
    );
    assert_eq!(
        (booked.opaque.as_deref(), booked.template.as_deref()),
        (Some("msg_1:1/ä"), Some("welcome_offer"))
    );
}

#[tokio::test]
async fn batches_hold_no_more_than_they_may() {
    for (batch_max, most) in [(1, 1), (7, 7)] {
        let webhooks = WebhookConfig { batch_max, linger_ms: 50, ..WebhookConfig::default() };
        let setup = Setup::new(SandboxConfig { webhooks, ..SandboxConfig::default() }).await;
        setup.sandbox.pause_webhooks(true);
        for n in 0..20 {
            setup.accepted(&format!("49151123456{n:02}"), "a").await;
        }
        assert_eq!(setup.sandbox.counts().pending, 40);
        setup.sandbox.pause_webhooks(false);
        setup.settled().await;
        let sizes: Vec<_> = setup
            .inbox
            .posts()
            .iter()
            .map(|p| p["entry"][0]["changes"][0]["value"]["statuses"].as_array().unwrap().len())
            .collect();
        assert_eq!((sizes.iter().sum::<usize>(), sizes.iter().max()), (40, Some(&most)));
        assert_eq!(setup.sandbox.counts().statuses["delivered"], 20);
    }
}

#[tokio::test]
async fn a_receiver_that_fails_gets_it_again() {
    let webhooks = WebhookConfig { retry_first_ms: 1, ..WebhookConfig::default() };
    let setup = Setup::new(SandboxConfig { webhooks, ..SandboxConfig::default() }).await;
    *setup.inbox.failing.lock().unwrap() = 3;
    let wamid = setup.accepted("4915112345678", "a").await;
    setup.settled().await;
    let mut names = setup.inbox.of(&wamid);
    names.sort();
    assert_eq!(names, ["delivered", "sent"]);
    assert_eq!(setup.sandbox.counts().webhook_failures, 3);
}

#[tokio::test]
async fn a_receiver_that_is_away_for_a_week_has_lost_it() {
    let webhooks = WebhookConfig { retry_first_ms: 1, retry_max_ms: 1, ..WebhookConfig::default() };
    let setup = Setup::new(SandboxConfig { webhooks, ..SandboxConfig::default() }).await;
    *setup.inbox.failing.lock().unwrap() = u32::MAX;
    setup.accepted("4915112345678", "a").await;
    while setup.sandbox.counts().webhook_failures < 3 {
        tokio::task::yield_now().await;
    }
    setup.sandbox.advance(std::time::Duration::from_secs(7 * 24 * 60 * 60));
    setup.settled().await;
    assert_eq!((setup.inbox.posts().len(), setup.sandbox.counts().withheld), (0, 2));
}

#[tokio::test]
async fn an_early_status_comes_before_the_answer() {
    let profile = StatusProfile { early_ratio: 1.0, ..StatusProfile::instant() };
    let setup = Setup::new(SandboxConfig { statuses: profile, ..SandboxConfig::default() }).await;
    setup.sandbox.add_rule(Rule::new(Match::all(), Behaviour::Latency { ms: 1, after_accept: true }));
    for n in 0..5 {
        let wamid = setup.accepted("4915112345678", &format!("{n}")).await;
        assert_eq!(setup.inbox.of(&wamid).iter().filter(|name| *name == "sent").count(), 1);
    }
    setup.settled().await;
}

#[tokio::test]
async fn equal_seeds_give_equal_fates() {
    let fates = async |seed: u64| {
        let setup = Setup::new(SandboxConfig {
            seed,
            statuses: StatusProfile::chaotic(),
            ..SandboxConfig::default()
        })
        .await;
        let sends = (0..60).map(|n| {
            let setup = &setup;
            async move { setup.accepted(&format!("49151123456{n:02}"), &format!("msg_{n}:1")).await }
        });
        let wamids = futures::future::join_all(sends).await;
        setup.settled().await;
        let fate = |wamid: &String| {
            let mut names = setup.inbox.of(wamid);
            names.sort();
            names
        };
        wamids.iter().map(fate).collect::<Vec<_>>()
    };
    let (once, again, other) = (fates(4).await, fates(4).await, fates(5).await);
    assert_eq!(once, again);
    assert_ne!(once, other);
    let repeated = once.iter().filter(|names| names.windows(2).any(|pair| pair[0] == pair[1])).count();
    assert!(repeated > 5, "{repeated} of 60 got a status twice");
}

#[tokio::test]
async fn failures_come_later_with_the_code_asked_for() {
    let setup = Setup::plain().await;
    let fail = Behaviour::FailLater { code: 131_026, after_ms: 5, sent_first: true };
    setup.sandbox.add_rule(Rule::new(Match::to("4915112345678"), fail));
    let wamid = setup.accepted("4915112345678", "msg_1:1").await;
    setup.settled().await;
    assert_eq!(setup.inbox.of(&wamid), ["sent", "failed"]);
    let failed = setup.inbox.statuses().into_iter().find(|status| status["status"] == "failed").unwrap();
    assert_eq!(failed["errors"][0]["code"], 131_026);
    assert_eq!(failed["errors"][0]["title"], "Message undeliverable");
    assert_eq!(failed["biz_opaque_callback_data"], "msg_1:1");
    assert!(failed.get("pricing").is_none());
}

#[tokio::test]
async fn silence_and_withheld_webhooks_are_possible() {
    let setup = Setup::plain().await;
    setup.sandbox.add_rule(Rule::new(Match::to("4915112345678"), Behaviour::Silent));
    setup.sandbox.add_rule(Rule::new(Match::to("4915112345679"), Behaviour::NoWebhook));
    setup.accepted("4915112345678", "a").await;
    setup.accepted("4915112345679", "a").await;
    setup.settled().await;
    assert_eq!(setup.inbox.posts().len(), 0);
    assert_eq!((setup.sandbox.counts().withheld, setup.sandbox.counts().accepted), (2, 2));
}
