use bellbird_core::campaigns::{self, audience::*, edit::Draft};
use bellbird_core::clock::SystemClock;
use bellbird_core::config::Config;
use bellbird_core::consent::ConsentState;
use bellbird_core::context::{Actor, Ctx, Services};
use bellbird_core::customers::edit::*;
use bellbird_core::messages::MessageStatus;
use bellbird_core::organizations;
use bellbird_core::phone::Phone;
use bellbird_core::secret::*;
use bellbird_core::senders::{apps, connect};
use bellbird_core::templates::{self, *};
use bellbird_core::webhooks::keep;
use bellbird_migration::{Migrator, MigratorTrait};
use bellbird_sandbox::*;
use poem::{
    EndpointExt, Server,
    listener::{Acceptor, Listener, TcpListener},
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

#[poem::handler]
async fn hook(
    body: Vec<u8>,
    s: poem::web::Data<&(Services, bellbird_core::ids::AppId)>,
) -> poem::http::StatusCode {
    keep::keep(&s.0.0, vec![keep::Arrived { app: Some(s.0.1), body }]).await.unwrap();
    poem::http::StatusCode::OK
}

async fn go(env: HashMap<String, String>, n: u32) {
    let _ = tracing_subscriber::fmt().with_env_filter("info,sqlx=warn").try_init();
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let mut env = env;
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().into());
    env.insert("BELLBIRD_GRAPH_URL".into(), sandbox.base_url().into());
    let config = Config::from_parts(None, &env).unwrap();
    let services = Services::start(config, Arc::new(SystemClock)).await.unwrap();
    Migrator::up(services.db.write(), None).await.unwrap();
    let tx = services.begin().await.unwrap();
    let org = organizations::create(&tx, "O", Some("IN")).await.unwrap();
    tx.commit().await.unwrap();
    let ctx = Ctx { services: services.clone(), organization: org.id, actor: Actor::Operator };
    let tx = ctx.begin().await.unwrap();
    let (app, _) = apps::add(
        &tx,
        &ctx,
        apps::NewApp { name: "a".into(), secret: "s".to_string().into(), verify_token: None },
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let addr = acceptor.local_addr()[0].as_socket_addr().unwrap().to_owned();
    let ep = poem::Route::new().at("/hook", poem::post(hook)).data((services.clone(), app.id));
    tokio::spawn(Server::new_with_acceptor(acceptor).run(ep));
    let mut w = demo_world(DemoWorld {
        app_id: "1".into(),
        app_secret: "s".into(),
        callback_url: format!("http://{addr}/hook"),
        verify_token: "v".into(),
        waba_id: "2".into(),
        phone_number_id: "3".into(),
        display_phone_number: "+1 555-078-3881".into(),
        verified_name: "S".into(),
        token: "t".into(),
    });
    w.numbers[0].mps = 1000;
    sandbox.apply(w).unwrap();
    let new = connect::NewSender {
        app_id: Some(app.id),
        phone_number_id: "3".into(),
        waba_id: "2".into(),
        portfolio_id: None,
        access_token: "t".to_string().into(),
        mps: Some(1000),
    };
    let facts = connect::prove(&ctx, &new).await.unwrap();
    let tx = ctx.begin().await.unwrap();
    let sender = connect::connect(&tx, &ctx, new, facts).await.unwrap();
    let model = TemplateModel {
        name: "welcome_offer".into(),
        language: "en_US".into(),
        category: Category::Marketing,
        parameter_format: ParameterFormat::Positional,
        header: Some(Header::Text("Something for you".into())),
        body: "Hi {{1}}, thank you for being with us! Use the code {{2}} for 20% off until Sunday.".into(),
        footer: None,
        buttons: vec![Button::QuickReply { text: "Stop promotions".into() }],
        examples: BTreeMap::from([("1".into(), "Ana".into()), ("2".into(), "W".into())]),
    };
    let t = templates::create::create(
        &tx,
        &ctx,
        templates::create::NewTemplate { waba_id: "2".into(), model, status: TemplateStatus::Approved },
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let people: Vec<_> = (0..n)
        .map(|i| Upsert {
            name: Some(format!("C{i}")),
            tags: vec!["t".into()],
            consent: Some(GivenConsent { state: ConsentState::OptedIn, source: "x".into(), at: None }),
            ..Upsert::phone(Phone::parse(&format!("+9198{:08}", 20_000_000 + i), None).unwrap())
        })
        .collect();
    for c in people.chunks(500) {
        let tx = ctx.begin().await.unwrap();
        upsert_many(&tx, org.id, c).await.unwrap();
        tx.commit().await.unwrap();
    }
    let tx = ctx.begin().await.unwrap();
    let c = campaigns::edit::create(
        &tx,
        &ctx,
        Draft {
            name: "x".into(),
            description: None,
            template: t.id,
            senders: vec![sender.id],
            audience: Audience::Tag { tag: "t".into() },
            variables: BTreeMap::from([
                ("1".into(), VariableSource { attribute: Some("name".into()), ..Default::default() }),
                ("2".into(), VariableSource { value: Some("Z".into()), ..Default::default() }),
            ]),
            rate_per_minute: None,
            max_attempts: None,
            unknown_policy: None,
        },
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let stop = CancellationToken::new();
    let worker = tokio::spawn(bellbird_worker::run(services.clone(), stop.clone()));
    let tx = ctx.begin().await.unwrap();
    campaigns::launch::launch(&tx, &ctx, c.id).await.unwrap();
    tx.commit().await.unwrap();
    let begun = Instant::now();
    loop {
        let s = campaigns::stats::snapshot(&ctx, c.id).await.unwrap();
        println!("{:?} {} {:?}", begun.elapsed(), s.campaign.status, s.counts);
        if s.delivered() == i64::from(n) && s.campaign.status == campaigns::CampaignStatus::Completed {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let s = campaigns::stats::snapshot(&ctx, c.id).await.unwrap();
    assert_eq!(s.counts.of(MessageStatus::Failed), 0);
    stop.cancel();
    worker.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn smoke_sqlite() {
    let d = tempfile::tempdir().unwrap();
    go(HashMap::from([("DATABASE_URL".into(), format!("sqlite:{}", d.path().join("x.db").display()))]), 2000)
        .await;
}
#[tokio::test(flavor = "multi_thread")]
async fn smoke_pg() {
    go(
        HashMap::from([
            ("DATABASE_URL".into(), std::env::var("SMOKE_PG").unwrap()),
            ("REDIS_URL".into(), std::env::var("BELLBIRD_TEST_REDIS_URL").unwrap()),
        ]),
        2000,
    )
    .await;
}
