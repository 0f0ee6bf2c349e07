//! From the tree of the expression language to a [`Node`]: names are looked up, types are checked, all else is refused with its place.

use super::fault::Fault;
use super::node::{Compare, Node, Sum};
use crate::{Scope, term};
use cel::common::ast::{CallExpr, Expr, LiteralValue, SourceInfo, operators};
use cel::parser::Expression;
use mirante_floor::Name;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    Flag,
    Text,
}

impl Type {
    fn words(self) -> &'static str {
        match self {
            Type::Number => "a number",
            Type::Flag => "true or false",
            Type::Text => "a word",
        }
    }
}

pub(super) struct Lower<'a> {
    pub(super) scope: Scope,
    pub(super) source: &'a SourceInfo,
    pub(super) reads: Vec<String>,
}

type Typed = (Node, Type);

impl Lower<'_> {
    /// The whole condition, which must be true or false.
    pub(super) fn condition(&mut self, expression: &Expression) -> Result<Node, Fault> {
        self.typed(expression, Type::Flag)
    }

    fn typed(&mut self, expression: &Expression, wanted: Type) -> Result<Node, Fault> {
        let (node, found) = self.any(expression)?;
        if found == wanted {
            return Ok(node);
        }
        Err(Fault::Type { at: self.at(expression), wanted: wanted.words(), found: found.words() })
    }

    fn any(&mut self, expression: &Expression) -> Result<Typed, Fault> {
        match &expression.expr {
            Expr::Literal(value) => self.literal(expression, value),
            Expr::Ident(name) => self.name(expression, name),
            Expr::Call(call) if call.target.is_none() => self.call(expression, call),
            Expr::Call(call) => self.unused(expression, &format!("{}()", call.func_name)),
            Expr::Select(select) => self.unused(expression, &format!(".{}", select.field)),
            Expr::List(_) => self.unused(expression, "[…]"),
            Expr::Map(_) | Expr::Struct(_) => self.unused(expression, "{…}"),
            Expr::Comprehension(_) => self.unused(expression, "all, exists, map, filter"),
            Expr::Unspecified => Err(Fault::Syntax { at: self.at(expression), end: false }),
        }
    }

    fn literal(&mut self, expression: &Expression, value: &LiteralValue) -> Result<Typed, Fault> {
        Ok(match value {
            LiteralValue::Boolean(flag) => (Node::Flag(*flag.inner()), Type::Flag),
            LiteralValue::Double(number) => (Node::Number(*number.inner()), Type::Number),
            LiteralValue::Int(number) => (Node::Number(*number.inner() as f64), Type::Number),
            LiteralValue::UInt(number) => (Node::Number(*number.inner() as f64), Type::Number),
            LiteralValue::String(text) => (Node::Text(Name::from(text.inner())), Type::Text),
            LiteralValue::Bytes(_) => return self.unused(expression, "b\"…\""),
            LiteralValue::Null => return self.unused(expression, "null"),
        })
    }

    fn name(&mut self, expression: &Expression, name: &str) -> Result<Typed, Fault> {
        let Some(term) = term::find(name, self.scope) else {
            return Err(self.unknown(self.at(expression), name));
        };
        let place = match self.reads.iter().position(|read| read == name) {
            Some(place) => place,
            None => {
                self.reads.push(name.to_owned());
                self.reads.len() - 1
            }
        };
        let of = match term.kind {
            term::Kind::Flag => Type::Flag,
            term::Kind::Text => Type::Text,
            _ => Type::Number,
        };
        Ok((Node::Read(place), of))
    }

    /// Why a name is not known: it needs a stretch of time, other things have it, or nothing has.
    fn unknown(&self, at: usize, name: &str) -> Fault {
        let name = name.to_owned();
        if term::find(&format!("{name}{}", term::WINDOWS[0]), self.scope).is_some() {
            return Fault::Window { at, name };
        }
        let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(|scope| term::find(&name, *scope).is_some()).collect();
        if !scopes.is_empty() {
            return Fault::Elsewhere { at, name, scopes };
        }
        let meant = nearest(&name, self.scope);
        Fault::Name { at, name, meant }
    }

    fn call(&mut self, expression: &Expression, call: &CallExpr) -> Result<Typed, Fault> {
        let args = call.args.as_slice();
        match (call.func_name.as_str(), args) {
            (operators::LOGICAL_AND, [left, right]) => Ok((Node::And(self.two(left, right, Type::Flag)?), Type::Flag)),
            (operators::LOGICAL_OR, [left, right]) => Ok((Node::Or(self.two(left, right, Type::Flag)?), Type::Flag)),
            (operators::LOGICAL_NOT, [of]) => Ok((Node::Not(Box::new(self.typed(of, Type::Flag)?)), Type::Flag)),
            (operators::NEGATE, [of]) => Ok((Node::Negate(Box::new(self.typed(of, Type::Number)?)), Type::Number)),
            (operators::CONDITIONAL, [test, then, other]) => {
                let test = self.typed(test, Type::Flag)?;
                let (then, of) = self.any(then)?;
                let other = self.typed(other, of)?;
                Ok((Node::Choose(Box::new([test, then, other])), of))
            }
            (operators::IN, [what, places]) => self.among(what, places),
            (name, [left, right]) => {
                if let Some(sum) = sum(name) {
                    return Ok((Node::Sum(sum, self.two(left, right, Type::Number)?), Type::Number));
                }
                match compare(name) {
                    Some(how) => self.compare(how, left, right),
                    None => self.unused(expression, call.func_name.as_str()),
                }
            }
            _ => self.unused(expression, call.func_name.as_str()),
        }
    }

    /// Two of one type; and what is less or more is a number.
    fn compare(&mut self, how: Compare, left: &Expression, right: &Expression) -> Result<Typed, Fault> {
        let (first, of) = match how {
            Compare::Equal | Compare::Different => self.any(left)?,
            _ => (self.typed(left, Type::Number)?, Type::Number),
        };
        let second = self.typed(right, of)?;
        Ok((Node::Compare(how, Box::new([first, second])), Type::Flag))
    }

    fn among(&mut self, what: &Expression, places: &Expression) -> Result<Typed, Fault> {
        let Expr::List(list) = &places.expr else {
            return Err(Fault::Type { at: self.at(places), wanted: "a list such as [1, 2]", found: "no list" });
        };
        let (what, of) = self.any(what)?;
        let places = list.elements.iter().map(|place| self.typed(place, of)).collect::<Result<_, _>>()?;
        Ok((Node::Among(Box::new(what), places), Type::Flag))
    }

    fn two(&mut self, left: &Expression, right: &Expression, of: Type) -> Result<Box<[Node; 2]>, Fault> {
        Ok(Box::new([self.typed(left, of)?, self.typed(right, of)?]))
    }

    fn unused<T>(&self, expression: &Expression, what: &str) -> Result<T, Fault> {
        Err(Fault::Unused { at: self.at(expression), what: what.to_owned() })
    }

    /// Where it stands. The parser gives an operation the place of its sign.
    fn at(&self, expression: &Expression) -> usize {
        self.source.offset_for(expression.id).map_or(0, |(start, _)| start as usize)
    }
}

fn sum(name: &str) -> Option<Sum> {
    Some(match name {
        operators::ADD => Sum::Add,
        operators::SUBSTRACT => Sum::Take,
        operators::MULTIPLY => Sum::Times,
        operators::DIVIDE => Sum::Over,
        operators::MODULO => Sum::Rest,
        _ => return None,
    })
}

fn compare(name: &str) -> Option<Compare> {
    Some(match name {
        operators::LESS => Compare::Less,
        operators::LESS_EQUALS => Compare::LessOrEqual,
        operators::GREATER => Compare::More,
        operators::GREATER_EQUALS => Compare::MoreOrEqual,
        operators::EQUALS => Compare::Equal,
        operators::NOT_EQUALS => Compare::Different,
        _ => return None,
    })
}

/// The name that was probably meant: the one that differs least, if it differs by less than half.
fn nearest(name: &str, scope: Scope) -> Option<String> {
    let (distance, near) = term::spellings(scope).map(|term| (strsim::damerau_levenshtein(name, &term), term)).min()?;
    (distance * 2 <= name.chars().count()).then_some(near)
}
