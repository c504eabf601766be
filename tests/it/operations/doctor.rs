//! `bellbird doctor` in good and in broken worlds: each fault is named, the rest is looked at all the same, and no secret
//! is said.

use crate::support::app::{DEFAULT_APP_SECRET, DEFAULT_VERIFY_TOKEN, TestApp, both};
use crate::support::process::Bellbird;
use crate::support::servers::RedisServer;
use crate::support::shop::Shop;
use bellbird_core::senders::pause;
use serde_json::Value;
use std::collections::BTreeMap;

type Env = BTreeMap<String, String>;

/// What the doctor found.
struct Findings {
    json: Value,
    /// Whether the exit code was 0.
    well: bool,
}

impl Findings {
    fn all(&self) -> impl Iterator<Item = &Value> {
        self.json["findings"].as_array().expect("findings").iter()
    }

    /// The worst of the findings with this subject stands so, and says or advises these words.
    #[track_caller]
    fn is(&self, subject: &str, state: &str, words: &str) {
        let rank =
            |found: &&Value| ["good", "warning", "bad"].iter().position(|state| found["state"] == *state);
        let worst = self.all().filter(|found| found["subject"] == subject).max_by_key(rank);
        let worst = worst.unwrap_or_else(|| panic!("nothing about {subject}: {:#}", self.json));
        assert!(worst["state"] == state && worst.to_string().contains(words), "{worst:#}");
    }
}

async fn ask(env: &Env) -> Findings {
    let mut doctor = Bellbird::start_with("doctor", &["--json"], env);
    let status = doctor.ended().await;
    let json = serde_json::from_str(&doctor.log()).unwrap_or_else(|_| panic!("no JSON: {}", doctor.log()));
    Findings { json, well: status.success() }
}

/// A shop's token and secrets, and the installation's, are in no finding.
fn nothing_secret(app: &TestApp, shop: &Shop, found: &Findings) {
    let said = found.json.to_string();
    let key = app.env()["BELLBIRD_SECRET_KEY"].clone();
    let webhook_key = shop.webhook_url.rsplit('/').next().unwrap().to_string();
    let secrets = [&shop.token, &shop.secret, &shop.verify_token, &key, &webhook_key];
    for secret in secrets.into_iter().map(String::as_str).chain([DEFAULT_APP_SECRET, DEFAULT_VERIFY_TOKEN]) {
        assert!(!said.contains(secret), "a secret is said: {said}");
    }
}

both!(a_good_world_is_found_good, |app| {
    let shop = app.shop().await;
    let found = ask(&app.env()).await;
    assert!(found.well && found.json["ok"] == true, "{:#}", found.json);
    nothing_secret(app, &shop, &found);
    for subject in ["token", "number", "webhooks"] {
        found.is(&format!("{subject} of {}", shop.sender), "good", "");
    }
    found.is(&format!("webhook address of {}", shop.app), "good", "answers its challenge");
    found.is("webhook address of the default app", "good", "answers its challenge");
    found.is("migrations", "good", "up to date");
    found.is("secret key", "good", "wraps 1 data keys");
    found.is("sealed secrets", "good", "3 rows, none under an old data key");
    found.is("files", "good", "which all processes must share");
    found.is("clock", "good", "");
    // a test's API and Meta speak without TLS
    found.is("public address", "warning", "TLS");
    found.is("provider", "warning", "sandbox");
    if app.services.db.is_embedded() {
        found.is("database", "good", "SQLite");
    } else {
        found.is("database", "good", "PostgreSQL");
        found.is("synchronous_commit", "good", "on");
        found.is("connections", "good", "room for");
        found.is("redis", "good", "answers");
        found.is("redis appendonly", "good", "on");
        found.is("redis maxmemory-policy", "good", "noeviction");
    }
});

both!(what_is_wrong_with_a_sender_is_named, |app| {
    let (well, expired) = (app.shop().await, app.shop().await);
    let (deaf, paused) = (app.shop().await, app.shop().await);
    app.sandbox.expire_token(&expired.token);
    let mut world = app.sandbox.world();
    world.apps.clear();
    world.templates.clear();
    world.wabas.retain(|waba| waba.id == deaf.waba);
    world.wabas[0].subscriptions.clear();
    world.numbers.retain(|number| number.id == well.number);
    world.numbers[0].quality_rating = "RED".into();
    app.sandbox.apply(world).unwrap();
    pause::pause(&app.services, paused.sender.parse().unwrap(), "the token was refused").await.unwrap();

    let found = ask(&app.env()).await;
    assert!(!found.well && found.json["ok"] == false);
    found.is(&format!("number of {}", well.sender), "warning", "quality red");
    found.is(&format!("token of {}", expired.sender), "bad", "access-token");
    found.is(&format!("webhooks of {}", deaf.sender), "bad", "subscribed_apps");
    found.is(&format!("sending of {}", paused.sender), "warning", "the token was refused");
    found.is(&format!("token of {}", paused.sender), "good", "valid");
    nothing_secret(app, &expired, &found);
});

both!(another_key_and_no_key_are_told_apart, |app| {
    let shop = app.shop().await;
    let mut env = app.env();
    env.insert("BELLBIRD_SECRET_KEY".into(), "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=".into());
    let found = ask(&env).await;
    assert!(!found.well);
    found.is(&format!("token of {}", shop.sender), "bad", "the secret key does not open it");
    found.is("secret key", "bad", "1 data keys do not open");

    env.remove("BELLBIRD_SECRET_KEY");
    let found = ask(&env).await;
    assert!(!found.well);
    found.is("settings", "bad", "openssl rand -base64 32");
    found.is("migrations", "good", "up to date");
    found.is("senders", "warning", "secret key");
});

both!(keys_that_are_being_changed_are_told, |app| {
    use bellbird_core::secret::{Cipher, ExposeSecret, reencrypt};
    app.shop().await;
    let mut env = app.env();
    let old = env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().into());
    env.insert("BELLBIRD_SECRET_KEY_PREVIOUS".into(), old.unwrap());
    let found = ask(&env).await;
    assert!(found.well, "{:#}", found.json);
    found.is("secret key", "warning", "bellbird secrets rewrap");
    app.pass(std::time::Duration::from_millis(10));
    reencrypt::renew(&app.services, app.services.now()).await.unwrap();
    let found = ask(&app.env()).await;
    found.is("sealed secrets", "warning", "3 rows of 3 still stand under old data keys");
    reencrypt::pass(&app.services, 2, |_, _| ()).await.unwrap();
    let found = ask(&app.env()).await;
    found.is("sealed secrets", "good", "3 rows");
    let lost = "DELETE FROM data_keys WHERE retired_at IS NULL";
    sea_orm::ConnectionTrait::execute_unprepared(app.services.db.write(), lost).await.unwrap();
    ask(&app.env()).await.is("sealed secrets", "bad", "restore the table data_keys");
});

both!(what_is_away_does_not_hide_the_rest, |app| {
    let shop = app.shop().await;
    let mut env = app.env();
    // ports nobody listens on
    env.insert("BELLBIRD_GRAPH_URL".into(), "http://127.0.0.1:1".into());
    env.insert("BELLBIRD_PUBLIC_URL".into(), "http://127.0.0.1:2".into());
    let found = ask(&env).await;
    assert!(!found.well);
    found.is("provider", "bad", "does not answer");
    found.is("public address", "bad", "does not answer");
    found.is(&format!("token of {}", shop.sender), "bad", "could not be reached");
    found.is("migrations", "good", "");

    env = app.env();
    let away = if app.services.db.is_embedded() {
        env.insert("DATABASE_URL".into(), "sqlite:/nowhere/bellbird.db".into());
        "there is no file"
    } else {
        env.insert("DATABASE_URL".into(), "postgres://me:a-password@127.0.0.1:3/nothing".into());
        env.insert("REDIS_URL".into(), "redis://:a-password@127.0.0.1:4".into());
        "cannot be asked"
    };
    let found = ask(&env).await;
    found.is("database", "bad", away);
    found.is("senders", "warning", "not looked at");
    found.is("provider", "warning", "answers");
    if !app.services.db.is_embedded() {
        found.is("redis", "bad", "cannot be asked");
    }
    assert!(!found.json.to_string().contains("a-password"), "{:#}", found.json);
});

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_read_are_the_only_finding() {
    let env = Env::from([("DATABASE_URL".to_string(), "mysql://me:a-password@nowhere".to_string())]);
    let found = ask(&env).await;
    assert!(!found.well);
    assert_eq!(found.all().count(), 1);
    found.is("settings", "bad", "postgres://");
    assert!(!found.json.to_string().contains("a-password"));
}

both!(a_queue_that_may_be_thrown_away_is_found_out, |app| {
    let mut env = app.env();
    if app.services.db.is_embedded() {
        ask(&env).await.is("queue", "good", "no Redis is needed");
        return;
    }
    let server = RedisServer::start(false).await;
    let client = redis::Client::open(server.url()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    for (key, value) in [("maxmemory", "100mb"), ("maxmemory-policy", "allkeys-lru")] {
        redis::cmd("CONFIG").arg("SET").arg(key).arg(value).query_async::<()>(&mut redis).await.unwrap();
    }
    env.insert("REDIS_URL".into(), server.url());
    let found = ask(&env).await;
    assert!(!found.well);
    found.is("redis maxmemory-policy", "bad", "allkeys-lru");
    found.is("redis appendonly", "warning", "off");
});

both!(pending_migrations_and_open_files_are_named, |app| {
    use bellbird_migration::{Migrator, MigratorTrait};
    Migrator::down(app.services.db.write(), Some(1)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, "[log]\nformat = \"json\"\n").unwrap();
    let mut doctor = Bellbird::start_with("doctor", &["--config", &file.display().to_string()], &app.env());
    assert!(!doctor.ended().await.success());
    let said = doctor.log();
    assert!(said.contains("✗ migrations") && said.contains("→ run `bellbird migrate up`"), "{said}");
    assert!(said.contains("! settings file") && said.contains("chmod 600"), "{said}");
    assert!(said.lines().last().unwrap().contains(" looked at, "), "{said}");
    Migrator::up(app.services.db.write(), None).await.unwrap();
});
