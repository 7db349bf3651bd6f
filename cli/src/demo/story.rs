//! The story itself, step by step. Each step types commands; what it promises is checked before it is said.

use std::path::Path;

use node::error::{Failure, IoOperation};
use serde_json::{Value, json};

use super::checks::{self, ALLEGATION, CANARY, Checked, PLACE, holds, number, rows, unmet, without, words};
use super::machine::{Boucle, Machine};
use super::tell::Teller;

/// The sample the committee imports: generated, no real person.
const KOBO: &str = include_str!("kobo.csv");
/// Rounds of syncing until nothing moves any more: keys for newcomers may take one more each.
const ROUNDS_MAX: usize = 6;

/// The three machines and the thread of what happens on them.
pub(super) struct Story<'t, 'a, 'w> {
    region: Machine,
    office: Machine,
    committee: Machine,
    folder: &'t Path,
    teller: &'t mut Teller<'a, 'w>,
    /// The case that two nodes edit.
    shared: String,
    /// The case with the allegation: its id, and the reference the committee was given.
    sealed: (String, String),
}

impl<'t, 'a, 'w> Story<'t, 'a, 'w> {
    pub(super) fn new(boucle: &Boucle, folder: &'t Path, teller: &'t mut Teller<'a, 'w>) -> Self {
        let machine = |name: &str, member| Machine::new(boucle, name, member);
        Self {
            region: machine("coordination", "Rose"),
            office: machine("sous-bureau", "Ali"),
            committee: machine("comite", "Awa"),
            folder,
            teller,
            shared: String::new(),
            sealed: Default::default(),
        }
    }

    /// Tells the whole story: its machines, to be stopped.
    ///
    /// # Errors
    ///
    /// The first promise that does not hold, or the step in between that failed.
    pub(super) fn tell(mut self) -> Result<[Machine; 3], Failure> {
        self.found()?;
        self.import()?;
        self.apart()?;
        self.together()?;
        self.teller.say("demo-works", &[])?;
        self.claim("demo-loop", Self::one_loop)?;
        self.carry()?;
        self.compare()?;
        Ok([self.committee, self.office, self.region])
    }

    /// Says what this text promises, if it holds.
    fn claim(&mut self, text: &'static str, check: impl FnOnce(&Self) -> Checked) -> Result<(), Failure> {
        let checked = check(self);
        self.teller.claim(text, checked)
    }

    /// The same question to each machine.
    fn everywhere(&self, line: &str) -> Result<Vec<Value>, Failure> {
        [&self.region, &self.office, &self.committee].map(|machine| machine.ask(line)).into_iter().collect()
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let file = self.folder.join(name);
        std::fs::write(&file, text).map_err(|error| Failure::io(IoOperation::Write, &file, &error))
    }

    /// An organisation with three sites; everyone has joined, runs, and is confirmed by six words.
    fn found(&mut self) -> Result<(), Failure> {
        self.teller.say("demo-title", &[])?;
        self.region.ask("init --org Démonstration --site REG")?;
        self.region.run()?;
        self.region.ask("site add JER --name Jérémie --kind office --parent REG")?;
        self.region.ask("site add COM --name Comité --kind committee --parent JER")?;
        // Two more sit at the coordinator's machine, each with keys of her own.
        let people = [
            (&self.office, "Ali", "JER", "cfm_manager"),
            (&self.committee, "Awa", "COM", "committee"),
            (&self.region, "Paule", "REG", "focal_psea"),
            (&self.region, "Nadia", "JER", "cfm_manager"),
        ];
        for (machine, name, site, role) in people {
            self.region.ask(&format!("invite --site {site} --role {role} --out invitation-{name}"))?;
            machine.ask_as(name, &format!("join invitation-{name}"))?;
        }
        self.office.run()?;
        self.committee.run()?;
        self.sync_all()?;
        for (machine, name) in [(&self.office, "Ali"), (&self.committee, "Awa")] {
            self.confirm(machine, name)?;
        }
        for name in ["Nadia", "Paule"] {
            self.confirm(&self.region, name)?;
        }
        self.sync_all()?;
        self.teller.say("demo-founded", &[])
    }

    /// The newcomer reads six words from their own screen, the coordinator types what was heard.
    fn confirm(&self, machine: &Machine, name: &str) -> Result<(), Failure> {
        let shown = machine.ask_as(name, &format!("member confirm {name}"))?;
        let heard: Vec<&str> = rows(&shown["words"]).filter_map(Value::as_str).collect();
        let reply = self.region.ask(&format!("member confirm {name} --words {}", heard.join(" ")))?;
        holds(&format!("{name} is not confirmed"), reply["confirmed"] == true)
    }

    /// Committee and office, each with the region, until a whole round has moved nothing.
    fn sync_all(&self) -> Result<(), Failure> {
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
        Err(unmet(format!("entries still moved after {ROUNDS_MAX} rounds")))
    }

    /// The committee imports a file, twice.
    fn import(&mut self) -> Result<(), Failure> {
        self.teller.say("demo-imports", &[])?;
        self.write("kobo.csv", KOBO)?;
        let import = |story: &Self| story.committee.ask("import kobo.csv --as kobo");
        self.claim("demo-import", |story| checks::import(&import(story)?))?;
        self.claim("demo-import-again", |story| checks::import_again(&import(story)?))
    }

    /// The network is cut: two machines edit one case, the committee records an allegation.
    fn apart(&mut self) -> Result<(), Failure> {
        self.sync_all()?;
        self.shared = self.common_case()?;
        self.region.stop()?;
        self.region.ask(&format!("case set {} project=vivres partner=croix-bleue", self.shared))?;
        self.office.ask(&format!("case set {} project=transferts", self.shared))?;
        // Words go by standard input.
        self.office.ask_with(&format!("case set {} locality=-", self.shared), PLACE)?;
        let record = json!({
            "type": "complaint", "channel": "committee", "category": "sea.abuse", "anonymous": true,
            "allegation": ALLEGATION,
        });
        let sealed = self.committee.ask_with("case new --from-json - --no-recusal", &record.to_string())?;
        let text = |name: &str| sealed[name].as_str().map(str::to_owned).ok_or_else(|| unmet("no case was made"));
        self.sealed = (text("case_id")?, text("ref")?);
        self.teller.say("demo-apart", &[("ref", self.shared.as_str().into())])
    }

    /// The first ordinary case that region and office both hold and that nobody has answered.
    fn common_case(&self) -> Result<String, Failure> {
        let [here, there] = [&self.region, &self.office].map(|m| m.ask("case list --unanswered --sort ref"));
        let (here, there) = (here?, there?);
        let there = words(&there, "ref");
        let shared = words(&here, "ref").into_iter().find(|mark| there.contains(mark));
        shared.map(str::to_owned).ok_or_else(|| unmet("no case stands on both machines"))
    }

    /// The network is back: what was written apart is all there, and who may not read does not.
    fn together(&mut self) -> Result<(), Failure> {
        self.region.run()?;
        self.sync_all()?;
        self.teller.say("demo-together", &[])?;
        self.claim("demo-both-edits", |story| {
            let (cases, conflicts) = story.cases_and_conflicts()?;
            checks::both_edits(&story.shared, &cases, &conflicts)
        })?;
        self.claim("demo-settled", Self::settled)?;
        self.claim("demo-office-cannot", Self::office_cannot)?;
        self.claim("demo-focal-can", |story| {
            let (id, mark) = &story.sealed;
            checks::focal_can(mark, &story.region.ask_as("Paule", &format!("case show {id}"))?)
        })
    }

    /// The shared case and its conflicts, as each machine shows them.
    fn cases_and_conflicts(&self) -> Result<(Vec<Value>, Vec<Value>), Failure> {
        let mark = &self.shared;
        Ok((self.everywhere(&format!("case show {mark}"))?, self.everywhere(&format!("case conflicts {mark}"))?))
    }

    /// The region settles; after a sync nobody sees a conflict, and everybody the same value.
    fn settled(&self) -> Checked {
        let conflicts = self.region.ask(&format!("case conflicts {}", self.shared))?;
        let chosen = conflicts[0]["values"][0]["value"].as_str().ok_or_else(|| unmet("there is no conflict"))?;
        self.region.ask(&format!("case settle {} project --pick 1", self.shared))?;
        self.sync_all()?;
        let (cases, conflicts) = self.cases_and_conflicts()?;
        checks::settled(chosen, &cases, &conflicts)
    }

    /// Nobody at the office, nor at the committee that took it down, reads the allegation; no disk of theirs holds it.
    fn office_cannot(&self) -> Checked {
        let (id, mark) = &self.sealed;
        let (mut readers, mut bytes) = (Vec::new(), 0);
        for machine in [&self.office, &self.committee] {
            let members = machine.ask("member list")?;
            for member in rows(&members).filter(|row| row["here"] == true) {
                let name = member["member"].as_str().unwrap_or_default();
                let [list, case, history] = ["case list", &format!("case show {id}"), &format!("case history {id}")]
                    .map(|line| machine.ask_as(name, line));
                checks::sees_nothing(name, id, &list?, &case?, &history?)?;
                readers.push(name.to_owned());
            }
            bytes += without(&machine.home, CANARY)?;
        }
        // The committee still knows the reference it gave, and nothing more.
        checks::withheld("Awa", &self.committee.ask(&format!("case show {mark}"))?)?;
        Ok(vec![("readers", readers.into()), ("bytes_searched", bytes.into())])
    }

    /// The committee works on a case to its end.
    fn one_loop(&self) -> Checked {
        let node = &self.committee;
        let list = node.ask("case list --unanswered --sort ref")?;
        let mut marks = rows(&list).filter(|row| row["type"] == "complaint").filter_map(|row| row["ref"].as_str());
        let mark = marks.find(|mark| *mark != self.shared).ok_or_else(|| unmet("no complaint waits for an answer"))?;
        let open = [
            node.ask(&format!("case assign {mark} me"))?,
            node.ask(&format!("case accept {mark}"))?,
            node.ask_with(&format!("case resolve {mark} -"), "La carte a été remplacée.")?,
            node.ask_with(&format!("case answer {mark} --text -"), "Votre carte vous attend au comité.")?,
        ];
        // Answered is not yet closed: the person has not said a word.
        let close = format!("case close {mark} --as satisfied");
        let early = node.refusal(&close)?;
        node.ask(&format!("case answer {mark} --satisfied yes"))?;
        node.ask(&close)?;
        self.sync_all()?;
        checks::loop_closed(mark, &open, &early, &self.everywhere(&format!("case show {mark}"))?)
    }

    /// The network is cut again; the last change goes to the committee as a file, and the committee's word comes back.
    fn carry(&mut self) -> Result<(), Failure> {
        self.region.stop()?;
        self.teller.say("demo-carries", &[])?;
        self.claim("demo-bundle", Self::by_file)?;
        self.region.run()?;
        self.sync_all()
    }

    fn by_file(&self) -> Checked {
        let stick = self.folder.join("cle-usb");
        std::fs::create_dir_all(&stick).map_err(|error| Failure::io(IoOperation::Write, &stick, &error))?;
        let note = format!("case note {} -", self.shared);
        self.region.ask_with(&note, "Le dernier mot de la coordination.")?;
        let exported = self.region.ask("bundle export cle-usb/dernier.boucle")?;
        let taken = self.committee.ask("bundle import cle-usb/dernier.boucle")?;
        without(&stick, CANARY)?;
        without(&stick, PLACE)?;
        // and back, the stick in one word
        self.committee.ask_with(&note, "Le comité a lu.")?;
        self.committee.ask("carry cle-usb")?;
        let back = self.region.ask("carry cle-usb")?;
        let fingerprints = [self.region.ask("fingerprint")?, self.committee.ask("fingerprint")?];
        checks::bundle(&exported, &taken, &back, fingerprints)
    }

    /// Compares the machines, and counts the cases by status.
    fn compare(&mut self) -> Result<(), Failure> {
        self.teller.say("demo-compares", &[])?;
        self.claim("demo-same-entries", |story| checks::same_entries(story.everywhere("fingerprint")?))?;
        self.claim("demo-same-digest", |story| {
            checks::same_digest(&story.office.ask("digest")?, &story.region.ask_as("Nadia", "digest")?)
        })?;
        self.claim("demo-quiet", |story| checks::quiet(&story.office.sync_with(&story.region)?))?;
        self.teller.counts = self.region.ask("case list --group-by status")?;
        self.claim("demo-verified", |story| checks::verified(&story.everywhere("verify")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_and_the_allegation_are_what_the_story_takes_them_for() {
        assert!(ALLEGATION.contains(CANARY) && !KOBO.contains(CANARY));
    }
}
