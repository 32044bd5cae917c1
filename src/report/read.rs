//! Reading an outline: everything that is wrong with it is found in one go.

use super::outline::Figure;
use super::outline::FindingsSpec;
use super::outline::Gap;
use super::outline::GapsSpec;
use super::outline::Known;
use super::outline::ListSpec;
use super::outline::Outline;
use super::outline::OutlineBlock;
use super::outline::RanksSpec;
use super::outline::TableSpec;
use super::outline::Words;
use crate::diag::Code;
use crate::diag::Finding;
use crate::diag::Span;
use crate::diag::nearest;
use crate::locale::Lang;
use crate::schema::Kind;
use crate::stats::Cut;
use crate::stats::CutError;
use crate::stats::Dim;
use crate::stats::InUnit;
use crate::stats::Measure;
use crate::stats::Percent;
use crate::stats::Plan;
use crate::stats::Sort;
use crate::stats::chart;
use crate::stats::count;
use crate::stats::list_label;
use crate::yaml::Entry;
use crate::yaml::Node;
use crate::yaml::Value;
use std::path::Path;

const KEYS: &[&str] = &["title", "params", "blocks"];
const PARAMS: &[&str] = &["edition", "year", "programme", "query"];
const BLOCKS: &[&str] = &["heading", "text", "table", "list", "gaps", "ranks", "findings"];
const RANKS: &[&str] = &["title", "group", "rank", "where"];
const FINDINGS: &[&str] = &["title", "codes", "show"];
const TABLE: &[&str] = &[
    "title",
    "rows",
    "cols",
    "measure",
    "where",
    "totals",
    "percent",
    "transpose",
    "sort",
    "top",
    "subtotals",
    "delta",
    "chart",
];
const LIST: &[&str] = &["title", "fields", "where", "sort", "group"];
const GAPS: &[&str] = &["title", "fields", "show"];
const EXAMPLES: usize = 3;

pub(super) fn outline(
    root: &Node,
    kind: &Kind,
    known: Known<'_>,
    path: &Path,
) -> Result<Outline, Vec<Finding>> {
    let mut reader = Reader { kind, known, path, findings: Vec::new() };
    reader.mapping(root, KEYS, "");
    let mut outline = Outline {
        title: root.get("title").map(|node| reader.words(node, "title")),
        params: PARAMS.iter().map(|&param| param.to_owned()).collect(),
        blocks: Vec::new(),
    };
    if let Some(node) = root.get("params") {
        let params = reader.texts(node, "params");
        for (text, span) in params.iter().filter(|(text, _)| !PARAMS.contains(text)) {
            reader.bad(*span, "params", text, nearest(text, PARAMS.iter().copied()));
        }
        outline.params = params.into_iter().map(|(text, _)| text.to_owned()).collect();
    }
    match root.get("blocks") {
        Some(blocks) if !blocks.items().is_empty() => {
            for (place, block) in blocks.items().iter().enumerate() {
                outline.blocks.extend(reader.block(block, &format!("blocks[{place}]")));
            }
        }
        other => reader.bad(other.map_or(root.span, |node| node.span), "blocks", "blocks: […]", None),
    }
    if reader.findings.is_empty() {
        return Ok(outline);
    }
    reader.findings.sort_by_key(|finding| finding.span);
    Err(reader.findings)
}

struct Reader<'r> {
    kind: &'r Kind,
    known: Known<'r>,
    path: &'r Path,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn bad(&mut self, span: Span, field: &str, detail: &str, near: Option<&str>) {
        let finding = Finding::new(Code::BadSettings, self.path, Some(span));
        self.findings.push(finding.field(field).arg("detail", detail).suggest(near));
    }

    /// A value that is not what its key takes; the detail shows what is.
    fn expected(&mut self, node: &Node, field: &str, form: &str) {
        self.bad(node.span, field, form, None);
    }

    fn unknown(&mut self, entry: &Entry, known: &[&str], at: &str) {
        let field = if at.is_empty() { entry.key.clone() } else { format!("{at}.{}", entry.key) };
        let finding = Finding::new(Code::UnknownKeyword, self.path, Some(entry.key_span));
        let near = nearest(&entry.key, known.iter().copied());
        self.findings.push(finding.field(field).arg("name", &entry.key).suggest(near));
    }

    fn mapping(&mut self, node: &Node, known: &[&str], at: &str) {
        if !matches!(node.value, Value::Map(_)) {
            self.expected(node, at, &format!("{{{}: …}}", known.join(", ")));
        }
        for entry in node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            self.unknown(entry, known, at);
        }
    }

    /// A block is a mapping with one key, which says what it is.
    fn block(&mut self, node: &Node, at: &str) -> Option<OutlineBlock> {
        let (known, strange): (Vec<&Entry>, Vec<&Entry>) =
            node.entries().iter().partition(|entry| BLOCKS.contains(&entry.key.as_str()));
        for entry in &strange {
            self.unknown(entry, BLOCKS, at);
        }
        let [entry] = known.as_slice() else {
            if strange.is_empty() {
                self.expected(node, at, &BLOCKS.join(" | "));
            }
            return None;
        };
        let value = &entry.value;
        let at = format!("{at}.{}", entry.key);
        Some(match entry.key.as_str() {
            "heading" => OutlineBlock::Heading(self.words(value, &at)),
            "text" => OutlineBlock::Text(self.words(value, &at)),
            "table" => OutlineBlock::Table(self.table(value, &at)),
            "list" => OutlineBlock::List(self.list(value, &at)),
            "ranks" => OutlineBlock::Ranks(self.ranks(value, &at)?),
            "findings" => OutlineBlock::Findings(self.findings(value, &at)),
            _ => OutlineBlock::Gaps(self.gaps(value, &at)),
        })
    }

    fn table(&mut self, node: &Node, at: &str) -> TableSpec {
        self.mapping(node, TABLE, at);
        let cut = Cut {
            rows: self.dims(node, "rows", at, Dim::resolve),
            cols: self.dims(node, "cols", at, Dim::resolve),
            measure: self.measure(node, at),
            totals: self.flag(node, "totals", at),
            percent: self.parsed(node, "percent", at, |_, text| Percent::parse(text)),
            transpose: self.flag(node, "transpose", at),
            sort: self.parsed(node, "sort", at, |_, text| Sort::parse(text)),
            top: self.number(node, "top", at),
            subtotals: self.flag(node, "subtotals", at),
            delta: false,
            chart: self.parsed(node, "chart", at, |_, text| chart(text)),
        };
        let delta = self.flag(node, "delta", at);
        // The columns of a comparison are the two periods.
        for key in ["cols", "percent", "transpose"] {
            if let Some(other) = node.get(key).filter(|_| delta) {
                self.expected(other, &format!("{at}.{key}"), &format!("delta: true, {key}: …"));
            }
        }
        // Counting nothing finds out whether these fields can stand in one table.
        if let Err(error) = count(&[], self.kind, &cut) {
            self.refuse(node.span, at, "", &error);
        }
        TableSpec { title: self.title(node, at), filter: self.filter(node, at), delta, cut }
    }

    fn measure(&mut self, node: &Node, at: &str) -> Measure {
        let units = self.known.units;
        let parse = |kind: &Kind, text: &str| {
            let measure = Measure::parse(kind, text)?;
            if let (Some(words), Some(unit)) = (units, measure.unit()) {
                InUnit::named(words, unit)?;
            }
            Ok(measure)
        };
        self.parsed(node, "measure", at, parse).unwrap_or_default()
    }

    fn list(&mut self, node: &Node, at: &str) -> ListSpec {
        self.mapping(node, LIST, at);
        let mut sort = Vec::new();
        let at_sort = format!("{at}.sort");
        for (text, span) in node.get("sort").map(|keys| self.texts(keys, &at_sort)).unwrap_or_default() {
            let (word, direction) = text.split_once(':').unwrap_or((text, "asc"));
            if !["asc", "desc"].contains(&direction) {
                self.bad(span, &at_sort, "FIELD[:desc]", None);
            }
            match Dim::named(self.kind, word) {
                Ok(dim) => sort.push((dim, direction == "desc")),
                Err(error) => self.refuse(span, &at_sort, word, &error),
            }
        }
        if node.get("fields").is_none() {
            self.expected(node, at, "fields: […]");
        }
        let spec = ListSpec {
            title: self.title(node, at),
            fields: self.dims(node, "fields", at, Dim::named),
            filter: self.filter(node, at),
            sort,
            group: self.parsed(node, "group", at, Dim::resolve),
        };
        let sort = spec.sort.iter().map(|(dim, _)| *dim);
        let dims: Vec<Dim> = spec.fields.iter().copied().chain(sort).chain(spec.group).collect();
        if let Err(error) = Plan::new(self.kind, &dims) {
            self.refuse(node.span, at, "", &error);
        }
        spec
    }

    fn gaps(&mut self, node: &Node, at: &str) -> GapsSpec {
        let mut spec = GapsSpec { show: EXAMPLES, ..GapsSpec::default() };
        let fields = if matches!(node.value, Value::List(_)) {
            Some(node)
        } else {
            self.mapping(node, GAPS, at);
            spec.title = self.title(node, at);
            spec.show = self.number(node, "show", at).unwrap_or(spec.show);
            node.get("fields")
        };
        let Some(fields) = fields else {
            self.expected(node, at, "fields: […]");
            return spec;
        };
        let at = format!("{at}.fields");
        for (word, span) in self.texts(fields, &at) {
            let called = |list: &str, lang| list_label(self.kind, list, lang) == word;
            let list = self
                .kind
                .registers
                .iter()
                .find(|list| list.as_str() == word || called(list, Lang::Zh) || called(list, Lang::En));
            match (list, Dim::named(self.kind, word)) {
                (Some(list), _) => spec.fields.push(Gap::List(list.clone())),
                (None, Ok(dim)) => spec.fields.push(Gap::Value(dim)),
                (None, Err(error)) => self.refuse(span, &at, word, &error),
            }
        }
        spec
    }

    fn ranks(&mut self, node: &Node, at: &str) -> Option<RanksSpec> {
        self.mapping(node, RANKS, at);
        let group = self.parsed(node, "group", at, Dim::resolve);
        let rank = self.parsed(node, "rank", at, Dim::named);
        for key in ["group", "rank"] {
            if node.get(key).is_none() {
                self.expected(node, at, &format!("{key}: FIELD"));
            }
        }
        let (group, rank) = (group?, rank?);
        if let Err(error) = Plan::new(self.kind, &[group, rank]) {
            self.refuse(node.span, at, "", &error);
        }
        Some(RanksSpec { title: self.title(node, at), group, rank, filter: self.filter(node, at) })
    }

    fn findings(&mut self, node: &Node, at: &str) -> FindingsSpec {
        self.mapping(node, FINDINGS, at);
        let codes = node.get("codes").map(|codes| self.texts(codes, &format!("{at}.codes")));
        FindingsSpec {
            title: self.title(node, at),
            codes: codes.unwrap_or_default().into_iter().map(|(code, _)| code.to_owned()).collect(),
            show: self.number(node, "show", at).unwrap_or(EXAMPLES),
        }
    }

    /// A text in one language, or `{zh: …, en: …}`; its `{figures}` must be known.
    fn words(&mut self, node: &Node, at: &str) -> Words {
        if !matches!(node.value, Value::Map(_)) {
            return Words { zh: self.filled(node, at), en: None };
        }
        self.mapping(node, &["zh", "en"], at);
        let mut of = |key: &str| node.get(key).and_then(|node| self.filled(node, &format!("{at}.{key}")));
        Words { zh: of("zh"), en: of("en") }
    }

    fn filled(&mut self, node: &Node, at: &str) -> Option<String> {
        let Some(text) = node.text().filter(|_| !node.is_null()) else {
            self.expected(node, at, "text | {zh: text, en: text}");
            return None;
        };
        let pieces = Figure::pieces(text);
        if let Some(open) = pieces.iter().filter_map(|piece| piece.ok()?.split_once('{')).next() {
            self.bad(node.span, at, &format!("{{{}", open.1), None);
        }
        let names = pieces.into_iter().filter_map(Result::err);
        for name in names.filter(|name| Figure::resolve(self.kind, name).is_none()) {
            let near = match name.strip_prefix("values:") {
                Some(word) => self.kind.nearest_field(word.trim()),
                None => nearest(name, Figure::NAMES.iter().copied()),
            };
            self.bad(node.span, at, &format!("{{{name}}}"), near);
        }
        Some(text.to_owned())
    }

    fn title(&mut self, node: &Node, at: &str) -> Option<Words> {
        node.get("title").map(|title| self.words(title, &format!("{at}.title")))
    }

    fn text(&mut self, node: &Node, key: &str, at: &str) -> Option<String> {
        let value = node.get(key)?;
        let text = value.text().filter(|_| !value.is_null());
        if text.is_none() {
            self.expected(value, &format!("{at}.{key}"), &format!("{key}: text"));
        }
        text.map(str::to_owned)
    }

    /// A query, which the caller has to understand.
    fn filter(&mut self, node: &Node, at: &str) -> Option<String> {
        let query = self.text(node, "where", at)?;
        if let (Some(check), Some(value)) = (self.known.query, node.get("where"))
            && let Err(message) = check(&query)
        {
            self.bad(value.span, &format!("{at}.where"), &message, None);
        }
        Some(query)
    }

    fn flag(&mut self, node: &Node, key: &str, at: &str) -> bool {
        let Some(value) = node.get(key) else { return false };
        value.boolean().unwrap_or_else(|| {
            self.expected(value, &format!("{at}.{key}"), &format!("{key}: true | false"));
            false
        })
    }

    fn number(&mut self, node: &Node, key: &str, at: &str) -> Option<usize> {
        let value = node.get(key)?;
        let number = value.integer().and_then(|number| usize::try_from(number).ok());
        if number.is_none() {
            self.expected(value, &format!("{at}.{key}"), &format!("{key}: 3"));
        }
        number
    }

    /// A text or a list of texts.
    fn texts<'n>(&mut self, node: &'n Node, at: &str) -> Vec<(&'n str, Span)> {
        let nodes = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut texts = Vec::new();
        for node in nodes {
            match node.text().filter(|_| !node.is_null()) {
                Some(text) => texts.push((text, node.span)),
                None => self.expected(node, at, "text | [text, …]"),
            }
        }
        texts
    }

    fn dims(
        &mut self,
        node: &Node,
        key: &str,
        at: &str,
        resolve: impl Fn(&Kind, &str) -> Result<Dim, CutError>,
    ) -> Vec<Dim> {
        let Some(value) = node.get(key) else { return Vec::new() };
        let at = format!("{at}.{key}");
        let mut dims = Vec::new();
        for (word, span) in self.texts(value, &at) {
            match resolve(self.kind, word) {
                Ok(dim) => dims.push(dim),
                Err(error) => self.refuse(span, &at, word, &error),
            }
        }
        dims
    }

    fn parsed<T>(
        &mut self,
        node: &Node,
        key: &str,
        at: &str,
        parse: impl Fn(&Kind, &str) -> Result<T, CutError>,
    ) -> Option<T> {
        let text = self.text(node, key, at)?;
        let span = node.get(key).map_or(node.span, |value| value.span);
        let parsed = parse(self.kind, &text);
        parsed.map_err(|error| self.refuse(span, &format!("{at}.{key}"), &text, &error)).ok()
    }

    fn refuse(&mut self, span: Span, field: &str, word: &str, error: &CutError) {
        match error {
            CutError::UnknownField { word, nearest } => self.bad(span, field, word, nearest.as_deref()),
            CutError::UnknownUnit(unit, nearest) => self.bad(span, field, unit, nearest.as_deref()),
            CutError::TwoLists(one, other) => self.bad(span, field, &format!("{one} + {other}"), None),
            CutError::NoShare(measure) => self.bad(span, field, &format!("percent + {measure}"), None),
            _ => self.bad(span, field, word, None),
        }
    }
}
