//! By what a person is recognised where no id of ours leads to them: in raw webhooks, and in rows of files.
//!
//! Numbers and business-scoped user ids only. A name is not looked for: it would find half a town.

use super::entity::Model;
use crate::phone::{Phone, plain};
use serde::{Deserialize, Serialize};

/// A cell with fewer digits than this is no number of anybody.
const SHORTEST: usize = 8;

/// What names one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Their numbers in every spelling, digits only.
    pub digits: Vec<String>,
    /// Their business-scoped user ids.
    pub bsuids: Vec<String>,
}

impl Named {
    /// Learns what a customer's row says.
    pub fn add(&mut self, customer: &Model) {
        if let Some(phone) = &customer.phone {
            self.add_phone(phone);
        }
        if let Some(phone) = customer.wa_id.as_deref().and_then(Phone::from_wa_id) {
            self.add_phone(&phone);
        }
        customer.bsuid.iter().chain(&customer.parent_bsuid).for_each(|id| self.add_bsuid(id));
    }

    /// Learns a number, with its other spellings.
    pub fn add_phone(&mut self, phone: &Phone) {
        for spelling in phone.spellings() {
            let digits = spelling.digits().to_owned();
            if !self.digits.contains(&digits) {
                self.digits.push(digits);
            }
        }
    }

    /// Learns a user id.
    pub fn add_bsuid(&mut self, id: &str) {
        if !id.is_empty() && !self.bsuids.iter().any(|known| known == id) {
            self.bsuids.push(id.to_owned());
        }
    }

    /// Everything to look for, in no particular order.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.digits.iter().chain(&self.bsuids).map(String::as_str)
    }

    /// True when a text holds one of the marks as a word of its own: a number inside a longer one is another number.
    pub fn in_text(&self, text: &str) -> bool {
        let alone = |mark: &str| {
            text.match_indices(mark).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + mark.len()..].chars().next();
                ![before, after].into_iter().flatten().any(|c| c.is_ascii_alphanumeric())
            })
        };
        self.marks().any(alone)
    }

    /// True when a cell of a file is one of the numbers, as people write them: with or without the country code,
    /// with spaces, dashes, or digits of another script.
    pub fn in_cell(&self, cell: &str) -> bool {
        if self.in_text(cell) {
            return true;
        }
        let digits: String = plain(cell).chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        let theirs = |known: &String| {
            known.ends_with(digits)
                && (known == digits
                    || Phone::from_wa_id(known).is_some_and(|phone| phone.national() == digits))
        };
        digits.len() >= SHORTEST && self.digits.iter().any(theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana() -> Named {
        let mut named = Named::default();
        named.add_phone(&Phone::from_wa_id("919820000001").unwrap());
        named.add_bsuid("IN.4711");
        named
    }

    #[test]
    fn a_number_inside_a_longer_one_names_somebody_else() {
        for text in ["919820000001", "+919820000001", "call 919820000001!", "IN.4711", "{\"id\":\"IN.4711\"}"]
        {
            assert!(ana().in_text(text), "{text}");
        }
        for text in ["", "9198200000011", "1919820000001", "IN.47112", "wamid.919820000001AB", "98200"] {
            assert!(!ana().in_text(text), "{text}");
        }
    }

    #[test]
    fn a_cell_is_read_as_people_write_numbers() {
        for cell in ["98200 00001", "(0) 98200-00001", "+91 98200 00001", "९८२००००००१", "0091 9820000001"]
        {
            assert!(ana().in_cell(cell), "{cell}");
        }
        for cell in ["", "1", "00001", "98200 00002", "198200 00001", "Ana"] {
            assert!(!ana().in_cell(cell), "{cell}");
        }
    }

    #[test]
    fn every_spelling_of_a_number_is_looked_for() {
        let mut named = Named::default();
        named.add_phone(&Phone::from_wa_id("551187654321").unwrap());
        assert!(named.in_text("551187654321") && named.in_text("5511987654321"), "{named:?}");
    }
}
