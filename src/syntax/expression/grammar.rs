//! Whether tokens make an expression: operands and operators in turn, parentheses, arguments.

use super::{Function, MAX_NESTING, Operator, SyntaxError, Token, TokenKind};
use std::ops::Range;

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// A value has to come.
    Operand,
    /// A value, or the end of an empty list or element.
    Element,
    /// The argument of the function before.
    Argument(&'static Function),
    /// An operator, or the end.
    Operator,
}

/// An open parenthesis.
struct Open {
    range: Range<usize>,
    /// The function whose arguments it holds, and where its name stands.
    call: Option<(&'static Function, Range<usize>)>,
    commas: usize,
    /// The tokens since the last comma or the parenthesis.
    tokens: usize,
    /// Whether the only token so far is a variable: it may hold all arguments.
    variable: bool,
}

/// Checks the tokens of `text`.
pub(super) fn check(text: &str, tokens: &[Token]) -> Result<(), SyntaxError> {
    let mut stack: Vec<Open> = Vec::new();
    let mut state = State::Operand;
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| tokens.get(index));
        state = step(text, state, token, before, &mut stack)?;
        if stack.len() > MAX_NESTING {
            return Err(SyntaxError::new(format!("nested deeper than {MAX_NESTING} parentheses"), token.range.clone()));
        }
    }
    if let Some(open) = stack.last() {
        return Err(SyntaxError::new("`(` is not closed", open.range.clone()));
    }
    match (state, tokens.last()) {
        (State::Operator, _) | (State::Element, Some(_)) => Ok(()),
        (_, None) => Err(SyntaxError::new("expected an expression", 0..text.len())),
        (_, Some(last)) => Err(missing(text, last)),
    }
}

fn step(
    text: &str,
    state: State,
    token: &Token,
    before: Option<&Token>,
    stack: &mut Vec<Open>,
) -> Result<State, SyntaxError> {
    let wants_value = state != State::Operator;
    let next = match token.kind {
        TokenKind::Close => return close(text, state, token, before, stack),
        TokenKind::Comma => return comma(text, state, token, before, stack),
        TokenKind::Operator(Operator::Minus) if !wants_value => State::Operand,
        TokenKind::Operator(Operator::Minus | Operator::Not) if matches!(state, State::Operand | State::Element) => {
            State::Operand
        }
        TokenKind::Operator(Operator::Not) if !wants_value => return Err(no_operator(text, token)),
        TokenKind::Operator(_) if wants_value => return Err(unexpected(text, state, token, before)),
        TokenKind::Operator(_) => State::Operand,
        _ if !wants_value => return Err(no_operator(text, token)),
        TokenKind::Open => {
            let call = match state {
                State::Argument(function) => before.map(|before| (function, before.range.clone())),
                _ => None,
            };
            count(stack, token);
            stack.push(Open { range: token.range.clone(), call, commas: 0, tokens: 0, variable: false });
            return Ok(State::Element);
        }
        TokenKind::Function(function) => State::Argument(function),
        TokenKind::Int(_) | TokenKind::Float(_) | TokenKind::Boolean(_) | TokenKind::Text | TokenKind::Variable(_) => {
            if let (State::Argument(function), Some(before)) = (state, before) {
                check_arity(function, before.range.clone(), 1, matches!(token.kind, TokenKind::Variable(_)))?;
            }
            State::Operator
        }
    };
    count(stack, token);
    Ok(next)
}

fn count(stack: &mut [Open], token: &Token) {
    if let Some(open) = stack.last_mut() {
        open.tokens += 1;
        open.variable = open.tokens == 1 && matches!(token.kind, TokenKind::Variable(_));
    }
}

fn close(
    text: &str,
    state: State,
    token: &Token,
    before: Option<&Token>,
    stack: &mut Vec<Open>,
) -> Result<State, SyntaxError> {
    if !matches!(state, State::Operator | State::Element) {
        return Err(before.map_or_else(|| unexpected(text, state, token, None), |before| missing(text, before)));
    }
    let Some(open) = stack.pop() else {
        return Err(SyntaxError::new("`)` closes nothing", token.range.clone()));
    };
    if let Some((function, range)) = open.call {
        let arguments = if open.commas == 0 && open.tokens == 0 { 0 } else { open.commas + 1 };
        check_arity(function, range.start..token.range.end, arguments, open.variable)?;
    }
    Ok(State::Operator)
}

fn comma(
    text: &str,
    state: State,
    token: &Token,
    before: Option<&Token>,
    stack: &mut [Open],
) -> Result<State, SyntaxError> {
    if !matches!(state, State::Operator | State::Element) {
        return Err(unexpected(text, state, token, before));
    }
    if let Some(open) = stack.last_mut() {
        open.commas += 1;
        open.tokens = 0;
        open.variable = false;
    }
    Ok(State::Element)
}

/// An input may be a list that holds all arguments; whether it is shows at run time.
fn check_arity(
    function: &'static Function,
    range: Range<usize>,
    arguments: usize,
    may_be_list: bool,
) -> Result<(), SyntaxError> {
    let (least, most) = (function.arity.least, function.arity.most);
    if (least..=most).contains(&arguments) || arguments == 1 && may_be_list {
        return Ok(());
    }
    let expected = match (least, most) {
        (least, most) if least == most => format!("{least}"),
        (least, usize::MAX) => format!("at least {least}"),
        (least, most) => format!("{least} to {most}"),
    };
    let s = if expected.ends_with(" 1") || expected == "1" { "" } else { "s" };
    Err(SyntaxError::new(format!("`{}` takes {expected} argument{s}, found {arguments}", function.name), range))
}

fn no_operator(text: &str, token: &Token) -> SyntaxError {
    SyntaxError::new(format!("expected an operator before `{}`", &text[token.range.clone()]), token.range.clone())
}

fn unexpected(text: &str, state: State, token: &Token, before: Option<&Token>) -> SyntaxError {
    match (state, before) {
        (State::Argument(_), Some(before)) => missing(text, before),
        _ => SyntaxError::new(format!("expected a value before `{}`", &text[token.range.clone()]), token.range.clone()),
    }
}

fn missing(text: &str, before: &Token) -> SyntaxError {
    let message = match before.kind {
        TokenKind::Function(function) => format!("`{0}` is a function: `{0}(…)`", function.name),
        _ => format!("expected a value behind `{}`", &text[before.range.clone()]),
    };
    SyntaxError::new(message, before.range.clone())
}
