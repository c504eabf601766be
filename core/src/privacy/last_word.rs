//! What outlives a person's data: their last word on marketing. The consent ledger goes with the customer; that a "no"
//! was said, and when, stays with the erasure, which names nobody.

use crate::clock::Timestamp;
use crate::consent::ConsentState;
use crate::customers::Customer;

/// The newest word of a person's rows, taken while they are still there; `None` when they never said anything.
pub fn newest(rows: &[Customer]) -> Option<(ConsentState, Timestamp)> {
    let said = rows.iter().filter_map(|row| Some((row.marketing_consent, row.marketing_consent_at?)));
    said.max_by_key(|(_, at)| *at)
}
