//! What lies on the disk of a row.

use super::super::columns::{CODES_LEN, COLUMNS, place_of};
use super::super::row::Row;
use crate::store::Fields;

/// Bytes of a row that version 11 of the list writes: each part has a value of its own.
fn written() -> Vec<u8> {
    let mut bytes = vec![0x11; 16];
    bytes.extend([0, 0, 0, 2, 3]);
    bytes.extend([0x44; 8]);
    // the mark: kind, site, node, counter
    bytes.extend([1, b'R', b'E', b'G', 0, 0, 0, 5, 0, 0, 0, 6]);
    // status, sensitivity, satisfaction, said; what is waited for, and the next step, since and until when
    bytes.extend([1, 2, 0, 31, 3, 1]);
    // and by when the next body is to be told
    for ms in [0x58_i64, 0x5a, 0x5c] {
        bytes.extend(ms.to_be_bytes());
    }
    // epoch, conflicts; day, precision
    bytes.extend([0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0x50, 0xa0, 1]);
    // the last of them: a promised day
    for ms in 0x60..0x69_i64 {
        bytes.extend(ms.to_be_bytes());
    }
    // the audience that whoever has it must hold
    bytes.extend(0x6f_u32.to_be_bytes());
    for word in 0x70..0x70 + CODES_LEN as u32 {
        bytes.extend(word.to_be_bytes());
    }
    bytes
}

#[test]
fn the_bytes_of_a_row_stay() {
    let bytes = written();
    let mut f = Fields(&bytes);
    let row = Row::decode(&mut f).expect("a row");
    assert!(f.0.is_empty(), "all of it was read");
    assert_eq!((row.scope, row.flags, row.keys), (2, 3, [0x44; 8]));
    assert_eq!((row.epoch, row.conflicts, row.received_day().map(|day| day.number())), (8, 9, Some(0x50a0)));
    assert_eq!((row.received_at(), row.received_from()), (Some(0x60), Some(0x61)));
    assert_eq!((row.newest_ms, row.oldest_ms), (0x62, 0x63));
    // allowed until, waited, and a wait that runs from one time to another at the least
    assert_eq!(row.due_at(0), Some(0x64 + 0x65 + (0x67 - 0x66)));
    assert_eq!(row.due_at(0x70), Some(0x64 + 0x65 + (0x70 - 0x66)));
    assert_eq!((row.answered(), row.loop_closed(), row.undelivered()), (true, true, true));
    assert!(row.missed() && row.under_way_from_here());
    assert!(row.expects_answer() && row.satisfied() && !row.awaits_taking_up() && !row.returned());
    assert_eq!(row.step(0x59), Some((crdt_model::view::Step::Accept, 0x5a)));
    assert!(row.half_over(0x59) && !row.half_over(0x58));
    assert_eq!(row.notice_due(), Some(0x5c));
    let mut again = Vec::new();
    row.encode(&mut again);
    assert_eq!(again, bytes);
}

#[test]
fn every_code_has_a_place_of_its_own_and_keeps_it() {
    let names = COLUMNS.iter().map(|column| column.name);
    let mut placed: Vec<(usize, &str)> = names.map(|name| (place_of(name), name)).collect();
    placed.retain(|(place, _)| *place != usize::MAX);
    placed.sort_unstable();
    let places: Vec<usize> = placed.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, (0..CODES_LEN).collect::<Vec<_>>());
    let in_order: Vec<&str> = placed.into_iter().map(|(_, name)| name).collect();
    assert_eq!(
        in_order.join(" "),
        "type category site project partner channel spoken_language waiting_on assignee priority closure hold session_id \
         stakeholder sex age_group disability admin1 admin2 region week incident asked \
         replied"
    );
}
