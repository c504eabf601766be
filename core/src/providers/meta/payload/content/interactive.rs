//! The object `interactive` of a message.

use serde_json::{Value, json};

use super::orders::{order_details, order_status};
use super::{document, image, plain, text, video, with};
use crate::content::interactive::{
    AddressRequest, CallButton, CarouselCard, FlowMessage, Interactive, InteractiveHeader, LinkButton,
    ListMessage, MediaCard, ProductList, ReplyButton,
};

pub(super) fn interactive(it: &Interactive) -> Value {
    match it {
        Interactive::Button(part) => {
            let action = json!({"buttons": buttons(&part.buttons, "reply")});
            texts(it, part.header.as_ref(), Some(&part.body), part.footer.as_ref(), action)
        }
        Interactive::List(part) => {
            texts(it, part.header.as_ref(), Some(&part.body), part.footer.as_ref(), list(part))
        }
        Interactive::CtaUrl(part) => {
            texts(it, part.header.as_ref(), Some(&part.body), part.footer.as_ref(), link(part))
        }
        Interactive::VoiceCall(part) => texts(it, None, Some(&part.body), None, call(part)),
        Interactive::Product(part) => {
            let action =
                json!({"catalog_id": part.catalog_id, "product_retailer_id": part.product_retailer_id});
            texts(it, None, part.body.as_ref(), part.footer.as_ref(), action)
        }
        Interactive::ProductList(part) => {
            texts(it, Some(&part.header), Some(&part.body), part.footer.as_ref(), product_list(part))
        }
        Interactive::CatalogMessage(part) => {
            let thumbnail = part.thumbnail_product_retailer_id.as_ref();
            let parameters = thumbnail.map(|id| json!({ "thumbnail_product_retailer_id": id }));
            let action = with(json!({"name": "catalog_message"}), [("parameters", parameters)]);
            texts(it, None, Some(&part.body), part.footer.as_ref(), action)
        }
        Interactive::Flow(part) => {
            texts(it, part.header.as_ref(), Some(&part.body), part.footer.as_ref(), flow(part))
        }
        Interactive::LocationRequest(part) => {
            texts(it, None, Some(&part.body), None, json!({"name": "send_location"}))
        }
        Interactive::Carousel(part) => {
            let cards: Vec<_> = part.cards.iter().enumerate().map(|(index, one)| card(index, one)).collect();
            texts(it, None, Some(&part.body), None, json!({ "cards": cards }))
        }
        Interactive::AddressMessage(part) => {
            texts(it, part.header.as_ref(), Some(&part.body), part.footer.as_ref(), address(part))
        }
        Interactive::OrderDetails(part) => {
            texts(it, part.header.as_ref(), Some(&part.body), part.footer.as_ref(), order_details(part))
        }
        Interactive::OrderStatus(part) => {
            texts(it, None, Some(&part.body), part.footer.as_ref(), order_status(part))
        }
        Interactive::CallPermissionRequest(part) => {
            texts(it, None, part.body.as_ref(), None, json!({"name": "call_permission_request"}))
        }
        Interactive::ContactRequest(part) => {
            texts(it, None, Some(&part.body), None, json!({"name": "request_contact_info"}))
        }
    }
}

fn texts(
    it: &Interactive,
    above: Option<&InteractiveHeader>,
    body: Option<&String>,
    footer: Option<&String>,
    action: Value,
) -> Value {
    let words = |words: Option<&String>| words.map(|words| json!({ "text": words }));
    let fields = [("header", above.map(header)), ("body", words(body)), ("footer", words(footer))];
    with(json!({"type": it.word(), "action": action}), fields)
}

fn header(it: &InteractiveHeader) -> Value {
    let part = match it {
        InteractiveHeader::Text(text) => json!(text),
        InteractiveHeader::Image(it) => image(it),
        InteractiveHeader::Video(it) => video(it),
        InteractiveHeader::Document(it) => document(it),
    };
    with(json!({"type": it.word()}), [(it.word(), Some(part))])
}

/// `kind` is what Meta calls such a button: `reply`, on cards `quick_reply`.
fn buttons(buttons: &[ReplyButton], kind: &str) -> Vec<Value> {
    let button = |button: &ReplyButton| {
        with(json!({ "type": kind }), [(kind, Some(json!({"id": button.id, "title": button.title})))])
    };
    buttons.iter().map(button).collect()
}

fn list(part: &ListMessage) -> Value {
    json!({"button": part.button, "sections": plain(&part.sections)})
}

fn link(part: &LinkButton) -> Value {
    let parameters = json!({"display_text": part.display_text, "url": part.url});
    let preview = part.payment_link_preview.map(Value::from);
    json!({"name": "cta_url", "parameters": with(parameters, [("payment_link_preview", preview)])})
}

fn call(part: &CallButton) -> Value {
    let fields = [
        ("display_text", text(part.display_text.as_ref())),
        ("ttl_minutes", part.ttl_minutes.map(Value::from)),
        ("payload", text(part.payload.as_ref())),
    ];
    let given = fields.iter().any(|(_, value)| value.is_some());
    with(json!({"name": "voice_call"}), [("parameters", given.then(|| with(json!({}), fields)))])
}

fn product_list(part: &ProductList) -> Value {
    let item = |id: &String| json!({ "product_retailer_id": id });
    let sections = part.sections.iter().map(|section| {
        let items: Vec<_> = section.product_retailer_ids.iter().map(item).collect();
        with(json!({ "product_items": items }), [("title", text(section.title.as_ref()))])
    });
    json!({"catalog_id": part.catalog_id, "sections": sections.collect::<Vec<_>>()})
}

fn flow(part: &FlowMessage) -> Value {
    let first =
        part.screen.as_ref().map(|screen| with(json!({ "screen": screen }), [("data", part.data.clone())]));
    let parameters = with(
        json!({"flow_message_version": "3", "flow_cta": part.button}),
        [
            ("flow_id", text(part.flow_id.as_ref())),
            ("flow_name", text(part.flow_name.as_ref())),
            ("flow_token", text(part.flow_token.as_ref())),
            ("mode", part.mode.map(|mode| mode.as_str().into())),
            ("flow_action", part.action.map(|action| action.as_str().into())),
            ("flow_action_payload", first),
        ],
    );
    json!({"name": "flow", "parameters": parameters})
}

fn card(index: usize, it: &CarouselCard) -> Value {
    match it {
        CarouselCard::Product(card) => {
            let action =
                json!({"product_retailer_id": card.product_retailer_id, "catalog_id": card.catalog_id});
            json!({"card_index": index, "type": "product", "action": action})
        }
        CarouselCard::Media(card) => {
            // Meta calls cards with answering buttons `cta_url`, too
            let whole = json!({
                "card_index": index, "type": "cta_url", "header": header(&card.header), "action": media_action(card),
            });
            with(whole, [("body", card.body.as_ref().map(|words| json!({ "text": words })))])
        }
    }
}

fn media_action(card: &MediaCard) -> Value {
    match &card.buttons {
        Some(some) => json!({"buttons": buttons(some, "quick_reply")}),
        None => {
            json!({"name": "cta_url", "parameters": {"display_text": card.display_text, "url": card.url}})
        }
    }
}

fn address(part: &AddressRequest) -> Value {
    let parameters = with(
        json!({"country": part.country}),
        [
            ("values", part.values.as_ref().map(plain)),
            ("saved_addresses", part.saved_addresses.as_ref().map(plain)),
            ("validation_errors", part.validation_errors.as_ref().map(plain)),
        ],
    );
    json!({"name": "address_message", "parameters": parameters})
}
