//! Immutable facts: what was said or done, once, as canonical CBOR under a root key `kind/<16 hexadecimal digits>`.
//!
//! Every fact is an array that starts with its version (1). Bounds are checked on reading: a fact that breaks one never
//! passes the gate. An act with words is two facts of one id: the code in the open layer, the words beside it.
//!
//! A kind of fact is one file here and one row of `kinds!`. The file says what the fact holds, how each part is written,
//! what the history says of it and what its JSON looks like. The row says under which prefix it is kept, in which layer,
//! and under which name a case shows it.

mod action;
mod appeal;
mod attachment;
mod codec;
mod consent;
mod contact;
mod delivered;
mod exposed;
mod gift;
mod hold;
mod interaction;
mod interim;
mod lower;
mod moved;
mod notice;
mod old_keys;
mod origin;
mod question;
mod raise;
mod recusal;
mod referral;
mod response;
mod response_text;
mod satisfaction;
mod satisfaction_detail;
mod service;
mod text;

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::ser::SerializeMap;

use crate::case::collect::{Alarm, family};
use crate::case::schema::{self, Field};
use crate::case::seen::Family;
use crate::cbor::{self, Canonical, CborError};
use crate::layer::{Layer, LayerState, Stamp};
use crate::view::Origin;

pub use action::ActionFact;
pub use appeal::AppealFact;
pub use attachment::AttachmentFact;
pub use consent::ConsentFact;
pub use contact::ContactFact;
pub use delivered::DeliveredFact;
pub use exposed::{EXPOSED_MAX, ExposedFact};
pub use gift::{GiftFact, GivenFact, gift_id};
pub use hold::HoldFact;
pub use interaction::{ATTEMPT_OUTCOMES, InteractionFact};
pub use interim::{InterimFact, PROMISE_MAX_MS};
pub use lower::{LowerFact, RAISES_MAX};
pub use moved::MoveFact;
pub use notice::{NOTICE_FIELDS_MAX, NoticeFact};
pub use old_keys::{OLD_KEYS_MAX, OldKeysFact};
pub use origin::{ORIGIN_KEYS_MAX, ORIGINS_MAX, OriginFact};
pub use question::{ANSWERED_MAX, QuestionFact, answered as answered_askers, open as open_questions};
pub use raise::RaiseFact;
pub use recusal::RecusalFact;
pub use referral::{RETURN_REASONS, ReferralFact, unconfirmed};
pub use response::ResponseFact;
pub use response_text::ResponseText;
pub use satisfaction::SatisfactionFact;
pub use satisfaction_detail::SatisfactionDetail;
pub use service::{SERVICE_ANSWERS, ServiceFact};
pub use text::TextFact;

/// Most bytes of words in one fact.
pub const WORDS_BYTES_MAX: usize = 32 * 1024;
/// Most bytes of a short text: a name, a purpose.
pub const SHORT_BYTES_MAX: usize = 256;

/// What tells a fact from all others of its kind: 8 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub [u8; 8]);

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FactId({self})")
    }
}

/// Not 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fact id is 16 lower-case hexadecimal digits")]
pub struct NotFactId;

impl FromStr for FactId {
    type Err = NotFactId;

    fn from_str(text: &str) -> Result<Self, NotFactId> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| NotFactId)?;
        bytes.try_into().map(Self).map_err(|_| NotFactId)
    }
}

impl serde::Serialize for FactId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A fact and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// What was said or done.
    pub fact: T,
    /// By whom, when, in which entry.
    pub stamp: Stamp,
}

/// What every fact says of itself, whatever its kind.
pub trait Fact: Canonical {
    /// Of use to nodes alone: neither the history nor the JSON of a case tells of it.
    const FOR_NODES: bool = false;

    /// Its gist is a member or a role, as [`Who`](crate::values::Who) writes them: readers see a name. Where the case is
    /// written anew without somebody, facts that tell of them are left out. In JSON such a part is called `who`.
    const OF_WHO: bool = false;

    /// What the history says of it in one text; nothing where its kind says it all.
    fn gist(&self) -> Option<String> {
        None
    }

    /// Facts of its family that its author knew, ascending. See [`crate::case::seen`].
    fn seen(&self) -> &[FactId] {
        &[]
    }
}

/// Declares what a fact holds. The same list gives its bytes: `[1, part, …]`, each part in the form named after `as`.
/// `where check` names a function that refuses parts which do not go together.
macro_rules! fact {
    (
        $(#[$about:meta])*
        pub struct $name:ident $(where $check:ident)? {
            $($(#[$part_about:meta])* pub $part:ident: $type:ty as $form:ty,)*
        }
    ) => {
        $(#[$about])*
        pub struct $name {
            $($(#[$part_about])* pub $part: $type,)*
        }

        impl crate::cbor::Canonical for $name {
            fn write(&self, w: &mut crate::cbor::Writer) {
                crate::case::facts::codec::head(w, [$(stringify!($part)),*].len());
                $(<$form as crate::case::facts::codec::Form<$type>>::write(&self.$part, w);)*
            }

            fn read(r: &mut crate::cbor::Reader<'_>) -> Result<Self, crate::cbor::CborError> {
                crate::case::facts::codec::read_head(r, [$(stringify!($part)),*].len())?;
                let fact = Self { $($part: <$form as crate::case::facts::codec::Form<$type>>::read(r)?,)* };
                $($check(&fact)?;)?
                Ok(fact)
            }
        }
    };
}
use fact;

/// The one table of kinds, by the layer in which they lie. A row names the family, the kind, its prefix and what it holds;
/// `as list` where the JSON of a case lists the facts as they are; after `in` the field under which a case shows them, and
/// after `by` the verb that writes them.
macro_rules! kinds {
    ($($(#[$about:meta])* struct $facts:ident of $layer:ident {
        $($(#[$kind_about:meta])* $family:ident: $kind:ident = $prefix:literal $fact:ident $(as $list:ident)?
            in $field:ident by $verb:literal,)*
    })* ; $($(#[$beside_about:meta])* $beside:ident = $beside_prefix:literal $beside_fact:ident of $beside_layer:ident
        in $beside_field:ident by $beside_verb:literal)*) => {
        /// The kinds of facts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FactKind {
            $($($(#[$kind_about])* $kind,)*)*
            $($(#[$beside_about])* $beside,)*
        }

        /// The fields under which a case shows them. Two kinds may share a name: a code, and its words.
        pub(crate) const FIELDS: [Field; FactKind::ALL.len()] = [
            $($(schema::facts(stringify!($field), Layer::$layer, FactKind::$kind, $verb),)*)*
            $(schema::facts(stringify!($beside_field), Layer::$beside_layer, FactKind::$beside, $beside_verb),)*
        ];

        impl FactKind {
            /// All kinds.
            pub const ALL: [Self; [$($($prefix,)*)* $($beside_prefix,)*].len()] =
                [$($(Self::$kind,)*)* $(Self::$beside,)*];

            /// What stands before the `/` of the root key.
            pub fn prefix(self) -> &'static str {
                match self {
                    $($(Self::$kind => $prefix,)*)*
                    $(Self::$beside => $beside_prefix,)*
                }
            }

            /// Whether `bytes` are one canonical fact of this kind.
            ///
            /// # Errors
            ///
            /// When they are not, or a bound is exceeded.
            pub fn check(self, bytes: &[u8]) -> Result<(), CborError> {
                match self {
                    $($(Self::$kind => cbor::decode::<$fact>(bytes).map(drop),)*)*
                    $(Self::$beside => cbor::decode::<$beside_fact>(bytes).map(drop),)*
                }
            }

            /// What the history says of a fact of this kind: see [`Fact::gist`].
            ///
            /// # Errors
            ///
            /// As [`FactKind::check`].
            pub fn gist(self, bytes: &[u8]) -> Result<Option<String>, CborError> {
                match self {
                    $($(Self::$kind => cbor::decode::<$fact>(bytes).map(|fact| fact.gist()),)*)*
                    $(Self::$beside => cbor::decode::<$beside_fact>(bytes).map(|fact| fact.gist()),)*
                }
            }

            /// Whether its gist is a member or a role: see [`Fact::OF_WHO`].
            pub fn is_of_who(self) -> bool {
                match self {
                    $($(Self::$kind => $fact::OF_WHO,)*)*
                    $(Self::$beside => $beside_fact::OF_WHO,)*
                }
            }

            /// Whether it is of use to nodes alone: see [`Fact::FOR_NODES`].
            pub fn is_for_nodes(self) -> bool {
                match self {
                    $($(Self::$kind => $fact::FOR_NODES,)*)*
                    $(Self::$beside => $beside_fact::FOR_NODES,)*
                }
            }
        }

        $(
            $(#[$about])*
            #[derive(Debug, Clone, Default, PartialEq, Eq)]
            pub struct $facts {
                $($(#[$kind_about])* pub $family: Family<$fact>,)*
            }

            impl $facts {
                /// All of them, of one layer.
                pub fn of(layer: &LayerState, alarms: &mut Vec<Alarm>) -> Self {
                    Self { $($family: family(layer, FactKind::$kind, alarms),)* }
                }

                /// Writes the facts of one kind as a list, where the JSON lists them as they are.
                pub(crate) fn list<M: SerializeMap>(&self, kind: FactKind, name: &str, map: &mut M) -> Result<(), M::Error> {
                    match kind {
                        $($(FactKind::$kind => map.serialize_entry(name, &$list(&self.$family)),)?)*
                        _ => {
                            // a group may list none
                            let _ = (name, map);
                            Ok(())
                        }
                    }
                }
            }
        )*
    };
}

kinds! {
    /// Facts of codes and dates.
    struct CodeFacts of Open {
        /// Steps of the life cycle.
        moves: Move = "move" MoveFact in status by "triage, assign, accept, resolve, answer, close or reopen",
        /// Holds and unholds.
        holds: Hold = "hold" HoldFact in hold by "hold",
        /// Sensitivity raised.
        raises: Raise = "raise" RaiseFact in sensitivity by "raise",
        /// Sensitivity lowered.
        lowers: Lower = "lower" LowerFact in sensitivity by "lower",
        /// Consent to be contacted, as a code.
        contacts: Contact = "contact" ContactFact in contact_consent by "consent",
        /// Answers given.
        responses: Response = "response" ResponseFact in responses by "answer",
        /// What the person was told meanwhile.
        interims: Interim = "interim" InterimFact in interims by "answer",
        /// How referrals go on where no device can tell.
        referrals: Referral = "referral" ReferralFact as list in referrals by "refer",
        /// Appeals to a higher level, and refusals of one.
        appeals: Appeal = "appeal" AppealFact as list in appeals by "appeal",
        /// Questions of somebody who reads the case to another who does, and their answers.
        questions: Question = "question" QuestionFact as list in questions by "ask",
        /// What the person said of them.
        satisfactions: Satisfaction = "satisfaction" SatisfactionFact in satisfaction by "answer",
        /// Gift keys, each wrapped to one to whom the case was given.
        gifts: Gift = "gift" GiftFact in gifts by "assign",
        /// Keys of the case, sealed under a gift key.
        given: Given = "given" GivenFact in gifts by "assign",
        /// That it reached whom it was given to.
        deliveries: Delivered = "delivered" DeliveredFact in deliveries by "assign",
    }

    /// Facts that hold words.
    struct WordFacts of Personal {
        /// Consents as told.
        consents: Consent = "consent" ConsentFact as list in consents by "consent",
        /// Words that explain an open act, by its id.
        reasons: Reason = "reason" TextFact as list in reasons by "reopen",
        /// Contacts and attempts.
        interactions: Interaction = "interaction" InteractionFact as list in interactions by "attempt",
        /// Things done.
        actions: Action = "action" ActionFact as list in actions by "act",
        /// Bodies outside the mechanism that were told.
        notices: Notice = "notice" NoticeFact as list in notices by "notify",
        /// Services for a person who was harmed.
        services: Service = "service" ServiceFact as list in services by "service",
        /// Notes.
        notes: Note = "note" TextFact as list in notes by "note",
        /// What was told, by the id of the answer.
        response_texts: ResponseText = "response_text" ResponseText in responses by "answer",
        /// Who said it and how, by the id of the satisfaction.
        satisfaction_details: SatisfactionDetail = "satisfaction_detail" SatisfactionDetail in satisfaction by "answer",
        /// Files.
        attachments: Attachment = "attachment" AttachmentFact as list in attachments by "attach",
        /// Scans of the paper.
        paper_scans: PaperScan = "paper_scan" AttachmentFact as list in paper_scan by "attach",
    }

    /// Facts for the named audience alone.
    struct SealedFacts of Sensitive {
        /// The allegation and its additions.
        allegations: Allegation = "allegation" TextFact as list in allegation by "note",
        /// Who must not see the case.
        recusals: Recusal = "recusal" RecusalFact in recusals by "seal",
        /// Who could read an older generation.
        exposed: Exposed = "exposed" ExposedFact as list in exposed by "seal",
        /// Keys of the older generations' words.
        old_keys: OldKeys = "old_keys" OldKeysFact in old_keys by "seal",
    }

    ;
    /// Who first wrote what a generation restates: in any layer, read by [`crate::case::origin`].
    Origin = "origin" OriginFact of Open in origins by "seal"
}

impl FactKind {
    /// The root key of the fact `id`.
    pub fn key(self, id: FactId) -> String {
        format!("{}/{id}", self.prefix())
    }

    /// The field under which a case shows it.
    pub fn field(self) -> &'static Field {
        const ROWS: &[Field] = &FIELDS;
        // the kinds and the rows are of one table
        &ROWS[self as usize]
    }
}

/// One fact of a list.
#[derive(serde::Serialize)]
struct Listed<'a, T> {
    id: FactId,
    #[serde(flatten)]
    fact: &'a T,
    #[serde(flatten)]
    origin: Origin,
}

/// Facts in the order of their entries.
pub fn written<T>(family: &Family<T>) -> Vec<(FactId, &Dated<T>)> {
    let mut facts: Vec<_> = family.iter().map(|(id, dated)| (*id, dated)).collect();
    facts.sort_by_key(|(id, dated)| (dated.stamp.order, dated.stamp.entry, *id));
    facts
}

fn list<T>(family: &Family<T>) -> Vec<Listed<'_, T>> {
    let written = written(family).into_iter();
    written.map(|(id, dated)| Listed { id, fact: &dated.fact, origin: Origin::from(&dated.stamp) }).collect()
}

#[cfg(test)]
mod tests;
