//! Key spaces: small values by a key of the caller's choice.
//!
//! The row's name is a keyed hash; the key itself stands inside the sealed value, so that a space can be listed. The
//! values of a [`MemberSpace`] are sealed a second time, key included, under the member's own key: a node that is
//! locked, or is run by somebody else, cannot read them.

use crdt_model::values::MemberId;
use redb::ReadableTable;
use zeroize::Zeroizing;

use super::seal::{Cipher, Nonces};
use super::tables::{Fields, KeyedTable, Name, Named, Sealed};
use super::{Context, StoreError};

/// Longest key, bytes.
pub const KEY_BYTES_MAX: usize = 1024;
/// Longest value, bytes.
pub const VALUE_BYTES_MAX: usize = 4 << 20;

/// A key space sealed under the store key: what a locked node may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Space {
    /// Settings and state of this node.
    Meta,
    /// Open keys by scope and epoch.
    OpenKeys,
    /// What was imported already, so that importing again changes nothing.
    Imported,
    /// Entries and audits waiting to be published.
    Outbox,
    /// Node numbers, case counters.
    Counters,
    /// What is known of other devices: addresses, agreed frontiers.
    Peers,
    /// Cases of which something may be owed to others.
    Owing,
}

/// A key space whose values only one member can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberSpace {
    /// Audience secrets.
    Audiences,
    /// What the member's work on this device needs: seeds of invitations, readers of what they captured.
    Rows,
    /// The member's list of cases, in blocks: see STORAGE.
    Cases,
}

impl Space {
    pub(crate) const ALL: [Self; 7] =
        [Self::Meta, Self::OpenKeys, Self::Imported, Self::Outbox, Self::Counters, Self::Peers, Self::Owing];

    pub(crate) fn table(self) -> KeyedTable {
        Named::new(match self {
            Self::Meta => "meta-1",
            Self::OpenKeys => "open-keys-1",
            Self::Imported => "imported-1",
            Self::Outbox => "outbox-1",
            Self::Counters => "counters-1",
            Self::Peers => "peers-1",
            Self::Owing => "owing-1",
        })
    }
}

impl MemberSpace {
    pub(crate) const ALL: [Self; 3] = [Self::Audiences, Self::Rows, Self::Cases];

    pub(crate) fn table(self) -> KeyedTable {
        Named::new(match self {
            Self::Audiences => "member-audiences-1",
            Self::Rows => "member-rows-1",
            Self::Cases => "member-cases-1",
        })
    }
}

/// Beginning of the mark of a document with more than one generation.
pub(crate) const TURNED: &[u8] = b"turned/";
/// Beginning of what is erased of a document.
pub(crate) const ERASED: &[u8] = b"erased/";
/// Beginning of the mark of a document with an erasure not yet acted on.
pub(crate) const ERASING: &[u8] = b"erasing/";
/// Beginning of the sensitive words changed here, by language.
pub(crate) const WORDS: &[u8] = b"words/";

/// Roles to which a site has given a case: `given-role/` ‖ scope ‖ role.
pub(crate) const GIVEN_ROLES: &[u8] = b"given-role/";
/// Beginning of the mark of a case that members here may have to confirm.
pub(crate) const ASSIGNED: &[u8] = b"assigned/";
/// Beginnings of keys of `meta` that are listed. A row's name is a keyed hash, so listing opens the whole space: a
/// snapshot tells when such a key was last written, so that whoever lists them keeps what they found.
pub(crate) const LISTED: [&[u8]; 6] = [TURNED, ERASED, ERASING, WORDS, GIVEN_ROLES, ASSIGNED];

/// Whether a key is among them.
pub(super) fn is_listed(space: Space, key: &[u8]) -> bool {
    matches!(space, Space::Meta) && LISTED.iter().any(|begins| key.starts_with(begins))
}

/// A key with its value. Both are erased from memory when dropped.
pub type Pair = (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>);

/// An unlocked member's access to their own values. Erased from memory when dropped.
pub struct MemberKey {
    member: MemberId,
    cipher: Cipher,
}

impl MemberKey {
    /// From the member's data key (see [`crate::keys::keyring`]).
    pub fn new(member: MemberId, data_key: &[u8; 32]) -> Self {
        let key = Zeroizing::new(blake3::derive_key("boucle 2026 member values v1", data_key));
        Self { member, cipher: Cipher::new(&key) }
    }

    /// Whose it is.
    pub fn member(&self) -> MemberId {
        self.member
    }
}

impl std::fmt::Debug for MemberKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemberKey({}, [redacted])", self.member.short())
    }
}

/// Checks the bounds of a key and value.
pub(crate) fn check_sizes(key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    for (what, max, found) in [("key", KEY_BYTES_MAX, key.len()), ("value", VALUE_BYTES_MAX, value.len())] {
        if found > max {
            return Err(StoreError::TooLarge { what, max, found });
        }
    }
    Ok(())
}

/// `u16 length ‖ key`, the front of a value.
pub(crate) fn key_prefix(key: &[u8]) -> [u8; 2] {
    (key.len() as u16).to_be_bytes()
}

fn split_pair(plain: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut f = Fields(plain);
    let len = f.u16()?;
    let key = f.bytes(usize::from(len))?;
    Some((key, f.0))
}

/// Row name and sealed bytes of a member's value, before the store seals it once more.
pub(crate) fn seal_for_member(
    ctx: &Context,
    nonces: &mut Nonces<'_>,
    who: &MemberKey,
    table: &str,
    key: &[u8],
    value: &[u8],
) -> Result<([u8; 32], Vec<u8>), StoreError> {
    let row = ctx.sealer.name(table, &[who.member.as_bytes(), key]);
    let aad = ctx.sealer.aad("boucle/member-store/v1", table, &row);
    let inner = who.cipher.seal(&nonces.next()?, &aad, &[&key_prefix(key), key, value]);
    Ok((row, inner))
}

/// The value of a pair that must be of this key.
fn value_of(ctx: &Context, name: &'static str, plain: &[u8], key: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let pair = split_pair(plain).filter(|(held, _)| *held == key);
    pair.map(|(_, value)| Zeroizing::new(value.to_vec())).ok_or_else(|| ctx.malformed(name))
}

/// Opens the row of `key`, if it is there.
pub(crate) fn get(
    ctx: &Context,
    table: &impl ReadableTable<Name, Sealed>,
    name: &'static str,
    key: &[u8],
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let row = ctx.sealer.name(name, &[key]);
    let Some(value) = table.get(&row).map_err(ctx.fail("read a value"))? else { return Ok(None) };
    let plain = Zeroizing::new(ctx.open(name, &row, value.value())?);
    value_of(ctx, name, &plain, key).map(Some)
}

/// As [`get`], for a member's value.
pub(crate) fn get_member(
    ctx: &Context,
    table: &impl ReadableTable<Name, Sealed>,
    name: &'static str,
    who: &MemberKey,
    key: &[u8],
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let row = ctx.sealer.name(name, &[who.member.as_bytes(), key]);
    let Some(value) = table.get(&row).map_err(ctx.fail("read a member's value"))? else { return Ok(None) };
    let Some(plain) = open_member(ctx, name, who, &row, value.value())? else { return Err(ctx.malformed(name)) };
    value_of(ctx, name, &plain, key).map(Some)
}

/// The inner plaintext; `None` if the row is another member's.
fn open_member(
    ctx: &Context,
    name: &'static str,
    who: &MemberKey,
    row: &[u8; 32],
    value: &[u8],
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let outer = ctx.open(name, row, value)?;
    let mut f = Fields(&outer);
    let member: [u8; 16] = f.take().ok_or_else(|| ctx.malformed(name))?;
    if member != who.member.0 {
        return Ok(None);
    }
    let aad = ctx.sealer.aad("boucle/member-store/v1", name, row);
    let inner = who.cipher.open(&aad, f.0).ok_or_else(|| ctx.tampered(name))?;
    Ok(Some(Zeroizing::new(inner)))
}

/// Calls `each` with every key and value of a space, in no meaningful order.
pub(crate) fn visit<E: From<StoreError>>(
    ctx: &Context,
    table: &impl ReadableTable<Name, Sealed>,
    name: &'static str,
    who: Option<&MemberKey>,
    mut each: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    for row in table.iter().map_err(ctx.fail("list a space"))? {
        let (row, value) = row.map_err(ctx.fail("list a space"))?;
        let plain = match who {
            None => Some(Zeroizing::new(ctx.open(name, row.value(), value.value())?)),
            Some(who) => open_member(ctx, name, who, row.value(), value.value())?,
        };
        if let Some(plain) = plain {
            let (key, value) = split_pair(&plain).ok_or_else(|| ctx.malformed(name))?;
            each(key, value)?;
        }
    }
    Ok(())
}

/// All pairs of a space.
pub(crate) fn list(
    ctx: &Context,
    table: &impl ReadableTable<Name, Sealed>,
    name: &'static str,
    who: Option<&MemberKey>,
) -> Result<Vec<Pair>, StoreError> {
    let mut pairs = Vec::new();
    visit(ctx, table, name, who, |key, value| {
        pairs.push((Zeroizing::new(key.to_vec()), Zeroizing::new(value.to_vec())));
        Ok::<(), StoreError>(())
    })?;
    Ok(pairs)
}
