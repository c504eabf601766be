//! Where uploaded files are kept: a folder all processes must share, or a bucket.

use super::{Finding, Patient, patiently};
use crate::files::Files;
use rustix::fs::{Access, access};
use std::path::Path;

const SUBJECT: &str = "files";

pub(super) async fn examine(patient: &Patient) -> Finding {
    let url = patient.config.files_url();
    if let Some(folder) = url.strip_prefix("file:") {
        return folder_at(Path::new(folder));
    }
    let looked = patiently(async {
        let files = Files::open(&patient.config)?;
        files.reach().await.map_err(|error| super::provider::words(&error))
    });
    match looked.await {
        Ok(()) => Finding::good(SUBJECT, "the bucket answers"),
        Err(why) => {
            let cure = "look at files.url (BELLBIRD_FILES_URL), AWS_REGION, AWS_ENDPOINT and the keys";
            Finding::bad(SUBJECT, format!("the bucket cannot be asked: {why}"), cure)
        }
    }
}

fn folder_at(folder: &Path) -> Finding {
    let shown = folder.display();
    if !folder.exists() {
        let cure = "none needed; with several machines, share one folder or use s3://bucket/prefix";
        return Finding::warning(SUBJECT, format!("{shown} is made by the first process that starts"), cure);
    }
    match access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) if folder.is_dir() => {
            Finding::good(SUBJECT, format!("in {shown}, which all processes must share"))
        }
        _ => Finding::bad(SUBJECT, format!("{shown} cannot be written to"), "give this user the folder"),
    }
}
