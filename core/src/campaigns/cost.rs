//! What a campaign is expected to cost and what it cost so far, by market and category.
//!
//! Added up from its messages when somebody asks, which is seldom: unlike the numbers people watch, costs have no
//! counters that every status would have to move.

use super::queries;
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::ids::CampaignId;
use crate::pricing::Card;
use sea_orm::{FromQueryResult, Statement};

/// Messages and what they cost, in millionths of the card's currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amounts {
    /// How many were or are to be sent, those that failed among them.
    pub messages: i64,
    /// What they were expected to cost; `None` when that is unknown of all.
    pub estimated: Option<i64>,
    /// What the delivered ones cost; `None` when that is unknown of all.
    pub actual: Option<i64>,
    /// How many were charged.
    pub charged: i64,
    /// How many were delivered free of charge.
    pub free: i64,
    /// Of how many it was unknown what they would cost; they are not in `estimated`.
    pub estimate_unknown: i64,
    /// Of how many delivered ones it is unknown what they cost; they are not in `actual`.
    pub cost_unknown: i64,
}

/// The messages of one market and category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its code; `None` when it is unknown.
    pub market: Option<String>,
    /// As what they are charged, in the provider's words; their purpose while nothing was told.
    pub category: String,
    /// What they cost.
    pub amounts: Amounts,
}

/// A campaign's costs.
#[derive(Debug, Clone)]
pub struct Cost {
    /// The card that holds now.
    pub card: &'static Card,
    /// All of it.
    pub totals: Amounts,
    /// By market and category, the most messages first.
    pub lines: Vec<Line>,
}

#[derive(FromQueryResult)]
struct Row {
    market: Option<String>,
    category: String,
    messages: i64,
    estimated: Option<i64>,
    actual: Option<i64>,
    charged: i64,
    free: i64,
    estimate_unknown: i64,
    cost_unknown: i64,
}

impl From<Row> for Line {
    fn from(row: Row) -> Self {
        let Row { market, category, messages, charged, free, estimate_unknown, cost_unknown, .. } = row;
        // a sum of nothing is 0, and a sum of what nobody knows is not
        let estimated = row.estimated.or((estimate_unknown == 0).then_some(0));
        let actual = row.actual.or((cost_unknown == 0).then_some(0));
        let amounts = Amounts { messages, estimated, actual, charged, free, estimate_unknown, cost_unknown };
        Self { market, category, amounts }
    }
}

/// What a campaign cost so far. Whoever was left out before anything was sent is not counted.
///
/// # Errors
/// `NotFound`.
pub async fn cost(ctx: &Ctx, id: CampaignId) -> Result<Cost> {
    queries::get(ctx, id).await?;
    let card = Card::nearest(ctx.now()).ok_or_else(|| Error::internal("there is no rate card"))?;
    let select = Statement::from_sql_and_values(
        ctx.db.backend(),
        "SELECT market, COALESCE(pricing_category, purpose) AS category, COUNT(*) AS messages,
            CAST(SUM(estimated_cost) AS BIGINT) AS estimated, CAST(SUM(cost) AS BIGINT) AS actual,
            COUNT(CASE WHEN cost > 0 THEN 1 END) AS charged, COUNT(CASE WHEN cost = 0 THEN 1 END) AS free,
            COUNT(CASE WHEN estimated_cost IS NULL THEN 1 END) AS estimate_unknown,
            COUNT(CASE WHEN cost IS NULL AND status IN ('delivered', 'read') THEN 1 END) AS cost_unknown
         FROM messages
         WHERE campaign_id = $1 AND organization_id = $2 AND status <> 'planned'
            AND (status NOT IN ('skipped', 'opted_out', 'cancelled') OR estimated_cost IS NOT NULL)
         GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        [id.into(), ctx.organization.into()],
    );
    let rows = Row::find_by_statement(select).all(ctx.db.read()).await?;
    let lines: Vec<Line> = rows.into_iter().map(Line::from).collect();
    Ok(Cost { card, totals: total(&lines), lines })
}

fn total(lines: &[Line]) -> Amounts {
    let known = |amount: fn(&Amounts) -> Option<i64>| {
        let known: Vec<_> = lines.iter().filter_map(|line| amount(&line.amounts)).collect();
        (lines.is_empty() || !known.is_empty()).then(|| known.iter().sum())
    };
    let sum = |count: fn(&Amounts) -> i64| lines.iter().map(|line| count(&line.amounts)).sum();
    Amounts {
        messages: sum(|amounts| amounts.messages),
        estimated: known(|amounts| amounts.estimated),
        actual: known(|amounts| amounts.actual),
        charged: sum(|amounts| amounts.charged),
        free: sum(|amounts| amounts.free),
        estimate_unknown: sum(|amounts| amounts.estimate_unknown),
        cost_unknown: sum(|amounts| amounts.cost_unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(estimated: Option<i64>, unknown: i64) -> Line {
        let amounts = Amounts { messages: 1, estimated, cost_unknown: unknown, ..Amounts::default() };
        Line { market: None, category: "marketing".into(), amounts }
    }

    #[test]
    fn a_sum_is_unknown_only_when_every_part_is() {
        let all = total(&[line(Some(3), 0), line(None, 1), line(Some(4), 0)]);
        assert_eq!((all.messages, all.estimated, all.actual, all.cost_unknown), (3, Some(7), None, 1));
        assert_eq!(total(&[line(None, 1)]).estimated, None);
        assert_eq!(total(&[]).estimated, Some(0), "nothing costs nothing");
    }
}
