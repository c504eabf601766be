use super::super::components::samples::{autumn, carousel, examples, one_time_code};
use super::super::components::{
    AppLink, Button, Category, FlowAction, FlowRef, Header, LimitedTimeOffer, OtpKind, ParameterFormat,
    TemplateModel,
};
use super::*;
use serde_json::json;

fn read(category: Category, components: &[Value]) -> (TemplateModel, Option<UnsupportedTemplate>) {
    TemplateModel::from_components("n", "en", category, ParameterFormat::Positional, components)
}

fn read_back(model: &TemplateModel) -> TemplateModel {
    let (name, language, format) = (&model.name, &model.language, model.parameter_format);
    let components = model.to_components();
    let (read, unsupported) =
        TemplateModel::from_components(name, language, model.category, format, &components);
    assert_eq!(unsupported, None);
    read
}

#[test]
fn what_is_written_can_be_read_back() {
    let mut named = autumn();
    named.parameter_format = ParameterFormat::Named;
    named.header = Some(Header::Image);
    named.body = "Hi {{first_name}}, welcome!".into();
    named.buttons.push(Button::PhoneNumber { text: "Call".into(), phone_number: "+15550051310".into() });
    named.examples = examples(&[("header.image", "4::aW"), ("first_name", "Ada"), ("button.0.1", "fall")]);

    let text = || "Go".to_owned();
    let mut offer = autumn();
    (offer.header, offer.footer) = (Some(Header::Video), None);
    offer.limited_time_offer = Some(LimitedTimeOffer { text: "Ends soon".into(), has_expiration: true });
    offer.examples.remove("header.1");
    offer.examples.insert("header.video".into(), "4::v".into());
    offer.examples.insert("button.2.coupon_code".into(), "SAVE20".into());
    let link = AppLink {
        meta_app_id: "634974688087057".into(),
        android_deep_link: "shop://deals".into(),
        android_fallback_url: Some("https://shop.example".into()),
    };
    offer.buttons.extend([
        Button::CopyCode,
        Button::Url { text: text(), url: "https://shop.example".into(), app_link: Some(link) },
        Button::Catalog { text: text() },
        Button::MultiProduct { text: text() },
        Button::SingleProduct { text: text() },
        Button::OrderDetails { text: text() },
        Button::VoiceCall { text: text() },
        Button::Flow {
            text: text(),
            flow: FlowRef::Name("sizes".into()),
            action: FlowAction::DataExchange,
            screen: Some("FIRST".into()),
        },
    ]);
    for header in [Header::Document, Header::Location, Header::Product] {
        let mut model = offer.clone();
        model.examples.remove("header.video");
        model.header = Some(header);
        assert_eq!(read_back(&model), model);
    }
    let mut call = autumn();
    call.call_permission = true;
    for model in [autumn(), named, offer, call, carousel(), one_time_code(OtpKind::CopyCode)] {
        assert_eq!(read_back(&model), model);
    }
    for kind in [OtpKind::OneTap, OtpKind::ZeroTap] {
        assert_eq!(read_back(&one_time_code(kind)), one_time_code(kind));
    }
}

#[test]
fn the_json_is_the_documented_one() {
    assert_eq!(
        Value::from(autumn().to_components()),
        json!([
            {"type": "HEADER", "format": "TEXT", "text": "Our {{1}} is on!",
             "example": {"header_text": ["autumn sale"]}},
            {"type": "BODY", "text": "Hi {{1}}, take {{2}} off everything until Sunday.",
             "example": {"body_text": [["Ada", "20%"]]}},
            {"type": "FOOTER", "text": "Reply STOP and we stop."},
            {"type": "BUTTONS", "buttons": [
                {"type": "URL", "text": "Shop", "url": "https://shop.example/?p={{1}}", "example": ["fall"]},
                {"type": "QUICK_REPLY", "text": "No more"},
            ]},
        ])
    );
}

#[test]
fn a_whole_address_as_example_is_cut_to_its_end() {
    let components = [
        json!({"type": "body", "text": "Hi there"}),
        json!({"type": "buttons", "buttons": [{"type": "url", "text": "Go",
            "url": "https://a.example/{{1}}", "example": ["https://a.example/x"]}]}),
    ];
    let (model, unsupported) = read(Category::Utility, &components);
    assert_eq!((model.examples["button.0.1"].as_str(), unsupported), ("x", None));
}

/// Created with flags and a button of the type OTP, it comes back with a text and a link.
#[test]
fn a_one_time_code_is_known_by_its_link() {
    let components = [
        json!({"type": "BODY", "text": "*{{1}}* is your verification code.",
            "example": {"body_text": [["123456"]]}}),
        json!({"type": "FOOTER", "text": "This code expires in 10 minutes.", "code_expiration_minutes": 10}),
        json!({"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Copy code",
            "url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}",
            "example": ["https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp123456"]}]}),
    ];
    let (model, unsupported) = read(Category::Authentication, &components);
    assert_eq!((model.variables(), unsupported), (vec!["code".to_owned()], None));
    assert!(matches!(model.buttons[..], [Button::Otp { kind: OtpKind::CopyCode, .. }]));
    assert_eq!(model.authentication.unwrap().code_expires_minutes, Some(10));
}

#[test]
fn what_we_cannot_send_is_named_and_the_rest_is_shown() {
    let components = [
        json!({"type": "HEADER", "format": "GIF"}),
        json!({"type": "BODY", "text": "Hi there"}),
        json!({"type": "BUTTONS", "buttons": [{"type": "TELEPORT", "text": "Go"}, {"type": "QUICK_REPLY", "text": "No"}]}),
    ];
    let (model, unsupported) = read(Category::Utility, &components);
    assert_eq!((model.body.as_str(), model.buttons.len()), ("Hi there", 1));
    let words = unsupported.unwrap().to_string();
    let expected = "templates with a heading of the kind \"gif\" and a button of the kind \"teleport\" cannot be used here yet";
    assert_eq!(words, expected);
    assert_eq!(read(Category::Utility, &[]).1.unwrap().what, "no text");
}

#[test]
fn nonsense_is_read_without_a_panic() {
    for nonsense in [
        json!(null),
        json!({"type": 5}),
        json!({"type": "BODY", "text": 5, "example": {"body_text": {"a": 1}}}),
        json!({"type": "BUTTONS", "buttons": {"a": 1}}),
        json!({"type": "BUTTONS", "buttons": [null, 5, {"type": "FLOW"}, {"type": "OTP"}]}),
        json!({"type": "CAROUSEL", "cards": [null, {"components": [{"type": "BODY"}]}]}),
        json!({"type": "FOOTER", "code_expiration_minutes": 70_000}),
    ] {
        let (_, unsupported) = read(Category::Utility, std::slice::from_ref(&nonsense));
        assert!(unsupported.is_some() || nonsense["type"] == "FOOTER", "{nonsense}");
    }
}
