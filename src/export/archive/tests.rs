use super::super::document::Kind;
use super::super::json::sample::{document, large, section, within};
use super::*;
use std::io::{Cursor, Read, SeekFrom};
use std::path::Path;
use zip::ZipArchive;

fn bytes(document: &Document) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    write(document, &mut out).unwrap();
    out.into_inner()
}

fn open(document: &Document) -> ZipArchive<Cursor<Vec<u8>>> {
    ZipArchive::new(Cursor::new(bytes(document))).unwrap()
}

fn file(zip: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> String {
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn shop() -> Document {
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
        &["[1]", "[2]"],
    );
    document(vec![customer, within(orders, 0, &[0, 0])])
}

fn names(relations: &[&str]) -> Vec<String> {
    let sections: Vec<Section> = relations
        .iter()
        .map(|name| section(name, name, &[], &[]))
        .collect();
    file_names(&sections)
}

#[test]
fn the_files_are_those_of_the_writers() {
    let document = shop();
    let mut zip = open(&document);
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "README.txt",
            "report.html",
            "data.json",
            "csv/public.customer.csv",
            "csv/public.orders.csv"
        ]
    );
    let mut expected = Vec::new();
    json::write(&document, &mut expected).unwrap();
    assert_eq!(file(&mut zip, "data.json").into_bytes(), expected);
    let mut expected = Vec::new();
    csv::write(&document, 1, &mut expected).unwrap();
    assert_eq!(
        file(&mut zip, "csv/public.orders.csv").into_bytes(),
        expected
    );
    let mut expected = Vec::new();
    page::write(&document, &mut expected).unwrap();
    assert_eq!(file(&mut zip, "report.html").into_bytes(), expected);
}

#[test]
fn the_readme_says_what_each_file_is() {
    let text = file(&mut open(&shop()), "README.txt");
    assert!(text.contains("\r\n  csv/public.customer.csv: Customer, 1 row\r\n  csv/public.orders.csv: Orders, 2 rows\r\n"), "{text}");
    assert!(text.contains("2026-11-22T01:13:09+00:00"));
    for named in ["report.html", "data.json", csv::WITHHELD, csv::NULL_ALONE] {
        assert!(text.contains(named), "{named}");
    }
    assert!(!text.contains("Nothing was found"));
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    let nobody = file(&mut open(&document(Vec::new())), "README.txt");
    assert!(nobody.contains("Nothing was found about this person."));
    assert!(!nobody.contains("csv"), "{nobody}");
}

#[test]
fn a_label_does_not_break_the_readme() {
    let text = file(
        &mut open(&document(vec![section("public.t", "a\r\nb", &[], &[])])),
        "README.txt",
    );
    assert!(
        text.contains("  csv/public.t.csv: a  b, 0 rows\r\n"),
        "{text}"
    );
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(bytes(&shop()), bytes(&shop()));
}

#[test]
fn files_are_as_old_as_the_document() {
    let mut document = shop();
    let time = |document: &Document| open(document).by_index(0).unwrap().last_modified().unwrap();
    assert_eq!(
        time(&document),
        DateTime::from_date_and_time(2026, 11, 22, 1, 13, 8).unwrap()
    );
    // Years that a zip does not know, and what is none.
    for created_at in [
        "1970-01-01T00:00:00+00:00",
        "2026",
        "2026-13-01T00:00:00+00:00",
        "10000-01-01T00:00:00+00:00",
        "ä",
    ] {
        document.created_at = created_at.to_owned();
        assert_eq!(time(&document), DateTime::default());
    }
}

#[test]
fn a_portable_archive_has_the_same_files() {
    let mut document = shop();
    let access = bytes(&document);
    document.mode = Mode::Portability;
    let mut zip = open(&document);
    assert_eq!(zip.len(), 5);
    assert_ne!(bytes(&document), access);
    assert!(
        file(&mut zip, "README.txt")
            .starts_with("Data of one person, to take along: Art. 20 GDPR.\r\n")
    );
    document.sections.clear();
    assert!(
        file(&mut open(&document), "README.txt")
            .contains("Nothing was found that this person could take along.")
    );
}

#[test]
fn file_names_are_safe() {
    let hostile = [
        "../../etc/passwd",
        "..",
        ".",
        "",
        "/etc/passwd",
        "C:\\x",
        "a\0b",
        "con",
        "CON.orders",
        "public.con",
        "lpt1.x",
        "COM\u{b9}.x",
        "nul",
        "com10.x",
        "🫖",
        "public.\"Größe\"",
        "публика.заказ",
        "-rf",
        " x ",
        "a b\r\nc",
        ".hidden",
        "x.",
        "a..b",
        "public.\"a/b\"",
        "conin$",
        &"x".repeat(300),
    ];
    for (name, file) in hostile.iter().zip(names(&hostile)) {
        let stem = file
            .strip_prefix("csv/")
            .and_then(|file| file.strip_suffix(".csv"))
            .unwrap();
        assert!(
            stem.len() <= LONGEST + 4 && !stem.is_empty(),
            "{name:?} {file}"
        );
        assert!(
            stem.bytes()
                .all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c)),
            "{name:?} {file}"
        );
        assert!(
            !stem.contains("..") && !stem.starts_with(['.', '-']) && !stem.ends_with('.'),
            "{name:?} {file}"
        );
        assert_eq!(Path::new(&file).components().count(), 2, "{name:?} {file}");
        let first = stem.split('.').next().unwrap().to_lowercase();
        assert!(
            ![
                "con", "nul", "prn", "aux", "com1", "lpt1", "conin$", "conin"
            ]
            .contains(&first.as_str()),
            "{name:?} {file}"
        );
    }
    let expected = [
        "csv/public.orders.csv",
        "csv/public.Grosse.csv",
        "csv/_CON.orders.csv",
        "csv/com10.x.csv",
        "csv/etc_passwd.csv",
    ];
    assert_eq!(
        names(&[
            "public.orders",
            "public.\"Größe\"",
            "CON.orders",
            "com10.x",
            "../../etc/passwd"
        ]),
        expected
    );
}

#[test]
fn file_names_are_unique_whatever_the_case() {
    let found = names(&[
        "public.\"Order\"",
        "public.order",
        "public.\"order-2\"",
        "public.\"ORDER\"",
        "",
        "..",
        "data",
    ]);
    let expected = [
        "public.Order",
        "public.order-2",
        "public.order-2-2",
        "public.ORDER-3",
        "data",
        "data-2",
        "data-3",
    ];
    assert_eq!(found, expected.map(|stem| format!("csv/{stem}.csv")));
}

#[test]
fn a_file_that_could_be_large_says_so() {
    assert!(!may_be_large(&large()));
    // A key stands in each row.
    let label = "x".repeat(1 << 20);
    let rows = section("public.t", "T", &[(&label, Kind::Number)], &["[1]"; 1000]);
    assert!(may_be_large(&document(vec![rows])));
}

/// A file that keeps nothing.
#[derive(Default)]
struct Dropping {
    position: u64,
    length: u64,
    at_once: usize,
}

impl Write for Dropping {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.position += bytes.len() as u64;
        self.length = self.length.max(self.position);
        self.at_once = self.at_once.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Dropping {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::End(after) => self.length.saturating_add_signed(after),
            SeekFrom::Current(after) => self.position.saturating_add_signed(after),
        };
        Ok(self.position)
    }
}

#[test]
fn many_rows_are_written_as_they_come() {
    let mut out = Dropping::default();
    write(&large(), &mut out).unwrap();
    assert!(out.length > 100_000, "{}", out.length);
    assert!(out.at_once <= 64 * 1024, "{}", out.at_once);
}

#[test]
fn an_error_is_the_writer_s() {
    let document = document(vec![section(
        "public.t",
        "T",
        &[("Id", Kind::Number)],
        &["[]"],
    )]);
    let error = write(&document, Cursor::new(Vec::new())).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}
