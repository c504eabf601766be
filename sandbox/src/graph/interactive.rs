//! Interactive messages, kind by kind.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    GraphError,
    content::{at_most, file, length, missing, web_address, wrong},
};
use crate::template::{list, string};

/// Most letters of most bodies, of a list's body, of a card's body, of a header or footer.
const BODY_MAX: usize = 1_024;
const LIST_BODY_MAX: usize = 4_096;
const CARD_BODY_MAX: usize = 160;
const LINE_MAX: usize = 60;

type Checked = Result<(), GraphError>;

/// Checks `interactive`; gives its body's words.
pub(super) fn check(content: &Value) -> Result<Vec<String>, GraphError> {
    let kind = string(content, "type");
    let action = content.get("action").unwrap_or(&Value::Null);
    let body = content.get("body").map(|body| string(body, "text")).unwrap_or_default();
    if kind.is_empty() {
        return Err(missing("interactive['type']"));
    }
    if !action.is_object() {
        return Err(missing("interactive['action']"));
    }
    // A single product may stand alone.
    if body.is_empty() && kind != "product" {
        return Err(missing("interactive['body']['text']"));
    }
    at_most("interactive['body']['text']", body, if kind == "list" { LIST_BODY_MAX } else { BODY_MAX })?;
    let footer = content.get("footer").map(|footer| string(footer, "text")).unwrap_or_default();
    at_most("interactive['footer']['text']", footer, LINE_MAX)?;
    header(kind, content.get("header"))?;
    match kind {
        "button" => buttons(action)?,
        "list" => rows(action)?,
        "cta_url" => link(action)?,
        "product" => product(action)?,
        "product_list" => products(action)?,
        "flow" => flow(action)?,
        "carousel" => cards(action)?,
        "order_details" => order_total(action)?,
        "location_request_message" => named(action, &["send_location"])?,
        "catalog_message" => named(action, &["catalog_message"])?,
        "address_message" => named(action, &["address_message"])?,
        "contact_request" => named(action, &["request_contact_info"])?,
        "call_permission_request" => named(action, &["call_permission_request"])?,
        "voice_call" => named(action, &["voice_call"])?,
        "order_status" => named(action, &["review_order"])?,
        _ => return Err(wrong(format!("Interactive message type {kind} is not supported."))),
    }
    Ok(vec![body.to_owned()])
}

fn header(kind: &str, header: Option<&Value>) -> Checked {
    let form = header.map(|header| string(header, "type")).unwrap_or_default();
    match (kind, form) {
        ("product_list", "text") => {}
        ("product_list", _) => return Err(wrong("A multi-product message needs a header of type text.")),
        ("product", other) if !other.is_empty() => {
            return Err(wrong("A single-product message has no header."));
        }
        ("list", other) if !["", "text"].contains(&other) => {
            return Err(wrong("A list's header can only be text."));
        }
        _ => {}
    }
    match (form, header) {
        ("text", Some(header)) => length("Header text", string(header, "text"), LINE_MAX),
        ("image" | "video" | "document", Some(header)) => {
            file(form, header.get(form).unwrap_or(&Value::Null)).map(drop)
        }
        ("", _) => Ok(()),
        _ => Err(wrong("Param interactive['header']['type'] must be one of {TEXT, IMAGE, VIDEO, DOCUMENT}.")),
    }
}

fn buttons(action: &Value) -> Checked {
    let buttons = list(action, "buttons");
    if !(1..=3).contains(&buttons.len()) {
        let details = "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3";
        return Err(GraphError::invalid(details));
    }
    let (mut ids, mut titles) = (HashSet::new(), HashSet::new());
    for button in buttons {
        let reply = button.get("reply").unwrap_or(&Value::Null);
        let (id, title) = (string(reply, "id"), string(reply, "title"));
        length("Button title", title, 20)?;
        length("Button id", id, 256)?;
        if !ids.insert(id) || !titles.insert(title) {
            return Err(wrong("Duplicated reply id or title in buttons."));
        }
    }
    Ok(())
}

fn rows(action: &Value) -> Checked {
    length("Button label", string(action, "button"), 20)?;
    let sections = list(action, "sections");
    let rows: usize = sections.iter().map(|section| list(section, "rows").len()).sum();
    if !(1..=10).contains(&rows) {
        return Err(wrong("Total row count exceed max allowed count: 10"));
    }
    if sections.len() > 10 {
        return Err(wrong("Section count exceed max allowed count: 10"));
    }
    let mut ids = HashSet::new();
    for section in sections {
        if sections.len() > 1 || section.get("title").is_some() {
            length("Section title", string(section, "title"), 24)?;
        }
        for row in list(section, "rows") {
            length("Row title", string(row, "title"), 24)?;
            length("Row id", string(row, "id"), 200)?;
            at_most("row['description']", string(row, "description"), 72)?;
            if !ids.insert(string(row, "id")) {
                return Err(wrong("Duplicated row id."));
            }
        }
    }
    Ok(())
}

fn link(action: &Value) -> Checked {
    named(action, &["cta_url"])?;
    let parameters = action.get("parameters").unwrap_or(&Value::Null);
    length("Display text", string(parameters, "display_text"), 20)?;
    web_address("interactive['action']['parameters']['url']", string(parameters, "url"))
}

fn product(action: &Value) -> Checked {
    for key in ["catalog_id", "product_retailer_id"] {
        if string(action, key).is_empty() {
            return Err(missing(&format!("interactive['action']['{key}']")));
        }
    }
    Ok(())
}

fn products(action: &Value) -> Checked {
    if string(action, "catalog_id").is_empty() {
        return Err(missing("interactive['action']['catalog_id']"));
    }
    let sections = list(action, "sections");
    let items: usize = sections.iter().map(|section| list(section, "product_items").len()).sum();
    if sections.len() > 10 || !(1..=30).contains(&items) {
        return Err(wrong("A multi-product message has up to 10 sections and 1 to 30 products."));
    }
    for section in sections.iter().filter(|_| sections.len() > 1) {
        length("Section title", string(section, "title"), 24)?;
    }
    Ok(())
}

fn flow(action: &Value) -> Checked {
    named(action, &["flow"])?;
    let parameters = action.get("parameters").unwrap_or(&Value::Null);
    let given = |key: &str| parameters.get(key).is_some_and(|value| !value.is_null());
    if !given("flow_message_version") {
        return Err(missing("interactive['action']['parameters']['flow_message_version']"));
    }
    if given("flow_id") == given("flow_name") {
        return Err(wrong("Exactly one of flow_id and flow_name is needed."));
    }
    length("flow_cta", string(parameters, "flow_cta"), 30)
}

fn cards(action: &Value) -> Checked {
    let cards = list(action, "cards");
    if !(2..=10).contains(&cards.len()) {
        return Err(wrong("A carousel has 2 to 10 cards."));
    }
    for card in cards {
        let body = card.get("body").map(|body| string(body, "text")).unwrap_or_default();
        at_most("card['body']['text']", body, CARD_BODY_MAX)?;
        let action = card.get("action").unwrap_or(&Value::Null);
        if string(card, "type") == "product" {
            product(action)?;
        } else {
            header("card", card.get("header"))?;
        }
    }
    Ok(())
}

/// The total of an order is its parts' sum, or Meta rejects it.
fn order_total(action: &Value) -> Checked {
    named(action, &["review_and_pay"])?;
    let parameters = action.get("parameters").unwrap_or(&Value::Null);
    length("reference_id", string(parameters, "reference_id"), 35)?;
    let order = parameters.get("order").unwrap_or(&Value::Null);
    let amount = |holder: &Value, key: &str| {
        holder.get(key).and_then(|amount| amount.get("value")).and_then(Value::as_i64).unwrap_or_default()
    };
    let sum = amount(order, "subtotal") + amount(order, "tax") + amount(order, "shipping")
        - amount(order, "discount");
    let total = amount(parameters, "total_amount");
    if total == sum {
        Ok(())
    } else {
        Err(wrong(format!("total_amount is {total}, but its parts make {sum}.")))
    }
}

fn named(action: &Value, names: &[&str]) -> Checked {
    let name = string(action, "name");
    if names.contains(&name) {
        return Ok(());
    }
    Err(wrong(format!("Param interactive['action']['name'] must be one of {{{}}}.", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(kind: &str, action: Value, header: Option<Value>) -> u32 {
        let mut content = json!({"type": kind, "body": {"text": "Hello"}, "action": action});
        if let Some(header) = header {
            content["header"] = header;
        }
        check(&content).err().map_or(0, |error| error.code)
    }

    fn rows_of(rows: usize) -> Value {
        let rows: Vec<_> = (0..rows).map(|n| json!({"id": n.to_string(), "title": "One"})).collect();
        json!({"button": "Choose", "sections": [{"title": "All", "rows": rows}]})
    }

    #[test]
    fn limits_are_metas() {
        let reply = |id: &str, title: &str| json!({"type": "reply", "reply": {"id": id, "title": title}});
        let buttons = |buttons: Value| json!({"buttons": buttons});
        let three = buttons(json!([reply("1", "a"), reply("2", "b"), reply("3", "c")]));
        let image = json!({"type": "image", "image": {"link": "https://e.com/a.png"}});
        assert_eq!(code("button", three, Some(image.clone())), 0);
        assert_eq!(code("button", buttons(json!([])), None), 100);
        assert_eq!(code("button", buttons(json!([reply("1", &"x".repeat(21))])), None), 131_009);
        assert_eq!(code("button", buttons(json!([reply("1", "a"), reply("1", "b")])), None), 131_009);
        assert_eq!(code("list", rows_of(10), None), 0);
        assert_eq!(code("list", rows_of(11), None), 131_009);
        assert_eq!(code("list", rows_of(1), Some(image.clone())), 131_009);
        let items = json!([{"title": "All", "product_items": [{"product_retailer_id": "1"}]}]);
        let products = json!({"catalog_id": "1", "sections": items});
        let text = json!({"type": "text", "text": "Ours"});
        assert_eq!(code("product_list", products.clone(), Some(text.clone())), 0);
        assert_eq!(code("product_list", products.clone(), Some(image)), 131_009);
        assert_eq!(code("product_list", products, None), 131_009);
        let one = json!({"catalog_id": "1", "product_retailer_id": "1"});
        assert_eq!((code("product", one.clone(), None), code("product", one, Some(text))), (0, 131_009));
        let url = |url: &str| json!({"name": "cta_url", "parameters": {"display_text": "See", "url": url}});
        assert_eq!(
            (code("cta_url", url("https://e.com"), None), code("cta_url", url("e"), None)),
            (0, 131_009)
        );
        let card = json!({"card_index": 0, "type": "product",
            "action": {"catalog_id": "1", "product_retailer_id": "1"}});
        assert_eq!(code("carousel", json!({"cards": [card]}), None), 131_009);
        assert_eq!(code("hologram", json!({}), None), 131_009);
    }

    #[test]
    fn orders_must_add_up() {
        let order = |total: i64| {
            json!({"name": "review_and_pay", "parameters": {"reference_id": "r1",
                "total_amount": {"value": total, "offset": 100},
                "order": {"subtotal": {"value": 900}, "tax": {"value": 100}, "shipping": {"value": 50},
                    "discount": {"value": 50}}}})
        };
        assert_eq!(
            (code("order_details", order(1_000), None), code("order_details", order(999), None)),
            (0, 131_009)
        );
    }
}
