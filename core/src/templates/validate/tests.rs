use super::*;
use crate::templates::components::tests::autumn;

fn codes(change: impl FnOnce(&mut TemplateModel)) -> Vec<String> {
    let mut model = autumn();
    change(&mut model);
    validate(&model).into_iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
}

fn reply(text: &str) -> Button {
    Button::QuickReply { text: text.into() }
}

fn link(url: &str) -> Button {
    Button::Url { text: "Go".into(), url: url.into() }
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
