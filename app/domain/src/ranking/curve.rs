//! How many have how many points: enough to find one's own place, too little to find
//! anybody else's.

use serde::{Deserialize, Serialize};

/// So many residents have exactly so many points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step(
    /// Points, at least one.
    pub i64,
    /// Residents, at least one.
    pub u32,
);

/// The steps, most points first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Step>", into = "Vec<Step>")]
pub struct Curve(Vec<Step>);

/// The steps are not strictly falling, or one of them is of nobody or of no points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the steps of a ranking fall from one to the next, each of somebody with points")]
pub struct NotFalling;

impl TryFrom<Vec<Step>> for Curve {
    type Error = NotFalling;
    fn try_from(steps: Vec<Step>) -> Result<Self, NotFalling> {
        let falling = steps.windows(2).all(|w| w[0].0 > w[1].0);
        if falling && steps.iter().all(|s| s.0 > 0 && s.1 > 0) {
            Ok(Self(steps))
        } else {
            Err(NotFalling)
        }
    }
}

impl From<Curve> for Vec<Step> {
    fn from(curve: Curve) -> Self {
        curve.0
    }
}

/// Where somebody stands, and what the next place takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// 1 is the first; equal points share a place.
    pub place: u32,
    /// Residents with points, this one included.
    pub of: u32,
    /// The points of whoever stands next above; `None` for the first.
    pub above: Option<i64>,
    /// The points of whoever stands next below; `None` for the last.
    pub below: Option<i64>,
}

impl Curve {
    /// The curve of residents with so many points each; those without any are not in it.
    pub fn of(points: impl IntoIterator<Item = i64>) -> Self {
        let mut counts = std::collections::BTreeMap::new();
        for points in points.into_iter().filter(|p| *p > 0) {
            *counts.entry(std::cmp::Reverse(points)).or_insert(0) += 1;
        }
        Self(counts.into_iter().map(|(p, n)| Step(p.0, n)).collect())
    }

    /// Residents with points.
    pub fn residents(&self) -> u32 {
        self.0.iter().fold(0, |sum, s| sum.saturating_add(s.1))
    }

    /// Where a resident stands who has `now` points, and had `counted` when the curve was
    /// drawn (0: was not in it). `None` without points.
    pub fn place(&self, counted: i64, now: i64) -> Option<Place> {
        if now <= 0 {
            return None;
        }
        let others = self.0.iter().filter_map(|s| {
            let mine = u32::from(s.0 == counted);
            let left = s.1.saturating_sub(mine);
            (left > 0).then_some((s.0, left))
        });
        let mut place = 1_u32;
        let mut of = 1_u32;
        let (mut above, mut below) = (None, None);
        for (points, residents) in others {
            of = of.saturating_add(residents);
            if points > now {
                place = place.saturating_add(residents);
                above = Some(points);
            } else if points < now && below.is_none() {
                below = Some(points);
            }
        }
        Some(Place {
            place,
            of,
            above,
            below,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn curve(all: &[i64]) -> Curve {
        Curve::of(all.iter().copied())
    }

    #[test]
    fn a_place_is_told_with_its_neighbours() {
        let board = curve(&[50, 30, 30, 10]);
        let place = |counted, now| {
            let p = board.place(counted, now).unwrap();
            (p.place, p.of, p.above, p.below)
        };
        assert_eq!(place(50, 50), (1, 4, None, Some(30)));
        assert_eq!(place(30, 30), (2, 4, Some(50), Some(10)));
        assert_eq!(place(10, 10), (4, 4, Some(30), None));
        // Ten points more since the curve was drawn, and somebody who was not in it.
        assert_eq!(place(10, 30), (2, 4, Some(50), None));
        assert_eq!(place(0, 20), (4, 5, Some(30), Some(10)));
        assert_eq!(board.place(0, 0), None);
    }

    #[test]
    fn steps_that_do_not_fall_are_refused() {
        for steps in ["[[10,1],[10,1]]", "[[5,1],[10,1]]", "[[0,3]]", "[[5,0]]"] {
            assert!(serde_json::from_str::<Curve>(steps).is_err(), "{steps}");
        }
        let good: Curve = serde_json::from_str("[[10,1],[5,2]]").unwrap();
        assert_eq!(good.residents(), 3);
        assert_eq!(serde_json::to_string(&good).unwrap(), "[[10,1],[5,2]]");
    }

    proptest! {
        /// The place out of the curve is the place out of the list of everybody.
        #[test]
        fn the_curve_tells_what_the_whole_list_tells(
            others in prop::collection::vec(0i64..40, 0..60),
            counted in 0i64..40,
            more in 0i64..40,
        ) {
            let now = counted + more;
            let mut all = others.clone();
            all.push(counted);
            let told = curve(&all).place(counted, now);
            if now == 0 {
                prop_assert_eq!(told, None);
            } else {
                let told = told.unwrap();
                let standing = others.iter().filter(|p| **p > 0);
                let ahead = standing.clone().filter(|p| **p > now).count();
                prop_assert_eq!(told.place as usize, ahead + 1);
                prop_assert_eq!(told.of as usize, standing.clone().count() + 1);
                prop_assert_eq!(told.above, standing.clone().filter(|p| **p > now).min().copied());
                prop_assert_eq!(told.below, standing.filter(|p| **p < now).max().copied());
            }
        }
    }
}
