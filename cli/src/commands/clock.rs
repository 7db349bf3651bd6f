//! `boucle clock`: whether this machine's clock is believed, and what time it is.

use clap::{Args, Subcommand};
use crdt_model::values::Precision;
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;
use crate::when;

#[derive(Debug, Subcommand)]
pub(crate) enum Clock {
    Show,
    Set(Set),
    Accept(Accept),
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    #[arg(value_name = "TIME")]
    time: Option<String>,
    #[arg(long, conflicts_with_all = ["time", "sure"])]
    machine: bool,
    #[arg(long)]
    sure: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Accept {
    #[arg(value_name = "WHO")]
    who: Option<String>,
}

impl Clock {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::Show => Request::ClockShow { brief: false },
            Self::Set(set) if set.machine => Request::ClockSet { at_ms: None, sure: true, before_home: false },
            Self::Set(set) => {
                let typed = asker.required(set.time, "TIME", "ask-clock-time")?;
                let at_ms = if typed.is_empty() { 0 } else { time(&typed)? };
                Request::ClockSet { at_ms: Some(at_ms), sure: set.sure, before_home: false }
            }
            Self::Accept(accept) => Request::ClockAccept { who: accept.who },
        })
    }
}

/// The date and the time as a person says them: to the minute, and not so and so long ago.
///
/// # Errors
///
/// `bad_value`.
pub(crate) fn time(typed: &str) -> Result<i64, Failure> {
    let bad = || Failure::new("bad_value").arg("field", "TIME").arg("expected", "2026-11-29T22:10").at("field", "TIME");
    let said = when::moment("TIME", typed.trim(), 0).map_err(|_| bad())?;
    // a length of time counts from a clock that is in doubt
    let is_length = when::duration_ms("TIME", Some(typed.trim())).is_ok();
    (said.precision == Precision::Minute && !is_length).then_some(said.at_ms).ok_or_else(bad)
}
