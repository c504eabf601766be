//! What the sending policy says of one message at one moment. The claim asks it of every row it has won, and expansion of
//! every recipient, so that nobody has to be looked at twice who cannot be sent to now.

use super::Purpose;
use crate::clock::Timestamp;
use crate::phone::Phone;
use crate::policy::hours::Places;
use crate::policy::{SendingPolicy, zones};
use crate::senders::port::Quality;
use chrono_tz::Tz;
use std::borrow::Cow;
use std::time::Duration;

/// A number that is red is looked at again after this long.
const RED_REST: Duration = Duration::from_secs(600);

/// What the policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// It may go.
    Send,
    /// Not before this moment.
    Wait(Timestamp, &'static str),
    /// Not at all.
    Skip(&'static str),
}

/// One message, as far as the policy cares.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Why it is sent.
    pub purpose: Purpose,
    /// Where it goes.
    pub phone: Option<&'a Phone>,
    /// Or there.
    pub bsuid: Option<&'a str>,
    /// Where the person lives, if somebody said.
    pub time_zone: Option<&'a str>,
    /// How the number it goes from is doing.
    pub quality: Option<Quality>,
}

/// Judges one message at `now`.
pub fn judge(policy: &SendingPolicy, case: &Case<'_>, now: Timestamp) -> Ruling {
    // an answer to somebody who wrote is nobody's campaign
    if case.purpose == Purpose::Service {
        return Ruling::Send;
    }
    let marketing = case.purpose == Purpose::Marketing;
    if !policy.blocked_countries.is_empty() && case.country().is_some_and(|country| policy.blocks(&country)) {
        return Ruling::Skip("country_blocked");
    }
    if marketing && !policy.us_marketing && case.is_in_the_us() {
        return Ruling::Skip("us_marketing");
    }
    if marketing && policy.hold_while_red && case.quality == Some(Quality::Red) {
        return Ruling::Wait(now.plus(RED_REST), "sender_quality");
    }
    let Some(hours) = policy.marketing_hours.as_ref().filter(|_| marketing) else { return Ruling::Send };
    let zones = case.places();
    match hours.next_open(Places { zones: &zones, fallback: policy.fallback() }, now) {
        Some(open) if open <= now => Ruling::Send,
        Some(open) => Ruling::Wait(open, "quiet_hours"),
        None => Ruling::Skip("never_open"),
    }
}

impl Case<'_> {
    /// The zones the person may be in: the one somebody said, else those of their number; none when nothing tells.
    pub(crate) fn places(&self) -> Cow<'static, [Tz]> {
        let named = self.time_zone.and_then(zones::parse);
        zones::of_person(named, self.phone.map(Phone::digits), self.bsuid)
    }

    /// ISO 3166.
    fn country(&self) -> Option<String> {
        match (self.phone, self.bsuid) {
            (Some(phone), _) => phone.country(),
            (None, bsuid) => bsuid.map(|bsuid| country_of(bsuid).to_string()),
        }
    }

    /// A number with an area code of the United States: neither Canada nor the Caribbean, which share the +1.
    fn is_in_the_us(&self) -> bool {
        match self.phone {
            Some(phone) => phone.digits().starts_with('1') && phone.country().as_deref() == Some("US"),
            None => self.bsuid.is_some_and(|bsuid| country_of(bsuid) == "US"),
        }
    }
}

/// A BSUID begins with its owner's country (Meta, "Business-scoped user IDs").
fn country_of(bsuid: &str) -> &str {
    bsuid.split_once('.').map_or("", |(country, _)| country)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::hours::Hours;

    fn policy() -> SendingPolicy {
        SendingPolicy {
            marketing_hours: Some(Hours::parse("09:00", "21:00", true).unwrap()),
            time_zone: None,
            frequency: None,
            blocked_countries: vec!["FR".into()],
            us_marketing: false,
            hold_while_red: true,
        }
    }

    fn at(text: &str) -> Timestamp {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc().into()
    }

    fn ruling(
        purpose: Purpose,
        number: &str,
        zone: Option<&str>,
        quality: Option<Quality>,
        now: &str,
    ) -> Ruling {
        let phone = Phone::from_wa_id(number).unwrap();
        let case = Case { purpose, phone: Some(&phone), bsuid: None, time_zone: zone, quality };
        judge(&policy(), &case, at(now))
    }

    #[test]
    fn marketing_waits_for_the_morning_where_the_person_lives() {
        let india = |now| ruling(Purpose::Marketing, "919876543210", None, None, now);
        assert_eq!(india("2026-11-27T03:30:00Z"), Ruling::Send, "nine in the morning");
        assert_eq!(india("2026-11-27T15:29:59Z"), Ruling::Send, "a second to nine");
        let morning = Ruling::Wait(at("2026-11-28T03:30:00Z"), "quiet_hours");
        assert_eq!(india("2026-11-27T15:30:00Z"), morning);
        let moved =
            ruling(Purpose::Marketing, "919876543210", Some("Europe/Berlin"), None, "2026-11-27T15:30:00Z");
        assert_eq!(moved, Ruling::Send, "what somebody said about the person counts more than the number");
        assert_eq!(
            ruling(Purpose::Utility, "919876543210", None, None, "2026-11-27T20:00:00Z"),
            Ruling::Send
        );
    }

    #[test]
    fn marketing_to_the_united_states_is_skipped_and_to_its_neighbours_is_not() {
        let noon = "2026-11-27T18:00:00Z";
        assert_eq!(ruling(Purpose::Marketing, "12125550123", None, None, noon), Ruling::Skip("us_marketing"));
        for neighbour in ["14165550123", "18765550123"] {
            assert_eq!(ruling(Purpose::Marketing, neighbour, None, None, noon), Ruling::Send, "{neighbour}");
        }
        assert_eq!(ruling(Purpose::Utility, "12125550123", None, None, noon), Ruling::Send);
        let person = Case {
            purpose: Purpose::Marketing,
            phone: None,
            bsuid: Some("US.13491208655302741918"),
            time_zone: None,
            quality: None,
        };
        assert_eq!(judge(&policy(), &person, at(noon)), Ruling::Skip("us_marketing"));
    }

    #[test]
    fn a_blocked_country_gets_no_template_and_a_red_number_sends_no_marketing() {
        let noon = "2026-11-27T12:00:00Z";
        for purpose in [Purpose::Marketing, Purpose::Utility, Purpose::Authentication] {
            assert_eq!(ruling(purpose, "33612345678", None, None, noon), Ruling::Skip("country_blocked"));
        }
        assert_eq!(ruling(Purpose::Service, "33612345678", None, None, noon), Ruling::Send);
        let red = |purpose| ruling(purpose, "4915112345678", None, Some(Quality::Red), noon);
        assert!(matches!(red(Purpose::Marketing), Ruling::Wait(_, "sender_quality")));
        assert_eq!(red(Purpose::Utility), Ruling::Send);
    }
}
