//! Every documented request that sends something free-form, read back into our own words and written again.
//!
//! The table it prints (`--nocapture`) says of each file: the same, different on purpose, or no free-form send.

use serde_json::{Map, Value, json};

use super::*;
use crate::content::Content;
use crate::providers::meta::testing::folder;

/// Makes a sample the way we write it.
type Change = fn(&mut Value);

/// What we write differently, and why that is right. Applied to a sample only where it makes a difference.
const ON_PURPOSE: &[(&str, Change)] = &[
    ("we always name the recipient's type", |sample| {
        sample["recipient_type"] = "individual".into();
    }),
    ("we always name the message's type", |sample| {
        let known = ["text", "interactive"].into_iter().find(|word| sample.get(word).is_some());
        if let Some(word) = known {
            sample["type"] = word.into();
        }
    }),
    ("we always say whether links are previewed", |sample| {
        if sample["text"].is_object() && sample["text"]["preview_url"].is_null() {
            sample["text"]["preview_url"] = false.into();
        }
    }),
    ("coordinates are numbers", |sample| {
        for name in ["latitude", "longitude"] {
            if let Some(degrees) = sample["location"][name].as_str().and_then(|text| text.parse::<f64>().ok())
            {
                sample["location"][name] = degrees.into();
            }
        }
    }),
    ("identity checks are not offered", |sample| {
        drop(sample.as_object_mut().unwrap().remove("recipient_identity_key_hash"));
    }),
    ("a header of a product list is text (the sample has a placeholder)", |sample| {
        if sample["interactive"]["header"]["type"] == "<HEADER_TYPE>" {
            sample["interactive"]["header"]["type"] = "text".into();
        }
    }),
];

/// Samples that cannot be sent as they are.
const NOT_SENT: &[(&str, &str)] = &[
    ("doc_send_interactive_payment_links.json", "its interactive object is empty"),
    ("send_text_5.json", "it goes to a group; we write to people"),
];

#[test]
#[expect(clippy::print_stdout, reason = "the table is for people who run it with --nocapture")]
fn every_documented_free_form_request_is_written_the_same_or_differs_on_purpose() {
    let (mut same, mut on_purpose, mut others) = (0, 0, 0);
    let samples = folder("requests");
    for (name, bytes) in &samples {
        let mut sample: Value = serde_json::from_slice(bytes).unwrap();
        let free_form = sample.get("to").or(sample.get("recipient")).is_some()
            && sample.get("template").is_none()
            && sample.get("action").is_none();
        let receipt = sample["status"] == "read";
        if let Some((_, why)) = NOT_SENT.iter().find(|(file, _)| file == name) {
            println!("{name:<85} not sendable: {why}");
        } else if !free_form && !receipt {
            others += 1;
            println!("{name:<85} no free-form send");
        } else {
            let written = if receipt { receipt_of(&sample) } else { written_of(name, &sample) };
            let mut reasons = Vec::new();
            for (reason, change) in ON_PURPOSE.iter().filter(|_| !receipt) {
                let before = sample.clone();
                if written != before {
                    change(&mut sample);
                }
                if sample != before {
                    reasons.push(*reason);
                }
            }
            assert_eq!(written, sample, "{name}");
            if reasons.is_empty() {
                same += 1
            } else {
                on_purpose += 1
            }
            let verdict = if reasons.is_empty() {
                "same".into()
            } else {
                format!("on purpose: {}", reasons.join("; "))
            };
            println!("{name:<85} {verdict}");
        }
    }
    println!("{same} the same, {on_purpose} different on purpose, {others} no free-form sends");
    assert!(samples.is_empty() || same + on_purpose >= 70, "{same} + {on_purpose}");
}

fn receipt_of(sample: &Value) -> Value {
    let typing = sample.get("typing_indicator").is_some();
    let receipt = ReadReceipt::new(sample["message_id"].as_str().unwrap(), typing);
    serde_json::to_value(receipt).unwrap()
}

/// Our message for a sample, as we write it.
fn written_of(name: &str, sample: &Value) -> Value {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let to = match text(&sample["to"]) {
        Some(phone) => Recipient::Phone(phone),
        None => Recipient::Bsuid(text(&sample["recipient"]).unwrap()),
    };
    let ours = ours(sample);
    let content: Content =
        serde_json::from_value(ours.clone()).unwrap_or_else(|error| panic!("{name}: {error}: {ours:#}"));
    let message = OutboundMessage {
        to,
        body: OutboundBody::FreeForm(Box::new(content)),
        reply_to: text(&sample["context"]["message_id"]),
        opaque: text(&sample["biz_opaque_callback_data"]).unwrap_or_default(),
    };
    serde_json::to_value(Payload::from(&message)).unwrap()
}

/// A sample in the words of our API.
fn ours(sample: &Value) -> Value {
    let known =
        ["text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction"];
    let word = known.into_iter().find(|word| sample.get(word).is_some()).unwrap_or("interactive");
    let mut part = sample[word].clone();
    match word {
        "interactive" => part = interactive(&part),
        "location" => {
            for name in ["latitude", "longitude"] {
                if let Some(degrees) = part[name].as_str().and_then(|text| text.parse::<f64>().ok()) {
                    part[name] = degrees.into();
                }
            }
        }
        "text" if part["preview_url"].is_null() => part["preview_url"] = false.into(),
        "image" | "video" | "audio" | "document" | "sticker" => part = file(&part),
        _ => {}
    }
    json!({ word: part })
}

fn file(part: &Value) -> Value {
    let mut part = part.clone();
    if let Some(id) = part.as_object_mut().unwrap().remove("id") {
        part["provider_id"] = id;
    }
    part
}

fn header(part: &Value) -> Value {
    match part["type"].as_str().unwrap() {
        kind @ ("image" | "video" | "document") => json!({ kind: file(&part[kind]) }),
        _ => json!({"text": part["text"]}),
    }
}

fn interactive(part: &Value) -> Value {
    let kind = part["type"].as_str().unwrap();
    let (action, parameters) = (&part["action"], &part["action"]["parameters"]);
    let mut ours = match kind {
        "button" => json!({"buttons": replies(&action["buttons"], "reply")}),
        "list" => action.clone(),
        "cta_url" | "voice_call" | "address_message" | "catalog_message" => parameters.clone(),
        "product" => action.clone(),
        "product_list" => {
            let ids = |section: &Value| {
                let items = section["product_items"].as_array().unwrap();
                items.iter().map(|item| item["product_retailer_id"].clone()).collect::<Vec<_>>()
            };
            let sections = action["sections"].as_array().unwrap().iter();
            let sections = sections
                .map(|section| json!({"title": section["title"], "product_retailer_ids": ids(section)}));
            json!({"catalog_id": action["catalog_id"], "sections": sections.collect::<Vec<_>>()})
        }
        "flow" => flow(parameters),
        "carousel" => {
            json!({"cards": action["cards"].as_array().unwrap().iter().map(card).collect::<Vec<_>>()})
        }
        "order_details" => order(parameters),
        "order_status" => json!({
            "reference_id": parameters["reference_id"], "status": parameters["order"]["status"],
            "description": parameters["order"]["description"],
        }),
        _ => json!({}),
    };
    for (name, words) in [("body", &part["body"]["text"]), ("footer", &part["footer"]["text"])] {
        if !words.is_null() {
            ours[name] = words.clone();
        }
    }
    if part["header"].is_object() {
        ours["header"] = header(&part["header"]);
    }
    json!({ kind: ours })
}

fn replies(buttons: &Value, kind: &str) -> Vec<Value> {
    buttons.as_array().unwrap().iter().map(|button| button[kind].clone()).collect()
}

fn flow(parameters: &Value) -> Value {
    let mut ours = parameters.as_object().unwrap().clone();
    let mut renamed = Map::new();
    for (theirs, name) in [("flow_cta", "button"), ("flow_action", "action")] {
        renamed.extend(ours.remove(theirs).map(|value| (name.to_owned(), value)));
    }
    if let Some(first) = ours.remove("flow_action_payload") {
        renamed.extend(first.as_object().unwrap().clone());
    }
    ours.remove("flow_message_version");
    ours.extend(renamed);
    ours.into()
}

fn card(card: &Value) -> Value {
    if card["type"] == "product" {
        return json!({"product": card["action"]});
    }
    let mut ours = json!({"header": header(&card["header"]), "body": card["body"]["text"]});
    if card["action"]["buttons"].is_array() {
        ours["buttons"] = replies(&card["action"]["buttons"], "quick_reply").into();
    } else {
        ours["display_text"] = card["action"]["parameters"]["display_text"].clone();
        ours["url"] = card["action"]["parameters"]["url"].clone();
    }
    json!({ "media": ours })
}

fn order(parameters: &Value) -> Value {
    let charge = |it: &Value| json!({"amount": it["value"], "description": it["description"]});
    let order = &parameters["order"];
    let items = order["items"].as_array().unwrap().iter().map(|item| {
        json!({
            "retailer_id": item["retailer_id"], "name": item["name"], "quantity": item["quantity"],
            "amount": item["amount"]["value"], "sale_amount": item["sale_amount"]["value"],
        })
    });
    let mut discount = charge(&order["discount"]);
    discount["program_name"] = order["discount"]["discount_program_name"].clone();
    json!({
        "reference_id": parameters["reference_id"], "goods": parameters["type"],
        "currency": parameters["currency"], "payment_type": parameters["payment_type"],
        "payment_configuration": parameters["payment_configuration"],
        "total": parameters["total_amount"]["value"], "subtotal": order["subtotal"]["value"],
        "tax": charge(&order["tax"]), "shipping": charge(&order["shipping"]), "discount": discount,
        "items": items.collect::<Vec<_>>(),
    })
}
