//! Sections that come after their entry: put where they are missing, in one transaction, if they fit the header.
//!
//! An entry is stored and counted by its header. What it lacks when it comes is noted beside it ([`Gap`]), asked for from
//! whoever has it, and filled in here; only what is noted as missing is taken, so that nothing that was dropped on purpose
//! (an erased layer, a spent invitation's grant) comes back.

use crdt_model::entry::{Entry, Kind, section_hash};
use crdt_model::retraction::{Retraction, covers};
use crdt_model::sync::message::SectionsOf;
use crdt_model::values::{DeviceId, EntryId, ScopeId};

use super::{Batch, Ingested, Source, WRONG_SCOPE, chain_of};
use crate::error::Failure;
use crate::log::admission;
use crate::log::forks::unwrap_carried;
use crate::log::own_tables::tables_doc;
use crate::log::{Log, proved_fork, staff_doc};
use crate::store::Gap;

/// Fills in sections, in one transaction. `filled` of the result counts them.
pub(crate) fn fill_from(log: &Log, sections: &[SectionsOf], source: Source, now_ms: i64) -> Result<Ingested, Failure> {
    let _writer = log.lock_writer();
    admission::in_batch(log, source, now_ms, |batch| sections.iter().try_for_each(|of| batch.fill(of)))
}

/// The layers an entry lacks, as bits.
fn lacking(entry: &Entry) -> u8 {
    let named = entry.header().sections.iter().zip(entry.sections());
    named.filter(|(_, held)| held.is_none()).map(|(named, _)| 1_u8 << named.layer).sum()
}

impl Batch<'_, '_> {
    /// Notes what an entry appended just now lacks: sections, and entries it names.
    pub(super) fn note_lack(&mut self, entry: &Entry) -> Result<(), Failure> {
        let header = entry.header();
        let mut unknown = Vec::new();
        for id in header.deps.iter().chain(&header.auth) {
            if !self.held.contains(id) {
                if self.tx.location(id)?.is_some() || self.tx.is_carried(id)? {
                    self.held.insert(*id);
                } else {
                    unknown.push(*id);
                }
            }
        }
        self.held.insert(entry.id());
        // what is erased nobody need have
        let erased = self.refused.get(&(header.scope, header.doc)).map_or(0, |erased| erased.mask(header));
        let layers = lacking(entry) & !erased;
        if layers == 0 && unknown.is_empty() {
            return Ok(());
        }
        let Some(at) = self.tx.location(&entry.id())? else { return Ok(()) };
        if layers != 0 {
            let from = self.source.from.unwrap_or(header.device);
            self.tx.put_gap(at, &Gap { entry: entry.id(), layers, withdrawn: false, from })?;
            self.gaps = true;
        }
        if !unknown.is_empty() {
            self.tx.put_wants(at, &unknown)?;
        }
        Ok(())
    }

    /// An entry that is held came once more, perhaps with what we lack of it.
    pub(super) fn fill_known(&mut self, entry: &Entry) -> Result<(), Failure> {
        let named = entry.header().sections.iter().zip(entry.sections());
        let sections: Vec<_> = named.filter_map(|(named, held)| Some((named.layer, held.clone()?))).collect();
        if sections.is_empty() { Ok(()) } else { self.fill(&SectionsOf { entry: entry.id(), sections }) }
    }

    fn fill(&mut self, of: &SectionsOf) -> Result<(), Failure> {
        let Some(stored) = self.tx.entry(&of.entry)? else { return Ok(()) };
        if self.source.scope.is_some_and(|scope| scope != stored.chain.scope) {
            return self.refuse(of.entry, Some(of.entry), WRONG_SCOPE);
        }
        let Some(gap) = self.tx.gap(stored.at)? else { return Ok(()) };
        let entry = self.log.decode(&stored.bytes)?;
        let (mut parts, mut layers) = (entry.sections().to_vec(), gap.layers);
        for (layer, bytes) in &of.sections {
            let Some((at, named)) = entry.header().section(*layer).filter(|_| layers >> layer & 1 == 1) else {
                continue;
            };
            if bytes.len() != named.len as usize || section_hash(bytes) != named.hash {
                // A record under the entry's id would accuse the entry.
                return self.refuse(EntryId(*blake3::hash(bytes).as_bytes()), Some(of.entry), "section_hash");
            }
            parts[at] = Some(bytes.clone());
            layers &= !(1 << layer);
            self.done.filled += 1;
        }
        if layers == gap.layers {
            return Ok(());
        }
        let filled = Entry::from_parts(entry.header_bytes(), *entry.signature(), parts)
            .map_err(|error| Failure::new("home_damaged").arg("file", crate::store::STORE_FILE).because(&error))?;
        self.tx.replace_entry_bytes(&filled.id(), &filled.encode())?;
        self.tx.touch_doc(&filled.header().scope, &filled.header().doc)?;
        if layers == 0 {
            self.tx.clear_gap(stored.at)?
        } else {
            self.tx.put_gap(stored.at, &Gap { layers, ..gap })?
        }
        self.took_sections(&filled)
    }

    /// What follows from the sections of an entry that counts.
    pub(super) fn took_sections(&mut self, entry: &Entry) -> Result<(), Failure> {
        let said = unwrap_carried(entry);
        let header = said.header();
        let known = [staff_doc(&self.log.org), tables_doc(&self.log.org)];
        let names = header.kind == Kind::Knowledge && known.contains(&header.doc);
        self.done.membership_changed |= names || matches!(header.kind, Kind::Membership | Kind::Proof | Kind::Keys);
        match header.kind {
            Kind::Proof => {
                let keys =
                    |device: &DeviceId| self.keys.get(device).or_else(|| self.shared.device_keys.get(device)).copied();
                if let Some((scope, chain, seq)) = proved_fork(&said, keys) {
                    self.note_fork(scope, chain, seq);
                }
                Ok(())
            }
            Kind::Erasure => {
                self.erases = true;
                self.excuse(&said)
            }
            _ => Ok(()),
        }
    }

    /// A withdrawal: nobody need have what it takes back.
    fn excuse(&mut self, by: &Entry) -> Result<(), Failure> {
        let Some(Retraction::Withdrawal(names)) = Retraction::read_from(by) else { return Ok(()) };
        let chain = chain_of(by.header());
        for named in names {
            let Some(stored) = self.tx.entry_in(&chain, named.seq)? else { continue };
            let Some(gap) = self.tx.gap(stored.at)? else { continue };
            let target = self.log.decode(&stored.bytes)?;
            if covers(by.header(), &named, target.header(), &target.id()) {
                self.tx.put_gap(stored.at, &Gap { withdrawn: true, ..gap })?;
            }
        }
        Ok(())
    }
}

/// Frames of one scope, as they came.
pub(crate) enum Arrived {
    /// Entries, and which of them somebody waits for.
    Entries(Vec<Vec<u8>>, Vec<u32>),
    /// Sections.
    Sections(Vec<SectionsOf>),
}

impl Arrived {
    /// What of it counts as entries of a peer: those of which sections come late count once more.
    pub(crate) fn entries(&self) -> u64 {
        match self {
            Self::Entries(entries, _) => entries.len() as u64,
            Self::Sections(sections) => sections.len() as u64,
        }
    }

    /// Bytes, about.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Entries(entries, _) => entries.iter().map(Vec::len).sum(),
            Self::Sections(sections) => sections.iter().map(SectionsOf::frame_bytes).sum(),
        }
    }
}

/// A frame with its scope.
pub(crate) type Frame = (ScopeId, Arrived);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Tx;
    use crate::testkit::{NOW, two_equal};

    fn stripped(bytes: &[u8], layers: &[u8]) -> Vec<u8> {
        let mut entry = Entry::decode(bytes).expect("an entry");
        layers.iter().for_each(|layer| entry.drop_section(*layer));
        entry.encode()
    }

    fn sections_of(bytes: &[u8]) -> SectionsOf {
        let entry = Entry::decode(bytes).expect("an entry");
        let held = entry.header().sections.iter().zip(entry.sections());
        let sections = held.filter_map(|(named, held)| Some((named.layer, held.clone()?))).collect();
        SectionsOf { entry: entry.id(), sections }
    }

    /// Cases of the founder that the newcomer knows by their headers alone, and the founder's entries.
    fn known_by_header() -> (crate::testkit::Home, crate::testkit::Home, String, Vec<Vec<u8>>) {
        let (founder, newcomer) = two_equal();
        let held = newcomer.entries();
        let reference = founder.case("ce qui manque");
        let new: Vec<Vec<u8>> = founder.entries().into_iter().filter(|bytes| !held.contains(bytes)).collect();
        let bare: Vec<Vec<u8>> = new.iter().map(|bytes| stripped(bytes, &[0, 1, 2, 3])).collect();
        let done =
            crate::log::admission::ingest(&newcomer.log, &bare, Some(founder.log.device), NOW).expect("ingested");
        assert_eq!(done.accepted as usize, new.len());
        (founder, newcomer, reference, new)
    }

    #[test]
    fn a_case_known_by_its_headers_is_shown_once_its_sections_have_come() {
        let (founder, newcomer, reference, new) = known_by_header();
        let finds =
            || newcomer.act(|log, reader| crate::list::find_case(log, &log.shared(), reader, &reference).map(|_| ()));
        assert_eq!(finds().expect_err("nothing of it can be read").code, "ref_not_found");
        assert_eq!(newcomer.log.store.read().expect("readable").gaps().expect("readable").len(), new.len());
        let source = Source { from: Some(founder.log.device), scope: None };
        let mut sections: Vec<SectionsOf> = new.iter().map(|bytes| sections_of(bytes)).collect();
        // a byte altered on the way is refused, and nothing else suffers
        let mut bad = sections.clone();
        bad.iter_mut().for_each(|of| of.sections[0].1[0] ^= 1);
        let done = fill_from(&newcomer.log, &bad, source, NOW).expect("handled");
        assert!(done.refused.len() == bad.len() && done.refused.iter().all(|r| r.code == "section_hash"));
        sections.reverse();
        let done = fill_from(&newcomer.log, &sections, source, NOW).expect("filled");
        assert!(done.filled > 0 && done.refused.is_empty());
        assert!(newcomer.log.store.read().expect("readable").gaps().expect("readable").is_empty());
        assert!(newcomer.read(&reference).contains("ce qui manque"));
        assert_eq!(fill_from(&newcomer.log, &sections, source, NOW).expect("no fault").filled, 0, "twice is once");
        assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    }

    #[test]
    fn an_entry_that_comes_again_whole_fills_what_was_missing() {
        let (founder, newcomer, reference, new) = known_by_header();
        let done = crate::log::admission::ingest(&newcomer.log, &new, Some(founder.log.device), NOW).expect("ingested");
        assert_eq!((done.accepted, done.known as usize), (0, new.len()));
        assert!(newcomer.read(&reference).contains("ce qui manque"));
        assert!(newcomer.log.store.read().expect("readable").gaps().expect("readable").is_empty());
    }

    #[test]
    fn a_list_asked_for_before_a_fill_has_been_told_of_is_right() {
        let (_founder, newcomer, reference, new) = known_by_header();
        // what is known of the case is kept built
        newcomer.act(|log, reader| crate::cases::digest(log, &log.shared(), reader).map(drop)).expect("read");
        // as a fill leaves it once it is durable, before `sections_changed`
        let fill = |tx: &mut Tx<'_>| {
            for bytes in &new {
                let entry = Entry::decode(bytes).expect("an entry");
                tx.replace_entry_bytes(&entry.id(), bytes)?;
                tx.touch_doc(&entry.header().scope, &entry.header().doc)?;
            }
            Ok::<_, Failure>(())
        };
        newcomer.log.store.write(fill).expect("filled");
        let finds =
            || newcomer.act(|log, reader| crate::list::find_case(log, &log.shared(), reader, &reference).map(|_| ()));
        finds().expect("it is listed");
        newcomer.log.sections_changed();
        finds().expect("and stays so");
    }
}
