//! A person whose name, number and words are found nowhere by accident, left everywhere Bellbird keeps anything.

use crate::support::app::TestApp;
use crate::support::post::text_from;
use crate::support::shop::{OFFER, Shop, phone, wa_id};
use crate::support::wait::{wait_for, wait_until};
use bellbird_core::clock::Timestamp;
use bellbird_core::ids::{AppId, KeptChangeId, ReceiptId, SenderId, WebhookEventId};
use bellbird_core::messages::receipt_entity;
use bellbird_core::webhooks::{self, WebhookStatus, kept_entity};
use bellbird_sandbox::{Behaviour, Inbound, Match, Rule};
use reqwest::Method;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) const NAME: &str = "Zuleika Quartermaine";
pub(super) const PHONE: &str = "+919876501234";
/// Their number as they write it themselves.
pub(super) const WRITTEN: &str = "98765 01234";
/// A word in everything that is said to and by them.
pub(super) const WORD: &str = "heliotrope";
/// What they wrote first.
pub(super) const WAMID: &str = "wamid.ZULEIKA1";

/// What was planted.
#[derive(Debug)]
pub(super) struct Planted {
    /// The customer.
    pub(super) customer: String,
    /// A campaign that reached them and somebody else.
    pub(super) campaign: String,
    /// One that waits to be tried again with them.
    pub(super) waiting: String,
    /// A draft they are listed in.
    pub(super) draft: String,
    /// Our id of the message of `campaign` to them.
    pub(super) message: String,
    /// Every id Meta gave to a message to or from them.
    pub(super) wamids: Vec<String>,
    /// An uploaded file of people that was not started.
    pub(super) import: String,
    /// A webhook that could not be applied.
    pub(super) failed: String,
}

/// Somebody else, who stays.
pub(super) fn other() -> String {
    phone(7)
}

fn person(app: &TestApp) -> Value {
    json!({
        "phone": PHONE, "name": NAME, "attributes": {"note": format!("likes {WORD}")}, "tags": [WORD],
        "opt_in": {"state": "opted_in", "source": "checkout", "at": app.ago(Duration::from_secs(3_600))},
    })
}

/// Plants the person in every place, through the doors things come in by.
pub(super) async fn plant(app: &TestApp, shop: &Shop) -> Planted {
    let campaign = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
    let recipients = format!("/api/v1/campaigns/{campaign}/recipients");
    shop.api.send(Method::PUT, "/api/v1/customers", person(app)).await.ok();
    shop.api.post(&recipients, json!({"recipients": [{"phone": PHONE}]})).await.ok();
    shop.add(app, &campaign, &[other()]).await;
    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "both to be delivered", |stats| stats["funnel"]["delivered"] == 2).await;
    shop.until(&campaign, "completed").await;
    let recipient = shop.recipient(&campaign, PHONE).await;
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let (customer, message) = (text(&recipient["customer_id"]), text(&recipient["message_id"]));

    converse(app, shop, &customer).await;
    let (waiting, draft) = wait_for_another_try(app, shop).await;
    let import = files(shop).await;
    let failed = raw(app, shop).await;

    // the last word is a "no"
    app.writes(shop, PHONE, "STOP").await;
    app.heard_everything().await;
    let messages = shop.all(&format!("/api/v1/messages?customer_id={customer}")).await;
    let wamids =
        messages.iter().filter_map(|message| message["wamid"].as_str().map(str::to_string)).collect();
    Planted { customer, campaign, waiting, draft, message, wamids, import, failed }
}

/// They write, send a picture, and are answered.
async fn converse(app: &TestApp, shop: &Shop, customer: &str) {
    let said = text_from(&wa_id(PHONE), WAMID, &format!("do you have {WORD}?"), app.services.now().0);
    assert_eq!(shop.hear(&shop.webhook(&[shop.change(said)])).await.status, 200);
    let picture = Inbound {
        from: wa_id(PHONE),
        phone_number_id: shop.number.clone(),
        message: Some(json!({"type": "image", "image": {"caption": WORD}})),
        ..Inbound::default()
    };
    app.sandbox.inbound(&picture).unwrap();
    wait_until("the picture to be here", async || {
        shop.all("/api/v1/media").await.first().is_some_and(|newest| newest["status"] == "stored")
    })
    .await;
    let reply = json!({
        "sender_id": shop.sender, "customer_id": customer, "text": {"body": format!("{NAME}, {WORD} is here")},
    });
    let reply = shop.created("/api/v1/messages", reply).await;
    wait_for("the answer to be delivered", async || {
        let message = shop.message(&reply).await;
        ["delivered", "read"].iter().any(|status| message["status"] == *status).then_some(())
    })
    .await;
}

/// A campaign that Meta does not let through to them for now, and a draft.
async fn wait_for_another_try(app: &TestApp, shop: &Shop) -> (String, String) {
    let refused = Behaviour::Refuse { code: 131_049, http_status: None };
    let rule = app.sandbox.add_rule(Rule::new(Match::suffix("501234"), refused));
    let own = json!({"phone": PHONE, "variables": {"1": NAME}});
    let waiting = shop.created("/api/v1/campaigns", shop.draft(json!({"name": "again"}))).await;
    let recipients = format!("/api/v1/campaigns/{waiting}/recipients");
    shop.api.post(&recipients, json!({"recipients": [own]})).await.ok();
    shop.steer(&waiting, "launch").await.ok();
    shop.until_recipient(&waiting, PHONE, "held").await;
    app.sandbox.remove_rule(rule);
    let draft = shop.created("/api/v1/campaigns", shop.draft(json!({"name": OFFER}))).await;
    let recipients = format!("/api/v1/campaigns/{draft}/recipients");
    shop.api.post(&recipients, json!({"recipients": [own]})).await.ok();
    (waiting, draft)
}

/// A file in which they stand twice, so that a row is rejected, and one that waits to be started.
async fn files(shop: &Shop) -> String {
    let file = format!("phone,name\n{PHONE},{NAME}\n{WRITTEN},{NAME} {WORD}\n{},Ana\n", other());
    let import = shop.imported(file).await;
    assert_eq!(import["duplicates"], 1, "{import:#}");
    shop.uploaded(format!("phone,name\n{},Ana\n{WRITTEN},{NAME}\n{},Ana\n", phone(8), phone(9))).await
}

/// What no door leaves behind at will: a webhook that failed, a receipt, a change that asks for nothing yet.
async fn raw(app: &TestApp, shop: &Shop) -> String {
    let (clock, now) = (app.services.clock.as_ref(), app.services.now());
    let theirs = text_from(&wa_id(PHONE), "wamid.ZULEIKA2", &format!("more {WORD}"), now.0);
    let others = text_from(&wa_id(&other()), "wamid.OTHER2", "somebody else's", now.0);
    let body = shop.webhook(&[shop.change(theirs), shop.change(others)]).to_string();
    let event = webhooks::entity::Model {
        id: WebhookEventId::new(clock),
        app_id: Some(shop.app.parse::<AppId>().unwrap()),
        body: body.into_bytes(),
        status: WebhookStatus::Failed,
        note: Some("a bug of ours".into()),
        received_at: now,
        handled_at: None::<Timestamp>,
    };
    let db = app.services.db.write();
    webhooks::entity::Entity::insert(event.clone().into_active_model())
        .exec_without_returning(db)
        .await
        .unwrap();
    let sender: SenderId = shop.sender.parse().unwrap();
    let receipt = receipt_entity::Model {
        id: ReceiptId::new(clock),
        organization_id: shop.organization,
        sender_id: sender,
        wamid: "wamid.ZULEIKA3".into(),
        about: "participant".into(),
        status: "read".into(),
        phone: Some(PHONE.into()),
        bsuid: None,
        content: json!({"recipient_id": wa_id(PHONE), "name": NAME}).to_string(),
        digest: "a receipt".into(),
        occurred_at: Some(now),
        received_at: now,
    };
    receipt_entity::Entity::insert(receipt.into_active_model()).exec_without_returning(db).await.unwrap();
    let kept = kept_entity::Model {
        id: KeptChangeId::new(clock),
        organization_id: shop.organization,
        sender_id: Some(sender),
        waba_id: Some(shop.waba.clone()),
        field: "calls".into(),
        kind: "connect".into(),
        note: "nothing is done about calls".into(),
        content: json!({"from": wa_id(PHONE), "name": NAME}).to_string(),
        digest: "a call".into(),
        received_at: now,
    };
    kept_entity::Entity::insert(kept.into_active_model()).exec_without_returning(db).await.unwrap();
    event.id.to_string()
}
