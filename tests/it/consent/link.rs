//! A person's own page.

use super::{id, steps};
use crate::support::app::{TestApp, both};
use crate::support::client::Answer;
use crate::support::shop::phone;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

async fn press(app: &TestApp, token: &str, choice: &str) -> Answer {
    let request = app.anyone.request(Method::POST, &format!("/o/{token}"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    Answer::of(request.body(choice.to_string())).await
}

both!(looking_at_a_link_changes_nothing, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    let token = shop.token(&customer).await;
    let page = format!("/o/{token}");
    for method in [Method::GET, Method::HEAD] {
        let answer = app.anyone.send(method.clone(), &page, json!(null)).await;
        assert_eq!(answer.status, 200, "{method}");
        assert!(answer.header("content-type").starts_with("text/html"), "{method}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("x-robots-tag").contains("noindex"));
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    }
    // programs that press what they find press nothing without a button's word
    for form in ["", "choice=", "List-Unsubscribe=One-Click", "choice=whatever"] {
        assert_eq!(press(app, &token, form).await.status, 200, "{form}");
    }
    assert_eq!(shop.consent(&customer).await, "opted_in");
    assert_eq!(shop.ledger(&customer).await.len(), 1);
    let page = app.anyone.get(&page).await.text;
    assert!(page.contains("<html lang=\"en\">") && page.contains("A shop"), "{page}");
    assert!(!page.contains(&phone(1)[3..]), "the page names no number");
});

both!(a_button_stops_messages_once_and_another_brings_them_back, |app| {
    let shop = app.shop().await;
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    let token = shop.token(&customer).await;
    for _ in 0..2 {
        let answer = press(app, &token, "choice=stop").await;
        assert!(answer.status == 200 && answer.text.contains("role=\"status\""), "{}", answer.text);
    }
    assert_eq!(shop.consent(&customer).await, "opted_out");
    assert_eq!(shop.ledger(&customer).await.len(), 2, "pressed twice it is one word");
    app.pass(Duration::from_secs(60));
    press(app, &token, "choice=stop_all").await;
    assert_eq!(shop.utility_consent(&customer).await, "opted_out");
    app.pass(Duration::from_secs(60));
    press(app, &token, "choice=resume").await;
    assert_eq!(shop.consent(&customer).await, "opted_in");
    assert_eq!(shop.utility_consent(&customer).await, "opted_in");
    let wanted = steps(&[
        ("api", "opted_in"),
        ("link", "opted_out"),
        ("link", "opted_out"),
        ("link", "opted_in"),
        ("link", "opted_in"),
    ]);
    assert_eq!(shop.steps(&customer).await, wanted);
    assert_eq!(shop.ledger(&customer).await[0]["actor"], "person");
});

both!(nobody_can_make_a_link, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let customer = shop.customer(app, &phone(1), Some("opted_in"), &[]).await;
    let theirs = other.customer(app, &phone(1), Some("opted_in"), &[]).await;
    let (token, foreign) = (shop.token(&customer).await, other.token(&theirs).await);
    assert_eq!(token, shop.token(&customer).await, "the same every time");
    assert!(!token.contains(&phone(1)[3..]));
    let mut changed = token.clone().into_bytes();
    let last = changed.len() - 1;
    changed[last] = if changed[last] == b'0' { b'1' } else { b'0' };
    let mixed = format!("{}{}", &token[..26], &foreign[26..]);
    for bad in
        [String::from_utf8(changed).unwrap(), mixed, token[..57].to_string(), "x".into(), "é".repeat(29)]
    {
        let answer = app.anyone.get(&format!("/o/{bad}")).await;
        assert_eq!(answer.status, 404, "{bad}");
        assert_eq!(press(app, &bad, "choice=stop").await.status, 404);
    }
    assert_eq!(shop.consent(&customer).await, "opted_in");
    let path = format!("/api/v1/customers/{}/unsubscribe-link", id(&customer));
    other.api.get(&path).await.refused(404, "not_found");
    app.anyone.get(&path).await.refused(401, "unauthorized");
});

both!(a_campaign_carries_each_persons_own_link, |app| {
    let shop = app.shop().await;
    let changes = json!({"variables": {"1": {"unsubscribe_link": true}}});
    let people = [phone(1), phone(2)];
    let campaign = shop.launched(app, changes, &people).await;
    shop.until_stats(&campaign, "both to be delivered", |stats| stats["funnel"]["delivered"] == 2).await;
    let taken = app.taken(&shop);
    let mut seen = Vec::new();
    for person in &people {
        let link = taken[person][0].params[0].clone();
        let (_, token) = link.rsplit_once("/o/").expect("a link");
        press(app, token, "choice=stop").await;
        let found = shop.all(&format!("/api/v1/customers?search={}", &person[3..])).await;
        assert_eq!(found[0]["marketing_consent"]["state"], "opted_out", "{link}");
        seen.push(link);
    }
    assert_ne!(seen[0], seen[1]);
    let empty = shop.draft(json!({"variables": {"1": {"unsubscribe_link": false}}}));
    let answer = shop.api.post("/api/v1/campaigns", empty).await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("variables.1", "empty_variable")]);
});
