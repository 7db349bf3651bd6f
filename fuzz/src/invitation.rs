//! The text of an invitation, as typed, pasted or read from a file. First byte: bit 0, the rest is content and gets its
//! checksum; else the rest is text.

use crdt_model::roster::Invitation;
use data_encoding::BASE32_NOPAD;

use crate::{Seed, vectors};

fn text_of(content: &[u8]) -> String {
    let hash = blake3::derive_key("boucle 2026 invitation checksum v1", content);
    format!("BOUCLE1{}", BASE32_NOPAD.encode(&[content, &hash[..4]].concat()))
}

/// What is read has one text, and can be asked everything a newcomer asks of it.
pub fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let text = if choice & 1 == 1 { text_of(rest) } else { String::from_utf8_lossy(rest).into_owned() };
    let begins = Invitation::begins(&text);
    let Ok(invitation) = Invitation::from_text(&text) else { return };
    assert!(begins, "an invitation begins as one");
    let again = Invitation::from_text(&invitation.to_text()).expect("its own text");
    assert_eq!(again.to_text(), invitation.to_text());
    if choice & 1 == 1 {
        assert_eq!(invitation.to_text(), text, "an invitation has one text");
    }
    let (_, _) = (invitation.terms(), invitation.pin());
    let _ = invitation.is_tag_of(&Invitation::name_tag(&invitation.salt, "Rose"), "rose");
}

/// The vector, as text and as content, and the text as mail breaks it.
pub fn seeds() -> Vec<Seed> {
    let content = vectors::field(vectors::INVITATION, "bytes");
    let text = text_of(&content);
    let broken = text.to_lowercase().as_bytes().chunks(60).map(|line| [line, b" \r\n"].concat()).collect::<Vec<_>>();
    vec![
        ("content".to_owned(), [&[1], content.as_slice()].concat()),
        ("text".to_owned(), [&[0], text.as_bytes()].concat()),
        ("in-lines".to_owned(), [vec![0], broken.concat()].concat()),
    ]
}
