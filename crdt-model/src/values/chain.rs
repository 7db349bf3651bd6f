//! The name of a chain of entries.

use crate::cbor::{Canonical, CborError, Reader, ReaderExt, Writer, WriterExt};
use crate::values::{DeviceId, Incarnation};

/// Names a chain inside a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainKey {
    /// The device that writes it.
    pub device: DeviceId,
    /// Which life of that device's store.
    pub incarnation: Incarnation,
}

impl Canonical for ChainKey {
    fn write(&self, w: &mut Writer) {
        w.arr(2).bstr(&self.device.0).bstr(&self.incarnation.0);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(2)?;
        Ok(Self { device: DeviceId(r.fixed()?), incarnation: Incarnation(r.fixed()?) })
    }
}
