//! What people and keys may do: the one table of permissions.
//!
//! A person has a role in an organization, a key has scopes; both end as [`Grants`], and an operation asks for one
//! permission (`api/src/permissions.rs` says which). Nothing is inherited and nothing is implied: a permission is
//! granted where it stands in the table, and nowhere else.

use crate::words::words;

words! {
    /// What a person is in an organization.
    pub enum Role {
        /// Whose it is: everything, and the only one who makes others owners.
        Owner = "owner",
        /// Runs it: everything but owning it.
        Admin = "admin",
        /// Writes to many: campaigns, templates, customers.
        Marketer = "marketer",
        /// Talks to single people.
        Agent = "agent",
        /// Looks on.
        Viewer = "viewer",
    }
}

/// The roles as the table below names them.
const OWNER: u8 = 1;
const ADMIN: u8 = OWNER | 2;
const MARKETER: u8 = ADMIN | 4;
const AGENT: u8 = ADMIN | 8;
const WRITERS: u8 = MARKETER | AGENT;
const EVERYBODY: u8 = WRITERS | 16;

impl Role {
    const fn bit(self) -> u8 {
        match self {
            Self::Owner => 1,
            Self::Admin => 2,
            Self::Marketer => 4,
            Self::Agent => 8,
            Self::Viewer => 16,
        }
    }
}

/// Declares the permissions, each with its word and the roles that have it.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $word:literal: $roles:expr;)*) => {
        words! {
            /// One thing that may be done. As a scope of an API key it has the same word.
            pub enum Permission {$(
                $(#[$doc])*
                $name = $word,
            )*}
        }

        impl Permission {
            /// Who has it.
            const fn roles(self) -> u8 {
                match self { $(Self::$name => $roles),* }
            }
        }
    };
}

permissions! {
    /// See campaigns, their recipients and numbers.
    CampaignsRead = "campaigns:read": EVERYBODY;
    /// Draft campaigns and gather their people.
    CampaignsWrite = "campaigns:write": MARKETER;
    /// Launch, pause, resume and cancel campaigns.
    CampaignsLaunch = "campaigns:launch": MARKETER;
    /// Allow others' launches, where an organization asks for that.
    CampaignsApprove = "campaigns:approve": ADMIN;
    /// See customers.
    CustomersRead = "customers:read": EVERYBODY;
    /// Add and change customers, and what they agreed to.
    CustomersWrite = "customers:write": WRITERS;
    /// Take many customers out, or in, as files.
    CustomersExport = "customers:export": MARKETER;
    /// Erase a person for good, and say how long things are kept.
    CustomersErase = "customers:erase": ADMIN;
    /// See messages and their files.
    MessagesRead = "messages:read": EVERYBODY;
    /// Send messages to single people, and mark theirs as read.
    MessagesSend = "messages:send": WRITERS;
    /// See templates.
    TemplatesRead = "templates:read": EVERYBODY;
    /// Write, submit and delete templates.
    TemplatesWrite = "templates:write": MARKETER;
    /// See senders, apps, portfolios, and what happened to them.
    SendersRead = "senders:read": EVERYBODY;
    /// Connect and change senders and apps.
    SendersWrite = "senders:write": ADMIN;
    /// See background work, and what could not be done.
    JobsRead = "jobs:read": ADMIN;
    /// Have background work done again.
    JobsWrite = "jobs:write": ADMIN;
    /// See what is posted to integrators.
    SubscriptionsRead = "subscriptions:read": ADMIN;
    /// Say what is posted to integrators, and where.
    SubscriptionsWrite = "subscriptions:write": ADMIN;
    /// See who works here.
    MembersRead = "members:read": EVERYBODY;
    /// Invite people, change their roles, let them go.
    MembersWrite = "members:write": ADMIN;
    /// See API keys (never their text).
    KeysRead = "keys:read": ADMIN;
    /// Make, rotate and revoke API keys.
    KeysWrite = "keys:write": ADMIN;
    /// See who did what.
    AuditRead = "audit:read": ADMIN;
    /// See the organization, its plan and what it uses.
    OrganizationRead = "organization:read": EVERYBODY;
    /// Change the organization's settings.
    OrganizationWrite = "organization:write": ADMIN;
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grants(u64);

impl Grants {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything there is.
    pub const ALL: Self = Self(u64::MAX >> (64 - Permission::ALL.len()));

    /// What a role has.
    pub fn of_role(role: Role) -> Self {
        Permission::ALL.iter().filter(|permission| permission.roles() & role.bit() != 0).copied().collect()
    }

    /// Reads scopes as they are stored: words with spaces between. Words that are gone grant nothing.
    pub fn of_scopes(scopes: &str) -> Self {
        scopes.split(' ').filter_map(|word| word.parse::<Permission>().ok()).collect()
    }

    /// As they are stored.
    pub fn scopes(self) -> String {
        self.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Each of them, in the table's order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    /// Is this one among them?
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// Are all of these among them? Nobody gives away more than they have.
    pub const fn cover(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }
}

impl FromIterator<Permission> for Grants {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | (1 << permission as u32)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_may_do_more_may_do_all_of_what_the_lesser_may() {
        let of = Grants::of_role;
        assert_eq!(of(Role::Owner), Grants::ALL);
        assert!(of(Role::Owner).cover(of(Role::Admin)) && of(Role::Admin).cover(of(Role::Marketer)));
        assert!(of(Role::Admin).cover(of(Role::Agent)) && of(Role::Agent).cover(of(Role::Viewer)));
        assert!(of(Role::Marketer).cover(of(Role::Viewer)) && !of(Role::Agent).cover(of(Role::Marketer)));
        let writes = |permission: &Permission| !permission.as_str().ends_with(":read");
        assert!(!of(Role::Viewer).iter().any(|permission| writes(&permission)), "a viewer changes nothing");
    }

    #[test]
    fn scopes_survive_their_text_and_unknown_words_grant_nothing() {
        for role in Role::ALL {
            let grants = Grants::of_role(*role);
            assert_eq!(Grants::of_scopes(&grants.scopes()), grants);
        }
        assert_eq!(Grants::of_scopes("campaigns:everything"), Grants::NONE);
        assert_eq!(Grants::of_scopes(""), Grants::NONE);
    }
}
