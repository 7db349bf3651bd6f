//! A change chunk taken apart, so that a test can alter any part and put it together with a right checksum.

use sha2::{Digest, Sha256};

/// The parts of a change chunk, in the order of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawChange {
    pub(crate) chunk_type: u8,
    pub(crate) deps: Vec<[u8; 32]>,
    pub(crate) actor: Vec<u8>,
    pub(crate) seq: u64,
    pub(crate) start_op: u64,
    pub(crate) timestamp: i64,
    pub(crate) message: Vec<u8>,
    pub(crate) other_actors: Vec<Vec<u8>>,
    pub(crate) columns: Vec<(u64, Vec<u8>)>,
    pub(crate) extra: Vec<u8>,
}

impl RawChange {
    /// Takes apart a well-formed change.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let mut r = Cut(bytes);
        r.take(8);
        let chunk_type = r.take(1)[0];
        let len = r.unsigned() as usize;
        assert_eq!(r.0.len(), len, "one chunk fills the bytes");
        let deps = (0..r.unsigned()).map(|_| r.take(32).try_into().expect("32 bytes")).collect();
        let actor = r.prefixed();
        let (seq, start_op, timestamp) = (r.unsigned(), r.unsigned(), r.signed());
        let message = r.prefixed();
        let other_actors = (0..r.unsigned()).map(|_| r.prefixed()).collect();
        let table: Vec<_> = (0..r.unsigned()).map(|_| (r.unsigned(), r.unsigned() as usize)).collect();
        let columns = table.into_iter().map(|(spec, len)| (spec, r.take(len).to_vec())).collect();
        let extra = r.0.to_vec();
        Self { chunk_type, deps, actor, seq, start_op, timestamp, message, other_actors, columns, extra }
    }

    /// Puts the parts together, with the right lengths and checksum.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        unsigned(&mut body, self.deps.len() as u64);
        self.deps.iter().for_each(|dep| body.extend(dep));
        prefixed(&mut body, &self.actor);
        unsigned(&mut body, self.seq);
        unsigned(&mut body, self.start_op);
        signed(&mut body, self.timestamp);
        prefixed(&mut body, &self.message);
        unsigned(&mut body, self.other_actors.len() as u64);
        self.other_actors.iter().for_each(|actor| prefixed(&mut body, actor));
        unsigned(&mut body, self.columns.len() as u64);
        for (spec, data) in &self.columns {
            unsigned(&mut body, *spec);
            unsigned(&mut body, data.len() as u64);
        }
        self.columns.iter().for_each(|(_, data)| body.extend(data));
        body.extend(&self.extra);
        chunk(self.chunk_type, &body)
    }

    /// The data of a column; empty if there is none.
    pub(crate) fn column(&mut self, spec: u64) -> &mut Vec<u8> {
        let index = self.columns.iter().position(|(other, _)| *other == spec).expect("the column is there");
        &mut self.columns[index].1
    }
}

/// Frames a body as a chunk.
pub(crate) fn chunk(chunk_type: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, chunk_type];
    unsigned(&mut bytes, body.len() as u64);
    bytes.extend(body);
    repair(&mut bytes);
    bytes
}

/// Sets the checksum: the first four bytes of SHA-256 over everything from the type byte on.
pub(crate) fn repair(bytes: &mut [u8]) {
    if bytes.len() > 8 {
        let hash = Sha256::digest(&bytes[8..]);
        bytes[4..8].copy_from_slice(&hash[..4]);
    }
}

/// Appends an unsigned LEB128 integer.
pub(crate) fn unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed LEB128 integer.
pub(crate) fn signed(out: &mut Vec<u8>, mut value: i64) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

fn prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    unsigned(out, bytes.len() as u64);
    out.extend(bytes);
}

struct Cut<'b>(&'b [u8]);

impl<'b> Cut<'b> {
    fn take(&mut self, n: usize) -> &'b [u8] {
        let (head, rest) = self.0.split_at(n);
        self.0 = rest;
        head
    }

    fn prefixed(&mut self) -> Vec<u8> {
        let len = self.unsigned() as usize;
        self.take(len).to_vec()
    }

    fn unsigned(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.take(1)[0];
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return value;
            }
        }
    }

    fn signed(&mut self) -> i64 {
        let (mut value, mut shift) = (0_i64, 0);
        loop {
            let byte = self.take(1)[0];
            value |= i64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return if byte & 0x40 != 0 && shift < 64 { value | (-1 << shift) } else { value };
            }
        }
    }
}
