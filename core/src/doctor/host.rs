//! The settings as a whole, and what this machine holds: files and who may read them.

use super::{Finding, Patient};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub(super) fn examine(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    if patient.has_key {
        findings.push(Finding::good("settings", "complete, and they fit together"));
    }
    if let Some(file) = &patient.file {
        findings.push(private(
            "settings file",
            file,
            0o077,
            "it may hold the secret key and passwords; chmod 600 it",
        ));
    }
    if let Some(file) = patient.config.database.url.strip_prefix("sqlite:") {
        let file = Path::new(file.trim_start_matches("//"));
        if file.is_file() {
            findings.push(private(
                "database file",
                file,
                0o007,
                "it holds customers' numbers and messages; chmod 600 it",
            ));
        }
        findings.push(space(file));
    }
    findings
}

/// `others`: the permission bits nobody else should have.
fn private(subject: &str, file: &Path, others: u32, cure: &str) -> Finding {
    match file.metadata() {
        Ok(data) if data.permissions().mode() & others == 0 => {
            Finding::good(subject, "readable by those who should only")
        }
        Ok(data) => {
            let mode = data.permissions().mode() & 0o777;
            Finding::warning(subject, format!("others may read it (mode {mode:o})"), cure)
        }
        Err(error) => Finding::bad(subject, error.to_string(), "give this user the right to read it"),
    }
}

/// Room on the disk an SQLite file lives on; a full disk stops every write.
fn space(file: &Path) -> Finding {
    const MIB: u64 = 1 << 20;
    let folder = file.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let cure = "make room, or move the file: a full disk stops every write";
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let says = format!("{} MiB free", free / MIB);
            match free / MIB {
                0..100 => Finding::bad("disk", says, cure),
                100..1_024 => Finding::warning("disk", says, cure),
                _ => Finding::good("disk", says),
            }
        }
        Err(error) => Finding::warning("disk", format!("its free space is not known: {error}"), cure),
    }
}
