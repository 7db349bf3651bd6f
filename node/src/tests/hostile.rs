//! What a member with a changed program can do. Two kinds of tests stand here: attacks that are refused, and attacks that
//! work today. A test of the second kind says so in its name (`today_…`) and asserts what is so, so that it survives moves
//! and renames; the day its door is closed it fails, and is turned round. `docs/THREATS.md` tells users of the same.

use crdt_model::cbor;
use crdt_model::compose::{EntryPlan, SectionPlan, compose};
use crdt_model::edit::NewCase;
use crdt_model::entry::{Kind, Place};
use crdt_model::erasure::{Erasure, Ground};
use crdt_model::roster::{
    JoinOp, Operation, PublicKeys, VoidReason, Wrapped, audience_of_name, membership_scope, site_scope,
};
use crdt_model::seal::{self, Entropy, Secret};
use crdt_model::values::{DocId, EntryId, Incarnation, ScopeId, Words};
use ed25519_dalek::Signer;

use super::generations::confirmed;
use super::*;
use crate::api::SealOptions;

fn sealed_case(home: &Home, audience: &str, text: &str) -> String {
    let case = NewCase { text: Some(Words::from(text)), category: None, ..complaint() };
    let seal = SealOptions { audience: Some(audience.into()), recuse: Some(Vec::new()), ..SealOptions::default() };
    case_id(&home.with(|log, reader| crate::writes::case_new_with(log, reader, case, &seal, NOW)).expect("captured"))
}

fn reads(home: &Home, case: &str, text: &str) -> bool {
    home.show(case).is_ok_and(|shown| shown.to_string().contains(text))
}

#[test]
fn a_manager_does_not_become_a_reader_of_allegations_by_granting_himself_a_role() {
    let founder = Home::founded();
    founder.site("PES");
    let manager = confirmed(&founder, "PES", "cfm_manager", "Marc");
    for audience in ["conduct", "protection", "integrity", "psea"] {
        let case = sealed_case(&founder, audience, "Marc a exige");
        exchange(&founder, &manager);
        assert!(!reads(&manager, &case, "Marc a exige"), "{audience}: before");
        for role in ["focal_protection", "focal_integrity", "hr", "focal_psea"] {
            let grant =
                Operation::Grant { member: manager.member, role: role.into(), site: "JER".into(), until_ms: None };
            manager.log.append_membership(vec![(grant, None)]).expect("said");
        }
        exchange(&founder, &manager);
        assert!(!reads(&manager, &case, "Marc a exige"), "{audience}: after");
        let void: Vec<_> = founder.log.shared().roster.void.values().copied().collect();
        assert!(void.iter().all(|reason| *reason == VoidReason::NotInReach) && void.len() % 4 == 0, "{void:?}");
    }
}

#[test]
fn a_manager_grants_himself_no_site_out_of_reach() {
    let founder = Home::founded();
    founder.site("PES");
    founder.site("BOM");
    let manager = confirmed(&founder, "PES", "cfm_manager", "Marc");
    let operator = founder.invited("BOM", "operator", "Olga");
    exchange(&founder, &manager);
    exchange(&founder, &operator);
    let case = case_id(&operator.new_case(NewCase { text: Some(Words::from("mots de Bombardopolis")), ..complaint() }));
    exchange(&founder, &operator);
    exchange(&founder, &manager);
    assert!(!reads(&manager, &case, "mots de Bomb"));
    let grant =
        Operation::Grant { member: manager.member, role: "operator".into(), site: "BOM".into(), until_ms: None };
    manager.log.append_membership(vec![(grant, None)]).expect("said");
    exchange(&founder, &manager);
    assert!(!reads(&manager, &case, "mots de Bomb"));
}

#[test]
fn two_managers_of_one_site_destroy_nothing_at_another() {
    let founder = Home::founded();
    founder.site("PES");
    let manager = founder.invited("PES", "cfm_manager", "Marc");
    exchange(&founder, &manager);
    let second = manager.invited("PES", "cfm_manager", "Marc bis");
    exchange(&manager, &second);
    exchange(&founder, &manager);
    let sealed = sealed_case(&founder, "psea", "Marc a exige");
    let open = case_id(&founder.new_case(NewCase { text: Some(Words::from("pas paye par Marc")), ..complaint() }));
    exchange(&founder, &manager);
    exchange(&manager, &second);
    let scope: ScopeId = site_scope(&founder.log.org, "JER");
    for case in [&sealed, &open] {
        let doc: DocId = case.parse().expect("an id");
        let erasure = Erasure { layers: 7, generation: u32::MAX, ground: Ground::Request };
        let sign = |home: &Home, deps: Vec<EntryId>| {
            let shared = home.log.shared();
            let mut entropy = Entropy::new([9; 32]);
            home.log
                .commit(|tx| {
                    crate::writes::erase::sign_erasure(
                        &home.log,
                        tx,
                        &shared,
                        (scope, doc),
                        erasure,
                        deps.clone(),
                        &mut entropy,
                    )
                })
                .expect("signed")
        };
        let first = sign(&manager, Vec::new());
        exchange(&manager, &second);
        sign(&second, vec![first]);
        assert!(reads(&founder, case, "Marc"));
        exchange(&manager, &second);
        exchange(&founder, &manager);
        assert!(reads(&founder, case, "Marc"), "erased by two who have no say here");
    }
    assert_eq!(founder.verify()["ok"], true);
}

/// The first entries of a device nobody invited: its Join answers nothing.
fn uninvited(log: &Log, n: u64, invite: EntryId, scopes: &[ScopeId]) -> Vec<Vec<u8>> {
    let secret = |k: u8| Secret(blake3::derive_key("uninvited device", &[&n.to_be_bytes()[..], &[k]].concat()));
    let (dev_ed, dev_x, mem_ed, mem_x, inv) = (secret(0), secret(1), secret(2), secret(3), secret(4));
    let device = PublicKeys { ed: dev_ed.signing_key().verifying_key().to_bytes(), x: dev_x.kem_public() };
    let member = PublicKeys { ed: mem_ed.signing_key().verifying_key().to_bytes(), x: mem_x.kem_public() };
    let mut join = JoinOp {
        invite,
        invite_pk: inv.signing_key().verifying_key().to_bytes(),
        device,
        member,
        role: "operator".into(),
        not_after_ms: 0,
        terms: [0; 32],
        sig: [0; 64],
        member_sig: [0; 64],
    };
    let message = join.signed_message(&log.org);
    join.sig = inv.signing_key().sign(&message).to_bytes();
    join.member_sig = mem_ed.signing_key().sign(&message).to_bytes();
    let id = seal::device_id(&device.ed, &device.x);
    let mut made = Vec::new();
    let plan = |scope: ScopeId, kind: Kind, doc: DocId, sections: Vec<SectionPlan>| EntryPlan {
        org: log.org,
        scope,
        kind,
        doc,
        device: id,
        incarnation: Incarnation(n.to_be_bytes()),
        place: Place::FIRST,
        auth: Vec::new(),
        deps: Vec::new(),
        sections,
    };
    let clear = vec![SectionPlan::Clear { layer: 0, bytes: cbor::encode(&Operation::Join(join)) }];
    let entry = compose(
        &plan(membership_scope(&log.org), Kind::Membership, DocId::ZERO, clear),
        &dev_ed.signing_key(),
        None,
        &mut Entropy::new([1; 32]),
    );
    made.push(entry.expect("composed").encode());
    for scope in scopes {
        let entry = compose(
            &plan(*scope, Kind::Edit, DocId([7; 16]), Vec::new()),
            &dev_ed.signing_key(),
            None,
            &mut Entropy::new([1; 32]),
        );
        made.push(entry.expect("composed").encode());
    }
    made
}

#[test]
fn today_devices_that_nobody_invited_are_admitted_counted_and_relayed() {
    const DEVICES: u64 = 20;
    let founder = Home::founded();
    let operator = founder.invited("JER", "operator", "Ali");
    exchange(&founder, &operator);
    let scopes = [site_scope(&founder.log.org, "JER"), crdt_model::roster::knowledge_scope(&founder.log.org)];
    let chains =
        |home: &Home, scope: &ScopeId| home.log.store.read().expect("readable").chains_of(scope).count() as u64;
    let membership = membership_scope(&founder.log.org);
    let before = chains(&founder, &membership);
    for invite in [founder.log.shared().roster.heads[0], EntryId([3; 32])] {
        let named = u64::from(invite != EntryId([3; 32])) * 1_000;
        let entries: Vec<Vec<u8>> =
            (0..DEVICES).flat_map(|n| uninvited(&founder.log, n + named, invite, &scopes)).collect();
        let done =
            crate::log::admission::ingest(&founder.log, &entries, Some(operator.log.device), NOW).expect("ingested");
        assert_eq!((done.accepted, done.waiting, done.refused.len()), (entries.len() as u64, 0, 0));
    }
    assert_eq!(chains(&founder, &membership) - before, 2 * DEVICES);
    assert_eq!(chains(&founder, &scopes[0]), 2 * DEVICES);
    crate::log::admission::ingest(&operator.log, &founder.entries(), Some(founder.log.device), NOW).expect("ingested");
    assert_eq!(chains(&operator, &scopes[0]), 2 * DEVICES, "and passed on");
    // what they write counts for nothing, and is named
    let verified = founder.verify();
    assert_eq!((&verified["ok"], &verified["cases"]), (&Json::from(false), &Json::from(0)));
}

#[test]
fn a_false_wrap_of_one_who_does_not_read_there_starves_no_newcomer() {
    for attacked in [false, true] {
        let founder = Home::founded();
        founder.site("PES");
        founder.site("BOM");
        let manager = confirmed(&founder, "JER", "cfm_manager", "Marc");
        let attacker = founder.invited("PES", "meal", "Ali");
        let operator = founder.invited("BOM", "operator", "Olga");
        for other in [&manager, &attacker, &operator] {
            exchange(&founder, other);
        }
        let case =
            case_id(&operator.new_case(NewCase { text: Some(Words::from("mots de Bombardopolis")), ..complaint() }));
        exchange(&founder, &operator);
        exchange(&founder, &manager);
        let newcomer = manager.invited("BOM", "operator", "Zed");
        exchange(&manager, &newcomer);
        exchange(&manager, &attacker);
        if attacked {
            let target = audience_of_name(&founder.log.org, "site/BOM").0;
            let wrapped = Wrapped { to: newcomer.member.0, enc: [5; 32], ct: [6; 48] };
            attacker.log.append_membership(vec![(Operation::Wrap { target, epoch: 1, wrapped }, None)]).expect("said");
        }
        exchange(&manager, &attacker);
        let told = manager.with(|log, reader| crate::members::member_confirm(log, reader, "Zed", &[])).expect("words");
        let words: Vec<String> =
            told["words"].as_array().expect("six").iter().filter_map(Json::as_str).map(str::to_owned).collect();
        manager.with(|log, reader| crate::members::member_confirm(log, reader, "Zed", &words)).expect("confirmed");
        exchange(&founder, &manager);
        exchange(&founder, &newcomer);
        assert!(reads(&newcomer, &case, "mots de Bomb"), "attacked: {attacked}");
    }
}

#[test]
fn today_an_unconfirmed_finder_of_a_managers_invitation_confirms_others() {
    let founder = Home::founded();
    founder.site("PES");
    let thief = founder.invited("PES", "cfm_manager", "Marc");
    exchange(&founder, &thief);
    let helper = thief.invited("PES", "operator", "Zed");
    exchange(&thief, &helper);
    let told = thief.with(|log, reader| crate::members::member_confirm(log, reader, "Zed", &[])).expect("words");
    let words: Vec<String> =
        told["words"].as_array().expect("six").iter().filter_map(Json::as_str).map(str::to_owned).collect();
    let told = thief.with(|log, reader| crate::members::member_confirm(log, reader, "Zed", &words));
    assert_eq!(told.expect("confirmed")["confirmed"], true);
}

#[test]
fn twelve_homes_that_meet_all_at_once_are_quiet_in_three_rounds() {
    let founder = Home::founded();
    let mut homes = vec![founder];
    for n in 0..11 {
        let home = homes[0].invited("JER", "operator", &format!("Op{n}"));
        homes.push(home);
    }
    let mut wrote = Vec::new();
    for _ in 0..3 {
        let all: Vec<Vec<Vec<u8>>> = homes.iter().map(Home::entries).collect();
        for (n, home) in homes.iter().enumerate() {
            for (m, entries) in all.iter().enumerate().filter(|(m, _)| *m != n) {
                crate::log::admission::ingest(&home.log, entries, Some(homes[m].log.device), NOW).expect("ingested");
            }
        }
        wrote.push(homes.iter().filter(|home| home.housekeeping()).count());
    }
    assert!(wrote[0] > 6 && wrote[2] == 0, "names, a Merge or two, and then quiet: {wrote:?}");
    let first = homes[0].fingerprint();
    assert!(homes.iter().all(|home| home.fingerprint() == first));
    assert!(homes[0].log.shared().roster.heads.len() <= crdt_model::entry::AUTH_MAX, "one entry can name all of them");
}
