//! Deciding: what holds without a decision, what is kept, and what is refused with its field.

use crate::support::app::{Setup, both};
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/api/v1/sending-policy";

fn usual() -> Setup {
    let settings = vec![
        ("POLICY__MARKETING_FROM", "09:00"),
        ("POLICY__MARKETING_UNTIL", "21:00"),
        ("POLICY__MARKETING_MESSAGES", "2"),
    ];
    Setup { settings, without_worker: true, ..Setup::default() }
}

both!(what_nobody_decided_is_the_installations, usual(), |app| {
    let shop = app.unconnected_shop().await;
    let policy = shop.api.get(PATH).await.ok();
    let usual = json!({
        "marketing_hours": {"from": "09:00", "until": "21:00", "weekends": true},
        "frequency": {"messages": 2, "days": 7, "over": "skip"},
        "blocked_countries": [], "us_marketing": false, "hold_while_red": true,
    });
    assert_eq!(policy, usual);
    let decided = json!({
        "marketing_hours": {"from": "20:00", "until": "02:00", "weekends": false}, "time_zone": "Asia/Kolkata",
        "frequency": {"messages": 4, "days": 30, "over": "wait"},
        "blocked_countries": ["FR"], "us_marketing": true, "hold_while_red": false,
    });
    assert_eq!(shop.api.send(Method::PUT, PATH, decided.clone()).await.ok(), decided);
    assert_eq!(shop.api.get(PATH).await.ok(), decided);
});

both!(what_cannot_hold_is_refused_with_its_field, usual(), |app| {
    let shop = app.unconnected_shop().await;
    for (wrong, field) in [
        (json!({"marketing_hours": {"from": "09:00", "until": "09:00"}}), "marketing_hours"),
        (json!({"marketing_hours": {"from": "25:00", "until": "09:00"}}), "marketing_hours"),
        (json!({"marketing_hours": {"from": "nine", "until": "five"}}), "marketing_hours"),
        (json!({"time_zone": "Asia/Atlantis"}), "time_zone"),
        (json!({"blocked_countries": ["IN", "XX"]}), "blocked_countries[1]"),
        (json!({"us_marketing": true, "blocked_countries": ["US"]}), "us_marketing"),
        (json!({"frequency": {"messages": 0, "days": 7}}), "frequency.messages"),
        (json!({"frequency": {"messages": 2, "days": 0}}), "frequency.days"),
    ] {
        let answer = shop.api.send(Method::PUT, PATH, wrong.clone()).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.text);
        assert!(answer.text.contains(field), "{wrong}: {}", answer.text);
    }
    let answer = shop.api.send(
        Method::PUT,
        "/api/v1/customers",
        json!({"phone": "+919876543210", "time_zone": "IST!"}),
    );
    let answer = answer.await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("time_zone"), "{}", answer.text);
});
