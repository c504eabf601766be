//! Every template send among Meta's own samples: a definition, a flat map of values, and the same JSON.
//!
//! Where ours differs it does so on purpose, and the table says why; the sample is changed in exactly that place before
//! it is compared.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::providers::meta::testing::folder;
use crate::templates::{Category, ParameterFormat, TemplateModel, render};

/// Makes a sample the way we write it.
type Change = fn(&mut Value);

struct Sample {
    file: &'static str,
    /// The template, as its components would be read from Meta.
    template: Value,
    values: Vec<(&'static str, &'static str)>,
    differs: Option<(&'static str, Change)>,
}

fn sample(file: &'static str, template: Value, values: &[(&'static str, &'static str)]) -> Sample {
    Sample { file, template, values: values.to_vec(), differs: None }
}

impl Sample {
    fn but(self, why: &'static str, change: Change) -> Self {
        Self { differs: Some((why, change)), ..self }
    }
}

fn body(text: &str) -> Value {
    json!({"type": "BODY", "text": text})
}

fn header(format: &str) -> Value {
    json!({"type": "HEADER", "format": format})
}

fn buttons(buttons: Value) -> Value {
    json!({"type": "BUTTONS", "buttons": buttons})
}

fn reply() -> Value {
    json!({"type": "QUICK_REPLY", "text": "More"})
}

fn link() -> Value {
    json!({"type": "URL", "text": "Go", "url": "https://a.example/{{1}}"})
}

fn card(product: bool) -> Value {
    match product {
        true => json!({"components": [header("PRODUCT"), buttons(json!([{"type": "SPM", "text": "View"}]))]}),
        false => json!({"components": [header("IMAGE"), buttons(json!([reply(), link()]))]}),
    }
}

fn components(json: &mut Value) -> &mut Value {
    &mut json["template"]["components"]
}

/// What is the same for all of them: Meta takes either spelling.
fn usual(json: &mut Value) {
    json["recipient_type"] = json!("individual");
    if let Some(language) = json["template"]["language"].as_object_mut() {
        language.remove("policy"); // there is only one, and it is the default
    }
    fn spell(components: &mut Value) {
        for component in components.as_array_mut().into_iter().flatten() {
            if let Some(kind) = component.get("sub_type").and_then(Value::as_str).map(str::to_lowercase) {
                component["sub_type"] = json!(kind);
            }
            if let Some(index) = component.get("index").and_then(Value::as_u64) {
                component["index"] = json!(index.to_string());
            }
            for card in component.get_mut("cards").and_then(Value::as_array_mut).into_iter().flatten() {
                spell(&mut card["components"]);
            }
        }
    }
    if json["template"].get("components").is_some() {
        spell(components(json));
    }
}

fn no_policy(json: &mut Value) {
    let fields = json.as_object_mut().unwrap();
    fields.remove("product_policy");
    fields.remove("message_activity_sharing");
}

const MARKETING: &str = "the fields of the endpoint /marketing_messages: we send through /messages";

fn samples() -> Vec<Sample> {
    let two = || json!([body("Hi {{1}}, your {{2}} is here.")]);
    let three = || json!([body("Buy {{1}} for {{2}} until {{3}}.")]);
    let meaning = [
        ("1", "text-string"),
        ("2", "$100.99"),
        ("2.currency", "100.99 USD"),
        ("3", "February 25, 1977"),
        ("3.date_time", "1977-02-25T15:33"),
    ];
    let pictured = {
        let mut values = vec![("header.image", "http(s)://the-image-url")];
        values.extend(meaning);
        values
    };
    let odd_link = "a link that is none: a real one stands in its place";
    fn real_link(json: &mut Value) {
        components(json)[0]["parameters"][0]["image"]["link"] = json!("https://a.example/a.jpg");
    }
    let pictured: Vec<_> = pictured
        .into_iter()
        .map(|(key, value)| (key, if key == "header.image" { "https://a.example/a.jpg" } else { value }))
        .collect();
    let with_replies: Vec<_> = pictured
        .iter()
        .copied()
        .chain([("button.0.payload", "aGlzIHRoaXMgaXMgY29v"), ("button.1.payload", "9rwnB8RbYmPF5t2Mn09x4h")])
        .collect();
    let named = |text: &str, more: Value| {
        let mut all = vec![body(text)];
        all.extend(more.as_array().cloned().unwrap_or_default());
        json!(all)
    };
    vec![
        sample(
            "doc_send_template_call_button_messages_deep_links.json",
            json!([body("Call us."), buttons(json!([{"type": "VOICE_CALL", "text": "Call"}]))]),
            &[("button.0.ttl_minutes", "100"), ("button.0.payload", "payload data")],
        )
        .but("we always say which button", |json| components(json)[0]["index"] = json!("0")),
        sample(
            "doc_send_template_enhanced_payment_links.json",
            json!([body("Pay {{1}} by {{2}} or a {{3}} is due."), buttons(json!([link()]))]),
            &[("1", "₹100"), ("2", "Jan 2029"), ("3", "penalty!"), ("button.0.1", "unique_identifier")],
        )
        .but("the preview of payment links is not asked for", |json| {
            components(json)[1]["parameters"][0].as_object_mut().unwrap().remove("payment_link_preview");
        }),
        sample(
            "doc_send_template_overview.json",
            named("Thank you, {{first_name}}! Your order {{order_number}} is here.", json!([])),
            &[("first_name", "Jessica"), ("order_number", "SKBUP2-4CPIG9")],
        ),
        sample("doc_send_template_overview_2.json", two(), &[("1", "Jessica"), ("2", "SKBUP2-4CPIG9")]),
        sample("doc_send_template_quick_reference.json", json!([body("Hello.")]), &[]),
        sample(
            "doc_send_template_user_call_permissions.json",
            json!([body("Hi {{1}}, about {{2}}: may we call?"), {"type": "call_permission_request"}]),
            &[("1", "John Smith"), ("2", "order #1522")],
        ),
        sample(
            "openapi_post_phone_number_id_marketing_messages__parameterized_template.json",
            two(),
            &[("1", "John Doe"), ("2", "$25.00"), ("2.currency", "25 USD")],
        )
        .but(MARKETING, no_policy),
        sample(
            "openapi_post_phone_number_id_marketing_messages__simple_template_message.json",
            json!([body("Hello.")]),
            &[],
        ),
        sample(
            "openapi_post_phone_number_id_marketing_messages__template_with_product_policy.json",
            json!([body("Hello.")]),
            &[],
        )
        .but(MARKETING, no_policy),
        sample(
            "openapi_post_phone_number_id_messages__send_flow_template_message.json",
            json!([body("Hello."), buttons(json!([{"type": "FLOW", "text": "Go", "flow_id": "1"}]))]),
            &[
                ("button.0.flow_token", "<FLOW_TOKEN>"),
                ("button.0.flow_data", r#"{"<CUSTOM_KEY>": "<CUSTOM_VALUE>"}"#),
            ],
        ),
        sample(
            "openapi_post_phone_number_id_messages__send_message_template_interactive.json",
            json!([header("IMAGE"), three()[0], buttons(json!([reply(), reply()]))]),
            &with_replies,
        )
        .but(odd_link, real_link),
        sample(
            "openapi_post_phone_number_id_messages__send_message_template_media.json",
            json!([header("IMAGE"), three()[0]]),
            &pictured,
        )
        .but(odd_link, real_link),
        sample("openapi_post_phone_number_id_messages__send_message_template_text.json", three(), &meaning),
        sample(
            "openapi_post_phone_number_id_messages__send_sample_issue_resolution_template.json",
            json!([body("Hi {{1}}, solved?"), buttons(json!([reply(), reply()]))]),
            &[("1", "*Mr. Jones*"), ("button.0.payload", "true"), ("button.1.payload", "false")],
        )
        .but("quick replies have a payload, not a text; and it is one, not a flag", |json| {
            for (index, payload) in [(1, "true"), (2, "false")] {
                components(json)[index]["parameters"] = json!([{"type": "payload", "payload": payload}]);
            }
        }),
        sample(
            "openapi_post_phone_number_id_messages__send_sample_shipping_confirmation_template.json",
            three(),
            &meaning,
        ),
        sample("openapi_post_phone_number_id_messages__send_test_message.json", json!([body("Hello.")]), &[]),
        sample(
            "send_template_abandoned_cart.json",
            json!([
                {"type": "HEADER", "format": "TEXT", "text": "Forget something, {{1}}?"},
                body("Use code {{1}} now."), buttons(json!([{"type": "MPM", "text": "View items"}])),
            ]),
            &[
                ("header.1", "Pablo"),
                ("1", "10OFF"),
                ("button.0.thumbnail", "2lc20305pt"),
                (
                    "button.0.sections",
                    r#"[{"title": "Popular Bundles", "products": ["2lc20305pt", "nseiw1x3ch"]},
                        {"title": "Premium Packages", "products": ["n6k6x0y7oe"]}]"#,
                ),
            ],
        ),
        sample(
            "send_template_august_promotion.json",
            json!([header("IMAGE"), body("News: {{1}} Bye.")]),
            &[
                ("header.image", "https://www.luckyshrubs.com"),
                ("1", "Hello Andy..."),
                ("tap_target.url", "https://www.luckyshrubs.com/"),
                ("tap_target.title", "Offer Details"),
            ],
        ),
        sample(
            "send_template_carousel_template_media_cards_v1.json",
            json!([
                body("Hi {{1}}, {{2}} off with {{3}}."),
                {"type": "CAROUSEL", "cards": [card(false), card(false), card(false)]},
            ]),
            &[
                ("1", "Pablo"),
                ("2", "20%"),
                ("3", "20OFF"),
                ("card.0.header.image", "1558081531584829"),
                ("card.0.button.0.payload", "more-aloes"),
                ("card.0.button.1.1", "blue-elf"),
                ("card.1.header.image", "861236878885705"),
                ("card.1.button.0.payload", "more-crassulas"),
                ("card.1.button.1.1", "buddhas-temple"),
                ("card.2.header.image", "1587064918516321"),
                ("card.2.button.0.payload", "more-echeverias"),
                ("card.2.button.1.1", "black-prince"),
            ],
        ),
        sample(
            "send_template_carousel_template_product_cards_v1.json",
            json!([body("Hi {{1}}."), {"type": "CAROUSEL", "cards": [card(true), card(true), card(true)]}]),
            &[
                ("1", "Pablo"),
                ("card.0.header.product", "vrpj01fvwp"),
                ("card.0.header.product.catalog_id", "194836987003835"),
                ("card.1.header.product", "va2l5ioeat"),
                ("card.1.header.product.catalog_id", "194836987003835"),
                ("card.2.header.product", "sqpjv0mgde"),
                ("card.2.header.product.catalog_id", "194836987003835"),
            ],
        ),
        sample(
            "send_template_coupon_code_fall2023_25off.json",
            json!([body("Use {{1}} to get {{2}} off."), buttons(json!([reply(), {"type": "COPY_CODE"}]))]),
            &[("1", "25OFF"), ("2", "25%"), ("button.1.coupon_code", "25OFF")],
        ),
        sample(
            "send_template_intro_catalog_offer.json",
            json!([three()[0], buttons(json!([{"type": "CATALOG", "text": "View"}]))]),
            &[("1", "100"), ("2", "400"), ("3", "3"), ("button.0.thumbnail", "2lc20305pt")],
        ),
        sample(
            "send_template_item_back_in_stock_v2.json",
            json!([header("IMAGE"), two()[0], buttons(json!([{"type": "ORDER_DETAILS", "text": "Buy"}]))]),
            &[
                ("header.image", "1558081531584829"),
                ("1", "Nidhi"),
                ("2", "Blue Elf Aloe"),
                ("button.0.order_details", ""), // taken from the sample
            ],
        ),
        sample(
            "send_template_limited_time_offer_caribbean_pkg_2023.json",
            json!([
                header("IMAGE"),
                {"type": "limited_time_offer", "limited_time_offer": {"text": "Ends", "has_expiration": true}},
                two()[0], buttons(json!([{"type": "COPY_CODE"}, link()])),
            ]),
            &[
                ("header.image", "1602186516975000"),
                ("1", "Pablo"),
                ("2", "CARIBE25"),
                ("limited_time_offer.expires_at", "1209600000"),
                ("button.0.coupon_code", "CARIBE25"),
                ("button.1.1", "n3mtql"),
            ],
        ),
        sample(
            "send_template_reservation_confirmation.json",
            named(
                "Your table for {{number_of_guests}} on {{day}}, {{date}}, at {{time}}, is booked.",
                json!([header("IMAGE")]),
            ),
            &[
                ("header.image", "2871834006348767"),
                ("number_of_guests", "4"),
                ("day", "Saturday"),
                ("date", "August 30th, 2025"),
                ("time", "7:30 pm"),
            ],
        ),
        sample(
            "send_template_spm_template_named_params.json",
            named("Use {{code}} to get {{percent}} off!", json!([header("PRODUCT")])),
            &[
                ("header.product", "nqryix03ez"),
                ("header.product.catalog_id", "194836987003835"),
                ("code", "25OFF"),
                ("percent", "25%"),
            ],
        ),
        sample(
            "send_template_verification_code.json",
            json!([
                {"type": "BODY", "add_security_recommendation": true},
                buttons(json!([{"type": "OTP", "otp_type": "COPY_CODE"}])),
            ]),
            &[("code", "J$FpnYnP")],
        ),
        sample(
            "send_template_welcome_discount_template.json",
            named(
                "Hi {{first_name}}, use {{discount_code}} for {{discount_amount}} off!",
                json!([header("IMAGE")]),
            ),
            &[
                ("header.image", "1339522734477770"),
                ("first_name", "Jessica"),
                ("discount_code", "WELCOME25"),
                ("discount_amount", "25%"),
            ],
        ),
        sample("send_template_welcome_template.json", json!([body("Hello.")]), &[]),
        sample("x_marketing_messages_full.json", json!([body("Hello.")]), &[]).but(MARKETING, no_policy),
        sample(
            "x_template_catalog_button.json",
            json!([body("Hello."), buttons(json!([{"type": "CATALOG", "text": "View"}]))]),
            &[("button.0.thumbnail", "2lc20305pt")],
        ),
        sample(
            "x_template_flow_button.json",
            json!([body("Hello."), buttons(json!([{"type": "FLOW", "text": "Go", "flow_id": "1"}]))]),
            &[("button.0.flow_token", "ft_1"), ("button.0.flow_data", r#"{"k": "v"}"#)],
        ),
        sample(
            "x_template_lto_expiration.json",
            json!([
                {"type": "limited_time_offer", "limited_time_offer": {"text": "Ends", "has_expiration": true}},
                body("Hello."),
            ]),
            &[("limited_time_offer.expires_at", "1791000000000")],
        ),
        sample(
            "x_template_mpm_button.json",
            json!([body("Hello."), buttons(json!([{"type": "MPM", "text": "View items"}]))]),
            &[
                ("button.0.thumbnail", "2lc20305pt"),
                ("button.0.sections", r#"[{"title": "Popular", "products": ["2lc20305pt", "nseiw1x3ch"]}]"#),
            ],
        ),
        sample(
            "x_template_named_params_video_header.json",
            named("{{customer_name}}: order {{order_number}}.", json!([header("VIDEO")])),
            &[
                ("header.video", "https://example.com/v.mp4"),
                ("customer_name", "Jessica"),
                ("order_number", "SKBUP2-4CPIG9"),
            ],
        ),
        sample(
            "x_template_positional_image_header_all_buttons.json",
            json!([header("IMAGE"), three()[0], buttons(json!([reply(), link(), {"type": "COPY_CODE"}]))]),
            &[
                ("header.image", "2871834006348767"),
                ("1", "Pablo"),
                ("2", "$100.99"),
                ("2.currency", "100.99 USD"),
                ("3", "February 25, 1977"),
                ("3.date_time", "text"),
                ("button.0.payload", "YES"),
                ("button.1.1", "abc123"),
                ("button.2.coupon_code", "SAVE20"),
            ],
        ),
    ]
}

fn written(sample: &Sample, wanted: &Value) -> Value {
    let parts = sample.template.as_array().unwrap();
    let named = sample.template.to_string().contains("{{") && !sample.template.to_string().contains("{{1}}");
    let format = if named { ParameterFormat::Named } else { ParameterFormat::Positional };
    let (name, language) = (&wanted["template"]["name"], &wanted["template"]["language"]["code"]);
    let (name, language) = (name.as_str().unwrap(), language.as_str().unwrap());
    let (model, unsupported) =
        TemplateModel::from_components(name, language, Category::Utility, format, parts);
    assert_eq!(unsupported, None, "{}", sample.file);
    let mut values: BTreeMap<String, String> =
        sample.values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    if let Some(order) = values.get_mut("button.0.order_details") {
        let given = &wanted["template"]["components"][2]["parameters"][0]["action"]["order_details"];
        *order = given.to_string();
    }
    let rendered = render(&model, &values).unwrap_or_else(|error| panic!("{}: {error:?}", sample.file));
    assert_eq!(rendered.extra, [""; 0], "{}", sample.file);
    let message = OutboundMessage {
        to: Recipient::Phone(wanted["to"].as_str().unwrap().into()),
        body: OutboundBody::Template {
            name: model.name,
            language: model.language,
            components: rendered.components,
        },
        reply_to: None,
        opaque: String::new(),
    };
    serde_json::to_value(Payload::from(&message)).unwrap()
}

#[test]
fn every_documented_template_send_can_be_expressed() {
    let table: BTreeMap<&str, Sample> = samples().into_iter().map(|one| (one.file, one)).collect();
    let (mut same, mut on_purpose) = (0, 0);
    for (file, bytes) in folder("requests") {
        let Ok(mut wanted) = serde_json::from_slice::<Value>(&bytes) else { continue };
        if wanted.get("template").is_none() {
            continue;
        }
        let sample = table.get(file.as_str()).unwrap_or_else(|| panic!("{file} is not in the table"));
        usual(&mut wanted);
        match sample.differs {
            None => same += 1,
            Some((why, change)) => {
                on_purpose += 1;
                change(&mut wanted);
                eprintln!("differs on purpose: {file}: {why}");
            }
        }
        assert_eq!(written(sample, &wanted), wanted, "{file}");
    }
    eprintln!("{same} the same, {on_purpose} differ on purpose");
}
