//! Carousels.

use super::super::components::{Button, Card, Category, Header};
use super::{Check, limits};

impl Check<'_> {
    pub(super) fn cards(&mut self) {
        let cards = &self.model.cards;
        let Some(first) = cards.first() else { return };
        if !limits::CARDS.contains(&cards.len()) {
            let message = format!("Give {} to {} cards.", limits::CARDS.start(), limits::CARDS.end());
            self.report("cards", "cards_count", message);
        }
        if self.model.category != Category::Marketing {
            self.report("category", "category_unsupported", "A carousel is marketing.");
        }
        for (field, present) in [
            ("header", self.model.header.is_some()),
            ("footer", self.model.footer.is_some()),
            ("buttons", !self.model.buttons.is_empty()),
            ("limited_time_offer", self.model.limited_time_offer.is_some()),
        ] {
            if present {
                let message =
                    "A carousel has a text and cards only; headings and buttons are the cards' own.";
                self.report(field, "not_together", message);
            }
        }
        for (index, card) in cards.iter().enumerate() {
            self.prefix = format!("cards.{index}.");
            self.card(card);
            if card.header != first.header || kinds(card) != kinds(first) {
                let message = "All cards have the same kind of heading and the same kinds of buttons.";
                self.report("header", "cards_differ", message);
            }
        }
        self.prefix.clear();
    }

    fn card(&mut self, card: &Card) {
        match &card.header {
            Header::Image | Header::Video => self.header(&card.header),
            Header::Product => {}
            Header::Text(_) | Header::Document | Header::Location => {
                self.report("header", "header_kind", "A card has a picture, a video or a product above it.");
            }
        }
        if let Some(body) = &card.body {
            self.body(body, limits::CARD_BODY);
        }
        self.buttons(&card.buttons, limits::CARD_BUTTONS);
        if card.buttons.is_empty() {
            self.report("buttons", "empty", "A card needs a button.");
        }
        for (index, button) in card.buttons.iter().enumerate() {
            let fits = match button {
                Button::QuickReply { .. } | Button::Url { .. } | Button::PhoneNumber { .. } => true,
                Button::SingleProduct { .. } => card.header == Header::Product,
                _ => false,
            };
            if !fits {
                let message = "A card can have quick replies, links and calls, and a product its own button.";
                self.report(format!("buttons.{index}.type"), "button_kind", message);
            }
        }
    }
}

fn kinds(card: &Card) -> Vec<&'static str> {
    card.buttons.iter().map(Button::word).collect()
}
