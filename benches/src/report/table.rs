//! The tables.

use super::Results;
use crate::Outcome;
use std::fmt::Write;

const RATE: &str = "recipients_per_second";
const WEBHOOKS: &str = "webhooks_per_second";
const SENDS: &str = "sends_per_second";

/// What is asked of a number.
enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn words(&self, value: Option<f64>) -> &'static str {
        match (self, value) {
            (_, None) => "not measured",
            (Self::AtLeast(least), Some(value)) if value >= *least => "reached",
            (Self::AtMost(most), Some(value)) if value <= *most => "reached",
            _ => "**missed**",
        }
    }
}

/// The table of targets. Ratios are of medians of one machine.
pub(super) fn targets(results: &Results, text: &mut String) -> Outcome {
    use Target::{AtLeast, AtMost};
    let value = |row: &str, figure: &str| results.median(row, figure);
    let times = |row: &str, figure: &str, to_row: &str, to_figure: &str| {
        results.ratio((row, figure), (to_row, to_figure))
    };
    let percent = |value: Option<f64>| value.map(|value| value * 100.0);
    let rows = [
        ("Bulk send", "times the tuned peer", AtLeast(2.0), times("send", RATE, "peer-tuned", RATE)),
        ("", "times the straight peer", AtLeast(6.0), times("send", RATE, "peer-straight", RATE)),
        (
            "With statuses",
            "times the tuned peer",
            AtLeast(2.0),
            times("send-statuses", RATE, "peer-tuned-statuses", RATE),
        ),
        (
            "",
            "seconds until all are applied",
            AtMost(2.0),
            value("send-statuses", "applied_after_last_send_s"),
        ),
        ("Floor", "percent of it", AtLeast(50.0), percent(times("send", RATE, "floor", RATE))),
        (
            "",
            "percent of it, with statuses",
            AtLeast(50.0),
            percent(times("send-statuses", RATE, "floor-statuses", RATE)),
        ),
        ("One number", "messages a second, held", AtLeast(990.0), value("one-number", SENDS)),
        ("", "ack p50, ms", AtMost(5.0), value("one-number", "ack_p50_ms")),
        ("", "ack p99, ms", AtMost(50.0), value("one-number", "ack_p99_ms")),
        ("", "API and worker, % of a core", AtMost(40.0), value("one-number", "cpu_percent_together")),
        (
            "Webhook ingest",
            "times the tuned peer",
            AtLeast(2.0),
            times("ingest", WEBHOOKS, "peer-tuned-ingest", WEBHOOKS),
        ),
        (
            "",
            "p99 against the tuned peer's",
            AtMost(1.0),
            times("ingest", "ack_p99_ms", "peer-tuned-ingest", "ack_p99_ms"),
        ),
        (
            "",
            "kept without workers, all applied after, s",
            AtMost(60.0),
            value("ingest", "caught_up_after_s"),
        ),
        ("Lanes", "p50 beside bulk, ms", AtMost(15.0), value("lanes", "latency_p50_ms")),
        ("", "p99 beside bulk, ms", AtMost(75.0), value("lanes", "latency_p99_ms")),
        ("Idle", "p50, ms", AtMost(8.0), value("idle", "latency_p50_ms")),
        ("A million", "launch, ms", AtMost(200.0), value("million", "launch_ms")),
        ("", "expansion, rows a second", AtLeast(50_000.0), value("million", "expansion_rows_per_second")),
        ("", "worker's memory, MB", AtMost(60.0), value("million", "worker_peak_mb")),
        ("", "growth of Redis, MB", AtMost(10.0), value("million", "redis_growth_mb")),
        ("", "a recipient's time against 10,000", AtMost(1.2), value("million", "time_per_recipient_ratio")),
        ("", "recipients", AtLeast(1_000_000.0), value("million", "recipients")),
        ("Scale out", "2 workers, times 1", AtLeast(1.9), times("scale-2", SENDS, "scale-1", SENDS)),
        ("", "4 workers, times 1", AtLeast(3.6), times("scale-4", SENDS, "scale-1", SENDS)),
        ("", "800 in flight, % of 8,000/s", AtLeast(95.0), value("scale-wide", "of_possible_percent")),
        ("Big tables", "slowest read's p95, ms", AtMost(100.0), value("big-tables", "slowest_p95_ms")),
        ("", "messages", AtLeast(5_000_000.0), value("big-tables", "messages")),
        ("", "customers", AtLeast(1_000_000.0), value("big-tables", "customers")),
        ("Embedded", "recipients a second", AtLeast(3_000.0), value("embedded", RATE)),
        ("The peer", "tuned, recipients a second", AtLeast(6_500.0), value("peer-tuned", RATE)),
        ("", "straight, recipients a second", AtLeast(1_900.0), value("peer-straight", RATE)),
        ("", "tuned, webhooks a second", AtLeast(6_800.0), value("peer-tuned-ingest", WEBHOOKS)),
    ];
    writeln!(text, "\n## Targets\n\n| What | Number | Target | Measured | |\n|---|---|---|---|---|")?;
    for (what, number, target, value) in rows {
        let wanted = match &target {
            Target::AtLeast(least) => format!("≥ {least}"),
            Target::AtMost(most) => format!("≤ {most}"),
        };
        let shown = value.map_or_else(|| "–".to_string(), crate::measured::short);
        writeln!(text, "| {what} | {number} | {wanted} | {shown} | {} |", target.words(value))?;
    }
    writeln!(
        text,
        "\nThe last three lines are about the peer: one weaker than that, on a machine of this class, is no peer."
    )?;
    Ok(())
}

/// Bellbird, the floor and the peers side by side.
pub(super) fn senders(results: &Results, text: &mut String) -> Outcome {
    writeln!(
        text,
        "\n## Side by side\n\n| | Bellbird | Floor | Peer, tuned | Peer, straight |\n|---|---|---|---|---|"
    )?;
    let mut line = |what: &str, figure: &str, rows: [&str; 4]| -> Outcome {
        let cells = rows.map(|row| if row.is_empty() { "–".into() } else { results.shown(row, figure) });
        Ok(writeln!(text, "| {what} | {} |", cells.join(" | "))?)
    };
    line("Recipients/s, no statuses", RATE, ["send", "floor", "peer-tuned", "peer-straight"])?;
    let with = ["send-statuses", "floor-statuses", "peer-tuned-statuses", "peer-straight-statuses"];
    line("Recipients/s, three statuses each", RATE, with)?;
    let with = ["send-statuses", "", "peer-tuned-statuses", "peer-straight-statuses"];
    line("Last status applied after the last send, s", "applied_after_last_send_s", with)?;
    let ingest = ["ingest", "", "peer-tuned-ingest", "peer-straight-ingest"];
    line("Webhooks/s, one status each", WEBHOOKS, ingest)?;
    line("Acknowledged, p50 ms", "ack_p50_ms", ingest)?;
    line("Acknowledged, p99 ms", "ack_p99_ms", ingest)?;
    line("Memory at most, MB (worker)", "worker_peak_mb", ["send", "", "peer-tuned", "peer-straight"])?;
    writeln!(
        text,
        "\nBellbird's 200 to a webhook means that it is in the database; the peer's, that it is in Redis. The peer and the \
         floor have no limiter and no policy."
    )?;
    Ok(())
}

/// Every figure of every row.
pub(super) fn rest(results: &Results, text: &mut String) -> Outcome {
    writeln!(
        text,
        "\n## Everything measured\n\n| Row | Figure | Median (lowest – highest) |\n|---|---|---|"
    )?;
    for (row, records) in &results.rows {
        let mut figures: Vec<&String> = records.iter().flat_map(|one| one.measured.figures.keys()).collect();
        figures.sort_unstable();
        figures.dedup();
        for figure in figures {
            let name = match figure.strip_suffix(" p95_ms") {
                Some(read) => format!("`{read}`, p95 ms"),
                None => figure.replace('_', " "),
            };
            writeln!(text, "| {row} | {name} | {} |", results.shown(row, figure))?;
        }
    }
    Ok(())
}
