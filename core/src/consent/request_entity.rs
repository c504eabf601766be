//! Rows of `consent_requests`: the questions of double opt-in.

use super::ConsentPurpose;
use crate::clock::Timestamp;
use crate::ids::{ConsentRequestId, CustomerId, MessageId, OrganizationId};
use crate::words::words;
use sea_orm::entity::prelude::*;

words! {
    /// How far a question has come.
    pub enum RequestStatus {
        /// To be sent.
        Waiting = "waiting",
        /// Sent, once; the person has until `due_at`.
        Asked = "asked",
        /// They said yes.
        Confirmed = "confirmed",
        /// They said no.
        Declined = "declined",
        /// Another word of theirs came first.
        Overtaken = "overtaken",
        /// They did not answer.
        Expired = "expired",
        /// It could not be sent.
        Failed = "failed",
    }
}

/// A question to one person whether they meant their opt-in. One is open at a time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_requests")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentRequestId,
    /// Who asks.
    pub organization_id: OrganizationId,
    /// Who is asked.
    pub customer_id: CustomerId,
    /// About what.
    pub purpose: ConsentPurpose,
    /// How far it has come.
    pub status: RequestStatus,
    /// The message that asks.
    pub message_id: Option<MessageId>,
    /// Why it could not be sent, or not yet.
    pub note: Option<String>,
    /// When it is to be sent; once it was: when it expires.
    pub due_at: Timestamp,
    /// When the person's word came.
    pub created_at: Timestamp,
    /// When it was sent.
    pub asked_at: Option<Timestamp>,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
