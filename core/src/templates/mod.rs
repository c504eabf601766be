//! Message templates: texts approved beforehand, with gaps that are filled per person.
//!
//! [`components`] is the model we support, [`wire`] its JSON as WhatsApp stores it, [`validate`](mod@validate) finds
//! what would be refused at approval, and [`render`](mod@render) fills the gaps for one person.

pub mod components;
mod placeholders;
pub mod render;
pub mod validate;
pub mod wire;

pub use components::{Button, Category, Header, ParameterFormat, TemplateModel};
pub use render::{RenderError, Rendered, render};
pub use validate::{Problem, validate};
pub use wire::UnsupportedTemplate;
