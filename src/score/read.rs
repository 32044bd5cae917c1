//! Reading a scheme: everything that is wrong with it is found in one go.
//!
//! Its shape is checked against `schemas/scheme.yaml`, like a record; what follows here is what no JSON
//! Schema can say.

use super::number::Mode;
use super::number::Number;
use super::number::Rounding;
use super::scheme::Band;
use super::scheme::By;
use super::scheme::Combine;
use super::scheme::Counted;
use super::scheme::Ledger;
use super::scheme::Months;
use super::scheme::Need;
use super::scheme::Notice;
use super::scheme::Panel;
use super::scheme::Rule;
use super::scheme::Scheme;
use super::scheme::Stage;
use super::scheme::Step;
use super::scheme::Vetoes;
use super::scheme::Years;
use crate::archive::shipped;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::Span;
use crate::diag::nearest;
use crate::schema::Checker;
use crate::schema::Kind;
use crate::schema::References;
use crate::yaml;
use crate::yaml::Node;
use std::path::Path;
use std::sync::LazyLock;

/// The schema of schemes, which a new archive gets too, for editors.
const SCHEMA: &str = "schemas/scheme.yaml";
/// Made once: to compile a schema takes longer than to check ten schemes. That the shipped one compiles is for a test to say.
static CHECKER: LazyLock<Option<Checker>> = LazyLock::new(|| {
    let references = References::new();
    let mut findings = Vec::new();
    let schema = yaml::read(shipped(SCHEMA)?).root?;
    let kind = Kind::read("scheme", schema, Path::new(SCHEMA), &references, &mut findings);
    Checker::new(&kind, &references, &mut findings).filter(|_| findings.is_empty())
});

impl Scheme {
    /// Reads a scheme.
    ///
    /// # Errors
    /// All that is wrong with it, in order of place.
    pub fn read(root: &Node, path: &Path) -> Result<Scheme, Vec<Finding>> {
        let mut findings = Vec::new();
        if let Some(checker) = &*CHECKER {
            checker.check(path, root, &mut findings);
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut reader = Reader { root, path, findings };
        let scheme = reader.scheme();
        if reader.findings.is_empty() {
            return Ok(scheme);
        }
        reader.findings.sort_by_key(|finding| finding.span);
        Err(reader.findings)
    }
}

struct Reader<'r> {
    root: &'r Node,
    path: &'r Path,
    findings: Vec<Finding>,
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(|text| text.trim().to_owned())
}

fn texts(node: Option<&Node>) -> Vec<String> {
    node.map(Node::items).unwrap_or_default().iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn items(node: Option<&Node>) -> &[Node] {
    node.map(Node::items).unwrap_or_default()
}

fn count(node: &Node, key: &str) -> Option<usize> {
    node.get(key).and_then(Node::integer).and_then(|number| usize::try_from(number).ok())
}

fn counted(word: Option<&str>) -> Counted {
    match word {
        Some("count") => Counted::Rows,
        Some("hours") => Counted::Hours,
        _ => Counted::Points,
    }
}

impl Reader<'_> {
    fn wrong(&mut self, span: Span, rule: &str) -> &mut Finding {
        let finding = Finding::new(Code::SchemeRule, self.path, Some(span)).arg("rule", rule);
        self.findings.push(finding);
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    fn number(&mut self, node: &Node, key: &str) -> Option<Number> {
        let value = node.get(key)?;
        let number = value.text().and_then(Number::parse);
        if number.is_none() {
            self.wrong(value.span, "decimal");
        }
        number
    }

    /// A name that must be one of those that the scheme has.
    fn known(&mut self, node: &Node, names: &[&str]) {
        let Some(name) = node.text() else { return };
        if !names.contains(&name) {
            let near = nearest(name, names.iter().copied()).map(str::to_owned);
            let finding = self.wrong(node.span, "unknown-name");
            finding.args.push(("name", name.to_owned()));
            finding.suggestion = near;
        }
    }

    fn unique(&mut self, nodes: &[Node]) {
        let mut seen: Vec<&str> = Vec::new();
        for id in nodes.iter().filter_map(|node| node.get("id")) {
            let Some(name) = id.text() else { continue };
            if seen.contains(&name) {
                self.wrong(id.span, "twice").args.push(("name", name.to_owned()));
            }
            seen.push(name);
        }
    }

    fn scheme(&mut self) -> Scheme {
        let root = self.root;
        let total = self.number(root, "total");
        let shared = self.items(root, total.as_ref());
        let stages: Vec<Stage> =
            items(root.get("stages")).iter().map(|node| self.stage(node, &shared)).collect();
        self.unique(items(root.get("stages")));
        self.weights(&stages);
        let ties = root.get("ties");
        self.ties(ties.and_then(|ties| ties.get("by")), &stages);
        let bands = self.bands();
        let mut scheme = Scheme {
            title: text(root, "title").unwrap_or_default(),
            about: text(root, "about").unwrap_or_default(),
            subject: text(root, "subject").unwrap_or_default(),
            kind: text(root, "kind"),
            recuse: texts(root.get("recuse")),
            vetoes: root.get("vetoes").map(|vetoes| Vetoes {
                grade: text(vetoes, "grade").unwrap_or_default(),
                reasons: texts(vetoes.get("reasons")),
            }),
            rounding: rounding(root.get("rounding")),
            ties: texts(ties.and_then(|ties| ties.get("by"))),
            share_all: ties.and_then(|ties| text(ties, "share")).as_deref() == Some("all"),
            levels: self.levels(),
            bands,
            below: text(root, "below"),
            needs: self.needs(&stages),
            unmet: text(root, "unmet"),
            tiers: Vec::new(),
            years: None,
            months: self.months(&stages),
            requests: steps(root.get("requests")),
            notice: root.get("notice").map(notice),
            programme: root.get("award").and_then(|award| text(award, "programme")),
            stages,
        };
        self.complete(&scheme);
        self.tiers(&mut scheme);
        self.years(&mut scheme);
        scheme
    }

    /// The items of a node, which must add up to the total.
    fn items(&mut self, node: &Node, total: Option<&Number>) -> Vec<(String, Number)> {
        let mut list = Vec::new();
        self.unique(items(node.get("items")));
        for item in items(node.get("items")) {
            if let (Some(id), Some(max)) = (text(item, "id"), self.number(item, "max")) {
                list.push((id, max));
            }
        }
        let Some(listed) = node.get("items") else { return list };
        let sum: Number = list.iter().map(|(_, max)| max).sum();
        match total {
            Some(total) if *total != sum => {
                let (sum, total) = (sum.shown(), total.shown());
                let finding = self.wrong(node.get("total").map_or(listed.span, |node| node.span), "total");
                finding.args.extend([("sum", sum), ("total", total)]);
            }
            None if node == self.root => {
                self.wrong(listed.span, "no-total");
            }
            _ => {}
        }
        list
    }

    fn stage(&mut self, node: &Node, shared: &[(String, Number)]) -> Stage {
        let own = self.items(node, None);
        let by = text(node, "by").unwrap_or_default();
        let fits: &[&str] = match by.as_str() {
            "panel" => &["items", "combine", "drop", "judges", "spread"],
            "votes" => &["scale"],
            "ledger" => &["value", "categories"],
            _ => &[],
        };
        let always = ["id", "by", "keep", "pass", "weight"];
        for entry in node.entries() {
            let key = entry.key.as_str();
            let score = by == "decision" && ["keep", "pass", "weight"].contains(&key);
            if (!fits.contains(&key) && !always.contains(&key)) || score {
                let finding = self.wrong(entry.key_span, "not-here");
                finding.args.extend([("name", entry.key.clone()), ("by", by.clone())]);
            }
        }
        // What decides a score is said by the scheme; nothing is taken for granted.
        let needed: &[&str] = match by.as_str() {
            "panel" => &["combine"],
            "votes" => &["scale"],
            "ledger" => &["value"],
            _ => &[],
        };
        for key in needed.iter().filter(|key| node.get(key).is_none()) {
            let finding = self.wrong(node.span, "stage-needs");
            finding.args.extend([("name", (*key).to_owned()), ("by", by.clone())]);
        }
        let by = match by.as_str() {
            "panel" => {
                let items = if own.is_empty() { shared.to_vec() } else { own };
                if items.is_empty() {
                    self.wrong(node.span, "no-items");
                }
                By::Panel(self.panel(node, items))
            }
            "votes" => By::Votes { linear: text(node, "scale").as_deref() != Some("rank") },
            "ledger" => {
                let mut categories = Vec::new();
                self.unique(items(node.get("categories")));
                for category in items(node.get("categories")) {
                    let cap = self.number(category, "cap");
                    categories.push((text(category, "id").unwrap_or_default(), cap));
                }
                By::Ledger(Ledger { value: counted(text(node, "value").as_deref()), categories })
            }
            _ => By::Decision,
        };
        Stage {
            id: text(node, "id").unwrap_or_default(),
            by,
            weight: self.number(node, "weight"),
            keep: count(node, "keep"),
            pass: self.number(node, "pass"),
        }
    }

    fn panel(&mut self, node: &Node, items: Vec<(String, Number)>) -> Panel {
        let drop = |key| node.get("drop").and_then(|drop| count(drop, key)).unwrap_or(0);
        let (high, low) = (drop("high"), drop("low"));
        let judges = count(node, "judges");
        if let (Some(dropped), true) = (node.get("drop"), judges.unwrap_or(0) <= high + low) {
            // With fewer nothing would be left to take the mean of.
            self.wrong(dropped.span, "drop").args.push(("least", (high + low + 1).to_string()));
        }
        Panel {
            items,
            combine: match text(node, "combine").as_deref() {
                Some("median") => Combine::Median,
                Some("sum") => Combine::Sum,
                _ => Combine::Mean,
            },
            high,
            low,
            judges: judges.unwrap_or(1),
            spread: self.number(node, "spread"),
        }
    }

    fn weights(&mut self, stages: &[Stage]) {
        let weights: Vec<&Number> = stages.iter().filter_map(|stage| stage.weight.as_ref()).collect();
        let sum: Number = weights.iter().copied().sum();
        if !weights.is_empty()
            && sum != Number::from(1)
            && let Some(node) = self.root.get("stages")
        {
            self.wrong(node.span, "weights").args.push(("sum", sum.shown()));
        }
    }

    fn ties(&mut self, by: Option<&Node>, stages: &[Stage]) {
        let mut names: Vec<&str> = stages.iter().map(|stage| stage.id.as_str()).collect();
        for stage in stages {
            if let By::Panel(panel) = &stage.by {
                names.extend(panel.items.iter().map(|(id, _)| id.as_str()));
            }
        }
        for node in items(by) {
            self.known(node, &names);
        }
    }

    fn levels(&mut self) -> Vec<(String, usize)> {
        self.unique(items(self.root.get("levels")));
        let level = |node: &Node| Some((text(node, "id")?, count(node, "take")?));
        items(self.root.get("levels")).iter().filter_map(level).collect()
    }

    fn bands(&mut self) -> Vec<Band> {
        let root = self.root;
        if let (Some(_), Some(ages)) = (root.get("grades"), root.entry("ages")) {
            self.wrong(ages.key_span, "grades-twice");
        }
        if root.get("grades").is_some() {
            let grades = self.grades(root);
            return vec![Band { id: String::new(), from: 0, to: usize::MAX, grades }];
        }
        let mut bands: Vec<Band> = Vec::new();
        for node in items(root.get("ages")) {
            let band = Band {
                id: text(node, "id").unwrap_or_default(),
                from: count(node, "from").unwrap_or(0),
                to: count(node, "to").unwrap_or(usize::MAX),
                grades: self.grades(node),
            };
            let meets = |other: &Band| band.from <= other.to && other.from <= band.to;
            if band.from > band.to || bands.iter().any(meets) {
                self.wrong(node.span, "ages").args.push(("name", band.id.clone()));
            }
            bands.push(band);
        }
        bands
    }

    fn grades(&mut self, node: &Node) -> Vec<(String, Number)> {
        let mut grades: Vec<(String, Number)> = Vec::new();
        self.unique(items(node.get("grades")));
        for grade in items(node.get("grades")) {
            let (Some(id), Some(from)) = (text(grade, "id"), self.number(grade, "from")) else { continue };
            if grades.last().is_some_and(|(_, before)| from >= *before) {
                self.wrong(grade.span, "grades-order").args.push(("name", id.clone()));
            }
            grades.push((id, from));
        }
        grades
    }

    fn needs(&mut self, stages: &[Stage]) -> Vec<Need> {
        let mut needs = Vec::new();
        for node in items(self.root.get("needs")) {
            let ledger = self.ledger(node, stages);
            let (Some((stage, ledger)), Some(least)) = (ledger, self.number(node, "least")) else { continue };
            if let Some(category) = node.get("category") {
                let known: Vec<&str> = ledger.categories.iter().map(|(id, _)| id.as_str()).collect();
                self.known(category, &known);
            }
            needs.push(Need {
                id: text(node, "id").unwrap_or_default(),
                stage,
                sum: counted(text(node, "sum").as_deref()),
                category: text(node, "category"),
                least,
            });
        }
        needs
    }

    /// The ledger that a node names, and its place among the stages.
    fn ledger<'s>(&mut self, node: &Node, stages: &'s [Stage]) -> Option<(usize, &'s Ledger)> {
        let named = node.get("stage")?;
        let mut ledgers = Vec::new();
        for (place, stage) in stages.iter().enumerate() {
            if let By::Ledger(ledger) = &stage.by {
                ledgers.push((place, stage.id.as_str(), ledger));
            }
        }
        let known: Vec<&str> = ledgers.iter().map(|(_, id, _)| *id).collect();
        self.known(named, &known);
        let found = ledgers.into_iter().find(|(_, id, _)| named.text() == Some(id));
        found.map(|(place, _, ledger)| (place, ledger))
    }

    fn months(&mut self, stages: &[Stage]) -> Option<Months> {
        let node = self.root.get("months")?;
        let (stage, _) = self.ledger(node, stages)?;
        Some(Months {
            stage,
            factor: node.get("factor").and_then(Node::boolean).unwrap_or(false),
            flag: text(node, "flag").unwrap_or_default(),
            model: text(node, "model").unwrap_or_default(),
        })
    }

    /// What a scheme must say once it says something else: there is no hidden default.
    fn complete(&mut self, scheme: &Scheme) {
        let has = |key: &str| self.root.get(key).is_some();
        let mut missing: Vec<(&str, &str)> = Vec::new();
        let mut needs = |when: bool, key: &'static str, because: &'static str| {
            if when && !has(key) {
                missing.push((key, because));
            }
        };
        needs(!has("requests"), "stages", "title");
        needs(scheme.is_scored() || has("months"), "rounding", "stages");
        needs(scheme.is_scored() || has("levels"), "ties", "stages");
        needs(has("grades"), "below", "grades");
        needs(has("ages"), "below", "ages");
        needs(has("needs"), "unmet", "needs");
        needs(has("award"), "kind", "award");
        needs(has("award"), "levels", "award");
        for (key, because) in missing {
            let finding = self.wrong(Span::at(self.root.span.start), "needs");
            finding.args.extend([("name", key.to_owned()), ("because", because.to_owned())]);
        }
        let last = scheme.stages.last().is_some_and(|stage| stage.weight.is_none() && stage.keep.is_some());
        for key in ["levels", "grades", "ages"] {
            if let Some(entry) = self.root.entry(key).filter(|_| !scheme.is_scored() && !last) {
                self.wrong(entry.key_span, "no-weights").args.push(("name", key.to_owned()));
            }
        }
    }

    fn tiers(&mut self, scheme: &mut Scheme) {
        let ladder: Vec<String> = scheme.ladder().into_iter().map(str::to_owned).collect();
        let known: Vec<&str> = ladder.iter().map(String::as_str).collect();
        let tiers = self.root.get("tiers");
        for node in items(tiers) {
            for grade in items(node.get("grades")) {
                self.known(grade, &known);
                if scheme.tier(grade.text().unwrap_or_default()).is_some() {
                    let name = grade.text().unwrap_or_default().to_owned();
                    self.wrong(grade.span, "twice").args.push(("name", name));
                }
            }
            scheme.tiers.push((text(node, "id").unwrap_or_default(), texts(node.get("grades"))));
        }
        if let Some(tiers) = tiers {
            for grade in known.iter().filter(|grade| scheme.tier(grade).is_none()) {
                self.wrong(tiers.span, "no-tier").args.push(("name", (*grade).to_owned()));
            }
        }
    }

    fn years(&mut self, scheme: &mut Scheme) {
        let Some(years) = self.root.get("years") else { return };
        let ladder: Vec<String> = scheme.ladder().into_iter().map(str::to_owned).collect();
        let known: Vec<&str> = ladder.iter().map(String::as_str).collect();
        let mut rules = Vec::new();
        for node in items(years.get("rules")) {
            for grade in ["below", "reached"].iter().filter_map(|key| node.get(key)) {
                self.known(grade, &known);
            }
            rules.push(Rule {
                fall: count(node, "fall"),
                rise: count(node, "rise"),
                falls: count(node, "falls"),
                below: text(node, "below"),
                reached: text(node, "reached"),
                years: count(node, "years").unwrap_or(1),
                then: text(node, "then").unwrap_or_default(),
            });
        }
        scheme.years = Some(Years { hold: count(years, "hold").unwrap_or(1), rules });
    }
}

fn rounding(node: Option<&Node>) -> Rounding {
    let mode = match node.and_then(|node| text(node, "mode")).as_deref() {
        Some("half_even") => Mode::HalfEven,
        Some("down") => Mode::Down,
        _ => Mode::HalfUp,
    };
    let digits = node.and_then(|node| count(node, "digits")).and_then(|digits| u32::try_from(digits).ok());
    Rounding { digits: digits.unwrap_or(0), mode }
}

fn steps(node: Option<&Node>) -> Vec<Step> {
    let step = |node: &Node| {
        Some(Step { id: text(node, "id")?, date: text(node, "date")?, days: count(node, "days") })
    };
    items(node.and_then(|node| node.get("steps"))).iter().filter_map(step).collect()
}

fn notice(node: &Node) -> Notice {
    Notice {
        days: count(node, "days").unwrap_or(1),
        workdays: text(node, "count").as_deref() == Some("workdays"),
        holidays: texts(node.get("holidays")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_a_scheme_is_checked() {
        assert!(CHECKER.is_some());
    }
}
