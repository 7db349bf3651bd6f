use proptest::prelude::*;

use super::*;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const YEAR_MS: i64 = 366 * DAY_MS;
/// 2026-11-29T22:10:00Z.
const NOW: i64 = 1_795_990_200_000;
/// The program is a month old.
const BUILT: i64 = NOW - 30 * DAY_MS;
/// 2000-01-01: what a machine says whose battery is dead.
const DEAD: i64 = 946_684_800_000;

fn reading(wall_ms: i64, id: u8, ms: i64) -> Reading {
    Reading { wall_ms, boot: Some(Boot { id: [id; 16], ms }) }
}

fn at(wall_ms: i64) -> Reading {
    reading(wall_ms, 1, HOUR_MS)
}

fn own(at_ms: i64) -> Option<Own> {
    Some(Own { at_ms, entry: EntryId([7; 32]) })
}

fn wrote(at_ms: i64) -> Kept {
    Kept { own: own(at_ms), written_ms: Some(at_ms), ..Kept::default() }
}

fn evidence(judged: &Judged) -> Option<&'static str> {
    judged.doubt.map(|doubt| doubt.evidence)
}

#[test]
fn a_clock_before_what_is_certain_is_not_believed_and_one_within_the_slack_is() {
    let kept = wrote(NOW);
    let doubted = |wall_ms, kept: &Kept| evidence(&judge(at(wall_ms), BUILT, kept));
    assert_eq!(doubted(NOW, &kept), None);
    assert_eq!(doubted(NOW - SLACK_MS, &kept), None);
    assert_eq!(doubted(NOW - SLACK_MS - 1, &kept), Some("own_entry"));
    assert_eq!(doubted(DEAD, &kept), Some("own_entry"));
    assert_eq!(doubted(DEAD, &Kept { own: None, ..kept }), Some("last_write"));
    assert_eq!(doubted(DEAD, &Kept::default()), Some("program"));
    assert_eq!(doubted(BUILT - PROGRAM_SLACK_MS, &Kept::default()), None);
    assert_eq!(doubted(BUILT - PROGRAM_SLACK_MS - 1, &Kept::default()), Some("program"));
    let vouched = Kept { vouched_ms: Some(NOW), ..Kept::default() };
    assert_eq!(doubted(NOW - DAY_MS, &vouched), Some("vouched"));
    assert_eq!(evidence(&judge(at(DEAD), 0, &Kept::default())), None, "nothing is known of such a program");
}

#[test]
fn what_a_person_says_is_kept_as_an_offset_and_nothing_is_asked_after_that() {
    let mut kept = wrote(NOW);
    kept.set(at(DEAD), BUILT, NOW + HOUR_MS, false).expect("believed");
    let judged = judge(reading(DEAD + 5 * MINUTE_MS, 1, HOUR_MS + 5 * MINUTE_MS), BUILT, &kept);
    assert_eq!((evidence(&judged), judged.now_ms), (None, NOW + HOUR_MS + 5 * MINUTE_MS));
    assert!(!judged.ahead && !judged.mended);
    // what it says of no more than two minutes is what the machine says
    kept.set(at(NOW + HOUR_MS), BUILT, NOW + HOUR_MS + MINUTE_MS, false).expect("believed");
    assert_eq!(kept.offset, None);
}

#[test]
fn an_answer_before_what_is_certain_changes_nothing() {
    let mut kept = wrote(NOW);
    let before = kept;
    assert_eq!(kept.set(at(DEAD), BUILT, NOW - DAY_MS, false).map_err(|d| d.evidence), Err("own_entry"));
    assert_eq!(kept.set(at(DEAD), BUILT, NOW + 6 * YEAR_MS, false).map_err(|d| d.evidence), Err("ahead"));
    assert_eq!(kept, before);
}

#[test]
fn an_offset_goes_when_the_machine_is_set_right_and_is_never_added_to_a_right_clock() {
    let mut kept = wrote(NOW);
    kept.set(at(DEAD), BUILT, NOW, false).expect("believed");
    // within one start of the machine: the boot clock tells
    let judged = judge(reading(NOW + MINUTE_MS, 1, HOUR_MS + MINUTE_MS), BUILT, &kept);
    assert_eq!((evidence(&judged), judged.now_ms, judged.mended), (None, NOW + MINUTE_MS, true));
    // after another start: with the offset it would be 2053
    let judged = judge(reading(NOW + DAY_MS, 2, MINUTE_MS), BUILT, &kept);
    assert_eq!((evidence(&judged), judged.now_ms, judged.mended), (None, NOW + DAY_MS, true));
    // after another start, and the battery is dead again
    let judged = judge(reading(DEAD, 2, MINUTE_MS), BUILT, &kept);
    assert_eq!((evidence(&judged), judged.now_ms), (None, NOW));
    let later = Kept { written_ms: Some(NOW + DAY_MS), ..kept };
    let judged = judge(reading(DEAD, 2, MINUTE_MS), BUILT, &later);
    assert_eq!((evidence(&judged), judged.now_ms), (Some("last_write"), NOW + DAY_MS));
    // set within one start, to a time that cannot be
    let judged = judge(reading(DEAD + 90 * DAY_MS, 1, HOUR_MS), BUILT, &kept);
    assert_eq!(evidence(&judged), Some("own_entry"));
}

#[test]
fn where_both_times_may_be_right_after_a_restart_a_person_is_asked() {
    let mut kept = wrote(NOW - 30 * DAY_MS);
    // two hours behind, and not used over a weekend
    kept.set(at(NOW - 2 * HOUR_MS), BUILT, NOW, false).expect("believed");
    let judged = judge(reading(NOW + 3 * DAY_MS, 2, MINUTE_MS), BUILT, &kept);
    assert_eq!(evidence(&judged), Some("restart"));
    assert_eq!(judged.now_ms, NOW, "what the node writes by itself takes the newest certain time");
    // without a restart it holds, however long
    let judged = judge(reading(NOW + 3 * DAY_MS, 1, 3 * DAY_MS + 3 * HOUR_MS), BUILT, &kept);
    assert_eq!((evidence(&judged), judged.now_ms), (None, NOW + 3 * DAY_MS + 2 * HOUR_MS));
}

#[test]
fn a_clock_that_ran_ahead_is_set_back_by_a_negative_offset_which_goes_once_it_is_mended() {
    let mut kept = Kept::default();
    kept.set(at(NOW + 100 * YEAR_MS), BUILT, NOW, false).expect("believed");
    let judged = judge(reading(NOW + 100 * YEAR_MS + HOUR_MS, 2, MINUTE_MS), BUILT, &kept);
    assert_eq!((evidence(&judged), judged.now_ms), (None, NOW + HOUR_MS));
    let judged = judge(reading(NOW + HOUR_MS, 2, MINUTE_MS), BUILT, &kept);
    assert_eq!((evidence(&judged), judged.now_ms, judged.mended), (None, NOW + HOUR_MS, true));
}

#[test]
fn an_entry_of_2126_is_no_witness_against_a_machine_that_is_right_and_one_of_2028_is_until_somebody_says_so() {
    let far = wrote(NOW + 100 * YEAR_MS);
    let judged = judge(at(NOW), BUILT, &far);
    assert_eq!((evidence(&judged), judged.now_ms, judged.ahead), (None, NOW, false));
    // it is no witness for the dead battery either
    assert_eq!(evidence(&judge(at(DEAD), BUILT, &far)), Some("program"));

    let mut near = wrote(NOW + 2 * YEAR_MS);
    assert_eq!(evidence(&judge(at(NOW), BUILT, &near)), Some("own_entry"));
    near.set(at(NOW), BUILT, NOW, true).expect("whoever is sure is believed");
    assert_eq!(evidence(&judge(at(NOW), BUILT, &near)), None);
    assert_eq!((near.own, near.written_ms, near.offset), (None, Some(NOW), None));
    // a program dated by a clock that was wrong
    let mut kept = Kept::default();
    let built = NOW + YEAR_MS;
    assert_eq!(evidence(&judge(at(NOW), built, &kept)), Some("program"));
    kept.set(at(NOW), built, NOW, true).expect("believed");
    assert_eq!(evidence(&judge(at(NOW), built, &kept)), None);
    assert_eq!(evidence(&judge(at(NOW), built + DAY_MS, &kept)), Some("program"), "another program has its own date");
}

#[test]
fn five_years_after_the_program_a_time_is_doubtful_until_somebody_vouches_for_it() {
    let late = BUILT + AHEAD_MS + DAY_MS;
    let mut kept = Kept::default();
    let judged = judge(at(late), BUILT, &kept);
    assert!(judged.ahead && judged.doubt.is_none());
    assert_eq!(judged.now_ms, late, "a complaint is taken all the same");
    kept.set(at(late), BUILT, late, true).expect("believed");
    assert!(!judge(at(late + YEAR_MS), BUILT, &kept).ahead);
    // and what is written then counts
    let kept = Kept { own: own(late), ..kept };
    assert_eq!(evidence(&judge(at(NOW), BUILT, &kept)), Some("own_entry"));
}

#[test]
fn what_is_kept_is_read_again_and_other_bytes_are_as_if_nothing_was_kept() {
    let offset = Offset { ms: -5, set: reading(-1, 3, 9) };
    let full = Kept {
        offset: Some(offset),
        own: own(5),
        written_ms: Some(0),
        vouched_ms: Some(i64::MAX),
        refuted_ms: Some(-1),
    };
    let bare = Kept { offset: Some(Offset { ms: 1, set: Reading { wall_ms: 2, boot: None } }), ..Kept::default() };
    for kept in [Kept::default(), full, bare] {
        let bytes = kept.encode();
        assert_eq!((Kept::decode(&bytes), bytes.len()), (Some(kept), 105));
        assert_eq!(Kept::decode(&bytes[1..]), None);
        assert_eq!(Kept::decode(&[bytes, vec![0]].concat()), None);
    }
}

fn kept() -> impl Strategy<Value = Kept> {
    let time = prop_oneof![Just(None), (NOW - 2 * YEAR_MS..NOW + 2 * YEAR_MS).prop_map(Some)];
    let boot = prop_oneof![Just(None), (1..3_u8, 0..YEAR_MS).prop_map(|(id, ms)| Some(Boot { id: [id; 16], ms }))];
    let offset = (-30 * YEAR_MS..30 * YEAR_MS, DEAD..NOW + YEAR_MS, boot)
        .prop_map(|(ms, wall_ms, boot)| Offset { ms, set: Reading { wall_ms, boot } });
    (prop::option::of(offset), time.clone(), time.clone(), time).prop_map(|(offset, own_ms, written_ms, vouched_ms)| {
        Kept { offset, own: own_ms.and_then(own), written_ms, vouched_ms, refuted_ms: None }
    })
}

proptest! {
    #[test]
    fn a_believed_time_lies_before_nothing_certain_and_no_other_is_taken_for_now(
        kept in kept(), wall_ms in DEAD - YEAR_MS..NOW + 130 * YEAR_MS, id in 1..3_u8, ms in 0..YEAR_MS,
    ) {
        let judged = judge(reading(wall_ms, id, ms), BUILT, &kept);
        prop_assert!(kept.against(BUILT, judged.now_ms).is_none(), "{judged:?}");
        if judged.doubt.is_none() {
            prop_assert!([wall_ms, wall_ms + kept.offset.map_or(0, |offset| offset.ms)].contains(&judged.now_ms));
        }
    }

    #[test]
    fn one_answer_is_always_enough(
        kept in kept(), wall_ms in DEAD - YEAR_MS..NOW + 130 * YEAR_MS, id in 1..3_u8, ms in 0..YEAR_MS,
        said_ms in DEAD..NOW + 130 * YEAR_MS, machine: bool,
    ) {
        let (mut kept, reading) = (kept, reading(wall_ms, id, ms));
        let said_ms = if machine { wall_ms } else { said_ms };
        kept.set(reading, BUILT, said_ms, true).expect("whoever is sure is believed");
        let judged = judge(reading, BUILT, &kept);
        prop_assert!(judged.doubt.is_none(), "{judged:?} {kept:?}");
        prop_assert!((judged.now_ms - said_ms).abs() < EVEN_MS);
    }

    #[test]
    fn any_bytes_are_a_record_or_none(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        if let Some(kept) = Kept::decode(&bytes) {
            prop_assert_eq!(Kept::decode(&kept.encode()), Some(kept));
        }
    }
}
