use crdt_model::compose::{EntryPlan, SectionPlan, compose};
use crdt_model::entry::{Entry, Kind, Place};
use crdt_model::roster::{membership_scope, site_scope};
use crdt_model::values::{ChainKey, DocId, ScopeId};
use proptest::prelude::*;

use super::*;
use crate::testkit::{Home, NOW, carry, founded, joined, two, two_equal};

/// An entry of `home`'s device at any place, as a copied disk would write it.
fn forged(home: &Home, scope: ScopeId, place: Place, salt: u8) -> Entry {
    let shared = home.log.shared();
    let plan = EntryPlan {
        org: home.log.org,
        scope,
        kind: Kind::Receipt,
        doc: DocId([salt; 16]),
        device: home.log.device,
        incarnation: home.log.incarnation(),
        place,
        auth: home.log.auth(&shared),
        deps: Vec::new(),
        sections: vec![SectionPlan::Clear { layer: 0, bytes: vec![salt; 40] }],
    };
    compose(&plan, &home.log.device_ed, None, &mut entropy().expect("entropy")).expect("small")
}

/// The next `n` entries of a chain that begins at `place`.
fn branch(home: &Home, scope: ScopeId, mut place: Place, salt: u8, n: u8) -> Vec<Entry> {
    let mut entries = Vec::new();
    for i in 0..n {
        let entry = forged(home, scope, place, salt + i);
        place = Place::after(entry.header(), entry.id());
        entries.push(entry);
    }
    entries
}

fn bytes(entries: &[Entry]) -> Vec<Vec<u8>> {
    entries.iter().map(Entry::encode).collect()
}

fn site(home: &Home) -> ScopeId {
    site_scope(&home.log.org, "REG")
}

fn proofs(home: &Home) -> usize {
    let decoded = home.entries().into_iter().map(|bytes| Entry::decode(&bytes).expect("stored"));
    decoded.filter(|entry| entry.header().kind == Kind::Proof).count()
}

#[test]
fn two_homes_that_carry_entries_to_each_other_become_equal_and_read_each_other() {
    let (founder, newcomer) = two_equal();
    let told = founder.case("mots de la fondatrice");
    let heard = newcomer.case("mots du nouveau");
    carry(&founder, &newcomer);
    carry(&newcomer, &founder);
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    assert!(newcomer.read(&told).contains("mots de la fondatrice"));
    assert!(founder.read(&heard).contains("mots du nouveau"));
}

#[test]
fn what_was_written_before_the_first_meeting_counts_and_is_readable_afterwards() {
    let (founder, newcomer) = two();
    let early = newcomer.case("avant la rencontre");
    // the case arrives before the Join that makes its device known
    let mut entries = newcomer.entries();
    entries.reverse();
    let (join, cases): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|bytes| Entry::decode(bytes).expect("stored").header().scope == membership_scope(&founder.log.org));
    let waits = crate::log::admission::ingest(&founder.log, &cases, None, NOW).expect("ingested");
    assert_eq!((waits.accepted, waits.waiting, waits.refused.len()), (0, cases.len() as u64, 0));
    let counts = crate::log::admission::ingest(&founder.log, &join, None, NOW).expect("ingested");
    assert_eq!(counts.accepted as usize, join.len() + cases.len());
    carry(&founder, &newcomer);
    newcomer.housekeeping();
    carry(&newcomer, &founder);
    assert!(founder.read(&early).contains("avant la rencontre"));
}

#[test]
fn a_mutated_entry_is_refused_and_leaves_no_trace_but_its_record() {
    let (founder, newcomer) = two_equal();
    founder.case("x");
    let before = newcomer.fingerprints();
    let last = founder.entries().pop().expect("entries");
    for at in [last.len() - 1, 20] {
        let mut bad = last.clone();
        bad[at] ^= 1;
        let done =
            crate::log::admission::ingest(&newcomer.log, &[bad], Some(founder.log.device), NOW).expect("ingested");
        assert_eq!((done.accepted, done.waiting, done.refused.len()), (0, 0, 1), "{:?}", done.refused);
    }
    assert_eq!(newcomer.fingerprints(), before);
    let quarantine = newcomer.log.store.read().expect("readable").quarantine().expect("readable");
    assert_eq!(quarantine.len(), 2);
    assert!(quarantine.iter().all(|record| record.from_peer == founder.log.device && record.reason != 0));
    assert!(quarantine.iter().all(|record| reason_code(record.reason) != "unknown"));
    // the true entries are as welcome as before
    carry(&founder, &newcomer);
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
}

#[test]
fn entries_signed_by_another_device_are_refused_and_forgotten_once_the_true_one_comes() {
    let (founder, newcomer) = two_equal();
    let entry = forged(&founder, site(&founder), Place::FIRST, 1);
    let mut stolen = entry.header().clone();
    stolen.device = newcomer.log.device;
    let named = vec![vec![1; 40]];
    let lie = Entry::sign(stolen, named, &founder.log.device_ed);
    let done = crate::log::admission::ingest(&founder.log, &[lie.encode()], None, NOW).expect("ingested");
    assert_eq!(done.refused.first().map(|refused| refused.code), Some("signature"));
}

#[test]
fn another_organisations_entries_are_refused() {
    let (founder, stranger) = (founded(), founded());
    stranger.case("x");
    let before = founder.fingerprints();
    let done = carry(&stranger, &founder);
    assert_eq!(done.accepted + done.waiting + done.aside, 0);
    assert!(!done.refused.is_empty() && done.refused.iter().all(|refused| refused.code == "foreign_org"));
    assert_eq!(founder.fingerprints(), before);
}

#[test]
fn a_newcomer_keeps_nothing_before_the_founding_its_invitation_pins() {
    let (founder, newcomer) = two();
    let own = newcomer.fingerprints();
    let genesis_last: Vec<_> = founder.entries().into_iter().rev().collect();
    let (genesis, others) =
        genesis_last.split_last().map(|(last, others)| (last.clone(), others.to_vec())).expect("entries");
    let done = crate::log::admission::ingest(&newcomer.log, &others, None, NOW).expect("ingested");
    assert_eq!((done.accepted, done.waiting as usize), (0, others.len()));
    assert_eq!(newcomer.fingerprints(), own);
    // a founding in the name of this organisation, with other roots
    let decoded = Entry::decode(&genesis).expect("stored");
    let (_, section) = decoded.section(0).expect("unsealed");
    let Ok(Operation::Genesis(mut founding, sigs)) = cbor::decode::<Operation>(section) else {
        panic!("not a founding")
    };
    founding.roots[0] = [7; 32];
    let plan = EntryPlan {
        org: founder.log.org,
        scope: membership_scope(&founder.log.org),
        kind: Kind::Membership,
        doc: DocId::ZERO,
        device: founder.log.device,
        incarnation: founder.log.incarnation(),
        place: Place::FIRST,
        auth: Vec::new(),
        deps: Vec::new(),
        sections: vec![SectionPlan::Clear { layer: 0, bytes: cbor::encode(&Operation::Genesis(founding, sigs)) }],
    };
    let false_one = compose(&plan, &founder.log.device_ed, None, &mut entropy().expect("entropy")).expect("small");
    let done = crate::log::admission::ingest(&newcomer.log, &[false_one.encode()], None, NOW).expect("ingested");
    assert!(done.is_foreign() && done.accepted == 0);
    assert_eq!(newcomer.fingerprints(), own);
    // the true one frees what waited
    let done = crate::log::admission::ingest(&newcomer.log, &[genesis], None, NOW).expect("ingested");
    assert_eq!(done.accepted as usize, others.len() + 1);
}

#[test]
fn a_fork_is_proved_once_and_cuts_both_sides_alike() {
    let (founder, newcomer) = two_equal();
    let third = joined(&founder.invite("cfm_manager"), "Awa");
    for _ in 0..3 {
        for (a, b) in [(&founder, &newcomer), (&newcomer, &third), (&third, &founder)] {
            carry(a, b);
            b.housekeeping();
        }
    }
    carry(&founder, &newcomer);
    carry(&founder, &third);
    let scope = site(&founder);
    // Awa's disk was copied: both copies wrote three entries after a common one
    let common = branch(&third, scope, Place::FIRST, 1, 1);
    let place = Place::after(common[0].header(), common[0].id());
    let (left, right) = (branch(&third, scope, place, 10, 3), branch(&third, scope, place, 20, 3));
    crate::log::admission::ingest(&founder.log, &bytes(&[common.clone(), left.clone()].concat()), None, NOW)
        .expect("ingested");
    crate::log::admission::ingest(&newcomer.log, &bytes(&[common.clone(), right.clone()].concat()), None, NOW)
        .expect("ingested");
    // tips alone do not fit: asked from further back
    let tip = crate::log::admission::ingest(&founder.log, &bytes(&right[2..]), None, NOW).expect("ingested");
    let chain = ChainKey::of(right[0].header());
    assert_eq!(tip.proofs, 0);
    assert_eq!(tip.resend, vec![(scope, Again { chain, after: 1 })]);
    for _ in 0..2 {
        let done = crate::log::admission::ingest(&founder.log, &bytes(&right), None, NOW).expect("ingested");
        assert!(done.resend.is_empty() && done.refused.is_empty());
    }
    assert_eq!(proofs(&founder), 1);
    // the proof reaches the other side before the rival does: it needs none of its own
    let mut proof = founder.entries();
    proof.retain(|bytes| Entry::decode(bytes).expect("stored").header().device == founder.log.device);
    crate::log::admission::ingest(&newcomer.log, &proof, None, NOW).expect("ingested");
    carry(&founder, &newcomer);
    carry(&newcomer, &founder);
    assert_eq!((proofs(&founder), proofs(&newcomer)), (1, 1));
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    let shared = newcomer.log.shared();
    assert_eq!(shared.forks.get(&(scope, chain)), Some(&2));
    let snapshot = newcomer.log.store.read().expect("readable");
    let frontier = newcomer.log.frontier(&snapshot, &shared, &scope).expect("readable");
    assert_eq!(frontier.tip(&chain).map(|tip| tip.entry), Some(common[0].id()));
    assert!(founder.log.store.read().expect("readable").aside(&right[0].id()).expect("readable").is_some());
}

#[test]
fn stepping_back_finds_where_a_long_chain_parted_in_few_questions() {
    let (founder, newcomer) = two_equal();
    let scope = site(&founder);
    let common = branch(&newcomer, scope, Place::FIRST, 0, 20);
    let place = Place::after(common[19].header(), common[19].id());
    let (held, other) = (branch(&newcomer, scope, place, 100, 40), branch(&newcomer, scope, place, 150, 41));
    let whole = [common.clone(), other].concat();
    crate::log::admission::ingest(&founder.log, &bytes(&[common, held].concat()), None, NOW).expect("ingested");
    let mut after = 60;
    let mut questions = 0;
    loop {
        let done =
            crate::log::admission::ingest(&founder.log, &bytes(&whole[after as usize..]), None, NOW).expect("ingested");
        if done.proofs == 1 {
            break;
        }
        let [(_, again)] = done.resend.as_slice() else { panic!("one chain: {:?}", done.resend) };
        assert!(again.after < after, "never the same stretch again");
        after = again.after;
        questions += 1;
    }
    assert!(questions <= 6, "{questions} questions");
    assert_eq!(founder.log.shared().forks.values().next(), Some(&21));
}

#[test]
fn a_store_that_was_set_back_takes_its_own_entries_and_writes_on_under_a_new_incarnation() {
    let (founder, newcomer) = two_equal();
    let scope = site(&founder);
    // what this device wrote and its restored disk has forgotten
    let lost = branch(&newcomer, scope, Place::FIRST, 1, 2);
    let old = newcomer.log.incarnation();
    let done =
        crate::log::admission::ingest(&newcomer.log, &bytes(&lost), Some(founder.log.device), NOW).expect("ingested");
    assert!(done.own_chain_ahead && done.accepted == 2 && done.proofs == 0);
    assert_ne!(newcomer.log.incarnation(), old);
    let reference = newcomer.case("après la restauration");
    carry(&newcomer, &founder);
    assert_eq!(newcomer.fingerprints(), founder.fingerprints());
    assert!(founder.read(&reference).contains("après la restauration"));
    let again = crate::log::admission::ingest(&newcomer.log, &bytes(&lost), None, NOW).expect("ingested");
    assert!(!again.own_chain_ahead && again.known == 2);
}

#[test]
fn a_batch_of_another_scope_than_promised_is_refused() {
    let (founder, newcomer) = two_equal();
    founder.case("x");
    let source = Source { from: None, scope: Some(membership_scope(&founder.log.org)) };
    let entries = founder.entries();
    let done = crate::log::admission::ingest_from(&newcomer.log, &entries, source, NOW).expect("ingested");
    assert!(done.accepted == 0 && done.refused.iter().all(|refused| refused.code == WRONG_SCOPE));
    assert!(!done.refused.is_empty());
}

#[test]
fn every_reason_has_one_number() {
    let numbers: std::collections::BTreeSet<_> = REASONS.iter().map(|(number, _)| number).collect();
    assert_eq!(numbers.len(), REASONS.len());
    assert!(REASONS.iter().all(|(number, code)| reason_number(code) == *number && reason_code(*number) == *code));
    let form = [FormError::Signature.code(), FormError::SectionHash { index: 0 }.code()];
    assert!(form.iter().all(|code| reason_number(code) != 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_batches_give_the_same_frontiers(seed in any::<u64>(), batch in 1usize..40) {
        let (founder, newcomer) = two();
        newcomer.case("tôt");
        founder.case("un");
        carry(&newcomer, &founder);
        founder.housekeeping();
        let mut entries = founder.entries();
        entries.extend(entries.clone());
        // a deterministic shuffle
        let key = |entry: &[u8], i: usize| *blake3::hash(&[entry, &seed.to_be_bytes(), &[i as u8]].concat()).as_bytes();
        let mut keyed: Vec<_> = entries.into_iter().enumerate().map(|(i, entry)| (key(&entry, i), entry)).collect();
        keyed.sort();
        let entries: Vec<_> = keyed.into_iter().map(|(_, entry)| entry).collect();
        for part in entries.chunks(batch) {
            let done = crate::log::admission::ingest(&newcomer.log, part, None, NOW).expect("ingested");
            prop_assert!(done.refused.is_empty(), "{:?}", done.refused);
        }
        prop_assert_eq!(newcomer.fingerprints(), founder.fingerprints());
        prop_assert_eq!(newcomer.log.store.read().expect("readable").staging_counts().expect("readable").pending, 0);
    }
}
