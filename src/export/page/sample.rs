//! A customer of a small shop, for the tests: what a page has to show, and what somebody may have typed to break it.

use crate::export::document::{
    Column, Controller, Document, Facts, Kind, Missing, Mode, Origin, Row, Section, Subject,
};
use serde_json::{Value, json};

/// A column: name, title, kind.
pub fn column(name: &str, title: &str, kind: Kind) -> Column {
    Column {
        name: name.to_owned(),
        label: name.to_owned(),
        title: title.to_owned(),
        kind,
        leads_up: false,
    }
}

/// A column that only leads to the row above.
pub fn key(name: &str) -> Column {
    Column {
        leads_up: true,
        ..column(name, name, Kind::Number)
    }
}

pub fn row(values: Value) -> Row {
    row_of(0, values)
}

/// A row within the row `parent`.
pub fn row_of(parent: u32, values: Value) -> Row {
    Row {
        parent,
        shared: false,
        values: values.to_string().into(),
        redacted: Box::default(),
    }
}

/// A row that is another person's, too, without their columns.
pub fn shared(values: Value, redacted: &[u16]) -> Row {
    Row {
        shared: true,
        redacted: redacted.into(),
        ..row(values)
    }
}

pub fn section(name: &str, label: &str, columns: Vec<Column>, rows: Vec<Row>) -> Section {
    let (name, label) = (name.to_owned(), label.to_owned());
    Section {
        name,
        origin: Origin::Table,
        label,
        facts: Facts::default(),
        columns,
        within: None,
        rows,
    }
}

pub fn document(sections: Vec<Section>) -> Document {
    Document {
        mode: Mode::Access,
        subject: Subject {
            relation: "public.customer".to_owned(),
            label: "Customer".to_owned(),
            key: json!({"id": 42}).to_string(),
            name: Some("Ada Lovelace".to_owned()),
        },
        created_at: "2026-11-22T01:13:09.271828+01:00".to_owned(),
        controller: Controller {
            name: Some("Tea & Biscuits ApS".to_owned()),
            contact: Some("privacy@tea.example, Nørregade 12, 1165 København K".to_owned()),
            data_protection_officer: None,
            supervisory_authority: Some(
                "Datatilsynet, Carl Jacobsens Vej 35, 2500 Valby".to_owned(),
            ),
        },
        sections,
        missing: Vec::new(),
    }
}

fn facts(facts: Value) -> Facts {
    let of = |key: &str| facts.get(key).cloned();
    Facts {
        purpose: of("purpose"),
        legal_basis: of("legal_basis"),
        category: of("category"),
        recipients: of("recipients"),
        transfers: of("transfers"),
        retention: of("retention"),
        source: of("source"),
        automated_decisions: of("automated_decisions"),
    }
}

/// Ada's rows in seven tables and in a store of letters.
pub fn shop() -> Document {
    let mut document = document(vec![
        customer(),
        address(),
        orders(),
        lines(),
        messages(),
        letters(),
        visits(),
        photos(),
        newsletter(),
        returned(),
    ]);
    document.missing = vec![
        Missing {
            article: "15(1)(b)",
            fact: "data_protection_officer",
            section: None,
        },
        Missing {
            article: "15(1)(d)",
            fact: "retention",
            section: Some(1),
        },
        Missing {
            article: "15(1)(d)",
            fact: "retention",
            section: Some(4),
        },
        Missing {
            article: "15(1)(g)",
            fact: "source",
            section: Some(1),
        },
        Missing {
            article: "15(1)(h)",
            fact: "automated_decisions",
            section: Some(6),
        },
    ];
    document
}

fn customer() -> Section {
    let columns = vec![
        column("id", "Customer number", Kind::Number),
        column("name", "Name", Kind::Text),
        column("email", "E-mail", Kind::Text),
        column("phone", "Phone", Kind::Text),
        column("born", "Date of birth", Kind::Date),
        column("joined", "Customer since", Kind::Timestamp),
        column("vip", "Regular customer", Kind::Boolean),
        column("points", "Loyalty points", Kind::Number),
        column("credit", "Credit", Kind::Number),
        column("nickname", "Nickname", Kind::Text),
        column("title", "Title", Kind::Text),
        column("settings", "Settings", Kind::Structure),
        column("interests", "Interests", Kind::Structure),
        column("call_after", "Call after", Kind::Time),
        column("note", "Our note", Kind::Text),
    ];
    let settings = json!({
        "newsletter": {"topics": ["green tea", "teaware"], "weekly": true},
        "gift_wrap": false,
        "delivery": {"door": "2nd floor, left", "leave_at": null, "windows": [{"day": "Monday", "from": 17}, {"day": "Saturday", "from": 9}]}
    });
    let note = "Called on Tuesday about the parcel that had arrived open.\nWants a new one, and tins instead of bags.\n\nVery kind about it.";
    let ada = row(json!([
        42,
        "Ada Lovelace",
        "ada.lovelace@analytical-engines.example.org",
        "+45 12 34 56 78",
        "1985-12-10",
        "2019-03-02T09:41:07.55+01:00",
        true,
        12345,
        1250.5,
        null,
        "",
        settings,
        ["Darjeeling", "porcelain", "Æbleskiver"],
        "17:30:00",
        note
    ]));
    let facts = facts(json!({
        "purpose": "To deliver what you order, and to answer you.",
        "legal_basis": "Contract: Art. 6(1)(b) GDPR",
        "category": ["Name and address", "Contact details"],
        "recipients": ["PostNord, for delivery", "Nets, for payment"],
        "transfers": "None outside the EU and EEA",
        "retention": "As long as you are a customer, and five years after it (bookkeeping).",
        "source": "You",
        "automated_decisions": "None"
    }));
    Section {
        facts,
        ..section("public.customer", "Customer", columns, vec![ada])
    }
}

fn address() -> Section {
    let columns = vec![
        key("customer_id"),
        column("kind", "Used as", Kind::Text),
        column("street", "Street", Kind::Text),
        column("zip", "Postcode", Kind::Text),
        column("city", "City", Kind::Text),
    ];
    let rows = vec![
        row(json!([
            42,
            "Delivery",
            "St. Kongensgade 59, 2. tv",
            "1264",
            "København K"
        ])),
        row(json!([
            42,
            "Invoice",
            "12 St James's Square",
            "SW1Y 4LB",
            null
        ])),
    ];
    Section {
        facts: facts(json!({"purpose": "Delivery and invoices", "recipients": "PostNord"})),
        ..section("public.address", "Addresses", columns, rows)
    }
}

fn orders() -> Section {
    let columns = vec![
        column("id", "Order number", Kind::Number),
        key("customer_id"),
        column("placed_on", "Placed on", Kind::Timestamp),
        column("paid", "Paid", Kind::Boolean),
        column("total", "Total (DKK)", Kind::Number),
        column("wish", "Your wish", Kind::Text),
    ];
    let wish = "Please pack the pot so that it does not rattle, the last one had a chip at the spout. And no plastic if you can do without it.";
    let rows = vec![
        row(json!([
            100871,
            42,
            "2026-05-04T14:03:00+02:00",
            true,
            1389.95,
            null
        ])),
        row(json!([
            104412,
            42,
            "2026-09-18T20:55:41.120034+02:00",
            true,
            249,
            wish
        ])),
        row(json!([
            109003,
            42,
            "2026-11-20T08:00:12+01:00",
            false,
            12400,
            ""
        ])),
    ];
    let facts = facts(
        json!({"purpose": "To deliver your order", "legal_basis": "Contract", "retention": "Five years (bookkeeping act)", "recipients": ["PostNord", "Nets"]}),
    );
    Section {
        facts,
        ..section("public.orders", "Orders", columns, rows)
    }
}

fn lines() -> Section {
    let columns = vec![
        key("order_id"),
        column("product", "Product", Kind::Text),
        column("quantity", "Quantity", Kind::Number),
        column("price", "Price each (DKK)", Kind::Number),
        column("gift", "Gift", Kind::Boolean),
    ];
    let rows = vec![
        row_of(0, json!([100871, "Tea pot", 1, 1199.95, true])),
        row_of(0, json!([100871, "Earl Grey, 100 g", 2, 95, false])),
        row_of(
            1,
            json!([104412, "Matcha whisk <b>bamboo</b>", 3, 83, null]),
        ),
        row_of(2, json!([109003, "Samovar, restored", 1, 12400, false])),
    ];
    let facts = facts(json!({"purpose": "To deliver your order", "legal_basis": "Contract"}));
    Section {
        within: Some(2),
        facts,
        ..section("public.order_line", "Order lines", columns, rows)
    }
}

/// Within the order lines, which are within the orders.
fn returned() -> Section {
    let columns = vec![
        key("line_id"),
        column("returned_on", "Returned on", Kind::Date),
        column("reason", "Reason", Kind::Text),
    ];
    let rows = vec![row_of(0, json!([1, "2026-05-11", "The spout had a chip"]))];
    Section {
        within: Some(3),
        ..section("public.returned", "Returns", columns, rows)
    }
}

fn messages() -> Section {
    let columns = vec![
        column("sent", "Sent", Kind::Timestamp),
        column("sender", "From", Kind::Text),
        column("sender_email", "Sender's e-mail", Kind::Text),
        column("recipient", "To", Kind::Text),
        column("text", "Message", Kind::Text),
    ];
    let long = "Dear Ada,\nthe whisk is in stock again. I have put one aside for you until Friday; after that somebody else may have it. The link to \
                it is https://tea.example/products/whisks/bamboo/very-fine-with-one-hundred-and-twenty-prongs?from=message&campaign=autumn\n\nBest wishes";
    let rows = vec![
        shared(
            json!([
                "2026-09-20T11:02:30+02:00",
                null,
                null,
                "Ada Lovelace",
                long
            ]),
            &[1, 2],
        ),
        row(json!([
            "2026-09-20T12:44:00+02:00",
            "Ada Lovelace",
            "ada@example.org",
            "Tea & Biscuits",
            "Yes please! \u{202e}thank you\u{202c} ☕"
        ])),
        shared(
            json!([
                "2026-09-21T08:00:00+02:00",
                null,
                null,
                "Ada Lovelace",
                "<script>alert('tea')</script> was in your last mail?"
            ]),
            &[1, 2],
        ),
    ];
    let facts = facts(
        json!({"purpose": "To answer you", "legal_basis": "Legitimate interest: Art. 6(1)(f) GDPR"}),
    );
    Section {
        facts,
        ..section("public.message", "Messages", columns, rows)
    }
}

fn letters() -> Section {
    let columns = vec![
        column("subject", "subject", Kind::Text),
        column("opened", "opened", Kind::Structure),
        column("bounced", "bounced", Kind::Boolean),
    ];
    let rows = vec![
        row(json!(["Autumn teas", ["2026-09-01", "2026-09-03"], false])),
        row(json!(["Your parcel is on its way", [], false])),
    ];
    let facts = facts(
        json!({"purpose": "Newsletter", "legal_basis": "Consent", "recipients": "Mailbird Ltd, Ireland", "retention": "Until you withdraw your consent"}),
    );
    Section {
        origin: Origin::Source,
        facts,
        ..section("mailbird", "Letters sent by Mailbird", columns, rows)
    }
}

fn visits() -> Section {
    let columns = vec![
        column("at", "At", Kind::Timestamp),
        column("page", "Page", Kind::Text),
        column("address", "Address", Kind::Text),
        column("browser", "Browser", Kind::Text),
        column("seconds", "Seconds", Kind::Number),
        column("referrer", "Came from", Kind::Text),
        column("signed_in", "Signed in", Kind::Boolean),
        column("valid_until", "Session valid until", Kind::Timestamp),
    ];
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let rows = vec![
        row(json!([
            "2026-09-18T20:31:02Z",
            "/teapots",
            "2001:db8:85a3:8d3:1319:8a2e:370:7348",
            browser,
            131,
            null,
            false,
            "infinity"
        ])),
        row(json!([
            "2026-09-18T20:33:13Z",
            "/cart",
            "192.0.2.17",
            browser,
            48,
            "https://tea.example/teapots",
            true,
            "2026-09-19T20:33:13Z"
        ])),
    ];
    let facts = facts(
        json!({"purpose": "To find faults of the site", "retention": "30 days", "category": "Technical data", "source": "Your browser"}),
    );
    Section {
        facts,
        ..section("public.visit", "Visits of the site", columns, rows)
    }
}

fn photos() -> Section {
    let columns = vec![
        column("taken", "Taken", Kind::Date),
        column("photo", "Photo", Kind::Bytes),
        column("caption", "Caption", Kind::Text),
    ];
    let photo = |bytes: usize| format!("\\x{}", "ff".repeat(bytes));
    let rows = vec![
        row(json!(["2024-02-29", photo(48_213), "With the samovar"])),
        row(json!(["0044-03-15 BC", photo(0), null])),
        row(json!(["2024-03-01", null, "  "])),
    ];
    section("public.photo", "Photos", columns, rows)
}

fn newsletter() -> Section {
    section(
        "public.newsletter",
        "Newsletter",
        vec![column("since", "Since", Kind::Date)],
        Vec::new(),
    )
}

/// Ada, and as many visits of hers.
pub fn visited(rows: u32) -> Document {
    let columns = vec![
        column("id", "Number", Kind::Number),
        column("at", "At", Kind::Timestamp),
        column("page", "Page", Kind::Text),
        column("seconds", "Seconds", Kind::Number),
    ];
    let visits = (0..rows).map(|visit| {
        row(json!([
            visit,
            "2026-09-18T20:31:02Z",
            format!("/teapots/{visit}"),
            131
        ]))
    });
    document(vec![
        customer(),
        section("public.visit", "Visits", columns, visits.collect()),
    ])
}
