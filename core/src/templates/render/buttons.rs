//! What buttons are given.

use super::super::components::{Button, button_key};
use super::super::placeholders::variables;
use super::super::validate::limits;
use super::fill::Fill;
use super::shown::ShownButton;
use super::values;
use crate::senders::port::{ButtonValue, TemplatePart};

/// The filled buttons, and what is seen of all of them.
pub(super) fn buttons(buttons: &[Button], fill: &mut Fill<'_>) -> (Vec<TemplatePart>, Vec<ShownButton>) {
    let (mut parts, mut shown) = (Vec::new(), Vec::new());
    for (index, button) in buttons.iter().enumerate() {
        let value = value(button, index, fill);
        shown.push(ShownButton::of(button, value.as_ref()));
        let index = u8::try_from(index).unwrap_or(u8::MAX);
        parts.extend(value.map(|value| TemplatePart::Button { index, value }));
    }
    (parts, shown)
}

/// What is sent for a button; nothing for those that need nothing.
fn value(button: &Button, index: usize, fill: &mut Fill<'_>) -> Option<ButtonValue> {
    let key = |name: &str| button_key(index, name);
    Some(match button {
        Button::QuickReply { .. } => ButtonValue::Payload(fill.optional(&key("payload"), limits::PAYLOAD)?),
        Button::Url { url, .. } => {
            let name = variables(url).first().copied()?;
            let most = limits::URL.saturating_sub(url.len());
            // White space would end the address.
            ButtonValue::UrlSuffix(fill.short(&key(name), most).replace(' ', "%20"))
        }
        Button::CopyCode => ButtonValue::CouponCode(fill.short(&key("coupon_code"), limits::COUPON)),
        Button::Catalog { .. } => {
            let thumbnail = fill.optional(&key("thumbnail"), limits::PRODUCT_ID);
            thumbnail.as_ref()?; // without one, WhatsApp shows the catalog's first product
            ButtonValue::Catalog { thumbnail }
        }
        Button::MultiProduct { .. } => {
            let thumbnail = fill.short(&key("thumbnail"), limits::PRODUCT_ID);
            let sections = fill.parsed(&key("sections"), values::sections).unwrap_or_default();
            ButtonValue::Products { thumbnail, sections }
        }
        // Meta wants this part in every message, with or without values.
        Button::Flow { .. } => ButtonValue::Flow {
            token: fill.optional(&key("flow_token"), limits::PAYLOAD),
            data: fill.may_parse(&key("flow_data"), values::object),
        },
        Button::OrderDetails { .. } => {
            ButtonValue::OrderDetails(fill.parsed(&key("order_details"), values::order).unwrap_or_default())
        }
        Button::VoiceCall { .. } => {
            let ttl_minutes = fill.may_parse(&key("ttl_minutes"), values::minutes);
            let payload = fill.optional(&key("payload"), limits::PAYLOAD);
            if ttl_minutes.is_none() && payload.is_none() {
                return None;
            }
            ButtonValue::VoiceCall { ttl_minutes, payload }
        }
        Button::PhoneNumber { .. } | Button::SingleProduct { .. } | Button::Otp { .. } => return None,
    })
}
