//! Expressions on values: compiled once, evaluated for every message.
//!
//! `syntax` has read the text and knows every place in it; evalexpr 11.3.1 evaluates it, with the functions of
//! `functions` instead of its own, some of which panic. What evalexpr refuses is told at the operator or function that
//! refused it. Integers have 64 bits (expressions page, 2026-06-23).

mod functions;
mod locate;
mod words;

pub(super) use words::describe;

pub use evalexpr::Value;

use super::choices::STRING_PLUS_NUMBER;
use crate::syntax::SyntaxError;
use crate::syntax::expression::{Expression as Syntax, TokenKind};
use crate::translate::Choices;
use evalexpr::{Context, EvalexprError, EvalexprResult, Node, Operator};
use std::ops::Range;

/// Bytes of inputs times tokens that one evaluation may cost: evalexpr copies its arguments at every operator.
const MAX_COST: usize = 256 << 20;
/// The name under which `+` is called where it joins text and numbers.
const JOIN: &str = "+";

/// An expression that can be evaluated.
#[derive(Debug, Clone)]
pub struct Expression {
    syntax: Syntax,
    tree: Node,
    inputs: usize,
}

/// Why an expression has no value for its inputs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvaluationError {
    /// What is wrong: lower case, no final dot, values in backticks.
    pub message: String,
    /// The part of the expression that has no value, in bytes of its text.
    pub range: Range<usize>,
}

impl Expression {
    /// Compiles `text`, which may use `$1` to `$inputs`.
    ///
    /// # Errors
    /// What is wrong with it, with its range of `text`.
    pub fn compile(text: &str, inputs: usize, choices: &Choices) -> Result<Self, SyntaxError> {
        let syntax = Syntax::parse(text)?;
        syntax.check_inputs(inputs)?;
        let mut tree = evalexpr::build_operator_tree(&syntax.normalised())
            .map_err(|error| SyntaxError::new(words::of(&error), 0..text.len()))?;
        if choices.is(&STRING_PLUS_NUMBER, "join") {
            join_text_and_numbers(&mut tree);
        }
        Ok(Self { syntax, tree, inputs })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        self.syntax.as_str()
    }

    /// Whether it has a `+`, which a setting may decide about.
    pub(super) fn adds(&self) -> bool {
        let plus = TokenKind::Operator(crate::syntax::expression::Operator::Plus);
        self.syntax.tokens().iter().any(|token| token.kind == plus)
    }

    /// Its value, where `$1` is the first of `values`.
    ///
    /// # Errors
    /// The operator or function that has no value for its operands, or inputs that are too large.
    pub fn evaluate(&self, values: &[Value]) -> Result<Value, EvaluationError> {
        let whole = || 0..self.as_str().len();
        if values.len() < self.inputs {
            let message = format!("expected {} inputs, found {}", self.inputs, values.len());
            return Err(EvaluationError { message, range: whole() });
        }
        let size: usize = values.iter().map(size).sum();
        if size.saturating_mul(self.syntax.tokens().len()) > MAX_COST {
            let message = format!("inputs of {size} bytes are too large for an expression");
            return Err(EvaluationError { message, range: whole() });
        }
        let inputs = Inputs(values);
        self.tree.eval_with_context(&inputs).map_err(|error| EvaluationError {
            range: locate::failure(&self.syntax, &self.tree, &inputs).unwrap_or_else(whole),
            message: words::of(&error),
        })
    }
}

/// Bytes that a value costs where it is copied; scalars cost next to nothing.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Tuple(values) => values.iter().map(|value| size_of::<Value>() + size(value)).sum(),
        _ => 0,
    }
}

/// The inputs as the variables of evalexpr.
struct Inputs<'v>(&'v [Value]);

impl Context for Inputs<'_> {
    fn get_value(&self, identifier: &str) -> Option<&Value> {
        let number: usize = identifier.strip_prefix('$')?.parse().ok()?;
        self.0.get(number.checked_sub(1)?)
    }

    fn call_function(&self, identifier: &str, argument: &Value) -> EvalexprResult<Value> {
        functions::call(identifier, argument)
    }

    fn are_builtin_functions_disabled(&self) -> bool {
        true
    }

    fn set_builtin_functions_disabled(&mut self, _: bool) -> EvalexprResult<()> {
        Err(EvalexprError::BuiltinFunctionsCannotBeEnabled)
    }
}

/// Makes every `a + b` a call of [`JOIN`].
fn join_text_and_numbers(node: &mut Node) {
    for child in node.children_mut() {
        join_text_and_numbers(child);
    }
    if node.operator() != &Operator::Add {
        return;
    }
    // Nodes cannot be made, only parsed.
    let Ok(call) = evalexpr::build_operator_tree("f(1, 2)") else { return };
    let Some(mut call) = call.children().first().cloned() else { return };
    let operands = std::mem::take(node.children_mut());
    let mut tuple = Some(&mut call);
    while let Some(inner) = tuple.take_if(|inner| inner.operator() != &Operator::Tuple) {
        tuple = inner.children_mut().first_mut();
    }
    if let Some(tuple) = tuple {
        *tuple.children_mut() = operands;
        *call.operator_mut() = Operator::FunctionIdentifier { identifier: JOIN.to_owned() };
        *node = call;
    }
}

#[cfg(test)]
mod tests;
