//! What WhatsApp would refuse in a template, found before it is submitted.
//!
//! [`limits`] are those of Meta's template documentation (2026). No variable at either end of the body (error 2388299)
//! and none next to another; quick replies together. The limit on variables per word (2388293) is not published and
//! not checked.

use serde::Serialize;

use super::components::{Category, Header, TemplateModel, header_key};

mod authentication;
mod buttons;
mod cards;
pub(super) mod limits;
mod text;

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

/// Everything that would be refused; empty when the template may be submitted.
pub fn validate(model: &TemplateModel) -> Vec<Problem> {
    let mut check = Check { model, problems: Vec::new(), prefix: String::new() };
    check.names();
    check.ttl();
    if model.category == Category::Authentication || model.authentication.is_some() {
        check.authentication();
        return check.problems;
    }
    if let Some(header) = &model.header {
        check.header(header);
    }
    let most = if model.limited_time_offer.is_some() { limits::OFFER_BODY } else { limits::BODY };
    check.body(&model.body, most);
    check.footer();
    check.buttons(&model.buttons, limits::BUTTONS);
    check.products();
    check.offer();
    check.cards();
    check.problems
}

struct Check<'a> {
    model: &'a TemplateModel,
    problems: Vec<Problem>,
    /// Stands before every path and key while a card is checked.
    prefix: String,
}

impl Check<'_> {
    fn report(&mut self, path: impl AsRef<str>, code: &'static str, message: impl Into<String>) {
        let path = format!("{}{}", self.prefix, path.as_ref());
        self.problems.push(Problem { path, code, message: message.into() });
    }

    fn names(&mut self) {
        let name = &self.model.name;
        if !(1..=limits::NAME).contains(&name.len())
            || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            let message = format!("Use up to {} lower-case letters, digits and underscores.", limits::NAME);
            self.report("name", "name_invalid", message);
        }
        if !is_language(&self.model.language) {
            self.report("language", "language_invalid", "Use a language code such as en, en_US or pt_BR.");
        }
    }

    /// Meta: "Time-to-live".
    fn ttl(&mut self) {
        let Some(ttl) = self.model.ttl_seconds else { return };
        let (range, unlimited) = match self.model.category {
            Category::Authentication => (30..=900, true),
            Category::Utility => (30..=43_200, true),
            Category::Marketing => (43_200..=2_592_000, false),
        };
        let fits = range.contains(&ttl) || (unlimited && ttl == -1);
        if !fits {
            let message = format!("For this category use {} to {} seconds.", range.start(), range.end());
            self.report("ttl_seconds", "ttl_invalid", message);
        }
    }

    fn header(&mut self, header: &Header) {
        match header {
            Header::Text(text) => {
                self.line("header", text, limits::HEADER);
                if self.gaps("header", text, header_key) > 1 {
                    self.report("header", "variables_too_many", "The heading can have one variable at most.");
                }
            }
            file if file.is_file() => self.example("header", &header_key(file.word())),
            _ => {}
        }
    }

    fn footer(&mut self) {
        let Some(footer) = &self.model.footer else { return };
        self.line("footer", footer, limits::FOOTER);
        self.no_gaps("footer", footer, "The small print cannot have variables.");
    }

    fn offer(&mut self) {
        let Some(offer) = &self.model.limited_time_offer else { return };
        self.line("limited_time_offer.text", &offer.text, limits::OFFER_TEXT);
        if self.model.category != Category::Marketing {
            self.report("category", "category_unsupported", "An offer that ends is marketing.");
        }
        if self.model.footer.is_some() {
            self.report("footer", "not_together", "Beside an offer that ends there is no small print.");
        }
        if !matches!(self.model.header, None | Some(Header::Image | Header::Video)) {
            let message = "Above an offer that ends there can be a picture or a video only.";
            self.report("header", "not_together", message);
        }
    }
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
