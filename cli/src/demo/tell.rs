//! How the story is told: a few lines for people, or one JSON document.

use node::error::Failure;
use node::texts::{TextArg, Texts};
use serde_json::{Map, Value, json};

use super::checks::Checked;
use crate::render::{self, Paint};
use crate::session::{World, written};

/// Tells, and keeps what was claimed.
pub(super) struct Teller<'a, 'w> {
    texts: &'a Texts,
    world: &'a mut World<'w>,
    json: bool,
    tick: &'static str,
    claims: Vec<Value>,
    /// The cases by status, for the end.
    pub(super) counts: Value,
}

impl<'a, 'w> Teller<'a, 'w> {
    pub(super) fn new(json: bool, texts: &'a Texts, world: &'a mut World<'w>) -> Self {
        let tick = if world.out_terminal && is_utf8(world.env) { "✓" } else { "ok" };
        Self { texts, world, json, tick, claims: Vec::new(), counts: Value::Null }
    }

    /// A line for people.
    pub(super) fn say(&mut self, key: &str, args: &[TextArg<'_>]) -> Result<(), Failure> {
        let line = self.texts.with(key, args);
        self.line(&line)
    }

    fn line(&mut self, line: &str) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        written(writeln!(self.world.out, "{line}").and_then(|()| self.world.out.flush()))
    }

    /// Notes what became of a promise, and says it by its text if it holds.
    ///
    /// # Errors
    ///
    /// `demo_failed` if it does not, `demo_interrupted` if we were told to stop meanwhile.
    pub(super) fn claim(&mut self, text: &'static str, checked: Checked) -> Result<(), Failure> {
        let name = text.trim_start_matches("demo-");
        let mut told = Map::from_iter([("claim".to_owned(), name.into()), ("ok".to_owned(), checked.is_ok().into())]);
        match checked {
            Ok(facts) => {
                let args: Vec<_> = facts.iter().map(named).collect();
                told.extend(facts.into_iter().map(|(fact, value)| (fact.to_owned(), value)));
                self.claims.push(told.into());
                let line = format!("   {:>2} {}", self.tick, self.texts.with(text, &args));
                self.line(&line)
            }
            Err(failure) if failure.code == "demo_interrupted" => Err(failure),
            Err(failure) => {
                let why = failure.args.iter().find(|(arg, _)| failure.code == "demo_stopped" && *arg == "why");
                let why = why.map_or_else(|| failure.to_string(), |(_, why)| why.clone());
                told.insert("why".to_owned(), why.clone().into());
                self.claims.push(told.into());
                Err(Failure::new("demo_failed").arg("claim", name).arg("why", why))
            }
        }
    }

    /// The cases, by status.
    pub(super) fn say_counts(&mut self) -> Result<(), Failure> {
        self.say("demo-counts", &[])?;
        let table = render::human("case list", &self.counts, self.texts, Paint::PLAIN);
        table.lines().try_for_each(|line| self.line(&format!("      {line}")))
    }

    /// With `--json`: the document. `about` are its other fields.
    pub(super) fn finish(&mut self, about: Value) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let mut document = json!({"claims": self.claims, "counts": self.counts});
        if let (Value::Object(document), Value::Object(about)) = (&mut document, about) {
            document.extend(about);
        }
        let line = render::text::escape_json(&document.to_string());
        written(writeln!(self.world.out, "{line}").and_then(|()| self.world.out.flush()))
    }
}

/// A fact as a text names it.
fn named((name, value): &(&'static str, Value)) -> TextArg<'static> {
    match (value.as_i64(), value.as_str()) {
        (Some(number), _) => (*name, number.into()),
        (_, Some(text)) => (*name, text.to_owned().into()),
        _ => (*name, value.to_string().into()),
    }
}

/// The locale writes UTF-8, as the C library decides: the first variable that is set and not empty.
fn is_utf8(env: &dyn Fn(&str) -> Option<std::ffi::OsString>) -> bool {
    let set = |name: &&str| env(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).unwrap_or_default();
    let locale = locale.to_string_lossy().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_of_the_locale_that_says_something_decides() {
        let of = |pairs: &'static [(&str, &str)]| {
            is_utf8(&|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into()))
        };
        assert!(of(&[("LANG", "fr_FR.UTF-8")]) && of(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!of(&[("LC_ALL", "C"), ("LANG", "fr_FR.UTF-8")]) && !of(&[]));
    }
}
