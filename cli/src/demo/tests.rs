use std::sync::{Arc, Mutex};

use node::api::{Envelope, Progress, Ready, Reply, RunOptions, Runtime, Service};
use serde_json::json;

use super::*;
use crate::backend::Backend;
use crate::console::script::Script;

/// What goes wrong in a staged world.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    EntriesDiffer,
    EditLost,
    OfficeReads,
    FocalPointCannot,
    SyncStops,
}

/// Plays the nodes' part as the story expects it, but for one fault.
struct Staged {
    home: String,
    fault: Fault,
    running: Arc<Mutex<Vec<String>>>,
}

impl Service for Staged {
    fn handle(&self, envelope: Envelope, _: &mut dyn FnMut(Progress)) -> Reply {
        let focal_point = envelope.member.as_deref() == Some("Paule");
        let office = self.home.ends_with("sous-bureau");
        Ok(match envelope.request {
            Request::Invite { .. } => json!({"invitation": "boucle1x"}),
            Request::MemberConfirm { words, .. } if words.is_empty() => {
                json!({"words": ["a", "b", "c", "d", "e", "f"]})
            }
            Request::Import { path, .. } => {
                assert!(std::fs::read_to_string(path).is_ok_and(|text| text.lines().count() > 30));
                json!({"rows": 32, "created": 31, "sealed": 3})
            }
            Request::Sync { .. } => json!({"peers": [{"equal": self.fault != Fault::SyncStops}]}),
            Request::Fingerprint => {
                let entries = if office && self.fault == Fault::EntriesDiffer { 6 } else { 7 };
                json!([{"scope": "b", "entries": entries}, {"scope": "a", "entries": 1}])
            }
            Request::CaseConflicts { .. } if self.fault == Fault::EditLost => json!([]),
            Request::CaseConflicts { .. } => json!([{"values": [{"value": "vivres"}, {"value": "transferts"}]}]),
            Request::CaseNew { .. } => json!({"case_id": "5ea1"}),
            Request::CaseShow { .. } => {
                let readable = match (focal_point, office) {
                    (true, _) => self.fault != Fault::FocalPointCannot,
                    (_, office) => office && self.fault == Fault::OfficeReads,
                };
                if !readable {
                    return Err(Failure::new("not_readable").arg("ref", "5ea1"));
                }
                json!({"allegation": ALLEGATION})
            }
            Request::CaseList(filter) if !filter.group_by.is_empty() => json!([{"status": "received", "count": 31}]),
            Request::CaseList(_) => json!([{"ref": "COM-101-00001-01", "status": "received"},
                                            {"status": "restricted", "case_id": "5ea1"}]),
            _ => json!({}),
        })
    }
}

impl Runtime for Staged {
    fn start(&self, options: &RunOptions) -> Result<Ready, Failure> {
        assert!(!options.mdns && options.passphrase.is_some());
        self.running.lock().expect("no panic").push(self.home.clone());
        Ok(Ready { ready: true, listening: options.listen.clone(), web: None })
    }

    fn stop(&self) -> Result<(), Failure> {
        self.running.lock().expect("no panic").retain(|home| *home != self.home);
        Ok(())
    }
}

struct Stage {
    fault: Fault,
    running: Arc<Mutex<Vec<String>>>,
}

impl Backend for Stage {
    fn open(&self, home: &Path) -> Result<Arc<dyn Service>, Failure> {
        Ok(self.runtime(home)?)
    }

    fn runtime(&self, home: &Path) -> Result<Arc<dyn Runtime>, Failure> {
        let home = home.display().to_string();
        Ok(Arc::new(Staged { home, fault: self.fault, running: self.running.clone() }))
    }
}

fn told(fault: Fault, json: bool) -> (Result<(), Failure>, String) {
    let stage = Stage { fault, running: Arc::default() };
    let mut out = Vec::new();
    let world = &mut World {
        env: &|_| None,
        console: &mut Script::default(),
        out: &mut out,
        err: &mut Vec::new(),
        out_terminal: false,
        err_terminal: false,
        now_ms: 0,
        backend: &stage,
        arm: &|| Ok(Box::new(|| Ok(()))),
    };
    let result = tell(&Demo { web: false, keep: None }, json, &Texts::for_lang("fr"), world);
    assert!(stage.running.lock().expect("no panic").is_empty(), "a node was left running");
    (result, String::from_utf8(out).expect("UTF-8"))
}

#[test]
fn the_story_says_what_happened_and_what_holds() {
    let (result, shown) = told(Fault::None, false);
    assert_eq!(result, Ok(()));
    assert!(shown.lines().count() >= 12 && shown.contains("32") && shown.contains("COM-101-00001-01"), "{shown}");
    assert!(!shown.contains("demo-"), "a text is missing: {shown}");
    assert!(!shown.contains(ALLEGATION));
}

#[test]
fn every_promise_of_the_story_is_checked() {
    for (fault, step) in [
        (Fault::EntriesDiffer, "demo-same-entries"),
        (Fault::EditLost, "demo-both-edits"),
        (Fault::OfficeReads, "demo-office-cannot"),
        (Fault::FocalPointCannot, "demo-focal-point-can"),
        (Fault::SyncStops, "demo-synced"),
    ] {
        let failure = told(fault, false).0.expect_err(step);
        assert_eq!((failure.code, failure.args), ("demo_failed", vec![("step", step.to_owned())]));
    }
}

#[test]
fn with_json_the_story_is_one_document() -> Result<(), serde_json::Error> {
    let (result, shown) = told(Fault::None, true);
    assert_eq!(result, Ok(()));
    assert_eq!(serde_json::from_str::<Value>(&shown)?["ok"], true);
    Ok(())
}
