//! Pages are checked as they are read, before redb trusts them.
//!
//! redb keeps a checksum of each page in the page above it, and of the two uppermost in the header, but compares them only
//! when it repairs a file. A page that a failing card or a hand altered makes it find nothing where something is, panic, or
//! panic once more while unwinding, which aborts the process. [`CheckedFile`] stands below redb's cache: it learns from
//! each page that is as it should be what the pages below must be, and answers the read of any other with an error. Rows
//! that are missed and panics then become [`StoreError::Damaged`](super::StoreError::Damaged).
//!
//! A page that this process wrote is expected to come back as it was written. What is remembered costs some 40 bytes a
//! page seen. The form of header and pages is that of redb's file format 3 (its `docs/design.md`); of any other version
//! nothing is learned and every page passes.

use std::collections::HashMap;
use std::io;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use redb::{BackendError, StorageBackend};
use twox_hash::xxhash3_128::Hasher;

const PAGE: u64 = 4096;
const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";
const HEADER_LEN: usize = 320;
const FORMAT: u8 = 3;
const LEAF: u8 = 1;
const BRANCH: u8 = 2;
/// Stands in the page above while a page is still being changed.
const NOT_YET: u128 = 999;
const SUM_LEN: usize = 16;
const NUMBER_LEN: usize = 8;

/// Lengths of the keys and values of a tree; `None` where each has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lengths {
    key: Option<usize>,
    value: Option<usize>,
}

/// Which tree a page belongs to: the place of its lengths in [`Known::trees`]. The first is the tree of tables.
type Tree = u8;
const TABLES: Tree = 0;

/// What a page must be.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// All of it, as this process wrote it.
    Written(u64),
    /// What is in use of it, as the page above says.
    Below(u64, Tree),
}

/// The geometry of the file.
#[derive(Debug, Clone, Copy, Default)]
struct Regions {
    header_pages: u64,
    data_pages: u64,
}

/// What is known of the file so far.
#[derive(Debug)]
struct Known {
    /// By number of its first 4096 bytes in the file: length in such pages, and what is expected.
    pages: HashMap<u32, (u32, Expected)>,
    trees: Vec<Lengths>,
    regions: Regions,
    /// False while redb may have to go back to the commit before the last: then an altered page is its to find.
    strict: bool,
}

/// A storage backend that gives redb no page other than what was written.
#[derive(Debug)]
pub(super) struct CheckedFile<B> {
    file: B,
    known: Mutex<Known>,
}

impl<B: StorageBackend> CheckedFile<B> {
    pub(super) fn new(file: B) -> Self {
        let trees = vec![Lengths { key: None, value: None }];
        let known = Known { pages: HashMap::new(), trees, regions: Regions::default(), strict: true };
        Self { file, known: Mutex::new(known) }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: StorageBackend> StorageBackend for CheckedFile<B> {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)?;
        if self.known().accepts(offset, out) {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "a page is not what was written"))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let done = self.file.write(offset, data);
        self.known().wrote(offset, data, done.is_ok());
        done
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

impl Known {
    /// Whether redb may have this page; what it says of the pages below is learned.
    fn accepts(&mut self, offset: u64, page: &[u8]) -> bool {
        if offset == 0 {
            self.learn_header(page);
            return true;
        }
        let Some((length, expected)) = self.pages.get(&number(offset)).copied() else { return true };
        if u64::from(length) * PAGE != page.len() as u64 {
            return true;
        }
        match expected {
            Expected::Written(sum) => sum_of(page) == sum,
            Expected::Below(sum, tree) => {
                let used = used(page, self.trees[usize::from(tree)]).and_then(|end| page.get(..end));
                let is_right = used.is_some_and(|used| sum_of(used) == sum);
                if is_right {
                    self.learn_below(page, tree);
                }
                is_right || !self.strict
            }
        }
    }

    /// Remembers what was written; a write that failed may have left anything.
    fn wrote(&mut self, offset: u64, data: &[u8], done: bool) {
        if offset == 0 {
            return;
        }
        if done {
            let length = (data.len() as u64 / PAGE) as u32;
            self.pages.insert(number(offset), (length, Expected::Written(sum_of(data))));
        } else {
            self.pages.remove(&number(offset));
        }
    }

    /// The two uppermost pages of the last commit, from the file's header.
    fn learn_header(&mut self, header: &[u8]) -> Option<()> {
        let flags = *header.get(..HEADER_LEN).filter(|header| header.starts_with(MAGIC))?.get(MAGIC.len())?;
        let (primary, recovery, two_phase) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
        // in two phases the last commit is whole before it is called the last
        self.strict = !recovery || two_phase;
        self.regions = Regions { header_pages: u32_at(header, 16)?.into(), data_pages: u32_at(header, 20)?.into() };
        let slot = header.get(64 + 128 * usize::from(primary)..)?.get(..128)?;
        let is_whole = u128_at(slot, 112)? == Hasher::oneshot(slot.get(..112)?);
        if slot.first() != Some(&FORMAT) || !is_whole {
            return None;
        }
        for (has_root, root) in [(1, 8), (2, 40)] {
            if slot.get(has_root) != Some(&0) {
                self.expect(u64_at(slot, root)?, u128_at(slot, root + NUMBER_LEN)?, TABLES);
            }
        }
        Some(())
    }

    /// What the page says of the pages below it.
    fn learn_below(&mut self, page: &[u8], tree: Tree) -> Option<()> {
        let count = usize::from(u16_at(page, 2)?);
        match *page.first()? {
            BRANCH => {
                let numbers = 8 + SUM_LEN * (count + 1);
                for child in 0..=count {
                    let at = u64_at(page, numbers + NUMBER_LEN * child)?;
                    self.expect(at, u128_at(page, 8 + SUM_LEN * child)?, tree);
                }
            }
            LEAF if tree == TABLES => {
                let ends = 4 + 4 * count;
                let mut start = u32_at(page, ends - 4)? as usize;
                for row in 0..count {
                    let end = u32_at(page, ends + 4 * row)? as usize;
                    self.learn_table(page.get(start..end)?);
                    start = end;
                }
            }
            _ => {}
        }
        Some(())
    }

    /// The uppermost page of a table, from its row in the tree of tables.
    fn learn_table(&mut self, row: &[u8]) -> Option<()> {
        const NORMAL: u8 = 3;
        let fixed = |flag: usize| -> Option<Option<usize>> {
            let length = u32_at(row, flag + 1)? as usize;
            Some((*row.get(flag)? != 0).then_some(length))
        };
        let lengths = Lengths { key: fixed(42)?, value: fixed(47)? };
        if row.first() != Some(&NORMAL) || *row.get(9)? == 0 {
            return None;
        }
        let same = self.trees.iter().skip(1).position(|known| *known == lengths).map(|at| at + 1);
        let tree = same.unwrap_or_else(|| {
            self.trees.push(lengths);
            self.trees.len() - 1
        });
        self.expect(u64_at(row, 10)?, u128_at(row, 18)?, Tree::try_from(tree).ok()?);
        Some(())
    }

    /// Remembers what a page must be, unless this process wrote it.
    fn expect(&mut self, page_number: u64, sum: u128, tree: Tree) {
        let order = page_number >> 59;
        let (index, region) = (page_number & (0x000f_ffff_u64 >> order), (page_number >> 20) & 0x000f_ffff);
        let region_pages = self.regions.header_pages + self.regions.data_pages;
        let first = 1 + region * region_pages + self.regions.header_pages + (index << order);
        let (Ok(first), Ok(length)) = (u32::try_from(first), u32::try_from(1_u64 << order)) else { return };
        if sum != NOT_YET {
            self.pages.entry(first).or_insert((length, Expected::Below(sum as u64, tree)));
        }
    }
}

/// How much of a page is in use: what its checksum is of.
fn used(page: &[u8], lengths: Lengths) -> Option<usize> {
    let count = usize::from(u16_at(page, 2)?);
    let last = count.checked_sub(1)?;
    match *page.first()? {
        LEAF => {
            let starts = |length: Option<usize>| if length.is_none() { 4 * count } else { 0 };
            let values = 4 + starts(lengths.key);
            let keys_end = match lengths.key {
                Some(key) => values + starts(lengths.value) + key * count,
                None => u32_at(page, 4 + 4 * last)? as usize,
            };
            Some(match lengths.value {
                Some(value) => keys_end + value * count,
                None => u32_at(page, values + 4 * last)? as usize,
            })
        }
        BRANCH => {
            let keys = 8 + (SUM_LEN + NUMBER_LEN) * (count + 1);
            Some(match lengths.key {
                Some(key) => keys + key * count,
                None => u32_at(page, keys + 4 * last)? as usize,
            })
        }
        _ => None,
    }
}

/// Half of the checksum: against accidents, not against hands, which the seals of the rows are for.
fn sum_of(bytes: &[u8]) -> u64 {
    Hasher::oneshot(bytes) as u64
}

fn number(offset: u64) -> u32 {
    // 16 TiB hold as many
    u32::try_from(offset / PAGE).unwrap_or(u32::MAX)
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

fn u128_at(bytes: &[u8], at: usize) -> Option<u128> {
    array_at(bytes, at).map(u128::from_le_bytes)
}
