//! One node of the story: its home, its runtime, who sits there.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use node::api::{Envelope, Reply, Request, RunOptions, Runtime, Secret};
use node::error::{Failure, IoOperation};

use crate::backend::Backend;

/// A node on loopback.
pub(super) struct NodeAt {
    runtime: Arc<dyn Runtime>,
    member: String,
    passphrase: Secret,
    /// Where it listens while it runs.
    address: Mutex<Option<String>>,
}

impl NodeAt {
    pub(super) fn open(backend: &dyn Backend, home: &Path, member: &str) -> Result<Self, Failure> {
        std::fs::create_dir_all(home).map_err(|error| Failure::io(IoOperation::Write, home, &error))?;
        Ok(Self {
            runtime: backend.runtime(home)?,
            member: member.to_owned(),
            // The organisation is thrown away; with `--keep` the phrase is printed. It protects nobody.
            passphrase: Secret::new("demonstration sans aucun secret".to_owned()),
            address: Mutex::new(None),
        })
    }

    pub(super) fn member(&self) -> &str {
        &self.member
    }

    pub(super) fn passphrase(&self) -> String {
        self.passphrase.expose().to_owned()
    }

    pub(super) fn ask(&self, request: Request) -> Reply {
        self.ask_as(&self.member, request)
    }

    pub(super) fn ask_as(&self, member: &str, request: Request) -> Reply {
        let (member, passphrase) = (Some(member.to_owned()), Some(self.passphrase.clone()));
        let envelope = Envelope { lang: "fr".to_owned(), member, passphrase, now_ms: None, request };
        self.runtime.handle(envelope, &mut |_| {})
    }

    /// Listens on loopback and nowhere else.
    pub(super) fn start(&self) -> Result<(), Failure> {
        let ready = self.runtime.start(&RunOptions {
            listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
            member: Some(self.member.clone()),
            passphrase: Some(self.passphrase.clone()),
            ..RunOptions::default()
        })?;
        let address = ready.listening.into_iter().next();
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
        Ok(())
    }

    /// Off the network; it still answers.
    pub(super) fn stop(&self) -> Result<(), Failure> {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.runtime.stop()
    }

    /// Reconciles until both sides hold the same.
    pub(super) fn sync_with(&self, other: &Self) -> Result<(), Failure> {
        let address = other.address.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let target = Some(address.ok_or_else(|| Failure::new("no_peer"))?);
        let done = self.ask(Request::Sync { target })?;
        let peers = done["peers"].as_array().map(Vec::as_slice).unwrap_or_default();
        if peers.is_empty() || peers.iter().any(|peer| peer["equal"] != true) {
            return Err(Failure::new("demo_failed").arg("step", "demo-synced"));
        }
        Ok(())
    }
}
