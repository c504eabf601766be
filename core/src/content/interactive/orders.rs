//! Orders to be paid in WhatsApp (India, Brazil), and what became of them.
//!
//! Amounts are integers in the currency's minor unit.

use super::{BODY, FOOTER, InteractiveHeader, check_texts};
use crate::content::choice::parts;
use crate::content::faults::Faults;
use crate::words::words;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Longest reference.
const REFERENCE: usize = 35;
/// An order can be paid for at least this long, in seconds.
const SHORTEST: i64 = 300;
/// Longest description, and other short texts. Meta's samples have 60 and 100; longer ones are refused as bad requests.
const DESCRIPTION: usize = 120;
/// Most items. The provider names no limit.
const ITEMS: usize = 100;

words! {
    /// What is sold.
    pub enum OrderGoods {
        /// Nothing is delivered.
        DigitalGoods = "digital-goods",
        /// Something is delivered.
        PhysicalGoods = "physical-goods",
    }
}

words! {
    /// What became of an order.
    pub enum OrderStatusWord {
        /// It is worked on.
        Processing = "processing",
        /// Some of it is on its way.
        PartiallyShipped = "partially_shipped",
        /// It is on its way.
        Shipped = "shipped",
        /// It is done; nothing may follow.
        Completed = "completed",
        /// It will not be done; nothing may follow.
        Canceled = "canceled",
    }
}

parts! {
    /// An order with a button to review and pay it.
    pub struct OrderDetails {
        /// Above the body; a picture.
        pub header: Option<InteractiveHeader>,
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// Your id of the order: at most 35 characters, used once.
        pub reference_id: String,
        /// What is sold.
        pub goods: OrderGoods,
        /// The currency, like `INR`.
        pub currency: String,
        /// How it is paid, like `upi`, where WhatsApp asks for it.
        pub payment_type: Option<String>,
        /// The payment configuration's name in your WhatsApp account.
        pub payment_configuration: Option<String>,
        /// Payment settings in WhatsApp's own words (Brazil).
        pub payment_settings: Option<Vec<Value>>,
        /// WhatsApp's id of the catalog the items are from.
        pub catalog_id: Option<String>,
        /// What is ordered.
        pub items: Vec<OrderItem>,
        /// The items' amounts together.
        pub subtotal: i64,
        /// Tax; 0 where there is none.
        pub tax: OrderCharge,
        /// Delivery.
        pub shipping: Option<OrderCharge>,
        /// What is taken off.
        pub discount: Option<OrderDiscount>,
        /// What is to be paid: subtotal, tax and shipping less the discount.
        pub total: i64,
        /// Until when it can be paid: at least five minutes from now.
        pub expires_at: Option<DateTime<Utc>>,
        /// What is said when it can be paid no more.
        pub expiration_description: Option<String>,
    }

    /// One line of an order.
    pub struct OrderItem {
        /// Your id of it.
        pub retailer_id: Option<String>,
        /// What it is called.
        pub name: String,
        /// The price of one.
        pub amount: i64,
        /// The reduced price of one.
        pub sale_amount: Option<i64>,
        /// How many: at least 1.
        pub quantity: u32,
    }

    /// Something that is added to the price.
    pub struct OrderCharge {
        /// How much.
        pub amount: i64,
        /// What for.
        pub description: Option<String>,
    }

    /// Something that is taken off the price.
    pub struct OrderDiscount {
        /// How much.
        pub amount: i64,
        /// What for.
        pub description: Option<String>,
        /// The programme it belongs to.
        pub program_name: Option<String>,
    }

    /// News of an order that was sent as `order_details` before.
    pub struct OrderStatus {
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// The order's `reference_id`.
        pub reference_id: String,
        /// What became of it.
        pub status: OrderStatusWord,
        /// More about it.
        pub description: Option<String>,
    }
}

impl OrderDetails {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        check_texts(at, self.header.as_ref(), &self.body, self.footer.as_deref(), faults);
        if self.header.as_ref().is_some_and(|header| !matches!(header, InteractiveHeader::Image(_))) {
            faults.add(format!("{at}.header"), "not_allowed", "an order shows an `image`");
        }
        check_reference(&self.reference_id, at, faults);
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            faults.add(format!("{at}.currency"), "invalid_currency", "must be a currency code like INR");
        }
        let soon = faults.now.0 / 1_000 + SHORTEST;
        if self.expires_at.is_some_and(|until| until.timestamp() < soon) {
            let message = "an order must be payable for at least five minutes";
            faults.add(format!("{at}.expires_at"), "too_soon", message);
        }
        if self.expires_at.is_some() != self.expiration_description.is_some() {
            let message = "`expires_at` and `expiration_description` belong together";
            faults.add(format!("{at}.expiration_description"), "missing", message);
        }
        for (field, text) in [
            ("payment_type", self.payment_type.as_deref()),
            ("payment_configuration", self.payment_configuration.as_deref()),
            ("catalog_id", self.catalog_id.as_deref()),
            ("expiration_description", self.expiration_description.as_deref()),
            ("tax.description", self.tax.description.as_deref()),
            ("shipping.description", self.shipping.as_ref().and_then(|charge| charge.description.as_deref())),
            ("discount.description", self.discount.as_ref().and_then(|d| d.description.as_deref())),
            ("discount.program_name", self.discount.as_ref().and_then(|d| d.program_name.as_deref())),
        ] {
            faults.optional(format!("{at}.{field}"), text, DESCRIPTION);
        }
        self.check_items(at, faults);
        self.check_sums(at, faults);
    }

    fn check_items(&self, at: &str, faults: &mut Faults) {
        faults.count(format!("{at}.items"), self.items.len(), 1, ITEMS);
        for (index, item) in self.items.iter().enumerate() {
            let at = format!("{at}.items[{index}]");
            faults.text(format!("{at}.name"), &item.name, DESCRIPTION);
            faults.optional(format!("{at}.retailer_id"), item.retailer_id.as_deref(), DESCRIPTION);
            if item.quantity == 0 {
                faults.add(format!("{at}.quantity"), "too_small", "at least 1 is needed");
            }
            if item.sale_amount.is_some_and(|sale| sale > item.amount) {
                faults.add(format!("{at}.sale_amount"), "too_large", "a reduced price is below the full one");
            }
        }
    }

    /// The provider adds up, too, and refuses an order that is off by a penny.
    fn check_sums(&self, at: &str, faults: &mut Faults) {
        let shipping = self.shipping.as_ref().map_or(0, |charge| charge.amount);
        let discount = self.discount.as_ref().map_or(0, |discount| discount.amount);
        let parts = [self.subtotal, self.tax.amount, shipping, discount, self.total];
        let prices = self.items.iter().flat_map(|item| [item.amount, item.sale_amount.unwrap_or(0)]);
        if parts.into_iter().chain(prices).any(|amount| amount < 0) {
            return faults.add(at, "negative_amount", "amounts are never below zero");
        }
        let wide = i128::from;
        let item =
            |item: &OrderItem| wide(item.sale_amount.unwrap_or(item.amount)) * i128::from(item.quantity);
        let items: i128 = self.items.iter().map(item).sum();
        if items != wide(self.subtotal) {
            let message = format!("the items come to {items}, not to {}", self.subtotal);
            faults.add(format!("{at}.subtotal"), "wrong_sum", message);
        }
        let total = wide(self.subtotal) + wide(self.tax.amount) + wide(shipping) - wide(discount);
        if total != wide(self.total) {
            let message = format!(
                "subtotal, tax and shipping less the discount come to {total}, not to {}",
                self.total
            );
            faults.add(format!("{at}.total"), "wrong_sum", message);
        }
    }
}

impl OrderStatus {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        faults.text(format!("{at}.body"), &self.body, BODY);
        faults.optional(format!("{at}.footer"), self.footer.as_deref(), FOOTER);
        check_reference(&self.reference_id, at, faults);
        faults.optional(format!("{at}.description"), self.description.as_deref(), DESCRIPTION);
    }
}

fn check_reference(reference: &str, at: &str, faults: &mut Faults) {
    faults.text(format!("{at}.reference_id"), reference, REFERENCE);
}
