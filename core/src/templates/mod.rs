//! Message templates: texts approved beforehand, with gaps that are filled per person.
//!
//! [`components`] is the model we support, [`wire`] its JSON as WhatsApp stores it, [`validate`](mod@validate) finds
//! what would be refused at approval, and [`render`](mod@render) fills the gaps for one person.

pub mod change;
pub mod components;
pub mod create;
pub mod entity;
pub mod examples;
pub mod files;
pub mod jobs;
pub mod news;
mod placeholders;
pub mod port;
pub mod preview;
pub mod queries;
pub mod render;
pub(crate) mod stop;
pub mod submit;
pub mod sync;
pub mod sync_entity;
mod take_over;
pub mod validate;
pub mod wire;

pub use components::{
    AppLink, Authentication, Button, Card, Category, FlowAction, FlowRef, Header, LimitedTimeOffer, OtpApp,
    OtpKind, ParameterFormat, TemplateModel,
};
pub use entity::{Entity, Model as Template};
pub use render::{RenderError, Rendered, Shown, render};
pub use sync_entity::Model as TemplateSync;
pub use validate::{Problem, validate};
pub use wire::UnsupportedTemplate;

use crate::words::words;

words! {
    /// Where a template stands with the provider.
    pub enum TemplateStatus {
        /// Written here, on its way to the provider.
        Submitting = "submitting",
        /// The provider did not take it; change it, and it is submitted again.
        Refused = "refused",
        /// Not judged yet.
        Pending = "pending",
        /// May be sent.
        Approved = "approved",
        /// May not be sent.
        Rejected = "rejected",
        /// Was paused because people complained.
        Paused = "paused",
        /// Was switched off for good.
        Disabled = "disabled",
        /// A rejection is being looked at again.
        InAppeal = "in_appeal",
        /// Is being deleted; its name stays taken for some weeks.
        PendingDeletion = "pending_deletion",
        /// Is gone.
        Deleted = "deleted",
        /// Was put away; it can be brought back.
        Archived = "archived",
        /// The account has too many templates.
        LimitExceeded = "limit_exceeded",
        /// May not be changed or sent for now.
        Locked = "locked",
    }
}

words! {
    /// How customers have received a template lately, as the provider sees it.
    pub enum TemplateQuality {
        /// Well.
        Green = "green",
        /// Complaints have risen.
        Yellow = "yellow",
        /// Close to being paused.
        Red = "red",
        /// Not rated yet.
        Unknown = "unknown",
    }
}

words! {
    /// What the provider is still to be asked about a template.
    pub enum TemplateChange {
        /// To take it.
        Create = "create",
        /// To replace its content.
        Edit = "edit",
        /// To delete it.
        Delete = "delete",
    }
}

words! {
    /// How far the synchronisation of an account's templates is.
    pub enum SyncStatus {
        /// It will begin in a moment.
        Queued = "queued",
        /// It is under way.
        Running = "running",
        /// It ended well.
        Done = "done",
        /// It ended, and the reason is told.
        Failed = "failed",
    }
}
