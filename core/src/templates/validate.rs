//! What WhatsApp would refuse in a template, found before it is submitted.
//!
//! Limits are those of Meta's template documentation (2026): header 60, body 1024, footer 60, button label 25, address
//! 2000 characters; at most 10 buttons, of these 2 links and 1 call; quick replies together; no variable at either end
//! of the body (error 2388299) and none next to another. The limit on variables per word (2388293) is not published
//! and not checked.

use serde::Serialize;

use super::components::{
    Button, Category, HEADER_IMAGE, Header, ParameterFormat, TemplateModel, button_key, header_key,
};
use super::placeholders::{Piece, pieces, position, variables};

/// One thing to put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: `name`, `body`, `buttons.0.url`, …
    pub path: String,
    /// Stable word for programs.
    pub code: &'static str,
    /// Sentence for people.
    pub message: String,
}

const NAME: usize = 512;
const HEADER: usize = 60;
/// Longest body, also after its gaps are filled.
pub(super) const BODY: usize = 1024;
const FOOTER: usize = 60;
const LABEL: usize = 25;
const URL: usize = 2000;
const PHONE: usize = 20;
const BUTTONS: usize = 10;
const LINKS: usize = 2;
const CALLS: usize = 1;

/// Everything that would be refused; empty when the template may be submitted.
pub fn validate(model: &TemplateModel) -> Vec<Problem> {
    let mut check = Check { model, problems: Vec::new() };
    check.names();
    check.header();
    check.body();
    check.footer();
    check.buttons();
    check.problems
}

struct Check<'a> {
    model: &'a TemplateModel,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn report(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), code, message: message.into() });
    }

    fn names(&mut self) {
        let name = &self.model.name;
        if !(1..=NAME).contains(&name.len())
            || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            let message = format!("Use up to {NAME} lower-case letters, digits and underscores.");
            self.report("name", "name_invalid", message);
        }
        if !is_language(&self.model.language) {
            self.report("language", "language_invalid", "Use a language code such as en, en_US or pt_BR.");
        }
        if self.model.category == Category::Authentication {
            self.report(
                "category",
                "category_unsupported",
                "One-time-code templates cannot be written here yet.",
            );
        }
    }

    fn header(&mut self) {
        match &self.model.header {
            Some(Header::Text(text)) => {
                self.line("header", text, HEADER);
                if self.gaps("header", text, header_key) > 1 {
                    self.report("header", "variables_too_many", "The heading can have one variable at most.");
                }
            }
            Some(Header::Image) => self.example("header", HEADER_IMAGE),
            None => {}
        }
    }

    fn body(&mut self) {
        let body = &self.model.body;
        self.length("body", body, BODY);
        self.gaps("body", body, str::to_owned);
        let pieces = pieces(body.trim());
        let is_gap = |piece: Option<&Piece<'_>>| matches!(piece, Some(Piece::Variable(_)));
        if is_gap(pieces.first()) || is_gap(pieces.last()) {
            self.report("body", "variable_at_edge", "The text cannot begin or end with a variable.");
        }
        let solid: Vec<_> = pieces
            .iter()
            .filter(|piece| !matches!(piece, Piece::Text(text) if text.trim().is_empty()))
            .collect();
        if solid.windows(2).any(|pair| is_gap(Some(pair[0])) && is_gap(Some(pair[1]))) {
            self.report("body", "variables_adjacent", "Put some text between two variables.");
        }
    }

    fn footer(&mut self) {
        let Some(footer) = &self.model.footer else { return };
        self.line("footer", footer, FOOTER);
        if pieces(footer).iter().any(|piece| !matches!(piece, Piece::Text(_))) {
            self.report("footer", "variables_too_many", "The small print cannot have variables.");
        }
    }

    fn buttons(&mut self) {
        let buttons = &self.model.buttons;
        for (index, button) in buttons.iter().enumerate() {
            let path = |part: &str| format!("buttons.{index}.{part}");
            self.line(&path("text"), button.text(), LABEL);
            if pieces(button.text()).iter().any(|piece| !matches!(piece, Piece::Text(_))) {
                self.report(path("text"), "variables_too_many", "A button's label cannot have variables.");
            }
            match button {
                Button::QuickReply { .. } => {}
                Button::Url { url, .. } => self.url(index, &path("url"), url),
                Button::PhoneNumber { phone_number, .. } => {
                    let digits = phone_number.strip_prefix('+').unwrap_or(phone_number);
                    let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                    if !valid || phone_number.len() > PHONE {
                        self.report(
                            path("phone_number"),
                            "phone_invalid",
                            "Write the number as +15550051310.",
                        );
                    }
                }
            }
        }
        let links = buttons.iter().filter(|button| matches!(button, Button::Url { .. })).count();
        let calls = buttons.iter().filter(|button| matches!(button, Button::PhoneNumber { .. })).count();
        for (count, most, what) in
            [(buttons.len(), BUTTONS, "buttons"), (links, LINKS, "links"), (calls, CALLS, "call buttons")]
        {
            if count > most {
                self.report("buttons", "buttons_too_many", format!("There can be {most} {what} at most."));
            }
        }
        let groups =
            buttons.chunk_by(|a, b| is_reply(a) == is_reply(b)).filter(|group| is_reply(&group[0])).count();
        if groups > 1 {
            self.report("buttons", "quick_replies_apart", "Put the quick replies next to each other.");
        }
    }

    fn url(&mut self, index: usize, path: &str, url: &str) {
        self.length(path, url, URL);
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.starts_with("{{"))
            || url.contains(char::is_whitespace)
        {
            self.report(path, "url_invalid", "Write a full address, beginning with https://.");
        }
        let pieces = pieces(url);
        let gap = |piece: &Piece<'_>| !matches!(piece, Piece::Text(_));
        match pieces.iter().filter(|piece| gap(piece)).count() {
            0 => {}
            // Numbered in templates with named variables too.
            1 if pieces.last() == Some(&Piece::Variable("1")) => self.example(path, &button_key(index, "1")),
            _ => self.report(path, "url_variable", "An address can have one variable, {{1}}, at its end."),
        }
    }

    /// Checks the gaps of a text, and says how many there are.
    fn gaps(&mut self, path: &str, text: &str, key: impl Fn(&str) -> String) -> usize {
        for piece in pieces(text) {
            if let Piece::Broken(_) = piece {
                let message = "Write variables in double braces, without spaces: {{1}} or {{first_name}}.";
                self.report(path, "variable_malformed", message);
            }
        }
        let names = variables(text);
        let numbered: Vec<usize> = names.iter().filter_map(|name| position(name)).collect();
        match self.model.parameter_format {
            ParameterFormat::Positional if numbered.len() < names.len() => {
                self.report(path, "variable_format", "This template numbers its variables: {{1}}, {{2}}.");
            }
            ParameterFormat::Positional if numbered.iter().max().is_some_and(|last| *last != names.len()) => {
                self.report(
                    path,
                    "variable_gap",
                    "Number the variables {{1}}, {{2}}, {{3}} without leaving one out.",
                );
            }
            ParameterFormat::Named if !numbered.is_empty() => {
                self.report(path, "variable_format", "This template names its variables: {{first_name}}.");
            }
            _ => {}
        }
        for name in &names {
            self.example(path, &key(name));
        }
        names.len()
    }

    fn example(&mut self, path: &str, key: &str) {
        if self.model.examples.get(key).is_none_or(|example| example.trim().is_empty()) {
            self.report(path, "example_missing", format!("Give an example for {key}."));
        }
    }

    fn line(&mut self, path: &str, text: &str, most: usize) {
        self.length(path, text, most);
        if text.contains(['\n', '\r', '\t']) {
            self.report(path, "line_break", "Keep this on one line.");
        }
    }

    fn length(&mut self, path: &str, text: &str, most: usize) {
        if text.trim().is_empty() {
            self.report(path, "empty", "This cannot be empty.");
        } else if text.chars().count() > most {
            self.report(path, "too_long", format!("This can have {most} characters at most."));
        }
    }
}

fn is_reply(button: &Button) -> bool {
    matches!(button, Button::QuickReply { .. })
}

/// `en`, `fil`, `en_US`, `zh_CN`.
fn is_language(code: &str) -> bool {
    let (language, region) =
        code.split_once('_').map_or((code, None), |(language, region)| (language, Some(region)));
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && region.is_none_or(|region| region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests;
