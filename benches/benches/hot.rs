//! How long the functions take that every message, or every webhook, passes through: `cargo bench --package
//! bellbird-benches`, or `./dev bench`, which adds them to docs/benchmarks.md.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench stops by panicking")]

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use bellbird_core::clock::{ManualClock, Timestamp};
use bellbird_core::config::Config;
use bellbird_core::consent::Purpose;
use bellbird_core::ids::{CustomerId, SenderId};
use bellbird_core::messages::judge::{Case, judge};
use bellbird_core::phone::Phone;
use bellbird_core::policy::SendingPolicy;
use bellbird_core::policy::hours::{Hours, Places};
use bellbird_core::pricing::Market;
use bellbird_core::providers::meta::{parse, sign, verify_signature};
use bellbird_core::ratelimit::pairs::{Pair, PairRate};
use bellbird_core::ratelimit::{Limiter, Rate, Scope};
use bellbird_core::secret::{Cipher, ExposeSecret, SecretString};
use bellbird_core::templates::{Button, Category, Header, TemplateModel, render};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A Friday, 2026-11-27T10:00:00Z: half past three in the afternoon in India.
const NOON: Timestamp = Timestamp(1_795_773_600_000);

fn templates(c: &mut Criterion) {
    let model = TemplateModel {
        header: Some(Header::Text("Something for you".into())),
        footer: Some("Not interested? Tap Stop promotions".into()),
        buttons: vec![Button::QuickReply { text: "Stop promotions".into() }],
        ..TemplateModel::plain(
            "welcome_offer",
            "en_US",
            Category::Marketing,
            "Hi {{1}}, thank you for being with us! Use the code {{2}} for 20% off until Sunday.",
        )
    };
    let values = BTreeMap::from([("1".into(), "Ana".into()), ("2".into(), "WELCOME20".into())]);
    c.bench_function("render a template", |b| {
        b.iter(|| render(black_box(&model), black_box(&values)).unwrap())
    });
}

/// A webhook with so many statuses, as Meta posts it.
fn webhook(statuses: usize) -> Vec<u8> {
    let status = |n: usize| {
        format!(
            r#"{{"id":"wamid.HBgM{n:024}","status":"delivered","timestamp":"1795773600","recipient_id":"9198{n:08}","biz_opaque_callback_data":"msg_01kb0000000000000{n:09}:1","pricing":{{"billable":true,"pricing_model":"PMP","category":"marketing","type":"regular"}}}}"#
        )
    };
    let statuses: Vec<_> = (0..statuses).map(status).collect();
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"2001","changes":[{{"field":"messages","value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550783881","phone_number_id":"3001"}},"statuses":[{}]}}}}]}}]}}"#,
        statuses.join(",")
    )
    .into_bytes()
}

fn webhooks(c: &mut Criterion) {
    let secret = [SecretString::from("the app secret")];
    for statuses in [1, 100] {
        let raw = webhook(statuses);
        let signature = sign(&secret[0], &raw);
        assert_eq!(parse(&raw).unwrap().changes.len(), statuses, "every status is understood");
        let mut group = c.benchmark_group(format!("a webhook of {statuses}"));
        group.throughput(Throughput::Elements(statuses as u64));
        group.bench_function("verify", |b| {
            b.iter(|| assert!(verify_signature(&secret, black_box(&raw), black_box(&signature))));
        });
        group.bench_function("parse", |b| b.iter(|| parse(black_box(&raw)).unwrap()));
        group.finish();
    }
}

fn policy(c: &mut Criterion) {
    let hours = Hours::default();
    let kolkata = "Asia/Kolkata".parse().unwrap();
    let here = Places { zones: &[], fallback: kolkata };
    c.bench_function("hours that are open", |b| b.iter(|| hours.next_open(black_box(here), black_box(NOON))));
    let night = NOON.plus(Duration::from_secs(10 * 3_600));
    c.bench_function("hours that open tomorrow", |b| {
        b.iter(|| hours.next_open(black_box(here), black_box(night)));
    });
    let policy = SendingPolicy {
        marketing_hours: Some(hours),
        time_zone: None,
        frequency: None,
        blocked_countries: vec!["FR".into()],
        us_marketing: false,
        hold_while_red: true,
    };
    let phone = Phone::parse("+919820000001", None).unwrap();
    let case = Case {
        purpose: Purpose::Marketing,
        phone: Some(&phone),
        bsuid: None,
        time_zone: None,
        quality: None,
    };
    c.bench_function("judge a message", |b| b.iter(|| judge(black_box(&policy), black_box(&case), NOON)));
}

fn limiter(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let clock = Arc::new(ManualClock::new(NOON));
    let limiter = Limiter::embedded(clock.clone());
    let (scope, rate) = (Scope::Sender(SenderId::new(clock.as_ref())), Rate::per_second(1_000));
    c.bench_function("a sender's permit", |b| {
        b.iter(|| {
            // a millisecond is one permit's time at this rate
            clock.advance(Duration::from_millis(1));
            runtime.block_on(limiter.permit(black_box(scope), rate)).unwrap()
        });
    });
    let key = Cipher::generate_key().expose_secret().to_string();
    let env = HashMap::from([("BELLBIRD_SECRET_KEY".to_string(), key)]);
    let config = Config::from_parts(None, &env).expect("the defaults are good");
    let rate = PairRate::of(&config.sending).expect("pairs are limited by default");
    let sender = SenderId::new(clock.as_ref());
    let pairs: Vec<_> = (0..100).map(|_| Pair(sender, CustomerId::new(clock.as_ref()))).collect();
    c.bench_function("permits of 100 pairs", |b| {
        b.iter(|| {
            clock.advance(Duration::from_secs(7));
            runtime.block_on(limiter.pairs(black_box(&pairs), rate)).unwrap()
        });
    });
}

fn markets(c: &mut Criterion) {
    let phones: Vec<_> = ["+919820000001", "+16505551234", "+18765551234", "+77710009998"]
        .iter()
        .filter_map(|number| Phone::from_wa_id(number))
        .collect();
    c.bench_function("the markets of four numbers", |b| {
        b.iter(|| phones.iter().map(|phone| Market::of_phone(black_box(phone), NOON)).collect::<Vec<_>>());
    });
}

criterion_group!(hot, templates, webhooks, policy, limiter, markets);
criterion_main!(hot);
