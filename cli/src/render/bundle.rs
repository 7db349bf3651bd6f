//! Bundles and the stick.

use node::error::{Code, Failure};
use serde_json::Value;

use super::{With, cell, text};

/// A size for people, in units of a thousand.
fn size(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} B"),
        10_000..=9_999_999 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

fn count(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or(0)
}

/// The device a bundle is from: its site, or its first digits.
fn maker(value: &Value, with: With<'_>) -> String {
    let device = value["from"]["device"].as_str().unwrap_or_default();
    let digits: String = device.chars().take(8).collect();
    match value["from"]["site"].as_str() {
        Some(site) => format!("{} ({})", text::clean_line(site), digits),
        None => cell("", &digits.into(), with),
    }
}

fn released(value: &Value, with: With<'_>) -> Option<String> {
    let n = count(value, "released");
    (n > 0).then(|| with.texts.with("done-bundle-released", &[("n", n.into())]))
}

fn wrapped(lines: Vec<String>, with: With<'_>) -> String {
    let lines = lines.iter().flat_map(|line| text::wrap(line, with.paint.width));
    lines.map(|line| line + "\n").collect()
}

/// `boucle bundle export`.
pub(super) fn export(value: &Value, with: With<'_>) -> String {
    let args = [
        ("entries", count(value, "entries").into()),
        ("file", cell("", &value["file"], with).into()),
        ("size", size(count(value, "bytes")).into()),
    ];
    let files = value["files"].as_array().map_or(0, Vec::len) as u64;
    let mut lines = match files {
        // what was written is in all of them together
        2.. => {
            let args: Vec<_> = args.into_iter().chain([("n", files.into())]).collect();
            vec![with.texts.with("done-bundle-files", &args)]
        }
        _ => vec![with.texts.with("done-bundle-export", &args)],
    };
    lines.extend(released(value, with));
    wrapped(lines, with)
}

/// `boucle bundle import`.
pub(super) fn import(value: &Value, with: With<'_>) -> String {
    let args = [("entries", count(value, "entries").into()), ("new", count(value, "new").into())];
    let mut lines = vec![with.texts.with("done-bundle-import", &args)];
    if let (Some(index), Some(of)) = (value["part"]["index"].as_u64(), value["part"]["of"].as_u64()) {
        lines.push(with.texts.with("done-bundle-part", &[("index", index.into()), ("of", of.into())]));
    }
    let missing = count(value, "missing");
    if missing > 0 {
        let args = [
            ("n", missing.into()),
            ("chains", count(value, "missing_chains").into()),
            ("from", maker(value, with).into()),
        ];
        lines.push(with.texts.with("done-bundle-missing", &args));
    }
    for (name, key) in [("refused", "done-bundle-refused"), ("left", "done-bundle-left")] {
        let n = count(value, name);
        if n > 0 {
            lines.push(with.texts.with(key, &[("n", n.into())]));
        }
    }
    wrapped(lines, with)
}

/// `boucle carry`.
pub(super) fn carry(value: &Value, with: With<'_>) -> String {
    let args = [("take", count(value, "take").into()), ("back", count(value, "back").into())];
    let mut lines = vec![with.paint.bold(&with.texts.with("done-carry", &args)).into_owned()];
    let missing = count(value, "missing");
    if missing > 0 {
        lines.push(with.texts.with("done-carry-missing", &[("n", missing.into())]));
    }
    for problem in value["problems"].as_array().into_iter().flatten() {
        let (file, code) = (cell("", &problem["file"], with), problem["code"].as_str().unwrap_or_default());
        let of = |name: &str| match &problem[name] {
            Value::Null => String::new(),
            Value::String(said) => text::clean_line(said),
            other => other.to_string(),
        };
        let with_args = |failure: Failure, name: &&'static str| match *name {
            "file" => failure,
            name => failure.arg(name, of(name)),
        };
        let failure = |known: &Code| {
            let named = Failure::new(known.code).arg("file", &file);
            known.args.iter().fold(named, with_args)
        };
        let told = Code::find(code).map(|known| with.texts.error(&failure(known)));
        let line = match told {
            // which names the file
            Some((message, hint)) if message.contains(&file) => {
                [Some(message), hint].into_iter().flatten().collect::<Vec<_>>().join(" – ")
            }
            Some((message, _)) => {
                with.texts.with("done-carry-problem", &[("file", file.into()), ("code", message.into())])
            }
            None => {
                with.texts.with("done-carry-problem", &[("file", file.into()), ("code", text::clean_line(code).into())])
            }
        };
        lines.push(with.paint.alarm(&line).into_owned());
    }
    lines.extend(released(value, with));
    wrapped(lines, with)
}

#[cfg(test)]
mod tests {
    use node::texts::Texts;
    use serde_json::json;

    use crate::render::{Paint, human};

    fn told(name: &str, lang: &str, value: &serde_json::Value) -> String {
        human(name, value, &Texts::for_lang(lang), Paint::PLAIN)
    }

    #[test]
    fn the_stick_is_told_in_one_line_when_all_is_well() {
        let value = json!({"take": 3, "back": 5, "missing": 0, "released": 0, "problems": []});
        assert_eq!(told("carry", "en", &value), "3 to take, 5 back\n");
        assert_eq!(told("carry", "fr", &value), "3 à emporter, 5 rapportées\n");
        let value = json!({"take": 0, "back": 0, "missing": 7, "released": 1,
            "problems": [{"file": "/media/x/a.boucle", "code": "bundle_cut", "reason": null}]});
        let told = told("carry", "en", &value);
        let told = told.replace('\n', " ");
        assert!(told.contains("/media/x/a.boucle ends too early – copy it") && !told.contains("bundle_cut"), "{told}");
        assert!(told.contains("copy it again") && told.contains("withdrawn"), "{told}");
    }

    #[test]
    fn what_is_missing_is_said_with_whom_to_ask() {
        let value = json!({"entries": 9, "new": 4, "missing": 12, "missing_chains": 3, "refused": 0, "left": 0,
            "from": {"device": "0011223344556677", "site": "JER"}, "part": {"index": 1, "of": 2}});
        let told = told("bundle import", "en", &value);
        assert!(told.starts_with("9 entries read, 4 new\nthis was part 1 of 2\n3 chains lack 12 entries"), "{told}");
        assert!(told.contains("JER (00112233)") && told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn an_export_names_its_file_and_size() {
        let value =
            json!({"file": "/s/a.boucle", "files": ["/s/a.boucle"], "entries": 1, "bytes": 1_234_567, "released": 0});
        assert_eq!(told("bundle export", "en", &value), "one entry in /s/a.boucle (1234 kB)\n");
        let value = json!({"file": "/s/a-1.boucle", "files": ["1", "2"], "entries": 9, "bytes": 12, "released": 2});
        let shown = told("bundle export", "fr", &value).replace('\n', " ");
        assert!(
            shown.starts_with("9 entrées en 2 fichiers") && shown.contains("/s/a-1.boucle (12 B en tout)"),
            "{shown}"
        );
    }
}
