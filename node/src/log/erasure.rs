//! What erasures leave of what is held: the bytes go and the headers stay.
//!
//! What is erased of a document follows from its kind 5 entries alone ([`crdt_model::erasure`]). This node keeps beside
//! it, in the space `meta`, what it must refuse (`erased/`), and which documents have an erasure not yet acted on
//! (`erasing/`), so that a crash between hearing and destroying changes nothing.

use std::collections::HashMap;

use crdt_model::entry::{Entry, Kind};
use crdt_model::erasure::{self, Erased, Gone, Proposed};
use crdt_model::retraction::Retraction;
use crdt_model::values::{DocId, ScopeId};

use super::forks::unwrap_carried;
use super::marks::doc_key;
use super::{Log, Shared, forks, marks};
use crate::error::Failure;
use crate::store::{ERASED, ERASING, Gap, Space, Tx};

/// Per document, what is erased here: what an entry that comes is stripped of.
pub(crate) type Refused = HashMap<(ScopeId, DocId), Erased>;

/// Per layer 8 bytes big-endian: one more than the greatest generation erased, 0 where none is.
fn encode(erased: &Erased) -> Vec<u8> {
    let number = |generation: Option<u32>| generation.map_or(0, |generation| u64::from(generation) + 1).to_be_bytes();
    erased.layers().into_iter().flat_map(number).collect()
}

fn decode(bytes: &[u8]) -> Option<Erased> {
    let numbers: [u8; 24] = bytes.try_into().ok()?;
    let mut layers = [None; 3];
    for (layer, number) in layers.iter_mut().zip(numbers.as_chunks::<8>().0) {
        *layer = u64::from_be_bytes(*number).checked_sub(1).and_then(|generation| u32::try_from(generation).ok());
    }
    Some(Erased::of_layers(layers))
}

/// What is erased of a document, and what one device has proposed.
pub(crate) fn erasures(shared: &Shared, entries: &[Entry]) -> (Erased, Vec<Proposed>) {
    if entries.iter().all(|entry| entry.header().content_kind() != Some(Kind::Erasure)) {
        return (Erased::default(), Vec::new());
    }
    erasure::judge(forks::before_forks(shared, entries).iter().map(|entry| &**entry), &shared.roster)
}

/// What the erasures leave to be known of what they destroyed.
pub(crate) fn gone(shared: &Shared, entries: &[Entry]) -> Gone {
    match entries.iter().any(|entry| entry.header().content_kind() == Some(Kind::Erasure)) {
        true => erasure::gone(forks::before_forks(shared, entries).iter().map(|entry| &**entry), &shared.roster),
        false => Gone::default(),
    }
}

/// Acts on erasures that were heard: destroys what both signatures cover, and remembers to refuse it.
pub(crate) fn apply_erasures(log: &Log, shared: &Shared) -> Result<(), Failure> {
    let snapshot = log.store.read()?;
    let mut idle: Vec<(ScopeId, DocId)> = Vec::new();
    for (scope, doc, _) in marks::marked_docs(log, &snapshot, ERASING)? {
        let entries = log.entries(&snapshot, &scope, &doc)?;
        let (erased, proposed) = erasures(shared, &entries);
        if erased.is_nothing() {
            if !entries.iter().any(may_erase) {
                idle.push((scope, doc));
            }
            continue;
        }
        log.commit_quietly(|tx| {
            for stripped in entries.iter().filter_map(|entry| erased.strip(entry)) {
                tx.replace_entry_bytes(&stripped.id(), &stripped.encode())?;
            }
            // nor is what was not held missed any longer
            for entry in entries.iter().filter(|entry| erased.mask(entry.header()) != 0) {
                let Some(at) = tx.location(&entry.id())? else { continue };
                let Some(gap) = tx.gap(at)? else { continue };
                match gap.layers & !erased.mask(entry.header()) {
                    0 => tx.clear_gap(at)?,
                    layers => tx.put_gap(at, &Gap { layers, ..gap })?,
                }
            }
            tx.put(Space::Meta, &doc_key(ERASED, &scope, &doc), &encode(&erased))?;
            // one signature alone may be judged anew once more of the membership is known
            match proposed.is_empty() {
                true => Ok(tx.delete(Space::Meta, &doc_key(ERASING, &scope, &doc)).map(drop)?),
                false => Ok(()),
            }
        })?;
    }
    if !idle.is_empty() {
        // only withdrawals stand there: nothing of it will ever be erased
        log.commit_quietly(|tx| {
            for (scope, doc) in &idle {
                tx.delete(Space::Meta, &doc_key(ERASING, scope, doc))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// What is erased here, for all documents.
pub(crate) fn refused_sections(log: &Log) -> Result<Refused, Failure> {
    let held = marks::marked_docs(log, &log.store.read()?, ERASED)?;
    Ok(held.into_iter().filter_map(|(scope, doc, value)| Some(((scope, doc), decode(&value)?))).collect())
}

/// Whether an entry may be one of the two signatures: an author's withdrawal is none, and what is not here yet may be one.
fn may_erase(entry: &Entry) -> bool {
    let is_withdrawal = || matches!(Retraction::read_from(&unwrap_carried(entry)), Some(Retraction::Withdrawal(_)));
    entry.header().content_kind() == Some(Kind::Erasure) && !is_withdrawal()
}

/// Marks the document of an erasure that was appended.
pub(crate) fn note_erasure(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), Failure> {
    let header = entry.header();
    if header.doc != DocId::ZERO && may_erase(entry) {
        tx.put(Space::Meta, &doc_key(ERASING, &header.scope, &header.doc), &[1])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{NOW, carry, two_equal};

    fn marked(log: &Log) -> usize {
        marks::listed(log, &log.store.read().expect("readable"), ERASING).expect("listed").len()
    }

    #[test]
    fn a_withdrawal_marks_nothing_to_be_erased_and_marks_of_before_go() {
        let (founder, newcomer) = two_equal();
        let reference = founder.case("inventé");
        let withdrawn = founder.act(|log, reader| {
            let failure = crate::writes::withdraw::withdraw(log, reader, &reference, None, NOW).expect_err("which");
            let entries = failure.args.iter().find(|(name, _)| *name == "entries").map(|(_, value)| value.clone());
            let short = entries.expect("one").split(' ').next().expect("an id").to_owned();
            crate::writes::withdraw::withdraw(log, reader, &reference, Some(&short), NOW)
        });
        assert_eq!(withdrawn.expect("withdrawn")["case_withdrawn"], true);
        carry(&founder, &newcomer);
        assert_eq!((marked(&founder.log), marked(&newcomer.log)), (0, 0));
        // as a version of before left it
        let snapshot = founder.log.store.read().expect("readable");
        let scope = crdt_model::roster::site_scope(&founder.log.org, "REG");
        let docs: Vec<DocId> = snapshot.docs(&scope).expect("listed").flatten().collect();
        let doc = docs.into_iter().find(|doc| *doc != DocId::ZERO).expect("the place stays");
        let mark = doc_key(ERASING, &scope, &doc);
        founder.log.commit_quietly(|tx| Ok(tx.put(Space::Meta, &mark, &[1])?)).expect("put");
        assert_eq!(marked(&founder.log), 1);
        apply_erasures(&founder.log, &founder.log.shared()).expect("looked at");
        assert_eq!(marked(&founder.log), 0);
    }
}
