use serde_json::json;

use super::text::width;
use super::*;

fn fr(name: &str, value: &Value) -> String {
    human(name, value, &Texts::for_lang("fr"), Paint::PLAIN)
}

fn en(name: &str, value: &Value) -> String {
    human(name, value, &Texts::for_lang("en"), Paint::PLAIN)
}

fn rows() -> Value {
    json!([
        {"ref": "JER-104-00193-54", "status": "in_progress", "type": "complaint", "category": "payment.not_received",
         "site": "JER", "received_at": "2026-11-20T08:15:00Z", "due_at": null, "assignee": "focal_cash",
         "overdue": true, "conflicts": 1},
        {"ref": "MNK-107-01482-33", "status": "received", "category": null, "site": "MNK",
         "received_at": "2026-11-21T00:00:00Z", "assignee": null, "overdue": false, "conflicts": []},
    ])
}

#[test]
fn a_list_of_cases_is_a_table() {
    assert_eq!(
        fr("case list", &rows()),
        "Référence         Statut        Catégorie          Site  Reçu le     Confié à\n\
         JER-104-00193-54  en cours ! ≠  Paiement non reçu  JER   2026-11-20  Point foca…\n\
         MNK-107-01482-33  reçu                             MNK   2026-11-21\n"
    );
    let shown = en("case list", &rows());
    assert!(shown.starts_with("Reference         Status           Category"), "{shown}");
}

#[test]
fn counts_and_groups_are_plain() {
    assert_eq!(fr("case list", &json!({"count": 12})), "12\n");
    assert_eq!(fr("case list", &json!([])), "rien à montrer\n");
    let groups =
        json!([{"site": "JER", "status": "closed", "count": 3}, {"site": "MNK", "status": "received", "count": 1}]);
    assert_eq!(en("case list", &groups), "Site  Status    Count\nJER   closed    3\nMNK   received  1\n");
}

#[test]
fn a_case_shows_what_it_has_and_says_what_is_withheld() {
    let case = json!({
        "ref": "JER-104-00193-54", "status": "received", "sensitivity": "s1", "category": null, "consents": [],
        "text": "Pa gen dlo.\n\u{1b}[2JDepi twa jou.", "reporter_name": {"withheld": "personal"}, "anonymous": false,
        "attempts": [{"outcome": "busy", "at": "2026-11-20T08:15:00Z"}],
    });
    assert_eq!(
        fr("case show", &case),
        "Référence              JER-104-00193-54\n\
         Statut                 reçu\n\
         Sensibilité            confidentiel\n\
         Propos                 Pa gen dlo.\n\
         \x20                      \\u{1b}[2JDepi twa jou.\n\
         Ce qui s'est passé\n\
         \x20 2026-11-20 08:15 : Essais – Occupé\n\
         Identité et propos : réservés.\n"
    );
}

#[test]
fn a_restricted_case_says_so_first() {
    let case = json!({"restricted": true, "status": "restricted", "week": "2026-W47", "region": "SUD"});
    assert!(en("case show", &case).starts_with("case reserved to an audience\nStatus "));
}

#[test]
fn conflicts_are_numbered_as_settle_takes_them() {
    let conflicts = json!([{"ref": "JER-104-00193-54", "field": "category", "values": [
        {"value": "payment.amount", "by": "Awa", "at": "2026-11-20T08:15:00Z", "device": "ab"},
        {"value": "payment.not_received", "by": "Ali", "at": "2026-11-20T09:00:00Z", "device": "cd"},
    ]}]);
    assert_eq!(
        fr("case conflicts", &conflicts),
        "JER-104-00193-54  Catégorie\n\
         \x20  1  payment.amount (par Awa, 2026-11-20 08:15)\n\
         \x20  2  Paiement non reçu (par Ali, 2026-11-20 09:00)\n\
         choisir : boucle case settle JER-104-00193-54 category --pick N\n"
    );
}

#[test]
fn a_history_is_one_edit_after_the_other() {
    let history = json!([
        {"at": "2026-11-20T08:15:00Z", "by": "Awa", "device": "ab", "site": "JER", "act": "new", "fields": ["text", "phone"]},
        {"at": "2026-11-20T09:15:00Z", "by": "Ali", "device": "cd", "site": "MNK", "act": "triage", "fields": []},
        {"at": "2026-11-20T10:15:00Z", "by": "Ali", "act": "set", "fields": ["category"], "value": "payment.partial"},
        {"at": "2026-11-20T10:16:00Z", "by": "Awa", "act": "set", "fields": ["category"], "value": "payment.late"},
        {"at": "2026-11-20T10:17:00Z", "by": "Awa", "act": "note", "fields": ["notes"], "value": "mot\n".repeat(3) + &"mot ".repeat(40)},
    ]);
    assert_eq!(
        en("case history", &history),
        format!(
            "2026-11-20 08:15 Awa JER new\n    Text\n    Phone\n2026-11-20 09:15 Ali MNK triage\n\
             2026-11-20 10:15 Ali set\n    Category: Incomplete amount\n\
             2026-11-20 10:16 Awa set\n    Category: Late payment\n\
             2026-11-20 10:17 Awa note\n    Notes: mot\n      mot\n      mot\n      {0}\n      {0}\n      {1}\n",
            "mot ".repeat(18).trim_end(),
            "mot ".repeat(4).trim_end()
        )
    );
    assert!(fr("case history", &history).contains(": Montant incomplet\n"));
}

#[test]
fn an_act_is_a_line_its_status_and_its_warnings() {
    let done = json!({"ref": "JER-104-00193-54", "case_id": "00", "status": "responded", "warnings": ["closing_proposed", "x_y"]});
    assert_eq!(
        fr("case answer", &done),
        "JER-104-00193-54 : réponse enregistrée.\n\
         Statut : répondu\n\
         attention : la personne est satisfaite : le dossier peut être clos\n\
         attention : x_y\n"
    );
    let new = json!({"ref": "JER-P-482913", "case_id": "00", "provisional": true});
    assert_eq!(en("case new", &new), "Case recorded under the provisional mark JER-P-482913.\n");
}

#[test]
fn whoever_joined_reads_what_each_line_is() {
    let joined = json!({"org": "ab12", "site": "JER", "member": "Ali", "role": "operator", "device": "cd"});
    assert_eq!(en("join", &joined), "Ali joined site JER (operator).\nOrganisation: ab12\n");
}

#[test]
fn an_invitation_stands_alone_on_its_line_uncut() {
    let code = "boucle1".to_owned() + &"x".repeat(200);
    let invite = json!({"invitation": code, "file": null, "expires": "2026-12-21T00:00:00Z"});
    assert_eq!(fr("invite", &invite), format!("Invitation, valable jusqu'au 2026-12-21 00:00 :\n{code}\n"));
}

#[test]
fn reports_of_the_node_are_told() {
    let verify = json!({"ok": true, "entries": 3, "cases": 1, "quarantined": 0, "problems": []});
    assert_eq!(fr("verify", &verify), "Tout concorde. Entrées : 3, dossiers : 1.\n");
    let broken = json!({"ok": false, "problems": [{"entry": "ab", "reason": "signature"}]});
    assert!(en("verify", &broken).contains("signature"));
    let sync = json!({"peers": [
        {"peer": "0123456789abcdef", "equal": true, "entries_sent": 2, "entries_received": 5, "elapsed_ms": 31},
        {"peer": "fedcba9876543210", "equal": false, "entries_sent": 0, "entries_received": 1},
    ]});
    assert_eq!(
        en("sync", &sync),
        "01234567: equal (2 sent, 5 received, 31 ms)\nfedcba98: unfinished (0 sent, 1 received)\n"
    );
    let import = json!({"rows": 4, "created": 2, "unchanged": 1, "updated": 0, "skipped": 0, "rejected": 1, "sealed": 1,
        "duplicates_proposed": 1, "duplicates": [{"rows": [1, 4], "refs": ["JER-100-00001-21", null]}],
        "ignored": [{"column": "precisez", "rows": 2}],
        "warnings": [{"row": 3, "field": "phone", "message": "too short"}]});
    assert_eq!(
        en("import", &import),
        "Rows: 4. Cases created: 2, updated: 0, unchanged: 1, skipped: 0, rejected: 1\n\
         of which sealed to an audience: 1\nduplicates proposed: 1\n  rows 1 and 4: JER-100-00001-21\n\
         columns not taken over, with the rows that hold something: precisez (2)\nrow 3, phone: too short\n"
    );
    let status = json!({"site": "JER", "members": [{"name": "Rose", "unlocked": true}, {"name": "Ali", "unlocked": false}],
        "peers": [{"device": "0123456789", "site": "MNK", "last_sync": "2026-11-20T08:15:00Z", "equal": true}],
        "clock": {"suspect": true, "offset_ms": 0}, "only_here": {"entries": 2, "oldest": "2026-11-20T08:15:00Z"},
        "undelivered": 0, "conflicts": 1, "overdue": 0});
    let shown = en("status", &status);
    assert!(
        shown.contains("Rose (unlocked), Ali")
            && shown.contains("note: this machine's clock")
            && shown.contains("01234567"),
        "{shown}"
    );
}

#[test]
fn every_case_that_calls_for_sealing_is_shown_last_with_its_command_whatever_else_there_is_to_say() {
    let remarks: Vec<Value> = (1..=100).map(|n| json!({"row": n, "field": "age", "message": "no age"})).collect();
    let found: Vec<Value> = (1..=80)
        .map(|n| json!({"row": n, "ref": format!("JER-100-{n:05}-21"), "field": "text", "topic": "sea", "audience": "psea"}))
        .chain([json!({"row": 80, "ref": "JER-100-00080-21", "field": "precisez", "topic": "conduct", "audience": "conduct"})])
        .collect();
    let import = json!({"rows": 80, "created": 80, "warnings": remarks, "sensitive_words": found});
    let shown = en("import", &import);
    assert_eq!(shown.matches("  boucle case seal JER-100-").count(), 80, "{shown}");
    assert!(shown.ends_with("    boucle case seal JER-100-00080-21 --audience psea\n"), "{shown}");
    assert!(shown.contains("precisez: sexual exploitation"), "{shown}");
    assert!(fr("import", &import).lines().all(|line| width(line) <= 80), "{}", fr("import", &import));
}

#[test]
fn a_status_without_anybody_in_touch_says_what_was_tried_and_what_to_do_within_eighty_columns() {
    let alone = json!({"site": "JER", "members": [], "peers": [], "clock": {"suspect": false}, "only_here": {"entries": 0},
        "reach": {"running": true, "interfaces": ["192.168.1.4"], "listening": [], "connected": [], "strangers": 2,
            "discovery": {"state": "on", "reason": null, "heard": 0},
            "addresses": [{"addr": "192.168.1.9:4410", "answer": "peer_silent", "tried_at": "2026-11-20T08:15:00Z"},
                {"addr": "10.0.0.1:4410", "answer": null, "answered_at": "2026-11-19T08:15:00Z"}],
            "advice": ["same_network", "isolation", "other_secret", "type_address", "carry"]}});
    let shown = en("status", &alone);
    for part in [
        "Nobody in touch.\n",
        "  local network: looking (192.168.1.4), heard: 0\n",
        "calls without the network's secret",
        "  192.168.1.9:4410: no answer (",
        "  10.0.0.1:4410: answered (",
        "To do:\n  - check that the other machine is on the same Wi-Fi",
        "  - carry it on a USB stick: `boucle carry` on both machines\n",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
    assert!(fr("status", &alone).lines().all(|line| width(line) <= 80), "{}", fr("status", &alone));
    let mut together = alone.clone();
    together["reach"]["connected"] =
        json!([{"device": "0123456789", "site": "MNK", "addr": "/ip4/192.168.1.9/tcp/4410"}]);
    together["reach"]["advice"] = json!([]);
    let shown = en("status", &together);
    assert!(shown.ends_with("\nIn touch: MNK (/ip4/192.168.1.9/tcp/4410)\n"), "{shown}");
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let texts = Texts::for_lang("fr");
    let shown = |paint| human("case list", &rows(), &texts, paint);
    assert!(shown(Paint::of(true, false)).contains("\x1b[1m"));
    for paint in [Paint::of(true, true), Paint::of(false, false)] {
        assert!(!shown(paint).contains('\x1b'));
    }
}

#[test]
fn whatever_a_peer_wrote_no_renderer_lets_it_reach_the_terminal_or_breaks_the_width() {
    let evil = "\u{1b}]0;x\u{7}\u{1b}[31m".to_owned() + &"é日".repeat(90) + "\n\u{9b}2J\r\u{202e}fin";
    let nested = json!({"ref": evil, "status": evil, "site": evil, "withheld_not": {"a": [evil, {"b": evil}]},
        "at": evil, "by": evil, "act": evil, "fields": [evil], "field": "x", "values": [{"value": evil, "by": evil}],
        "warnings": [evil], "peers": [{"peer": evil, "site": evil, "reason": evil}], "members": [{"name": evil}],
        "problems": [{"reason": evil}], "only_here": {"entries": 1, "oldest": evil}});
    for name in node::api::commands() {
        for value in [nested.clone(), json!([nested]), json!(evil), json!(null), json!(3), json!([evil, 1, null])] {
            let shown = fr(name, &value);
            assert!(shown.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{name}: {shown:?}");
            if matches!(name, "case list" | "case show" | "case history" | "case conflicts") && !value.is_string() {
                assert!(shown.lines().all(|line| width(line) <= 80), "{name}: {shown}");
            }
        }
    }
}

#[test]
fn how_far_a_case_got_is_told_step_by_step() {
    let case = |far: Value| json!({"ref": "JER-104-00193-54", "delivery": far});
    let sent = json!({"to": "Mia", "by": "Rose", "sent_at": "2026-11-20T08:15:00Z", "left": false, "stored_at": null,
                      "delivered_at": null, "delivered_to": null, "accepted_at": null, "accepted_by": null});
    assert_eq!(
        en("case show", &case(sent)),
        "Reference              JER-104-00193-54\n\
         On its way             given 2026-11-20 08:15, by Rose: still on this machine\n\
         \x20                      only\n\
         \x20                      on no machine of Mia yet, as far as is known here\n\
         \x20                      not with Mia yet: signed in and able to read it\n\
         \x20                      not accepted yet\n"
    );
    let far = json!({"to": "focal_cash", "by": "Rose", "sent_at": "2026-11-20T08:15:00Z", "left": true,
                     "stored_at": "2026-11-20T09:15:00Z", "delivered_at": "2026-11-20T10:15:00Z",
                     "delivered_to": "Mia", "accepted_at": "2026-11-20T11:15:00Z", "accepted_by": "Mia"});
    assert_eq!(
        fr("case show", &case(far.clone())),
        "Référence              JER-104-00193-54\n\
         Acheminement           envoyé 2026-11-20 08:15, par Rose\n\
         \x20                      sur une machine de focal_cash depuis 2026-11-20 09:15\n\
         \x20                      chez Mia, une fois identifié, depuis 2026-11-20 10:15\n\
         \x20                      pris en charge par Mia, 2026-11-20 11:15\n"
    );
    // of a sealed case it is not told on whose machine it is
    let sealed = json!({"to": far["to"], "by": "Rose", "sent_at": far["sent_at"], "left": true,
                        "stored_at": null, "delivered_at": far["delivered_at"], "delivered_to": "Mia"});
    let told = en("case show", &case(sealed));
    assert!(!told.contains("machine") && told.contains("with Mia") && told.contains("not accepted yet"), "{told}");
}

#[test]
fn the_outbox_names_what_was_given_and_has_not_arrived() {
    let row = |far: Value| {
        let mut row = json!({"ref": "JER-104-00193-54", "to": "Mia", "sent_at": "2026-11-20T08:15:00Z", "left": true});
        row.as_object_mut().into_iter().for_each(|row| row.extend(far.as_object().cloned().unwrap_or_default()));
        row
    };
    let rows = [json!({"left": false}), json!({}), json!({"stored_at": "2026-11-20T09:15:00Z"})].map(row);
    let outbox =
        json!({"captured": [], "waiting": {"entries": 0, "oldest": null}, "assigned": rows, "assigned_more": 2});
    assert_eq!(
        en("outbox", &outbox),
        "Nothing was captured here that others must read.\n\
         Given to others, and not read by them yet:\n\
         \x20 JER-104-00193-54 to Mia, 2026-11-20 08:15 still here only\n\
         \x20 JER-104-00193-54 to Mia, 2026-11-20 08:15 has left; on no machine of theirs\n\
         \x20   yet\n\
         \x20 JER-104-00193-54 to Mia, 2026-11-20 08:15 on a machine of theirs since\n\
         \x20   2026-11-20 09:15; nobody has signed in\n\
         \x20 and 2 more: boucle case list --not-delivered\n\
         Every entry of this machine was offered to others.\n"
    );
}

#[test]
fn what_a_case_says_in_codes_is_told_in_words_and_nothing_of_a_device() {
    let id = "61fd91f48ffd81dbeef102573ef085eb";
    let by = |fact: Value| {
        let mut told = json!({"id": "1007f2892990e31f", "by": "Rose", "at": "2026-11-30T13:24:00Z", "device": id});
        told.as_object_mut().into_iter().for_each(|told| told.extend(fact.as_object().cloned().unwrap_or_default()));
        told
    };
    let case = json!({
        "case_id": id, "ref": "JER-100-00001-61", "type": "complaint", "channel": "hotline",
        "location": {"admin1": null, "locality": null}, "external_ids": [{"system": "kobo", "id": "77"}],
        "consents": [by(json!({"purpose": "refer_external", "answer": "refused", "means": "oral"}))],
        "interactions": [by(json!({"outcome": "busy", "channel": "hotline", "direction": "out"}))],
        "satisfactions": [by(json!({"value": "satisfied", "epoch": 0}))],
        "resolution": {"outcome": "resolved", "text": "payé", "by": "Rose", "at": "2026-11-30T13:24:00Z", "device": id},
        "waiting_on": "closing", "flags": ["closing_proposed"],
    });
    let one_line = |shown: String| shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = one_line(fr("case show", &case));
    for kept in [id, "1007f289", "complaint", "busy", "refer_external", "closing", "satisfied", "Lieu"] {
        assert!(!shown.contains(kept), "{kept}: {shown}");
    }
    for said in ["Plainte", "transmettre dehors", "refusé", "Occupé", "satisfait", "la clôture", "77", "payé"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    // from outside nothing else names a case
    assert!(fr("case show", &json!({"case_id": id, "restricted": true, "status": "restricted"})).contains(id));

    let row = |act: &str, field: &str, value: &str| json!({"at": "2026-11-30T13:24:00Z", "by": "Rose", "act": act, "fields": [field], "value": value});
    let mut sent = row("add", "links", &format!("referred_to:{id}"));
    sent["linked"] = json!({"kind": "referred_to", "case_id": id, "ref": "PES-100-00002-58"});
    let mut moved = row("add", "moved", &format!("to:{id}"));
    moved["linked"] = json!({"kind": "moved_to", "case_id": id, "ref": "JER-100-00001-61", "site": "PES"});
    let unseen = row("add", "links", &format!("referred_from:{id}"));
    let rows = [
        row("set", "origin_org", id),
        row("consent", "consents", "refer_external:refused"),
        row("move", "status", "closed:satisfied"),
        row("interaction", "interactions", "busy"),
        row("set", "type", "complaint"),
        sent,
        moved,
        unseen,
    ];
    let history = one_line(fr("case history", &json!(rows)));
    assert!(!history.contains(id) && !history.contains("busy") && !history.contains("complaint"), "{history}");
    for said in [
        "transmettre dehors : refusé",
        "clos : satisfait·e",
        "là-bas sous PES-100-00002-58",
        "continue à PES",
        "pas ouvert",
    ] {
        assert!(history.contains(said), "{said}: {history}");
    }
}

#[test]
fn what_is_kept_is_told_by_the_answer_that_keeps_it() {
    let kept = |field: &str, purpose: &str, answer: &str| json!({"field": field, "purpose": purpose, "answer": answer});
    let told = json!({
        "ref": "JER-100-00001-61", "to": "PAR", "sent": null, "fields": [{"field": "type", "value": "complaint"}],
        "choices": ["priority"], "needs_text": true, "warnings": [],
        "kept_back": [kept("text", "refer_internal", "refused"), kept("phone", "refer_external", "not_asked"),
            kept("summary", "refer_internal", "refused")],
    });
    let shown = fr("case refer", &told).replace('\n', " ");
    for said in [
        "la personne a refusé « transmettre en interne » : Propos (text), Résumé (summary).",
        "la personne n'a pas encore été interrogée sur « transmettre dehors » : Téléphone (phone).",
        "Peut partir en plus, si vous le nommez avec `--fields` : Priorité (priority).",
        "dites en vos mots",
        "Plainte",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let share = |stopped: bool| json!({"ref": "JER-100-00001-61", "with": "PES", "stopped": stopped, "warnings": []});
    assert_ne!(fr("case share", &share(true)), fr("case share", &share(false)));
    assert!(fr("case share", &share(true)).contains("plus partagé avec PES"), "{}", fr("case share", &share(true)));
    let warned =
        json!({"ref": "PES-100-00002-58", "status": "assigned", "warnings": ["sender_reads"], "sender_site": "MNK"});
    assert!(fr("case assign", &warned).contains("Le site MNK, qui a transmis ce dossier"));
}

#[test]
fn a_case_is_read_from_above_and_what_happened_stands_at_its_time() {
    let by = |at: &str, of: Value| {
        let mut fact = of;
        (fact["at"], fact["by"]) = (json!(at), json!("Awa"));
        fact
    };
    let case = json!({
        "case_id": "aa", "created_by": "Awa", "origin_site": "JER", "handling_site": "JER", "channel": "hotline",
        "text": "Pa gen dlo.", "reporter_name": "Marie", "phone": "37412290", "status": "in_progress",
        "answered": false, "age": 34, "age_group": "30_59", "ref": "JER-104-00193-54",
        "consents": [
            by("2026-11-20T08:00:00Z", json!({"purpose": "record", "answer": "refused"})),
            by("2026-11-20T08:01:00Z", json!({"purpose": "record", "answer": "given"})),
        ],
        "notes": [by("2026-11-21T08:15:00Z", json!({"id": "1", "text": "Vue au marché."})),
                  by("2026-11-20T10:15:00Z", json!({"id": "2", "text": "Peut-on payer ?"}))],
        "actions": [by("2026-11-20T09:15:00Z", json!({"what": "Appelé l'agence", "on_behalf_of": null}))],
        "questions": [by("2026-11-20T10:15:00Z", json!({"id": "2", "who": "Rose", "answers": [], "text": "Peut-on payer ?"}))],
    });
    let shown = fr("case show", &case);
    let at = |text: &str| shown.find(text).unwrap_or_else(|| panic!("{text}: {shown}"));
    let order = ["JER-104", "en cours", "Pa gen dlo", "Marie", "37412290", "garder donné", "Ce qui s'est passé"];
    assert!(order.windows(2).all(|two| at(two[0]) < at(two[1])), "{shown}");
    let told = ["Appelé l'agence", "à Rose", "Vue au marché"];
    assert!(told.windows(2).all(|two| at(two[0]) < at(two[1])), "{shown}");
    // each once, and nothing that says nothing
    assert_eq!(shown.matches("Peut-on payer").count(), 1, "{shown}");
    for quiet in ["refusé", "Répondu", "30", "Site d'origine"] {
        assert!(!shown.contains(quiet), "{quiet}: {shown}");
    }
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
}
