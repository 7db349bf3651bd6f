//! The story itself, step by step. Each step types commands and checks what it claims.

use std::path::{Path, PathBuf};

use node::error::{Failure, IoOperation};
use serde_json::{Value, json};

use super::claim::{Broken, Claim, Held, holds, same};
use super::machine::{Boucle, Machine};
use super::tell::Teller;

/// The sample the committee imports: generated, no real person.
const KOBO: &str = include_str!("kobo.csv");
/// What a first import of it must say.
const KOBO_SUMMARY: [(&str, u64); 6] =
    [("rows", 32), ("created", 31), ("unchanged", 1), ("sealed", 3), ("rejected", 0), ("duplicates_proposed", 1)];
/// What only the PSEA audience may read; invented, and like nothing else in the story.
const ALLEGATION: &str = "Récit inventé, tourterelle-4719 : un agent a demandé des faveurs contre une inscription.";
/// The part of it that must not stand on any disk.
const CANARY: &str = "tourterelle-4719";
/// Where the office noted that the person lives.
const PLACE: &str = "derrière l'école, deuxième porte";
/// Rounds of syncing until nothing moves any more: keys for newcomers may take one more each.
const ROUNDS_MAX: usize = 6;
/// Bytes of a page of the store.
const PAGE_BYTES: usize = 4096;
/// Bytes of a sync without news, both ways together.
const QUIET_BYTES_MAX: u64 = 400;

/// The three machines and the thread of what happens on them.
pub(super) struct Story<'t, 'a, 'w> {
    region: Machine,
    office: Machine,
    committee: Machine,
    folder: PathBuf,
    sabotage: Option<Claim>,
    teller: &'t mut Teller<'a, 'w>,
    /// The case that two nodes edit.
    shared: String,
    /// The case with the allegation: its id, and the reference the committee was given.
    sealed: (String, String),
}

impl<'t, 'a, 'w> Story<'t, 'a, 'w> {
    pub(super) fn new(
        boucle: &Boucle,
        folder: &Path,
        sabotage: Option<Claim>,
        teller: &'t mut Teller<'a, 'w>,
    ) -> Result<Self, Failure> {
        let machine = |name: &str, member| Machine::new(boucle, folder.join(name), member);
        Ok(Self {
            region: machine("coordination", "Rose"),
            office: machine("sous-bureau", "Ali"),
            committee: machine("comite", "Awa"),
            folder: folder.to_owned(),
            sabotage,
            teller,
            shared: String::new(),
            sealed: Default::default(),
        })
    }

    /// The machines, to be stopped.
    pub(super) fn into_machines(self) -> Vec<Machine> {
        vec![self.committee, self.office, self.region]
    }

    fn breaks(&self, claim: Claim) -> bool {
        self.sabotage == Some(claim)
    }

    // ------------------------------------------------------------ 1: an organisation

    /// An organisation with three sites; everyone has joined, runs, and is confirmed by six words.
    pub(super) fn found(&mut self) -> Result<(), Failure> {
        self.teller.say("demo-title", &[])?;
        self.join_all().map_err(Broken::of_step)?;
        self.teller.say("demo-founded", &[])
    }

    fn join_all(&mut self) -> Result<(), Broken> {
        self.region.ask(&["init", "--org", "Démonstration", "--site", "REG"])?;
        self.region.run()?;
        for (code, name, kind, parent) in [("JER", "Jérémie", "office", "REG"), ("COM", "Comité", "committee", "JER")]
        {
            self.region.ask(&["site", "add", code, "--name", name, "--kind", kind, "--parent", parent])?;
        }
        self.invite(&self.office, "Ali", "JER", "cfm_manager")?;
        self.invite(&self.committee, "Awa", "COM", "committee")?;
        // Two more sit at the coordinator's machine, each with keys of her own.
        self.invite(&self.region, "Paule", "REG", "focal_psea")?;
        let colleague = if self.breaks(Claim::SameDigest) { "operator" } else { "cfm_manager" };
        self.invite(&self.region, "Nadia", "JER", colleague)?;
        self.office.run()?;
        self.committee.run()?;
        let mut people = vec![(&self.office, "Ali"), (&self.committee, "Awa"), (&self.region, "Nadia")];
        if self.breaks(Claim::OfficeCannot) {
            self.invite(&self.office, "Zoé", "JER", "focal_psea")?;
            people.push((&self.office, "Zoé"));
        }
        if !self.breaks(Claim::FocalCan) {
            people.push((&self.region, "Paule"));
        }
        self.sync_all()?;
        for (machine, name) in people {
            self.confirm(machine, name)?;
        }
        self.sync_all()
    }

    /// An invitation as a file, and the one who takes it to her machine.
    fn invite(&self, machine: &Machine, name: &str, site: &str, role: &str) -> Result<(), Broken> {
        let file = self.folder.join(format!("invitation-{name}"));
        let file = file.to_str().ok_or_else(|| Broken::Unmet("the folder's name is not UTF-8".into()))?;
        self.region.ask(&["invite", "--site", site, "--role", role, "--out", file])?;
        machine.ask_as(name, &["join", file]).map(drop)
    }

    /// The newcomer reads six words from their own screen, the coordinator types what was heard.
    fn confirm(&self, machine: &Machine, name: &str) -> Result<(), Broken> {
        let shown = machine.ask_as(name, &["member", "confirm", name])?;
        let words: Vec<&str> = shown["words"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let typed = [&["member", "confirm", name, "--words"], words.as_slice()].concat();
        let reply = self.region.ask(&typed)?;
        holds("confirmed", reply["confirmed"] == true)
    }

    /// Committee and office, each with the region, until a whole round has moved nothing.
    fn sync_all(&self) -> Result<(), Broken> {
        for _ in 0..ROUNDS_MAX {
            let mut moved = 0;
            for machine in [&self.committee, &self.office] {
                let peer = machine.sync_with(&self.region)?;
                moved += number(&peer, "entries_sent") + number(&peer, "entries_received");
            }
            if moved == 0 {
                return Ok(());
            }
        }
        Err(Broken::Unmet(format!("entries still moved after {ROUNDS_MAX} rounds")))
    }

    // ------------------------------------------------------------ 2: a file

    /// The committee imports a file, twice.
    pub(super) fn import(&mut self) -> Result<(), Failure> {
        self.teller.say("demo-imports", &[])?;
        let text = match self.sabotage {
            Some(Claim::Import) => KOBO.trim_end().rsplit_once('\n').map_or(KOBO, |(rest, _)| rest),
            _ => KOBO,
        };
        let first = self.import_file(text).and_then(|summary| {
            for (name, expected) in KOBO_SUMMARY {
                same(name, number(&summary, name), expected)?;
            }
            Ok(Held(KOBO_SUMMARY.iter().map(|(name, count)| (*name, (*count).into())).collect()))
        });
        self.teller.claim(Claim::Import, first)?;
        let text = match self.sabotage {
            // The same record under another id is another case.
            Some(Claim::ImportAgain) => text.replace("d5e638fe-7d8e-4ea5", "d5e638fe-7d8e-4ea6"),
            _ => text.to_owned(),
        };
        let again = self.import_file(&text).and_then(|summary| {
            same("created", number(&summary, "created"), 0)?;
            same("unchanged", number(&summary, "unchanged"), 32)?;
            Ok(Held(vec![("created", 0.into()), ("unchanged", 32.into())]))
        });
        self.teller.claim(Claim::ImportAgain, again)
    }

    fn import_file(&self, text: &str) -> Result<Value, Broken> {
        let file = self.folder.join("kobo.csv");
        std::fs::write(&file, text).map_err(|error| Failure::io(IoOperation::Write, &file, &error))?;
        let file = file.to_str().ok_or_else(|| Broken::Unmet("the folder's name is not UTF-8".into()))?;
        self.committee.ask(&["import", file, "--as", "kobo"])
    }

    // ------------------------------------------------------------ 3: apart

    /// The network is cut: two machines edit one case, the committee records an allegation.
    pub(super) fn apart(&mut self) -> Result<(), Failure> {
        self.work_apart().map_err(Broken::of_step)?;
        self.teller.say("demo-apart", &[("ref", self.shared.as_str().into())])
    }

    fn work_apart(&mut self) -> Result<(), Broken> {
        self.sync_all()?;
        self.shared = self.common_case()?;
        self.region.stop()?;
        let edited = self.shared.as_str();
        self.region.ask(&["case", "set", edited, "project=vivres", "partner=croix-bleue"])?;
        if self.breaks(Claim::BothEdits) {
            self.region.run()?;
            self.sync_all()?;
            self.region.stop()?;
        }
        let edited = self.shared.as_str();
        self.office.ask(&["case", "set", edited, "project=transferts"])?;
        // Words go by standard input.
        self.office.ask_with(&["case", "set", edited, "locality=-"], PLACE)?;
        let record = json!({
            "type": "complaint", "channel": "committee", "category": "sea.abuse", "anonymous": true,
            "allegation": ALLEGATION,
        });
        let new = ["case", "new", "--from-json", "-", "--no-recusal"];
        let sealed = self.committee.ask_with(&new, &record.to_string())?;
        self.sealed = (text(&sealed, "case_id")?, text(&sealed, "ref")?);
        Ok(())
    }

    /// The first ordinary case that region and office both hold and that nobody has answered.
    fn common_case(&self) -> Result<String, Broken> {
        let list = |machine: &Machine| machine.ask(&["case", "list", "--unanswered", "--sort", "ref"]);
        let there = list(&self.office)?;
        let there: Vec<&str> = rows(&there).filter_map(|row| row["ref"].as_str()).collect();
        let here = list(&self.region)?;
        let shared = rows(&here).filter_map(|row| row["ref"].as_str()).find(|mark| there.contains(mark));
        shared.map(str::to_owned).ok_or_else(|| Broken::Unmet("no case stands on both machines".into()))
    }

    // ------------------------------------------------------------ 4: together again

    /// The network is back: what was written apart is all there, and who may not read does not.
    pub(super) fn together(&mut self) -> Result<(), Failure> {
        let reconnected = self.region.run().and_then(|()| self.sync_all());
        reconnected.map_err(Broken::of_step)?;
        self.teller.say("demo-together", &[])?;
        let both = self.both_edits();
        self.teller.claim(Claim::BothEdits, both)?;
        let settled = self.settled();
        self.teller.claim(Claim::Settled, settled)?;
        let cannot = self.office_cannot();
        self.teller.claim(Claim::OfficeCannot, cannot)?;
        let can = self.focal_can();
        self.teller.claim(Claim::FocalCan, can)
    }

    fn both_edits(&self) -> Result<Held, Broken> {
        for machine in [&self.region, &self.office, &self.committee] {
            let case = machine.ask(&["case", "show", &self.shared])?;
            same("partner", case["partner"].as_str().unwrap_or("-"), "croix-bleue")?;
            holds("locality of the office is there", case["location"]["locality"] == PLACE)?;
            let conflicts = machine.ask(&["case", "conflicts", &self.shared])?;
            let fields: Vec<&str> = rows(&conflicts).filter_map(|row| row["field"].as_str()).collect();
            same("conflicts", fields.join(", ").as_str(), "project")?;
            let mut values: Vec<&str> =
                rows(&conflicts[0]["values"]).filter_map(|value| value["value"].as_str()).collect();
            values.sort_unstable();
            same("project", values.join(", ").as_str(), "transferts, vivres")?;
        }
        Ok(Held(vec![("ref", self.shared.as_str().into()), ("field", "project".into())]))
    }

    /// The region settles; after a sync nobody sees a conflict, and everybody the same value.
    fn settled(&mut self) -> Result<Held, Broken> {
        let conflicts = self.region.ask(&["case", "conflicts", &self.shared])?;
        let chosen = text(&conflicts[0]["values"][0], "value")?;
        if self.breaks(Claim::Settled) {
            self.region.stop()?;
            self.office.ask(&["case", "set", &self.shared, "project=eau"])?;
        }
        self.region.ask(&["case", "settle", &self.shared, "project", "--pick", "1"])?;
        if self.breaks(Claim::Settled) {
            self.region.run()?;
        }
        self.sync_all()?;
        for machine in [&self.region, &self.office, &self.committee] {
            let left = machine.ask(&["case", "conflicts", &self.shared])?;
            same("conflicts", rows(&left).count(), 0)?;
            let case = machine.ask(&["case", "show", &self.shared])?;
            same("project", case["project"].as_str().unwrap_or("-"), chosen.as_str())?;
        }
        Ok(Held(vec![("field", "project".into()), ("value", chosen.into())]))
    }

    /// Nobody at the office, nor at the committee that took it down, reads the allegation; no disk of theirs holds it.
    fn office_cannot(&self) -> Result<Held, Broken> {
        let (id, mark) = &self.sealed;
        let mut readers = Vec::new();
        for machine in [&self.office, &self.committee] {
            let members = machine.ask(&["member", "list"])?;
            for member in rows(&members).filter(|row| row["here"] == true) {
                let name = text(member, "member")?;
                self.sees_nothing(machine, &name, id)?;
                readers.push(name);
            }
        }
        // The committee still knows the reference it gave, and nothing more.
        let case = self.committee.ask(&["case", "show", mark])?;
        holds("the committee reads it again", case["allegation"]["withheld"] == "sensitive")?;
        let mut bytes = 0;
        for machine in [&self.office, &self.committee] {
            bytes += without(&machine.home, CANARY.as_bytes())?;
        }
        holds("disks were searched", bytes > 0)?;
        Ok(Held(vec![("readers", readers.into()), ("bytes_searched", bytes.into())]))
    }

    fn sees_nothing(&self, machine: &Machine, name: &str, id: &str) -> Result<(), Broken> {
        let list = machine.ask_as(name, &["case", "list"])?;
        let row = rows(&list).find(|row| row["case_id"] == id);
        let row = row.ok_or_else(|| Broken::Unmet(format!("{name}: the case has not arrived")))?;
        same(&format!("{name}: status"), row["status"].as_str().unwrap_or("-"), "restricted")?;
        for field in ["ref", "category", "channel", "type", "sensitivity", "received_at"] {
            holds(&format!("{name}: {field} is shown"), row[field].is_null())?;
        }
        let case = machine.ask_as(name, &["case", "show", id])?;
        holds(&format!("{name}: the allegation is shown"), case["allegation"]["withheld"] == "sensitive")?;
        let history = machine.ask_as(name, &["case", "history", id])?;
        let told = [&list, &case, &history].iter().any(|value| value.to_string().contains(CANARY));
        holds(&format!("{name}: its words are shown"), !told)
    }

    fn focal_can(&self) -> Result<Held, Broken> {
        let case = self.region.ask_as("Paule", &["case", "show", &self.sealed.0])?;
        let mut words = rows(&case["allegation"]).filter_map(|allegation| allegation["text"].as_str());
        holds("the focal point reads the allegation", words.any(|words| words == ALLEGATION))?;
        same("category", case["category"].as_str().unwrap_or("-"), "sea.abuse")?;
        same("ref", case["ref"].as_str().unwrap_or("-"), self.sealed.1.as_str())?;
        Ok(Held(vec![("member", "Paule".into())]))
    }

    // ------------------------------------------------------------ 5: a loop

    /// The committee works on a case to its end.
    pub(super) fn close_a_loop(&mut self) -> Result<(), Failure> {
        self.teller.say("demo-works", &[])?;
        let worked = self.one_loop();
        self.teller.claim(Claim::Loop, worked)
    }

    fn one_loop(&self) -> Result<Held, Broken> {
        let list = self.committee.ask(&["case", "list", "--unanswered", "--sort", "ref"])?;
        let mut marks = rows(&list).filter(|row| row["type"] == "complaint").filter_map(|row| row["ref"].as_str());
        let mark = marks.find(|mark| *mark != self.shared);
        let mark = mark.ok_or_else(|| Broken::Unmet("no complaint waits for an answer".into()))?;
        let node = &self.committee;
        let open = |reply: &Value| same("loop_closed", &reply["loop_closed"], &json!(false));
        open(&node.ask(&["case", "assign", mark, "me"])?)?;
        open(&node.ask(&["case", "accept", mark])?)?;
        open(&node.ask_with(&["case", "resolve", mark, "-"], "La carte a été remplacée.")?)?;
        open(&node.ask_with(&["case", "answer", mark, "--text", "-"], "Votre carte vous attend au comité.")?)?;
        // Answered is not yet closed: the person has not said a word.
        match node.ask(&["case", "close", mark, "--as", "satisfied"]) {
            Err(Broken::Command { code, .. }) if code == "not_satisfied" => {}
            Err(other) => return Err(other),
            Ok(_) => return Err(Broken::Unmet("closed as satisfied before the person spoke".into())),
        }
        let said = if self.breaks(Claim::Loop) { "no" } else { "yes" };
        node.ask(&["case", "answer", mark, "--satisfied", said])?;
        node.ask(&["case", "close", mark, "--as", "satisfied"])?;
        self.sync_all()?;
        for machine in [&self.region, &self.office, &self.committee] {
            let case = machine.ask(&["case", "show", mark])?;
            same("status", case["status"].as_str().unwrap_or("-"), "closed")?;
            same("loop_closed", &case["loop_closed"], &json!(true))?;
        }
        Ok(Held(vec![("ref", mark.into())]))
    }

    // ------------------------------------------------------------ 6: a file

    /// The network is cut again; the last change goes to the committee as a file, and the committee's word comes back.
    pub(super) fn carry(&mut self) -> Result<(), Failure> {
        self.region.stop().map_err(Broken::of_step)?;
        self.teller.say("demo-carries", &[])?;
        let carried = self.by_file();
        self.teller.claim(Claim::Bundle, carried)?;
        self.region.run().and_then(|()| self.sync_all()).map_err(Broken::of_step)
    }

    fn by_file(&self) -> Result<Held, Broken> {
        let mark = self.shared.as_str();
        let stick = self.folder.join("cle-usb");
        std::fs::create_dir_all(&stick).map_err(|error| Failure::io(IoOperation::Write, &stick, &error))?;
        let file = stick.join("dernier.boucle");
        let path = file.to_str().ok_or_else(|| Broken::Unmet("the folder's name is not UTF-8".into()))?;
        self.region.ask_with(&["case", "note", mark, "-"], "Le dernier mot de la coordination.")?;
        let out = self.region.ask(&["bundle", "export", path])?;
        holds("the file holds the last change", number(&out, "entries") > 0)?;
        if self.breaks(Claim::Bundle) {
            flip(&file)?;
        }
        let taken = self.committee.ask(&["bundle", "import", path])?;
        same("new", number(&taken, "new"), number(&out, "entries"))?;
        same("missing", number(&taken, "missing"), 0)?;
        let bytes = without(&stick, CANARY.as_bytes())? + without(&stick, PLACE.as_bytes())?;
        holds("the stick was searched", bytes > 0)?;
        // and back, the stick in one word
        self.committee.ask_with(&["case", "note", mark, "-"], "Le comité a lu.")?;
        let stick = stick.to_str().ok_or_else(|| Broken::Unmet("the folder's name is not UTF-8".into()))?;
        self.committee.ask(&["carry", stick])?;
        let back = self.region.ask(&["carry", stick])?;
        holds("the answer came back", number(&back, "back") > 0)?;
        let of = |machine: &Machine| machine.ask(&["fingerprint"]).map(by_scope);
        holds("both hold the same", of(&self.region)? == of(&self.committee)?)?;
        Ok(Held(vec![("entries", out["entries"].clone()), ("back", back["back"].clone())]))
    }

    // ------------------------------------------------------------ 7: the same everywhere

    /// Compares the machines, and says how many cases there are.
    pub(super) fn compare(&mut self) -> Result<(), Failure> {
        self.teller.say("demo-compares", &[])?;
        let entries = self.same_entries();
        self.teller.claim(Claim::SameEntries, entries)?;
        let digest = self.same_digest();
        self.teller.claim(Claim::SameDigest, digest)?;
        let quiet = self.quiet();
        self.teller.claim(Claim::Quiet, quiet)?;
        let counts = self.region.ask(&["case", "list", "--group-by", "status"]).map_err(Broken::of_step)?;
        let verified = self.verified();
        self.teller.claim(Claim::Verified, verified)?;
        self.teller.keep_counts(counts);
        Ok(())
    }

    fn same_entries(&mut self) -> Result<Held, Broken> {
        if self.breaks(Claim::SameEntries) {
            self.region.stop()?;
            self.office.ask(&["case", "new", "--type", "complaint", "--channel", "hotline"])?;
        }
        let of = |machine: &Machine| machine.ask(&["fingerprint"]).map(by_scope);
        let (region, office, committee) = (of(&self.region)?, of(&self.office)?, of(&self.committee)?);
        let entries: u64 = region.iter().map(|scope| number(scope, "entries")).sum();
        holds("there are entries", entries > 0)?;
        for (machine, there) in [(&self.office, office), (&self.committee, committee)] {
            let count: u64 = there.iter().map(|scope| number(scope, "entries")).sum();
            same(&format!("entries of {}", machine.name()), count, entries)?;
            holds(&format!("fingerprints of {} are equal", machine.name()), there == region)?;
        }
        Ok(Held(vec![("entries", entries.into()), ("scopes", region.len().into())]))
    }

    fn same_digest(&self) -> Result<Held, Broken> {
        let here = self.office.ask_as("Ali", &["digest"])?;
        let there = self.region.ask_as("Nadia", &["digest"])?;
        same("cases", number(&there, "cases"), number(&here, "cases"))?;
        same("digest", text(&there, "digest")?, text(&here, "digest")?)?;
        Ok(Held(vec![("cases", here["cases"].clone()), ("digest", here["digest"].clone())]))
    }

    fn quiet(&self) -> Result<Held, Broken> {
        if self.breaks(Claim::Quiet) {
            self.office.ask_with(&["case", "note", &self.shared, "-"], "Une nouvelle.")?;
        }
        let peer = self.office.sync_with(&self.region)?;
        same("entries", number(&peer, "entries_sent") + number(&peer, "entries_received"), 0)?;
        same("round_trips", number(&peer, "round_trips"), 1)?;
        let bytes = number(&peer, "bytes_sent") + number(&peer, "bytes_received");
        holds(&format!("bytes: {bytes} > {QUIET_BYTES_MAX}"), bytes <= QUIET_BYTES_MAX)?;
        Ok(Held(vec![("bytes", bytes.into()), ("elapsed_ms", peer["elapsed_ms"].clone())]))
    }

    fn verified(&mut self) -> Result<Held, Broken> {
        if self.breaks(Claim::Verified) {
            self.office.stop()?;
            alter(&self.office.home.join("store.redb"))?;
        }
        let mut entries = 0;
        for machine in [&self.region, &self.office, &self.committee] {
            let report = machine.ask(&["verify"])?;
            holds(&format!("{} is in order", machine.name()), report["ok"] == true)?;
            entries += number(&report, "entries");
        }
        holds("entries were checked", entries > 0)?;
        Ok(Held(vec![("entries", entries.into())]))
    }
}

// ---------------------------------------------------------------- reading replies and disks

fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A count; what is not there is none.
fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_default()
}

fn text(value: &Value, name: &str) -> Result<String, Broken> {
    value[name].as_str().map(str::to_owned).ok_or_else(|| Broken::Unmet(format!("{name} is missing")))
}

/// Fingerprints in an order that does not depend on the node.
fn by_scope(fingerprints: Value) -> Vec<Value> {
    let mut scopes = match fingerprints {
        Value::Array(scopes) => scopes,
        _ => Vec::new(),
    };
    scopes.sort_by_key(|scope| scope["id"].to_string());
    scopes
}

/// Reads every file below `folder`; fails if one of them holds `needle`. The bytes read.
fn without(folder: &Path, needle: &[u8]) -> Result<u64, Broken> {
    let (mut folders, mut bytes) = (vec![folder.to_owned()], 0);
    let unreadable = |path: &Path, error: &std::io::Error| Failure::io(IoOperation::Read, path, error);
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&folder, &error))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(|error| unreadable(&folder, &error))?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let held = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                bytes += held.len() as u64;
                let found = held.windows(needle.len()).any(|window| window == needle);
                holds(&format!("the words stand in {}", path.display()), !found)?;
            }
        }
    }
    Ok(bytes)
}

/// Sabotage: changes a byte in the middle of every page of sealed values, as a failing disk might. Sealed bytes look
/// random; the pages that hold the tree together do not.
fn alter(store: &Path) -> Result<(), Broken> {
    let io = |operation, error: &std::io::Error| Failure::io(operation, store, error);
    let mut bytes = std::fs::read(store).map_err(|error| io(IoOperation::Read, &error))?;
    for page in bytes.chunks_exact_mut(PAGE_BYTES) {
        let mut seen = [false; 256];
        page.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        if seen.iter().filter(|seen| **seen).count() > 240 {
            page[PAGE_BYTES / 2] ^= 0x40;
        }
    }
    Ok(std::fs::write(store, bytes).map_err(|error| io(IoOperation::Write, &error))?)
}

/// Sabotage: changes one bit in the middle of a file, as a bad stick might.
fn flip(file: &Path) -> Result<(), Broken> {
    let io = |operation, error: &std::io::Error| Failure::io(operation, file, error);
    let mut bytes = std::fs::read(file).map_err(|error| io(IoOperation::Read, &error))?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    Ok(std::fs::write(file, bytes).map_err(|error| io(IoOperation::Write, &error))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_on_a_disk_are_found_in_whatever_folder() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir_all(folder.path().join("a/b"))?;
        std::fs::write(folder.path().join("a/b/clean"), b"nothing")?;
        assert!(matches!(without(folder.path(), b"tourterelle"), Ok(7)));
        std::fs::write(folder.path().join("a/b/dirty"), b"\0\0tourterelle\0")?;
        assert!(matches!(without(folder.path(), b"tourterelle"), Err(Broken::Unmet(_))));
        Ok(())
    }

    #[test]
    fn the_sample_and_the_allegation_are_what_the_story_takes_them_for() {
        assert!(ALLEGATION.contains(CANARY) && !KOBO.contains(CANARY));
        assert!(KOBO.contains("d5e638fe-7d8e-4ea5"));
    }
}
