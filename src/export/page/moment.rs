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

#[cfg(test)]
mod tests {
    use super::*;

    fn text(markup: Option<Markup>) -> Option<String> {
        let html = markup?.into_string();
        Some(
            html.split('<')
                .filter_map(|tag| tag.split_once('>'))
                .map(|(_, text)| text)
                .collect(),
        )
    }

    #[test]
    fn moments_are_shown_to_the_minute_with_their_zone() {
        let shows =
            |moment, expected: &str| assert_eq!(text(timestamp(moment)).as_deref(), Some(expected));
        shows("2026-05-04T14:03:00", "4 May 2026, 14:03");
        shows(
            "2026-05-04T14:03:09.123456+02:00",
            "4 May 2026, 14:03 UTC+2",
        );
        shows("2026-11-22T01:13:09+00:00", "22 November 2026, 01:13 UTC");
        shows(
            "2026-11-22T01:13:09-03:30",
            "22 November 2026, 01:13 UTC−3:30",
        );
        shows(
            "1880-01-01T00:00:00+00:19:32",
            "1 January 1880, 00:00 UTC+0:19:32",
        );
        shows("0099-01-01T00:00:00", "1 January 99, 00:00");
    }

    #[test]
    fn what_is_not_shown_is_in_the_title() {
        let html = |moment| {
            timestamp(moment)
                .map(Markup::into_string)
                .unwrap_or_default()
        };
        assert!(html("2026-05-04T14:03:09.5").contains("title=\"2026-05-04T14:03:09.5\""));
        assert!(
            html("2026-05-04T14:03:00+02:00").contains("datetime=\"2026-05-04T14:03:00+02:00\"")
        );
        assert!(!html("2026-05-04T14:03:00+02:00").contains("title="));
    }

    #[test]
    fn what_cannot_be_read_is_left_alone() {
        for moment in [
            "infinity",
            "-infinity",
            "0044-03-15T00:00:00 BC",
            "20000-01-01T00:00:00",
            "2026-05-04",
            "",
            "\u{202e}",
            "2026-05-04T14:03[UTC]",
        ] {
            assert_eq!(text(timestamp(moment)), None, "{moment}");
        }
        for day in [
            "infinity",
            "0044-03-15 BC",
            "20000-01-01",
            "2026-02-30",
            "today",
        ] {
            assert_eq!(text(date(day)), None, "{day}");
        }
        // A time with a zone, which would be lost.
        for hour in ["24:00:00", "01:13:09+02", "17:30:00-03:30", "noon"] {
            assert_eq!(text(time(hour)), None, "{hour}");
        }
    }

    #[test]
    fn days_and_hours() {
        assert_eq!(
            text(date("2024-02-29")).as_deref(),
            Some("29 February 2024")
        );
        assert_eq!(text(time("17:30:00")).as_deref(), Some("17:30"));
        assert_eq!(text(time("17:30:00.25")).as_deref(), Some("17:30:00.25"));
    }
}
