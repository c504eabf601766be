//! The words of two customers who are one person.

use super::ConsentState;
use super::record::{Said, event};
use crate::context::Tx;
use crate::customers::Customer;
use crate::error::Result;
use crate::events;
use sea_orm::{ConnectionTrait, Statement};

/// Moves the ledger of `gone` to `keep`, who stands by the newest word of both; of two in the same second, the "no".
/// `keep` and `gone` as they stood before.
pub async fn unite(tx: &Tx, keep: &Customer, gone: &Customer) -> Result<()> {
    let ledger = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE consent_events SET customer_id = $1 WHERE customer_id = $2 AND organization_id = $3",
        [keep.id.into(), gone.id.into(), keep.organization_id.into()],
    );
    tx.conn().execute_raw(ledger).await?;
    let word = newest(keep, gone);
    let stand = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE customers SET marketing_consent = $2, marketing_consent_at = $3, marketing_consent_source = $4
         WHERE id = $1",
        [
            keep.id.into(),
            word.marketing_consent.into(),
            word.marketing_consent_at.into(),
            word.marketing_consent_source.clone().into(),
        ],
    );
    tx.conn().execute_raw(stand).await?;
    if word.marketing_consent == keep.marketing_consent {
        return Ok(());
    }
    let said = Said {
        customer: keep.id,
        state: word.marketing_consent,
        source: word.marketing_consent_source.clone().unwrap_or_default(),
        evidence: None,
        at: word.marketing_consent_at.unwrap_or_else(|| tx.now()),
    };
    events::record(tx.conn(), tx.clock(), &[event(keep.organization_id, &said)]).await
}

fn newest<'a>(keep: &'a Customer, gone: &'a Customer) -> &'a Customer {
    let second = |customer: &Customer| customer.marketing_consent_at.map(|at| at.0 / 1_000);
    let rank = |customer: &Customer| {
        (
            second(customer),
            customer.marketing_consent == ConsentState::OptedOut,
            customer.marketing_consent_at,
        )
    };
    if rank(gone) > rank(keep) { gone } else { keep }
}
