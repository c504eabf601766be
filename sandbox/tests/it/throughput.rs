//! How fast the sandbox is. Run with `--release -- --ignored --nocapture`.

use std::time::Instant;

use bellbird_sandbox::{PhoneNumber, StatusProfile, World};

use crate::support::{NUMBER, Setup, TOKEN, WABA, template};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a check"]
async fn sends_per_second() {
    const SENDS: usize = 40_000;
    const WORKERS: usize = 32;
    let setup = Setup::plain().await;
    setup.sandbox.set_statuses(StatusProfile { read_ratio: 1.0, ..StatusProfile::instant() });
    let mut fast = PhoneNumber::new(NUMBER, WABA, "670843887433847", TOKEN);
    fast.mps = 1_000_000;
    setup.sandbox.apply(World { numbers: vec![fast], ..World::default() }).unwrap();
    let started = Instant::now();
    let workers = (0..WORKERS).map(|worker| {
        let setup = &setup;
        async move {
            for n in 0..SENDS / WORKERS {
                let body = template(&format!("4915{worker:03}{n:06}"), &format!("msg_{worker}_{n}:1"));
                assert_eq!(setup.send(&body).await.0, 200);
            }
        }
    });
    futures::future::join_all(workers).await;
    let sent = started.elapsed();
    setup.settled().await;
    let counts = setup.sandbox.counts();
    assert_eq!(counts.accepted as usize, SENDS);
    let rate = SENDS as f64 / sent.as_secs_f64();
    eprintln!(
        "{rate:.0} sends/s with the client in the same process; {} statuses in {} POSTs, settled after {:?}",
        SENDS * 3,
        counts.webhooks,
        started.elapsed()
    );
}
