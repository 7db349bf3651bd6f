//! Refused means that nothing changed: every verb is refused for every reason it has, and all that the home holds is
//! compared before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crdt_model::edit::{ConsentAnswer, Edit, GivenService, Telling, Whom};
use serde_json::json;

use super::generations::confirmed;
use super::*;
use crate::api::node::Node;
use crate::api::{CaseFilter, Envelope, Request, SealOptions, Secret, Service, SessionHeader, commands};
use crate::clock::{Machine, Reading};
use crate::store::{STORE_FILE, Space};

const PASSPHRASE: &str = "a long enough passphrase";
/// A generated export of KoboToolbox: no real person.
const KOBO: &str = include_str!("../../../cli/src/demo/kobo.csv");

/// What a node holds, under names that tell what differs: rows of its store, its other files, what it answers.
type All = BTreeMap<String, String>;

/// A node that is asked as a command asks it.
struct Asked {
    node: Arc<Node>,
    member: &'static str,
    home: PathBuf,
    cases: Vec<String>,
    folder: Arc<TempDir>,
}

impl Asked {
    fn of(home: Home, member: &'static str, cases: &[&str]) -> Self {
        let Home { log, folder, .. } = home;
        let path = log.home.clone();
        drop(log);
        let node = Arc::new(Node::open(&path).expect("a node"));
        let cases = cases.iter().map(|case| (*case).to_owned()).collect();
        Self { node, member, home: path, cases, folder: Arc::new(folder) }
    }

    /// The same node.
    fn twin(&self) -> Self {
        let (node, folder) = (Arc::clone(&self.node), Arc::clone(&self.folder));
        Self { node, member: self.member, home: self.home.clone(), cases: self.cases.clone(), folder }
    }

    fn asks(&self, passphrase: &str, request: Request) -> Result<Json, Failure> {
        self.asks_at(Some(NOW), passphrase, request)
    }

    /// `now_ms`: the time; `None`: by the machine's clock.
    fn asks_at(&self, now_ms: Option<i64>, passphrase: &str, request: Request) -> Result<Json, Failure> {
        let envelope = Envelope {
            lang: "fr".into(),
            member: Some(self.member.into()),
            passphrase: Some(Secret::new(passphrase.into())),
            now_ms,
            request,
        };
        self.node.handle(envelope, &mut |_| {})
    }

    fn ask(&self, request: Request) -> Result<Json, Failure> {
        self.asks(PASSPHRASE, request)
    }

    fn all(&self) -> All {
        let mut all = All::new();
        let of_case = |case: &String| {
            let r#ref = case.clone();
            [Request::CaseShow { r#ref: r#ref.clone() }, Request::CaseHistory { r#ref }]
        };
        let questions = [
            Request::CaseList(Box::default()),
            Request::Digest,
            Request::Fingerprint,
            Request::Outbox,
            Request::Status,
            Request::MemberList,
            Request::AudienceList,
            Request::SiteList,
            Request::BatchList,
            Request::WordsShow { lang: None },
            Request::CaseConflicts { r#ref: None },
            Request::CaseShow { r#ref: "@last".into() },
        ];
        for (n, question) in questions.into_iter().chain(self.cases.iter().flat_map(of_case)).enumerate() {
            let name = question.name();
            let told = self.ask(question).map_or_else(|failure| failure.code.to_owned(), |told| told.to_string());
            all.insert(format!("answer {n} of {name}"), told);
        }
        let log = self.node.held().expect("open");
        for (table, rows) in log.store.rows() {
            all.insert(format!("table {table}"), rows.join("\n"));
        }
        for entry in std::fs::read_dir(&self.home).expect("a folder") {
            let path = entry.expect("listed").path();
            if path.is_file() && !path.ends_with(STORE_FILE) {
                let bytes = std::fs::read(&path).expect("own files can be read");
                all.insert(format!("file {}", path.display()), data_encoding::HEXLOWER.encode(&bytes));
            }
        }
        all
    }
}

/// Which parts differ.
fn differing(before: &All, after: &All) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// The organisation of the walk, and what the requests name.
struct World {
    rose: Asked,
    ali: Asked,
    ivo: Asked,
    folder: TempDir,
    /// An ordinary case; one without category; one in conflict; one whose person refused; one assigned; one closed; one
    /// sealed, open to Rose, from which Nadia is recused; one sealed of which Rose is recused.
    plain: String,
    bare: String,
    torn: String,
    unwilling: String,
    taken: String,
    closed: String,
    sealed: String,
    shut: String,
    /// An invitation that somebody joined by on Rose's machine, one of another organisation, one that is free.
    used: String,
    foreign: String,
    free: String,
}

fn seal_to(audience: &str, recuse: &[&str]) -> SealOptions {
    let recuse = recuse.iter().map(|name| (*name).to_owned()).collect();
    SealOptions { recuse: Some(recuse), audience: Some(audience.into()), ..SealOptions::default() }
}

fn does(home: &Home, case: &str, edit: &Edit) {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW)).expect("done");
}

fn set(field: &str, value: &str) -> Edit {
    Edit::Set { values: vec![(field.to_owned(), Words::from(value))] }
}

fn invitation(home: &Home) -> String {
    let told = home
        .with(|log, reader| crate::members::invite(log, reader, "JER", "operator", None, None, NOW))
        .expect("invited");
    told["invitation"].as_str().expect("a text").to_owned()
}

impl World {
    fn made() -> Self {
        let rose = Home::founded();
        rose.site("PES");
        let ali = rose.invited("PES", "operator", "Ali");
        exchange(&rose, &ali);
        let nadia = confirmed(&rose, "JER", "focal_psea", "Nadia");
        let ivo = rose.invited("JER", "it_support", "Ivo");
        let (used, free) = (invitation(&rose), invitation(&rose));
        members::join(&rose.log.home, Some(&*rose.log), &used, "Zoé", &passphrase(), NOW).expect("joined");
        rose.log.dismiss_reader(&rose.log.unlocked().into_iter().find(|id| *id != rose.member).expect("Zoé"));
        let plain = case_id(&rose.new_case(complaint()));
        let bare = case_id(&rose.new_case(NewCase { category: None, ..complaint() }));
        let torn = case_id(&ali.new_case(complaint()));
        let refused = ConsentAnswer { purpose: "refer_internal".into(), answer: "refused".into(), means: None };
        let unwilling = case_id(&rose.new_case(NewCase { consents: vec![refused], ..complaint() }));
        let [taken, closed] = [0; 2].map(|_| case_id(&rose.new_case(complaint())));
        for case in [&taken, &closed] {
            does(&rose, case, &Edit::Assign { to: crdt_model::values::Who::Member(rose.member).into() });
            does(&rose, case, &Edit::Accept);
        }
        let answer = Edit::Answer(Telling {
            text: Some(Words::from("payé hier")),

            satisfied: Some("satisfied".into()),
            ..Telling::default()
        });
        does(&rose, &closed, &answer);
        does(&rose, &closed, &Edit::Close { reason: "satisfied".into(), because: None });
        let [sealed, shut] = [0; 2].map(|_| case_id(&rose.new_case(complaint())));
        for (case, recused) in [(&sealed, "Nadia"), (&shut, "Rose")] {
            let options = seal_to("psea", &[recused]);
            rose.with(|log, reader| crate::writes::case_seal(log, reader, case, &Words::from("grave"), &options, NOW))
                .expect("sealed");
        }
        exchange(&rose, &ali);
        does(&rose, &torn, &set("project", "P1"));
        does(&ali, &torn, &set("project", "P2"));
        exchange(&rose, &ali);
        exchange(&rose, &ivo);
        exchange(&rose, &nadia);
        rose.with(|log, reader| crate::writes::calls::shift_start(log, reader, NOW)).expect("begun");
        rose.with(|log, reader| crate::writes::calls::start(log, &log.shared(), reader, None, None, NOW))
            .expect("begun");
        let foreign = invitation(&Home::founded());
        let cases = [&plain, &bare, &torn, &unwilling, &taken, &closed, &sealed, &shut].map(String::as_str);
        Self {
            rose: Asked::of(rose, "Rose", &cases),
            ali: Asked::of(ali, "Ali", &cases),
            ivo: Asked::of(ivo, "Ivo", &cases),
            folder: TempDir::new().expect("a folder"),
            used,
            foreign,
            free,
            plain: plain.clone(),
            bare,
            torn,
            unwilling,
            taken,
            closed,
            sealed,
            shut,
        }
    }

    /// A file beside the homes.
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.display().to_string()
    }

    fn nowhere(&self) -> String {
        self.folder.path().join("none/there").display().to_string()
    }
}

/// Requests that are refused for nothing but a passphrase.
fn answered() -> Vec<Request> {
    vec![
        Request::SiteList,
        Request::BatchList,
        Request::MemberList,
        Request::AudienceList,
        Request::Outbox,
        Request::Todo { limit: None },
        Request::Verify,
        Request::Fingerprint,
        Request::Digest,
        Request::Status,
        Request::Doctor { deep: false, keyless: false },
        Request::SupportFile { keyless: false, addresses: false },
        Request::ClockShow { brief: true },
        Request::TaxonomyShow,
        Request::CallList(Box::default()),
        Request::SessionShow,
        Request::SessionList(Box::default()),
        Request::Services { near: None, kind: None },
        Request::ReferenceDrop { kind: None },
        Request::ReferenceList,
        Request::ReferenceFind { what: "37412291".into() },
    ]
}

/// What any refusal will do.
const ANY: &str = "";

/// Requests that Rose is refused, and why.
fn refused(w: &World) -> Vec<(Request, &'static str)> {
    let c = |case: &String| case.clone();
    let back = |case: &String, reason: &str, because: &str| {
        Request::edit(c(case), Edit::Return { reason: reason.into(), because: because.into() })
    };
    let outside =
        |case: &String, by: &str| Request::edit(c(case), Edit::Outside { to: "Mairie".into(), by: by.into() });
    let hand_over = |case: &String, receipt: &str| {
        Request::edit(c(case), Edit::Handover { to: "Inspection".into(), receipt: receipt.into() })
    };
    let some = |text: &str| Some(text.to_owned());
    let long = |n: usize| "x".repeat(n);
    let nobody = || "inconnu".to_owned();
    let invite = |site: &str, role: &str, expires_ms, out| Request::Invite {
        site: site.into(),
        role: role.into(),
        expires_ms,
        out,
    };
    let site = |code: &str, name: &str, kind: &str, parent: Option<String>, org_unit| Request::SiteAdd {
        code: code.into(),
        name: name.into(),
        kind: kind.into(),
        parent,
        org_unit,
        zone: None,
    };
    let set_zone = |code: &str, zone: &str| Request::SiteSet {
        code: code.into(),
        zone: Some(zone.into()),
        name: None,
        closed: None,
        hours: None,
    };
    let set_hours = |hours: &str| Request::SiteSet {
        code: "PES".into(),
        zone: None,
        name: None,
        closed: None,
        hours: Some(hours.into()),
    };
    let close_site =
        |code: &str| Request::SiteSet { code: code.into(), zone: None, name: None, closed: Some(true), hours: None };
    let route = |site: &str, category: &str, to: &str| Request::RoutingSet {
        site: site.into(),
        category: Some(category.into()),
        to: Some(to.into()),
        duty_phone: None,
        alternate_phone: None,
    };
    let list_out = |path: &str, to: &str, field: &str| Request::BatchOut {
        filter: Box::default(),
        to: to.into(),
        purpose: None,
        fields: vec![field.into()],
        confidential: false,
        due_in_ms: None,
        path: path.into(),
        only_look: false,
    };
    let list_in = |path: &str| Request::BatchIn {
        path: path.into(),
        encoding: None,
        to: None,
        answers: Vec::new(),
        takes: Vec::new(),
        only_look: false,
    };
    let join =
        |text: &str, member: &str| Request::Join { invitation: Secret::new(text.to_owned()), member: member.into() };
    let confirm = |name: &str, words: &str| Request::MemberConfirm {
        name: name.into(),
        words: words.split(' ').map(str::to_owned).collect(),
    };
    let new = |change: &dyn Fn(&mut NewCase), seal: SealOptions| {
        let mut case = complaint();
        change(&mut case);
        Request::CaseNew { case: Box::new(case), seal }
    };
    let list = |change: &dyn Fn(&mut CaseFilter)| {
        let mut filter = CaseFilter::default();
        change(&mut filter);
        Request::CaseList(Box::new(filter))
    };
    let set = |case: &String, values: &[(&str, &str)]| {
        let values = values.iter().map(|(f, v)| ((*f).to_owned(), Words::from(*v))).collect();
        Request::edit(c(case), Edit::Set { values })
    };
    let note = |case: &String, text: &str| Request::edit(c(case), Edit::Note { text: Words::from(text) });
    let triage = |case: &String, category: Option<&str>, case_type: Option<&str>, priority: Option<&str>| {
        let [category, case_type, priority] = [category, case_type, priority].map(|code| code.map(str::to_owned));
        Request::edit(c(case), Edit::Triage { category, case_type, sensitivity: None, priority, project: None })
    };
    let assign = |case: &String, who: &str| Request::edit(c(case), Edit::Assign { to: Whom::Typed(who.into()) });
    let refer = |case: &String, to: &str, fields: &[&str]| {
        let fields = (!fields.is_empty()).then(|| fields.iter().map(|field| (*field).to_owned()).collect());
        Request::CaseRefer { r#ref: c(case), to: to.into(), fields, text: None }
    };
    let absent = |name: &str, until: Option<&str>, deputy: Option<&str>| Request::MemberAway {
        name: name.into(),
        until: until.map(str::to_owned),
        deputy: deputy.map(str::to_owned),
    };
    let speaks = |name: &str, speaks: &str| Request::MemberSet { name: name.into(), speaks: speaks.into() };
    let question = |case: &String, of: &str| {
        Request::edit(c(case), Edit::Ask { of: Whom::Typed(of.into()), text: "Pourquoi ?".into() })
    };
    let moved = |case: &String, site: &str| Request::CaseMove { r#ref: c(case), site: site.into(), only_look: false };
    let link =
        |case: &String, to: &String, kind: &str| Request::CaseLink { r#ref: c(case), to: c(to), kind: kind.into() };
    let merge = |case: &String, into: &String| Request::CaseMerge { r#ref: c(case), into: c(into) };
    let share = |case: &String, who: &str, stop: bool| {
        Request::edit(c(case), Edit::Share { with: Whom::Typed(who.into()), stop })
    };
    let answer = |case: &String, text: Option<&str>, satisfied: Option<&str>| {
        let (text, satisfied) = (text.map(Words::from), satisfied.map(str::to_owned));
        Request::edit(c(case), Edit::Answer(Telling { text, satisfied, ..Telling::default() }))
    };
    let consent = |purpose: &str, answer: &str, means: Option<&str>| {
        Request::edit(
            c(&w.plain),
            Edit::Consent { purpose: purpose.into(), answer: answer.into(), means: means.map(str::to_owned), by: None },
        )
    };
    let close =
        |case: &String, reason: &str| Request::edit(c(case), Edit::Close { reason: reason.into(), because: None });
    let seal = |case: &String, reason: &str, seal: SealOptions, then: Option<Request>| Request::CaseSeal {
        r#ref: c(case),
        reason: Words::from(reason),
        seal,
        then: then.map(|then| match then {
            Request::CaseEdit { edit, .. } => edit,
            other => panic!("no act: {other:?}"),
        }),
    };
    let raise = |case: &String, to: Option<&str>, reason: &str| Request::CaseRaise {
        r#ref: c(case),
        to: to.map(str::to_owned),
        reason: Words::from(reason),
        seal: SealOptions::default(),
    };
    let lower = |case: &String, to: Option<&str>, reason: &str| Request::CaseLower {
        r#ref: c(case),
        to: to.map(str::to_owned),
        reason: Words::from(reason),
    };
    let erase = |case: &String, approve| Request::CaseErase { r#ref: c(case), approve, late_too: false };
    let words = |lang: &str, words: &[&str]| {
        (lang.to_owned(), words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>())
    };
    let add = |(lang, words)| Request::WordsAdd { lang, words };
    let remove = |(lang, words)| Request::WordsRemove { lang, words };
    let withdraw =
        |case: &String, entry: Option<&str>| Request::CaseWithdraw { r#ref: c(case), entry: entry.map(str::to_owned) };
    let export = |path: String, to: Option<&str>, after: Option<String>| Request::BundleExport {
        path,
        to: to.map(str::to_owned),
        after,
        all: false,
        max_bytes: None,
    };
    let import = |path: &String, change: &dyn Fn(&mut Request)| {
        let mut request = Request::Import {
            path: path.clone(),
            format: "kobo".into(),
            mapping: None,
            site: None,
            partner: None,
            project: None,
            dry_run: false,
            rejects: None,
            encoding: None,
        };
        change(&mut request);
        request
    };
    let notify = |case: &String, body: &str, by: &str| {
        Request::edit(c(case), Edit::Notify { body: body.into(), by: by.into(), text: None })
    };
    let row = |table: &str, code: &str, adds| {
        let change = crate::api::RowChange { labels: vec!["Nom".into()], ..Default::default() };
        Request::TaxonomySet { table: table.into(), code: code.into(), change, adds }
    };
    let here = w.file("here.boucle", b"taken");
    let text = w.file("text.csv", b"a;b\n1;2\n");
    let bytes = w.file("bytes.bin", &[0, 159, 146, 150]);
    let good = w.file("good.csv", KOBO.as_bytes());
    let fresh = w.folder.path().join("fresh.boucle").display().to_string();
    let asked = SealOptions { recuse: Some(Vec::new()), ..SealOptions::default() };
    let psea = || seal_to("psea", &[]);
    let mut rows = vec![
        (Request::CallStart { phone: None, spoken: None }, "call_goes_on"),
        (Request::CallEnd { outcome: "lost".into(), case: None }, "not_in_taxonomy"),
        (Request::ShiftStart, "shift_goes_on"),
        (Request::CallLog { outcome: "lost".into(), phone: None, channel: None, at: None }, "not_in_taxonomy"),
        (Request::ShiftEnd, "call_goes_on"),
        (
            Request::SessionOpen(Box::new(SessionHeader { kind: "box".into(), ..SessionHeader::default() })),
            "two_openers",
        ),
        (Request::SessionClose { reason: None }, "no_session_goes_on"),
        (Request::SlipsPrint { count: 0 }, "bad_value"),
        (Request::ServicesLoad { path: w.nowhere() }, "file_not_found"),
        (Request::ReferenceLoad { path: w.nowhere(), kind: "payments".into(), kept_for_ms: 1 }, "file_not_found"),
        (Request::Intake { channel: "sms".into(), from: "".into(), text: "x".into(), at_ms: None }, "usage_missing"),
        (
            Request::edit(
                c(&w.sealed),
                Edit::Service(GivenService { kind: "magic".into(), answer: "offered".into(), name: None }),
            ),
            "unknown_code",
        ),
        (
            Request::Init { org: "O".into(), site: "REG".into(), member: "Eve".into(), roots: None, zone: None },
            "already_initialised",
        ),
        (site("PES", "encore", "office", None, None), "site_exists"),
        (set_zone("XXX", "Africa/Bangui"), "site_not_found"),
        (set_zone("PES", "Bangui"), "zone_unknown"),
        (set_hours("mon-fri 22:00-06:00"), "bad_value"),
        (close_site("JER"), "site_root"),
        (site("pays", "Pays", "office", None, None), "bad_site_code"),
        (site("NEW", "Neuf", "palais", None, None), "not_in_taxonomy"),
        (site("NEW", "Neuf", "office", some("XXX"), None), "site_not_found"),
        (site("NEW", " ", "office", None, None), "usage_missing"),
        (site("NEW", &long(300), "office", None, None), "too_long"),
        (site("NEW", "Neuf", "office", None, some(&long(300))), "too_long"),
        (row("projet", "A", true), "not_in_taxonomy"),
        (row("project", "deux mots", true), "bad_value"),
        (row("project", "A", false), "row_not_found"),
        (row("outcome", "PAID", true), "row_exists"),
        (Request::RoutingImport { path: w.nowhere() }, "file_not_found"),
        (Request::RoutingImport { path: text.clone() }, "routing_no_header"),
        (Request::TaxonomyImport { path: w.nowhere() }, "file_not_found"),
        (Request::TaxonomyImport { path: text.clone() }, "taxonomy_file_bad"),
        (Request::TaxonomyExport { path: here.clone() }, "file_exists"),
        (set(&w.plain, &[("group_size", "3"), ("spoken_language", "klingon")]), "not_listed"),
        (new(&|case| case.spoken_language = Some("klingon".into()), asked.clone()), "not_listed"),
        (invite("XXX", "operator", None, None), "site_not_found"),
        (invite("JER", "roi", None, None), "not_in_taxonomy"),
        (invite("JER", "operator", Some(1), None), "bad_value"),
        (invite("JER", "operator", None, Some(here.clone())), "file_exists"),
        (invite("JER", "operator", None, Some(w.nowhere())), "file_not_found"),
        (join("pas une invitation", "Eve"), "invitation_bad"),
        (join(&w.foreign, "Eve"), "invitation_other_org"),
        (join(&w.used, "Eve"), "invitation_used"),
        (join(&w.free, "Rose"), "member_exists"),
        (confirm("Personne", "a b c d e f"), "member_not_found"),
        (confirm("Ali", "a b c d e f"), "words_do_not_match"),
        (new(&|case| case.case_type = "plinte".into(), asked.clone()), "not_in_taxonomy"),
        (new(&|case| case.channel = "pigeon".into(), asked.clone()), "not_in_taxonomy"),
        (new(&|case| case.category = Some("payment.nope".into()), asked.clone()), "not_in_taxonomy"),
        (new(&|case| case.sensitivity = Some("s9".into()), asked.clone()), "not_in_taxonomy"),
        (new(&|case| case.category = Some("sea.abuse".into()), SealOptions::default()), "recusal_not_asked"),
        (new(&|_| {}, seal_to("nobody", &[])), "audience_not_found"),
        (new(&|case| case.category = Some("sea.abuse".into()), seal_to("psea", &["Personne"])), "member_not_found"),
        (new(&|case| case.text = Some(Words(long(70_000))), asked.clone()), "too_long"),
        (new(&|case| case.project = Some("deux mots".into()), asked.clone()), "bad_value"),
        (list(&|filter| filter.site = some("XXX")), "site_not_found"),
        (list(&|filter| filter.sort = some("colour")), "unknown_field"),
        (list(&|filter| filter.assignee = some("Personne")), "member_not_found"),
        (list(&|filter| filter.channel = some("pigeon")), "not_in_taxonomy"),
        (set(&w.plain, &[("project", "P9"), ("colour", "red")]), "unknown_field"),
        (set(&w.plain, &[("project", "P9"), ("group_size", "beaucoup")]), "bad_value"),
        (set(&w.plain, &[("project", "P9"), ("priority", "p9")]), "unknown_code"),
        (set(&w.plain, &[("project", "P9"), ("text", &long(70_000))]), "too_long"),
        (set(&w.plain, &[("project", "P9"), ("assignee", "Ali")]), "field_by_verb"),
        (set(&w.plain, &[("project", "P9"), ("recorded_at", "2020-01-01")]), "field_fixed"),
        (set(&w.plain, &[("project", "P9"), ("phone", "")]), "nothing_to_clear"),
        (set(&w.plain, &[("project", "P9"), ("type", "")]), "field_required"),
        (set(&w.plain, &[("project", "P9"), ("category", "sea.abuse")]), "needs_sealing"),
        (set(&w.shut, &[("project", "P9")]), "outside_audience"),
        (set(&w.unwilling, &[("project", "P9"), ("watchers", "hr")]), "consent_refuses_referral"),
        (set(&w.unwilling, &[("project", "P9"), ("site", "PES")]), "consent_refuses_referral"),
        (note(&w.plain, " "), "missing"),
        (note(&w.plain, &long(70_000)), "too_long"),
        (note(&nobody(), "x"), "ref_not_found"),
        (Request::CaseShow { r#ref: nobody() }, "ref_not_found"),
        (Request::CaseHistory { r#ref: nobody() }, "ref_not_found"),
        (Request::CaseConflicts { r#ref: Some(nobody()) }, "ref_not_found"),
        (Request::edit(c(&w.plain), Edit::Settle { field: "project".into(), pick: 1 }), "no_conflict"),
        (Request::edit(c(&w.torn), Edit::Settle { field: "project".into(), pick: 3 }), "no_such_pick"),
        // the one that was seen: the type had changed
        (triage(&w.plain, Some("sea.abuse"), Some("question"), None), "recusal_not_asked"),
        (triage(&w.plain, Some("payment.nope"), Some("question"), None), "unknown_code"),
        (triage(&w.plain, Some("payment.delay"), Some("plinte"), None), "unknown_code"),
        (triage(&w.plain, None, Some("question"), Some("p9")), "unknown_code"),
        (triage(&w.bare, None, Some("question"), None), "missing"),
        (triage(&w.closed, Some("payment.delay"), Some("question"), None), "case_closed"),
        (triage(&w.shut, Some("payment.delay"), Some("question"), None), "outside_audience"),
        (assign(&w.plain, "Personne"), "member_not_found"),
        (assign(&w.plain, "hrr"), "member_not_found"),
        (assign(&w.closed, "Ali"), "case_closed"),
        (assign(&w.sealed, "Nadia"), "assignee_recused"),
        (assign(&w.sealed, "Ali"), "assignee_outside_audience"),
        (assign(&w.unwilling, "hr"), "consent_refuses_referral"),
        (assign(&w.unwilling, "Ali"), "consent_refuses_referral"),
        (assign(&w.shut, "Ali"), "outside_audience"),
        (back(&w.plain, "misdirected", "x"), "not_assigned"),
        (back(&w.closed, "misdirected", "x"), "case_closed"),
        (back(&w.shut, "misdirected", "x"), "outside_audience"),
        (Request::edit(c(&w.plain), Edit::Appeal { refused: false }), "no_levels"),
        (Request::edit(c(&w.closed), Edit::Appeal { refused: true }), "case_closed"),
        (Request::edit(c(&w.shut), Edit::Appeal { refused: false }), "outside_audience"),
        (Request::edit(c(&w.sealed), Edit::Appeal { refused: false }), "sealed_no_level"),
        (notify(&w.plain, "nobody", "phone"), "not_listed"),
        (notify(&w.plain, "nobody", "pigeon"), "unknown_code"),
        (notify(&w.shut, "nobody", "phone"), "outside_audience"),
        (outside(&w.plain, "pigeon"), "unknown_code"),
        (outside(&w.closed, "phone"), "case_closed"),
        (outside(&w.shut, "phone"), "outside_audience"),
        (Request::edit(c(&w.plain), Edit::Confirm), "not_sent_outside"),
        (Request::edit(c(&w.shut), Edit::Confirm), "outside_audience"),
        (Request::edit(c(&w.plain), Edit::Remind), "not_assigned"),
        (Request::edit(c(&w.closed), Edit::Remind), "case_closed"),
        (hand_over(&w.plain, "x"), "only_sealed"),
        (hand_over(&w.shut, "x"), "outside_audience"),
        (hand_over(&w.sealed, " "), "missing"),
        (share(&w.plain, "Personne", false), "member_not_found"),
        (speaks("Personne", "sg"), "member_not_found"),
        (speaks("Ali", " , "), "bad_value"),
        (speaks("Ali", "klingon"), "not_listed"),
        (
            Request::edit(
                c(&w.plain),
                Edit::Contact {
                    inward: true,
                    channel: None,
                    purpose: "follow_up".into(),
                    outcome: "lost".into(),
                    lasted_ms: None,
                },
            ),
            "unknown_code",
        ),
        (Request::Find { what: " ".into(), limit: None }, "missing"),
        (question(&w.plain, "me"), "asked_self"),
        (question(&w.plain, "Ali"), "asked_cannot_read"),
        (question(&w.plain, "Personne"), "member_not_found"),
        (absent("Personne", Some("2099-01-01"), None), "member_not_found"),
        (absent("Ali", Some("hier"), None), "bad_value"),
        (absent("Ali", Some("2001-01-01"), None), "bad_value"),
        (absent("Ali", Some("2099-01-01"), Some("Ali")), "deputy_unfit"),
        (moved(&w.plain, "XXX"), "site_not_found"),
        (moved(&w.plain, "JER"), "already_there"),
        (moved(&w.closed, "PES"), "case_closed"),
        (moved(&w.shut, "PES"), "outside_audience"),
        (moved(&w.unwilling, "PES"), "consent_refuses_referral"),
        (link(&w.plain, &w.plain, "related"), "self_link"),
        (link(&w.plain, &w.taken, "twin"), "bad_value"),
        (link(&w.plain, &nobody(), "related"), "ref_not_found"),
        (link(&w.plain, &w.shut, "related"), "outside_audience"),
        (link(&w.shut, &w.plain, "duplicate"), "outside_audience"),
        (merge(&w.plain, &w.plain), "self_link"),
        (merge(&w.plain, &w.closed), "survivor_closed"),
        (merge(&w.closed, &w.plain), "case_closed"),
        (merge(&w.plain, &w.sealed), "merge_across_seal"),
        (merge(&w.sealed, &w.plain), "merge_across_seal"),
        (merge(&w.shut, &w.sealed), "outside_audience"),
        (Request::CaseUnmerge { r#ref: c(&w.plain) }, "not_merged"),
        (Request::CaseUnmerge { r#ref: c(&w.shut) }, "outside_audience"),
        (Request::CaseDuplicates { r#ref: Some(nobody()) }, "ref_not_found"),
        (refer(&w.plain, "XXX", &[]), "site_not_found"),
        (refer(&w.plain, "JER", &["all"]), "already_there"),
        (refer(&w.plain, "PES", &["couleur"]), "unknown_field"),
        (refer(&w.unwilling, "PES", &["text"]), "field_kept_back"),
        (refer(&w.unwilling, "PES", &["type"]), "own_words_needed"),
        (refer(&w.plain, "Nadia", &["all"]), "refer_is_for_sites"),
        (share(&w.plain, "PES", false), "share_is_for_persons"),
        (share(&w.plain, "PES", true), "not_shared"),
        (refer(&w.closed, "PES", &["all"]), "case_closed"),
        (refer(&w.shut, "PES", &["all"]), "outside_audience"),
        (refer(&w.sealed, "PES", &["all"]), "sealed_to_persons"),
        (refer(&w.sealed, "Nadia", &["all"]), "assignee_recused"),
        (share(&w.plain, "hr", true), "not_shared"),
        (share(&w.sealed, "Ali", false), "shared_by_audience"),
        (share(&w.unwilling, "Ali", false), "consent_refuses_referral"),
        (share(&w.shut, "Ali", false), "outside_audience"),
        (Request::edit(c(&w.plain), Edit::Accept), "not_assigned"),
        (Request::edit(c(&w.taken), Edit::Accept), "already_accepted"),
        (Request::edit(c(&w.closed), Edit::Accept), "case_closed"),
        (Request::edit(c(&w.plain), Edit::Act { what: Words::from(""), on_behalf_of: None, due: None }), "missing"),
        (Request::edit(c(&w.plain), Edit::Hold { reason: "sommeil".into(), until: None }), "unknown_code"),
        (Request::edit(c(&w.closed), Edit::Hold { reason: "person".into(), until: None }), "case_closed"),
        (Request::edit(c(&w.plain), Edit::Unhold), "not_on_hold"),
        (Request::edit(c(&w.plain), Edit::Resolve { outcome: "resolved".into(), text: Words::default() }), "missing"),
        (
            Request::edit(c(&w.closed), Edit::Resolve { outcome: "resolved".into(), text: Words::from("x") }),
            "case_closed",
        ),
        (answer(&w.plain, None, None), "missing"),
        (answer(&w.plain, Some("dit"), Some("ravie")), "unknown_code"),
        (answer(&w.plain, None, Some("satisfied")), "not_answered"),
        (Request::edit(c(&w.plain), Edit::Attempt { outcome: "peut-être".into(), channel: None }), "unknown_code"),
        (consent("danser", "given", None), "unknown_code"),
        (consent("record", "bof", None), "unknown_code"),
        (consent("record", "given", Some("regard")), "unknown_code"),
        (close(&w.plain, "fini"), "unknown_code"),
        (close(&w.plain, "satisfied"), "not_answered"),
        (close(&w.plain, "answered"), "not_answered"),
        (close(&w.plain, "handed_over"), "other_verb"),
        (close(&w.closed, "satisfied"), "case_closed"),
        (Request::edit(c(&w.plain), Edit::Reopen { reason: Words::from("x") }), "not_closed"),
        (Request::edit(c(&w.closed), Edit::Reopen { reason: Words::from(" ") }), "missing"),
        (seal(&w.plain, "grave", SealOptions::default(), None), "recusal_not_asked"),
        (seal(&w.plain, " ", psea(), None), "missing"),
        (seal(&w.plain, "grave", seal_to("nobody", &[]), None), "audience_not_found"),
        (seal(&w.plain, "grave", seal_to("psea", &["Personne"]), None), "member_not_found"),
        (seal(&w.sealed, "grave", psea(), None), "already_sealed"),
        (seal(&w.shut, "grave", psea(), None), "outside_audience"),
        // what was to go with it is refused: nothing is sealed either
        (seal(&w.plain, "grave", psea(), Some(set(&w.plain, &[("colour", "red")]))), "unknown_field"),
        (seal(&w.plain, "grave", psea(), Some(note(&w.plain, " "))), "missing"),
        (seal(&w.plain, "grave", psea(), Some(Request::edit(c(&w.plain), Edit::Accept))), "request_not_understood"),
        (
            seal(&w.plain, "grave", seal_to("psea", &["hr"]), Some(set(&w.plain, &[("watchers", "hr")]))),
            "assignee_recused",
        ),
        (raise(&w.plain, Some("s9"), "x"), "bad_value"),
        (raise(&w.plain, Some("s0"), "x"), "not_a_raise"),
        (raise(&w.plain, Some("s2"), "x"), "recusal_not_asked"),
        (raise(&w.plain, Some("s1"), " "), "missing"),
        (lower(&w.plain, Some("s9"), "x"), "bad_value"),
        (lower(&w.plain, Some("s0"), "x"), "not_a_lowering"),
        (lower(&w.sealed, Some("s1"), " "), "missing"),
        (lower(&w.shut, Some("s0"), "x"), "outside_audience"),
        (erase(&w.plain, false), "nothing_to_erase"),
        (erase(&w.sealed, true), "nothing_to_approve"),
        (Request::WordsShow { lang: some("français") }, "bad_value"),
        (Request::ClockSet { at_ms: Some(0), sure: false, before_home: false }, "clock_wrong"),
        (Request::ClockAccept { who: some("Ali") }, "nothing_to_accept"),
        (add(words("français", &["mot"])), "bad_value"),
        (add(words("fr", &["mot", "***"])), "bad_value"),
        (remove(words("fr", &["viol", "inconnuaubataillon"])), "word_not_found"),
        (withdraw(&w.plain, None), "withdraw_which"),
        (withdraw(&w.plain, Some("0000000")), "entry_not_found"),
        (Request::Unlock, "not_running"),
        (Request::Sync { target: some("/ip4/pas/une/adresse") }, "bad_address"),
        (Request::Carry { path: Some(here.clone()) }, "not_a_folder"),
        (Request::Carry { path: Some(w.nowhere()) }, "file_not_found"),
        (export(here.clone(), None, None), "file_exists"),
        (export(fresh.clone(), Some("XXX"), None), "recipient_not_found"),
        (export(fresh.clone(), None, Some(bytes.clone())), "bundle_not_one"),
        (Request::BundleImport { path: bytes.clone(), accept_late: false }, "bundle_not_one"),
        (Request::BundleImport { path: w.nowhere(), accept_late: false }, "file_not_found"),
        (Request::BundleInspect { path: bytes.clone() }, "bundle_not_one"),
        (
            import(&good, &|r| {
                if let Request::Import { format, .. } = r {
                    *format = "cobol".into()
                }
            }),
            "import_format_unknown",
        ),
        (
            import(&good, &|r| {
                if let Request::Import { site, .. } = r {
                    *site = Some("XXX".into())
                }
            }),
            "site_not_found",
        ),
        (
            import(&good, &|r| {
                if let Request::Import { project, .. } = r {
                    *project = Some("a b".into())
                }
            }),
            "bad_value",
        ),
        (
            import(&good, &|r| {
                if let Request::Import { mapping, .. } = r {
                    *mapping = Some("/none".into())
                }
            }),
            "file_not_found",
        ),
        (import(&w.nowhere(), &|_| {}), "file_not_found"),
        (import(&bytes, &|_| {}), "not_text"),
        (import(&text, &|_| {}), "no_header"),
        (
            import(&text, &|r| {
                if let Request::Import { encoding, .. } = r {
                    *encoding = Some("aucun".into())
                }
            }),
            "encoding_unknown",
        ),
        (Request::ImportUndo { batch: Some("0".into()) }, "batch_not_found"),
        (Request::RoutingShow { site: Some("XXX".into()) }, "site_not_found"),
        (route("XXX", "payment", "operator"), "site_not_found"),
        (route("JER", "sea.abuse", "operator"), "route_sealed"),
        (route("JER", "payment", "nobody"), "member_not_found"),
        (
            Request::IncidentClose { code: "panne".into(), outcome: "paid".into(), text: "x".into(), only_look: false },
            "incident_not_found",
        ),
        (list_out(&w.nowhere(), "", "text"), "bad_value"),
        (list_out(&w.nowhere(), "Moov", "fone"), "unknown_field"),
        (list_in(&w.nowhere()), "file_not_found"),
        (list_in(&text), "batch_no_header"),
        (
            Request::BatchCalls {
                filter: Box::new(CaseFilter { site: Some("XXX".into()), ..CaseFilter::default() }),
                path: w.nowhere(),
            },
            "site_not_found",
        ),
        (Request::edit(c(&w.plain), Edit::Broadcast { by: "rumour".into(), text: "x".into() }), "unknown_code"),
        (Request::edit(c(&w.plain), Edit::Incident { code: "a b".into() }), "bad_value"),
        (Request::PassphraseChange { new: Secret::new("court".into()) }, "passphrase_weak"),
        (Request::Wipe { yes: false }, "usage_missing"),
    ];
    let acts = rows.iter().filter(|(request, _)| !request.only_reads());
    let gone: Vec<Request> = acts.filter_map(|(request, _)| renamed(request, &nobody())).collect();
    rows.extend(gone.into_iter().map(|request| (request, ANY)));
    rows
}

/// The same of another case.
fn renamed(request: &Request, to: &str) -> Option<Request> {
    let mut json = serde_json::to_value(request).expect("plain data");
    let (_, fields) = json.as_object_mut()?.iter_mut().next()?;
    *fields.get_mut("ref")? = json!(to);
    serde_json::from_value(json).ok()
}

/// What differs though a request was refused.
fn changed(asked: &Asked, before: &All, what: &Request, code: &str) -> Option<String> {
    let differing = differing(before, &asked.all());
    (!differing.is_empty()).then(|| format!("{} as {}, refused with {code}: {differing:?}", what.name(), asked.member))
}

#[test]
fn whatever_is_refused_leaves_everything_as_it_was() {
    let w = World::made();
    let (rows, answered) = (refused(&w), answered());
    let names = rows.iter().map(|(request, _)| request).chain(&answered).map(Request::name);
    let walked: BTreeSet<&str> = names.chain([Request::Lock.name()]).collect();
    let without: Vec<&str> = commands().filter(|verb| !walked.contains(verb)).collect();
    assert!(without.is_empty(), "no refusal of these is walked: {without:?}");

    let before = w.rose.all();
    assert!(before.values().any(|told| told.contains("pas reçu")), "there is something to change");
    // all of them are told at once: one that is not refused any more spoils what comes after it
    let mut wrong = Vec::new();
    for (request, expected) in &rows {
        let passphrase = if request.makes_member() { "an even longer passphrase" } else { PASSPHRASE };
        match w.rose.asks(passphrase, request.clone()) {
            // a refusal of another kind would walk nothing of what the row is for
            Err(failure) if [failure.code, ANY].contains(expected) => {
                wrong.extend(changed(&w.rose, &before, request, failure.code));
            }
            told => wrong.push(format!("{} is not refused with {expected}: {told:?}", request.name())),
        }
    }
    let refused_here = |request: &Request, code: &str| changed(&w.rose, &before, request, code);
    // nor by the wrong passphrase, whatever is asked
    let asked = || rows.iter().map(|(request, _)| request).chain(&answered).filter(|request| !request.makes_member());
    for request in asked() {
        if let Err(failure) = w.rose.asks("not the right passphrase", request.clone()) {
            wrong.extend(refused_here(request, failure.code));
        }
    }
    let nobody = Asked { member: "Personne", ..w.rose.twin() };
    let failure = nobody.ask(Request::Lock).expect_err("nobody of that name");
    wrong.extend(refused_here(&Request::Lock, failure.code));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // somebody of another site, and somebody who may record nothing: whatever of it they are refused
    for asking in [&w.ali, &w.ivo] {
        let (mut before, mut refused) = (asking.all(), 0);
        for request in asked() {
            match asking.ask(request.clone()) {
                Ok(_) if request.only_reads() => {}
                Ok(_) => before = asking.all(),
                Err(failure) => {
                    refused += 1;
                    wrong.extend(changed(asking, &before, request, failure.code));
                }
            }
        }
        assert!(refused > 60, "{} was refused {refused} times", asking.member);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whatever_needs_a_clock_is_refused_while_it_is_not_believed_and_the_rest_is_answered() {
    let w = World::made();
    w.rose.all();
    let log = w.rose.node.held().expect("open");
    crate::log::now::set_machine(&log, Machine::of(0, || Reading { wall_ms: 0, boot: None }));
    // what is told of the clock itself is another matter
    let before = w.rose.all();
    let (mut wrong, mut refusals) = (Vec::new(), 0);
    for (request, _) in refused(&w).into_iter().filter(|(request, _)| request.needs_clock()) {
        let passphrase = if request.makes_member() { "an even longer passphrase" } else { PASSPHRASE };
        match w.rose.asks_at(None, passphrase, request.clone()) {
            Err(failure) if failure.code == "clock_wrong" => {
                refusals += 1;
                wrong.extend(changed(&w.rose, &before, &request, failure.code));
            }
            // found out before anything is opened
            Err(failure) if ["already_initialised", "home_must_be_unlocked"].contains(&failure.code) => {}
            told => wrong.push(format!("{} is not refused with clock_wrong: {told:?}", request.name())),
        }
    }
    assert!(refusals > 60, "{refusals}");
    for request in answered() {
        if let Err(failure) = w.rose.asks_at(None, PASSPHRASE, request.clone()) {
            wrong.push(format!("{} only reads, and is refused with {}", request.name(), failure.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // one answer, and all goes on
    w.rose
        .asks_at(None, PASSPHRASE, Request::ClockSet { at_ms: Some(NOW), sure: true, before_home: false })
        .expect("set");
    let note = Request::edit(w.plain.clone(), Edit::Note { text: Words::from("entendu") });
    w.rose.asks_at(None, PASSPHRASE, note).expect("written");
    assert_eq!(crate::log::now::now_ms(&log), NOW);
}

#[test]
fn a_row_that_is_refused_uses_up_no_number_and_takes_no_other_with_it() {
    // an id so long that no case can hold it, which only shows when the case is made
    let uuid = "d5e638fe-7d8e-4ea5-a5b1-70fe6de8b5a9";
    let spoilt = KOBO.replace(uuid, &uuid.repeat(6));
    let end = spoilt.find("\"[]\";\"1\"").expect("the first row's end") + 8;
    let alone = &spoilt[..end];
    let import = |home: &Home, csv: &str| {
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("sample.csv");
        std::fs::write(&file, csv).expect("written");
        let path = file.display().to_string();
        let request = crate::exchange::import_run::ImportRequest {
            path: &path,
            format: "kobo",
            mapping: None,
            site: None,
            partner: None,
            project: None,
            dry_run: false,
            rejects: None,
            encoding: None,
            lang: "fr",
        };
        home.with(|log, reader| crate::exchange::import_run::import(log, reader, &request, NOW, &mut |_| {}))
            .expect("read")
    };
    let counter = |home: &Home| {
        let held = home.log.store.read().expect("readable").get(Space::Counters, b"counter").expect("readable");
        held.map(|bytes| u32::from_be_bytes(bytes.as_slice().try_into().expect("four bytes")))
    };
    let home = Home::founded();
    let before = home.log.store.rows();
    let told = import(&home, alone);
    assert_eq!((&told["rows"], &told["created"], &told["rejected"]), (&json!(1), &json!(0), &json!(1)), "{told}");
    assert!(home.log.store.rows() == before, "a refused row left something behind");
    let told = import(&home, &spoilt);
    let counts = ["created", "rejected"].map(|name| told[name].clone());
    assert_eq!(counts, [json!(30), json!(1)], "{told}");
    assert_eq!(counter(&home), Some(30), "the refused row used up a number");
    assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    assert_eq!(import(&home, KOBO)["created"], json!(1), "and it comes in once it is mended");
}

#[test]
fn what_came_late_is_carried_beside_the_act_and_not_before_one_that_is_refused() {
    let founder = Home::founded();
    founder.site("PES");
    let ali = founder.invited("PES", "operator", "Ali");
    exchange(&founder, &ali);
    let bea = founder.invited("PES", "operator", "Bea");
    exchange(&founder, &bea);
    bea.new_case(complaint());
    exchange(&bea, &founder);
    exchange(&founder, &ali);
    let case = case_id(&ali.new_case(complaint()));
    exchange(&ali, &founder);
    exchange(&founder, &bea);
    does(&bea, &case, &Edit::Note { text: Words::from("said in ignorance") });
    ali.with(|log, reader| {
        crate::writes::case_seal(log, reader, &case, &Words::from("grave"), &seal_to("psea", &[]), NOW)
    })
    .expect("sealed");
    // as they come, without what a sync would do after
    for from in [&ali, &bea] {
        crate::log::admission::ingest(&founder.log, &from.entries(), Some(from.log.device), NOW).expect("ingested");
    }
    let shown = |home: &Home| home.show(&case).expect("shown").to_string();
    assert!(!shown(&founder).contains("said in ignorance"), "{}", shown(&founder));
    let before = founder.log.store.rows();
    let lower = |reason: &str| {
        let edit = Edit::Lower { to: crdt_model::values::Level::S0, reason: Words::from(reason) };
        founder.with(|log, reader| crate::writes::act(log, reader, &case, &edit, NOW))
    };
    let empty = Edit::Note { text: Words::from(" ") };
    let refused = [lower(" "), founder.with(|log, reader| crate::writes::act(log, reader, &case, &empty, NOW))];
    assert_eq!(refused.map(|told| told.expect_err("refused").code), ["missing"; 2]);
    assert!(founder.log.store.rows() == before, "what came late was carried for an act that was refused");
    // what opens the case takes it along: in an ordinary case nobody would carry it any more
    assert_eq!(lower("a mistake").expect("opened")["restricted"], false);
    assert!(shown(&founder).contains("said in ignorance"), "{}", shown(&founder));
}
