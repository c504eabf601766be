//! Address-book cards, as a phone keeps them.

use super::choice::parts;
use super::faults::Faults;

/// Longest single value on a card, and most values of a kind. The provider names no limits; phones show no more.
const VALUE: usize = 1_000;
const MOST: usize = 50;
/// Most cards in one message.
const CARDS: usize = 50;

parts! {
    /// One person or company.
    pub struct ContactCard {
        /// What they are called.
        pub name: ContactName,
        /// Their telephone numbers.
        pub phones: Option<Vec<ContactPhone>>,
        /// Their e-mail addresses.
        pub emails: Option<Vec<ContactEmail>>,
        /// Their web sites.
        pub urls: Option<Vec<ContactUrl>>,
        /// Their postal addresses.
        pub addresses: Option<Vec<ContactAddress>>,
        /// Where they work.
        pub org: Option<ContactOrganization>,
        /// The day they were born, as `1999-01-23`.
        pub birthday: Option<String>,
    }

    /// A name in its parts.
    pub struct ContactName {
        /// The whole name, as it is shown.
        pub formatted_name: String,
        /// First name.
        pub first_name: Option<String>,
        /// Last name.
        pub last_name: Option<String>,
        /// Middle name.
        pub middle_name: Option<String>,
        /// What stands before it, like `Dr.`.
        pub prefix: Option<String>,
        /// What stands after it, like `Jr.`.
        pub suffix: Option<String>,
    }

    /// A telephone number.
    pub struct ContactPhone {
        /// The number.
        pub phone: String,
        /// Like `Mobile` or `Work`.
        pub r#type: Option<String>,
        /// The number as WhatsApp spells it; with it, the card has a button to write there.
        pub wa_id: Option<String>,
    }

    /// An e-mail address.
    pub struct ContactEmail {
        /// The address.
        pub email: String,
        /// Like `Work`.
        pub r#type: Option<String>,
    }

    /// A web site.
    pub struct ContactUrl {
        /// Its address.
        pub url: String,
        /// Like `Company`.
        pub r#type: Option<String>,
    }

    /// A postal address.
    pub struct ContactAddress {
        /// Street and number.
        pub street: Option<String>,
        /// City.
        pub city: Option<String>,
        /// State or province.
        pub state: Option<String>,
        /// Postal code.
        pub zip: Option<String>,
        /// Country.
        pub country: Option<String>,
        /// The country's code, like `us`.
        pub country_code: Option<String>,
        /// Like `Office`.
        pub r#type: Option<String>,
    }

    /// A company and somebody's place in it.
    pub struct ContactOrganization {
        /// The company.
        pub company: Option<String>,
        /// The department.
        pub department: Option<String>,
        /// The person's title.
        pub title: Option<String>,
    }
}

pub(super) fn check(cards: &[ContactCard], at: &str, faults: &mut Faults) {
    faults.count(at.into(), cards.len(), 1, CARDS);
    for (index, card) in cards.iter().enumerate() {
        card.check(&format!("{at}[{index}]"), faults);
    }
}

impl ContactCard {
    fn check(&self, at: &str, faults: &mut Faults) {
        faults.text(format!("{at}.name.formatted_name"), &self.name.formatted_name, VALUE);
        let birthday = self.birthday.as_deref();
        if birthday.is_some_and(|day| chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err()) {
            faults.add(format!("{at}.birthday"), "invalid_date", "must be a day like 1999-01-23");
        }
        let phones = self.phones.iter().flatten().map(|phone| phone.phone.as_str());
        check_values(phones, at, "phones", "phone", faults);
        let emails = self.emails.iter().flatten().map(|email| email.email.as_str());
        check_values(emails, at, "emails", "email", faults);
        let urls = self.urls.iter().flatten().map(|url| url.url.as_str());
        check_values(urls, at, "urls", "url", faults);
        let addresses = self.addresses.as_ref().map_or(0, Vec::len);
        faults.count(format!("{at}.addresses"), addresses, 0, MOST);
    }
}

fn check_values<'a>(
    values: impl Iterator<Item = &'a str>,
    at: &str,
    list: &str,
    field: &str,
    faults: &mut Faults,
) {
    let mut n = 0;
    for (index, value) in values.enumerate() {
        faults.text(format!("{at}.{list}[{index}].{field}"), value, VALUE);
        n = index + 1;
    }
    faults.count(format!("{at}.{list}"), n, 0, MOST);
}
