//! Who is complained about, and so must not see a restricted case: asked of the person at the terminal, name by name,
//! before anything is sealed.
//!
//! A name near a colleague's asks whether that is the one, and Enter sets them aside; several are chosen by number. A name
//! near nobody's is said to be so and noted, sealed, as who is complained about. Names of colleagues in what else was
//! written of the case are asked about in the same way.

use crdt_model::name;
use node::api::{Envelope, Request, Service};
use node::error::Failure;
use node::texts::Texts;
use serde_json::Value;

use crate::choice::{self, NO, UNKNOWN, YES, plain};
use crate::console::Console;
use crate::render::text::clean_line;
use crate::session::seal_options;
use crate::{ask, error};

/// Words by which people say that it is nobody, besides those for no.
const NOBODY: &[&str] =
    &["personne", "aucun", "aucune", "rien", "nobody", "none", "no one", "noone", "0", "pesonn", "nadie"];

/// Somebody who works here.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Colleague {
    name: String,
    site: Option<String>,
}

impl Colleague {
    /// `Rose (JER)`.
    fn shown(&self) -> String {
        let name = clean_line(&self.name);
        self.site.as_ref().map_or_else(|| name.clone(), |site| format!("{name} ({})", clean_line(site)))
    }
}

/// Whom the node takes words to mean.
struct Meant {
    near: Vec<Colleague>,
    roles: Vec<String>,
    in_texts: Vec<Colleague>,
    /// The others are known by name: this machine has met them.
    met: bool,
}

/// One interview on who is complained about.
struct Interview<'a> {
    service: &'a dyn Service,
    envelope: &'a Envelope,
    texts: &'a Texts,
    console: &'a mut dyn Console,
    /// What is told with the next question.
    notice: Vec<String>,
    recuse: Vec<String>,
    accused: Vec<String>,
    not_them: Vec<String>,
}

/// Asks who is complained about, and fills in the request.
///
/// # Errors
///
/// `safety_unanswered` at the end of input; what the node and the terminal fail with.
pub(crate) fn ask(
    service: &dyn Service,
    envelope: &mut Envelope,
    refused: Option<&Failure>,
    texts: &Texts,
    console: &mut dyn Console,
) -> Result<(), Failure> {
    let mut interview = Interview::new(service, envelope, texts, console);
    if let Some(failure) = refused {
        interview.notice.push(error::report(failure, texts, false, false).trim_end().to_owned());
    }
    match said(&envelope.request) {
        Some(said) => interview.part(&said)?,
        None => interview.who()?,
    }
    while !interview.accused.is_empty() && interview.another()? {}
    interview.texts_too()?;
    let answers = interview.answers();
    fill(&mut envelope.request, answers);
    Ok(())
}

/// Looks at what was said on the command line or in a record of who is complained about, where recusals were said too.
///
/// # Errors
///
/// As [`ask`].
pub(crate) fn check(
    service: &dyn Service,
    envelope: &mut Envelope,
    texts: &Texts,
    console: &mut dyn Console,
) -> Result<(), Failure> {
    let mut interview = Interview::new(service, envelope, texts, console);
    if let Some(said) = said(&envelope.request) {
        interview.part(&said)?;
    }
    interview.texts_too()?;
    let answers = interview.answers();
    fill(&mut envelope.request, answers);
    Ok(())
}

/// What an interview found.
struct Answers {
    recuse: Vec<String>,
    accused: Vec<String>,
    not_them: Vec<String>,
}

impl<'a> Interview<'a> {
    fn new(service: &'a dyn Service, envelope: &'a Envelope, texts: &'a Texts, console: &'a mut dyn Console) -> Self {
        let mut request = envelope.request.clone();
        let seal = seal_options(&mut request);
        let (recuse, not_them) =
            seal.map(|seal| (seal.recuse.take(), std::mem::take(&mut seal.not_them))).unwrap_or_default();
        let recuse = recuse.unwrap_or_default();
        Self { service, envelope, texts, console, notice: Vec::new(), recuse, accused: Vec::new(), not_them }
    }

    fn answers(self) -> Answers {
        Answers { recuse: self.recuse, accused: self.accused, not_them: self.not_them }
    }

    /// A question after what is to be told with it.
    fn question(&mut self, question: &str) -> String {
        let mut lines = std::mem::take(&mut self.notice);
        lines.push(ask::in_question(self.texts, question));
        lines.join("\n")
    }

    /// The first question: it has no default.
    fn who(&mut self) -> Result<(), Failure> {
        let mut asked = self.texts.get("ask-accused-who").into_owned();
        loop {
            let question = self.question(&asked);
            let typed = choice::line(self.console, self.texts, &question)?;
            let answer = plain(&typed);
            if is_nobody(&answer) {
                return Ok(());
            }
            if says(&answer, YES) {
                asked = self.texts.get("ask-accused-name").into_owned();
            } else if !answer.is_empty() {
                return self.parts(&typed);
            }
        }
    }

    /// Whether there was one more.
    fn another(&mut self) -> Result<bool, Failure> {
        let asked = self.texts.get("ask-accused-else");
        loop {
            let question = self.question(&asked);
            let typed = choice::line(self.console, self.texts, &question)?;
            let answer = plain(&typed);
            if answer.is_empty() || is_nobody(&answer) {
                return Ok(false);
            }
            if !says(&answer, YES) {
                return self.parts(&typed).map(|()| true);
            }
        }
    }

    fn parts(&mut self, typed: &str) -> Result<(), Failure> {
        for part in typed.split([',', ';']).map(str::trim).filter(|part| !plain(part).is_empty()) {
            self.part(part)?;
        }
        Ok(())
    }

    /// One answer, or what was said on the command line: noted, and whoever it may mean is set aside if that is so.
    fn part(&mut self, said: &str) -> Result<(), Failure> {
        let meant = self.meant(said)?;
        if self.accused.iter().all(|noted| noted != said) {
            self.accused.push(said.to_owned());
        }
        for role in &meant.roles {
            let shown = self.texts.with("accused-role", &[("role", clean_line(role).into())]);
            self.notice.push(shown);
            self.set_aside(role);
        }
        let near = self.undecided(meant.near.clone());
        if !near.is_empty() {
            for other in self.pick(&near, "ask-accused-near", "ask-accused-several", said)? {
                self.not_them.push(other.name);
            }
        } else if meant.roles.is_empty() && meant.near.is_empty() {
            let named = [("name", clean_line(said).into())];
            match meant.met {
                true => self.notice.push(self.texts.with("accused-stranger", &named)),
                false => self.role_of(said)?,
            }
        }
        Ok(())
    }

    /// Before the first sync the others are not known by name: their role is asked for.
    fn role_of(&mut self, said: &str) -> Result<(), Failure> {
        let asked = self.texts.with("ask-accused-unmet", &[("name", clean_line(said).into())]);
        loop {
            let question = self.question(&asked);
            let typed = choice::line(self.console, self.texts, &question)?;
            let answer = plain(&typed);
            if is_nobody(&answer) {
                return Ok(());
            }
            if answer.is_empty() {
                continue;
            }
            let roles = self.meant(typed.trim())?.roles;
            if roles.is_empty() {
                self.notice.push(self.texts.get("ui-not-understood").into_owned());
                continue;
            }
            roles.iter().for_each(|role| self.set_aside(role));
            return Ok(());
        }
    }

    /// Colleagues whom the other texts of the case name.
    fn texts_too(&mut self) -> Result<(), Failure> {
        let named = self.meant("")?.in_texts;
        let named = self.undecided(named);
        if !named.is_empty() {
            self.pick(&named, "ask-text-names", "ask-text-names-several", "")?;
        }
        Ok(())
    }

    /// Which of these are meant: they are set aside. Gives those who are not. Enter means all of them.
    fn pick(&mut self, near: &[Colleague], one: &str, several: &str, said: &str) -> Result<Vec<Colleague>, Failure> {
        if let [only] = near {
            let asked = self.texts.with(one, &[("name", only.shown().into()), ("said", clean_line(said).into())]);
            let question = self.question(&asked);
            if choice::yes(self.console, self.texts, &question, Some(true))? {
                self.set_aside(&only.name);
                return Ok(Vec::new());
            }
            return Ok(vec![only.clone()]);
        }
        for (n, colleague) in (1..).zip(near) {
            self.notice.push(format!("{n:>4}  {}", colleague.shown()));
        }
        let list = std::mem::take(&mut self.notice).join("\n");
        let asked = self.texts.with(several, &[("said", clean_line(said).into())]);
        let question = format!("{list}\n{}", self.question(&asked));
        let parse = |answer: &str| numbers(answer, near.len());
        let chosen = choice::until(self.console, self.texts, &question, &parse, Some((0..near.len()).collect()))?;
        chosen.iter().for_each(|at| self.set_aside(&near[*at].name));
        let others = near.iter().enumerate().filter(|(at, _)| !chosen.contains(at));
        Ok(others.map(|(_, colleague)| colleague.clone()).collect())
    }

    fn set_aside(&mut self, who: &str) {
        if self.recuse.iter().all(|held| !name::same(held, who)) {
            self.recuse.push(who.to_owned());
        }
    }

    /// Those about whom nothing was said yet.
    fn undecided(&self, mut near: Vec<Colleague>) -> Vec<Colleague> {
        let said = |one: &Colleague| self.recuse.iter().chain(&self.not_them).any(|held| name::same(held, &one.name));
        near.retain(|one| !said(one));
        near
    }

    fn meant(&self, said: &str) -> Result<Meant, Failure> {
        let of = Box::new(self.envelope.request.clone());
        let request = Request::WhoIsMeant { said: said.into(), of };
        let told = self.service.handle(Envelope { request, ..self.envelope.clone() }, &mut |_| {})?;
        let texts = |list: &Value| -> Vec<String> {
            list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let people = |list: &Value| -> Vec<Colleague> {
            let one = |row: &Value| Colleague {
                name: row["name"].as_str().unwrap_or_default().to_owned(),
                site: row["site"].as_str().map(str::to_owned),
            };
            list.as_array().into_iter().flatten().map(one).collect()
        };
        Ok(Meant {
            near: people(&told["near"]),
            roles: texts(&told["roles"]),
            in_texts: people(&told["in_texts"]),
            met: told["met"] != false,
        })
    }
}

/// Whether an answer says that it is nobody who works here, or that this is not known.
fn is_nobody(answer: &str) -> bool {
    [NO, NOBODY, UNKNOWN].into_iter().any(|words| says(answer, words))
}

/// Whether an answer is one of these words.
fn says(answer: &str, words: &[&str]) -> bool {
    words.iter().any(|word| name::folded(word) == answer)
}

/// The numbers of a list that an answer names, from 0; none for `0` and for words that say nobody.
fn numbers(answer: &str, n: usize) -> Option<Vec<usize>> {
    let answer = plain(answer);
    if says(&answer, NO) || says(&answer, NOBODY) {
        return Some(Vec::new());
    }
    let parts = answer.split([',', ';', ' ']).filter(|part| !part.is_empty());
    let one = |part: &str| part.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < n);
    let mut all: Vec<usize> = parts.map(one).collect::<Option<_>>()?;
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// What was said already of who is complained about.
fn said(request: &Request) -> Option<String> {
    let said = match request {
        Request::CaseNew { case, .. } => case.accused.clone(),
        other => seal_options(&mut other.clone()).and_then(|seal| seal.accused.take()),
    };
    said.map(|words| words.0).filter(|words| !words.trim().is_empty())
}

/// Lays the answers into the request: recusals, and names as they were typed, sealed with the rest.
fn fill(request: &mut Request, answers: Answers) {
    let Answers { recuse, accused, not_them } = answers;
    if let Some(seal) = seal_options(request) {
        seal.recuse = Some(recuse);
        seal.not_them = not_them;
    }
    let words = (!accused.is_empty()).then(|| accused.join(", ").into());
    match request {
        Request::CaseNew { case, .. } => case.accused = words,
        other => {
            if let Some(seal) = seal_options(other) {
                seal.accused = words;
            }
        }
    }
}
