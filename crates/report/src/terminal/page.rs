//! A page of plain text: wrapped, indented, coloured where that is wanted.

/// What a text is, and so how it looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Strong,
    Faint,
    Alert,
    Notice,
    Good,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Alert => "1;31",
            Self::Notice => "33",
            Self::Good => "32",
        }
    }
}

pub(crate) struct Page {
    text: String,
    width: usize,
    colour: bool,
}

impl Page {
    pub(crate) fn new(width: usize, colour: bool) -> Self {
        Self { text: String::new(), width: width.clamp(40, 160), colour }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    pub(crate) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading with a line under it, so that it stands out without colour.
    pub(crate) fn heading(&mut self, text: &str) {
        self.blank();
        self.line(0, Style::Strong, text);
        let rule = "─".repeat(text.chars().count().min(self.width));
        self.line(0, Style::Faint, &rule);
    }

    /// One line as it is.
    pub(crate) fn line(&mut self, indent: usize, style: Style, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        let code = if self.colour { style.code() } else { "" };
        if code.is_empty() {
            self.text.push_str(text);
        } else {
            self.text.push_str(&format!("\u{1b}[{code}m{text}\u{1b}[0m"));
        }
        self.text.push('\n');
    }

    /// A paragraph, wrapped between words; later lines hang by two. A hash or an address is never
    /// broken, so that it can be copied: it may stand out beyond the margin.
    pub(crate) fn paragraph(&mut self, indent: usize, style: Style, text: &str) {
        self.hanging(indent, indent.saturating_add(2), style, text);
    }

    /// A key and its value, wrapped under the value.
    pub(crate) fn field(&mut self, indent: usize, key: &str, value: &str) {
        let pad = 14_usize.saturating_sub(key.chars().count()).max(1);
        let text = format!("{key}{}{value}", "\u{a0}".repeat(pad));
        self.hanging(indent, indent.saturating_add(14), Style::Plain, &text);
    }

    fn hanging(&mut self, first: usize, rest: usize, style: Style, text: &str) {
        let mut indent = first;
        let mut line = String::new();
        let mut length = 0_usize;
        // A mark stays with its number.
        let text = text.replace("≈ ", "≈\u{a0}");
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let word_length = word.chars().count();
            let needed = indent.saturating_add(length).saturating_add(word_length);
            if length > 0 && needed.saturating_add(1) > self.width {
                self.line(indent, style, &line.replace('\u{a0}', " "));
                indent = rest;
                line.clear();
                length = 0;
            }
            if length > 0 {
                line.push(' ');
                length = length.saturating_add(1);
            }
            line.push_str(word);
            length = length.saturating_add(word_length);
        }
        self.line(indent, style, &line.replace('\u{a0}', " "));
    }

    /// Rows of two columns, the second aligned to the right.
    pub(crate) fn columns(&mut self, indent: usize, rows: &[(String, String)]) {
        let widest = |side: fn(&(String, String)) -> &String| {
            rows.iter().map(|row| side(row).chars().count()).max().unwrap_or(0)
        };
        let (left, right) = (widest(|row| &row.0), widest(|row| &row.1));
        for (key, value) in rows {
            let pad_left = " ".repeat(left.saturating_sub(key.chars().count()));
            let pad_right = " ".repeat(right.saturating_sub(value.chars().count()));
            self.line(indent, Style::Plain, &format!("{key}{pad_left}  {pad_right}{value}"));
        }
    }

    /// Rows of the same number of cells: the first is the heading, and all but the first column are aligned to
    /// the right. Writes nothing and says `false` if that is wider than the page.
    pub(crate) fn table(&mut self, indent: usize, rows: &[Vec<String>]) -> bool {
        let mut widths: Vec<usize> = Vec::new();
        for row in rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let between = widths.len().saturating_sub(1).saturating_mul(2);
        let needed = widths
            .iter()
            .fold(indent.saturating_add(between), |sum, width| sum.saturating_add(*width));
        if needed > self.width {
            return false;
        }
        for (row_idx, row) in rows.iter().enumerate() {
            let mut line = String::new();
            for (column_idx, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
                match column_idx {
                    0 => line.push_str(&format!("{cell}{pad}")),
                    _ => line.push_str(&format!("  {pad}{cell}")),
                }
            }
            let style = if row_idx == 0 { Style::Faint } else { Style::Plain };
            self.line(indent, style, line.trim_end());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, Style};

    #[test]
    fn paragraphs_wrap_between_words_and_never_inside_a_hash() {
        let mut page = Page::new(40, false);
        let hash = "0x".to_owned() + &"ab".repeat(32);
        page.paragraph(2, Style::Plain, &format!("one two three four five six seven eight {hash}"));
        assert_eq!(
            page.finish(),
            format!("  one two three four five six seven\n    eight\n    {hash}\n")
        );
    }

    #[test]
    fn tables_are_written_only_where_they_fit() {
        let rows = [["place", "least"], ["a", "1.5"], ["bc", "1,000"]]
            .map(|row| row.map(str::to_owned).to_vec());
        let check = |indent: usize, expected: &str| {
            let mut page = Page::new(40, false);
            assert_eq!(page.table(indent, &rows), !expected.is_empty());
            assert_eq!(page.finish(), expected);
        };
        check(2, "  place  least\n  a        1.5\n  bc     1,000\n");
        check(29, "");
    }

    #[test]
    fn colour_is_only_added() {
        let text = |colour| {
            let mut page = Page::new(80, colour);
            page.heading("Title");
            page.line(0, Style::Alert, "listed");
            page.finish()
        };
        assert_eq!(text(false), "Title\n─────\nlisted\n");
        assert_eq!(
            text(true),
            "\u{1b}[1mTitle\u{1b}[0m\n\u{1b}[2m─────\u{1b}[0m\n\u{1b}[1;31mlisted\u{1b}[0m\n"
        );
    }
}
