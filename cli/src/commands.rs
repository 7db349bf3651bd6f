//! The commands: what each understands, and the request it becomes. One a file; the short verbs on a case together.

mod audience;
mod batch;
mod broadcast;
mod bundle;
mod call;
pub(crate) mod case;
pub(crate) mod clock;
pub(crate) mod demo;
mod find;
mod import;
mod init;
mod intake;
mod invite;
mod join;
mod member;
mod passphrase;
mod reference;
mod routing;
mod run;
mod service;
mod services;
mod session;
mod site;
mod slips;
mod support;
mod sync;
mod taxonomy;
mod todo;
mod words;

use clap::Subcommand;
use node::api::{Request, RunOptions};
use node::error::Failure;

use crate::ask::Asker;
use crate::service::Order;
use crate::slips::Printed;

/// For scripts and checks: they work, and stay out of the short help.
pub(crate) const NOT_IN_THE_SHORT_HELP: &[&str] = &["fingerprint", "digest"];

/// What a command line comes down to.
#[derive(Debug)]
pub(crate) enum Action {
    /// Ask the node, render the reply.
    Ask(Request),
    /// Be the node; the command that is run when more waits on somebody; whether it is for the time somebody is let in.
    Run(RunOptions, Option<String>, bool),
    /// Destroy keys and store, if that is meant.
    Wipe { yes: bool },
    /// Tell the whole story.
    Demo(demo::Demo),
    /// Ask the node and write the reply to a file.
    Write(Request, std::path::PathBuf),
    /// Start with the machine, or no more.
    Service(Order),
    /// Ask the node and print paper.
    Print(Request, Printed),
    /// Write a shell's completions.
    Completions(clap_complete::Shell),
    /// Write the manual pages into a folder.
    Man(std::path::PathBuf),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Commands {
    Init(init::Init),
    #[command(subcommand)]
    Site(site::Site),
    Invite(invite::Invite),
    Join(join::Join),
    #[command(subcommand)]
    Member(member::Member),
    #[command(subcommand)]
    Audience(audience::Audience),
    #[command(subcommand)]
    Case(Box<case::Case>),
    Find(find::Find),
    #[command(subcommand)]
    Call(call::Call),
    #[command(subcommand)]
    Shift(call::Shift),
    #[command(subcommand)]
    Session(session::Session),
    #[command(subcommand)]
    Slips(slips::Slips),
    Services(services::Services),
    #[command(subcommand)]
    Reference(reference::Reference),
    Outbox,
    Todo(todo::Todo),
    #[command(subcommand)]
    Routing(routing::Routing),
    #[command(subcommand)]
    Batch(batch::Batch),
    Broadcast(Box<broadcast::Broadcast>),
    Status,
    Run(run::Run),
    Sync(sync::Sync),
    Carry(bundle::Carry),
    #[command(subcommand)]
    Bundle(bundle::Bundle),
    Import(import::Import),
    #[command(subcommand)]
    Intake(intake::Intake),
    Verify,
    Fingerprint,
    Digest,
    #[command(subcommand)]
    Clock(clock::Clock),
    #[command(subcommand)]
    Taxonomy(taxonomy::Taxonomy),
    #[command(subcommand)]
    Words(words::Words),
    Lock,
    Unlock,
    #[command(subcommand)]
    Service(service::Service),
    #[command(subcommand)]
    Passphrase(passphrase::Passphrase),
    Wipe {
        #[arg(long)]
        yes: bool,
    },
    Demo(demo::Demo),
    Doctor(support::Doctor),
    SupportFile(support::SupportFile),
    Completions(support::Completions),
    Man(support::Man),
}

impl Commands {
    /// True when somebody who works here must be let in before it can be done: whoever asks them anything does that first.
    pub(crate) fn is_of_a_member(&self) -> bool {
        matches!(
            self,
            Self::Site(_)
                | Self::Invite(_)
                | Self::Member(_)
                | Self::Case(_)
                | Self::Words(_)
                | Self::Broadcast(_)
                | Self::Find(_)
                | Self::Call(_)
                | Self::Shift(_)
                | Self::Session(_)
        )
    }

    /// True when it makes a home as a rule, so that there is none to be asked about its clock.
    pub(crate) fn makes_home(&self) -> bool {
        matches!(self, Self::Init(_) | Self::Join(_))
    }

    /// Completes the command with answers from the terminal.
    ///
    /// # Errors
    ///
    /// What is missing or means nothing. What only the node can know is left to it.
    pub(crate) fn action(self, asker: &mut Asker<'_>) -> Result<Action, Failure> {
        let mut request = match self {
            Self::Init(init) => init.request(asker)?,
            Self::Site(site) => site.request(asker)?,
            Self::Invite(invite) => invite.request(asker)?,
            Self::Join(join) => join.request(asker)?,
            Self::Member(member) => member.request(asker)?,
            Self::Audience(audience) => audience.request(),
            Self::Case(case) => case.request(asker)?,
            Self::Import(import) => import.request()?,
            Self::Intake(intake) => intake.request(asker)?,
            Self::Sync(sync) => sync.request(),
            Self::Carry(carry) => carry.request()?,
            Self::Bundle(bundle) => bundle.request()?,
            Self::Clock(clock) => clock.request(asker)?,
            Self::Taxonomy(taxonomy) => taxonomy.request(asker)?,
            Self::Words(words) => words.request(asker.lang.clone().as_deref(), asker)?,
            Self::Find(find) => find.request(asker)?,
            Self::Call(call) => call.request(asker)?,
            Self::Shift(shift) => shift.request(),
            Self::Session(session) => session.request(asker)?,
            Self::Slips(slips) => return slips.action(),
            Self::Services(services) => services.request()?,
            Self::Reference(reference) => reference.request(asker)?,
            Self::Outbox => Request::Outbox,
            Self::Todo(todo) => todo.request(),
            Self::Routing(routing) => routing.request()?,
            Self::Batch(batch) => batch.request(asker)?,
            Self::Broadcast(broadcast) => broadcast.request(asker)?,
            Self::Status => Request::Status,
            Self::Verify => Request::Verify,
            Self::Fingerprint => Request::Fingerprint,
            Self::Digest => Request::Digest,
            Self::Lock => Request::Lock,
            Self::Unlock => Request::Unlock,
            Self::Doctor(doctor) => doctor.request(),
            Self::SupportFile(support) => match &support.file {
                Some(file) => return Ok(Action::Write(support.request(), file.clone())),
                None => support.request(),
            },
            Self::Completions(completions) => return Ok(Action::Completions(completions.shell)),
            Self::Man(man) => return Ok(Action::Man(man.folder)),
            Self::Service(service) => return Ok(Action::Service(service.order())),
            Self::Passphrase(passphrase) => passphrase.request()?,
            Self::Wipe { yes } => return Ok(Action::Wipe { yes }),
            Self::Run(run) => {
                let in_background = run.is_in_background();
                let (options, on_event) = run.options()?;
                return Ok(Action::Run(options, on_event, in_background));
            }
            Self::Demo(demo) => return Ok(Action::Demo(demo)),
        };
        asker.finish()?;
        crate::codes::put(&mut request, asker.texts)?;
        Ok(Action::Ask(request))
    }
}

/// An absolute path as text: the node may run in another folder.
///
/// # Errors
///
/// A path that is not UTF-8 or has no absolute form.
fn absolute(path: &std::path::Path) -> Result<String, Failure> {
    let whole = std::path::absolute(path).map_err(|error| Failure::io(node::error::IoOperation::Read, path, &error))?;
    let not_utf8 = |_| Failure::new("bad_value").arg("field", path.display()).arg("expected", "UTF-8");
    whole.into_os_string().into_string().map_err(not_utf8)
}

#[cfg(test)]
mod tests;
