//! The words of two customers who are one person.

use super::record::{Said, event};
use super::{ConsentMethod, ConsentPurpose, ConsentState, suppression};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::customers::Customer;
use crate::error::Result;
use crate::events;
use crate::ids::CustomerId;
use sea_orm::{ConnectionTrait, Statement};

/// Moves the ledger of `gone` to `keep`, who stands by the newest word of both; of two in the same second, the "no".
/// `keep` and `gone` as they stood before.
pub async fn unite(tx: &Tx, keep: &Customer, gone: &Customer) -> Result<()> {
    let pair = [keep.id.into(), gone.id.into(), keep.organization_id.into()];
    for sql in [
        "UPDATE consent_events SET customer_id = $1 WHERE customer_id = $2 AND organization_id = $3",
        // one question at a time
        "UPDATE consent_requests SET status = 'overtaken' WHERE customer_id = $2 AND organization_id = $3
            AND status IN ('waiting', 'asked') AND EXISTS (SELECT 1 FROM consent_requests AS mine
                WHERE mine.customer_id = $1 AND mine.purpose = consent_requests.purpose
                  AND mine.status IN ('waiting', 'asked'))",
        "UPDATE consent_requests SET customer_id = $1 WHERE customer_id = $2 AND organization_id = $3",
    ] {
        tx.conn().execute_raw(Statement::from_sql_and_values(tx.backend(), sql, pair.clone())).await?;
    }
    let mut told = Vec::new();
    for purpose in ConsentPurpose::ALL.iter().copied() {
        let (mine, theirs) = (Standing::of(keep, purpose), Standing::of(gone, purpose));
        let mine_state = mine.state;
        let word = if theirs.rank() > mine.rank() { theirs } else { mine };
        let column = purpose.column();
        let stand = Statement::from_sql_and_values(
            tx.backend(),
            format!(
                "UPDATE customers SET {column} = $2, {column}_at = $3, {column}_source = $4, {column}_method = $5
                 WHERE id = $1"
            ),
            [
                keep.id.into(),
                word.state.into(),
                word.at.into(),
                word.source.clone().into(),
                word.method.into(),
            ],
        );
        tx.conn().execute_raw(stand).await?;
        if word.state != mine_state {
            told.push(event(keep.organization_id, &word.said(keep.id, purpose, tx)));
        }
    }
    events::record(tx.conn(), tx.clock(), &told).await?;
    suppression::settle(tx, keep.organization_id, keep.id).await
}

/// Where a customer stands about one purpose.
pub(super) struct Standing {
    pub(super) state: ConsentState,
    pub(super) at: Option<Timestamp>,
    pub(super) source: Option<String>,
    pub(super) method: Option<ConsentMethod>,
}

impl Standing {
    pub(super) fn of(customer: &Customer, purpose: ConsentPurpose) -> Self {
        match purpose {
            ConsentPurpose::Marketing => Self {
                state: customer.marketing_consent,
                at: customer.marketing_consent_at,
                source: customer.marketing_consent_source.clone(),
                method: customer.marketing_consent_method,
            },
            ConsentPurpose::Utility => Self {
                state: customer.utility_consent,
                at: customer.utility_consent_at,
                source: customer.utility_consent_source.clone(),
                method: customer.utility_consent_method,
            },
        }
    }

    /// The same as a word, to be told.
    fn said(&self, customer: CustomerId, purpose: ConsentPurpose, tx: &Tx) -> Said {
        let at = self.at.unwrap_or_else(|| tx.now());
        let method = self.method.unwrap_or(ConsentMethod::Unrecorded);
        Said { source: self.source.clone(), ..Said::by_person(customer, purpose, self.state, method, at) }
    }

    /// The order in which words count: by second, then the "no", then the moment.
    fn rank(&self) -> (Option<i64>, bool, Option<Timestamp>) {
        (self.at.map(|at| at.0 / 1_000), self.state == ConsentState::OptedOut, self.at)
    }
}
