//! A handshake with whatever the peer says. First byte: our role, whether we are a newcomer. Then frames.

use crdt_model::sync::handshake::{
    Handshake, JOIN_BYTES_MAX, Local, MESSAGE_BYTES_MAX, NewcomerFault, PeerPolicy, Role, Standing,
};
use crdt_model::values::DeviceId;
use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::{Seed, joined, pieces, vectors};

/// One member, one suspended, one thrown out; a Join of three letters names its device.
struct Policy;

fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

impl PeerPolicy for Policy {
    fn key(&self, device: &DeviceId) -> Option<VerifyingKey> {
        matches!(device.0[0], 1..=3).then(|| key(device.0[0]).verifying_key())
    }

    fn admit_newcomer(&self, join: &[u8]) -> Result<(DeviceId, VerifyingKey), NewcomerFault> {
        match join {
            [n, b'o', b'k'] => Ok((DeviceId([*n; 16]), key(*n).verifying_key())),
            _ => Err(NewcomerFault::UnknownInvite),
        }
    }

    fn standing(&self, device: &DeviceId) -> Standing {
        match device.0[0] {
            1 => Standing::Member,
            2 => Standing::MembershipOnly,
            _ => Standing::Refused,
        }
    }
}

fn local(n: u8, role: Role, newcomer: bool, join: Option<Vec<u8>>) -> Local {
    let (i, r) = (b"transport i".to_vec(), b"transport r".to_vec());
    let (local_peer, remote_peer) = if role == Role::Initiator { (i, r) } else { (r, i) };
    let device = DeviceId([n; 16]);
    Local { device, key: key(n), membership: [n; 32], join, newcomer, local_peer, remote_peer }
}

fn side(choice: u8) -> Handshake {
    let role = if choice & 1 == 0 { Role::Initiator } else { Role::Responder };
    Handshake::new(role, local(9, role, choice & 2 != 0, None), [0xA1; 32])
}

/// It ends at most once, says no more than a message, and lets nobody in who did not sign.
pub fn run(data: &[u8]) {
    let Some((choice, frames)) = data.split_first() else { return };
    let mut handshake = side(*choice);
    assert!(handshake.first().len() <= MESSAGE_BYTES_MAX);
    let mut over = false;
    for frame in pieces(frames) {
        let outcome = handshake.handle(frame, &Policy);
        assert!(!over || (outcome.send.is_none() && outcome.done.is_none()), "it says something after its end");
        assert!(outcome.send.is_none_or(|frame| frame.len() <= MESSAGE_BYTES_MAX + JOIN_BYTES_MAX));
        if let Some(end) = outcome.done {
            over = true;
            if let Ok(mut peer) = end {
                assert!(peer.verified || choice & 2 != 0, "only a newcomer goes on with whom it cannot know");
                let confirmed = peer.confirm(&Policy).is_ok();
                assert!(!confirmed || peer.verified);
                let _ = peer.require_member();
            }
        }
    }
}

/// What the peer says in honest handshakes of each kind, and the vectors.
pub fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (label, n, join) in
        [("member", 1, None), ("suspended", 2, None), ("refused", 3, None), ("joins", 5, Some(vec![5, b'o', b'k']))]
    {
        for choice in 0..4 {
            let mut us = side(choice);
            let role = if choice & 1 == 0 { Role::Responder } else { Role::Initiator };
            let mut peer = Handshake::new(role, local(n, role, false, join.clone()), [0xB2; 32]);
            let mut said = vec![peer.first()];
            // the peer knows us as a newcomer whose Join it never saw: what it sends before it refuses is enough
            if let Some(proof) = peer.handle(&us.first(), &Policy).send {
                said.push(proof);
            } else if let Some(proof) = us.handle(&said[0], &Policy).send {
                said.extend(peer.handle(&proof, &Policy).send);
            }
            seeds.push((format!("{label}-{choice}"), [vec![choice], joined(said.iter().map(Vec::as_slice))].concat()));
        }
    }
    for side in ["initiator", "responder"] {
        let (nonce, proof) = (format!("nonce.{side}"), format!("proof.{side}"));
        let said = [vectors::field(vectors::HANDSHAKE, &nonce), vectors::field(vectors::HANDSHAKE, &proof)];
        seeds.push((format!("vector-{side}"), [vec![1], joined(said.iter().map(Vec::as_slice))].concat()));
    }
    seeds
}
