//! Fixed keys and one fixed edit: what every vector is made from.

use crdt_model::compose::{EntryPlan, SectionPlan, compose};
use crdt_model::entry::{Entry, Kind, Place};
use crdt_model::layer::{Layer, LayerDoc, LayerOp, Value};
use crdt_model::roster::PublicKeys;
use crdt_model::seal::{
    ActorOf, Entropy, FLAG_DEVICE_ONLY, Plain, Sealing, Secret, audience_hint, case_key, device_id, member_id,
    open_hint, ordinary_audience, scope_id, sensitive_hint, stream_key,
};
use crdt_model::values::{ActorId, DeviceId, DocId, EntryId, Incarnation, MemberId, OrgId, ScopeId};

/// The secret of 32 bytes `n`.
pub(crate) fn secret(n: u8) -> Secret {
    Secret([n; 32])
}

/// One organisation, one device, one member.
pub(crate) struct World {
    pub(crate) org: OrgId,
    pub(crate) scope: ScopeId,
    pub(crate) doc: DocId,
    pub(crate) incarnation: Incarnation,
    pub(crate) device_ed: Secret,
    pub(crate) device_x: Secret,
    pub(crate) device_keys: PublicKeys,
    pub(crate) device: DeviceId,
    pub(crate) member_ed: Secret,
    pub(crate) member_x: Secret,
    pub(crate) member_keys: PublicKeys,
    pub(crate) member: MemberId,
    pub(crate) member_data: Secret,
    pub(crate) ck: Secret,
    pub(crate) invite_seed: Secret,
}

impl World {
    pub(crate) fn new() -> Self {
        let org = OrgId([0x01; 16]);
        let (device_ed, device_x, member_ed, member_x) = (secret(0x11), secret(0x12), secret(0x13), secret(0x14));
        let keys =
            |ed: &Secret, x: &Secret| PublicKeys { ed: ed.signing_key().verifying_key().to_bytes(), x: x.kem_public() };
        let (device_keys, member_keys) = (keys(&device_ed, &device_x), keys(&member_ed, &member_x));
        Self {
            org,
            scope: scope_id(&org, "site/JER"),
            doc: DocId([0x03; 16]),
            incarnation: Incarnation([0x05; 8]),
            device: device_id(&device_keys.ed, &device_keys.x),
            member: member_id(&member_keys.ed, &member_keys.x),
            device_ed,
            device_x,
            device_keys,
            member_ed,
            member_x,
            member_keys,
            member_data: secret(0x15),
            ck: secret(0x16),
            invite_seed: secret(0x17),
        }
    }

    /// The member's actor in a layer of the document.
    pub(crate) fn actor(&self, layer: u8) -> ActorId {
        self.actor_in(layer, 0)
    }

    /// The member's actor in a layer of a generation of the document.
    pub(crate) fn actor_in(&self, layer: u8, generation: u32) -> ActorId {
        ActorOf {
            org: &self.org,
            scope: &self.scope,
            doc: &self.doc,
            layer,
            generation,
            device: &self.device,
            incarnation: &self.incarnation,
            member: &self.member,
            drop_box_seq: None,
        }
        .id()
    }
}

/// The first entry of the device's chain: an open mark by the device alone, a personal layer by the member, nothing in
/// the sensitive layer and a grant section to nobody.
pub(crate) fn edit(w: &World) -> Entry {
    let audience = ordinary_audience(&w.org, &w.scope);
    let stream = stream_key(&w.member_data, &w.device, &w.incarnation, &w.scope, &audience, 3);
    let plain = |layer: u8, flags: u8, op: LayerOp| Plain {
        salt: [0x20 + layer; 16],
        claimed_ms: 1_795_219_200_000,
        member: if flags & FLAG_DEVICE_ONLY == 0 { w.member } else { MemberId::ZERO },
        member_sig: [0; 64],
        flags,
        generation: 0,
        change: LayerDoc::new().author(w.actor(layer), &[op]).expect("one operation fits"),
    };
    let week = LayerOp::Put { key: "week".into(), value: Value::Text("2026-W47".into()) };
    let words = LayerOp::Put { key: "summary".into(), value: Value::Text("Le montant reçu était incomplet.".into()) };
    let plan = EntryPlan {
        org: w.org,
        scope: w.scope,
        kind: Kind::Edit,
        doc: w.doc,
        device: w.device,
        incarnation: w.incarnation,
        place: Place::FIRST,
        auth: vec![EntryId([0x61; 32]), EntryId([0x62; 32])],
        deps: vec![],
        sections: vec![
            SectionPlan::Sealed {
                layer: Layer::Open,
                hint: open_hint(3),
                sealing: Sealing { key: secret(0x18), plain: plain(0, FLAG_DEVICE_ONLY, week) },
            },
            SectionPlan::Sealed {
                layer: Layer::Personal,
                hint: audience_hint(&audience, 3, 0),
                sealing: Sealing { key: case_key(&stream, &w.doc, 0, 0), plain: plain(1, 0, words) },
            },
            SectionPlan::Padding { layer: Layer::Sensitive, hint: [0x66; 8] },
            SectionPlan::Grant { hint: [0; 8], to: None },
        ],
    };
    compose(&plan, &w.device_ed.signing_key(), Some(&w.member_ed.signing_key()), &mut Entropy::new([0x21; 32]))
        .expect("it fits")
}

/// The next entry of the chain: the case of [`edit`] written anew in generation 1, sealed under `ck` to the member, with
/// these operations in its sensitive layer.
pub(crate) fn birth_of_generation_1(w: &World, first: &Entry, sensitive: &[LayerOp]) -> Entry {
    let audience = ordinary_audience(&w.org, &w.scope);
    let plain = |layer: u8, flags: u8, ops: &[LayerOp]| Plain {
        salt: [0x20 + layer; 16],
        claimed_ms: 1_795_219_260_000,
        member: if flags & FLAG_DEVICE_ONLY == 0 { w.member } else { MemberId::ZERO },
        member_sig: [0; 64],
        flags,
        generation: 1,
        change: LayerDoc::new().author(w.actor_in(layer, 1), ops).expect("they fit"),
    };
    let mark = [
        LayerOp::Put { key: "restricted".into(), value: Value::Bool(true) },
        LayerOp::Put { key: "week".into(), value: Value::Text("2026-W47".into()) },
    ];
    let (header, seq) = (first.header(), 2);
    let plan = EntryPlan {
        org: w.org,
        scope: w.scope,
        kind: Kind::Edit,
        doc: w.doc,
        device: w.device,
        incarnation: w.incarnation,
        place: Place { seq, prev: first.id(), bytes_before: header.bytes_total },
        auth: header.auth.clone(),
        deps: vec![first.id()],
        sections: vec![
            SectionPlan::Sealed {
                layer: Layer::Open,
                hint: open_hint(3),
                sealing: Sealing { key: secret(0x18), plain: plain(0, FLAG_DEVICE_ONLY, &mark) },
            },
            SectionPlan::Padding { layer: Layer::Personal, hint: audience_hint(&audience, 3, 0) },
            SectionPlan::Sealed {
                layer: Layer::Sensitive,
                hint: sensitive_hint(&w.ck, &w.doc, &w.device, &w.incarnation, seq),
                sealing: Sealing { key: w.ck.clone(), plain: plain(2, 0, sensitive) },
            },
            SectionPlan::Grant { hint: [0; 8], to: Some((w.ck.clone(), vec![w.member_x.kem_public()])) },
        ],
    };
    compose(&plan, &w.device_ed.signing_key(), Some(&w.member_ed.signing_key()), &mut Entropy::new([0x22; 32]))
        .expect("it fits")
}
