//! Which format a file has, told by how it begins.

use super::Format;

/// How much of the beginning is looked at.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// The format of a file that begins with `head`; `None` where no format is recognised.
///
/// A file of the wrong encoding is recognised as far as its beginning is ASCII, so that reading it can say
/// what is wrong.
pub(super) fn detect(head: &[u8]) -> Option<Format> {
    let text = String::from_utf8_lossy(head.get(..HEAD_BYTES.min(head.len()))?);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return xml(text);
    }
    if text.starts_with(['{', '[']) {
        return Some(json(text));
    }
    let first =
        text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    if let Some(format) = ofac_csv(first) {
        return Some(format);
    }
    if super::OWN_HEADERS.iter().any(|names| names.iter().all(|name| has_column(first, name))) {
        return Some(Format::Own);
    }
    if is_yaml(text) {
        return Some(Format::TagPack);
    }
    super::plain::address_of(first).is_some().then_some(Format::Addresses)
}

fn xml(text: &str) -> Option<Format> {
    if text.contains("<sanctionsData") {
        return Some(Format::SdnEnhanced);
    }
    text.contains("<Sanctions").then_some(Format::SdnAdvanced)
}

/// `FollowTheMoney` writes one entity per line, each with its schema.
fn json(text: &str) -> Format {
    let first = text.lines().next().unwrap_or_default();
    if first.starts_with('{') && first.contains("\"schema\"") && first.contains("\"properties\"") {
        return Format::OpenSanctions;
    }
    Format::Etherscan
}

/// OFAC's files have no header: a number, then the name, the type, the programme, … or then the remarks.
fn ofac_csv(line: &str) -> Option<Format> {
    let (number, rest) = line.split_once(',')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || !rest.trim_start().starts_with('"') {
        return None;
    }
    let n_fields = super::sdn_csv::fields(line).map_or(0, |fields| fields.len());
    // A line that is cut off inside its quotes is still recognised by what is before them.
    Some(if n_fields == 2 || (n_fields == 0 && !line.contains("-0-")) {
        Format::SdnComments
    } else {
        Format::SdnCsv
    })
}

fn has_column(header: &str, name: &str) -> bool {
    header.split(',').any(|column| column.trim() == name)
}

fn is_yaml(text: &str) -> bool {
    text.lines().any(|line| matches!(line.trim_end(), "tags:" | "tags: []"))
        || text.lines().any(|line| line.starts_with("title:") || line.starts_with("creator:"))
}
