//! Numbers written in several words: "two hundred", "deux cents", "3 million".

use super::{Side, WordKind};

/// True if the words `xs` and `ys` name the same numbers, and at least one.
pub(super) fn same((x, xs): (&Side<'_>, &[usize]), (y, ys): (&Side<'_>, &[usize])) -> bool {
    match (lone(x, xs), lone(y, ys)) {
        (Count::None, _) | (_, Count::None) => false,
        // Most are single ones, and what they name is their value.
        (Count::One(here), Count::One(there)) => here == there,
        _ => values(x, xs) == values(y, ys),
    }
}

/// How many numbers whose values are known there are.
enum Count {
    None,
    One(f64),
    More,
}

fn lone(side: &Side<'_>, at: &[usize]) -> Count {
    let mut values = at.iter().filter_map(|i| match side.kinds[*i] {
        WordKind::Number(value) => value,
        _ => None,
    });
    match (values.next(), values.next()) {
        (None, _) => Count::None,
        (Some(value), None) => Count::One(value),
        _ => Count::More,
    }
}

/// The values of the numbers among the words `at`, ascending: neighbouring number words make one number.
fn values(side: &Side<'_>, at: &[usize]) -> Vec<f64> {
    let mut values = Vec::new();
    let mut run: Vec<f64> = Vec::new();
    let mut last = None;
    for &i in at {
        let WordKind::Number(Some(value)) = side.kinds[i] else { continue };
        // "two hundred and fifty", "sesenta y dos": one small word between.
        let near = last.is_some_and(|last| i == last + 1 || i == last + 2 && side.kinds[last + 1] == WordKind::Light);
        if !near && !run.is_empty() {
            values.push(composed(&run));
            run.clear();
        }
        run.push(value);
        last = Some(i);
    }
    if !run.is_empty() {
        values.push(composed(&run));
    }
    values.sort_by(f64::total_cmp);
    values
}

/// The number that a run of number words names: a larger word multiplies what stands before it, a smaller one adds.
fn composed(run: &[f64]) -> f64 {
    let (mut whole, mut part) = (0.0, 0.0);
    for &value in run {
        match value {
            v if v >= 1000.0 && part > 0.0 && v > part => {
                whole += part * v;
                part = 0.0;
            }
            v if v >= 100.0 && part > 0.0 && v > part => part *= v,
            v => part += v,
        }
    }
    whole + part
}

#[cfg(test)]
mod tests {
    use super::composed;

    #[test]
    fn a_number_alone_names_its_value() {
        assert_eq!(composed(&[7.0]), 7.0);
        assert_eq!(composed(&[-1000.0]), -1000.0);
    }

    #[test]
    fn words_make_one_number() {
        let cases: [(&[f64], f64); 7] = [
            (&[2.0, 100.0], 200.0),
            (&[2.0, 100.0, 50.0], 250.0),
            (&[3.0, 1e6], 3e6),
            (&[1.5, 1e6], 1.5e6),
            (&[2.0, 1000.0, 4.0, 100.0], 2400.0),
            (&[4.0, 20.0, 10.0], 34.0),
            (&[100.0, 5.0], 105.0),
        ];
        for (run, value) in cases {
            assert_eq!(composed(run), value, "{run:?}");
        }
    }
}
