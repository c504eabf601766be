//! Products of a catalog.

use super::replies::check_title;
use super::{BODY, FOOTER, InteractiveHeader};
use crate::content::choice::parts;
use crate::content::faults::Faults;

/// Longest id of a catalog or product (Meta's catalogs allow 100 for a product).
pub(super) const ID: usize = 100;
/// Most products, and most sections.
const PRODUCTS: usize = 30;
const SECTIONS: usize = 10;

parts! {
    /// One product.
    pub struct ProductMessage {
        /// What it says: at most 1,024 characters.
        pub body: Option<String>,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// WhatsApp's id of the catalog.
        pub catalog_id: String,
        /// Your id of the product in the catalog.
        pub product_retailer_id: String,
    }

    /// Up to 30 products in sections.
    pub struct ProductList {
        /// Above the body; text only.
        pub header: InteractiveHeader,
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// WhatsApp's id of the catalog.
        pub catalog_id: String,
        /// At most ten, with at most 30 products in all.
        pub sections: Vec<ProductSection>,
    }

    /// Some products under a title.
    pub struct ProductSection {
        /// At most 24 characters; needed when there are several sections.
        pub title: Option<String>,
        /// Your ids of the products in the catalog.
        pub product_retailer_ids: Vec<String>,
    }

    /// The whole catalog of the sender.
    pub struct CatalogMessage {
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// The product whose picture is shown; the first one when not given.
        pub thumbnail_product_retailer_id: Option<String>,
    }
}

impl ProductMessage {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        faults.optional(format!("{at}.body"), self.body.as_deref(), BODY);
        faults.optional(format!("{at}.footer"), self.footer.as_deref(), FOOTER);
        faults.text(format!("{at}.catalog_id"), &self.catalog_id, ID);
        faults.text(format!("{at}.product_retailer_id"), &self.product_retailer_id, ID);
    }
}

impl ProductList {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        self.header.check_text(at, faults);
        faults.text(format!("{at}.body"), &self.body, BODY);
        faults.optional(format!("{at}.footer"), self.footer.as_deref(), FOOTER);
        faults.text(format!("{at}.catalog_id"), &self.catalog_id, ID);
        faults.count(format!("{at}.sections"), self.sections.len(), 1, SECTIONS);
        let products: usize = self.sections.iter().map(|section| section.product_retailer_ids.len()).sum();
        if products > PRODUCTS {
            let message =
                format!("at most {PRODUCTS} products in all sections together, this has {products}");
            faults.add(format!("{at}.sections"), "too_many", message);
        }
        for (index, section) in self.sections.iter().enumerate() {
            let at = format!("{at}.sections[{index}]");
            check_title(section.title.as_deref(), self.sections.len(), &at, faults);
            faults.count(
                format!("{at}.product_retailer_ids"),
                section.product_retailer_ids.len(),
                1,
                usize::MAX,
            );
            for (index, id) in section.product_retailer_ids.iter().enumerate() {
                faults.text(format!("{at}.product_retailer_ids[{index}]"), id, ID);
            }
        }
    }
}

impl CatalogMessage {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        faults.text(format!("{at}.body"), &self.body, BODY);
        faults.optional(format!("{at}.footer"), self.footer.as_deref(), FOOTER);
        let thumbnail = self.thumbnail_product_retailer_id.as_deref();
        faults.optional(format!("{at}.thumbnail_product_retailer_id"), thumbnail, ID);
    }
}
