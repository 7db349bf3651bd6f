//! Admission: what a node stores, relays and counts.
//!
//! It depends on form, signature, chain and membership only, so every node with the same membership admits the same
//! entries. Whether an entry may be *seen* is another question ([`crate::document`]): an entry that fails there keeps
//! its place in the chain, and `verify` names it.

use ed25519_dalek::VerifyingKey;

use crate::entry::{Entry, FormError, Kind, Place};
use crate::roster::membership_scope;
use crate::values::{EntryId, OrgId, ScopeId};

/// What the store holds of the chain an entry claims to continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainState {
    /// Where the next entry goes.
    pub next: Place,
    /// The seq of the chain's fork, if one is proved: from there on nothing counts.
    pub fork: Option<u64>,
    /// The id held at the entry's own seq, if any.
    pub held: Option<EntryId>,
}

/// Why an entry waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    /// The device's Join is not held.
    Join,
    /// The entry before it is not held.
    Prev,
}

/// What to do with a well-formed entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is the next of its chain.
    Append,
    /// It is held already.
    Known,
    /// It waits, bounded.
    Wait(Pending),
    /// It lies beyond its chain's fork: kept aside, not counted.
    Aside,
    /// Another entry stands at its seq, or it follows another entry than the one held: its chain is forked.
    Rival,
}

/// The device whose signature an entry must bear.
#[derive(Debug, Clone, Copy)]
pub enum SignedBy<'k> {
    /// The key to check the signature with.
    Unchecked(&'k VerifyingKey),
    /// The caller has seen this very entry verify with the device's key.
    Checked,
}

/// Judges an entry. `signer` is the entry's device if its Join is held.
///
/// # Errors
///
/// [`FormError`] for what is dropped and not relayed: another organisation's, a kind in the wrong scope, a signature
/// that does not hold, a membership entry without its section, a carrier that is not in form, a wrong `bytes_total`.
pub fn admit(
    entry: &Entry,
    org: &OrgId,
    signer: Option<SignedBy<'_>>,
    chain: &ChainState,
) -> Result<Admission, FormError> {
    let header = entry.header();
    if header.org != *org {
        return Err(FormError::ForeignOrg { found: header.org, expected: *org });
    }
    let carried = crate::carried::carried(entry)?;
    let says = carried.as_ref().map_or(header.kind, |carried| carried.header().kind);
    check_scope(says, &header.scope, org)?;
    if says == Kind::Membership && entry.section(0).is_none() {
        return Err(malformed("a membership entry comes with its section"));
    }
    if chain.held == Some(entry.id()) {
        return Ok(Admission::Known);
    }
    match signer {
        None => return Ok(Admission::Wait(Pending::Join)),
        Some(SignedBy::Unchecked(key)) => entry.verify(key)?,
        Some(SignedBy::Checked) => {}
    }
    if chain.fork.is_some_and(|fork| header.seq >= fork) {
        return Ok(Admission::Aside);
    }
    if chain.held.is_some() {
        return Ok(Admission::Rival);
    }
    if header.seq > chain.next.seq {
        return Ok(Admission::Wait(Pending::Prev));
    }
    if header.prev != chain.next.prev {
        return Ok(Admission::Rival);
    }
    if !chain.next.fits(header) {
        return Err(malformed("bytes_total does not follow from the entry before"));
    }
    Ok(Admission::Append)
}

/// Membership entries stand in the membership scope and nothing else does, but proofs of forks, and carriers of such.
fn check_scope(kind: Kind, scope: &ScopeId, org: &OrgId) -> Result<(), FormError> {
    let in_membership = *scope == membership_scope(org);
    let fits = match kind {
        Kind::Membership => in_membership,
        Kind::Proof => true,
        _ => !in_membership,
    };
    if fits { Ok(()) } else { Err(malformed("a kind of entry in the wrong scope")) }
}

fn malformed(reason: &str) -> FormError {
    FormError::Cbor(crate::cbor::CborError::Malformed(reason.to_owned()))
}
