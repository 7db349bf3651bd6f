//! SIGKILL with a transaction open: at seeded writes and syncs of the store, during import, edits, sync, serving a sync,
//! and taking in a bundle. Afterwards: what was acknowledged is there, what is there is whole, `verify` passes, the
//! work goes on, sync completes, and no place in a chain is given twice.
//!
//! ```console
//! $ cargo test -p e2e --test kills -- --ignored --nocapture        # KILLS=n kills, SIM_SEED=n another run
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use e2e::{Doomed, Home, Invocation, Org, Sign, same_entries, sync_until_equal};

/// Rows of a file: more than one batch of the import.
const ROWS: usize = 240;
/// Rows an import commits together.
const BATCH_ROWS: usize = 200;
/// Kills before a new organisation is founded: cases add up, and each check looks at all of them.
const KILLS_A_ORG: usize = 6;
/// Edits asked of a node that is going to hang.
const EDITS: usize = 6;
/// How often a hanging node is looked at while a command waits for it.
const LOOK: Duration = Duration::from_millis(40);

/// A small generator: the same seed, the same kills.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n.max(1)
    }
}

/// Two homes that hold the same, and what they have written so far.
struct Pair {
    org: Org,
    ali: Home,
    folder: tempfile::TempDir,
    files: usize,
    /// Cases that must be there.
    cases: usize,
    acknowledged: BTreeSet<String>,
}

impl Pair {
    fn new() -> Self {
        let org = Org::founded();
        let ali = org.join("REG", "cfm_manager", "Ali");
        sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
        let folder = tempfile::tempdir().expect("a folder");
        Self { org, ali, folder, files: 0, cases: 0, acknowledged: BTreeSet::new() }
    }

    fn rose(&self) -> &Home {
        &self.org.rose
    }

    /// A new KoboToolbox export. Generated, no real person.
    fn sheet(&mut self) -> PathBuf {
        self.files += 1;
        let mut text = String::from(
            "\"_uuid\";\"end\";\"accueil/canal\";\"retour/type_retour\";\"retour/categories\";\"retour/description\"\n",
        );
        for row in 0..ROWS {
            let (day, minute, file) = (1 + row % 28, row % 60, self.files);
            let line = "\"sms\";\"plainte\";\"paiement_non_recu\"";
            writeln!(
                text,
                "\"u{file}-{row}\";\"2024-06-{day:02}T16:{minute:02}:00.000-04:00\";{line};\"Inventé {row}.\""
            )
            .expect("a String takes all");
        }
        let path = self.folder.path().join(format!("{}.csv", self.files));
        std::fs::write(&path, text).expect("a temporary file can be written");
        path
    }

    /// What must hold after every kill.
    fn check(&self, home: &Home, at: &str) -> usize {
        self.refs(home, at).len()
    }

    fn refs(&self, home: &Home, at: &str) -> BTreeSet<String> {
        let verified = home.ok("verify");
        assert_eq!(verified["ok"], true, "after {at}: {verified}");
        let listed = home.ok("case list");
        let rows = listed.as_array().expect("a list");
        let refs: BTreeSet<String> = rows.iter().filter_map(|row| row["ref"].as_str()).map(str::to_owned).collect();
        assert_eq!(rows.len(), refs.len(), "after {at}: a reference was given twice");
        refs
    }

    /// Both go on and end equal; a place in a chain given twice would end in a proof of a fork, which `verify` names.
    fn go_on(&self, at: &str) {
        sync_until_equal(&[self.rose(), &self.ali], &[(1, 0)]);
        let before = self.check(self.rose(), at);
        self.rose().new_case("Inventé, après.");
        self.ali.new_case("Inventé, ailleurs.");
        sync_until_equal(&[self.rose(), &self.ali], &[(1, 0), (0, 1)]);
        assert!(same_entries(&[self.rose(), &self.ali]));
        for home in [self.rose(), &self.ali] {
            assert_eq!(self.check(home, at), before + 2, "after {at}");
        }
        let peers = self.rose().ok("fingerprint");
        assert!(peers.as_array().is_some_and(|scopes| !scopes.is_empty()));
    }
}

/// Runs `doomed` until it hangs, and kills it; `None` if it came to its end.
fn killed(doomed: Doomed) -> Option<String> {
    let (at, _) = doomed.run();
    doomed.kill();
    at
}

/// How many operations a file was told of; it is gone then.
fn counted(count: &Path) -> u64 {
    let operations = std::fs::metadata(count).map_or(0, |file| file.len());
    // the first kill of an act comes after its count
    let _ = std::fs::remove_file(count);
    operations
}

/// Operations of the store during a whole run of a command.
fn operations(count: &Path, command: Invocation) -> u64 {
    assert_eq!(killed(command.stalling(u64::MAX, Some(count)).doomed()), None);
    counted(count)
}

fn import(pair: &mut Pair, n: Option<u64>) -> (u64, Option<String>) {
    let file = pair.sheet();
    let count = pair.folder.path().join("count");
    let command = pair.rose().command("import --as kobo").arg(file.display().to_string());
    let (total, at) = match n {
        None => (operations(&count, command.clone()), None),
        Some(n) => (0, killed(command.clone().stalling(n, None).doomed())),
    };
    let told = at.clone().unwrap_or_else(|| "the end".into());
    let found = pair.check(pair.rose(), &told) - pair.cases;
    assert!(found == ROWS || found.is_multiple_of(BATCH_ROWS), "after {told}: {found} rows, half a batch");
    let again = command.run().ok();
    assert_eq!(again["created"], ROWS - found, "{again}");
    pair.cases += ROWS;
    (total, at)
}

/// A node that serves commands: each acknowledged one must have happened.
fn edit(pair: &mut Pair, n: Option<u64>) -> (u64, Option<String>) {
    let count = pair.folder.path().join("count");
    let run = pair.rose().command("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns");
    let doomed = run.stalling(n.unwrap_or(u64::MAX), n.is_none().then_some(count.as_path())).doomed();
    let mut at = None;
    if let Sign::Stalled(there) = doomed.next() {
        at = Some(there);
    }
    let mut last: Option<String> = None;
    for edit in 0..EDITS {
        if at.is_some() {
            break;
        }
        let command = match &last {
            Some(mark) if edit % 2 == 1 => pair.rose().command("case note").arg(mark).stdin("Inventé, rappelé."),
            _ => pair
                .rose()
                .command("case new --type complaint --channel hotline --category payment.not_received --text -")
                .stdin("Inventé."),
        };
        let mut under_way = command.spawn();
        let done = loop {
            match under_way.within(LOOK) {
                Ok(done) => break Some(done),
                Err(still) => under_way = still,
            }
            if let Some(Sign::Stalled(there)) = doomed.within(LOOK) {
                at = Some(there);
                break None;
            }
        };
        // refused because the node hangs, or acknowledged
        if let Some(done) = done.filter(|done| done.status.success()) {
            let mark = done.ok()["ref"].as_str().expect("a reference").to_owned();
            if pair.acknowledged.insert(mark.clone()) {
                pair.cases += 1;
            }
            last = Some(mark);
        }
    }
    doomed.kill();
    let told = at.clone().unwrap_or_else(|| "the last edit".into());
    let refs = pair.refs(pair.rose(), &told);
    let found = refs.len();
    assert!(pair.acknowledged.is_subset(&refs), "after {told}: an acknowledged case is gone");
    assert!(found == pair.cases || found == pair.cases + 1, "after {told}: {found} cases, {} acknowledged", pair.cases);
    pair.cases = found;
    (counted(&count), at)
}

/// Takes in what another sends.
fn sync(pair: &mut Pair, n: Option<u64>) -> (u64, Option<String>) {
    let file = pair.sheet();
    pair.rose().command("import --as kobo").arg(file.display().to_string()).run().ok();
    pair.cases += ROWS;
    let count = pair.folder.path().join("count");
    let serving = pair.rose().start();
    let command = pair.ali.command("sync").arg(serving.address());
    let (total, at) = match n {
        None => (operations(&count, command.clone()), None),
        Some(n) => (0, killed(command.clone().stalling(n, None).doomed())),
    };
    let told = at.clone().unwrap_or_else(|| "the end".into());
    pair.check(&pair.ali, &told);
    let reply = command.run().ok();
    assert_eq!(reply["peers"][0]["equal"], true, "{reply}");
    drop(serving);
    assert_eq!(pair.check(&pair.ali, &told), pair.cases);
    (total, at)
}

/// Gives what another asks for: what was offered must never be offered with another content.
fn serve(pair: &mut Pair, n: Option<u64>) -> (u64, Option<String>) {
    let file = pair.sheet();
    pair.rose().command("import --as kobo").arg(file.display().to_string()).run().ok();
    pair.cases += ROWS;
    let count = pair.folder.path().join("count");
    let run = pair.rose().command("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns");
    let doomed = run.stalling(n.unwrap_or(u64::MAX), n.is_none().then_some(count.as_path())).doomed();
    let mut at = None;
    match doomed.next() {
        Sign::Stalled(there) => at = Some(there),
        Sign::Line(ready) => {
            let ready: serde_json::Value = serde_json::from_str(&ready).expect("the line that says it is ready");
            let address = ready["listening"][0].as_str().expect("an address").to_owned();
            let mut under_way = pair.ali.command("sync").arg(address).spawn();
            while at.is_none() {
                match under_way.within(LOOK) {
                    Ok(_) => break,
                    Err(still) => under_way = still,
                }
                if let Some(Sign::Stalled(there)) = doomed.within(LOOK) {
                    at = Some(there);
                }
            }
        }
        Sign::Ended => panic!("`run` ended before it was ready"),
    }
    doomed.kill();
    let told = at.clone().unwrap_or_else(|| "the sync".into());
    assert_eq!(pair.check(pair.rose(), &told), pair.cases);
    pair.check(&pair.ali, &told);
    (counted(&count), at)
}

/// Takes in a bundle.
fn bundle(pair: &mut Pair, n: Option<u64>) -> (u64, Option<String>) {
    let file = pair.sheet();
    pair.rose().command("import --as kobo").arg(file.display().to_string()).run().ok();
    pair.cases += ROWS;
    let path = pair.folder.path().join(format!("{}.boucle", pair.files));
    pair.rose().command("bundle export").arg(path.display().to_string()).run().ok();
    let count = pair.folder.path().join("count");
    let command = pair.ali.command("bundle import").arg(path.display().to_string());
    let (total, at) = match n {
        None => (operations(&count, command.clone()), None),
        Some(n) => (0, killed(command.clone().stalling(n, None).doomed())),
    };
    let told = at.clone().unwrap_or_else(|| "the end".into());
    pair.check(&pair.ali, &told);
    let again = command.run().ok();
    assert_eq!(again["missing"], 0, "{again}");
    assert_eq!(pair.check(&pair.ali, &told), pair.cases);
    (total, at)
}

/// What came of the kills during one act.
struct Campaign {
    /// Operations of the store in the whole act.
    total: u64,
    kills: u64,
    /// Ends by kind of operation.
    kinds: BTreeMap<String, u64>,
}

/// Kills a node so often during one act, and looks at its home each time.
fn campaign(name: &str, act: Act, kills: u64, seed: u64) -> Campaign {
    let mut draw = Draw((seed ^ name.len() as u64) | 1);
    let mut pair = Pair::new();
    let (total, _) = act(&mut pair, None);
    assert!(total > 4, "{name}: {total} operations leave something to kill");
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let (mut n, mut tries) = (0, 0);
    while n < kills {
        tries += 1;
        assert!(tries < kills * 15, "{name}: most runs come to their end");
        if (tries as usize).is_multiple_of(KILLS_A_ORG) {
            pair.go_on(name);
            pair = Pair::new();
        }
        let nth = 1 + draw.below(total);
        let (_, at) = act(&mut pair, Some(nth));
        // act looked at the home that was killed: it has failed already unless all of it held
        let (where_, acknowledged) = (at.as_deref().unwrap_or("its end"), pair.acknowledged.len());
        println!(
            "{name} {n}: operation {nth}, killed at {where_}: {} cases whole, {acknowledged} of them acknowledged one by one, verify ok",
            pair.cases
        );
        let kind = at.as_deref().and_then(|at| at.split(' ').next()).unwrap_or("end").to_owned();
        n += u64::from(at.is_some());
        *kinds.entry(kind).or_default() += 1;
    }
    pair.go_on(name);
    Campaign { total, kills: n, kinds }
}

type Act = fn(&mut Pair, Option<u64>) -> (u64, Option<String>);

#[test]
#[ignore = "minutes: .ci/run crash"]
fn a_node_killed_at_any_write_goes_on_with_all_it_acknowledged() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let (kills, seed) = (number("KILLS").unwrap_or(220), number("SIM_SEED").unwrap_or(20_261_124));
    println!("SIM_SEED={seed} KILLS={kills}");
    let acts: [(&str, Act); 5] =
        [("import", import), ("edit", edit), ("sync", sync), ("serve", serve), ("bundle import", bundle)];
    let mut table = String::from(
        "| during | operations in all | kills | at a write | at a sync | at a resize | came to its end | outcome |\n|---|--:|--:|--:|--:|--:|--:|---|\n",
    );
    let (mut all, mut open) = (0, 0);
    // each act has homes of its own, and a command is mostly one thread: two acts beside each other
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((name, act)) = acts.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((*name, campaign(name, *act, kills.div_ceil(acts.len() as u64), seed)));
        }
        done
    };
    let mut rows: BTreeMap<&str, Campaign> = BTreeMap::new();
    std::thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        rows.extend(workers.into_iter().flat_map(|worker| worker.join().expect("all of it held")));
    });
    for (name, _) in acts {
        let Campaign { total, kills, kinds } = &rows[name];
        all += kills;
        let of = |kind: &str| kinds.get(kind).copied().unwrap_or(0);
        open += of("write") + of("sync");
        writeln!(table, "| {name} | {total} | {kills} | {} | {} | {} | {} | whole batches, all acknowledged there, verify ok, sync equal, no fork |", of("write"), of("sync"), of("resize"), of("end"))
            .expect("a String takes all");
        println!("{name}: {kills} kills of {total} operations: {kinds:?}");
    }
    println!("\n{table}\n{all} kills, {open} of them at a write or sync of an open transaction");
    assert!(all >= kills && open * 4 >= all);
}
