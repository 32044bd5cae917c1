//! Owns the balance of a source: every byte belongs to exactly one owner.
//! Must not know what the owners are.

use super::document::Document;

/// Who owns a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A record, by its place in the plan.
    Record(usize),
    /// Boilerplate, with its reason's key.
    Boilerplate(String),
    /// Nobody, with the reason's key.
    Unassigned(String),
}

/// Spans and their owners. The first claim to a byte stands.
pub struct Ledger {
    len: usize,
    /// Disjoint, by start.
    spans: std::collections::BTreeMap<usize, (usize, Owner)>,
}

impl Ledger {
    /// A ledger of this many bytes, nothing claimed.
    pub fn new(len: usize) -> Self {
        Ledger { len, spans: std::collections::BTreeMap::new() }
    }

    /// Gives an owner what is still free of a span.
    pub fn claim(&mut self, start: usize, end: usize, owner: &Owner) {
        let end = end.min(self.len);
        let mut at = start;
        if let Some((_, (stop, _))) = self.spans.range(..=start).next_back() {
            at = at.max(*stop);
        }
        let taken: Vec<(usize, usize)> =
            self.spans.range(at..end.max(at)).map(|(from, (to, _))| (*from, *to)).collect();
        for (from, to) in taken {
            if at < from {
                self.spans.insert(at, (from, owner.clone()));
            }
            at = at.max(to);
        }
        if at < end {
            self.spans.insert(at, (end, owner.clone()));
        }
    }

    /// Settles what nobody claimed: blanks and markup go to the span before them, text is unassigned. The spans cover everything, in order,
    /// neighbours of one owner joined.
    pub fn settle(mut self, document: &Document) -> Vec<(usize, usize, Owner)> {
        let blank = |from: usize, to: usize| document.is_silent(from, to);
        let mut all: Vec<(usize, usize, Owner)> = Vec::new();
        let mut at = 0;
        let spans = std::mem::take(&mut self.spans);
        for (start, (end, owner)) in spans {
            gap(&mut all, at, start, &blank);
            push(&mut all, start, end, owner);
            at = end;
        }
        gap(&mut all, at, self.len, &blank);
        all
    }
}

fn gap(all: &mut Vec<(usize, usize, Owner)>, from: usize, to: usize, blank: &dyn Fn(usize, usize) -> bool) {
    if from >= to {
        return;
    }
    match all.last_mut() {
        Some(last) if blank(from, to) => last.1 = to,
        _ => {
            let why = if blank(from, to) { "blank" } else { "unread" };
            push(all, from, to, Owner::Unassigned(why.to_owned()));
        }
    }
}

fn push(all: &mut Vec<(usize, usize, Owner)>, start: usize, end: usize, owner: Owner) {
    match all.last_mut() {
        Some(last) if last.1 == start && last.2 == owner => last.1 = end,
        _ => all.push((start, end, owner)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_claim_stands_and_all_is_covered() {
        let text = "aabbbbcc  dd";
        let mut ledger = Ledger::new(text.len());
        ledger.claim(3, 5, &Owner::Boilerplate("x".to_owned()));
        ledger.claim(2, 8, &Owner::Record(0));
        let spans: Vec<(usize, usize)> =
            ledger.settle(&Document::plain(text.to_owned())).iter().map(|s| (s.0, s.1)).collect();
        assert_eq!(spans, [(0, 2), (2, 3), (3, 5), (5, 8), (8, 12)]);
    }

    #[test]
    fn blanks_belong_to_what_stands_before_them() {
        let mut ledger = Ledger::new(5);
        ledger.claim(1, 2, &Owner::Record(0));
        let spans = ledger.settle(&Document::plain(" a \n ".to_owned()));
        assert_eq!(spans.iter().map(|s| (s.0, s.1)).collect::<Vec<_>>(), [(0, 1), (1, 5)]);
    }
}
