//! The data model of boucle, and nothing that touches the world.
//!
//! A node holds a growing set of small signed [entries](entry). An entry is one edit a person made, sealed
//! [piece by piece](seal) to those who may read each piece. Two nodes that hold the same entries and keys show the
//! same cases: no order of arrival, no clock and no server decides anything. Everything here is a pure function of
//! its arguments: time, entropy and bytes come in as parameters (`clippy.toml` bans the rest).
//!
//! | module | holds |
//! |---|---|
//! | [`values`], [`time`], [`zone`], [`hours`] | the small types everybody names; claimed times, days and ISO weeks; where a day begins; working hours |
//! | [`cbor`] | the one canonical encoding of everything that leaves the process |
//! | [`entry`], [`frontier`] | headers, sections, signatures; chains, tips, frontiers and forks |
//! | [`seal`] | sections, grants, key derivations: what an outside reviewer should read |
//! | [`compose`] | from an act to a signed entry |
//! | [`admission`], [`document`] | what is stored and relayed; what is seen |
//! | [`carried`] | what a fork cut off, carried on: kind 9 entries |
//! | [`retraction`], [`erasure`] | what takes back, erases or holds: kind 5 entries |
//! | [`receipt`] | how far a device holds the chains of others: kind 2 entries |
//! | [`roster`] | who may do what, evaluated from membership entries alone |
//! | [`gate`] | the checks a change passes before Automerge sees it |
//! | [`layer`] | one sealed layer of one case as an Automerge document of root scalars |
//! | [`case`], [`edit`], [`view`] | the fields and folds of a case, what people do to it, what they see |
//! | [`sensitive_words`] | words that call for sealing, and the matcher |
//! | [`taxonomy`], [`reference`](mod@reference) | codes, categories, delays; references with check digits |
//! | [`sync`] | the sans-IO sync session |
//! | [`bundle`] | the same entries as a sealed file, for USB sticks and e-mail |

pub mod admission;
pub mod bundle;
pub mod carried;
pub mod case;
pub mod cbor;
pub mod compose;
pub mod document;
pub mod edit;
pub mod entry;
pub mod erasure;
pub mod frontier;
pub mod gate;
pub mod hours;
pub mod layer;
pub mod name;
pub mod receipt;
pub mod reference;
pub mod retraction;
pub mod roster;
pub mod seal;
pub mod sensitive_words;
pub mod sync;
pub mod taxonomy;
pub mod time;
pub mod values;
pub mod view;
pub mod zone;
