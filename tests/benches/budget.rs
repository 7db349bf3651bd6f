//! The budget of ARCHITECTURE, measured: target, figure, and what this machine can do, in one run.
//!
//! ```console
//! $ cargo bench -p e2e --bench budget                          # 10,000 cases
//! $ BOUCLE_BUDGET_CASES=100000 cargo bench -p e2e --bench budget
//! ```
//!
//! Real processes of the release build over loopback, real files; passphrase guesses made cheap, since unlocking is not
//! counted. Everything is bounded in count and ends by itself.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crdt_model::edit::Edit;
use e2e::{Home, Org, PASSPHRASE, RunningNode, first_peer, sync_until_equal};
use node::Node;
use node::api::{CaseFilter, Envelope, Request, Secret, Service};
use serde_json::Value;

/// Repetitions of what is quick.
const QUICK: usize = 100;
/// How long an idle node is watched.
const IDLE: Duration = Duration::from_secs(20);

fn main() {
    let cases: usize = std::env::var("BOUCLE_BUDGET_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let mut table = Table::default();
    let machine = Machine::measure();
    eprintln!("{cases} cases; the machine: {machine:?}");
    let org = Org::founded();
    let rose = &org.rose;
    let ali = org.join("REG", "cfm_manager", "Ali");
    sync_until_equal(&[rose, &ali], &[(1, 0)]);

    let file = tempfile::tempdir().expect("a folder");
    let rows = file.path().join("rows.csv");
    std::fs::write(&rows, kobo(0, cases)).expect("written");
    let import = |home: &Home, rows: &Path| {
        let started = Instant::now();
        let done = home.command("import --as kobo").arg(rows.display().to_string()).run().ok();
        (done, started.elapsed())
    };
    let (done, took) = import(rose, &rows);
    assert_eq!(done["created"], cases, "{done}");
    let per_s = |n: usize, took: Duration| n as f64 / took.as_secs_f64();
    let verified = format!("{:.0} Ed25519 signatures/s, one core", machine.signs_per_s);
    table.row(
        "bulk import, signed, sealed, durable",
        "≥ 5,000 cases/s",
        &format!("{:.0} cases/s", per_s(cases, took)),
        &verified,
        per_s(cases, took) >= 5_000.0,
    );
    let count = |home: &Home| -> (u64, Duration) {
        let started = Instant::now();
        let counted = home.ok("case list --count");
        (counted["count"].as_u64().expect("a count"), started.elapsed())
    };
    let (_, listed) = count(rose);
    let (_, at_home) = count(rose);
    table.row(
        "the first list after an import",
        "≤ 5 s at 10,000",
        &format!("{:.2} s", listed.as_secs_f64()),
        "",
        listed.as_secs_f64() <= 5.0 * (cases as f64 / 1e4).max(1.0),
    );
    // what is allocated: the file grows by doubling, as one with holes
    let bytes = std::fs::metadata(rose.folder().join("store.redb")).expect("there").blocks() * 512;
    table.row(
        "disk per case as imported",
        "≤ 8 KB",
        &format!("{:.1} KB", bytes as f64 / cases as f64 / 1e3),
        "",
        bytes < 8_000 * cases as u64,
    );

    // ------------------------------------------------------------ two nodes
    let (serving, started) = start(rose);
    table.row("start of `run`", "< 1 s", &millis(started), "", started < Duration::from_secs(1));
    let first = sync(&ali, &serving);
    let (ms, wire) = (number(&first, "elapsed_ms"), number(&first, "bytes_sent") + number(&first, "bytes_received"));
    let limit = format!("{:.0} signatures checked/s, one core", machine.verifies_per_s);
    table.row(
        "initial sync: admitted and durable",
        "≤ 1.0 s at 10,000",
        &format!("{:.2} s", ms / 1e3),
        &limit,
        ms * 10_000.0 <= 1e3 * 1e4 * (cases as f64 / 1e4).max(1.0),
    );
    table.row(
        "initial sync: on the wire",
        "≤ 6 KB a case",
        &format!("{:.2} KB a case", wire / cases as f64 / 1e3),
        "",
        wire <= 6e3 * cases as f64,
    );
    let (seen, judged) = count(&ali);
    assert_eq!(seen as usize, cases);
    table.row(
        "then all judged and visible",
        "≤ 5 s at 10,000",
        &format!("{:.2} s", judged.as_secs_f64()),
        "",
        judged.as_secs_f64() <= 5.0 * (cases as f64 / 1e4).max(1.0),
    );
    let (_, cold) = count(&ali);
    let cold = cold.max(at_home);
    table.row("a cold `case list --count`", "< 1 s at 100,000", &millis(cold), "", cold < Duration::from_secs(1));
    let quiet =
        (0..5).map(|_| sync(&ali, &serving)).min_by_key(|peer| number(peer, "elapsed_ms") as u64).expect("five");
    let wire = number(&quiet, "bytes_sent") + number(&quiet, "bytes_received");
    let figure = format!("{} round trip, {wire} B, {} ms", quiet["round_trips"], quiet["elapsed_ms"]);
    let holds = quiet["round_trips"] == 1 && wire <= 400.0 && number(&quiet, "elapsed_ms") <= 5.0;
    table.row("nothing to do", "1 round trip, ≤ 400 B, ≤ 5 ms", &figure, "", holds);

    let idle = idle(&serving);
    let figure = format!("{:.2} % of a core, {:.0} MB", idle.0, idle.1);
    table.row("idle node", "< 1 % of a core, < 100 MB at 100,000", &figure, "", idle.0 < 1.0 && idle.1 < 100.0);
    drop(serving);

    // ------------------------------------------------------------ one node, in process
    let tenth = Org::founded();
    let few = file.path().join("few.csv");
    std::fs::write(&few, kobo(0, cases / 10)).expect("written");
    import(&tenth.rose, &few);
    count(&tenth.rose);
    let (marks, marks_of_few) = (refs(rose, QUICK), refs(&tenth.rose, QUICK));
    {
        let node = Node::open(rose.folder()).expect("opens");
        let ask = |request: Request| asked(&node, request);
        let filter =
            |category: &str| CaseFilter { category: vec![category.into()], count: true, ..CaseFilter::default() };
        ask(Request::CaseList(Box::new(filter("payment"))));
        let mut times: Vec<Duration> = (0..20).map(|_| ask(Request::CaseList(Box::new(filter("payment")))).1).collect();
        let filtered = median(&mut times);
        let million = filtered.as_secs_f64() * 1e6 / cases as f64 * 1e3;
        let figure =
            format!("{:.2} ms at {cases} (×{:.0}: {million:.0} ms)", filtered.as_secs_f64() * 1e3, 1e6 / cases as f64);
        table.row("a filter, node running", "< 50 ms at 1,000,000", &figure, "", million < 50.0);
        let todo = || ask(Request::Todo { limit: None });
        let waiting = todo().0.as_array().map_or(0, Vec::len);
        let mut times: Vec<Duration> = (0..20).map(|_| todo().1).collect();
        let todo = median(&mut times);
        let scaled = todo.as_secs_f64() * 1e5 / cases as f64 * 1e3;
        table.row(
            "`todo`, node running",
            "< 50 ms at 100,000",
            &format!(
                "{:.2} ms at {cases} (×{:.0}: {scaled:.0} ms), {waiting} lines",
                todo.as_secs_f64() * 1e3,
                1e5 / cases as f64
            ),
            "",
            scaled < 50.0,
        );
        let small = Node::open(tenth.rose.folder()).expect("opens");
        let note = |node: &Node, mark: &String| {
            asked(node, Request::edit(mark.clone(), Edit::Note { text: "Rappelée, absente.".into() })).1
        };
        // in turn, so that what else the machine does falls on both
        let in_turn = marks.iter().zip(&marks_of_few).map(|(mark, of_few)| (note(&node, mark), note(&small, of_few)));
        let (mut edits, mut edits_of_few): (Vec<Duration>, Vec<Duration>) = in_turn.unzip();
        let (edit, of_few) = (median(&mut edits), median(&mut edits_of_few));
        let ratio = edit.as_secs_f64() / machine.redb_commit.as_secs_f64();
        let limit = format!("{} a redb commit of 1 KB", millis(machine.redb_commit));
        table.row(
            "a durable edit, p50",
            "≤ 3 × one redb commit",
            &format!("{} ({ratio:.1} ×)", millis(edit)),
            &limit,
            ratio <= 3.0,
        );
        let growth = edit.as_secs_f64() / of_few.as_secs_f64();
        let what = format!("an edit at {cases} against one at {}", cases / 10);
        table.row(&what, "≤ 1.1 ×", &format!("{growth:.2} × ({})", millis(of_few)), "", growth <= 1.1);
    }

    let (serving, _) = start(rose);
    let changed = sync(&ali, &serving);
    let (sent, ms) = (number(&changed, "entries_received"), number(&changed, "elapsed_ms"));
    let figure = format!(
        "{} round trips, {ms} ms, {} B for {sent} entries",
        changed["round_trips"],
        number(&changed, "bytes_received")
    );
    table.row(
        &format!("{QUICK} changed of {cases}"),
        "≤ 2 round trips, ≤ 30 ms",
        &figure,
        &limit,
        number(&changed, "round_trips") <= 2.0 && ms <= 30.0,
    );
    drop(serving);
    let started = Instant::now();
    let verified = ali.ok("verify");
    assert_eq!(verified["ok"], true, "{verified}");
    table.row("`verify`", "—", &format!("{:.1} s", started.elapsed().as_secs_f64()), "", true);
    table.row(
        "machine: append 1 KB and fdatasync",
        "—",
        &format!("{:.0}/s", 1.0 / machine.append.as_secs_f64()),
        "",
        true,
    );
    println!("\n{}", table.text);
}

/// What a node answers to Rose, and how long it takes.
fn asked(node: &Node, request: Request) -> (Value, Duration) {
    let envelope = Envelope {
        lang: "en".into(),
        member: None,
        passphrase: Some(Secret::new(PASSPHRASE.to_owned())),
        now_ms: None,
        request,
    };
    let started = Instant::now();
    let reply = node.handle(envelope, &mut |_| ()).expect("done");
    (reply, started.elapsed())
}

/// What the machine can do, in this very run.
#[derive(Debug)]
struct Machine {
    append: Duration,
    redb_commit: Duration,
    signs_per_s: f64,
    verifies_per_s: f64,
}

impl Machine {
    fn measure() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut file = std::fs::File::create(folder.path().join("raw")).expect("made");
        let timed = |n: usize, what: &mut dyn FnMut()| {
            let mut all: Vec<Duration> = (0..n)
                .map(|_| {
                    let started = Instant::now();
                    what();
                    started.elapsed()
                })
                .collect();
            median(&mut all)
        };
        let append = timed(QUICK, &mut || {
            file.write_all(&[7; 1024]).expect("written");
            file.sync_data().expect("durable");
        });
        let table = redb::TableDefinition::<u64, &[u8]>::new("t");
        let db = redb::Database::create(folder.path().join("redb")).expect("made");
        let mut n = 0;
        let redb_commit = timed(QUICK, &mut || {
            let mut txn = db.begin_write().expect("begun");
            txn.set_quick_repair(true);
            txn.open_table(table).expect("opened").insert(n, [7; 1024].as_slice()).expect("inserted");
            txn.commit().expect("durable");
            n += 1;
        });
        let key = crdt_model::seal::Secret([7; 32]).signing_key();
        let message = [9; 64];
        let signature = ed25519_dalek::Signer::sign(&key, &message);
        let sign = timed(QUICK * 10, &mut || {
            std::hint::black_box(ed25519_dalek::Signer::sign(&key, &message));
        });
        let verify = timed(QUICK * 10, &mut || key.verifying_key().verify_strict(&message, &signature).expect("holds"));
        let per_s = |one: Duration| 1.0 / one.as_secs_f64();
        Self { append, redb_commit, signs_per_s: per_s(sign), verifies_per_s: per_s(verify) }
    }
}

/// The table, one row a target.
#[derive(Default)]
struct Table {
    text: String,
}

impl Table {
    fn row(&mut self, what: &str, target: &str, figure: &str, machine: &str, holds: bool) {
        if self.text.is_empty() {
            self.text.push_str("| | target | here | the machine's limit, same run | |\n|---|---|---|---|---|\n");
        }
        let mark = if holds { "holds" } else { "MISSED" };
        writeln!(self.text, "| {what} | {target} | {figure} | {machine} | {mark} |").expect("a string grows");
        eprintln!("{what}: {figure} ({mark})");
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

fn median(all: &mut [Duration]) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

fn number(peer: &Value, name: &str) -> f64 {
    peer[name].as_f64().unwrap_or_else(|| panic!("{name} of {peer}"))
}

fn start(home: &Home) -> (RunningNode, Duration) {
    let started = Instant::now();
    let running = home.start();
    (running, started.elapsed())
}

fn sync(from: &Home, to: &RunningNode) -> Value {
    let reply = from.command("sync").arg(to.address()).run().ok();
    let peer = first_peer(&reply).clone();
    assert_eq!(peer["equal"], true, "{reply}");
    peer
}

fn refs(home: &Home, n: usize) -> Vec<String> {
    let listed = home.ok(&format!("case list --limit {n}"));
    let rows = listed.as_array().expect("a list").iter();
    rows.map(|row| row["ref"].as_str().expect("a reference").to_owned()).collect()
}

/// Per cent of a core and megabytes, of a node that is left alone.
fn idle(node: &RunningNode) -> (f64, f64) {
    let ticks = || -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", node.id())).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        // utime and stime, in hundredths of a second
        [11, 12].iter().filter_map(|n| fields.get(*n)?.parse::<f64>().ok()).sum()
    };
    let before = ticks();
    std::thread::sleep(IDLE);
    let busy = (ticks() - before) / IDLE.as_secs_f64();
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.id())).unwrap_or_default();
    let resident =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    (busy, resident.unwrap_or(f64::NAN) / 1e3)
}

/// A KoboToolbox export of `n` complaints of about 1 KB. Invented.
fn kobo(from: usize, n: usize) -> String {
    const WORDS: [&str; 24] = [
        "le",
        "montant",
        "reçu",
        "carte",
        "agent",
        "marché",
        "distribution",
        "semaine",
        "commune",
        "attente",
        "file",
        "sac",
        "riz",
        "paiement",
        "téléphone",
        "liste",
        "nom",
        "rappel",
        "comité",
        "site",
        "jour",
        "eau",
        "école",
        "route",
    ];
    const CATEGORIES: [&str; 4] = ["paiement_non_recu", "sim_perdue", "qualite_vivres", "information"];
    let mut out = String::from(
        "_uuid;start;end;accueil/canal;accueil/consentement;retour/type_retour;retour/categories;retour/description;__version__\r\n",
    );
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for row in from..from + n {
        let mut text = String::with_capacity(900);
        while text.len() < 800 {
            text.push_str(WORDS[draw(WORDS.len())]);
            text.push(' ');
        }
        let (day, hour) = (1 + draw(28), draw(24));
        // one in twenty is sealed to an audience
        let category = if row % 20 == 7 { "fraude" } else { CATEGORIES[draw(CATEGORIES.len())] };
        writeln!(
            out,
            "{row:08x}-0000-4000-8000-{row:012x};2026-10-{day:02}T{hour:02}:00:00.000+01:00;2026-10-{day:02}T{hour:02}:10:00.000+01:00;hotline;oui;plainte;{category};{text};v1\r"
        )
        .expect("a string grows");
    }
    out
}
