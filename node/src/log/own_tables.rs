//! The tables that the organisation keeps itself, as the log tells them: statements in a document of the knowledge scope,
//! signed by whoever said them. What somebody says of a row who may not keep its table counts nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt_model::document;
use crdt_model::entry::Kind;
use crdt_model::gate::{Schema, SchemaFault};
use crdt_model::layer::{LayerOp, Value};
use crdt_model::roster::{Member, Reading, Roster, Standing, knowledge_scope, role_profile};
use crdt_model::taxonomy::{Capabilities, OwnTable, Statement};
use crdt_model::values::{DocId, MemberId, OrgId};

use super::{Log, Shared, forks};
use crate::error::Failure;
use crate::keys::keychain::Keychain;
use crate::store::Snapshot;

/// The document that holds the rows of the organisation's own tables.
pub(crate) fn tables_doc(org: &OrgId) -> DocId {
    DocId(crdt_model::values::id16("boucle/doc/tables/v1", &[&org.0]))
}

/// Keys of that document: `row/<table>/<code>`.
pub(crate) struct TablesSchema;

impl Schema for TablesSchema {
    fn check_put(&self, key: &str, value: &Value) -> Result<(), SchemaFault> {
        match value {
            Value::Bytes(bytes) if Statement::read(key, bytes).is_ok() => Ok(()),
            Value::Bytes(_) => Err(SchemaFault::Value),
            _ => Err(SchemaFault::Kind),
        }
    }
    fn check_delete(&self, _: &str) -> Result<(), SchemaFault> {
        Err(SchemaFault::Undeletable)
    }
}

/// Whether a member may add and change rows of a table: whoever was confirmed and manages a site of the organisation's own; of bodies and levels
/// whoever sets its rules.
pub(crate) fn may_keep(roster: &Roster, member: &MemberId, table: OwnTable) -> bool {
    let right = match table {
        OwnTable::Body | OwnTable::Level => Capabilities::MANAGE_ORG,
        _ => Capabilities::MANAGE_SITE,
    };
    let is_known = |held: &&Member| held.standing == Standing::Confirmed && !held.uninvited;
    let Some(held) = roster.members.get(member).filter(is_known) else { return false };
    let reading = Reading::of(roster);
    held.roles.iter().any(|held| {
        let may = role_profile(&held.role).is_some_and(|profile| profile.capabilities.contains(right));
        may && !reading.is_partners(&held.site)
    })
}

impl Log {
    /// Reads the tables with what was said of their rows, and how often.
    pub(super) fn find_tables(
        &self,
        snapshot: &Snapshot,
        keychain: &Keychain,
        shared: &mut Shared,
    ) -> Result<(), Failure> {
        let (scope, doc) = (knowledge_scope(&self.org), tables_doc(&self.org));
        let entries = self.entries(snapshot, &scope, &doc)?;
        if entries.is_empty() {
            return Ok(());
        }
        let opened = forks::counted_entries(shared, &entries).open(keychain);
        let document = document::build(&opened, Kind::Knowledge, &shared.roster, &|_| Box::new(TablesSchema));
        let mut said = Vec::new();
        let mut last: BTreeMap<(OwnTable, String), u32> = BTreeMap::new();
        for (key, cells) in document.states[0].iter().flatten() {
            for cell in cells {
                let (Value::Bytes(bytes), Some(by)) = (&cell.value, cell.stamp.member) else { continue };
                let Ok((table, statement)) = Statement::read(key, bytes) else { continue };
                if !may_keep(&shared.roster, &by, table) {
                    continue;
                }
                let n = last.entry((table, statement.row.code.clone())).or_insert(statement.n);
                *n = statement.n.max(*n);
                said.push((table, statement, by));
            }
        }
        let puts = document.history.iter().flat_map(|written| written.ops.iter().map(|op| (written.stamp, op)));
        let declared = puts.filter_map(|(stamp, op)| {
            let LayerOp::Put { key, value: Value::Bytes(bytes) } = op else { return None };
            let (table, Statement { row, .. }) = Statement::read(key, bytes).ok()?;
            let may = table == OwnTable::Body && may_keep(&shared.roster, &stamp.member?, table);
            (may && row.owes()).then_some((row.code, stamp.claimed_ms))
        });
        shared.own = Arc::new(shared.taxonomy.own.with(said).declared(declared));
        shared.own_said = last;
        Ok(())
    }
}
