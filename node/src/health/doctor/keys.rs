//! The key-slot file as it lies there, without opening it; and whether keys could reach the disk.

use std::path::Path;

use super::Finding;
use crate::keys::keyring::{Cost, KEYRING_FILE, KeyringError, LockedKeyring};

pub(super) fn keys(home: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    match LockedKeyring::read(&home.join(KEYRING_FILE)) {
        Ok(keyring) => {
            let cheapest = keyring.costs().min_by_key(|cost| u64::from(cost.memory_kib()) * u64::from(cost.passes()));
            let slots = keyring.members().count();
            if let Some(cost) = cheapest {
                let usual = Cost::default();
                let cheap = cost.memory_kib() < usual.memory_kib() || cost.passes() < usual.passes();
                let finding = match cheap {
                    true => Finding::warn("keys_cheap"),
                    false => Finding::ok("keys_ok").arg("slots", slots),
                };
                found.push(finding.arg("mib", cost.memory_kib() >> 10).arg("passes", cost.passes()));
            }
            let incarnation: String = keyring.incarnation().to_string().chars().take(4).collect();
            let counted = Finding::ok("keys_incarnation").arg("incarnation", incarnation);
            found.push(counted.arg("counter", keyring.counter()));
        }
        Err(KeyringError::Missing { .. }) => {}
        Err(KeyringError::Version { .. }) => found.push(Finding::bad("keys_too_new")),
        Err(KeyringError::Io { .. }) => found.push(Finding::bad("keys_unreadable")),
        Err(_) => found.push(Finding::bad("keys_damaged")),
    }
    found.extend(memory());
    found
}

/// What keeps keys in memory out of files, of which this process can tell.
fn memory() -> Vec<Finding> {
    let hygiene = crate::keys::memory::in_force();
    let exposed = !hygiene.core_dumps_off || hygiene.unreadable == Some(false);
    let mut found = vec![if exposed { Finding::warn("keys_dumpable") } else { Finding::ok("keys_not_dumpable") }];
    if hygiene.keys_refused > 0 && hygiene.swap != Some(false) {
        found.push(Finding::warn("keys_in_swap"));
    }
    found
}
