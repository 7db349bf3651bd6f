//! What fuzzing tries: one module for each thing that boucle decodes from a peer, a file or a person.
//!
//! Each module has `run`, which takes any bytes and must neither panic nor run away, and `seeds`, what a search begins
//! with. `run` says more than "no panic": what is read back is the same, bounds hold, what passed can be built upon.
//! See `README.md` beside this for the commands.

pub mod bundle;
pub mod change_gates;
pub mod entry;
pub mod handshake;
pub mod invitation;
pub mod kobo;
pub mod roster;
pub mod section;
pub mod session;
mod vectors;

/// A named input to begin with.
pub type Seed = (String, Vec<u8>);

/// One thing to try: its name, what takes the bytes, what to begin with.
pub type Target = (&'static str, fn(&[u8]), fn() -> Vec<Seed>);

/// All of them.
pub const TARGETS: &[Target] = &[
    ("entry", entry::run, entry::seeds),
    ("section", section::run, section::seeds),
    ("change_gates", change_gates::run, change_gates::seeds),
    ("handshake", handshake::run, handshake::seeds),
    ("session", session::run, session::seeds),
    ("roster", roster::run, roster::seeds),
    ("invitation", invitation::run, invitation::seeds),
    ("bundle", bundle::run, bundle::seeds),
    ("kobo", kobo::run, kobo::seeds),
];

/// Pieces of an input: each `u16` big-endian length, then so many bytes; a length beyond the end takes what is left.
pub fn pieces(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = data.split_first_chunk::<2>()?;
        let (piece, rest) = rest.split_at(usize::from(u16::from_be_bytes(*len)).min(rest.len()));
        data = rest;
        Some(piece)
    })
}

/// What [`pieces`] takes apart.
pub fn joined<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in pieces {
        let len = u16::try_from(piece.len()).expect("a piece of a seed is short");
        out.extend(len.to_be_bytes());
        out.extend(piece);
    }
    out
}
