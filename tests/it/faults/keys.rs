//! Every key changed in the middle of a campaign, as docs/operations.md tells it: nobody is left out or sent to twice,
//! and no process fails to open anything.

use bellbird_core::secret::{Cipher, ExposeSecret, status};

use super::audit::Damage;
use super::world::{Plan, World};
use crate::support::process::Bellbird;

/// Runs `bellbird secrets …` with the keys of the world.
async fn secrets(world: &World, arguments: &[&str]) -> String {
    let mut command = Bellbird::start_with("secrets", arguments, world.env());
    let well = command.ended().await.success();
    assert!(well, "secrets {arguments:?}: {}", command.log());
    command.log()
}

/// One worker takes the place of another, and the API starts anew with the same keys.
async fn roll(world: &mut World, worker: &mut Bellbird, logs: &mut Vec<String>) {
    let next = world.worker().await;
    assert!(worker.terminate().await.success(), "{}", worker.log());
    logs.push(std::mem::replace(worker, next).log());
    assert!(world.api.terminate().await.success(), "{}", world.api.log());
    logs.push(world.api.log());
    world.restart_api().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_rotated_mid_campaign() {
    let mut world = World::start(Plan { recipients: 3_000, mps: 100, ..Plan::default() }).await;
    let old = world.env()["BELLBIRD_SECRET_KEY"].clone();
    let new = Cipher::generate_key().expose_secret().to_string();
    let mut logs = Vec::new();
    world.launch().await;
    let mut worker = world.worker().await;
    world.accepts(100).await;

    // accepted everywhere, then used everywhere
    world.set_keys(&old, &new);
    roll(&mut world, &mut worker, &mut logs).await;
    world.set_keys(&new, &old);
    roll(&mut world, &mut worker, &mut logs).await;
    assert!(secrets(&world, &["rewrap"]).await.contains("done"));
    let sent = world.accepted();
    world.accepts(sent + 50).await;
    world.set_keys(&new, "");
    roll(&mut world, &mut worker, &mut logs).await;

    assert!(world.accepted() < 2_900, "the campaign is nearly over before the data keys are changed");
    let said = secrets(&world, &["reencrypt", "--older-than-minutes", "0"]).await;
    assert!(said.contains("done: 3 rows"), "token, app secret and verify token: {said}");
    let _second = world.worker().await;
    let counts = world.audit("every key changed mid-campaign", Damage::default()).await;
    assert_eq!((counts.duplicates, counts.unknown, counts.failed), (0, 0, 0));
    assert_eq!(counts.accepted, counts.recipients, "everyone exactly once");
    assert_eq!(counts.delivered, counts.recipients, "no webhook was lost");

    let shown = secrets(&world, &["status", "--json"]).await;
    assert!(!shown.contains(&old) && shown.contains(r#""retired":0"#), "{shown}");
    assert!(status::check(&world.ctx.cipher).await.is_err(), "the old key alone opens nothing any more");
    logs.extend([worker.log(), world.api.log()]);
    for log in logs {
        assert!(!log.contains("decrypt") && !log.contains("data key") && !log.contains("ERROR"), "{log}");
    }
}
