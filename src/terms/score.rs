//! How much a count in one part of the archive differs from that in another.

/// Signed log-likelihood ratio of two shares: `(with, of)` in one part and in the other.
///
/// G² = 2·Σ O·ln(O/E) over the four cells (with and without the term, in one part and in the other), E from the margins: Dunning,
/// "Accurate Methods for the Statistics of Surprise and Coincidence", Computational Linguistics 19(1), 1993. It stands up to counts of one
/// and two where χ² does not. Below zero where the first share is the smaller one; 0 where either part is empty or both shares are equal.
/// Counted are records, so every observation is one of its own.
pub fn log_likelihood((a, of_a): (usize, usize), (b, of_b): (usize, usize)) -> f64 {
    if of_a == 0 || of_b == 0 || a > of_a || b > of_b {
        return 0.0;
    }
    let whole = (of_a + of_b) as f64;
    let with = (a + b) as f64;
    let cell = |observed: usize, column: f64, row: usize| {
        let observed = observed as f64;
        if observed == 0.0 { 0.0 } else { observed * (observed * whole / (column * row as f64)).ln() }
    };
    let sum = cell(a, with, of_a)
        + cell(b, with, of_b)
        + cell(of_a - a, whole - with, of_a)
        + cell(of_b - b, whole - with, of_b);
    let less = (a as f64) * (of_b as f64) < (b as f64) * (of_a as f64);
    // Equal shares give a sum of nothing but rounding.
    let value = (2.0 * sum).max(0.0);
    if less { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_differ_by_nothing_and_more_differs_more() {
        assert!(log_likelihood((2, 10), (4, 20)).abs() < 1e-9);
        assert!(log_likelihood((5, 10), (1, 20)) > log_likelihood((3, 10), (1, 20)));
        assert!(log_likelihood((0, 10), (5, 20)) < 0.0);
        assert_eq!(log_likelihood((1, 0), (5, 20)), 0.0);
        // 2·[6·ln(6·30/(8·10)) + 2·ln(2·30/(8·20)) + 4·ln(4·30/(22·10)) + 18·ln(18·30/(22·20))]
        assert!(
            (log_likelihood((6, 10), (2, 20)) - 8.3314).abs() < 1e-3,
            "{}",
            log_likelihood((6, 10), (2, 20))
        );
    }
}
