//! What becomes of one task, the same in both stores.

use std::time::{Duration, Instant};

use bellbird_core::queue::{Depth, Due, JobError, NewTask, QueueConfig, Settle, Store, TaskState, Verdict};

use super::lab::{Kind, LANE, Lab, Running, claim, config, eventually, on_both_stores, task, tasks};

on_both_stores!(
    a_task_is_pushed_claimed_and_settled,
    an_ended_lease_redelivers_and_outdates_the_old_claim,
    a_release_is_not_counted,
    failures_are_counted_and_the_last_one_buries,
    an_abort_buries_with_body_and_reason,
    a_panic_buries_and_the_worker_lives,
    an_unreadable_body_is_buried_and_the_worker_lives,
    a_timeout_counts,
    deliveries_that_never_end_are_spent,
    dead_letters_are_requeued_with_all_deliveries,
    dead_letters_are_trimmed_by_age,
    a_settle_can_be_repeated,
    tasks_are_listed_by_state_in_pages,
    dead_letters_are_found_by_id_and_requeued_together,
);

const SOON: Duration = Duration::from_secs(5);

fn settle(task: &bellbird_core::queue::Leased, verdict: Verdict) -> Settle {
    Settle { id: task.id.clone(), claim: task.claim, verdict }
}

async fn a_task_is_pushed_claimed_and_settled(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let store = lab.store();
    assert_eq!(lab.push(tasks(3)).await, 3);
    assert_eq!(lab.push(vec![task(1), task(3)]).await, 1, "a waiting id is not pushed again");
    lab.push(vec![task(9).due(Due::After(Duration::from_secs(60)))]).await;
    assert_eq!(lab.queues.depth(LANE).await.unwrap(), Depth { ready: 4, delayed: 1, leased: 0, dead: 0 });
    assert!(lab.queues.oldest_age(LANE).await.unwrap().is_some());

    let claimed = claim(&store, 1, 0).await;
    let mut ids: Vec<_> = claimed.tasks.iter().map(|task| (task.id.as_str(), task.delivery)).collect();
    ids.sort_unstable();
    assert_eq!(ids, [("job_000000", 1), ("job_000001", 1), ("job_000002", 1), ("job_000003", 1)]);
    assert_eq!(lab.queues.depth(LANE).await.unwrap(), Depth { ready: 0, delayed: 1, leased: 4, dead: 0 });
    assert_eq!(lab.queues.oldest_age(LANE).await.unwrap(), None);
    assert_eq!(lab.push(vec![task(1)]).await, 0, "nor a leased one");

    let done: Vec<_> = claimed.tasks.iter().map(|task| settle(task, Verdict::Done)).collect();
    store.settle(&done).await.unwrap();
    assert_eq!(lab.queues.depth(LANE).await.unwrap(), Depth { delayed: 1, ..Depth::default() });
    assert_eq!(lab.push(vec![task(1)]).await, 1, "done, its id is free");
    let next = claim(&store, 2, 1).await;
    assert_eq!(next.tasks.len(), 1);
    let empty = claim(&store, 3, 2).await;
    assert!(empty.next_due.is_some_and(|due| due < Duration::from_secs(60)));
}

async fn an_ended_lease_redelivers_and_outdates_the_old_claim(kind: Kind) {
    let lease = Duration::from_millis(100);
    let lab = Lab::open(kind, QueueConfig { lease, ..config() }).await;
    let store = lab.store();
    lab.push(tasks(1)).await;
    let start = Instant::now();
    let first = claim(&store, 1, 0).await.tasks.remove(0);
    let mut asked = 1;
    let second = eventually("the lease ends", async || {
        asked += 1;
        claim(&store, asked, asked - 1).await.tasks.pop()
    })
    .await;
    // The store counts in whole ms.
    assert!(start.elapsed() >= lease - Duration::from_millis(1));
    assert_eq!((second.delivery, &second.body), (2, &first.body));
    for late in [Verdict::Done, Verdict::Dead("late".into())] {
        store.settle(&[settle(&first, late)]).await.unwrap();
    }
    let depth = lab.queues.depth(LANE).await.unwrap();
    assert_eq!((depth.leased + depth.ready, depth.dead), (1, 0), "late answers change nothing");
    store.settle(&[settle(&second, Verdict::Done)]).await.unwrap();
    assert_eq!(lab.queues.depth(LANE).await.unwrap(), Depth::default());
}

async fn a_release_is_not_counted(kind: Kind) {
    let lab = Lab::open(kind, QueueConfig { max_deliveries: 2, ..config() }).await;
    lab.push(tasks(1)).await;
    let mut worker = Running::start(lab.store(), 2, SOON, async |_, _| {
        Err(JobError::release(Duration::from_millis(10), "database away"))
    });
    let first = worker.next().await;
    for _ in 0..8 {
        let run = worker.next().await;
        assert_eq!(run.attempt, 1);
        assert!(run.at.duration_since(first.at) >= Duration::from_millis(9));
    }
    worker.stop().await;
    assert_eq!(lab.queues.depth(LANE).await.unwrap().dead, 0);
}

async fn failures_are_counted_and_the_last_one_buries(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    lab.push(tasks(1)).await;
    let mut worker = Running::start(lab.store(), 2, SOON, async |_, _| Err(JobError::failed("no luck")));
    for attempt in 1..=3 {
        assert_eq!(worker.next().await.attempt, attempt);
    }
    let letter = lab.dead_letter().await;
    assert_eq!((letter.id.as_str(), letter.body.as_str()), ("job_000000", r#"{"n":0}"#));
    assert!(letter.reason.contains("no luck"), "{letter:?}");
    assert!(letter.at_ms > 1_600_000_000_000);
    worker.stop().await;
}

async fn an_abort_buries_with_body_and_reason(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    lab.push(tasks(1)).await;
    let mut worker = Running::start(lab.store(), 2, SOON, async |_, _| Err(JobError::abort("bad number")));
    assert_eq!(worker.next().await.attempt, 1);
    let letter = lab.dead_letter().await;
    assert_eq!((letter.body.as_str(), letter.reason.as_str()), (r#"{"n":0}"#, "bad number"));
    assert_eq!(lab.push(tasks(1)).await, 0, "a buried id is not pushed again");
    worker.stop().await;
}

async fn a_panic_buries_and_the_worker_lives(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    lab.push(tasks(1)).await;
    let mut worker = Running::start(lab.store(), 2, SOON, async |job, _| {
        assert!(job.n != 0, "a bug");
        Ok(())
    });
    worker.next().await;
    assert!(lab.dead_letter().await.reason.contains("a bug"));
    lab.push(vec![task(1)]).await;
    assert_eq!(worker.next().await.n, 1);
    worker.stop().await;
}

async fn an_unreadable_body_is_buried_and_the_worker_lives(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let bad = NewTask { id: "bad".into(), body: "{nope".into(), due: Due::Now };
    lab.push(vec![bad, task(1)]).await;
    let mut worker = Running::succeed(lab.store(), 2);
    assert_eq!(worker.next().await.n, 1);
    let letter = lab.dead_letter().await;
    assert_eq!((letter.id.as_str(), letter.body.as_str()), ("bad", "{nope"));
    assert!(letter.reason.contains("unreadable body"));
    worker.stop().await;
}

async fn a_timeout_counts(kind: Kind) {
    let lab = Lab::open(kind, QueueConfig { max_deliveries: 2, ..config() }).await;
    lab.push(tasks(1)).await;
    let limit = Duration::from_millis(20);
    let mut worker = Running::start(lab.store(), 2, limit, async |_, _| std::future::pending().await);
    assert_eq!(worker.next().await.attempt, 1);
    assert_eq!(worker.next().await.attempt, 2);
    assert!(lab.dead_letter().await.reason.contains("timed out"));
    worker.stop().await;
}

async fn deliveries_that_never_end_are_spent(kind: Kind) {
    let config = QueueConfig { lease: Duration::from_millis(20), max_deliveries: 2, ..config() };
    let lab = Lab::open(kind, config).await;
    lab.push(tasks(1)).await;
    let (store, mut asked, mut deliveries) = (lab.store(), 0, Vec::new());
    // Each claim is a worker that dies with its task.
    let letter = eventually("a dead letter", async || {
        asked += 1;
        deliveries.extend(claim(&store, asked, asked - 1).await.tasks.iter().map(|task| task.delivery));
        lab.queues.dead(LANE, 1).await.unwrap().pop()
    })
    .await;
    assert_eq!(deliveries, [1, 2]);
    assert!(letter.reason.contains("no delivery left"));
}

async fn dead_letters_are_requeued_with_all_deliveries(kind: Kind) {
    let lab = Lab::open(kind, QueueConfig { max_deliveries: 1, ..config() }).await;
    lab.push(tasks(1)).await;
    let mut worker = Running::start(lab.store(), 2, SOON, async |_, _| Err(JobError::failed("no luck")));
    worker.next().await;
    let letter = lab.dead_letter().await;
    let ids = [letter.id, "nobody".to_owned()];
    assert_eq!(lab.queues.requeue(LANE, &ids).await.unwrap(), 1);
    assert_eq!(worker.next().await.attempt, 1);
    worker.stop().await;
    assert_eq!(lab.queues.dead(LANE, 10).await.unwrap().len(), 1, "buried again");
}

async fn dead_letters_are_trimmed_by_age(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let store = lab.store();
    lab.push(tasks(30)).await;
    let claimed = claim(&store, 1, 0).await;
    let dead: Vec<_> = claimed.tasks.iter().map(|task| settle(task, Verdict::Dead("over".into()))).collect();
    store.settle(&dead).await.unwrap();
    assert_eq!(lab.queues.dead(LANE, 7).await.unwrap().len(), 7);
    assert_eq!(lab.queues.trim_dead(LANE, Duration::from_secs(60)).await.unwrap(), 0);
    let mut trimmed = 0;
    eventually("a moment has passed", async || {
        trimmed += lab.queues.trim_dead(LANE, Duration::ZERO).await.unwrap();
        (trimmed == 30).then_some(())
    })
    .await;
    claim(&store, 2, 1).await;
    assert_eq!(lab.traces().await, 0);
}

async fn a_settle_can_be_repeated(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let store = lab.store();
    lab.push(tasks(1)).await;
    let task = claim(&store, 1, 0).await.tasks.remove(0);
    let back = settle(&task, Verdict::Back { after: Duration::ZERO, counted: false });
    store.settle(&[back.clone(), back.clone()]).await.unwrap();
    store.settle(&[back]).await.unwrap();
    let again = eventually("it is due", async || claim(&store, 2, 1).await.tasks.pop()).await;
    assert_eq!(again.delivery, 1, "given back three times, taken back once");
}

async fn tasks_are_listed_by_state_in_pages(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let store = lab.store();
    let list = async |state, skip, n| lab.queues.list(LANE, state, skip, n).await.unwrap();
    let ids = |listed: &[bellbird_core::queue::Listed]| -> Vec<String> {
        listed.iter().map(|task| task.id.clone()).collect()
    };
    lab.push(tasks(3)).await;
    for (n, wait) in [(7, 70), (6, 60)] {
        lab.push(vec![task(n).due(Due::After(Duration::from_secs(wait)))]).await;
    }
    let leased = claim(&store, 1, 0).await.tasks;
    assert_eq!(leased.len(), 3);
    lab.push(vec![task(4)]).await;
    lab.push(vec![task(5)]).await;

    let ready = list(TaskState::Ready, 0, 10).await;
    assert_eq!(ids(&ready), ["job_000004", "job_000005"]);
    assert_eq!((ready[0].body.as_str(), ready[0].deliveries), (r#"{"n":4}"#, 0));
    assert!((-60_000..=0).contains(&ready[0].due_in_ms), "due for {} ms", -ready[0].due_in_ms);
    assert_eq!(ids(&list(TaskState::Ready, 1, 10).await), ["job_000005"]);
    let delayed = list(TaskState::Delayed, 0, 10).await;
    assert_eq!(ids(&delayed), ["job_000006", "job_000007"], "what is due first comes first");
    assert!((1..=60_000).contains(&delayed[0].due_in_ms));
    let running = list(TaskState::Leased, 0, 2).await;
    assert_eq!((running.len(), running[0].deliveries), (2, 1));
    assert!((1..=30_000).contains(&running[0].due_in_ms), "the lease ends then");
    assert_eq!(list(TaskState::Leased, 2, 2).await.len(), 1);
    assert_eq!(list(TaskState::Leased, 3, 2).await, []);
    assert_eq!(list(TaskState::Ready, 0, 0).await, []);
}

async fn dead_letters_are_found_by_id_and_requeued_together(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let store = lab.store();
    lab.push(tasks(3)).await;
    let dead: Vec<_> = claim(&store, 1, 0).await.tasks;
    let dead: Vec<_> = dead.iter().map(|task| settle(task, Verdict::Dead("over".into()))).collect();
    store.settle(&dead).await.unwrap();
    lab.push(vec![task(9)]).await;
    let asked = ["job_000001".to_owned(), "job_000009".to_owned(), "nobody".to_owned()];
    let found = lab.queues.buried(LANE, &asked).await.unwrap();
    assert_eq!(found.iter().map(|letter| letter.id.as_str()).collect::<Vec<_>>(), ["job_000001"]);
    assert_eq!((found[0].body.as_str(), found[0].reason.as_str()), (r#"{"n":1}"#, "over"));
    assert!(found[0].ago < SOON, "buried {:?} ago", found[0].ago);
    assert_eq!(lab.queues.dead_after(LANE, 1, 10).await.unwrap().len(), 2);
    assert_eq!(lab.queues.requeue_all(LANE).await.unwrap(), 3);
    assert_eq!(lab.queues.requeue_all(LANE).await.unwrap(), 0);
    let again = claim(&store, 2, 1).await.tasks;
    assert_eq!(
        again.iter().map(|task| task.delivery).collect::<Vec<_>>(),
        [1; 4],
        "with all their deliveries"
    );
}
