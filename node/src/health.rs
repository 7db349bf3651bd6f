//! How a home is: status, findings, the check of all that is stored, and clocks of others that are astray.

pub(crate) mod astray;
pub(crate) mod doctor;
pub(crate) mod status;
pub(crate) mod verify;
