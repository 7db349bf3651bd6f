//! What is said of the clock.

use crdt_model::values::moment::rfc3339;
use serde_json::{Value as Json, json};

use super::{Doubt, Judged};
use crate::error::Failure;

/// What is raised while the clock is not believed.
pub(crate) fn clock_wrong(now_ms: i64, doubt: &Doubt) -> Failure {
    let failure = Failure::new("clock_wrong").arg("now", minute(now_ms)).arg("evidence", doubt.evidence);
    failure.arg("than", minute(doubt.than_ms))
}

/// A time as people compare it with another clock: to the minute.
pub(crate) fn minute(at_ms: i64) -> String {
    rfc3339(at_ms.saturating_sub(at_ms.rem_euclid(60_000)))
}

impl Judged {
    /// Fails where something is to be dated and the clock is not believed.
    pub(crate) fn require(&self) -> Result<i64, Failure> {
        match &self.doubt {
            None => Ok(self.now_ms),
            Some(doubt) => Err(clock_wrong(self.told_ms(), doubt)),
        }
    }

    /// What the clock says, believed or not.
    pub(crate) fn told_ms(&self) -> i64 {
        match &self.doubt {
            Some(doubt) if doubt.evidence != "restart" => self.machine_ms.saturating_add(self.offset_ms),
            _ => self.machine_ms,
        }
    }

    /// `clock` of `boucle status`: what time it is only where that is the matter.
    pub(crate) fn glance(&self) -> Json {
        let mut told = self.json();
        if let (Some(fields), true) = (told.as_object_mut(), self.doubt.is_none() && !self.ahead && self.offset_ms == 0)
        {
            ["machine", "now", "now_ms"].iter().for_each(|name| drop(fields.remove(*name)));
        }
        told
    }

    /// All of it.
    pub(crate) fn json(&self) -> Json {
        let doubt = self.doubt.map(|doubt| json!({"evidence": doubt.evidence, "than": rfc3339(doubt.than_ms)}));
        json!({
            "suspect": doubt.is_some(), "offset_ms": self.offset_ms, "machine": rfc3339(self.machine_ms),
            "now": rfc3339(self.now_ms), "now_ms": self.now_ms, "ahead": self.ahead, "mended": self.mended,
            "doubt": doubt,
        })
    }
}
