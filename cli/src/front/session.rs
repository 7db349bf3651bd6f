//! A desk or a box from the menu: what its cases have in common is said once, then one case after another.

use node::api::Request;
use node::error::Failure;
use serde_json::Value;

use super::{Desk, call};
use crate::choice::plain;

/// Sits at a desk, or opens a box, until it is closed or somebody goes back to the menu. It stays open meanwhile.
pub(super) fn sit(desk: &mut Desk<'_, '_>, kind: &str) -> Result<(), Failure> {
    if desk.ask(Request::SessionShow)?.is_null() {
        desk.command(&["session", "open", "--kind", kind])?;
    }
    loop {
        let going = desk.ask(Request::SessionShow)?;
        let Value::Object(_) = going else { return Ok(()) };
        desk.show("session show", &going)?;
        let Some(typed) = desk.line("front-session")? else { return Ok(()) };
        match plain(&typed).as_str() {
            "" => {
                let taken = call::in_session(desk, going["kind"].as_str().unwrap_or_default());
                desk.tell(taken)?;
            }
            "f" => close(desk, &going)?,
            _ if typed.trim() == "<" => return Ok(()),
            _ => desk.say_text("ui-not-understood"),
        }
    }
}

/// Closes it; where slips and cases are not as many, why is asked.
fn close(desk: &mut Desk<'_, '_>, going: &Value) -> Result<(), Failure> {
    let differs = going["slips"].as_u64().is_some_and(|slips| going["recorded"].as_u64() != Some(slips));
    match differs {
        true => desk.command(&["session", "close", "--reason"]),
        false => desk.command(&["session", "close"]),
    }
}
