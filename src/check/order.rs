//! Which thing needs which → an order in which each comes after what it needs, and the circles that prevent one.

/// The result of [`order`].
pub(super) struct Order {
    /// Every index once, needed ones first; inside a circle the order is arbitrary but stable.
    pub order: Vec<usize>,
    /// The first circles that were met, as the indices on them: each needs the next, the last needs the first.
    pub circles: Vec<Vec<usize>>,
}

/// There may be as many circles as pairs, and each may be as long as all there is.
const MOST_CIRCLES: usize = 16;

/// Orders `0..needs.len()`, where `needs[i]` lists what `i` needs. No recursion: input may be a long chain.
pub(super) fn order(needs: &[Vec<usize>]) -> Order {
    let mut walk = Walk { state: vec![State::New; needs.len()], path: Vec::new(), next: Vec::new() };
    let mut result = Order { order: Vec::with_capacity(needs.len()), circles: Vec::new() };
    for start in 0..needs.len() {
        if walk.state[start] == State::New {
            walk.enter(start);
        }
        while let (Some(&current), Some(next)) = (walk.path.last(), walk.next.last_mut()) {
            let needed = needs[current].get(*next).copied();
            *next += 1;
            match needed.map(|index| (index, walk.state[index])) {
                None => result.order.push(walk.finish(current)),
                Some((index, State::New)) => walk.enter(index),
                Some((index, State::Open)) if result.circles.len() < MOST_CIRCLES => {
                    let from = walk.path.iter().position(|open| *open == index).unwrap_or_default();
                    result.circles.push(walk.path[from..].to_vec());
                }
                Some((_, State::Open | State::Done)) => {}
            }
        }
    }
    result
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk {
    state: Vec<State>,
    path: Vec<usize>,
    next: Vec<usize>,
}

impl Walk {
    fn enter(&mut self, index: usize) {
        self.state[index] = State::Open;
        self.path.push(index);
        self.next.push(0);
    }

    fn finish(&mut self, index: usize) -> usize {
        self.state[index] = State::Done;
        self.path.pop();
        self.next.pop();
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first() {
        let Order { order, circles } = order(&[vec![2], vec![0], vec![]]);
        assert_eq!(order, [2, 0, 1]);
        assert!(circles.is_empty());
    }

    #[test]
    fn a_circle_is_reported_from_where_it_is_entered() {
        assert_eq!(order(&[vec![1], vec![2], vec![1]]).circles, [vec![1, 2]]);
    }

    #[test]
    fn what_needs_itself_is_a_circle_of_one() {
        assert_eq!(order(&[vec![0]]).circles, [vec![0]]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_ordered() {
        let needs: Vec<Vec<usize>> = (0..100_000).map(|i| if i < 99_999 { vec![i + 1] } else { vec![] }).collect();
        assert_eq!(order(&needs).order[0], 99_999);
    }
}
