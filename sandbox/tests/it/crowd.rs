//! A crowd of sends at once: all are accepted, all their statuses are posted.

use bellbird_sandbox::{PhoneNumber, StatusProfile, World};

use crate::support::{NUMBER, Setup, TOKEN, WABA, template};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_accepted_and_reported_in_full() {
    const SENDS: usize = 4_000;
    const WORKERS: usize = 32;
    let setup = Setup::plain().await;
    setup.sandbox.set_statuses(StatusProfile { read_ratio: 1.0, ..StatusProfile::instant() });
    let mut fast = PhoneNumber::new(NUMBER, WABA, "670843887433847", TOKEN);
    fast.mps = 1_000_000;
    setup.sandbox.apply(World { numbers: vec![fast], ..World::default() }).unwrap();
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
    setup.settled().await;
    let counts = setup.sandbox.counts();
    assert_eq!(counts.accepted as usize, SENDS);
    assert!(setup.sandbox.duplicates(bellbird_sandbox::SameBy::Recipient).is_empty());
}
