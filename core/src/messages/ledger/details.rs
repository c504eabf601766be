//! What news says beyond how far a message got: its price, its conversation, and who its recipient turned out to be.

use crate::clock::Timestamp;
use crate::customers::meet::Identity;

/// What a message costs, in the provider's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pricing {
    /// As what it is charged: `marketing`, `utility`, `service`, ….
    pub category: Option<String>,
    /// Why it costs something or not: `regular`, `free_customer_service`, `free_entry_point`.
    pub kind: Option<String>,
    /// How it is charged: `PMP` (per message), formerly `CBP`.
    pub model: Option<String>,
    /// Whether it is charged.
    pub billable: Option<bool>,
}

/// The conversation a message was counted in, where the provider still counts conversations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// The provider's id.
    pub id: String,
    /// What opened it.
    pub origin: Option<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// What news says beside the fact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// What the message costs.
    pub pricing: Option<Pricing>,
    /// The conversation it was counted in.
    pub conversation: Option<Conversation>,
    /// Who got it.
    pub recipient: Identity,
    /// The provider took it, and holds it back until it has judged the template by its first messages.
    pub held_for_quality: bool,
}

/// The price and conversation of a row. The latest heard counts: Meta tells the same with each status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::messages) struct Charge {
    pub(in crate::messages) pricing: Pricing,
    pub(super) conversation: Conversation,
}

impl Charge {
    /// Adds what was told; what was not told stays.
    pub(super) fn add(&mut self, details: &Details) {
        fn put<T: Clone>(known: &mut Option<T>, told: &Option<T>) {
            if told.is_some() {
                known.clone_from(told);
            }
        }
        if let Some(told) = &details.pricing {
            put(&mut self.pricing.category, &told.category);
            put(&mut self.pricing.kind, &told.kind);
            put(&mut self.pricing.model, &told.model);
            put(&mut self.pricing.billable, &told.billable);
        }
        if let Some(told) = &details.conversation {
            self.conversation.id.clone_from(&told.id);
            put(&mut self.conversation.origin, &told.origin);
            put(&mut self.conversation.expires_at, &told.expires_at);
        }
    }
}
