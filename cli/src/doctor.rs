//! `bellbird doctor`: looks at everything an installation needs, and says what to do.

use crate::{Outcome, process};
use bellbird_core::clock::SystemClock;
use bellbird_core::config::Config;
use bellbird_core::doctor::{Finding, FindingState, Patient, examine};
use bellbird_core::telemetry::{self, LogFormat};
use bellbird_migration::{Migrator, MigratorTrait};
use clap::Args;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Args)]
pub(crate) struct Options {
    /// One JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(file: Option<&Path>, options: Options) -> Outcome {
    // what the parts have to say goes into findings; a log between them helps nobody
    telemetry::start(LogFormat::Text, "off");
    let findings = match Config::load(file) {
        Ok(config) => patient_findings(file, config, true).await?,
        Err(bad) => {
            let cure = "correct it; config.default.toml lists every setting";
            let mut findings = vec![Finding::bad("settings", bad.to_string(), cure)];
            // without the keys everything but the senders can still be looked at
            if bad.key.contains("secrets.")
                && let Ok(config) = process::config_with_any_key(file)
            {
                findings.extend(patient_findings(file, config, false).await?);
            }
            findings
        }
    };
    print(&findings, options.json);
    let bad = findings.iter().any(|finding| finding.state == FindingState::Bad);
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn patient_findings(
    file: Option<&Path>,
    config: Config,
    has_key: bool,
) -> Result<Vec<Finding>, Box<dyn std::error::Error + Send + Sync>> {
    let mut patient = Patient::new(config, Arc::new(SystemClock))?;
    patient.file = file.map(Path::to_path_buf);
    patient.has_key = has_key;
    patient.migrations = Migrator::migrations().iter().map(|step| step.name().to_string()).collect();
    // on the heap: it asks everything at once
    Ok(Box::pin(examine(&patient)).await)
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn print(findings: &[Finding], as_json: bool) {
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    let (warnings, bad) = (count(FindingState::Warning), count(FindingState::Bad));
    if as_json {
        println!("{}", json!({ "ok": bad == 0, "warnings": warnings, "bad": bad, "findings": findings }));
        return;
    }
    let width = findings.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or_default();
    for Finding { subject, state, says, cure } in findings {
        let mark = match state {
            FindingState::Good => '✓',
            FindingState::Warning => '!',
            FindingState::Bad => '✗',
        };
        println!("{mark} {subject:width$}  {says}");
        if let Some(cure) = cure {
            println!("  {:width$}  → {cure}", "");
        }
    }
    println!("{} looked at, {warnings} with a warning, {bad} bad", findings.len());
}
