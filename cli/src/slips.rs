//! Paper: slips with a reference each, and the acknowledgement that somebody takes home. Nothing of the matter stands on one.

use std::path::PathBuf;

use node::api::Request;
use node::error::Failure;
use node::texts::Texts;
use serde_json::Value;

use crate::render::text::{clean_line, wrap};

/// Columns of a slip printed as text.
const WIDTH: usize = 44;

/// How slips are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Printed {
    /// The number to call about them; absent: a line to fill in by hand.
    pub(crate) phone: Option<String>,
    /// A page to print, in place of text.
    pub(crate) out: Option<PathBuf>,
}

/// One piece of paper.
struct Slip {
    reference: String,
    day: Option<String>,
}

fn slips(request: &Request, value: &Value) -> Result<Vec<Slip>, Failure> {
    let text = |value: &Value| value.as_str().map(clean_line);
    if matches!(request, Request::SlipsPrint { .. }) {
        let all = value["slips"].as_array().into_iter().flatten();
        return Ok(all.filter_map(|slip| Some(Slip { reference: text(slip)?, day: None })).collect());
    }
    // a paper in a pocket is read by whoever finds it
    if value["restricted"] == true {
        return Err(Failure::new("no_paper_of_sealed"));
    }
    let reference = text(&value["ref"]).unwrap_or_default();
    let day =
        text(&value["received_day"]).or_else(|| text(&value["received_at"]).map(|at| at.chars().take(10).collect()));
    Ok(vec![Slip { reference, day }])
}

/// The lines of one slip.
fn lines(slip: &Slip, phone: Option<&str>, texts: &Texts) -> Vec<String> {
    let phone = phone.map_or_else(|| "________________".to_owned(), clean_line);
    let mut lines = vec![texts.with("slip-reference", &[("ref", slip.reference.as_str().into())])];
    if let Some(day) = &slip.day {
        lines.push(texts.with("slip-received", &[("day", day.as_str().into())]));
    }
    lines.push(texts.with("slip-phone", &[("phone", phone.into())]));
    lines.extend(wrap(&texts.get("slip-keep"), WIDTH));
    lines
}

/// What the printer gets: text for the screen, or a page for a browser.
///
/// # Errors
///
/// `no_paper_of_sealed`: no paper tells of a sealed case.
pub(crate) fn print(request: &Request, value: &Value, how: &Printed, texts: &Texts) -> Result<String, Failure> {
    let slips = slips(request, value)?;
    let phone = how.phone.as_deref();
    if how.out.is_none() {
        let cut = format!("{}\n", "- ".repeat(WIDTH / 2));
        let one = |slip: &Slip| format!("{}\n\n{cut}", lines(slip, phone, texts).join("\n"));
        return Ok(slips.iter().map(one).collect());
    }
    let one = |slip: &Slip| {
        let lines = lines(slip, phone, texts);
        let rest: String = lines.iter().skip(1).map(|line| format!("<p>{}</p>", html(line))).collect();
        format!("<section><h1>{}</h1>{rest}</section>", html(&slip.reference))
    };
    let body: String = slips.iter().map(one).collect();
    Ok(format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>boucle</title><style>{STYLE}</style>{body}</html>\n",
        texts.asked()
    ))
}

/// Eight slips on a sheet of A4, to be cut.
const STYLE: &str = "@page{size:A4;margin:10mm}body{margin:0;font:11pt sans-serif;display:flex;flex-wrap:wrap}\
section{box-sizing:border-box;width:50%;height:67mm;padding:6mm;border:1px dashed #888;break-inside:avoid}\
h1{font:bold 20pt monospace;margin:0 0 4mm}p{margin:0 0 2mm}";

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn on_screen(request: &Request, value: &Value) -> Result<String, Failure> {
        print(request, value, &Printed { phone: Some("3000".into()), out: None }, &Texts::for_lang("fr"))
    }

    #[test]
    fn a_receipt_tells_reference_day_and_telephone_and_nothing_of_the_matter() {
        let request = Request::CaseShow { r#ref: "x".into() };
        let case = json!({
            "ref": "JER-1-00001-12", "received_day": "2026-12-01", "text": "CANARY", "reporter_name": "CANARY",
            "category": "payment.late", "restricted": false,
        });
        let told = on_screen(&request, &case).expect("printed");
        assert!(told.contains("JER-1-00001-12") && told.contains("2026-12-01") && told.contains("3000"), "{told}");
        assert!(!told.contains("CANARY") && !told.contains("payment"), "{told}");
        let sealed = json!({"ref": "JER-1-00002-12", "restricted": true});
        assert_eq!(on_screen(&request, &sealed).expect_err("sealed").code, "no_paper_of_sealed");
    }

    #[test]
    fn a_page_of_slips_has_each_reference_once_and_no_markup_of_others() {
        let request = Request::SlipsPrint { count: 2 };
        let value = json!({"site": "JER", "slips": ["JER-1-00001-12", "JER-1-<b>"]});
        let how = Printed { phone: None, out: Some("slips.html".into()) };
        let page = print(&request, &value, &how, &Texts::for_lang("en")).expect("printed");
        assert_eq!(page.matches("JER-1-00001-12").count(), 1);
        assert!(page.contains("JER-1-&lt;b&gt;") && !page.contains("<b>"), "{page}");
    }
}
