//! placeholder until merged
use crate::{
    api::{Progress, Ready, Reply, RunOptions},
    core::Core,
    error::Failure,
};
use std::sync::Arc;
pub(crate) struct Engine;
impl Engine {
    pub(crate) fn start(_: Arc<Core>, _: &RunOptions) -> Result<(Self, Ready), Failure> {
        Err(Failure::new("not_built"))
    }
    pub(crate) fn dial_only(_: Arc<Core>, _: &RunOptions) -> Result<Self, Failure> {
        Err(Failure::new("not_built"))
    }
    pub(crate) fn sync(&self, _: Option<&str>, _: &mut dyn FnMut(Progress)) -> Reply {
        Err(Failure::new("not_built"))
    }
    pub(crate) fn stop(self) {}
}
impl Core {
    pub(crate) fn peers_json(&self) -> Result<serde_json::Value, Failure> {
        Ok(serde_json::json!([]))
    }
}
