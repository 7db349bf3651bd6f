//! The sync session: two replicas become equal, or a reason why not has a name.
//!
//! A session is one side of one conversation. It holds no socket, clock, store or randomness: give it [`Input`]s, do what
//! its [`Output`]s ask. Below it is a reliable, ordered channel of frames of at most 1 MiB to a device that passed the
//! [`handshake`]; beside it is an engine that reads, admits and stores entries. Messages, byte by byte: [`message`].
//!
//! It leans on one fact: a store never counts an entry without its predecessor, so a scope's
//! [frontier](crate::frontier) *is* its set of entries. Comparing two replicas is comparing two hashes, whatever they hold.
//!
//! ```text
//!        A                                            B
//!        │── Status ──────────▶   ◀────────── Status ─│  at once; all hashes alike and no gaps: over, ½ + ½ round trip
//!        │                                            │
//!        │   met before, and both remember the same:  │  the statuses carry the tips changed since (≤ 64 KiB):
//!        │   stream at once                           │  the peer holds what was agreed on, with these
//!        │                                            │
//!        │   else, the membership differs:            │  a round over the membership alone,
//!        │── Tips ────────────▶   ◀──────────── Tips ─│  since everything else is judged by it
//!        │                                            │
//!        │   else:                                    │  a round over every scope that differs
//!        │── Scopes ──────────▶   ◀────────── Scopes ─│
//!        │── Tips, Tips … ────▶   ◀──── Tips, Tips … ─│
//!        │                                            │
//!        │── Entries ─────────▶   ◀───────── Entries ─│  each streams what the other lacks, unasked: the membership
//!        │◀──────── Confirmed       Confirmed ───────▶│  first, chain by chain; at most 8 frames not yet durable there
//!        │── RoundEnd ────────▶   ◀──────── RoundEnd ─│
//!        │                                            │
//!        │   the same entries, not the same sections: │  a round over sections
//!        │── WantSections ────▶   ◀──── WantSections ─│
//!        │── Sections ────────▶   ◀──────── Sections ─│  confirmed as entries are
//!        │                                            │
//!        │── Status ──────────▶   ◀────────── Status ─│  fresh frontiers; decide again
//! ```
//!
//! - **Both decide alike**, from the same two statuses, so nobody leads and there are no roles.
//! - **Hints are only hints.** A peer restored from a backup, or an agreement that was never true, costs rounds, never
//!   entries: what is streamed is admitted or not on its own merits, and a round by hints that leaves a difference is
//!   followed by rounds over all tips.
//! - **Cut sessions resume.** A frame is confirmed once it is durable. The next session starts from what is held, so what
//!   was confirmed is not sent again. Frames are small at first and grow while they pass, and what came whole before the cut
//!   is kept: a link that drops after a few kilobytes, try after try, gets everything across in the end.
//! - **Forks.** Where an entry does not follow from the one held before it, the engine names the chain
//!   ([`Again`]); both sides then stream their stretch of it from there, so both come to hold both branches
//!   and see the same proof. Step back by doubling: a chain is asked for at most [`RESENDS_PER_CHAIN_MAX`] times a round,
//!   each time from further back.
//! - **Never stuck in silence.** A round over all tips that changes neither side ends the session with the
//!   [scopes that differ](Reason::Differs); so does everything else with its own [`Reason`]. [`Config::rounds_max`] bounds the rest.
//! - **Sections may be missing.** An entry counts by its header; what is not held of it is a gap, told in the status, asked
//!   for from whoever has it, checked against the header. A peer that strips sections delays them and no more. What both lack
//!   ends the session [by name](Reason::Gaps).
//! - **What matters first:** the membership, then chains up to an entry somebody waits for ([`Snapshot::urgent`]; entries on
//!   the way there may leave their sections for later), then short stretches before long ones.
//! - **Not trusted:** the peer. A frame that does not decode, is out of turn or beyond the window ends the session with a
//!   `Bye`. Memory is bounded by 8 frames, 200,000 tips and 16,384 scopes. Entries are handed on as they came: admission is
//!   the engine's.
//!
//! # The engine's part
//!
//! After every [`Session::handle`], [`Session::poll`] until `None`. Keep reading the channel while writing to it: both sides
//! send at once. A snapshot lists the scopes this peer may have, empty ones too, and no others; while a peer is
//! [unverified](handshake::Peer::verified) or may have the membership alone, it lists the membership alone, and
//! since frontiers are asked for afresh after every round, a newcomer that became a member gets the rest in the same
//! session. Entries of one chain come in order; an entry that waits for one of another chain (a Join) is kept pending, not
//! refused. Keep [`Report::agreed`] per peer and give it to the next session.
//!
//! ```
//! use std::collections::{BTreeMap, VecDeque};
//!
//! use crdt_model::frontier::{Frontier, Tip};
//! use crdt_model::values::{ChainKey, DeviceId, EntryId, Incarnation, OrgId, ScopeId};
//! use crdt_model::sync::{Config, Input, Output, Report, Session, Supply};
//!
//! const MEMBERSHIP: ScopeId = ScopeId([1; 16]);
//! const NORTH: ScopeId = ScopeId([2; 16]);
//!
//! /// Each replica appends to a log of its own and keeps copies of the others'. An entry here is [author, seq].
//! #[derive(Default)]
//! struct Replica {
//!     logs: BTreeMap<ChainKey, Vec<Vec<u8>>>,
//! }
//!
//! fn chain(author: u8) -> ChainKey {
//!     ChainKey { device: DeviceId([author; 16]), incarnation: Incarnation([0; 8]) }
//! }
//!
//! impl Replica {
//!     fn write(&mut self, author: u8) {
//!         let log = self.logs.entry(chain(author)).or_default();
//!         log.push(vec![author, log.len() as u8 + 1]);
//!     }
//!
//!     fn frontiers(&self) -> BTreeMap<ScopeId, Frontier> {
//!         let tip = |log: &Vec<Vec<u8>>| Tip { seq: log.len() as u64, entry: EntryId([log[0][0]; 32]) };
//!         let north = self.logs.iter().map(|(chain, log)| (*chain, tip(log))).collect();
//!         BTreeMap::from([(MEMBERSHIP, Frontier::new()), (NORTH, north)])
//!     }
//!
//!     /// What the engine does: reads, admits, says what is held.
//!     fn answer(&mut self, output: Output) -> Input {
//!         match output {
//!             Output::Need { scope, suffix, .. } => {
//!                 let wanted = suffix.after as usize..suffix.upto as usize;
//!                 let entries = self.logs[&suffix.chain][wanted].to_vec();
//!                 Input::Supplied { scope, supply: Supply { entries, reached: suffix.upto, ..Supply::default() } }
//!             }
//!             Output::Ingest { scope, entries, .. } => {
//!                 let mut accepted = 0;
//!                 for entry in entries {
//!                     let log = self.logs.entry(chain(entry[0])).or_default();
//!                     if usize::from(entry[1]) == log.len() + 1 {
//!                         log.push(entry);
//!                         accepted += 1;
//!                     }
//!                 }
//!                 Input::Ingested { scope, accepted, refused: vec![], resend: vec![] }
//!             }
//!             Output::AskFrontiers => Input::Frontiers(self.frontiers().into()),
//!             Output::NeedSections { .. } | Output::Fill { .. } => unreachable!("entries are whole here"),
//!             Output::Send(_) | Output::Finished(_) => unreachable!("done below"),
//!         }
//!     }
//! }
//!
//! /// Handles one input and everything that follows from it on this side.
//! fn drive(
//!     session: &mut Session,
//!     replica: &mut Replica,
//!     input: Input,
//!     wire: &mut VecDeque<Vec<u8>>,
//! ) -> Option<Report> {
//!     let mut inputs = VecDeque::from([input]);
//!     while let Some(input) = inputs.pop_front() {
//!         session.handle(input);
//!         while let Some(output) = session.poll() {
//!             match output {
//!                 Output::Send(frame) => wire.push_back(frame),
//!                 Output::Finished(report) => return Some(*report),
//!                 ask => inputs.push_back(replica.answer(ask)),
//!             }
//!         }
//!     }
//!     None
//! }
//!
//! let (mut north, mut south) = (Replica::default(), Replica::default());
//! (0..30).for_each(|_| north.write(1));
//! (0..20).for_each(|_| south.write(2));
//!
//! let config = Config::new(OrgId([9; 16]), MEMBERSHIP);
//! let (mut a, mut b) = (Session::new(config.clone(), None), Session::new(config, None));
//! let (mut to_a, mut to_b) = (VecDeque::new(), VecDeque::new());
//! let start = |replica: &Replica| Input::Start(replica.frontiers().into());
//! let input = start(&north);
//! let mut report = drive(&mut a, &mut north, input, &mut to_b);
//! let input = start(&south);
//! drive(&mut b, &mut south, input, &mut to_a);
//! while report.is_none() || !b.is_finished() {
//!     if let Some(frame) = to_b.pop_front() {
//!         drive(&mut b, &mut south, Input::Frame(frame), &mut to_a);
//!     }
//!     if let Some(frame) = to_a.pop_front() {
//!         report = drive(&mut a, &mut north, Input::Frame(frame), &mut to_b).or(report);
//!     }
//! }
//!
//! assert_eq!(north.logs, south.logs);
//! let report = report.expect("finished");
//! assert!(report.equal);
//! assert_eq!((report.entries_sent, report.entries_received), (30, 20));
//! ```

pub mod handshake;
mod input;
pub mod message;
pub mod news;
mod report;
mod round;
mod session;

pub use input::{Again, Config, Input, Output, Snapshot, Supply, Wanted};
pub use report::{Agreed, Progress, REFUSED_NAMED_MAX, Reason, Refused, Report, ScopeState};
pub use round::{RESENDS_PER_CHAIN_MAX, RESENT_CHAINS_MAX, WINDOW_FRAMES_MAX};
pub use session::Session;
