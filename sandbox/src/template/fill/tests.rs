use serde_json::json;

use super::*;

fn template(components: Value) -> LiveTemplate {
    LiveTemplate::new(Template::approved("1", "promo", "en_US", "MARKETING", components))
}

fn everything() -> LiveTemplate {
    template(json!([
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "{{1}} pays {{2}} on {{3}}"},
        {"type": "BUTTONS", "buttons": [
            {"type": "QUICK_REPLY", "text": "Yes"},
            {"type": "URL", "text": "Open", "url": "https://example.com/{{1}}"},
            {"type": "COPY_CODE"},
        ]},
    ]))
}

fn sample(name: &str) -> Value {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/requests/");
    let text = std::fs::read(format!("{root}{name}")).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap()["template"]["components"].clone()
}

fn refused(template: &LiveTemplate, components: &Value) -> (u32, String) {
    let error = template.fill(components).unwrap_err();
    (error.code, error.details.unwrap())
}

#[test]
fn a_full_send_gives_its_values_in_order() {
    let values = everything().fill(&sample("x_template_positional_image_header_all_buttons.json")).unwrap();
    let wanted = ["2871834006348767", "Pablo", "$100.99", "February 25, 1977", "YES", "abc123", "SAVE20"];
    assert_eq!(values, wanted);
}

#[test]
fn counts_that_differ_are_132000_in_metas_words() {
    let plain = template(json!([{"type": "BODY", "text": "Hello"}]));
    let two = json!([{"type": "body", "parameters": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]);
    let words = "body: number of localizable_params (2) does not match the expected number of params (0)";
    assert_eq!(refused(&plain, &two), (132_000, words.to_owned()));

    let header = template(json!([{"type": "HEADER", "format": "TEXT", "text": "Hi {{1}}"}]));
    assert_eq!(refused(&header, &Value::Null).0, 132_000);

    let mut without_url = sample("x_template_positional_image_header_all_buttons.json");
    without_url.as_array_mut().unwrap().remove(3);
    assert_eq!(refused(&everything(), &without_url).0, 132_000);
}

#[test]
fn a_wrong_header_is_132012() {
    let words = |received| format!("header: Format mismatch, expected IMAGE, received {received}");
    assert_eq!(refused(&everything(), &json!([])), (132_012, words("UNKNOWN")));
    let video = json!([{"type": "header", "parameters": [{"type": "video", "video": {"id": "1"}}]}]);
    assert_eq!(refused(&everything(), &video), (132_012, words("VIDEO")));
}

#[test]
fn named_variables_are_matched_by_name() {
    let spec = Template {
        parameter_format: "named".to_owned(),
        ..Template::approved(
            "1",
            "order",
            "en_US",
            "UTILITY",
            json!([
                {"type": "HEADER", "format": "VIDEO"},
                {"type": "BODY", "text": "{{customer_name}}: order {{order_number}}, {{customer_name}}!"},
            ]),
        )
    };
    let named = LiveTemplate::new(spec);
    let mut components = sample("x_template_named_params_video_header.json");
    assert_eq!(named.fill(&components).unwrap(), ["https://example.com/v.mp4", "Jessica", "SKBUP2-4CPIG9"]);
    components[1]["parameters"][0]["parameter_name"] = "who".into();
    assert_eq!(refused(&named, &components).0, 132_012);
}

#[test]
fn the_documentations_sends_fit_its_templates() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/requests/");
    let read = |name: String| {
        let text = std::fs::read(format!("{root}{name}")).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap()
    };
    for name in [
        "abandoned_cart",
        "carousel_template_media_cards_v1",
        "carousel_template_product_cards_v1",
        "coupon_code_fall2023_25off",
        "intro_catalog_offer",
        "limited_time_offer_caribbean_pkg_2023",
        "reservation_confirmation",
        "spm_template_named_params",
        "welcome_discount_template",
    ] {
        let created = read(format!("template_create_{name}.json"));
        let format = string(&created, "parameter_format").to_owned();
        let category = string(&created, "category").to_owned();
        let components = created["components"].clone();
        let spec = Template::approved("1", name, "en_US", &category, components);
        let live = LiveTemplate::new(Template { parameter_format: format, ..spec });
        let sent = read(format!("send_template_{name}.json"));
        let filled = live.fill(&sent["template"]["components"]);
        assert!(filled.is_ok(), "{name}: {filled:?}");
    }
}

#[test]
fn a_code_fills_metas_own_words() {
    let components = json!([{"type": "BODY", "add_security_recommendation": true},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}]}]);
    let code = LiveTemplate::new(Template::approved("1", "code", "en_US", "AUTHENTICATION", components));
    let text = json!([{"type": "text", "text": "123456"}]);
    let sent = json!([{"type": "body", "parameters": text},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": text}]);
    assert_eq!(code.fill(&sent).unwrap(), ["123456", "123456"]);
    assert_eq!(refused(&code, &json!([])).0, 132_000);
}

#[test]
fn texts_that_cannot_be_shown_are_refused() {
    let one = template(json!([{"type": "BODY", "text": "Hi {{1}}"}]));
    let with = |text: &str| json!([{"type": "body", "parameters": [{"type": "text", "text": text}]}]);
    assert_eq!(refused(&one, &with("a\nb")).0, 132_018);
    assert_eq!(refused(&one, &with("")).0, 131_008);
    assert_eq!(refused(&one, &with(&"x".repeat(1_030))).0, 132_005);
    assert!(one.fill(&with(&"x".repeat(1_000))).is_ok());
}
