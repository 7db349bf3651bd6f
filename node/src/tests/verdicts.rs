//! An entry that fails its verdict keeps its place: it is stored, relayed and counted, and seen nowhere.

use crdt_model::edit::Words;
use crdt_model::edit::{Edit, EditOps};
use crdt_model::id::EntryId;
use crdt_model::layer::{LayerOp, Value};

use super::{Home, NOW, case_id, complaint, exchange};
use crate::acts::{SensitiveKey, Write};
use crate::core::entropy;

/// Writes an operation that the schema of the open layer does not know, as a modified client would.
fn write_foreign_key(home: &Home, case: &str) -> EntryId {
    home.with(|core, reader| {
        let shared = core.shared();
        let loaded = core.find_case(&shared, reader, case)?;
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
        core.commit(|tx| core.write(tx, &shared, reader, write, NOW, &mut entropy))
    })
    .expect("written")
}

fn set_project(home: &Home, case: &str, project: &str) {
    let edit = Edit::Set { values: vec![("project".into(), Words::from(project))] };
    home.with(|core, reader| core.act(reader, case, &edit, NOW)).expect("set");
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
        let snapshot = home.core.store.read().expect("readable");
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
