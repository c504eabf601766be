//! Meta's limits for templates, in characters unless said otherwise ("Template components", 2026). The one place.

pub(in crate::templates) const NAME: usize = 512;
pub(in crate::templates) const HEADER: usize = 60;
/// Longest body, also after its gaps are filled.
pub(in crate::templates) const BODY: usize = 1_024;
/// The same beside an offer that ends.
pub(in crate::templates) const OFFER_BODY: usize = 600;
pub(in crate::templates) const OFFER_TEXT: usize = 16;
pub(in crate::templates) const CARD_BODY: usize = 160;
pub(in crate::templates) const FOOTER: usize = 60;
pub(in crate::templates) const LABEL: usize = 25;
pub(in crate::templates) const URL: usize = 2_000;
pub(in crate::templates) const PHONE: usize = 20;
pub(in crate::templates) const BUTTONS: usize = 10;
pub(in crate::templates) const CARD_BUTTONS: usize = 2;
pub(in crate::templates) const CARDS: std::ops::RangeInclusive<usize> = 2..=10;
pub(in crate::templates) const COUPON: usize = 20;
/// A one-time code.
pub(in crate::templates) const CODE: usize = 15;
/// Apps that may take a one-time code.
pub(in crate::templates) const OTP_APPS: usize = 5;
/// Minutes a one-time code may be said to hold.
pub(in crate::templates) const CODE_MINUTES: std::ops::RangeInclusive<u8> = 1..=90;
pub(in crate::templates) const PAYLOAD: usize = 256;
pub(in crate::templates) const PRODUCT_ID: usize = 100;
pub(in crate::templates) const FILE_NAME: usize = 240;
/// Name and address of a place; not published, so generous.
pub(in crate::templates) const PLACE: usize = 1_000;
/// A form written into the template, in bytes; ours.
pub(in crate::templates) const FLOW_JSON: usize = 256 * 1_024;

/// How many of a kind of button there can be, by the button's word.
pub(in crate::templates) const OF_A_KIND: &[(&str, usize, &str)] = &[
    ("url", 2, "links"),
    ("phone_number", 1, "call buttons"),
    ("copy_code", 1, "code to copy"),
    ("catalog", 1, "catalog button"),
    ("multi_product", 1, "choice of products"),
    ("single_product", 1, "product button"),
    ("flow", 1, "form"),
    ("order_details", 1, "order"),
    ("voice_call", 1, "WhatsApp call button"),
    ("otp", 1, "one-time code"),
];
