//! Messages that another program brought, added to the case of whoever sent them.

use crate::case::facts::{FactId, FactKind, InteractionFact, TextFact};
use crate::edit::act::Act;
use crate::edit::draft::known;
use crate::edit::verbs::said;
use crate::edit::{EditRefusal, GivenMessage};

/// Writes them under an id that follows from what tells them apart: brought twice, they are one note.
pub(super) fn message(act: &mut Act<'_>, message: &GivenMessage) -> Result<(), EditRefusal> {
    act.known_code("interactions", "channel", &message.channel)?;
    let text = said("notes", &message.text)?;
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 fact id of messages v1");
    for key in &message.keys {
        hasher.update(&(key.len() as u64).to_be_bytes()).update(key.as_bytes());
    }
    let mut id = [0; 8];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    let id = FactId(id);
    let fact = InteractionFact {
        at_ms: message.at_ms,
        channel: Some(message.channel.clone()),
        inward: message.inward,
        purpose: "follow_up".to_owned(),
        outcome: "answered".to_owned(),
        language: None,
        ended_ms: None,
        first_contact: false,
    };
    act.draft.fact(FactKind::Interaction, id, &fact)?;
    act.draft.fact(FactKind::Note, id, &TextFact { text })?;
    let mut ids = message.keys.iter().map(|key| format!("{}:{key}", message.channel));
    ids.try_for_each(|element| act.draft.element(known("external_ids"), &element, true))
}
