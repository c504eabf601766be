//! `docs/benchmarks.md`: medians, and the ratios the targets ask for, of each row's last session.

mod hot;
mod table;

use crate::Outcome;
use crate::machine::Machine;
use crate::measured::{Record, read, short};
use crate::statistics::median;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const HEAD: &str = "# Benchmarks

Written by `./dev bench`; not by hand. [performance.md](performance.md) says how the rows are measured, what a message
costs, and where the limits are. Everything ran on one machine at once: PostgreSQL, Redis (append-only, fsync every
second), the sandbox in place of Meta, the API, the workers. Numbers are medians; in brackets the lowest and the highest
run. \"Not measured\" means that.
";

/// Everything known of the rows.
pub(super) struct Results {
    rows: BTreeMap<String, Vec<Record>>,
}

impl Results {
    /// Keeps of each row what its last session measured.
    pub(super) fn of(records: Vec<Record>) -> Self {
        let mut rows: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for record in records {
            let known = rows.entry(record.measured.row.clone()).or_default();
            match known.first().map(|first| first.session) {
                Some(session) if session > record.session => {}
                Some(session) if session == record.session => known.push(record),
                _ => *known = vec![record],
            }
        }
        Self { rows }
    }

    fn values(&self, row: &str, figure: &str) -> Vec<f64> {
        let records = self.rows.get(row).into_iter().flatten();
        records.filter_map(|record| record.measured.figures.get(figure)).copied().collect()
    }

    /// The median of a row's figure.
    pub(super) fn median(&self, row: &str, figure: &str) -> Option<f64> {
        median(&self.values(row, figure))
    }

    /// How many times one figure is another.
    pub(super) fn ratio(
        &self,
        (row, figure): (&str, &str),
        (to_row, to_figure): (&str, &str),
    ) -> Option<f64> {
        let to = self.median(to_row, to_figure).filter(|to| *to > 0.0)?;
        Some(self.median(row, figure)? / to)
    }

    /// As it stands in a table.
    pub(super) fn shown(&self, row: &str, figure: &str) -> String {
        let values = self.values(row, figure);
        let Some(middle) = median(&values) else { return "not measured".into() };
        let (low, high) = (values.iter().copied().reduce(f64::min), values.iter().copied().reduce(f64::max));
        match (low, high) {
            (Some(low), Some(high)) if values.len() > 1 => {
                format!("{} ({} – {})", short(middle), short(low), short(high))
            }
            _ => short(middle),
        }
    }
}

/// Writes the report.
pub(crate) fn write(results: &Path, out: &Path) -> Outcome {
    let records = read(results)?;
    if records.is_empty() {
        return Err(format!("{} holds no results: run `./dev bench` first", results.display()).into());
    }
    let criterion = results.parent().and_then(Path::parent).unwrap_or(Path::new("target")).join("criterion");
    let text = text(&Results::of(records), &hot::read(&criterion))?;
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(out, text)?;
    crate::say(&format!("{} is written", out.display()));
    Ok(())
}

fn text(results: &Results, hot: &[(String, f64)]) -> Outcome<String> {
    let mut text = HEAD.to_string();
    machines(results, &mut text)?;
    table::targets(results, &mut text)?;
    table::senders(results, &mut text)?;
    table::rest(results, &mut text)?;
    self::hot::table(hot, &mut text)?;
    failures(results, &mut text)?;
    Ok(text)
}

fn machines(results: &Results, text: &mut String) -> Outcome {
    let mut all: Vec<&Machine> = results.rows.values().flatten().map(|record| &record.machine).collect();
    // what was measured without servers says nothing of them
    all.sort_by_key(|machine| machine.postgres.is_empty());
    let mut machines: Vec<&Machine> = Vec::new();
    for machine in all {
        if !machines.iter().any(|known| known.is_also(machine)) {
            machines.push(machine);
        }
    }
    writeln!(text, "\n## Machine\n")?;
    if machines.len() > 1 {
        writeln!(
            text,
            "Not everything was measured on the same: ratios between rows of different ones mean little.\n"
        )?;
    }
    for machine in machines {
        let Machine { processor, cores, memory_gib, kernel, postgres, redis, rustc, node, commit } = machine;
        writeln!(
            text,
            "- {cores} cores of {processor}, {memory_gib} GiB, Linux {kernel}; PostgreSQL {postgres}, Redis {redis}, \
             {rustc}, Node.js {node}; commit {commit}"
        )?;
    }
    let runs = results.rows.values().map(Vec::len);
    let (fewest, most) = (runs.clone().min().unwrap_or_default(), runs.max().unwrap_or_default());
    let runs = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
    writeln!(text, "- runs per row: {runs}")?;
    Ok(())
}

fn failures(results: &Results, text: &mut String) -> Outcome {
    let all = results.rows.values().flatten();
    let failed: Vec<_> = all.filter_map(|record| Some((record, record.failed.as_ref()?))).collect();
    let noted: Vec<_> = results.rows.values().flatten().filter(|record| record.run == 1).collect();
    if !failed.is_empty() {
        writeln!(text, "\n## What could not be measured\n")?;
    }
    for (record, why) in failed {
        writeln!(
            text,
            "- {}, run {}: {}",
            record.measured.row,
            record.run,
            why.lines().next().unwrap_or("")
        )?;
    }
    if noted.iter().any(|record| !record.measured.notes.is_empty()) {
        writeln!(text, "\n## Notes\n")?;
    }
    for record in noted {
        for note in &record.measured.notes {
            writeln!(text, "- {}: {note}", record.measured.row)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::Measured;

    fn record(session: i64, run: u32, row: &str, rate: f64) -> Record {
        let measured = Measured::new(row).with("recipients_per_second", rate);
        Record { at: String::new(), session, run, machine: Machine::default(), measured, failed: None }
    }

    #[test]
    fn the_last_session_of_a_row_counts() {
        let results = Results::of(vec![
            record(1, 1, "send", 1.0),
            record(2, 1, "send", 100.0),
            record(2, 2, "send", 300.0),
            record(2, 3, "send", 200.0),
            record(1, 1, "floor", 400.0),
        ]);
        let rate = "recipients_per_second";
        assert_eq!(results.median("send", rate), Some(200.0));
        assert_eq!(results.shown("send", rate), "200 (100 – 300)");
        assert_eq!(results.ratio(("send", rate), ("floor", rate)), Some(0.5));
        assert_eq!(results.ratio(("send", rate), ("peer-tuned", rate)), None);
        assert_eq!(results.shown("peer-tuned", rate), "not measured");
    }

    #[test]
    fn the_report_says_what_was_not_measured() {
        let text = text(&Results::of(vec![record(1, 1, "send", 14_000.0)]), &[]).unwrap();
        assert!(text.contains("14000") && text.contains("not measured"), "{text}");
    }
}
