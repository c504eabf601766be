//! Messages that ask the person for something of theirs.

use super::{InteractiveHeader, check_texts};
use crate::content::choice::parts;
use crate::content::faults::Faults;
use std::collections::BTreeMap;

/// Longest single value of an address, and most values. The provider names no limits.
const VALUE: usize = 512;
const VALUES: usize = 30;

parts! {
    /// Asks where the person is; the answer is an inbound location.
    pub struct LocationRequest {
        /// What it says: at most 1,024 characters.
        pub body: String,
    }

    /// Asks whether the business may call.
    pub struct CallPermissionRequest {
        /// What it says: at most 1,024 characters.
        pub body: Option<String>,
    }

    /// Asks a person whose number is hidden for it.
    pub struct ContactRequest {
        /// What it says: at most 1,024 characters.
        pub body: String,
    }

    /// Asks for a postal address (India and Singapore); the answer is an inbound form.
    pub struct AddressRequest {
        /// Above the body.
        pub header: Option<InteractiveHeader>,
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// The country, like `IN`.
        pub country: String,
        /// What is filled in already, by WhatsApp's names of the fields: `name`, `in_pin_code`, ….
        pub values: Option<BTreeMap<String, String>>,
        /// Addresses the person may choose from.
        pub saved_addresses: Option<Vec<SavedAddress>>,
        /// What is wrong with an address given before, by field.
        pub validation_errors: Option<BTreeMap<String, String>>,
    }

    /// An address that was given earlier.
    pub struct SavedAddress {
        /// Your id of it.
        pub id: String,
        /// Its fields, by WhatsApp's names.
        pub value: BTreeMap<String, String>,
    }
}

impl AddressRequest {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        check_texts(at, self.header.as_ref(), &self.body, self.footer.as_deref(), faults);
        if self.country.len() != 2 || !self.country.bytes().all(|b| b.is_ascii_uppercase()) {
            faults.add(format!("{at}.country"), "invalid_country", "must be a country code like IN");
        }
        let saved = self.saved_addresses.iter().flatten().enumerate();
        let saved = saved.map(|(index, address)| (format!("saved_addresses[{index}].value"), &address.value));
        let given = [("values", &self.values), ("validation_errors", &self.validation_errors)]
            .into_iter()
            .filter_map(|(field, values)| Some((field.to_string(), values.as_ref()?)));
        for (field, values) in given.chain(saved) {
            faults.count(format!("{at}.{field}"), values.len(), 1, VALUES);
            for (name, value) in values {
                faults.text(format!("{at}.{field}.{name}"), value, VALUE);
            }
        }
        faults.count(
            format!("{at}.saved_addresses"),
            self.saved_addresses.as_ref().map_or(0, Vec::len),
            0,
            VALUES,
        );
    }
}
