//! Why Meta refuses a template, in sentences for people.

use crate::senders::port::Failure;

/// Subcodes of code 100 in answers about templates (Meta: "Error codes", "Message templates").
const SUBCODES: &[(i32, &str)] = &[
    (2_388_019, "The account has as many templates as WhatsApp allows; delete some that are not used."),
    (
        2_388_023,
        "A template of this name is being deleted; the name is free again after about four weeks. Choose another name.",
    ),
    (
        2_388_039,
        "WhatsApp does not let this template be changed now: an approved one can be changed once a day and ten times \
         a month, one that is being reviewed or was disabled not at all.",
    ),
    (2_388_040, "A part of the text is longer than WhatsApp allows."),
    (2_388_047, "The heading is not as WhatsApp wants it: no line breaks, emoji, asterisks or formatting."),
    (2_388_072, "The text is not as WhatsApp wants it; look at its variables and line breaks."),
    (2_388_073, "The small print is not as WhatsApp wants it: no line breaks, emoji or variables."),
    (
        2_388_293,
        "The text has too many variables for its length; write more words around them, or use fewer.",
    ),
    (2_388_299, "The text cannot begin or end with a variable."),
    (2_388_060, "The buttons are not as WhatsApp wants them; look at their number, order and labels."),
    (2_593_002, "WhatsApp has no such template."),
];

/// The language's content exists.
pub(super) const EXISTS: i32 = 2_388_024;
/// There is no such template.
pub(super) const MISSING: i32 = 2_593_002;

/// A refusal in a sentence: ours for what we know, with Meta's own words behind it.
pub(super) fn refusal(failure: &Failure) -> String {
    let known = SUBCODES.iter().find(|(subcode, _)| Some(*subcode) == failure.subcode);
    let theirs = failure.detail.as_deref().unwrap_or(&failure.title).trim();
    match known {
        Some((_, sentence)) if theirs.is_empty() => (*sentence).to_owned(),
        Some((_, sentence)) => format!("{sentence} (WhatsApp: {theirs})"),
        None if theirs.is_empty() => format!("WhatsApp refused this template (code {}).", failure.code),
        None => format!("WhatsApp refused this template: {theirs} (code {})", failure.code),
    }
}

/// Why a template was rejected at its review.
pub(super) fn rejection(word: &str) -> Option<String> {
    let sentence = match word.to_uppercase().as_str() {
        "" | "NONE" => return None,
        "ABUSIVE_CONTENT" => "WhatsApp found it abusive or against its policies.",
        "INVALID_FORMAT" => "Its variables or formatting are not as WhatsApp wants them.",
        "PROMOTIONAL" => "It promotes something, which its category does not allow.",
        "TAG_CONTENT_MISMATCH" => "Its text does not fit its language or category.",
        "INCORRECT_CATEGORY" => "It belongs into another category.",
        "SCAM" => "WhatsApp took it for a scam.",
        _ => return Some(format!("WhatsApp gave the reason \"{}\".", word.to_lowercase().replace('_', " "))),
    };
    Some(sentence.to_owned())
}
