//! What travels as files: bundles between nodes, and the files of other systems.

pub(crate) mod bundle;
pub mod import;
pub(crate) mod import_run;
pub(crate) mod import_undo;
