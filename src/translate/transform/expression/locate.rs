//! Where in its text an expression fails: evalexpr knows no places.
//!
//! A tree in order has its operands and operators in the order of the text, so the n-th of them is the n-th token that
//! is neither parenthesis nor comma.

use super::{Inputs, JOIN};
use crate::syntax::expression::{Expression, Token, TokenKind};
use evalexpr::{Node, Operator};
use std::ops::Range;

/// The range of the smallest part of `tree` that has no value.
pub(super) fn failure(syntax: &Expression, tree: &Node, inputs: &Inputs<'_>) -> Option<Range<usize>> {
    let tokens: Vec<&Token> = syntax.tokens().iter().filter(|token| is_node(token)).collect();
    if count(tree) != tokens.len() {
        return None;
    }
    let (mut node, mut first) = (tree, 0);
    'down: loop {
        let mut start = first + usize::from(is_prefix(node));
        for (index, child) in operands(node).iter().enumerate() {
            if child.eval_with_context(inputs).is_err() {
                (node, first) = (child, start);
                continue 'down;
            }
            start += count(child) + usize::from(index == 0 && is_infix(node));
        }
        break;
    }
    let last = (first + count(node)).checked_sub(1)?;
    Some(with_parentheses(syntax, tokens.get(first)?.range.start..tokens.get(last)?.range.end))
}

const fn is_node(token: &Token) -> bool {
    !matches!(token.kind, TokenKind::Open | TokenKind::Close | TokenKind::Comma)
}

fn is_join(node: &Node) -> bool {
    matches!(node.operator(), Operator::FunctionIdentifier { identifier } if identifier == JOIN)
}

/// The nodes that it works on; for a join these stand in the list of its arguments.
fn operands(node: &Node) -> &[Node] {
    let mut inner = node;
    while is_join(node) && inner.operator() != &Operator::Tuple {
        match inner.children() {
            [only] => inner = only,
            _ => return node.children(),
        }
    }
    inner.children()
}

/// Whether it has no token of its own.
fn is_structure(node: &Node) -> bool {
    matches!(node.operator(), Operator::RootNode | Operator::Tuple)
}

/// Whether its token stands between its operands.
fn is_infix(node: &Node) -> bool {
    !is_structure(node) && operands(node).len() == 2
}

/// Whether its token stands before its operand.
fn is_prefix(node: &Node) -> bool {
    !is_structure(node) && operands(node).len() == 1
}

/// The tokens of a subtree.
fn count(node: &Node) -> usize {
    operands(node).iter().map(count).sum::<usize>() + usize::from(!is_structure(node))
}

/// The range with those parentheses whole of which it holds one end, and with those of a call without arguments.
fn with_parentheses(syntax: &Expression, mut range: Range<usize>) -> Range<usize> {
    let mut open: Vec<(&Token, bool)> = Vec::new();
    let mut before: Option<&Token> = None;
    // Pairs come inner ones first, so that one pass is enough.
    for token in syntax.tokens() {
        match token.kind {
            TokenKind::Open => {
                let called = before.filter(|before| matches!(before.kind, TokenKind::Function(_)));
                open.push((token, called.is_some_and(|name| name.range.end == range.end)));
            }
            TokenKind::Close => {
                let Some((opening, called)) = open.pop() else { continue };
                let holds = |token: &Token| range.start <= token.range.start && token.range.end <= range.end;
                if called || holds(opening) || holds(token) {
                    range = range.start.min(opening.range.start)..range.end.max(token.range.end);
                }
            }
            _ => {}
        }
        before = Some(token);
    }
    range
}
