//! The one table of commands. A request whose command is not here is refused with `not_built`, and the command is hidden.

use crdt_model::edit::Edit;

/// What a command does to what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Leaves everything as it is.
    Reads,
    /// Writes what carries a time, or what is judged by one.
    Dates,
    /// Writes what carries no time.
    Timeless,
}

/// A command, as typed.
struct Command {
    name: &'static str,
    effect: Effect,
}

const fn reads(name: &'static str) -> Command {
    Command { name, effect: Effect::Reads }
}

const fn dates(name: &'static str) -> Command {
    Command { name, effect: Effect::Dates }
}

const fn timeless(name: &'static str) -> Command {
    Command { name, effect: Effect::Timeless }
}

/// Those that are no act on a case: acts are [`Edit::COMMANDS`], and write what carries a time.
const COMMANDS: &[Command] = &[
    dates("init"),
    dates("site add"),
    dates("site set"),
    reads("routing show"),
    dates("routing set"),
    dates("routing import"),
    reads("site list"),
    dates("invite"),
    dates("join"),
    reads("member list"),
    dates("member confirm"),
    dates("member away"),
    dates("member set"),
    reads("audience list"),
    dates("case new"),
    reads("case list"),
    reads("find"),
    dates("call start"),
    dates("call end"),
    reads("call list"),
    dates("shift start"),
    dates("shift end"),
    dates("session open"),
    reads("session show"),
    dates("session close"),
    reads("session list"),
    dates("slips print"),
    dates("intake sms"),
    dates("reference load"),
    timeless("reference drop"),
    reads("reference list"),
    reads("reference find"),
    reads("services"),
    dates("services load"),
    reads("case show"),
    reads("case history"),
    reads("case conflicts"),
    dates("case seal"),
    dates("case raise"),
    dates("case lower"),
    dates("case erase"),
    dates("case move"),
    dates("case link"),
    dates("case merge"),
    dates("case unmerge"),
    reads("case duplicates"),
    reads("words show"),
    dates("words add"),
    dates("words remove"),
    dates("case withdraw"),
    reads("outbox"),
    reads("todo"),
    dates("case incident close"),
    dates("batch out"),
    dates("batch in"),
    reads("batch calls"),
    reads("batch list"),
    reads("verify"),
    reads("fingerprint"),
    reads("digest"),
    reads("status"),
    reads("doctor"),
    reads("support-file"),
    timeless("sync"),
    dates("carry"),
    dates("bundle export"),
    dates("bundle import"),
    reads("bundle inspect"),
    dates("import"),
    reads("clock show"),
    timeless("clock set"),
    timeless("clock accept"),
    reads("taxonomy show"),
    dates("taxonomy add"),
    dates("taxonomy set"),
    dates("taxonomy import"),
    reads("taxonomy export"),
    timeless("lock"),
    timeless("unlock"),
    timeless("passphrase change"),
    timeless("wipe"),
];

/// Names of the commands that work in this version.
pub fn commands() -> impl Iterator<Item = &'static str> + Clone {
    COMMANDS.iter().map(|command| command.name).chain(Edit::COMMANDS.iter().copied())
}

/// True when this version answers the command of this name: what its place in the help depends on.
pub fn implemented(name: &str) -> bool {
    commands().any(|known| known == name)
}

/// What a command does. An act dates what it writes; one that is not built does nothing, and is taken for one that writes.
pub(crate) fn effect_of(name: &str) -> Effect {
    COMMANDS.iter().find(|command| command.name == name).map_or(Effect::Dates, |command| command.effect)
}
