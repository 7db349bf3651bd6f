//! `boucle slips`: paper with a reference on it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use node::api::{Request, SLIPS_MAX};
use node::error::Failure;

use crate::commands::Action;
use crate::slips::Printed;

#[derive(Debug, Subcommand)]
pub(crate) enum Slips {
    Print(Print),
}

/// Slips with reserved references, or the acknowledgement of one case.
#[derive(Debug, Args)]
pub(crate) struct Print {
    #[arg(long = "count", id = "slips_count", value_name = "N", required_unless_present = "slips_receipt",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(SLIPS_MAX)))]
    count: Option<u32>,
    #[arg(long = "receipt", id = "slips_receipt", value_name = "REF", conflicts_with = "slips_count")]
    receipt: Option<String>,
    #[arg(long = "phone", id = "slips_phone", value_name = "PHONE")]
    phone: Option<String>,
    #[arg(long = "out", id = "slips_out", value_name = "FILE.html")]
    out: Option<PathBuf>,
}

impl Slips {
    /// What is asked of the node, and how its reply is printed.
    pub(crate) fn action(self) -> Result<Action, Failure> {
        let Self::Print(Print { count, receipt, phone, out }) = self;
        let request = match (receipt, count) {
            (Some(reference), _) => Request::CaseShow { r#ref: reference },
            (None, count) => Request::SlipsPrint { count: count.unwrap_or(1) },
        };
        Ok(Action::Print(request, Printed { phone, out }))
    }
}
