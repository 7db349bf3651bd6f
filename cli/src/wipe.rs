//! `boucle wipe --yes`: this process destroys the keys itself, before it asks or opens anything; then a node that holds
//! the home is told, and ends; then the rest goes.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use node::api::{Envelope, Reply, Request, Service, client};
use node::error::Failure;
use node::home::wipe;
use serde_json::{Value, json};

/// A running node that says nothing for so long is not waited for: its keys on the disk are gone already.
const PATIENCE: Duration = Duration::from_secs(5);

/// Wipes the home: what was done. `node` in it is `none`, `told` (it dropped its keys and ends) or `silent`.
pub(crate) fn wipe(home: &Path, yes: bool, lang: &str) -> Reply {
    if !yes {
        return Err(Failure::new("usage_missing").arg("missing", "--yes"));
    }
    if !wipe::is_home(home) {
        return Err(Failure::new("not_initialised").arg("home", home.display()));
    }
    let mut wiped = wipe::keys(home);
    let (node, removed) = match client::try_connect(home) {
        None => ("none", Vec::new()),
        Some(client) => tell(client, lang),
    };
    wiped.removed.extend(removed.into_iter().filter(|name| name != "keys.boucle"));
    let mut done = wipe::rest(home, wiped).json();
    done["node"] = json!(node);
    if node == "silent" {
        done["wiped"] = json!(false);
    }
    Ok(done)
}

fn tell(client: client::Client, lang: &str) -> (&'static str, Vec<String>) {
    let request = Request::Wipe { yes: true };
    let envelope = Envelope { lang: lang.to_owned(), member: None, passphrase: None, now_ms: None, request };
    let (send, answered) = mpsc::channel();
    std::thread::spawn(move || send.send(client.handle(envelope, &mut |_| {})));
    let names = |reply: &Value| {
        let removed = reply["removed"].as_array().into_iter().flatten();
        removed.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    match answered.recv_timeout(PATIENCE) {
        Ok(Ok(reply)) => ("told", names(&reply)),
        // the keys were the last of ours there: it holds none any more
        Ok(Err(failure)) if failure.code == "not_initialised" => ("told", Vec::new()),
        _ => ("silent", Vec::new()),
    }
}
