//! The keys of single cases that their reader was given.

use std::collections::{HashMap, HashSet};

use crdt_model::case::facts::{FactKind, GiftFact, GivenFact};
use crdt_model::cbor::{self, Canonical};
use crdt_model::layer::{Layer, LayerState, Value};
use crdt_model::seal::{self, EarlierGift, GiftOf, Given, RoleGrant, Secret};
use crdt_model::values::{ChainKey, DocId, MemberId, OrgId, ScopeId};

use super::{Keychain, insert};

/// What a reader holds of gifts.
#[derive(Clone, Default)]
pub(super) struct Gifts {
    /// Secrets of roles at sites, by what gifts name them by.
    roles: HashMap<[u8; 16], Vec<Secret>>,
    /// Grants of such secrets, for whomever: what is not owed any more.
    granted: HashSet<(ScopeId, String, u32, MemberId, [u8; 32])>,
    /// Gift keys that were wrapped to this reader, by document, generation, term and epoch.
    keys: HashMap<(DocId, u32, u16, u32), Vec<Secret>>,
    /// Keys of cases, by document, generation, term and chain.
    given: HashMap<(DocId, u32, u16, ChainKey), Vec<Secret>>,
    /// Wraps that were tried, by a hash of the whole fact and its generation, with how many secrets.
    tried: HashMap<(DocId, [u8; 32]), usize>,
}

/// The gift facts of a case's open layer, all rivals included: anybody may write one, and a false one hides no true one.
pub(crate) struct GiftFacts {
    /// Gift keys, wrapped.
    pub(crate) gifts: Vec<GiftFact>,
    /// Keys of the case, sealed under them.
    pub(crate) given: Vec<GivenFact>,
}

impl GiftFacts {
    /// Those of an open layer.
    pub(crate) fn of(open: &LayerState) -> Self {
        Self { gifts: facts(open, FactKind::Gift), given: facts(open, FactKind::Given) }
    }

    /// The sealed pieces, as [`Given::reach`] takes them.
    pub(crate) fn sealed(&self) -> Vec<(u16, u32, &[u8])> {
        self.given.iter().map(|fact| (fact.term, fact.epoch, fact.sealed.as_slice())).collect()
    }
}

fn facts<T: Canonical>(open: &LayerState, kind: FactKind) -> Vec<T> {
    let from = format!("{}/", kind.prefix());
    let cells = open.range(from.clone()..).take_while(|(key, _)| key.starts_with(&from)).flat_map(|(_, cells)| cells);
    let fact = |value: &Value| match value {
        Value::Bytes(bytes) => cbor::decode(bytes).ok(),
        _ => None,
    };
    cells.filter_map(|cell| fact(&cell.value)).collect()
}

impl Keychain {
    /// Takes the secret of a role at a site, where the grant is for this member, and remembers that the grant was made.
    pub(super) fn absorb_role_grant(&mut self, org: &OrgId, scope: &ScopeId, grant: &RoleGrant) {
        self.gifts.granted.insert((*scope, grant.role.clone(), grant.epoch, grant.to, grant.wrap.0));
        let Some((member, x)) = &self.member else { return };
        if *member != grant.to {
            return;
        }
        if let Some(secret) = grant.open((org, scope), x) {
            insert(&mut self.gifts.roles, seal::role_receiver(org, scope, &grant.role), secret);
            self.version += 1;
        }
    }

    /// Whether exactly this grant stands in the log.
    pub(crate) fn is_granted(&self, scope: &ScopeId, grant: &RoleGrant) -> bool {
        let key = (*scope, grant.role.clone(), grant.epoch, grant.to, grant.wrap.0);
        self.gifts.granted.contains(&key)
    }

    /// How many secrets of roles at sites are held of each.
    pub(super) fn role_secrets(&self) -> impl Iterator<Item = (&[u8; 16], usize)> {
        self.gifts.roles.iter().map(|(receiver, held)| (receiver, held.len()))
    }

    /// Opens what the gifts of a case give this reader. True when that was a key it lacked.
    pub(crate) fn absorb_gifts(&mut self, of: &GiftOf<'_>, open: &LayerState) -> bool {
        let facts = GiftFacts::of(open);
        if facts.gifts.is_empty() {
            return false;
        }
        self.unwrap_gifts(of, &facts.gifts);
        let reach = Given::reach(of, self.gift_keys(of), &facts.sealed());
        let mut more = false;
        for given in reach.keys.into_iter().filter(|given| given.layer == Layer::Personal.code()) {
            let held = self.gifts.given.entry((*of.doc, of.generation, given.term, given.chain)).or_default();
            if !held.contains(&given.key) {
                held.push(given.key);
                more = true;
            }
        }
        self.version += u64::from(more);
        more
    }

    fn unwrap_gifts(&mut self, of: &GiftOf<'_>, gifts: &[GiftFact]) {
        let of_roles: usize = self.gifts.roles.values().map(Vec::len).sum();
        let secrets = self.audiences.len() + of_roles + usize::from(self.member.is_some());
        for gift in gifts {
            let of = GiftOf { term: gift.term, epoch: gift.epoch, ..*of };
            let mut hasher = blake3::Hasher::new();
            hasher.update(&cbor::encode(gift)).update(&of.generation.to_be_bytes());
            if self.gifts.tried.insert((*of.doc, *hasher.finalize().as_bytes()), secrets) == Some(secrets) {
                continue;
            }
            let own = self.member.iter().filter(|(id, _)| id.0 == gift.to).map(|(_, x)| &**x);
            let of_site = self.audiences.iter().filter(|((id, _), _)| id.0 == gift.to).flat_map(|(_, held)| held);
            let of_role = self.gifts.roles.get(&gift.to).into_iter().flatten();
            let mut all = own.chain(of_site).chain(of_role);
            let found = all.find_map(|secret| seal::open_gift(secret, &of, &gift.to, &(gift.enc, gift.ct)));
            if let Some(key) = found {
                insert(&mut self.gifts.keys, (*of.doc, of.generation, of.term, of.epoch), key);
            }
        }
    }

    /// The gift keys of a case that this reader was given.
    fn gift_keys(&self, of: &GiftOf<'_>) -> Vec<EarlierGift> {
        let mine =
            self.gifts.keys.iter().filter(|((doc, generation, _, _), _)| (doc, *generation) == (of.doc, of.generation));
        mine.flat_map(|((_, _, term, epoch), keys)| {
            keys.iter().map(|key| EarlierGift { term: *term, epoch: *epoch, key: key.clone() })
        })
        .collect()
    }

    /// The keys this reader was given of a case's sections in one chain and term.
    pub(super) fn given(&self, doc: &DocId, generation: u32, term: u16, chain: ChainKey) -> &[Secret] {
        self.gifts.given.get(&(*doc, generation, term, chain)).map_or(&[], Vec::as_slice)
    }

    /// Takes over what another found out about gifts with the same keys.
    pub(super) fn take_gifts(&mut self, other: Gifts) {
        for (at, keys) in other.keys {
            keys.into_iter().for_each(|key| insert(&mut self.gifts.keys, at, key));
        }
        for (at, keys) in other.given {
            keys.into_iter().for_each(|key| insert(&mut self.gifts.given, at, key));
        }
        self.gifts.tried.extend(other.tried);
    }
}
