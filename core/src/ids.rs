//! Every kind of thing has an id type of its own: `cmp_…` is a campaign, and no function takes it for a message.
//!
//! An id is a UUIDv7 (time first, so ids sort by age and pages need no other column) written as its prefix and 26
//! characters of Crockford's base 32, in the database as on the wire.

use crate::clock::{Clock, Timestamp};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// What is wrong with a string that should be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: it must be `{prefix}` and 26 characters of 0-9 and a-z")]
pub struct BadId {
    prefix: &'static str,
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Millisecond and a 12-bit counter: ids made by one process never go backwards, not even inside a millisecond.
static LAST: AtomicU64 = AtomicU64::new(0);

fn uuid_at(clock: &dyn Clock) -> Uuid {
    let now = (clock.now().0.max(0) as u64) << 12;
    let next = |last: u64| Some(now.max(last + 1));
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or_default();
    let stamp = now.max(last + 1);
    let mut random: [u8; 10] = rand::random();
    random[0] = ((stamp >> 8) & 0x0f) as u8;
    random[1] = (stamp & 0xff) as u8;
    uuid::Builder::from_unix_timestamp_millis(stamp >> 12, &random).into_uuid()
}

fn encode(uuid: Uuid, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    let bits = uuid.as_u128();
    let digits: [u8; 26] = std::array::from_fn(|i| DIGITS[((bits >> (125 - 5 * i)) & 31) as usize]);
    // the digits are ASCII
    f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
}

fn decode(text: &str) -> Option<Uuid> {
    let digit = |c: u8| DIGITS.iter().position(|d| *d == c).map(|at| at as u128);
    let first = *text.as_bytes().first()?;
    if text.len() != 26 || digit(first)? > 7 {
        return None; // 26 digits hold 130 bits
    }
    text.bytes().try_fold(0, |bits, c| Some((bits << 5) | digit(c)?)).map(Uuid::from_u128)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sea_orm::DeriveValueType)]
        #[sea_orm(value_type = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// What its text begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id, later than all this process made before.
            pub fn new(clock: &dyn Clock) -> Self {
                Self(uuid_at(clock))
            }

            /// A bound: ids made before `at` are smaller, those made from then on are not.
            pub fn earliest(at: Timestamp) -> Self {
                let millis = u64::try_from(at.0).unwrap_or_default();
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
            }

            /// A number spread evenly over all ids, for sharding.
            pub fn spread(&self) -> u64 {
                (self.0.as_u128() & u128::from(u64::MAX >> 2)) as u64
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($prefix)?;
                encode(self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix($prefix).and_then(decode).map(Self).ok_or(BadId { prefix: $prefix })
            }
        }

        /// Asked for by SeaORM of every primary key; ours are never counted up by a database.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        crate::ids::openapi::schema!($name, $prefix);
    )*};
}

#[cfg(feature = "openapi")]
pub(crate) mod openapi;

ids! {
    /// Something about an account that people should know.
    AlertId "alr_";
    /// A key that speaks for an organization.
    ApiKeyId "key_";
    /// A Meta app: its secret signs webhooks.
    AppId "app_";
    /// One entry of the audit log.
    AuditEventId "aud_";
    /// A bulk sending to an audience.
    CampaignId "cmp_";
    /// The erasure of a person.
    ErasureId "ers_";
    /// One entry of the consent ledger.
    ConsentEventId "cev_";
    /// What seals an organization's secrets.
    DataKeyId "dek_";
    /// A question to a person whether they meant their opt-in.
    ConsentRequestId "crq_";
    /// A person who can be messaged.
    CustomerId "cus_";
    /// An email that waits to be sent.
    EmailId "eml_";
    /// Something that happened and that integrators are told.
    EventId "evt_";
    /// A file that is sent or was received.
    MediaId "med_";
    /// A file of people that was uploaded.
    ImportId "imp_";
    /// An invitation to become a member.
    InvitationId "inv_";
    /// One thing sent to or received from one customer.
    MessageId "msg_";
    /// A tenant.
    OrganizationId "org_";
    /// A job waiting to be done.
    OutboxId "job_";
    /// One application of an organization's retention policy.
    RetentionRunId "rtr_";
    /// A WhatsApp business phone number.
    SenderId "snd_";
    /// An entry of the suppression list.
    SuppressionId "sup_";
    /// A change that asks for nothing yet.
    KeptChangeId "kch_";
    /// A status that does not move its message.
    ReceiptId "rcp_";
    /// What we post to an integrator.
    SubscriptionId "sub_";
    /// One sign-in of a person.
    SessionId "ses_";
    /// A message template.
    TemplateId "tpl_";
    /// The synchronisation of an account's templates.
    TemplateSyncId "tsy_";
    /// A status of a message we do not know.
    UnroutedStatusId "uns_";
    /// A person who works with Bellbird.
    UserId "usr_";
    /// What a provider posted to us.
    WebhookEventId "whe_";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn an_id_survives_its_text_and_ids_sort_by_age() {
        let ids: Vec<_> = (0..10_000).map(|_| MessageId::new(&SystemClock)).collect();
        assert!(ids.iter().all(|id| id.to_string().parse() == Ok(*id)));
        assert!(ids.windows(2).all(|w| w[0] < w[1] && w[0].to_string() < w[1].to_string()));
    }

    #[test]
    fn a_bound_lies_between_what_was_made_before_and_after() {
        let bound = MessageId::earliest(SystemClock.now());
        let after = MessageId::new(&SystemClock);
        assert!(bound < after && bound.to_string() < after.to_string());
        assert!(MessageId::earliest(Timestamp(0)) < bound);
        assert!(MessageId::earliest(SystemClock.now().plus(std::time::Duration::from_secs(60))) > after);
    }

    #[test]
    fn another_kind_a_wrong_length_and_foreign_letters_are_refused() {
        let id = MessageId::new(&SystemClock).to_string();
        assert!(id.parse::<CampaignId>().is_err());
        for bad in
            ["", "msg_", "msg_zzzzzzzzzzzzzzzzzzzzzzzzzz", &id[..29], &id.to_uppercase(), &format!("{id}0")]
        {
            assert!(bad.parse::<MessageId>().is_err(), "{bad}");
        }
    }
}
