//! An audience as a piece of SQL: the people a campaign would go to, before any of them is judged.

use super::audience::Audience;
use super::entity::Model;
use super::outcome;
use crate::error::Result;
use sea_orm::Value;

const NONE: &str = "CAST(NULL AS TEXT)";

/// `FROM …` over `customers`, with its two parameters `$1` and `$2`.
pub(super) struct Whom {
    from: &'static str,
    /// What each of them was given when they were added.
    own_variables: &'static str,
    params: [Value; 2],
}

impl Whom {
    /// The people of a campaign.
    pub(super) fn of(campaign: &Model) -> Result<Self> {
        let organization = campaign.organization_id;
        Ok(match campaign.audience()? {
            Audience::Listed => Self {
                from: "FROM messages JOIN customers ON customers.id = messages.customer_id
                     WHERE messages.campaign_id = $1 AND CAST($2 AS TEXT) IS NOT NULL AND messages.status = 'planned'",
                own_variables: "messages.variables",
                params: [campaign.id.into(), "".into()],
            },
            Audience::Outcome { campaign, outcome } => Self {
                from: outcome::from(outcome),
                own_variables: NONE,
                params: [campaign.into(), "".into()],
            },
            Audience::Tag { tag } => Self {
                from: "FROM customers JOIN customer_tags ON customer_tags.customer_id = customers.id
                     WHERE customers.organization_id = $1 AND customer_tags.organization_id = $1
                        AND customer_tags.tag = $2",
                own_variables: NONE,
                params: [organization.into(), tag.into()],
            },
            Audience::OptedIn => Self {
                from: "FROM customers WHERE customers.organization_id = $1 AND CAST($2 AS TEXT) IS NOT NULL
                     AND customers.marketing_consent = 'opted_in'",
                own_variables: NONE,
                params: [organization.into(), "".into()],
            },
        })
    }

    /// From whom, with the conditions of the audience.
    pub(super) fn from(&self) -> &'static str {
        self.from
    }

    /// What SQL calls the values a person was given when they were added; NULL where nobody was.
    pub(super) fn own_variables(&self) -> &'static str {
        self.own_variables
    }

    /// Its parameters, and others after them from `$3` on.
    pub(super) fn params(&self, more: impl IntoIterator<Item = Value>) -> Vec<Value> {
        self.params.iter().cloned().chain(more).collect()
    }
}
