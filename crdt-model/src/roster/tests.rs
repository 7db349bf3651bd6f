mod doors;
mod hostile;
mod partners;
mod rights;
mod said;
mod zones;

use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;

use super::*;
use crate::entry::{Place, SectionRef, VALIDATOR};
use crate::seal::{Entropy, Secret, invite_kem_secret, invite_signing_key};
use crate::values::Incarnation;

/// One installation of the tests: keys, a chain in the membership, and what it has heard of.
struct Author {
    device: Secret,
    device_x: Secret,
    member: Secret,
    member_x: Secret,
    next: Place,
}

impl Author {
    fn new(n: u8) -> Self {
        let mut entropy = Entropy::new([n; 32]);
        Self {
            device: entropy.secret(),
            device_x: entropy.secret(),
            member: entropy.secret(),
            member_x: entropy.secret(),
            next: Place::FIRST,
        }
    }

    fn device_keys(&self) -> PublicKeys {
        keys(&self.device, &self.device_x)
    }

    fn member_keys(&self) -> PublicKeys {
        keys(&self.member, &self.member_x)
    }

    fn member_id(&self) -> MemberId {
        let keys = self.member_keys();
        crate::seal::member_id(&keys.ed, &keys.x)
    }

    fn say(&mut self, org: &OrgId, auth: Vec<EntryId>, op: &Operation) -> Entry {
        let keys = self.device_keys();
        let section = cbor::encode(op);
        let mut header = Header {
            org: *org,
            scope: membership_scope(org),
            kind: Kind::Membership,
            doc: crate::values::DocId::ZERO,
            device: crate::seal::device_id(&keys.ed, &keys.x),
            incarnation: Incarnation([1; 8]),
            seq: self.next.seq,
            prev: self.next.prev,
            bytes_total: 0,
            validator: VALIDATOR,
            auth,
            deps: vec![],
            sections: vec![SectionRef {
                layer: 0,
                generation: 0,
                len: section.len() as u32,
                hash: [0; 32],
                hint: [0; 8],
            }],
        };
        header.bytes_total = self.next.bytes_before + header.cost();
        let entry = Entry::sign(header, vec![section], &self.device.signing_key());
        self.next = Place::after(entry.header(), entry.id());
        entry
    }
}

fn keys(ed: &Secret, x: &Secret) -> PublicKeys {
    PublicKeys { ed: ed.signing_key().verifying_key().to_bytes(), x: x.kem_public() }
}

fn founding(founder: &Author, roots: &[SigningKey], threshold: u32) -> Founding {
    Founding {
        salt: [1; 16],
        roots: roots.iter().map(|k| k.verifying_key().to_bytes()).collect(),
        threshold,
        cover: 0,
        device: founder.device_keys(),
        member: founder.member_keys(),
        site: "JER".into(),
    }
}

fn genesis(founder: &mut Author, roots: &[SigningKey], threshold: u32, signing: usize) -> (OrgId, Entry) {
    let founding = founding(founder, roots, threshold);
    let org = founding.org();
    let sigs = roots[..signing]
        .iter()
        .enumerate()
        .map(|(i, key)| (i as u32, key.sign(&founding.signed_message()).to_bytes()))
        .collect();
    (org, founder.say(&org, vec![], &Operation::Genesis(founding, sigs)))
}

fn root(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn site(code: &str) -> Operation {
    Operation::Site(SiteOp {
        code: code.into(),
        name: format!("Site {code}"),
        kind: SiteKind::Office,
        parent: None,
        org_unit: None,
    })
}

fn invite_op(seed: &Secret, role: &str) -> InviteOp {
    InviteOp {
        sign_pk: invite_signing_key(seed).verifying_key().to_bytes(),
        kem_pk: invite_kem_secret(seed).kem_public(),
        role: role.into(),
        site: "JER".into(),
        not_after_ms: 1_900_000_000_000,
        nodes: [103, 104, 105],
        block: None,
        terms: TERMS,
    }
}

/// What the invitations here say.
const TERMS: [u8; 32] = [0x66; 32];

fn join_op(org: &OrgId, invite: EntryId, seed: &Secret, who: &Author, role: &str) -> Operation {
    let key = invite_signing_key(seed);
    let mut join = JoinOp {
        invite,
        invite_pk: key.verifying_key().to_bytes(),
        device: who.device_keys(),
        member: who.member_keys(),
        role: role.into(),
        not_after_ms: 1_900_000_000_000,
        terms: TERMS,
        sig: [0; 64],
        member_sig: [0; 64],
    };
    let message = join.signed_message(org);
    join.sig = key.sign(&message).to_bytes();
    join.member_sig = who.member.signing_key().sign(&message).to_bytes();
    Operation::Join(join)
}

fn evaluate(org: OrgId, entries: &[Entry]) -> Roster {
    let records: Vec<Record> = entries.iter().map(Record::read).collect();
    Roster::evaluate(org, &records, &[])
}

/// Founder, one site, one operator who joined: the smallest organisation with two devices.
fn small() -> (OrgId, Author, Author, Secret, Vec<Entry>) {
    let (mut founder, mut operator) = (Author::new(1), Author::new(2));
    let (org, first) = genesis(&mut founder, &[root(9)], 1, 1);
    let second = founder.say(&org, vec![], &site("JER"));
    let seed = Secret([7; 32]);
    let third = founder.say(&org, vec![], &Operation::Invite(invite_op(&seed, "operator")));
    let fourth = operator.say(&org, vec![], &join_op(&org, third.id(), &seed, &operator, "operator"));
    (org, founder, operator, seed, vec![first, second, third, fourth])
}

#[test]
fn a_newcomer_is_a_member_by_the_invitation_alone() {
    let (org, _, operator, _, entries) = small();
    let roster = evaluate(org, &entries);
    let member = &roster.members[&operator.member_id()];
    assert_eq!((member.role(), member.site(), member.standing), ("operator", "JER", Standing::Unconfirmed));
    assert_eq!(roster.devices[&member.device].nodes, [103, 104, 105]);
    assert!(roster.authority_now(&member.device).capabilities.contains(Capabilities::INTAKE));
    assert!(roster.void.is_empty() && roster.waiting.is_empty());
}

#[test]
fn one_root_signature_too_few_founds_nothing() {
    let mut founder = Author::new(1);
    let (org, entry) = genesis(&mut founder, &[root(1), root(2), root(3)], 2, 1);
    assert_eq!(evaluate(org, &[entry]).void.values().next(), Some(&VoidReason::Genesis));
    let mut founder = Author::new(1);
    let (org, entry) = genesis(&mut founder, &[root(1), root(2), root(3)], 2, 2);
    assert!(evaluate(org, &[entry]).founding.is_some());
}

#[test]
fn another_organisations_genesis_is_void_here() {
    let mut founder = Author::new(1);
    let (_, entry) = genesis(&mut founder, &[root(1)], 1, 1);
    let roster = evaluate(OrgId([5; 16]), &[entry]);
    assert!(roster.members.is_empty());
}

#[test]
fn an_operator_can_neither_invite_nor_add_sites() {
    let (org, _, mut operator, _, mut entries) = small();
    let join = entries[3].id();
    let seed = Secret([8; 32]);
    let invite = operator.say(&org, vec![join], &Operation::Invite(invite_op(&seed, "relay")));
    let added = operator.say(&org, vec![join], &site("PES"));
    entries.extend([invite.clone(), added.clone()]);
    let roster = evaluate(org, &entries);
    assert_eq!(roster.void[&invite.id()], VoidReason::NotAuthorised);
    assert_eq!(roster.void[&added.id()], VoidReason::NotAuthorised);
    assert!(!roster.sites.contains_key("PES"));
}

#[test]
fn a_join_with_other_terms_than_its_invitation_is_void() {
    let (org, _, _, seed, mut entries) = small();
    let mut climber = Author::new(3);
    let op = join_op(&org, entries[2].id(), &seed, &climber, "coordinator");
    entries.push(climber.say(&org, vec![], &op));
    let roster = evaluate(org, &entries);
    assert!(!roster.members.contains_key(&climber.member_id()));
}

#[test]
fn two_joins_on_one_invitation_suspend_both_until_one_is_confirmed() {
    let (org, mut founder, operator, seed, mut entries) = small();
    let mut finder = Author::new(3);
    let op = join_op(&org, entries[2].id(), &seed, &finder, "operator");
    entries.push(finder.say(&org, vec![], &op));
    let roster = evaluate(org, &entries);
    assert_eq!(roster.members[&operator.member_id()].standing, Standing::Suspended);
    assert_eq!(roster.members[&finder.member_id()].standing, Standing::Suspended);
    let auth = roster.heads.clone();
    entries.push(founder.say(&org, auth, &Operation::Confirm(entries[3].id())));
    let roster = evaluate(org, &entries);
    assert_eq!(roster.members[&operator.member_id()].standing, Standing::Confirmed);
    assert_eq!(roster.members[&finder.member_id()].standing, Standing::Void);
}

#[test]
fn a_sheet_found_after_confirmation_suspends_nobody() {
    let (org, mut founder, operator, seed, mut entries) = small();
    let auth = evaluate(org, &entries).heads;
    entries.push(founder.say(&org, auth, &Operation::Confirm(entries[3].id())));
    let mut finder = Author::new(3);
    let op = join_op(&org, entries[2].id(), &seed, &finder, "operator");
    entries.push(finder.say(&org, vec![], &op));
    let roster = evaluate(org, &entries);
    assert_eq!(roster.members[&operator.member_id()].standing, Standing::Confirmed);
    assert_eq!(roster.members[&finder.member_id()].standing, Standing::Void);
}

#[test]
fn the_confirmed_are_not_chosen_by_those_who_joined() {
    let (org, _, operator, seed, mut entries) = small();
    let mut finder = Author::new(3);
    let op = join_op(&org, entries[2].id(), &seed, &finder, "operator");
    let joined = finder.say(&org, vec![], &op);
    let pick = finder.say(&org, vec![joined.id()], &Operation::Confirm(joined.id()));
    entries.extend([joined, pick.clone()]);
    let roster = evaluate(org, &entries);
    assert_eq!(roster.void[&pick.id()], VoidReason::NotAuthorised);
    assert_eq!(roster.members[&operator.member_id()].standing, Standing::Suspended);
}

#[test]
fn an_entry_whose_past_is_missing_waits() {
    let (org, _, _, _, entries) = small();
    let roster = evaluate(org, &entries[3..]);
    assert!(roster.waiting.contains(&entries[3].id()));
    assert!(roster.members.is_empty());
    assert_eq!(roster.authority_at(&DeviceId([0; 16]), &[entries[0].id()]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn evaluation_does_not_depend_on_arrival(order in Just((0usize..7).collect::<Vec<_>>()).prop_shuffle()) {
        let (org, mut founder, _, seed, mut entries) = small();
        let mut finder = Author::new(3);
        let op = join_op(&org, entries[2].id(), &seed, &finder, "operator");
        entries.push(finder.say(&org, vec![], &op));
        let auth = evaluate(org, &entries).heads;
        entries.push(founder.say(&org, auth, &Operation::Confirm(entries[3].id())));
        entries.push(founder.say(&org, vec![], &site("PES")));
        let shuffled: Vec<Entry> = order.iter().map(|n| entries[*n].clone()).collect();
        let (a, b) = (evaluate(org, &entries), evaluate(org, &shuffled));
        prop_assert_eq!(format!("{:?}", (&a.members, &a.sites, &a.void)), format!("{:?}", (&b.members, &b.sites, &b.void)));
        prop_assert_eq!(a.heads, b.heads);
    }

    #[test]
    fn arbitrary_operations_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = cbor::decode::<Operation>(&bytes);
    }
}

fn epoch(org: &OrgId, name: &str, epoch: u32, holder: &Author, pk: u8) -> Operation {
    Operation::AudienceEpoch {
        audience: audience_of_name(org, name),
        name: name.into(),
        epoch,
        suite: 1,
        pk: [pk; 32],
        wraps: vec![Wrapped { to: holder.member_id().0, enc: [0; 32], ct: [0; 48] }],
    }
}

#[test]
fn a_manager_who_does_not_hold_an_audience_cannot_turn_it_to_a_key_of_their_own() {
    let (org, mut founder, _, _, mut entries) = small();
    let mut manager = Author::new(4);
    let seed = Secret([11; 32]);
    entries.push(founder.say(&org, vec![], &epoch(&org, "psea", 1, &founder_twin(), 1)));
    let invite = founder.say(&org, vec![], &Operation::Invite(invite_op(&seed, "cfm_manager")));
    let op = join_op(&org, invite.id(), &seed, &manager, "cfm_manager");
    entries.push(invite);
    entries.push(manager.say(&org, vec![], &op));
    let auth = evaluate(org, &entries).heads;
    // a wrap that would make the manager look like a holder, then an epoch of the manager's own
    let wrap = Operation::Wrap {
        target: audience_of_name(&org, "psea").0,
        epoch: 1,
        wrapped: Wrapped { to: manager.member_id().0, enc: [0; 32], ct: [0; 48] },
    };
    entries.push(manager.say(&org, auth, &wrap));
    let own = epoch(&org, "psea", 2, &manager, 9);
    entries.push(manager.say(&org, vec![], &own));
    let roster = evaluate(org, &entries);
    assert_eq!(roster.void.len(), 2, "{:?}", roster.void);
    let audience = &roster.audiences[&audience_of_name(&org, "psea")];
    assert_eq!(audience.current().map(|e| e.pk), Some([1; 32]));
    // the holder may
    entries.push(founder.say(&org, vec![], &epoch(&org, "psea", 2, &founder_twin(), 3)));
    let roster = evaluate(org, &entries);
    assert_eq!(roster.audiences[&audience_of_name(&org, "psea")].current().map(|e| e.pk), Some([3; 32]));
}

/// The founder's keys again, while its chain is borrowed.
fn founder_twin() -> Author {
    Author::new(1)
}

#[test]
fn a_copied_invite_leaves_the_one_it_copies_alone() {
    let (org, _, mut operator, seed, mut entries) = small();
    let join = entries[3].id();
    // the operator knows the public half, and names an auth that nobody holds
    let copy = Operation::Invite(invite_op(&seed, "operator"));
    entries.push(operator.say(&org, vec![join], &copy));
    entries.push(operator.say(&org, vec![EntryId([77; 32])], &copy));
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]] {
        let shuffled: Vec<Entry> = order.iter().map(|n: &usize| entries[*n].clone()).collect();
        let roster = evaluate(org, &shuffled);
        assert_eq!(roster.members[&operator.member_id()].standing, Standing::Unconfirmed);
    }
}

#[test]
fn nobody_joins_with_another_members_keys() {
    let (org, mut founder, operator, _, mut entries) = small();
    let seed = Secret([12; 32]);
    let invite = founder.say(&org, vec![], &Operation::Invite(invite_op(&seed, "operator")));
    let mut thief = Author::new(5);
    let Operation::Join(mut join) = join_op(&org, invite.id(), &seed, &thief, "operator") else { unreachable!() };
    join.member = operator.member_keys();
    let message = join.signed_message(&org);
    join.sig = invite_signing_key(&seed).sign(&message).to_bytes();
    join.member_sig = thief.member.signing_key().sign(&message).to_bytes();
    let stolen = thief.say(&org, vec![], &Operation::Join(join));
    entries.extend([invite, stolen.clone()]);
    let roster = evaluate(org, &entries);
    assert_eq!(roster.void.get(&stolen.id()), Some(&VoidReason::Invitation));
    let held = &roster.members[&operator.member_id()];
    assert_eq!(held.device, crate::seal::device_id(&operator.device_keys().ed, &operator.device_keys().x));
}

#[test]
fn a_later_confirmation_does_not_flip_an_earlier_one() {
    let (org, mut founder, operator, seed, mut entries) = small();
    let mut puppet = Author::new(6);
    let op = join_op(&org, entries[2].id(), &seed, &puppet, "operator");
    entries.push(puppet.say(&org, vec![], &op));
    let auth = evaluate(org, &entries).heads;
    entries.push(founder.say(&org, auth, &Operation::Confirm(entries[3].id())));
    for _ in 0..8 {
        // each try has another id: one of them would sort before the first
        let join = entries[4].id();
        entries.push(founder.say(&org, vec![], &Operation::Confirm(join)));
    }
    let roster = evaluate(org, &entries);
    assert_eq!(roster.members[&operator.member_id()].standing, Standing::Confirmed);
    assert_eq!(roster.members[&puppet.member_id()].standing, Standing::Void);
}

#[test]
fn own_joins_stay_in_the_auth_however_many_heads_there_are() {
    let (org, mut founder, _, _, mut entries) = small();
    let mut newcomers = Vec::new();
    for n in 0..20 {
        let seed = Secret([100 + n; 32]);
        let invite = founder.say(&org, vec![], &Operation::Invite(invite_op(&seed, "operator")));
        let mut who = Author::new(50 + n);
        let op = join_op(&org, invite.id(), &seed, &who, "operator");
        entries.push(invite);
        entries.push(who.say(&org, vec![], &op));
        newcomers.push(who);
    }
    let roster = evaluate(org, &entries);
    assert!(roster.heads.len() > crate::entry::AUTH_MAX);
    for who in &newcomers {
        let keys = who.device_keys();
        let device = crate::seal::device_id(&keys.ed, &keys.x);
        let auth = roster.auth_for(&device);
        assert!(auth.len() <= crate::entry::AUTH_MAX);
        let authority = roster.authority_at(&device, &auth).expect("held");
        assert!(authority.capabilities.contains(Capabilities::INTAKE));
    }
}

#[test]
fn a_second_genesis_changes_nothing() {
    let (org, mut founder, _, _, mut entries) = small();
    let again = Operation::Genesis(
        founding(&founder, &[root(9)], 1),
        vec![(0, root(9).sign(&founding(&founder, &[root(9)], 1).signed_message()).to_bytes())],
    );
    entries.push(founder.say(&org, vec![], &again));
    let roster = evaluate(org, &entries);
    assert_eq!(roster.members[&founder.member_id()].join, entries[0].id());
    assert_eq!(roster.void.len(), 1);
}

#[test]
fn an_open_key_cannot_pass_for_an_audience() {
    let (org, mut founder, _, _, mut entries) = small();
    let psea = audience_of_name(&org, "psea");
    let to = founder_twin().member_id().0;
    let wraps = vec![Wrapped { to, enc: [0; 32], ct: [0; 48] }];
    // before the audience is there, and after: neither makes its author a holder
    let early = Operation::Wrap { target: psea.0, epoch: 1, wrapped: wraps[0].clone() };
    entries.push(founder.say(&org, vec![], &early));
    let open = Operation::OpenEpoch { scope: ScopeId(psea.0), epoch: 1, commitment: [0; 32], wraps };
    entries.push(founder.say(&org, vec![], &open));
    let roster = evaluate(org, &entries);
    assert_eq!(roster.void.len(), 2);
    assert!(roster.wraps.is_empty() && roster.open_epochs.is_empty());
}
