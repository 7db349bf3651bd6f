//! `boucle demo`: the whole story on one machine, with three real nodes on loopback.
//!
//! A regional coordinator founds an organisation, a sub-office and a complaint committee join by invitation. The
//! committee imports a KoboToolbox file. The network is cut; two nodes edit the same case and the committee records a
//! sensitive allegation. Reconnected and synced, the nodes must hold the same entries, both edits must be there, and
//! the allegation must be readable by the PSEA focal point and by nobody at the sub-office. Each of these is checked,
//! and a check that fails is an error.

mod node_at;
#[cfg(test)]
mod tests;

use std::path::Path;

use crdt_model::edit::{NewCase, Words};
use node::api::{CaseFilter, Request, SealOptions};
use node::error::{Failure, IoOperation};
use node::texts::{TextArg, Texts};
use serde_json::{Value, json};

use crate::commands::demo::Demo;
use crate::session::{World, written};
use node_at::NodeAt;

/// The sample the committee imports: generated, no real person.
const KOBO: &str = include_str!("demo/kobo.csv");
/// What the sub-office must never read; invented.
const ALLEGATION: &str = "Un agent a demandé des faveurs en échange d'une inscription (récit inventé).";

/// Tells the story; the folder with the homes is removed unless `--keep` names one.
///
/// # Errors
///
/// What a node fails with, or `demo_failed` when a check does not hold.
pub(crate) fn tell(demo: &Demo, json: bool, texts: &Texts, world: &mut World<'_>) -> Result<(), Failure> {
    let scratch;
    let folder = match &demo.keep {
        Some(keep) => {
            std::fs::create_dir_all(keep).map_err(|error| Failure::io(IoOperation::Write, keep, &error))?;
            keep.as_path()
        }
        None => {
            let temp = std::env::temp_dir();
            let made = tempfile::Builder::new().prefix("boucle-demo-").tempdir();
            scratch = made.map_err(|error| Failure::io(IoOperation::Write, &temp, &error))?;
            scratch.path()
        }
    };
    let cast = Cast::open(world, folder)?;
    let mut story = Story { texts, world, json };
    let result = story.found(&cast).and_then(|()| story.play(&cast, folder));
    // Even a story that broke off leaves no node running.
    for node in [&cast.region, &cast.office, &cast.committee] {
        let _ = node.stop();
    }
    let outcome = result?;
    if demo.keep.is_some() {
        let args = [("folder", folder.display().to_string().into()), ("passphrase", cast.region.passphrase().into())];
        story.say("demo-kept", &args)?;
    }
    if json { written(writeln!(story.world.out, "{outcome}")) } else { Ok(()) }
}

/// The three nodes.
struct Cast {
    region: NodeAt,
    office: NodeAt,
    committee: NodeAt,
}

impl Cast {
    fn open(world: &World<'_>, folder: &Path) -> Result<Self, Failure> {
        let open = |name: &str, member: &str| NodeAt::open(world.backend, &folder.join(name), member);
        Ok(Self {
            region: open("region", "Rose")?,
            office: open("sous-bureau", "Ali")?,
            committee: open("comite", "Awa")?,
        })
    }
}

/// Tells as it goes.
struct Story<'a, 'w> {
    texts: &'a Texts,
    world: &'a mut World<'w>,
    json: bool,
}

impl Story<'_, '_> {
    fn say(&mut self, key: &str, args: &[TextArg<'_>]) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        let line = self.texts.with(key, args);
        written(writeln!(self.world.out, "{line}").and_then(|()| self.world.out.flush()))
    }

    /// An organisation with three sites, everyone joined, running and confirmed.
    fn found(&mut self, cast: &Cast) -> Result<(), Failure> {
        let Cast { region, office, committee } = cast;
        let init =
            Request::Init { org: "Démonstration".into(), site: "REG".into(), member: "Rose".into(), roots: None };
        region.ask(init)?;
        for (code, name, kind) in [("JER", "Jérémie", "office"), ("COM", "Comité", "committee")] {
            let (code, name, kind) = (code.to_owned(), name.to_owned(), kind.to_owned());
            region.ask(Request::SiteAdd { code, name, kind, parent: Some("REG".into()), org_unit: None })?;
        }
        for (node, site, role) in [(office, "JER", "cfm_manager"), (committee, "COM", "committee")] {
            node.ask(join(region, site, role, node.member())?)?;
        }
        // The focal point shares the coordinator's machine and has keys of her own.
        region.ask_as("Paule", join(region, "REG", "focal_psea", "Paule")?)?;
        self.say("demo-founded", &[])?;
        for node in [region, office, committee] {
            node.start()?;
        }
        for node in [office, committee] {
            node.sync_with(region)?;
        }
        for name in ["Ali", "Awa", "Paule"] {
            confirm(region, name)?;
        }
        for node in [office, committee] {
            node.sync_with(region)?;
        }
        self.say("demo-joined", &[])
    }

    fn play(&mut self, cast: &Cast, folder: &Path) -> Result<Value, Failure> {
        let Cast { region, office, committee } = cast;
        let imported = self.import(committee, folder)?;
        self.sync_all(cast)?;
        let shared = common_case(region, office)?;

        region.stop()?;
        self.say("demo-cut", &[])?;
        for (node, project) in [(region, "vivres"), (office, "transferts")] {
            let assignments = vec![("project".to_owned(), Words::from(project))];
            node.ask(Request::CaseSet { r#ref: shared.clone(), assignments })?;
            let text = Words::from("Vu sur place.");
            node.ask(Request::CaseNote { r#ref: shared.clone(), text })?;
        }
        self.say("demo-edited", &[("ref", shared.as_str().into())])?;
        let sealed = committee.ask(allegation())?;
        let sealed = sealed["case_id"].as_str().unwrap_or_default().to_owned();
        self.say("demo-sealed", &[])?;

        region.start()?;
        self.say("demo-reconnected", &[])?;
        self.sync_all(cast)?;

        let scopes = self.same_entries(cast)?;
        let conflicts = region.ask(Request::CaseConflicts { r#ref: Some(shared.clone()) })?;
        let both = ["vivres", "transferts"].iter().all(|value| conflicts.to_string().contains(value));
        self.check("demo-both-edits", both, &[("ref", shared.as_str().into())])?;
        let seen_at_office = everything(office, office.member(), &sealed)?;
        self.check("demo-office-cannot", !seen_at_office.contains(ALLEGATION), &[])?;
        let seen_by_focal_point = everything(region, "Paule", &sealed)?;
        self.check("demo-focal-point-can", seen_by_focal_point.contains(ALLEGATION), &[])?;
        let counts = self.counts(region)?;
        Ok(json!({"scopes": scopes, "imported": imported, "both_edits": both, "counts": counts, "ok": true}))
    }

    fn import(&mut self, committee: &NodeAt, folder: &Path) -> Result<Value, Failure> {
        let file = folder.join("kobo.csv");
        std::fs::write(&file, KOBO).map_err(|error| Failure::io(IoOperation::Write, &file, &error))?;
        let path = std::path::absolute(&file).map_err(|error| Failure::io(IoOperation::Read, &file, &error))?;
        let imported = committee.ask(Request::Import {
            path: path.display().to_string(),
            format: "kobo".into(),
            mapping: None,
            site: None,
            partner: None,
            project: None,
            dry_run: false,
            rejects: None,
        })?;
        let count = |name: &'static str| (name, imported[name].as_u64().unwrap_or(0).into());
        self.say("demo-imported", &[count("rows"), count("created"), count("sealed")])?;
        self.check("demo-import-worked", imported["created"].as_u64().is_some_and(|n| n > 0), &[])?;
        Ok(imported)
    }

    /// The committee's news reach the region, then the office, and the office's come back.
    fn sync_all(&mut self, cast: &Cast) -> Result<(), Failure> {
        for node in [&cast.committee, &cast.office, &cast.committee] {
            node.sync_with(&cast.region)?;
        }
        self.say("demo-synced", &[])
    }

    fn same_entries(&mut self, cast: &Cast) -> Result<Value, Failure> {
        let of = |node: &NodeAt| node.ask(Request::Fingerprint).map(sorted_scopes);
        let (region, office, committee) = (of(&cast.region)?, of(&cast.office)?, of(&cast.committee)?);
        let entries: u64 = region.iter().filter_map(|scope| scope["entries"].as_u64()).sum();
        let equal = !region.is_empty() && region == office && region == committee;
        self.check("demo-same-entries", equal, &[("entries", entries.into())])?;
        Ok(region.into())
    }

    fn counts(&mut self, region: &NodeAt) -> Result<Value, Failure> {
        let filter = CaseFilter { group_by: vec!["status".into()], ..CaseFilter::default() };
        let counts = region.ask(Request::CaseList(Box::new(filter)))?;
        self.say("demo-counts", &[])?;
        if !self.json {
            let table = crate::render::human("case list", &counts, self.texts, crate::render::Paint::PLAIN);
            written(self.world.out.write_all(table.as_bytes()))?;
        }
        Ok(counts)
    }

    /// Says what holds, or fails with the step that does not.
    fn check(&mut self, key: &'static str, holds: bool, args: &[TextArg<'_>]) -> Result<(), Failure> {
        if holds { self.say(key, args) } else { Err(Failure::new("demo_failed").arg("step", key)) }
    }
}

/// The joining request for an invitation that the founder makes now.
fn join(founder: &NodeAt, site: &str, role: &str, member: &str) -> Result<Request, Failure> {
    let invite = Request::Invite { site: site.to_owned(), role: role.to_owned(), expires_ms: None, out: None };
    let invitation = founder.ask(invite)?["invitation"].as_str().unwrap_or_default().to_owned();
    Ok(Request::Join { invitation: node::api::Secret::new(invitation), member: member.to_owned() })
}

/// Both sides of the six words are in this process: what two people would read to each other by voice.
fn confirm(founder: &NodeAt, name: &str) -> Result<(), Failure> {
    let shown = founder.ask(Request::MemberConfirm { name: name.to_owned(), words: Vec::new() })?;
    if shown["confirmed"] == true {
        return Ok(());
    }
    let words = shown["words"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    founder.ask(Request::MemberConfirm { name: name.to_owned(), words }).map(drop)
}

/// The reference of an ordinary case that both nodes hold.
fn common_case(a: &NodeAt, b: &NodeAt) -> Result<String, Failure> {
    let list = |node: &NodeAt| node.ask(Request::CaseList(Box::default()));
    let refs = |rows: &Value| -> Vec<String> {
        let ordinary = rows.as_array().into_iter().flatten().filter(|row| row["status"] != "restricted");
        ordinary.filter_map(|row| Some(row["ref"].as_str()?.to_owned())).collect()
    };
    let there = refs(&list(b)?);
    let shared = refs(&list(a)?).into_iter().find(|reference| there.contains(reference));
    shared.ok_or_else(|| Failure::new("demo_failed").arg("step", "demo-synced"))
}

fn allegation() -> Request {
    let case = NewCase {
        case_type: "complaint".into(),
        channel: "committee".into(),
        category: Some("sea.abuse".into()),
        allegation: Some(Words::from(ALLEGATION)),
        anonymous: Some(true),
        ..NewCase::default()
    };
    Request::CaseNew { case: Box::new(case), seal: SealOptions { recuse: Some(Vec::new()) } }
}

/// All that this member can see: every row, and the case itself if it opens.
fn everything(node: &NodeAt, member: &str, case_id: &str) -> Result<String, Failure> {
    let rows = node.ask_as(member, Request::CaseList(Box::default()))?;
    let own = rows.as_array().into_iter().flatten().find(|row| row["case_id"] == case_id);
    let reference = own.and_then(|row| row["ref"].as_str()).unwrap_or(case_id).to_owned();
    let case = match node.ask_as(member, Request::CaseShow { r#ref: reference }) {
        Ok(case) => case,
        Err(refused) if matches!(refused.exit, node::error::Exit::Denied | node::error::Exit::NotFound) => Value::Null,
        Err(failure) => return Err(failure),
    };
    // Not escaped JSON: the words are compared as they are.
    Ok(format!("{}\n{}", strings(&rows), strings(&case)))
}

/// Every text inside a value.
fn strings(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(strings).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => fields.values().map(strings).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// Fingerprints in an order that does not depend on the node.
fn sorted_scopes(fingerprint: Value) -> Vec<Value> {
    let mut scopes = match fingerprint {
        Value::Array(scopes) => scopes,
        _ => Vec::new(),
    };
    scopes.sort_by_key(|scope| scope["scope"].to_string());
    scopes
}
