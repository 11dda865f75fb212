//! Python's own functions, of values that are known.

use crate::schema::python::library::Function;
use crate::schema::value::{MOST_LENGTH, Value};
use crate::schema::{Found, error};
use crate::source::Span;

/// `sorted`, `reversed`, `min`, `max`, `sum`
pub(super) fn over<'a>(function: Function, mut items: Vec<Value<'a>>) -> Option<Value<'a>> {
    match function {
        Function::Reversed => {
            items.reverse();
            Some(Value::view(items))
        }
        Function::Sorted => sorted(items).map(Value::list),
        Function::Min => sorted(items)?.into_iter().next(),
        Function::Max => {
            // Of several that are equal, the first.
            items.reverse();
            sorted(items)?.pop()
        }
        Function::Sum => {
            let total = items.iter().try_fold(0_i128, |total, item| total.checked_add(item.whole()?));
            total.map(Value::Int)
        }
        _ => None,
    }
}

/// In order: all texts, or all numbers.
pub(super) fn sorted<'a>(mut items: Vec<Value<'a>>) -> Option<Vec<Value<'a>>> {
    if items.iter().all(|item| item.as_text().is_some()) {
        items.sort_by(|one, two| one.as_text().cmp(&two.as_text()));
    } else if items.iter().all(|item| item.whole().is_some()) {
        items.sort_by_key(Value::whole);
    } else if items.iter().all(|item| item.number().is_some_and(f64::is_finite)) {
        items.sort_by(|one, two| one.number().partial_cmp(&two.number()).unwrap_or(std::cmp::Ordering::Equal));
    } else {
        return None;
    }
    Some(items)
}

pub(super) fn whole<'a>(value: &Value<'a>) -> Option<Value<'a>> {
    match value.plain() {
        #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
        Value::Float(value) if value.is_finite() && value.abs() < 1e18 => Some(Value::Int(value.trunc() as i128)),
        Value::Text(text) => text.trim().parse().ok().map(Value::Int),
        other => other.whole().map(Value::Int),
    }
}

pub(super) fn float<'a>(value: &Value<'a>) -> Option<Value<'a>> {
    match value.plain() {
        Value::Text(text) => text.trim().parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float),
        other => other.number().map(Value::Float),
    }
}

pub(super) fn range<'a>(given: &[Value<'a>], span: Span) -> Found<Option<Value<'a>>> {
    let Some(bounds) = given.iter().map(Value::whole).collect::<Option<Vec<i128>>>() else {
        return Ok(None);
    };
    let (mut at, end, step) = match bounds[..] {
        [end] => (0, end, 1),
        [start, end] => (start, end, 1),
        [start, end, step] if step != 0 => (start, end, step),
        _ => return Ok(None),
    };
    let mut items = Vec::new();
    while if step > 0 { at < end } else { at > end } {
        if items.len() >= MOST_LENGTH {
            return Err(error::too_much_work(span));
        }
        items.push(Value::Int(at));
        at = at.saturating_add(step);
    }
    Ok(Some(Value::view(items)))
}

/// To the nearest, and of two as near as each other to the even one.
pub(super) fn round<'a>(given: &[Value<'a>]) -> Option<Value<'a>> {
    match given {
        [Value::Float(value)] if value.abs() < 1e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
            let whole = value.round_ties_even() as i128;
            Some(Value::Int(whole))
        }
        [Value::Int(value)] => Some(Value::Int(*value)),
        [Value::Float(value), Value::Int(digits @ 0..=15)] if value.abs() < 1e15 => {
            let digits = usize::try_from(*digits).ok()?;
            format!("{value:.digits$}").parse().ok().map(Value::Float)
        }
        _ => None,
    }
}

/// As `textwrap.dedent` does it.
pub(super) fn dedented<'a>(text: &str) -> Option<Value<'a>> {
    let is_blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let margin = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut common: Option<&str> = None;
    for line in text.split('\n').filter(|line| !is_blank(line)) {
        let own = line.get(..margin(line))?;
        common = Some(match common {
            None => own,
            Some(common) => {
                let same = common.bytes().zip(own.bytes()).take_while(|(one, two)| one == two).count();
                own.get(..same)?
            }
        });
    }
    let common = common.unwrap_or("");
    let lines =
        text.split('\n').map(|line| if is_blank(line) { "" } else { line.strip_prefix(common).unwrap_or(line) });
    Some(Value::text(&lines.collect::<Vec<_>>().join("\n")))
}
