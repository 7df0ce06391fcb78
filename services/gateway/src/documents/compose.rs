//! A report in words: the outline of a year-end summary, in Vietnamese or English, from one model.

use thidua_proto::date;
use thidua_proto::reports::report_figure::Value;
use thidua_proto::reports::{
    BlocReport, Label, ReportFigure, ReportFigureStatus, ReportMember, ReportNomination,
};

use super::document::{Block, Document, KEEP, Table};
use crate::domain::wording::{self, Language};

pub(super) fn compose(report: &BlocReport, language: Language) -> Document {
    let writer = Writer { report, language };
    let mut blocks = Vec::new();
    for (number, (heading, section)) in ["I", "II", "III", "IV", "V"].iter().zip([
        (writer.say("Đặc điểm tình hình", "The bloc"), writer.members()),
        (writer.say("Giao ước thi đua", "The pledge"), writer.pledge()),
        (writer.say("Kết quả thực hiện nhiệm vụ", "Results"), writer.results()),
        (writer.say("Bình xét, suy tôn", "Nominations"), writer.nominations()),
        (writer.say("Trưởng khối năm sau và nguồn số liệu", "Next leader and sources"), writer.closing()),
    ]) {
        blocks.push(Block::Heading(format!("{number}. {heading}")));
        blocks.extend(section);
    }
    let name = writer.text(report.bloc_label.as_ref());
    let year = report.year;
    Document {
        language: language.code(),
        kind: writer.say("BÁO CÁO", "REPORT"),
        title: match language {
            Language::Vietnamese => format!("Tổng kết công tác thi đua, khen thưởng năm {year} của {name}"),
            Language::English => format!("Emulation and commendation in {year}: {name}"),
        },
        notices: writer.notices(),
        blocks,
    }
}

/// What every sentence needs.
struct Writer<'r> {
    report: &'r BlocReport,
    language: Language,
}

impl Writer<'_> {
    fn say(&self, vietnamese: &str, english: &str) -> String {
        self.language.pick(vietnamese, english).to_owned()
    }

    fn text(&self, label: Option<&Label>) -> String {
        label.map_or_else(String::new, |label| self.say(&label.vi, &label.en))
    }

    fn day(&self, wire: Option<thidua_proto::Date>) -> String {
        wire.and_then(date::from_wire).map_or_else(|| "–".to_owned(), |date| self.language.day(date))
    }

    fn number(&self, count: usize) -> String {
        self.language.number(i64::try_from(count).unwrap_or(i64::MAX), 0)
    }

    fn names<'m>(&self, members: impl IntoIterator<Item = &'m ReportMember>) -> String {
        members.into_iter().map(|member| self.text(member.label.as_ref())).collect::<Vec<_>>().join("; ")
    }

    fn notices(&self) -> Vec<String> {
        let report = self.report;
        let mut notices: Vec<String> = report
            .missing_parts
            .iter()
            .map(|part| {
                format!(
                    "{} {}",
                    self.say("BÁO CÁO CHƯA ĐẦY ĐỦ.", "INCOMPLETE REPORT."),
                    self.text(part.label.as_ref())
                ) + "."
            })
            .collect();
        if report.figures.iter().any(|figure| figure.status() == ReportFigureStatus::Provisional) {
            let (last, period_last) = (self.day(report.last_date), self.day(report.period_last_date));
            notices.push(match self.language {
                Language::Vietnamese => {
                    format!("Số liệu tạm tính đến ngày {last}; kỳ báo cáo năm kết thúc ngày {period_last}.")
                }
                Language::English => {
                    format!("Provisional figures up to {last}; the reporting year ends on {period_last}.")
                }
            });
        }
        notices
    }

    fn members(&self) -> Vec<Block> {
        let report = self.report;
        let (name, count) = (self.text(report.bloc_label.as_ref()), self.number(report.members.len()));
        let (members, leader) = (self.names(&report.members), self.names(&report.leader));
        let year = report.year;
        let sentences = match self.language {
            Language::Vietnamese => [
                format!("{name} gồm {count} đơn vị: {members}."),
                format!("Trưởng Khối Thi đua năm {year}: {leader}."),
            ],
            Language::English => [
                format!("{name} has {count} members: {members}."),
                format!("Leader of the bloc in {year}: {leader}."),
            ],
        };
        sentences.map(Block::Paragraph).to_vec()
    }

    fn pledge(&self) -> Vec<Block> {
        let report = self.report;
        if report.pledge_contents.is_empty() {
            return vec![Block::Paragraph(
                self.say("Chưa ký giao ước thi đua.", "No pledge has been signed."),
            )];
        }
        let (count, signed) =
            (self.number(report.pledge_contents.len()), self.day(report.pledge_signed_date));
        let sentence = match self.language {
            Language::Vietnamese => {
                format!(
                    "Các đơn vị trong khối đã ký giao ước thi đua ngày {signed} với {count} nội dung trọng tâm:"
                )
            }
            Language::English => format!("The members signed a pledge of {count} contents on {signed}:"),
        };
        let items = report.pledge_contents.iter().map(|content| self.text(Some(content))).collect();
        vec![Block::Paragraph(sentence), Block::List { numbered: true, items }]
    }

    fn phrase(&self, measure: &str) -> String {
        let found = self.report.figures.iter().find(|figure| figure.measure == measure);
        let phrase = found.map_or_else(|| "–".to_owned(), |figure| self.text(figure.phrase.as_ref()));
        phrase.replace(' ', KEEP)
    }

    fn results(&self) -> Vec<Block> {
        let report = self.report;
        if report.figures.is_empty() {
            return vec![Block::Paragraph(self.say("Không có số liệu.", "There are no figures."))];
        }
        let mut blocks = vec![Block::Paragraph(self.window()), Block::Paragraph(self.inspections())];
        if !report.notable_inspections.is_empty() {
            let items = report.notable_inspections.iter().map(|inspection| {
                let kind = match (inspection.unplanned, inspection.thematic) {
                    (true, true) => self.say("đột xuất, chuyên đề", "unplanned, thematic"),
                    (true, false) => self.say("đột xuất", "unplanned"),
                    (false, _) => self.say("chuyên đề", "thematic"),
                };
                format!("{} ({kind}; {})", inspection.title, self.day(inspection.start_date))
            });
            blocks.push(Block::List { numbered: false, items: items.collect() });
        }
        blocks.push(Block::Paragraph(self.receptions()));
        blocks.push(Block::Table(self.figures()));
        blocks.push(Block::Paragraph(self.say("Chia theo đơn vị:", "By member:")));
        blocks.push(Block::Table(self.member_figures()));
        blocks
    }

    fn window(&self) -> String {
        let (first, last) = (self.day(self.report.first_date), self.day(self.report.last_date));
        match self.language {
            Language::Vietnamese => format!("Số liệu tính từ ngày {first} đến ngày {last}."),
            Language::English => format!("Figures from {first} to {last}."),
        }
    }

    fn inspections(&self) -> String {
        let [conducted, units, amount, organisations, persons, cases] = [
            "inspections.conducted",
            "inspections.inspected_units",
            "inspections.economic_amount",
            "inspections.handled_organisations",
            "inspections.handled_persons",
            "inspections.referred_cases",
        ]
        .map(|measure| self.phrase(measure));
        match self.language {
            Language::Vietnamese => format!(
                "Đã triển khai {conducted} thanh tra, kiểm tra tại {units}, doanh nghiệp. Qua đó, kiến nghị xử lý về kinh \
                 tế {amount}; kiến nghị xử lý hành chính đối với {organisations} và {persons}; chuyển cơ quan công an xem \
                 xét, xử lý {cases}."
            ),
            Language::English => format!(
                "{conducted} took place at {units} and enterprises. They recommended economic handling of {amount} and \
                 administrative handling of {organisations} and {persons}, and passed {cases} to the police."
            ),
        }
    }

    fn receptions(&self) -> String {
        let [visits, people, petitions, rate] =
            ["receptions.visits", "receptions.people", "petitions.received", "matters.resolution_rate"]
                .map(|measure| self.phrase(measure));
        let counts = self.counts("matters.resolution_rate");
        match self.language {
            Language::Vietnamese => format!(
                "Đã tiếp {visits} công dân với {people}; tiếp nhận {petitions} thư các loại. Đã giải quyết {rate}{counts} vụ \
                 việc khiếu nại, tố cáo thuộc thẩm quyền."
            ),
            Language::English => format!(
                "{visits} by citizens with {people} took place, and {petitions} were received. {rate}{counts} of the \
                 complaints and denunciations within competence were resolved."
            ),
        }
    }

    /// The counts behind a share, ` (89/101)`: a share never stands alone.
    fn counts(&self, measure: &str) -> String {
        let found = self.report.figures.iter().find(|figure| figure.measure == measure);
        match found.and_then(|figure| figure.value.as_ref()) {
            Some(Value::Share(share)) => {
                let [part, whole] =
                    [share.numerator, share.denominator].map(|count| self.language.number(count, 0));
                format!(" ({part}/{whole})")
            }
            Some(Value::Amount(_)) | None => String::new(),
        }
    }

    fn exact(&self, figure: &ReportFigure) -> String {
        match &figure.value {
            Some(Value::Amount(amount)) => self.language.number(*amount, 0),
            Some(Value::Share(share)) => wording::percent(self.language, &share.percent),
            None => "–".to_owned(),
        }
    }

    fn figures(&self) -> Table {
        let status = |figure: &ReportFigure| match figure.status() {
            ReportFigureStatus::Final => self.say("chính thức", "final"),
            ReportFigureStatus::Provisional => self.say("tạm tính", "provisional"),
            ReportFigureStatus::Restated => self.say("điều chỉnh", "restated"),
            ReportFigureStatus::NotApplicable => self.say("không áp dụng", "not applicable"),
            ReportFigureStatus::Unspecified => "–".to_owned(),
        };
        let row = |figure: &ReportFigure| {
            vec![
                self.text(figure.label.as_ref()),
                self.exact(figure) + &self.counts_of(figure),
                self.say(&figure.unit_of_measure, &figure.unit_of_measure_en),
                status(figure),
            ]
        };
        Table {
            header: [
                ("Chỉ tiêu", "Measure"),
                ("Số liệu", "Value"),
                ("Đơn vị tính", "Unit"),
                ("Tình trạng", "Status"),
            ]
            .map(|(vietnamese, english)| self.say(vietnamese, english))
            .to_vec(),
            numeric: vec![false, true, false, false],
            rows: self.report.figures.iter().map(row).collect(),
        }
    }

    fn counts_of(&self, figure: &ReportFigure) -> String {
        if matches!(figure.value, Some(Value::Share(_))) {
            self.counts(&figure.measure)
        } else {
            String::new()
        }
    }

    fn member_figures(&self) -> Table {
        const COLUMNS: [(&str, &str, &str); 6] = [
            ("inspections.conducted", "Thanh tra, kiểm tra", "Inspections"),
            ("inspections.inspected_units", "Đơn vị được thanh tra", "Units inspected"),
            ("receptions.visits", "Lượt tiếp", "Visits"),
            ("receptions.people", "Người", "People"),
            ("petitions.received", "Đơn", "Petitions"),
            (
                "matters.resolved_complaints_denunciations",
                "Vụ việc khiếu nại, tố cáo đã giải quyết",
                "Complaints and denunciations resolved",
            ),
        ];
        let cells = |name: String, figures: &[ReportFigure]| {
            let value = |(measure, ..): &(&str, &str, &str)| {
                let found = figures.iter().find(|figure| figure.measure == *measure);
                found.map_or_else(|| "–".to_owned(), |figure| self.exact(figure))
            };
            std::iter::once(name).chain(COLUMNS.iter().map(value)).collect()
        };
        let mut rows: Vec<Vec<String>> = self
            .report
            .member_figures
            .iter()
            .map(|own| cells(self.names(&own.member), &own.figures))
            .collect();
        rows.push(cells(self.say("Toàn khối", "The bloc"), &self.report.figures));
        Table {
            header: std::iter::once(self.say("Đơn vị", "Member"))
                .chain(COLUMNS.map(|(_, vietnamese, english)| self.say(vietnamese, english)))
                .collect(),
            numeric: std::iter::once(false).chain(COLUMNS.map(|_| true)).collect(),
            rows,
        }
    }

    fn nominations(&self) -> Vec<Block> {
        let report = self.report;
        if report.nominations.is_empty() {
            return vec![Block::Paragraph(
                self.say("Chưa có đề nghị khen thưởng.", "There are no nominations yet."),
            )];
        }
        let rules = self.text(report.rule_set_label.as_ref());
        let sentence = match self.language {
            Language::Vietnamese => format!(
                "Hội nghị đã biểu quyết, suy tôn và đề nghị cấp có thẩm quyền xét tặng (theo {rules}). Khối chỉ đề nghị; việc \
                 khen thưởng do cấp có thẩm quyền quyết định:"
            ),
            Language::English => format!(
                "The conference voted and proposes to the deciding authorities (under {rules}). A bloc only proposes; the \
                 authority decides:"
            ),
        };
        let mut blocks = vec![Block::Paragraph(sentence), Block::Table(self.nomination_table())];
        if !report.members_without_nomination.is_empty() {
            let names = self.names(&report.members_without_nomination);
            blocks.push(Block::Paragraph(match self.language {
                Language::Vietnamese => format!("Đơn vị không có đề nghị: {names}."),
                Language::English => format!("Members without a nomination: {names}."),
            }));
        }
        blocks
    }

    fn nomination_table(&self) -> Table {
        let row = |nomination: &ReportNomination| {
            let decision = if nomination.decision_number.is_empty() {
                self.say("chưa có quyết định", "no decision yet")
            } else {
                format!("{} ({})", nomination.decision_number, self.day(nomination.decision_date))
            };
            let vote = self.text(nomination.vote.as_ref());
            let vote = if vote.is_empty() { self.say("chưa biểu quyết", "not voted yet") } else { vote };
            vec![
                self.text(nomination.title_label.as_ref()),
                self.names(&nomination.member),
                vote,
                self.text(nomination.authority.as_ref()),
                decision,
            ]
        };
        Table {
            header: [
                ("Danh hiệu, hình thức", "Title"),
                ("Đơn vị", "Member"),
                ("Biểu quyết", "Vote"),
                ("Thẩm quyền", "Authority"),
                ("Quyết định", "Decision"),
            ]
            .map(|(vietnamese, english)| self.say(vietnamese, english))
            .to_vec(),
            numeric: vec![false; 5],
            rows: self.report.nominations.iter().map(row).collect(),
        }
    }

    fn closing(&self) -> Vec<Block> {
        let report = self.report;
        let next = match &report.next_leader {
            Some(leader) => self.names([leader]),
            None => self.say("chưa thống nhất", "not agreed yet"),
        };
        let next_year = report.year + 1;
        let sources: Vec<String> =
            report.sources.iter().map(|source| format!("{} #{}", source.service, source.revision)).collect();
        let sentences = match self.language {
            Language::Vietnamese => [
                format!("Trưởng Khối Thi đua năm {next_year}: {next}."),
                format!("Nguồn số liệu (dịch vụ và phiên bản nhật ký): {}.", sources.join("; ")),
            ],
            Language::English => [
                format!("Leader of the bloc in {next_year}: {next}."),
                format!("Sources (service and revision of its journal): {}.", sources.join("; ")),
            ],
        };
        sentences.map(Block::Paragraph).to_vec()
    }
}
