//! Excerpts, positions, patches, discovery and the registry, on real files.

mod discovery;
mod excerpts;
mod patches;
mod registry;

use super::*;
use crate::diag::{Edit, FileId, Fix, Piece, Place, Safety, Span};
use miette::{SourceCode, SourceSpan};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn text(content: &str) -> Text {
    Text { content: content.to_owned(), encoding: Encoding::Utf8 }
}

fn place(start: usize, end: usize) -> Place {
    Place::new(FileId(0), Span::new(start, end))
}

fn fix(edits: Vec<Edit>) -> Fix {
    Fix { title: "change".to_owned(), safety: Safety::Safe, edits }
}

fn moved(to: usize, span: Span, indent: i32) -> Edit {
    Edit { place: place(to, to), with: vec![Piece::Copy { span, indent }] }
}
