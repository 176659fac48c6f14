//! Numbers: noise around them, and pseudonyms for them.

use super::chance::Chance;
use super::keys::Keys;
use super::permute::derange;
use serde::{Deserialize, Serialize};

/// How far a value may move.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    /// By this part of itself.
    Ratio(f64),
    Amount(f64),
}

impl Noise {
    /// The largest move; at least `least`.
    pub fn span(self, value: f64, least: f64) -> f64 {
        let span = match self {
            Self::Ratio(ratio) => value.abs() * ratio.abs(),
            Self::Amount(amount) => amount.abs(),
        };
        span.max(least)
    }
}

/// Another number near it, from `min` to `max`; the value itself only if these leave no other.
pub fn noise_int(value: i64, noise: Noise, min: i64, max: i64, chance: &mut Chance) -> i64 {
    let (min, max) = (min.min(max), min.max(max));
    let span = noise.span(value as f64, 1.0).round() as i64;
    let low = value.saturating_sub(span).max(min);
    let high = value.saturating_add(span).min(max);
    if low > high || low == high && low == value {
        // Nothing as near as that: the nearest.
        return if value < max {
            min.max(value.saturating_add(1))
        } else {
            max.min(value.saturating_sub(1)).max(min)
        };
    }
    if !(low..=high).contains(&value) {
        return chance.between(low, high);
    }
    let others = high.abs_diff(low);
    let drawn = low.wrapping_add_unsigned(chance.below(others));
    if drawn < value { drawn } else { drawn + 1 }
}

/// Another number near it, by a multiple of `step` (0: any), from `-limit` to `limit`. NaN and the infinities stay.
pub fn noise_float(value: f64, noise: Noise, step: f64, limit: f64, chance: &mut Chance) -> f64 {
    if !value.is_finite() {
        return value;
    }
    let step = if step.is_finite() { step.abs() } else { 0.0 };
    let limit = if limit.is_nan() {
        f64::MAX
    } else {
        limit.abs().min(f64::MAX)
    };
    let mut span = noise.span(value, step).min(f64::MAX);
    if span == 0.0 {
        span = 1.0;
    }
    let distance = match step {
        0.0 => span * (1.0 - chance.uniform()),
        _ => (1.0 + (chance.uniform() * (span / step).floor()).floor()) * step,
    };
    let signed = if chance.flip() { distance } else { -distance };
    let moved = [value + signed, value - signed];
    let fits = |moved: &f64| moved.abs() <= limit && *moved != value;
    match moved.into_iter().find(fits) {
        Some(moved) => moved,
        // Out of bounds on both sides, or too small a move for a number of this size.
        None if value > -limit => value.next_down().clamp(-limit, limit),
        None => value.next_up().clamp(-limit, limit),
    }
}

/// The same for a number of single precision: no rounding takes the noise back.
pub fn noise_real(value: f32, noise: Noise, step: f64, chance: &mut Chance) -> f32 {
    let moved = noise_float(value.into(), noise, step, f32::MAX.into(), chance) as f32;
    match moved == value && value.is_finite() {
        true if value > f32::MIN => value.next_down(),
        true => value.next_up(),
        false => moved,
    }
}

/// The multiple of `step` at or below the value; the smallest number there is where that lies below it.
pub fn floor(value: i64, step: i64) -> i64 {
    value.saturating_sub(value.rem_euclid(step.max(1)))
}

/// Days or microseconds to move by: from `-span` to `span`, never 0.
pub fn offset(span: i64, chance: &mut Chance) -> i64 {
    let span = span.saturating_abs().max(1);
    noise_int(0, Noise::Amount(span as f64), -span, span, chance)
}

/// The number that stands for a value of a type whose largest number is `max`: one of `0..=max`; a negative one for a negative value. Never
/// the value itself.
pub fn pseudonym(value: i64, max: i64, keys: &Keys) -> i64 {
    // -1 is to the negative numbers what 0 is to the others.
    let (negative, n) = if value < 0 {
        (true, !value)
    } else {
        (false, value)
    };
    let size = max.max(n).unsigned_abs() + 1;
    let place = derange(keys.permutation(), n.unsigned_abs(), size) as i64;
    if negative { !place } else { place }
}

#[cfg(test)]
mod tests;
