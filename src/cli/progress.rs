//! A progress bar on a terminal, nothing elsewhere.

use super::context::Context;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use std::io::IsTerminal as _;
use std::sync::OnceLock;

/// Work that takes less than this many steps shows no bar: it would only flicker.
const WORTH: usize = 500;

/// A bar that appears with the first step of long work.
pub(crate) struct Progress {
    label: Option<&'static str>,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// A bar with a locale key as its label.
    pub(crate) fn new(context: &Context, key: &'static str) -> Progress {
        let label = std::io::stderr().is_terminal().then(|| context.lang.word(key));
        Progress { label, bar: OnceLock::new() }
    }

    /// `done` of `all` steps are done.
    pub(crate) fn set(&self, done: usize, all: usize) {
        let Some(label) = self.label.filter(|_| all >= WORTH) else { return };
        let bar = self.bar.get_or_init(|| {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
            ProgressBar::new(all as u64)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_message(label)
        });
        // Archives turn out to hold more while the work goes on.
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
