//! Fills a template's gaps for one person.
//!
//! WhatsApp refuses values with line breaks, tabs or four and more spaces in a row, and empty ones. Values come from
//! people's addresses and from imported files, where such things are accidents, so they are *replaced*: a run of white
//! space that is not allowed becomes one space, and ends are trimmed. Failing the message instead would punish the
//! customer for the file. A value that is empty after that counts as missing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::components::{Button, HEADER_IMAGE, Header, TemplateModel, button_key, header_key};
use super::placeholders::{Piece, pieces, variables};
use super::validate::BODY;
use crate::senders::port::{MediaRef, TemplatePart, TextValue};

/// A template filled for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// What is sent.
    pub components: Vec<TemplatePart>,
    /// What the person will read: heading, text and small print.
    pub preview: String,
    /// Values that were given but have no gap. Harmless here; often a misspelt name.
    pub extra: Vec<String>,
}

/// Why a template could not be filled. Lists everything at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("the template could not be filled: {} missing, {} unusable", .missing.len(), .unusable.len())]
pub struct RenderError {
    /// Keys without a value.
    pub missing: Vec<String>,
    /// Keys whose value cannot be used, such as a picture that is no web address.
    pub unusable: Vec<String>,
    /// Values that have no gap.
    pub extra: Vec<String>,
    /// Length of the filled text, if it is longer than the 1024 characters allowed.
    pub too_long: Option<usize>,
}

/// Fills the gaps of `model` with `values`; see [`TemplateModel::variables`] for the keys.
pub fn render(model: &TemplateModel, values: &BTreeMap<String, String>) -> Result<Rendered, RenderError> {
    let mut fill = Fill { values, used: BTreeSet::new(), error: RenderError::default() };
    let mut components = Vec::new();
    let mut preview = String::new();

    match &model.header {
        Some(Header::Text(text)) => {
            let filled = fill.text(text, header_key);
            // At most one gap, by the rules of approval.
            if let Some(name) = variables(text).first() {
                let text = fill.value(&header_key(name)).into_owned();
                components.push(TemplatePart::HeaderText(TextValue { name: model.sent_name(name), text }));
            }
            preview.push_str(&filled);
            preview.push_str("\n\n");
        }
        Some(Header::Image) => {
            let link = fill.value(HEADER_IMAGE).into_owned();
            if !link.is_empty() && !is_web_address(&link) {
                fill.error.unusable.push(HEADER_IMAGE.to_owned());
            }
            components.push(TemplatePart::HeaderImage(MediaRef::Link(link)));
        }
        None => {}
    }

    let body = fill.text(&model.body, str::to_owned);
    let length = body.chars().count();
    fill.error.too_long = (length > BODY).then_some(length);
    preview.push_str(&body);
    let names = model.body_variables();
    if !names.is_empty() {
        let value = |name| TextValue { name: model.sent_name(name), text: fill.value(name).into_owned() };
        components.push(TemplatePart::Body(names.into_iter().map(value).collect()));
    }

    if let Some(footer) = &model.footer {
        preview.push_str("\n\n");
        preview.push_str(footer);
    }
    for (index, button) in model.buttons.iter().enumerate() {
        let Button::Url { url, .. } = button else { continue };
        let Some(name) = variables(url).first().copied() else { continue };
        // White space would end the address.
        let suffix = fill.value(&button_key(index, name)).replace(' ', "%20");
        components.push(TemplatePart::ButtonUrl { index: u8::try_from(index).unwrap_or(u8::MAX), suffix });
    }
    fill.finish(Rendered { components, preview, extra: Vec::new() })
}

struct Fill<'a> {
    values: &'a BTreeMap<String, String>,
    used: BTreeSet<String>,
    error: RenderError,
}

impl<'a> Fill<'a> {
    /// The value for a key; empty, and noted, if there is none.
    fn value(&mut self, key: &str) -> Cow<'a, str> {
        let value = self.values.get(key).map(|value| clean(value)).unwrap_or_default();
        if self.used.insert(key.to_owned()) && value.is_empty() {
            self.error.missing.push(key.to_owned());
        }
        value
    }

    fn text(&mut self, text: &str, key: impl Fn(&str) -> String) -> String {
        let mut filled = String::with_capacity(text.len() + 64);
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) | Piece::Broken(text) => filled.push_str(text),
                Piece::Variable(name) => filled.push_str(&self.value(&key(name))),
            }
        }
        filled
    }

    fn finish(mut self, rendered: Rendered) -> Result<Rendered, RenderError> {
        let extra = self.values.keys().filter(|key| !self.used.contains(*key)).cloned().collect();
        if self.error == RenderError::default() {
            return Ok(Rendered { extra, ..rendered });
        }
        self.error.extra = extra;
        Err(self.error)
    }
}

/// A value as it may be sent. Borrows when nothing has to change, which is nearly always.
fn clean(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if !value.contains(forbidden) && !value.contains("    ") {
        return Cow::Borrowed(value);
    }
    let mut cleaned = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find(|c: char| c == ' ' || forbidden(c)) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c != ' ' && !forbidden(c)).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        cleaned.push_str(before);
        cleaned.push_str(if run.len() < 4 && !run.contains(forbidden) { run } else { " " });
        rest = after;
    }
    cleaned.push_str(rest);
    Cow::Owned(cleaned)
}

fn is_web_address(link: &str) -> bool {
    (link.starts_with("https://") || link.starts_with("http://")) && !link.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::components::ParameterFormat;
    use super::super::components::tests::autumn;
    use super::*;

    fn values(values: &[(&str, &str)]) -> BTreeMap<String, String> {
        values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn all() -> BTreeMap<String, String> {
        values(&[("header.1", "autumn sale"), ("1", "Ada"), ("2", "20%"), ("button.0.1", "a b")])
    }

    fn plain(text: &str) -> TextValue {
        TextValue { name: None, text: text.into() }
    }

    #[test]
    fn numbered_gaps_are_sent_in_order() {
        let rendered = render(&autumn(), &all()).unwrap();
        assert_eq!(
            rendered.components,
            [
                TemplatePart::HeaderText(plain("autumn sale")),
                TemplatePart::Body(vec![plain("Ada"), plain("20%")]),
                TemplatePart::ButtonUrl { index: 0, suffix: "a%20b".into() },
            ]
        );
        let read = "Our autumn sale is on!\n\nHi Ada, take 20% off everything until Sunday.\n\nReply STOP and we stop.";
        assert_eq!(rendered.preview, read);
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
        let name = TextValue { name: Some("name".into()), text: "Ada".into() };
        let image = TemplatePart::HeaderImage(MediaRef::Link("https://a.example/x.jpg".into()));
        assert_eq!(rendered.components, [image, TemplatePart::Body(vec![name])]);
        assert_eq!(rendered.preview, "Hi Ada, yes you, Ada!");
    }

    #[test]
    fn a_template_without_gaps_sends_nothing_but_its_name() {
        let mut model = autumn();
        (model.header, model.body, model.buttons) = (None, "Closed today.".into(), vec![]);
        assert!(render(&model, &BTreeMap::new()).unwrap().components.is_empty());
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let mut model = autumn();
        model.header = Some(Header::Image);
        let error = render(
            &model,
            &values(&[("header.image", "x.jpg"), ("1", " \n "), ("name", "Ada"), ("2", "5%")]),
        );
        assert_eq!(
            error.unwrap_err(),
            RenderError {
                missing: vec!["1".into(), "button.0.1".into()],
                unusable: vec!["header.image".into()],
                extra: vec!["name".into()],
                too_long: None,
            }
        );
        let mut long = all();
        long.insert("1".into(), "ü".repeat(1024));
        assert_eq!(render(&autumn(), &long).unwrap_err().too_long, Some(1066));
        long.insert("1".into(), "ü".repeat(1024 - 42));
        long.insert("other".into(), "x".into());
        assert_eq!(render(&autumn(), &long).unwrap().extra, ["other"]);
    }

    #[test]
    fn values_cannot_open_gaps_of_their_own() {
        let mut sly = all();
        sly.insert("1".into(), "{{2}}".into());
        assert!(render(&autumn(), &sly).unwrap().preview.contains("Hi {{2}}, take 20%"));
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
    }
}
