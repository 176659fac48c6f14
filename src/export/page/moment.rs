//! Dates and times for people. What cannot be read (`infinity`, years before Christ or after 9999) stays as it is.

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::Offset;
use maud::{Markup, html};

/// `4 May 2026`
pub fn date(text: &str) -> Option<Markup> {
    let date: Date = text.parse().ok()?;
    Some(html! { time datetime=(text) { (day(date)) } })
}

/// `14:03`; with seconds if there are any.
pub fn time(text: &str) -> Option<Markup> {
    // The parser would pass over an offset.
    let local = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    let time: Time = text.parse().ok().filter(|_| local)?;
    let shown = if exact_to_the_minute(time) {
        minute(time)
    } else {
        text.to_owned()
    };
    Some(html! { time datetime=(text) { (shown) } })
}

/// `4 May 2026, 14:03 UTC+2`. Its seconds are in the title.
pub fn timestamp(text: &str) -> Option<Markup> {
    let pieces = Pieces::parse(text)
        .ok()
        .filter(|pieces| pieces.time_zone_annotation().is_none())?;
    let moment = pieces.time()?;
    let rest = exact_to_the_minute(moment)
        .then_some(())
        .map_or(Some(text), |()| None);
    Some(html! {
        time datetime=(text) title=[rest] {
            span { (day(pieces.date())) "," }
            " "
            span { (minute(moment)) @if let Some(offset) = pieces.offset() { " " (zone(offset)) } }
        }
    })
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %-Y").to_string()
}

fn minute(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn exact_to_the_minute(time: Time) -> bool {
    time.second() == 0 && time.subsec_nanosecond() == 0
}

/// `UTC`, `UTC+2`, `UTC−3:30`
fn zone(offset: PiecesOffset) -> String {
    let seconds = match offset {
        PiecesOffset::Numeric(offset) => Offset::seconds(offset.offset()),
        _ => 0,
    };
    let sign = if seconds < 0 { '−' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, seconds) {
        (0, 0, 0) => "UTC".to_owned(),
        (_, 0, 0) => format!("UTC{sign}{hours}"),
        (_, _, 0) => format!("UTC{sign}{hours}:{minutes:02}"),
        _ => format!("UTC{sign}{hours}:{minutes:02}:{seconds:02}"),
    }
}
