//! News about templates: written to the row, and a template that may not be sent any more stops its campaigns before
//! their recipients are refused one by one.

use super::super::change::TemplateChange;
use super::super::entity::Model;
use super::when;
use crate::alerts::{NewAlert, Severity, raise};
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::context::Tx;
use crate::error::Result;
use crate::ids::OrganizationId;
use crate::senders::news;
use crate::templates::news::{self as template_news, Matter};
use crate::templates::{Template, stop};
use std::collections::BTreeSet;

/// Applies it for every organization that has the account; gives what is to be noted.
pub(super) async fn apply(tx: &Tx, event: &Model, change: &TemplateChange) -> Result<Option<String>> {
    let Some(account) = &change.waba_id else { return Ok(Some("template: no account told".into())) };
    let senders = news::concerned(tx, event.app_id, account).await?;
    let of_account = senders.into_iter().filter(|sender| sender.waba_id == *account);
    let organizations: BTreeSet<OrganizationId> = of_account.map(|sender| sender.organization_id).collect();
    if organizations.is_empty() {
        metrics::counter!("bellbird_webhook_changes_unattributed").increment(1);
        return Ok(Some("template: about an account that is none of ours".into()));
    }
    let at = when(change.at, event.received_at);
    let mut note = None;
    for organization in organizations {
        let applied = template_news::apply(tx, organization, account, &change.news, at).await?;
        let Some(template) = &applied.template else {
            note = Some("template: not known here; synchronise the account's templates".to_string());
            continue;
        };
        let mut paused = 0;
        if let Some(why) = &applied.stopped {
            paused = stop::campaigns(tx, template.id, why).await?;
        }
        if !applied.changed {
            continue;
        }
        if let Some((kind, severity, message)) = notice(template, &change.news.matter, paused, applied.unread)
        {
            let alert = NewAlert {
                organization,
                sender: None,
                waba_id: Some(account.clone()),
                kind: format!("template.{kind}"),
                severity,
                message,
                raw: change.value.to_string(),
                at: change.at.map(Timestamp::from),
            };
            raise(tx, alert).await?;
        }
    }
    Ok(note)
}

/// What people should know of it.
fn notice(
    template: &Template,
    matter: &Matter,
    paused: u64,
    unread: bool,
) -> Option<(&'static str, Severity, String)> {
    use crate::templates::TemplateStatus::{Approved, Pending};
    let name = &template.name;
    let because = |reason: &Option<String>| reason.as_deref().map(|r| format!(" {r}.")).unwrap_or_default();
    match matter {
        Matter::Status { status: Approved | Pending, .. } | Matter::Quality(_) => None,
        Matter::Status { status, reason, .. } => {
            let stopped = match paused {
                0 => String::new(),
                n => format!(" Paused with it: {n} running campaign(s); resume them when it is approved again."),
            };
            let message = format!("The template `{name}` is {status}.{}{stopped}", because(reason));
            Some(("status", Severity::Warning, message))
        }
        Matter::Flagged { reason } => {
            let message = format!(
                "The template `{name}` is about to be disabled: people block or report it.{}",
                because(reason)
            );
            Some(("flagged", Severity::Warning, message))
        }
        Matter::CategoryAnnounced(next) | Matter::Category(next) => {
            let when = if matches!(matter, Matter::Category(_)) { "is now" } else { "will be in a day" };
            let price = match next {
                Purpose::Marketing => " It costs more then and goes only to people who opted in.",
                _ => "",
            };
            Some(("category", Severity::Warning, format!("The template `{name}` {when} {next}.{price}")))
        }
        Matter::Texts(_) => unread.then(|| {
            let message = format!(
                "The template `{name}` was changed at WhatsApp and has other gaps now; synchronise the templates."
            );
            ("texts", Severity::Warning, message)
        }),
    }
}
