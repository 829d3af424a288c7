//! Points in pixels: lines broken at gaps, dashes and hatching. Must not know what is drawn or with which colour.

/// A point in pixels.
pub(crate) type Point = (f64, f64);

/// Consecutive points without a gap between them.
pub(crate) fn runs<T: Copy>(points: impl IntoIterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut runs = vec![Vec::new()];
    for point in points {
        match (point, runs.last_mut()) {
            (Some(point), Some(run)) => run.push(point),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Cuts a line into dashes, `on` pixels of ink and `off` pixels of gap.
pub(crate) fn dashes(line: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut dashes = Vec::new();
    let mut dash: Vec<Point> = line.first().copied().into_iter().collect();
    let (mut inked, mut left) = (true, on);
    for pair in line.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left || length < 1e-9 {
                left -= length;
                if inked {
                    dash.push(to);
                }
                break;
            }
            let share = left / length;
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            if inked {
                dash.push(from);
                dashes.push(std::mem::take(&mut dash));
            } else {
                dash = vec![from];
            }
            inked = !inked;
            left = if inked { on } else { off };
        }
    }
    if inked && dash.len() > 1 {
        dashes.push(dash);
    }
    dashes
}

/// Diagonal lines `pitch` pixels apart (measured along x) inside a convex polygon. All polygons share one grid, so
/// that neighbours join without a seam.
pub(crate) fn hatch(polygon: &[Point], pitch: f64) -> Vec<(Point, Point)> {
    let sums = polygon.iter().map(|(x, y)| x + y);
    let (low, high) =
        sums.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), sum| (low.min(sum), high.max(sum)));
    if !low.is_finite() || !high.is_finite() {
        return Vec::new();
    }
    let (first, last) = ((low / pitch).ceil() as i64, (high / pitch).floor() as i64);
    (first..=last).filter_map(|index| diagonal(polygon, index as f64 * pitch)).collect()
}

/// The part of the line x + y = `sum` inside a convex polygon.
fn diagonal(polygon: &[Point], sum: f64) -> Option<(Point, Point)> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (index, &from) in polygon.iter().enumerate() {
        let to = polygon[(index + 1) % polygon.len()];
        let (side_from, side_to) = (from.0 + from.1 - sum, to.0 + to.1 - sum);
        if side_from == 0.0 {
            low = low.min(from.0);
            high = high.max(from.0);
        }
        if side_from * side_to < 0.0 {
            let x = from.0 + (to.0 - from.0) * side_from / (side_from - side_to);
            low = low.min(x);
            high = high.max(x);
        }
    }
    (high - low > 0.2).then_some(((low, sum - low), (high, sum - high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_a_line() {
        assert_eq!(runs([None, Some(1), Some(2), None, None, Some(3), None]), [vec![1, 2], vec![3]]);
        assert!(runs::<u8>([]).is_empty());
    }

    #[test]
    fn dashes_cover_the_share_of_ink() {
        let inked: f64 = dashes(&[(0.0, 0.0), (30.0, 40.0), (80.0, 40.0)], 6.0, 4.0)
            .iter()
            .flat_map(|dash| {
                dash.windows(2)
                    .map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))
                    .collect::<Vec<_>>()
            })
            .sum();
        assert!((inked - 60.0).abs() < 1e-6, "{inked}");
    }

    #[test]
    fn hatching_stays_inside_its_polygon() {
        let lines = hatch(&[(0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0)], 5.0);
        assert_eq!(lines.len(), 5);
        for (from, to) in lines {
            for (x, y) in [from, to] {
                assert!((-1e-9..=20.0 + 1e-9).contains(&x) && (-1e-9..=10.0 + 1e-9).contains(&y), "{x} {y}");
            }
        }
        assert!(hatch(&[], 5.0).is_empty());
    }
}
