//! Examples of what messages cost, and of what a campaign would come to.

use super::{at, id, money};
use serde_json::{Value, json};

pub(super) fn answers() -> Vec<(&'static str, Value)> {
    let amounts = json!({
        "messages": 500, "estimated": money(5_900_000, "5.90"), "actual": money(3_422_000, "3.422"), "charged": 290,
        "free": 0, "estimate_unknown": 0, "cost_unknown": 0,
    });
    let card = json!({
        "currency": "USD", "effective_from": "2026-10-01",
        "source": "A third party's copy of Meta's rate card in USD, downloaded on 2026-10-09; not Meta's own file.",
        "confidence": "Second-hand; compare it with Meta's own file before you bill anybody by it.",
    });
    let line = json!({ "market": "IN", "market_name": "India", "category": "marketing", "amounts": amounts.clone() });
    let market = json!({ "market": "IN", "market_name": "India", "messages": 4_310, "cost": money(50_858_000, "50.858") });
    vec![
        (
            "CampaignCost",
            json!({ "campaign_id": id("cmp"), "rate_card": card.clone(), "totals": amounts, "markets": [line] }),
        ),
        (
            "Preflight",
            json!({
                "campaign_id": id("cmp"), "looked_at": at(30), "people": 4_600, "reachable": 4_310, "waiting": 0,
                "duplicates": 0,
                "excluded": [{
                    "reason": "This person has not agreed to marketing messages.", "reason_code": "no_consent",
                    "people": 290,
                }],
                "missing_variables": [{ "variable": "1", "people": 2, "examples": ["+919876543210"] }],
                "values": { "tried": 500, "unfit": 0, "examples": [] },
                "cost": {
                    "rate_card": card, "total": money(50_858_000, "50.858"), "unknown": 0, "markets": [market],
                },
                "portfolio": {
                    "portfolio_id": "100000000000002", "limit": 2_000, "used": 150, "overrun": true,
                },
                "per_minute": 4_800, "days": [1_850, 2_000, 460], "finishes_at": at(40),
                "problems": [{
                    "code": "plan_not_accepted",
                    "message": "WhatsApp lets these numbers write first to 2000 people a day: set `multi_day`.",
                }],
            }),
        ),
    ]
}
