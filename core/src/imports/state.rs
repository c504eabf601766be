//! Where an import stands.

use crate::error::{Error, Result};
use crate::words::words;

words! {
    /// Where an import stands.
    pub enum ImportStatus {
        /// The file was read and waits to be started.
        Uploaded = "uploaded",
        /// Its rows go in.
        Running = "running",
        /// Every row was read; of a trial nothing was kept, and it can be started again.
        Completed = "completed",
        /// It could not go on; `failure` says why. What went in before stays.
        Failed = "failed",
        /// Somebody stopped it. What went in before stays.
        Cancelled = "cancelled",
    }
}

impl ImportStatus {
    /// True when nothing more happens by itself.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Refuses to start what runs, or has run for real.
    pub fn check_start(self, dry_run: bool) -> Result<()> {
        match self {
            Self::Uploaded => Ok(()),
            Self::Completed if dry_run => Ok(()),
            _ => {
                let message =
                    format!("this import is {self} already; upload the file again to import it once more");
                Err(Error::conflict("import_not_startable", message))
            }
        }
    }

    /// Refuses to cancel what is over.
    pub fn check_cancel(self) -> Result<()> {
        if self.is_over() {
            return Err(Error::conflict("import_over", format!("this import is {self} already")));
        }
        Ok(())
    }
}
