//! The keyring: every key a device must not lose, in one small file outside the store.
//!
//! ```text
//! passphrase ─ Argon2id ─▶ slot of that member ─┬▶ the member's own keys (signing, receiving, data)
//!                                               └▶ KEK ─▶ body: store key, device keys, network secret
//! key file ──────────────▶ its slot ───────────────▲
//! ```
//! The file is `keys.boucle`, described byte by byte in `docs/STORAGE.md`. It stands outside redb because redb keeps old
//! pages: keys that must die are overwritten here. It is written whole (beside, fsync, rename, fsync the directory).
//!
//! Any member of the device unlocks it; only that member's keys come out with it. Dropping [`MemberSecrets`] locks the
//! member and leaves the node syncing with the [`Keyring`]. A key file ([`UnattendedKey`]) unlocks it for a machine that
//! starts alone: the device's keys come out, and no member's. The process that holds the store open is the only one that
//! may write the file.
//!
//! **Incarnations.** A copied disk or a restored backup must not continue its old chains. Two things tell: [`Signs`] of
//! the machine and file, and a counter kept both here and in the store. See [`Keyring::check`] for the order of writes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crdt_model::cbor;
use crdt_model::values::{Incarnation, MemberId};
use zeroize::Zeroizing;

use crate::keys::memory;
use crate::store::{Entropy, MemberKey, StoreConfig, StoreId, StoreKey};

mod disk;
mod error;
mod file;
mod key_file;
mod passphrase;
mod signs;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use disk::fault;
pub use error::KeyringError;
pub use key_file::UnattendedKey;
pub use passphrase::{Cost, Passphrase, Weakness};
pub use signs::Signs;

use file::{Clear, KeyFile, KeyFileSlot, SLOTS_MAX, SealedKey, SealedKeys, Slot};

/// Name of the key-slot file in a node's home.
pub const KEYRING_FILE: &str = "keys.boucle";

/// 32 secret bytes. They stay at one place, kept out of swap where the system allows it, are erased from memory when
/// dropped, and never shown.
pub struct Secret(Box<Zeroizing<[u8; 32]>>);

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::new(*self.expose())
    }
}

impl Secret {
    /// Takes the bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let mut held = Box::new(Zeroizing::new([0; 32]));
        memory::keep_in_memory(&**held);
        held.copy_from_slice(bytes.as_slice());
        Self(held)
    }

    /// Draws a new secret.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Entropy`].
    pub fn draw(entropy: &Entropy) -> Result<Self, KeyringError> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy(bytes.as_mut_slice()).map_err(|source| KeyringError::Entropy { source })?;
        Ok(Self::new(*bytes))
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The keys of a device: a node holds them while it runs.
#[derive(Debug, Clone)]
pub struct DeviceSecrets {
    /// Opens the store file.
    pub store_key: StoreKey,
    /// Ed25519 secret: signs headers.
    pub device_ed: Secret,
    /// X25519 secret: receives wraps.
    pub device_x: Secret,
    /// The organisation's network secret.
    pub transport_psk: Secret,
}

/// The keys of a member: held while that member is unlocked.
#[derive(Debug, Clone)]
pub struct MemberSecrets {
    /// Who.
    pub member: MemberId,
    /// Ed25519 secret: signs layers.
    pub ed: Secret,
    /// X25519 secret: receives wraps.
    pub x: Secret,
    /// Seals this member's values in the store.
    pub data: Secret,
}

impl MemberSecrets {
    /// Access to the member's values in the store.
    pub fn store_access(&self) -> MemberKey {
        MemberKey::new(self.member, self.data.expose())
    }
}

/// What a new key-slot file is made of.
#[derive(Debug)]
pub struct NewKeyring<'a> {
    /// Which store it opens.
    pub store_id: StoreId,
    /// The first incarnation.
    pub incarnation: Incarnation,
    /// Signs of the machine and of the store, which exists by now.
    pub signs: Signs,
    /// The device's keys.
    pub device: DeviceSecrets,
    /// The first member's keys.
    pub member: &'a MemberSecrets,
    /// The first member's passphrase.
    pub passphrase: &'a Passphrase,
    /// What a try shall cost.
    pub cost: Cost,
}

/// Why a new incarnation is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IncarnationChange {
    /// The files are on another machine, or the store file is another one than before: copied, or put back.
    Copied {
        /// The machine is another.
        machine: bool,
        /// The store file is another.
        volume: bool,
        /// The key-slot file is another: an old copy was put in its place.
        keys: bool,
    },
    /// The store is older than the key-slot file: it was restored alone.
    Restored {
        /// Counter of the key-slot file.
        keys: u64,
        /// Counter of the store.
        store: u64,
    },
    /// The key-slot file is older than the store: it was restored alone.
    KeysRestored {
        /// Counter of the key-slot file.
        keys: u64,
        /// Counter of the store.
        store: u64,
    },
}

/// A key-slot file that was read but not opened. What it says is not authenticated yet.
pub struct LockedKeyring {
    path: PathBuf,
    file: KeyFile,
    /// Sign of the place the file lies in.
    found: [u8; 16],
}

impl std::fmt::Debug for LockedKeyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LockedKeyring").field("path", &self.path).finish_non_exhaustive()
    }
}

impl LockedKeyring {
    /// Reads the file and checks its form and the bounds of every slot's cost.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Missing`], [`KeyringError::Foreign`], [`KeyringError::Version`], [`KeyringError::Damaged`],
    /// [`KeyringError::CostRefused`], or a failure of the file system.
    pub fn read(path: &Path) -> Result<Self, KeyringError> {
        let (bytes, found) = disk::read(path)?;
        let path = path.to_owned();
        if !file::has_magic(&bytes) {
            return Err(KeyringError::Foreign { path });
        }
        if let Some(found) = file::version_of(&bytes).filter(|found| *found > file::VERSION) {
            return Err(KeyringError::Version { path, found, newest: file::VERSION });
        }
        let file: KeyFile = match cbor::decode(&bytes) {
            Ok(file) => file,
            Err(error) => return Err(KeyringError::Damaged { path, reason: error.to_string() }),
        };
        for slot in &file.slots {
            cost_of(slot, &path)?;
        }
        Ok(Self { path, file, found })
    }

    /// Which store it opens.
    pub fn store_id(&self) -> StoreId {
        self.file.clear.store_id
    }

    /// Who has a slot.
    pub fn members(&self) -> impl Iterator<Item = MemberId> + '_ {
        self.file.slots.iter().map(|slot| slot.member)
    }

    /// What a try of each slot's passphrase costs.
    pub fn costs(&self) -> impl Iterator<Item = Cost> + '_ {
        self.file.slots.iter().filter_map(|slot| cost_of(slot, &self.path).ok())
    }

    /// Raised once by every process that writes.
    pub fn counter(&self) -> u64 {
        self.file.clear.counter
    }

    /// The incarnation of this device it names.
    pub fn incarnation(&self) -> Incarnation {
        self.file.clear.incarnation
    }

    /// Opens the file with one member's passphrase. Without a `member` every slot is tried, at the cost of one derivation
    /// each.
    ///
    /// # Errors
    ///
    /// [`KeyringError::WrongPassphrase`], [`KeyringError::UnknownMember`], [`KeyringError::NotEnoughMemory`], or
    /// [`KeyringError::Damaged`] if the slot opens and the rest of the file does not belong to it.
    pub fn unlock(
        self,
        member: Option<MemberId>,
        passphrase: &Passphrase,
        entropy: Entropy,
    ) -> Result<(Keyring, MemberSecrets), KeyringError> {
        let (kek, secrets) = open_slot(&self.file, &self.path, member, passphrase)?;
        Ok((self.open_body(kek, entropy)?, secrets))
    }

    /// True if a machine that starts alone has a way in.
    pub fn has_key_file(&self) -> bool {
        self.file.key_file.is_some()
    }

    /// Opens the file with what was kept of it: the members whose slots are as they were. Nothing is derived.
    ///
    /// # Errors
    ///
    /// [`KeyringError::WrongPassphrase`] if nobody's slot is as it was, or [`KeyringError::Damaged`] as for
    /// [`unlock`](Self::unlock).
    pub fn reopen(self, kept: &Kept, entropy: Entropy) -> Result<(Keyring, Vec<MemberSecrets>), KeyringError> {
        let unchanged = kept.members.iter().filter(|(slot, _)| self.file.slots.contains(slot));
        let members: Vec<MemberSecrets> = unchanged.map(|(_, secrets)| secrets.clone()).collect();
        if members.is_empty() || kept.store_id != self.store_id() {
            return Err(KeyringError::WrongPassphrase);
        }
        Ok((self.open_body(kept.kek.clone(), entropy)?, members))
    }

    /// Opens the file with a key file: the device's keys, and no member's.
    ///
    /// # Errors
    ///
    /// [`KeyringError::ForeignKeyFile`], or [`KeyringError::Damaged`] as for [`unlock`](Self::unlock).
    pub fn unlock_unattended(self, key: &UnattendedKey, entropy: Entropy) -> Result<Keyring, KeyringError> {
        let store_id = self.store_id();
        let slot = self.file.key_file.as_ref().filter(|slot| slot.key_id == key.key_id && store_id == key.store_id);
        let opened = slot.and_then(|slot| {
            let aad = KeyFileSlot::aad(store_id, &slot.key_id);
            slot.sealed.open(&KeyFileSlot::key(store_id, &key.key), &aad)
        });
        let kek = Secret::new(*opened.ok_or(KeyringError::ForeignKeyFile)?);
        self.open_body(kek, entropy)
    }

    fn open_body(self, kek: Secret, entropy: Entropy) -> Result<Keyring, KeyringError> {
        let Some(keys) = self.file.body.open(kek.expose(), &self.file.body_aad()) else {
            let reason = "the keys do not fit the slots or the counter: the file was altered".to_owned();
            return Err(KeyringError::Damaged { path: self.path, reason });
        };
        let device = DeviceSecrets {
            store_key: StoreKey::new(file::key_at(&keys, 0)),
            device_ed: Secret::new(file::key_at(&keys, 1)),
            device_x: Secret::new(file::key_at(&keys, 2)),
            transport_psk: Secret::new(file::key_at(&keys, 3)),
        };
        let Self { path, file, found } = self;
        Ok(Keyring { path, file, found, kek, device, entropy, destroyed: false })
    }
}

/// What opens a key-slot file again in the process that opened it once: for a while in which the file is let go. Erased
/// from memory when dropped.
pub struct Kept {
    store_id: StoreId,
    kek: Secret,
    members: Vec<(Slot, MemberSecrets)>,
}

/// An open key-slot file.
pub struct Keyring {
    path: PathBuf,
    file: KeyFile,
    /// Sign of the place the file lay in when it was read or last written.
    found: [u8; 16],
    kek: Secret,
    device: DeviceSecrets,
    entropy: Entropy,
    /// Nothing is ever written again.
    destroyed: bool,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring")
            .field("path", &self.path)
            .field("counter", &self.counter())
            .field("incarnation", &self.incarnation())
            .field("slots", &self.file.slots.len())
            .finish_non_exhaustive()
    }
}

impl Keyring {
    /// Makes a key-slot file with one member. Make the store first: its signs are recorded here.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Exists`], [`KeyringError::WeakPassphrase`], or a failure of entropy, memory or the file system.
    pub fn create(path: &Path, new: NewKeyring<'_>, entropy: Entropy) -> Result<Self, KeyringError> {
        if path.symlink_metadata().is_ok() {
            return Err(KeyringError::Exists { path: path.to_owned() });
        }
        let kek = Secret::draw(&entropy)?;
        let clear = Clear {
            store_id: new.store_id,
            counter: 0,
            incarnation: new.incarnation,
            signs: new.signs,
            file: [0; 16],
            joining: None,
        };
        let slot = make_slot(&clear, &kek, new.member, new.passphrase, new.cost, &entropy)?;
        let file = KeyFile { clear, slots: Vec::new(), key_file: None, body: SealedKeys::EMPTY };
        let mut keyring =
            Self { path: path.to_owned(), file, found: [0; 16], kek, device: new.device, entropy, destroyed: false };
        keyring.replace(|file| file.slots.push(slot), false)?;
        Ok(keyring)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The device's keys.
    pub fn device(&self) -> &DeviceSecrets {
        &self.device
    }

    /// What opens the store, with the system's defaults.
    pub fn store_config(&self) -> StoreConfig {
        let config = StoreConfig::new(self.store_id(), self.device.store_key.clone());
        StoreConfig { entropy: Arc::clone(&self.entropy), ..config }
    }

    /// Which store it opens.
    pub fn store_id(&self) -> StoreId {
        self.file.clear.store_id
    }

    /// Raised once by every process that writes.
    pub fn counter(&self) -> u64 {
        self.file.clear.counter
    }

    /// The present incarnation of this device.
    pub fn incarnation(&self) -> Incarnation {
        self.file.clear.incarnation
    }

    /// Who has a slot.
    pub fn members(&self) -> impl Iterator<Item = MemberId> + '_ {
        self.file.slots.iter().map(|slot| slot.member)
    }

    /// Opens another member's slot while the keyring is open.
    ///
    /// # Errors
    ///
    /// As [`LockedKeyring::unlock`].
    pub fn unlock_member(
        &self,
        member: Option<MemberId>,
        passphrase: &Passphrase,
    ) -> Result<MemberSecrets, KeyringError> {
        Ok(open_slot(&self.file, &self.path, member, passphrase)?.1)
    }

    /// Gives another member a slot, and notes that the rest of their coming is not written yet: end with
    /// [`joined`](Self::joined), or take it back with [`remove_member`](Self::remove_member). In between the power may fail.
    ///
    /// # Errors
    ///
    /// [`KeyringError::MemberExists`], [`KeyringError::SlotsFull`], [`KeyringError::WeakPassphrase`], or a failure of
    /// entropy, memory or the file system.
    pub fn add_member(
        &mut self,
        secrets: &MemberSecrets,
        passphrase: &Passphrase,
        cost: Cost,
    ) -> Result<(), KeyringError> {
        if self.members().any(|member| member == secrets.member) {
            return Err(KeyringError::MemberExists { member: secrets.member });
        }
        if self.file.slots.len() >= SLOTS_MAX {
            return Err(KeyringError::SlotsFull { max: SLOTS_MAX });
        }
        let slot = make_slot(&self.file.clear, &self.kek, secrets, passphrase, cost, &self.entropy)?;
        self.rewrite(|file| {
            file.slots.push(slot);
            file.clear.joining = Some(secrets.member);
        })
    }

    /// The member whose adding was begun and not ended.
    pub fn joining(&self) -> Option<MemberId> {
        self.file.clear.joining
    }

    /// The member who was being added is here for good. Nothing is written if nobody was.
    ///
    /// # Errors
    ///
    /// A failure of entropy or the file system.
    pub fn joined(&mut self) -> Result<(), KeyringError> {
        match self.joining() {
            Some(_) => self.rewrite(|file| file.clear.joining = None),
            None => Ok(()),
        }
    }

    /// Gives a key file a way in, in the place of any other. It leads to the device's keys and to no member's.
    ///
    /// # Errors
    ///
    /// [`KeyringError::ForeignKeyFile`] if it was made for another home, or a failure of entropy or the file system.
    pub fn admit_key_file(&mut self, key: &UnattendedKey) -> Result<(), KeyringError> {
        let store_id = self.store_id();
        if key.store_id != store_id {
            return Err(KeyringError::ForeignKeyFile);
        }
        let mut nonce = [0; 24];
        (self.entropy)(&mut nonce).map_err(|source| KeyringError::Entropy { source })?;
        let aad = KeyFileSlot::aad(store_id, &key.key_id);
        let sealed = SealedKey::seal(&KeyFileSlot::key(store_id, &key.key), nonce, &aad, self.kek.expose());
        let slot = KeyFileSlot { key_id: key.key_id, sealed };
        self.rewrite(|file| file.key_file = Some(slot))
    }

    /// True if a machine that starts alone has a way in.
    pub fn has_key_file(&self) -> bool {
        self.file.key_file.is_some()
    }

    /// What opens this file again for these members.
    pub fn keep(&self, members: Vec<MemberSecrets>) -> Kept {
        let with_slot = |secrets: MemberSecrets| {
            let slot = self.file.slots.iter().find(|slot| slot.member == secrets.member)?;
            Some((slot.clone(), secrets))
        };
        let members = members.into_iter().filter_map(with_slot).collect();
        Kept { store_id: self.store_id(), kek: self.kek.clone(), members }
    }

    /// Seals a member's slot under a new passphrase.
    ///
    /// # Errors
    ///
    /// As [`unlock_member`](Self::unlock_member) for the old one and [`add_member`](Self::add_member) for the new one.
    pub fn change_passphrase(
        &mut self,
        member: MemberId,
        old: &Passphrase,
        new: &Passphrase,
        cost: Cost,
    ) -> Result<(), KeyringError> {
        let secrets = self.unlock_member(Some(member), old)?;
        self.renew_slot(&secrets, new, cost)
    }

    /// Seals the slot of a member whose passphrase was tried already under a new one.
    ///
    /// # Errors
    ///
    /// As [`add_member`](Self::add_member), and [`KeyringError::UnknownMember`].
    pub fn renew_slot(&mut self, secrets: &MemberSecrets, new: &Passphrase, cost: Cost) -> Result<(), KeyringError> {
        let member = secrets.member;
        if !self.members().any(|held| held == member) {
            return Err(KeyringError::UnknownMember { path: self.path.clone(), member });
        }
        let slot = make_slot(&self.file.clear, &self.kek, secrets, new, cost, &self.entropy)?;
        self.rewrite(|file| {
            for held in file.slots.iter_mut().filter(|held| held.member == member) {
                *held = slot.clone();
            }
        })
    }

    /// Removes a member's slot, and with it that member's keys. What the member read stays read, and the KEK the member
    /// once had stays the KEK.
    ///
    /// # Errors
    ///
    /// [`KeyringError::UnknownMember`], [`KeyringError::LastMember`], or a failure of entropy or the file system.
    pub fn remove_member(&mut self, member: MemberId) -> Result<(), KeyringError> {
        if !self.members().any(|held| held == member) {
            return Err(KeyringError::UnknownMember { path: self.path.clone(), member });
        }
        if self.file.slots.len() == 1 {
            return Err(KeyringError::LastMember);
        }
        self.rewrite(|file| {
            file.slots.retain(|slot| slot.member != member);
            file.clear.joining = file.clear.joining.filter(|joining| *joining != member);
        })
    }

    /// Destroys the file as [`wipe`] does, whatever it has become meanwhile, and never writes it again. The keys in memory
    /// go with the last clone of them.
    ///
    /// # Errors
    ///
    /// As [`wipe`].
    pub fn destroy(&mut self) -> Result<(), KeyringError> {
        self.destroyed = true;
        wipe(&self.path)
    }

    /// Says if this device must go on under a new incarnation. Changes nothing.
    ///
    /// The counter is raised by the first write of a process, not by reading: first in the store, in the same batch as
    /// that write ([`Tx::set_keyring_counter`](crate::store::Tx::set_keyring_counter) to [`next_counter`](Self::next_counter)),
    /// then here ([`bump`](Self::bump)), and only then may anything be published. A store ahead by one is therefore a
    /// process that was cut off in between, having published nothing; a store behind was put back.
    ///
    /// Not noticed: a store put back that was saved by this very process run, onto the same inode; and machine and disk
    /// restored together, as virtual machines and snapshots of a file system are. A peer that shows our own chain ahead of
    /// us tells those.
    pub fn check(&self, signs: &Signs, store_counter: u64) -> Option<IncarnationChange> {
        let held = &self.file.clear.signs;
        let (machine, volume) = (held.machine != signs.machine, held.volume != signs.volume);
        let keys = self.counter();
        if store_counter < keys {
            return Some(IncarnationChange::Restored { keys, store: store_counter });
        }
        let moved = self.file.clear.file != self.found;
        if machine || volume || moved {
            return Some(IncarnationChange::Copied { machine, volume, keys: moved });
        }
        if store_counter - keys > 1 {
            return Some(IncarnationChange::KeysRestored { keys, store: store_counter });
        }
        None
    }

    /// The counter that the first write of this process sets.
    pub fn next_counter(&self, store_counter: u64) -> u64 {
        self.counter().max(store_counter).saturating_add(1)
    }

    /// Records, durably, that the store's counter is `counter` now.
    ///
    /// # Errors
    ///
    /// [`KeyringError::CounterBack`] unless it rises, or a failure of entropy or the file system.
    pub fn bump(&mut self, counter: u64) -> Result<(), KeyringError> {
        self.check_rises(counter)?;
        self.rewrite(|file| file.clear.counter = counter)
    }

    /// The first half of [`bump`](Self::bump): the new file is durable beside the old one. Done before the batch in the
    /// store, so that a full disk refuses the whole act and not its last step.
    ///
    /// # Errors
    ///
    /// As [`bump`](Self::bump).
    pub fn stage_bump(&self, counter: u64) -> Result<StagedBump, KeyringError> {
        self.check_rises(counter)?;
        let (next, staged) = self.stage(|file| file.clear.counter = counter, true)?;
        Ok(StagedBump { held: self.file.body.clone(), next, staged, counter })
    }

    /// The second half: the new file takes the place of the old one. If the file was changed in between, that change
    /// stays and the counter is raised in it.
    ///
    /// # Errors
    ///
    /// As [`bump`](Self::bump).
    pub fn finish_bump(&mut self, bump: StagedBump) -> Result<(), KeyringError> {
        if bump.held != self.file.body {
            return self.bump(bump.counter);
        }
        self.take_over(bump.next, bump.staged.commit())
    }

    /// Records a new incarnation with the signs it lives under. The store's counter was set to `counter` before, as for
    /// [`bump`](Self::bump).
    ///
    /// # Errors
    ///
    /// As [`bump`](Self::bump).
    pub fn renew(&mut self, incarnation: Incarnation, signs: Signs, counter: u64) -> Result<(), KeyringError> {
        self.check_rises(counter)?;
        self.rewrite(|file| {
            file.clear.incarnation = incarnation;
            file.clear.signs = signs;
            file.clear.counter = counter;
        })
    }

    fn check_rises(&self, counter: u64) -> Result<(), KeyringError> {
        let held = self.counter();
        if counter > held { Ok(()) } else { Err(KeyringError::CounterBack { held, asked: counter }) }
    }

    /// Changes the file and seals the body anew under a fresh nonce. Memory follows the disk, never the other way.
    fn rewrite(&mut self, change: impl FnOnce(&mut KeyFile)) -> Result<(), KeyringError> {
        self.replace(change, true)
    }

    fn replace(&mut self, change: impl FnOnce(&mut KeyFile), replaces: bool) -> Result<(), KeyringError> {
        let (next, staged) = self.stage(change, replaces)?;
        self.take_over(next, staged.commit())
    }

    fn take_over(&mut self, next: KeyFile, done: disk::Committed) -> Result<(), KeyringError> {
        if done.in_place {
            self.found = next.clear.file;
            self.file = next;
        }
        done.result
    }

    fn stage(
        &self,
        change: impl FnOnce(&mut KeyFile),
        replaces: bool,
    ) -> Result<(KeyFile, disk::Staged), KeyringError> {
        if self.destroyed {
            return Err(KeyringError::Missing { path: self.path.clone() });
        }
        let mut next = self.file.clone();
        change(&mut next);
        let mut nonce = [0; 24];
        (self.entropy)(&mut nonce).map_err(|source| KeyringError::Entropy { source })?;
        let device = &self.device;
        let keys = file::join([
            device.store_key.expose(),
            device.device_ed.expose(),
            device.device_x.expose(),
            device.transport_psk.expose(),
        ]);
        let staged = disk::stage(
            &self.path,
            |sign| {
                next.clear.file = sign;
                next.body = SealedKeys::seal(self.kek.expose(), nonce, &next.body_aad(), &keys);
                cbor::encode(&next)
            },
            replaces,
        )?;
        Ok((next, staged))
    }
}

/// A raised counter that is durable and not yet in force.
pub struct StagedBump {
    /// The sealed body it was made from: fresh with every change of the file.
    held: SealedKeys,
    next: KeyFile,
    staged: disk::Staged,
    counter: u64,
}

impl StagedBump {
    /// For when what it was to count has not happened.
    pub fn discard(self) {
        self.staged.discard();
    }
}

/// Destroys a key-slot file and what is left of its replacement: overwrites, truncates, removes. On flash a laboratory may find the old bytes; they are still
/// under Argon2id. A missing file is fine.
///
/// # Errors
///
/// A failure of the file system; the file is removed even when overwriting it failed.
pub fn wipe(path: &Path) -> Result<(), KeyringError> {
    disk::destroy(path)
}

fn cost_of(slot: &Slot, path: &Path) -> Result<Cost, KeyringError> {
    Cost::new(slot.memory_kib, slot.passes, slot.lanes).ok_or_else(|| KeyringError::CostRefused {
        path: path.to_owned(),
        memory_kib: slot.memory_kib,
        passes: slot.passes,
        lanes: slot.lanes,
    })
}

/// Tries the slots of `member`, or all: with the passphrase as it is meant, then as it was typed, for slots made before
/// passphrases were composed.
fn open_slot(
    file: &KeyFile,
    path: &Path,
    member: Option<MemberId>,
    passphrase: &Passphrase,
) -> Result<(Secret, MemberSecrets), KeyringError> {
    match (try_slots(file, path, member, passphrase), passphrase.as_typed()) {
        (Err(KeyringError::WrongPassphrase), Some(typed)) => try_slots(file, path, member, &typed),
        (tried, _) => tried,
    }
}

fn try_slots(
    file: &KeyFile,
    path: &Path,
    member: Option<MemberId>,
    passphrase: &Passphrase,
) -> Result<(Secret, MemberSecrets), KeyringError> {
    let mut tried = false;
    for slot in file.slots.iter().filter(|slot| member.is_none_or(|member| slot.member == member)) {
        tried = true;
        let key = passphrase.derive(cost_of(slot, path)?, &slot.salt)?;
        if let Some(keys) = slot.sealed.open(&key, &slot.aad(file.clear.store_id)) {
            let secrets = MemberSecrets {
                member: slot.member,
                ed: Secret::new(file::key_at(&keys, 1)),
                x: Secret::new(file::key_at(&keys, 2)),
                data: Secret::new(file::key_at(&keys, 3)),
            };
            return Ok((Secret::new(file::key_at(&keys, 0)), secrets));
        }
    }
    match member {
        Some(member) if !tried => Err(KeyringError::UnknownMember { path: path.to_owned(), member }),
        _ => Err(KeyringError::WrongPassphrase),
    }
}

fn make_slot(
    clear: &Clear,
    kek: &Secret,
    secrets: &MemberSecrets,
    passphrase: &Passphrase,
    cost: Cost,
    entropy: &Entropy,
) -> Result<Slot, KeyringError> {
    passphrase.check().map_err(KeyringError::WeakPassphrase)?;
    let (mut salt, mut nonce) = ([0; 16], [0; 24]);
    for out in [&mut salt[..], &mut nonce] {
        entropy(out).map_err(|source| KeyringError::Entropy { source })?;
    }
    let mut slot = Slot {
        member: secrets.member,
        memory_kib: cost.memory_kib().into(),
        passes: cost.passes().into(),
        lanes: cost.lanes().into(),
        salt,
        sealed: SealedKeys::EMPTY,
    };
    let key = passphrase.derive(cost, &salt)?;
    let keys = file::join([kek.expose(), secrets.ed.expose(), secrets.x.expose(), secrets.data.expose()]);
    slot.sealed = SealedKeys::seal(&key, nonce, &slot.aad(clear.store_id), &keys);
    Ok(slot)
}
