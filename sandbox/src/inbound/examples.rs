//! One message of every kind customers send.

use serde_json::{Value, json};

/// The kinds [`crate::Inbound::example`] knows.
pub const EXAMPLES: &[&str] = &[
    "text",
    "image",
    "video",
    "audio",
    "voice",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "reaction_removed",
    "button",
    "button_reply",
    "list_reply",
    "flow_reply",
    "order",
    "product_question",
    "referral",
    "forwarded",
    "edit",
    "revoke",
    "unsupported",
    "request_welcome",
    "identity_changed",
];

/// The example of that name: `about` is the message it is about, where there is one, `business` the number written to.
pub(super) fn example(name: &str, about: &str, business: &str) -> Option<Value> {
    let context = json!({"from": business, "id": about});
    let interactive = |kind: &str, reply: Value| json!({"type": "interactive", "context": context, "interactive": {"type": kind, kind: reply}});
    let text = |words: &str| json!({"type": "text", "text": {"body": words}});
    let with = |mut message: Value, key: &str, more: Value| {
        message[key] = more;
        message
    };
    Some(match name {
        "text" => text("Hello!"),
        "image" => json!({"type": "image", "image": {"caption": "Look at this"}}),
        "video" => json!({"type": "video", "video": {"caption": "Look at this"}}),
        "audio" => json!({"type": "audio", "audio": {"mime_type": "audio/mpeg", "voice": false}}),
        "voice" => json!({"type": "audio", "audio": {"voice": true}}),
        "document" => {
            json!({"type": "document", "document": {"filename": "receipt.pdf", "caption": "My receipt"}})
        }
        "sticker" => json!({"type": "sticker", "sticker": {"animated": false}}),
        "location" => json!({"type": "location", "location": {
            "latitude": 19.0760, "longitude": 72.8777, "name": "Gateway of India", "address": "Apollo Bandar, Mumbai",
        }}),
        "contacts" => json!({"type": "contacts", "contacts": [{
            "name": {"formatted_name": "Asha Rao", "first_name": "Asha", "last_name": "Rao"},
            "phones": [{"phone": "+91 98200 00000", "wa_id": "919820000000", "type": "MOBILE"}],
        }]}),
        "reaction" => json!({"type": "reaction", "reaction": {"message_id": about, "emoji": "\u{1f44d}"}}),
        // Meta leaves the emoji out when it is taken away.
        "reaction_removed" => json!({"type": "reaction", "reaction": {"message_id": about}}),
        "button" => json!({
            "type": "button", "context": context, "button": {"payload": "Stop promotions", "text": "Stop promotions"},
        }),
        "button_reply" => interactive("button_reply", json!({"id": "yes", "title": "Yes"})),
        "list_reply" => {
            interactive("list_reply", json!({"id": "express", "title": "Express", "description": "Next day"}))
        }
        "flow_reply" => interactive(
            "nfm_reply",
            json!({
                "name": "flow", "body": "Sent", "response_json": "{\"flow_token\":\"token\",\"rating\":5}",
            }),
        ),
        "order" => json!({"type": "order", "order": {
            "catalog_id": "194836987003835",
            "text": "Before noon, please",
            "product_items": [
                {"product_retailer_id": "sku-1", "quantity": 2, "item_price": 9.99, "currency": "USD"},
            ],
        }}),
        "product_question" => with(
            text("Is this available in blue?"),
            "context",
            json!({
                "from": business, "id": about,
                "referred_product": {"catalog_id": "194836987003835", "product_retailer_id": "sku-1"},
            }),
        ),
        "referral" => with(
            text("Can I get more info about this?"),
            "referral",
            json!({
                "source_url": "https://fb.me/sandbox", "source_id": "120226305854810726", "source_type": "ad",
                "headline": "Chat with us", "body": "Summer is here", "media_type": "image",
                "image_url": "https://example.com/ad.jpg", "ctwa_clid": "sandbox-click",
            }),
        ),
        "forwarded" => with(text("Have you seen this?"), "context", json!({"forwarded": true})),
        "edit" => json!({"type": "edit", "edit": {
            "original_message_id": about,
            "message": {"context": {"id": "M0"}, "type": "text", "text": {"body": "Hello, corrected"}},
        }}),
        "revoke" => json!({"type": "revoke", "revoke": {"original_message_id": about}}),
        "unsupported" => json!({
            "type": "unsupported",
            "unsupported": {"type": "poll"},
            "errors": [{
                "code": 131_051, "title": "Message type unknown", "message": "Message type unknown",
                "error_data": {"details": "Message type is currently not supported."},
            }],
        }),
        "request_welcome" => json!({"type": "request_welcome"}),
        "identity_changed" => json!({
            "type": "system",
            "identity": {"acknowledged": true, "created_timestamp": "1697044706", "hash": "sandbox-hash"},
            "system": {"body": "User identity changed", "type": "customer_identity_changed"},
        }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_example() {
        for name in EXAMPLES {
            let message = example(name, "wamid.A", "15550783881").unwrap();
            assert!(message["type"].is_string(), "{name}");
        }
        assert!(example("hologram", "", "").is_none());
    }
}
