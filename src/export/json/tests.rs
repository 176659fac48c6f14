use super::super::document::Missing;
use super::sample::{Counting, document, large, row, section, within};
use super::*;
use serde_json::{Value, json};

fn text(document: &Document) -> String {
    let mut bytes = Vec::new();
    write(document, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn read(document: &Document) -> Value {
    serde_json::from_str(&text(document)).unwrap()
}

fn nested() -> Document {
    let customer = section(
        "public.customer",
        "Customer",
        &[("Id", Kind::Number)],
        &["[42]"],
    );
    let orders = section(
        "public.orders",
        "Orders",
        &[("Id", Kind::Number)],
        &["[1]", "[2]", "[3]"],
    );
    let lines = section(
        "public.line",
        "Lines",
        &[("Tea", Kind::Text)],
        &[r#"["a"]"#, r#"["b"]"#, r#"["c"]"#],
    );
    let notes = section(
        "public.note",
        "Notes",
        &[("Note", Kind::Text)],
        &[r#"["x"]"#, r#"["y"]"#],
    );
    document(vec![
        customer,
        within(orders, 0, &[0, 0, 0]),
        within(lines, 1, &[0, 0, 2]),
        within(notes, 2, &[1, 2]),
    ])
}

#[test]
fn the_frame_of_access() {
    let mut document = document(vec![section(
        "public.orders",
        "Orders",
        &[("Ordered on", Kind::Date)],
        &[r#"["2026-05-04"]"#],
    )]);
    document.sections[0].facts.recipients = Some(json!(["the parcel service", "the bank"]));
    document.sections[0].facts.source = Some(json!("the shop's form"));
    document.controller.name = Some("Tea \"Ltd\"".to_owned());
    document.missing = vec![
        Missing {
            article: "15(1)(d)",
            fact: "retention",
            section: Some(0),
        },
        Missing {
            article: "15(1)(g)",
            fact: "source",
            section: None,
        },
    ];
    let expected = json!({
        "format": "gdpr_ext export 1", "mode": "access", "created_at": "2026-11-22T01:13:09+00:00",
        "subject": {"relation": "public.customer", "label": "Customer", "key": {"id": 42}, "name": "Ada"},
        "rows": 1,
        "controller": {"name": "Tea \"Ltd\"", "contact": null, "data_protection_officer": null, "supervisory_authority": null},
        "rights": RIGHTS.iter().map(|(article, text)| json!({"article": article, "text": text})).collect::<Vec<_>>(),
        "missing": [
            {"article": "15(1)(d)", "fact": "retention", "relation": "public.orders"},
            {"article": "15(1)(g)", "fact": "origin_of_data", "relation": null},
        ],
        "sections": [{
            "relation": "public.orders", "label": "Orders",
            "purpose": null, "legal_basis": null, "category": null, "recipients": ["the parcel service", "the bank"],
            "transfers": null, "retention": null, "origin_of_data": "the shop's form", "automated_decisions": null,
            "columns": [{"column": "ordered on", "label": "Ordered on", "type": "date"}],
            "rows": 1, "redacted": [], "data": [{"Ordered on": "2026-05-04"}],
        }],
    });
    assert_eq!(read(&document), expected);
}

#[test]
fn a_portable_document_has_data_only() {
    let mut document = nested();
    document.mode = Mode::Portability;
    document.subject.name = None;
    let read = read(&document);
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        keys(&read),
        [
            "created_at",
            "format",
            "mode",
            "rows",
            "sections",
            "subject"
        ]
    );
    assert_eq!(
        keys(&read["sections"][0]),
        ["columns", "data", "label", "redacted", "relation", "rows"]
    );
    assert_eq!(
        (&read["mode"], &read["subject"]["name"]),
        (&json!("portability"), &Value::Null)
    );
}

#[test]
fn a_source_is_named_as_one() {
    let mut document = document(vec![section("mailchimp", "Newsletter", &[], &["[]"])]);
    document.sections[0].origin = Origin::Source;
    document.missing = vec![Missing {
        article: "15(1)(a)",
        fact: "purpose",
        section: Some(0),
    }];
    let read = read(&document);
    assert_eq!(
        (
            &read["sections"][0]["source"],
            read["sections"][0].get("relation")
        ),
        (&json!("mailchimp"), None)
    );
    assert_eq!(
        read["missing"],
        json!([{"article": "15(1)(a)", "fact": "purpose", "source": "mailchimp"}])
    );
    assert_eq!(read["sections"][0]["data"], json!([{}]));
}

#[test]
fn nobody_s_document_is_valid() {
    let read = read(&document(Vec::new()));
    assert_eq!(
        (&read["rows"], &read["sections"], &read["missing"]),
        (&json!(0), &json!([]), &json!([]))
    );
}

#[test]
fn rows_stand_within_their_parent() {
    let read = read(&nested());
    let line = |tea: &str, notes: Value| json!({"Tea": tea, "Notes": notes});
    let data = json!([{"Id": 42, "Orders": [
        {"Id": 1, "Lines": [line("a", json!([])), line("b", json!([{"Note": "x"}]))]},
        {"Id": 2, "Lines": []},
        {"Id": 3, "Lines": [line("c", json!([{"Note": "y"}]))]},
    ]}]);
    assert_eq!(
        (&read["sections"][0]["data"], &read["rows"]),
        (&data, &json!(9))
    );
    assert_eq!(
        (&read["sections"][3]["within"], &read["sections"][3]["rows"]),
        (&json!("Lines"), &json!(2))
    );
    assert_eq!(read["sections"][3].get("data"), None);
}

#[test]
fn a_row_is_a_line() {
    let rows = r#"        {"Id": 42, "Orders": [
          {"Id": 1, "Lines": [
            {"Tea": "a", "Notes": []},
            {"Tea": "b", "Notes": [
              {"Note": "x"}
            ]}
          ]},
          {"Id": 2, "Lines": []},
"#;
    let text = text(&nested());
    assert!(text.contains(rows), "{text}");
    assert!(text.ends_with("  ]\n}\n"));
}

#[test]
fn values_are_passed_through() {
    let values = r#"[1234567890123456789012345678901234567890.10, 1e-30, "NaN", {"a": [1.0, "\u000b"]}, null, "", true]"#;
    let columns = ["A", "B", "C", "D", "E", "F", "G"].map(|label| (label, Kind::Text));
    let text = text(&document(vec![section(
        "public.t",
        "T",
        &columns,
        &[values],
    )]));
    let row = r#"{"A": 1234567890123456789012345678901234567890.10, "B": 1e-30, "C": "NaN", "D": {"a": [1.0, "\u000b"]}, "E": null, "F": "", "G": true}"#;
    assert!(text.contains(row), "{text}");
}

#[test]
fn what_is_another_person_s_is_absent() {
    let columns = [("Sender", Kind::Text), ("Text", Kind::Text)];
    let mut document = document(vec![section(
        "public.mail",
        "Mail",
        &columns,
        &[r#"[null, "hi"]"#, r#"["me", null]"#],
    )]);
    document.sections[0].rows[0].redacted = [0].into();
    let section = &read(&document)["sections"][0];
    assert_eq!(
        section["data"],
        json!([{"Text": "hi"}, {"Sender": "me", "Text": null}])
    );
    assert_eq!(section["redacted"], json!(["Sender"]));
}

#[test]
fn labels_are_escaped() {
    let hostile = "\"}], \\ \n \u{1} 🫖 ' </script>";
    let outer = section("public.\"o\"", hostile, &[(hostile, Kind::Text)], &["[1]"]);
    let inner_label = format!("{hostile}2");
    let inner = section("public.i", &inner_label, &[("Id", Kind::Number)], &["[2]"]);
    let read = read(&document(vec![outer, within(inner, 0, &[0])]));
    assert_eq!(
        read["sections"][0]["data"],
        json!([{hostile: 1, inner_label: [{"Id": 2}]}])
    );
    assert_eq!(read["sections"][1]["within"], json!(hostile));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(text(&nested()), text(&nested()));
}

#[test]
fn a_row_that_does_not_fit_is_refused_without_its_values() {
    for values in [
        r#"["Ada"]"#,
        r#"["Ada", 1, 2]"#,
        r#""Ada""#,
        r#"["Ada", "#,
        r#"{"Ada": 1}"#,
    ] {
        let columns = [("Name", Kind::Text), ("Age", Kind::Number)];
        let mut document = document(vec![section("public.t", "T", &columns, &[])]);
        document.sections[0].rows.push(row(values));
        let error = write(&document, &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(
            error.to_string(),
            "public.t: a row is not a JSON array with a value for each column"
        );
    }
}

#[test]
fn no_row_is_left_out() {
    let outer = || section("public.o", "O", &[("Id", Kind::Number)], &["[1]", "[2]"]);
    let inner = |outer, parents: &[u32]| {
        within(
            section("public.i", "I", &[("Id", Kind::Number)], &["[1]", "[2]"]),
            outer,
            parents,
        )
    };
    assert!(write(&document(vec![outer(), inner(0, &[0, 1])]), &mut Vec::new()).is_ok());
    for (outer_number, parents) in [(0, [0, 2]), (0, [1, 0]), (1, [0, 0]), (7, [0, 0])] {
        let error = write(
            &document(vec![outer(), inner(outer_number, &parents)]),
            &mut Vec::new(),
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "public.i: a row stands within a row that is not there"
        );
    }
}

#[test]
fn many_rows_are_written_one_by_one() {
    let mut out = Counting::default();
    write(&large(), &mut out).unwrap();
    assert!(out.bytes > 4_000_000, "{}", out.bytes);
    assert!(out.at_once < 200, "{}", out.at_once);
}
