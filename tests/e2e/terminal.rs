//! At a real terminal: what is typed or pasted becomes the answer, whole, and nothing of it goes anywhere else.

use e2e::{AtTerminal, Home, PASSPHRASE};

const SAYS: &str = "Note:";

/// A home with one case, and a command that asks for one text.
fn home() -> Home {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    home
}

fn note(home: &Home) -> e2e::Invocation {
    home.command("case note @last")
}

/// The last note.
fn text_of(home: &Home) -> String {
    let notes = home.show("@last")["notes"].clone();
    let last = notes.as_array().and_then(|notes| notes.last()).map(|note| note["text"].clone());
    last.and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
}

fn done(terminal: AtTerminal) -> String {
    let ended = terminal.end();
    assert!(ended.status.success(), "{ended}");
    ended.stdout
}

#[test]
fn a_text_comes_in_whole_however_it_is_typed_or_pasted() {
    let home = home();
    let several = "Pa gen dlo.\n\nDepi twa jou,\tpyès moun pa vini.\nrm -rf nothing";
    for term in ["xterm", "dumb", ""] {
        let ask = || note(&home).at_terminal_of(term);
        // between marks, blank lines included
        done(ask().paste(SAYS, &several.replace('\n', "\r\n"), "\n\n"));
        assert_eq!(text_of(&home), several, "{term}");
        // as terminals without marks paste
        done(ask().keys(SAYS, format!("{several}\n\n").as_bytes()));
        assert_eq!(text_of(&home), several, "{term}");
        // line by line
        done(ask().keys(SAYS, b"un").keys("un", b"e ligne\n").keys("ligne", b"deux\n").keys("deux", b"\n"));
        assert_eq!(text_of(&home), "une ligne\ndeux", "{term}");
        // blanks are words' own
        done(ask().text(SAYS, "deux  blancs e\u{301} \u{00a0}!"));
        assert_eq!(text_of(&home), "deux  blancs e\u{301} \u{00a0}!", "{term}");
    }
}

#[test]
fn what_goes_on_to_others_goes_whole_however_it_is_typed_or_pasted() {
    let home = home();
    home.ok("site add PES --name Pestel --kind office");
    let says = "without names:";
    let sends = |term: &str, keys: &dyn Fn(AtTerminal) -> AtTerminal| {
        let case = home.new_case("Inventé.");
        let line = format!("case refer {case} --to pestel --fields text --text");
        done(keys(home.command(&line).at_terminal_of(term)));
        let half = home.show(&case)["halves"][0]["ref"].as_str().expect("sent").to_owned();
        home.show(&half)["text"].as_str().expect("words").to_owned()
    };
    let six = "un\ndeux\ntrois\nquatre\n\nsix";
    for term in ["xterm", "dumb", ""] {
        let pasted = sends(term, &|at| at.paste(says, &six.replace('\n', "\r\n"), "\n\n"));
        assert_eq!(pasted, six, "{term}");
        assert_eq!(sends(term, &|at| at.keys(says, format!("{six}\n\n").as_bytes())), six, "{term}");
        let typed = sends(term, &|at| {
            at.keys(says, b"un").keys("un", b"e ligne\n").keys("ligne", b"deux\n").keys("deux", b"\n")
        });
        assert_eq!(typed, "une ligne\ndeux", "{term}");
    }
}

#[test]
fn a_text_longer_than_a_terminals_line_is_not_cut() {
    let home = home();
    let long = "dlo pa gen ".repeat(2_000) + "fin";
    for term in ["xterm", "dumb"] {
        done(note(&home).at_terminal_of(term).text(SAYS, &long));
        assert_eq!(text_of(&home), long, "{term}");
        done(note(&home).at_terminal_of(term).paste(SAYS, &long, "\n\n"));
        assert_eq!(text_of(&home), long, "{term}");
    }
    // read to its end from the terminal, too
    done(home.command("case note @last -").at_terminal().keys("Ctrl-D ends it", format!("{long}\x04").as_bytes()));
    assert_eq!(text_of(&home), long);
    // beyond what a case takes: told, and asked again
    let asked = note(&home).at_terminal().text(SAYS, &"a".repeat(70_000)).text("at most 32768 bytes", "plus court");
    done(asked);
    assert_eq!(text_of(&home), "plus court");
}

#[test]
fn arrows_edit_and_no_control_code_enters_words() {
    let home = home();
    // typed at once, and key by key
    done(note(&home).at_terminal().keys(SAYS, b"\x1b[A\x1bOBab\x1b[Dc\x07\x1b[3~\n\n"));
    assert!(text_of(&home).chars().all(|c| !c.is_control()), "{:?}", text_of(&home));
    let typed = note(&home).at_terminal().keys(SAYS, b"La carte").keys("carte", b"\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D");
    done(typed.keys("", b"petite ").keys("petite", b"\x1b[F.\n\n"));
    assert_eq!(text_of(&home), "La petite carte.");
    done(note(&home).at_terminal_of("dumb").keys(SAYS, b"ab\x1b[D\x1b[Dc\x7f\x7fd\n\n"));
    assert_eq!(text_of(&home), "ad");
    // a paste with colours, a title, an end of string
    done(note(&home).at_terminal().paste(SAYS, "\x1b[31mrouge\x1b[0m \x1b]0;t\x07bleu\x08\x0e\u{9b}31m", "\n\n"));
    assert_eq!(text_of(&home), "rouge bleu31m");
}

#[test]
fn lines_pasted_for_a_name_are_one_answer() {
    let home = home();
    for term in ["xterm", "dumb"] {
        let site = home
            .command("site add")
            .at_terminal_of(term)
            .answer("Code of the new site", if term == "xterm" { "AAA" } else { "BBB" });
        done(site.paste("Name of the site", "Centre\nde santé\n", "\n").answer("Kind", "office"));
    }
    let names: Vec<_> = home.ok("site list").as_array().expect("a list").iter().map(|s| s["name"].clone()).collect();
    assert_eq!(names.iter().filter(|name| **name == "Centre de santé").count(), 2, "{names:?}");
}

#[test]
fn a_narrow_window_wide_letters_and_a_text_from_the_right_are_words_too() {
    let home = home();
    for words in ["日本語の苦情です。電話がつながりません。", "لم أستلم المبلغ منذ ثلاثة أشهر. 123", "👩‍👩‍👧 ẹ̀kọ́"]
    {
        let first: String = words.chars().take(1).collect();
        let rest: String = words.chars().skip(1).collect();
        let narrow = note(&home).at_terminal_narrow(20);
        done(narrow.keys("Note:", first.as_bytes()).keys(&first, format!("{rest}\n\n").as_bytes()));
        assert_eq!(text_of(&home), words);
    }
}

/// What whoever reads the terminal next gets, within two seconds.
const NEXT: &str = "stty -a | grep -o -e ' echo ' -e ' icanon'; if IFS= read -r -t 2 line; then echo \"next [$line]\"; else echo nobody; fi";

#[test]
fn nothing_typed_for_us_reaches_the_shell() {
    let home = home();
    let tail = "\ntouch pwned\ntouch pwned\n";
    let given_back = |shown: &str| {
        assert!(shown.contains(" echo ") && shown.contains(" icanon"), "the terminal is as it was: {shown}");
        assert!(shown.contains("nobody"), "{shown}");
    };
    // an interview that ends, with more behind its last answer
    let site = home.command("site add AAA --kind office").at_terminal_then(NEXT);
    given_back(&done(site.keys("Name of the site", format!("Centre{tail}").as_bytes())));
    // broken off by Ctrl-C, in the middle of a text and of a passphrase
    let broken = note(&home).at_terminal_then(NEXT);
    let shown = done(broken.keys(SAYS, b"une l").keys("une l", format!("igne\x03{tail}").as_bytes()));
    assert!(shown.contains("stopped: nothing"), "{shown}");
    given_back(&shown);
    let secret = home.command("case list").passphrase("").at_terminal_then(NEXT);
    given_back(&done(secret.keys("Passphrase", format!("sept mots\x03{tail}").as_bytes())));
    // refused: the answers after it are nobody's
    let refused = home.command("case list").passphrase("").at_terminal_then(NEXT);
    let refused = (0..3).fold(refused, |terminal, _| terminal.keys("assphrase", b"pas la bonne phrase\n"));
    given_back(&done(refused.keys("refused", tail.as_bytes())));
    assert_eq!(text_of(&home), "");
}

#[test]
fn ctrl_c_ends_the_command_with_nothing_saved() {
    let home = home();
    for term in ["xterm", "dumb"] {
        for keys in [&b"\x03"[..], b"dlo\x03", b"\x1b[200~dlo\x1b[201~\x03"] {
            let ended = note(&home).at_terminal_of(term).keys(SAYS, keys).end();
            assert_eq!(ended.status.code(), Some(1), "{ended}");
        }
        // the end of input
        assert!(!home.command("site add AAA").at_terminal_of(term).keys("Name", b"\x04").end().status.success());
    }
    assert_eq!(text_of(&home), "");
}

#[test]
fn a_passphrase_is_never_shown_however_early_it_is_typed() {
    let home = home();
    let secret = |shown: &str| assert!(!shown.contains(PASSPHRASE) && !shown.contains("sept mots"), "{shown}");
    // before anything is asked: while another works on the home
    let other = std::fs::File::create(home.folder().join("node.lock")).expect("the queue's file");
    other.lock().expect("nobody else is here");
    let early = home.command("case list").passphrase("").at_terminal().keys("waiting", PASSPHRASE.as_bytes());
    drop(other);
    secret(&done(early.keys("Passphrase", b"\n")));
    // typed twice: once while it is tried
    let twice = home.command("case note").arg("@last").passphrase("");
    let twice = twice.at_terminal().keys("Passphrase", format!("{PASSPHRASE}\n{PASSPHRASE}\n").as_bytes());
    secret(&done(twice.text("Note", "Rappelée.")));
    assert_eq!(home.show("@last")["notes"][0]["text"], "Rappelée.");
    // pasted between marks, corrected, in French, by name
    let pasted = home.command("--lang fr case list").passphrase("").at_terminal();
    let pasted =
        pasted.keys("Phrase secrète de Rose", format!("\x1b[200~x\x1b[201~\x7f{PASSPHRASE}é\x7f\n").as_bytes());
    secret(&done(pasted));
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    let home = home();
    for signal in ["TERM", "INT", "HUP"] {
        let terminal = note(&home).at_terminal_then(NEXT).keys(SAYS, b"une li").wait_for("li");
        let told = std::process::Command::new("kill").args([format!("-{signal}"), terminal.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()));
        let shown = terminal.end().stdout;
        assert!(shown.contains(" echo ") && shown.contains(" icanon") && shown.contains("nobody"), "{signal}: {shown}");
    }
    assert_eq!(text_of(&home), "");
}
