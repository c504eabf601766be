//! What stands above a template's body.

use bellbird_core::templates;
use poem_openapi::{Object, Union};

/// A line of text above the body.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct TextHeader {
    /// The line; at most one gap.
    pub text: String,
}

/// A picture above the body, given per message as `header.image`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct ImageHeader {}

/// A video above the body, given per message as `header.video`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct VideoHeader {}

/// A file above the body, given per message as `header.document`; its name as `header.document.filename`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct DocumentHeader {}

/// A place above the body, given per message as `header.location.latitude` and `.longitude`, `.name`, `.address`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct LocationHeader {}

/// A product above the body, given per message as `header.product` and `header.product.catalog_id`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct ProductHeader {}

/// What stands above the body.
#[derive(Union, Debug, Clone, PartialEq, Eq)]
#[oai(discriminator_name = "type", one_of)]
pub enum TemplateHeader {
    /// A line of text.
    #[oai(mapping = "text")]
    Text(TextHeader),
    /// A picture.
    #[oai(mapping = "image")]
    Image(ImageHeader),
    /// A video.
    #[oai(mapping = "video")]
    Video(VideoHeader),
    /// A file to read.
    #[oai(mapping = "document")]
    Document(DocumentHeader),
    /// A place on the map.
    #[oai(mapping = "location")]
    Location(LocationHeader),
    /// A product of a catalog.
    #[oai(mapping = "product")]
    Product(ProductHeader),
}

impl From<TemplateHeader> for templates::Header {
    fn from(header: TemplateHeader) -> Self {
        match header {
            TemplateHeader::Text(TextHeader { text }) => Self::Text(text),
            TemplateHeader::Image(ImageHeader {}) => Self::Image,
            TemplateHeader::Video(VideoHeader {}) => Self::Video,
            TemplateHeader::Document(DocumentHeader {}) => Self::Document,
            TemplateHeader::Location(LocationHeader {}) => Self::Location,
            TemplateHeader::Product(ProductHeader {}) => Self::Product,
        }
    }
}

impl From<templates::Header> for TemplateHeader {
    fn from(header: templates::Header) -> Self {
        match header {
            templates::Header::Text(text) => Self::Text(TextHeader { text }),
            templates::Header::Image => Self::Image(ImageHeader {}),
            templates::Header::Video => Self::Video(VideoHeader {}),
            templates::Header::Document => Self::Document(DocumentHeader {}),
            templates::Header::Location => Self::Location(LocationHeader {}),
            templates::Header::Product => Self::Product(ProductHeader {}),
        }
    }
}
