//! Messages with something to tap.

mod carousel;
mod flow;
mod orders;
mod products;
mod replies;
mod requests;

pub use carousel::{Carousel, CarouselCard, MediaCard, ProductCard};
pub use flow::{FlowAction, FlowMessage, FlowMode};
pub use orders::{
    OrderCharge, OrderDetails, OrderDiscount, OrderGoods, OrderItem, OrderStatus, OrderStatusWord,
};
pub use products::{CatalogMessage, ProductList, ProductMessage, ProductSection};
pub use replies::{CallButton, LinkButton, ListMessage, ListRow, ListSection, ReplyButton, ReplyButtons};
pub use requests::{AddressRequest, CallPermissionRequest, ContactRequest, LocationRequest, SavedAddress};

use super::choice::choice;
use super::faults::Faults;
use super::files::{Document, FileMut, Image, Video};

/// Longest text above the body.
const HEADER: usize = 60;
/// Longest text below the body.
const FOOTER: usize = 60;
/// Longest body of most kinds.
const BODY: usize = 1_024;
/// Longest words on a button.
const BUTTON: usize = 20;

choice! {
    /// Something to tap. Exactly one of these.
    pub enum Interactive {
        /// Up to three buttons that answer.
        Button(ReplyButtons) = "button",
        /// A list to choose from.
        List(ListMessage) = "list",
        /// A button that opens a link.
        CtaUrl(LinkButton) = "cta_url",
        /// A button that calls the business.
        VoiceCall(CallButton) = "voice_call",
        /// One product of a catalog.
        Product(ProductMessage) = "product",
        /// Several products of a catalog.
        ProductList(ProductList) = "product_list",
        /// A catalog.
        CatalogMessage(CatalogMessage) = "catalog_message",
        /// A form.
        Flow(FlowMessage) = "flow",
        /// Asks for a place.
        LocationRequest(LocationRequest) = "location_request_message",
        /// Cards to swipe through.
        Carousel(Carousel) = "carousel",
        /// Asks for a postal address.
        AddressMessage(AddressRequest) = "address_message",
        /// An order to be paid.
        OrderDetails(OrderDetails) = "order_details",
        /// What became of an order.
        OrderStatus(OrderStatus) = "order_status",
        /// Asks whether the business may call.
        CallPermissionRequest(CallPermissionRequest) = "call_permission_request",
        /// Asks for a telephone number.
        ContactRequest(ContactRequest) = "contact_request",
    }
}

choice! {
    /// What stands above the body. Exactly one of these; a file has no caption here.
    pub enum InteractiveHeader {
        /// A line of text: at most 60 characters.
        Text(String) = "text",
        /// A picture.
        Image(Image) = "image",
        /// A film.
        Video(Video) = "video",
        /// A document.
        Document(Document) = "document",
    }
}

impl Interactive {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        let at = &format!("{at}.{}", self.word());
        match self {
            Self::Button(part) => part.check(at, faults),
            Self::List(part) => part.check(at, faults),
            Self::CtaUrl(part) => part.check(at, faults),
            Self::VoiceCall(part) => part.check(at, faults),
            Self::Product(part) => part.check(at, faults),
            Self::ProductList(part) => part.check(at, faults),
            Self::CatalogMessage(part) => part.check(at, faults),
            Self::Flow(part) => part.check(at, faults),
            Self::LocationRequest(part) => faults.text(format!("{at}.body"), &part.body, BODY),
            Self::Carousel(part) => part.check(at, faults),
            Self::AddressMessage(part) => part.check(at, faults),
            Self::OrderDetails(part) => part.check(at, faults),
            Self::OrderStatus(part) => part.check(at, faults),
            Self::CallPermissionRequest(part) => {
                faults.optional(format!("{at}.body"), part.body.as_deref(), BODY);
            }
            Self::ContactRequest(part) => faults.text(format!("{at}.body"), &part.body, BODY),
        }
    }

    pub(super) fn files_mut(&mut self) -> Vec<FileMut<'_>> {
        let header = match self {
            Self::Button(part) => part.header.as_mut(),
            Self::List(part) => part.header.as_mut(),
            Self::CtaUrl(part) => part.header.as_mut(),
            Self::Flow(part) => part.header.as_mut(),
            Self::OrderDetails(part) => part.header.as_mut(),
            Self::Carousel(part) => return part.files_mut(),
            _ => None,
        };
        header.and_then(InteractiveHeader::file_mut).into_iter().collect()
    }
}

impl InteractiveHeader {
    fn check(&self, at: &str, faults: &mut Faults) {
        let at = format!("{at}.header");
        let caption = match self {
            Self::Text(text) => {
                faults.text(format!("{at}.text"), text, HEADER);
                return;
            }
            Self::Image(image) => {
                image.check(&format!("{at}.image"), faults);
                &image.caption
            }
            Self::Video(video) => {
                video.check(&format!("{at}.video"), faults);
                &video.caption
            }
            Self::Document(document) => {
                document.check(&format!("{at}.document"), faults);
                &document.caption
            }
        };
        if caption.is_some() {
            let message = "a file above the body has no caption; write it into the body";
            faults.add(format!("{at}.{}.caption", self.word()), "not_allowed", message);
        }
    }

    /// Kinds that show text only above their body.
    fn check_text(&self, at: &str, faults: &mut Faults) {
        self.check(at, faults);
        if !matches!(self, Self::Text(_)) {
            let message = "only `text` is allowed above the body of this kind of message";
            faults.add(format!("{at}.header"), "not_allowed", message);
        }
    }

    fn file_mut(&mut self) -> Option<FileMut<'_>> {
        match self {
            Self::Text(_) => None,
            Self::Image(image) => Some(image.file_mut()),
            Self::Video(video) => Some(video.file_mut()),
            Self::Document(document) => Some(document.file_mut()),
        }
    }
}

/// The three texts most kinds have.
fn check_texts(
    at: &str,
    header: Option<&InteractiveHeader>,
    body: &str,
    footer: Option<&str>,
    faults: &mut Faults,
) {
    if let Some(header) = header {
        header.check(at, faults);
    }
    faults.text(format!("{at}.body"), body, BODY);
    faults.optional(format!("{at}.footer"), footer, FOOTER);
}
