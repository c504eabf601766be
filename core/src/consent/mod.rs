//! Consent: who wants marketing, since when, and how we know. The ledger keeps every word; the customer row the last.

pub mod event_entity;
pub mod record;
mod unite;

pub use record::{Said, record};
pub use unite::unite;

use crate::words::words;

words! {
    /// Whether a person wants marketing messages.
    pub enum ConsentState {
        /// They never said; marketing needs a yes.
        Unasked = "unasked",
        /// Yes.
        OptedIn = "opted_in",
        /// No.
        OptedOut = "opted_out",
    }
}

words! {
    /// Why a message is sent; decides which rules hold.
    pub enum Purpose {
        /// Needs the person's consent.
        Marketing = "marketing",
        /// About something the person did: an order, an appointment.
        Utility = "utility",
        /// A one-time code.
        Authentication = "authentication",
        /// A reply inside the open 24-hour window.
        Service = "service",
    }
}

/// True for a message that means "stop", in the words people use: the whole text, not a word inside a sentence.
pub fn means_stop(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "stop",
        "stop all",
        "stopall",
        "unsubscribe",
        "opt out",
        "optout",
        "opt-out",
        "stop promotions",
        "remove me",
        "baja",
        "parar",
        "sair",
        "arrêt",
        "abmelden",
        "stopp",
        "बंद",
    ];
    let text = text.trim().trim_end_matches(['.', '!']).to_lowercase();
    WORDS.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::means_stop;

    #[test]
    fn only_a_whole_message_means_stop() {
        assert!(["STOP", " Stop. ", "Unsubscribe!", "Stop promotions", "बंद"].iter().all(|t| means_stop(t)));
        assert!(!["", "don't stop", "bus stop 7", "please stop by the shop"].iter().any(|t| means_stop(t)));
    }
}
