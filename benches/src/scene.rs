//! Everything a row needs: a database, an empty Redis, the sandbox, `bellbird serve`, workers and a shop. Each run has its
//! own, so that no run pays for the one before.

use crate::Outcome;
use crate::api::Api;
use crate::measured::Measured;
use crate::meta::{Behaviour, Meta};
use crate::options::Options;
use crate::people;
use crate::process::{Env, Process};
use crate::servers::Servers;
use crate::shop::Shop;
use bellbird_core::secret::{Cipher, ExposeSecret};
use sea_orm::{Database, DatabaseConnection};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

/// Commands that end by themselves have ended by then.
const SHORTLY: Duration = Duration::from_secs(60);

/// See the module.
#[derive(Debug)]
pub(crate) struct Scene {
    // dropped in this order: the processes before what they stand on
    pub(crate) workers: Vec<Process>,
    pub(crate) serve: Process,
    pub(crate) shop: Shop,
    pub(crate) meta: Meta,
    pub(crate) db: DatabaseConnection,
    pub(crate) servers: Servers,
    organization: String,
    options: Options,
    env: Env,
    database: String,
    _folder: TempDir,
}

impl Scene {
    pub(crate) async fn start(options: &Options, behaviour: Behaviour) -> Outcome<Self> {
        let servers = Servers::given()?;
        servers.empty_redis().await?;
        let meta = Meta::start(behaviour).await?;
        let (database, url) = servers.database().await?;
        let (folder, address) = (tempfile::tempdir()?, format!("127.0.0.1:{}", free_port()?));
        let base = format!("http://{address}");
        let mut env = settings();
        for (name, value) in [
            ("DATABASE_URL", url.as_str()),
            ("REDIS_URL", &servers.redis),
            ("BELLBIRD_GRAPH_URL", meta.url()),
            ("BELLBIRD_HTTP_ADDR", &address),
            ("BELLBIRD_PUBLIC_URL", &base),
            ("BELLBIRD_FILES_URL", &format!("file:{}", folder.path().display())),
        ] {
            env.insert(name.to_string(), value.to_string());
        }
        let (organization, key) = organization(&options.bin, &env).await?;
        let mut serve = Process::start(&options.bin, &["serve"], &env)?;
        serve.is_ready(&format!("{base}/health/ready")).await?;
        let shop = Shop::open(Api::new(&base, &key)?, &meta).await?;
        let db = Database::connect(&url).await?;
        let options = options.clone();
        let workers = Vec::new();
        Ok(Self {
            workers,
            serve,
            shop,
            meta,
            db,
            servers,
            organization,
            options,
            env,
            database,
            _folder: folder,
        })
    }

    /// Whose everything is.
    pub(crate) fn organization(&self) -> &str {
        &self.organization
    }

    /// Adds customers who agreed to marketing.
    pub(crate) async fn people(&self, range: Range<usize>) -> Outcome {
        people::add(&self.db, &self.organization, range).await
    }

    /// Starts one more worker with so many requests in flight.
    pub(crate) async fn work(&mut self, in_flight: usize) -> Outcome {
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut env = self.env.clone();
        env.insert("BELLBIRD__WORKER__HTTP_ADDR".into(), address.clone());
        env.insert("BELLBIRD__WORKER__BULK_CONCURRENCY".into(), in_flight.to_string());
        let mut worker = Process::start(&self.options.bin, &["work"], &env)?;
        worker.is_ready(&format!("http://{address}/health/ready")).await?;
        self.workers.push(worker);
        Ok(())
    }

    /// Starts as many workers as the options say.
    pub(crate) async fn work_as_told(&mut self) -> Outcome {
        for _ in 0..self.options.workers {
            self.work(self.options.in_flight).await?;
        }
        Ok(())
    }

    /// Stops all workers.
    pub(crate) async fn rest(&mut self) -> Outcome {
        for mut worker in self.workers.drain(..) {
            worker.terminate().await?;
        }
        Ok(())
    }

    /// Processor time of the API and of the workers so far, in seconds.
    pub(crate) fn cpu(&self) -> Outcome<Cpu> {
        let workers = self.workers.iter().map(Process::cpu_s).sum::<Outcome<f64>>()?;
        Ok(Cpu { at: Instant::now(), api: self.serve.cpu_s()?, workers })
    }

    /// The most memory the processes have held.
    pub(crate) fn with_memory(&self, measured: Measured) -> Outcome<Measured> {
        let peaks = self.workers.iter().map(Process::peak_mb).collect::<Outcome<Vec<f64>>>()?;
        let worker = peaks.into_iter().reduce(f64::max);
        Ok(measured.with("api_peak_mb", self.serve.peak_mb()?).with_some("worker_peak_mb", worker))
    }

    /// Ends everything and drops the database.
    pub(crate) async fn end(mut self) -> Outcome {
        self.rest().await?;
        self.serve.terminate().await?;
        self.meta.sandbox.shutdown().await;
        self.db.close().await?;
        self.servers.drop_database(&self.database).await
    }
}

/// Processor time at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cpu {
    at: Instant,
    api: f64,
    workers: f64,
}

impl Cpu {
    /// In percent of one core since `before`: the API, the workers.
    pub(crate) fn since(&self, before: &Self) -> (f64, f64) {
        let wall = self.at.duration_since(before.at).as_secs_f64().max(0.001);
        ((self.api - before.api) * 100.0 / wall, (self.workers - before.workers) * 100.0 / wall)
    }
}

/// The settings of every process. The sending policy judges every message, and is open at any hour, so that it does not
/// matter when the bench runs; callers are not throttled, because there is one.
pub(crate) fn settings() -> Env {
    [
        ("BELLBIRD_SECRET_KEY", Cipher::generate_key().expose_secret()),
        ("BELLBIRD__POLICY__MARKETING_FROM", "00:00"),
        ("BELLBIRD__POLICY__MARKETING_UNTIL", "24:00"),
        ("BELLBIRD__THROTTLE__CALLER_PER_SECOND", "0"),
        ("BELLBIRD__THROTTLE__ORGANIZATION_PER_SECOND", "0"),
        ("BELLBIRD__LOG__LEVEL", "warn"),
    ]
    .map(|(name, value)| (name.to_string(), value.to_string()))
    .into()
}

/// Makes the tables, an organization and a key; gives the organization's id and the key.
pub(crate) async fn organization(bin: &Path, env: &Env) -> Outcome<(String, String)> {
    let say = async |words: &[&str]| -> Outcome<String> {
        let said = Process::start(bin, words, env)?.ended(SHORTLY).await?;
        Ok(said.trim().to_string())
    };
    say(&["migrate", "up"]).await?;
    let organization = say(&["org", "create", "A shop", "--country", "IN"]).await?;
    let key = say(&["key", "create", &organization, "--name", "bench"]).await?;
    Ok((organization, key))
}

/// A port nobody listens on.
pub(crate) fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
