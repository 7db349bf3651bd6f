//! What the rooms above keep with a log or with one of its readers: caches, each under its own type, that may be thrown
//! away at any time. A reader's go with the reader's keys.

use std::any::{Any, TypeId};
use std::collections::HashMap;

/// At most one value of each type.
#[derive(Default)]
pub(crate) struct Attached(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Attached {
    /// The value of this type, made empty if there was none.
    ///
    /// # Panics
    ///
    /// Never: a value is filed under its own type.
    pub(crate) fn of<T: Any + Send + Sync + Default>(&mut self) -> &mut T {
        let kept = self.0.entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default());
        kept.downcast_mut().expect("it is filed under its own type")
    }

    /// The value of this type, if there is one.
    pub(crate) fn get<T: Any>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}
