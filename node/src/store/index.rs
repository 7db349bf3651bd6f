//! Scopes and chains in memory: what every append and every sync session asks for.
//!
//! Replaced only after a commit, and never ahead of it. A few thousand chains cost a few hundred kilobytes.

use std::collections::HashMap;
use std::sync::Arc;

use crdt_model::values::{DeviceId, EntryId, Incarnation, ScopeId};

use super::Location;
use super::tables::ChainRow;

/// A chain: one device incarnation writing one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainKey {
    /// The scope written.
    pub scope: ScopeId,
    /// The writing device.
    pub device: DeviceId,
    /// Its incarnation.
    pub incarnation: Incarnation,
}

/// A chain and how far it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainTip {
    /// Which chain.
    pub key: ChainKey,
    /// Sequence number of the last entry held.
    pub tip_seq: u64,
    /// Id of the last entry held.
    pub tip_entry: EntryId,
    /// `bytes_total` of that entry's header, as the caller gave it.
    pub bytes_total: u64,
    /// Highest sequence number ever offered to a peer, bundle or backup; 0 if none.
    pub offered_seq: u64,
}

/// The scopes and chains of one commit. A clone copies the rows and shares the maps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    pub(crate) commit: u64,
    /// The last commit that touched what is kept of captured cases, or with which the store was opened.
    pub(crate) outbox_commit: u64,
    /// The last commit that wrote or deleted a key of `meta` that is listed, or with which the store was opened.
    pub(crate) listed_commit: u64,
    /// The last commit that put other bytes in the place of an entry's.
    pub(crate) sections_commit: u64,
    pub(crate) scopes: Vec<ScopeId>,
    pub(crate) scope_numbers: Arc<HashMap<ScopeId, u32>>,
    pub(crate) chains: Vec<ChainRow>,
    pub(crate) chain_numbers: Arc<HashMap<ChainKey, u32>>,
}

impl Index {
    pub(crate) fn push_scope(&mut self, scope: ScopeId) {
        Arc::make_mut(&mut self.scope_numbers).insert(scope, self.scopes.len() as u32);
        self.scopes.push(scope);
    }

    /// Puts chain `number`, new or changed. `None` if it names a scope or skips a number that is not there.
    pub(crate) fn put_chain(&mut self, number: u32, row: ChainRow) -> Option<()> {
        let key = self.key_of(&row)?;
        let next = self.chains.len();
        match self.chains.get_mut(number as usize) {
            Some(held) => *held = row,
            None if number as usize == next => {
                self.chains.push(row);
                Arc::make_mut(&mut self.chain_numbers).insert(key, number);
            }
            None => return None,
        }
        Some(())
    }

    pub(crate) fn key_of(&self, row: &ChainRow) -> Option<ChainKey> {
        let scope = *self.scopes.get(row.scope as usize)?;
        Some(ChainKey { scope, device: row.device, incarnation: row.incarnation })
    }

    /// Where an entry of a chain lies, if it is held.
    pub(crate) fn place(&self, chain: &ChainKey, seq: u64) -> Option<Location> {
        let number = *self.chain_numbers.get(chain)?;
        Some(Location { scope: self.chains.get(number as usize)?.scope, chain: number, seq })
    }

    /// How far a chain is held.
    pub(crate) fn tip(&self, chain: &ChainKey) -> Option<ChainTip> {
        let number = *self.chain_numbers.get(chain)?;
        self.tip_of(self.chains.get(number as usize)?)
    }

    pub(crate) fn tip_of(&self, row: &ChainRow) -> Option<ChainTip> {
        Some(ChainTip {
            key: self.key_of(row)?,
            tip_seq: row.tip_seq,
            tip_entry: row.tip_entry,
            bytes_total: row.bytes_total,
            offered_seq: row.offered_seq,
        })
    }
}
