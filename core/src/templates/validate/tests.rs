use super::*;
use crate::templates::components::samples::{autumn, carousel, link as page_link, one_time_code, reply};
use crate::templates::components::{Button, FlowAction, FlowRef, LimitedTimeOffer, OtpKind, ParameterFormat};

fn codes(change: impl FnOnce(&mut TemplateModel)) -> Vec<String> {
    let mut model = autumn();
    change(&mut model);
    validate(&model).into_iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
}

fn link(url: &str) -> Button {
    page_link("Go", url)
}

#[test]
fn a_good_template_has_no_problems() {
    assert!(validate(&autumn()).is_empty());
    assert!(codes(|model| (model.header, model.footer, model.buttons) = (None, None, vec![])).is_empty());
}

#[test]
fn names_and_languages() {
    for bad in ["", "Autumn", "autumn-offer", "größe", &"a".repeat(513)] {
        assert_eq!(codes(|model| model.name = bad.into()), ["name name_invalid"], "{bad}");
    }
    for bad in ["", "e", "EN", "en-US", "en_us", "en_USA", "english", "en_"] {
        assert_eq!(codes(|model| model.language = bad.into()), ["language language_invalid"], "{bad}");
    }
    for good in ["en", "fil", "en_US", "pt_BR", "zh_CN"] {
        assert!(codes(|model| model.language = good.into()).is_empty(), "{good}");
    }
}

#[test]
fn variables_of_the_body() {
    for (body, expected) in [
        ("{{1}}, take {{2}} off.", vec!["body variable_at_edge"]),
        ("Take {{1}} off, {{2}}", vec!["body variable_at_edge"]),
        ("Take {{1}} {{2}} off.", vec!["body variables_adjacent"]),
        ("Take {{1}}{{2}} off.", vec!["body variables_adjacent"]),
        ("Take {{2}} off.", vec!["body variable_gap"]),
        ("Take {{name}} off.", vec!["body variable_format", "body example_missing"]),
        ("Take {{ 1 }} off.", vec!["body variable_malformed"]),
        ("Take {{1 off.", vec!["body variable_malformed"]),
        ("Take {{1}}, {{2}} and {{3}} off.", vec!["body example_missing"]),
        ("Take {{2}} off, {{1}}, yes {{2}}!", vec![]),
        ("  ", vec!["body empty"]),
    ] {
        assert_eq!(codes(|model| model.body = body.into()), expected, "{body}");
    }
    let named = |body: &str| {
        codes(|model| {
            (model.parameter_format, model.header, model.body) = (ParameterFormat::Named, None, body.into());
            model.examples.insert("first_name".into(), "Ada".into());
        })
    };
    assert!(named("Hi {{first_name}}!").is_empty());
    assert_eq!(named("Hi {{1}}!"), ["body variable_format"]);
}

#[test]
fn lengths_count_characters_not_bytes() {
    assert!(codes(|model| model.body = "ü".repeat(1024)).is_empty());
    assert_eq!(codes(|model| model.body = "a".repeat(1025)), ["body too_long"]);
    assert_eq!(codes(|model| model.footer = Some("a".repeat(61))), ["footer too_long"]);
    assert_eq!(codes(|model| model.header = Some(Header::Text("a".repeat(61)))), ["header too_long"]);
    assert_eq!(codes(|model| model.buttons[1] = reply(&"a".repeat(26))), ["buttons.1.text too_long"]);
    assert_eq!(codes(|model| model.footer = Some("a\nb".into())), ["footer line_break"]);
}

#[test]
fn headers_and_footers() {
    let two = codes(|model| model.header = Some(Header::Text("{{1}} and {{2}}".into())));
    assert_eq!(two, ["header example_missing", "header variables_too_many"]);
    assert!(codes(|model| model.header = Some(Header::Text("Order {{1}}".into()))).is_empty());
    assert_eq!(codes(|model| model.header = Some(Header::Image)), ["header example_missing"]);
    assert_eq!(codes(|model| model.footer = Some("Bye {{1}}".into())), ["footer variables_too_many"]);
}

#[test]
fn buttons_have_limits_and_an_order() {
    let with = |buttons: Vec<Button>| codes(|model| model.buttons = buttons);
    assert!(with((0..10).map(|i| reply(&i.to_string())).collect()).is_empty());
    assert_eq!(with((0..11).map(|i| reply(&i.to_string())).collect()), ["buttons buttons_too_many"]);
    let page = || link("https://shop.example");
    assert_eq!(with(vec![page(), page(), page()]), ["buttons buttons_too_many"]);
    assert_eq!(with(vec![reply("a"), page(), reply("b")]), ["buttons quick_replies_apart"]);
    assert!(with(vec![page(), reply("a"), reply("b"), page()]).is_empty());
    for bad in ["https://a.example/{{1}}/x", "https://a.example/{{1}}{{2}}", "https://a.example/{{x}}"] {
        assert_eq!(with(vec![link(bad)]), ["buttons.0.url url_variable"], "{bad}");
    }
    for bad in ["shop.example", "ftp://shop.example", "https://", "https://a b"] {
        assert_eq!(with(vec![link(bad)]), ["buttons.0.url url_invalid"], "{bad}");
    }
    let call = Button::PhoneNumber { text: "Call".into(), phone_number: "call me".into() };
    assert_eq!(with(vec![call]), ["buttons.0.phone_number phone_invalid"]);
}

#[test]
fn every_header_and_button_is_known() {
    for header in [Header::Video, Header::Document] {
        assert_eq!(codes(|model| model.header = Some(header)), ["header example_missing"]);
    }
    assert!(codes(|model| model.header = Some(Header::Location)).is_empty());
    let text = || "Go".to_owned();
    let with = |button: Button| codes(|model| model.buttons = vec![button]);
    assert_eq!(with(Button::CopyCode), ["buttons.0.coupon_code example_missing"]);
    assert!(with(Button::Catalog { text: text() }).is_empty());
    assert!(with(Button::MultiProduct { text: text() }).is_empty());
    assert!(with(Button::OrderDetails { text: text() }).is_empty());
    assert!(with(Button::VoiceCall { text: "x".repeat(26) })[0].ends_with("too_long"));
    assert_eq!(with(Button::SingleProduct { text: text() }), ["header not_together"]);
    let product = codes(|model| (model.header, model.buttons) = (Some(Header::Product), vec![]));
    assert_eq!(product, ["buttons not_together"]);
    let form =
        |flow: FlowRef| with(Button::Flow { text: text(), flow, action: FlowAction::Navigate, screen: None });
    assert!(form(FlowRef::Json("{}".into())).is_empty());
    assert_eq!(form(FlowRef::Json("[]".into())), ["buttons.0.flow flow_invalid"]);
    assert_eq!(form(FlowRef::Id(String::new())), ["buttons.0.flow flow_invalid"]);
    let Button::Otp { .. } = &one_time_code(OtpKind::CopyCode).buttons[0] else { unreachable!() };
    let otp = one_time_code(OtpKind::CopyCode).buttons.remove(0);
    assert_eq!(with(otp), ["buttons.0.type category_unsupported"]);
}

#[test]
fn one_time_codes_have_rules_of_their_own() {
    let with = |kind: OtpKind, change: fn(&mut TemplateModel)| {
        let mut model = one_time_code(kind);
        change(&mut model);
        validate(&model).into_iter().map(|one| format!("{} {}", one.path, one.code)).collect::<Vec<_>>()
    };
    for kind in [OtpKind::CopyCode, OtpKind::OneTap, OtpKind::ZeroTap] {
        assert_eq!(with(kind, |_| ()), [""; 0]);
    }
    assert_eq!(with(OtpKind::CopyCode, |m| m.header = Some(Header::Image)), ["header category_unsupported"]);
    assert_eq!(with(OtpKind::CopyCode, |m| m.buttons.clear()), ["buttons otp_button"]);
    assert_eq!(
        with(OtpKind::CopyCode, |m| m.category = Category::Utility),
        ["category category_unsupported"]
    );
    let expires = |m: &mut TemplateModel| m.authentication.as_mut().unwrap().code_expires_minutes = Some(91);
    assert_eq!(with(OtpKind::CopyCode, expires), ["authentication.code_expires_minutes too_large"]);
    let apps = |m: &mut TemplateModel| {
        if let Button::Otp { apps, terms_accepted, .. } = &mut m.buttons[0] {
            apps.clear();
            *terms_accepted = false;
        }
    };
    assert_eq!(
        with(OtpKind::ZeroTap, apps),
        ["buttons.0.apps apps_count", "buttons.0.terms_accepted terms_not_accepted"]
    );
    let hash = |m: &mut TemplateModel| {
        if let Button::Otp { apps, .. } = &mut m.buttons[0] {
            apps[0].signature_hash.push('x');
            apps[0].package_name = "shop".into();
        }
    };
    assert_eq!(
        with(OtpKind::OneTap, hash),
        ["buttons.0.apps.0.package_name package_invalid", "buttons.0.apps.0.signature_hash hash_invalid"]
    );
    let words = |m: &mut TemplateModel| (m.authentication, m.body) = (None, "Your code is {{1}}.".into());
    assert_eq!(with(OtpKind::CopyCode, words), ["body category_unsupported", "authentication missing"]);
}

#[test]
fn cards_are_alike() {
    let with = |change: fn(&mut TemplateModel)| {
        let mut model = carousel();
        change(&mut model);
        validate(&model).into_iter().map(|one| format!("{} {}", one.path, one.code)).collect::<Vec<_>>()
    };
    assert_eq!(with(|_| ()), [""; 0]);
    assert_eq!(with(|m| m.cards.truncate(1)), ["cards cards_count"]);
    assert_eq!(with(|m| m.footer = Some("Bye".into())), ["footer not_together"]);
    assert_eq!(with(|m| m.category = Category::Utility), ["category category_unsupported"]);
    assert_eq!(with(|m| m.cards[1].buttons.truncate(1)), ["cards.1.header cards_differ"]);
    assert_eq!(with(|m| m.cards[1].body = Some("x".repeat(161))), ["cards.1.body too_long"]);
    assert_eq!(
        with(|m| _ = m.examples.remove("card.1.button.1.1")),
        ["cards.1.buttons.1.url example_missing"]
    );
    let kinds = with(|m| m.cards.iter_mut().for_each(|card| card.buttons = vec![Button::CopyCode]));
    assert!(kinds.contains(&"cards.0.buttons.0.type button_kind".to_owned()), "{kinds:?}");
}

#[test]
fn offers_and_lives_have_bounds() {
    let offer = |text: &str| Some(LimitedTimeOffer { text: text.into(), has_expiration: true });
    let with = |text: &str, body: &str| {
        codes(|model| {
            (model.header, model.footer, model.body) = (None, None, body.into());
            model.limited_time_offer = offer(text);
        })
    };
    assert!(with("Ends soon", "Hello.").is_empty());
    assert_eq!(with("Ends very soon now", "Hello."), ["limited_time_offer.text too_long"]);
    assert_eq!(with("Ends soon", &"x".repeat(601)), ["body too_long"]);
    let both = codes(|model| model.limited_time_offer = offer("Ends"));
    assert_eq!(both, ["footer not_together", "header not_together"]);
    assert_eq!(codes(|model| model.ttl_seconds = Some(60)), ["ttl_seconds ttl_invalid"]);
    assert_eq!(codes(|model| model.ttl_seconds = Some(-1)), ["ttl_seconds ttl_invalid"]);
    assert!(codes(|model| model.ttl_seconds = Some(43_200)).is_empty());
    assert!(codes(|model| (model.category, model.ttl_seconds) = (Category::Utility, Some(-1))).is_empty());
}
