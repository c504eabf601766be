//! Where nobody is written to: the United States about offers, and countries an organization does not send to.

use super::decides;
use crate::support::app::both;
use serde_json::json;

const NEW_YORK: &str = "+12125550123";
const TORONTO: &str = "+14165550123";
const KINGSTON: &str = "+18765550123";
const PARIS: &str = "+33612345678";

both!(marketing_to_american_area_codes_is_skipped_and_to_their_neighbours_sent, |app| {
    let shop = app.shop().await;
    decides(&shop, json!({})).await;
    let people = [NEW_YORK, TORONTO, KINGSTON].map(str::to_string);
    let campaign = shop.launched(app, json!({}), &people).await;
    let stats = shop.until(&campaign, "completed").await;
    assert_eq!((&stats["funnel"]["sent"], &stats["counts"]["skipped"]), (&json!(2), &json!(1)));
    let skipped = shop.recipient(&campaign, NEW_YORK).await;
    assert_eq!(skipped["reason_code"], "us_marketing", "{skipped}");
    let order = json!({"template_id": shop.utility, "variables": {"1": {"value": "Ana"}}});
    let order = shop.launched(app, order, &people).await;
    assert_eq!(shop.until(&order, "completed").await["funnel"]["sent"], 3);
    decides(&shop, json!({"us_marketing": true})).await;
    let tried = shop.launched(app, json!({}), &people).await;
    assert_eq!(shop.until(&tried, "completed").await["funnel"]["sent"], 3);
});

both!(no_template_goes_to_a_blocked_country, |app| {
    let shop = app.shop().await;
    decides(&shop, json!({"blocked_countries": ["FR", "JM"]})).await;
    let people = [PARIS, TORONTO, KINGSTON].map(str::to_string);
    let order = json!({"template_id": shop.utility, "variables": {"1": {"value": "Ana"}}});
    let order = shop.launched(app, order, &people).await;
    let stats = shop.until(&order, "completed").await;
    assert_eq!((&stats["funnel"]["sent"], &stats["counts"]["skipped"]), (&json!(1), &json!(2)));
    assert_eq!(stats["reasons"][0]["reason_code"], "country_blocked");
});

both!(a_country_blocked_after_the_launch_is_blocked_at_the_claim, |app| {
    let shop = app.shop().await;
    decides(&shop, json!({})).await;
    let people = vec![PARIS.to_string()];
    let campaign = shop.campaign(app, json!({}), &people).await;
    shop.steer(&campaign, "launch").await.ok();
    shop.until_stats(&campaign, "the launch to be over", |stats| stats["status"] != "preparing").await;
    // it may have gone by now; the next one does not
    decides(&shop, json!({"blocked_countries": ["FR"]})).await;
    shop.customer(app, PARIS, Some("opted_in"), &[]).await;
    let body = json!({
        "sender_id": shop.sender, "to": PARIS,
        "template": {"template_id": shop.marketing, "variables": {"1": "Ana"}},
    });
    let id = shop.created("/api/v1/messages", body).await;
    let skipped = shop.until_message(&id, "skipped").await;
    assert_eq!(skipped["reason_code"], "country_blocked");
});
