//! Records as tables.

use {
    super::{Record, Value},
    comfy_table::{CellAlignment, ContentArrangement, Table, TableComponent, presets::NOTHING},
    std::fmt::Write,
};

/// A record over as many lines as it needs: its plain fields, then what has fields of its own, then the hints.
pub fn render(record: &Record) -> String {
    let mut text = String::new();
    section(&mut text, record);
    for hint in &record.hints {
        let _ = writeln!(text, "\n{hint}");
    }
    text
}

fn section(text: &mut String, record: &Record) {
    if !record.title.is_empty() {
        let _ = writeln!(text, "{}", record.title);
    }
    let plain: Vec<_> = record.fields.iter().filter(|(_, value)| !has_parts(value)).collect();
    if !plain.is_empty() {
        let mut table = plain_table();
        table.add_rows(plain.iter().map(|(name, value)| vec![words(name), value.text()]));
        lines(text, &table);
    }
    for (name, value) in &record.fields {
        match value {
            Value::Record(part) => {
                let title = if part.title.is_empty() { words(name) } else { part.title.clone() };
                text.push('\n');
                section(text, &Record { title, fields: part.fields.clone(), hints: Vec::new() });
            }
            Value::Sections(parts) => {
                for part in parts {
                    text.push('\n');
                    section(text, part);
                }
            }
            Value::Table(rows) => {
                let _ = writeln!(text, "\n{}{}", words(name), if rows.is_empty() { ": none" } else { "" });
                rows_table(text, rows);
            }
            _ => {}
        }
    }
}

fn has_parts(value: &Value) -> bool {
    matches!(value, Value::Record(_) | Value::Table(_) | Value::Sections(_))
}

fn rows_table(text: &mut String, rows: &[Record]) {
    let Some(first) = rows.first() else { return };
    let mut table = plain_table();
    table.set_style(TableComponent::HeaderLines, '─');
    table.set_style(TableComponent::MiddleHeaderIntersections, '─');
    table.set_header(first.fields.iter().map(|(name, _)| words(name)));
    for row in rows {
        table.add_row(row.fields.iter().map(|(_, value)| value.text()));
    }
    for (index, (_, value)) in first.fields.iter().enumerate() {
        let is_number = matches!(value, Value::Number(_) | Value::Large(_) | Value::Amount(_));
        if let Some(column) = table.column_mut(index).filter(|_| is_number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    lines(text, &table);
}

fn plain_table() -> Table {
    let mut table = Table::new();
    // Addresses are copied from here: they are never broken into lines.
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn lines(text: &mut String, table: &Table) {
    for line in table.lines() {
        let _ = writeln!(text, " {}", line.trim_end());
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_labels_and_values_with_its_parts_behind() {
        let row = |index: u8, jobs: u16| Record::row().with("shard", index).with("jobs_in_line", jobs);
        let record = Record::new("Market")
            .with("gpu_class", "h100")
            .with("shards", vec![row(0, 12), row(1, 3)])
            .with("waits", Record::row().with("paused", false))
            .hint("next: post");
        let expected = "Market\n  gpu class  h100\n\nshards\n  shard   jobs in line\n ──────────────────────\n      0             \
                        12\n      1              3\n\nwaits\n  paused  no\n\nnext: post\n";
        assert_eq!(render(&record), expected);
    }

    #[test]
    fn an_empty_table_says_so() {
        assert_eq!(render(&Record::row().with("jobs", Vec::new())), "\njobs: none\n");
    }
}
