//! The entries of each table.

use serde::{Deserialize, Serialize};

use super::{Coded, Labels};
use crate::values::Level;

/// What holds where a file leaves a switch out that is on by itself.
const fn on() -> bool {
    true
}

/// The code that means "not recorded" in every table that has one.
pub(super) const UNKNOWN: &str = "unknown";

macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            /// The stable identifier.
            pub code: String,
            /// What it is called.
            #[serde(default)]
            pub label: Labels,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Coded for $name {
            fn code(&self) -> &str {
                &self.code
            }
            fn labels(&self) -> &Labels {
                &self.label
            }
        }
    )*};
}

entries! {
    /// An entry that is nothing but a code and labels.
    Term {}

    /// A kind of case.
    CaseType {
        /// The person waits for an answer, so that delays and figures count it. Not so: thanks, suggestions, rumours.
        #[serde(default = "on")]
        expects_answer: bool,
        /// What it is, where that is no case.
        #[serde(default)]
        kept_as: KeptAs,
    }

    /// What holds for one of the four sensitivities.
    SensitivityLevel {
        /// Its place in the order, 0 to 3.
        rank: u8,
        /// The word shown for it.
        word: String,
        /// Where free text and identity go.
        visibility: Visibility,
        /// Hours from receipt until it is referred.
        refer_within_h: u32,
        /// Hours from sending until the target accepts.
        accept_within_h: u32,
        /// Hours from receipt until the person is answered.
        respond_within_h: u32,
        /// Hours from receipt until the person hears that it arrived, where that is not done at intake.
        #[serde(default)]
        acknowledge_within_h: Option<u32>,
        /// The role that is told when a delay passed.
        escalate_to: String,
        /// The open layer shows only that it is restricted, the week and the region.
        #[serde(default)]
        hide_existence_from_site: bool,
        /// A device outside the audience that captured it cannot read it back.
        #[serde(default)]
        capture_device_forgets: bool,
        /// Marks to keep in view.
        #[serde(default)]
        countdown: Option<String>,
    }

    /// Hours that matter to a person, counted from a time they told.
    Countdown {
        /// The field it counts from.
        from: String,
        /// Hours after it, rising.
        marks_h: Vec<u32>,
        /// What to do before the marks pass.
        action: Labels,
    }

    /// Readers of sealed cases.
    Audience {
        /// Roles that may be its members.
        roles: Vec<String>,
        /// The audience that takes a case when every member is recused.
        alternate: String,
        /// Fewer living holders than this and the system warns.
        minimum_holders: u32,
    }

    /// A way cases come in.
    Channel {
        /// Voice, text, in person, written or another system.
        kind: ChannelKind,
        /// Its interactions have a start and an end worth counting.
        #[serde(default)]
        timed: bool,
        /// People expect nobody at the site to read it.
        #[serde(default)]
        confidential: bool,
        /// We asked, they answered.
        #[serde(default)]
        proactive: bool,
        /// Who comes this way waits for an answer. Not so: what a focus group or a survey brings.
        #[serde(default = "on")]
        expects_answer: bool,
    }

    /// A state of a case.
    Status {
        /// What a committee sees.
        word: String,
        /// Compared by the status fold; the greater wins within an epoch.
        rank: u8,
        /// Nothing more is to be done.
        #[serde(default)]
        terminal: bool,
        /// Starts the next epoch.
        #[serde(default)]
        new_epoch: bool,
    }

    /// What a case on hold waits for.
    HoldReason {
        /// The delay to answer does not run meanwhile; never so for restricted cases.
        #[serde(default)]
        stops_clock: bool,
    }

    /// Why a case was closed.
    Closure {
        /// The person expressed satisfaction.
        loop_closed: bool,
        /// Not counted among the cases.
        #[serde(default)]
        excluded_from_kpi: bool,
    }

    /// A state of a referral.
    ReferralStatus {
        /// Nobody needs to be reminded any more that it has not arrived.
        #[serde(default)]
        stops_escalation: bool,
    }

    /// What a person said of an answer.
    Satisfaction {
        /// What `--satisfied` calls it.
        answer: String,
    }

    /// Something a person is asked to consent to.
    ConsentPurpose {
        /// Its place in the spoken script; the others are asked when they are needed.
        #[serde(default)]
        tick: Option<u32>,
    }

    /// A band of ages.
    AgeGroup {
        /// Youngest, years. Without bounds: not recorded.
        #[serde(default)]
        min: Option<u32>,
        /// Oldest, years.
        #[serde(default)]
        max: Option<u32>,
    }

    /// An answer to one of the disability questions.
    DisabilityAnswer {
        /// 1 (no difficulty) to 4 (cannot do at all).
        value: u8,
    }

    /// A training module.
    Training {
        /// No live data before it is done and signed.
        gate: bool,
        /// Months until it has to be repeated.
        valid_months: u32,
    }

    /// What a case is classified with. Delays not given in the file are those of the sensitivity.
    SubCategory {
        /// The main category it belongs to.
        category: String,
        /// Priority unless someone says it is urgent.
        priority: String,
        /// The least sensitivity of a case in it.
        sensitivity: Level,
        /// The role that acts on it. For a restricted one: one of those its audience takes members from.
        refer_to: String,
        /// Roles that are told of it beside, chosen as `refer_to` is.
        watchers: Vec<String>,
        /// Who can read it; given exactly for the restricted ones.
        audience: Option<String>,
        /// Hours from receipt until it is referred.
        refer_within_h: u32,
        /// Hours from sending until the target accepts.
        accept_within_h: u32,
        /// Hours from receipt until the person is answered.
        respond_within_h: u32,
        /// May be answered at once, from the questions and answers.
        first_contact: bool,
        /// Not counted among the cases.
        excluded_from_kpi: bool,
    }
}

/// What a record is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptAs {
    /// A case.
    #[default]
    Case,
    /// A call that led to no case: missed, a wrong number, nobody spoke.
    Call,
    /// A box that was opened, a desk, an event, a group that was heard: cases belong to it.
    Session,
}

/// Where free text and identity of a case go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The site and those it is assigned to.
    Personal,
    /// A named audience.
    Sensitive,
}

/// What a channel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Speech at a distance.
    Voice,
    /// Typed messages.
    Text,
    /// Face to face.
    InPerson,
    /// On paper: read by someone else than who wrote it, later.
    Written,
    /// Another system.
    System,
}

/// The disability questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Disability {
    /// The name of the instrument, such as `WG-SS`.
    pub instrument: String,
    /// The least answer that counts as a disability.
    pub cutoff: String,
    /// Its value, 1 to 4.
    pub cutoff_value: u8,
    /// The six questions, in the order answers are stored.
    pub domains: [String; 6],
    /// When to ask them, in words.
    pub ask_when: String,
}
