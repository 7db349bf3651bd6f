//! `boucle case new`.

use clap::Args;
use crdt_model::edit::{ConsentAnswer, NewCase};
use crdt_model::taxonomy::Taxonomy;
use node::api::{Request, check_codes};
use node::error::Failure;

use crate::ask::{ASK, Asker, RECORD_BYTES_MAX, read_file};
use crate::commands::case::record::{self, Record};
use crate::commands::case::work::SealArgs;
use crate::when;

/// The session that goes on, in the place of the name of one.
const IN_SESSION: &str = "@open";
/// The three questions of the one spoken consent script.
const SCRIPT_PURPOSES: [&str; 3] = ["record", "refer_internal", "contact_back"];

#[derive(Debug, Default, Args)]
pub(crate) struct New {
    #[arg(long = "type", value_name = "T")]
    case_type: Option<String>,
    #[arg(long, value_name = "C")]
    channel: Option<String>,
    #[arg(long, value_name = "CAT")]
    category: Option<String>,
    #[arg(long, value_name = "L")]
    spoken: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    text: Option<String>,
    #[arg(long)]
    urgent: bool,
    #[arg(long, value_name = "P")]
    project: Option<String>,
    #[arg(long, value_name = "O")]
    partner: Option<String>,
    #[arg(long, value_name = "S")]
    stakeholder: Option<String>,
    #[arg(long, value_parser = ["individual", "group", "on_behalf"])]
    filer: Option<String>,
    #[arg(long, value_name = "N")]
    group_size: Option<u32>,
    #[arg(long)]
    anonymous: bool,
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = ASK)]
    reporter_name: Option<String>,
    #[arg(long, value_name = "PHONE", num_args = 0..=1, default_missing_value = ASK)]
    phone: Option<String>,
    #[arg(long, value_name = "CODE")]
    sex: Option<String>,
    #[arg(long, value_name = "N")]
    age: Option<u32>,
    #[arg(long, value_name = "BAND")]
    age_group: Option<String>,
    #[arg(long, value_name = "ANSWER", allow_hyphen_values = false)]
    disability: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    location: Option<String>,
    #[arg(long, value_name = "CODE")]
    admin1: Option<String>,
    #[arg(long, value_name = "CODE")]
    admin2: Option<String>,
    #[arg(long, value_name = "CODE")]
    admin3: Option<String>,
    #[arg(long, value_name = "ANSWER")]
    consent: Vec<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    safe_contact: Option<String>,
    #[arg(long, value_name = "D")]
    received_at: Option<String>,
    #[arg(long, value_name = "D")]
    incident_at: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    allegation: Option<String>,
    #[command(flatten)]
    seal: SealArgs,
    #[arg(long, value_parser = ["s0", "s1", "s2", "s3"])]
    sensitivity: Option<String>,
    #[arg(long, value_name = "SYS:ID", num_args = 0..=1, default_missing_value = ASK)]
    external_id: Vec<String>,
    #[arg(long, value_name = "REF")]
    slip: Option<String>,
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    #[arg(long, value_name = "FILE|-")]
    from_json: Option<String>,
}

impl New {
    /// In the session that goes on: what that says need not be said again.
    pub(crate) fn in_session(mut self) -> Self {
        self.session = self.session.or_else(|| Some(IN_SESSION.to_owned()));
        self
    }

    pub(crate) fn request(mut self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        asker.interview = true;
        let seal = std::mem::take(&mut self.seal);
        // what is asked of a case that will be sealed; of others the node finds out, and asks then
        let seals = seal.is_for_sealing() || matches!(self.sensitivity.as_deref(), Some("s2" | "s3"));
        let mut seal = seal.options(asker)?;
        let accused = seal.accused.take();
        let Record { case: base, seal: told } = match &self.from_json {
            Some(file) => record(file, asker)?,
            None => Record::default(),
        };
        seal.recuse = seal.recuse.or(told.recuse);
        seal.audience = seal.audience.or(told.audience);
        seal.not_them.extend(told.not_them);
        let whole_record = self.from_json.is_some();
        let mut case = self.codes(base, asker.now_ms)?;
        crate::codes::of_new(&mut case, asker.texts)?;
        if asker.console.is_terminal() {
            // whoever mistyped one is not asked ten questions first
            check_codes(Taxonomy::shipped(), &case)?;
        }
        // the session says by which channel, and what most of its cases are
        let in_session = case.session_id.as_deref() == Some(IN_SESSION);
        if !in_session || asker.console.is_terminal() {
            case.case_type = asker.required_code(Some(case.case_type), "--type", "ask-type", "type")?;
        }
        if !in_session {
            case.channel = asker.required_code(Some(case.channel), "--channel", "ask-channel", "channel")?;
        }
        if !whole_record {
            case.category = asker.offered_code(case.category, "ask-category", "category")?;
        }
        let external_ids = std::mem::take(&mut self.external_id);
        let asked = Asked { anonymous: self.anonymous, seals, whole_record };
        if accused.is_some() {
            case.accused = accused;
        }
        self.words(&mut case, &asked, asker)?;
        for given in external_ids {
            // the number of a person's card elsewhere
            if let Some(id) = asker.words(Some(given), "--external-id", "ask-external-id")? {
                case.external_ids.push(external_id(&id.0)?);
            }
        }
        Ok(Request::CaseNew { case: Box::new(case), seal })
    }

    /// The record with the options that are codes, numbers and dates laid over it.
    fn codes(&self, mut case: NewCase, now_ms: i64) -> Result<NewCase, Failure> {
        fn over<T: Clone>(field: &mut Option<T>, given: &Option<T>) {
            if given.is_some() {
                field.clone_from(given);
            }
        }
        if let Some(case_type) = &self.case_type {
            case.case_type.clone_from(case_type);
        }
        if let Some(channel) = &self.channel {
            case.channel.clone_from(channel);
        }
        over(&mut case.category, &self.category);
        over(&mut case.spoken_language, &self.spoken);
        over(&mut case.priority, &self.urgent.then(|| "p1".to_owned()));
        over(&mut case.project, &self.project);
        over(&mut case.partner, &self.partner);
        over(&mut case.stakeholder, &self.stakeholder);
        over(&mut case.filer, &self.filer);
        over(&mut case.group_size, &self.group_size);
        over(&mut case.anonymous, &self.anonymous.then_some(true));
        over(&mut case.sex, &self.sex);
        over(&mut case.age, &self.age);
        over(&mut case.age_group, &self.age_group);
        over(&mut case.admin1, &self.admin1);
        over(&mut case.admin2, &self.admin2);
        over(&mut case.admin3, &self.admin3);
        over(&mut case.sensitivity, &self.sensitivity);
        over(&mut case.slip, &self.slip);
        over(&mut case.session_id, &self.session);
        if let Some(answer) = &self.disability {
            match six_answers(answer) {
                Some(answers) => case.disability_answers = Some(answers),
                None => case.disability = Some(answer.clone()),
            }
        }
        let moment =
            |option, text: &Option<String>| text.as_deref().map(|text| when::moment(option, text, now_ms)).transpose();
        over(&mut case.received_at, &moment("--received-at", &self.received_at)?);
        over(&mut case.incident_at, &moment("--incident-at", &self.incident_at)?);
        for consent in &self.consent {
            case.consents.extend(consents(consent)?);
        }
        Ok(case)
    }

    /// The options that are a person's words: `-` reads standard input, and what is left out is asked for.
    fn words(self, case: &mut NewCase, asked: &Asked, asker: &mut Asker<'_>) -> Result<(), Failure> {
        let mut lay = |field: &mut Option<_>, given: Option<String>, option: &str, question: &str, offer: bool| {
            let words = match offer && !asked.whole_record {
                true => asker.offered(given, option, question)?,
                false => asker.words(given, option, question)?,
            };
            if words.is_some() {
                *field = words;
            }
            Ok::<_, Failure>(())
        };
        // who stays unknown is not asked for a name
        let named = !asked.anonymous;
        lay(&mut case.text, self.text, "--text", "ask-text", true)?;
        lay(&mut case.reporter_name, self.reporter_name, "--reporter-name", "ask-reporter-name", named)?;
        lay(&mut case.phone, self.phone, "--phone", "ask-phone", named)?;
        let reachable = named && case.phone.is_some();
        lay(&mut case.safe_contact, self.safe_contact, "--safe-contact", "ask-safe-contact", reachable)?;
        lay(&mut case.locality, self.location, "--location", "ask-location", true)?;
        lay(&mut case.allegation, self.allegation, "--allegation", "ask-allegation", asked.seals)
    }
}

/// What decides which questions a new case is worth.
struct Asked {
    anonymous: bool,
    /// It was said on the command line that the case will be sealed.
    seals: bool,
    /// A record was read: nothing is asked that it leaves out.
    whole_record: bool,
}

/// The record that `--from-json` names.
fn record(file: &str, asker: &mut Asker<'_>) -> Result<Record, Failure> {
    let text = match file {
        "-" => asker.stdin_text("--from-json", RECORD_BYTES_MAX)?,
        path => read_file(path.as_ref(), RECORD_BYTES_MAX)?,
    };
    record::read(&text, file, asker.now_ms)
}

/// `given` or `refused` answer the whole script; `PURPOSE=ANSWER[:MEANS]` answers one question.
pub(super) fn consents(text: &str) -> Result<Vec<ConsentAnswer>, Failure> {
    let (purpose, rest) = match text.split_once('=') {
        Some((purpose, rest)) => (Some(purpose), rest),
        None => (None, text),
    };
    let (answer, means) = match rest.split_once(':') {
        Some((answer, means)) => (answer, Some(means.to_owned())),
        None => (rest, None),
    };
    if !["given", "refused", "withdrawn", "not_asked"].contains(&answer) || purpose == Some("") {
        let expected = "given, refused, PURPOSE=given|refused|withdrawn|not_asked[:MEANS]";
        return Err(Failure::new("bad_value").arg("field", "--consent").arg("expected", expected));
    }
    let one =
        |purpose: &str| ConsentAnswer { purpose: purpose.to_owned(), answer: answer.to_owned(), means: means.clone() };
    Ok(match purpose {
        Some(purpose) => vec![one(purpose)],
        None => SCRIPT_PURPOSES.iter().map(|purpose| one(purpose)).collect(),
    })
}

pub(super) fn external_id(text: &str) -> Result<(String, String), Failure> {
    match text.split_once(':') {
        Some((system, id)) if !system.is_empty() && !id.is_empty() => Ok((system.to_owned(), id.to_owned())),
        _ => Err(Failure::new("bad_value").arg("field", "--external-id").arg("expected", "SYS:ID")),
    }
}

/// `1,1,3,1,0,1`: the Washington Group's six answers.
fn six_answers(text: &str) -> Option<[u8; 6]> {
    let answers: Option<Vec<u8>> = text.split(',').map(|n| n.trim().parse().ok().filter(|n| *n <= 4)).collect();
    answers?.try_into().ok()
}
