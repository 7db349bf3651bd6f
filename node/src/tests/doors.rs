//! Doors that were open: a second self let in where its inviter manages nobody, and an erasure by two selves.
//!
//! Sites: JER the root, PES and BOM below it, MNK below PES. What the roster says of every role and inviter is the table of
//! `crdt-model`; here is what homes do with it.

use crdt_model::entry::LAYER_GRANT;
use crdt_model::erasure::{Erasure, Ground};
use crdt_model::roster::{Invitation, Operation, Standing, site_scope};
use crdt_model::seal::Entropy;
use crdt_model::values::{DocId, EntryId, ScopeId};
use serde_json::json;

use super::generations::confirmed;
use super::*;
use crate::members::new_site;

const WORDS: &str = "mots de Bombardopolis";

/// The founder with the four sites.
fn founded() -> Home {
    let founder = Home::founded();
    for (code, parent) in [("PES", "JER"), ("BOM", "JER"), ("MNK", "PES")] {
        founder
            .with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, "office", Some(parent))))
            .expect("site added");
    }
    founder
}

fn confirms(by: &Home, name: &str) -> Result<Json, Failure> {
    let words = by.with(|log, reader| crate::members::member_confirm(log, reader, name, &[]))?;
    let words: Vec<String> =
        words["words"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
    by.with(|log, reader| crate::members::member_confirm(log, reader, name, &words))
}

fn complaint_of(home: &Home, words: &str) -> String {
    case_id(&home.new_case(NewCase { text: Some(Words::from(words)), ..complaint() }))
}

fn reads(home: &Home, case: &str, words: &str) -> bool {
    home.show(case).is_ok_and(|shown| shown.to_string().contains(words))
}

fn invites(by: &Home, site: &str, role: &str) -> Result<Json, Failure> {
    by.with(|log, reader| crate::members::invite(log, reader, site, role, None, None, NOW))
}

fn joins(text: &str, name: &str) -> Home {
    let folder = TempDir::new().expect("a folder");
    let (log, _) = members::join(&folder.path().join("home"), None, text, name, &passphrase(), NOW).expect("joined");
    let log = log.expect("a new home");
    let member = log.unlocked()[0];
    Home { log: Arc::new(log), member, folder }
}

/// What a changed program does: it writes the Invite without asking anybody, with all its home holds in it.
fn forged_invitation(by: &Home, site: &str, role: &str) -> String {
    by.with(|log, reader| {
        let shared = log.shared();
        let told = crate::members::make_invitation(log, &shared, reader, role, site, NOW + 86_400_000)?;
        crate::members::append_invitation(log, &shared, reader, told)
    })
    .expect("said")
}

/// Bytes of every section that this home holds keys for would be too many to try: what it can read is what it shows, and
/// which secrets it holds.
fn holds_audience(home: &Home, site: &str) -> bool {
    let audience = crdt_model::roster::audience_of_name(&home.log.org, &format!("site/{site}"));
    home.with(|_, reader| Ok(reader.keychain.reads_audience(&audience))).expect("asked")
}

#[test]
fn a_second_self_at_a_site_that_is_neither_ones_own_nor_below_is_refused_and_reads_nothing_where_it_is_forced() {
    let founder = founded();
    let operator = founder.invited("BOM", "operator", "Olga");
    let manager = confirmed(&founder, "PES", "cfm_manager", "Marc");
    exchange(&founder, &operator);
    let case = complaint_of(&operator, WORDS);
    exchange(&founder, &operator);
    exchange(&founder, &manager);

    // the program refuses, says who may, and nothing has changed
    let before = manager.fingerprint();
    for role in ["cfm_manager", "operator", "relay"] {
        let refused = invites(&manager, "BOM", role).expect_err("not his site");
        assert_eq!(refused.code, "not_in_reach");
        assert!(refused.args.contains(&("who", "Rose".to_owned())), "{refused:?}");
        assert_eq!(invites(&manager, "JER", role).expect_err("above his").code, "not_in_reach");
    }
    assert_eq!(invites(&manager, "PES", "coordinator").expect_err("more senior").code, "not_permitted");
    assert_eq!(manager.fingerprint(), before);

    // a changed program writes it all the same
    for role in ["cfm_manager", "operator", "focal_psea"] {
        let text = forged_invitation(&manager, "BOM", role);
        let second = joins(&text, "Marc bis");
        exchange(&manager, &second);
        let join = second.log.shared().roster.members[&second.member].join;
        manager.log.append_membership(vec![(Operation::Confirm(join), None)]).expect("said");
        for other in [&second, &founder, &second, &operator, &second] {
            exchange(&manager, other);
        }
        exchange(&founder, &second);
        exchange(&operator, &second);
        assert_eq!(founder.fingerprint(), second.fingerprint(), "all hold the same entries");
        for honest in [&founder, &operator] {
            let shared = honest.log.shared();
            assert!(!shared.roster.members.contains_key(&second.member), "{role}: no member of anybody's");
            assert!(!shared.roster.devices.contains_key(&second.log.device));
            let to_second = |to: &[u8; 16]| *to == second.member.0 || *to == second.log.device.0;
            assert!(!shared.roster.wraps.iter().any(|held| to_second(&held.wrapped.to)), "{role}: nothing was given");
        }
        assert!(!reads(&second, &case, WORDS) && !holds_audience(&second, "BOM"), "{role}");
        // and what comes later neither
        let later = complaint_of(&operator, "plus tard");
        exchange(&operator, &second);
        assert!(!reads(&second, &later, "plus tard"));
        // nor more by its invitation than its inviter held
        assert!(!reads(&manager, &case, WORDS) && !holds_audience(&manager, "BOM"));
        let told = Invitation::from_text(&text).expect("an invitation");
        assert!(told.open.iter().all(|open| {
            manager
                .with(|_, reader| Ok(reader.keychain.open_key(&open.scope, open.epoch) == Some(&open.key)))
                .expect("asked")
        }));
    }
    let named = founder.verify()["problems"].to_string();
    assert!(named.contains("not_in_reach") && named.contains("Marc"), "{named}");
}

#[test]
fn who_joined_on_an_invitation_that_does_not_count_is_told_so_and_what_to_take_again() {
    let founder = founded();
    let manager = confirmed(&founder, "PES", "cfm_manager", "Marc");
    let newcomer = joins(&forged_invitation(&manager, "BOM", "operator"), "Zed");
    // before anybody was met nothing can be known, and work is taken in
    let case = complaint_of(&newcomer, "la file est longue");
    assert_eq!(
        crate::writes::tampering::alarms(&newcomer.log, &newcomer.log.shared()).expect("told"),
        Vec::<Json>::new()
    );
    exchange(&manager, &newcomer);
    let shared = newcomer.log.shared();
    let alarms = crate::writes::tampering::alarms(&newcomer.log, &shared).expect("told");
    assert_eq!((alarms.len(), &alarms[0]["code"]), (1, &json!("invitation_void_here")), "{alarms:?}");
    assert_eq!(alarms[0]["by"], "Marc");
    let shown = newcomer.show(&case).expect("its own home shows what it wrote");
    assert_eq!((&shown["text"], &alarms[0]["retake"]), (&json!("la file est longue"), &json!([shown["ref"]])));
    assert!(!reads(&manager, &case, "la file est longue"));
    let refused = newcomer
        .with(|log, reader| crate::writes::case_new(log, reader, complaint(), Some(&[]), NOW))
        .expect_err("told");
    assert_eq!(refused.code, "invitation_void");
    let found = crate::health::doctor::findings_of_members(&newcomer.log);
    assert!(found.contains(&"members_invited_without_right"), "{found:?}");
    // with a good one the same home goes on
    let text = invites(&founder, "BOM", "operator").expect("invited")["invitation"].clone();
    members::join(
        &newcomer.log.home,
        Some(&*newcomer.log),
        text.as_str().expect("a code"),
        "Zed anew",
        &Passphrase::new("another long enough passphrase"),
        NOW,
    )
    .expect("joined");
    exchange(&founder, &newcomer);
    let shared = founder.log.shared();
    assert!(shared.roster.members.values().any(|member| member.device == newcomer.log.device && member.is_live()));
}

#[test]
fn nobody_confirms_at_a_site_out_of_reach_nor_makes_sites_there() {
    let founder = founded();
    let region = confirmed(&founder, "PES", "coordinator", "Claire");
    let manager = confirmed(&founder, "BOM", "cfm_manager", "Marc");
    let newcomer = founder.invited("PES", "operator", "Ali");
    for home in [&newcomer, &region, &manager] {
        exchange(&founder, home);
    }
    let before = manager.fingerprint();
    let refused = confirms(&manager, "Ali").expect_err("another's site");
    assert_eq!(refused.code, "not_in_reach");
    assert!(refused.args.iter().any(|(name, who)| *name == "who" && who.contains("Claire") && who.contains("Rose")));
    assert_eq!(manager.fingerprint(), before);
    let adds = |code: &str, parent: &str| {
        region
            .with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, "committee", Some(parent))))
    };
    let refused = adds("XAA", "BOM").expect_err("another's site");
    assert_eq!((refused.code, refused.args.contains(&("who", "Rose".to_owned()))), ("not_in_reach", true));
    adds("XAB", "MNK").expect("below hers");
    // forced, it changes nothing
    let join = manager.log.shared().roster.members[&newcomer.member].join;
    manager.log.append_membership(vec![(Operation::Confirm(join), None)]).expect("said");
    exchange(&founder, &manager);
    exchange(&founder, &region);
    assert_eq!(founder.log.shared().roster.members[&newcomer.member].standing, Standing::Unconfirmed);
    // and who manages there confirms
    assert_eq!(confirms(&region, "Ali").expect("in reach")["confirmed"], true);
}

/// Homes let in by each inviter: what they may and read is as it was.
#[test]
fn whom_a_manager_lets_in_at_their_own_site_and_below_works_before_and_after_the_first_sync() {
    let founder = founded();
    let region = confirmed(&founder, "PES", "coordinator", "Claire");
    let manager = confirmed(&founder, "PES", "cfm_manager", "Marc");
    exchange(&founder, &region);
    for (n, (by, site)) in
        [(&manager, "PES"), (&manager, "MNK"), (&region, "MNK"), (&founder, "BOM")].iter().enumerate()
    {
        let name = format!("Ali {n}");
        let newcomer = by.invited(site, "operator", &name);
        let words = format!("avant de rencontrer qui que ce soit {n}");
        let case = complaint_of(&newcomer, &words);
        exchange(by, &newcomer);
        exchange(by, &founder);
        assert!(reads(by, &case, &words) && reads(&founder, &case, &words) && reads(&newcomer, &case, &words));
        confirms(by, &name).expect("by whoever invited");
        exchange(by, &newcomer);
        exchange(by, &founder);
        let stands = founder.log.shared().roster.members[&newcomer.member].standing;
        assert_eq!(stands, Standing::Confirmed, "{site}");
        let colleague = complaint_of(by, "d'un collègue");
        exchange(by, &newcomer);
        assert_eq!(
            reads(&newcomer, &colleague, "d'un collègue"),
            by.log.shared().roster.members[&by.member].site() == *site
        );
        assert_eq!(newcomer.verify()["problems"], json!([]));
    }
}

#[test]
fn one_of_very_many_newcomers_is_confirmed_at_once() {
    let founder = founded();
    let newcomers: Vec<Home> = (0..12).map(|n| founder.invited("PES", "relay", &format!("Ali {n}"))).collect();
    for newcomer in &newcomers {
        crate::log::admission::ingest(&founder.log, &newcomer.entries(), Some(newcomer.log.device), NOW)
            .expect("ingested");
    }
    assert!(founder.log.shared().roster.heads.len() > crdt_model::entry::AUTH_MAX, "more heads than an entry names");
    for newcomer in &newcomers {
        let id = newcomer.member.to_string();
        assert_eq!(confirms(&founder, &id).expect("confirmed")["confirmed"], true);
    }
}

// ------------------------------------------------------------------ erasure

fn sealed_case(home: &Home, text: &str) -> String {
    let case = NewCase { text: Some(Words::from(text)), category: None, ..complaint() };
    let seal = crate::api::SealOptions {
        audience: Some("psea".into()),
        recuse: Some(Vec::new()),
        ..crate::api::SealOptions::default()
    };
    case_id(&home.with(|log, reader| crate::writes::case_new_with(log, reader, case, &seal, NOW)).expect("captured"))
}

/// What a changed program does: signs that all of a case goes.
fn forges_erasure(home: &Home, scope: ScopeId, case: &str, deps: Vec<EntryId>) -> EntryId {
    let doc: DocId = case.parse().expect("an id");
    let erasure = Erasure { layers: 7, generation: u32::MAX, ground: Ground::Request };
    let shared = home.log.shared();
    let mut entropy = Entropy::new([9; 32]);
    home.log
        .commit(|tx| {
            crate::writes::erase::sign_erasure(&home.log, tx, &shared, (scope, doc), erasure, deps, &mut entropy)
        })
        .expect("signed")
}

#[test]
fn two_selves_destroy_no_case_of_another_site_confirmed_or_not() {
    let founder = founded();
    let operator = founder.invited("BOM", "operator", "Olga");
    let manager = confirmed(&founder, "PES", "cfm_manager", "Marc");
    exchange(&founder, &operator);
    exchange(&founder, &manager);
    let (second, third) =
        (manager.invited("PES", "cfm_manager", "Marc bis"), manager.invited("PES", "cfm_manager", "Marc ter"));
    for home in [&second, &third, &founder] {
        exchange(&manager, home);
    }
    let cases = [sealed_case(&operator, WORDS), complaint_of(&operator, WORDS)];
    let own = complaint_of(&manager, "ici");
    let meet = || {
        for home in [&operator, &manager, &second, &third] {
            exchange(&founder, home);
        }
        exchange(&founder, &operator);
        exchange(&founder, &second);
    };
    meet();
    let (here, elsewhere) = (site_scope(&founder.log.org, "PES"), site_scope(&founder.log.org, "BOM"));
    for confirmed in [false, true] {
        for case in &cases {
            for (one, other) in [(&second, &third), (&manager, &second)] {
                let first = forges_erasure(one, elsewhere, case, Vec::new());
                exchange(one, other);
                forges_erasure(other, elsewhere, case, vec![first]);
                exchange(one, other);
            }
        }
        if !confirmed {
            // nor one of their own site, while nobody has confirmed them
            let first = forges_erasure(&second, here, &own, Vec::new());
            exchange(&second, &third);
            forges_erasure(&third, here, &own, vec![first]);
            exchange(&second, &third);
        }
        meet();
        for case in &cases {
            assert!(reads(&founder, case, WORDS), "it stands");
        }
        assert!(reads(&manager, &own, "ici"), "what was signed before is worth nothing afterwards either");
        for name in ["Marc bis", "Marc ter"] {
            confirms(&manager, name).expect("confirmed");
        }
        meet();
    }
    assert_eq!(founder.fingerprint(), operator.fingerprint());
}

#[test]
fn one_who_may_erase_here_and_one_of_an_audience_erase_and_nobody_else() {
    // who proposes, who approves; sites JER is above, BOM elsewhere; and whether it is done
    let pairs: [(&str, &str, bool); 6] = [
        ("founder", "focal_psea JER", true),
        ("focal_psea PES", "cfm_manager PES", true),
        ("cfm_manager PES", "focal_data_protection JER", true),
        ("focal_psea JER", "focal_psea PES", false),
        ("focal_psea JER", "cfm_manager BOM", false),
        ("cfm_manager PES", "focal_psea BOM", true),
    ];
    let founder = founded();
    let operator = founder.invited("PES", "operator", "Olga");
    exchange(&founder, &operator);
    let mut people: std::collections::BTreeMap<&str, Home> = std::collections::BTreeMap::new();
    for post in pairs.iter().flat_map(|(one, other, _)| [*one, *other]).filter(|post| *post != "founder") {
        let (role, site) = post.split_once(' ').expect("a role and a site");
        people.entry(post).or_insert_with(|| confirmed(&founder, site, role, post));
    }
    let of = |post: &str| people.get(post).unwrap_or(&founder);
    for (one, other, done) in pairs {
        let case = complaint_of(&operator, "avant");
        // those who sign, the founder between them
        let meet = || {
            let far = [one, other].into_iter().filter_map(|post| people.get(post));
            for home in std::iter::once(&operator).chain(far.clone()).chain(far).chain([&operator]) {
                exchange(&founder, home);
            }
        };
        let options = crate::api::SealOptions {
            audience: Some("psea".into()),
            recuse: Some(Vec::new()),
            ..crate::api::SealOptions::default()
        };
        operator
            .with(|log, reader| crate::writes::case_seal(log, reader, &case, &Words::from("grave"), &options, NOW))
            .expect("sealed");
        meet();
        let erase = |home: &Home, approve| {
            home.with(|log, reader| crate::writes::erase::case_erase(log, reader, &case, approve, false))
        };
        let proposed = erase(of(one), false);
        meet();
        let approved = erase(of(other), true);
        match done {
            true => {
                proposed.expect("proposed");
                assert_eq!(approved.expect("approved")["erased"], true, "{one}, {other}");
            }
            false => {
                let refused = approved.expect_err("refused");
                assert!(["not_permitted", "not_in_reach"].contains(&refused.code), "{one}, {other}: {refused:?}");
                let who = refused.args.iter().find(|(name, _)| *name == "who").map(|(_, who)| who.clone());
                assert!(who.is_some_and(|who| who.contains("cfm_manager PES") || who.contains("Rose")), "{refused:?}");
            }
        }
    }
    let refused = operator
        .with(|log, reader| {
            let case = crate::list::query::list(log, &log.shared(), reader, &Default::default(), NOW)?;
            crate::writes::erase::case_erase(log, reader, case[0]["case_id"].as_str().expect("an id"), false, false)
        })
        .expect_err("an operator");
    assert_eq!(refused.code, "not_permitted");
}

/// The sections that an Invite in the log brings open to nobody but the invited: nothing else of it is searched for here.
#[test]
fn an_invitation_gives_no_audience_its_inviter_lacks() {
    let founder = founded();
    let manager = confirmed(&founder, "PES", "cfm_manager", "Marc");
    let told = Invitation::from_text(&forged_invitation(&manager, "BOM", "cfm_manager")).expect("an invitation");
    let log = &manager.log;
    let snapshot = log.store.read().expect("readable");
    let entry = crate::log::forks::held_or_carried(log, &snapshot, &told.invite).expect("readable").expect("held");
    let (_, sealed) = entry.section(LAYER_GRANT).expect("a grant");
    let kem = crdt_model::seal::invite_kem_secret(&told.seed);
    let grant = crdt_model::seal::InviteGrant::open_sealed(sealed, &log.org, &kem).expect("opened");
    let held = |id| manager.with(|_, reader| Ok(reader.keychain.reads_audience(id))).expect("asked");
    assert!(grant.audiences.iter().all(|(id, ..)| held(id)));
    let bom = crdt_model::roster::audience_of_name(&log.org, "site/BOM");
    assert!(grant.audiences.iter().all(|(id, ..)| *id != bom));
}
