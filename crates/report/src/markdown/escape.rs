//! Text that means nothing to Markdown, whatever is in it.

/// Plain text, but for what it would mean at the start of a line: [`line_start`] is for that.
///
/// Runs of white space are one space: an indented line would be code, and two spaces at its end a new line. A word
/// with an at sign becomes code, because nothing else keeps GitHub from making it an address or a mention.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_space = is_blank(first);
        let end = rest.find(|c| is_blank(c) != is_space).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        match (is_space, run.contains('@')) {
            (true, _) => out.push(' '),
            (false, true) => out.push_str(&code(run)),
            (false, false) => word(&mut out, run),
        }
    }
    out
}

/// White space and control characters; a space that does not break stays as it is.
fn is_blank(c: char) -> bool {
    (c.is_whitespace() && c != '\u{a0}') || c.is_control()
}

fn word(out: &mut String, word: &str) {
    for (at, c) in word.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => {
                let rest = word.get(at..).unwrap_or_default();
                if rest.starts_with("://") || is_dot_of_www(word, at) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
}

/// A line whose start begins no list, rule, underline or table.
pub(super) fn line_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    let is_marker = match rest.as_bytes() {
        [b'.' | b')'] | [b'.' | b')', b' ', ..] => 0 < digits,
        [b'-' | b'+' | b'=' | b':', ..] => digits == 0,
        _ => false,
    };
    if is_marker { format!("{number}\\{rest}") } else { line.to_owned() }
}

/// Whether the dot at `at` would make a link of a bare address.
fn is_dot_of_www(word: &str, at: usize) -> bool {
    let before = at.checked_sub(3).and_then(|start| word.get(start..at));
    word.get(at..).is_some_and(|rest| rest.starts_with('.'))
        && before.is_some_and(|before| before.eq_ignore_ascii_case("www"))
}

/// A thing to copy. It may hold anything but a bar, which a table would take for the end of a cell.
pub(super) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if is_blank(c) { ' ' } else { c }).collect();
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    if text.contains('|') {
        return text.split('|').map(code).collect::<Vec<_>>().join("&#124;");
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.saturating_add(1));
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The text of a heading, on one line.
pub(super) fn heading(text: &str) -> String {
    plain(text).trim().to_owned()
}

/// Where a link leads, without what would end it; `None` where it leads nowhere on the web.
pub(super) fn url(url: &str) -> Option<String> {
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return None;
    }
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        match byte {
            b'&' => out.push_str("&amp;"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'#' | b'@' | b'!' | b'$' | b'+'
            | b',' | b';' | b'=' | b'%' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(out)
}
