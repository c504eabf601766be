//! Message templates: texts approved beforehand, with gaps that are filled per person.
//!
//! [`components`] is the model we support, [`wire`] its JSON as WhatsApp stores it, [`validate`](mod@validate) finds
//! what would be refused at approval, and [`render`](mod@render) fills the gaps for one person.

pub mod components;
pub mod create;
pub mod entity;
mod placeholders;
pub mod render;
pub mod validate;
pub mod wire;

pub use components::{Button, Category, Header, ParameterFormat, TemplateModel};
pub use entity::{Entity, Model as Template};
pub use render::{RenderError, Rendered, render};
pub use validate::{Problem, validate};
pub use wire::UnsupportedTemplate;

use crate::words::words;

words! {
    /// Where a template stands with the provider.
    pub enum TemplateStatus {
        /// Written here, not judged yet.
        Pending = "pending",
        /// May be sent.
        Approved = "approved",
        /// May not be sent.
        Rejected = "rejected",
        /// Was paused because people complained.
        Paused = "paused",
        /// Was switched off for good.
        Disabled = "disabled",
    }
}
