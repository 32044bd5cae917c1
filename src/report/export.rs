//! Whole records as tables: a row a record, and a row an entry for each list of mappings.
//!
//! Columns are the schema's fields in its order, values as they are stored.

use crate::schema::Field;
use crate::schema::FieldType;
use crate::schema::Kind;
use crate::table::Cell;
use crate::table::Column;
use crate::table::Table;
use serde_json::Value;

/// Between the values of a list in one cell.
const BETWEEN: &str = "；";

/// The lists of mappings of a kind, in the order of its schema: `awards`, `sections`.
pub fn lists(kind: &Kind) -> Vec<&str> {
    let mut lists: Vec<&str> = Vec::new();
    for list in kind.fields.iter().filter_map(|field| field.list.as_deref()) {
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    lists
}

/// A row a record, with every field that lies in no list of mappings; the values of a list in one cell,
/// with `；` between them. `records` are whole records as JSON.
pub fn table_of_records(kind: &Kind, records: &[Value], chinese: bool) -> Table {
    let fields: Vec<&Field> = kind.fields.iter().filter(|field| field.list.is_none()).collect();
    let mut table = Table::new(columns(kind, &fields, chinese));
    for record in records {
        table.push(fields.iter().map(|field| cell(record, &field.path, field.ty)).collect());
    }
    table
}

/// A row an entry of a list of mappings, with the record's key and the entry's place in its list, from 1.
pub fn table_of_entries(kind: &Kind, list: &str, records: &[Value], chinese: bool) -> Table {
    let fields: Vec<&Field> =
        kind.fields.iter().filter(|field| field.list.as_deref() == Some(list)).collect();
    let key: Vec<&Field> = kind.fields.iter().filter(|field| field.path == kind.key).collect();
    let mut heads = columns(kind, &key, chinese);
    heads.push(Column::figures(if chinese { "序号" } else { "No." }));
    heads.extend(columns(kind, &fields, chinese));
    let mut table = Table::new(heads);
    for record in records {
        let entries = record.pointer(&pointer(list)).and_then(Value::as_array);
        for (place, entry) in entries.into_iter().flatten().enumerate() {
            let mut cells: Vec<Cell> = key.iter().map(|field| cell(record, &field.path, field.ty)).collect();
            cells.push(Cell::Count(i64::try_from(place + 1).unwrap_or(i64::MAX)));
            let inner = |path: &str| path.get(list.len() + 1..).unwrap_or_default().to_owned();
            cells.extend(fields.iter().map(|field| cell(entry, &inner(&field.path), field.ty)));
            table.push(cells);
        }
    }
    table
}

fn columns(kind: &Kind, fields: &[&Field], chinese: bool) -> Vec<Column> {
    let name = |field: &Field| if chinese { &field.names.zh } else { &field.names.en }.clone();
    let heading = |field: &&Field| {
        // Two fields of one name are told apart by their paths.
        let twice = fields.iter().filter(|other| name(other) == name(field)).count() > 1;
        let text = if twice { format!("{} ({})", name(field), field.path) } else { name(field) };
        match field.ty {
            FieldType::Integer if field.path != kind.key && !field.many => Column::figures(text),
            _ => Column::text(text),
        }
    };
    fields.iter().map(heading).collect()
}

fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

fn cell(record: &Value, path: &str, ty: FieldType) -> Cell {
    let mut values = Vec::new();
    gather(record.pointer(&pointer(path)), &mut values);
    match (values.as_slice(), ty) {
        ([], _) => Cell::Empty,
        ([Value::Number(number)], FieldType::Integer) => {
            number.as_i64().map_or_else(|| Cell::Text(number.to_string()), Cell::Count)
        }
        (values, _) => Cell::Text(values.iter().map(|value| words(value)).collect::<Vec<_>>().join(BETWEEN)),
    }
}

fn gather<'v>(value: Option<&'v Value>, out: &mut Vec<&'v Value>) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Array(items)) => items.iter().for_each(|item| gather(Some(item), out)),
        Some(value) => out.push(value),
    }
}

fn words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
