//! Every row of every table as it lies there, for tests that say that nothing was written: not one transaction leaves the
//! rows as they were, since each counts itself and no sealed value is sealed the same twice.

use std::collections::{BTreeMap, BTreeSet};

use redb::{Key, ReadTransaction, ReadableTable, TableHandle, Value};

use super::kv::{MemberSpace, Space};
use super::tables::{self, Named};
use super::{Store, lack, staging};

/// The rows of one table.
fn rows_of<K: Key + 'static, V: Value + 'static>(txn: &ReadTransaction, table: Named<K, V>) -> Vec<String> {
    let open = txn.open_table(table.def()).expect("every table is made with the store");
    let rows = open.iter().expect("readable").map(|row| row.expect("readable"));
    rows.map(|(key, value)| format!("{:?} {:?}", key.value(), value.value())).collect()
}

impl Store {
    /// By table, its rows.
    pub(crate) fn rows(&self) -> BTreeMap<String, Vec<String>> {
        let snapshot = self.read().expect("readable");
        let txn = &snapshot.txn;
        let mut all = BTreeMap::new();
        macro_rules! add {
            ($($table:expr),* $(,)?) => {$(
                all.insert($table.name.to_owned(), rows_of(txn, $table));
            )*};
        }
        add!(tables::STATE, tables::SCOPES, tables::CHAINS, tables::ENTRIES, tables::ENTRY_IDS, tables::DOCS);
        add!(tables::DOC_LIST, tables::DOC_ENTRIES, tables::ARRIVALS, lack::GAPS, lack::WANTS);
        for shelf in staging::SHELVES {
            add!(shelf.items, shelf.index, shelf.totals);
        }
        for space in Space::ALL {
            add!(space.table());
        }
        for space in MemberSpace::ALL {
            add!(space.table());
        }
        let there = txn.list_tables().expect("readable").map(|table| table.name().to_owned());
        assert_eq!(all.keys().cloned().collect::<BTreeSet<_>>(), there.collect(), "a table is not looked at");
        all
    }
}
