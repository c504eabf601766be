//! Refresh tokens: each is good once.

use crate::support::app::both;
use std::time::Duration;

both!(a_copied_token_ends_the_whole_session, |app| {
    let who = app.newcomer("asha@example.com").await;
    let elsewhere = app.signed_in("asha@example.com").await;
    let next = app.who(app.refresh(who.refresh_token()).await);
    assert_ne!(next.refresh_token(), who.refresh_token());
    app.pass(Duration::from_secs(11));
    app.refresh(who.refresh_token()).await.refused(401, "invalid_refresh_token");
    next.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    who.api.get("/api/v1/auth/me").await.refused(401, "unauthorized");
    app.refresh(next.refresh_token()).await.refused(401, "invalid_refresh_token");
    elsewhere.api.get("/api/v1/auth/me").await.ok();
    let told = elsewhere.api.get("/api/v1/audit-events?action=refreshTokenReused").await.ok();
    assert_eq!(told["items"][0]["subject"], who.session());
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
});

both!(two_tabs_at_one_moment_are_an_accident, |app| {
    let who = app.newcomer("asha@example.com").await;
    let all = futures::future::join_all((0..8).map(|_| app.refresh(who.refresh_token()))).await;
    let (good, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(|answer| answer.status == 200);
    refused.iter().for_each(|answer| answer.refused(409, "refreshed_already"));
    assert_eq!(good.len(), 1, "a token is good once");
    let next = app.who(good.into_iter().next().unwrap());
    next.api.get("/api/v1/auth/me").await.ok();
    app.refresh(next.refresh_token()).await.ok();
});

both!(what_is_no_refresh_token_is_refused, |app| {
    let who = app.newcomer("asha@example.com").await;
    for token in ["", "bbr_", who.access_token(), &"a".repeat(5_000), &who.refresh_token().to_uppercase()] {
        app.refresh(token).await.refused(401, "invalid_refresh_token");
    }
    app.anyone.post("/api/v1/auth/refresh", serde_json::json!({})).await.refused(403, "csrf_refused");
    app.refresh(who.refresh_token()).await.ok();
});

both!(a_session_ends_however_much_it_is_used, |app| {
    let mut who = app.newcomer("asha@example.com").await;
    for _ in 0..8 {
        app.pass(Duration::from_secs(22 * 24 * 3_600));
        who = app.who(app.refresh(who.refresh_token()).await);
    }
    app.pass(Duration::from_secs(22 * 24 * 3_600));
    app.refresh(who.refresh_token()).await.refused(401, "invalid_refresh_token");
});
