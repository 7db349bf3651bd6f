//! Setting fields, and settling what two people set at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::facts::{FactKind, MoveFact, RaiseFact};
use crate::case::schema::{self, Field, Merge, Setting};
use crate::case::status::Status;
use crate::case::{Codes, Shape, sensitivity};
use crate::edit::EditRefusal;
use crate::edit::act::Act;
use crate::edit::draft::{is_blank, known, named, parse};
use crate::layer::{LayerOp, Value};
use crate::name;
use crate::values::{EntryId, Level, Words};
use crate::view::Shown;

impl Act<'_> {
    pub(super) fn number(&mut self, reference: &str) -> Result<(), EditRefusal> {
        let field = known("ref");
        self.must_read(field)?;
        if *self.view.shown(field.name) != Shown::Absent {
            return Err(EditRefusal::Fixed { field: field.name });
        }
        let value = parse(field, reference, self.ctx.codes)?;
        self.draft.put(field, value)
    }

    pub(super) fn set(&mut self, values: &[(String, Words)]) -> Result<(), EditRefusal> {
        let mut done: BTreeSet<&'static str> = BTreeSet::new();
        let mut raise_to: Option<Level> = None;
        for (name, text) in values {
            let field = settable(name)?;
            if !done.insert(field.name) {
                return Err(EditRefusal::BadValue { field: field.name, expected: "one value" });
            }
            self.must_read(field)?;
            match field.merge {
                Merge::Set => raise_to = raise_to.max(self.set_elements(field, &text.0)?),
                _ => raise_to = raise_to.max(self.set_register(field, &text.0)?),
            }
        }
        for (told, derived) in DERIVED {
            if done.contains(told) && !done.contains(derived) {
                self.derive(known(told))?;
            }
        }
        raise_to.map_or(Ok(()), |level| self.raise_for_category(level, true))
    }

    /// Writes what follows from an answer that this act gives: the band of an age, the summary of six answers. An answer
    /// taken back leaves what followed from it: it may have been told as well.
    fn derive(&mut self, told: &'static Field) -> Result<(), EditRefusal> {
        let layer = schema::place_of(told, self.layers.restricted());
        let put = self.draft.so_far().layer(layer).iter().find_map(|op| match op {
            LayerOp::Put { key, value } if key == told.name => Some(value.clone()),
            _ => None,
        });
        // an answer that is there already is no less told: what follows from it may not be there yet
        let held = || self.layers.layer(layer).and_then(|layer| layer.get(told.name)?.first().map(|c| c.value.clone()));
        let cleared = self.draft.so_far().touches(layer, told.name) && put.is_none();
        let Some(value) = put.or_else(|| held().filter(|_| !cleared)) else { return Ok(()) };
        let Some((derived, code)) = follows(told.name, &value, self.ctx.codes) else { return Ok(()) };
        let value = parse(derived, &code, self.ctx.codes)?;
        if self.holds_alone(derived, &value) { Ok(()) } else { self.draft.put(derived, value) }
    }

    /// Sets one register, or empties it; gives the protection a new category asks for.
    pub(super) fn set_register(&mut self, field: &'static Field, text: &str) -> Result<Option<Level>, EditRefusal> {
        if is_blank(text) {
            match (field.setting, self.view.shown(field.name)) {
                (Setting::Required, _) => return Err(EditRefusal::Required { field: field.name }),
                (_, Shown::Absent) => return Err(EditRefusal::NothingToClear { field: field.name }),
                _ => self.draft.clear(field),
            }
            return Ok(None);
        }
        let value = parse(field, text, self.ctx.codes)?;
        if self.holds_alone(field, &value) {
            return Ok(None);
        }
        self.draft.put(field, value)?;
        self.protection(field, text.trim())
    }

    /// Whether the register holds this value and no rival: writing it again would say nothing.
    pub(super) fn holds_alone(&self, field: &'static Field, value: &Value) -> bool {
        let layer = schema::place_of(field, self.layers.restricted());
        let cells = self.layers.layer(layer).and_then(|layer| layer.get(field.name));
        cells.is_some_and(|cells| !cells.is_empty() && cells.iter().all(|cell| cell.value == *value))
    }

    fn set_elements(&mut self, field: &'static Field, text: &str) -> Result<Option<Level>, EditRefusal> {
        let schema::Kind::Element(_, table) = field.kind else {
            return Err(EditRefusal::BadValue { field: field.name, expected: "a list" });
        };
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        for told in text.split(',').filter(|told| !is_blank(told)) {
            // a code is one code, a name the same in whatever case
            let element = if table.is_some() { told.trim().to_owned() } else { named(field.name, told)? };
            let compared = if table.is_some() { element.clone() } else { name::folded(&element) };
            wanted.entry(compared).or_insert(element);
        }
        let compared = |held: &String| if table.is_some() { held.clone() } else { name::folded(held) };
        let held: Vec<(String, String)> =
            self.view.list(field.name).iter().map(|held| (compared(held), held.clone())).collect();
        let mut level = None;
        for element in wanted.iter().filter(|(key, _)| !held.iter().any(|(held, _)| held == *key)).map(|(_, told)| told)
        {
            if let Some(table) = table
                && !self.ctx.codes.knows(table, element)
            {
                return Err(EditRefusal::UnknownCode { field: field.name, table });
            }
            self.draft.element(field, element, true)?;
            level = level.max(self.protection(field, element)?);
        }
        for (_, element) in held.iter().filter(|(key, _)| !wanted.contains_key(key)) {
            self.draft.element(field, element, false)?;
        }
        Ok(level)
    }

    /// The protection that `code` asks for, if `field` holds categories.
    fn protection(&self, field: &'static Field, code: &str) -> Result<Option<Level>, EditRefusal> {
        if !matches!(field.name, "category" | "other_categories") {
            return Ok(None);
        }
        let unknown = EditRefusal::UnknownCode { field: field.name, table: "category" };
        self.ctx.codes.category(code).map(|facts| Some(facts.sensitivity)).ok_or(unknown)
    }

    /// Raises to what a category asks for. A category just chosen says so even where that much is in force: someone may be
    /// lowering it at this moment.
    pub(super) fn raise_for_category(&mut self, level: Level, chosen: bool) -> Result<(), EditRefusal> {
        let in_force = sensitivity::effective(&self.view.facts.codes.raises, &self.view.facts.codes.lowers);
        let said = in_force.is_some_and(|in_force| in_force >= level);
        if said && (!chosen || level == Level::S0) {
            return Ok(());
        }
        if level.restricted() && self.view.shape == Shape::Ordinary {
            return Err(EditRefusal::NeedsSealing { level });
        }
        let id = self.draft.id();
        self.draft.fact(FactKind::Raise, id, &RaiseFact { level })
    }

    pub(super) fn settle(&mut self, name: &str, pick: usize) -> Result<(), EditRefusal> {
        self.work()?;
        let Some(conflict) = self.view.conflict(alias(name)) else {
            return Err(EditRefusal::NoConflict { field: name.to_owned() });
        };
        let choices = conflict.values.len();
        let chosen = pick.checked_sub(1).filter(|at| *at < choices).ok_or(EditRefusal::NoSuchPick { choices })?;
        if conflict.field == "closure" {
            return self.settle_closure(chosen);
        }
        if conflict.field == "links" {
            return Err(EditRefusal::ByVerb { field: "links", verb: "unmerge" });
        }
        let field = schema::field(conflict.field).ok_or(EditRefusal::NoConflict { field: name.to_owned() })?;
        let layer = schema::place_of(field, self.layers.restricted());
        let cells = self.layers.layer(layer).and_then(|layer| layer.get(field.name));
        let rivals = cells.map(|cells| crate::view::rivals(cells)).unwrap_or_default();
        let (value, entry) = rivals
            .get(chosen)
            .map(|cell| (cell.value.clone(), cell.stamp.entry))
            .ok_or(EditRefusal::NoSuchPick { choices })?;
        self.draft.put(field, value)?;
        match self.said_with(field, entry) {
            Some((beside, value)) if self.holds_alone(beside, &value) => Ok(()),
            Some((beside, value)) => self.draft.put(beside, value),
            None => self.derive(field),
        }
    }

    /// What the same act said of what follows from `told`: that stands, also where another picks the answer.
    fn said_with(&self, told: &'static Field, entry: EntryId) -> Option<(&'static Field, Value)> {
        let (_, derived) = DERIVED.into_iter().find(|(name, _)| *name == told.name)?;
        let beside = known(derived);
        let layer = self.layers.layer(schema::place_of(beside, self.layers.restricted()))?;
        let cell = layer.get(beside.name)?.iter().find(|cell| cell.stamp.entry == entry)?;
        Some((beside, cell.value.clone()))
    }

    fn settle_closure(&mut self, chosen: usize) -> Result<(), EditRefusal> {
        let standing = &self.work()?.standing;
        let choices = standing.closures.len();
        let fact = standing.closures.get(chosen).and_then(|id| self.view.facts.codes.moves.get(id));
        let reason = fact.and_then(|dated| dated.fact.reason.clone()).ok_or(EditRefusal::NoSuchPick { choices })?;
        let (epoch, seen) = (standing.epoch, self.moves_seen());
        let id = self.draft.id();
        self.draft.fact(FactKind::Move, id, &MoveFact { to: Status::Closed, epoch, seen, reason: Some(reason) })
    }
}

/// Answers, and what follows from each: written wherever the answer comes in, unless the same act says otherwise.
const DERIVED: [(&str, &str); 2] = [("age", "age_group"), ("disability_answers", "disability")];

/// What follows from the value of a field.
fn follows(told: &str, value: &Value, codes: &dyn Codes) -> Option<(&'static Field, String)> {
    match (told, value) {
        ("age", Value::Int(years)) => Some((known("age_group"), codes.age_group(u32::try_from(*years).ok()?)?)),
        ("disability_answers", Value::Text(digits)) => {
            let answers: Vec<u8> = digits.bytes().map(|digit| digit.wrapping_sub(b'0')).collect();
            Some((known("disability"), codes.disability(answers.try_into().ok()?)?))
        }
        _ => None,
    }
}

/// Lists say `site` where the case says `handling_site`.
fn alias(name: &str) -> &str {
    if name == "site" { "handling_site" } else { name }
}

fn settable(name: &str) -> Result<&'static Field, EditRefusal> {
    let Some(field) = schema::field(alias(name)) else {
        let verb = crate::edit::verbs::verb_of_derived(name);
        return Err(match verb {
            Some((field, verb)) => EditRefusal::ByVerb { field, verb },
            None => EditRefusal::UnknownField { field: name.chars().take(64).collect(), near: schema::near(name) },
        });
    };
    match field.setting {
        Setting::Free | Setting::Required => Ok(field),
        Setting::Never => Err(EditRefusal::Fixed { field: field.name }),
        Setting::Verb(verb) => Err(EditRefusal::ByVerb { field: field.name, verb }),
    }
}
