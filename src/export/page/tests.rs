use super::sample;
use super::write;
use crate::export::document::Document;

fn page(document: &Document) -> String {
    let mut out = Vec::new();
    write(document, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn what_somebody_typed_is_text() {
    let page = page(&sample::shop());
    assert!(!page.contains("<script"));
    assert!(page.contains("&lt;script&gt;alert('tea')&lt;/script&gt;"));
}
