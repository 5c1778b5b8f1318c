//! Why a report could not be written.

/// Why a report could not be laid out. None of these is caused by the content: they are defects of this
/// program or a lack of memory.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The JSON writer failed.
    #[error("the report could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The CSV writer failed.
    #[error("the report could not be written as CSV")]
    Csv(#[from] csv::Error),
    /// The XLSX writer failed.
    #[error("the report could not be written as XLSX: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// What is written to failed.
    #[error("the report could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// The HTML template failed.
    #[error("the report could not be written as HTML: {reason}")]
    Html {
        /// What the template engine said.
        reason: String,
    },
    /// The PDF writer failed.
    #[error("the report could not be written as PDF: {reason}")]
    Pdf {
        /// What the writer said.
        reason: String,
    },
}
