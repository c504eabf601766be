//! Cards to swipe through.

use super::products::ID;
use super::replies::{ReplyButton, check_buttons};
use super::{BODY, BUTTON, InteractiveHeader};
use crate::content::choice::{choice, parts};
use crate::content::faults::Faults;
use crate::content::files::FileMut;

/// Fewest and most cards.
const CARDS: (usize, usize) = (2, 10);
/// Longest body of a card.
const CARD_BODY: usize = 160;

parts! {
    /// Two to ten cards of the same kind.
    pub struct Carousel {
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// The cards, all with products or all with pictures and films.
        pub cards: Vec<CarouselCard>,
    }

    /// A picture or film with words and buttons: either `url` with `display_text`, or `buttons`.
    pub struct MediaCard {
        /// The picture or film.
        pub header: InteractiveHeader,
        /// At most 160 characters.
        pub body: Option<String>,
        /// On the button that opens a link: at most 20 characters.
        pub display_text: Option<String>,
        /// What the button opens.
        pub url: Option<String>,
        /// Buttons that answer.
        pub buttons: Option<Vec<ReplyButton>>,
    }

    /// A product of a catalog.
    pub struct ProductCard {
        /// WhatsApp's id of the catalog; the same on every card.
        pub catalog_id: String,
        /// Your id of the product in the catalog.
        pub product_retailer_id: String,
    }
}

choice! {
    /// One card of a carousel. Exactly one of these.
    pub enum CarouselCard {
        /// A picture or film.
        Media(MediaCard) = "media",
        /// A product.
        Product(ProductCard) = "product",
    }
}

impl Carousel {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        faults.text(format!("{at}.body"), &self.body, BODY);
        faults.count(format!("{at}.cards"), self.cards.len(), CARDS.0, CARDS.1);
        let mut catalogs = Vec::new();
        for (index, card) in self.cards.iter().enumerate() {
            let at = format!("{at}.cards[{index}].{}", card.word());
            match card {
                CarouselCard::Media(card) => card.check(&at, faults),
                CarouselCard::Product(card) => {
                    faults.text(format!("{at}.catalog_id"), &card.catalog_id, ID);
                    faults.text(format!("{at}.product_retailer_id"), &card.product_retailer_id, ID);
                    catalogs.push(&card.catalog_id);
                }
            }
        }
        if !catalogs.is_empty() && catalogs.len() != self.cards.len() {
            faults.add(format!("{at}.cards"), "mixed_cards", "all cards must be of the same kind");
        }
        if catalogs.windows(2).any(|pair| pair[0] != pair[1]) {
            faults.add(format!("{at}.cards"), "mixed_catalogs", "all products must be of the same catalog");
        }
    }

    pub(super) fn files_mut(&mut self) -> Vec<FileMut<'_>> {
        let files = self.cards.iter_mut().filter_map(|card| match card {
            CarouselCard::Media(card) => card.header.file_mut(),
            CarouselCard::Product(_) => None,
        });
        files.collect()
    }
}

impl MediaCard {
    fn check(&self, at: &str, faults: &mut Faults) {
        self.header.check(at, faults);
        if !matches!(self.header, InteractiveHeader::Image(_) | InteractiveHeader::Video(_)) {
            faults.add(format!("{at}.header"), "not_allowed", "a card shows an `image` or a `video`");
        }
        faults.optional(format!("{at}.body"), self.body.as_deref(), CARD_BODY);
        match (&self.display_text, &self.url, &self.buttons) {
            (Some(display_text), Some(url), None) => {
                faults.text(format!("{at}.display_text"), display_text, BUTTON);
                faults.url(format!("{at}.url"), url);
            }
            (None, None, Some(buttons)) => check_buttons(buttons, at, faults),
            _ => faults.add(at, "one_of", "give either `display_text` with `url`, or `buttons`"),
        }
    }
}
