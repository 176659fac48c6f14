use super::super::json::sample::{Counting, document, large, section, within};
use super::*;
use csv_core::{ReadFieldResult, Reader};

fn text(section: Section) -> String {
    let mut bytes = Vec::new();
    write(&document(vec![section]), 0, &mut bytes).unwrap();
    String::from_utf8(bytes)
        .unwrap()
        .strip_prefix(BYTE_ORDER_MARK)
        .unwrap()
        .to_owned()
}

/// One text, as it stands in a file.
fn cell(value: &str) -> String {
    let json = serde_json::to_string(&[value, "end"]).unwrap();
    let text = text(section(
        "public.t",
        "T",
        &[("A", Kind::Text), ("B", Kind::Text)],
        &[&json],
    ));
    read(&text)[1][0].clone()
}

/// A second opinion: what a reader of RFC 4180 reads; it drops the byte order mark.
fn read(text: &str) -> Vec<Vec<String>> {
    let (mut reader, mut input, mut output) =
        (Reader::new(), text.as_bytes(), vec![0; text.len() + 1]);
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let (result, read, written) = reader.read_field(input, &mut output);
        input = &input[read..];
        field.extend_from_slice(&output[..written]);
        if let ReadFieldResult::Field { record_end } = result {
            row.push(String::from_utf8(std::mem::take(&mut field)).unwrap());
            if record_end {
                rows.push(std::mem::take(&mut row));
            }
        }
        if matches!(result, ReadFieldResult::End) {
            return rows;
        }
    }
}

#[test]
fn the_bytes_of_a_file() {
    let columns = [
        ("Id", Kind::Number),
        ("Full name", Kind::Text),
        ("Active", Kind::Boolean),
    ];
    let section = section(
        "public.t",
        "T",
        &columns,
        &[r#"[1, "Ada", true]"#, "[2, null, false]"],
    );
    let mut bytes = Vec::new();
    write(&document(vec![section]), 0, &mut bytes).unwrap();
    assert_eq!(
        bytes,
        b"\xEF\xBB\xBF\"Id\",\"Full name\",\"Active\"\r\n1,\"Ada\",true\r\n2,,false\r\n"
    );
}

#[test]
fn null_empty_and_withheld_are_three() {
    let columns = [("A", Kind::Text), ("B", Kind::Text), ("C", Kind::Text)];
    let mut section = section(
        "public.t",
        "T",
        &columns,
        &[r#"[null, "", null]"#, r#"["[withheld]", "None", "null"]"#],
    );
    section.rows[0].redacted = [2].into();
    assert_eq!(
        text(section),
        "\"A\",\"B\",\"C\"\r\n,\"\",[withheld]\r\n\"'[withheld]\",\"None\",\"null\"\r\n"
    );
}

#[test]
fn no_row_of_one_column_is_an_empty_line() {
    let mut section = section(
        "public.t",
        "T",
        &[("A", Kind::Text)],
        &["[null]", r#"[""]"#, r#"["[null]"]"#, "[null]", "[7]"],
    );
    section.rows[3].redacted = [0].into();
    assert_eq!(
        text(section),
        "\"A\"\r\n[null]\r\n\"\"\r\n\"'[null]\"\r\n[withheld]\r\n7\r\n"
    );
}

#[test]
fn a_table_of_which_nothing_is_shown() {
    assert_eq!(text(section("public.t", "T", &[], &["[]"])), "");
}

#[test]
fn formulas_are_texts() {
    for formula in [
        "=1+1",
        "+49 30 1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\tx",
        "\rx",
        " =1",
        "\u{A0}\u{3000} =1",
        "\u{FEFF}=1",
        "\u{200B}@x",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "﹦1",
        "−1",
        "\u{7F}=1",
        "=",
        "=cmd|'/C calc'!A0",
        "-infinity",
        "-Infinity",
    ] {
        let safe = cell(formula);
        assert!(safe.starts_with('\''), "{formula:?} {safe:?}");
        assert_eq!(safe.replacen('\'', "", 1).replace("'=", "="), formula);
    }
    for text in [
        "Ada",
        "",
        " ",
        "a=b",
        "a@b.org",
        "1-2",
        "'t Hooft",
        "2026-11-22",
        "a, =b",
        "(=1)",
        "a\nb",
        "\\x2d",
        "5",
        "Tee; Kaffee",
        "x -y",
    ] {
        assert_eq!(cell(text), text);
    }
}

#[test]
fn a_formula_begins_no_cell_where_semicolons_separate() {
    assert_eq!(cell("tea;=1+1;x"), "tea;'=1+1;x");
    assert_eq!(cell("tea; =1+1"), "tea;' =1+1");
    assert_eq!(
        cell("Dear all,\r\n@SUM(A1)\n- two"),
        "Dear all,\r\n'@SUM(A1)\n'- two"
    );
    assert_eq!(cell("a\t+1\t=2"), "a\t'+1\t'=2");
    assert_eq!(cell("=1;=2"), "'=1;'=2");
    assert_eq!(cell("\t\t=2"), "'\t\t'=2");
    assert_eq!(cell(";=2"), ";'=2");
}

#[test]
fn labels_are_harmless_too() {
    let section = section(
        "public.t",
        "T",
        &[
            ("=1+1", Kind::Text),
            ("a\"b,\n", Kind::Text),
            ("[null]", Kind::Text),
        ],
        &[],
    );
    let text = text(section);
    assert_eq!(text, "\"'=1+1\",\"a\"\"b,\n\",\"'[null]\"\r\n");
    assert_eq!(read(&text), [["'=1+1", "a\"b,\n", "'[null]"]]);
}

#[test]
fn numbers_are_exact_and_no_texts() {
    let number = "-1234567890123456789012345678901234567890.1234567890";
    let values = format!(r#"[{number}, 1e-30, -5, "NaN", "-Infinity", "-infinity", "-$5.00"]"#);
    let kinds = [
        Kind::Number,
        Kind::Number,
        Kind::Text,
        Kind::Number,
        Kind::Number,
        Kind::Timestamp,
        Kind::Number,
    ];
    let columns = ["A", "B", "C", "D", "E", "F", "G"];
    let columns: Vec<(&str, Kind)> = columns.into_iter().zip(kinds).collect();
    let text = text(section("public.t", "T", &columns, &[&values]));
    let line = format!("{number},1e-30,-5,\"NaN\",\"-Infinity\",\"-infinity\",\"'-$5.00\"");
    assert_eq!(text.lines().nth(1).unwrap(), line);
}

#[test]
fn arrays_and_json_are_json() {
    let values = [
        r#"[1, "a\"b"]"#,
        r#"{"a": null}"#,
        r#""=1""#,
        "5",
        "null",
        r#""""#,
        r#"["x;=1"]"#,
    ];
    let columns = ["A", "B", "C", "D", "E", "F", "G"].map(|label| (label, Kind::Structure));
    let text = text(section(
        "public.t",
        "T",
        &columns,
        &[&format!("[{}]", values.join(", "))],
    ));
    assert_eq!(
        read(&text)[1],
        [
            r#"[1, "a\"b"]"#,
            r#"{"a": null}"#,
            r#""=1""#,
            "5",
            "",
            r#""""#,
            r#"["x;'=1"]"#
        ]
    );
}

#[test]
fn texts_of_all_kinds_are_read_back() {
    let long = "\"x,\n".repeat(5000);
    for text in [
        "a\"b",
        "\"",
        "\"\"",
        ",",
        "a\r\nb",
        "Zoë 🫖",
        "back\\slash \u{1} \u{2028}",
        &long,
    ] {
        assert_eq!(cell(text), text);
    }
    assert_eq!(unquoted(r#""\u00e9\ud83e\uded6\/""#).unwrap(), "é🫖/");
}

#[test]
fn rows_within_rows_have_a_file_of_their_own() {
    let outer = section("public.o", "O", &[("Id", Kind::Number)], &["[1]", "[2]"]);
    let inner = section(
        "public.i",
        "I",
        &[("Order", Kind::Number), ("Tea", Kind::Text)],
        &[r#"[2, "a"]"#],
    );
    let mut bytes = Vec::new();
    write(
        &document(vec![outer, within(inner, 0, &[1])]),
        1,
        &mut bytes,
    )
    .unwrap();
    assert_eq!(
        read(&String::from_utf8(bytes).unwrap()),
        [["Order", "Tea"], ["2", "a"]]
    );
}

#[test]
fn a_row_that_does_not_fit_is_refused_without_its_values() {
    for (values, what) in [
        (
            r#"["Ada"]"#,
            "a row is not a JSON array with a value for each column",
        ),
        (r#"["Ada\ud800", 1]"#, "a value is not JSON"),
    ] {
        let section = section(
            "public.t",
            "T",
            &[("A", Kind::Text), ("B", Kind::Text)],
            &[values],
        );
        let error = write(&document(vec![section]), 0, &mut Vec::new()).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (io::ErrorKind::InvalidData, format!("public.t: {what}"))
        );
    }
}

#[test]
fn many_rows_are_written_one_by_one() {
    let mut out = Counting::default();
    write(&large(), 1, &mut out).unwrap();
    assert!(out.bytes > 700_000, "{}", out.bytes);
    assert!(out.at_once < 200, "{}", out.at_once);
}
