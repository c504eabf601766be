//! Files in a bucket: what holds for a folder holds for S3, spoken with a server of its kind. `./dev test` starts one, or
//! says that it cannot and leaves these out.

use crate::imports::counts;
use crate::media::{PNG, upload};
use crate::support::app::{Setup, TestApp, both};
use crate::support::client::{Answer, Client};
use crate::support::process::Bellbird;
use crate::support::shop::{phone, phones, wa_id};
use crate::support::wait::{wait_for, wait_until};
use bellbird_core::Result;
use bellbird_core::error::Error;
use bellbird_core::files::FileKey;
use bellbird_core::secret::sha256_hex;
use bellbird_sandbox::Inbound;
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// Larger than a part in which files go to a bucket.
const LARGE: usize = 9 << 20;

/// The server, spoken with as S3's own tools do, but without a signature.
fn s3() -> Client {
    let url = std::env::var("BELLBIRD_TEST_S3_URL");
    let url =
        url.expect("BELLBIRD_TEST_S3_URL is not set: run the tests with ./dev test, which starts a server");
    Client::new(&url, None)
}

/// A bucket's name that nobody else has.
fn name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    format!("bellbird-{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// An installation whose files are in a bucket of its own.
async fn in_a_bucket() -> Setup {
    let name = name();
    let made = s3().send(Method::PUT, &format!("/{name}"), Value::Null).await;
    assert_eq!(made.status, 200, "{}", made.text);
    Setup { files: Some(format!("s3://{name}/some/prefix")), ..Setup::default() }
}

fn bucket(app: &TestApp) -> String {
    let url = app.services.config.files_url();
    url.trim_start_matches("s3://").split('/').next().unwrap().to_string()
}

/// What is in the app's bucket: keys of files; of uploads in parts that nobody ended: `?uploads`.
async fn keys(app: &TestApp, what: &str) -> Vec<String> {
    let listed = s3().get(&format!("/{}{what}", bucket(app))).await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    let keys = listed.text.split("<Key>").skip(1);
    keys.map(|rest| rest.split("</Key>").next().unwrap().to_string()).collect()
}

both!(an_import_and_the_files_of_messages_live_in_a_bucket, in_a_bucket().await, |app| {
    let shop = app.shop().await;
    let people: String = phones(2_100).iter().map(|phone| format!("{phone},A\n")).collect();
    let import = shop.uploaded(format!("phone,name\n{people}12,B\n")).await;
    let place = |kind: &str, id: &str| format!("some/prefix/{}/{kind}/{id}", shop.organization);
    assert_eq!(keys(app, "").await, [place("imports", &import)]);
    shop.started(&import, json!({})).await;
    assert_eq!(counts(&shop.over(&import).await), [2_101, 2_100, 0, 0, 1]);
    wait_until("its rows to go", async || keys(app, "").await.is_empty()).await;

    app.writes(&shop, &phone(1), "Hello").await;
    let mut large = b"%PDF-1.4\n".to_vec();
    large.extend((0..LARGE).map(|n| b"bellbird"[n % 7]));
    let media = upload(&shop, "catalog.pdf", &large).await.ok();
    let id = media["id"].as_str().unwrap();
    assert_eq!((&media["sha256"], &media["size"]), (&json!(sha256_hex(&large)), &json!(large.len())));
    assert_eq!(keys(app, "").await, [place("media", id)]);
    let path = format!("/api/v1/media/{id}");
    let content = shop.api.request(Method::GET, &format!("{path}/content")).send().await.unwrap();
    assert!(content.bytes().await.unwrap() == large, "it comes back as it went");
    let send = json!({"sender_id": shop.sender, "to": phone(1), "document": {"media_id": id}});
    let message = shop.created("/api/v1/messages", send).await;
    shop.until_message(&message, "delivered").await;
    assert_eq!(shop.api.send(Method::DELETE, &path, Value::Null).await.status, 204);
    assert!(keys(app, "").await.is_empty());

    let file = app.sandbox.customer_file(&shop.number, "image/png", PNG.to_vec()).unwrap();
    let message = Some(json!({"type": "image", "image": {"id": file}}));
    let from = wa_id(&phone(1));
    let says = Inbound { from, phone_number_id: shop.number.clone(), message, ..Inbound::default() };
    app.sandbox.inbound(&says).unwrap();
    let stored = wait_for("the file to be fetched", async || {
        let newest = shop.all("/api/v1/media").await.into_iter().next()?;
        (newest["status"] == "stored").then_some(newest)
    })
    .await;
    assert_eq!(stored["sha256"], sha256_hex(PNG));
    assert_eq!(keys(app, "").await, [place("media", stored["id"].as_str().unwrap())]);
    assert!(keys(app, "?uploads").await.is_empty());
});

fn chunks(n: usize) -> impl Stream<Item = Result<Bytes>> + Send {
    stream::iter((0..n).map(|_| Ok(Bytes::from_static(b"0123456789"))))
}

both!(a_file_comes_back_from_any_byte_on_and_what_breaks_off_leaves_nothing, in_a_bucket().await, |app| {
    let (organization, _) = app.organization().await;
    let (files, key) = (&app.services.files, FileKey::new(organization, "imports", "imp_1"));
    assert_eq!(files.size(&key).await.unwrap(), None);
    assert!(matches!(files.get(&key, 0).await.err(), Some(Error::NotFound { .. })));
    let stored = files.put(&key, chunks(LARGE / 5), u64::MAX).await.unwrap(); // in parts
    assert_eq!(files.size(&key).await.unwrap(), Some(stored.size));
    let read = async |from| -> Vec<u8> {
        let found: Vec<Bytes> = files.get(&key, from).await.unwrap().try_collect().await.unwrap();
        found.concat()
    };
    assert_eq!(read(stored.size - 3).await, b"789");
    assert!(read(stored.size).await.is_empty());
    assert_eq!(sha256_hex(&read(0).await), stored.sha256);
    for _ in 0..2 {
        files.delete(&key).await.unwrap();
    }
    assert_eq!(files.size(&key).await.unwrap(), None);

    let error = files.put(&key, chunks(LARGE / 5), LARGE as u64 + 1).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid(problems) if problems[0].code == "file_too_large"));
    let dead = stream::once(async { Err(Error::internal("the line is dead")) });
    let broken = files.put(&key, chunks(LARGE / 5).chain(dead), u64::MAX).await;
    assert!(matches!(broken, Err(Error::Internal(_))));
    assert!(keys(app, "").await.is_empty() && keys(app, "?uploads").await.is_empty(), "not even a part");
});

/// What the doctor says of the files, with the names every tool for S3 knows; `changes` replace some.
async fn doctor(app: &TestApp, changes: &[(&str, &str)]) -> Value {
    let mut env = app.env();
    env.extend(std::env::vars().filter(|(name, _)| name.starts_with("AWS_")));
    env.extend(changes.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())));
    let mut doctor = Bellbird::start_with("doctor", &["--json"], &env);
    doctor.ended().await;
    let said: Value = serde_json::from_str(&doctor.log()).expect("JSON");
    let mut findings = said["findings"].as_array().unwrap().iter();
    findings.find(|finding| finding["subject"] == "files").unwrap().clone()
}

both!(
    a_bucket_that_is_missing_or_away_is_told_by_the_doctor_and_refuses_uploads,
    in_a_bucket().await,
    |app| {
        let shop = app.shop().await;
        let found = doctor(app, &[]).await;
        assert_eq!((&found["state"], &found["says"]), (&json!("good"), &json!("the bucket answers")));
        let away = doctor(app, &[("AWS_ENDPOINT", "http://127.0.0.1:1")]).await;
        assert!(
            away["state"] == "bad" && away["cure"].as_str().unwrap().contains("AWS_ENDPOINT"),
            "{away:#}"
        );

        let gone = s3().send(Method::DELETE, &format!("/{}", bucket(app)), Value::Null).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        let missing = doctor(app, &[]).await;
        assert_eq!(missing["state"], "bad");
        assert!(missing["says"].as_str().unwrap().contains("there is no such bucket"), "{missing:#}");
        let key = FileKey::new(shop.organization, "imports", "imp_1");
        let read = app.services.files.get(&key, 0).await.err();
        assert!(
            matches!(read, Some(Error::Unavailable { .. })),
            "no file is gone because the bucket is: {read:?}"
        );
        upload(&shop, "photo.png", PNG).await.refused(503, "unavailable");
        let file = format!("phone\n{}\n", phone(1));
        let answer: Answer = shop.api.upload("/api/v1/imports", file).await;
        answer.refused(503, "unavailable");
        for path in ["/api/v1/media", "/api/v1/imports"] {
            assert!(shop.all(path).await.is_empty(), "no row without a file: {path}");
        }
    }
);
