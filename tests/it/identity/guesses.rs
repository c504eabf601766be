//! Guessing passwords: stopped early, without keeping the owner out.

use crate::support::app::{TestApp, both};
use crate::support::client::Client;
use crate::support::people::PASSWORD;
use futures::{StreamExt, stream};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};

/// Somebody at another address of this machine.
fn at(app: &TestApp, last: [u8; 2]) -> Client {
    app.anyone.at_address(IpAddr::V4(Ipv4Addr::new(127, 0, last[0], last[1])))
}

async fn guess(from: &Client, password: &str) -> u16 {
    let body = json!({"email": "asha@example.com", "password": password});
    let answer = from.post("/api/v1/auth/login", body).await;
    if answer.status == 429 {
        answer.refused(429, "too_many_requests");
        let after: u64 = answer.header("retry-after").parse().expect("seconds");
        assert!((1..=600).contains(&after), "{after}");
    }
    answer.status
}

both!(ten_thousand_guesses_get_ten_answers_and_the_owner_comes_in_from_elsewhere, |app| {
    app.register("asha@example.com").await.ok();
    let guesses = stream::iter(0..10_000).map(|n| {
        let from = app.anyone.clone();
        async move { guess(&from, &format!("guess number {n}")).await }
    });
    let all: Vec<u16> = guesses.buffer_unordered(32).collect().await;
    let looked_at = all.iter().filter(|status| **status == 401).count();
    // the bucket may have refilled by one or two meanwhile
    assert!((1..=12).contains(&looked_at), "{looked_at} passwords were compared");
    assert_eq!(all.iter().filter(|status| **status == 429).count(), all.len() - looked_at);
    // even the right password is not looked at from there
    assert_eq!(guess(&app.anyone, PASSWORD).await, 429);
    assert_eq!(guess(&at(app, [0, 2]), PASSWORD).await, 200);
});

both!(many_machines_share_one_accounts_guesses_and_do_not_keep_the_owner_out, |app| {
    app.register("asha@example.com").await.ok();
    let home = at(app, [0, 2]);
    assert_eq!(guess(&home, PASSWORD).await, 200);
    let mut refused = 0;
    for n in 1..=40 {
        refused += usize::from(guess(&at(app, [1, n]), "a guess from anywhere").await == 429);
    }
    assert!((5..=11).contains(&refused), "{refused} machines were refused");
    assert_eq!(guess(&at(app, [2, 1]), PASSWORD).await, 429, "a stranger's address");
    assert_eq!(guess(&home, PASSWORD).await, 200, "an address the account knows");
});

both!(one_address_cannot_try_everybody, |app| {
    let mut statuses = Vec::new();
    for n in 0..70 {
        let body = json!({"email": format!("person{n}@example.com"), "password": "a guess or two"});
        statuses.push(app.anyone.post("/api/v1/auth/login", body).await.status);
    }
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!((3..=10).contains(&refused), "{refused} of 70 refused");
});
