//! An entry that fails its verdict keeps its place: it is stored, relayed and counted, and seen nowhere.

use crdt_model::edit::{Edit, EditOps};
use crdt_model::entry::{Entry, Place};
use crdt_model::layer::{Layer, LayerOp, Value};
use crdt_model::seal::{Plain, Sealing, seal_section};
use crdt_model::values::{EntryId, Words};

use super::{Home, NOW, case_id, complaint, exchange};
use crate::log::{append, entropy};
use crate::writes::{SensitiveKey, Write};

/// Writes an operation that the schema of the open layer does not know, as a modified client would.
fn write_foreign_key(home: &Home, case: &str) -> EntryId {
    home.with(|log, reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        let mut ops = EditOps::default();
        ops.open.push(LayerOp::Put { key: "poison".into(), value: Value::Text("x".into()) });
        let write = Write {
            scope: loaded.scope,
            doc: loaded.doc,
            ops,
            deps: loaded.document.heads.clone(),
            birth: false,
            week_start_ms: None,
            sensitive: SensitiveKey::None,
            generation: 0,
            salt: [0; 8],
            alone: false,
            current: Some(loaded.clone()),
        };
        let mut entropy = entropy()?;
        log.commit(|tx| crate::writes::append_edit(log, tx, &shared, reader, write, NOW, &mut entropy))
    })
    .expect("written")
}

fn set_project(home: &Home, case: &str, project: &str) {
    let edit = Edit::Set { values: vec![("project".into(), Words::from(project))] };
    home.with(|log, reader| crate::writes::act(log, reader, case, &edit, NOW)).expect("set");
}

#[test]
fn a_device_whose_fifth_entry_fails_and_sixth_is_good_shows_the_same_case_everywhere() {
    let founder = Home::founded();
    founder.site("PES");
    let liar = founder.invited("JER", "operator", "Ali");
    let other = founder.invited("PES", "operator", "Awa");
    exchange(&founder, &liar);
    exchange(&founder, &other);

    // chain of the liar in site/JER: the stream grant, the case, two edits, the bad entry, a good edit
    let case = case_id(&liar.new_case(complaint()));
    set_project(&liar, &case, "un");
    set_project(&liar, &case, "deux");
    let bad = write_foreign_key(&liar, &case);
    set_project(&liar, &case, "trois");

    exchange(&liar, &founder);
    exchange(&founder, &other);
    assert_eq!(founder.fingerprint(), liar.fingerprint());
    assert_eq!(founder.fingerprint(), other.fingerprint());
    for home in [&founder, &liar, &other] {
        let snapshot = home.log.store.read().expect("readable");
        let stored = snapshot.entry(&bad).expect("readable").expect("held");
        assert_eq!(stored.seq(), 5, "the bad entry is the fifth of its chain");
        assert!(snapshot.chain(&stored.chain).expect("the chain").tip_seq >= 6, "and the sixth counts");
        drop(snapshot);
        let shown = home.show(&case).expect("shown");
        assert_eq!(shown["project"], "trois");
        assert!(!shown.to_string().contains("poison"));
        let verified = home.verify();
        assert_eq!(verified["quarantined"], 1);
        let problem = verified["problems"]
            .as_array()
            .and_then(|all| all.iter().find(|p| p["entry"] == bad.to_string()))
            .expect("verify names the bad entry");
        assert_eq!(problem["author"], "Ali");
        assert_eq!(problem["step"], "semantic");
    }
}

/// Seals, under the key that everybody has, what says another generation than its header, as a modified client would.
fn write_malformed_section(home: &Home, case: &str) -> EntryId {
    home.with(|log, reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        let last = log.store.read()?.entry(&loaded.document.heads[0])?.expect("held");
        let last = log.decode(&last.bytes)?;
        let place = Place::after(last.header(), last.id());
        let mut header = last.header().clone();
        header.sections.retain(|section| section.layer == Layer::Open.code());
        (header.seq, header.prev, header.deps) = (place.seq, place.prev, vec![last.id()]);
        header.bytes_total = place.bytes_before + header.cost();
        let (_, key) = reader.keychain.newest_open(&loaded.scope).expect("held");
        let (salt, member, member_sig) = ([1; 16], reader.member(), [0; 64]);
        let plain = Plain { salt, claimed_ms: NOW, member, member_sig, flags: 0, generation: 9, change: vec![1, 2, 3] };
        let sealing = Sealing { key: key.clone(), plain };
        let bucket = header.sections[0].len as usize;
        let section = seal_section(&sealing, None, &header.aad(), Layer::Open.code(), bucket, &mut entropy()?);
        let entry = Entry::sign(header, vec![section.expect("fits")], &log.device_ed);
        log.commit(|tx| append(tx, &entry))?;
        Ok(entry.id())
    })
    .expect("written")
}

#[test]
fn a_section_that_is_authentic_and_not_in_form_is_named_with_who_wrote_it() {
    let founder = Home::founded();
    let liar = founder.invited("JER", "operator", "Ali");
    exchange(&founder, &liar);
    let case = case_id(&liar.new_case(complaint()));
    set_project(&liar, &case, "un");
    let bad = write_malformed_section(&liar, &case);
    exchange(&liar, &founder);
    assert_eq!(founder.fingerprint(), liar.fingerprint());
    assert_eq!(founder.show(&case).expect("shown")["project"], "un");
    let verified = founder.verify();
    let problems = verified["problems"].as_array().expect("a list");
    let problem = problems.iter().find(|p| p["step"] == "section").expect("named");
    assert_eq!((&problem["entry"], &problem["reason"]), (&bad.to_string().into(), &"generation".into()));
    assert_eq!(problem["author"], "Ali");
}
