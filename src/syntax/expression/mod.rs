//! Expressions: tokens with their places, and what can be told of an expression without values.
//!
//! The grammar is that of the crate evalexpr 11.3.1, without assignments and statements, and with the functions that
//! the expressions page (2026-06-23) lists. It knows where everything stands, which evalexpr does not. What an
//! expression yields is for `translate`.

mod functions;
mod grammar;
mod lexer;

pub use functions::{Arity, FUNCTIONS, Function};

use super::SyntaxError;
use std::ops::Range;

/// Parentheses that may be open at once.
pub const MAX_NESTING: usize = 64;
/// Tokens that an expression may have. Evaluation goes as deep as a chain of operators is long.
pub const MAX_TOKENS: usize = 1_000;

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the operators that `as_str` writes")]
pub enum Operator {
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    Power,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    And,
    Or,
    Not,
}

impl Operator {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "^",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::Less => "<",
            Self::GreaterOrEqual => ">=",
            Self::LessOrEqual => "<=",
            Self::And => "&&",
            Self::Or => "||",
            Self::Not => "!",
        }
    }
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TokenKind {
    /// An integer of 64 bits.
    Int(i64),
    /// A number with fraction or exponent, or beyond 64 bits.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// Text in double quotes.
    Text,
    /// `$n`: the input of this number, from 1.
    Variable(usize),
    /// The name of a function.
    Function(&'static Function),
    /// An operator.
    Operator(Operator),
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `,`.
    Comma,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes of the text.
    pub range: Range<usize>,
}

/// An expression that is well formed.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    text: String,
    tokens: Vec<Token>,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// The first thing that is wrong, with its range of `text`.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let tokens = lexer::tokens(text)?;
        grammar::check(text, &tokens)?;
        Ok(Self { text: text.to_owned(), tokens })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its tokens, in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The tokens with a blank between each: what the text says to evalexpr, without comments.
    pub fn normalised(&self) -> String {
        let mut out = String::with_capacity(self.text.len() + self.tokens.len());
        for token in &self.tokens {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&self.text[token.range.clone()]);
        }
        out
    }

    /// Checks that every `$n` has its input.
    ///
    /// # Errors
    /// The first variable beyond `inputs`.
    pub fn check_inputs(&self, inputs: usize) -> Result<(), SyntaxError> {
        for token in &self.tokens {
            let TokenKind::Variable(number) = token.kind else { continue };
            if number > inputs {
                let there = match inputs {
                    0 => "there are none".to_owned(),
                    1 => "there is one, `$1`".to_owned(),
                    _ => format!("there are {inputs}, `$1` to `${inputs}`"),
                };
                return Err(SyntaxError::new(format!("no input is `${number}`; {there}"), token.range.clone()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
