//! One board as it is kept: points by resident, in order, so that one more tap moves one row.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use machitap_domain::{
    Pii, Pseudonym,
    ranking::{Curve, Row},
};

/// Residents by points; those without any are not in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    points: BTreeMap<Pseudonym, i64>,
    order: BTreeSet<(Reverse<i64>, Pseudonym)>,
}

impl Tally {
    /// Gives a resident so many points; true when that is another number.
    pub(super) fn set(&mut self, who: Pseudonym, points: i64) -> bool {
        let before = self.points.get(&who).copied().unwrap_or(0);
        if before == points {
            return false;
        }
        self.order.remove(&(Reverse(before), who));
        self.points.remove(&who);
        if points > 0 {
            self.points.insert(who, points);
            self.order.insert((Reverse(points), who));
        }
        true
    }

    /// The first places. Equal points share a place.
    pub(super) fn rows(
        &self,
        nicknames: &BTreeMap<Pseudonym, Pii<String>>,
        places: usize,
    ) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for ((Reverse(points), who), nth) in self.order.iter().take(places).zip(1..) {
            let place = match rows.last() {
                Some(above) if above.points == *points => above.place,
                _ => nth,
            };
            rows.push(Row {
                place,
                nickname: nicknames.get(who).cloned(),
                points: *points,
            });
        }
        rows
    }

    /// Everybody, as numbers.
    pub(super) fn curve(&self) -> Curve {
        Curve::of(self.points.values().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(n: u8) -> Pseudonym {
        Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
    }

    #[test]
    fn equal_points_share_a_place_and_no_points_have_none() {
        let mut tally = Tally::default();
        for (n, points) in [(1, 10), (2, 30), (3, 30), (4, 0), (5, 5)] {
            assert_eq!(tally.set(who(n), points), points > 0);
        }
        assert!(!tally.set(who(2), 30), "nothing new");
        let shown = |tally: &Tally, places| -> Vec<(u32, i64)> {
            let rows = tally.rows(&BTreeMap::new(), places);
            rows.iter().map(|r| (r.place, r.points)).collect()
        };
        assert_eq!(shown(&tally, 3), [(1, 30), (1, 30), (3, 10)]);
        assert_eq!(tally.curve().residents(), 4);
        tally.set(who(2), 0);
        assert_eq!(shown(&tally, 9), [(1, 30), (2, 10), (3, 5)]);
    }
}
