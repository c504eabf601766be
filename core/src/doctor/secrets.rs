//! The keys: whether the given ones are those the data keys were wrapped by, and what still stands under old ones.

use super::{Finding, Patient, cipher, patiently};
use crate::secret::Cipher;
use crate::secret::status::{self, Sealed, Wrapping};
use sea_orm::DatabaseConnection;

const WRAPPING: &str = "secret key";
const SEALED: &str = "sealed secrets";

pub(super) async fn examine(patient: &Patient, db: &DatabaseConnection) -> Vec<Finding> {
    let Some(cipher) = cipher(patient, db) else {
        let cure = "set BELLBIRD_SECRET_KEY to the key they were written with";
        return vec![Finding::warning(WRAPPING, "not tried on the secrets there are", cure)];
    };
    let wrappings = patiently(async { status::wrappings(&cipher).await.map_err(|error| error.to_string()) });
    let mut findings = match wrappings.await {
        Ok(wrappings) => of_wrappings(&cipher, &wrappings),
        Err(why) => vec![Finding::bad(WRAPPING, why, "look at the log")],
    };
    let sealed = patiently(async { status::sealed(&cipher).await.map_err(|error| error.to_string()) });
    findings.push(match sealed.await {
        Ok(sealed) => of_sealed(&sealed),
        Err(why) => Finding::warning(SEALED, format!("not counted: {why}"), "ask `bellbird secrets status`"),
    });
    findings
}

fn of_wrappings(cipher: &Cipher, wrappings: &[Wrapping]) -> Vec<Finding> {
    let current = cipher.wrapper().current();
    let of = |by: &str| wrappings.iter().filter(|one| one.by == by).map(|one| one.keys).sum::<i64>();
    let mut findings = vec![Finding::good(WRAPPING, format!("{current}, wraps {} data keys", of(current)))];
    for Wrapping { by, keys, problem } in wrappings {
        if let Some(problem) = problem {
            let cure = "set BELLBIRD_SECRET_KEY to the key they were wrapped by, or add that one to \
                        BELLBIRD_SECRET_KEY_PREVIOUS";
            findings.push(Finding::bad(WRAPPING, format!("{keys} data keys do not open: {problem}"), cure));
        } else if by != current {
            let says = format!("{keys} data keys are still wrapped by {by}");
            let cure = "`bellbird secrets rewrap`, then take that key out of BELLBIRD_SECRET_KEY_PREVIOUS";
            findings.push(Finding::warning(WRAPPING, says, cure));
        }
    }
    findings
}

fn of_sealed(columns: &[Sealed]) -> Finding {
    let sum = |count: fn(&Sealed) -> i64| columns.iter().map(count).sum::<i64>();
    let (active, retired) = (sum(|column| column.active), sum(|column| column.retired));
    match (retired, sum(|column| column.unreadable)) {
        (_, strange @ 1..) => {
            let says = format!("{strange} rows name a data key that is not there");
            Finding::bad(SEALED, says, "restore the table data_keys, or enter these secrets again")
        }
        (1.., _) => {
            let says = format!("{retired} rows of {} still stand under old data keys", active + retired);
            Finding::warning(SEALED, says, "`bellbird secrets reencrypt` goes on with them")
        }
        _ => Finding::good(SEALED, format!("{active} rows, none under an old data key")),
    }
}
