//! A progress bar on standard error: counts, rate, time left.

use std::io::Write;
use std::time::{Duration, Instant};

use node::api::Progress;
use node::texts::Texts;

/// Redraws at most this often.
const REDRAW: Duration = Duration::from_millis(100);
/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// Step of a node that tries a passphrase.
const CHECKING: &str = "passphrase";

/// Draws while a request is under way; gone once it is dropped.
pub(crate) struct Bar<'a> {
    to: &'a mut dyn Write,
    texts: &'a Texts,
    /// False: no terminal, nothing is drawn.
    shown: bool,
    started: Instant,
    drawn: Option<Instant>,
}

impl<'a> Bar<'a> {
    pub(crate) fn new(to: &'a mut dyn Write, texts: &'a Texts, terminal: bool) -> Self {
        Self { to, texts, shown: terminal, started: Instant::now(), drawn: None }
    }

    pub(crate) fn step(&mut self, step: &Progress) {
        if step.what == CHECKING {
            return self.checking();
        }
        let elapsed = self.started.elapsed();
        if !self.shown || elapsed < PATIENCE || self.drawn.is_some_and(|at| at.elapsed() < REDRAW) {
            return;
        }
        self.drawn = Some(Instant::now());
        // A terminal that went away stops no work.
        let _ = write!(self.to, "\r\x1b[K{}", line(step, elapsed, self.texts));
        let _ = self.to.flush();
    }
}

impl Bar<'_> {
    /// A passphrase is tried, which takes a second whatever the machine: said at once.
    pub(crate) fn checking(&mut self) {
        if self.shown {
            self.drawn = Some(Instant::now());
            // A terminal that went away stops no work.
            let _ = write!(self.to, "\r{}", self.texts.get("ui-checking"));
            let _ = self.to.flush();
        }
    }
}

impl Drop for Bar<'_> {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(self.to, "\r\x1b[K");
            let _ = self.to.flush();
        }
    }
}

/// `[#####---------------] 250/1000 lignes, 125/s, encore 6 s`.
fn line(step: &Progress, elapsed: Duration, texts: &Texts) -> String {
    const CELLS: u64 = 20;
    let what = texts.code("progress", &step.what).into_owned();
    let rate = step.done as f64 / elapsed.as_secs_f64().max(0.001);
    let Some(total) = step.total.filter(|total| *total > 0) else {
        return format!("{} {what}, {rate:.0}/s", step.done);
    };
    let done = step.done.min(total);
    let filled = usize::try_from(u128::from(done) * u128::from(CELLS) / u128::from(total)).unwrap_or_default();
    let bar = "#".repeat(filled) + &"-".repeat(CELLS as usize - filled);
    let left = (total - done) as f64 / rate.max(0.001);
    let left = if left < 90.0 { format!("{left:.0} s") } else { format!("{:.0} min", left / 60.0) };
    let left = texts.with("ui-eta", &[("time", left.into())]);
    format!("[{bar}] {done}/{total} {what}, {rate:.0}/s, {left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(done: u64, total: Option<u64>) -> Progress {
        Progress { what: "rows".into(), done, total }
    }

    #[test]
    fn a_bar_shows_counts_rate_and_time_left_within_eighty_columns() {
        let texts = Texts::for_lang("fr");
        let shown = line(&step(250, Some(1000)), Duration::from_secs(2), &texts);
        assert_eq!(shown, "[#####---------------] 250/1000 lignes, 125/s, encore 6 s");
        assert_eq!(line(&step(7, None), Duration::from_secs(1), &texts), "7 lignes, 7/s");
        for odd in [step(0, Some(0)), step(5, Some(3)), step(u64::MAX, Some(u64::MAX)), step(0, Some(u64::MAX))] {
            assert!(line(&odd, Duration::ZERO, &texts).contains("lignes"));
        }
    }

    #[test]
    fn nothing_is_drawn_without_a_terminal_or_for_quick_work() {
        let texts = Texts::for_lang("fr");
        for terminal in [false, true] {
            let mut written = Vec::new();
            Bar::new(&mut written, &texts, terminal).step(&step(1, Some(2)));
            assert!(written.is_empty());
        }
    }
}
