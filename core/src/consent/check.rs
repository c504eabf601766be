//! Who may be messaged about what: the rule, once for people in memory and once for the claim's statement.
//!
//! Marketing needs a yes. What a person did themselves, an order or an appointment, they gave their number for: it is
//! sent unless they said no. A one-time code they ask for this very moment, and an answer inside the window they opened,
//! are never held back.

use super::{ConsentState, Purpose};
use crate::customers::Customer;

/// True of a row of `messages` whose person may be messaged about its purpose.
pub const ALLOWED: &str = "(CASE messages.purpose
    WHEN 'marketing' THEN EXISTS (SELECT 1 FROM customers
        WHERE customers.id = messages.customer_id AND customers.marketing_consent = 'opted_in')
    WHEN 'utility' THEN NOT EXISTS (SELECT 1 FROM customers
        WHERE customers.id = messages.customer_id AND customers.utility_consent = 'opted_out')
    ELSE TRUE END)";

/// Why such a row may not go.
pub const REASON: &str = "CASE messages.purpose WHEN 'utility' THEN 'opted_out' ELSE 'no_consent' END";

/// Why this person may not be messaged about this; `None`: they may.
pub fn refusal(purpose: Purpose, customer: &Customer) -> Option<&'static str> {
    let (marketing, utility) = (customer.marketing_consent, customer.utility_consent);
    match purpose {
        Purpose::Marketing => match marketing {
            ConsentState::OptedIn => None,
            ConsentState::OptedOut => Some("opted_out"),
            ConsentState::Unasked | ConsentState::Pending => Some("no_consent"),
        },
        Purpose::Utility => (utility == ConsentState::OptedOut).then_some("opted_out"),
        Purpose::Authentication | Purpose::Service => None,
    }
}
