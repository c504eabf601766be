//! Accepting a send: it is booked, priced, and its statuses are planned.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;

use super::{request::Send, wamid::wamid};
use crate::{
    behaviour::Behaviour,
    caps::is_us,
    identity::Identity,
    ledger::Accepted,
    number::LiveNumber,
    payload::Tracked,
    roll::Roll,
    shared::Shared,
    statuses::{Kind, Planned, delayed, plan, plan_failure},
    template::{TemplateKey, string},
    webhooks::Command,
};

/// A reaction to an older message fails.
const REACTION_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// How a send reached us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    /// `24` of `v24.0`.
    pub(super) version: Option<u32>,
    /// Whether it came through `marketing_messages`.
    pub(super) marketing_api: bool,
}

/// What is known of the recipient at the moment of acceptance.
#[derive(Debug)]
pub(super) struct Recipient {
    /// The one key the person is known by.
    key: String,
    in_window: bool,
    now_ms: i64,
}

impl Recipient {
    pub(super) fn of(shared: &Shared, number: &LiveNumber, send: &Send) -> Self {
        let (key, now_ms) = (shared.persons.key(&send.to), shared.now_ms());
        let in_window = shared.registry.people.window_is_open(number, &key, now_ms);
        Self { key, in_window, now_ms }
    }

    /// Whether this send may open one more conversation of the portfolio's; only templates outside the window do.
    pub(super) fn is_within_messaging_limit(
        &self,
        shared: &Shared,
        number: &LiveNumber,
        send: &Send,
    ) -> bool {
        let counts = send.template.is_some() && !self.in_window;
        !counts || shared.within_messaging_limit(&number.spec.waba_id, &self.key, self.now_ms)
    }

    /// Why the message will fail by itself, if it will.
    fn own_failure(&self, shared: &Shared, number: &LiveNumber, send: &Send, category: &str) -> Option<u32> {
        let people = &shared.registry.people;
        if people.is_blocked(number, &self.key) {
            return Some(130_403);
        }
        if send.template.is_none() && !self.in_window {
            return Some(131_047);
        }
        let known_hash = shared.persons.find(&send.to).and_then(|person| person.identity_hash.clone());
        if send.identity_hash.is_some() && known_hash.is_some() && send.identity_hash != known_hash {
            return Some(137_000);
        }
        if send.kind == "reaction" && !self.can_react(shared, send) {
            return Some(131_009);
        }
        if category != "marketing" {
            return None;
        }
        if people.has_stopped_marketing(number, &self.key) {
            return Some(131_050);
        }
        let limits = shared.limits.get();
        if limits.us_marketing_blocked && is_us(&self.key) {
            return Some(131_049);
        }
        let per_day = limits.marketing_per_person_per_day.filter(|_| !self.in_window)?;
        (!shared.caps.admit(&self.key, per_day, self.now_ms)).then_some(131_049)
    }

    /// Whether the message reacted to exists, is no reaction itself, and is not too old.
    fn can_react(&self, shared: &Shared, send: &Send) -> bool {
        let target = send.content.as_ref().map(|content| string(content, "message_id")).unwrap_or_default();
        let ours = || shared.ledger.find(target).map(|sent| (sent.at_ms, sent.kind == "reaction"));
        let found = shared.seen.find(target).or_else(ours);
        found.is_some_and(|(at_ms, is_reaction)| !is_reaction && self.now_ms - at_ms < REACTION_MS)
    }
}

/// Books the message and hands its statuses over. The receiver hears when an early status was acknowledged.
pub(super) fn accept(
    shared: &Arc<Shared>,
    number: &Arc<LiveNumber>,
    send: Send,
    recipient: &Recipient,
    verdict: Option<&Behaviour>,
    route: Route,
) -> (Arc<Accepted>, Option<oneshot::Receiver<()>>) {
    let category = send.template.as_ref().map_or("service", |t| t.category()).to_owned();
    let decided = matches!(verdict, Some(Behaviour::Silent | Behaviour::FailLater { .. }));
    let own_failure = if decided { None } else { recipient.own_failure(shared, number, &send, &category) };
    let priced = if route.marketing_api { "marketing_lite" } else { &category };
    let price = shared.price(number, &recipient.key, priced, recipient.in_window, recipient.now_ms);
    let (by_user_id, is_reaction) = (send.by_user_id, send.kind == "reaction");
    let is_voice = send.content.as_ref().is_some_and(|c| c.get("voice") == Some(&true.into()));
    let held_key = match verdict {
        Some(Behaviour::HeldForQuality { .. }) => send.template.as_ref().map(|t| TemplateKey::of(&t.spec)),
        _ => None,
    };
    let sent = shared.ledger.accept(|seq| Accepted {
        seq,
        wamid: wamid(shared.id_salt, seq, &send.to),
        phone_number_id: number.spec.id.clone(),
        to: send.to,
        input: send.input,
        kind: send.kind,
        template: send.template.as_ref().map(|template| template.spec.name.clone()),
        language: send.template.as_ref().map(|template| template.spec.language.clone()),
        opaque: send.opaque,
        params: send.params,
        context: send.context,
        content: send.content,
        at_ms: recipient.now_ms,
    });

    let turn = sent.opaque.clone().unwrap_or_else(|| sent.seq.to_string());
    let roll = Roll::new(shared.config.seed, &[&number.id, &sent.to, &turn]);
    let mut planned: Vec<Planned> = match (verdict, own_failure) {
        (Some(Behaviour::Silent), _) => Vec::new(),
        (Some(Behaviour::FailLater { code, after_ms, sent_first }), _) => {
            plan_failure(*code, Duration::from_millis(*after_ms), *sent_first)
        }
        (_, Some(code)) => plan_failure(code, Duration::ZERO, false),
        (Some(Behaviour::HeldForQuality { after_ms, fails }), _) => {
            let held = Duration::from_millis(*after_ms);
            if let Some(key) = held_key.filter(|_| *fails) {
                let due_ms = recipient.now_ms.saturating_add_unsigned(*after_ms);
                shared.agenda.at(due_ms, move |shared| shared.fail_pacing(&key));
                plan_failure(132_015, held, false)
            } else {
                delayed(plan(&shared.profile(), is_voice, roll), held)
            }
        }
        (Some(Behaviour::Statuses { profile }), _) => plan(profile, is_voice, roll),
        _ => plan(&shared.profile(), is_voice, roll),
    };
    planned.retain(|planned| !is_reaction || matches!(planned.kind, Kind::Sent | Kind::Failed(_)));
    if matches!(verdict, Some(Behaviour::NoWebhook)) {
        shared.ledger.count(|counts| counts.withheld += planned.len() as u64);
        return (sent, None);
    }
    let message = Arc::new(Tracked {
        who: told(shared, number, &sent.to, by_user_id),
        sent: Arc::clone(&sent),
        number: Arc::clone(number),
        price,
        // Version 24 took the conversation out of status webhooks.
        conversation: route.version.is_some_and(|version| version < 24),
        by_user_id,
    });
    let early = shared.schedule(&message, planned).map(|event| {
        let (tell, told) = oneshot::channel();
        shared.tell_poster(Command::Early(event, tell));
        told
    });
    (sent, early)
}

/// What statuses tell of the recipient: a number that was sent to is always named.
fn told(shared: &Shared, number: &LiveNumber, to: &str, by_user_id: bool) -> Identity {
    let who = shared.identity(&number.spec.waba_id, to);
    let wa_id = if by_user_id { who.wa_id } else { Some(to.to_owned()) };
    Identity { wa_id, ..who }
}
