//! What a node and a line say.

use super::graph::{Edge, Node};

/// Characters of a line of text that fit into a node.
const NAME_CHARS: usize = 28;
/// The same in bold.
const BOLD_CHARS: usize = 24;
/// Lines that a name may take.
const NAME_LINES: usize = 3;
/// Conversions, or amounts, named in a node; a tooltip has more.
const MAX_NAMED: usize = 3;
/// Characters of the text at a line.
const LABEL_CHARS: usize = 26;

/// The lines of text in a node, each with its class: name, address, what was converted and what ended
/// here.
pub(crate) fn rows(node: &Node) -> Vec<(&'static str, String)> {
    // That it is invented must not be cut off with the end of a long name: it stands with the address.
    let (name, invented) = match node.name.strip_suffix(" (invented)") {
        Some(name) => (name, ", invented"),
        None => (node.name.as_str(), ""),
    };
    let name = name.strip_prefix("labelled “").and_then(|name| name.strip_suffix('”')).map_or(
        name,
        |name| match invented {
            "" => name,
            _ => name.strip_suffix(" (invented)").unwrap_or(name),
        },
    );
    let mut rows: Vec<(&str, String)> =
        wrapped(name, BOLD_CHARS, NAME_LINES).into_iter().map(|line| ("t", line)).collect();
    if !node.detail.is_empty() {
        rows.push(("d", format!("{}{invented}", node.detail)));
    }
    let conversions = node.conversions.iter().map(|what| format!("↔ {what}"));
    add_named(&mut rows, conversions.collect());
    if let Some(ended) = node.main_ending() {
        rows.push(("k", ended.class.name().to_uppercase()));
        let amounts = ended.sums.iter().map(|(money, sum)| money.sum_on_chain(*sum));
        add_named(&mut rows, amounts.collect());
    }
    if node.is_listed {
        rows.push(("k", "! has a listing".to_owned()));
    }
    rows
}

fn add_named(rows: &mut Vec<(&'static str, String)>, texts: Vec<String>) {
    let shown = if texts.len() > MAX_NAMED { MAX_NAMED.saturating_sub(1) } else { texts.len() };
    rows.extend(texts.iter().take(shown).map(|text| ("d", cut(text, NAME_CHARS))));
    let rest = texts.len().saturating_sub(shown);
    if rest > 0 {
        rows.push(("d", format!("and {rest} more")));
    }
}

/// At most two lines of text at a line's end: one above it, one below.
pub(crate) fn labels(edge: &Edge) -> Vec<String> {
    let text = |(money, sum): &(crate::schema::Money, _)| money.sum_on_chain(*sum);
    let mut labels: Vec<String> =
        edge.sums.iter().take(2).map(text).map(|text| cut(&text, LABEL_CHARS)).collect();
    let rest = edge.sums.len().saturating_sub(labels.len());
    if let Some(last) = labels.last_mut().filter(|_| rest > 0) {
        *last = format!("and {} more", rest.saturating_add(1));
    }
    labels
}

/// Lines of at most `width` characters, broken between words where that is possible.
fn wrapped(text: &str, width: usize, max_lines: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        while let Some(line) = lines.last_mut() {
            let used = line.chars().count();
            let space = usize::from(used > 0);
            if used.saturating_add(space).saturating_add(word.len()) <= width {
                line.extend(std::iter::repeat_n(' ', space).chain(word.iter().copied()));
                break;
            }
            if used == 0 {
                let rest = word.split_off(width.min(word.len()));
                line.extend(word);
                word = rest;
            }
            lines.push(String::new());
        }
    }
    if lines.len() > max_lines {
        lines.truncate(max_lines);
        if let Some(last) = lines.last_mut() {
            *last = cut(&format!("{last} …"), width);
        }
    }
    lines
}

/// The first `max` characters, with `…` where some are missing.
fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(max.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn names_are_broken_between_words_and_cut_last() {
        let check = |text: &str, lines: &[&str]| assert_eq!(wrapped(text, 10, 2), lines);
        check("wallet 7", &["wallet 7"]);
        check("Tornado Cash: 10 ETH", &["Tornado", "Cash: 10 …"]);
        check("Example pool", &["Example", "pool"]);
        check("abcdefghijklmno", &["abcdefghij", "klmno"]);
        check("abcdefghijklmnopqrstuvwxyz", &["abcdefghij", "klmnopqrs…"]);
        check("", &[""]);
    }
}
