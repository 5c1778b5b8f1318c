mod actions;
mod band;
pub(crate) mod behaviour;
mod document;
mod formats;
mod hostile;
mod letter;
mod markdown;
mod network;
pub(crate) mod reader;
pub(crate) mod sample;
mod sanctions;
mod sums;
mod tables;
mod through;
pub(crate) mod words;
mod xlsx;

/// The report as JSON.
fn json_text(report: &crate::Report) -> String {
    let mut bytes = Vec::new();
    crate::json(report, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
