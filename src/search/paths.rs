//! The paths of many records in one piece of memory: a hundred thousand strings of their own would cost more
//! than finding them.

/// Paths, in an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// One or several pieces of text, so that those that were read side by side need not be copied together.
    texts: Vec<String>,
    places: Vec<Place>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    text: u32,
    start: u32,
    end: u32,
}

impl Paths {
    /// Adds one at the end.
    pub fn push(&mut self, path: &str) {
        // Places in a text are numbers of 32 bits.
        const FULL: usize = 1 << 30;
        if self.texts.last().is_none_or(|text| text.len() + path.len() > FULL) {
            self.texts.push(String::new());
        }
        let number = self.texts.len() - 1;
        let text = &mut self.texts[number];
        let start = text.len();
        text.push_str(path);
        let end = text.len();
        self.places.push(Place { text: number as u32, start: start as u32, end: end as u32 });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| {
            let text = self.texts.get(place.text as usize);
            text.and_then(|text| text.get(place.start as usize..place.end as usize)).unwrap_or_default()
        })
    }

    /// Several lists, one after the other.
    pub fn joined(lists: impl IntoIterator<Item = Paths>) -> Paths {
        let mut all = Paths::default();
        for list in lists {
            let before = all.texts.len() as u32;
            all.texts.extend(list.texts);
            all.places
                .extend(list.places.into_iter().map(|place| Place { text: before + place.text, ..place }));
        }
        all
    }

    /// The same paths in another order: the first comes to the first place of `order`, and so on. Places beyond the
    /// paths are left out, and one that nothing comes to is empty.
    #[must_use]
    pub fn scattered(self, order: impl IntoIterator<Item = u32>) -> Paths {
        let mut places = vec![Place::default(); self.places.len()];
        for (place, to) in self.places.into_iter().zip(order) {
            if let Some(slot) = places.get_mut(to as usize) {
                *slot = place;
            }
        }
        Paths { texts: self.texts, places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_their_order_and_take_another() {
        let of = |paths: &[&str]| {
            let mut all = Paths::default();
            paths.iter().for_each(|path| all.push(path));
            all
        };
        let paths = Paths::joined([of(&["b", "", "cc"]), of(&[]), of(&["案例"])]);
        assert_eq!((paths.len(), paths.is_empty()), (4, false));
        assert_eq!(paths.iter().collect::<Vec<_>>(), ["b", "", "cc", "案例"]);
        let other = paths.clone().scattered([3, 0, 1, 2]);
        assert_eq!(other.iter().collect::<Vec<_>>(), ["", "cc", "案例", "b"]);
        assert_eq!(paths.scattered([0, 9]).iter().collect::<Vec<_>>(), ["b", "", "", ""]);
    }
}
