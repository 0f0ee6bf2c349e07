//! A condition as it is evaluated: a small tree whose types were checked when it was made.

use crate::Reading;
use mirante_floor::Name;

/// An expression. Which values its parts give is known since it was lowered; a part that is absent makes the whole absent, except
/// where the other side of `&&` or `||` decides alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Number(f64),
    Flag(bool),
    Text(Name),
    /// The name at this place of what the condition reads.
    Read(usize),
    Negate(Box<Node>),
    Not(Box<Node>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    Sum(Sum, Box<[Node; 2]>),
    Compare(Compare, Box<[Node; 2]>),
    /// Condition, then, else.
    Choose(Box<[Node; 3]>),
    /// What is looked for, and where.
    Among(Box<Node>, Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    Add,
    Take,
    Times,
    Over,
    Rest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Equal,
    Different,
}

impl Node {
    pub(super) fn value(&self, readings: &[Reading]) -> Reading {
        match self {
            Node::Number(number) => Reading::Number(*number),
            Node::Flag(flag) => Reading::Flag(*flag),
            Node::Text(text) => Reading::Text(text.clone()),
            Node::Read(place) => readings.get(*place).cloned().unwrap_or(Reading::Absent),
            Node::Negate(node) => match node.number(readings) {
                Some(number) => Reading::Number(-number),
                None => Reading::Absent,
            },
            Node::Sum(sum, of) => number(sum_of(*sum, of[0].number(readings), of[1].number(readings))),
            Node::Choose(of) => match of[0].flag(readings) {
                Some(true) => of[1].value(readings),
                Some(false) => of[2].value(readings),
                None => Reading::Absent,
            },
            _ => self.flag(readings).map_or(Reading::Absent, Reading::Flag),
        }
    }

    /// Whether it holds; none if that depends on what is absent.
    pub(super) fn flag(&self, readings: &[Reading]) -> Option<bool> {
        match self {
            Node::Not(node) => node.flag(readings).map(|flag| !flag),
            Node::And(of) => match (of[0].flag(readings), of[1].flag(readings)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Node::Or(of) => match (of[0].flag(readings), of[1].flag(readings)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Node::Compare(how, of) => compare(*how, &of[0].value(readings), &of[1].value(readings)),
            Node::Among(what, places) => {
                let what = what.value(readings);
                let mut known = true;
                for place in places {
                    match compare(Compare::Equal, &what, &place.value(readings)) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => known = false,
                    }
                }
                known.then_some(false)
            }
            _ => match self.value(readings) {
                Reading::Flag(flag) => Some(flag),
                _ => None,
            },
        }
    }

    /// The number that what is read at `place` is first compared with.
    pub(super) fn limit(&self, place: usize) -> Option<f64> {
        let of = |parts: &[Node]| parts.iter().find_map(|part| part.limit(place));
        match self {
            Node::Compare(_, pair) => match &**pair {
                [Node::Read(read), Node::Number(limit)] | [Node::Number(limit), Node::Read(read)] => {
                    Some(*limit).filter(|_| *read == place)
                }
                both => of(both),
            },
            Node::Not(node) | Node::Negate(node) => node.limit(place),
            Node::And(parts) | Node::Or(parts) | Node::Sum(_, parts) => of(&**parts),
            Node::Choose(parts) => of(&**parts),
            Node::Number(_) | Node::Flag(_) | Node::Text(_) | Node::Read(_) | Node::Among(..) => None,
        }
    }

    fn number(&self, readings: &[Reading]) -> Option<f64> {
        match self.value(readings) {
            Reading::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// Nothing is divided by zero: what that gives is not there.
fn sum_of(sum: Sum, left: Option<f64>, right: Option<f64>) -> Option<f64> {
    let (left, right) = (left?, right?);
    Some(match sum {
        Sum::Add => left + right,
        Sum::Take => left - right,
        Sum::Times => left * right,
        Sum::Over => left / right,
        Sum::Rest => left % right,
    })
}

fn number(value: Option<f64>) -> Reading {
    value.filter(|number| number.is_finite()).map_or(Reading::Absent, Reading::Number)
}

fn compare(how: Compare, left: &Reading, right: &Reading) -> Option<bool> {
    let order = match (left, right) {
        (Reading::Number(left), Reading::Number(right)) => left.partial_cmp(right)?,
        (Reading::Text(left), Reading::Text(right)) => left.cmp(right),
        (Reading::Flag(left), Reading::Flag(right)) => left.cmp(right),
        _ => return None,
    };
    Some(match how {
        Compare::Less => order.is_lt(),
        Compare::LessOrEqual => order.is_le(),
        Compare::More => order.is_gt(),
        Compare::MoreOrEqual => order.is_ge(),
        Compare::Equal => order.is_eq(),
        Compare::Different => order.is_ne(),
    })
}
