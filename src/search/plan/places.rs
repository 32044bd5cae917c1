//! Tree → conditions on places: stars, patterns, NEAR and what must stand in one unit.

use super::super::engine::{Needle, Scope};
use super::super::folded_regex::{Bad, FoldedRegex};
use super::super::matcher::{Matcher, Word};
use super::super::positional::{Cond, Placed};
use super::super::query::{
    Ast, MAX_REGEXES, Node, NoteKind, QueryError, QueryErrorKind, RegexFault, Stars, Unit, wildcard,
};
use super::build::Builder;
use super::{Literal, Plan};
use crate::diag::Span;
use std::sync::Arc;

impl Builder<'_> {
    /// A term with stars; as a string where nothing is left beside one of them.
    pub(super) fn wild(&mut self, text: &str, scope: &Scope, span: Span, free: bool) -> Option<Plan> {
        match stars(text) {
            Some(matcher) => Some(self.placed(Cond::Match(matcher), text, scope, span, free)),
            None => self.literal(text, scope, span, free),
        }
    }

    /// A regular expression.
    pub(super) fn regex(
        &mut self,
        pattern: &str,
        scope: &Scope,
        span: Span,
        free: bool,
    ) -> Result<Plan, QueryError> {
        let matcher = Matcher::Regex(self.compiled(pattern, span)?);
        Ok(self.placed(Cond::Match(matcher), &format!("/{pattern}/"), scope, span, free))
    }

    /// A term that may be nearly there.
    pub(super) fn loose(&mut self, text: &str, scope: &Scope, span: Span) -> Option<Plan> {
        match self.literal(text, scope, span, true)? {
            Plan::Literal(literal) => Some(Plan::Loose(Literal { typed: format!("{text}~"), ..literal })),
            other => Some(other),
        }
    }

    /// NEAR, or all that stands in one unit. What cannot stand there is asked of the whole record.
    pub(super) fn place(&mut self, ast: &Ast, scope: &Scope) -> Result<Option<Plan>, QueryError> {
        let mut lifted = Vec::new();
        let cond = self.cond(ast, Unit::Section, false, &mut lifted)?;
        let placed = cond.map(|cond| self.placed(cond, &ast.to_string(), scope, ast.span, true));
        let parts: Vec<Plan> = placed.into_iter().chain(lifted).collect();
        Ok((!parts.is_empty()).then(|| Plan::and(parts)))
    }

    fn placed(&self, cond: Cond, typed: &str, scope: &Scope, span: Span, free: bool) -> Plan {
        Plan::Placed(Arc::new(Placed { cond, scope: scope.clone(), typed: typed.to_owned(), span, free }))
    }

    /// `None` for what says nothing there. `negated`: an odd number of NOTs stands around it.
    fn cond(
        &mut self,
        ast: &Ast,
        unit: Unit,
        negated: bool,
        lifted: &mut Vec<Plan>,
    ) -> Result<Option<Cond>, QueryError> {
        Ok(match &ast.node {
            Node::All => None,
            Node::Text(_) | Node::Phrase(_) | Node::Wild(_) | Node::Regex(_) | Node::Loose(_) => {
                self.matcher(ast)?.map(Cond::Match)
            }
            Node::View(name) => {
                let inner = self.enter(name, ast.span)?;
                let cond = self.cond(&inner, unit, negated, lifted)?;
                self.leave();
                cond
            }
            Node::Near { parts, within } => self.near(parts, within)?,
            Node::Within { unit, inner } => {
                let inner = self.cond(inner, *unit, negated, lifted)?;
                inner.map(|inner| Cond::Within(*unit, Box::new(inner)))
            }
            Node::And(parts) => self.conds(parts, unit, negated, lifted)?.map(Cond::And),
            Node::Or(parts) => self.conds(parts, unit, negated, lifted)?.map(Cond::Or),
            Node::Not(part) => self.cond(part, unit, !negated, lifted)?.map(|cond| Cond::Not(Box::new(cond))),
            Node::Field { .. } | Node::Has(_) => {
                let part = ast.to_string();
                self.note(NoteKind::Lifted { part, unit }, ast.span);
                let plan = self.node(ast)?;
                lifted.extend(plan.map(|plan| if negated { Plan::Not(Box::new(plan)) } else { plan }));
                None
            }
        })
    }

    fn conds(
        &mut self,
        parts: &[Ast],
        unit: Unit,
        negated: bool,
        lifted: &mut Vec<Plan>,
    ) -> Result<Option<Vec<Cond>>, QueryError> {
        let mut conds = Vec::new();
        for part in parts {
            conds.extend(self.cond(part, unit, negated, lifted)?);
        }
        Ok((!conds.is_empty()).then_some(conds))
    }

    /// An operand that says nothing is left out; a distance goes with the operand behind it.
    fn near(&mut self, operands: &[Ast], within: &[u32]) -> Result<Option<Cond>, QueryError> {
        let (mut parts, mut distances) = (Vec::new(), Vec::new());
        for (i, operand) in operands.iter().enumerate() {
            let choices = if let Node::Or(choices) = &operand.node {
                choices.as_slice()
            } else {
                std::slice::from_ref(operand)
            };
            let mut part = Vec::new();
            for choice in choices {
                part.extend(self.matcher(choice)?);
            }
            if part.is_empty() {
                continue;
            }
            if let Some(distance) = i.checked_sub(1).and_then(|before| within.get(before))
                && !parts.is_empty()
            {
                distances.push(*distance);
            }
            parts.push(part);
        }
        Ok((!parts.is_empty()).then_some(Cond::Near { parts, within: distances }))
    }

    fn matcher(&mut self, ast: &Ast) -> Result<Option<Matcher>, QueryError> {
        let text = match &ast.node {
            Node::Regex(pattern) => return Ok(Some(Matcher::Regex(self.compiled(pattern, ast.span)?))),
            Node::Wild(text) => match stars(text) {
                Some(matcher) => return Ok(Some(matcher)),
                None => text,
            },
            Node::Text(text) | Node::Phrase(text) | Node::Loose(text) => text,
            _ => return Ok(None),
        };
        let Some(needle) = Needle::new(text, Scope::Everywhere) else {
            self.note(NoteKind::EmptyTerm, ast.span);
            return Ok(None);
        };
        let loose = matches!(ast.node, Node::Loose(_));
        Ok(Some(if loose { Matcher::loose(&needle.text) } else { Matcher::Literal(Word::new(&needle.text)) }))
    }

    fn compiled(&mut self, pattern: &str, span: Span) -> Result<FoldedRegex, QueryError> {
        self.regexes += 1;
        if self.regexes > MAX_REGEXES {
            return Err(QueryError { kind: QueryErrorKind::TooManyRegexes { limit: MAX_REGEXES }, span });
        }
        FoldedRegex::new(pattern).map_err(|bad| match bad {
            Bad::TooLarge => QueryError { kind: QueryErrorKind::RegexTooLarge, span },
            Bad::Syntax(fault, start, end) => {
                let next = pattern.get(start..).and_then(|rest| rest.chars().next());
                let end = end.max(start + next.map_or(0, char::len_utf8));
                // The pattern ends with its span, or one slash before; in a view it is somewhere else.
                let slash = span.end.checked_sub(span.start + pattern.len()).map_or(0, |rest| rest.min(1));
                let first = span.end.saturating_sub(slash + pattern.len());
                let place = start < end && !self.in_view() && fault != RegexFault::Other;
                let span = if place { Span::new(first + start, first + end) } else { span };
                QueryError { kind: QueryErrorKind::BadRegex { fault }, span }
            }
        })
    }
}

fn stars(text: &str) -> Option<Matcher> {
    let Stars::Between(pieces) = wildcard(text) else { return None };
    let needle = |piece: &String| Needle::new(piece, Scope::Everywhere).map(|needle| Word::new(&needle.text));
    pieces.iter().map(needle).collect::<Option<Vec<Word>>>().map(Matcher::Wild)
}
