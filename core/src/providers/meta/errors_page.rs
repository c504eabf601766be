//! `docs/meta-errors.md`, written from the table of codes, so that nobody keeps two.

use super::errors::TABLE;
use crate::senders::port::{Action, Rule};
use std::fmt::Write;

const HEAD: &str = "# What each of Meta's codes makes Bellbird do

Written by `./dev meta-errors` from `core/src/providers/meta/errors.rs`; a test fails when the two differ. The same rule
holds whether a code comes in the answer to a request or later in a `failed` status. Only \"unknown\" differs: a status
that says \"failed\" is a failure. Waits get up to a tenth on top; the settings named are in `config.default.toml`.
";

/// The page.
pub fn page() -> String {
    let mut page = HEAD.to_string();
    for action in ACTIONS {
        let rules: Vec<&Rule> = TABLE.iter().filter(|rule| rule.action == *action).collect();
        let (title, consequence) = words(*action);
        // writing to a String cannot fail
        let _ = write!(
            page,
            "\n## {title}\n\n{consequence}\n\n| Code | Meta's title | What people read |\n|---|---|---|\n"
        );
        for rule in rules {
            let _ = writeln!(page, "| {} | {} | {}{} |", rule.code, rule.title, rule.plain, wait(rule));
        }
    }
    page.push_str("\nA code that is in no table fails its message: \"WhatsApp refused this message without a reason we know.\"\n");
    page
}

/// In the order of how much they stop.
const ACTIONS: &[Action] = &[
    Action::StopAccount,
    Action::PauseSender,
    Action::StopTemplate,
    Action::Throttle,
    Action::HoldPair,
    Action::RetrySoon,
    Action::RetryInDays,
    Action::Unreachable,
    Action::SuppressMarketing,
    Action::WindowClosed,
    Action::Ambiguous,
    Action::Fail,
];

fn words(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::StopAccount => (
            "The sender stops: access is gone",
            "The sender is paused with the reason; its messages wait, and go on when somebody resumed it (after a new \
             access token, for example).",
        ),
        Action::PauseSender => (
            "The sender stops: the number or account may not send",
            "The sender is paused with the reason; its messages wait, none is lost or blamed, and none moves to another \
             number by itself.",
        ),
        Action::StopTemplate => (
            "The template's campaigns stop",
            "This message has failed. The running campaigns of the template are paused with the reason before everybody \
             is refused one by one; whoever waits in them goes on when they are resumed.",
        ),
        Action::Throttle => (
            "The sender slows down",
            "Not sent. The sender rests for as long as Meta says, or `sending.throttle_wait_ms`, and the message is tried \
             again: twice as long each time, 20 minutes at most. It does not count as a try. In an answer it also \
             halves the sender's rate, once in ten seconds; a quarter of it comes back with each minute without.",
        ),
        Action::HoldPair => (
            "This person waits a moment",
            "Not sent. Six seconds, then four times as long each time, an hour at most, and no other message goes from \
             this number to this person meanwhile. Others go on. It does not count as a try.",
        ),
        Action::RetrySoon => (
            "Tried again soon",
            "Not sent. As for slowing down, but not before the wait named below, and the sender goes on.",
        ),
        Action::RetryInDays => (
            "Tried again another day",
            "After `sending.marketing_limit_wait_hours` (24 at least), then twice as long each time, up to the campaign's \
             `max_attempts`. A \"stop\" of the person in between ends it.",
        ),
        Action::Unreachable => (
            "Tried again in minutes",
            "After `sending.unreachable_wait_ms`, then twice as long each time, up to the campaign's `max_attempts`; then \
             it has failed. Meta tells no reason; `0` switches the retries off.",
        ),
        Action::SuppressMarketing => (
            "The person's marketing stops",
            "The message ends as `opted_out`, their consent to marketing is withdrawn at once and everywhere, and later \
             campaigns skip them.",
        ),
        Action::WindowClosed => {
            ("Only a template may be sent", "The message has failed; nothing else is concerned.")
        }
        Action::Ambiguous => (
            "Unknown",
            "In an answer: the message may or may not have been sent, so it is `unknown` and not sent again. Its status \
             settles it; without one, the policy after `sending.unknown_quiet_ms` (docs/states.md). Where a time is \
             named below, the sender rests for it, or for `sending.breaker_rest_ms` if that is less.",
        ),
        Action::Fail => ("The message has failed", "Nothing else is concerned."),
    }
}

fn wait(rule: &Rule) -> String {
    match rule.wait.map(|wait| wait.as_secs()) {
        None => String::new(),
        Some(seconds) if seconds % 86_400 == 0 => format!(" ({} d)", seconds / 86_400),
        Some(seconds) if seconds % 3_600 == 0 => format!(" ({} h)", seconds / 3_600),
        Some(seconds) if seconds % 60 == 0 => format!(" ({} min)", seconds / 60),
        Some(seconds) => format!(" ({seconds} s)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_on_the_page_once() {
        let page = page();
        for rule in &TABLE {
            assert_eq!(page.matches(&format!("\n| {} | ", rule.code)).count(), 1, "{}", rule.code);
        }
    }
}
