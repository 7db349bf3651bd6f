use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn device(n: u8) -> DeviceId {
    DeviceId([n; 16])
}

/// A roster of devices 1, 2, 3…; a Join is the device's number and its invitation's.
#[derive(Default)]
struct Roster {
    known: BTreeMap<DeviceId, (VerifyingKey, Standing)>,
}

impl Roster {
    fn of(members: &[(u8, Standing)]) -> Self {
        Self { known: members.iter().map(|(n, s)| (device(*n), (key(*n).verifying_key(), *s))).collect() }
    }
}

impl PeerPolicy for Roster {
    fn key(&self, device: &DeviceId) -> Option<VerifyingKey> {
        self.known.get(device).map(|(key, _)| *key)
    }
    fn admit_newcomer(&self, join: &[u8]) -> Result<(DeviceId, VerifyingKey), NewcomerFault> {
        match join {
            [n, b'o', b'k'] => Ok((device(*n), key(*n).verifying_key())),
            [_, b'o', b'l', b'd'] => Err(NewcomerFault::InviteExpired),
            [_, b't', b'w', b'o'] => Err(NewcomerFault::InviteUsed),
            [_, b'f', b'a', b'r'] => Err(NewcomerFault::ForeignOrg),
            _ => Err(NewcomerFault::UnknownInvite),
        }
    }
    fn standing(&self, device: &DeviceId) -> Standing {
        self.known.get(device).map_or(Standing::Refused, |(_, standing)| *standing)
    }
}

fn local(n: u8, role: Role) -> Local {
    let (i, r) = (b"transport i".to_vec(), b"transport r".to_vec());
    let (local_peer, remote_peer) = if role == Role::Initiator { (i, r) } else { (r, i) };
    Local { device: device(n), key: key(n), membership: [n; 32], join: None, newcomer: false, local_peer, remote_peer }
}

type Ends = (Option<Result<Peer, HandshakeError>>, Option<Result<Peer, HandshakeError>>);

/// Runs both sides to the end, or until nothing moves. `tamper` sees each frame and who sent it.
fn run(i: Local, ri: &Roster, r: Local, rr: &Roster, mut tamper: impl FnMut(Role, usize, &mut Vec<u8>)) -> Ends {
    let mut sides = [
        (Handshake::new(Role::Initiator, i, [0xA1; 32]), ri, None),
        (Handshake::new(Role::Responder, r, [0xB2; 32]), rr, None),
    ];
    let mut wire: Vec<(usize, Vec<u8>)> = vec![(1, sides[0].0.first()), (0, sides[1].0.first())];
    let mut sent = 0;
    while !wire.is_empty() {
        let (to, mut frame) = wire.remove(0);
        tamper(if to == 1 { Role::Initiator } else { Role::Responder }, sent, &mut frame);
        sent += 1;
        let (handshake, roster, end) = &mut sides[to];
        let outcome = handshake.handle(&frame, *roster);
        if let Some(frame) = outcome.send {
            wire.push((1 - to, frame));
        }
        if end.is_none() {
            *end = outcome.done;
        }
    }
    let [(_, _, i), (_, _, r)] = sides;
    (i, r)
}

fn honest(_: Role, _: usize, _: &mut Vec<u8>) {}

fn told(end: Option<Result<Peer, HandshakeError>>) -> String {
    match end {
        Some(Err(HandshakeError::RefusedByPeer { code })) => format!("told {code}"),
        Some(Err(error)) => error.code().to_owned(),
        Some(Ok(peer)) => format!("{:?} {}", peer.standing, if peer.verified { "verified" } else { "unverified" }),
        None => "nothing".into(),
    }
}

fn met(i: Local, ri: &Roster, r: Local, rr: &Roster) -> (String, String) {
    let (i, r) = run(i, ri, r, rr, honest);
    (told(i), told(r))
}

#[test]
fn two_members_know_each_other() {
    let roster = Roster::of(&[(1, Standing::Member), (2, Standing::Member)]);
    let (i, r) = run(local(1, Role::Initiator), &roster, local(2, Role::Responder), &roster, honest);
    let (i, r) = (i.expect("over").expect("known"), r.expect("over").expect("known"));
    assert_eq!((i.device, r.device), (device(2), device(1)));
    assert_eq!(i.membership, [2; 32]);
    i.require_member().expect("a member");
    r.require_member().expect("a member");
}

#[test]
fn a_suspended_device_gets_the_membership_and_a_revoked_one_nothing() {
    let roster = Roster::of(&[(1, Standing::MembershipOnly), (2, Standing::Member), (3, Standing::Refused)]);
    let (_, r) = run(local(1, Role::Initiator), &roster, local(2, Role::Responder), &roster, honest);
    let peer = r.expect("over").expect("known");
    assert_eq!(peer.require_member().expect_err("suspended").code(), "suspended");
    let ends = met(local(3, Role::Initiator), &roster, local(2, Role::Responder), &roster);
    assert_eq!(ends, ("told void".into(), "void".into()));
}

#[test]
fn the_responder_names_itself_to_nobody_who_did_not_prove_a_known_device() {
    let members = Roster::of(&[(1, Standing::Member), (2, Standing::Member)]);
    let impostor = Local { key: key(9), ..local(1, Role::Initiator) };
    let stranger = local(7, Role::Initiator);
    for (who, here) in [(impostor, "bad_signature"), (stranger, "unknown_device")] {
        let mut from_responder = Vec::new();
        let (i, r) = run(who, &members, local(2, Role::Responder), &members, |role, _, frame| {
            if role == Role::Responder {
                from_responder.push(frame.clone());
            }
        });
        assert_eq!((told(i).as_str(), told(r).as_str()), ("told unknown_device", here));
        let said = from_responder.concat();
        assert!(!said.windows(16).any(|w| w == device(2).0), "its device id went out");
        assert_eq!(from_responder.len(), 2, "a nonce and a refusal");
    }
}

#[test]
fn a_newcomer_is_served_the_membership_on_a_live_invitation_alone() {
    let members = Roster::of(&[(2, Standing::Member)]);
    let nobody = Roster::default();
    let come = |join: &[u8]| {
        let join = Some([&[7], join].concat());
        let newcomer = Local { join, newcomer: true, ..local(7, Role::Initiator) };
        met(newcomer, &nobody, local(2, Role::Responder), &members)
    };
    assert_eq!(come(b"ok"), ("MembershipOnly unverified".into(), "MembershipOnly verified".into()));
    assert_eq!(come(b"old"), ("told invite_expired".into(), "invite_expired".into()));
    assert_eq!(come(b"two"), ("told invite_used".into(), "invite_used".into()));
    assert_eq!(come(b"far"), ("told foreign_org".into(), "foreign_org".into()));
    assert_eq!(come(b"?"), ("told unknown_invite".into(), "unknown_invite".into()));
    let stolen = Local { join: Some(b"\x08ok".to_vec()), newcomer: true, ..local(7, Role::Initiator) };
    let ends = met(stolen, &nobody, local(2, Role::Responder), &members);
    assert_eq!(ends, ("told unknown_device".into(), "bad_signature".into()));
    let renamed = Local { device: device(5), join: Some(b"\x07ok".to_vec()), ..local(7, Role::Initiator) };
    let ends = met(renamed, &nobody, local(2, Role::Responder), &members);
    assert_eq!(ends, ("told unknown_device".into(), "bad_signature".into()));
}

#[test]
fn a_member_that_calls_a_newcomer_is_served_too() {
    let members = Roster::of(&[(2, Standing::Member)]);
    let newcomer = Local { join: Some(b"\x07ok".to_vec()), newcomer: true, ..local(7, Role::Responder) };
    let ends = met(local(2, Role::Initiator), &members, newcomer, &Roster::default());
    assert_eq!(ends, ("MembershipOnly verified".into(), "MembershipOnly unverified".into()));
}

#[test]
fn a_newcomer_trusts_its_peer_only_once_the_membership_names_it_and_its_signature_holds() {
    let members = Roster::of(&[(2, Standing::Member)]);
    let newcomer = || Local { join: Some(b"\x07ok".to_vec()), newcomer: true, ..local(7, Role::Initiator) };
    let meet = |r: Local| {
        let roster = Roster { known: members.known.clone() };
        run(newcomer(), &Roster::default(), r, &roster, honest).0.expect("over").expect("accepted")
    };
    let mut honest_peer = meet(local(2, Role::Responder));
    assert_eq!(honest_peer.require_member().expect_err("not yet").code(), "unknown_device");
    assert_eq!(honest_peer.confirm(&Roster::default()).expect_err("no membership").code(), "unknown_device");
    honest_peer.confirm(&members).expect("named and signed");
    honest_peer.require_member().expect("a member");

    let mut liar = meet(Local { key: key(9), ..local(2, Role::Responder) });
    assert_eq!(liar.confirm(&members).expect_err("another's name").code(), "bad_signature");
    assert!(!liar.verified);
    let revoked = Roster::of(&[(2, Standing::Refused)]);
    assert_eq!(meet(local(2, Role::Responder)).confirm(&revoked).expect_err("revoked").code(), "void");
}

#[test]
fn nothing_signed_on_one_channel_serves_on_another() {
    let roster = Roster::of(&[(1, Standing::Member), (2, Standing::Member)]);
    // The responder's channel ends at somebody in the middle.
    let r = Local { remote_peer: b"transport m".to_vec(), ..local(2, Role::Responder) };
    let ends = met(local(1, Role::Initiator), &roster, r, &roster);
    assert_eq!(ends, ("told unknown_device".into(), "bad_signature".into()));
    // Peer ids cannot be shifted into each other.
    let i = Local { local_peer: b"ab".to_vec(), remote_peer: b"c".to_vec(), ..local(1, Role::Initiator) };
    let r = Local { local_peer: b"bc".to_vec(), remote_peer: b"a".to_vec(), ..local(2, Role::Responder) };
    assert_eq!(met(i, &roster, r, &roster).1, "bad_signature");
    // A reflected nonce, and a reflected proof.
    let mut alone = Handshake::new(Role::Initiator, local(1, Role::Initiator), [1; 32]);
    let own = alone.first();
    assert_eq!(told(alone.handle(&own, &roster).done), "protocol");
    let mut mirrored = Handshake::new(Role::Initiator, local(1, Role::Initiator), [1; 32]);
    let nonce = cbor::encode(&Message::Nonce([2; 32]));
    let proof = mirrored.handle(&nonce, &roster).send.expect("the initiator proves itself first");
    assert_eq!(told(mirrored.handle(&proof, &roster).done), "bad_signature");
}

#[test]
fn another_version_is_named() {
    let roster = Roster::default();
    let mut side = Handshake::new(Role::Responder, local(2, Role::Responder), [1; 32]);
    let outcome = side.handle(&[0x82, 0x00, 0x05], &roster);
    assert_eq!(outcome.done.expect("over"), Err(HandshakeError::Version { ours: 1, theirs: 5 }));
    assert!(side.handle(&[0x00], &roster).done.is_none(), "over is over");
}

#[test]
fn messages_are_small() {
    let roster = Roster::of(&[(1, Standing::Member), (2, Standing::Member)]);
    run(local(1, Role::Initiator), &roster, local(2, Role::Responder), &roster, |_, _, frame| {
        assert!(frame.len() <= 140, "{} bytes", frame.len());
    });
    let proof = Proof { device: device(1), membership: [0; 32], sig: [0; 64], join: Some(vec![0; JOIN_BYTES_MAX + 1]) };
    assert!(Message::from_frame(&cbor::encode(&Message::Proof(proof))).is_err());
}

proptest! {
    #[test]
    fn a_flipped_bit_never_makes_a_member(nth in 0usize..4, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let roster = Roster::of(&[(1, Standing::Member), (2, Standing::Member)]);
        let mut flipped_membership = false;
        let (i, r) = run(local(1, Role::Initiator), &roster, local(2, Role::Responder), &roster, |_, n, frame| {
            if n == nth {
                let at = at.index(frame.len());
                // The membership hash is an unsigned hint: [1, device, hash, …] holds it at 21..53.
                flipped_membership = n >= 2 && (21..53).contains(&at);
                frame[at] ^= 1 << bit;
            }
        });
        let both = matches!((&i, &r), (Some(Ok(_)), Some(Ok(_))));
        prop_assert_eq!(both, flipped_membership);
    }

    #[test]
    fn any_bytes_end_a_handshake_without_panic(frames in proptest::collection::vec(
        proptest::collection::vec(any::<u8>(), 0..200), 1..4
    )) {
        let roster = Roster::of(&[(1, Standing::Member)]);
        let mut side = Handshake::new(Role::Responder, local(2, Role::Responder), [1; 32]);
        for frame in frames {
            if let Some(end) = side.handle(&frame, &roster).done {
                prop_assert!(end.is_err());
            }
        }
    }
}
