//! `bellbird plan list|set|remove`.

use crate::{Outcome, process};
use bellbird_core::plans::{Limit, Plan, catalog};
use clap::Subcommand;
use std::path::Path;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// List all plans with their limits.
    List,
    /// Make a plan, or change it for everybody who has it. A limit that is left out is none.
    Set {
        /// Its name: small letters, digits and hyphens.
        name: String,
        /// Its name for people.
        #[arg(long)]
        title: String,
        /// People, those invited included.
        #[arg(long)]
        members: Option<i64>,
        /// WhatsApp numbers.
        #[arg(long)]
        senders: Option<i64>,
        /// Working API keys; 0: no access by programs.
        #[arg(long)]
        api_keys: Option<i64>,
        /// Products of the catalog.
        #[arg(long)]
        products: Option<i64>,
        /// Bytes of files kept.
        #[arg(long)]
        storage_bytes: Option<i64>,
        /// What every order costs, in hundredths of a percent of its sum.
        #[arg(long, default_value_t = 0)]
        order_fee_basis_points: i32,
    },
    /// Remove a plan nobody has.
    Remove {
        /// Its name.
        name: String,
    },
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(config: Option<&Path>, verb: Verb) -> Outcome {
    let services = process::services(process::settings(config)?).await?;
    match verb {
        Verb::List => {
            for plan in catalog::list(&services).await? {
                println!("{}", line(&plan));
            }
        }
        Verb::Set {
            name,
            title,
            members,
            senders,
            api_keys,
            products,
            storage_bytes,
            order_fee_basis_points,
        } => {
            let said = [
                (Limit::Members, members),
                (Limit::Senders, senders),
                (Limit::ApiKeys, api_keys),
                (Limit::Products, products),
                (Limit::StorageBytes, storage_bytes),
            ];
            let limits = said.into_iter().filter_map(|(limit, most)| Some((limit, most?))).collect();
            let tx = services.begin().await?;
            let plan =
                catalog::put(&tx, &name, catalog::Wanted { title, limits, order_fee_basis_points }).await?;
            tx.commit().await?;
            println!("{}", line(&plan));
        }
        Verb::Remove { name } => {
            let tx = services.begin().await?;
            catalog::remove(&tx, &name).await?;
            tx.commit().await?;
            println!("{name} is removed");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(plan: &Plan) -> String {
    let limit = |limit: &Limit| match plan.most(*limit) {
        Some(most) => format!("{limit} {most}"),
        None => format!("{limit} without limit"),
    };
    let limits = Limit::ALL.iter().map(limit).collect::<Vec<_>>().join(", ");
    format!("{}  {}  {limits}, order fee {}/10000", plan.name, plan.title, plan.order_fee_basis_points)
}
