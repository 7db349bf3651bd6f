//! Golden vectors: every format that leaves the process, frozen in `tests/vectors/*.txt`.
//!
//! Each test makes the bytes again from fixed keys and fixed entropy and compares them with the file, then reads the
//! *frozen* bytes back. `BOUCLE_BLESS=1 cargo test -p crdt-model --test vectors` writes the files; a format that peers
//! have seen is never blessed again but gets a new version. `docs/PROTOCOL.md` explains each field.
#![allow(clippy::disallowed_methods, reason = "tests read the frozen files; the library may not")]

#[path = "vectors/refused.rs"]
mod refused;
#[path = "vectors/sheet.rs"]
mod sheet;
#[path = "vectors/world.rs"]
mod world;

use std::collections::BTreeMap;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use crdt_model::bundle::{Event, Reader, Record, Row, To, Writer};
use crdt_model::carried::{Carrier, carried, carry};
use crdt_model::case::facts::{
    ExposedFact, FactId, FactKind, GiftFact, GivenFact, LowerFact, OldKeysFact, OriginFact, RaiseFact, TextFact,
    gift_id,
};
use crdt_model::cbor::{self, Canonical};
use crdt_model::document::generation_of;
use crdt_model::entry::{Entry, Header, Kind, LAYER_CARRIED, Place, SectionRef, VALIDATOR, entry_id, section_hash};
use crdt_model::erasure::{Erased, Erasure};
use crdt_model::frontier::{ForkProof, Frontier, Tip};
use crdt_model::gate::{AnyKey, Expect, check_change};
use crdt_model::layer::{LayerDoc, LayerOp, Value};
use crdt_model::receipt::{Held, Receipt, receipts_doc};
use crdt_model::retraction::{Retraction, Withdrawn, taken_back};
use crdt_model::roster::{
    AudienceKey, Founding, Invitation, InviteOp, JoinOp, OpenKey, Operation, Person, SiteKind, SiteOp, Wrapped,
    six_words,
};
use crdt_model::seal::{
    ActorOf, EarlierGift, Entropy, GiftOf, Given, GivenKey, GrantSection, InviteGrant, Plain, RoleGrant, StreamGrant,
    audience_hint, birth_doc, case_key, device_id, gift_key, invite_kem_secret, invite_signing_key, named_audience,
    open_bundle_slot, open_gift, open_hint, open_section, open_wrap, ordinary_audience, role_receiver, role_secret,
    scope_id, sensitive_hint, stream_key, wrap_gift, wrap_secret,
};
use crdt_model::sync::handshake::{Handshake, Local, NewcomerFault, PeerPolicy, Role, Standing};
use crdt_model::sync::message::{Gaps, Message, Missing, SectionsOf, Status, wants_hash};
use crdt_model::sync::news::News;
use crdt_model::values::{ChainKey, DeviceId, EntryId, Incarnation, Level};
use ed25519_dalek::{Signature, Signer, VerifyingKey};

use sheet::Sheet;
use world::{World, birth_of_generation_1, edit, secret};

fn round_trips<T: Canonical>(bytes: &[u8]) -> T {
    let value: T = cbor::decode(bytes).expect("the frozen bytes decode");
    assert_eq!(cbor::encode(&value), bytes, "and encode to themselves");
    value
}

#[test]
fn ids_and_keys_are_derived_as_frozen() {
    let w = World::new();
    let mut s = Sheet::new(
        "ids",
        "Ids and derived keys. Inputs are those of world.rs: 16- and 32-byte patterns and the\nkey pairs made from the secrets below.",
    );
    s.hex("org", w.org.0).hex("doc", w.doc.0).hex("incarnation", w.incarnation.0);
    s.hex("device.ed_secret", w.device_ed.0).hex("device.x_secret", w.device_x.0);
    s.hex("device.ed", w.device_keys.ed).hex("device.x", w.device_keys.x).hex("device_id", w.device.0);
    s.hex("member.ed_secret", w.member_ed.0).hex("member.x_secret", w.member_x.0);
    s.hex("member.ed", w.member_keys.ed).hex("member.x", w.member_keys.x).hex("member_id", w.member.0);
    s.note("scopes and audiences of the organisation");
    for name in ["membership", "knowledge", "site/JER"] {
        s.hex(&format!("scope({name})"), scope_id(&w.org, name).0);
    }
    s.hex("ordinary_audience(site/JER)", ordinary_audience(&w.org, &w.scope).0);
    s.hex("named_audience(psea)", named_audience(&w.org, "psea").0);
    s.note("actor of a personal layer, generation 0; then the same as drop-box at seq 5");
    let mut actor = ActorOf {
        org: &w.org,
        scope: &w.scope,
        doc: &w.doc,
        layer: 1,
        generation: 0,
        device: &w.device,
        incarnation: &w.incarnation,
        member: &w.member,
        drop_box_seq: None,
    };
    s.hex("actor", actor.id().0);
    actor.drop_box_seq = Some(5);
    s.hex("actor.drop_box", actor.id().0);
    s.note("keys of layers: member_data is a secret of the member, epoch 3, generation 0");
    let audience = ordinary_audience(&w.org, &w.scope);
    let stream = stream_key(&w.member_data, &w.device, &w.incarnation, &w.scope, &audience, 3);
    s.hex("member_data", w.member_data.0).hex("stream_key", stream.0);
    s.hex("case_key", case_key(&stream, &w.doc, 0, 0).0);
    s.hex("case_key.generation_1", case_key(&stream, &w.doc, 1, 0).0);
    s.note("hints: open epoch 3; ordinary audience epoch 3; sensitive under ck at seq 5");
    s.hex("open_hint", open_hint(3)).hex("audience_hint", audience_hint(&audience, 3, 0));
    s.hex("ck", w.ck.0).hex("sensitive_hint", sensitive_hint(&w.ck, &w.doc, &w.device, &w.incarnation, 5));
    s.note("an invitation's seed and its two keys");
    s.hex("invite.seed", w.invite_seed.0).hex("invite.sign_pk", w.invite_pk());
    s.hex("invite.kem_pk", invite_kem_secret(&w.invite_seed).kem_public());
    s.plain("six_words", six_words(&w.org, &w.invite_pk(), &w.device_keys, &w.member_keys));
    let frozen = s.check();
    assert_eq!(frozen.text("six_words").split(' ').count(), 6);

    // derived here once more, from the bytes alone
    let id16 = |domain: &str, parts: &[&str]| {
        let mut input = domain.as_bytes().to_vec();
        parts.iter().for_each(|label| input.extend(frozen.hex(label)));
        blake3::hash(&input).as_bytes()[..16].to_vec()
    };
    assert_eq!(id16("boucle/dev/v1", &["device.ed", "device.x"]), frozen.hex("device_id"));
    assert_eq!(id16("boucle/mem/v1", &["member.ed", "member.x"]), frozen.hex("member_id"));
    assert_eq!(
        id16("boucle/audience/ordinary/v1", &["org", "scope(site/JER)"]),
        frozen.hex("ordinary_audience(site/JER)")
    );
    let mut input = frozen.hex("stream_key");
    input.extend(frozen.hex("doc"));
    input.extend([0; 4]);
    assert_eq!(blake3::derive_key("boucle 2026 case key v1", &input).to_vec(), frozen.hex("case_key"));
    assert_eq!(frozen.hex("audience_hint")[0] & 0x80, 0x80, "never looks like an open hint");
}

#[test]
fn an_edit_is_sealed_and_signed_as_frozen() {
    let w = World::new();
    let entry = edit(&w);
    let mut s = Sheet::new(
        "entry",
        "An edit: open and personal layers sealed, sensitive layer padding, grant section of decoys.\nKeys: ids.txt. Entropy: ChaCha20Rng from a seed of 32 bytes 0x21.",
    );
    s.hex("header", entry.header_bytes()).hex("aad", entry.header().aad());
    s.hex("entry_id", entry.id().0).hex("signature", entry.signature());
    for (index, bytes) in entry.sections().iter().enumerate() {
        let bytes = bytes.as_ref().expect("whole");
        s.hex(&format!("section.{index}"), bytes).hex(&format!("section.{index}.hash"), section_hash(bytes));
    }
    s.note("the whole entry is [header, signature, [sections]]; with the personal section erased it is");
    let mut erased = entry.clone();
    erased.drop_section(1);
    s.hex("blake3(entry)", blake3::hash(&entry.encode()).as_bytes());
    s.hex("blake3(entry without section 1)", blake3::hash(&erased.encode()).as_bytes());
    let frozen = s.check();

    let header: Header = round_trips(&frozen.hex("header"));
    assert_eq!(header.kind, Kind::Edit);
    assert!(Place::FIRST.fits(&header), "seq, prev and bytes_total of a first entry");
    assert_eq!(header.aad(), frozen.hex("aad"));
    let sections: Vec<_> = (0..4).map(|n| Some(frozen.hex(&format!("section.{n}")))).collect();
    let back = Entry::from_parts(&frozen.hex("header"), frozen.array("signature"), sections).expect("parts fit");
    assert_eq!(back.id().0.to_vec(), frozen.hex("entry_id"));
    back.verify(&w.device_ed.signing_key().verifying_key()).expect("signed by the device");
    assert_eq!(Entry::decode(&back.encode()), Ok(entry));
    let without = Entry::decode(&erased.encode()).expect("an erased section leaves the entry readable");
    assert_eq!(without.section(1), None);
    without.verify(&w.device_ed.signing_key().verifying_key()).expect("and its signature whole");
}

#[test]
fn a_section_opens_step_by_step_as_frozen() {
    let w = World::new();
    let entry = edit(&w);
    let (named, section) = entry.section(1).expect("held");
    let key = case_key(&w.stream(), &w.doc, 0, 0);
    let plain = open_section(&key, section, &entry.header().aad(), 1, named.generation).expect("opens");
    let key_id = &blake3::derive_key("boucle 2026 key id v1", &key.0)[..16];
    let aad = [entry.header().aad().as_slice(), &[1], key_id].concat();
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 section v1");
    for part in [&key.0[..], &section[..32], key_id, blake3::hash(&aad).as_bytes()] {
        hasher.update(part);
    }
    let mut okm = [0; 88];
    hasher.finalize_xof().fill(&mut okm);
    let mut s = Sheet::new(
        "section",
        "The personal section of entry.txt, taken apart. The compressor is not part of the format: any zstd frame that\ngives the plaintext is read.",
    );
    s.hex("K", key.0).hex("salt", &section[..32]).hex("key_id", key_id);
    s.hex("aad(header || layer || key_id)", &aad).hex("blake3(aad)", blake3::hash(&aad).as_bytes());
    s.hex("okm.key", &okm[..32]).hex("okm.nonce", &okm[32..56]).hex("okm.commitment", &okm[56..]);
    s.hex("plaintext", cbor::encode(&plain));
    s.hex("plaintext.salt", plain.salt).plain("plaintext.claimed_ms", plain.claimed_ms);
    s.hex("plaintext.member", plain.member.0).hex("plaintext.member_sig", plain.member_sig);
    s.plain("plaintext.flags", plain.flags).plain("plaintext.generation", plain.generation);
    s.hex("plaintext.change", &plain.change);
    s.hex("section", section);
    let frozen = s.check();

    // opened by hand from the frozen bytes: commitment, cipher, padding, zstd, CBOR, signature
    let section = frozen.hex("section");
    assert_eq!(section[32..64], frozen.hex("okm.commitment"));
    let aad = frozen.hex("aad(header || layer || key_id)");
    let padded = XChaCha20Poly1305::new(&Key::from(frozen.array::<32>("okm.key")))
        .decrypt(&XNonce::from(frozen.array::<24>("okm.nonce")), Payload { msg: &section[64..], aad: &aad })
        .expect("authentic");
    let end = padded.iter().rposition(|b| *b != 0).expect("padding is marked");
    assert_eq!(padded[end], 0x80);
    let bytes = zstd::bulk::decompress(&padded[..end], 262_144).expect("one zstd frame");
    assert_eq!(bytes, frozen.hex("plaintext"));
    let plain: Plain = round_trips(&bytes);
    plain.verify(&entry.header().aad(), 1, &w.member_ed.signing_key().verifying_key()).expect("signed by the member");
    assert_eq!(plain.change, frozen.hex("plaintext.change"));
}

#[test]
fn a_change_of_root_scalars_passes_the_gates_as_frozen() {
    let w = World::new();
    let actor = w.actor(1);
    let ops = [
        LayerOp::Put { key: "reporter_name".into(), value: Value::Text("A. B.".into()) },
        LayerOp::Put { key: "note/01".into(), value: Value::Bytes(vec![1, 2, 3]) },
        LayerOp::Put { key: "years".into(), value: Value::Int(34) },
        LayerOp::Put { key: "anonymous".into(), value: Value::Bool(false) },
    ];
    let bytes = LayerDoc::new().author(actor, &ops).expect("fits");
    let mut s = Sheet::new(
        "change",
        "An Automerge 0.12 change of four root scalars (text, bytes, integer, boolean), first of its actor.\nThe Automerge version is pinned by the header's validator number.",
    );
    s.hex("actor", actor.0).hex("change", &bytes);
    let expect = Expect { actor, drop_box: false, visible: &|_| false };
    let check = |bytes: &[u8]| check_change(bytes, &expect, LayerDoc::new().history(), &AnyKey);
    s.hex("hash", check(&bytes).expect("passes").hash().0);
    let frozen = s.check();
    let checked = check(&frozen.hex("change")).expect("the frozen change passes");
    assert_eq!(checked.ops().iter().map(|op| op.op.clone()).collect::<Vec<_>>(), ops);
    assert_eq!((checked.seq(), checked.start_op()), (1, 1));
}

#[test]
fn grants_and_wraps_open_as_frozen() {
    let w = World::new();
    let context = (&w.org, &w.scope, &w.doc);
    let chain = (&w.org, &w.scope, &w.device, &w.incarnation);
    let aad = b"associated data of a header";
    let reader = w.member_x.kem_public();
    let audience = ordinary_audience(&w.org, &w.scope);
    let target = named_audience(&w.org, "psea");
    let mut s = Sheet::new(
        "grant",
        "HPKE base mode (X25519, HKDF-SHA256, ChaCha20-Poly1305) in its four uses. The recipient is the member of ids.txt;\nthe invite grant is for the invitation's KEM key. Entropy: seeds of 32 bytes 0x31, 0x32, 0x34.",
    );
    let grant = GrantSection::new(context, aad, 2, &w.ck, &[reader], &mut Entropy::new([0x31; 32])).expect("valid key");
    s.note("grant section (layer 3): CK for one reader, seven decoys");
    s.hex("grant.aad", aad).hex("grant", cbor::encode(&grant));
    let stream = StreamGrant::new(chain, (audience, 3, &reader), &w.stream(), &mut Entropy::new([0x32; 32]));
    s.note("stream grant (kind 7): the stream key of ids.txt to epoch 3 of the ordinary audience");
    s.hex("stream_grant", cbor::encode(&stream.expect("valid key")));
    let to = (&w.member.0, &reader);
    let (enc, ct) = wrap_secret(&w.ck, &w.org, &target.0, 1, to).expect("valid key");
    s.note("wrap: the secret `ck` of ids.txt as epoch 1 of audience psea; its ephemeral key is derived");
    s.hex("wrap.enc", enc).hex("wrap.ct", ct);
    let keys =
        InviteGrant { open: vec![(w.scope, 2, w.member_data.clone())], audiences: vec![(audience, 3, w.ck.clone())] };
    let kem = invite_kem_secret(&w.invite_seed);
    s.note("invite grant: one open key (epoch 2) and one audience secret (epoch 3)");
    s.hex("invite_grant.plaintext", cbor::encode(&keys));
    let sealed = keys.seal(&w.org, &kem.kem_public(), &mut Entropy::new([0x34; 32])).expect("valid key");
    s.hex("invite_grant", sealed);
    let frozen = s.check();

    let grant: GrantSection = round_trips(&frozen.hex("grant"));
    assert_eq!(frozen.hex("grant").len(), GrantSection::LEN);
    assert!(grant.open(context, aad, &w.member_x).eq([(2, w.ck.clone())]));
    assert!(grant.open(context, b"another header", &w.member_x).next().is_none());
    let stream: StreamGrant = round_trips(&frozen.hex("stream_grant"));
    assert_eq!(stream.open(chain, &w.member_x), Some(w.stream()));
    let other = Incarnation([0xee; 8]);
    assert_eq!(stream.open((&w.org, &w.scope, &w.device, &other), &w.member_x), None);
    let (enc, ct) = (frozen.array("wrap.enc"), frozen.array("wrap.ct"));
    assert_eq!(open_wrap(&w.member_x, &w.org, &target.0, 1, &w.member.0, (&enc, &ct)), Some(w.ck.clone()));
    assert_eq!(open_wrap(&w.member_x, &w.org, &target.0, 2, &w.member.0, (&enc, &ct)), None);
    assert_eq!(InviteGrant::open_sealed(&frozen.hex("invite_grant"), &w.org, &kem), Some(keys));
}

#[test]
fn the_founding_gives_the_organisation_its_id_as_frozen() {
    let w = World::new();
    let founding = w.founding();
    let mut s = Sheet::new("genesis", "The founding: two of three root keys (secrets: 32 bytes 0x41, 0x42, 0x43).");
    s.hex("founding", cbor::encode(&founding)).hex("org_id", founding.org().0);
    s.hex("root_set_hash", founding.root_set_hash()).hex("signed_message", founding.signed_message());
    let sigs = w.root_signatures(&founding);
    for (index, sig) in &sigs {
        s.hex(&format!("signature.{index}"), sig);
    }
    s.hex("operation", cbor::encode(&Operation::Genesis(founding, sigs)));
    let frozen = s.check();
    let back: Founding = round_trips(&frozen.hex("founding"));
    let mut input = b"boucle/org/v1".to_vec();
    input.extend(frozen.hex("founding"));
    assert_eq!(blake3::hash(&input).as_bytes()[..16], back.org().0);
    let mut input = 2u32.to_be_bytes().to_vec();
    back.roots.iter().for_each(|root| input.extend(root));
    assert_eq!(blake3::derive_key("boucle 2026 root set v1", &input), back.root_set_hash());
    round_trips::<Operation>(&frozen.hex("operation"));
}

#[test]
fn membership_operations_are_encoded_as_frozen() {
    let w = World::new();
    let mut s = Sheet::new("operations", "Each membership operation, by code. Genesis (code 0) stands in genesis.txt.");
    let operations = w.operations();
    for (label, op) in &operations {
        s.hex(label, cbor::encode(op));
    }
    s.note("what an invitation's key signs in a Join");
    let (_, Operation::Join(join)) = operations.iter().find(|(label, _)| label == "05.join").expect("listed") else {
        panic!("05 is the Join");
    };
    s.hex("join.signed_message", join.signed_message(&w.org)).hex("join.signature", join.sig);
    s.note("reserved: stored and relayed, without effect; the content is not looked at");
    for code in [2u8, 9, 10, 11, 12, 16, 17, 19, 20, 21] {
        let bytes = if code < 24 { vec![0x82, code, 0xf6] } else { vec![0x82, 0x18, code, 0xf6] };
        s.hex(&format!("reserved.{code:02}"), bytes);
    }
    let frozen = s.check();
    for (label, op) in operations {
        assert_eq!(round_trips::<Operation>(&frozen.hex(&label)), op, "{label}");
    }
    let reserved = frozen.labels("reserved.");
    assert_eq!(reserved.len(), 10);
    for label in reserved {
        assert!(cbor::decode::<Operation>(&frozen.hex(&label)).is_err(), "{label}");
    }
}

#[test]
fn an_invitation_is_written_as_frozen() {
    let w = World::new();
    let invitation = w.invitation();
    let mut s = Sheet::new("invitation", "An invitation: its bytes, and the text that a person copies.");
    let bytes = cbor::encode(&invitation);
    s.hex("bytes", &bytes);
    s.hex("checksum", &blake3::derive_key("boucle 2026 invitation checksum v1", &bytes)[..4]);
    s.plain("text", invitation.to_text());
    s.note("what its Invite commits to, and the tag of the name `Rose` under its salt");
    s.hex("terms", invitation.terms()).hex("name_tag", invitation.people[0].tag);
    let frozen = s.check();
    assert_eq!(Invitation::from_text(frozen.text("text")), Ok(invitation.clone()));
    assert_eq!(round_trips::<Invitation>(&frozen.hex("bytes")), invitation);
    let InviteOp { sign_pk, kem_pk, .. } = invitation.as_invite_op();
    assert_eq!(sign_pk, w.invite_pk());
    assert_eq!(kem_pk, invite_kem_secret(&w.invite_seed).kem_public());
}

#[test]
fn gifts_are_made_as_frozen() {
    let w = World::new();
    let audience = secret(0x18);
    let of = GiftOf { org: &w.org, scope: &w.scope, doc: &w.doc, generation: 0, term: 1, epoch: 3 };
    let gift = gift_key(&audience, &of);
    let chain = ChainKey { device: w.device, incarnation: w.incarnation };
    let key = case_key(&w.stream(), &w.doc, 0, 1);
    let earlier = EarlierGift { term: 0, epoch: 3, key: gift_key(&audience, &GiftOf { term: 0, ..of }) };
    let given = Given { earlier: vec![earlier], keys: vec![GivenKey { layer: 1, chain, term: 1, key: key.clone() }] };
    let mut s = Sheet::new(
        "gift",
        "A gift of the case of ids.txt to its member, in term 1 and epoch 3 of the site's audience, whose secret is 32 bytes 0x18.",
    );
    s.hex("gift_key", gift.0).hex("case_key.term_1", key.0);
    s.hex("audience_hint.term_1", audience_hint(&ordinary_audience(&w.org, &w.scope), 3, 1));
    let (enc, ct) = wrap_gift(&gift, &of, (&w.member.0, &w.member_keys.x)).expect("a point");
    let fact = GiftFact { term: 1, epoch: 3, to: w.member.0, enc, ct };
    s.hex("gift", cbor::encode(&fact)).hex("gift.id", gift_id(&fact, 0).0);
    s.note("the keys of the case, before and after they are sealed under the gift key");
    s.hex("given.plain", cbor::encode(&given));
    let sealed = given.seal(&gift, &of).expect("few keys");
    s.hex("given", cbor::encode(&GivenFact { term: 1, epoch: 3, sealed }));
    s.note("the secret of the role focal_cash at the site, what gifts name it by, and its grant to the member");
    let role = role_secret(&audience, &w.org, &w.scope, 3, "focal_cash");
    s.hex("role_secret", role.0).hex("role_receiver", role_receiver(&w.org, &w.scope, "focal_cash"));
    let to = (w.member, &w.member_keys.x);
    let grant = RoleGrant::new(&role, (&w.org, &w.scope), 3, "focal_cash", to).expect("a point");
    s.hex("role_grant", cbor::encode(&grant));
    let frozen = s.check();
    let fact: GiftFact = round_trips(&frozen.hex("gift"));
    assert_eq!(open_gift(&w.member_x, &of, &w.member.0, &(fact.enc, fact.ct)), Some(gift.clone()));
    assert!(frozen.hex("gift").len() <= 200, "whoever receives it");
    let sealed: GivenFact = round_trips(&frozen.hex("given"));
    assert_eq!(Given::open(&sealed.sealed, &gift, &of), Some(given));
    let grant: RoleGrant = round_trips(&frozen.hex("role_grant"));
    assert_eq!(grant.open((&w.org, &w.scope), &w.member_x), Some(role));

    // derived here once more, from the bytes alone
    let place: Vec<u8> =
        [&w.org.0[..], &w.scope.0, &w.doc.0, &0_u32.to_be_bytes(), &1_u16.to_be_bytes(), &3_u32.to_be_bytes()].concat();
    let derived = |context, parts: &[&[u8]]| blake3::derive_key(context, &parts.concat()).to_vec();
    assert_eq!(derived("boucle 2026 gift key v1", &[&audience.0, &place]), frozen.hex("gift_key"));
    let parts: [&[u8]; 4] = [&w.stream().0, &w.doc.0, &[0; 4], &[0, 1]];
    assert_eq!(derived("boucle 2026 case key v1", &parts), frozen.hex("case_key.term_1"));
}

#[test]
fn frontiers_and_fork_proofs_are_encoded_as_frozen() {
    let w = World::new();
    let one = ChainKey { device: w.device, incarnation: w.incarnation };
    let two = ChainKey { device: w.device, incarnation: Incarnation([0xee; 8]) };
    let frontier: Frontier =
        [(two, Tip { seq: 300, entry: EntryId([0x52; 32]) }), (one, Tip { seq: 7, entry: EntryId([0x51; 32]) })]
            .into_iter()
            .collect();
    let mut s =
        Sheet::new("frontier", "A frontier of two chains, its hash, and the proof that a device wrote two histories.");
    s.hex("chain", cbor::encode(&one)).hex("frontier", cbor::encode(&frontier));
    s.hex("frontier_hash", frontier.hash(&w.org, &w.scope)).hex("empty_hash", Frontier::new().hash(&w.org, &w.scope));
    let proof = ForkProof::of(&rival(&w, 1), &rival(&w, 2)).expect("rivals of one chain");
    s.hex("fork_proof", cbor::encode(&proof));
    let frozen = s.check();
    let back: Frontier = round_trips(&frozen.hex("frontier"));
    assert_eq!((back.len(), back.entries()), (2, 307));
    assert_eq!(back.hash(&w.org, &w.scope).to_vec(), frozen.hex("frontier_hash"));
    let proof: ForkProof = round_trips(&frozen.hex("fork_proof"));
    let key = w.device_ed.signing_key().verifying_key();
    assert_eq!(proof.check(|device| (*device == w.device).then_some(key)), Ok((w.scope, one, 1)));
    assert!(proof.check(|_| None).is_err(), "without the device's key it proves nothing");
    assert!(ForkProof::of(&rival(&w, 1), &rival(&w, 1)).is_none(), "one entry is no fork");
}

#[test]
fn messages_of_a_session_are_encoded_as_frozen() {
    let w = World::new();
    let chain = ChainKey { device: w.device, incarnation: w.incarnation };
    let tips: Frontier = [(chain, Tip { seq: 7, entry: EntryId([0x51; 32]) })].into_iter().collect();
    let status = Status {
        membership: [0x81; 32],
        rest: [0x82; 32],
        gaps: Gaps { count: 2, hash: [0x83; 32] },
        wants: [0x84; 32],
        explicit: true,
        too_many: false,
        base: [0x85; 32],
        hints: vec![(w.scope, tips.clone())],
    };
    let rival = rival(&w, 1);
    let (gap, bytes) = (Missing { entry: rival.id(), layers: 1 }, rival.section(0).expect("held").1.to_vec());
    let (wanted, sections) = (vec![gap], vec![SectionsOf { entry: rival.id(), sections: vec![(0, bytes)] }]);
    let messages = [
        ("1.status", Message::Status(status)),
        ("2.scopes", Message::Scopes(vec![(w.scope, [0x86; 32])])),
        ("3.tips", Message::Tips { scope: w.scope, tips, last: true }),
        ("4.entries", Message::Entries { scope: w.scope, entries: vec![rival.encode()], urgent: vec![0] }),
        ("5.confirmed", Message::Confirmed { frames: 300 }),
        ("6.round_end", Message::RoundEnd { answered: 0 }),
        ("7.resend", Message::Resend { scope: w.scope, chain, after: 6 }),
        ("8.bye", Message::Bye { code: "protocol".into() }),
        ("9.want_sections", Message::WantSections { scope: w.scope, wanted }),
        ("10.sections", Message::Sections { scope: w.scope, sections }),
    ];
    let mut s = Sheet::new(
        "session",
        "Each message of a sync session, as the frame that carries it, without the frame's length.",
    );
    for (label, message) in &messages {
        s.hex(label, message.to_frame());
    }
    s.note("what a status says of gaps: this section missing; and of wants: two entries named and not held");
    s.hex("gaps_hash", Gaps::over(vec![gap], 1).hash);
    s.hex("wants_hash", wants_hash(vec![EntryId([0x88; 32]), EntryId([0x87; 32])]));
    let news = News { digest: [0x95; 32] };
    s.note("An announcement on a line.").hex("11.news", news.to_frame());
    let frozen = s.check();
    assert_eq!(News::from_frame(&frozen.hex("11.news")), Ok(news));
    for (label, message) in messages {
        let frame = frozen.hex(label);
        assert_eq!(Message::from_frame(&frame).as_ref(), Ok(&message), "{label}");
        assert_eq!(Message::from_frame(&frame).expect("just read").to_frame(), frame, "{label}");
        assert!(Message::from_frame(&frame[..frame.len() - 1]).is_err(), "{label} cut short");
        assert!(Message::from_frame(&[frame.as_slice(), &[0]].concat()).is_err(), "{label} with a byte too many");
    }
}

#[test]
fn a_withdrawal_is_encoded_as_frozen() {
    let w = World::new();
    let mut taken = edit(&w);
    for layer in 0..4 {
        taken.drop_section(layer);
    }
    let named = Withdrawn { seq: 1, entry: taken.id() };
    let content = cbor::encode(&Retraction::Withdrawal(vec![named]));
    let section = SectionRef { layer: 0, generation: 0, len: content.len() as u32, hash: [0; 32], hint: [0; 8] };
    let mut header = Header { kind: Kind::Erasure, sections: vec![section], ..taken.header().clone() };
    (header.seq, header.prev, header.deps) = (2, taken.id(), vec![]);
    header.bytes_total = taken.header().bytes_total + header.cost();
    let by = Entry::sign(header, vec![content.clone()], &w.device_ed.signing_key());
    let mut s = Sheet::new(
        "retraction",
        "The edit of entry.txt is taken back by the next entry of its chain; then the edit as it travels from now on.",
    );
    s.hex("content", content).hex("entry", by.encode()).hex("entry_id", by.id().0).hex("taken_back", taken.encode());
    let frozen = s.check();
    assert_eq!(round_trips::<Retraction>(&frozen.hex("content")), Retraction::Withdrawal(vec![named]));
    let back = Entry::decode(&frozen.hex("entry")).expect("an entry");
    back.verify(&w.device_ed.signing_key().verifying_key()).expect("signed by the device");
    let taken = Entry::decode(&frozen.hex("taken_back")).expect("a header alone");
    assert_eq!(taken_back(&[taken.clone(), back.clone()]), [taken.id()].into());
    assert!(taken_back(&[edit(&w), back]).is_empty(), "bytes win");
}

#[test]
fn a_receipt_is_encoded_as_frozen() {
    let w = World::new();
    let chain = |life: u8| ChainKey { device: w.device, incarnation: Incarnation([life; 8]) };
    let held = vec![Held { chain: chain(1), upto: 7 }, Held { chain: chain(2), upto: 300 }];
    let receipt = Receipt { at_ms: 1_795_219_200_000, held };
    let content = cbor::encode(&receipt);
    let section = SectionRef { layer: 0, generation: 0, len: content.len() as u32, hash: [0; 32], hint: [0; 8] };
    let doc = receipts_doc(&w.org, &w.scope);
    let mut header = Header { kind: Kind::Receipt, doc, sections: vec![section], ..edit(&w).header().clone() };
    (header.seq, header.prev, header.deps) = (1, EntryId::ZERO, vec![]);
    header.bytes_total = header.cost();
    let entry = Entry::sign(header, vec![content.clone()], &w.device_ed.signing_key());
    let mut s = Sheet::new("receipt", "Two chains of one device are held by the device that signs this.");
    s.hex("doc", doc.0).hex("content", content).hex("entry", entry.encode()).hex("entry_id", entry.id().0);
    let frozen = s.check();
    assert_eq!(round_trips::<Receipt>(&frozen.hex("content")), receipt);
    let entry = Entry::decode(&frozen.hex("entry")).expect("an entry");
    entry.verify(&w.device_ed.signing_key().verifying_key()).expect("signed by the device");
    assert_eq!(Receipt::read_from(&entry), Some(receipt));
}

/// The facts that a generation adds, and those that lead to it.
fn facts(w: &World, first: &Entry) -> Vec<(FactKind, FactId, Vec<u8>)> {
    let id = |n: u8| FactId([n; 8]);
    let origin = OriginFact {
        entry: first.id(),
        member: Some(w.member),
        device: w.device,
        claimed_ms: 1_795_219_200_000,
        n: 0,
        keys: vec!["summary".into()],
    };
    let exposed = ExposedFact { generation: 0, members: vec![w.member], devices: vec![w.device] };
    let old = (w.device, w.incarnation, case_key(&w.stream(), &w.doc, 0, 0));
    let lower = LowerFact { level: Level::S0, raises: vec![id(0xd1)], seen: vec![id(0xd6), id(0xd7)] };
    vec![
        (FactKind::Raise, id(0xd1), cbor::encode(&RaiseFact { level: Level::S3 })),
        (FactKind::Reason, id(0xd1), cbor::encode(&TextFact { text: "grave".into() })),
        (FactKind::Origin, id(0xd2), cbor::encode(&origin)),
        (FactKind::Origin, id(0xd3), cbor::encode(&OriginFact { member: None, n: 1, keys: vec![], ..origin })),
        (FactKind::Exposed, id(0xd4), cbor::encode(&exposed)),
        (FactKind::OldKeys, id(0xd5), cbor::encode(&OldKeysFact { generation: 0, keys: vec![old] })),
        (FactKind::Lower, id(0xd8), cbor::encode(&lower)),
    ]
}

/// The sensitive layer of a birth. A lowering stands in the generation after.
fn restating(facts: &[(FactKind, FactId, Vec<u8>)]) -> Vec<LayerOp> {
    let put = |(kind, id, bytes): &(FactKind, FactId, Vec<u8>)| LayerOp::Put {
        key: kind.key(*id),
        value: Value::Bytes(bytes.clone()),
    };
    let mut ops: Vec<LayerOp> = facts.iter().filter(|(kind, ..)| *kind != FactKind::Lower).map(put).collect();
    for (key, text) in [("audience", "psea"), ("summary", "Le montant reçu était incomplet.")] {
        ops.push(LayerOp::Put { key: key.into(), value: Value::Text(text.into()) });
    }
    ops
}

#[test]
fn a_case_is_written_anew_as_frozen() {
    let w = World::new();
    let first = edit(&w);
    let facts = facts(&w, &first);
    let ops = restating(&facts);
    let birth = birth_of_generation_1(&w, &first, &ops);
    let mut s = Sheet::new(
        "generation",
        "The edit of entry.txt is written anew in generation 1, restricted, by the next entry of its chain: sealed under\n`ck` of ids.txt, granted to the member. Facts by root key. Entropy: a seed of 32 bytes 0x22.",
    );
    for (kind, id, bytes) in &facts {
        s.hex(&kind.key(*id), bytes);
    }
    s.note("the entry, what its sensitive section holds, and whose change that is");
    s.hex("entry", birth.encode()).hex("entry_id", birth.id().0).hex("aad", birth.header().aad());
    let (named, section) = birth.section(2).expect("held");
    let plain = open_section(&w.ck, section, &birth.header().aad(), 2, named.generation).expect("opens");
    s.hex("plaintext", cbor::encode(&plain)).hex("actor", w.actor_in(2, 1).0);
    let frozen = s.check();

    for (kind, id, _) in &facts {
        kind.check(&frozen.hex(&kind.key(*id))).expect("one canonical fact");
    }
    let back = Entry::decode(&frozen.hex("entry")).expect("an entry");
    back.verify(&w.device_ed.signing_key().verifying_key()).expect("signed by the device");
    assert_eq!(back.header().deps, [first.id()]);
    assert_eq!(generation_of(back.header()), Some(1));
    assert_eq!(frozen.hex("aad"), back.header().aad());
    let (named, section) = back.section(3).expect("held");
    let grant: GrantSection = round_trips(section);
    let context = (&w.org, &w.scope, &w.doc);
    assert_eq!(named.generation, 1);
    assert!(grant.open(context, &back.header().aad(), &w.member_x).eq([(2, w.ck.clone())]));
    let (_, section) = back.section(2).expect("held");
    let aad = back.header().aad();
    assert!(open_section(&w.ck, section, &aad, 2, 0).is_err(), "of no other generation");
    let plain = open_section(&w.ck, section, &aad, 2, 1).expect("opens");
    plain.verify(&aad, 2, &w.member_ed.signing_key().verifying_key()).expect("signed by the member");
    let expect = Expect { actor: w.actor_in(2, 1), drop_box: false, visible: &|_| false };
    let checked = check_change(&plain.change, &expect, LayerDoc::new().history(), &AnyKey).expect("passes");
    assert_eq!(checked.ops().iter().map(|op| op.op.clone()).collect::<Vec<_>>(), ops);
}

#[test]
fn an_erasure_is_signed_twice_as_frozen() {
    let w = World::new();
    let first = edit(&w);
    let birth = birth_of_generation_1(&w, &first, &restating(&facts(&w, &first)));
    let erasure = Erasure::of_generation(0);
    let content = cbor::encode(&Retraction::Erasure(erasure));
    let (other_ed, other_x) = (world::secret(0x19), world::secret(0x1a));
    let other = device_id(&other_ed.signing_key().verifying_key().to_bytes(), &other_x.kem_public());
    let sign = |device: DeviceId, ed: &ed25519_dalek::SigningKey, before: Option<&Entry>, deps: Vec<EntryId>| {
        let section = SectionRef { layer: 0, generation: 0, len: content.len() as u32, hash: [0; 32], hint: [0; 8] };
        let mut header = Header { kind: Kind::Erasure, device, sections: vec![section], ..first.header().clone() };
        header.deps = deps;
        (header.seq, header.prev) = before.map_or((1, EntryId::ZERO), |entry| (entry.header().seq + 1, entry.id()));
        header.bytes_total = before.map_or(0, |entry| entry.header().bytes_total) + header.cost();
        Entry::sign(header, vec![content.clone()], ed)
    };
    let one = sign(w.device, &w.device_ed.signing_key(), Some(&birth), vec![birth.id()]);
    let mut deps = vec![birth.id(), one.id()];
    deps.sort_unstable();
    let two = sign(other, &other_ed.signing_key(), None, deps);
    let mut gone = first.clone();
    for layer in 0..4 {
        gone.drop_section(layer);
    }
    let mut s = Sheet::new(
        "erasure",
        "What came before generation 1 of a case is erased: the device of entry.txt says so after its birth, another device,\nfrom the secrets below, names that and the birth. Then the edit of entry.txt as it travels from now on.",
    );
    s.hex("content", &content).hex("birth_id", birth.id().0);
    s.hex("first", one.encode()).hex("first_id", one.id().0);
    s.hex("other.ed_secret", other_ed.0).hex("other.x_secret", other_x.0).hex("other.device_id", other.0);
    s.hex("second", two.encode()).hex("second_id", two.id().0).hex("erased", gone.encode());
    let frozen = s.check();
    assert_eq!(round_trips::<Retraction>(&frozen.hex("content")), Retraction::Erasure(erasure));
    let keys = [("first", &w.device_ed), ("second", &other_ed)];
    for (label, ed) in keys {
        let back = Entry::decode(&frozen.hex(label)).expect("an entry");
        back.verify(&ed.signing_key().verifying_key()).expect("signed by its device");
        assert_eq!(Retraction::read_from(&back), Some(Retraction::Erasure(erasure)));
        assert!(back.header().deps.contains(&birth.id()), "the heir");
    }
    let mut erased = Erased::of_layers([Some(0); 3]);
    assert_eq!(erased.strip(&first).map(|entry| entry.encode()), Some(frozen.hex("erased")));
    erased = Erased::of_layers([None, Some(0), Some(0)]);
    assert_eq!(erased.whole(), None);
}

#[test]
fn an_entry_that_a_fork_cut_off_is_carried_as_frozen() {
    let w = World::new();
    let original = edit(&w);
    let by = Carrier {
        device: w.device,
        incarnation: Incarnation([0xee; 8]),
        place: Place::FIRST,
        auth: vec![EntryId([0x61; 32])],
    };
    let carrier = carry(&original, by, &w.device_ed.signing_key()).expect("no carrier itself");
    let mut s = Sheet::new(
        "carried",
        "The edit of entry.txt, carried on by the first entry of another incarnation of the same device. Its sections 0 to 3 are\nthose of the edit; `content` is section 4. Then the document of a birth: at the place of the carrier, without a salt and\nwith the salt 0x71 eight times.",
    );
    s.hex("header", carrier.header_bytes()).hex("entry_id", carrier.id().0).hex("signature", carrier.signature());
    s.hex("content", carrier.section(LAYER_CARRIED).expect("held").1);
    s.hex("blake3(entry)", blake3::hash(&carrier.encode()).as_bytes());
    let born = |salt| birth_doc(&w.org, &w.scope, &w.device, &Incarnation([0xee; 8]), 1, &salt);
    s.hex("birth", born([0; 8]).0).hex("birth.salted", born([0x71; 8]).0);
    let frozen = s.check();
    let sections: Vec<_> = original.sections().iter().cloned().chain([Some(frozen.hex("content"))]).collect();
    let signature = frozen.hex("signature").try_into().expect("64 bytes");
    let back = Entry::from_parts(&frozen.hex("header"), signature, sections).expect("an entry");
    back.verify(&w.device_ed.signing_key().verifying_key()).expect("signed by the device");
    assert_eq!(carried(&back), Ok(Some(original)));
}

/// Everybody of `World` is a member, everybody else unknown.
struct OneDevice<'w>(&'w World);

impl PeerPolicy for OneDevice<'_> {
    fn key(&self, device: &DeviceId) -> Option<VerifyingKey> {
        (*device == self.0.device).then(|| self.0.device_ed.signing_key().verifying_key())
    }
    fn admit_newcomer(&self, _: &[u8]) -> Result<(DeviceId, VerifyingKey), NewcomerFault> {
        Err(NewcomerFault::UnknownInvite)
    }
    fn standing(&self, _: &DeviceId) -> Standing {
        Standing::Member
    }
}

#[test]
fn a_handshake_runs_as_frozen() {
    let w = World::new();
    let local = |local_peer: &[u8], remote_peer: &[u8]| Local {
        device: w.device,
        key: w.device_ed.signing_key(),
        membership: [0x91; 32],
        join: None,
        newcomer: false,
        local_peer: local_peer.to_vec(),
        remote_peer: remote_peer.to_vec(),
    };
    let side = |role, here: &[u8], there: &[u8], nonce| Handshake::new(role, local(here, there), [nonce; 32]);
    let mut initiator = side(Role::Initiator, b"peer i", b"peer r", 0x92);
    let mut responder = side(Role::Responder, b"peer r", b"peer i", 0x93);
    let policy = OneDevice(&w);
    let mut s = Sheet::new(
        "handshake",
        "A handshake of a device with itself (keys: ids.txt). PeerIds: the bytes \"peer i\" and \"peer r\".",
    );
    let (first_i, first_r) = (initiator.first(), responder.first());
    let proof_i = initiator.handle(&first_r, &policy).send.expect("the initiator proves itself first");
    assert!(responder.handle(&first_i, &policy).send.is_none(), "the responder waits");
    let answer = responder.handle(&proof_i, &policy);
    let proof_r = answer.send.expect("the responder reveals itself to a member");
    s.hex("nonce.initiator", &first_i).hex("nonce.responder", &first_r);
    s.hex("proof.initiator", &proof_i).hex("proof.responder", &proof_r);
    let frozen = s.check();

    let peer = initiator.handle(&frozen.hex("proof.responder"), &policy).done.expect("over").expect("a member");
    assert!(peer.verified && peer.standing == Standing::Member && peer.device == w.device);
    // the signature once more, from the bytes alone
    let signed = |role: u8| {
        let nonces = [&frozen.hex("nonce.initiator")[5..], &frozen.hex("nonce.responder")[5..]].concat();
        [b"boucle/session/v1\0".as_slice(), &nonces, &[0, 6], b"peer i", &[0, 6], b"peer r", &[role]].concat()
    };
    for (role, label) in [(0, "proof.initiator"), (1, "proof.responder")] {
        let proof = frozen.hex(label);
        let sig: [u8; 64] = proof[proof.len() - 65..proof.len() - 1].try_into().expect("64 bytes before the null");
        let key = w.device_ed.signing_key().verifying_key();
        key.verify_strict(&signed(role), &Signature::from_bytes(&sig)).expect(label);
        key.verify_strict(&signed(1 - role), &Signature::from_bytes(&sig)).expect_err("bound to the role");
    }
}

/// A first entry of one chain that differs from its rivals in `n`.
pub(crate) fn rival(w: &World, n: u8) -> Entry {
    let bytes = vec![n; 4];
    let named = SectionRef { layer: 0, generation: 0, len: 4, hash: [0; 32], hint: [0; 8] };
    let mut header = Header {
        org: w.org,
        scope: w.scope,
        kind: Kind::Edit,
        doc: w.doc,
        device: w.device,
        incarnation: w.incarnation,
        seq: 1,
        prev: EntryId::ZERO,
        bytes_total: 0,
        validator: VALIDATOR,
        auth: vec![EntryId([0x61; 32])],
        deps: vec![],
        sections: vec![named],
    };
    header.bytes_total = header.cost();
    let entry = Entry::sign(header, vec![bytes], &w.device_ed.signing_key());
    assert_eq!(entry.id(), entry_id(entry.header_bytes()));
    entry
}

#[test]
fn a_bundle_is_sealed_as_frozen() {
    let w = World::new();
    let entry = edit(&w).encode();
    let chain = ChainKey { device: w.device, incarnation: w.incarnation };
    let row = Row { after: 0, upto: 1, tip: Tip { seq: 1, entry: edit(&w).id() } };
    let record = Record {
        from: w.device,
        bundle: [0x81; 16],
        created_ms: 1_795_219_200_000,
        to: To::Site("JER".into()),
        part: None,
        entries: 1,
        bytes: entry.len() as u64 + 4,
        join: None,
        scopes: BTreeMap::from([(w.scope, BTreeMap::from([(chain, row)]))]),
    };
    let mut file = Vec::new();
    let (signer, recipient) = (w.device_ed.signing_key(), w.member_x.kem_public());
    let mut entropy = Entropy::new([0x35; 32]);
    let mut writer = Writer::begin(&w.org, &record, &[recipient], &signer, &mut entropy, &mut file).expect("fits");
    writer.entry(&entry, &mut file).expect("promised");
    writer.finish(&mut file).expect("whole");
    let (slots, salt) = (&file[10..10 + 16 * 80], &file[10 + 16 * 80..][..32]);
    let slot = |slot: &[u8]| -> Option<_> {
        let (enc, ct) = slot.split_first_chunk::<32>()?;
        open_bundle_slot(&w.member_x, &w.org, salt.try_into().ok()?, &(*enc, ct.try_into().ok()?))
    };
    let file_key = slots.chunks(80).find_map(slot).expect("one slot opens");
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 bundle v1");
    for part in [&file_key.0[..], salt, blake3::hash(slots).as_bytes()] {
        hasher.update(part);
    }
    let mut okm = [0; 83];
    hasher.finalize_xof().fill(&mut okm);
    let mut s = Sheet::new(
        "bundle",
        "A bundle with the entry of entry.txt, made by the device of ids.txt for site JER, one slot for the KEM key of the\nmember of ids.txt. Entropy: a seed of 32 bytes 0x35.",
    );
    s.hex("file_key", file_key.0).hex("salt", salt).hex("blake3(slots)", blake3::hash(slots).as_bytes());
    s.hex("okm.key", &okm[..32]).hex("okm.prefix", &okm[32..51]).hex("okm.commitment", &okm[51..]);
    s.hex("record", cbor::encode(&record)).hex("file", &file);
    let frozen = s.check();

    // opened by hand from the frozen bytes: one chunk, the last
    let file = frozen.hex("file");
    let (head, sealed) = file.split_at(10 + 16 * 80 + 64);
    assert_eq!(head[10 + 16 * 80 + 32..], frozen.hex("okm.commitment"));
    let mut nonce = [0; 24];
    nonce[..19].copy_from_slice(&frozen.hex("okm.prefix"));
    nonce[23] = 1;
    let aad = *blake3::hash(head).as_bytes();
    let content = XChaCha20Poly1305::new(&Key::from(frozen.array::<32>("okm.key")))
        .decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &aad })
        .expect("authentic");
    let record: Record = round_trips(&frozen.hex("record"));
    let at = 4 + frozen.hex("record").len();
    assert_eq!(content[4..at], frozen.hex("record"));
    let mut message = b"boucle/bundle/v1\0".to_vec();
    message.extend(frozen.hex("okm.commitment"));
    message.extend(frozen.hex("record"));
    let signature = Signature::from_slice(&content[at..at + 64]).expect("64 bytes");
    signer.verifying_key().verify_strict(&message, &signature).expect("signed by the device");
    let mut reader = Reader::new(w.org, vec![w.member_x.clone()]);
    reader.push(&file).expect("whole");
    reader.finish().expect("whole");
    assert!(matches!(reader.poll(), Some(Event::Record(signed)) if signed.record == record));
    assert_eq!(reader.poll(), Some(Event::Entry(entry)));
    assert_eq!(reader.poll(), None);
}

impl World {
    fn invite_pk(&self) -> [u8; 32] {
        invite_signing_key(&self.invite_seed).verifying_key().to_bytes()
    }

    fn stream(&self) -> crdt_model::seal::Secret {
        let audience = ordinary_audience(&self.org, &self.scope);
        stream_key(&self.member_data, &self.device, &self.incarnation, &self.scope, &audience, 3)
    }

    fn founding(&self) -> Founding {
        Founding {
            salt: [0x40; 16],
            roots: [0x41, 0x42, 0x43].map(|n| world::secret(n).signing_key().verifying_key().to_bytes()).to_vec(),
            threshold: 2,
            cover: 1,
            device: self.device_keys,
            member: self.member_keys,
            site: "JER".into(),
        }
    }

    fn root_signatures(&self, founding: &Founding) -> Vec<(u32, [u8; 64])> {
        let message = founding.signed_message();
        [(0, 0x41), (2, 0x43)].map(|(i, n)| (i, world::secret(n).signing_key().sign(&message).to_bytes())).to_vec()
    }

    pub(crate) fn invitation(&self) -> Invitation {
        Invitation {
            org: self.org,
            root_set_hash: [0x44; 32],
            invite: EntryId([0x4c; 32]),
            psk: world::secret(0x45),
            seed: self.invite_seed.clone(),
            role: "operator".into(),
            site: "JER".into(),
            not_after_ms: 1_795_305_600_000,
            nodes: [104, 105, 106],
            block: None,
            audiences: vec![AudienceKey { name: "psea".into(), epoch: 1, pk: self.member_keys.x }],
            addresses: vec!["/ip4/192.0.2.7/tcp/4001".into()],
            open: vec![OpenKey { scope: self.scope, epoch: 1, key: world::secret(0x46) }],
            salt: [0x47; 16],
            people: vec![Person {
                member: self.member,
                x: self.member_keys.x,
                tag: Invitation::name_tag(&[0x47; 16], "Rose"),
                roles: vec!["focal_psea".into()],
                audiences: vec![0],
            }],
        }
    }

    fn operations(&self) -> Vec<(String, Operation)> {
        let invite = self.invitation().as_invite_op();
        let mut join = JoinOp {
            invite: EntryId([0x4c; 32]),
            invite_pk: self.invite_pk(),
            device: self.device_keys,
            member: self.member_keys,
            role: invite.role.clone(),
            not_after_ms: invite.not_after_ms,
            terms: invite.terms,
            sig: [0; 64],
            member_sig: [0; 64],
        };
        join.member_sig = self.member_ed.signing_key().sign(&join.signed_message(&self.org)).to_bytes();
        join.sig = invite_signing_key(&self.invite_seed).sign(&join.signed_message(&self.org)).to_bytes();
        let wrapped = Wrapped { to: self.member.0, enc: [0x71; 32], ct: [0x72; 48] };
        let site = |parent: Option<&str>, org_unit: Option<&str>| SiteOp {
            code: "BOM".into(),
            name: "Comité de Bombardopolis".into(),
            kind: SiteKind::Committee,
            parent: parent.map(str::to_owned),
            org_unit: org_unit.map(str::to_owned),
        };
        let grant = |until_ms| Operation::Grant {
            member: self.member,
            role: "focal_psea".into(),
            site: "JER".into(),
            until_ms,
        };
        let block = InviteOp { block: Some((160, 179)), ..invite.clone() };
        let psea = named_audience(&self.org, "psea");
        [
            ("01.site", Operation::Site(site(Some("JER"), None))),
            ("01.site.partner", Operation::Site(SiteOp { kind: SiteKind::Partner, ..site(None, Some("ACME")) })),
            ("03.invite", Operation::Invite(invite)),
            ("03.invite.with_block", Operation::Invite(block)),
            ("04.end_invite", Operation::EndInvite(EntryId([0x4c; 32]))),
            ("05.join", Operation::Join(join)),
            ("06.confirm", Operation::Confirm(EntryId([0x73; 32]))),
            ("07.grant", grant(None)),
            ("07.grant.until", grant(Some(1_795_305_600_000))),
            ("08.end_grant", Operation::EndGrant(EntryId([0x74; 32]))),
            (
                "13.audience_epoch",
                Operation::AudienceEpoch {
                    audience: psea,
                    name: "psea".into(),
                    epoch: 1,
                    suite: 1,
                    pk: self.member_keys.x,
                    wraps: vec![wrapped.clone()],
                },
            ),
            (
                "14.open_epoch",
                Operation::OpenEpoch {
                    scope: self.scope,
                    epoch: 1,
                    commitment: [0x4d; 32],
                    wraps: vec![wrapped.clone()],
                },
            ),
            ("15.wrap", Operation::Wrap { target: psea.0, epoch: 1, wrapped }),
            ("18.merge", Operation::Merge),
            ("22.site_zone", Operation::SiteZone { site: "BOM".into(), zone: "America/Port-au-Prince".into() }),
            (
                "23.site_said",
                Operation::SiteSaid {
                    site: "BOM".into(),
                    key: "route/payment".into(),
                    value: "role:focal_cash".into(),
                },
            ),
        ]
        .map(|(label, op)| (label.to_owned(), op))
        .into()
    }
}
