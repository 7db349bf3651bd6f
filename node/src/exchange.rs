//! What travels as files: bundles between nodes, and the files of other systems.

pub(crate) mod batch;
pub(crate) mod bundle;
mod csv_file;
pub mod import;
pub(crate) mod import_run;
pub(crate) mod import_undo;
pub(crate) mod messages;
pub(crate) mod reference;
pub(crate) mod routing_file;
pub(crate) mod services_file;
