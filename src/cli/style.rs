//! Colours, or none.

/// Paints text when it may.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    on: bool,
}

impl Style {
    pub(crate) fn new(on: bool) -> Style {
        Style { on }
    }

    pub(crate) fn is_on(self) -> bool {
        self.on
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn path(self, text: &str) -> String {
        self.paint("35", text)
    }

    pub(crate) fn number(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What a search matched.
    pub(crate) fn hit(self, text: &str) -> String {
        self.paint("1;31", text)
    }
}
