//! Words, places and reactions.

use super::choice::parts;
use super::faults::Faults;

/// Longest free text.
const TEXT: usize = 4_096;
/// Longest name or address of a place. The provider names no limit.
const PLACE: usize = 1_000;
/// Longest emoji: families of several people joined together have about ten characters.
const EMOJI: usize = 20;

parts! {
    /// Free text.
    pub struct Text {
        /// What it says: 1 to 4,096 characters.
        pub body: String,
        /// Whether the first link in it is shown with a preview; true when not given.
        pub preview_url: Option<bool>,
    }

    /// A place on the map.
    pub struct Location {
        /// Degrees north, from -90 to 90.
        pub latitude: f64,
        /// Degrees east, from -180 to 180.
        pub longitude: f64,
        /// What the place is called.
        pub name: Option<String>,
        /// Its postal address, shown below the name.
        pub address: Option<String>,
    }

    /// An emoji under a message of the same conversation. WhatsApp reports only that it was sent.
    pub struct Reaction {
        /// Under which message: its id (`msg_…`), or WhatsApp's (`wamid.…`).
        pub message_id: String,
        /// One emoji; left out or empty, an earlier reaction is taken away.
        pub emoji: Option<String>,
    }
}

impl Text {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        faults.text(format!("{at}.body"), &self.body, TEXT);
    }
}

impl Location {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        for (field, degrees, most) in
            [("latitude", self.latitude, 90.0), ("longitude", self.longitude, 180.0)]
        {
            if !(-most..=most).contains(&degrees) {
                faults.add(
                    format!("{at}.{field}"),
                    "out_of_range",
                    format!("must be from -{most} to {most} degrees"),
                );
            }
        }
        faults.optional(format!("{at}.name"), self.name.as_deref(), PLACE);
        faults.optional(format!("{at}.address"), self.address.as_deref(), PLACE);
    }
}

impl Reaction {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        let emoji = self.emoji.as_deref().unwrap_or_default();
        let plain = |c: char| c.is_alphabetic() || c.is_whitespace() || c.is_control();
        let one = emoji.chars().count() <= EMOJI && !emoji.contains(plain) && !emoji.is_ascii();
        if !emoji.is_empty() && !one {
            faults.add(
                format!("{at}.emoji"),
                "invalid_emoji",
                "give one emoji, or none to take a reaction away",
            );
        }
    }
}
