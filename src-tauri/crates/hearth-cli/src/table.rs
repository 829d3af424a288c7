//! Tables of aligned columns. Must not know what is in them.

use crate::failure::Failure;
use crate::output::{Output, Tone};

/// Which side a column's text is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// A cell.
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

/// A cell in a tone.
pub(crate) fn cell(text: impl Into<String>, tone: Tone) -> Cell {
    // What comes from functions must not move the cursor.
    let text = text.into().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    Cell { text, tone }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        cell(text, Tone::Plain)
    }
}

/// Rows under headings.
pub(crate) struct Table {
    headings: Vec<(String, Side)>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(headings: &[(&str, Side)]) -> Self {
        let headings = headings.iter().map(|(name, side)| ((*name).to_owned(), *side)).collect();
        Self { headings, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    pub(crate) fn print(&self, output: &mut Output) -> Result<(), Failure> {
        let widths: Vec<usize> = self
            .headings
            .iter()
            .enumerate()
            .map(|(column, (heading, _))| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| width(&cell.text)).chain([width(heading)]).max().unwrap_or(0)
            })
            .collect();
        let headings: Vec<Cell> = self.headings.iter().map(|(name, _)| cell(name, Tone::Quiet)).collect();
        for row in [&headings].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for ((cell, (_, side)), wide) in row.iter().zip(&self.headings).zip(&widths) {
                let gap = " ".repeat(wide.saturating_sub(width(&cell.text)));
                let text = output.tone(&cell.text, cell.tone);
                let (before, after) = match side {
                    Side::Left => ("", gap.as_str()),
                    Side::Right => (gap.as_str(), ""),
                };
                line.extend([before, text.as_str(), after, "  "]);
            }
            output.line(line.trim_end())?;
        }
        Ok(())
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}
