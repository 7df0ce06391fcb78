//! Data as SDMX-ML 2.1, structure-specific.

use askama::Template;
use thidua_proto::statistics as proto;

use super::header::MessageHeader;
use super::question::Detail;
use super::xml::without_forbidden;

/// The status of an observation, with its labels in Vietnamese and English; SDMX's own codes.
pub const STATUSES: [(&str, &str, &str); 3] = [
    ("A", "Giá trị bình thường", "Normal value"),
    ("P", "Số liệu tạm tính: kỳ báo cáo chưa kết thúc", "Provisional value: the period is still open"),
    ("M", "Không có giá trị: mẫu số bằng 0", "Missing value; data cannot exist: the denominator is 0"),
];

/// A value that does not exist, as a number of XML Schema.
const NO_VALUE: &str = "NaN";

/// The value of a measure for a unit in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// As a number of XML Schema.
    pub value: String,
    /// A code of [`STATUSES`].
    pub status: &'static str,
}

impl Observation {
    /// From a figure.
    #[must_use]
    pub fn new(figure: proto::Figure) -> Self {
        let status = match figure.status() {
            proto::FigureStatus::Final | proto::FigureStatus::Restated => "A",
            proto::FigureStatus::Provisional => "P",
            proto::FigureStatus::NotApplicable | proto::FigureStatus::Unspecified => "M",
        };
        let value = match figure.value {
            Some(proto::figure::Value::Amount(amount)) => amount.to_string(),
            Some(proto::figure::Value::Ratio(ratio)) => ratio.percent,
            None => String::new(),
        };
        Self { value: if value.is_empty() { NO_VALUE.to_owned() } else { value }, status }
    }
}

/// The observations that differ in time alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The code of `FREQ`.
    pub frequency: &'static str,
    /// The code of `UNIT_ID`.
    pub unit: String,
    /// The code of `MEASURE`.
    pub measure: String,
    /// What one stands for.
    pub unit_of_measure: String,
    /// Digits after the decimal point.
    pub decimals: u8,
    /// By time, with their periods.
    pub observations: Vec<(String, Observation)>,
}

#[derive(Template)]
#[template(path = "sdmx/data.xml")]
struct Page<'s> {
    header: &'s MessageHeader,
    year_end: &'s str,
    series: &'s [Series],
    flat: bool,
    detail: Detail,
}

/// Data to be written.
#[derive(Debug, Clone, Copy)]
pub struct DataSet<'s> {
    /// The series with their observations.
    pub series: &'s [Series],
    /// The last day of every reporting year, as `xs:gMonthDay`.
    pub year_end: &'s str,
    /// Observations one by one instead of in series.
    pub flat: bool,
    /// How much of them.
    pub detail: Detail,
}

/// Writes a message.
#[must_use]
pub fn write(header: &MessageHeader, data: DataSet<'_>) -> String {
    let DataSet { series, year_end, flat, detail } = data;
    let page = Page { header, year_end, series, flat, detail };
    // Texts can always be written to memory.
    without_forbidden(page.render().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_how_far_it_can_be_relied_on() {
        let ratio = |percent: &str| proto::Ratio { percent: percent.to_owned(), ..Default::default() };
        for (value, status, expected) in [
            (proto::figure::Value::Amount(-3), proto::FigureStatus::Final, ("-3", "A")),
            (proto::figure::Value::Ratio(ratio("88.1")), proto::FigureStatus::Provisional, ("88.1", "P")),
            (proto::figure::Value::Ratio(ratio("")), proto::FigureStatus::NotApplicable, ("NaN", "M")),
        ] {
            let figure = proto::Figure { value: Some(value), status: status.into(), ..Default::default() };
            let found = Observation::new(figure);
            assert_eq!((found.value.as_str(), found.status), expected);
            assert!(STATUSES.iter().any(|(code, ..)| *code == found.status));
        }
    }
}
