//! Templates that tests stand on.

use super::*;

/// A numbered template with a bit of everything.
pub(crate) fn autumn() -> TemplateModel {
    TemplateModel {
        header: Some(Header::Text("Our {{1}} is on!".into())),
        footer: Some("Reply STOP and we stop.".into()),
        buttons: vec![link("Shop", "https://shop.example/?p={{1}}"), reply("No more")],
        examples: examples(&[
            ("header.1", "autumn sale"),
            ("1", "Ada"),
            ("2", "20%"),
            ("button.0.1", "fall"),
        ]),
        ..TemplateModel::plain(
            "autumn_offer",
            "en_US",
            Category::Marketing,
            "Hi {{1}}, take {{2}} off everything until Sunday.",
        )
    }
}

/// Two cards with a picture, a reply and a link each.
pub(crate) fn carousel() -> TemplateModel {
    let card = |page: &str| Card {
        header: Header::Image,
        body: None,
        buttons: vec![reply("More"), link("Shop", &format!("https://shop.example/{page}/{{{{1}}}}"))],
    };
    TemplateModel {
        cards: vec![card("red"), card("blue")],
        examples: examples(&[
            ("1", "Ada"),
            ("card.0.header.image", "4::a"),
            ("card.0.button.1.1", "rose"),
            ("card.1.header.image", "4::b"),
            ("card.1.button.1.1", "iris"),
        ]),
        ..TemplateModel::plain("flowers", "en_US", Category::Marketing, "Flowers for {{1}}, just in.")
    }
}

/// A one-time code.
pub(crate) fn one_time_code(kind: OtpKind) -> TemplateModel {
    let app = OtpApp { package_name: "com.example.shop".into(), signature_hash: "K8a/AINcGX7".into() };
    let apps = if kind == OtpKind::CopyCode { Vec::new() } else { vec![app] };
    TemplateModel {
        authentication: Some(Authentication {
            security_recommendation: true,
            code_expires_minutes: Some(10),
        }),
        buttons: vec![Button::Otp {
            kind,
            text: Some("Copy code".into()),
            autofill_text: None,
            apps,
            terms_accepted: kind == OtpKind::ZeroTap,
        }],
        ..TemplateModel::plain("sign_in", "en_US", Category::Authentication, "")
    }
}

pub(crate) fn reply(text: &str) -> Button {
    Button::QuickReply { text: text.into() }
}

pub(crate) fn link(text: &str, url: &str) -> Button {
    Button::Url { text: text.into(), url: url.into(), app_link: None }
}

/// Keys with their values.
pub(crate) fn examples(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_model_survives_our_own_json() {
    for model in [autumn(), carousel(), one_time_code(OtpKind::ZeroTap)] {
        let json = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<TemplateModel>(&json).unwrap(), model);
    }
    // as the first release wrote it
    let old = r#"{"name": "n", "language": "en", "category": "UTILITY", "parameter_format": "POSITIONAL",
        "header": {"format": "image"}, "body": "Hi", "footer": null,
        "buttons": [{"type": "url", "text": "Go", "url": "https://a.example"}], "examples": {}}"#;
    let read: TemplateModel = serde_json::from_str(old).unwrap();
    assert_eq!((read.header, read.buttons), (Some(Header::Image), vec![link("Go", "https://a.example")]));
}
