//! What becomes of one person of a campaign, before anything is sent.

use crate::campaigns::recipients::Judge;
use crate::clock::Timestamp;
use crate::consent::{ConsentPurpose, Purpose, check, suppression};
use crate::context::{Services, Tx};
use crate::customers::Customer;
use crate::error::Result;
use crate::ids::CustomerId;
use crate::messages::cost;
use crate::messages::judge::{self, Case, Ruling};
use crate::messages::state::MessageStatus;
use crate::policy::hours::{Places, WallTime, next_local};
use crate::policy::{SendingPolicy, settings};
use crate::pricing::Estimate;
use crate::templates::files::KnownFiles;
use std::collections::{BTreeMap, HashSet};

/// What becomes of one person.
pub(super) struct Final {
    pub(super) status: MessageStatus,
    pub(super) reason: Option<&'static str>,
    /// When somebody who waits comes up.
    pub(super) until: Option<Timestamp>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) detail: Option<String>,
}

/// What a page's people are judged by, beside what is known about each.
pub(super) struct Rules {
    policy: SendingPolicy,
    now: Timestamp,
    /// The time of their own day at which people are sent to.
    local: Option<WallTime>,
    /// Who is on the suppression list. Whoever was when they became a customer stands as opted out already; this is for
    /// the day somebody brings back rows past every use case.
    suppressed: HashSet<CustomerId>,
}

impl Rules {
    pub(super) async fn of<'c>(
        tx: &Tx,
        services: &Services,
        judge: &Judge,
        people: impl IntoIterator<Item = &'c Customer>,
    ) -> Result<Self> {
        let organization = judge.campaign.organization_id;
        let policy = settings::of(tx.conn(), services, organization).await?;
        let purpose = match judge.campaign.purpose {
            Purpose::Marketing => Some(ConsentPurpose::Marketing),
            Purpose::Utility => Some(ConsentPurpose::Utility),
            Purpose::Authentication | Purpose::Service => None,
        };
        let suppressed = match purpose {
            Some(purpose) => suppression::among(tx, organization, purpose, people).await?,
            None => HashSet::new(),
        };
        let local = judge.campaign.local_time();
        Ok(Self { policy, now: tx.now(), local, suppressed })
    }
}

/// Judges one person; `own` is what the draft knows of them.
pub(super) fn decide(
    judge: &Judge,
    known: &KnownFiles,
    customer: &Customer,
    own: &BTreeMap<String, String>,
    rules: &Rules,
) -> Final {
    let skip = |reason, detail| Final {
        status: MessageStatus::Skipped,
        reason: Some(reason),
        until: None,
        variables: own.clone(),
        detail,
    };
    if let Some(reason) = check::refusal(judge.campaign.purpose, customer) {
        return skip(reason, None);
    }
    if rules.suppressed.contains(&customer.id) {
        return skip("suppressed", None);
    }
    if customer.phone.is_none() && customer.bsuid.is_none() {
        return skip("no_address", None);
    }
    let case = Case {
        purpose: judge.campaign.purpose,
        phone: customer.phone.as_ref(),
        bsuid: customer.bsuid.as_deref(),
        time_zone: customer.time_zone.as_deref(),
        // how the number is doing when it sends counts
        quality: None,
    };
    // in a campaign that keeps to a time of people's own day, their hours are asked of that moment
    let local = rules.local.map(|time| {
        let places = Places { zones: &case.places(), fallback: rules.policy.fallback() };
        next_local(time, places, rules.now)
    });
    let at = local.unwrap_or(rules.now);
    let ruling = match judge::judge(&rules.policy, &case, at) {
        Ruling::Send if at > rules.now => Ruling::Wait(at, "local_time"),
        other => other,
    };
    if let Ruling::Skip(reason) = ruling {
        return skip(reason, None);
    }
    match (judge.values(known, own, customer), ruling) {
        (Err(problems), _) => skip("bad_variables", problems.first().map(|p| p.message.clone())),
        (Ok(variables), Ruling::Wait(until, reason)) => {
            let (reason, until) = (Some(reason), Some(until));
            Final { status: MessageStatus::Held, reason, until, variables, detail: None }
        }
        (Ok(variables), _) => {
            Final { status: MessageStatus::Pending, reason: None, until: None, variables, detail: None }
        }
    }
}

/// What somebody's message is expected to cost; nothing is expected of one that is not sent.
pub(super) fn estimate(judge: &Judge, verdict: &Final, customer: &Customer, now: Timestamp) -> Estimate {
    match verdict.status {
        MessageStatus::Skipped => Estimate::default(),
        _ => cost::expected(judge.campaign.purpose, customer, now),
    }
}
