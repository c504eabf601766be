//! Who people are, as a provider tells it.

use chrono::{DateTime, Utc};

use crate::customers::meet::Identity;
use crate::phone::Phone;

/// A person as a change names them; anything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Person {
    /// Their number as the provider spells it.
    pub phone: Option<Phone>,
    /// Their business-scoped user id.
    pub bsuid: Option<String>,
    /// The same across the portfolios of one owner.
    pub parent_bsuid: Option<String>,
    /// The name they chose to be found by, without the `@`.
    pub username: Option<String>,
    /// The name they gave themselves.
    pub name: Option<String>,
}

impl Person {
    /// True when nothing tells who it is.
    pub fn is_nobody(&self) -> bool {
        self.phone.is_none() && self.bsuid.is_none()
    }

    /// What a customer is recognised by.
    pub fn identity(&self) -> Identity {
        Identity {
            phone: self.phone.clone(),
            bsuid: self.bsuid.clone(),
            parent_bsuid: self.parent_bsuid.clone(),
            username: self.username.clone(),
        }
    }
}

/// Who a person was, and who they are from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// By any of these they were known.
    pub before: Person,
    /// By these they are known now.
    pub now: Person,
}

/// A person has another number or id now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityChange {
    /// The number through which we hear of it.
    pub phone_number_id: Option<String>,
    /// From whom to whom.
    pub moved: Moved,
    /// When; `None` if missing or unreadable.
    pub at: Option<DateTime<Utc>>,
}

/// An entry of the address book of the shop's phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactChange {
    /// The number of that phone.
    pub phone_number_id: Option<String>,
    /// Who, with the name the shop gave them.
    pub person: Person,
    /// True when it was taken out of the book.
    pub removed: bool,
}
