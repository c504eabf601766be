//! The senders and apps in the database: tokens, numbers, who hears of their accounts, and whether the way back is open.

use super::provider::words;
use super::{Finding, Patient, cipher, patiently};
use crate::clock::Timestamp;
use crate::secret::{Cipher, ExposeSecret, SecretString, random_token};
use crate::senders::inspection::TokenFacts;
use crate::senders::port::{NumberFacts, ProveError, Quality, SenderAccess};
use crate::senders::{App, AppEntity, Entity, Sender, SenderStatus, apps};
use futures::StreamExt;
use sea_orm::{DatabaseConnection, EntityTrait, QuerySelect};
use std::time::Duration;

/// More are not looked at: an examination is a matter of seconds.
const MOST: u64 = 200;
/// At once, so that the provider does not mistake us for a flood.
const AT_ONCE: usize = 8;
/// A token that ends sooner is worth a word.
const SOON: Duration = Duration::from_secs(14 * 24 * 3_600);

pub(super) async fn examine(patient: &Patient, db: &DatabaseConnection) -> Vec<Finding> {
    let rows = patiently(async {
        let senders = Entity::find().limit(MOST + 1).all(db).await.map_err(|error| error.to_string())?;
        let apps = AppEntity::find().limit(MOST).all(db).await.map_err(|error| error.to_string())?;
        Ok((senders, apps))
    });
    let (mut senders, apps) = match rows.await {
        Ok(rows) => rows,
        Err(why) => {
            return vec![Finding::bad("senders", why, "run `bellbird migrate up`, or look at the log")];
        }
    };
    let Some(cipher) = cipher(patient, db) else {
        let cure = "set BELLBIRD_SECRET_KEY to the key they were written with";
        return vec![Finding::warning("senders", "not looked at: their tokens need the secret key", cure)];
    };
    let mut findings = Vec::new();
    if senders.is_empty() {
        findings.push(Finding::warning("senders", "there is none yet", "connect one: POST /api/v1/senders"));
    }
    if senders.len() as u64 > MOST {
        senders.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        findings.push(Finding::warning(
            "senders",
            format!("only the first {MOST} were looked at"),
            "none needed",
        ));
    }
    let of_senders = senders.iter().map(|sender| of_sender(patient, &cipher, sender));
    let of_senders = futures::stream::iter(of_senders).buffered(AT_ONCE).collect::<Vec<_>>();
    let of_apps = apps.iter().map(|app| of_app(patient, &cipher, app));
    let of_apps = futures::stream::iter(of_apps).buffered(AT_ONCE).collect::<Vec<_>>();
    let (of_senders, of_apps, default) = tokio::join!(of_senders, of_apps, of_default_app(patient));
    findings.extend(of_senders.into_iter().flatten());
    findings.extend(of_apps);
    findings.extend(default);
    findings
}

async fn of_sender(patient: &Patient, cipher: &Cipher, sender: &Sender) -> Vec<Finding> {
    let named = |what: &str| format!("{what} of {}", sender.id);
    let access = match sender.access(cipher).await {
        Ok(access) => access,
        Err(_) => {
            let cure = "set BELLBIRD_SECRET_KEY to the key it was written with";
            return vec![Finding::bad(named("token"), "the secret key does not open it", cure)];
        }
    };
    let mut findings = Vec::new();
    if sender.status == SenderStatus::Paused {
        let why = sender.paused_reason.as_deref().unwrap_or("without a reason");
        let cure = format!("mend the cause, then POST /api/v1/senders/{}/resume", sender.id);
        findings.push(Finding::warning(named("sending"), format!("paused: {why}"), cure));
    }
    let (token, number, heard) = tokio::join!(
        asked(patient.inspector.token(&access)),
        asked(patient.inspector.number(&access)),
        subscribed(patient, &access),
    );
    findings.push(match &token {
        Ok(facts) => of_token(named("token"), facts, patient.clock.now()),
        Err(why) => Finding::bad(
            named("token"),
            why,
            "make a permanent token of a system user, then PUT /api/v1/senders/{id}/access-token",
        ),
    });
    findings.push(match number {
        Ok(facts) => of_number(named("number"), &facts),
        Err(why) => Finding::bad(named("number"), why, "look at the number in WhatsApp Manager"),
    });
    let app = token.ok().and_then(|facts| facts.app_id);
    findings.push(of_subscriptions(named("webhooks"), patient, heard, app.as_deref()));
    findings
}

/// The provider's answer, or its refusal in words.
async fn asked<T>(question: impl Future<Output = Result<T, ProveError>>) -> Result<T, String> {
    patiently(async { question.await.map_err(|error| error.to_string()) }).await
}

fn of_token(subject: String, facts: &TokenFacts, now: Timestamp) -> Finding {
    let renew = "make a permanent token of a system user, then PUT /api/v1/senders/{id}/access-token";
    if !facts.is_valid {
        return Finding::bad(subject, "no longer valid", renew);
    }
    if !facts.missing.is_empty() {
        let cure = "make a token with these permissions, then PUT /api/v1/senders/{id}/access-token";
        return Finding::bad(subject, format!("lacks {}", facts.missing.join(" and ")), cure);
    }
    match facts.expires_at {
        Some(at) if at <= now => Finding::bad(subject, format!("expired at {at}"), renew),
        Some(at) if at.since(now) < SOON => Finding::warning(subject, format!("expires at {at}"), renew),
        Some(at) => Finding::good(subject, format!("valid until {at}, with all permissions")),
        None => Finding::good(subject, "valid for good, with all permissions"),
    }
}

fn of_number(subject: String, facts: &NumberFacts) -> Finding {
    let status = facts.status.as_deref().unwrap_or("unknown");
    let says = format!("status {status}, quality {:?}", facts.quality).to_lowercase();
    let cure = "look at the number in WhatsApp Manager";
    match (status, facts.quality) {
        ("BANNED" | "DISCONNECTED" | "RESTRICTED", _) => Finding::bad(subject, says, cure),
        ("CONNECTED" | "unknown", Quality::Green | Quality::Unknown) => Finding::good(subject, says),
        (_, Quality::Yellow | Quality::Red) => Finding::warning(
            subject,
            says,
            "send less marketing, to people who expect it: customers complain",
        ),
        _ => Finding::warning(subject, says, cure),
    }
}

type Heard = Result<Vec<crate::senders::inspection::SubscribedApp>, String>;

async fn subscribed(patient: &Patient, access: &SenderAccess) -> Heard {
    asked(patient.inspector.subscriptions(access)).await
}

fn of_subscriptions(subject: String, patient: &Patient, heard: Heard, own: Option<&str>) -> Finding {
    let cure = "POST /{account}/subscribed_apps with the token (README, \"Pointing it at real Meta\")";
    let apps = match heard {
        Ok(apps) => apps,
        Err(why) => return Finding::bad(subject, why, cure),
    };
    if apps.is_empty() {
        return Finding::bad(subject, "no app hears of this account: no status will ever arrive", cure);
    }
    if let Some(own) = own
        && !apps.iter().any(|app| app.id == own)
    {
        let says = format!("the token's app {own} does not hear of this account, but {} do", apps.len());
        return Finding::warning(subject, says, cure);
    }
    let here = patient.config.http.public_url();
    let elsewhere = apps.iter().filter_map(|app| app.override_url.as_deref());
    if elsewhere.clone().any(|url| !url.starts_with(&here)) {
        let cure = "subscribe again without override_callback_uri, unless another system is meant to listen";
        return Finding::warning(subject, "they go to another address than ours", cure);
    }
    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
    Finding::good(subject, format!("heard by {}", names.join(", ")))
}

async fn of_app(patient: &Patient, cipher: &Cipher, app: &App) -> Finding {
    let subject = format!("webhook address of {}", app.id);
    match apps::verify_token(cipher, app).await {
        Ok(token) => challenge(patient, subject, &format!("/{}", app.key), &token).await,
        Err(_) => {
            let cure = "set BELLBIRD_SECRET_KEY to the key it was written with";
            Finding::bad(subject, "the secret key does not open its verify token", cure)
        }
    }
}

async fn of_default_app(patient: &Patient) -> Option<Finding> {
    let meta = &patient.config.meta;
    if meta.app_secret.expose_secret().is_empty() {
        return None;
    }
    Some(challenge(patient, "webhook address of the default app".into(), "", &meta.verify_token).await)
}

/// Asks our own door as the provider does when the address is typed into its form.
async fn challenge(patient: &Patient, subject: String, key: &str, token: &SecretString) -> Finding {
    let url = format!("{}/webhooks/whatsapp{key}", patient.config.http.public_url());
    let word = random_token();
    let query = [
        ("hub.mode", "subscribe"),
        ("hub.verify_token", token.expose_secret()),
        ("hub.challenge", word.as_str()),
    ];
    let answer = patiently(async {
        let answer = patient.http.get(url).query(&query).send().await;
        let answer = answer.map_err(|error| words(&error.without_url()))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|error| words(&error.without_url()))?;
        Ok((status, body))
    });
    let cure = "start `bellbird serve` with this database, and let the proxy pass /webhooks/ on unchanged";
    match answer.await {
        Ok((status, body)) if status.is_success() && body == word.as_bytes() => {
            Finding::good(subject, "answers its challenge")
        }
        Ok((status, _)) => {
            Finding::bad(subject, format!("answers {} to its challenge", status.as_u16()), cure)
        }
        Err(why) => Finding::bad(subject, format!("does not answer: {why}"), cure),
    }
}
