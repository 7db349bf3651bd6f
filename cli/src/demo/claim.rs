//! What the story promises, each by its name, and what happens to a promise that does not hold.

use clap::ValueEnum;
use node::error::Failure;
use node::texts::TextArg;
use serde_json::{Map, Value};

/// One thing the story says and has checked before it says it. `--sabotage` breaks the world, never the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Claim {
    /// The file becomes exactly the cases its description says. Broken by a line less in the file.
    Import,
    /// The same file again creates nothing. Broken by a record with a new id.
    ImportAgain,
    /// Edits made apart are all there; a field written twice is a visible conflict. Broken by not being apart.
    BothEdits,
    /// A conflict settled once is settled everywhere. Broken by someone who writes the field meanwhile.
    Settled,
    /// At the sub-office nobody reads the allegation, and no disk there holds its words. Broken by a PSEA focal point
    /// at the sub-office.
    OfficeCannot,
    /// The PSEA focal point reads it. Broken by never confirming her.
    FocalCan,
    /// A loop is closed by an answer and a satisfied person, by nothing less. Broken by a person who is not satisfied.
    Loop,
    /// The last change travels as a file, both ways, with the network cut. Broken by a byte altered on the stick.
    Bundle,
    /// All nodes hold the same entries. Broken by a case after the last sync.
    SameEntries,
    /// Two members of the same rights read the same on two machines. Broken by a lesser role.
    SameDigest,
    /// A sync without news is one short round trip. Broken by news.
    Quiet,
    /// Every signature, chain and hash is right on every node. Broken by altered bytes on a disk.
    Verified,
    /// Nothing is left. Broken by a node that goes on running.
    Clean,
}

impl Claim {
    /// Its name on the command line and in JSON.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The text that says it holds.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Import => "demo-import",
            Self::ImportAgain => "demo-import-again",
            Self::BothEdits => "demo-both-edits",
            Self::Settled => "demo-settled",
            Self::OfficeCannot => "demo-office-cannot",
            Self::FocalCan => "demo-focal-can",
            Self::Loop => "demo-loop",
            Self::Bundle => "demo-bundle",
            Self::SameEntries => "demo-same-entries",
            Self::SameDigest => "demo-same-digest",
            Self::Quiet => "demo-quiet",
            Self::Verified => "demo-verified",
            Self::Clean => "demo-clean",
        }
    }
}

/// The facts a claim was seen to hold by: counts, codes and references, never words.
#[derive(Debug, Default)]
pub(super) struct Held(pub(super) Vec<(&'static str, Value)>);

impl Held {
    /// As the JSON of the claim shows them.
    pub(super) fn facts(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// As its text names them.
    pub(super) fn args(&self) -> Vec<TextArg<'static>> {
        let arg = |(name, value): &(&'static str, Value)| match (value.as_i64(), value.as_str()) {
            (Some(number), _) => (*name, number.into()),
            (_, Some(text)) => (*name, text.to_owned().into()),
            _ => (*name, value.to_string().into()),
        };
        self.0.iter().map(arg).collect()
    }
}

/// Why the story cannot go on.
#[derive(Debug)]
pub(super) enum Broken {
    /// Something is not as it should be: counts and codes, never words.
    Unmet(String),
    /// A command failed, or did not end in time.
    Command {
        /// Its first words.
        command: String,
        /// Its error's code, or how it ended.
        code: String,
        /// Its error's message.
        message: String,
    },
    /// We were told to stop.
    Interrupted,
    /// This process itself could not do something.
    Here(Failure),
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Here(failure)
    }
}

impl Broken {
    /// The failure of a claim.
    pub(super) fn of_claim(self, claim: Claim) -> Failure {
        match self {
            Self::Interrupted => Failure::new("demo_interrupted"),
            other => Failure::new("demo_failed").arg("claim", claim.name()).arg("why", other.why()),
        }
    }

    /// The failure of a step that no claim rests on.
    pub(super) fn of_step(self) -> Failure {
        match self {
            Self::Interrupted => Failure::new("demo_interrupted"),
            Self::Here(failure) => failure,
            other => Failure::new("demo_stopped").arg("why", other.why()),
        }
    }

    fn why(&self) -> String {
        match self {
            Self::Unmet(why) => why.clone(),
            Self::Command { command, code, message } => format!("boucle {command}: {code}: {message}"),
            Self::Interrupted => "interrupted".to_owned(),
            Self::Here(failure) => failure.to_string(),
        }
    }
}

/// Goes on if `found` is `expected`; otherwise says both.
pub(super) fn same<T: PartialEq + std::fmt::Display>(name: &str, found: T, expected: T) -> Result<(), Broken> {
    if found == expected { Ok(()) } else { Err(Broken::Unmet(format!("{name}: {found} ≠ {expected}"))) }
}

/// Goes on if it holds; otherwise says what does not.
pub(super) fn holds(what: &str, holds: bool) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::Unmet(what.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        let names: Vec<String> = Claim::value_variants().iter().map(|claim| claim.name()).collect();
        let expected = "import import-again both-edits settled office-cannot focal-can loop bundle same-entries \
                        same-digest quiet verified clean";
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn a_broken_claim_names_itself_and_what_is_not_so() {
        let broken = same("created", 30, 31).expect_err("they differ");
        let failure = broken.of_claim(Claim::Import);
        assert_eq!(failure.code, "demo_failed");
        assert_eq!(failure.args, vec![("claim", "import".to_owned()), ("why", "created: 30 ≠ 31".to_owned())]);
    }

    #[test]
    fn who_is_told_to_stop_breaks_no_claim() {
        assert_eq!(Broken::Interrupted.of_claim(Claim::Loop).code, "demo_interrupted");
        assert_eq!(Broken::Interrupted.of_step().code, "demo_interrupted");
    }
}
