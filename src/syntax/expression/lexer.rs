//! From text to tokens, as evalexpr 11.3.1 splits it (`src/token/mod.rs`), but with places and without assignments.

use super::{Expression, MAX_TOKENS, Operator, SyntaxError, Token, TokenKind, functions};
use std::ops::Range;

/// The tokens of `text`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        if tokens.len() == MAX_TOKENS {
            return Err(SyntaxError::new(format!("an expression of more than {MAX_TOKENS} tokens"), token.range));
        }
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Result<Option<Token>, SyntaxError> {
        self.skip()?;
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let (kind, length) = match first {
            '"' => (TokenKind::Text, self.string()?),
            '(' => (TokenKind::Open, 1),
            ')' => (TokenKind::Close, 1),
            ',' => (TokenKind::Comma, 1),
            ';' => {
                return Err(SyntaxError::new("an expression is one value; `;` has no meaning in it", start..start + 1));
            }
            _ if is_word(first) => self.word()?,
            _ => operator(rest, start)?,
        };
        self.at = start + length;
        Ok(Some(Token { kind, range: start..self.at }))
    }

    /// White space and comments.
    fn skip(&mut self) -> Result<(), SyntaxError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            let start = self.at + rest.len() - trimmed.len();
            self.at = if trimmed.starts_with("//") {
                start + trimmed.find('\n').unwrap_or(trimmed.len())
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                let Some(end) = comment.find("*/") else {
                    return Err(SyntaxError::new("the comment is not closed by `*/`", start..self.text.len()));
                };
                start + end + 4
            } else {
                self.at = start;
                return Ok(());
            };
        }
    }

    /// The length of the string in double quotes; `\"` and `\\` are its only escapes.
    fn string(&self) -> Result<usize, SyntaxError> {
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => return Ok(at + 1),
                '\\' => match chars.next() {
                    Some((_, '"' | '\\')) => {}
                    Some((end, other)) => {
                        let range = self.at + at..self.at + end + other.len_utf8();
                        let message = format!("`\\{other}` is no escape; text knows `\\\"` and `\\\\`");
                        return Err(SyntaxError::new(message, range));
                    }
                    None => break,
                },
                _ => {}
            }
        }
        Err(SyntaxError::new("the text is not closed by `\"`", self.at..self.text.len()))
    }

    /// A number, variable, function or truth value: whatever stands between operators, quotes and white space.
    fn word(&self) -> Result<(TokenKind, usize), SyntaxError> {
        let rest = self.rest();
        let length = word_length(rest);
        let word = &rest[..length];
        let range = self.at..self.at + length;
        match word {
            "true" => return Ok((TokenKind::Boolean(true), length)),
            "false" => return Ok((TokenKind::Boolean(false), length)),
            "and" => return Err(SyntaxError::new("`and` is written `&&`", range)),
            "or" => return Err(SyntaxError::new("`or` is written `||`", range)),
            "not" => return Err(SyntaxError::new("`not` is written `!`", range)),
            _ => {}
        }
        if let Some(number) = word.strip_prefix('$') {
            return variable(number, range).map(|kind| (kind, length));
        }
        if word.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            return number(rest, length).ok_or_else(|| SyntaxError::new(format!("`{word}` is no number"), range));
        }
        match functions::find(word) {
            Some(function) => Ok((TokenKind::Function(function), length)),
            None => Err(self.unknown(word, range)),
        }
    }

    fn unknown(&self, word: &str, range: Range<usize>) -> SyntaxError {
        let at = |char: char| word.find(char).map(|found| range.start + found);
        if let Some(quote) = at('\'') {
            let end = self.text[quote + 1..].find('\'').map_or(range.end, |found| quote + found + 2);
            return SyntaxError::new("text stands in double quotes", quote..end);
        }
        if let Some(brace) = at('{') {
            return SyntaxError::new("inputs are written `$1`, not `{1}`", brace..range.end);
        }
        let odd = |char: &char| !(char.is_ascii_alphanumeric() || matches!(char, '_' | ':' | '.' | '$'));
        if let Some((found, char)) = word.char_indices().find(|(_, char)| odd(char)) {
            let start = range.start + found;
            return SyntaxError::new(
                format!("`{char}` has no meaning in an expression"),
                start..start + char.len_utf8(),
            );
        }
        let called = self.text[range.end..].trim_start().starts_with('(');
        if called || word.contains("::") {
            return SyntaxError::new(functions::reason(word), range);
        }
        SyntaxError::new(format!("`{word}` is no value; inputs are written `$1`, text stands in double quotes"), range)
    }
}

/// Whether evalexpr takes the character as a part of a word.
fn is_word(char: char) -> bool {
    !char.is_whitespace() && !"+-*/%^(),;=!><&|\"".contains(char)
}

fn word_length(rest: &str) -> usize {
    rest.find(|char| !is_word(char)).unwrap_or(rest.len())
}

fn variable(number: &str, range: Range<usize>) -> Result<TokenKind, SyntaxError> {
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match number.parse() {
        // evalexpr compares names: `$01` is not `$1`.
        Ok(index) if digits && index > 0 && !number.starts_with('0') => Ok(TokenKind::Variable(index)),
        _ => Err(SyntaxError::new(format!("`${number}` is no input; inputs are `$1`, `$2` and so on"), range)),
    }
}

/// The number that `rest` begins with, whose first word has `length` bytes: `1e-3` is three tokens for evalexpr, which
/// puts them together.
fn number(rest: &str, length: usize) -> Option<(TokenKind, usize)> {
    let word = &rest[..length];
    let integer = match word.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16),
        None => word.parse::<i64>(),
    };
    if let Ok(integer) = integer {
        return Some((TokenKind::Int(integer), length));
    }
    if let Ok(float) = word.parse::<f64>() {
        return Some((TokenKind::Float(float), length));
    }
    let signed = rest[length..].strip_prefix(['+', '-'])?;
    let end = length + 1 + word_length(signed);
    rest[..end].parse::<f64>().ok().map(|float| (TokenKind::Float(float), end))
}

/// The operator that `rest`, which stands at `start`, begins with.
fn operator(rest: &str, start: usize) -> Result<(TokenKind, usize), SyntaxError> {
    const OPERATORS: [Operator; 15] = [
        Operator::Equal,
        Operator::NotEqual,
        Operator::GreaterOrEqual,
        Operator::LessOrEqual,
        Operator::And,
        Operator::Or,
        Operator::Plus,
        Operator::Minus,
        Operator::Times,
        Operator::Divide,
        Operator::Remainder,
        Operator::Power,
        Operator::Greater,
        Operator::Less,
        Operator::Not,
    ];
    let found = OPERATORS.into_iter().find(|operator| rest.starts_with(operator.as_str()));
    let Some(operator) = found else {
        let (message, length) = match rest.chars().next() {
            Some('=') => ("`=` assigns, which an expression cannot; equality is `==`", 1),
            Some('&') => ("expected `&&`, found `&`", 1),
            Some('|') => ("expected `||`, found `|`", 1),
            other => ("this has no meaning in an expression", other.map_or(0, char::len_utf8)),
        };
        return Err(SyntaxError::new(message, start..start + length));
    };
    let length = operator.as_str().len();
    let compares =
        matches!(operator, Operator::Equal | Operator::NotEqual | Operator::GreaterOrEqual | Operator::LessOrEqual);
    if !compares && rest[length..].starts_with('=') && !rest[length..].starts_with("==") {
        let message = format!("`{}=` assigns, which an expression cannot", operator.as_str());
        return Err(SyntaxError::new(message, start..start + length + 1));
    }
    Ok((TokenKind::Operator(operator), length))
}

impl Expression {
    /// The text that the string token at `range` stands for.
    pub fn string(&self, range: &Range<usize>) -> Option<String> {
        let inner = self.text.get(range.start + 1..range.end.checked_sub(1)?)?;
        Some(inner.replace("\\\"", "\"").replace("\\\\", "\\"))
    }
}
