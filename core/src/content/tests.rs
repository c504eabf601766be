//! Every limit, one by one: a good content, one thing made wrong, and the one problem that is told.

use super::*;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn problems(content: &Value) -> Vec<(String, &'static str)> {
    let content: Content = serde_json::from_value(content.clone()).unwrap();
    content.check(NOW).into_iter().map(|problem| (problem.field, problem.code)).collect()
}

fn long(n: usize) -> Value {
    "ä".repeat(n).into()
}

/// Good contents, by their word.
fn good(word: &str) -> Value {
    let link = "https://shop.example/a.bin";
    let product = |id: &str| json!({"product": {"catalog_id": "1", "product_retailer_id": id}});
    match word {
        "text" => json!({"text": {"body": "Hello"}}),
        "image" => json!({"image": {"link": link, "caption": "A"}}),
        "video" => json!({"video": {"provider_id": "12", "caption": "A"}}),
        "audio" => json!({"audio": {"link": link, "voice": true}}),
        "document" => json!({"document": {"link": link, "caption": "A", "filename": "a.pdf"}}),
        "sticker" => json!({"sticker": {"link": link}}),
        "location" => json!({"location": {"latitude": -90.0, "longitude": 180.0, "name": "Pole"}}),
        "contacts" => json!({"contacts": [{
            "name": {"formatted_name": "Ana"}, "birthday": "1999-01-23",
            "phones": [{"phone": "+1650", "type": "Mobile"}], "emails": [{"email": "a@b.example"}],
            "urls": [{"url": "b.example"}], "addresses": [{"city": "Pune"}],
        }]}),
        "reaction" => json!({"reaction": {"message_id": "wamid.A", "emoji": "👩‍👩‍👧‍👦"}}),
        "button" => json!({"interactive": {"button": {
            "header": {"text": "H"}, "body": "B", "footer": "F",
            "buttons": [{"id": "1", "title": "Yes"}, {"id": "2", "title": "No"}],
        }}}),
        "list" => json!({"interactive": {"list": {
            "header": {"text": "H"}, "body": "B", "footer": "F", "button": "Choose",
            "sections": [
                {"title": "One", "rows": [{"id": "1", "title": "A", "description": "D"}]},
                {"title": "Two", "rows": [{"id": "2", "title": "B"}]},
            ],
        }}}),
        "cta_url" => json!({"interactive": {"cta_url": {
            "header": {"image": {"link": link}}, "body": "B", "footer": "F", "display_text": "Open", "url": link,
        }}}),
        "voice_call" => json!({"interactive": {"voice_call": {
            "body": "B", "display_text": "Call", "ttl_minutes": 5, "payload": "p",
        }}}),
        "product" => json!({"interactive": {"product": {
            "body": "B", "footer": "F", "catalog_id": "1", "product_retailer_id": "2",
        }}}),
        "product_list" => json!({"interactive": {"product_list": {
            "header": {"text": "H"}, "body": "B", "footer": "F", "catalog_id": "1",
            "sections": [
                {"title": "One", "product_retailer_ids": ["a"]}, {"title": "Two", "product_retailer_ids": ["b"]},
            ],
        }}}),
        "catalog_message" => json!({"interactive": {"catalog_message": {
            "body": "B", "footer": "F", "thumbnail_product_retailer_id": "a",
        }}}),
        "flow" => json!({"interactive": {"flow": {
            "header": {"text": "H"}, "body": "B", "footer": "F", "flow_id": "1", "button": "Open",
            "flow_token": "t", "mode": "draft", "action": "navigate", "screen": "S", "data": {"a": 1},
        }}}),
        "location_request_message" => json!({"interactive": {"location_request_message": {"body": "B"}}}),
        "carousel" => {
            json!({"interactive": {"carousel": {"body": "B", "cards": [product("a"), product("b")]}}})
        }
        "cards" => {
            let card = json!({"media": {
                "header": {"image": {"link": link}}, "body": "B", "display_text": "Open", "url": link,
            }});
            json!({"interactive": {"carousel": {"body": "B", "cards": [card, card]}}})
        }
        "address_message" => json!({"interactive": {"address_message": {
            "body": "B", "country": "IN", "values": {"city": "Delhi"},
            "saved_addresses": [{"id": "1", "value": {"city": "Pune"}}],
            "validation_errors": {"city": "unknown"},
        }}}),
        "order_details" => json!({"interactive": {"order_details": {
            "body": "B", "reference_id": "o-1", "goods": "physical-goods", "currency": "INR",
            "items": [{"name": "bread", "amount": 1_500, "sale_amount": 1_000, "quantity": 2}],
            "subtotal": 2_000, "tax": {"amount": 100}, "shipping": {"amount": 50}, "discount": {"amount": 30},
            "total": 2_120, "expires_at": "2026-11-30T00:00:00Z", "expiration_description": "too late",
        }}}),
        "order_status" => json!({"interactive": {"order_status": {
            "body": "B", "reference_id": "o-1", "status": "shipped", "description": "D",
        }}}),
        "call_permission_request" => json!({"interactive": {"call_permission_request": {"body": "B"}}}),
        "contact_request" => json!({"interactive": {"contact_request": {"body": "B"}}}),
        other => panic!("{other}"),
    }
}

const WORDS: [&str; 25] = [
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "button",
    "list",
    "cta_url",
    "voice_call",
    "product",
    "product_list",
    "catalog_message",
    "flow",
    "location_request_message",
    "carousel",
    "cards",
    "address_message",
    "order_details",
    "order_status",
    "call_permission_request",
    "contact_request",
];

#[test]
fn a_good_content_has_no_problem_and_survives_being_kept() {
    for word in WORDS {
        let content: Content = serde_json::from_value(good(word)).unwrap();
        assert_eq!(problems(&good(word)), [], "{word}");
        let kept = Content::from_stored(content.word(), &content.to_stored().unwrap());
        assert_eq!(kept, Some(content), "{word}");
    }
    let old = Content::from_stored("text", "Yes, until six. {}");
    assert_eq!(old, Some(Content::Text(Text { body: "Yes, until six. {}".into(), preview_url: None })));
    assert_eq!(Content::from_stored("image", "no JSON"), None);
}

/// Puts `value` where `path` (a JSON pointer) points; null removes what is there.
fn changed(word: &str, path: &str, value: Value) -> Value {
    let mut content = good(word);
    let (parent, name) = path.rsplit_once('/').unwrap();
    match content.pointer_mut(parent).unwrap_or_else(|| panic!("{word} has no {parent}")) {
        Value::Object(fields) if value.is_null() => drop(fields.remove(name)),
        Value::Object(fields) => drop(fields.insert(name.into(), value)),
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        other => panic!("{other}"),
    }
    content
}

/// `/interactive/list/sections/0/rows` as `interactive.list.sections[0].rows`.
fn field(path: &str) -> String {
    path.split('/').skip(1).fold(String::new(), |field, part| match part.parse::<usize>() {
        Ok(index) => format!("{field}[{index}]"),
        Err(_) if field.is_empty() => part.into(),
        Err(_) => format!("{field}.{part}"),
    })
}

#[test]
fn texts_of_every_place_have_their_longest_length() {
    let part = |word: &str, rest: &str| (word.to_string(), format!("/interactive/{word}/{rest}"));
    let media = |word: &str, rest: &str| (word.to_string(), format!("/{word}/{rest}"));
    let mut limits = vec![
        (media("text", "body"), 4_096),
        (media("image", "caption"), 1_024),
        (media("video", "caption"), 1_024),
        (media("document", "caption"), 1_024),
        (part("button", "header/text"), 60),
        (part("button", "buttons/1/id"), 256),
        (part("button", "buttons/1/title"), 20),
        (part("list", "body"), 4_096),
        (part("list", "button"), 20),
        (part("list", "sections/0/title"), 24),
        (part("list", "sections/0/rows/0/id"), 200),
        (part("list", "sections/0/rows/0/title"), 24),
        (part("list", "sections/0/rows/0/description"), 72),
        (part("cta_url", "display_text"), 20),
        (part("voice_call", "display_text"), 20),
        (part("product_list", "header/text"), 60),
        (part("product_list", "sections/0/title"), 24),
        (part("flow", "button"), 20),
        (part("order_details", "reference_id"), 35),
        (part("order_status", "reference_id"), 35),
        (("cards".into(), "/interactive/carousel/cards/0/media/body".into()), 160),
        (("cards".into(), "/interactive/carousel/cards/0/media/display_text".into()), 20),
    ];
    let bodies = ["button", "cta_url", "voice_call", "product", "product_list", "catalog_message", "flow"];
    let asking = [
        "location_request_message",
        "carousel",
        "address_message",
        "order_details",
        "order_status",
        "call_permission_request",
        "contact_request",
    ];
    limits.extend(bodies.into_iter().chain(asking).map(|word| (part(word, "body"), 1_024)));
    let footers = ["button", "list", "cta_url", "product", "product_list", "catalog_message", "flow"];
    limits.extend(footers.map(|word| (part(word, "footer"), 60)));
    for ((word, path), most) in limits {
        assert_eq!(problems(&changed(&word, &path, long(most))), [], "{path}: {most} are allowed");
        let told = problems(&changed(&word, &path, long(most + 1)));
        assert_eq!(told, [(field(&path), "too_long")], "{path}: {most} and no more");
        let told = problems(&changed(&word, &path, " ".into()));
        assert_eq!(told, [(field(&path), "too_short")], "{path}: not nothing");
    }
}

#[test]
fn everything_else_that_is_refused_is_told_with_its_place() {
    let button = |n: usize| json!({"id": n.to_string(), "title": n.to_string()});
    let buttons = |n: usize| (0..n).map(button).collect::<Vec<_>>();
    let rows = |n: usize| (0..n).map(button).collect::<Vec<_>>();
    let sections = |n: usize| {
        let one = |n: usize| json!({"title": "T", "rows": [button(n)]});
        (0..n).map(one).collect::<Vec<_>>()
    };
    let ids = |n: usize| (0..n).map(|n| json!(n.to_string())).collect::<Vec<_>>();
    let list = "/interactive/list/sections";
    let products = "/interactive/product_list/sections/0/product_retailer_ids";
    let card = good("cards")["interactive"]["carousel"]["cards"][0].clone();
    let product = |catalog: &str| json!({"product": {"catalog_id": catalog, "product_retailer_id": "a"}});
    let order = "/interactive/order_details";
    let cases = [
        ("image", "/image/link", Value::Null, "image", "one_of"),
        ("image", "/image/provider_id", json!("1"), "image", "one_of"),
        ("image", "/image/link", json!("ftp://a.example/x"), "image.link", "invalid_url"),
        ("image", "/image/link", json!("file:///etc/passwd"), "image.link", "invalid_url"),
        ("sticker", "/sticker/link", json!("nowhere"), "sticker.link", "invalid_url"),
        ("location", "/location/latitude", json!(90.1), "location.latitude", "out_of_range"),
        ("location", "/location/longitude", json!(-180.1), "location.longitude", "out_of_range"),
        ("contacts", "/contacts", json!([]), "contacts", "too_few"),
        ("contacts", "/contacts/0/birthday", json!("1999-13-01"), "contacts[0].birthday", "invalid_date"),
        ("contacts", "/contacts/0/phones/0/phone", json!(""), "contacts[0].phones[0].phone", "too_short"),
        ("reaction", "/reaction/emoji", json!("ok"), "reaction.emoji", "invalid_emoji"),
        ("reaction", "/reaction/emoji", json!("👍 👍"), "reaction.emoji", "invalid_emoji"),
        ("button", "/interactive/button/buttons", json!([]), "interactive.button.buttons", "too_few"),
        (
            "button",
            "/interactive/button/buttons",
            json!(buttons(4)),
            "interactive.button.buttons",
            "too_many",
        ),
        (
            "button",
            "/interactive/button/buttons/1/id",
            json!("1"),
            "interactive.button.buttons[1].id",
            "duplicate",
        ),
        (
            "button",
            "/interactive/button/buttons/1/title",
            json!("Yes"),
            "interactive.button.buttons[1].title",
            "duplicate",
        ),
        (
            "button",
            "/interactive/button/header",
            json!({"image": {"link": "https://a.example", "caption": "no"}}),
            "interactive.button.header.image.caption",
            "not_allowed",
        ),
        (
            "list",
            "/interactive/list/header",
            json!({"image": {"link": "https://a.example"}}),
            "interactive.list.header",
            "not_allowed",
        ),
        ("list", list, json!([]), "interactive.list.sections", "too_few"),
        ("list", list, json!([{"rows": rows(11)}]), "interactive.list.sections", "too_many"),
        (
            "list",
            "/interactive/list/sections/0/title",
            Value::Null,
            "interactive.list.sections[0].title",
            "missing",
        ),
        (
            "list",
            "/interactive/list/sections/0/rows",
            json!([]),
            "interactive.list.sections[0].rows",
            "too_few",
        ),
        (
            "list",
            "/interactive/list/sections/1/rows/0/id",
            json!("1"),
            "interactive.list.sections[1].rows[0].id",
            "duplicate",
        ),
        (
            "cta_url",
            "/interactive/cta_url/url",
            json!("javascript:x"),
            "interactive.cta_url.url",
            "invalid_url",
        ),
        (
            "voice_call",
            "/interactive/voice_call/ttl_minutes",
            json!(0),
            "interactive.voice_call.ttl_minutes",
            "out_of_range",
        ),
        ("product_list", products, json!(ids(30)), "interactive.product_list.sections", "too_many"),
        (
            "product_list",
            products,
            json!([]),
            "interactive.product_list.sections[0].product_retailer_ids",
            "too_few",
        ),
        (
            "product_list",
            "/interactive/product_list/header",
            json!({"image": {"link": "https://a.example"}}),
            "interactive.product_list.header",
            "not_allowed",
        ),
        ("flow", "/interactive/flow/flow_name", json!("f"), "interactive.flow", "one_of"),
        ("flow", "/interactive/flow/flow_id", Value::Null, "interactive.flow", "one_of"),
        ("flow", "/interactive/flow/data", json!([]), "interactive.flow.data", "wrong_type"),
        ("flow", "/interactive/flow/screen", Value::Null, "interactive.flow.screen", "missing"),
        (
            "flow",
            "/interactive/flow/action",
            json!("data_exchange"),
            "interactive.flow.screen",
            "not_allowed",
        ),
        (
            "carousel",
            "/interactive/carousel/cards",
            json!([product("1")]),
            "interactive.carousel.cards",
            "too_few",
        ),
        (
            "carousel",
            "/interactive/carousel/cards",
            json!(vec![product("1"); 11]),
            "interactive.carousel.cards",
            "too_many",
        ),
        (
            "carousel",
            "/interactive/carousel/cards/1",
            product("2"),
            "interactive.carousel.cards",
            "mixed_catalogs",
        ),
        ("carousel", "/interactive/carousel/cards/1", card, "interactive.carousel.cards", "mixed_cards"),
        (
            "cards",
            "/interactive/carousel/cards/0/media/url",
            Value::Null,
            "interactive.carousel.cards[0].media",
            "one_of",
        ),
        (
            "cards",
            "/interactive/carousel/cards/0/media/header",
            json!({"text": "H"}),
            "interactive.carousel.cards[0].media.header",
            "not_allowed",
        ),
        (
            "address_message",
            "/interactive/address_message/country",
            json!("India"),
            "interactive.address_message.country",
            "invalid_country",
        ),
        (
            "order_details",
            "/interactive/order_details/currency",
            json!("inr"),
            "interactive.order_details.currency",
            "invalid_currency",
        ),
        (
            "order_details",
            "/interactive/order_details/total",
            json!(2_121),
            "interactive.order_details.total",
            "wrong_sum",
        ),
        (
            "order_details",
            "/interactive/order_details/items/0/quantity",
            json!(3),
            "interactive.order_details.subtotal",
            "wrong_sum",
        ),
        (
            "order_details",
            "/interactive/order_details/tax/amount",
            json!(-1),
            "interactive.order_details",
            "negative_amount",
        ),
        (
            "order_details",
            "/interactive/order_details/expires_at",
            json!("2020-01-01T00:00:00Z"),
            "interactive.order_details.expires_at",
            "too_soon",
        ),
        (
            "order_details",
            "/interactive/order_details/expiration_description",
            Value::Null,
            "interactive.order_details.expiration_description",
            "missing",
        ),
    ];
    assert!(problems(&changed("list", list, json!([{"rows": rows(10)}]))).is_empty(), "ten rows are fine");
    assert!(problems(&changed("list", list, json!(sections(10)))).is_empty(), "ten sections are fine");
    assert!(problems(&changed("order_details", &format!("{order}/shipping/amount"), json!(0))).len() == 1);
    for (word, path, value, field, code) in cases {
        let told = problems(&changed(word, path, value.clone()));
        assert_eq!(told, [(field.to_string(), code)], "{path} = {value}");
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    let content = json!({"interactive": {"button": {
        "body": "", "footer": long(61),
        "buttons": [{"id": "a", "title": long(21)}, {"id": "a", "title": "B"}],
    }}});
    let codes: Vec<_> = problems(&content).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["too_short", "too_long", "too_long", "duplicate"]);
}

#[test]
fn the_places_of_stored_files_are_found_wherever_they_are() {
    let id = |n: u8| format!("med_01kawz1m4cf0tr2v6x8yab3c5{n}");
    let header = |n: u8| json!({"video": {"media_id": id(n)}});
    let cards = json!({"interactive": {"carousel": {"body": "B", "cards": [
        {"media": {"header": header(1), "display_text": "O", "url": "https://a.example"}},
        {"media": {"header": header(2), "display_text": "O", "url": "https://a.example"}},
    ]}}});
    let mut content: Content = serde_json::from_value(cards).unwrap();
    let named: Vec<_> = content.media().into_iter().map(|(id, kind)| (id.to_string(), kind)).collect();
    assert_eq!(named, [(id(1), "video"), (id(2), "video")]);
    for file in content.files_mut() {
        (*file.media_id, *file.provider_id) = (None, Some("77".into()));
    }
    assert!(content.media().is_empty());
    assert!(content.to_stored().unwrap().contains(r#""provider_id":"77""#));
}
