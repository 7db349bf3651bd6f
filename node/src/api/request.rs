//! What can be asked of a node. One variant a command, plain data.

use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::{Moment, Words};
use serde::{Deserialize, Serialize};

use super::commands::{Effect, effect_of};
use crate::keys::secret::Secret;
use crate::list::CaseFilter;
use crate::members::Roots;
use crate::members::tables::RowChange;
use crate::writes::SealOptions;
use crate::writes::desk_session::SessionHeader;
use crate::writes::drafts::CaseDraft;

/// What is asked of a node. The shapes of the replies are those of `tests/e2e/snapshots`.
///
/// `Debug` shows no person's words and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Founds an organisation. Protected by the envelope's passphrase.
    Init {
        /// Name of the organisation.
        org: String,
        /// Code of the root site.
        site: String,
        /// Name of the founder.
        member: String,
        /// Founders who must agree; absent: one.
        roots: Option<Roots>,
        /// IANA name of the zone in which the organisation counts days and weeks; absent: UTC.
        zone: Option<String>,
    },
    /// Adds a site. Reply: `{"site", "name", "kind", "parent", "zone"}`.
    SiteAdd {
        /// Its code.
        code: String,
        /// Its name.
        name: String,
        /// `office`, `committee`, `region`, `national` or `partner`.
        kind: String,
        /// Code of the site above it; absent: the asking node's.
        parent: Option<String>,
        /// Whose staff.
        org_unit: Option<String>,
        /// IANA name of the zone in which it counts days and weeks; absent: that of the site above.
        zone: Option<String>,
    },
    /// Changes what is said of a site. Reply: as of [`SiteAdd`](Self::SiteAdd).
    SiteSet {
        /// Its code.
        code: String,
        /// IANA name of the zone in which it counts days and weeks.
        zone: Option<String>,
        /// What it is called from now on.
        name: Option<String>,
        /// Nothing new goes there; false: it is open again.
        closed: Option<bool>,
        /// When it works; `-`: what was said is taken back.
        hours: Option<String>,
    },
    /// Who gets which cases. Reply: `[{"site", "category", "to", "duty_phone", "alternate_phone"}]`.
    RoutingShow {
        /// Only this site and those above it.
        site: Option<String>,
    },
    /// Says who gets which cases of a site, and whom to telephone there. Reply: as a line of [`RoutingShow`](Self::RoutingShow).
    RoutingSet {
        /// The site's code.
        site: String,
        /// Category or sub-category; absent: all.
        category: Option<String>,
        /// Member or role; `-`: what was said is taken back.
        to: Option<String>,
        /// Telephone where somebody is on duty; `-`: none.
        duty_phone: Option<String>,
        /// Another one.
        alternate_phone: Option<String>,
    },
    /// Says who gets which cases, as a table tells it. Reply: `{"file", "rows", "changed", "unchanged"}`, in rows.
    RoutingImport {
        /// The file.
        path: String,
    },
    /// Sites. Reply: `[{"site", "name", "kind", "parent", "org_unit", "zone", "own_zone", "hours"}]`: the zone in force, the one
    /// said of the site itself, and the working hours in force.
    SiteList,
    /// Makes an invitation.
    Invite {
        /// Site the device will belong to.
        site: String,
        /// Role of the member.
        role: String,
        /// Lifetime in milliseconds; absent: 30 days.
        expires_ms: Option<i64>,
        /// File to write the invitation to (absolute path).
        out: Option<String>,
    },
    /// Joins an organisation by an invitation; on a home in use, adds a member. Protected by the envelope's passphrase.
    Join {
        /// The invitation's text.
        invitation: Secret,
        /// Name of the member.
        member: String,
    },
    /// Members. Reply: `[{"member", "role", "site", "device", "standing", "altered", "namesakes", "confirmed", "revoked", "until", "away_until",
    /// "deputy", "speaks"}]`.
    MemberList,
    /// Confirms a member whose six words were compared by voice. Reply: `{"member", "confirmed"}`; without words
    /// `{"member", "words": […]}`, those to compare.
    MemberConfirm {
        /// Name.
        name: String,
        /// The words as heard; empty: show those to compare.
        words: Vec<String>,
    },
    /// Says that a member is away, and who stands in for them: by themselves, or by whoever manages people of their rank at
    /// their site. Reply: `{"member", "until", "deputy"}`.
    MemberAway {
        /// Name.
        name: String,
        /// The last day away, `2026-12-15`; absent: they are back.
        until: Option<String>,
        /// Who stands in: reads and accepts what is given to them meanwhile.
        deputy: Option<String>,
    },
    /// Says which languages a member speaks: by themselves, or by whoever manages people of their rank at their site. Reply:
    /// `{"member", "speaks": […]}`.
    MemberSet {
        /// Name.
        name: String,
        /// Languages with commas between them; a dash: none.
        speaks: String,
    },
    /// Audiences. Reply: `[{"audience", "label", "members", "delegate", "alternate", "epoch"}]`.
    AudienceList,
    /// Records a case.
    CaseNew {
        /// What was told.
        case: Box<NewCase>,
        /// What sealing needs.
        seal: SealOptions,
    },
    /// Keeps what somebody was writing down, for them alone. Reply: `{"kept", "in_memory"}`.
    DraftKeep(Box<CaseDraft>),
    /// What was kept, or `null`.
    DraftShow,
    /// Destroys it. Reply: `{"kept"}`.
    DraftDestroy,
    /// Cases.
    CaseList(Box<CaseFilter>),
    /// The cases that somebody means by a telephone, a reference, an id of another system, a name or words. Reply: lines of
    /// `case list`, with `by`, `person`, `phone` and `gist`: the one of that reference, those still open, the newest first.
    Find {
        /// What is looked for.
        what: Words,
        /// At most so many.
        limit: Option<u64>,
    },
    /// A call begins: what is recorded until its end belongs to it. Reply: `{"started_at", "earlier": [line of find], "listed": [row
    /// of `reference find`]}`.
    CallStart {
        /// Of whoever calls.
        phone: Option<Words>,
        /// The language they speak.
        spoken: Option<String>,
    },
    /// It ends. Reply: `{"started_at", "ended_at", "outcome", "ref", "case_id"}`.
    CallEnd {
        /// `answered`, `referred`, `cut`, `missed`, `wrong_number`, `prank` or `silent`.
        outcome: String,
        /// A case that is there, which it was about.
        case: Option<String>,
    },
    /// A call that led to no case. Reply: `{"ref", "case_id", "outcome"}`.
    CallLog {
        /// As above.
        outcome: String,
        /// Of whoever called.
        phone: Option<Words>,
        /// Taxonomy `channel`; absent: the hotline.
        channel: Option<String>,
        /// When; absent: now.
        at: Option<Moment>,
    },
    /// Calls that led to no case: lines of `case list`.
    CallList(Box<CaseFilter>),
    /// A shift begins. Reply: `{"started_at"}`.
    ShiftStart,
    /// It ends. Reply: `{"started_at", "ended_at", "calls": {outcome: n}, "cases", "questions", "waits"}`.
    ShiftEnd,
    /// Opens a session. Reply: `{"session", "kind", "slips", "started_at"}`.
    SessionOpen(Box<SessionHeader>),
    /// The session that goes on. Reply: `{"session", "kind", "slips", "recorded", "started_at"}`, or `null`.
    SessionShow,
    /// Closes it. Reply: `{"session", "kind", "slips", "recorded", "explained"}`.
    SessionClose {
        /// Why slips and cases are not as many.
        reason: Option<Words>,
    },
    /// Sessions: lines of `case list`.
    SessionList(Box<CaseFilter>),
    /// Who helps a person who was harmed. Reply: `[{"code", "label", "kind", "place", "reach", "verified", "here", "stale"}]`.
    Services {
        /// At this place, in words or by its code.
        near: Option<String>,
        /// One of the kinds of services.
        kind: Option<String>,
    },
    /// Reads services from a sheet. Reply: `{"file", "rows", "added", "changed", "unchanged"}`.
    ServicesLoad {
        /// The file.
        path: String,
    },
    /// Takes in messages of a chat or of a table: `whatsapp` or `sms`. Reply: as of `import`, in messages.
    ImportMessages {
        /// The file.
        path: String,
        /// `whatsapp` or `sms`.
        format: String,
        /// Names or numbers of ours in it; a dash: none is.
        own: Vec<String>,
        /// `dmy` or `mdy`, where the file does not tell.
        dates: Option<String>,
        /// Encoding, where it does not tell.
        encoding: Option<String>,
        /// Nothing is written.
        dry_run: bool,
    },
    /// One message, as a gateway brings it. Reply: `{"ref", "case_id", "joined", "known", "sealed"}`.
    Intake {
        /// `sms` or `whatsapp`.
        channel: String,
        /// The number it came from.
        from: Words,
        /// What it says.
        text: Words,
        /// When it was sent, Unix milliseconds; absent: now.
        at_ms: Option<i64>,
    },
    /// Loads a list to be looked up at a call, on this device alone. Reply: `{"kind", "rows", "columns", "loaded_at", "expires",
    /// "by"}`.
    ReferenceLoad {
        /// The file.
        path: String,
        /// `households` or `payments`.
        kind: String,
        /// How long it is kept, milliseconds.
        kept_for_ms: i64,
    },
    /// Drops one, or all. Reply: `{"dropped": [kind]}`.
    ReferenceDrop {
        /// Which; absent: all.
        kind: Option<String>,
    },
    /// Those that are there. Reply: `[{"kind", "rows", "columns", "loaded_at", "expires", "by"}]`.
    ReferenceList,
    /// Looks somebody up in them. Reply: `[{"kind", "loaded_at", "row": [{"name", "value"}], "fields": {field: value}}]`.
    ReferenceFind {
        /// A telephone, a card, a household number or a name.
        what: Words,
    },
    /// Reserves references for slips of paper. Reply: `{"site", "slips": [reference]}`.
    SlipsPrint {
        /// How many.
        count: u32,
    },
    /// One case, what the member may read of it.
    CaseShow {
        /// Reference, provisional mark, digits, unique ending or `@last`; the same in all variants below.
        r#ref: String,
    },
    /// An act on a case. This and the acts below reply `{"ref", "case_id", "status", "warnings": [code]}`.
    CaseEdit {
        /// The case.
        r#ref: String,
        /// What is done.
        edit: Edit,
        /// What sealing needs, should the case become restricted.
        #[serde(default)]
        seal: SealOptions,
    },
    /// All edits, oldest first. Reply: `[{"at", "by", "device", "site", "act", "fields": [..]}]`.
    CaseHistory {
        /// The case.
        r#ref: String,
    },
    /// Fields whose concurrent values nobody has settled.
    CaseConflicts {
        /// One case; absent: all.
        r#ref: Option<String>,
    },
    /// Seals an ordinary case: a new generation for an audience alone. Reply: that of the acts, with `{"generation",
    /// "restricted", "readable", "audience"}`.
    CaseSeal {
        /// The case.
        r#ref: String,
        /// Why.
        reason: Words,
        /// To whom, and who must not see it.
        seal: SealOptions,
        /// An act with words on the same case, done once it is sealed: both or neither.
        #[serde(default)]
        then: Option<Edit>,
    },
    /// Raises the sensitivity; to s2 or s3 seals the case. Reply as above where it does.
    CaseRaise {
        /// The case.
        r#ref: String,
        /// `s1`, `s2` or `s3`; absent: the next above.
        to: Option<String>,
        /// Why.
        reason: Words,
        /// What sealing needs, should the case become restricted.
        seal: SealOptions,
    },
    /// Lowers the sensitivity; below s2 opens a sealed case. Reply as above where it does.
    CaseLower {
        /// The case.
        r#ref: String,
        /// `s0`, `s1` or `s2`; absent: the next below.
        to: Option<String>,
        /// Why.
        reason: Words,
    },
    /// Proposes to erase the older generations of a case, or approves what another device proposed: by two devices of rank 2
    /// or more senior. Reply: `{"case_id", "generation", "ground", "erased"}`.
    CaseErase {
        /// The case.
        r#ref: String,
        /// The second signature.
        approve: bool,
        /// Also while edits that came late are not carried over: they are lost.
        late_too: bool,
    },
    /// Sends a case on to another site or partner, or a sealed one to persons: a case of its own is born there. Reply: `{"ref",
    /// "case_id", "to", "sent": {"ref", "case_id", "site"} / null, "fields": [{"field", "value"}], "choices": [field…],
    /// "kept_back": [field…], "warnings"}`.
    CaseRefer {
        /// The case.
        r#ref: String,
        /// A site's code; of a sealed case a member or a role.
        to: String,
        /// Fields that go, or `all`; absent: nothing is sent, the reply says what could go.
        fields: Option<Vec<String>>,
        /// The words that go in place of those of the case.
        text: Option<Words>,
    },
    /// Moves a case to another site of the organisation, where it is worked on from then on. Reply: `{"ref", "case_id", "from",
    /// "site", "moved": {"case_id"} / null, "readers": [{"member", "site"}], "warnings"}`.
    CaseMove {
        /// The case.
        r#ref: String,
        /// Code of the site.
        site: String,
        /// Moves nothing: the reply says who could still read it where it is.
        only_look: bool,
    },
    /// Says of two cases that they are one matter, or two. Reply: that of the acts, with `{"kind", "with", "sealed_side"}`.
    CaseLink {
        /// The case.
        r#ref: String,
        /// The other case.
        to: String,
        /// `duplicate`: the first is a duplicate of the other; or `related`.
        kind: String,
    },
    /// Merges a case into another, which goes on. Reply: that of the acts, with `{"into", "into_case_id", "unread_at"}`.
    CaseMerge {
        /// The case that ends as a duplicate.
        r#ref: String,
        /// The case that goes on.
        into: String,
    },
    /// Takes a case out of those it was merged into. Reply: that of the acts, with `{"out_of": [reference]}`.
    CaseUnmerge {
        /// The case that ended as a duplicate.
        r#ref: String,
    },
    /// Pairs of cases that may be one matter, a line the newer one: `[{"ref", "case_id", "status", "site", "category",
    /// "received_day", "why": [code], "of": {…}}]`.
    CaseDuplicates {
        /// One case; absent: all.
        r#ref: Option<String>,
    },
    /// Before a person at a terminal is asked anything: opens their session, and says whether what they have said of sealing
    /// means something. Nothing is saved. Reply: `{}`.
    BeforeAsking {
        /// Names and audience, as far as they were said.
        seal: SealOptions,
    },
    /// Whom words mean that were said of who is complained about, and whom the texts of a request, or of the case it is
    /// about, name. Reply: `{"near": [{"name", "site"}], "roles": [code], "in_texts": [{"name", "site"}], "met"}`; before
    /// the first sync (`"met": false`) only a name as it is spelled is known.
    WhoIsMeant {
        /// What was said; may be empty.
        said: Words,
        /// The request, which is not carried out.
        of: Box<Request>,
    },
    /// Whether the words of a request would call for sealing, before anything is saved. Reply: `{"sensitive_words":
    /// [{"field", "topic", "audience"}], "restricted", "colleague"}`, where `restricted` says that the case is sealed whatever
    /// its words, and `colleague` that its category is about somebody who works here.
    WordsCheck {
        /// The request, which is not carried out.
        of: Box<Request>,
    },
    /// The sensitive words in use. Reply: `[{"lang", "word", "topic", "shipped"}]`.
    WordsShow {
        /// Of one list; absent: all.
        lang: Option<String>,
    },
    /// Adds sensitive words on this node. Reply: `{"lang", "added", "removed", "words"}`.
    WordsAdd {
        /// The list.
        lang: String,
        /// Words, stems (`viol*`), phrases, exceptions (`!viole*`).
        words: Vec<String>,
    },
    /// Takes sensitive words out of use on this node, shipped ones too. Reply as above.
    WordsRemove {
        /// The list.
        lang: String,
        /// As `words show` prints them.
        words: Vec<String>,
    },
    /// Takes back an own entry that nobody else can have. Reply: `{"ref", "case_id", "withdrawn": [entry], "case_withdrawn"}`.
    CaseWithdraw {
        /// The case.
        r#ref: String,
        /// The entry, or the first digits of its id; absent: the failure `withdraw_which` lists those that can be.
        entry: Option<String>,
    },
    /// Rechecks everything the node holds.
    Verify,
    /// Entries, tips and frontier hash of each scope.
    Fingerprint,
    /// Hash of all case state the member may read.
    Digest,
    /// The node at a glance.
    Status,
    /// Looks at everything that could be amiss. Reply: `{"ok", "warn", "bad", "checks": [{"area", "check", "state": "ok"|"warn"|
    /// "bad", "found": {…}, "message", "advice"}]}`.
    Doctor {
        /// Checks every signature and view, too.
        deep: bool,
        /// Looks at what can be looked at without a passphrase, instead of failing with `locked`.
        keyless: bool,
    },
    /// What a technician far away needs, without anything of a case.
    SupportFile {
        /// As for `Doctor`.
        keyless: bool,
        /// With this machine's addresses on its network.
        addresses: bool,
    },
    /// Reconciles with peers.
    Sync {
        /// A multiaddress, `host:port`, site or device; absent: everyone in reach.
        target: Option<String>,
    },
    /// Writes what others lack as sealed files. Releases what waited. Reply: `{"file", "files", "entries", "bytes",
    /// "released", "for"}`.
    BundleExport {
        /// Absolute path: a file that does not exist yet, or a folder.
        path: String,
        /// A site's code or a device's first digits; absent: the organisation.
        to: Option<String>,
        /// Only what this bundle and whoever made it lack (absolute path).
        after: Option<String>,
        /// Everything, whatever others are known to hold.
        all: bool,
        /// Largest file, bytes; more becomes several files.
        max_bytes: Option<u64>,
    },
    /// Takes in a bundle. Reply: `{"entries", "new", "missing", "missing_chains", "waiting", "refused", "left", "from",
    /// "part"}`.
    BundleImport {
        /// Absolute path.
        path: String,
        /// Also from a newcomer whose invitation's date is over, after a person made sure who it is.
        accept_late: bool,
    },
    /// What a bundle says of itself; nothing is taken in. Reply: `{"from", "created", "entries", "for", "bytes", "part",
    /// "signature"}`.
    BundleInspect {
        /// Absolute path.
        path: String,
    },
    /// Reads what others left on a stick and leaves what they lack. Reply: `{"stick", "take", "back", "missing",
    /// "entries", "bytes", "files", "removed", "released", "for_others", "problems"}`.
    Carry {
        /// Folder of the stick (absolute path); absent: the only stick there is.
        path: Option<String>,
    },
    /// Reads cases from a file.
    Import {
        /// Absolute path. The node reads it: both run on one machine under one user.
        path: String,
        /// `kobo`, `sugarcrm`, `register`, …
        format: String,
        /// Mapping file (absolute path).
        mapping: Option<String>,
        /// Site the cases belong to.
        site: Option<String>,
        /// Partner of every row.
        partner: Option<String>,
        /// Project of every row.
        project: Option<String>,
        /// Only says what would happen.
        dry_run: bool,
        /// Where rejected rows go (absolute path).
        rejects: Option<String>,
        /// Label of the encoding; absent: it is found out.
        #[serde(default)]
        encoding: Option<String>,
    },
    /// Takes back the cases of one import that nobody else can have. Reply: `{"batch", "withdrawn", "left", "edited"}`;
    /// without a batch `{"batches": [{"batch", "at", "cases"}]}`.
    ImportUndo {
        /// The import, as its reply names it.
        batch: Option<String>,
    },
    /// What was captured here and has not left. Reply: `{"captured": [{"ref", "case_id", "saved_at", "left_machine",
    /// "held_by_n", "delivered_to_n", "withdrawable"}], "waiting": {"entries", "oldest"}}`.
    Outbox,
    /// One act on all cases that a filter leaves: `case triage`, `assign`, `close` or `remind`.
    CaseMany {
        /// Which cases.
        filter: Box<CaseFilter>,
        /// The act.
        edit: Edit,
        /// A trial: nothing is written.
        #[serde(default)]
        only_look: bool,
    },
    /// Resolves all open cases of an incident as one. Reply: as of `CaseMany`.
    IncidentClose {
        /// Its code.
        code: String,
        /// Code of the outcome.
        outcome: String,
        /// What to tell the people.
        text: Words,
        /// A trial: nothing is written.
        #[serde(default)]
        only_look: bool,
    },
    /// Writes a list of cases for somebody without a node. Reply: `{"batch", "file", "to", "due_at", "cases", "fields", "choices",
    /// "left_out": {why: n}, "identity_kept_back", "refused", "refusals", "more", "dry_run"}`.
    BatchOut {
        /// Which cases.
        filter: Box<CaseFilter>,
        /// Whom it goes to.
        to: Words,
        /// What for.
        purpose: Option<Words>,
        /// Fields that go along, besides what every list says; `all` for all.
        fields: Vec<String>,
        /// Confidential cases go along.
        #[serde(default)]
        confidential: bool,
        /// By when it is to be back, milliseconds from now; absent: a week.
        due_in_ms: Option<i64>,
        /// Where the list is written: a CSV file that is not there yet.
        path: String,
        /// A trial: nothing is written.
        #[serde(default)]
        only_look: bool,
    },
    /// Takes over the answers of a list. Reply: `{"batch", "to", "rows", "open", "done", "resolved", "unchanged", "refused",
    /// "refusals": [{"row", "ref", "code", "message"}], "unmatched": [{"row", "number", "why", "proposed"}], "unmatched_n",
    /// "unknown_answers": [{"answer", "rows"}], "outcomes", "dry_run"}`.
    BatchIn {
        /// The file.
        path: String,
        /// Label of the encoding; absent: it is found out.
        encoding: Option<String>,
        /// Whose answers they are, where the list does not say.
        to: Option<Words>,
        /// What answers mean: the wording, with the code of an outcome, or `-` where it is only noted.
        answers: Vec<(String, String)>,
        /// Rows whose case a person picked: the line of the file, and the case.
        takes: Vec<(u64, String)>,
        /// A trial: nothing is written.
        #[serde(default)]
        only_look: bool,
    },
    /// Writes the list of those who wait for an answer, to be printed. Reply: `{"file", "cases", "left_out": {why: n}, "more"}`.
    BatchCalls {
        /// Which cases, of those that are resolved and not answered.
        filter: Box<CaseFilter>,
        /// Where it is written: a CSV file that is not there yet.
        path: String,
    },
    /// All lists of whoever asks. Reply: `{"batches": [{"batch", "to", "purpose", "made_at", "due_at", "fields", "cases", "back",
    /// "late"}], "receivers": [{"to", "lists", "sent", "answered", "median_days"}]}`.
    BatchList,
    /// `todo`: what waits on whoever asks.
    Todo {
        /// At most so many lines.
        #[serde(default)]
        limit: Option<u64>,
    },
    /// This machine's clock, and whether it is believed. Reply: `{"suspect", "offset_ms", "machine", "now", "now_ms", "ahead",
    /// "mended", "doubt": {"evidence", "than"}, "evidence": {…}, "entries": […]}`.
    ClockShow {
        /// Without `entries`, those dated when it was not. Needs no member then.
        brief: bool,
    },
    /// A person says what time it is. Reply: as `ClockShow`, without `entries`.
    ClockSet {
        /// Unix milliseconds; absent: this machine's own clock is right.
        at_ms: Option<i64>,
        /// Whatever speaks against it is wrong.
        sure: bool,
        /// For the home that is made next by this node; refused with `not_initialised` where there is none, otherwise.
        before_home: bool,
    },
    /// Entries dated when it was not have been looked at. Reply: `{"accepted": [{"code", "member", "device", "site", "at",
    /// "entry", "ref", "entries", "cases"}]}`.
    ClockAccept {
        /// A member, a site or the first digits of a device; absent: all.
        who: Option<String>,
    },
    /// The taxonomy in use, labels in the envelope's language.
    TaxonomyShow,
    /// Adds a row to a table that the organisation keeps itself, or changes one. Reply: `{"table", "code", "label", "closed",
    /// "added"}`.
    TaxonomySet {
        /// `project`, `partner`, `place`, `outcome`, `spoken_language`, `body` or `level`.
        table: String,
        /// The row's code; of one that is there, any name of it.
        code: String,
        /// What is said of it.
        change: RowChange,
        /// A new one.
        adds: bool,
    },
    /// Takes in the rows of a file. Reply: `{"file", "added", "changed", "unchanged"}`.
    TaxonomyImport {
        /// Absolute path.
        path: String,
    },
    /// Writes the rows to a file that does not exist yet. Reply: `{"file", "rows"}`.
    TaxonomyExport {
        /// Absolute path.
        path: String,
    },
    /// Drops members' keys from memory: the envelope's member, or all. Reply: `{"unlocked": false, "members": [{"name",
    /// "unlocked"}]}`. Needs no passphrase.
    Lock,
    /// Opens the member's keys in a running node. Reply: `{"member", "unlocked": true, "members": […]}`.
    Unlock,
    /// Seals the member's keys under another passphrase; the envelope's is the old one. Reply: `{"member", "changed"}`.
    PassphraseChange {
        /// The new one.
        new: Secret,
    },
    /// Destroys keys and store. Reply: `{"wiped", "keys", "keys_us", "removed", "left"}`. Needs no passphrase.
    Wipe {
        /// Meant: refused with `usage_missing` otherwise.
        yes: bool,
    },
}

impl Request {
    /// An act of which nobody has said what sealing would need.
    pub fn edit(r#ref: impl Into<String>, edit: Edit) -> Self {
        Self::CaseEdit { r#ref: r#ref.into(), edit, seal: SealOptions::default() }
    }

    /// The command it belongs to, as typed: its name in the table and in logs, where the content never goes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init { .. } => "init",
            Self::SiteAdd { .. } => "site add",
            Self::SiteSet { .. } => "site set",
            Self::RoutingShow { .. } => "routing show",
            Self::RoutingSet { .. } => "routing set",
            Self::RoutingImport { .. } => "routing import",
            Self::SiteList => "site list",
            Self::Invite { .. } => "invite",
            Self::Join { .. } => "join",
            Self::MemberList => "member list",
            Self::MemberConfirm { .. } => "member confirm",
            Self::MemberAway { .. } => "member away",
            Self::MemberSet { .. } => "member set",
            Self::AudienceList => "audience list",
            Self::CaseNew { .. } => "case new",
            Self::CaseList(_) => "case list",
            Self::Find { .. } => "find",
            Self::CallStart { .. } => "call start",
            Self::CallEnd { .. } => "call end",
            Self::CallLog { .. } => "call log",
            Self::CallList(_) => "call list",
            Self::ShiftStart => "shift start",
            Self::ShiftEnd => "shift end",
            Self::SessionOpen(_) => "session open",
            Self::SessionShow => "session show",
            Self::SessionClose { .. } => "session close",
            Self::SessionList(_) => "session list",
            Self::SlipsPrint { .. } => "slips print",
            Self::ReferenceLoad { .. } => "reference load",
            Self::ReferenceDrop { .. } => "reference drop",
            Self::ReferenceList => "reference list",
            Self::ReferenceFind { .. } => "reference find",
            Self::Services { .. } => "services",
            Self::ServicesLoad { .. } => "services load",
            Self::CaseShow { .. } => "case show",
            Self::CaseEdit { edit, .. } => edit.command().unwrap_or("case"),
            Self::CaseHistory { .. } => "case history",
            Self::CaseConflicts { .. } => "case conflicts",
            Self::CaseSeal { .. } => "case seal",
            Self::CaseRaise { .. } => "case raise",
            Self::CaseLower { .. } => "case lower",
            Self::CaseErase { .. } => "case erase",
            Self::CaseRefer { .. } => "case refer",
            Self::CaseMove { .. } => "case move",
            Self::CaseLink { .. } => "case link",
            Self::CaseMerge { .. } => "case merge",
            Self::CaseUnmerge { .. } => "case unmerge",
            Self::CaseDuplicates { .. } => "case duplicates",
            // the command that asks most
            Self::BeforeAsking { .. } | Self::DraftKeep(_) | Self::DraftShow | Self::DraftDestroy => "case new",
            // the command whose words are checked
            Self::WordsCheck { of } | Self::WhoIsMeant { of, .. } => of.name(),
            Self::WordsShow { .. } => "words show",
            Self::WordsAdd { .. } => "words add",
            Self::WordsRemove { .. } => "words remove",
            Self::CaseWithdraw { .. } => "case withdraw",
            Self::Verify => "verify",
            Self::Fingerprint => "fingerprint",
            Self::Digest => "digest",
            Self::Status => "status",
            Self::Doctor { .. } => "doctor",
            Self::SupportFile { .. } => "support-file",
            Self::Sync { .. } => "sync",
            Self::BundleExport { .. } => "bundle export",
            Self::BundleImport { .. } => "bundle import",
            Self::BundleInspect { .. } => "bundle inspect",
            Self::Carry { .. } => "carry",
            Self::Import { .. } | Self::ImportMessages { .. } | Self::ImportUndo { .. } => "import",
            Self::Intake { .. } => "intake sms",
            Self::Outbox => "outbox",
            Self::Todo { .. } => "todo",
            Self::IncidentClose { .. } => "case incident close",
            Self::BatchOut { .. } => "batch out",
            Self::BatchIn { .. } => "batch in",
            Self::BatchCalls { .. } => "batch calls",
            Self::BatchList => "batch list",
            Self::CaseMany { edit, .. } => edit.command().unwrap_or("case set"),
            Self::ClockShow { .. } => "clock show",
            Self::ClockSet { .. } => "clock set",
            Self::ClockAccept { .. } => "clock accept",
            Self::TaxonomyShow => "taxonomy show",
            Self::TaxonomySet { adds: true, .. } => "taxonomy add",
            Self::TaxonomySet { .. } => "taxonomy set",
            Self::TaxonomyImport { .. } => "taxonomy import",
            Self::TaxonomyExport { .. } => "taxonomy export",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::PassphraseChange { .. } => "passphrase change",
            Self::Wipe { .. } => "wipe",
        }
    }

    fn effect(&self) -> Effect {
        match self {
            // asked before the act that they are about
            Self::BeforeAsking { .. } | Self::WordsCheck { .. } | Self::WhoIsMeant { .. } => Effect::Reads,
            Self::DraftShow => Effect::Reads,
            Self::DraftKeep(_) | Self::DraftDestroy => Effect::Timeless,
            Self::Import { dry_run: true, .. } | Self::ImportMessages { dry_run: true, .. } => Effect::Reads,
            Self::MemberConfirm { words, .. } if words.is_empty() => Effect::Reads,
            _ => effect_of(self.name()),
        }
    }

    /// True when the request leaves everything as it is, so that it may be asked again without a thought.
    pub fn only_reads(&self) -> bool {
        self.effect() == Effect::Reads
    }

    /// True when it writes what carries a time or is judged by one: refused with `clock_wrong` while the clock is not
    /// believed. A sync carries what is written already, and must not wait.
    pub fn needs_clock(&self) -> bool {
        self.effect() == Effect::Dates
    }

    /// True when the request makes a member, so that a new passphrase is needed before it is sent.
    pub fn makes_member(&self) -> bool {
        matches!(self, Self::Init { .. } | Self::Join { .. })
    }
}
