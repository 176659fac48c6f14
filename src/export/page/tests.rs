use super::sample::{self, column, document, key, row, row_of, section};
use super::write;
use crate::export::document::{Controller, Document, Facts, Kind, Missing, Mode};
use serde_json::{Value, json};
use std::io;

fn page(document: &Document) -> String {
    let mut out = Vec::new();
    write(document, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page of one value, in a table of two rows.
fn shown(kind: Kind, value: &Value) -> String {
    let columns = vec![column("it", "It", kind)];
    let page = page(&document(vec![section(
        "public.thing",
        "Things",
        columns,
        vec![row(json!([value])), row(json!([1]))],
    )]));
    let (_, cell) = page.split_once("<td").unwrap();
    let (cell, _) = cell.split_once("</td>").unwrap();
    cell.split_once('>').unwrap().1.to_owned()
}

/// Every tag of a page: what stands between `<` and `>`, which are escaped elsewhere.
fn tags(page: &str) -> Vec<&str> {
    page.split('<')
        .skip(1)
        .map(|rest| rest.split_once('>').unwrap().0)
        .collect()
}

fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    tags(page)
        .iter()
        .filter_map(|tag| tag.split_once(start.as_str()))
        .map(|(_, rest)| rest.split_once('"').unwrap().0)
        .collect()
}

const HOSTILE: &str = "\"'><script>alert(1)</script></style></title>&amp;<!--";

fn hostile() -> Document {
    let mut hostile = document(vec![
        section(
            HOSTILE,
            HOSTILE,
            vec![
                column(HOSTILE, HOSTILE, Kind::Text),
                column("b", "b", Kind::Structure),
            ],
            Vec::new(),
        ),
        section(
            "public.inner",
            &format!("{HOSTILE}2"),
            vec![column("a", HOSTILE, Kind::Date)],
            Vec::new(),
        ),
    ]);
    hostile.sections[0].rows = vec![
        row(json!([HOSTILE, {HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]}])),
        row(json!(["", HOSTILE])),
    ];
    hostile.sections[1].rows = vec![row_of(0, json!([HOSTILE])), row_of(1, json!([HOSTILE]))];
    hostile.sections[1].within = Some(0);
    hostile.sections[0].facts = Facts {
        purpose: Some(json!(HOSTILE)),
        recipients: Some(json!([HOSTILE])),
        ..Facts::default()
    };
    hostile.subject.name = Some(HOSTILE.to_owned());
    hostile.subject.label = HOSTILE.to_owned();
    hostile.subject.key = json!({HOSTILE: HOSTILE}).to_string();
    hostile.created_at = HOSTILE.to_owned();
    hostile.controller = Controller {
        name: Some(HOSTILE.to_owned()),
        contact: Some(HOSTILE.to_owned()),
        ..Controller::default()
    };
    hostile
}

#[test]
fn test_s100_what_somebody_typed_is_text() {
    let page = page(&hostile());
    let known = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "a", "header", "nav", "main",
        "section", "footer", "h1", "h2", "h3", "p", "dl", "div", "dt", "dd", "ol", "ul", "li",
        "table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "bdi", "span",
        "strong", "br", "time", "data",
    ];
    for tag in tags(&page) {
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        assert!(known.contains(&name), "<{tag}>");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert_eq!(page.matches("</title>").count(), 1);
    let escaped = "&quot;'&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;/style&gt;&lt;/title&gt;&amp;amp;&lt;!--";
    assert!(page.matches(escaped).count() > 20);
}

/// Whatever is opened is closed, in order: rows are written piece by piece.
#[test]
fn every_element_is_closed() {
    for document in [
        sample::shop(),
        hostile(),
        document(Vec::new()),
        sample::visited(500),
    ] {
        let mut open = Vec::new();
        for tag in tags(&page(&document)) {
            let name = tag.split(' ').next().unwrap().to_owned();
            match name.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop().as_deref(), Some(closed)),
                None if ["!DOCTYPE", "meta", "br", "col"].contains(&name.as_str()) => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

#[test]
fn nothing_is_loaded_and_every_reference_leads_somewhere() {
    let page = page(&sample::shop());
    let mut ids = values(&page, "id");
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    for target in values(&page, "href") {
        assert!(ids.contains(&target.strip_prefix('#').unwrap()), "{target}");
    }
    for target in values(&page, "aria-labelledby") {
        assert!(ids.contains(&target), "{target}");
    }
    for loading in ["src", "srcset", "action", "background", "poster"] {
        assert_eq!(values(&page, loading), [""; 0]);
    }
    assert!(!super::STYLE.contains("url(") && !super::STYLE.contains("@import"));
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline';"));
    assert!(
        page.contains("name=\"referrer\" content=\"no-referrer\"")
            && page.contains("name=\"robots\" content=\"noindex")
    );
}

#[test]
fn headings_are_in_order() {
    let page = page(&sample::shop());
    let heading = |tag: &&str| {
        tag.strip_prefix('h')
            .and_then(|rest| rest.chars().next()?.to_digit(10))
    };
    let levels: Vec<u32> = tags(&page).iter().filter_map(heading).collect();
    assert_eq!(levels[0], 1);
    assert!(
        levels
            .windows(2)
            .all(|pair| pair[1] <= pair[0] + 1 && pair[1] > 1),
        "{levels:?}"
    );
    assert_eq!(*levels.iter().max().unwrap(), 4);
}

/// What a direction sign does ends with the text that it stands in.
#[test]
fn directions_are_isolated() {
    let mut turned = hostile();
    let turn = |text: &str| text.replace(HOSTILE, "\u{202e}abc");
    turned.subject.name = Some("\u{202e}abc".to_owned());
    turned.subject.label = "\u{202e}abc".to_owned();
    turned.subject.key = turn(&json!({"\u{202e}abc": "\u{202e}abc"}).to_string());
    turned.controller.name = Some("\u{202e}abc".to_owned());
    for (number, section) in turned.sections.iter_mut().enumerate() {
        section.label = format!("\u{202e}abc{number}");
        section.facts.purpose = Some(json!("\u{202e}abc"));
        for column in &mut section.columns {
            column.title = "\u{202e}abc".to_owned();
        }
    }
    turned.sections[0].rows[0] = row(json!(["\u{202e}abc", {"\u{202e}abc": ["\u{202e}abc"]}]));
    let page = page(&turned);
    let turns: Vec<_> = page
        .match_indices('\u{202e}')
        .map(|(at, _)| &page[..at])
        .collect();
    assert!(turns.len() > 20);
    for before in turns {
        let in_bdi = before.rfind("<bdi") > before.rfind("</bdi>");
        // The style isolates these.
        let in_title = before.ends_with(" data-title=\"");
        assert!(
            in_bdi || in_title,
            "{}",
            before.chars().rev().take(60).collect::<String>()
        );
    }
    assert!(super::STYLE.contains("unicode-bidi: isolate"));
}

#[test]
fn test_s100_null_is_not_none_and_not_an_empty_text() {
    let null = shown(Kind::Text, &Value::Null);
    assert!(null.contains("–") && null.contains("no value") && !null.contains("None"));
    let empty = shown(Kind::Text, &json!(""));
    assert!(empty.contains("(empty)") && !empty.contains("no value"));
    assert!(shown(Kind::Text, &json!(" \n")).contains("(blank)"));
    assert_eq!(shown(Kind::Text, &json!("(empty)")), "<bdi>(empty)</bdi>");
    assert_eq!(shown(Kind::Text, &json!("None")), "<bdi>None</bdi>");
}

#[test]
fn values_are_shown_to_people_and_stay_exact() {
    let is = |kind, value: Value, expected: &str| assert_eq!(shown(kind, &value), expected);
    is(Kind::Boolean, json!(true), "<span>yes</span>");
    is(Kind::Boolean, json!(false), "<span>no</span>");
    is(
        Kind::Number,
        json!(12400),
        "<data value=\"12400\" title=\"12400\">12\u{202f}400</data>",
    );
    is(Kind::Number, json!(-7), "<span class=\"num\">-7</span>");
    is(Kind::Number, json!("NaN"), "<bdi>NaN</bdi>");
    is(
        Kind::Date,
        json!("2026-05-04"),
        "<time datetime=\"2026-05-04\">4 May 2026</time>",
    );
    is(Kind::Date, json!("infinity"), "<bdi>infinity</bdi>");
    is(
        Kind::Date,
        json!("0044-03-15 BC"),
        "<bdi>0044-03-15 BC</bdi>",
    );
    is(Kind::Text, json!("2026-05-04"), "<bdi>2026-05-04</bdi>");
    is(
        Kind::Bytes,
        json!("\\x"),
        "<span class=\"quiet\">(empty)</span>",
    );
    is(
        Kind::Bytes,
        json!("\\x00ff"),
        "<span class=\"quiet\" title=\"2 bytes\">2 bytes of data, in data.json</span>",
    );
    let kilobytes = shown(Kind::Bytes, &json!(format!("\\x{}", "00".repeat(1234))));
    assert!(
        kilobytes.contains("1.2 kB of data, in data.json")
            && kilobytes.contains("title=\"1234 bytes\"")
    );
}

/// No number passes through a float, and no object is taken for what serde_json writes such a number as.
#[test]
fn numbers_and_objects_are_not_read_as_anything_else() {
    let digits = "123456789012345678901234567890.12345678901234567890";
    let mut exact = document(vec![section(
        "t",
        "T",
        vec![column("a", "A", Kind::Number)],
        vec![row(json!([1]))],
    )]);
    exact.sections[0].rows[0].values = format!("[{digits}]").into();
    assert!(page(&exact).contains(&format!("value=\"{digits}\"")));
    let object = shown(
        Kind::Structure,
        &serde_json::from_str(r#"{"b": 1, "a": {"c": null}}"#).unwrap(),
    );
    assert!(
        object.contains("<bdi>a</bdi>")
            && object.contains("<bdi>c</bdi>")
            && object.contains("no value")
    );
    for key in [
        "$serde_json::private::Number",
        "$serde_json::private::RawValue",
    ] {
        exact.sections[0].rows[0].values = format!("[{{\"{key}\": \"12\"}}]").into();
        let page = page(&exact);
        assert!(page.contains(&format!("<bdi>{key}</bdi>")) && page.contains("<bdi>12</bdi>"));
    }
}

#[test]
fn structures_of_any_depth_are_shown() {
    let mut deep = document(vec![section(
        "t",
        "T",
        vec![column("a", "A", Kind::Structure)],
        vec![row(json!([1]))],
    )]);
    deep.sections[0].rows[0].values =
        format!("[{}\"deep down\"{}]", "[".repeat(5_000), "]".repeat(5_000)).into();
    assert!(page(&deep).contains("deep down"));
    let list = shown(Kind::Structure, &json!(["green", 12345, null, true]));
    assert_eq!(list.matches("<li>").count(), 4);
    assert!(list.contains("12\u{202f}345") && list.contains("yes") && list.contains("no value"));
    assert!(shown(Kind::Structure, &json!({"gift_wrap": {}})).contains("gift wrap</bdi>"));
    assert!(shown(Kind::Structure, &json!([])).contains("(empty list)"));
}

#[test]
fn test_s21_what_is_another_persons_is_withheld() {
    let page = page(&sample::shop());
    assert_eq!(page.matches("withheld: concerns another person").count(), 4);
    assert!(page.contains("Withheld where it concerns another person (Art. 15(4) GDPR): <bdi>From</bdi>, <bdi>Sender's e-mail</bdi>."));
    // Marked where they stand, and explained.
    assert_eq!(
        page.matches("<span class=\"mark\">shared</span>").count(),
        3
    );
}

#[test]
fn rows_stand_within_the_rows_they_hang_on() {
    let page = page(&sample::shop());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    let order = [
        "100871",
        "Tea pot",
        "The spout had a chip",
        "Earl Grey",
        "104412",
        "Matcha whisk",
        "109003",
        "Samovar, restored",
    ];
    assert!(order.map(at).is_sorted());
    let card = &page[at("100871")..at("104412")];
    assert_eq!(
        card.matches("<li>").count() - card.matches("</li>").count(),
        0
    );
    // The keys by which they hang say nothing.
    for key in ["order_id", "customer_id", "line_id"] {
        assert!(!page.contains(key), "{key}");
    }
    assert!(page.contains("<a href=\"#s3\"><bdi>Order lines</bdi><span class=\"count\">4"));
}

#[test]
fn a_table_that_only_leads_elsewhere_shows_where() {
    let members = section(
        "public.member",
        "Members",
        vec![key("customer_id"), key("club_id")],
        vec![row(json!([42, 7])), row(json!([42, 8]))],
    );
    let page = page(&document(vec![members]));
    assert!(page.contains("data-title=\"club_id\"") && page.contains(">8<"));
}

#[test]
fn what_is_within_the_person_stands_for_itself() {
    let mut shop = sample::shop();
    shop.sections[2].within = Some(0);
    assert!(page(&shop).contains("<h2 id=\"t2\"><bdi>Orders</bdi>"));
}

#[test]
fn the_head_says_what_is_stated_and_what_is_not() {
    let page = page(&sample::shop());
    for said in [
        "<bdi class=\"hard\">privacy@tea.example, Nørregade 12, 1165 København K</bdi>",
        "<dt>Data protection officer</dt><dd><span class=\"quiet\">not stated</span></dd>",
        "how long they are kept <span class=\"article\">Art. 15(1)(d)</span>: <bdi>Addresses</bdi>, <bdi>Messages</bdi></li>",
        "<dt>Not stated</dt><dd><span class=\"quiet\">how long they are kept, where they come from</span></dd>",
        "<dt>Comes from</dt><dd><bdi>Your browser</bdi></dd>",
        "22 November 2026,</span> <span>01:13 UTC+1</span>",
        "21 entries in 9 parts",
        "You can lodge a complaint",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn test_s102_a_person_without_data_is_told_so() {
    for sections in [Vec::new(), sample::shop().sections] {
        let mut nobody = document(sections);
        nobody.subject.name = None;
        nobody
            .sections
            .iter_mut()
            .for_each(|section| section.rows.clear());
        let page = page(&nobody);
        assert!(
            page.contains("Nothing is held")
                && page
                    .contains("<strong><bdi>Customer</bdi></strong> (<bdi>id</bdi> <bdi>42</bdi>)")
        );
        assert!(
            page.contains("Your rights") && !page.contains("Contents") && !page.contains("<table")
        );
        assert_eq!(
            page.contains("<bdi>Orders</bdi>"),
            !nobody.sections.is_empty()
        );
    }
}

#[test]
fn a_portable_page_is_the_data_alone() {
    let mut shop = sample::shop();
    shop.mode = Mode::Portability;
    shop.controller = Controller::default();
    shop.missing.clear();
    shop.sections
        .iter_mut()
        .for_each(|section| section.facts = Facts::default());
    let page = page(&shop);
    assert!(page.contains("Art. 20 GDPR") && page.contains("Tea pot"));
    for said in [
        "Your rights",
        "Who is responsible",
        "not stated",
        "class=\"facts\"",
        "Art. 15",
    ] {
        assert!(!page.contains(said), "{said}");
    }
}

/// A section says it in a line.
#[test]
fn what_nobody_has_stated_is_said_in_a_line() {
    let unstated = |section| Missing {
        article: "15(1)(a)",
        fact: "purpose",
        section,
    };
    let mut silent = sample::visited(2);
    silent
        .sections
        .iter_mut()
        .for_each(|section| section.facts = Facts::default());
    silent.missing = vec![
        unstated(Some(0)),
        unstated(Some(1)),
        Missing {
            article: "12(1)",
            fact: "controller",
            section: None,
        },
    ];
    let page = page(&silent);
    assert!(page.contains(
        "what the data are used for <span class=\"article\">Art. 15(1)(a)</span>: all sections</li>"
    ));
    assert!(page.contains("who is responsible <span class=\"article\">Art. 12(1)</span></li>"));
    let once = "<dl class=\"facts\"><div class=\"full\"><dt>Not stated</dt><dd><span class=\"quiet\">what the data are used for</span>";
    assert_eq!(page.matches(once).count(), 2);
    // Of a section without rows there is nothing to be told.
    silent.sections[1].rows.clear();
    assert!(!self::page(&silent).contains("all sections"));
}

/// Counts what is written, and remembers the largest piece.
#[derive(Default)]
struct Written {
    bytes: usize,
    largest: usize,
}

impl io::Write for Written {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bytes += piece.len();
        self.largest = self.largest.max(piece.len());
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_hundred_thousand_rows_are_written_one_by_one() {
    let mut written = Written::default();
    write(&sample::visited(100_000), &mut written).unwrap();
    assert!(
        written.bytes > 10_000_000 && written.largest < 50_000,
        "{} {}",
        written.bytes,
        written.largest
    );
}

#[test]
fn many_rows_are_in_blocks_with_a_head_each() {
    let page = page(&sample::visited(1_001));
    assert_eq!(
        page.matches(" block few\"><table>").count() + page.matches(" block\"><table>").count(),
        6
    );
    assert_eq!(page.matches("<thead>").count(), 6);
    assert_eq!(page.matches("<td").count(), 4 * 1_001);
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let mut full = [0_u8; 100];
    assert_eq!(
        write(&sample::shop(), &mut full.as_mut_slice())
            .unwrap_err()
            .kind(),
        io::ErrorKind::WriteZero
    );
}
