//! What the demo shows in the terminal.

use super::setup::{OWNER, World};
use bellbird_core::campaigns::CampaignStatus;
use bellbird_core::campaigns::stats::{self, Snapshot};
use bellbird_core::error::Error;
use bellbird_core::messages::MessageStatus;
use bellbird_core::secret::ExposeSecret;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How the demo's campaign ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Everyone has a final state.
    EveryoneAnswered,
    /// Someone has not, and nothing has changed for a long time.
    SomeoneMissing,
    /// Ctrl-C.
    Asked,
}

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Statuses that have not come within this time are not expected any more.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn snapshot(world: &World) -> Result<Snapshot, Error> {
    stats::snapshot(&world.ctx, world.campaign).await
}

/// Still on their way: to be sent, or sent and not yet delivered.
fn on_their_way(snapshot: &Snapshot) -> i64 {
    use MessageStatus::{Accepted, Sent, Unknown};
    let counts = &snapshot.counts;
    counts.open() + counts.of(Accepted) + counts.of(Sent) + counts.of(Unknown)
}

#[expect(clippy::print_stdout, reason = "what the demo is for")]
pub(super) fn greet(world: &World, addr: &str) {
    println!();
    println!("  Bellbird demo: one process, an SQLite file, and a sandbox standing in for WhatsApp");
    match &world.new_key {
        Some(key) => println!("  API key, shown this once:   {}", key.expose_secret()),
        None => println!("  API key:                    the one shown at the first start"),
    }
    println!("  Console:                    http://{addr}/");
    println!("  Sign in as {OWNER} with the password {}", world.password.expose_secret());
    println!("  Campaign {}   {}", world.campaign, if world.resumed { "carries on" } else { "launched" });
    println!("  Watch it:                   http://{addr}/api/v1/campaigns/{}/events", world.campaign);
    println!();
}

/// Shows the campaign until everyone has an answer, or Ctrl-C.
pub(super) async fn watch(
    world: &World,
    asked: &CancellationToken,
    quiet_end: bool,
) -> Result<Ending, Error> {
    let terminal = std::io::stderr().is_terminal();
    let bar = bar(terminal);
    let begun = Instant::now();
    let (mut seen, mut changed_at, mut line_at) = (String::new(), Instant::now(), Instant::now());
    let mut pace = Pace::default();
    loop {
        let snapshot = snapshot(world).await?;
        let total = snapshot.counts.total();
        bar.set_length(u64::try_from(total).unwrap_or(0).max(1));
        pace.note(begun.elapsed(), snapshot.sent() + snapshot.counts.of(MessageStatus::Failed));
        bar.set_position(u64::try_from(total - on_their_way(&snapshot)).unwrap_or(0));
        bar.set_message(numbers(&snapshot, &pace));
        if !terminal && line_at.elapsed() >= Duration::from_secs(1) {
            line_at = Instant::now();
            plain(&format!("{total} recipients: {}", numbers(&snapshot, &pace)));
        }
        if snapshot.version() != seen {
            (seen, changed_at) = (snapshot.version(), Instant::now());
        }
        let done = snapshot.campaign.status == CampaignStatus::Completed && on_their_way(&snapshot) == 0;
        let ending = if done {
            Some(Ending::EveryoneAnswered)
        } else if asked.is_cancelled() {
            Some(Ending::Asked)
        } else if changed_at.elapsed() > PATIENCE
            && (quiet_end || snapshot.campaign.status == CampaignStatus::Completed)
        {
            Some(Ending::SomeoneMissing)
        } else {
            None
        };
        if let Some(ending) = ending {
            bar.finish();
            plain(&format!("  sent at {:.0} messages a second at best", pace.best));
            return Ok(ending);
        }
        tokio::select! {
            () = asked.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

fn bar(terminal: bool) -> ProgressBar {
    let target = if terminal { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("  {wide_bar:.green} {percent:>3}%  {msg}  left {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(1), target).with_style(style)
}

fn numbers(snapshot: &Snapshot, pace: &Pace) -> String {
    let counts = &snapshot.counts;
    format!(
        "sent {}  delivered {}  read {}  failed {}  {:.0}/s",
        snapshot.sent(),
        snapshot.delivered(),
        snapshot.read(),
        counts.of(MessageStatus::Failed) + counts.of(MessageStatus::OptedOut),
        pace.now,
    )
}

/// Messages a second, over the last second and at best.
#[derive(Default)]
struct Pace {
    marks: Vec<(Duration, i64)>,
    now: f64,
    best: f64,
}

impl Pace {
    fn note(&mut self, at: Duration, sent: i64) {
        self.marks.push((at, sent));
        self.marks.retain(|(then, _)| at.saturating_sub(*then) <= Duration::from_millis(1_050));
        if let (Some((then, before)), true) = (self.marks.first(), self.marks.len() > 1) {
            let seconds = at.saturating_sub(*then).as_secs_f64();
            self.now = (sent - before) as f64 / seconds.max(0.05);
            if seconds > 0.3 {
                self.best = self.best.max(self.now);
            }
        }
    }
}

/// The last line: everything a script may want to read.
pub(super) fn last_line(snapshot: &Snapshot) -> String {
    use MessageStatus::{Failed, OptedOut, Skipped, Unknown};
    let counts = &snapshot.counts;
    format!(
        "campaign {} {}: {} recipients, {} sent, {} delivered, {} read, {} failed, {} opted out, {} skipped, \
         {} unknown, {} without a final state",
        snapshot.campaign.id,
        snapshot.campaign.status,
        counts.total(),
        snapshot.sent(),
        snapshot.delivered(),
        snapshot.read(),
        counts.of(Failed),
        counts.of(OptedOut),
        counts.of(Skipped),
        counts.of(Unknown),
        on_their_way(snapshot),
    )
}

/// Says what can be tried now.
#[expect(clippy::print_stdout, reason = "what the demo is for")]
pub(super) fn invite(world: &World, addr: &str) {
    let key = world.new_key.as_ref().map_or("$BELLBIRD_KEY", |key| key.expose_secret());
    let (campaign, sender, template) = (world.campaign, world.sender, world.template);
    println!();
    println!("  Still serving. Stop with Ctrl-C; started again, it carries on where it stopped.");
    println!("  API docs       http://{addr}/docs");
    println!("  Health         http://{addr}/health/ready");
    println!("  Event stream   http://{addr}/api/v1/campaigns/{campaign}/events");
    println!();
    println!("  Try:");
    println!("  curl -H 'Authorization: Bearer {key}' http://{addr}/api/v1/campaigns/{campaign}/stats");
    println!(
        "  curl -H 'Authorization: Bearer {key}' 'http://{addr}/api/v1/campaigns/{campaign}/recipients?status=failed'"
    );
    println!(
        "  curl -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n       -d '{{\"sender_id\":\"{sender}\",\"to\":\"+919820000000\",\"template\":{{\"template_id\":\"{template}\",\"variables\":{{\"1\":\"Ana\",\"2\":\"HELLO\"}}}}}}' \\\n       http://{addr}/api/v1/messages"
    );
    println!();
}

#[expect(clippy::print_stderr, reason = "progress for people who look at a log instead of a terminal")]
fn plain(line: &str) {
    eprintln!("{line}");
}
