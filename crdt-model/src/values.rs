//! The small types that everybody names: one type for one thing. They know nothing of cases, entries or keys.

mod as_text;
mod chain;
mod id;
mod level;
pub mod moment;
mod who;
mod words;

pub(crate) use as_text::serde_as_text;
pub use chain::ChainKey;
pub use id::{
    ActorId, AudienceId, DeviceId, DocId, EntryId, Incarnation, MemberId, OrgId, ParseIdError, ScopeId, id16,
};
pub use level::Level;
pub use moment::{Moment, Precision};
pub use who::{NotWho, Who};
pub use words::{CODE_BYTES_MAX, Words, is_clean, is_code};
