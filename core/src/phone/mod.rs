//! Phone numbers, parsed once, at the edge.

mod plain;

use phonenumber::{Mode, country};
use sea_orm::DeriveValueType;

pub use plain::plain;

/// A phone number in E.164, like `+919876543210`: valid in its country and, as far as numbering plans tell, able to
/// receive WhatsApp messages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Phone(String);

/// Why a text is no phone number we can send to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPhone {
    /// Not a number of any country.
    #[error("this is not a valid phone number; write it with the country code, like +919876543210")]
    Invalid,
    /// The country code is missing and the organization has no default country.
    #[error("the country code is missing; write the number like +919876543210")]
    NoCountry,
    /// More than one number.
    #[error("there is more than one number here; keep the one that is on WhatsApp")]
    Several,
    /// A landline, pager or service number.
    #[error("this is a landline or service number, which cannot receive WhatsApp messages in bulk")]
    NotMobile,
}

impl BadPhone {
    /// Stable machine code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid => "invalid_phone",
            Self::NoCountry => "phone_without_country",
            Self::Several => "several_phones",
            Self::NotMobile => "phone_not_mobile",
        }
    }
}

impl Phone {
    /// Parses what a person or a system wrote: spaces, dashes, brackets, a leading `00`, digits of any script and
    /// invisible marks are fine.
    ///
    /// `country` (ISO 3166, like `IN`) is used for numbers without a country code.
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, BadPhone> {
        let text = plain(text);
        let text = text.trim();
        if is_several(text) {
            return Err(BadPhone::Several);
        }
        let international = text.strip_prefix("00").map(|rest| format!("+{rest}"));
        let text = international.as_deref().unwrap_or(text);
        let country: Option<country::Id> = country.and_then(|c| c.parse().ok());
        if !text.starts_with('+') && country.is_none() {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            return Err(if digits >= 6 { BadPhone::NoCountry } else { BadPhone::Invalid });
        }
        let number = phonenumber::parse(country, text).map_err(|_| BadPhone::Invalid)?;
        if number.extension().is_some() || !number.is_valid() {
            return Err(BadPhone::Invalid);
        }
        use phonenumber::Type;
        match number.number_type(&phonenumber::metadata::DATABASE) {
            Type::Mobile | Type::FixedLineOrMobile | Type::Unknown | Type::Voip | Type::PersonalNumber => {}
            _ => return Err(BadPhone::NotMobile),
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    /// Takes a WhatsApp id or webhook number (digits, no plus), which the provider vouches for.
    pub fn from_wa_id(digits: &str) -> Option<Self> {
        let digits = digits.strip_prefix('+').unwrap_or(digits);
        let plausible = (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        (plausible && !digits.starts_with('0')).then(|| Self(format!("+{digits}")))
    }

    /// As people dial it, where WhatsApp spells it differently: Brazilian mobiles have a ninth digit, Mexican ones lost
    /// the `1` after the country code in 2019, Argentine ones carry a `9` there (national numbering plans; Meta, "Phone
    /// number formats").
    pub fn dialled(&self) -> Self {
        let digits = self.digits();
        let (country, rest) = digits.split_at(2.min(digits.len()));
        match (country, rest.len()) {
            ("55", 10) if rest.as_bytes()[2] >= b'6' => Self(format!("+55{}9{}", &rest[..2], &rest[2..])),
            ("52", 11) if rest.starts_with('1') => Self(format!("+52{}", &rest[1..])),
            ("54", 10) => Self(format!("+549{rest}")),
            _ => self.clone(),
        }
    }

    /// Every spelling of the same line, this one first. Numbers of most countries have only one.
    pub fn spellings(&self) -> Vec<Self> {
        let dialled = self.dialled();
        let digits = dialled.digits();
        let (country, rest) = digits.split_at(2.min(digits.len()));
        let other = match (country, rest.len()) {
            ("55", 11) if rest.as_bytes()[2] == b'9' && rest.as_bytes()[3] >= b'6' => {
                Some(Self(format!("+55{}{}", &rest[..2], &rest[3..])))
            }
            ("52", 10) => Some(Self(format!("+521{rest}"))),
            ("54", 11) if rest.starts_with('9') => Some(Self(format!("+54{}", &rest[1..]))),
            _ => None,
        };
        let mut all = vec![self.clone()];
        all.extend([Some(dialled), other].into_iter().flatten().filter(|spelling| spelling != self));
        all
    }

    /// Its country (ISO 3166), as numbering plans tell; `None` for a number of no country, like +800.
    pub fn country(&self) -> Option<String> {
        phonenumber::parse(None, &self.0).ok()?.country().id().map(|id| id.as_ref().to_string())
    }

    /// Without country code and leading zeros, as people write numbers at home; empty for a country nobody knows.
    pub fn national(&self) -> &str {
        let code = phonenumber::parse(None, &self.0).map(|number| number.country().code().to_string());
        let rest = code.ok().and_then(|code| self.digits().strip_prefix(code.as_str()));
        rest.unwrap_or_default().trim_start_matches('0')
    }

    /// Without the plus, as WhatsApp writes numbers.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    /// With the leading plus.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether there is a country of this name (ISO 3166, two capital letters) with numbers of its own.
pub fn is_country(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_uppercase()) && name.parse::<country::Id>().is_ok()
}

/// Two numbers in one text: two plus signs, or a sign between two texts that are long enough to be numbers. Parsers
/// take the first of them, or all their digits for one number.
fn is_several(text: &str) -> bool {
    const SHORTEST: usize = 7;
    let long = |part: &&str| part.chars().filter(char::is_ascii_digit).count() >= SHORTEST;
    let parts = text.split(['/', ',', ';', '|', '&', '\n']).flat_map(|part| part.split(" or "));
    text.matches('+').count() > 1 || parts.filter(long).count() > 1
}

impl std::fmt::Display for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_people_write_become_e164() {
        for (text, country) in [
            ("+91 98765 43210", None),
            ("0091 98765-43210", None),
            ("098765 43210", Some("IN")),
            ("9876543210", Some("IN")),
            (" +91(98765)43210 ", None),
            ("+91 098765 43210", None),
            ("919876543210", Some("IN")),
            ("९८७६५४३२१०", Some("IN")),
            ("＋９１ ９８７６５ ４３２１０", None),
            ("\u{202a}+91\u{a0}98765\u{2013}43210\u{202c}", None),
        ] {
            assert_eq!(Phone::parse(text, country).map(|p| p.0).as_deref(), Ok("+919876543210"), "{text}");
        }
    }

    #[test]
    fn the_country_of_a_number_that_shares_its_code_is_told_by_what_follows() {
        for (number, country) in [
            ("12125550123", "US"),
            ("14165550123", "CA"),
            ("18765550123", "JM"),
            ("17875550123", "PR"),
            ("919876543210", "IN"),
            ("77012345678", "KZ"),
            ("79161234567", "RU"),
        ] {
            assert_eq!(Phone::from_wa_id(number).unwrap().country().as_deref(), Some(country), "{number}");
        }
        assert!(is_country("IN") && !is_country("in") && !is_country("XX") && !is_country(""));
    }

    #[test]
    fn one_line_is_known_by_all_its_spellings() {
        let phone = |digits: &str| Phone::from_wa_id(digits).unwrap();
        for (dialled, other) in [
            ("5511987654321", "551187654321"),
            ("525512345678", "5215512345678"),
            ("5491123456789", "541123456789"),
        ] {
            assert_eq!(phone(other).dialled(), phone(dialled));
            assert_eq!(phone(other).spellings(), [phone(other), phone(dialled)]);
            assert_eq!(phone(dialled).spellings(), [phone(dialled), phone(other)]);
        }
        for only in ["919876543210", "551132654321", "16505551234", "552", "5511", "549112345678901"] {
            let only = Phone::from_wa_id(only).unwrap_or_else(|| Phone(format!("+{only}")));
            assert_eq!(only.spellings(), std::slice::from_ref(&only));
        }
    }

    #[test]
    fn what_cannot_be_messaged_is_refused_with_its_reason() {
        for (text, why) in [
            ("9876543210", BadPhone::NoCountry),
            ("hello", BadPhone::Invalid),
            ("", BadPhone::Invalid),
            ("+91 123", BadPhone::Invalid),
            ("+999 1234567890", BadPhone::Invalid),
            ("000919876543210", BadPhone::Invalid),
            ("98765 43210 / 98765 43211", BadPhone::Several),
            ("+919876543210, +919876543211", BadPhone::Several),
            ("+919876543210 +919876543211", BadPhone::Several),
            ("9876543210 or 9876543211", BadPhone::Several),
            ("9.19877E+11", BadPhone::Invalid),
            ("+49 30 901820", BadPhone::NotMobile),
            ("+44 20 7946 0958", BadPhone::NotMobile),
        ] {
            let got = Phone::parse(text, None);
            assert!(got == Err(why) || (text == "9.19877E+11" && got.is_err()), "{text}: {got:?}");
        }
    }
}
