//! `boucle service install`: the node starts with the machine, without a passphrase, for the device alone.
//!
//! What starts alone holds no member's keys: a key file opens the device, which passes on what it cannot read. Whoever works
//! there lets themselves in with `boucle unlock`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use node::api::{Envelope, Request, SealOptions, client};
use node::error::{Failure, IoOperation};
use node::texts::Texts;
use serde_json::{Value, json};

use crate::background;
use crate::session::{World, ask_unlocked};

/// What is to become of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    /// Start with the machine; the key file lies there, beside the home where nothing is said.
    Install(Option<PathBuf>),
    /// Start no more.
    Remove,
}

/// The name of the key file, in the home.
const KEY_FILE: &str = "device.key";

/// Does it. Reply: `{"unit", "keyfile", "started"}`, or `{"removed": [path]}`.
///
/// # Errors
///
/// `already_running`; what keeps the key file from being made; a failure of the file system.
pub(crate) fn run(order: &Order, home: &Path, texts: &Texts, world: &mut World<'_>) -> Result<Value, Failure> {
    let home = std::path::absolute(home).map_err(|error| Failure::io(IoOperation::Read, home, &error))?;
    let config = (world.env)("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let config = config.or_else(|| Some(PathBuf::from((world.env)("HOME")?).join(".config")));
    let folder = config.ok_or_else(|| Failure::new("no_home_folder"))?.join("systemd").join("user");
    let unit = folder.join(format!("{}.service", name_of(&home)));
    match order {
        Order::Install(keyfile) => {
            let keyfile = keyfile.clone().unwrap_or_else(|| home.join(KEY_FILE));
            install(&home, &folder, &unit, &keyfile, texts, world)
        }
        Order::Remove => remove(&home, &unit),
    }
}

/// A name that tells this home's service from those of other homes of the machine.
fn name_of(home: &Path) -> String {
    let hash = crdt_model::values::id16("boucle/service/v1", &[home.as_os_str().as_encoded_bytes()]);
    let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("boucle-{hash}")
}

fn install(
    home: &Path,
    folder: &Path,
    unit: &Path,
    keyfile: &Path,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<Value, Failure> {
    if client::try_connect(home).is_some() {
        return Err(Failure::new("already_running").arg("home", home.display()));
    }
    if !keyfile.exists() {
        // whoever makes a way in shows that they have one
        let service = world.backend.open(home)?;
        let request = Request::BeforeAsking { seal: SealOptions::default() };
        let passphrase = crate::ask::given_passphrase(None, (world.env)("BOUCLE_PASSPHRASE"))?;
        let member = (world.env)("BOUCLE_MEMBER").and_then(|member| member.into_string().ok());
        let mut ask = Envelope { lang: texts.asked().to_owned(), member, passphrase, now_ms: None, request };
        ask_unlocked(&*service, &mut ask, &[], texts, world)?;
        drop(service);
        world.backend.rest();
        background::make_key_file(home, keyfile, &ask)?;
    }
    let program = std::env::current_exe().map_err(|error| Failure::of_system(&error))?;
    let write = |error: std::io::Error| Failure::io(IoOperation::Write, unit, &error);
    std::fs::create_dir_all(folder).map_err(write)?;
    std::fs::write(unit, text_of(&program, home, keyfile)).map_err(write)?;
    let started = manager(&["daemon-reload"]) && manager(&["enable", "--now", &name_of(home)]);
    Ok(json!({"unit": unit, "keyfile": keyfile, "started": started, "name": name_of(home)}))
}

/// What the system is told.
fn text_of(program: &Path, home: &Path, keyfile: &Path) -> String {
    let quoted = |path: &Path| {
        format!("\"{}\"", path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%"))
    };
    format!(
        "[Unit]\nDescription=boucle\nAfter=network.target\n\n[Service]\nExecStart={} --home {} run --unattended --keyfile {}\n\
         Restart=on-failure\nRestartSec=30\n\n[Install]\nWantedBy=default.target\n",
        quoted(program),
        quoted(home),
        quoted(keyfile)
    )
}

/// Tells the service manager of the user; whether it did what it was told.
fn manager(args: &[&str]) -> bool {
    let mut command = Command::new("systemctl");
    command.arg("--user").args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn remove(home: &Path, unit: &Path) -> Result<Value, Failure> {
    manager(&["disable", "--now", &name_of(home)]);
    let mut removed = Vec::new();
    for path in [unit.to_owned(), home.join(KEY_FILE)] {
        match std::fs::remove_file(&path) {
            Ok(()) => removed.push(path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::io(IoOperation::Write, &path, &error)),
        }
    }
    manager(&["daemon-reload"]);
    Ok(json!({"removed": removed}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_and_marks_stays_one_word() {
        let told = text_of(Path::new("/a b/boucle"), Path::new("/h \"x\"/100%"), Path::new("/k"));
        assert!(told.contains("ExecStart=\"/a b/boucle\" --home \"/h \\\"x\\\"/100%%\" run"), "{told}");
    }

    #[test]
    fn two_homes_have_two_services() {
        assert_ne!(name_of(Path::new("/a")), name_of(Path::new("/b")));
    }
}
