//! What each of Meta's error codes asks of us, and how we say it to the people in the shop.
//!
//! One table for both ways a code arrives, in the answer to a request and in a `failed` status. Codes and titles are
//! those of Meta's error reference (September 2026); the actions are ours, and so is every sentence. Branch on codes,
//! never on HTTP statuses or titles: Meta has stopped publishing the former and announced to drop the latter.

use std::time::Duration;

use crate::senders::port::{
    Action::{self, *},
    Failure, Rule,
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

const fn now(code: i32, action: Action, title: &'static str, plain: &'static str) -> Rule {
    Rule { code, title, action, wait: None, plain }
}

const fn after(seconds: u64, code: i32, action: Action, title: &'static str, plain: &'static str) -> Rule {
    Rule { code, title, action, wait: Some(Duration::from_secs(seconds)), plain }
}

/// Applies to codes that are not in the table.
static UNKNOWN: Rule =
    now(Failure::NO_CODE, Fail, "Unknown error", "WhatsApp refused this message without a reason we know.");

/// The rule for `code`; a cautious default for codes nobody has told us about.
pub fn rule(code: i32) -> &'static Rule {
    known(code).unwrap_or(&UNKNOWN)
}

/// The rule for a failure. A refused object (code 100 with subcode 33) means that the number itself is gone or no
/// longer ours, which concerns every message of that number and not just this one.
pub fn rule_for(failure: &Failure) -> &'static Rule {
    match (failure.code, failure.subcode) {
        (100, Some(33)) => rule(33),
        (code, _) => rule(code),
    }
}

/// The rule for `code`, if Meta documents the code or the range it lies in.
pub(super) fn known(code: i32) -> Option<&'static Rule> {
    // Ranges of which the reference names only the first.
    let listed = match code {
        200..=299 => 200,
        138_000..=138_018 => 138_000,
        139_000..=139_004 => 139_000,
        139_100..=139_103 => 139_100,
        147_001..=147_005 => 147_001,
        2_388_093 => 2_388_091,
        2_593_109 => 2_593_108,
        other => other,
    };
    let at = TABLE.binary_search_by_key(&listed, |rule| rule.code).ok()?;
    TABLE.get(at)
}

/// Every documented code, sorted.
#[rustfmt::skip] // One code per line is what makes this table readable.
pub static TABLE: [Rule; 107] = [
    now(0, StopAccount, "AuthException", "WhatsApp no longer accepts our access; please connect the account again."),
    now(1, Ambiguous, "API Unknown", "WhatsApp had a problem and did not say whether the message went out."),
    now(2, Ambiguous, "API Service", "WhatsApp was down for a moment and did not say whether the message went out."),
    now(3, StopAccount, "API Method", "The connected account is not allowed to do this; please check its permissions."),
    now(4, Throttle, "API Too Many Calls", "We are asking WhatsApp too often; we slow down and go on by ourselves."),
    now(10, StopAccount, "Permission Denied", "The connected account lacks a permission; please connect it again."),
    // The object of our requests is the sending number: if it is gone, so it is for every message.
    now(33, PauseSender, "Parameter value is not valid", "WhatsApp does not find your number; please check that it still exists."),
    now(100, Fail, "Invalid parameter", "WhatsApp did not accept something in this message."),
    now(104, StopAccount, "Missing token or proof", "WhatsApp did not get a valid access key; please connect the account again."),
    now(190, StopAccount, "Access token has expired", "Our access to WhatsApp has expired; please connect the account again."),
    now(200, StopAccount, "API Permission", "The connected account lacks a permission; please connect it again."),
    now(368, PauseSender, "Temporarily blocked for policies violations", "WhatsApp has blocked your account for a while because of its rules."),
    now(613, Throttle, "Calls rate limit", "We are asking WhatsApp too often; we slow down and go on by ourselves."),
    now(2046, Fail, "Order status invalid transition", "An order cannot change this way, so the update was not sent."),
    now(2047, Fail, "Cannot cancel paid order", "A paid order cannot be cancelled, so the update was not sent."),
    now(80007, Throttle, "Rate limit issues", "We are asking WhatsApp too often; we slow down and go on by ourselves."),
    now(80008, Throttle, "Management rate limit", "We are asking WhatsApp too often; we slow down and go on by ourselves."),
    now(80014, Throttle, "Catalog batch rate limit", "We are changing products too often; we slow down and go on by ourselves."),
    now(130403, Fail, "Business blocked user", "You have blocked this person, so the message was not sent."),
    now(130429, Throttle, "Rate limit hit", "Your number is sending too fast; we slow down and go on by ourselves."),
    now(130472, Fail, "User's number is part of an experiment", "WhatsApp is keeping marketing from this person for a test of its own."),
    // Country by country: the number may go on writing to everybody else.
    now(130497, Fail, "Business account is restricted from messaging users in this country", "WhatsApp does not let you write to people in this country."),
    now(131000, Ambiguous, "Something went wrong", "WhatsApp had a problem and did not say whether the message went out."),
    now(131005, StopAccount, "Access denied", "The connected account lacks a permission; please connect it again."),
    now(131008, Fail, "Required parameter is missing", "Something WhatsApp needs was missing from this message."),
    now(131009, Fail, "Parameter value is not valid", "WhatsApp did not accept a value in this message."),
    now(131016, Ambiguous, "Service unavailable", "WhatsApp was down for a moment and did not say whether the message went out."),
    now(131020, Fail, "Group not found", "This group does not exist or cannot be written to."),
    now(131021, Fail, "Recipient cannot be sender", "A number cannot write to itself."),
    now(131026, Unreachable, "Message undeliverable", "This person could not be reached on WhatsApp."),
    now(131030, Fail, "Recipient phone number not in allowed list", "Test numbers may only write to people on their test list."),
    now(131031, PauseSender, "Account has been locked", "WhatsApp has locked your account; please look at it in WhatsApp Manager."),
    now(131037, PauseSender, "Display name not approved", "WhatsApp has to approve your display name before you can send."),
    now(131041, Fail, "Group error", "WhatsApp could not do this in the group."),
    now(131042, PauseSender, "Business eligibility payment issue", "WhatsApp cannot charge you; please check your payment method there."),
    now(131044, Fail, "Undocumented", "WhatsApp refused this message without a reason we know."),
    now(131045, PauseSender, "Incorrect certificate", "Your number has to be registered with WhatsApp again before it can send."),
    now(131047, WindowClosed, "Re-engagement message", "This person last wrote more than a day ago; only a template can be sent now."),
    now(131048, PauseSender, "Spam rate limit hit", "Too many people blocked or reported your number, so WhatsApp has put it on hold."),
    after(DAY, 131049, RetryInDays, "Meta chose not to deliver", "This person has had enough marketing from all shops for now; we try again another day."),
    now(131050, SuppressMarketing, "User has stopped receipt of marketing messages", "This person stopped marketing messages from you."),
    now(131051, Fail, "Unsupported message type", "WhatsApp does not support this kind of message."),
    now(131052, Fail, "Media download error", "A file this person sent could not be fetched."),
    now(131053, Fail, "Media upload error", "WhatsApp could not fetch the picture or file of this message."),
    now(131055, Fail, "Method not allowed", "This message cannot be sent in this way."),
    after(6, 131056, HoldPair, "Pair rate limit hit", "This person got many messages in a short time; we wait a little and go on."),
    after(20, 131057, Ambiguous, "Account in maintenance mode", "WhatsApp is working on your number and did not say whether the message went out."),
    now(131059, Fail, "Group error", "WhatsApp could not do this in the group."),
    now(131062, Fail, "BSUID recipients not supported", "This message needs the person's phone number, which is hidden from you."),
    now(131063, StopTemplate, "Marketing templates disabled", "Marketing templates are switched off for this account."),
    now(131064, PauseSender, "Limited for template classification violations", "WhatsApp limits your account because templates were filed under the wrong kind."),
    now(132000, StopTemplate, "Template parameter count mismatch", "The template has other gaps than the values we sent; please refresh it."),
    now(132001, StopTemplate, "Template does not exist", "WhatsApp does not know this template in this language."),
    // Depends on the values of one person: a single long name must not stop everybody else's message.
    now(132005, Fail, "Template hydrated text too long", "With this person's details the message became too long."),
    now(132007, StopTemplate, "Template format character policy violated", "WhatsApp does not accept the wording of this template."),
    now(132008, StopTemplate, "Parameter format", "A value does not have the form this template asks for."),
    now(132012, StopTemplate, "Template parameter format mismatch", "A value does not have the form this template asks for."),
    now(132015, StopTemplate, "Template is paused", "WhatsApp has paused this template because people did not like it."),
    now(132016, StopTemplate, "Template is disabled", "WhatsApp has switched this template off for good; please write a new one."),
    now(132018, StopTemplate, "Template validation error", "WhatsApp did not accept this template."),
    now(132068, StopTemplate, "Flow is blocked", "The form in this template is blocked by WhatsApp."),
    after(HOUR, 132069, StopTemplate, "Flow is throttled", "WhatsApp lets the form in this template through only a few times an hour."),
    now(133000, Ambiguous, "Incomplete deregistration", "Your number is between two states at WhatsApp, which did not say whether the message went out."),
    now(133004, Ambiguous, "Server temporarily unavailable", "WhatsApp was down for a moment and did not say whether the message went out."),
    now(133005, Fail, "Two-step verification PIN mismatch", "The PIN of your number is not right."),
    now(133006, PauseSender, "Phone number re-verification needed", "WhatsApp wants you to confirm your number again."),
    now(133008, Fail, "Too many PIN guesses", "The PIN was wrong too often; WhatsApp makes you wait."),
    now(133009, Fail, "PIN guessed too fast", "The PIN was tried too quickly; please wait a little."),
    now(133010, PauseSender, "Phone number not registered", "Your number has to be registered with WhatsApp before it can send."),
    after(5 * MINUTE, 133015, RetrySoon, "Wait before registering this number", "WhatsApp asks us to wait a few minutes with this number."),
    after(3 * DAY, 133016, Fail, "Register and deregister limit exceeded", "This number was registered too often; WhatsApp makes you wait three days."),
    // Touches payment messages only; the number may go on with everything else.
    now(134011, Fail, "Payments terms not accepted", "Please accept WhatsApp's terms for payments first."),
    now(134100, StopTemplate, "Only marketing messages supported", "Only marketing templates can be sent in this way."),
    after(10 * MINUTE, 134101, RetrySoon, "Template still syncing", "WhatsApp is still preparing this template; we try again in a few minutes."),
    now(134102, StopTemplate, "Template unavailable for use", "WhatsApp cannot use this template at the moment."),
    now(135000, Fail, "Generic user error", "WhatsApp did not accept this message and did not say why."),
    now(136024, Fail, "Phone number already verified", "This number is confirmed already."),
    now(136025, Fail, "Verify code error", "The confirmation code was not right."),
    now(137000, Fail, "Identity key hash mismatch", "This person has changed phones since you last checked who they are."),
    now(138000, Fail, "Calling error", "The call could not be made."),
    now(139000, Fail, "Flow error", "WhatsApp did not accept the form."),
    now(139100, Fail, "Block users error", "This person could not be blocked or unblocked."),
    now(147001, Fail, "Username error", "WhatsApp did not accept the user name."),
    now(200005, Fail, "Template insights unavailable", "There are no figures for this template."),
    now(200006, Fail, "Cannot disable template insights", "Template figures cannot be switched off again."),
    now(200007, Fail, "Template insights not enabled", "Template figures have to be switched on first."),
    now(1752041, Fail, "Duplicate request", "WhatsApp already has this request."),
    now(2388001, Fail, "Migration failed", "The number could not be moved."),
    now(2388012, Fail, "Number already in list", "This number is already in the account."),
    now(2388019, Fail, "Template limit exceeded", "You have as many templates as WhatsApp allows; please delete some."),
    after(28 * DAY, 2388023, Fail, "Template language being deleted", "A template with this name was deleted lately; please use another name."),
    now(2388024, Fail, "Content in this language already exists", "This template already exists in this language."),
    now(2388039, Fail, "Template status cannot be changed", "This template cannot be edited right now."),
    now(2388040, Fail, "Character limit exceeded", "A part of the template is too long."),
    now(2388047, Fail, "Header format incorrect", "WhatsApp does not accept the heading of this template."),
    now(2388060, Fail, "Button format error", "WhatsApp does not accept a button of this template."),
    now(2388072, Fail, "Body format incorrect", "WhatsApp does not accept the text of this template."),
    now(2388073, Fail, "Footer format incorrect", "WhatsApp does not accept the small print of this template."),
    now(2388091, Fail, "Not eligible for registration code", "WhatsApp will not send a code to this number."),
    now(2388103, Fail, "Cannot migrate number", "This number cannot be moved."),
    now(2388293, Fail, "Too many variables for length", "The template has too many gaps for so little text."),
    now(2388299, Fail, "Leading or trailing variable", "A template cannot begin or end with a gap."),
    after(20, 2494100, Ambiguous, "Number in maintenance mode", "WhatsApp is working on your number and did not say whether the message went out."),
    now(2593079, Fail, "Template insights unavailable", "There are no figures for this template."),
    now(2593085, Fail, "Invalid account for mobility", "This account cannot be moved."),
    now(2593107, Fail, "Synchronization request limit exceeded", "The phone app was synchronised too often."),
    now(2593108, Fail, "Synchronization outside allowed time", "The time in which the phone app can be synchronised is over."),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::providers::meta::testing::fixture;

    #[test]
    fn the_table_has_exactly_the_documented_codes() {
        assert!(TABLE.windows(2).all(|pair| pair[0].code < pair[1].code), "sorted and unique");
        let Some(documented) = fixture("error_codes.json") else { return };
        let documented: Vec<i64> =
            documented["codes"].as_array().unwrap().iter().map(|c| c["code"].as_i64().unwrap()).collect();
        let ours: Vec<i64> = TABLE.iter().map(|rule| i64::from(rule.code)).collect();
        assert_eq!(ours, documented);
    }

    #[test]
    fn what_may_have_been_sent_is_never_retried_and_what_was_not_is_never_unknown() {
        let Some(documented) = fixture("error_codes.json") else { return };
        for entry in documented["codes"].as_array().unwrap() {
            let rule = rule(entry["code"].as_i64().unwrap() as i32);
            let retry = entry["retry"].as_str().unwrap();
            assert_eq!(rule.action == Ambiguous, retry == "ambiguous", "{}", rule.code);
            let automatic = matches!(rule.action, RetrySoon | HoldPair | Throttle);
            assert_eq!(automatic, retry == "safe", "{}", rule.code);
        }
    }

    #[test]
    fn sentences_are_for_people() {
        let jargon: HashSet<&str> = [
            "waba",
            "bsuid",
            "api",
            "http",
            "webhook",
            "token",
            "parameter",
            "parameters",
            "param",
            "payload",
            "json",
            "subcode",
            "csw",
            "e.164",
            "id",
            "ttl",
            "rate",
            "recipient",
        ]
        .into();
        for rule in TABLE.iter().chain([&UNKNOWN]) {
            let words =
                rule.plain.split(|c: char| !c.is_alphanumeric() && c != '.').map(|w| w.trim_matches('.'));
            for word in words {
                assert!(!jargon.contains(word.to_lowercase().as_str()), "{}: {word}", rule.code);
            }
            assert!(rule.plain.ends_with('.') && rule.plain.len() <= 110, "{}", rule.code);
            assert!(rule.plain.starts_with(char::is_uppercase) && !rule.title.is_empty(), "{}", rule.code);
            assert_ne!(rule.plain.trim_end_matches('.'), rule.title, "{}", rule.code);
        }
    }

    #[test]
    fn unknown_codes_fail_and_permission_codes_stop_the_account() {
        assert_eq!(rule(999_999).action, Fail);
        assert_eq!(rule(Failure::NO_CODE).action, Fail);
        assert_eq!(rule(275).action, StopAccount);
        assert_eq!(rule(138_017).code, 138_000);
        let gone =
            Failure { code: 100, subcode: Some(33), title: String::new(), detail: None, retry_after: None };
        assert_eq!(rule_for(&gone).action, PauseSender);
        assert_eq!(rule_for(&Failure { subcode: None, ..gone }).action, Fail);
    }
}
