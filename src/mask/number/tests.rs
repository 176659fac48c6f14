use super::*;
use std::collections::HashSet;

const INTERESTING: [i64; 13] = [
    i64::MIN,
    i64::MIN + 1,
    -1_000_000_000_000,
    -32_769,
    -2,
    -1,
    0,
    1,
    2,
    32_768,
    1_000_000_000_000,
    i64::MAX - 1,
    i64::MAX,
];
const NOISES: [Noise; 12] = [
    Noise::Ratio(0.1),
    Noise::Ratio(0.0),
    Noise::Ratio(-5.0),
    Noise::Ratio(f64::NAN),
    Noise::Ratio(f64::INFINITY),
    Noise::Ratio(f64::MAX),
    Noise::Amount(0.0),
    Noise::Amount(1.0),
    Noise::Amount(1e10),
    Noise::Amount(f64::NEG_INFINITY),
    Noise::Amount(f64::NAN),
    Noise::Amount(f64::MIN_POSITIVE),
];

#[test]
fn ints_move_within_bounds() {
    let mut chance = Chance::seeded([1; 32]);
    for noise in NOISES {
        for value in INTERESTING {
            for (a, b) in INTERESTING.into_iter().zip(INTERESTING.into_iter().rev()) {
                let moved = noise_int(value, noise, a, b, &mut chance);
                assert!(
                    (a.min(b)..=a.max(b)).contains(&moved),
                    "{value} {noise:?} {a} {b}"
                );
                assert!(moved != value || a == b, "{value} {noise:?} {a} {b}");
            }
        }
    }
}

#[test]
fn ints_move_as_far_as_they_may() {
    let mut chance = Chance::seeded([2; 32]);
    let all = |value, noise, min, max, chance: &mut Chance| -> HashSet<i64> {
        (0..1000)
            .map(|_| noise_int(value, noise, min, max, chance))
            .collect()
    };
    let set = |range: std::ops::RangeInclusive<i64>| range.filter(|n| *n != 100).collect();
    assert_eq!(
        all(100, Noise::Ratio(0.1), 0, 1000, &mut chance),
        set(90..=110)
    );
    assert_eq!(
        all(100, Noise::Ratio(0.1), 0, 100, &mut chance),
        set(90..=99)
    );
    assert_eq!(
        all(100, Noise::Amount(1.0), 0, 1000, &mut chance),
        set(99..=101)
    );
    assert_eq!(
        all(0, Noise::Ratio(0.1), -9, 9, &mut chance),
        [-1, 1].into()
    );
    assert_eq!(all(5, Noise::Amount(3.0), 50, 60, &mut chance), [50].into());
    assert_eq!(
        all(99, Noise::Amount(3.0), 50, 60, &mut chance),
        [60].into()
    );
}

#[test]
fn floats_move_within_bounds() {
    let mut chance = Chance::seeded([3; 32]);
    let values = [
        0.0,
        -0.0,
        1.0,
        -2.5,
        1e-300,
        1e300,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        99.99,
    ];
    for noise in NOISES {
        for value in values {
            for step in [0.0, 0.01, 1.0, 1e10, f64::NAN, f64::INFINITY, -1.0] {
                for limit in [99.99, 1e9, f64::MAX, f64::INFINITY, f64::NAN] {
                    let moved = noise_float(value, noise, step, limit, &mut chance);
                    let bound = if limit.is_nan() {
                        f64::MAX
                    } else {
                        limit.min(f64::MAX)
                    };
                    assert!(
                        moved.abs() <= bound,
                        "{value} {noise:?} {step} {limit} {moved}"
                    );
                    assert_ne!(moved, value, "{noise:?} {step} {limit}");
                }
            }
        }
    }
    assert!(noise_float(f64::NAN, Noise::Ratio(0.1), 0.0, 1.0, &mut chance).is_nan());
    let infinite = noise_float(f64::INFINITY, Noise::Ratio(0.1), 0.0, 1.0, &mut chance);
    assert_eq!(infinite, f64::INFINITY);
}

#[test]
fn rounding_takes_no_noise_back() {
    let mut chance = Chance::seeded([6; 32]);
    let values = [
        0.0,
        1.0,
        -2.5,
        1000.0,
        1e-30,
        1e30,
        f32::MAX,
        f32::MIN,
        f32::MIN_POSITIVE,
    ];
    for noise in NOISES {
        for value in values {
            for _ in 0..1000 {
                let moved = noise_real(value, noise, 0.01, &mut chance);
                assert!(moved != value && moved.is_finite(), "{value} {noise:?}");
            }
        }
    }
    assert!(noise_real(f32::NAN, Noise::Ratio(0.1), 0.01, &mut chance).is_nan());
    let infinite = noise_real(f32::NEG_INFINITY, Noise::Ratio(0.1), 0.01, &mut chance);
    assert_eq!(infinite, f32::NEG_INFINITY);
}

#[test]
fn floats_keep_to_their_noise() {
    let mut chance = Chance::seeded([4; 32]);
    for _ in 0..10_000 {
        let moved = noise_float(1000.0, Noise::Ratio(0.1), 0.0, f64::MAX, &mut chance);
        assert!((900.0..=1100.0).contains(&moved));
        let stepped = noise_float(1000.0, Noise::Amount(5.0), 0.5, f64::MAX, &mut chance);
        assert!((995.0..=1005.0).contains(&stepped) && (stepped * 2.0).fract() == 0.0);
    }
}

#[test]
fn offsets_are_never_zero() {
    let mut chance = Chance::seeded([5; 32]);
    let all: HashSet<i64> = (0..1000).map(|_| offset(3, &mut chance)).collect();
    assert_eq!(all, [-3, -2, -1, 1, 2, 3].into());
    for span in INTERESTING {
        let drawn = offset(span, &mut chance);
        assert!(drawn != 0 && drawn.unsigned_abs() <= span.unsigned_abs().max(1));
    }
}

#[test]
fn floors() {
    let cases = [
        (167, 10, 160),
        (-1, 10, -10),
        (0, 7, 0),
        (i64::MIN, 10, i64::MIN),
        (5, 0, 5),
    ];
    for (value, step, below) in cases {
        assert_eq!(floor(value, step), below);
    }
}

#[test]
fn pseudonyms_are_a_permutation() {
    let keys = Keys::derive(b"secret");
    for max in [1, 9, 999, 32_767] {
        let all: HashSet<i64> = (-1 - max..=max).map(|n| pseudonym(n, max, &keys)).collect();
        assert_eq!(all.len(), 2 * (max as usize + 1));
        assert!(all.iter().all(|n| (-1 - max..=max).contains(n)));
        assert!((0..=max).all(|n| pseudonym(n, max, &keys) >= 0));
        assert!((-1 - max..=max).all(|n| pseudonym(n, max, &keys) != n));
    }
}

#[test]
fn a_pseudonym_is_another_number_of_its_type_and_sign() {
    let keys = Keys::derive(b"secret");
    let types = [i64::from(i16::MAX), i64::from(i32::MAX), i64::MAX];
    for value in INTERESTING
        .into_iter()
        .chain([0, 1, -1, 42, 32_767, -32_768, 1 << 31, 1 << 62])
    {
        for max in types
            .into_iter()
            .filter(|max| (!max..=*max).contains(&value))
        {
            let n = pseudonym(value, max, &keys);
            assert_ne!(n, value);
            assert_eq!(n < 0, value < 0);
            assert!((!max..=max).contains(&n));
        }
    }
}

#[test]
fn pseudonyms_of_small_numbers_are_not_small() {
    let keys = Keys::derive(b"secret");
    let small = (0..1000)
        .filter(|n| pseudonym(*n, i64::from(i32::MAX), &keys) < 1_000_000)
        .count();
    assert!(small < 10, "another row would have them");
}

#[test]
fn any_input_has_a_pseudonym() {
    let keys = Keys::derive(b"");
    for value in INTERESTING {
        for max in INTERESTING {
            pseudonym(value, max, &keys);
        }
    }
    assert_eq!(pseudonym(0, 0, &keys), 0);
}

#[test]
fn a_secret_always_gives_the_same() {
    let keys = Keys::derive(b"secret");
    assert_eq!(
        [1, -1, 1 << 20, 1 << 40].map(|n| pseudonym(n, i64::MAX, &keys)),
        [
            8_997_394_217_841_473_524,
            -2_262_042_588_741_440_123,
            4_207_084_176_819_110_093,
            3_495_722_716_611_074_755
        ]
    );
}
