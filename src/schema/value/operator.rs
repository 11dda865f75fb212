//! Operators on [`Value`]s: arithmetic, comparison, `[…]`.

use std::collections::BTreeSet;

use ruff_python_ast::{CmpOp, Expr, Operator};

use crate::schema::python::object::Object;
use crate::schema::value::eval::Evaluator;
use crate::schema::value::format;
use crate::schema::value::table::Table;
use crate::schema::value::{MOST_LENGTH, Shape, Value};
use crate::schema::{Found, error, types};
use crate::source::Span;

/// Whole numbers below it are numbers with a fraction, too, without loss.
const EXACT: u128 = 1 << 53;

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn binary(&self, op: Operator, left: &Value<'a>, right: &Value<'a>, span: Span) -> Found<Value<'a>> {
        self.known(left)?;
        self.known(right)?;
        let (left, right) = (left.plain(), right.plain());
        let found = match (op, left, right) {
            (Operator::Add, Value::Text(one), Value::Text(two)) => joined(&[one, two]),
            (Operator::Add, Value::Items(shape, one), Value::Items(other, two)) if shape == other => {
                let fits = matches!(shape, Shape::List | Shape::Tuple) && one.len() + two.len() <= MOST_LENGTH;
                fits.then(|| Value::Items(*shape, one.iter().chain(two.iter()).cloned().collect()))
            }
            (op, Value::Items(Shape::Set, one), Value::Items(Shape::Set, two)) => {
                combined(op, one, two).map(|items| Value::Items(Shape::Set, items.into()))
            }
            (Operator::BitOr, Value::Table(one), Value::Table(two)) => {
                let mut table = Table::default();
                table.extend(one).and_then(|()| table.extend(two)).map(|()| table.into_value())
            }
            (Operator::Mod, Value::Text(pattern), value) => format::percent(pattern, value),
            (Operator::Mult, Value::Text(text), times) | (Operator::Mult, times, Value::Text(text)) => {
                repeats(times, text.len(), span)?.map(|times| Value::text(&text.repeat(times)))
            }
            (Operator::Mult, Value::Items(shape @ (Shape::List | Shape::Tuple), items), times)
            | (Operator::Mult, times, Value::Items(shape @ (Shape::List | Shape::Tuple), items)) => {
                repeats(times, items.len(), span)?.map(|times| Value::Items(*shape, repeated(items, times)))
            }
            (op, left, right) => arithmetic(op, left, right),
        };
        let unknown = || error::of_value(left, span, error::of_value(right, span, error::unknown_value(span)));
        found.ok_or_else(unknown)
    }

    pub(super) fn compare(&self, left: &Expr, ops: &[CmpOp], right: &[Expr], span: Span) -> Found<Value<'a>> {
        let mut left = self.value(left)?;
        for (op, right) in ops.iter().zip(right) {
            let right = self.value(right)?;
            self.known(&left)?;
            self.known(&right)?;
            if !compared(*op, &left, &right).ok_or_else(|| error::unknown_value(span))? {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    pub(super) fn subscript(&self, value: &Value<'a>, index: &Expr, span: Span) -> Found<Value<'a>> {
        self.known(value)?;
        let unknown = || error::unknown_value(span);
        if let Expr::Slice(slice) = index {
            let bound = |bound: &Option<Box<Expr>>| bound.as_deref().map(|bound| self.value(bound)).transpose();
            let bounds = [bound(&slice.lower)?, bound(&slice.upper)?, bound(&slice.step)?];
            return sliced(value, bounds).ok_or_else(unknown);
        }
        let index = self.value(index)?;
        match value.plain() {
            Value::Object(Object::Class(module, class)) => {
                let members = types::enumeration::named(self.world, module, class)?.unwrap_or_default();
                let name = index.as_text().ok_or_else(unknown)?;
                let found = members.into_iter().find(|(known, _)| *known == name);
                found.map(|(_, member)| Value::Member(member.into())).ok_or_else(unknown)
            }
            Value::Table(items) => {
                let mut found = items.iter().filter(|(key, _)| key.equals(&index) == Some(true));
                let (_, value) = found.next().ok_or_else(unknown)?;
                self.known(value)?;
                Ok(value.clone())
            }
            Value::Items(Shape::List | Shape::Tuple, items) => {
                let at = index.whole().and_then(|index| position(index, items.len())).ok_or_else(unknown)?;
                let value = items.get(at).ok_or_else(unknown)?;
                self.known(value)?;
                Ok(value.clone())
            }
            Value::Text(text) => {
                let at = index.whole().and_then(|index| position(index, text.chars().count()));
                let character = at.and_then(|at| text.chars().nth(at)).ok_or_else(unknown)?;
                Ok(Value::text(character.encode_utf8(&mut [0; 4])))
            }
            _ => Err(unknown()),
        }
    }
}

/// Texts behind each other, unless that is too long.
pub(super) fn joined<'a>(texts: &[&str]) -> Option<Value<'a>> {
    let length: usize = texts.iter().map(|text| text.len()).sum();
    (length <= MOST_LENGTH).then(|| Value::text(&texts.concat()))
}

fn repeated<'a>(items: &[Value<'a>], times: usize) -> std::rc::Rc<[Value<'a>]> {
    std::iter::repeat_n(items, times).flatten().cloned().collect()
}

/// How often something of that length is repeated, if it is a number.
fn repeats(times: &Value<'_>, length: usize, span: Span) -> Found<Option<usize>> {
    let Some(times) = times.whole() else {
        return Ok(None);
    };
    let times = usize::try_from(times.max(0)).ok();
    let fits = |times: &usize| times.checked_mul(length.max(1)).is_some_and(|length| length <= MOST_LENGTH);
    times.filter(fits).map(Some).ok_or_else(|| error::too_much_work(span))
}

fn arithmetic<'a>(op: Operator, left: &Value<'a>, right: &Value<'a>) -> Option<Value<'a>> {
    if let (Some(one), Some(two)) = (left.whole(), right.whole()) {
        let power = || u32::try_from(two).ok().and_then(|two| one.checked_pow(two));
        return match op {
            Operator::Add => one.checked_add(two).map(Value::Int),
            Operator::Sub => one.checked_sub(two).map(Value::Int),
            Operator::Mult => one.checked_mul(two).map(Value::Int),
            Operator::Div => (two != 0 && one.unsigned_abs() < EXACT && two.unsigned_abs() < EXACT)
                .then(|| left.number().zip(right.number()).map(|(one, two)| Value::Float(one / two)))?,
            Operator::FloorDiv => floor_div(one, two).map(|(quotient, _)| Value::Int(quotient)),
            Operator::Mod => floor_div(one, two).map(|(_, rest)| Value::Int(rest)),
            Operator::Pow if two >= 0 => power().map(Value::Int),
            Operator::Pow if one != 0 && one.unsigned_abs() < EXACT => left
                .number()
                .zip(right.number())
                .map(|(one, two)| one.powf(two))
                .filter(|found| found.is_finite())
                .map(Value::Float),
            Operator::LShift => u32::try_from(two)
                .ok()
                .filter(|two| *two < 100)
                .and_then(|two| one.checked_mul(1 << two))
                .map(Value::Int),
            Operator::RShift => u32::try_from(two).ok().map(|two| Value::Int(one >> two.min(127))),
            Operator::BitOr => Some(Value::Int(one | two)),
            Operator::BitAnd => Some(Value::Int(one & two)),
            Operator::BitXor => Some(Value::Int(one ^ two)),
            _ => None,
        };
    }
    let (one, two) = (left.number()?, right.number()?);
    let result = match op {
        Operator::Add => one + two,
        Operator::Sub => one - two,
        Operator::Mult => one * two,
        Operator::Div if two != 0.0 => one / two,
        Operator::FloorDiv if two != 0.0 => float_div(one, two).0,
        Operator::Mod if two != 0.0 => float_div(one, two).1,
        Operator::Pow if one > 0.0 => one.powf(two),
        _ => return None,
    };
    result.is_finite().then_some(Value::Float(result))
}

/// Quotient and rest as Python has them: rounded down.
fn floor_div(one: i128, two: i128) -> Option<(i128, i128)> {
    let (quotient, rest) = (one.checked_div(two)?, one.checked_rem(two)?);
    if rest != 0 && (rest < 0) != (two < 0) { Some((quotient - 1, rest + two)) } else { Some((quotient, rest)) }
}

/// The same of other numbers, in the steps in which Python takes them.
fn float_div(one: f64, two: f64) -> (f64, f64) {
    let mut rest = one % two;
    let mut quotient = (one - rest) / two;
    if rest == 0.0 {
        rest = 0.0_f64.copysign(two);
    } else if (two < 0.0) != (rest < 0.0) {
        rest += two;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0_f64.copysign(one / two), rest);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
}

/// Of two sets.
fn combined<'a>(op: Operator, one: &[Value<'a>], two: &[Value<'a>]) -> Option<Vec<Value<'a>>> {
    let keys = |items: &[Value<'a>]| items.iter().map(Value::key).collect::<Option<BTreeSet<String>>>();
    let (in_one, in_two) = (keys(one)?, keys(two)?);
    let kept = |items: &[Value<'a>], wanted: &dyn Fn(&str) -> bool| -> Vec<Value<'a>> {
        items.iter().filter(|item| item.key().is_some_and(|key| wanted(&key))).cloned().collect()
    };
    Some(match op {
        Operator::BitOr => one.iter().chain(two).cloned().collect(),
        Operator::BitAnd => {
            let common = kept(one, &|key| in_two.contains(key));
            // Of `1` and `1.0`, the one in the smaller set stays.
            let has = |item: &Value<'a>| {
                two.iter().any(|other| other.key() == item.key() && other.type_name() == item.type_name())
            };
            if one.len().checked_mul(two.len())? > MOST_LENGTH || !common.iter().all(has) {
                return None;
            }
            common
        }
        Operator::Sub => kept(one, &|key| !in_two.contains(key)),
        Operator::BitXor => {
            let mut all = kept(one, &|key| !in_two.contains(key));
            all.extend(kept(two, &|key| !in_one.contains(key)));
            all
        }
        _ => return None,
    })
}

fn compared(op: CmpOp, left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    let order = || match (left.plain(), right.plain()) {
        (Value::Text(one), Value::Text(two)) => Some(one.cmp(two)),
        (one, two) => match (one.whole(), two.whole()) {
            (Some(one), Some(two)) => Some(one.cmp(&two)),
            _ => one.number()?.partial_cmp(&two.number()?),
        },
    };
    match op {
        CmpOp::Eq => left.equals(right),
        CmpOp::NotEq => left.equals(right).map(|equal| !equal),
        CmpOp::Lt => order().map(std::cmp::Ordering::is_lt),
        CmpOp::LtE => order().map(std::cmp::Ordering::is_le),
        CmpOp::Gt => order().map(std::cmp::Ordering::is_gt),
        CmpOp::GtE => order().map(std::cmp::Ordering::is_ge),
        CmpOp::Is | CmpOp::IsNot => {
            let same = match (left, right) {
                (Value::None | Value::Bool(_) | Value::Member(_), _) | (_, Value::None | Value::Bool(_)) => {
                    left.type_name() == right.type_name() && left.equals(right)?
                }
                _ => return None,
            };
            Some(same == (op == CmpOp::Is))
        }
        CmpOp::In | CmpOp::NotIn => contains(right, left).map(|found| found == (op == CmpOp::In)),
    }
}

fn contains(whole: &Value<'_>, part: &Value<'_>) -> Option<bool> {
    match whole.plain() {
        Value::Text(text) => part.as_text().map(|part| text.contains(part)),
        Value::Items(_, items) => any_equal(items.iter(), part),
        Value::Table(items) => any_equal(items.iter().map(|(key, _)| key), part),
        _ => None,
    }
}

fn any_equal<'v, 'a: 'v>(mut items: impl Iterator<Item = &'v Value<'a>>, wanted: &Value<'a>) -> Option<bool> {
    items.try_fold(false, |found, item| Some(found || item.equals(wanted)?))
}

/// The position that an index means, counted from the end when it is negative.
fn position(index: i128, length: usize) -> Option<usize> {
    let length = i128::try_from(length).ok()?;
    let at = if index < 0 { index + length } else { index };
    usize::try_from(at).ok()
}

/// `[lower:upper:step]`
fn sliced<'a>(value: &Value<'a>, bounds: [Option<Value<'a>>; 3]) -> Option<Value<'a>> {
    let at = |length: usize| -> Option<Vec<usize>> {
        let length = i128::try_from(length).ok()?;
        let [lower, upper, step] = bounds.map(|bound| bound.filter(|bound| !matches!(bound, Value::None)));
        let step = step.map_or(Some(1), |step| step.whole()).filter(|step| *step != 0)?;
        let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let bound = |bound: Option<Value<'a>>, otherwise: i128| match bound {
            None => Some(otherwise),
            Some(bound) => {
                let bound = bound.whole()?;
                let counted = if bound < 0 { bound.saturating_add(length) } else { bound };
                Some(counted.clamp(least, most))
            }
        };
        let (first, end) = if step > 0 { (least, most) } else { (most, least) };
        let (mut at, end) = (bound(lower, first)?, bound(upper, end)?);
        let mut found = Vec::new();
        while if step > 0 { at < end } else { at > end } {
            found.push(usize::try_from(at).ok()?);
            at = at.saturating_add(step);
        }
        Some(found)
    };
    match value.plain() {
        Value::Items(shape @ (Shape::List | Shape::Tuple), items) => {
            let found = at(items.len())?.into_iter().map(|at| items.get(at).cloned());
            Some(Value::Items(*shape, found.collect::<Option<_>>()?))
        }
        Value::Text(text) => {
            let characters: Vec<char> = text.chars().collect();
            let found = at(characters.len())?.into_iter().map(|at| characters.get(at));
            Some(Value::text(&found.collect::<Option<String>>()?))
        }
        _ => None,
    }
}
