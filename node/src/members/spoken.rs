//! `boucle member set`: which languages somebody speaks, and who speaks the language of a person.

use std::collections::BTreeSet;

use crdt_model::roster::{Member, Standing};
use crdt_model::taxonomy::{Listed, OwnTable};
use crdt_model::values::MemberId;
use serde_json::{Value as Json, json};

use super::{find_member, reads_site, require_managing, write_staff};
use crate::error::{Failure, possible};
use crate::log::absences::STATEMENTS_MAX;
use crate::log::spoken::{LANGUAGE_BYTES_MAX, LANGUAGES_MAX, SPEAKS, Spoken};
use crate::log::{Log, Reader, Shared};

/// What takes everything back.
const NOTHING: &str = "-";
/// How many who speak a language are named.
const NAMED_MAX: usize = 3;

/// `boucle member set`: `speaks` names languages with commas between them, or is a dash. Reply: `{"member", "speaks": […]}`.
///
/// # Errors
///
/// `member_not_found`, `not_listed`, `not_offered`, `bad_value`, and where somebody else is meant what refuses managing them.
pub(crate) fn set(log: &Log, reader: &mut Reader, name: &str, speaks: &str, now_ms: i64) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    let me = reader.member();
    let member = match super::called::is_self(name) {
        true => me,
        false => find_member(&shared, name)?,
    };
    let held = shared.roster.members.get(&member).ok_or_else(|| Failure::new("sync_first"))?;
    if member != me {
        require_managing(&shared, &me, held.site(), held.rank())?;
    }
    let languages = languages(&shared, speaks)?;
    if languages != shared.languages_of(&member) {
        let n = shared.spoken.get(&member).map_or(0, |said| said.n.saturating_add(1)).min(STATEMENTS_MAX);
        let said = Spoken { n, languages, by: me };
        write_staff(log, reader, &[(format!("{SPEAKS}/{member}"), said.text())], now_ms)?;
        log.refresh()?;
    }
    let shared = log.shared();
    Ok(json!({"member": shared.name(&member), "speaks": shared.languages_of(&member)}))
}

/// Languages as the organisation's table has them; as typed, while it has none.
fn languages(shared: &Shared, typed: &str) -> Result<Vec<String>, Failure> {
    let table = OwnTable::SpokenLanguage;
    if typed.trim() == NOTHING {
        return Ok(Vec::new());
    }
    let one = |typed: &str| match shared.own.listed(table, typed) {
        Listed::Is(row) => Ok(row.code.clone()),
        Listed::Closed(row) => Err(Failure::new("not_offered")
            .arg("field", "spoken_language")
            .arg("table", table.name())
            .arg("value", &row.code)),
        Listed::Free => Ok(typed.to_owned()),
        Listed::Unknown => {
            let near = possible(shared.own.near(table, typed).into_iter().map(|row| row.code.as_str()), "");
            let refused = Failure::new("not_listed").arg("field", "spoken_language").arg("table", table.name());
            Err(refused.arg("value", typed).arg("near", near))
        }
    };
    let said: BTreeSet<&str> = typed.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    let is_fit = |said: &&str| said.len() <= LANGUAGE_BYTES_MAX && !said.chars().any(char::is_control);
    if said.is_empty() || said.len() > LANGUAGES_MAX || !said.iter().all(is_fit) {
        return Err(Failure::new("bad_value").arg("field", "speaks").arg("expected", "sg, kbl").at("field", "speaks"));
    }
    let said: BTreeSet<String> =
        said.into_iter().map(one).collect::<Result<_, _>>().map_err(|refused| refused.at("field", "speaks"))?;
    Ok(said.into_iter().collect())
}

/// Who is there and speaks a language: confirmed members of whom something holds, by name.
pub(crate) fn speakers(
    shared: &Shared,
    language: &str,
    now_ms: i64,
    is_meant: impl Fn(&Member) -> bool,
) -> Vec<MemberId> {
    let is_fit = |member: &Member| member.standing == Standing::Confirmed && member.is_live() && is_meant(member);
    let is_there =
        |id: &&MemberId| shared.roster.members.get(*id).is_some_and(is_fit) && shared.away(id, now_ms).is_none();
    let speaks = shared.spoken.keys().filter(|id| shared.speaks(id, language));
    let mut found: Vec<MemberId> = speaks.filter(is_there).copied().collect();
    found.sort_by_cached_key(|id| shared.name(id));
    found
}

/// Who could speak with a person in the reader's place: `{"language", "members": […]}`; null where nobody need or can.
pub(crate) fn in_place_of(
    shared: &Shared,
    me: &MemberId,
    site: Option<&str>,
    language: Option<&str>,
    lang: &str,
    now_ms: i64,
) -> Json {
    let (Some(site), Some(language)) = (site, language) else { return Json::Null };
    if shared.speaks(me, language) {
        return Json::Null;
    }
    let roster = &shared.roster;
    let others = speakers(shared, language, now_ms, |member| reads_site(roster, member, site));
    let names: Vec<String> = others.iter().filter(|id| *id != me).take(NAMED_MAX).map(|id| shared.name(id)).collect();
    match names.is_empty() {
        true => Json::Null,
        false => {
            let label = shared.own.get(OwnTable::SpokenLanguage, language).map_or(language, |row| row.called(lang));
            json!({"language": label, "members": names})
        }
    }
}

/// Adds to rows of `member list` what each speaks: `speaks`.
pub(crate) fn tell(shared: &Shared, rows: &mut Json) {
    for row in rows.as_array_mut().into_iter().flatten() {
        let member = row["id"].as_str().and_then(|id| id.parse::<MemberId>().ok());
        row["speaks"] = json!(member.map(|member| shared.languages_of(&member).to_vec()).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use crdt_model::edit::{Edit, NewCase, Telling, Whom};
    use crdt_model::values::Words;
    use serde_json::Value as Json;

    use super::set;
    use crate::list::todo::todo;
    use crate::tests::generations::confirmed;
    use crate::tests::{Home, NOW, case_id, complaint, exchange};

    fn does(home: &Home, case: &str, edit: &Edit) -> Json {
        home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW)).expect("done")
    }

    fn says(home: &Home, who: &str, speaks: &str) -> Result<Json, &'static str> {
        home.with(|log, reader| set(log, reader, who, speaks, NOW)).map_err(|refused| refused.code)
    }

    fn call_back(home: &Home) -> Json {
        let rows = home.with(|log, reader| todo(log, &log.shared(), reader, None, "fr", NOW)).expect("told");
        rows.as_array().into_iter().flatten().find(|row| row["task"] == "call_back").cloned().expect("a line")
    }

    #[test]
    fn who_speaks_the_language_of_a_person_gets_the_case_and_is_named_to_whoever_calls_back() {
        let rose = Home::founded();
        let [ali, zoe, bea] = [("operator", "Ali"), ("focal_cash", "Zoe"), ("focal_cash", "Bea")]
            .map(|(role, name)| confirmed(&rose, "JER", role, name));
        let meet = || [&ali, &zoe, &bea, &ali].into_iter().for_each(|home| exchange(&rose, home));
        meet();
        // oneself, and whoever manages them; nobody else
        assert_eq!(says(&zoe, "me", "ht, fr").expect("said")["speaks"], serde_json::json!(["fr", "ht"]));
        assert_eq!(says(&zoe, "Bea", "fr"), Err("not_permitted"));
        says(&rose, "Bea", "fr").expect("the founder manages her");
        meet();
        let case = NewCase { category: Some("payment.late".into()), spoken_language: Some("ht".into()), ..complaint() };
        let case = case_id(&ali.new_case(case));
        does(&ali, &case, &Edit::Assign { to: Whom::Typed("auto".into()) });
        let shown = ali.show(&case).expect("shown");
        assert_eq!(shown["assignee"], "Zoe", "of two with the role she alone speaks it");

        // whoever calls back is told who could, unless they speak it themselves
        does(&ali, &case, &Edit::Assign { to: Whom::Typed("me".into()) });
        does(&ali, &case, &Edit::Resolve { outcome: "resolved".into(), text: Words::from("fait") });
        assert!(call_back(&ali)["speakers"].is_null(), "nobody at the site who reads it speaks it");
        let named = confirmed(&rose, "JER", "operator", "Nour");
        exchange(&rose, &named);
        says(&named, "me", "ht").expect("said");
        exchange(&rose, &named);
        meet();
        assert_eq!(call_back(&ali)["speakers"]["members"], serde_json::json!(["Nour"]));
        says(&ali, "me", "fr,ht").expect("said");
        assert!(call_back(&ali)["speakers"].is_null(), "he does himself");
        assert_eq!(says(&ali, "me", "-").expect("taken back")["speaks"], serde_json::json!([]));
        let answer = Edit::Answer(Telling { text: Some(Words::from("fait")), ..Telling::default() });
        does(&ali, &case, &answer);
        assert_eq!(ali.verify()["problems"], serde_json::json!([]));
    }
}
