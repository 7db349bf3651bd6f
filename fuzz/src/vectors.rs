//! The frozen files of `crdt-model/tests/vectors`, as things to begin with.

use data_encoding::HEXLOWER;

/// Every field of a file in hexadecimal: label and bytes.
pub(crate) fn fields(file: &str) -> Vec<(String, Vec<u8>)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in file.lines() {
        if let Some(more) = line.strip_prefix("    ") {
            if let Some((_, digits)) = fields.last_mut() {
                digits.push_str(more.trim());
            }
        } else if let Some((label, digits)) = line.split_once(" =").filter(|_| !line.starts_with('#')) {
            fields.push((label.trim().to_owned(), digits.trim().to_owned()));
        }
    }
    let bytes = |(label, digits): (String, String)| Some((label, HEXLOWER.decode(digits.as_bytes()).ok()?));
    fields.into_iter().filter_map(bytes).collect()
}

/// One field.
pub(crate) fn field(file: &str, label: &str) -> Vec<u8> {
    let found = fields(file).into_iter().find(|(name, _)| name == label);
    found.unwrap_or_else(|| panic!("the vectors have no {label}")).1
}

pub(crate) const BUNDLE: &str = include_str!("../../crdt-model/tests/vectors/bundle.txt");
pub(crate) const GIFT: &str = include_str!("../../crdt-model/tests/vectors/gift.txt");
pub(crate) const HANDSHAKE: &str = include_str!("../../crdt-model/tests/vectors/handshake.txt");
pub(crate) const INVITATION: &str = include_str!("../../crdt-model/tests/vectors/invitation.txt");
pub(crate) const OPERATIONS: &str = include_str!("../../crdt-model/tests/vectors/operations.txt");
pub(crate) const GENESIS: &str = include_str!("../../crdt-model/tests/vectors/genesis.txt");
pub(crate) const SECTION: &str = include_str!("../../crdt-model/tests/vectors/section.txt");
pub(crate) const SESSION: &str = include_str!("../../crdt-model/tests/vectors/session.txt");
/// Files that hold whole entries.
pub(crate) const OF_ENTRIES: [(&str, &str); 7] = [
    ("entry", include_str!("../../crdt-model/tests/vectors/entry.txt")),
    ("carried", include_str!("../../crdt-model/tests/vectors/carried.txt")),
    ("erasure", include_str!("../../crdt-model/tests/vectors/erasure.txt")),
    ("generation", include_str!("../../crdt-model/tests/vectors/generation.txt")),
    ("genesis", GENESIS),
    ("receipt", include_str!("../../crdt-model/tests/vectors/receipt.txt")),
    ("retraction", include_str!("../../crdt-model/tests/vectors/retraction.txt")),
];
