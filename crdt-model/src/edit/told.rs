//! What a new case is told of one field, whatever its type.

use crate::case::Codes;
use crate::case::schema::{FIELDS, Field, Identity, Kind, Merge, NewCase};
use crate::cbor;
use crate::edit::EditRefusal;
use crate::edit::draft::{is_blank, known, listed, parse};
use crate::layer::Value;
use crate::taxonomy::Taxonomy;
use crate::values::{Moment, Words};

/// What was said of one field of a new case; or nothing.
pub trait Told {
    /// The codes or words that were said.
    fn texts(&self) -> Vec<&str>;

    /// What its register holds then. Blanks alone are nothing; a set has no register.
    ///
    /// # Errors
    ///
    /// What was said is not of the field's type, too long, or no code of the taxonomy in force.
    fn value(&self, field: &'static Field, codes: &dyn Codes) -> Result<Option<Value>, EditRefusal>;

    /// Takes it out. True if something was said.
    fn take_out(&mut self) -> bool;
}

/// One thing that can be said.
trait One {
    fn text(&self) -> Option<&str> {
        None
    }

    fn value(&self, field: &'static Field, codes: &dyn Codes) -> Result<Option<Value>, EditRefusal>;
}

impl One for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }

    fn value(&self, field: &'static Field, codes: &dyn Codes) -> Result<Option<Value>, EditRefusal> {
        if is_blank(self) { Ok(None) } else { parse(field, self, codes).map(Some) }
    }
}

impl One for Words {
    fn text(&self) -> Option<&str> {
        Some(&self.0)
    }

    fn value(&self, field: &'static Field, codes: &dyn Codes) -> Result<Option<Value>, EditRefusal> {
        One::value(&self.0, field, codes)
    }
}

/// Numbers, dates and answers have one form: the draft checks their bounds.
macro_rules! one {
    ($($type:ty: $value:expr),* $(,)?) => {$(
        impl One for $type {
            fn value(&self, _: &'static Field, _: &dyn Codes) -> Result<Option<Value>, EditRefusal> {
                let value: fn(&$type) -> Value = $value;
                Ok(Some(value(self)))
            }
        }
    )*};
}

one! {
    u32: |number| Value::Int(i64::from(*number)),
    bool: |value| Value::Bool(*value),
    Moment: |moment| Value::Bytes(cbor::encode(moment)),
    [u8; 6]: |answers| Value::Text(answers.iter().map(|answer| char::from(b'0'.saturating_add(*answer))).collect()),
}

impl<T: One> Told for Option<T> {
    fn texts(&self) -> Vec<&str> {
        self.iter().filter_map(One::text).collect()
    }

    fn value(&self, field: &'static Field, codes: &dyn Codes) -> Result<Option<Value>, EditRefusal> {
        self.as_ref().map_or(Ok(None), |one| one.value(field, codes))
    }

    fn take_out(&mut self) -> bool {
        self.take().is_some_and(|one| one.text() != Some(""))
    }
}

/// A code that every case has; until it is said, empty.
impl Told for String {
    fn texts(&self) -> Vec<&str> {
        if self.is_empty() { Vec::new() } else { vec![self] }
    }

    fn value(&self, field: &'static Field, codes: &dyn Codes) -> Result<Option<Value>, EditRefusal> {
        One::value(self, field, codes)
    }

    fn take_out(&mut self) -> bool {
        !std::mem::take(self).is_empty()
    }
}

impl Told for Vec<String> {
    fn texts(&self) -> Vec<&str> {
        self.iter().map(String::as_str).collect()
    }

    fn value(&self, _: &'static Field, _: &dyn Codes) -> Result<Option<Value>, EditRefusal> {
        Ok(None)
    }

    fn take_out(&mut self) -> bool {
        !std::mem::take(self).is_empty()
    }
}

/// Numbers of another system: neither codes nor words.
impl Told for Vec<(String, String)> {
    fn texts(&self) -> Vec<&str> {
        Vec::new()
    }

    fn value(&self, _: &'static Field, _: &dyn Codes) -> Result<Option<Value>, EditRefusal> {
        Ok(None)
    }

    fn take_out(&mut self) -> bool {
        !std::mem::take(self).is_empty()
    }
}

impl NewCase {
    /// Puts codes in the place of what was typed where the organisation keeps a table of its own.
    ///
    /// # Errors
    ///
    /// [`EditRefusal::NotListed`], [`EditRefusal::NotOffered`].
    pub fn put_codes(&mut self, codes: &dyn Codes) -> Result<(), EditRefusal> {
        let told = [
            ("project", &mut self.project),
            ("partner", &mut self.partner),
            ("spoken_language", &mut self.spoken_language),
            ("admin1", &mut self.admin1),
            ("admin2", &mut self.admin2),
            ("admin3", &mut self.admin3),
        ];
        for (name, told) in told {
            let Some(text) = told.as_mut().filter(|text| !is_blank(text)) else { continue };
            if let Kind::Listed(table) = known(name).kind {
                *text = listed(name, table, text.trim(), codes)?;
            }
        }
        Ok(())
    }

    /// Takes out who the person is: all of it where they refused to be `recorded`, else their name where they wish to stay
    /// unknown. What is written is never unwritten, so it is not written at all. Counts go by bands, which stay. Gives the
    /// fields taken out.
    pub fn redact_identity(&mut self, recorded: bool, taxonomy: &Taxonomy) -> Vec<&'static str> {
        let least = match (recorded, self.anonymous) {
            (false, _) => Identity::Person,
            (true, Some(true)) => Identity::Name,
            (true, _) => return Vec::new(),
        };
        if !recorded {
            let band = self.age.map(|years| taxonomy.age_group_for(years).to_owned());
            self.age_group = self.age_group.take().or(band);
            let summary = self.disability_answers.map(|answers| taxonomy.disability_summary(answers).to_owned());
            self.disability = self.disability.take().or(summary);
            self.anonymous = Some(true);
        }
        let of_person = |set: bool| {
            FIELDS.iter().filter(move |field| field.identity >= least && (field.merge == Merge::Set) == set)
        };
        // of a set: a card's or a household's number elsewhere
        let fields = of_person(false).chain(of_person(true)).map(|field| field.name);
        fields.filter(|name| self.part_mut(name).is_some_and(Told::take_out)).collect()
    }
}
