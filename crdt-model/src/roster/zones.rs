//! In which zone each site counts days and weeks.
//!
//! A site's zone is what the newest entry says that names one; of several that do not know of each other the lowest entry
//! id. A site that names none, or one that the rules of this program do not have, counts as the site above it; the root
//! without one in UTC.

use std::collections::BTreeMap;

use super::reach::DEPTH_MAX;
use super::{Record, Roster, VoidReason};
use crate::taxonomy::Capabilities;
use crate::values::EntryId;
use crate::zone::{Zone, is_zone_name};

/// By site, the entries that count and that no other one of the site has in its past.
#[derive(Debug, Clone, Default)]
pub(super) struct SiteZones(BTreeMap<String, BTreeMap<EntryId, String>>);

impl SiteZones {
    fn of(&self, site: &str) -> Option<&str> {
        self.0.get(site)?.values().next().map(String::as_str)
    }
}

impl Roster {
    /// Whoever makes sites says in which zone those in their reach count.
    pub(super) fn apply_zone(&mut self, record: &Record, site: &str, zone: &str) -> Result<(), VoidReason> {
        let past = &self.past;
        let known = |entry: &EntryId| past.contains(&record.id, entry);
        self.require(record, |author| author.capabilities.contains(Capabilities::MANAGE_ORG))?;
        if !self.knows_site(&record.id, site) {
            return Err(VoidReason::UnknownSubject);
        }
        if self.device_rank(&record.header.device, Capabilities::MANAGE_ORG, site, known).is_none() {
            return Err(VoidReason::NotInReach);
        }
        if !is_zone_name(zone) {
            return Err(VoidReason::Value);
        }
        let said = self.zones.0.entry(site.to_owned()).or_default();
        said.retain(|entry, _| !past.contains(&record.id, entry));
        said.insert(record.id, zone.to_owned());
        Ok(())
    }

    /// The zone that a site itself was given, whether or not this program knows it.
    pub fn zone_said(&self, site: &str) -> Option<&str> {
        self.zones.of(site)
    }

    /// The zone in which a site counts days and weeks.
    pub fn zone_of(&self, site: &str) -> Zone {
        let mut site = site;
        for _ in 0..DEPTH_MAX {
            if let Some(zone) = self.zone_said(site).and_then(Zone::named) {
                return zone;
            }
            match self.sites.get(site).and_then(|site| site.op.parent.as_deref()) {
                Some(parent) => site = parent,
                None => break,
            }
        }
        // what hangs nowhere counts as the organisation does
        self.founding
            .as_ref()
            .and_then(|founding| self.zone_said(&founding.site))
            .and_then(Zone::named)
            .unwrap_or(Zone::UTC)
    }

    /// The zone of the root site: in which the organisation as a whole counts.
    pub fn org_zone(&self) -> Zone {
        self.founding.as_ref().map_or(Zone::UTC, |founding| self.zone_of(&founding.site))
    }

    /// Sites whose zone this program does not know, and the zone.
    pub fn unknown_zones(&self) -> impl Iterator<Item = (&str, &str)> {
        let said = self.zones.0.keys().filter_map(|site| Some((site.as_str(), self.zone_said(site)?)));
        said.filter(|(_, zone)| Zone::named(zone).is_none())
    }
}
