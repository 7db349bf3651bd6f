//! What this node would offer, as one hash that every line watches.
//!
//! It is computed once for all peers: after a commit, after a session, and now and then because own entries become old
//! enough to be released. A burst of commits shares an announcement; the first of them is not kept waiting for the others.

use crate::sync::release;
use std::sync::Arc;

use crdt_model::sync::news;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::session::{SessionContext, blocking};
use super::{Inner, limits};

/// The newest announcement, and who computes it.
#[derive(Debug)]
pub(super) struct Announcer {
    newest: watch::Sender<Option<[u8; 32]>>,
    /// One computes at a time: an older answer never replaces a newer one.
    turn: Mutex<()>,
    /// Something may have been released.
    nudged: Notify,
}

impl Announcer {
    pub(super) fn new() -> Self {
        Self { newest: watch::Sender::new(None), turn: Mutex::new(()), nudged: Notify::new() }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Option<[u8; 32]>> {
        self.newest.subscribe()
    }

    /// Has it computed soon: several who ask share one answer.
    pub(super) fn nudge(&self) {
        self.nudged.notify_one();
    }

    /// What would be offered now to a member, nobody having asked. `None` when the store cannot be read.
    pub(super) async fn refresh(&self, talk: &Arc<SessionContext>) -> Option<[u8; 32]> {
        let _turn = self.turn.lock().await;
        let speaker = Arc::clone(talk);
        let offered = blocking(move || {
            Ok(news::digest(&speaker.log.org, &release::would_offer(&speaker.log, &speaker.offer(true, false))?))
        });
        match offered.await {
            Ok(digest) => {
                self.newest.send_if_modified(|newest| newest.replace(digest) != Some(digest));
                Some(digest)
            }
            Err(failure) => {
                tracing::warn!(code = failure.code, "cannot tell what is new");
                None
            }
        }
    }
}

impl Inner {
    /// Keeps the announcement up to date; in passing notes when own entries were written, so that they are released in
    /// time, and writes what is owed to others once those who come before were waited for.
    pub(super) async fn proclaim(self: Arc<Self>) {
        let mut changed = self.log().changed();
        let mut stopping = self.stopping.subscribe();
        let mut looked = Instant::now();
        loop {
            if looked.elapsed() >= self.settings.every {
                looked = Instant::now();
                let talk = Arc::clone(&self.talk);
                if let Err(failure) = blocking(move || talk.look_again()).await {
                    tracing::warn!(code = failure.code, "cannot write what is owed to others");
                }
            }
            changed.borrow_and_update();
            let apart = Instant::now() + limits::NEWS_APART;
            self.announcer.refresh(&self.talk).await;
            tokio::select! {
                heard = changed.changed() => if heard.is_err() { return },
                () = self.announcer.nudged.notified() => {}
                () = sleep(self.settings.heartbeat) => continue,
                _ = stopping.changed() => return,
            }
            sleep(limits::DEBOUNCE).await;
            sleep_until(apart).await;
        }
    }
}
