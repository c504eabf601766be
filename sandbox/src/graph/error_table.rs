//! Meta's error codes with the HTTP status each is answered with, as data.
//!
//! A test compares this table with the project's reference file, so the two cannot drift apart.

use ErrorPhase::{Async, Both, Inbound, Sync};

/// Where Meta reports a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorPhase {
    /// In the answer to the request.
    Sync,
    /// In a later `failed` status.
    Async,
    /// In either place.
    Both,
    /// In webhooks about inbound messages.
    Inbound,
}

/// One row of Meta's error table.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRow {
    /// Meta's code.
    pub code: u32,
    /// The HTTP status it comes with; 400 where Meta names none.
    pub http_status: u16,
    /// Where it is reported.
    pub phase: ErrorPhase,
    /// Its title.
    pub title: &'static str,
    /// The usual `error_data.details`; the title where we know no better.
    pub details: &'static str,
    /// The usual `error_subcode`, if any.
    pub subcode: Option<u32>,
}

/// The row for `code`, or none if Meta has no such code.
pub fn error_row(code: u32) -> Option<&'static ErrorRow> {
    TABLE.binary_search_by_key(&code, |row| row.code).ok().and_then(|at| TABLE.get(at))
}

const fn row(
    code: u32,
    http_status: u16,
    phase: ErrorPhase,
    title: &'static str,
    details: &'static str,
    subcode: u32,
) -> ErrorRow {
    let details = if details.is_empty() { title } else { details };
    let subcode = if subcode == 0 { None } else { Some(subcode) };
    ErrorRow { code, http_status, phase, title, details, subcode }
}

/// Sorted by code, for the binary search above.
#[rustfmt::skip]
pub(crate) const TABLE: &[ErrorRow] = &[
    row(0, 401, Sync, "AuthException", "We were unable to authenticate the app user.", 0),
    row(1, 400, Sync, "An unknown error occurred", "", 0),
    row(2, 503, Sync, "An unexpected error has occurred. Please retry your request later.", "", 0),
    row(3, 500, Sync, "API Method", "", 0),
    row(4, 400, Sync, "Application request limit reached", "", 0),
    row(10, 403, Sync, "Permission Denied", "", 0),
    row(33, 400, Sync, "Parameter value is not valid", "", 0),
    row(100, 400, Sync, "Invalid parameter", "", 0),
    row(104, 400, Sync, "appsecret_proof / missing token", "", 0),
    row(190, 401, Sync, "Access token has expired", "", 463),
    row(200, 403, Sync, "API Permission", "", 0),
    row(368, 403, Both, "Temporarily blocked for policies violations", "", 0),
    row(613, 400, Sync, "Calls rate limit", "", 0),
    row(2046, 400, Async, "Order status invalid transition", "", 0),
    row(2047, 400, Async, "Cannot cancel paid order", "", 0),
    row(80007, 400, Sync, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit.", 0),
    row(80008, 400, Sync, "WhatsApp Business Management rate limit", "", 0),
    row(80014, 400, Sync, "Catalog batch rate limit", "", 0),
    row(130403, 400, Async, "Business blocked user", "Unable to deliver the message. This business has blocked the end user on WhatsApp", 0),
    row(130429, 400, Both, "Rate limit hit", "Cloud API message throughput has been reached.", 2494055),
    row(130472, 400, Async, "User's number is part of an experiment", "Failed to send message because this user's phone number is part of an experiment", 0),
    row(130497, 403, Both, "Business account is restricted from messaging users in this country", "", 0),
    row(131000, 500, Both, "Something went wrong", "Message failed to send due to an unknown error.", 0),
    row(131005, 403, Sync, "Access denied", "", 0),
    row(131008, 400, Sync, "Required parameter is missing", "", 0),
    row(131009, 400, Both, "Parameter value is not valid", "", 2494010),
    row(131016, 500, Sync, "Service unavailable", "A service is temporarily unavailable.", 0),
    row(131020, 400, Sync, "Group not eligible / not found", "", 0),
    row(131021, 400, Sync, "Recipient cannot be sender", "Sender and recipient phone number is the same.", 0),
    row(131026, 400, Async, "Message undeliverable", "Message Undeliverable.", 0),
    row(131030, 400, Sync, "Recipient phone number not in allowed list", "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.", 2655007),
    row(131031, 403, Both, "Account has been locked", "", 0),
    row(131037, 400, Both, "WhatsApp provided number needs display name approval before message can be sent", "", 0),
    row(131041, 400, Sync, "Group error", "", 0),
    row(131042, 400, Async, "Business eligibility payment issue", "", 0),
    row(131044, 400, Sync, "Business eligibility issue", "", 0),
    row(131045, 500, Sync, "Incorrect certificate", "", 0),
    row(131047, 400, Async, "Re-engagement message", "Message failed to send because more than 24 hours have passed since the customer last replied to this number.", 0),
    row(131048, 400, Async, "Spam rate limit hit", "Message failed to send because there are restrictions on how many messages can be sent from this phone number.", 0),
    row(131049, 400, Async, "This message was not delivered to maintain healthy ecosystem engagement.", "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.", 0),
    row(131050, 400, Async, "User has stopped receipt of marketing messages", "", 0),
    row(131051, 400, Both, "Unsupported message type", "", 0),
    row(131052, 400, Inbound, "Media download error", "", 0),
    row(131053, 400, Async, "Media upload error", "", 0),
    row(131055, 400, Sync, "Method not allowed", "", 0),
    row(131056, 400, Both, "(Business Account, Consumer Account) pair rate limit hit", "Too many messages sent from the sender phone number to the same recipient phone number in a short period of time.", 0),
    row(131057, 500, Both, "Account in maintenance mode", "Business Account is in maintenance mode", 0),
    row(131059, 400, Sync, "Group error", "", 0),
    row(131062, 400, Sync, "BSUID not supported", "Business-scoped User ID (BSUID) recipients are not supported for this message.", 0),
    row(131063, 400, Sync, "Marketing templates disabled for Cloud API", "", 0),
    row(131064, 400, Async, "Messaging limit due to template classification violations", "", 0),
    row(132000, 400, Sync, "Number of parameters does not match the expected number of params", "", 0),
    row(132001, 404, Sync, "Template name does not exist in the translation", "", 0),
    row(132005, 400, Sync, "Template Hydrated Text Too Long", "", 0),
    row(132007, 400, Sync, "Template Format Character Policy Violated", "", 0),
    row(132008, 400, Sync, "Parameter format", "", 0),
    row(132012, 400, Sync, "Parameter format does not match format in the created template", "", 0),
    row(132015, 400, Both, "Template is paused", "Template is paused due to low quality so it cannot be sent in a template message.", 0),
    row(132016, 400, Both, "Template is Disabled", "Template has been paused too many times due to low quality and is now permanently disabled.", 0),
    row(132018, 400, Sync, "Template validation error", "There's an issue with the parameters in your template.", 0),
    row(132068, 400, Sync, "Flow is blocked", "Flow is in blocked state.", 0),
    row(132069, 400, Sync, "Flow is throttled", "", 0),
    row(133000, 500, Sync, "Incomplete Deregistration", "", 0),
    row(133004, 503, Sync, "Server Temporarily Unavailable", "", 0),
    row(133005, 400, Sync, "Two step verification PIN Mismatch", "", 0),
    row(133006, 400, Sync, "Phone number re-verification needed", "", 0),
    row(133008, 400, Sync, "Too Many two step verification PIN Guesses", "", 0),
    row(133009, 400, Sync, "Two step verification PIN Guessed Too Fast", "", 0),
    row(133010, 400, Sync, "Account not registered", "Phone number not registered on the WhatsApp Business Platform.", 0),
    row(133015, 400, Sync, "Please wait a few minutes before attempting to register this phone number", "", 0),
    row(133016, 400, Sync, "Account register deregister rate limit exceeded", "", 0),
    row(134011, 400, Both, "WhatsApp Payments terms of service has not been accepted", "", 0),
    row(134100, 400, Sync, "Only marketing messages supported", "", 0),
    row(134101, 400, Sync, "Template still syncing", "", 0),
    row(134102, 500, Sync, "Template unavailable for use", "", 0),
    row(135000, 400, Sync, "Generic user error", "", 0),
    row(136024, 400, Sync, "Phone number already verified", "", 0),
    row(136025, 400, Sync, "Verify code error", "", 0),
    row(137000, 400, Async, "Identity key hash mismatch", "", 0),
    row(138000, 400, Both, "Calling errors 138000-138018", "", 0),
    row(139000, 400, Sync, "Flow errors 139000-139004", "", 0),
    row(139100, 400, Sync, "Block users errors 139100-139103", "", 0),
    row(147001, 400, Sync, "Username errors 147001-147005", "", 0),
    row(200005, 400, Sync, "Template insights unavailable", "", 0),
    row(200006, 400, Sync, "Cannot disable template insights", "", 0),
    row(200007, 400, Sync, "Template insights not enabled", "", 0),
    row(1752041, 400, Sync, "Duplicate request", "", 0),
    row(2388001, 400, Sync, "Migration failed", "", 0),
    row(2388012, 400, Sync, "Number already in list", "", 0),
    row(2388019, 400, Sync, "Template limit exceeded", "", 0),
    row(2388023, 400, Sync, "Template language being deleted", "", 0),
    row(2388024, 400, Sync, "Content in this language already exists", "", 0),
    row(2388039, 400, Sync, "Template status cannot be changed", "", 0),
    row(2388040, 400, Sync, "Character limit exceeded", "", 0),
    row(2388047, 400, Sync, "Header format incorrect", "", 0),
    row(2388060, 400, Sync, "Button format error", "", 0),
    row(2388072, 400, Sync, "Body format incorrect", "", 0),
    row(2388073, 400, Sync, "Footer format incorrect", "", 0),
    row(2388091, 400, Sync, "Not eligible for registration code", "", 0),
    row(2388103, 400, Sync, "Cannot migrate number", "", 0),
    row(2388293, 400, Sync, "Too many variables for length", "", 0),
    row(2388299, 400, Sync, "Leading/trailing variable", "", 0),
    row(2494100, 400, Sync, "Number in maintenance mode", "", 0),
    row(2593079, 400, Sync, "Template insights unavailable", "", 0),
    row(2593085, 400, Sync, "Invalid WhatsApp Business Account for OBO Mobility", "", 0),
    row(2593107, 400, Sync, "Synchronization Request limit exceeded", "", 0),
    row(2593108, 400, Sync, "Synchronization Request made outside of allowed time window", "", 0),
];
