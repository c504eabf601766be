//! The comparison: every row of ours against the sandbox's ledger of what it accepted, and the counters against the
//! rows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;

use bellbird_core::messages::MessageStatus;
use bellbird_core::messages::counters;

use super::world::World;

/// What a test did to its world.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Damage {
    /// Processes killed without warning.
    pub(super) kills: usize,
    /// Requests each of them had under way, at most.
    pub(super) in_flight: usize,
}

impl Damage {
    /// So many workers killed.
    pub(super) fn kills(kills: usize, in_flight: usize) -> Self {
        Self { kills, in_flight }
    }
}

/// What a campaign came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) recipients: usize,
    /// Sends in the sandbox's ledger.
    pub(super) accepted: usize,
    /// People accepted more than once.
    pub(super) duplicates: usize,
    /// Attempts whose outcome was in doubt at some time.
    pub(super) unknown: usize,
    /// Rows left at `unknown`.
    pub(super) left_unknown: usize,
    pub(super) delivered: usize,
    pub(super) failed: usize,
    pub(super) cancelled: usize,
}

struct Row {
    id: String,
    status: MessageStatus,
    attempt: i32,
    wamid: Option<String>,
    code: Option<i32>,
}

impl World {
    /// Waits until all is settled, then compares everything and prints the counts. Panics where a row does not say
    /// the truth, where somebody was accepted twice without a policy behind it, or where more is in doubt than was
    /// under way.
    pub(super) async fn audit(&self, test: &str, damage: Damage) -> Counts {
        self.settles().await;
        let (rows, ledger) = (self.rows().await, self.sandbox.ledger());
        let mut by_message: HashMap<&str, Vec<(&str, &str)>> = HashMap::new();
        for sent in &ledger {
            let mark = sent.opaque.as_deref().expect("every request carries our mark");
            let (message, attempt) = mark.split_once(':').expect("the mark names message and attempt");
            by_message.entry(message).or_default().push((attempt, &sent.wamid));
        }
        let mut lies = Vec::new();
        let mut by_status: BTreeMap<&str, i64> = BTreeMap::new();
        for row in &rows {
            *by_status.entry(row.status.as_str()).or_default() += 1;
            let sends = by_message.remove(row.id.as_str()).unwrap_or_default();
            if let Some(lie) = self.lie(row, &sends) {
                lies.push(format!("{} is {} (attempt {}), but {lie}", row.id, row.status, row.attempt));
            }
        }
        let at = |status: MessageStatus| rows.iter().filter(|row| row.status == status).count();
        let people: HashSet<_> = ledger.iter().map(|sent| sent.to.as_str()).collect();
        let counts = Counts {
            recipients: rows.len(),
            accepted: ledger.len(),
            duplicates: ledger.len() - people.len(),
            unknown: self.ever_unknown().await,
            left_unknown: at(MessageStatus::Unknown),
            delivered: at(MessageStatus::Delivered) + at(MessageStatus::Read),
            failed: at(MessageStatus::Failed),
            cancelled: at(MessageStatus::Cancelled),
        };
        report(test, damage, &counts);
        assert!(lies.is_empty(), "{} rows do not say the truth:\n{}", lies.len(), lies.join("\n"));
        assert!(by_message.is_empty(), "accepted, but no row of ours: {by_message:?}");
        assert_eq!(counts.recipients, self.plan.recipients as usize, "every recipient has one row");
        let most = damage.kills * damage.in_flight;
        assert!(counts.unknown <= most, "{} in doubt, but only {most} were under way", counts.unknown);
        let counted = counters::read(self.ctx.db.read(), self.campaign).await.unwrap();
        for status in MessageStatus::ALL {
            let rows = by_status.get(status.as_str()).copied().unwrap_or(0);
            assert_eq!(counted.of(*status), rows, "the counter of `{status}` against its rows");
        }
        counts
    }

    /// What is untrue about a row, given what the sandbox accepted for it: pairs of attempt and wamid.
    fn lie(&self, row: &Row, sends: &[(&str, &str)]) -> Option<String> {
        use MessageStatus::{Accepted, Cancelled, Delivered, Failed, Read, Sent, Skipped, Unknown};
        let was_sent = match row.status {
            Accepted | Sent | Delivered | Read => true,
            Unknown | Cancelled | Skipped => false,
            Failed if row.code.is_none() => return Some("nothing says why".into()),
            // refused at once, or accepted and reported as failed later
            Failed => !sends.is_empty(),
            _ => return Some("it is still open".into()),
        };
        let attempts: HashSet<_> = sends.iter().map(|(attempt, _)| attempt).collect();
        if attempts.len() < sends.len() {
            return Some(format!("one attempt was accepted more than once: {sends:?}"));
        }
        if sends.len() > 1 && !self.plan.resend {
            return Some(format!("it was accepted {} times, and nothing allows that", sends.len()));
        }
        if was_sent == sends.is_empty() {
            return Some(format!("the sandbox accepted it {} times", sends.len()));
        }
        let current = sends.iter().find(|(attempt, _)| **attempt == row.attempt.to_string());
        match (&row.wamid, current) {
            (Some(ours), Some((_, theirs))) if ours != theirs => {
                Some(format!("its wamid is {ours} here and {theirs} there"))
            }
            _ => None,
        }
    }

    async fn rows(&self) -> Vec<Row> {
        let sql = "SELECT id, status, attempt, wamid, code FROM messages WHERE campaign_id = $1 ORDER BY id";
        let rows = self.ask(sql).await.into_iter().map(|row| Row {
            id: row.try_get("", "id").unwrap(),
            status: row.try_get("", "status").unwrap(),
            attempt: row.try_get("", "attempt").unwrap(),
            wamid: row.try_get("", "wamid").unwrap(),
            code: row.try_get("", "code").unwrap(),
        });
        rows.collect()
    }

    /// Attempts that were in doubt, settled since or not: the moment stays with the attempt.
    async fn ever_unknown(&self) -> usize {
        let earlier = "SELECT COUNT(*) FROM message_attempts
            JOIN messages ON messages.id = message_attempts.message_id
            WHERE messages.campaign_id = $1 AND message_attempts.unknown_at IS NOT NULL";
        let earlier: i64 = self.ask(earlier).await[0].try_get_by_index(0).unwrap();
        usize::try_from(earlier + self.count("unknown_at IS NOT NULL").await).unwrap()
    }
}

/// Prints the counts where cargo's capture does not swallow them: they are what a reader of the run wants to see.
fn report(test: &str, damage: Damage, counts: &Counts) {
    let Counts { recipients, accepted, duplicates, unknown, left_unknown, delivered, failed, cancelled } =
        counts;
    let Damage { kills, in_flight } = damage;
    let _ = writeln!(
        std::io::stderr(),
        "{test}: recipients {recipients}, accepted {accepted}, duplicates {duplicates}, unknown {unknown} (left \
         {left_unknown}), delivered {delivered}, failed {failed}, cancelled {cancelled}, kills {kills}, in flight \
         {in_flight}"
    );
}
