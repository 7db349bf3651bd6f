use proptest::prelude::*;

use super::*;

const ORG: OrgId = OrgId([1; 16]);
const SCOPE: ScopeId = ScopeId([2; 16]);
const DOC: DocId = DocId([3; 16]);

fn of(term: u16) -> GiftOf<'static> {
    GiftOf { org: &ORG, scope: &SCOPE, doc: &DOC, generation: 0, term, epoch: 1 }
}

fn given() -> Given {
    let chain = ChainKey { device: DeviceId([4; 16]), incarnation: Incarnation([5; 8]) };
    let key = GivenKey { layer: 1, chain, term: 0, key: Secret([6; 32]) };
    Given { earlier: vec![EarlierGift { term: 0, epoch: 1, key: Secret([7; 32]) }], keys: vec![key] }
}

#[test]
fn all_givers_make_the_same_bytes_and_only_the_receiver_opens_them() {
    let audience = Secret([8; 32]);
    let (ana, other) = (Secret([9; 32]), Secret([10; 32]));
    let gift = gift_key(&audience, &of(1));
    let wrap = || wrap_gift(&gift, &of(1), (&[11; 16], &ana.kem_public())).expect("a point");
    assert_eq!(wrap(), wrap());
    assert_eq!(open_gift(&ana, &of(1), &[11; 16], &wrap()), Some(gift.clone()));
    assert_eq!(open_gift(&other, &of(1), &[11; 16], &wrap()), None);
    assert_eq!(open_gift(&ana, &of(1), &[12; 16], &wrap()), None, "for another receiver");
    assert_eq!(open_gift(&ana, &of(2), &[11; 16], &wrap()), None, "of another term");
    assert!(wrap_gift(&gift, &of(1), (&[11; 16], &[0; 32])).is_none(), "no valid point");
    let sealed = given().seal(&gift, &of(1)).expect("few keys");
    assert_eq!(Some(&sealed), given().seal(&gift, &of(1)).as_ref());
    assert_eq!(Given::open(&sealed, &gift, &of(1)), Some(given()));
}

#[test]
fn the_gift_of_one_term_opens_nothing_of_the_next() {
    let audience = Secret([8; 32]);
    let (ended, standing) = (gift_key(&audience, &of(0)), gift_key(&audience, &of(1)));
    assert_ne!(ended, standing);
    let sealed = given().seal(&standing, &of(1)).expect("few keys");
    assert_eq!(Given::open(&sealed, &ended, &of(1)), None);
    assert_eq!(Given::open(&sealed, &standing, &of(0)), None);
}

#[test]
fn whoever_holds_a_role_gets_its_secret_once_and_nobody_else_does() {
    let (member, other) = (Secret([13; 32]), Secret([14; 32]));
    let secret = role_secret(&Secret([8; 32]), &ORG, &SCOPE, 1, "focal_cash");
    let to = (MemberId([15; 16]), &member.kem_public());
    let grant = RoleGrant::new(&secret, (&ORG, &SCOPE), 1, "focal_cash", to).expect("a point");
    assert_eq!(cbor::decode::<RoleGrant>(&cbor::encode(&grant)), Ok(grant.clone()));
    assert_eq!(grant.open((&ORG, &SCOPE), &member), Some(secret.clone()));
    assert_eq!(grant.open((&ORG, &SCOPE), &other), None);
    assert_eq!(grant.open((&ORG, &ScopeId([9; 16])), &member), None, "of another site");
    assert_ne!(secret, role_secret(&Secret([8; 32]), &ORG, &SCOPE, 1, "focal_food"));
}

#[test]
fn no_more_keys_than_the_bound_are_sealed() {
    let gift = Secret([1; 32]);
    let chain = ChainKey { device: DeviceId([255; 16]), incarnation: Incarnation([255; 8]) };
    let key = GivenKey { layer: 1, chain, term: u16::MAX, key: Secret([255; 32]) };
    let earlier = EarlierGift { term: u16::MAX, epoch: u32::MAX, key: Secret([255; 32]) };
    let mut most = Given { earlier: vec![earlier; GIVEN_MAX], keys: vec![key.clone(); GIVEN_MAX] };
    assert!(most.seal(&gift, &of(0)).expect("the bound").len() <= GIVEN_BYTES_MAX);
    most.keys.push(key);
    assert!(most.seal(&gift, &of(0)).is_none());
}

#[test]
fn a_later_gift_leads_to_what_was_given_before_it_and_never_the_other_way() {
    let audience = Secret([8; 32]);
    let (first, second) = (gift_key(&audience, &of(0)), gift_key(&audience, &of(1)));
    let chain = ChainKey { device: DeviceId([4; 16]), incarnation: Incarnation([5; 8]) };
    let key = |term: u16| GivenKey { layer: 1, chain, term, key: Secret([20 + term as u8; 32]) };
    let before = Given { earlier: Vec::new(), keys: vec![key(0)] }.seal(&first, &of(0)).expect("few");
    let back = EarlierGift { term: 0, epoch: 1, key: first.clone() };
    let after = Given { earlier: vec![back.clone()], keys: vec![key(1)] }.seal(&second, &of(1)).expect("few");
    // a piece that leads to itself ends all the same
    let circle = EarlierGift { term: 1, epoch: 1, key: second.clone() };
    let circle = Given { earlier: vec![circle], keys: Vec::new() }.seal(&first, &of(0)).expect("few");
    let sealed = [(0, 1, &before[..]), (1, 1, &after[..])];
    let from = |term, key: &Secret| vec![EarlierGift { term, epoch: 1, key: key.clone() }];
    assert_eq!(Given::reach(&of(1), from(1, &second), &sealed).keys, [key(1), key(0)]);
    assert_eq!(Given::reach(&of(0), from(0, &first), &sealed).keys, [key(0)]);
    let sealed = [(0, 1, &circle[..]), (1, 1, &after[..])];
    assert_eq!(Given::reach(&of(1), from(1, &second), &sealed).earlier.len(), 2);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_never_keys_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Given::open(&bytes, &Secret([1; 32]), &of(0)).is_none());
        let _ = cbor::decode::<Given>(&bytes);
        let _ = cbor::decode::<RoleGrant>(&bytes);
    }
}
