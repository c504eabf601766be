//! People by what another campaign came to with them: the audience of a second message.
//!
//! Read from the ledger when the campaign is launched and expanded, so who got or read the first message meanwhile is
//! left out of the second.

use super::audience::Audience;
use super::entity::{Column, Entity};
use crate::context::{Ctx, Tx};
use crate::customers;
use crate::db::Owned;
use crate::error::{Problem, Result};
use crate::ids::CampaignId;
use crate::messages::MessageStatus;
use crate::messages::entity::Column as Of;
use crate::words::words;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, QueryFilter};

words! {
    /// What a campaign came to with a person.
    pub enum Outcome {
        /// It is not known to have arrived, whether it was refused, is on its way or in doubt.
        NotDelivered = "not_delivered",
        /// It arrived and is not known to have been read.
        NotRead = "not_read",
        /// It arrived and was not answered.
        NotReplied = "not_replied",
        /// It will not arrive.
        Failed = "failed",
    }
}

impl Outcome {
    /// Where their messages stand.
    fn statuses(self) -> &'static [MessageStatus] {
        use MessageStatus::{Accepted, Delivered, Failed, Read, Sent, Unknown};
        match self {
            Self::NotDelivered => &[Accepted, Sent, Unknown, Failed],
            Self::NotRead => &[Delivered],
            Self::NotReplied => &[Delivered, Read],
            Self::Failed => &[Failed],
        }
    }
}

/// What a launch counts people from: `$1` is the other campaign.
pub(super) fn from(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotDelivered => {
            "FROM customers JOIN messages ON messages.customer_id = customers.id
             WHERE messages.campaign_id = $1 AND CAST($2 AS TEXT) IS NOT NULL
                AND messages.status IN ('accepted', 'sent', 'unknown', 'failed')"
        }
        Outcome::NotRead => {
            "FROM customers JOIN messages ON messages.customer_id = customers.id
             WHERE messages.campaign_id = $1 AND CAST($2 AS TEXT) IS NOT NULL
                AND messages.status = 'delivered'"
        }
        Outcome::NotReplied => {
            "FROM customers JOIN messages ON messages.customer_id = customers.id
             WHERE messages.campaign_id = $1 AND CAST($2 AS TEXT) IS NOT NULL
                AND messages.status IN ('delivered', 'read') AND messages.responded_at IS NULL"
        }
        Outcome::Failed => {
            "FROM customers JOIN messages ON messages.customer_id = customers.id
             WHERE messages.campaign_id = $1 AND CAST($2 AS TEXT) IS NOT NULL AND messages.status = 'failed'"
        }
    }
}

/// The customers a page of the expansion takes, behind the last one it took. Both sides are walked in the order of the
/// customers' ids, so a page costs what it holds and not what the other campaign holds.
pub(super) fn people(campaign: CampaignId, outcome: Outcome, behind: Option<&str>) -> Expr {
    let customer = (customers::Entity, customers::entity::Column::Id);
    let mut select = Query::select();
    select
        .expr(Expr::val(1))
        .from(crate::messages::Entity)
        .and_where(Of::CampaignId.eq(campaign))
        .and_where(Expr::col((crate::messages::Entity, Of::CustomerId)).equals(customer))
        .and_where(Of::Status.is_in(outcome.statuses().iter().copied()));
    if outcome == Outcome::NotReplied {
        select.and_where(Of::RespondedAt.is_null());
    }
    if let Some(behind) = behind {
        select.and_where(Of::CustomerId.gt(behind));
    }
    Expr::exists(select)
}

/// What is wrong with a draft's audience of this kind.
pub(super) async fn misfit(tx: &Tx, ctx: &Ctx, audience: &Audience) -> Result<Option<Problem>> {
    let Audience::Outcome { campaign, .. } = audience else { return Ok(None) };
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(*campaign)).one(tx.conn()).await?;
    let field = "audience.campaign_id";
    Ok(match found {
        None => Some(Problem::new(field, "unknown_campaign", "there is no such campaign")),
        Some(other) if other.launched_at.is_none() => {
            let message = "this campaign was not launched, so it came to nothing yet; name one that was";
            Some(Problem::new(field, "campaign_not_launched", message))
        }
        Some(other) if other.recipients_erased_at.is_some() => {
            let message = "the recipients of this campaign were anonymised; nobody knows who they were";
            Some(Problem::new(field, "recipients_erased", message))
        }
        Some(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launch_and_an_expansion_mean_the_same_people() {
        for outcome in Outcome::ALL {
            let (launch, page) = (from(*outcome), format!("{:?}", outcome.statuses()).to_lowercase());
            for status in MessageStatus::ALL {
                let named = launch.contains(&format!("'{status}'"));
                assert_eq!(named, outcome.statuses().contains(status), "{outcome}: {status} in {page}");
            }
            assert_eq!(launch.contains("responded_at"), *outcome == Outcome::NotReplied);
        }
    }
}
