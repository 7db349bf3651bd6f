//! The gates against everything we could think of doing to a change. Rules and attacks one by one in `rules`; here a
//! campaign of random and structured mutants with repaired checksums.
//!
//! `BOUCLE_MUTANTS` sets how many (default 200,000), `BOUCLE_SEED` where the random numbers start.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "the campaign reads settings and the clock")]

#[path = "change_gates/mutate.rs"]
mod mutate;
#[path = "change_gates/raw.rs"]
mod raw;
#[path = "change_gates/rules.rs"]
mod rules;
#[path = "change_gates/world.rs"]
mod world;

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crdt_model::gate::{AnyKey, ChangeFault, CheckedChange, Expect, LayerHistory, Step, check_change, shadow_apply};
use crdt_model::layer::{LayerDoc, Value};
use crdt_model::values::ActorId;

use mutate::{Rng, mutant};
use world::{CLERK, DRIVER, NOBODY, OFFICER, World, boxes, delete, put, small, text, woven};

/// Whoever writes next.
const FOLLOWER: ActorId = ActorId([0x5f; 16]);

/// A valid change to start from, by whom, and how it would arrive.
struct Seed {
    bytes: Vec<u8>,
    actor: ActorId,
    drop_box: bool,
}

/// Base documents, each with valid changes that are not in it.
fn campaigns() -> Vec<(World, Vec<Seed>)> {
    let with_seeds = |world| {
        let seeds = seeds(&world);
        (world, seeds)
    };
    [World::default(), small(), woven(), boxes()].map(with_seeds).into()
}

fn seeds(world: &World) -> Vec<Seed> {
    let all = world.all();
    let status = text("status", "closed");
    let seed = |actor, seen: &[usize], ops: &[_]| Seed { bytes: world.draft(actor, seen, ops), actor, drop_box: false };
    let facts: Vec<_> = (0..40).map(|i| put(&format!("fact/{i}/new"), Value::Int(i * i * i))).collect();
    let mixed = [put("flag", Value::Bool(true)), status.clone(), put("fact/9", Value::Bytes(vec![7; 40]))];
    let mut seeds = vec![
        seed(CLERK, &all, std::slice::from_ref(&status)),
        seed(OFFICER, &all, &mixed),
        seed(NOBODY, &all, &[text("note", "words, and more words"), status.clone()]),
        seed(DRIVER, &all, &facts),
    ];
    if !all.is_empty() {
        seeds.push(seed(CLERK, &all, &[delete("status"), put("week", Value::Int(-1))]));
        // On a part of the past only, by someone who wrote nothing in the rest.
        seeds.push(seed(NOBODY, &all[..1], &[delete("status"), text("note", "late")]));
    }
    let slip = World::default().draft(NOBODY, &[], &[put("slip/x", Value::Bytes(vec![1; 24])), status]);
    seeds.push(Seed { bytes: slip, actor: NOBODY, drop_box: true });
    seeds
}

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is a number")),
        Err(_) => default,
    }
}

/// Calls `visit` with `count` mutants, spread over all base documents and seeds.
fn each_mutant(count: u64, mut visit: impl FnMut(&World, &Seed, &[u8])) {
    let start = number("BOUCLE_SEED", 2_026);
    println!("BOUCLE_SEED={start} BOUCLE_MUTANTS={count}");
    let campaigns = campaigns();
    let mut rng = Rng(start);
    for _ in 0..count {
        let (world, seeds) = &campaigns[rng.below(campaigns.len())];
        let seed = &seeds[rng.below(seeds.len())];
        let bytes = match world.changes.is_empty() {
            // Without changes there are none to refer to: borrow those of another document.
            true => mutant(&mut rng, &seed.bytes, &campaigns[1].0),
            false => mutant(&mut rng, &seed.bytes, world),
        };
        visit(world, seed, &bytes);
    }
}

fn judge(bytes: &[u8], seed: &Seed, past: &LayerHistory) -> Result<CheckedChange, ChangeFault> {
    let expect = Expect { actor: seed.actor, drop_box: seed.drop_box, visible: &|_| true };
    check_change(bytes, &expect, past, &AnyKey)
}

/// A survivor can be held, saved, loaded and built upon: alone, beside another survivor, and by our own author.
fn assert_healthy(world: &World, survivor: &CheckedChange, beside: Option<&CheckedChange>) {
    let bytes = survivor.raw_bytes();
    assert_eq!(shadow_apply(&world.raw(), &[bytes]), Ok(()), "survivor {bytes:02x?}");
    let mut doc = LayerDoc::build(world.changes.iter().chain([survivor])).expect("a survivor applies");
    assert!(doc.history().contains(&survivor.hash()));
    if let Some(other) = beside.filter(|other| other.actor() != survivor.actor()) {
        let both = shadow_apply(&world.raw(), &[other.raw_bytes(), bytes]);
        assert_eq!(both, Ok(()), "survivors {bytes:02x?} and {:02x?}", other.raw_bytes());
        doc.apply([other]).expect("two survivors apply");
    }
    let next = doc.author(FOLLOWER, &[text("status", "next"), text("note", "next")]).expect("authored");
    let expect = Expect { actor: FOLLOWER, drop_box: false, visible: &|_| true };
    let next = check_change(&next, &expect, doc.history(), &AnyKey).expect("an authored change passes");
    doc.apply([&next]).expect("applies");
    assert_eq!(doc.rivals()["status"].len(), 1, "the next write settles whatever the survivors left");
}

#[test]
fn every_seed_of_the_campaign_is_valid_and_healthy() {
    for (world, seeds) in campaigns() {
        for seed in seeds {
            let change = judge(&seed.bytes, &seed, &world.history).expect("valid");
            assert_healthy(&world, &change, None);
        }
    }
}

#[test]
fn no_mutant_panics_and_every_survivor_leaves_a_healthy_document() {
    let count = number("BOUCLE_MUTANTS", 200_000);
    let mut steps: BTreeMap<&str, u64> = BTreeMap::new();
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut semantic, mut survivors, mut altered) = (0, 0, 0);
    let mut last: HashMap<*const World, CheckedChange> = HashMap::new();
    each_mutant(count, |world, seed, bytes| {
        let verdict = catch_unwind(AssertUnwindSafe(|| judge(bytes, seed, &world.history)));
        let Ok(verdict) = verdict else { panic!("escaped panic on {bytes:02x?}") };
        match verdict {
            Ok(change) => {
                survivors += 1;
                if bytes != seed.bytes {
                    altered += 1;
                    let beside = last.insert(std::ptr::from_ref(world), change.clone());
                    assert_healthy(world, &change, beside.as_ref());
                }
            }
            Err(fault) => {
                semantic += u64::from(fault.step() >= Step::Semantic);
                *steps.entry(fault.step().code()).or_default() += 1;
                *codes.entry(fault.code()).or_default() += 1;
            }
        }
    });
    for step in Step::ALL {
        println!("refused at {:<10} {:>8}", step.code(), steps.get(step.code()).unwrap_or(&0));
    }
    println!("admitted              {survivors:>8}, {altered} of them altered; all healthy");
    println!("by fault: {codes:?}");
    assert!((semantic + survivors) * 20 >= count, "at least 5 % reach the semantic step");
    assert!(altered * 100 >= count, "at least 1 % are other valid changes");
    if count >= 100_000 {
        for step in [Step::Envelope, Step::Header, Step::Parse, Step::Semantic, Step::Canonical] {
            assert!(steps.contains_key(step.code()), "no mutant ended at {}", step.code());
        }
    }
}

#[test]
fn without_the_gates_the_same_mutants_panic_and_poison() {
    let count = number("BOUCLE_MUTANTS", 200_000) / 20;
    let mut alarms: BTreeMap<&str, u64> = BTreeMap::new();
    each_mutant(count, |world, seed, bytes| {
        // What the envelope refuses may expand without bound: only the rest is fit for an ungated reader.
        if judge(bytes, seed, &world.history).is_err_and(|fault| fault.step() == Step::Envelope) {
            return;
        }
        if let Err(alarm) = shadow_apply(&world.raw(), &[bytes]) {
            *alarms.entry(alarm.code()).or_default() += 1;
        }
    });
    println!("without the gates: {alarms:?}");
    let of = |codes: &[&str]| codes.iter().filter_map(|code| alarms.get(code)).sum::<u64>();
    assert!(of(&["apply_panicked"]) > 0, "some mutants panic where they are applied");
    assert!(of(&["reload", "heads_differ"]) > 0, "some mutants poison the saved document");
    assert!(of(&["edit"]) > 0, "some mutants break the next local edit");
}
