//! Who answers: the node that holds the home, or one opened in this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use node::api::{Runtime, Service, client};
use node::error::Failure;

/// Where services come from: the machine, or a fake in tests.
pub(crate) trait Backend {
    /// Whoever can answer for this home.
    ///
    /// # Errors
    ///
    /// When the home cannot be opened.
    fn open(&self, home: &Path) -> Result<Arc<dyn Service>, Failure>;

    /// A node in this process, for `run`.
    ///
    /// # Errors
    ///
    /// When the home cannot be opened, `already_running` when another process holds it.
    fn runtime(&self, home: &Path) -> Result<Arc<dyn Runtime>, Failure>;
}

/// This machine.
pub(crate) struct Local;

impl Backend for Local {
    fn open(&self, home: &Path) -> Result<Arc<dyn Service>, Failure> {
        match client::try_connect(home) {
            Some(client) => Ok(Arc::new(client)),
            None => Ok(in_process(home)?),
        }
    }

    fn runtime(&self, home: &Path) -> Result<Arc<dyn Runtime>, Failure> {
        if client::try_connect(home).is_some() {
            return Err(Failure::new("already_running").arg("home", home.display()));
        }
        in_process(home)
    }
}

/// Opens the node itself.
fn in_process(home: &Path) -> Result<Arc<dyn Runtime>, Failure> {
    Ok(Arc::new(node::Node::open(home)?))
}

/// The home when none is named: `boucle` in the platform's folder for a user's data.
pub(crate) fn default_home(env: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| env(name).filter(|path| path.is_absolute());
    let data = if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library").join("Application Support"))
    } else if cfg!(windows) {
        absolute("APPDATA")
    } else {
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local").join("share")))
    };
    data.map(|data| data.join("boucle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_default_home_follows_the_platform() {
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value))
        };
        let both = env(&[("XDG_DATA_HOME", "/data"), ("HOME", "/home/a")]);
        assert_eq!(default_home(&both), Some("/data/boucle".into()));
        let relative = env(&[("XDG_DATA_HOME", "data"), ("HOME", "/home/a")]);
        assert_eq!(default_home(&relative), Some("/home/a/.local/share/boucle".into()));
        assert_eq!(default_home(&env(&[])), None);
    }
}
