//! Why a message stands where it stands, in a sentence for the people in the shop.

use crate::messages::state::MessageStatus;
use crate::senders::port::{Failure, MessageSender};

/// One sentence; `None` where the status says it all.
pub fn reason(
    provider: &dyn MessageSender,
    status: MessageStatus,
    reason: Option<&str>,
    code: Option<i32>,
) -> Option<String> {
    use MessageStatus::{Held, Pending, Queued};
    let own = match (status, reason.unwrap_or_default()) {
        (_, "no_consent") => "This person has not agreed to marketing messages.",
        (_, "opted_out") => "This person stopped such messages from you.",
        (_, "suppressed") => "This person is on your list of people who must not be messaged.",
        (_, "no_address") => "Neither a phone number nor a WhatsApp id of this person is known.",
        (_, "bad_variables") => "A value for the template is missing or cannot be used.",
        (_, "window_closed") => "The person last wrote more than 24 hours ago, so free text is not allowed.",
        (_, "template_not_approved") => {
            "The template was paused or disabled by WhatsApp before this was sent."
        }
        (_, "duplicate_recipient") => "This person turned out to be another recipient of the same campaign.",
        (_, "erased") => "This person was erased before it was sent.",
        (_, "unreachable") => "Could not be reached; it will be tried again.",
        (_, "marketing_limit") => {
            "WhatsApp limits marketing to this person for now; it will be tried again in a day or more."
        }
        (_, "pair_rate") => {
            "Too many messages to this person in a short time; it will be tried again shortly."
        }
        (_, "too_fast") => "WhatsApp asked us to slow down; it will be tried again shortly.",
        (_, "quiet_hours") => "It is night where this person lives; it will be sent in the morning.",
        (_, "local_time") => "It will be sent at the time you chose, by the clock where this person lives.",
        (_, "never_open") => {
            "Your sending hours never fall together in all the places this person may be in."
        }
        (_, "frequency_cap") => "This person has had as much marketing from you lately as you allow.",
        (_, "country_blocked") => "You do not send to this person's country.",
        (_, "us_marketing") => "WhatsApp does not deliver marketing to numbers of the United States.",
        (_, "sender_quality") => {
            "People complained about the sending number; marketing waits until WhatsApp rates it better."
        }
        (Held | Pending | Queued, "portfolio_limit") => {
            "WhatsApp lets your business write first to a limited number of people a day; this one follows as soon as \
             there is room."
        }
        (_, "too_late") => "The campaign stopped, as it was told to, before this could be sent.",
        (_, "held_for_quality") => {
            "WhatsApp holds this back while it sees how people like the template; it goes out or fails by itself."
        }
        (_, "sender_paused") => "The sending number is paused; it will be sent when the number is back.",
        _ => "",
    };
    (!own.is_empty()).then(|| own.to_string()).or_else(|| by_code(provider, status, code))
}

/// The provider's failure in plain words, or what is unknown about it.
pub fn by_code(provider: &dyn MessageSender, status: MessageStatus, code: Option<i32>) -> Option<String> {
    if status == MessageStatus::Unknown {
        return Some("No clear answer came back: it may or may not have arrived.".into());
    }
    let failure =
        Failure { code: code?, subcode: None, title: String::new(), detail: None, retry_after: None };
    Some(provider.rule(&failure).plain.to_string())
}
