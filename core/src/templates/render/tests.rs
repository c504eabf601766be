use proptest::prelude::*;

use super::super::components::samples::{autumn, carousel, examples as values, one_time_code};
use super::super::components::{Button, LimitedTimeOffer, OtpKind, ParameterFormat};
use super::fill::clean;
use super::*;
use crate::senders::port::{Meaning, MediaRef};
use std::borrow::Cow;

fn all() -> BTreeMap<String, String> {
    values(&[("header.1", "autumn sale"), ("1", "Ada"), ("2", "20%"), ("button.0.1", "a b")])
}

fn link(index: u8, suffix: &str) -> TemplatePart {
    TemplatePart::Button { index, value: ButtonValue::UrlSuffix(suffix.into()) }
}

#[test]
fn numbered_gaps_are_sent_in_order() {
    let rendered = render(&autumn(), &all()).unwrap();
    assert_eq!(
        rendered.components,
        [
            TemplatePart::Header(HeaderValue::Text(TextValue::plain("autumn sale"))),
            TemplatePart::Body(vec![TextValue::plain("Ada"), TextValue::plain("20%")]),
            link(0, "a%20b"),
        ]
    );
    let read =
        "Our autumn sale is on!\n\nHi Ada, take 20% off everything until Sunday.\n\nReply STOP and we stop.";
    assert_eq!(rendered.shown.text(), read);
    assert_eq!(rendered.shown.buttons[0].value.as_deref(), Some("https://shop.example/?p=a%20b"));
    assert!(rendered.extra.is_empty());
}

#[test]
fn named_gaps_are_sent_with_their_names() {
    let mut model = autumn();
    (model.parameter_format, model.header, model.footer) =
        (ParameterFormat::Named, Some(Header::Image), None);
    (model.body, model.buttons) = ("Hi {{name}}, yes you, {{name}}!".into(), vec![]);
    let rendered =
        render(&model, &values(&[("name", "Ada"), ("header.image", "https://a.example/x.jpg")])).unwrap();
    let name = TextValue { name: Some("name".into()), ..TextValue::plain("Ada") };
    let image = HeaderValue::Image(MediaRef::Link("https://a.example/x.jpg".into()));
    assert_eq!(rendered.components, [TemplatePart::Header(image), TemplatePart::Body(vec![name])]);
    assert_eq!(rendered.shown.text(), "Hi Ada, yes you, Ada!");
}

#[test]
fn a_template_without_gaps_sends_nothing_but_its_name() {
    let mut model = autumn();
    (model.header, model.body, model.buttons) = (None, "Closed today.".into(), vec![]);
    assert!(render(&model, &BTreeMap::new()).unwrap().components.is_empty());
}

#[test]
fn amounts_and_moments_are_texts_that_mean_something() {
    let mut given = all();
    given.extend(values(&[("1.date_time", "1977-02-25T15:33"), ("2.currency", "100.99 USD")]));
    let rendered = render(&autumn(), &given).unwrap();
    let TemplatePart::Body(body) = &rendered.components[1] else { panic!() };
    assert!(matches!(&body[0], TextValue { meaning: Some(Meaning::DateTime(Some(_))), .. }));
    let money = Meaning::Currency { code: "USD".into(), amount_1000: 100_990 };
    assert_eq!((body[1].text.as_str(), &body[1].meaning), ("20%", &Some(money)));

    given.insert("1.currency".into(), "much".into());
    given.insert("2.date_time".into(), "text".into());
    let wrong = render(&autumn(), &given).unwrap_err().unusable;
    assert_eq!(wrong.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["1.currency", "2.date_time"]);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let mut model = autumn();
    model.header = Some(Header::Image);
    let given = values(&[("header.image", "x.jpg"), ("1", " \n "), ("name", "Ada"), ("2", "5%")]);
    let error = render(&model, &given).unwrap_err();
    assert_eq!(error.missing, ["1", "button.0.1"]);
    assert_eq!(error.unusable[0].key, "header.image");
    assert_eq!((error.unusable.len(), error.extra, error.too_long), (1, vec!["name".to_owned()], vec![]));

    let mut long = all();
    long.insert("1".into(), "ü".repeat(1024));
    let too_long = TooLong { part: "body".into(), length: 1_066, most: 1_024 };
    assert_eq!(render(&autumn(), &long).unwrap_err().too_long, [too_long]);
    long.insert("1".into(), "ü".repeat(1024 - 42));
    long.insert("other".into(), "x".into());
    assert_eq!(render(&autumn(), &long).unwrap().extra, ["other"]);
    long.insert("header.1".into(), "x".repeat(60));
    assert_eq!(render(&autumn(), &long).unwrap_err().too_long[0].part, "header");
}

#[test]
fn cards_are_filled_one_by_one() {
    let given = values(&[
        ("1", "Ada"),
        ("card.0.header.image", "1558081531584829"),
        ("card.0.button.0.payload", "more-roses"),
        ("card.0.button.1.1", "rose"),
        ("card.1.header.image", "https://a.example/iris.jpg"),
        ("card.1.button.1.1", "iris"),
    ]);
    let rendered = render(&carousel(), &given).unwrap();
    let TemplatePart::Carousel(cards) = &rendered.components[1] else { panic!() };
    let reply = TemplatePart::Button { index: 0, value: ButtonValue::Payload("more-roses".into()) };
    let image = TemplatePart::Header(HeaderValue::Image(MediaRef::Id("1558081531584829".into())));
    assert_eq!(cards[0].parts, [image, reply, link(1, "rose")]);
    assert_eq!((cards[1].index, cards[1].parts.len()), (1, 2));
    assert_eq!(rendered.shown.cards[1].buttons[1].value.as_deref(), Some("https://shop.example/blue/iris"));

    let mut less = given.clone();
    less.remove("card.1.header.image");
    assert_eq!(render(&carousel(), &less).unwrap_err().missing, ["card.1.header.image"]);
}

#[test]
fn a_one_time_code_goes_into_text_and_button() {
    let rendered = render(&one_time_code(OtpKind::CopyCode), &values(&[("code", "J$FpnYnP")])).unwrap();
    let body = TemplatePart::Body(vec![TextValue::plain("J$FpnYnP")]);
    assert_eq!(rendered.components, [body, link(0, "J$FpnYnP")]);
    assert!(rendered.shown.text().starts_with("*J$FpnYnP* is your verification code."));
    let long = render(&one_time_code(OtpKind::CopyCode), &values(&[("code", "0123456789abcdef")]));
    assert_eq!(long.unwrap_err().unusable[0].key, "code");
}

#[test]
fn what_may_be_left_out_is_left_out() {
    let mut model = autumn();
    (model.header, model.buttons) = (Some(Header::Video), vec![]);
    let mut given = values(&[("1", "Ada"), ("2", "5%"), ("header.video", "https://a.example/v.mp4")]);
    assert_eq!(render(&model, &given).unwrap().components.len(), 2);
    given.insert("tap_target.url".into(), "https://a.example".into());
    assert_eq!(render(&model, &given).unwrap_err().missing, ["tap_target.title"]);
    given.insert("tap_target.title".into(), "Look".into());
    assert_eq!(render(&model, &given).unwrap().components.len(), 3);

    let mut model = autumn();
    (model.header, model.body) = (None, "Hello.".into());
    let text = || "Go".to_owned();
    model.buttons = vec![
        Button::QuickReply { text: text() },
        Button::Catalog { text: text() },
        Button::VoiceCall { text: text() },
        Button::Flow {
            text: text(),
            flow: super::super::components::FlowRef::Id("1".into()),
            action: super::super::components::FlowAction::Navigate,
            screen: None,
        },
    ];
    let flow = TemplatePart::Button { index: 3, value: ButtonValue::Flow { token: None, data: None } };
    assert_eq!(render(&model, &BTreeMap::new()).unwrap().components, [flow]);
}

#[test]
fn an_offer_ends_when_it_is_told_to() {
    let mut model = autumn();
    (model.header, model.footer, model.buttons) = (None, None, vec![]);
    model.limited_time_offer = Some(LimitedTimeOffer { text: "Ends".into(), has_expiration: true });
    let mut given = values(&[("1", "Ada"), ("2", "5%"), ("limited_time_offer.expires_at", "1209600000")]);
    let ends = TemplatePart::LimitedTimeOffer { expires_at_ms: 1_209_600_000 };
    assert_eq!(render(&model, &given).unwrap().components[1], ends);
    given.insert("1".into(), "x".repeat(600));
    assert_eq!(render(&model, &given).unwrap_err().too_long[0].most, 600);
}

#[test]
fn values_cannot_open_gaps_of_their_own() {
    let mut sly = all();
    sly.insert("1".into(), "{{2}}".into());
    assert!(render(&autumn(), &sly).unwrap().shown.text().contains("Hi {{2}}, take 20%"));
}

#[test]
fn white_space_that_would_be_refused_is_replaced() {
    for (given, sent) in [
        ("plain", "plain"),
        ("  ends  ", "ends"),
        ("three   stay", "three   stay"),
        ("four    go", "four go"),
        ("Main St 1\r\n12345 Town", "Main St 1 12345 Town"),
        ("a \t b\u{2028}c\u{0}d", "a b c d"),
        ("\u{0}", ""),
    ] {
        assert_eq!(clean(given), sent, "{given:?}");
    }
    assert!(matches!(clean(" plain "), Cow::Borrowed(_)));
}

proptest! {
    #[test]
    fn no_value_is_sent_that_would_be_refused(value in "[a \\n\\t\u{2028}ü]{0,20}") {
        let clean = clean(&value);
        let refused = clean.contains(['\n', '\t', '\u{2028}']) || clean.contains("    ");
        prop_assert!(!refused);
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        prop_assert_eq!(letters(&clean), letters(&value));
    }

    #[test]
    fn no_value_panics(value in "\\PC{0,40}") {
        for (key, model) in [("card.0.header.image", carousel()), ("1.currency", autumn()), ("1.date_time", autumn())] {
            let _ = render(&model, &values(&[(key, &value)]));
        }
    }
}
